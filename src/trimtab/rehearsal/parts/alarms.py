"""Alarms: those that call a step policy as the snapshot has it, and the others as far as it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from trimtab.rehearsal.build import tags
from trimtab.snapshot.understand.alarms import METRICS, REQUESTS
from trimtab.snapshot.understand.scaling import COMPARISONS

if TYPE_CHECKING:
    from trimtab.fleet.account import Alarm
    from trimtab.fleet.model import StepPolicy
    from trimtab.rehearsal.build import Build

OPERATORS: Final = {word: name for name, word in COMPARISONS.items()}
NAMES: Final = {word: name for name, word in METRICS.items()}
"""What the fleet's reader takes them from, the other way round."""
ACTIONS_A_STATE: Final = 5
"""PutMetricAlarm takes no more."""
NEVER: Final = 1e9
"""A threshold that nothing reaches."""


def policy_alarm(build: Build, service: str, policy: StepPolicy, name: str, actions: list[str]) -> None:
    """Make an alarm that calls a step policy. ``actions`` are all of its actions."""
    told = next((one for one in build.identity.alarms if one.name == name), None)
    build.call(
        "cloudwatch",
        "PutMetricAlarm",
        AlarmName=name,
        ComparisonOperator=OPERATORS[policy.comparison],
        Threshold=policy.threshold,
        EvaluationPeriods=policy.evaluation_periods,
        DatapointsToAlarm=policy.datapoints_to_alarm,
        TreatMissingData=policy.missing,
        Tags=tags(told.tags) if told else None,
        **_by_state(actions),
        **_watched(build.identity.cluster.name, service, policy, _group(build, service)),
    )


def other_alarm(build: Build, alarm: Alarm, actions: list[str]) -> None:
    """Make an alarm of which no more is known than whom it watches: it never rings.

    Its metric is none that a policy is replayed by, so that a snapshot does not take it for one.
    """
    dimensions = [{"Name": "ClusterName", "Value": build.identity.cluster.name}]
    if alarm.service:
        dimensions.append({"Name": "ServiceName", "Value": alarm.service})
    build.call(
        "cloudwatch",
        "PutMetricAlarm",
        AlarmName=alarm.name,
        AlarmDescription="Made up: the snapshot does not say what it watches.",
        Namespace="ECS/ContainerInsights",
        MetricName="RunningTaskCount",
        Dimensions=dimensions,
        Statistic="Average",
        Period=60,
        EvaluationPeriods=1,
        ComparisonOperator="GreaterThanThreshold",
        Threshold=NEVER,
        TreatMissingData="notBreaching",
        Tags=tags(alarm.tags),
        **_by_state(actions),
    )


def _by_state(actions: list[str]) -> dict[str, list[str]]:
    """Spread actions over the states: a snapshot does not say which calls which, and five is the most."""
    states = ("AlarmActions", "OKActions", "InsufficientDataActions")
    parts = (actions[n : n + ACTIONS_A_STATE] for n in range(0, len(actions), ACTIONS_A_STATE))
    return dict(zip(states, parts, strict=False))


def _group(build: Build, service: str) -> str:
    """Return what CloudWatch calls the service's target group; nothing where it has none."""
    arns = (
        one.target_group_arn
        for made, identity in build.services()
        if made.name == service
        for one in identity.attachments
    )
    return build.new(next(arns, "")).rsplit(":", maxsplit=1)[-1]


def _requests(group: str, period_s: int) -> dict[str, Any]:
    """Return the sum of requests a target, as a metric query has it."""
    namespace, name = REQUESTS
    dimensions = [{"Name": "TargetGroup", "Value": group}]
    metric = {"Namespace": namespace, "MetricName": name, "Dimensions": dimensions}
    return {
        "Id": "requests_told",
        "ReturnData": False,
        "MetricStat": {"Metric": metric, "Period": period_s, "Stat": "Sum"},
    }


def _watched(cluster: str, service: str, policy: StepPolicy, group: str) -> dict[str, Any]:
    if policy.metric == "requests":
        metric = _requests(group, policy.period_s)["MetricStat"]
        return {**metric["Metric"], "Statistic": metric["Stat"], "Period": metric["Period"]}
    if policy.metric == "requests_filled":
        filled = {"Id": "requests", "Expression": "FILL(requests_told, 0)", "ReturnData": True}
        return {"Metrics": [_requests(group, policy.period_s), filled]}
    dimensions = [{"Name": "ClusterName", "Value": cluster}, {"Name": "ServiceName", "Value": service}]
    if policy.metric != "joint":
        return {
            "Namespace": "AWS/ECS",
            "MetricName": NAMES["memory" if policy.metric == "memory" else "cpu"],
            "Dimensions": dimensions,
            "Statistic": "Maximum" if policy.metric == "cpu_maximum" else "Average",
            "Period": policy.period_s,
        }
    stats = [
        {
            "Id": name,
            "ReturnData": False,
            "MetricStat": {
                "Metric": {"Namespace": "AWS/ECS", "MetricName": metric, "Dimensions": dimensions},
                "Period": policy.period_s,
                "Stat": "Average",
            },
        }
        for name, metric in NAMES.items()
    ]
    lows = {"cpu": policy.cpu_low or 1.0, "memory": policy.memory_low or 1.0}
    ratios = [
        {"Id": f"{name}_ratio", "Expression": f"{name} / {_plain(low)}", "ReturnData": False}
        for name, low in lows.items()
    ]
    if policy.requests_low is not None:
        stats.append(_requests(group, policy.period_s))
        expression = f"FILL((FILL(requests_told, 0)) / {_plain(policy.requests_low)}, 1)"
        ratios.append({"Id": "requests_ratio", "Expression": expression, "ReturnData": False})
    terms = ", ".join(str(one["Id"]) for one in ratios)
    joint = {"Id": "joint", "Expression": f"MAX([{terms}])", "ReturnData": True}
    return {"Metrics": [*stats, *ratios, joint]}


def _plain(value: float) -> str:
    """Write a number without an exponent."""
    return f"{value:.15f}".rstrip("0").rstrip(".") if "e" in repr(value) else f"{value!r}".removesuffix(".0")
