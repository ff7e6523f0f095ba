"""Metrics are asked for in full pages, followed to their last page, and put where they belong."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

import made_client
from trimtab.aws.api import CallFailed
from trimtab.sandbox.server import Sandbox
from trimtab.snapshot.live.metrics import queries_of, read_metrics
from trimtab.snapshot.window import Query, Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import polars as pl

START = datetime(2026, 11, 9, tzinfo=UTC)
GROUPS = (
    "arn:aws:elasticloadbalancing:r:1:targetgroup/one/1",
    "arn:aws:elasticloadbalancing:r:1:targetgroup/two/2",
)
BALANCER = "arn:aws:elasticloadbalancing:r:1:loadbalancer/app/main/9"


class Answering:
    """An ``Api`` whose answers a test gives, page after page."""

    region = "us-east-1"

    def __init__(self, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        self.answer = answer
        self.asked: list[dict[str, Any]] = []

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        assert (service, operation) == ("cloudwatch", "GetMetricData")
        self.asked.append(parameters)
        return self.answer(parameters)


def queries(name: str, *, groups: tuple[str, ...] = (), insights: bool = False) -> tuple[Query, ...]:
    service = {"serviceName": name, "loadBalancers": [{"targetGroupArn": group} for group in groups]}
    return queries_of("c", service, dict.fromkeys(GROUPS, BALANCER), insights=insights)


def read(
    api: Any, minutes: int, *wanted: tuple[Query, ...]
) -> tuple[dict[str, pl.DataFrame], dict[str, str]]:
    tables: dict[str, pl.DataFrame] = {}
    refused: dict[str, str] = {}
    read_metrics(
        api,
        Window(start=START, minutes=minutes),
        wanted,
        tables.__setitem__,
        lambda name, failed: refused.__setitem__(name, failed.code),
    )
    return tables, refused


def constant(value: float = 7.0, minute: int = 0) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def answer(given: dict[str, Any]) -> dict[str, Any]:
        stamp = START + timedelta(minutes=minute)
        return {
            "MetricDataResults": [
                {"Id": one["Id"], "StatusCode": "Complete", "Timestamps": [stamp], "Values": [value]}
                for one in given["MetricDataQueries"]
            ]
        }

    return answer


@pytest.mark.parametrize(("minutes", "a_call"), [(20_160, 5), (1440, 70), (100, 500), (100_801, 1)])
def test_a_call_is_filled_to_the_points_or_queries_it_may_have(minutes: int, a_call: int) -> None:
    api = Answering(constant())
    tables, _ = read(api, minutes, *(queries(f"s{number}") for number in range(240)))
    assert [len(given["MetricDataQueries"]) for given in api.asked[:-1]] == [a_call] * (len(api.asked) - 1)
    assert sum(len(given["MetricDataQueries"]) for given in api.asked) == 1200
    assert len(tables) == 240
    assert all(given["MaxDatapoints"] == 100_800 for given in api.asked)
    assert all(given["ScanBy"] == "TimestampAscending" for given in api.asked)


def test_a_query_names_the_series_as_cloudwatch_does() -> None:
    api = Answering(constant())
    read(api, 20_160, queries("web", groups=GROUPS[:1]))
    stat = api.asked[1]["MetricDataQueries"][0]["MetricStat"]
    assert stat["Metric"]["Dimensions"] == [
        {"Name": "LoadBalancer", "Value": "app/main/9"},
        {"Name": "TargetGroup", "Value": "targetgroup/one/1"},
    ]
    assert (stat["Metric"]["MetricName"], stat["Stat"], stat["Period"]) == ("RequestCount", "Sum", 60)
    assert api.asked[0]["MetricDataQueries"][0]["MetricStat"]["Metric"]["Dimensions"] == [
        {"Name": "ClusterName", "Value": "c"},
        {"Name": "ServiceName", "Value": "web"},
    ]


def test_an_answer_in_pages_is_followed_to_its_end() -> None:
    def answer(given: dict[str, Any]) -> dict[str, Any]:
        page = int(given.get("NextToken", 0))
        result = {
            "Id": given["MetricDataQueries"][page]["Id"],
            "StatusCode": "Complete",
            "Timestamps": [START + timedelta(minutes=page)],
            "Values": [float(page)],
        }
        return {"MetricDataResults": [result], **({"NextToken": str(page + 1)} if page < 4 else {})}

    tables, _ = read(Answering(answer), 1440, queries("web"))
    assert tables["web"]["memory_maximum_percent"].to_list() == [None, None, None, None, 4.0]
    assert tables["web"]["timestamp"][4] == START + timedelta(minutes=4)


def test_minutes_without_any_value_are_no_rows() -> None:
    tables, _ = read(Answering(constant(minute=30)), 60, queries("web"))
    assert tables["web"]["timestamp"].to_list() == [START + timedelta(minutes=30)]


def test_running_tasks_are_counted_by_samples_where_container_insights_is_off() -> None:
    tables, _ = read(Answering(constant(3.0)), 60, queries("web"))
    assert tables["web"]["running_tasks"].to_list() == [3]


def test_container_insights_counts_tasks_and_samples_only_where_it_was_off() -> None:
    def answer(given: dict[str, Any]) -> dict[str, Any]:
        by_metric = {"RunningTaskCount": ([1], [5.0]), "CPUUtilization": ([0, 1], [4.0, 4.0])}
        results = []
        for one in given["MetricDataQueries"]:
            minutes, values = by_metric.get(one["MetricStat"]["Metric"]["MetricName"], ([], []))
            stamps = [START + timedelta(minutes=minute) for minute in minutes]
            results.append({"Id": one["Id"], "Timestamps": stamps, "Values": values})
        return {"MetricDataResults": results}

    tables, _ = read(Answering(answer), 60, queries("web", insights=True))
    assert tables["web"]["running_tasks"].to_list() == [4, 5]


def test_requests_of_several_target_groups_are_added_up() -> None:
    tables, _ = read(Answering(constant(40.0)), 60, queries("web", groups=GROUPS))
    assert tables["web"]["requests"].to_list() == [80.0]


def test_percentiles_of_several_target_groups_are_the_slowest_groups() -> None:
    def answer(given: dict[str, Any]) -> dict[str, Any]:
        results = []
        for one in given["MetricDataQueries"]:
            stat = one["MetricStat"]
            group = next((each["Value"] for each in stat["Metric"]["Dimensions"][1:]), "")
            values = [0.3, 0.1] if group.endswith("one/1") else [0.2]
            if stat["Metric"]["MetricName"] != "TargetResponseTime":
                values = []
            stamps = [START + timedelta(minutes=minute) for minute in range(len(values))]
            results.append({"Id": one["Id"], "Timestamps": stamps, "Values": values})
        return {"MetricDataResults": results}

    api = Answering(answer)
    tables, _ = read(api, 60, queries("web", groups=GROUPS))
    assert tables["web"]["response_p95_s"].to_list() == pytest.approx([0.3, 0.1])
    stats = [one["MetricStat"] for one in api.asked[0]["MetricDataQueries"]]
    asked = [one["Stat"] for one in stats if one["Metric"]["MetricName"] == "TargetResponseTime"]
    assert asked == ["p50", "p50", "p95", "p95", "p99", "p99"]


def test_no_answer_failed_where_requests_were_counted_and_timed_and_elsewhere_nobody_knows() -> None:
    told = {
        ("RequestCount", "Sum"): {0: 10.0, 1: 10.0, 2: 10.0},
        ("TargetResponseTime", "p95"): {0: 0.1, 1: 0.1},
        ("HTTPCode_Target_5XX_Count", "Sum"): {1: 3.0},
        ("CPUUtilization", "Average"): {3: 5.0},
    }

    def answer(given: dict[str, Any]) -> dict[str, Any]:
        results = []
        for one in given["MetricDataQueries"]:
            stat = one["MetricStat"]
            values = told.get((stat["Metric"]["MetricName"], stat["Stat"]), {})
            stamps = [START + timedelta(minutes=minute) for minute in values]
            results.append({"Id": one["Id"], "Timestamps": stamps, "Values": list(values.values())})
        return {"MetricDataResults": results}

    web = read(Answering(answer), 60, queries("web", groups=GROUPS[:1]))[0]["web"]
    assert web["target_5xx"].to_list() == [0.0, 3.0, None, None]
    assert web["response_p95_s"].to_list() == pytest.approx([0.1, 0.1, None, None])


def test_a_series_that_cloudwatch_failed_at_is_asked_for_again() -> None:
    tries: Counter[str] = Counter()

    def answer(given: dict[str, Any]) -> dict[str, Any]:
        whole = constant()(given)
        for result in whole["MetricDataResults"]:
            tries[result["Id"]] += 1
            if result["Id"] == "q1" and tries["q1"] < 3:
                result.update(StatusCode="InternalError", Timestamps=[], Values=[])
        return whole

    tables, refused = read(Answering(answer), 60, queries("web"))
    assert tables["web"]["cpu_maximum_percent"].to_list() == [7.0]
    assert refused == {}
    assert tries == {"q0": 1, "q1": 3, "q2": 1, "q3": 1, "q4": 1}


def test_services_whose_call_fails_are_refused_and_the_next_are_read() -> None:
    def answer(given: dict[str, Any]) -> dict[str, Any]:
        names = {
            one["Value"]
            for query in given["MetricDataQueries"]
            for one in query["MetricStat"]["Metric"]["Dimensions"]
        }
        if "b" in names:
            raise CallFailed("cloudwatch:GetMetricData", "Throttling", "slower")
        return constant()(given)

    tables, refused = read(
        Answering(answer), 20_160, queries("a"), queries("b", groups=GROUPS[:1]), queries("c")
    )
    assert list(tables) == ["a", "c"]
    assert refused == {"b": "Throttling"}


@pytest.fixture(scope="module")
def cloudwatch() -> Iterator[Any]:
    with Sandbox.start() as sandbox:
        client = made_client.client(sandbox.environment, "cloudwatch")
        put(
            client,
            Timestamp=START,
            StatisticValues={"Sum": 30, "SampleCount": 3, "Minimum": 5, "Maximum": 20},
        )
        put(client, Timestamp=START + timedelta(minutes=1), Values=[1, 3], Counts=[3, 1])
        put(client, Timestamp=START + timedelta(minutes=1), Value=8)
        yield client
        assert sandbox.faults == ()


def put(cloudwatch: Any, **datum: Any) -> None:
    dimensions = [{"Name": "ServiceName", "Value": "web"}]
    cloudwatch.put_metric_data(
        Namespace="AWS/ECS", MetricData=[{"MetricName": "M", "Dimensions": dimensions, **datum}]
    )


def ask(cloudwatch: Any, statistic: str = "Average", period: int = 60, **given: Any) -> dict[str, Any]:
    metric = {
        "Namespace": "AWS/ECS",
        "MetricName": "M",
        "Dimensions": [{"Name": "ServiceName", "Value": "web"}],
    }
    query = {"Id": "a", "MetricStat": {"Metric": metric, "Period": period, "Stat": statistic}}
    span = {"StartTime": START, "EndTime": START + timedelta(minutes=5)}
    answer: dict[str, Any] = cloudwatch.get_metric_data(
        **{"MetricDataQueries": [query], "ScanBy": "TimestampAscending", **span, **given}
    )
    return answer


def test_the_sandbox_folds_values_and_statistic_sets_into_periods(cloudwatch: Any) -> None:
    def values(statistic: str, period: int = 60) -> list[float]:
        result: list[float] = ask(cloudwatch, statistic, period)["MetricDataResults"][0]["Values"]
        return result

    assert values("Average") == [10, 14 / 5]
    assert values("SampleCount") == [3, 5]
    assert values("Maximum") == [20, 8]
    assert values("Minimum") == [5, 1]
    assert values("Sum", 300) == [44]


def test_the_sandbox_answers_in_pages(cloudwatch: Any) -> None:
    first = ask(cloudwatch, MaxDatapoints=1)
    assert [one["StatusCode"] for one in first["MetricDataResults"]] == ["PartialData"]
    second = ask(cloudwatch, MaxDatapoints=1, NextToken=first["NextToken"])
    assert second["MetricDataResults"][0]["Timestamps"] == [START + timedelta(minutes=1)]
    assert "NextToken" not in second


def test_the_sandbox_refuses_what_cloudwatch_refuses(cloudwatch: Any) -> None:
    query = {"Id": "a", "MetricStat": {"Metric": {"MetricName": "M"}, "Period": 60, "Stat": "Sum"}}
    for given in ({"MaxDatapoints": 100_801}, {"MetricDataQueries": [query] * 501}):
        with pytest.raises(cloudwatch.exceptions.ClientError):
            ask(cloudwatch, **given)


def test_the_sandbox_lists_the_metrics_it_was_given(cloudwatch: Any) -> None:
    listed = cloudwatch.list_metrics(Namespace="AWS/ECS")["Metrics"]
    assert [one["MetricName"] for one in listed] == ["M"]
