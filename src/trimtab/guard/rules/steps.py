"""What a scaling policy does to a count: which way it goes, how far, and from where on.

Source: Application Auto Scaling API, PutScalingPolicy, StepAdjustment (bounds are relative to the
alarm's threshold) and TargetTrackingScalingPolicyConfiguration.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from trimtab.guard.read import block, blocks, number

if TYPE_CHECKING:
    from collections.abc import Mapping

OUT, IN = "out", "in"
STEPS, TRACKING = "step_scaling_policy_configuration", "target_tracking_scaling_policy_configuration"
EXACT = "ExactCapacity"
ALL_PERCENT, HALF_PERCENT = -100, 50
MANY_TASKS = -10
"""A step that takes so many at once [tasks] is far beyond what a service gives back; our own choice."""


def adjustments(steps: object) -> list[float]:
    """Return every ``scaling_adjustment`` of a policy's configuration."""
    if isinstance(steps, list):
        return [one for inner in steps for one in adjustments(inner)]
    if not isinstance(steps, dict):
        return []
    own = number(steps.get("scaling_adjustment"))
    inner = [one for value in steps.values() for one in adjustments(value)]
    return [*([] if own is None else [own]), *inner]


def ways(policy: Mapping[str, Any] | None) -> frozenset[str]:
    """Return whether a policy adds tasks, takes them away, or both; nothing where it does not say."""
    values = policy or {}
    tracking, steps = block(values.get(TRACKING)), block(values.get(STEPS))
    if tracking:
        return frozenset({OUT} if tracking.get("disable_scale_in") else {OUT, IN})
    if values.get("policy_type") == "PredictiveScaling":
        return frozenset({OUT})
    numbers = adjustments(steps)
    if steps.get("adjustment_type") == EXACT and numbers:
        return frozenset({OUT, IN})
    return frozenset({OUT} if any(one > 0 for one in numbers) else ()) | frozenset(
        {IN} if any(one < 0 for one in numbers) else ()
    )


def takes_all(steps: object) -> bool:
    """Tell a step to no task: all of them in percent, exactly none, or more than a service gives back."""
    bounds, numbers = block(steps), adjustments(steps)
    if not numbers:
        return False
    match bounds.get("adjustment_type"):
        case "ExactCapacity":
            return min(numbers) <= 0
        case "PercentChangeInCapacity":
            return min(numbers) <= ALL_PERCENT
        case _:
            return min(numbers) <= MANY_TASKS


def leaves_half(steps: object, kept: float) -> bool:
    """Tell steps after which at least half the tasks stay, of any count from ``kept``, the minimum, on."""
    bounds = block(steps)
    most = max(0.0, -min(adjustments(steps), default=-math.inf))
    match bounds.get("adjustment_type"):
        case "ChangeInCapacity":
            return most <= kept
        case "PercentChangeInCapacity":
            return (
                most <= HALF_PERCENT and max(number(bounds.get("min_adjustment_magnitude")) or 0, 1) <= kept
            )
        case _:
            return False


def takes_alone(steps: object) -> bool:
    """Tell steps that take tasks away and never add one."""
    numbers = adjustments(steps)
    return bool(numbers) and max(numbers) < 0 and block(steps).get("adjustment_type") != EXACT


def turned_round(before: object, after: object) -> bool:
    """Tell steps that added tasks, of which some take tasks away now."""
    added, now = adjustments(before), adjustments(after)
    return bool(added) and min(added) >= 0 and bool(now) and min(now) < 0


def stilled(before: object, after: object) -> bool:
    """Tell steps of which none adds tasks any more."""
    return max(adjustments(before), default=0) > 0 and max(adjustments(after), default=0) <= 0


def delayed(before: object, after: object) -> bool:
    """Tell steps out that begin farther from the threshold: a load in between gets nothing."""
    was, now = _begins(before), _begins(after)
    return was is not None and now is not None and now > max(was, 0)


def _begins(steps: object) -> float | None:
    """Return where the first step that adds tasks begins, above the threshold; 0 where it is open."""
    bounds = [
        number(one.get("metric_interval_lower_bound")) or 0.0
        for one in blocks(block(steps).get("step_adjustment"))
        if (number(one.get("scaling_adjustment")) or 0) > 0
    ]
    return min(bounds, default=None)


def counts_otherwise(before: object, after: object) -> bool:
    """Tell whether a number means something else now: tasks, a share of them, or the count."""
    was, now = (block(steps).get("adjustment_type") for steps in (before, after))
    return was is not None and now is not None and was != now
