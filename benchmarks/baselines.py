"""What is usual instead: target tracking, the common step policy, a fixed count at peak."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.replay.policy import (
    Comparison,
    Metric,
    Policy,
    PolicyAlarm,
    StepAdjustment,
    StepScaling,
    TargetTracking,
    fixed_count,
    tracking_alarms,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


def baselines(floor: int, peak: int, most: int) -> Mapping[str, Policy]:
    """Return the usual policies between ``floor`` and ``most``; ``peak``: most tasks needed when tuned."""
    return {
        "target 50 %": _tracking(50, floor, most),
        "target 70 %": _tracking(70, floor, most),
        "75/25 by one": _common(floor, most),
        "fixed at peak": fixed_count(peak),
    }


def _tracking(target: int, floor: int, most: int) -> Policy:
    tracking = TargetTracking(target=float(target))
    alarms = tracking_alarms(Metric.CPU_AVERAGE, tracking, 0)
    return Policy(min_tasks=floor, max_tasks=most, initial_tasks=floor, alarms=alarms, policies=(tracking,))


def _common(floor: int, most: int) -> Policy:
    """Return one task out above 75 %, one in below 25 %, 2 of 2 minutes, cooldowns of 300 s."""

    def alarm(comparison: Comparison, threshold: float, policy: int) -> PolicyAlarm:
        return PolicyAlarm(
            metric=Metric.CPU_AVERAGE,
            comparison=comparison,
            threshold=threshold,
            periods=2,
            datapoints=2,
            policy=policy,
        )

    return Policy(
        min_tasks=floor,
        max_tasks=most,
        initial_tasks=floor,
        alarms=(alarm(Comparison.GREATER, 75.0, 0), alarm(Comparison.LESS, 25.0, 1)),
        policies=(
            StepScaling(steps=(StepAdjustment(lower=0.0, adjustment=1),), cooldown_s=300),
            StepScaling(steps=(StepAdjustment(upper=0.0, adjustment=-1),), cooldown_s=300),
        ),
    )
