"""Which minutes of which series a snapshot holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from trimtab.units import DAY_MIN

MINUTES_KEPT: Final = 15 * DAY_MIN
"""CloudWatch keeps one-minute data for 15 days (GetMetricStatistics, API reference)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The minutes that are read."""

    start: datetime
    """First minute, UTC."""
    minutes: int

    @property
    def end(self) -> datetime:
        """The first minute no longer read."""
        return self.start + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One series of one service."""

    service: str
    column: str
    namespace: str
    metric: str
    statistic: str
    dimensions: tuple[tuple[str, str], ...]
