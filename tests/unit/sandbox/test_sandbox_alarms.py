"""Alarms on metric math, as CloudWatch takes and refuses them, asked through its real client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

import made_client
from trimtab.sandbox.server import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def cloudwatch() -> Iterator[Any]:
    with Sandbox.start() as sandbox:
        yield made_client.client(sandbox.environment, "cloudwatch")
        assert sandbox.faults == ()


def metric(one: str, *, returned: bool = False) -> dict[str, Any]:
    stat = {"Metric": {"Namespace": "Shop", "MetricName": one}, "Period": 60, "Stat": "Average"}
    return {"Id": one, "MetricStat": stat, "ReturnData": returned}


def expression(one: str, text: str, *, returned: bool = False) -> dict[str, Any]:
    return {"Id": one, "Expression": text, "ReturnData": returned}


def put(cloudwatch: Any, *queries: dict[str, Any]) -> None:
    cloudwatch.put_metric_alarm(
        AlarmName="joint",
        ComparisonOperator="LessThanThreshold",
        EvaluationPeriods=1,
        Threshold=1,
        Metrics=list(queries),
    )


def test_ten_metrics_and_an_expression_of_them_are_taken(cloudwatch: Any) -> None:
    ten = [metric(f"m{number}") for number in range(10)]
    put(cloudwatch, *ten, expression("joint", "MAX([m0, FILL(m9, 0)]) / 1e3", returned=True))
    (kept,) = cloudwatch.describe_alarms(AlarmNames=["joint"])["MetricAlarms"]
    assert len(kept["Metrics"]) == 11


@pytest.mark.parametrize(
    ("queries", "says"),
    [
        (
            [*(metric(f"m{n}") for n in range(11)), expression("j", "m0 + 1", returned=True)],
            "11 structures with MetricStat",
        ),
        (
            [
                metric("m"),
                *(expression(f"e{n}", "m * 2") for n in range(10)),
                expression("j", "m", returned=True),
            ],
            "11 structures with Expression",
        ),
        ([metric("m"), expression("j", "m")], "ReturnData true, not 0"),
        ([metric("m", returned=True), expression("j", "m", returned=True)], "ReturnData true, not 2"),
        ([metric("Mine", returned=True)], "Invalid id 'Mine'"),
        ([metric("m"), expression("m", "m * 2", returned=True)], "'m' in Metrics is not unique"),
        ([metric("m"), expression("j", "m / tasks", returned=True)], "refers to 'tasks'"),
        ([expression("j", "SUM(SEARCH('{shop}', 'Sum'))", returned=True)], "searches"),
    ],
)
def test_what_cloudwatch_refuses_is_refused(
    cloudwatch: Any, queries: list[dict[str, Any]], says: str
) -> None:
    with pytest.raises(ClientError, match=says) as refused:
        put(cloudwatch, *queries)
    assert refused.value.response["Error"]["Code"] == "ValidationError"
