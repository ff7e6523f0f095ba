"""How tasks started and why they stopped, from what ECS remembers of the last hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from snapshot.made import CLUSTER, REGION, Made, shop

from trimtab.aws.connection import Connection
from trimtab.progress import silent
from trimtab.sandbox.clock import SandboxTime
from trimtab.sandbox.faults import Fault
from trimtab.sandbox.server import Sandbox
from trimtab.sandbox.timing import TaskTiming
from trimtab.snapshot.live.read import Wish, read_deployed
from trimtab.snapshot.live.scaling import read_activities
from trimtab.snapshot.live.tasks import READY_WINDOW_S, read_events, start_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.snapshot.answers import Raw

BEGAN = datetime(2026, 11, 20, 12, tzinfo=UTC)


def task(*, pulling: float = 10, pulled: float = 30, started: float = 32, **changes: Any) -> dict[str, Any]:
    stamps = {"createdAt": 0.0, "pullStartedAt": pulling, "pullStoppedAt": pulled, "startedAt": started}
    return {name: BEGAN + timedelta(seconds=at) for name, at in stamps.items()} | changes


def at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


def test_a_start_is_the_time_between_its_stamps() -> None:
    sample = start_of(task(), [at(50)])
    assert sample is not None
    assert (sample.placement_s, sample.pull_s, sample.boot_s, sample.ready_s) == (10, 20, 2, 18)


def test_the_earliest_time_at_which_it_was_ready_for_certain_counts() -> None:
    sample = start_of(task(), [at(500), at(10), at(60), at(90)])  # at 10 s it had not started
    assert sample is not None
    assert sample.ready_s == 28


@pytest.mark.parametrize(
    "broken",
    [
        {"startedAt": None},
        {"pullStartedAt": None},
        {"pullStoppedAt": at(5)},  # before the pull began
    ],
)
def test_a_start_whose_stamps_cannot_be_is_no_sample(broken: dict[str, Any]) -> None:
    assert start_of(task(**broken), [at(50)]) is None


def test_a_start_that_nothing_says_was_ready_is_no_sample() -> None:
    assert start_of(task(), []) is None
    assert start_of(task(), [at(32 + READY_WINDOW_S + 1)]) is None


def test_a_start_that_took_no_time_at_all_is_no_sample() -> None:
    assert start_of(task(pulling=0, pulled=0, started=0), [at(1)]) is None


@pytest.fixture(scope="module")
def raw() -> Iterator[Raw]:
    """An hour after the start: a scale-out of ``api``, and a deployment of ``worker`` whose tasks exit."""
    with (
        pytest.MonkeyPatch.context() as patch,
        Sandbox.start(
            clock=SandboxTime(speed=0, start=BEGAN.timestamp()), timing=TaskTiming.fargate()
        ) as sandbox,
    ):
        for name, value in sandbox.environment.items():
            patch.setenv(name, value)
        made = Made(sandbox)
        shop(made)
        sandbox.clock.advance(3600)
        sandbox.inject.deployment_failure(f"{CLUSTER}/worker", Fault.EXITS)
        made.ecs.update_service(cluster=CLUSTER, service="worker", forceNewDeployment=True)
        sandbox.scale(f"{CLUSTER}/api", 6, "because")
        sandbox.clock.advance(300)
        now = at(3900)
        account = Connection.open(region=REGION, session=made.session)
        raw = read_deployed(account, Wish(cluster=CLUSTER), now, silent)
        read_activities(account, raw, now - timedelta(days=14))
        read_events(raw)
        assert sandbox.faults == ()
        yield raw


def test_every_recent_task_that_something_checks_is_a_sample(raw: Raw) -> None:
    assert len(raw.starts["api"]) == 6
    for sample in raw.starts["api"]:
        # The sandbox's durations of Fargate.
        assert (sample.placement_s, sample.pull_s, sample.boot_s) == (10.3, 9.3, 0.8)
        assert 0 < sample.ready_s <= 60  # an upper bound: the steady state that followed


def test_a_service_that_nothing_checks_has_no_samples(raw: Raw) -> None:
    assert raw.starts["worker"] == []


def test_tasks_that_failed_are_told_from_tasks_that_were_stopped(raw: Raw) -> None:
    assert raw.failures["api"] == []
    assert {one.kind for one in raw.failures["worker"]} == {"stopped task"}
    assert "worker exited with 1" in raw.failures["worker"][0].text
    times = [one.at for one in raw.failures["worker"]]
    assert times == sorted(times, reverse=True)


def test_scaling_activities_are_read(raw: Raw) -> None:
    (activity,) = raw.activities["api"]
    assert activity.status == "Successful"
    assert activity.start == "2026-11-20T13:00:00Z"
    assert activity.end is not None
    assert "Setting desired count to 6" in activity.description
