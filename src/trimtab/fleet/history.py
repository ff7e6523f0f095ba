"""What alarms and Application Auto Scaling did besides changing a count: nouns of ``fleet.json``."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

AlarmState = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]
NotScaledCode = Literal[
    "AutoScalingAnticipatedFlapping",
    "TargetServicePutResourceAsUnscalable",
    "AlreadyAtMaxCapacity",
    "AlreadyAtMinCapacity",
    "AlreadyAtDesiredCapacity",
    "other",
]
"""``NotScaledReason.Code`` of Application Auto Scaling's API reference; ``other``: one it does not list."""
Count = Annotated[int, Meta(ge=0)]


class _Frozen(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Base: what was not told is not written."""


class NotScaled(_Frozen, frozen=True, kw_only=True):
    """A scaling activity that changed nothing, and a reason AWS gave."""

    at: str
    """ISO 8601, UTC, to the millisecond where it was told."""
    code: NotScaledCode
    max_tasks: Count | None = None
    min_tasks: Count | None = None
    tasks: Count | None = None
    """``CurrentCapacity``."""
    cause: str | None = None
    """As of ``ScalingActivity``."""


class AlarmChange(_Frozen, frozen=True, kw_only=True):
    """An alarm of the service's policies went from one state to another."""

    at: str
    """ISO 8601, UTC, to the millisecond where it was told."""
    alarm: str
    before: AlarmState
    after: AlarmState
    queried: str | None = None
    """``queryDate``: when CloudWatch asked for the datapoints."""
    newest: str | None = None
    """When the period of the newest datapoint began."""
    period_s: Annotated[int, Meta(ge=1)] | None = None
    threshold: float | None = None
    datapoints: tuple[float, ...] = ()
    """``recentDatapoints``, the newest last."""
