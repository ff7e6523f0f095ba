"""Spot takes tasks away: scenarios worked out by hand from ``docs/replay.md``, and the events' maker.

A task pulls 10 s after the decision, is RUNNING after 30 and serves after 40.
"""

from __future__ import annotations

from dataclasses import replace as changed
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from replay import made

from trimtab.errors import ReplayError
from trimtab.replay.bound import clairvoyant_bound
from trimtab.replay.inputs import Interruptions
from trimtab.replay.policy import fixed_count
from trimtab.replay.run import replay, replay_many
from trimtab.replay.spot import spot_interruptions

if TYPE_CHECKING:
    from trimtab.replay.inputs import Inputs

YEAR = 525_600


def events(minutes: int, *, wait_s: int = 0, **shares: int) -> Interruptions:
    """Shares by minute: ``m2=50`` takes half of the tasks at tick 2."""
    share_percent = np.zeros(minutes, dtype=np.int64)
    for minute, share in shares.items():
        share_percent[int(minute.removeprefix("m"))] = share
    return Interruptions(share_percent=share_percent, capacity_wait_s=wait_s)


def service(demand: list[float], taken: Interruptions, **changes: Any) -> Inputs:
    return made.inputs(demand, interruptions=taken, **changes)


def test_interrupted_tasks_serve_no_more_and_are_replaced_at_once() -> None:
    given = service([1.0] * 5, events(5, m2=30), deregistration_delay_s=20, shutdown_s=15)
    answer = replay(given, fixed_count(10))
    # 3 of 10 leave at 120; what replaces them runs at 150 and serves at 160.
    assert (answer.summary.interrupted, answer.summary.launched) == (3, 3)
    assert answer.minutes.desired.tolist() == [10] * 5
    assert answer.minutes.running.tolist() == [10, 10, 8.5, 10, 10]
    assert answer.minutes.serving.tolist() == [10, 10, 8, 10, 10]
    # The taken are billed until 155, their replacements from 130.
    assert answer.minutes.billed_s.tolist() == [600, 600, 420 + 3 * 35 + 3 * 50, 600, 600]
    assert answer.summary.billed_s == int(answer.minutes.billed_s.sum())


@pytest.mark.parametrize(("share", "taken"), [(1, 1), (10, 1), (11, 2), (33, 4), (99, 10), (100, 10)])
def test_a_share_is_rounded_up_to_whole_tasks(share: int, taken: int) -> None:
    answer = replay(service([1.0] * 3, events(3, m1=share)), fixed_count(10))
    assert answer.summary.interrupted == taken


def test_a_service_without_tasks_has_none_to_lose() -> None:
    assert replay(service([0.0] * 3, events(3, m1=100)), fixed_count(0)).summary.interrupted == 0


def test_tasks_of_the_first_second_can_be_taken_at_it() -> None:
    answer = replay(service([1.0] * 3, events(3, m0=100)), fixed_count(2))
    assert answer.minutes.serving.tolist() == [2 * 20 / 60, 2, 2]
    # The minute that AWS bills at least, for a task that it had stopped at once.
    assert answer.summary.billed_s == 2 * 60 + 2 * 170


@pytest.mark.parametrize(("drain_s", "billed_s"), [(90, 90), (120, 120), (121, 120), (300, 120)])
def test_the_bill_of_an_interrupted_task_ends_two_minutes_after_the_warning(
    drain_s: int, billed_s: int
) -> None:
    given = service([1.0] * 9, events(9, wait_s=10_000, m1=100), deregistration_delay_s=drain_s)
    assert replay(given, fixed_count(1)).summary.billed_s == 60 + billed_s


def test_replacements_wait_for_capacity_and_so_do_later_scale_outs() -> None:
    taken = events(8, wait_s=150, m1=50)
    given = service([4.0] * 8, taken)
    policy = made.policy((made.high(),), (made.out(2),), tasks=2, most=4)
    answer = replay(given, policy, made.AT_ONCE)
    # Event at 60: no capacity before 210. The scale-out of that tick waits too: RUNNING at 240.
    assert [(a.minute, a.before, a.after) for a in answer.activities] == [(1, 2, 3), (4, 3, 4)]
    assert answer.minutes.running.tolist() == [2, 1, 1, 1, 3 + 0.5, 4, 4, 4]
    assert answer.minutes.billed_s.tolist() == [120, 60, 60, 60 + 2 * 20, 180 + 50, 240, 240, 240]


def test_interruption_comes_before_the_policies_of_its_tick_see_the_tasks() -> None:
    policy = made.policy((made.low(),), (made.into(-1),), tasks=10)
    quiet = replay(made.inputs([1.0] * 3), policy, made.AT_ONCE)
    assert [(a.minute, a.before, a.after) for a in quiet.activities] == [(1, 10, 9), (2, 9, 8)]
    # Five are left at 60, so one less is four.
    answer = replay(service([1.0] * 3, events(3, m1=50)), policy, made.AT_ONCE)
    assert [(a.minute, a.before, a.after) for a in answer.activities] == [(1, 10, 4), (2, 4, 3)]


def test_a_scale_in_gives_up_what_is_on_its_way_before_what_works() -> None:
    once = Interruptions(share_percent=np.array([0, 40, 0, 0]), capacity_wait_s=90)
    policy = made.policy((made.low(),), (made.into(-2, cooldown_s=600),), tasks=10)
    answer = replay(service([1.0] * 4, once, shutdown_s=60), policy, made.AT_ONCE)
    # Of six left at 60 two are to go: of the ten asked for, the four replacements and two that run.
    assert [(a.minute, a.before, a.after) for a in answer.activities] == [(1, 10, 4)]
    assert answer.minutes.serving.tolist() == [10, 4, 4, 4]
    # What waited for capacity until 150 was never pulled.
    assert answer.minutes.billed_s.tolist() == [600, 600, 240, 240]
    assert answer.summary.billed_s == 600 + 600 + 240 + 240


def test_a_launch_given_up_while_it_is_pulled_is_billed_until_it_is_stopped() -> None:
    slow = made.Starts.fixed(10, 300, 300)
    policy = made.policy((made.low(20.0),), (made.into(-1, cooldown_s=600),), tasks=4, least=3)
    given = service([2.0, 0.1, 0.1, 0.1], events(4, m1=25), shutdown_s=30, starts=slow)
    answer = replay(given, policy, made.AT_ONCE)
    # The replacement is pulled at 70; CPU falls in minute 1, and at 120 three run where three are least.
    assert [(a.minute, a.before, a.after) for a in answer.activities] == [(2, 4, 3)]
    assert answer.minutes.serving.tolist() == [4, 3, 3, 3]
    assert answer.summary.billed_s == 3 * 240 + (60 + 30) + (150 - 70)


def test_interruption_neither_sets_the_cooldown_nor_turns_the_direction() -> None:
    demand = [3.6] * 3 + [2.0] * 3 + [7.0] * 2
    policy = made.policy((made.high(),), (made.out(1, cooldown_s=60),), tasks=4)
    plain = replay(made.inputs(demand), policy, made.AT_ONCE)
    taken = replay(service(demand, events(8, m4=20)), policy, made.AT_ONCE)
    assert [(a.minute, a.after) for a in plain.activities] == [(1, 5), (3, 6), (7, 7)]
    assert [(a.minute, a.after) for a in taken.activities] == [(1, 5), (3, 6), (7, 7)]
    assert taken.summary.direction_changes == 0


def test_which_tasks_are_taken_is_drawn_and_not_the_oldest_nor_the_newest() -> None:
    """Tasks that serve and tasks that only run are told apart by what is lost."""
    lost = set()
    for seed in range(40):
        policy = made.policy((made.high(),), (made.out(2),), tasks=2, most=4)
        given = service([1.9] * 4, events(4, m2=50), seed=seed, starts=made.Starts.fixed(10, 20, 500))
        answer = replay(given, policy, made.AT_ONCE)
        lost.add(2 - round(float(answer.minutes.serving[2])))
    assert lost == {0, 1, 2}


def test_every_task_is_taken_as_often_as_another() -> None:
    # The first serve, the second and third do not, so what serves after the event tells who was taken.
    policy = made.policy((made.high(),), (made.out(2),), tasks=1, most=3)
    spared = 0
    for seed in range(600):
        given = service([1.0] * 3, events(3, m2=33), seed=seed, starts=made.Starts.fixed(10, 20, 500))
        spared += int(replay(given, policy, made.AT_ONCE).minutes.serving[2])
    assert 360 < spared < 440


def test_an_event_that_never_comes_changes_nothing() -> None:
    policy = made.policy((made.high(), made.low(policy=1)), (made.out(2), made.into(-1)), tasks=3)
    demand = [1.0, 3.0, 5.0, 2.0, 1.0, 0.5, 4.0, 4.0]
    without = replay(made.inputs(demand), policy, made.AT_ONCE)
    never = replay(service(demand, events(8, wait_s=500)), policy, made.AT_ONCE)
    assert never.summary == without.summary
    assert never.activities == without.activities
    assert np.array_equal(never.minutes.serving, without.minutes.serving)


def test_a_deployment_and_an_event_can_meet_in_a_minute() -> None:
    deploying = np.array([False, True, True])
    policy = made.policy((made.low(),), (made.into(-1),), tasks=4)
    answer = replay(service([0.1] * 3, events(3, m1=100), no_scale_in=deploying), policy, made.AT_ONCE)
    assert (answer.summary.interrupted, answer.activities) == (4, ())


def test_interruptions_are_counted_candidate_by_candidate() -> None:
    found = replay_many(service([1.0] * 4, events(4, m1=50, m2=50)), [fixed_count(n) for n in (0, 1, 4)])
    # At 120 the replacements of 60 have been pulled: they can be taken as well.
    assert found.interrupted.tolist() == [0, 2, 4]
    assert found[2].interrupted == 4


def test_no_bound_is_given_with_interruptions() -> None:
    given = service([1.0] * 4, events(4, m1=50))
    with pytest.raises(ReplayError) as caught:
        clairvoyant_bound(given, min_tasks=1, max_tasks=4)
    assert caught.value.where == "interruptions"
    assert clairvoyant_bound(changed(given, interruptions=None), min_tasks=1, max_tasks=4).billed_s > 0


def test_events_come_at_their_rate_and_take_their_share() -> None:
    made_up = spot_interruptions(YEAR, events_per_day=2.0, share_percent=40, capacity_wait_s=60, seed=3)
    assert 2 * 365 * 0.9 < np.count_nonzero(made_up.share_percent) < 2 * 365 * 1.1
    assert set(made_up.share_percent.tolist()) == {0, 40}
    assert made_up.capacity_wait_s == 60


def test_the_same_seed_gives_the_same_events_and_another_seed_others() -> None:
    one, again = spot_interruptions(YEAR, seed=1), spot_interruptions(YEAR, seed=1)
    assert np.array_equal(one.share_percent, again.share_percent)
    assert not np.array_equal(one.share_percent, spot_interruptions(YEAR, seed=2).share_percent)


def test_a_longer_recording_begins_with_the_events_of_a_shorter_one() -> None:
    longer, shorter = spot_interruptions(YEAR, seed=1), spot_interruptions(YEAR // 3, seed=1)
    assert np.array_equal(longer.share_percent[: YEAR // 3], shorter.share_percent)


def test_a_rate_of_nothing_makes_no_event() -> None:
    assert not spot_interruptions(YEAR, events_per_day=0.0).share_percent.any()


def test_more_interruptions_leave_more_minutes_over_the_objective() -> None:
    """The risk that is replayed: a fixed count that just suffices no longer does."""
    demand = [0.8 * 6] * 14_400
    over = [
        replay(
            service(demand, spot_interruptions(14_400, events_per_day=rate, seed=5)), fixed_count(6)
        ).summary.over_cpu_min
        for rate in (0.0, 1.0, 10.0)
    ]
    assert over[0] == 0 < over[1] < over[2]
