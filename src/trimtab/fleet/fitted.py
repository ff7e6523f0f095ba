"""What calibration found of a service: the fields AWS leaves open, and how far a replay with them is off."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta

BILL_ERROR: Final = 0.05
COUNT_ERROR: Final = 0.10
"""From these on the replay's error of bill or count [ratio] is told with what is advised: of the issue's own
bars the one for the bill, and ``before.AGREES``."""

Share = Annotated[float, Meta(ge=0, le=1)]
Ratio = Annotated[float, Meta(ge=0, le=1e6)]
Most = Annotated[int, Meta(ge=0, le=3600)]


class Fitted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Fields fitted on the first part of a recording, and what was found on the rest."""

    delay_s: Most
    """From the end of a minute until an alarm sees it."""
    phase_s: Annotated[float, Meta(ge=0, lt=60)]
    """What passes beyond it until the activity begins."""
    in_activity_s: Most
    """How long a scale-in takes to complete."""
    used: bool
    """Whether a replay with them was nearer to the rest than one with the defaults; else these stay, and the
    errors are theirs."""
    judged_days: Annotated[float, Meta(gt=0)]
    predicted: Share
    """Of the activities on the rest."""
    count_error: Ratio
    bill_error: Annotated[float, Meta(ge=-1, le=1e6)]
    """Task-minutes replayed over those recorded, less 1."""
    trivial_count_error: Ratio
    """Of the better of two forecasts that know no policy."""

    @property
    def believable(self) -> bool:
        """Whether the replay was nearer to the count than a forecast that knows no policy."""
        return self.count_error < self.trivial_count_error

    @property
    def far(self) -> bool:
        """Whether its errors are so large that they are told."""
        return self.count_error > COUNT_ERROR or abs(self.bill_error) > BILL_ERROR
