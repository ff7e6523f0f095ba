"""Answers about scaling, made into ``Scaling``. What the model cannot say becomes a note."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from trimtab.fleet.model import Scaling, Step, StepPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trimtab.fleet.api import Json
    from trimtab.fleet.raw import Raw

DEFAULT_COOLDOWN_S: Final = 300
"""Where a policy states none (Application Auto Scaling user guide, step scaling)."""

_COMPARISONS: Final[dict[str, Literal["greater", "less"]]] = {
    "GreaterThanThreshold": "greater",
    "GreaterThanOrEqualToThreshold": "greater",
    "LessThanThreshold": "less",
    "LessThanOrEqualToThreshold": "less",
}
_METRICS: Final[dict[str, Literal["cpu", "memory"]]] = {
    "CPUUtilization": "cpu",
    "MemoryUtilization": "memory",
}
_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_JOINT = re.compile(r"^MAX\(\[(?P<first>[^,]+),(?P<second>[^,]+)\]\)$")
_RATIO = re.compile(rf"^\(*(?P<id>[a-z]\w*)/(?P<low>{_NUMBER})\)*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What an alarm looks at: one utilisation, or the larger of two ratios."""

    metric: Literal["cpu", "memory", "joint"]
    period_s: int
    statistic: str
    cpu_low: float | None = None
    memory_low: float | None = None


Note: TypeAlias = str


def scaling_of(
    service: Json,
    cluster: str,
    target: Json | None,
    policies: Sequence[Json],
    alarms: Mapping[str, Sequence[Json]],
) -> tuple[Scaling | Note, list[Note]]:
    """Return how a service scales, and what of it cannot be said; only why, if nothing can.

    ``alarms`` are by the ARN of the policy they call.
    """
    desired = int(service.get("desiredCount", 0))
    if target is None:
        return Scaling(min_tasks=desired, max_tasks=max(1, desired)), []
    name: str = service["serviceName"]
    notes: list[Note] = []
    found: list[StepPolicy] = []
    for policy in sorted(policies, key=lambda one: one["PolicyName"]):
        if policy["PolicyType"] != "StepScaling":
            notes.append(
                f"{name}: policy {policy['PolicyName']} is {policy['PolicyType']}, which is not replayed"
            )
            continue
        callers = alarms.get(policy["PolicyARN"], ())
        if not callers:
            notes.append(f"{name}: no alarm invokes policy {policy['PolicyName']}")
        for made in _policies(policy, callers, cluster, name):
            if isinstance(made, str):
                notes.append(made)
            else:
                found.append(made)
    highest = int(target["MaxCapacity"])
    if highest < 1:
        return f"its scaling maximum is {highest}: it cannot run", notes
    scaling = Scaling(min_tasks=int(target["MinCapacity"]), max_tasks=highest, policies=tuple(found))
    return scaling, notes


def _policies(policy: Json, alarms: Sequence[Json], cluster: str, name: str) -> Iterator[StepPolicy | Note]:
    body = policy["StepScalingPolicyConfiguration"]
    if body.get("MinAdjustmentMagnitude"):
        yield f"{name}: policy {policy['PolicyName']} has a minimum magnitude, which is not replayed"
    steps = tuple(
        Step(
            lower=_number(one.get("MetricIntervalLowerBound")),
            upper=_number(one.get("MetricIntervalUpperBound")),
            adjustment=int(one["ScalingAdjustment"]),
        )
        for one in body["StepAdjustments"]
    )
    for alarm in alarms:
        watched = watched_by(alarm, cluster, name)
        comparison = _COMPARISONS.get(alarm.get("ComparisonOperator", ""))
        if watched is None or comparison is None or not alarm.get("ActionsEnabled", True):
            yield f"{name}: alarm {alarm['AlarmName']} of policy {policy['PolicyName']} is not replayed"
            continue
        if watched.statistic != "Average":
            yield f"{name}: alarm {alarm['AlarmName']} takes {watched.statistic}, replayed as Average"
        periods = int(alarm["EvaluationPeriods"])
        yield StepPolicy(
            name=policy["PolicyName"],
            metric=watched.metric,
            comparison=comparison,
            threshold=float(alarm["Threshold"]),
            period_s=watched.period_s,
            evaluation_periods=periods,
            datapoints_to_alarm=int(alarm.get("DatapointsToAlarm") or periods),
            adjustment_type=body["AdjustmentType"],
            cooldown_s=int(body.get("Cooldown", DEFAULT_COOLDOWN_S)),
            steps=steps,
            cpu_low=watched.cpu_low,
            memory_low=watched.memory_low,
        )


def watched_by(alarm: Json, cluster: str, service: str) -> Watched | None:
    """Return what of the service an alarm looks at; ``None`` for anything else."""
    if not alarm.get("Metrics"):
        metric = _metric(alarm, cluster, service)
        if metric is None:
            return None
        statistic = alarm.get("Statistic") or alarm.get("ExtendedStatistic", "?")
        return Watched(metric=metric, period_s=int(alarm["Period"]), statistic=statistic)
    return _math(alarm["Metrics"], cluster, service)


def _metric(metric: Json, cluster: str, service: str) -> Literal["cpu", "memory"] | None:
    dimensions = {one["Name"]: one["Value"] for one in metric.get("Dimensions") or ()}
    if metric.get("Namespace") != "AWS/ECS" or dimensions != {"ClusterName": cluster, "ServiceName": service}:
        return None
    return _METRICS.get(metric.get("MetricName", ""))


def _math(queries: Sequence[Json], cluster: str, service: str) -> Watched | None:
    """Understand ``MAX([cpu / low, memory / low])``, however its parts are named and split."""
    stats = {query["Id"]: query["MetricStat"] for query in queries if query.get("MetricStat")}
    expressions = {
        query["Id"]: query["Expression"].replace(" ", "") for query in queries if query.get("Expression")
    }
    returned = [query["Id"] for query in queries if query.get("ReturnData", True)]
    if len(returned) != 1:
        return None
    metrics = {one: _metric(stat["Metric"], cluster, service) for one, stat in stats.items()}
    if returned[0] in stats:
        only = stats[returned[0]]
        metric = metrics[returned[0]]
        return metric and Watched(metric=metric, period_s=int(only["Period"]), statistic=only["Stat"])
    lows = _lows(_joined(returned[0], expressions), metrics)
    statistics = {stat["Stat"] for stat in stats.values()}
    periods = {int(stat["Period"]) for stat in stats.values()}
    if lows is None or len(periods) != 1 or len(statistics) != 1:
        return None
    return Watched(
        metric="joint",
        period_s=periods.pop(),
        statistic=statistics.pop(),
        cpu_low=lows["cpu"],
        memory_low=lows["memory"],
    )


def _joined(returned: str, expressions: dict[str, str]) -> str:
    """Return the expression with the expressions it names put in their places."""
    joined = expressions[returned]
    for _ in expressions:  # as deep as they can be nested
        joined = re.sub(
            r"\b[a-z]\w*\b",
            lambda found: f"({expressions[found[0]]})" if found[0] in expressions else found[0],
            joined,
        )
    return joined


def _lows(joined: str, metrics: dict[str, Literal["cpu", "memory"] | None]) -> dict[str, float] | None:
    found = _JOINT.match(joined)
    ratios = [_RATIO.match(found[part]) for part in ("first", "second")] if found else []
    lows = {str(metrics.get(ratio["id"])): float(ratio["low"]) for ratio in ratios if ratio}
    return lows if set(lows) == {"cpu", "memory"} else None


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)


def alarms_by_action(raw: Raw) -> dict[str, list[Json]]:
    """Return the alarms that call each policy, by the policy's ARN."""
    found: dict[str, list[Json]] = {}
    for alarm in sorted(raw.alarms, key=lambda one: str(one["AlarmName"])):
        for action in alarm.get("AlarmActions") or ():
            found.setdefault(action, []).append(alarm)
    return found
