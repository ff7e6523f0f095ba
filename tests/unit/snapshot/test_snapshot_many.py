"""A thousand services: as few calls as the API allows, and memory that does not grow with them."""

from __future__ import annotations

import tracemalloc
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from report.made import Told
from snapshot.generated_api import CLUSTER, NOW, Generated

from trimtab.snapshot.folder import read_snapshot
from trimtab.snapshot.live.metrics import queries_of, read_metrics
from trimtab.snapshot.live.read import Wish, read_live
from trimtab.snapshot.window import Window

if TYPE_CHECKING:
    from pathlib import Path

THOUSAND = 1000
BALANCERS = "elasticloadbalancing"


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> tuple[Generated, Path, list[str]]:
    api, out, said = Generated(THOUSAND), tmp_path_factory.mktemp("many") / "snapshot", Told()
    read_live(api, Wish(cluster=CLUSTER, days=1), out, NOW, said)
    return api, out, said


def test_a_thousand_services_take_as_many_calls_as_stated(read: tuple[Generated, Path, list[str]]) -> None:
    api, _, _ = read
    counted = {name: api.calls[name] for name in api.calls if api.calls[name] > 2}
    assert counted == {
        "ecs:ListServices": 10,
        "ecs:DescribeServices": 100,
        "ecs:DescribeTaskDefinition": 1000,
        "ecs:ListTasks": 21,
        "ecs:DescribeTasks": 20,
        "application-autoscaling:DescribeScalableTargets": 20,
        "application-autoscaling:DescribeScalingPolicies": 200,
        "application-autoscaling:DescribeScalingActivities": 1000,
        "cloudwatch:DescribeAlarms": 20,
        "pricing:GetProducts": 7,  # six services, and load balancers where the older one has them
        "cloudwatch:GetMetricData": 143,  # 10,000 series, 70 of a day's a page
        f"{BALANCERS}:DescribeTargetGroups": 3,
        f"{BALANCERS}:DescribeRules": 3,
        f"{BALANCERS}:DescribeTargetGroupAttributes": 1000,
        f"{BALANCERS}:DescribeTags": 101,
    }


def test_no_call_asks_for_more_than_the_api_takes(read: tuple[Generated, Path, list[str]]) -> None:
    api, _, _ = read
    assert api.largest == {"services": 10, "tasks": 100, "tags": 20, "queries": 70}


def test_all_of_them_are_in_the_snapshot(read: tuple[Generated, Path, list[str]]) -> None:
    api, out, _ = read
    snapshot = read_snapshot(out)
    assert [one.name for one in snapshot.fleet.services] == api.names
    assert list(snapshot.metrics) == api.names
    assert all(len(one.scaling.policies) == 2 for one in snapshot.fleet.services)
    assert {skip.reason.value for skip in snapshot.skipped} == {"too little data"}


def test_progress_is_told_in_few_lines(read: tuple[Generated, Path, list[str]]) -> None:
    _, _, said = read
    assert "  500 of 1000 services" in said
    assert len(said) < 60


def peak_of_reading(services: int) -> int:
    """Most bytes held at a time while the metrics of so many services are read."""
    api, window = Generated(services), Window(start=NOW - timedelta(days=1), minutes=1440)
    wanted = [queries_of(CLUSTER, api._service(name), {}, insights=False) for name in api.names]  # noqa: SLF001 - the generator's own
    kept: list[str] = []
    tracemalloc.start()
    try:
        read_metrics(api, window, wanted, lambda name, _: kept.append(name), lambda *_: None)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        assert kept == api.names


def test_metrics_of_ten_times_as_many_services_take_no_more_memory() -> None:
    peak_of_reading(20)  # polars and numpy set themselves up once
    few, many = peak_of_reading(30), peak_of_reading(300)
    assert many < few * 1.5 + 300 * 500  # a few names and numbers a service, no series
