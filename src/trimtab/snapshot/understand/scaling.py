"""Answers about scaling, made into ``Scaling``. What no replay can do is kept by name, never dropped."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from trimtab.fleet.model import Scaling, ScheduledAction, Step, StepPolicy, Unmodelled
from trimtab.redaction import redact
from trimtab.snapshot.understand.alarms import METRICS, REQUESTS, Owned, followed, watched_by
from trimtab.snapshot.understand.tracking import DEFAULT_COOLDOWN_S, tracking_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trimtab.aws.api import Json
    from trimtab.fleet.model import TrackingPolicy
    from trimtab.snapshot.understand.alarms import Watched

_Comparison = Literal["greater", "greater_or_equal", "less", "less_or_equal"]
COMPARISONS: Final[dict[str, _Comparison]] = {
    "GreaterThanThreshold": "greater",
    "GreaterThanOrEqualToThreshold": "greater_or_equal",
    "LessThanThreshold": "less",
    "LessThanOrEqualToThreshold": "less_or_equal",
}
SUSPENDED: Final[dict[str, Literal["in", "out", "scheduled"]]] = {
    "DynamicScalingInSuspended": "in",
    "DynamicScalingOutSuspended": "out",
    "ScheduledScalingSuspended": "scheduled",
}
STEP_S: Final = 60
"""What is recorded comes by the minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldScaling:
    """What AWS said about the scaling of one service."""

    cluster: str
    name: str
    """Of the service."""
    groups: frozenset[str] = frozenset()
    """Of its target groups, as CloudWatch has them."""
    desired: int
    target: Json | None
    policies: Sequence[Json] = ()
    scheduled: Sequence[Json] = ()
    alarms: Mapping[str, Sequence[Json]] = field(default_factory=dict)
    """By the ARN of the policy they call."""
    others: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    """Alarms that call it in another state than ALARM, and that state."""


def scaling_of(told: ToldScaling) -> tuple[Scaling | str, list[str]]:
    """Return how a service scales, and notes about it; only why, if it cannot run at all."""
    if told.target is None:
        return Scaling(min_tasks=told.desired, max_tasks=max(1, told.desired)), []
    notes: list[str] = []
    steps: list[StepPolicy] = []
    tracking: list[TrackingPolicy] = []
    unmodelled: list[Unmodelled] = []
    for policy in sorted(told.policies, key=lambda one: str(one["PolicyName"])):
        for made in _policy(policy, told):
            if isinstance(made, str):
                notes.append(f"{told.name}: {made}")
            elif isinstance(made, StepPolicy):
                steps.append(made)
            elif isinstance(made, Unmodelled):
                unmodelled.append(made)
                notes.append(f"{told.name}: {made.what} {made.why}; no replay can do that")
            else:
                tracking.append(made)
    highest = int(told.target["MaxCapacity"])
    if highest < 1 and not told.scheduled:
        return f"its scaling maximum is {highest}: it cannot run", notes
    suspended = told.target.get("SuspendedState") or {}
    return Scaling(
        min_tasks=int(told.target["MinCapacity"]),
        max_tasks=max(1, highest),
        policies=tuple(steps),
        tracking=tuple(tracking),
        scheduled=tuple(_scheduled(one) for one in sorted(told.scheduled, key=_name)),
        suspended=tuple(word for name, word in SUSPENDED.items() if suspended.get(name)),
        unmodelled=tuple(unmodelled),
    ), notes


def _policy(policy: Json, told: ToldScaling) -> Iterator[StepPolicy | TrackingPolicy | Unmodelled | str]:
    what, arn = f"policy {policy['PolicyName']}", policy["PolicyARN"]
    for name, state in told.others.get(arn, ()):
        yield Unmodelled(what=what, why=f"is called by alarm {name} when that is {state}")
    callers = told.alarms.get(arn, ())
    kind = policy["PolicyType"]
    if kind == "TargetTrackingScaling":
        yield tracking_of(policy, callers, told.cluster, told.name)
    elif kind != "StepScaling":
        yield Unmodelled(what=what, why=f"is {kind}", foreign=True)
    elif not callers:
        yield f"no alarm invokes {what}"
    for alarm in callers if kind == "StepScaling" else ():
        if alarm.get("ActionsEnabled", True):
            yield _step_policy(policy, alarm, told)
        else:
            yield f"alarm {alarm['AlarmName']} of {what} has its actions off, so that it never acts"


def _step_policy(policy: Json, alarm: Json, told: ToldScaling) -> StepPolicy | Unmodelled:
    """Return a policy as one alarm calls it, or why that cannot be replayed."""
    what = f"policy {policy['PolicyName']}"
    owned = Owned(cluster=told.cluster, service=told.name, groups=told.groups)
    watched = watched_by(alarm, owned)
    comparison = COMPARISONS.get(alarm.get("ComparisonOperator", ""))
    if watched is None or comparison is None:
        return Unmodelled(what=what, why=f"follows {redact(followed(alarm))}", foreign=True)
    metric = _metric(watched)
    if metric is None:
        return Unmodelled(what=what, why=f"follows the {watched.statistic} of {_called(watched.metric)}")
    if watched.period_s % STEP_S:
        return Unmodelled(
            what=what, why=f"looks every {watched.period_s} s, and what is recorded comes by the minute"
        )
    body = policy["StepScalingPolicyConfiguration"]
    periods, adjustment = int(alarm["EvaluationPeriods"]), body["AdjustmentType"]
    return StepPolicy(
        name=policy["PolicyName"],
        metric=metric,
        comparison=comparison,
        threshold=float(alarm["Threshold"]),
        period_s=watched.period_s,
        evaluation_periods=periods,
        datapoints_to_alarm=int(alarm.get("DatapointsToAlarm") or periods),
        adjustment_type=adjustment,
        cooldown_s=int(body.get("Cooldown", DEFAULT_COOLDOWN_S)),
        steps=tuple(
            Step(
                lower=_number(one.get("MetricIntervalLowerBound")),
                upper=_number(one.get("MetricIntervalUpperBound")),
                adjustment=int(one["ScalingAdjustment"]),
            )
            for one in body["StepAdjustments"]
        ),
        cpu_low=watched.cpu_low,
        memory_low=watched.memory_low,
        requests_low=watched.requests_low,
        missing=alarm.get("TreatMissingData") or "missing",
        aggregation=body.get("MetricAggregationType") or "Average",
        # Other adjustments do not heed it (StepScalingPolicyConfiguration, API reference).
        min_magnitude=int(body.get("MinAdjustmentMagnitude") or 0)
        if adjustment == "PercentChangeInCapacity"
        else 0,
    )


def _metric(
    watched: Watched,
) -> Literal["cpu", "cpu_maximum", "memory", "joint", "requests", "requests_filled"] | None:
    """Return what is replayed of it: averages, the hottest task's CPU, and the sum of requests a target."""
    if watched.metric in {"requests", "requests_filled"}:
        return watched.metric if watched.statistic == "Sum" else None
    if watched.statistic == "Average":
        return watched.metric
    return "cpu_maximum" if (watched.metric, watched.statistic) == ("cpu", "Maximum") else None


def _called(metric: str) -> str:
    if metric == "requests":
        return REQUESTS[1]
    return next((name for name, word in METRICS.items() if word == metric), "CPU and memory")


def _scheduled(action: Json) -> ScheduledAction:
    bounds = action.get("ScalableTargetAction") or {}
    return ScheduledAction(
        name=_name(action),
        schedule=action.get("Schedule") or "",
        timezone=action.get("Timezone") or "UTC",
        min_tasks=bounds.get("MinCapacity"),
        max_tasks=bounds.get("MaxCapacity"),
        start=_stamp(action.get("StartTime")),
        end=_stamp(action.get("EndTime")),
    )


def _name(action: Json) -> str:
    return str(action["ScheduledActionName"])


def _stamp(when: datetime | str | None) -> str | None:
    """Word a time as ISO 8601; AWS answers a date, Terraform a string."""
    return when.isoformat() if isinstance(when, datetime) else when or None


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)
