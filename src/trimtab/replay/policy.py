"""The policy that is replayed: alarms, and the step or tracking policies they invoke.

One vocabulary for what is deployed, what is proposed and what a search tries;
``trimtab.ladders.convert`` makes it from the first two.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from trimtab.catalog.limits import MAX_STEPS, MAX_TASKS
from trimtab.errors import ReplayError
from trimtab.replay.checks import number, whole
from trimtab.units import DAY_MIN

if TYPE_CHECKING:
    from trimtab.demand.schedule import Bounds

MAX_ALARMS = 8
"""Of one service. The kernel keeps the breaches of a minute in one byte."""
LOOK_BACK_MIN = DAY_MIN
"""An alarm may not look back further than a day [min] (PutMetricAlarm)."""
TRACKING_OUT, TRACKING_IN = (3, 3), (15, 15)
"""M of N minutes of the two alarms that target tracking makes for itself on ECS (observed)."""
FAST_S = 20
"""Period of a fast alarm [s], and of the metrics that it watches."""
PHASES_S = (0, 20, 40)
TRACKING_LOW = 0.9
"""Of the target: where ECS's target tracking puts its low alarm (observed: 30 to 27, 70 to 63)."""

LEAST_TARGET = 0.01
"""Below it a target asks for more tasks than a number of tasks can say."""


class Metric(enum.Enum):
    """What an alarm watches [percent], save JOINT and the two of requests."""

    CPU_AVERAGE = 0
    CPU_MAXIMUM = 1
    MEMORY_AVERAGE = 2
    JOINT = 3
    """``MAX([cpu / cpu_low, memory / memory_low])`` of the averages [ratio], and ``requests / requests_low``
    where there is such a threshold."""
    REQUESTS = 4
    """Requests of a minute a target [1/min]."""
    REQUESTS_FILLED = 5
    """The same, a minute without a point counted as 0: metric math's ``FILL(requests, 0)``."""


class Comparison(enum.Enum):
    """How the point stands to the threshold when it breaches."""

    GREATER = ">"
    GREATER_OR_EQUAL = ">="
    LESS = "<"
    LESS_OR_EQUAL = "<="

    @property
    def high(self) -> bool:
        """Whether a larger value breaches."""
        return self in {Comparison.GREATER, Comparison.GREATER_OR_EQUAL}


class Missing(enum.Enum):
    """``treat_missing_data`` of an alarm."""

    MISSING = 0
    IGNORE = 1
    BREACHING = 2
    NOT_BREACHING = 3


class AdjustmentType(enum.Enum):
    """What a step's number means."""

    CHANGE = 0
    PERCENT = 1
    EXACT = 2


class Aggregation(enum.Enum):
    """MetricAggregationType of a step policy."""

    AVERAGE = 0
    MINIMUM = 1
    MAXIMUM = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyAlarm:
    """A CloudWatch alarm whose only action is a policy."""

    metric: Metric
    comparison: Comparison
    threshold: float
    periods: int
    """N: evaluation periods."""
    datapoints: int
    """M: datapoints to alarm."""
    policy: int
    """Index of the policy it invokes."""
    period_min: int = 1
    """P [min]."""
    fast: bool = False
    """Period of 20 s, on the service's metrics of 20 s; ``period_min`` stays 1."""
    phase_s: int = 0
    """Second of the minute at which an alarm of minutes is evaluated: 0, 20 or 40."""
    missing: Missing = Missing.MISSING
    cpu_low: float = 0.0
    """JOINT only: CPU's low threshold [percent]."""
    memory_low: float = 0.0
    """JOINT only: memory's low threshold [percent]."""
    requests_low: float = 0.0
    """JOINT only: the low threshold of requests a target [1/min]; 0: they are no part of it."""

    def __post_init__(self) -> None:
        number("alarm.threshold", self.threshold, least=-math.inf)
        whole("alarm.period_min", self.period_min, least=1, most=LOOK_BACK_MIN)
        whole("alarm.periods", self.periods, least=1, most=LOOK_BACK_MIN)
        whole("alarm.datapoints", self.datapoints, least=1, most=LOOK_BACK_MIN)
        whole("alarm.policy", self.policy)
        if self.datapoints > self.periods:
            raise ReplayError(f"{self.datapoints} of {self.periods} never alarm", where="alarm.datapoints")
        if self.phase_s not in PHASES_S or (self.fast and self.phase_s):
            raise ReplayError(
                f"0, 20 or 40, and 0 for a fast alarm, not {self.phase_s}", where="alarm.phase_s"
            )
        if self.fast and (self._of_requests or self.period_min != 1):
            raise ReplayError("goes with CPU and memory, and with no other period", where="alarm.fast")
        if self.periods * self.period_min > LOOK_BACK_MIN:
            raise ReplayError(
                f"{self.periods} periods of {self.period_min} min are more than a day", where="alarm.periods"
            )
        if self.metric is Metric.JOINT:
            number("alarm.cpu_low", self.cpu_low, above=True)
            number("alarm.memory_low", self.memory_low, above=True)
            number("alarm.requests_low", self.requests_low)

    @property
    def _of_requests(self) -> bool:
        """Whether it watches what a load balancer reports, by the minute."""
        return self.metric in {Metric.REQUESTS, Metric.REQUESTS_FILLED} or self.requests_low > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StepAdjustment:
    """One step. Bounds are relative to the alarm's threshold; infinite is open."""

    adjustment: int
    lower: float = -math.inf
    upper: float = math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class StepScaling:
    """A step-scaling policy."""

    steps: tuple[StepAdjustment, ...]
    cooldown_s: int
    adjustment_type: AdjustmentType = AdjustmentType.CHANGE
    min_magnitude: int = 0
    """MinAdjustmentMagnitude, PERCENT only; 0: none."""
    aggregation: Aggregation = Aggregation.AVERAGE

    def __post_init__(self) -> None:
        whole("policy.cooldown_s", self.cooldown_s)
        whole("policy.min_magnitude", self.min_magnitude)
        if self.min_magnitude and self.adjustment_type is not AdjustmentType.PERCENT:
            raise ReplayError("goes with percent changes only", where="policy.min_magnitude")
        if not 1 <= len(self.steps) <= MAX_STEPS:
            raise ReplayError(f"1 to {MAX_STEPS} are allowed, not {len(self.steps)}", where="policy.steps")
        least = 0 if self.adjustment_type is AdjustmentType.EXACT else -(2**31)
        for step in self.steps:
            whole("policy.steps.adjustment", step.adjustment, least=least)
        _check_bounds(self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetTracking:
    """A target-tracking policy; ``tracking_alarms`` makes the two alarms that invoke it."""

    target: float
    """Of its metric: percent, or requests a target and minute."""
    out_cooldown_s: int = 300
    in_cooldown_s: int = 300
    scale_in_enabled: bool = True

    def __post_init__(self) -> None:
        number("policy.target", self.target, least=LEAST_TARGET)
        whole("policy.out_cooldown_s", self.out_cooldown_s)
        whole("policy.in_cooldown_s", self.in_cooldown_s)


ScalingPolicy: TypeAlias = StepScaling | TargetTracking


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """All that Application Auto Scaling and CloudWatch are told about one service."""

    min_tasks: int
    max_tasks: int
    initial_tasks: int
    """Running and serving when the recording begins."""
    alarms: tuple[PolicyAlarm, ...] = ()
    policies: tuple[ScalingPolicy, ...] = ()
    changes: tuple[Bounds, ...] = ()
    """Bounds that hold from the tick of their minute on, as scheduled actions lay them down; by minute, no
    two in one."""

    def __post_init__(self) -> None:
        whole("max_tasks", self.max_tasks, most=MAX_TASKS)
        whole("min_tasks", self.min_tasks, most=MAX_TASKS)
        if self.min_tasks > self.max_tasks:
            raise ReplayError(f"{self.min_tasks} is above the maximum, {self.max_tasks}", where="min_tasks")
        whole("initial_tasks", self.initial_tasks, least=self.min_tasks, most=self.max_tasks)
        for field, count in (("alarms", len(self.alarms)), ("policies", len(self.policies))):
            if count > MAX_ALARMS:
                raise ReplayError(f"at most {MAX_ALARMS} are replayed, not {count}", where=field)
        for alarm in self.alarms:
            whole("alarm.policy", alarm.policy, most=len(self.policies) - 1)
            if alarm.metric is Metric.JOINT and isinstance(self.policies[alarm.policy], TargetTracking):
                raise ReplayError(
                    "target tracking follows one metric, not the joint one", where="alarm.metric"
                )
        self._check_lows()
        for bounds in self.changes:
            whole("changes.minute", bounds.minute)
            whole("changes.max_tasks", bounds.max_tasks, most=MAX_TASKS)
            whole("changes.min_tasks", bounds.min_tasks, most=MAX_TASKS)
            if bounds.min_tasks > bounds.max_tasks:
                raise ReplayError(
                    f"{bounds.min_tasks} is above the maximum, {bounds.max_tasks}", where="changes.min_tasks"
                )
        for before, after in pairwise(self.changes):
            if before.minute >= after.minute:
                raise ReplayError(
                    f"minute {after.minute} follows minute {before.minute}", where="changes.minute"
                )

    def _check_lows(self) -> None:
        """Refuse low alarms of target tracking that could never agree at one tick."""
        lows = [alarm for alarm in self.alarms if self._tracks_in(alarm)]
        if len(lows) > 1 and (len({one.phase_s for one in lows}) > 1 or any(one.fast for one in lows)):
            raise ReplayError(
                "low alarms of several target-tracking policies must be evaluated together: of minutes, "
                "and of one phase",
                where="alarms",
            )

    def _tracks_in(self, alarm: PolicyAlarm) -> bool:
        """Tell whether the alarm asks target tracking for fewer tasks."""
        scaling = self.policies[alarm.policy]
        tracking = isinstance(scaling, TargetTracking) and scaling.scale_in_enabled
        return tracking and not alarm.comparison.high

    def bounds_from(self, minute: int) -> tuple[tuple[int, int], tuple[Bounds, ...]]:
        """Return minimum and maximum at a minute, and how they change after it, counted from there."""
        held = [one for one in self.changes if one.minute <= minute]
        first = (held[-1].min_tasks, held[-1].max_tasks) if held else (self.min_tasks, self.max_tasks)
        later = self.changes[len(held) :]
        return first, tuple(replace(one, minute=one.minute - minute) for one in later)

    @property
    def ticks(self) -> int:
        """Ticks in a minute: three where an alarm is fast or has a phase."""
        return 3 if any(alarm.fast or alarm.phase_s for alarm in self.alarms) else 1

    @property
    def least_tasks(self) -> int:
        """The lowest minimum that ever holds."""
        return min([self.min_tasks, *(one.min_tasks for one in self.changes)])

    @property
    def most_tasks(self) -> int:
        """The highest maximum that ever holds."""
        return max([self.max_tasks, *(one.max_tasks for one in self.changes)])


def fixed_count(tasks: int) -> Policy:
    """Return the policy that never does anything."""
    return Policy(min_tasks=tasks, max_tasks=tasks, initial_tasks=tasks)


def tracking_alarms(
    metric: Metric, tracking: TargetTracking, policy: int, *, fast: bool = False
) -> tuple[PolicyAlarm, PolicyAlarm]:
    """Return the high and the low alarm that target tracking makes for itself on ECS (observed).

    ``fast``: of a metric of 20 s. Nobody has said what its low alarm is: the slow one is taken.
    """
    high = PolicyAlarm(
        metric=metric,
        comparison=Comparison.GREATER,
        threshold=tracking.target,
        fast=fast,
        periods=TRACKING_OUT[1],
        datapoints=TRACKING_OUT[0],
        policy=policy,
    )
    low = PolicyAlarm(
        metric=metric,
        comparison=Comparison.LESS,
        threshold=TRACKING_LOW * tracking.target,
        periods=TRACKING_IN[1],
        datapoints=TRACKING_IN[0],
        policy=policy,
    )
    return high, low


def _check_bounds(steps: tuple[StepAdjustment, ...]) -> None:
    """Refuse what PutScalingPolicy refuses: gaps, overlaps, closed ends, no bound at all."""
    where = "policy.steps"
    for step in steps:
        if math.isnan(step.lower) or math.isnan(step.upper) or not step.lower < step.upper:
            raise ReplayError(f"{step.lower} to {step.upper} holds no value", where=where)
        if math.isinf(step.lower) and math.isinf(step.upper):
            raise ReplayError("a step needs at least one bound", where=where)
    ordered = sorted(steps, key=lambda step: step.lower)
    for before, after in pairwise(ordered):
        if before.upper != after.lower:
            fault = "overlap" if before.upper > after.lower else "leave a gap"
            raise ReplayError(f"steps {fault} at {after.lower:g}", where=where)
    if ordered[0].lower < 0 and not math.isinf(ordered[0].lower):
        raise ReplayError(f"the lowest begins at {ordered[0].lower:g}: below 0 it must be open", where=where)
    if ordered[-1].upper > 0 and not math.isinf(ordered[-1].upper):
        raise ReplayError(f"the highest ends at {ordered[-1].upper:g}: above 0 it must be open", where=where)
