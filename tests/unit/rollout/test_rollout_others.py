"""Somebody else deploys meanwhile: a second operator, or CI with an image of its own."""

from __future__ import annotations

import json

from rollout.made import NEW, OLD, Shop, of, outcomes

from trimtab.rollout.model import Outcome
from trimtab.sandbox.faults import Fault


def test_a_second_operators_deployment_stops_everything(shop: Shop) -> None:
    shop.build("jobs", "cards")
    other = shop.register("jobs", OLD, image="hotfix")

    def deploy() -> None:
        if shop.recorder.writes:
            shop.deploy("jobs", other)
            shop.clock.meanwhile = lambda: None

    shop.clock.meanwhile = deploy
    done = shop.rollout()
    assert outcomes(done) == {"jobs": Outcome.SUPERSEDED, "cards": Outcome.NOT_REACHED}
    assert done.exit_code == 22
    assert shop.family("jobs", 3) in of(done, "jobs").detail
    assert shop.runs("jobs") == 3


def test_a_deployment_of_the_same_revision_by_somebody_else_is_not_taken_for_ours(shop: Shop) -> None:
    shop.build("jobs")

    def again() -> None:
        if shop.recorder.writes:
            shop.deploy("jobs", shop.read("jobs")["taskDefinition"], forceNewDeployment=True)
            shop.clock.meanwhile = lambda: None

    shop.clock.meanwhile = again
    assert outcomes(shop.rollout()) == {"jobs": Outcome.SUPERSEDED}


def test_answers_from_before_the_update_are_not_taken_for_somebody_elses_deployment(shop: Shop) -> None:
    shop.build("jobs")
    shop.recorder.stale = 3
    assert outcomes(shop.rollout()) == {"jobs": Outcome.MOVED}
    assert "jobs: AWS does not list the deployment yet" in shop.told


def test_a_deployment_in_progress_is_waited_for(shop: Shop) -> None:
    shop.build("jobs")
    shop.deploy("jobs", shop.read("jobs")["taskDefinition"], forceNewDeployment=True)
    assert outcomes(shop.rollout()) == {"jobs": Outcome.MOVED}
    assert any("jobs: waiting for a steady state" in line for line in shop.told)


def test_a_service_that_finds_no_steady_state_stops_everything_untouched(shop: Shop) -> None:
    shop.build("jobs", "cards")
    shop.inject.deployment_failure(f"{shop.cluster}/jobs", Fault.NEVER_SETTLES)
    shop.deploy("jobs", shop.read("jobs")["taskDefinition"], forceNewDeployment=True)
    done = shop.rollout(timeout_s=120.0)
    assert outcomes(done) == {"jobs": Outcome.UNSTEADY, "cards": Outcome.NOT_REACHED}
    assert done.exit_code == 25
    assert shop.recorder.writes == []


def test_a_service_without_a_breaker_is_left_alone_and_the_others_move(shop: Shop) -> None:
    shop.build("jobs", "cards")
    off = {"deploymentCircuitBreaker": {"enable": True, "rollback": False}}
    shop.ecs.update_service(cluster=shop.cluster, service="jobs", deploymentConfiguration=off)
    done = shop.rollout()
    assert outcomes(done) == {"jobs": Outcome.REFUSED, "cards": Outcome.MOVED}
    assert done.exit_code == 20
    assert "roll back" in of(done, "jobs").detail


def test_an_image_that_ci_deployed_since_is_kept_at_the_new_size(shop: Shop) -> None:
    shop.build("jobs", "web")
    shop.deploy("web", shop.register("web", OLD, image="2"))
    shop.settle()
    done = shop.rollout()
    assert set(outcomes(done).values()) == {Outcome.MOVED}
    assert shop.runs("web") == 4
    made = shop.definition("web")
    assert (made["cpu"], made["memory"]) == ("256", "512")
    application, collector = made["containerDefinitions"]
    assert (application["image"], application["cpu"]) == ("repo/web:2", 192)
    assert (collector["name"], collector["cpu"]) == ("collector", 64)
    assert any("repo/web:2 runs" in note for note in of(done, "web").notes)
    assert set(outcomes(shop.rollout()).values()) == {Outcome.ALREADY}


def test_what_ci_deployed_on_top_of_the_new_size_is_left_as_it_is(shop: Shop) -> None:
    shop.build("web")
    shop.rollout()
    shop.deploy("web", shop.register("web", NEW, image="2"))
    shop.settle()
    shop.recorder.made.clear()
    named = shop.folder / "named.json"
    named.write_text(json.dumps({"web": shop.arn("web", 2)}), encoding="utf-8")
    assert outcomes(shop.rollout(task_definitions=named)) == {"web": Outcome.ALREADY}
    assert shop.recorder.writes == []


def test_ci_deploying_while_the_service_is_prepared_is_looked_at_again(shop: Shop) -> None:
    shop.build("web")
    shop.deploy("web", shop.register("web", OLD, image="2"))
    shop.settle()
    third = shop.register("web", OLD, image="3")

    def deploy(name: str) -> None:
        if name == "ecs:RegisterTaskDefinition":
            shop.recorder.before_write = lambda _: None
            shop.deploy("web", third)

    shop.recorder.before_write = deploy
    assert outcomes(shop.rollout()) == {"web": Outcome.MOVED}
    assert shop.definition("web")["containerDefinitions"][0]["image"] == "repo/web:3"


def test_overtaking_somebody_who_deploys_in_the_same_moment_is_noticed(shop: Shop) -> None:
    shop.build("jobs", "cards")
    other = shop.register("jobs", OLD, image="2")
    shop.recorder.before_write = lambda _: shop.deploy("jobs", other)
    done = shop.rollout()
    assert outcomes(done) == {"jobs": Outcome.SUPERSEDED, "cards": Outcome.NOT_REACHED}
    assert f"deploy {other} again" in of(done, "jobs").detail
    shop.recorder.before_write = lambda _: None
    shop.deploy("jobs", other)
    assert set(outcomes(shop.rollout()).values()) == {Outcome.MOVED}
    assert shop.definition("jobs")["containerDefinitions"][0]["image"] == "repo/jobs:2"
