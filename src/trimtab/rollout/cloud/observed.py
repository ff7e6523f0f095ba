"""What is observed around a move: scaling, alarms, figures. Frozen; nothing here calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

NEAR_SHARE: Final = 0.9
"""An alarm whose metric has come so far towards its threshold may go off during the deployment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalableTarget:
    """A service's scalable target, as DescribeScalableTargets answers it."""

    least: int
    most: int
    suspended: Mapping[str, bool]
    """All three switches of ``SuspendedState``."""

    @property
    def out_suspended(self) -> bool:
        """Whether dynamic scaling out is suspended."""
        return bool(self.suspended.get("DynamicScalingOutSuspended"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A metric to ask CloudWatch for."""

    namespace: str
    metric: str
    dimensions: tuple[tuple[str, str], ...]
    statistic: str
    period_s: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class OutAlarm:
    """An alarm that scales the service out."""

    name: str
    state: str
    threshold: float | None
    figure: Figure | None
    """What it watches; None: more than one metric."""


def warning(alarm: OutAlarm, latest: float | None) -> str | None:
    """Return why a deployment should wait for this alarm, or None."""
    if alarm.state == "ALARM":
        return f"alarm {alarm.name} is in ALARM"
    if alarm.threshold is None or latest is None or alarm.threshold <= 0:
        return None
    if latest >= alarm.threshold:  # its datapoints are not there yet
        return f"alarm {alarm.name} is at or above its threshold: {latest:g} of {alarm.threshold:g}"
    if latest >= NEAR_SHARE * alarm.threshold:
        return f"alarm {alarm.name} is near: {latest:g} of {alarm.threshold:g}"
    return None
