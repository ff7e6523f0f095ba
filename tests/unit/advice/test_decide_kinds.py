"""The verdict between kinds of policies: steps, target tracking, steps on requests."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest
from advice import made as asking
from advice.contested import (
    CHOSEN,
    GROUND,
    MIDDLE,
    QUESTION,
    M,
    decided,
    entrant,
    fixed,
    searched,
)

from trimtab.advice.case.objective import PolicyKind
from trimtab.advice.choice.model import COSTS_MORE, NOT_ASKED, Choice, Decision, Rank
from trimtab.terraform_module import Ladder, OutStep, Tracking

if TYPE_CHECKING:
    from trimtab.advice.choice.question import Question
    from trimtab.advice.choice.sizes import Searched

TRACKING = replace(asking.TODAY, tracking=Tracking(cpu=60))


def tracked(steps_usd: float | None, usd: float | None, *, fails: bool = False) -> Searched:
    """Steps and target tracking that stood the trials at these costs, beside a dearer fixed count."""
    one = searched(MIDDLE, None if steps_usd is None else entrant(M, steps_usd), fixed(M, 100))
    tracking = None if usd is None else entrant(M, usd, ladders=TRACKING)
    worst = entrant(M, 60, ladders=TRACKING, over=0.03) if fails else None
    return replace(one, contest=replace(one.contest, tracking=tracking, untracked=worst))


def asked_for(*kinds: PolicyKind) -> Question:
    return replace(QUESTION, objective=msgspec.structs.replace(QUESTION.objective, policies=kinds))


def with_steps_alone(one: Searched) -> Searched:
    ground = replace(GROUND, objective=asked_for(PolicyKind.STEP).objective)
    return replace(one, contest=replace(one.contest, ground=ground))


@pytest.mark.parametrize(
    ("steps", "tracking", "wins"),
    [
        (80, 75, True),
        (80, 79.7, False),
        (80, 80, False),
        (75, 80, False),
        (None, 80, True),
        (80, None, False),
    ],
)
def test_target_tracking_is_recommended_where_it_wins_by_more_than_a_tie(
    steps: float | None, tracking: float | None, wins: bool
) -> None:
    choice = decided(tracked(steps, tracking))
    assert (choice.ladders == TRACKING) == wins
    assert choice.decision is Decision.TRIM
    if wins and steps:
        assert "scaling steps that pass the same trials cost $80; 7 tasks" in choice.why


def test_target_tracking_dearer_than_the_fixed_count_is_not() -> None:
    assert decided(tracked(None, 120)).decision is Decision.FIXED


def test_where_the_objective_asks_for_steps_alone_they_are_taken_and_what_tracking_saves_is_shown() -> None:
    choice = decided(with_steps_alone(tracked(80, 60)), question=asked_for(PolicyKind.STEP))
    assert choice.ladders == CHOSEN
    (beside,) = (one for one in choice.alternatives if one.rank is Rank.TRACKING)
    assert (beside.ladders, beside.against) == (TRACKING, NOT_ASKED)


def test_with_steps_alone_and_none_that_stands_the_fixed_count_is_better_whatever_tracking_costs() -> None:
    choice = decided(with_steps_alone(tracked(None, 60)), question=asked_for(PolicyKind.STEP))
    assert choice.decision is Decision.FIXED


def test_the_kind_that_lost_is_told_and_so_is_tracking_that_failed() -> None:
    lost = {one.rank: one for one in decided(tracked(80, 75)).alternatives}
    assert lost[Rank.LADDERS].against == COSTS_MORE
    lost = {one.rank: one for one in decided(tracked(75, 80)).alternatives}
    assert lost[Rank.TRACKING].against == COSTS_MORE
    lost = {one.rank: one for one in decided(tracked(80, None, fails=True)).alternatives}
    assert lost[Rank.TRACKING].against.endswith("allowed (held-out days)")


ON_REQUESTS = replace(
    CHOSEN, requests=Ladder(high=900, low=300, steps=(OutStep(above=0, add=1), OutStep(above=300, add=3)))
)
WITH_REQUESTS = (PolicyKind.STEP, PolicyKind.REQUESTS)


def requested(steps_usd: float, usd: float | None, *kinds: PolicyKind) -> Choice:
    """Decide between steps and steps on requests too, of the kinds that are asked for."""
    one = searched(MIDDLE, entrant(M, steps_usd), fixed(M, 100))
    requests = None if usd is None else entrant(M, usd, ladders=ON_REQUESTS)
    ground = replace(GROUND, objective=asked_for(*kinds).objective)
    found = replace(one, contest=replace(one.contest, requests=requests, ground=ground))
    return decided(found, question=asked_for(*kinds))


@pytest.mark.parametrize(("usd", "wins"), [(75, True), (79.7, False), (85, False), (None, False)])
def test_steps_on_requests_are_taken_where_they_are_asked_for_and_cost_over_a_tie_less(
    usd: float | None, wins: bool
) -> None:
    choice = requested(80, usd, *WITH_REQUESTS)
    assert (choice.ladders == ON_REQUESTS) == wins
    ranks = {one.rank: one for one in choice.alternatives}
    if wins:
        assert "scaling steps that pass the same trials cost $80; 7 tasks" in choice.why
        assert ranks[Rank.LADDERS].against == COSTS_MORE
    elif usd is not None:
        assert ranks[Rank.REQUESTS].against == COSTS_MORE


def test_steps_on_requests_are_not_taken_unasked_however_cheap() -> None:
    choice = requested(80, 40, PolicyKind.STEP)
    assert choice.ladders == CHOSEN
    assert "requests" not in choice.why


def test_of_a_service_without_requests_it_is_said_that_nothing_can_be_told() -> None:
    choice = requested(80, None, *WITH_REQUESTS)
    assert choice.why.endswith(
        "steps on requests cannot be told of, because no request was recorded while it worked"
    )
