"""Steps in of percent: searched from the front of whole tasks on, and chosen where they are cheaper."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from replay import made

from module_rules import refusals
from trimtab.advice.case.objective import DEFAULT, Objective, PolicyKind
from trimtab.advice.choice.contest import Contest, contest
from trimtab.advice.choice.decide import prefer
from trimtab.ladders.convert import policy_of_ladders
from trimtab.ladders.front import Limits
from trimtab.ladders.kinds import shares
from trimtab.ladders.kinds.shares import in_shares
from trimtab.ladders.parts import Parts, RecordingPart, parts_of
from trimtab.ladders.search import Effort, Hunt, search
from trimtab.ladders.space import Space
from trimtab.replay.run import replay
from trimtab.terraform_module import Ladder, OutStep, module_takes

MEMORY = Ladder(high=90, low=75, steps=(OutStep(above=0, add=1),))
SPACE = Space(floors=(2, 4), most=120, high_percent=75, ceiling_percent=96.0, memory=MEMORY)
LIMITS = Limits(over_share=0.05, direction_changes_day=24)
LITTLE = Effort(drawn=300, rounds=6, varied=50)
HUNT = Hunt(seed="1", effort=LITTLE)


def bursts(days: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Every six hours a ramp to forty times as much, gone at once: what comes back slowly is paid for."""
    rise = np.concatenate((np.full(240, 1.0), np.linspace(1.0, 40.0, 60), np.full(60, 1.0)))
    return np.tile(rise, 4 * days)


DAY = RecordingPart(inputs=made.inputs(bursts(1)), initial_tasks=4)
FRONT = search(DAY, SPACE, LIMITS, HUNT)


def test_the_front_is_of_shares_alone_the_module_takes_it_and_it_is_cheaper_where_a_fleet_falls_far() -> None:
    found, replays = in_shares(DAY, SPACE, LIMITS, HUNT, FRONT)
    assert replays > shares.EFFORT.replays
    for one in found:
        assert one.ladders.in_percent is not None
        assert module_takes(one.ladders)
        assert refusals(one.ladders) == []
        initial = DAY.bounded(one.ladders.min_tasks, one.ladders.max_tasks)
        summary = replay(DAY.inputs, policy_of_ladders(one.ladders, initial_tasks=initial)).summary
        assert (summary.billed_s, summary.over_min) == (one.billed_s, one.over_min)
    assert found[0].billed_s < 0.97 * FRONT[0].billed_s


def test_a_small_fleet_and_an_empty_front_are_not_searched() -> None:
    assert in_shares(DAY, replace(SPACE, most=shares.SHARED_FROM - 1), LIMITS, HUNT, FRONT) == ((), 0)
    assert in_shares(DAY, SPACE, LIMITS, HUNT, ()) == ((), 0)


@pytest.fixture(scope="module")
def parts() -> Parts:
    return parts_of(made.inputs(bursts(3)), 0.34)


@pytest.fixture(scope="module")
def found(parts: Parts) -> Contest:
    return held(parts, DEFAULT)


def held(parts: Parts, objective: Objective, effort: Effort = LITTLE) -> Contest:
    return contest(parts, objective, Hunt(seed="1", effort=effort), floor=2, memory=MEMORY)


def test_in_the_contest_they_are_preferred_where_they_cost_over_a_tie_less(found: Contest) -> None:
    assert found.ladders is not None
    assert found.shares is not None
    entrant, _ = prefer(replace(found, tracking=None), DEFAULT) or (None, None)
    assert entrant == found.shares
    alike = replace(found, tracking=None, shares=replace(found.ladders, ladders=found.shares.ladders))
    entrant, _ = prefer(alike, DEFAULT) or (None, None)
    assert entrant == found.ladders


def test_they_are_steps_and_searched_only_where_the_objective_takes_steps_and_the_search_shows(
    parts: Parts, found: Contest
) -> None:
    tracked = Objective(policies=(PolicyKind.TRACKING,))
    assert held(parts, tracked).shares is None
    assert found.shares in replace(found).scaling
    assert held(parts, DEFAULT, Effort(drawn=100, rounds=1, varied=10)).shares is None
