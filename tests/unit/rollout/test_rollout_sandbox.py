"""A rollout against the sandbox: real clients, deployments in their own time, faults on request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rollout.made import ORDER, Shop, of, outcomes

from trimtab.rollout.model import Outcome
from trimtab.sandbox.faults import Fault

if TYPE_CHECKING:
    from pathlib import Path


def test_services_move_one_at_a_time_the_least_critical_first(shop: Shop) -> None:
    shop.build()
    done = shop.rollout()
    assert [one.service for one in done.results] == ORDER
    assert set(outcomes(done).values()) == {Outcome.MOVED}
    assert done.exit_code == 0
    for name in ORDER:
        assert shop.runs(name) == 2
        (deployment,) = shop.read(name)["deployments"]
        assert deployment["rolloutState"] == "COMPLETED"
    # One at a time: each was watched to its end before the next was begun.
    told = [line for line in shop.told if ": moved" in line or "deployment ecs-svc/" in line]
    assert [line.split(":")[0] for line in told] == [name for name in ORDER for _ in range(2)]


def test_a_wave_moves_several_at_a_time(shop: Shop) -> None:
    shop.build("jobs", "cards", "web")
    shop.rollout(wave=2)
    begun = [line.split(":")[0] for line in shop.told if ": moved" in line or "deployment ecs-svc/" in line]
    assert set(begun[:2]) == set(begun[2:4]) == {"jobs", "cards"}
    assert begun[4:] == ["web", "web"]


def test_a_second_rollout_finds_everything_done_and_writes_nothing(shop: Shop) -> None:
    shop.build("jobs", "cards")
    shop.rollout()
    shop.recorder.made.clear()
    assert set(outcomes(shop.rollout()).values()) == {Outcome.ALREADY}
    assert shop.recorder.writes == []


def test_a_dry_run_names_the_calls_and_makes_none_that_write(shop: Shop, tmp_path: Path) -> None:
    shop.build("jobs", "web")
    done = shop.rollout(dry_run=True)
    assert set(outcomes(done).values()) == {Outcome.WOULD_MOVE}
    assert of(done, "web").calls == (
        f"ecs:UpdateService cluster={shop.cluster} service=web taskDefinition={shop.arn('web', 2)}",
    )
    assert shop.recorder.writes == []
    assert {path.name for path in tmp_path.iterdir()} == {"recommendation", "recommendation.json"}
    shop.rollout()
    written = [f"{name} {given['taskDefinition']}" for name, given in shop.recorder.writes]
    planned = [call.split() for one in done.results for call in one.calls]
    assert written == [f"{call[0]} {call[-1].removeprefix('taskDefinition=')}" for call in planned]


@pytest.mark.parametrize("failure", [Fault.EXITS, Fault.CANNOT_PULL, Fault.UNHEALTHY])
def test_a_deployment_that_fails_stops_everything_and_says_what_aws_said(shop: Shop, failure: Fault) -> None:
    shop.build("jobs", "cards", "web")
    shop.inject.deployment_failure(f"{shop.cluster}/cards", failure)
    done = shop.rollout()
    assert outcomes(done)["jobs"] is Outcome.MOVED
    assert outcomes(done)["cards"] is Outcome.ROLLED_BACK
    assert outcomes(done)["web"] is Outcome.NOT_REACHED
    assert done.exit_code == 21
    said = of(done, "cards")
    assert "circuit breaker" in said.detail
    assert any("deployment failed" in line for line in said.said)
    assert any(line.startswith("stopped task: ") for line in said.said)
    assert shop.updates() == {"jobs": 1, "cards": 1}
    shop.settle()
    assert shop.runs("cards") == 1


def test_after_a_failure_the_next_run_tries_again_where_it_stopped(shop: Shop) -> None:
    shop.build("jobs", "cards")
    shop.inject.deployment_failure(f"{shop.cluster}/jobs", Fault.EXITS)
    assert shop.rollout().exit_code == 21
    done = shop.rollout()
    assert set(outcomes(done).values()) == {Outcome.MOVED}
    assert shop.runs("jobs") == 2


def test_in_a_wave_the_others_are_watched_to_their_end_when_one_fails(shop: Shop) -> None:
    shop.build("jobs", "cards", "web")
    shop.inject.deployment_failure(f"{shop.cluster}/jobs", Fault.EXITS)
    done = shop.rollout(wave=2)
    assert outcomes(done) == {
        "jobs": Outcome.ROLLED_BACK,
        "cards": Outcome.MOVED,
        "web": Outcome.NOT_REACHED,
    }


def test_in_a_wave_nothing_more_is_started_after_one_that_stops(shop: Shop) -> None:
    shop.build("jobs", "cards")
    shop.inject.deployment_failure(f"{shop.cluster}/jobs", Fault.NEVER_SETTLES)
    shop.deploy("jobs", shop.read("jobs")["taskDefinition"], forceNewDeployment=True)
    done = shop.rollout(wave=2, timeout_s=60.0)
    assert outcomes(done) == {"jobs": Outcome.UNSTEADY, "cards": Outcome.NOT_REACHED}


def test_a_deployment_that_never_settles_is_given_up_on_and_taken_up_again(shop: Shop) -> None:
    shop.build("jobs", "cards")
    shop.inject.deployment_failure(f"{shop.cluster}/jobs", Fault.NEVER_SETTLES)
    done = shop.rollout(timeout_s=600.0)
    assert outcomes(done) == {"jobs": Outcome.UNSETTLED, "cards": Outcome.NOT_REACHED}
    assert done.exit_code == 23
    assert sum(shop.clock.waited_s[-40:]) >= 600
    own = shop.read("jobs")["deployments"][0]["id"]
    # It still does not settle; it is watched, not started again.
    assert outcomes(shop.rollout(timeout_s=60.0))["jobs"] is Outcome.UNSETTLED
    assert shop.updates() == {"jobs": 1}
    assert f"jobs: going on with deployment {own}" in shop.told


def test_a_deployment_that_never_settles_can_be_undone(shop: Shop) -> None:
    shop.build("jobs")
    shop.inject.deployment_failure(f"{shop.cluster}/jobs", Fault.NEVER_SETTLES)
    shop.rollout(timeout_s=120.0)
    done = shop.rollout(undo=True)
    assert outcomes(done) == {"jobs": Outcome.MOVED}
    assert shop.runs("jobs") == 1


def test_a_service_deleted_meanwhile_stops_everything(shop: Shop) -> None:
    shop.build("jobs", "cards")

    def delete() -> None:
        if len(shop.recorder.writes) == 1:
            shop.delete("jobs")
            shop.clock.meanwhile = lambda: None

    shop.clock.meanwhile = delete
    done = shop.rollout()
    assert outcomes(done) == {"jobs": Outcome.DELETED, "cards": Outcome.NOT_REACHED}
    assert done.exit_code == 24
    assert shop.updates() == {"jobs": 1}


def test_a_service_deleted_right_before_its_update_is_told_from_a_failure(shop: Shop) -> None:
    shop.build("jobs")
    shop.recorder.before_write = lambda _: shop.delete("jobs")
    assert outcomes(shop.rollout()) == {"jobs": Outcome.DELETED}


def test_a_service_that_is_not_there_is_left_alone_and_the_others_move(shop: Shop) -> None:
    shop.build("jobs", "cards")
    shop.delete("jobs")
    shop.clock.sleep(600)
    done = shop.rollout()
    assert outcomes(done) == {"cards": Outcome.MOVED, "jobs": Outcome.REFUSED}
    assert done.exit_code == 20
