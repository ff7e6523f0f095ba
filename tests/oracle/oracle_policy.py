"""What an invoked policy asks for (``docs/replay.md``, section 7), in integers and fractions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import oracle_case as oc
from oracle_alarm import mean

if TYPE_CHECKING:
    from oracle_alarm import Watch

NONE = "NONE"
OUT = "OUT"
IN = "IN"


@dataclass
class Clock:
    """The target's cooldown: one for all its policies."""

    kind: str = NONE
    base: int = 0
    """Tasks running before the first scale-out of the chain."""
    complete: int = 0
    """Second at which the last launch of the chain runs."""
    until: int = 0

    def holds(self, kind: str, e: int) -> bool:
        """Tell whether a cooldown of this kind runs at second e."""
        return self.kind == kind and e < self.until


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What policies see at one tick."""

    e: int
    """Second of the tick."""
    running: int
    desired: int
    min_tasks: int
    max_tasks: int
    no_scale_in: bool
    clock: Clock
    choices: oc.Choices

    def clamp(self, capacity: int) -> int:
        """Return the capacity within the target's bounds."""
        return sorted((self.min_tasks, capacity, self.max_tasks))[1]

    def in_allowed(self) -> bool:
        """Tell whether a scale-in may go through."""
        kinds = (OUT, IN) if self.choices.cooldown_blocks_in else (IN,)
        return not self.no_scale_in and not any(self.clock.holds(kind, self.e) for kind in kinds)


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A capacity that a policy asks for."""

    capacity: int
    alarm: int
    policy: int
    value: float
    cooldown_s: int


def adjusted(policy: oc.StepPolicy, base: int, adjustment: int) -> int:
    """Return base after one step's adjustment, not below nothing, before the target's bounds."""
    if policy.adjustment_type == "EXACT":
        return adjustment
    if policy.adjustment_type == "CHANGE":
        return max(0, base + adjustment)
    exact = Fraction(base * adjustment, 100)
    if exact == 0:
        return base
    size = max(1, math.floor(abs(exact)), policy.min_magnitude)
    return base + size if exact > 0 else max(0, base - size)


def find_step(policy: oc.StepPolicy, diff: float) -> oc.Step | None:
    """Return the step whose interval holds the difference between value and threshold."""
    upwards = policy.adjustment_type == "EXACT" or any(s.adjustment > 0 for s in policy.steps)
    for step in policy.steps:
        closed_below = diff > 0 or (diff == 0 and upwards)
        if closed_below and step.lower <= diff < step.upper:
            return step
        if not closed_below and step.lower < diff <= step.upper:
            return step
    return None


def aggregated(policy: oc.StepPolicy, values: list[float]) -> float:
    """Return the value that selects the step."""
    if policy.aggregation == "MINIMUM":
        return min(values)
    if policy.aggregation == "MAXIMUM":
        return max(values)
    return mean(values)


def proposed(watch: Watch, capacity: int, value: float, cooldown_s: int) -> Proposal:
    """Return the proposal with what caused it."""
    return Proposal(
        capacity=capacity,
        alarm=watch.index,
        policy=watch.alarm.policy,
        value=value,
        cooldown_s=cooldown_s,
    )


def step_proposal(watch: Watch, policy: oc.StepPolicy, sight: Sight) -> Proposal | None:
    """Return what a step policy asks for when ``watch`` invokes it."""
    values = watch.newest_real(1 if sight.choices.aggregate == "latest" else watch.alarm.n)
    if not values:
        return None
    value = aggregated(policy, values)
    step = find_step(policy, value - watch.alarm.threshold)
    if step is None:
        return None
    wanted = adjusted(policy, sight.running, step.adjustment)
    if wanted == sight.running:
        return None
    if wanted > sight.running:
        if sight.clock.holds(OUT, sight.e):  # what the chain already launched is credited
            wanted = adjusted(policy, sight.clock.base, step.adjustment)
        capacity = max(sight.desired, sight.clamp(wanted))
    elif sight.in_allowed():
        capacity = min(sight.desired, sight.clamp(wanted))
    else:
        return None
    return proposed(watch, capacity, value, policy.cooldown_s)


def tracking_proposal(watch: Watch, policy: oc.Tracking, sight: Sight) -> Proposal | None:
    """Return what a target-tracking policy asks for: its high alarm only out, its low one only in."""
    values = watch.newest_real(1)
    if not values:
        return None
    wanted = math.ceil(sight.running * values[0] / policy.target)
    if watch.alarm.comparison in (">", ">="):
        capacity, cooldown_s = max(sight.desired, sight.clamp(wanted)), policy.out_cooldown_s
    elif policy.scale_in_enabled and wanted < sight.running and sight.in_allowed():
        capacity, cooldown_s = min(sight.desired, sight.clamp(wanted)), policy.in_cooldown_s
    else:
        return None
    return proposed(watch, capacity, values[0], cooldown_s)


def proposal(watch: Watch, policy: oc.Policy, sight: Sight) -> Proposal | None:
    """Return what the policy asks for when ``watch`` invokes it."""
    if isinstance(policy, oc.Tracking):
        return tracking_proposal(watch, policy, sight)
    return step_proposal(watch, policy, sight)
