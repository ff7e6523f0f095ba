"""What an alarm watches, as far as a replay knows it: one utilisation, or the larger of two ratios."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trimtab.aws.api import Json
    from trimtab.snapshot.answers import Raw

METRICS: Final[dict[str, Literal["cpu", "memory"]]] = {
    "CPUUtilization": "cpu",
    "MemoryUtilization": "memory",
}
REQUESTS: Final = ("AWS/ApplicationELB", "RequestCountPerTarget")
_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_JOINT = re.compile(r"^MAX\(\[(?P<terms>[^\[\]]+)\]\)$")
_FILLED = re.compile(r"^\(*FILL\(\(*(?P<id>[a-z]\w*)\)*,0\)\)*$")
_FILLED_TERM = re.compile(rf"FILL\(\(*FILL\(\(*(?P<id>[a-z]\w*)\)*,0\)\)*/(?P<low>{_NUMBER}),1\)")
"""How the module asks for requests: no request is none, and what cannot be told keeps the tasks."""
_RATIO = re.compile(rf"^\(*(?P<id>[a-z]\w*)/(?P<low>{_NUMBER})\)*$")
_STATES: Final = {"OKActions": "OK", "InsufficientDataActions": "INSUFFICIENT_DATA"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What an alarm looks at."""

    metric: Literal["cpu", "memory", "joint", "requests", "requests_filled"]
    period_s: int
    statistic: str
    cpu_low: float | None = None
    memory_low: float | None = None
    requests_low: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """By what CloudWatch knows a service."""

    cluster: str
    service: str
    groups: frozenset[str] = frozenset()
    """Of its target groups: ``targetgroup/name/id``."""


def watched_by(alarm: Json, owned: Owned) -> Watched | None:
    """Return what of the service an alarm looks at; ``None`` for anything else."""
    if not alarm.get("Metrics"):
        metric = _metric(alarm, owned)
        if metric is None:
            return None
        statistic = alarm.get("Statistic") or alarm.get("ExtendedStatistic", "?")
        return Watched(metric=metric, period_s=int(alarm["Period"]), statistic=statistic)
    return _math(alarm["Metrics"], owned)


def _metric(metric: Json, owned: Owned) -> Literal["cpu", "memory", "requests"] | None:
    dimensions = {one["Name"]: one["Value"] for one in metric.get("Dimensions") or ()}
    if (metric.get("Namespace"), metric.get("MetricName")) == REQUESTS:
        # Of one zone, or of all that a load balancer has, it is another number.
        whole = set(dimensions) in ({"TargetGroup"}, {"TargetGroup", "LoadBalancer"})
        return "requests" if whole and dimensions["TargetGroup"] in owned.groups else None
    of_service = {"ClusterName": owned.cluster, "ServiceName": owned.service}
    if metric.get("Namespace") != "AWS/ECS" or dimensions != of_service:
        return None
    return METRICS.get(metric.get("MetricName", ""))


def _math(queries: Sequence[Json], owned: Owned) -> Watched | None:
    """Understand ``MAX([cpu / low, memory / low])``, however its parts are split; filled requests too."""
    stats = {query["Id"]: query["MetricStat"] for query in queries if query.get("MetricStat")}
    expressions = {
        query["Id"]: query["Expression"].replace(" ", "") for query in queries if query.get("Expression")
    }
    returned = [query["Id"] for query in queries if query.get("ReturnData", True)]
    if len(returned) != 1:
        return None
    metrics = {one: _metric(stat["Metric"], owned) for one, stat in stats.items()}
    if returned[0] in stats:
        only = stats[returned[0]]
        metric = metrics[returned[0]]
        return metric and Watched(metric=metric, period_s=int(only["Period"]), statistic=only["Stat"])
    joined = _joined(returned[0], expressions)
    statistics = {stat["Stat"] for one, stat in stats.items() if metrics[one] != "requests"}
    summed = {stat["Stat"] for one, stat in stats.items() if metrics[one] == "requests"} <= {"Sum"}
    periods = {int(stat["Period"]) for stat in stats.values()}
    if len(periods) != 1 or not summed:
        return None
    period_s, filled = periods.pop(), _FILLED.match(joined)
    if filled and len(stats) == 1 and metrics.get(filled["id"]) == "requests":
        return Watched(metric="requests_filled", period_s=period_s, statistic="Sum")
    lows = _lows(joined, metrics)
    if lows is None or len(statistics) != 1:
        return None
    return Watched(
        metric="joint",
        period_s=period_s,
        statistic=statistics.pop(),
        cpu_low=lows["cpu"],
        memory_low=lows["memory"],
        requests_low=lows.get("requests"),
    )


def _joined(returned: str, expressions: dict[str, str]) -> str:
    """Return the expression with the expressions it names put in their places."""
    joined = expressions.get(returned, "")
    for _ in expressions:  # as deep as they can be nested
        joined = re.sub(
            r"\b[a-z]\w*\b",
            lambda found: f"({expressions[found[0]]})" if found[0] in expressions else found[0],
            joined,
        )
    return joined


def _lows(joined: str, metrics: Mapping[str, str | None]) -> dict[str, float] | None:
    """Return what each metric of a joint expression is divided by; None where it is another."""
    filled = {found["id"] for found in _FILLED_TERM.finditer(joined)}
    matched = _JOINT.match(_FILLED_TERM.sub(r"\g<id>/\g<low>", joined))
    ratios = [_RATIO.match(term) for term in matched["terms"].split(",")] if matched else []
    found = {ratio["id"]: float(ratio["low"]) for ratio in ratios if ratio}
    lows = {str(metrics.get(one)): low for one, low in found.items()}
    # The replay fills requests and nothing else.
    right = filled == {one for one in found if metrics.get(one) == "requests"}
    known = set(lows) in ({"cpu", "memory"}, {"cpu", "memory", "requests"})
    return lows if known and right and len(lows) == len(ratios) else None


def followed(alarm: Json) -> str:
    """Return in words what an alarm follows: ``ApproximateNumberOfMessagesVisible of AWS/SQS``."""
    if alarm.get("ThresholdMetricId"):
        return "an anomaly band"
    if not alarm.get("Metrics") and alarm.get("MetricName"):
        return f"{alarm['MetricName']} of {alarm.get('Namespace', 'a namespace that was not read')}"
    metrics = [(query.get("MetricStat") or {}).get("Metric") or {} for query in alarm.get("Metrics") or ()]
    names = sorted({f"{one['MetricName']} of {one['Namespace']}" for one in metrics if one.get("MetricName")})
    return f"a formula on {', '.join(names)}" if names else "a formula"


def alarms_by_action(raw: Raw) -> dict[str, list[Json]]:
    """Return the alarms that call each policy, by the policy's ARN."""
    by_action: dict[str, list[Json]] = {}
    for alarm in _in_order(raw):
        for action in alarm.get("AlarmActions") or ():
            by_action.setdefault(action, []).append(alarm)
    return by_action


def other_callers(raw: Raw) -> dict[str, list[tuple[str, str]]]:
    """Return the alarms that call a policy in another state than ALARM, with it, by the policy's ARN."""
    callers: dict[str, list[tuple[str, str]]] = {}
    for alarm in _in_order(raw):
        for field, state in _STATES.items():
            for action in alarm.get(field) or ():
                callers.setdefault(action, []).append((alarm["AlarmName"], state))
    return callers


def _in_order(raw: Raw) -> Sequence[Json]:
    return sorted(raw.alarms, key=lambda one: str(one["AlarmName"]))
