"""The alarms and policies that are deployed, step scaling and target tracking, in the words of the replay."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from trimtab.errors import ReplayError
from trimtab.replay.policy import (
    FAST_S,
    AdjustmentType,
    Aggregation,
    Comparison,
    Metric,
    Missing,
    PolicyAlarm,
    StepAdjustment,
    StepScaling,
    TargetTracking,
    tracking_alarms,
)

if TYPE_CHECKING:
    from trimtab.fleet.model import Scaling, StepPolicy, TrackingAlarm, TrackingPolicy
    from trimtab.replay.policy import ScalingPolicy

_METRICS = {
    "cpu": Metric.CPU_AVERAGE,
    "cpu_maximum": Metric.CPU_MAXIMUM,
    "memory": Metric.MEMORY_AVERAGE,
    "joint": Metric.JOINT,
    "requests": Metric.REQUESTS,
    "requests_filled": Metric.REQUESTS_FILLED,
}
_SUMMED = frozenset({"requests", "requests_filled"})
"""Sums of a period: a replay's point is the mean of its minutes."""
_COMPARISONS = {
    "greater": Comparison.GREATER,
    "greater_or_equal": Comparison.GREATER_OR_EQUAL,
    "less": Comparison.LESS,
    "less_or_equal": Comparison.LESS_OR_EQUAL,
}
_ADJUSTMENTS = {
    "ChangeInCapacity": AdjustmentType.CHANGE,
    "PercentChangeInCapacity": AdjustmentType.PERCENT,
    "ExactCapacity": AdjustmentType.EXACT,
}
_MISSING = {
    "missing": Missing.MISSING,
    "ignore": Missing.IGNORE,
    "breaching": Missing.BREACHING,
    "notBreaching": Missing.NOT_BREACHING,
}
_AGGREGATIONS = {
    "Average": Aggregation.AVERAGE,
    "Minimum": Aggregation.MINIMUM,
    "Maximum": Aggregation.MAXIMUM,
}
_TRACKED = {"cpu": Metric.CPU_AVERAGE, "memory": Metric.MEMORY_AVERAGE, "requests": Metric.REQUESTS}


def deployed_alarms(scaling: Scaling) -> tuple[tuple[PolicyAlarm, ...], tuple[ScalingPolicy, ...]]:
    """Return the alarms that act and the policies they invoke, without what is suspended.

    Raises:
        ReplayError: one of them cannot be replayed from what the snapshot says of it.

    """
    if scaling.unmodelled:
        first = scaling.unmodelled[0]
        raise ReplayError(f"{first.what} {first.why}: no replay can do that")
    alarms: list[PolicyAlarm] = []
    policies: list[ScalingPolicy] = []
    for steps in scaling.policies:
        if _acts(steps, scaling):
            alarms.append(_alarm(steps, len(policies)))
            policies.append(_steps(steps))
    for told in scaling.tracking:
        tracking = _tracking(told)
        for alarm in _watching(told, tracking, len(policies)):
            suspended = "out" if alarm.comparison.high else "in"
            if suspended not in scaling.suspended:
                alarms.append(alarm)
        policies.append(tracking)
    return tuple(alarms), tuple(policies)


def _acts(policy: StepPolicy, scaling: Scaling) -> bool:
    """Tell whether a policy may do anything; refuse one of which only a part is suspended."""
    up = policy.adjustment_type == "ExactCapacity" or any(step.adjustment > 0 for step in policy.steps)
    down = policy.adjustment_type == "ExactCapacity" or any(step.adjustment < 0 for step in policy.steps)
    held = ("out" in scaling.suspended and up, "in" in scaling.suspended and down)
    if any(held) and up and down:
        raise ReplayError("it goes both ways, and one of them is suspended", where=policy.name)
    return not any(held)


def _tracking(policy: TrackingPolicy) -> TargetTracking:
    return TargetTracking(
        target=policy.target,
        out_cooldown_s=policy.out_cooldown_s,
        in_cooldown_s=policy.in_cooldown_s,
        scale_in_enabled=policy.scale_in,
    )


def _watching(policy: TrackingPolicy, tracking: TargetTracking, index: int) -> tuple[PolicyAlarm, ...]:
    """Return a tracking policy's alarms as AWS made them, or as it makes them where they were not read."""
    metric = _TRACKED[policy.metric]
    if {one.high for one in policy.alarms} != {True, False}:
        return tracking_alarms(metric, tracking, index)
    return tuple(_read_alarm(one, metric, policy.name, index) for one in policy.alarms)


def _read_alarm(alarm: TrackingAlarm, metric: Metric, name: str, index: int) -> PolicyAlarm:
    return PolicyAlarm(
        metric=metric,
        comparison=Comparison.GREATER if alarm.high else Comparison.LESS,
        threshold=alarm.threshold,
        period_min=minutes_of(alarm.period_s, f"{name}.period_s"),
        periods=alarm.evaluation_periods,
        datapoints=alarm.datapoints_to_alarm,
        policy=index,
    )


def _alarm(policy: StepPolicy, index: int) -> PolicyAlarm:
    if policy.metric == "joint" and (policy.cpu_low is None or policy.memory_low is None):
        raise ReplayError(
            "the snapshot does not say what its joint metric is made of",
            where=policy.name,
            advice="replay it from its values: trimtab replay --policy FILE",
        )
    # Whether the metric is published so often a snapshot does not tell; an alarm made for it says that it is.
    fast = policy.period_s == FAST_S
    return PolicyAlarm(
        metric=_METRICS[policy.metric],
        comparison=_COMPARISONS[policy.comparison],
        threshold=policy.threshold / _minutes(policy),
        period_min=1 if fast else minutes_of(policy.period_s, f"{policy.name}.period_s"),
        fast=fast,
        periods=policy.evaluation_periods,
        datapoints=policy.datapoints_to_alarm,
        cpu_low=policy.cpu_low or 0.0,
        memory_low=policy.memory_low or 0.0,
        requests_low=(policy.requests_low or 0.0) * 60 / policy.period_s,
        missing=_MISSING[policy.missing],
        policy=index,
    )


def _steps(policy: StepPolicy) -> StepScaling:
    return StepScaling(
        steps=tuple(
            StepAdjustment(
                lower=-math.inf if step.lower is None else step.lower / _minutes(policy),
                upper=math.inf if step.upper is None else step.upper / _minutes(policy),
                adjustment=step.adjustment,
            )
            for step in policy.steps
        ),
        cooldown_s=policy.cooldown_s,
        adjustment_type=_ADJUSTMENTS[policy.adjustment_type],
        min_magnitude=policy.min_magnitude,
        aggregation=_AGGREGATIONS[policy.aggregation],
    )


def _minutes(policy: StepPolicy) -> float:
    """Return by what a policy's numbers are divided, for what is summed over its period [min]."""
    return policy.period_s / 60 if policy.metric in _SUMMED else 1.0


def minutes_of(period_s: int, where: str) -> int:
    """Return an alarm's period [min]."""
    if period_s % 60:
        raise ReplayError(
            f"{period_s} s is no whole number of minutes, and metrics come by the minute", where=where
        )
    return period_s // 60
