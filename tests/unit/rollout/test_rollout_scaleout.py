"""Scaling out while a deployment goes on: warned of, suspended on request, and always put back."""

from __future__ import annotations

import pytest
from rollout.made import Killed, Shop, of, outcomes
from rollout.scaled import IN, OUT, Scaled

from trimtab.errors import RolloutInterrupted
from trimtab.rollout.model import Outcome
from trimtab.sandbox.faults import Fault

REGISTER = "application-autoscaling:RegisterScalableTarget"


BEFORE = {IN: True, OUT: False, "ScheduledScalingSuspended": False}


@pytest.fixture
def scaled(shop: Shop) -> Scaled:
    shop.build("jobs")
    return Scaled(shop, "jobs")


def registered(shop: Shop) -> int:
    return [name for name, _ in shop.recorder.made].count(REGISTER)


def test_without_the_flag_an_alarm_is_warned_of_and_nothing_is_suspended(shop: Shop, scaled: Scaled) -> None:
    scaled.state(scaled.alarm, "ALARM")
    done = shop.rollout()
    (note,) = [one for one in of(done, "jobs").notes if "alarm" in one]
    assert note.startswith(f"alarm {scaled.alarm} is in ALARM: a scale-out now counts old and new tasks")
    assert f"jobs: {note}" in shop.told
    assert registered(shop) == 0


def test_an_alarm_that_is_near_is_warned_of_before_anything_is_begun(shop: Shop, scaled: Scaled) -> None:
    scaled.cpu(66.5)
    (note,) = of(shop.rollout(dry_run=True), "jobs").notes
    assert note.startswith(f"alarm {scaled.alarm} is near: 66.5 of 70")


def test_an_alarm_whose_metric_is_above_already_is_not_called_near(shop: Shop, scaled: Scaled) -> None:
    scaled.cpu(70.5)
    (note,) = of(shop.rollout(dry_run=True), "jobs").notes
    assert note.startswith(f"alarm {scaled.alarm} is at or above its threshold: 70.5 of 70")


def test_an_alarm_that_scales_in_or_is_far_is_no_reason_to_wait(shop: Shop, scaled: Scaled) -> None:
    scaled.state(f"{shop.cluster}-jobs-low", "ALARM")
    scaled.cpu(40.0)
    assert of(shop.rollout(dry_run=True), "jobs").notes == ()


def test_scaling_out_is_suspended_from_before_the_update_to_after_its_end(shop: Shop, scaled: Scaled) -> None:
    seen: list[bool] = []
    shop.clock.meanwhile = lambda: seen.append(scaled.suspended[OUT])
    assert outcomes(shop.rollout(suspend_out=True)) == {"jobs": Outcome.MOVED}
    assert seen
    assert all(seen)
    assert scaled.suspended == BEFORE
    assert (scaled.target["MinCapacity"], scaled.target["MaxCapacity"]) == (2, 8)
    writes = [name for name, _ in shop.recorder.writes]
    assert writes == [REGISTER, "ecs:UpdateService", REGISTER]


def test_it_is_put_back_after_a_deployment_that_failed(shop: Shop, scaled: Scaled) -> None:
    shop.inject.deployment_failure(f"{shop.cluster}/jobs", Fault.EXITS)
    assert outcomes(shop.rollout(suspend_out=True)) == {"jobs": Outcome.ROLLED_BACK}
    assert scaled.suspended == BEFORE


def test_it_is_put_back_after_a_call_that_failed(shop: Shop, scaled: Scaled) -> None:
    shop.recorder.refused["ecs:UpdateService"] = "ThrottlingException"
    with pytest.raises(RolloutInterrupted):
        shop.rollout(suspend_out=True)
    assert scaled.suspended == BEFORE


@pytest.mark.parametrize("options", [{}, {"undo": True}, {"suspend_out": True}])
def test_what_a_killed_run_left_suspended_the_next_one_puts_back(
    shop: Shop, scaled: Scaled, options: dict[str, bool]
) -> None:
    def die() -> None:
        raise Killed

    shop.clock.meanwhile = die
    with pytest.raises(Killed):
        shop.rollout(suspend_out=True)
    assert scaled.suspended[OUT]
    shop.clock.meanwhile = lambda: None
    shop.rollout(**options)
    assert scaled.suspended == BEFORE


def test_the_next_run_puts_it_back_of_a_service_that_it_does_not_touch(shop: Shop) -> None:
    shop.build("jobs", "cards")
    scaled = Scaled(shop, "jobs")

    def die() -> None:
        raise Killed

    shop.clock.meanwhile = die
    with pytest.raises(Killed):
        shop.rollout(suspend_out=True, services=("jobs",))
    shop.clock.meanwhile = lambda: None
    shop.rollout(services=("cards",))
    assert scaled.suspended == BEFORE


@pytest.mark.slow
def test_killed_between_any_two_calls_it_is_put_back_by_the_next(shop: Shop, scaled: Scaled) -> None:
    number = 0
    while True:
        shop.recorder.made.clear()
        shop.recorder.die_after = number
        try:
            shop.rollout(suspend_out=True)
            break
        except Killed:
            pass
        shop.recorder.die_after = -1
        shop.rollout(suspend_out=True)
        assert scaled.suspended == BEFORE
        shop.rollout(undo=True)
        number += 1
    assert number > 8
    assert scaled.suspended == BEFORE


def test_what_somebody_suspended_before_stays_suspended(shop: Shop, scaled: Scaled) -> None:
    scaled.scaling.register_scalable_target(**scaled.given, SuspendedState={IN: False, OUT: True})
    shop.rollout(suspend_out=True)
    assert scaled.suspended[OUT]
    assert registered(shop) == 0


def test_a_target_that_is_gone_is_not_made_again(shop: Shop, scaled: Scaled) -> None:
    def gone() -> None:
        shop.clock.meanwhile = lambda: None
        scaled.scaling.deregister_scalable_target(**scaled.given)

    shop.clock.meanwhile = gone
    shop.rollout(suspend_out=True)
    found = scaled.scaling.describe_scalable_targets(
        ServiceNamespace="ecs", ResourceIds=[scaled.given["ResourceId"]]
    )
    assert found["ScalableTargets"] == []


def test_an_alarm_that_may_not_be_read_is_said_and_stops_nothing(shop: Shop, scaled: Scaled) -> None:
    assert scaled
    shop.recorder.refused["cloudwatch:DescribeAlarms"] = "AccessDenied"
    done = shop.rollout()
    assert outcomes(done) == {"jobs": Outcome.MOVED}
    assert "its alarms could not be read" in of(done, "jobs").notes[0]
