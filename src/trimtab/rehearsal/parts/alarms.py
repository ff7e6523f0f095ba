"""Alarms: those that call a step policy as the snapshot has it, and the others as far as it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from trimtab.rehearsal.build import tags
from trimtab.snapshot.understand.alarms import METRICS
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
        **_watched(build.identity.cluster.name, service, policy),
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


def _watched(cluster: str, service: str, policy: StepPolicy) -> dict[str, Any]:
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
    joint = {"Id": "joint", "Expression": "MAX([cpu_ratio, memory_ratio])", "ReturnData": True}
    return {"Metrics": [*stats, *ratios, joint]}


def _plain(value: float) -> str:
    """Write a number without an exponent."""
    return f"{value:.15f}".rstrip("0").rstrip(".") if "e" in repr(value) else f"{value!r}".removesuffix(".0")
