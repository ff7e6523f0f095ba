"""Alarms on requests, read from AWS's answers: kept and replayed, or named."""

from __future__ import annotations

from typing import Any

import pytest
from snapshot.scaling_made import START, alarm, only_step, read, step_policy

from trimtab.ladders.convert import policy_of_service
from trimtab.replay.policy import Metric

GROUP = "targetgroup/api/73e2d6bc24d8a067"


def requests_query(group: str = GROUP, stat: str = "Sum", period: int = 60) -> dict[str, Any]:
    metric = {
        "Namespace": "AWS/ApplicationELB",
        "MetricName": "RequestCountPerTarget",
        "Dimensions": [{"Name": "TargetGroup", "Value": group}],
    }
    return {
        "Id": "per_target_told",
        "ReturnData": False,
        "MetricStat": {"Metric": metric, "Period": period, "Stat": stat},
    }


def expression(name: str, text: str, *, returned: bool = False) -> dict[str, Any]:
    return {"Id": name, "Expression": text, "ReturnData": returned}


def on_requests(**query: Any) -> dict[str, Any]:
    """Return the alarm out as modules/scaling writes it."""
    return alarm(
        Namespace=None,
        MetricName=None,
        Dimensions=[],
        Threshold=1800.0,
        Metrics=[
            requests_query(**query),
            expression("per_target", "FILL(per_target_told, 0)"),
            expression("requests", "per_target", returned=True),
        ],
    )


def test_filled_requests_of_its_own_target_group_are_read_and_replayed_by_the_minute() -> None:
    scaling, _ = read(step_policy(), on_requests(period=120), groups=frozenset({GROUP}))
    found = only_step(scaling)
    assert (found.metric, found.threshold) == ("requests_filled", 1800.0)
    (replayed,) = policy_of_service(scaling, initial_tasks=4, start=START, minutes=9).alarms
    assert (replayed.metric, replayed.threshold, replayed.period_min) == (Metric.REQUESTS_FILLED, 900.0, 2)


@pytest.mark.parametrize("other", [{"group": "targetgroup/other/1"}, {"stat": "Average"}])
def test_requests_of_another_target_group_or_statistic_are_no_ones(other: dict[str, Any]) -> None:
    scaling, _ = read(step_policy(), on_requests(**other), groups=frozenset({GROUP}))
    assert scaling.policies == ()
    assert len(scaling.unmodelled) == 1


@pytest.mark.parametrize(
    ("ratio", "low"),
    [
        ("FILL((per_target) / 300, 1)", 300.0),
        # Where requests are not filled the replay would know more than the alarm.
        ("per_target_told / 300", None),
        ("FILL((per_target) / 300, 0)", None),
    ],
)
def test_the_joint_metric_with_a_term_of_requests_is_read_as_the_module_writes_it(
    ratio: str, low: float | None
) -> None:
    joint = [
        *(
            {
                "Id": name,
                "ReturnData": False,
                "MetricStat": {
                    "Metric": {
                        "Namespace": "AWS/ECS",
                        "MetricName": metric,
                        "Dimensions": [
                            {"Name": "ClusterName", "Value": "shop"},
                            {"Name": "ServiceName", "Value": "api"},
                        ],
                    },
                    "Period": 60,
                    "Stat": "Average",
                },
            }
            for name, metric in (("cpu", "CPUUtilization"), ("memory", "MemoryUtilization"))
        ),
        requests_query(),
        expression("per_target", "FILL(per_target_told, 0)"),
        expression("cpu_ratio", "cpu / 30"),
        expression("memory_ratio", "memory / 75"),
        expression("requests_ratio", ratio),
        expression("joint", "MAX([cpu_ratio, memory_ratio, requests_ratio])", returned=True),
    ]
    watching = alarm(Namespace=None, MetricName=None, Dimensions=[], Threshold=1.0, Metrics=joint)
    scaling, _ = read(step_policy(), watching, groups=frozenset({GROUP}))
    if low is None:
        assert scaling.policies == ()
        return
    found = only_step(scaling)
    assert (found.metric, found.cpu_low, found.memory_low, found.requests_low) == ("joint", 30.0, 75.0, low)
    (replayed,) = policy_of_service(scaling, initial_tasks=4, start=START, minutes=9).alarms
    assert replayed.requests_low == 300.0
