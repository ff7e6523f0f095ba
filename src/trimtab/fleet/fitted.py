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


Amount = Annotated[float, Meta(ge=0, le=1e6)]
Less = Annotated[float, Meta(ge=-1, le=1e6)]


class FittedTerm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One term of the tasks' own CPU [vCPU, or vCPU-seconds of a start]."""

    value: Amount
    most: Amount
    """Upper end of the one-sided 99 % interval."""


class FittedOwn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """CPU of the tasks' own as the first part of a recording tells it, and what it was worth on the rest."""

    idle: FittedTerm | None
    """Of a running task without work; None where that part does not tell."""
    boot: FittedTerm | None
    """Of a start."""
    used: bool
    """Whether CPU was foretold better with them on the rest; else tasks count as using none of their own."""
    cpu_error_vcpu: Amount
    """How far CPU's changes on the rest are from what requests say, where tasks came or went, mean."""
    without_cpu_error_vcpu: Amount
    """The same where all CPU is taken for work."""
    count_error: Ratio
    """Of a replay with them, on the rest."""
    bill_error: Less
    without_count_error: Ratio
    """Of one that takes all CPU for work."""
    without_bill_error: Less


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
    bill_error: Less
    """Task-minutes replayed over those recorded, less 1."""
    trivial_count_error: Ratio
    """Of the better of two forecasts that know no policy."""
    own: FittedOwn | None = None
    """None where the first part tells nothing of it: then what the whole recording says is used."""

    @property
    def believable(self) -> bool:
        """Whether the replay was nearer to the count than a forecast that knows no policy."""
        return self.count_error < self.trivial_count_error

    @property
    def far(self) -> bool:
        """Whether its errors are so large that they are told."""
        return self.count_error > COUNT_ERROR or abs(self.bill_error) > BILL_ERROR
