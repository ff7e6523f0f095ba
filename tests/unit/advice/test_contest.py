"""One size: ladders from the search, a fixed count, and what is refused on the way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from msgspec.structs import replace as replaced
from replay import made

from module_rules import refusals
from trimtab.advice.case.objective import DEFAULT, Objective, PolicyKind
from trimtab.advice.choice import trials
from trimtab.advice.choice.contest import Contest, contest, enter, fixed_count, fixed_ladders, space_of
from trimtab.advice.choice.trials import ground_of
from trimtab.ladders.parts import Parts, parts_of
from trimtab.ladders.search import Effort, Hunt
from trimtab.replay.policy import Metric
from trimtab.terraform_module import InStep, Ladder, Ladders, OutStep

if TYPE_CHECKING:
    from trimtab.demand.series import F64

DAY = 1440
DAYS = 7
MEMORY = Ladder(high=90, low=75, steps=(OutStep(above=0, add=1),))
HUNT = Hunt(seed="made", effort=Effort(drawn=300, rounds=3, varied=80))
MINUTES = np.arange(DAYS * DAY)
CUT = round(0.7 * DAYS * DAY)
LATE = MINUTES >= CUT


def wave(level: float = 2.0, noise: float = 0.1) -> F64:
    rng = np.random.default_rng(11)
    clean = level * (1.2 + np.sin(MINUTES / DAY * 2 * np.pi))
    return np.asarray(np.maximum(0.1, clean + rng.normal(0, noise, MINUTES.size)), dtype=np.float64)


def parts(cpu: F64, objective: Objective = DEFAULT) -> Parts:
    inputs = made.inputs(cpu, objective=objective.replayed(), deregistration_delay_s=30, shutdown_s=30)
    return parts_of(inputs, objective.judged_percent / 100)


def held(cpu: F64, objective: Objective = DEFAULT, hunt: Hunt = HUNT) -> Contest:
    return contest(parts(cpu, objective), objective, hunt, floor=2, memory=MEMORY)


@pytest.fixture(scope="module")
def calm() -> Contest:
    return held(wave())


@pytest.fixture(scope="module")
def steeper() -> Contest:
    """The judged part rises faster than anything it was tuned on."""
    cpu = wave()
    jumps = np.where((MINUTES % 60) < 20, 1.5, 1.0)
    return held(np.where(LATE, cpu * jumps, cpu))


def bursts() -> F64:
    """A wave with an hour of much more now and then: what waits for a signal pays for it."""
    rng, cpu = np.random.default_rng(3), wave()
    for begin in rng.integers(0, DAYS * DAY - 60, 20):
        cpu[begin : begin + 60] += 4.5
    return cpu


def test_alarms_of_20_s_are_searched_where_they_are_asked_for_and_stand_beside_those_of_a_minute() -> None:
    hunt = replace(HUNT, effort=Effort(drawn=300, rounds=4, varied=80))
    asked = replaced(DEFAULT, fast_signals=True)
    without, found = held(bursts(), hunt=hunt), held(bursts(), asked, hunt)
    assert without.fast is None
    assert found.fast_requests is None, "nobody asked for requests"
    assert found.ladders == without.ladders
    assert found.ladders is not None
    assert found.fast is not None
    assert found.fast.tested.passed
    assert refusals(found.fast.ladders) == []
    slow, fast = found.fast.tested.policy.alarms[0], found.fast.tested.policy.alarms[-1]
    assert (slow.fast, fast.fast, fast.policy, fast.threshold) == (False, True, slow.policy, slow.threshold)
    assert found.fast.tested.tuned_billed_s < found.ladders.tested.tuned_billed_s
    off = enter(replace(found.fast.ladders, fast_signals=False), found.ground)
    assert (
        off.tested.mark(trials.Test.JUDGED).over_share > found.fast.tested.mark(trials.Test.JUDGED).over_share
    )


@pytest.mark.not_fast
def test_alarms_of_20_s_and_steps_on_requests_are_tried_together_where_both_are_asked_for() -> None:
    hunt = replace(HUNT, effort=Effort(drawn=100, rounds=4, varied=40))
    cpu = bursts()
    inputs = made.inputs(cpu, objective=DEFAULT.replayed(), deregistration_delay_s=30, shutdown_s=30)
    inputs = replace(inputs, load=replace(inputs.load, requests=500 * cpu))
    both = parts_of(inputs, DEFAULT.judged_percent / 100)

    asked = replaced(DEFAULT, fast_signals=True, policies=(PolicyKind.STEP, PolicyKind.REQUESTS))
    found = contest(both, asked, hunt, floor=2, memory=MEMORY)
    one = found.fast_requests
    assert one is not None
    assert one.tested.passed
    assert refusals(one.ladders) == []
    (requests,) = (each for each in one.tested.policy.alarms if each.metric is Metric.REQUESTS_FILLED)
    (fast,) = (each for each in one.tested.policy.alarms if each.fast)
    assert (fast.metric, requests.fast) == (Metric.CPU_AVERAGE, False), "no alarm of 20 s is on requests"
    assert found.fast is not None
    assert one.tested.tuned_billed_s <= found.fast.tested.tuned_billed_s, "it begins with what that found"


def test_the_winner_has_stood_every_trial_and_costs_less_than_a_fixed_count(calm: Contest) -> None:
    assert calm.ladders is not None
    assert calm.fixed is not None
    assert calm.ladders.tested.passed
    assert refusals(calm.ladders.ladders) == []
    assert calm.ladders.tested.tuned_billed_s < calm.fixed.tested.tuned_billed_s
    assert calm.ladders.ladders in calm.front
    assert calm.tried >= HUNT.effort.replays


def test_a_candidate_that_fails_its_own_test_is_not_made_and_the_next_safer_one_is(steeper: Contest) -> None:
    assert steeper.refused
    assert steeper.ladders is not None
    assert steeper.ladders.tested.passed
    for entrant in steeper.refused:
        # It kept the objective where it was tuned; the search would not have offered it else.
        assert not entrant.tested.passed
        assert entrant.tested.failures
        assert entrant.tested.tuned_billed_s < steeper.ladders.tested.tuned_billed_s
    front = list(steeper.front)
    place = front.index(steeper.ladders.ladders)
    assert [entrant.ladders for entrant in steeper.refused] == front[:place]
    assert list(steeper.safer) == front[place + 1 :]


@pytest.mark.not_fast
def test_where_all_fail_there_are_no_ladders_and_all_are_refused() -> None:
    cpu = wave()
    # A square wave of a few minutes: faster than any alarm.
    found = held(np.where(LATE & (MINUTES % 9 < 4), cpu * 40, cpu))
    assert found.ladders is None
    assert found.safer == ()
    assert [entrant.ladders for entrant in found.refused] == list(found.front)
    assert not any(entrant.tested.passed for entrant in found.refused)


def test_the_fixed_count_is_the_least_that_stands_every_trial(steeper: Contest) -> None:
    assert steeper.fixed is not None
    count = steeper.fixed.ladders.min_tasks
    assert steeper.fixed.ladders.max_tasks == count
    assert steeper.fixed.tested.passed
    fewer = [enter(fixed_ladders(one, MEMORY), steeper.ground).tested.passed for one in range(2, count)]
    assert fewer
    assert not any(fewer)


def test_a_count_that_is_just_enough_is_taken() -> None:
    # 2 vCPU at 80 % are 2.5 tasks, a fifth more 3.
    ground = ground_of(parts(np.full(DAYS * DAY, 2.0)), DEFAULT, floor=2, most=9)
    found = fixed_count(ground, MEMORY)
    assert found is not None
    assert found.ladders.min_tasks == 3


def test_where_no_count_up_to_the_most_stands_there_is_no_fixed_count(calm: Contest) -> None:
    assert fixed_count(replace(calm.ground, most=5), MEMORY) is None


def test_a_fixed_count_is_ladders_that_the_module_takes() -> None:
    for count in (1, 2, 7, 5000):
        assert refusals(fixed_ladders(count, MEMORY)) == []


def test_the_space_is_made_of_the_tuned_part_and_the_peak_of_the_whole_recording() -> None:
    cpu = wave()
    later = np.where(LATE, cpu * 50, cpu)
    one, other = (space_of(parts(series), floor=2, memory=MEMORY) for series in (cpu, later))
    assert replace(one, most=other.most) == other
    assert other.most == 2 * int(np.ceil(later.max() / 0.8))
    need = int(np.ceil(cpu[:CUT].max() / 0.8))
    assert one.most == 2 * need
    assert one.floors[0] >= 2
    assert one.floors[-1] <= need
    assert one.high_percent == 75  # the grid's next below 80


@pytest.mark.parametrize(
    ("cpu_percent", "high"), [(80.0, 75), (81.0, 80), (70.0, 65), (25.0, 20), (100.0, 95)]
)
def test_no_threshold_out_lies_at_the_objective_or_above(cpu_percent: float, high: int) -> None:
    objective = Objective(cpu_percent=cpu_percent)
    assert space_of(parts(wave(), objective), floor=2, memory=MEMORY).high_percent == high


def test_where_no_threshold_lies_below_the_objective_a_fixed_count_is_left() -> None:
    found = held(wave(), Objective(cpu_percent=25.0))
    assert found.front == ()
    assert found.ladders is None
    assert found.fixed is not None


def test_ladders_handed_in_are_tried_with_the_bounds_and_the_memory_of_the_size() -> None:
    todays = Ladders(
        min_tasks=4,
        max_tasks=5,
        cpu=Ladder(high=62, low=31, steps=(OutStep(above=0, add=7),)),
        memory=Ladder(high=50, low=20, steps=(OutStep(above=0, add=3),)),
        scale_in=(InStep(below=1.0, remove=1),),
    )
    nothing = Effort(drawn=0, rounds=0, varied=0)
    found = held(wave(), Objective(over_percent=20), replace(HUNT, seeds=(todays,), effort=nothing))
    assert found.front
    assert {one.cpu.high for one in found.front} == {62}
    assert {one.memory for one in found.front} == {MEMORY}
    assert {one.max_tasks for one in found.front} == {found.ground.most}


def test_memory_that_is_too_full_is_refused_by_every_trial() -> None:
    inputs = made.inputs(wave(), 950.0, deregistration_delay_s=30)
    found = enter(fixed_ladders(9, MEMORY), ground_of(parts_of(inputs, 0.3), DEFAULT, floor=2, most=20))
    assert [mark.test for mark in found.tested.marks if mark.over_memory_min] == list(trials.Test)
    assert not found.tested.passed
