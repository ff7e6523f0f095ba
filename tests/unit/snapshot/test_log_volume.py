"""What services write to their log groups a day: of a sandbox whose CloudWatch counted it by the hour."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest
from fleet.made import fleet, service
from snapshot.made import CLUSTER, REGION, Made, shop

from trimtab.aws.api import CallFailed
from trimtab.aws.connection import Connection
from trimtab.progress import silent
from trimtab.sandbox.past import Series
from trimtab.sandbox.server import Sandbox
from trimtab.snapshot.live.log_volume import with_log_volume
from trimtab.snapshot.live.read import Wish, read_deployed
from trimtab.snapshot.window import Window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.fleet.model import Fleet
    from trimtab.snapshot.answers import Raw

NOW = datetime.now(UTC)
END = NOW.replace(minute=0, second=0, microsecond=0)
WINDOW = Window(start=END - timedelta(days=2) + timedelta(minutes=7), minutes=2 * 1440 - 4)


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[Connection, Raw]]:
    """Give the account, and what is deployed in it."""
    with pytest.MonkeyPatch.context() as patch, Sandbox.start() as sandbox:
        for name, value in sandbox.environment.items():
            patch.setenv(name, value)
        made = Made(sandbox)
        shop(made)
        sandbox.record([_bytes("/ecs/api", 1000.0, 72), _bytes("/ecs/worker", 50.0, 30)])
        api = Connection.open(region=REGION, session=made.session)
        yield api, read_deployed(api, Wish(cluster=CLUSTER), NOW, silent)
        assert sandbox.calls_not_implemented == ()
        assert sandbox.faults == ()


def _bytes(group: str, each: float, hours: int) -> Series:
    """So many bytes in each of the last hours, in two points."""
    at = END.timestamp() - 1800 * np.arange(2 * hours, 0, -1, dtype=np.float64)
    half, ones = np.full(at.size, each / 2), np.ones(at.size)
    return Series("AWS/Logs", "IncomingBytes", (("LogGroupName", group),), at, half, ones, half, half)


FLEET = fleet(service("api"), service("worker"))


def volumes(found: Fleet) -> dict[str, float | None]:
    return {one.name: one.log_bytes_day for one in found.services}


def test_a_day_is_the_mean_of_the_whole_hours_since_the_group_is_there(
    world: tuple[Connection, Raw],
) -> None:
    api, raw = world
    found = with_log_volume(api, raw, FLEET, WINDOW)
    # Minutes of the span's first hour are no hour; the worker's group begins 30 hours before the end.
    assert volumes(found) == {"api": pytest.approx(24_000), "worker": pytest.approx(1_200)}
    assert found.notes == FLEET.notes


def test_a_group_without_a_point_is_unknown_and_not_empty(world: tuple[Connection, Raw]) -> None:
    api, raw = world
    before = Window(start=WINDOW.start - timedelta(days=5), minutes=WINDOW.minutes)
    found = with_log_volume(api, raw, FLEET, before)
    assert volumes(found) == {"api": None, "worker": None}
    assert "less than a day of it, for /ecs/api, /ecs/worker" in found.notes[-1]


def test_of_less_than_a_day_no_volume_a_day_is_told(world: tuple[Connection, Raw]) -> None:
    api, raw = world
    short = Window(start=END - timedelta(hours=23), minutes=23 * 60)
    assert volumes(with_log_volume(api, raw, FLEET, short)) == {"api": None, "worker": None}


def test_a_group_that_two_services_write_to_is_nobodys(world: tuple[Connection, Raw]) -> None:
    api, raw = world
    raw = copy.deepcopy(raw)
    (definition,) = (one for one in raw.definitions.values() if one["family"].endswith("worker"))
    options = definition["containerDefinitions"][0]["logConfiguration"]["options"]
    options["awslogs-group"] = "/ecs/api"
    found = with_log_volume(api, raw, FLEET, WINDOW)
    assert volumes(found) == {"api": None, "worker": None}
    assert found.notes[-1] == "log volume is not known of services that share a log group: api, worker"


def test_sessions_of_exec_in_a_services_group_make_it_shared(world: tuple[Connection, Raw]) -> None:
    api, raw = world
    raw = copy.deepcopy(raw)
    raw.cluster["configuration"] = {
        "executeCommandConfiguration": {"logConfiguration": {"cloudWatchLogGroupName": "/ecs/api"}}
    }
    found = with_log_volume(api, raw, FLEET, WINDOW)
    assert volumes(found) == {"api": None, "worker": pytest.approx(1_200)}


def test_who_may_not_read_metrics_is_told_so(world: tuple[Connection, Raw]) -> None:
    class Denied:
        region = REGION

        def call(self, service: str, operation: str, **_: object) -> dict[str, object]:
            raise CallFailed(f"{service}:{operation}", "AccessDenied", "no")

    found = with_log_volume(Denied(), world[1], FLEET, WINDOW)
    assert volumes(found) == {"api": None, "worker": None}
    assert found.notes[-1] == "log volume could not be read (cloudwatch:GetMetricData: AccessDenied)"
