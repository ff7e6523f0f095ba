"""Minutes, hours and days, in the units that names end with: seconds, minutes, hours."""

from __future__ import annotations

from typing import Final

MINUTE_S: Final = 60
HOUR_S: Final = 3600
DAY_S: Final = 86_400
HOUR_MIN: Final = 60
DAY_MIN: Final = 1440
DAY_H: Final = 24
