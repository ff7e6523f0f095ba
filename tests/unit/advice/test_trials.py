"""What a policy must stand before it is recommended."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from replay import made

from trimtab.advice.case.objective import DEFAULT, Objective
from trimtab.advice.choice import trials
from trimtab.advice.choice.trials import Mark, TrialGround, bound_s, ground_of, over_share_at_most, student_t
from trimtab.ladders.parts import parts_of

if TYPE_CHECKING:
    from trimtab.replay.policy import Policy

DAY = 1440
Trial = trials.Test


# The spread between days


def test_the_share_over_is_the_mean_and_what_the_days_spread_does_not_exclude() -> None:
    over = np.zeros(4 * DAY, dtype=bool)
    over[:144] = True  # 10 % of the first day
    over[DAY : DAY + 72] = True  # 5 % of the second
    # Mean 3.75 %; deviations 6.25, 1.25, -3.75, -3.75: squares sum to 68.75, over 3 is 22.9167, root 4.7871.
    assert over_share_at_most(over) == pytest.approx(0.0375 + 1.6449 * 0.047871 / 2, abs=1e-6)


def test_from_five_days_on_the_quantile_is_students() -> None:
    over = np.zeros(5 * DAY, dtype=bool)
    over[:144] = True
    # Mean 2 %; deviations 8 and four of -2: squares sum to 80, over 4 is 20, root 4.4721.
    assert over_share_at_most(over) == pytest.approx(0.02 + 2.132 * 0.044721 / 5**0.5, abs=1e-6)


def test_the_quantile_is_students_and_goes_over_into_the_normals_without_a_step() -> None:
    assert [student_t(freedom) for freedom in (1, 8, 30)] == [6.314, 1.860, 1.697]
    assert student_t(31) == pytest.approx(1.6955, abs=2e-3)
    assert student_t(10_000) == pytest.approx(1.645, abs=5e-4)


def test_days_alike_add_nothing() -> None:
    over = np.tile(np.arange(DAY) < 14, 5)
    assert over_share_at_most(over) == pytest.approx(14 / DAY)


def test_one_bad_day_of_ten_counts_for_more_than_its_mean() -> None:
    bad = np.zeros(10 * DAY, dtype=bool)
    bad[:140] = True
    spread = np.tile(np.arange(DAY) < 14, 10)
    assert bad.mean() == spread.mean()
    assert over_share_at_most(bad) > 2 * over_share_at_most(spread)


def test_less_than_two_whole_days_have_no_spread() -> None:
    over = np.arange(2 * DAY - 1) < 100
    assert over_share_at_most(over) == pytest.approx(100 / (2 * DAY - 1))


def test_what_is_left_of_a_day_counts_in_the_mean_alone() -> None:
    over = np.concatenate((np.zeros(2 * DAY, dtype=bool), np.ones(160, dtype=bool)))
    assert over_share_at_most(over) == pytest.approx(160 / (2 * DAY + 160))


# Marks

STOOD = Mark(
    test=Trial.JUDGED,
    over_share=0.01,
    allowed_share=0.01,
    over_memory_min=0,
    direction_changes_day=24.0,
    allowed_changes_day=24.0,
)


def test_what_just_keeps_the_limits_has_passed() -> None:
    assert STOOD.passed
    assert STOOD.failure == ""


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"over_share": 0.0101},
            "1.01 % of minutes short of CPU, where 1 % is allowed (held-out days)",
        ),
        ({"over_memory_min": 1200}, "1,200 minutes above the memory allowed (held-out days)"),
        (
            {"direction_changes_day": 24.5, "test": Trial.HARDER},
            "24.5 reversals a day, where 24 are allowed (demand x1.2)",
        ),
    ],
)
def test_each_way_to_fail_is_said_in_words(changes: dict[str, object], said: str) -> None:
    mark = replace(STOOD, **changes)  # type: ignore[arg-type]
    assert not mark.passed
    assert mark.failure == said


# Trials

HOURS = np.tile(np.repeat([1.0, 1.0, 3.0, 1.0], 360), 10)  # ten days: six hours of three vCPU a day


def ground(cpu: np.ndarray = HOURS, objective: Objective = DEFAULT, memory: float = 100.0) -> TrialGround:
    inputs = made.inputs(cpu, memory, objective=objective.replayed(), deregistration_delay_s=30)
    return ground_of(parts_of(inputs, objective.judged_percent / 100), objective, floor=1, most=20)


def fixed(tasks: int) -> Policy:
    return made.policy((), (), tasks, least=tasks, most=tasks)


def test_a_count_that_carries_the_harder_demand_stands_every_trial() -> None:
    # 3 vCPU times 1.2 at 80 % are 4.5 tasks.
    found = trials.tested(fixed(5), ground())
    assert found.passed
    assert found.failures == ()
    assert [mark.test for mark in found.marks] == list(Trial)
    assert [mark.over_share for mark in found.marks] == [0.0] * 4
    assert found.tuned_billed_s == 5 * 7 * DAY * 60
    assert found.judged_billed_s == 5 * 3 * DAY * 60


def test_a_count_that_carries_the_demand_but_not_a_fifth_more_fails_that_trial_alone() -> None:
    found = trials.tested(fixed(4), ground())
    assert [mark.test for mark in found.marks if not mark.passed] == [Trial.HARDER]
    assert found.mark(Trial.HARDER).over_share == pytest.approx(0.25)
    assert "25.00 % of minutes short of CPU, where 2 % is allowed" in found.failures[0]


def test_under_harder_demand_twice_the_allowance_may_be_missed() -> None:
    short = np.where(np.arange(10 * DAY) % DAY < 27, 3.0, 1.0)  # 1.9 % of a day
    found = trials.tested(fixed(4), ground(short))
    assert found.mark(Trial.HARDER).over_share == pytest.approx(27 / DAY)
    assert found.passed
    found = trials.tested(fixed(4), ground(np.where(np.arange(10 * DAY) % DAY < 30, 3.0, 1.0)))
    assert [mark.test for mark in found.marks if not mark.passed] == [Trial.HARDER]


def test_what_changes_after_the_tuned_part_fails_the_judged_one() -> None:
    later = np.where(np.arange(10 * DAY) < 8 * DAY, 1.0, 3.0)
    found = trials.tested(fixed(2), ground(later))
    assert found.mark(Trial.TUNED).passed
    assert found.mark(Trial.JUDGED).over_share == pytest.approx(2 / 3)
    assert not found.passed


def test_one_minute_above_the_memory_fails() -> None:
    inputs = made.inputs(np.full(4 * DAY, 0.5), np.where(np.arange(4 * DAY) == 9, 901.0, 100.0))
    parts = parts_of(inputs, 0.3)
    found = trials.tested(fixed(5), ground_of(parts, DEFAULT, floor=1, most=20))
    assert found.failures == ("1 minute above the memory allowed (tuned days)",)


def test_turning_too_often_fails() -> None:
    # One alarm up and one down around a demand that no count between them suits.
    flapping = made.policy(
        (made.high(50.0), made.low(49.0, policy=1)), (made.out(), made.into()), 2, least=1, most=9
    )
    found = trials.tested(flapping, ground(np.full(4 * DAY, 1.2), Objective(over_percent=99.0)))
    assert found.mark(Trial.JUDGED).direction_changes_day > 24
    assert any("reversals a day, where 24 are allowed (held-out days)" in one for one in found.failures)


def test_the_initial_count_is_the_one_that_suits_each_part_within_the_policys_bounds() -> None:
    policy = made.policy((), (), 7, least=1, most=20)
    found = trials.tested(policy, ground(np.full(10 * DAY, 3.0)))
    # 3 vCPU at 80 % are four tasks, a fifth more five; whatever the policy itself would begin with.
    assert found.judged_billed_s == 4 * 3 * DAY * 60
    assert found.passed


# The bound


def test_the_bound_lets_as_many_minutes_be_over_as_the_objective_does() -> None:
    # Six hours of three vCPU a day, the rest takes 2 tasks: a quarter may be over, and two are enough.
    parts = ground().parts
    strict = bound_s(parts.judged, Objective(over_percent=0.0), floor=1, most=20)
    loose = bound_s(parts.judged, Objective(over_percent=26.0), floor=1, most=20)
    assert strict == pytest.approx(3 * 60 * (1080 * 2 + 360 * 4), rel=0.01)
    assert 0.8 * 3 * DAY * 60 * 2 < loose <= 3 * DAY * 60 * 2  # a bound: it may be lower than what is reached


def test_where_no_count_keeps_the_objective_there_is_no_bound() -> None:
    parts = ground().parts
    assert bound_s(parts.judged, DEFAULT, floor=1, most=3) == math.inf
    found = trials.tested(fixed(3), replace(ground(), judged_bound_s=0.0))
    assert found.over_bound == math.inf


def test_cost_over_the_bound_is_of_the_judged_part() -> None:
    made_ground = ground()
    found = trials.tested(fixed(5), made_ground)
    assert found.over_bound == pytest.approx(5 * 3 * DAY * 60 / made_ground.judged_bound_s)
    assert found.over_bound > 1.9


def test_the_tuned_days_are_held_to_less_the_fewer_they_are() -> None:
    assert [trials.kept_of_days(days) for days in (0.0, 1.0, 5.0, 10.0, 100.0)] == [0.8, 0.8, 0.8, 0.9, 0.99]
