"""Back to what ran before a rollout, whatever happened since."""

from __future__ import annotations

import pytest
from rollout.made import NEW, OLD, ORDER, Shop, outcomes

from trimtab.errors import RolloutError
from trimtab.rollout.model import Outcome


def test_undo_goes_back_the_last_first_and_only_once(shop: Shop) -> None:
    shop.build()
    shop.rollout()
    done = shop.rollout(undo=True)
    assert [one.service for one in done.results] == ORDER[::-1]
    assert set(outcomes(done).values()) == {Outcome.MOVED}
    for name in ORDER:
        assert shop.runs(name) == 1
    assert shop.rollout(undo=True).results == ()


def test_undo_after_ci_goes_back_to_the_size_and_keeps_the_image(shop: Shop) -> None:
    shop.build("web")
    shop.rollout()
    shop.deploy("web", shop.register("web", NEW, image="2"))
    shop.settle()
    assert outcomes(shop.rollout(undo=True)) == {"web": Outcome.MOVED}
    made = shop.definition("web")
    (application,) = made["containerDefinitions"]
    assert (made["cpu"], application["cpu"], application["image"]) == ("1024", 1024, "repo/web:2")


def test_undo_registers_anew_what_was_deregistered(shop: Shop) -> None:
    shop.build("jobs")
    shop.rollout()
    shop.ecs.deregister_task_definition(taskDefinition=shop.family("jobs", 1))
    assert outcomes(shop.rollout(undo=True)) == {"jobs": Outcome.MOVED}
    assert shop.runs("jobs") == 3
    assert shop.definition("jobs")["cpu"] == "1024"


def test_undo_of_one_service_leaves_the_others_to_undo(shop: Shop) -> None:
    shop.build("jobs", "cards")
    shop.rollout()
    assert outcomes(shop.rollout(undo=True, services=("jobs",))) == {"jobs": Outcome.MOVED}
    assert outcomes(shop.rollout(undo=True)) == {"cards": Outcome.MOVED}


def test_undo_without_a_rollout_is_refused(shop: Shop) -> None:
    shop.build("jobs")
    with pytest.raises(RolloutError, match="no rollout that could be undone"):
        shop.rollout(undo=True)


def test_undo_goes_back_to_what_ran_last_not_to_an_older_image(shop: Shop) -> None:
    shop.build("jobs")
    shop.rollout()
    shop.deploy("jobs", shop.register("jobs", OLD, image="2"))
    shop.settle()
    shop.rollout()
    shop.rollout(undo=True)
    assert shop.definition("jobs")["containerDefinitions"][0]["image"] == "repo/jobs:2"
    assert shop.runs("jobs") == 3


def test_what_somebody_took_back_by_hand_is_not_undone_later(shop: Shop) -> None:
    shop.build("jobs")
    shop.rollout()
    shop.deploy("jobs", shop.family("jobs", 1))
    shop.settle()
    assert outcomes(shop.rollout(undo=True)) == {"jobs": Outcome.ALREADY}
    assert shop.rollout(undo=True).results == ()


def test_undo_needs_no_recommendation(shop: Shop) -> None:
    shop.build("jobs")
    shop.rollout()
    (shop.folder / "recommendation.json").unlink()
    assert outcomes(shop.rollout(undo=True)) == {"jobs": Outcome.MOVED}
