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

BALANCERS = "elasticloadbalancing"


@pytest.fixture(
    scope="module",
    # The same reader, pages and bounds: a thousand only take ten times as long.
    params=[300, pytest.param(1000, marks=pytest.mark.slow)],
    ids="{} services".format,
)
def read(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Generated, Path, list[str]]:
    api, out, said = Generated(request.param), tmp_path_factory.mktemp("many") / "snapshot", Told()
    read_live(api, Wish(cluster=CLUSTER, days=1), out, NOW, said)
    return api, out, said


def pages(things: int, size: int) -> int:
    return -(-things // size)


def test_a_read_takes_as_many_calls_as_stated(read: tuple[Generated, Path, list[str]]) -> None:
    api, _, _ = read
    services = len(api.names)
    tasks = 2 * services
    stated = {
        "ecs:ListServices": pages(services, 100),
        "ecs:DescribeServices": pages(services, 10),
        "ecs:DescribeTaskDefinition": services,
        "ecs:ListTasks": pages(tasks, 100) + 1,
        "ecs:DescribeTasks": pages(tasks, 100),
        "application-autoscaling:DescribeScalableTargets": pages(services, 50),
        "application-autoscaling:DescribeScalingPolicies": pages(services, 5),
        "application-autoscaling:DescribeScalingActivities": services,
        "cloudwatch:DescribeAlarms": pages(services, 50),
        "pricing:GetProducts": 7,  # six services, and load balancers where the older one has them
        "cloudwatch:GetMetricData": pages(10 * services, 70),  # ten series each, 70 of a day's a page
        f"{BALANCERS}:DescribeTargetGroups": pages(services, 400),
        f"{BALANCERS}:DescribeRules": pages(services, 400),
        f"{BALANCERS}:DescribeTargetGroupAttributes": services,
        f"{BALANCERS}:DescribeTags": pages(2 * services, 20) + 1,
    }
    assert {name: api.calls[name] for name in stated} == stated
    assert all(calls == 1 for name, calls in api.calls.items() if name not in stated)


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
    api, _, said = read
    assert f"  {len(api.names)} of {len(api.names)} services" in said
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
