"""The verdict on one service, from what the contest of each size came to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest
from advice import made as asking
from advice.contested import (
    CHOSEN,
    LARGE,
    MIDDLE,
    QUESTION,
    SERVICE,
    SIZED,
    SIZING,
    SMALL,
    M,
    decided,
    entrant,
    fixed,
    searched,
)

from trimtab.advice.case.case import as_proposed, workload_of
from trimtab.advice.case.outcome import judge
from trimtab.advice.case.proposal import proposal_of
from trimtab.advice.choice.decide import captured_share, decide
from trimtab.advice.choice.model import Decision, Rank
from trimtab.advice.choice.sizes import Searched, resized
from trimtab.fleet.left_out import LeftOut

if TYPE_CHECKING:
    from trimtab.advice.choice.contest import Entrant
    from trimtab.fleet.model import TaskSize

# Ladders or a fixed count


def test_ladders_that_cost_less_than_the_fixed_count_and_come_near_the_bound_trim() -> None:
    choice = decided(searched(MIDDLE, entrant(M, 80), fixed(M, 100)))
    assert (choice.decision, choice.size, choice.ladders) == (Decision.TRIM, MIDDLE, CHOSEN)
    assert "$80 a month, 1.20 times the cost with perfect foresight" in choice.why
    assert "7 tasks that pass the same trials cost $100" in choice.why
    assert choice.judged_usd_month == pytest.approx(80, rel=1e-4)
    assert (choice.fixed_tasks, choice.over_bound) == (7, pytest.approx(1.2, rel=1e-4))
    assert choice.fixed_judged_usd_month == pytest.approx(100, rel=1e-4)


@pytest.mark.parametrize(
    ("over_bound", "decision"), [(1.49, Decision.TRIM), (1.51, Decision.HEADROOM), (9.0, Decision.HEADROOM)]
)
def test_far_from_the_bound_the_verdict_is_that_the_cost_is_headroom(
    over_bound: float, decision: Decision
) -> None:
    assert (
        decided(searched(MIDDLE, entrant(M, 80, over_bound=over_bound), fixed(M, 100))).decision is decision
    )


def test_what_counts_as_near_is_the_objectives_to_say() -> None:
    strict = replace(QUESTION, objective=msgspec.structs.replace(QUESTION.objective, over_bound=1.1))
    assert decided(searched(MIDDLE, entrant(M, 80)), question=strict).decision is Decision.HEADROOM


@pytest.mark.parametrize(
    ("judged", "decision"), [(99.0, Decision.TRIM), (100.0, Decision.FIXED), (120.0, Decision.FIXED)]
)
def test_a_fixed_count_is_better_where_no_ladders_beat_it_on_days_nothing_was_tuned_on(
    judged: float, decision: Decision
) -> None:
    choice = decided(searched(MIDDLE, entrant(M, 60, judged), fixed(M, 100)))
    assert choice.decision is decision
    if decision is Decision.FIXED:
        assert choice.why == ("7 tasks cost $100 a month on held-out days, and no scaling steps cost less")
        assert (choice.ladders.min_tasks, choice.ladders.max_tasks) == (7, 7)


def test_a_fixed_count_is_better_where_no_ladders_stood_and_the_safest_is_named() -> None:
    refused = [entrant(M, 60, over=0.05), entrant(M, 70, over=0.02)]
    choice = decided(searched(MIDDLE, fixed=fixed(M, 100), refused=refused))
    assert choice.decision is Decision.FIXED
    assert "no scaling steps passed every trial; the safest: 2.00 % of minutes short of CPU" in choice.why
    bare = decided(searched(MIDDLE, fixed=fixed(M, 100)))
    assert bare.why == "no scaling steps fit below the objective's CPU, or none kept it on the tuned days"


def test_where_no_fixed_count_stands_the_ladders_are_taken_and_it_is_said() -> None:
    choice = decided(searched(MIDDLE, entrant(M, 80)))
    assert choice.decision is Decision.TRIM
    assert "no fixed count passed the same trials" in choice.why
    assert (choice.fixed_tasks, choice.fixed_judged_usd_month, choice.captured_share) == (None, None, None)


def test_where_nothing_stands_nothing_is_advised_and_what_failed_is_said() -> None:
    refused = [entrant(M, 60, over=0.05), entrant(M, 70, over=0.02)]
    found = decide(
        QUESTION, tuple(SIZED.values()), (searched(SMALL), searched(MIDDLE, refused=refused)), None
    )
    assert isinstance(found, LeftOut)
    assert found.service == "api"
    assert "neither scaling steps nor a fixed count passed every trial; the safest: 2.00 %" in found.detail
    bare = decide(QUESTION, (), (searched(SMALL),), None)
    assert isinstance(bare, LeftOut)
    assert bare.detail == "at no size tried could 1 % of minutes short of CPU be kept"


# Which size


@pytest.mark.parametrize(("other", "size"), [(95.5, MIDDLE), (94.5, LARGE), (100.0, MIDDLE), (110.0, MIDDLE)])
def test_todays_size_is_left_only_for_a_twentieth_of_its_cost(other: float, size: TaskSize) -> None:
    one, two = searched(MIDDLE, entrant(M, 100)), searched(LARGE, entrant(SIZED[LARGE], other))
    assert decided(one, two, question=replace(QUESTION, estimated=SMALL)).size == size


@pytest.mark.parametrize(("other", "size"), [(9.1, MIDDLE), (8.9, LARGE)])
def test_and_never_for_less_than_a_dollar(other: float, size: TaskSize) -> None:
    one, two = searched(MIDDLE, entrant(M, 10)), searched(LARGE, entrant(SIZED[LARGE], other))
    assert decided(one, two, question=replace(QUESTION, estimated=SMALL)).size == size


def test_a_size_that_nothing_stands_at_has_no_claim() -> None:
    assert decided(searched(MIDDLE), searched(LARGE, entrant(SIZED[LARGE], 300))).size == LARGE


@pytest.mark.parametrize(("estimate", "size"), [(97.0, SMALL), (110.0, LARGE)])
def test_the_estimates_size_wins_a_near_tie_where_todays_is_out_of_it(
    estimate: float, size: TaskSize
) -> None:
    found = (
        searched(MIDDLE, entrant(M, 200)),
        searched(SMALL, entrant(SIZED[SMALL], estimate)),
        searched(LARGE, entrant(SIZED[LARGE], 95)),
    )
    assert decided(*found, question=replace(QUESTION, estimated=SMALL)).size == size


def test_todays_claim_goes_before_the_estimates() -> None:
    found = (
        searched(MIDDLE, entrant(M, 98)),
        searched(SMALL, entrant(SIZED[SMALL], 97)),
        searched(LARGE, entrant(SIZED[LARGE], 95)),
    )
    assert decided(*found, question=replace(QUESTION, estimated=SMALL)).size == MIDDLE


# Keep


def present(usd: float, *, over: float = 0.0) -> Entrant:
    return entrant(M, usd, ladders=asking.TODAY, over=over)


@pytest.mark.parametrize(
    ("todays", "decision"),
    [(104.0, Decision.KEEP), (106.0, Decision.TRIM), (100.0, Decision.KEEP), (90.0, Decision.KEEP)],
)
def test_todays_ladders_are_kept_unless_a_change_pays_for_itself(todays: float, decision: Decision) -> None:
    choice = decided(searched(MIDDLE, entrant(M, 100), fixed(M, 150)), present=present(todays))
    assert choice.decision is decision
    assert (choice.ladders == asking.TODAY) == (decision is Decision.KEEP)
    if decision is Decision.KEEP:
        saved = max(0.0, todays - 100)
        assert choice.why.startswith("today's scaling passes every trial, and other steps would save $")
        assert float(choice.why.rsplit("$", 1)[1].split()[0]) == pytest.approx(saved, abs=0.02)


def test_todays_ladders_that_fail_a_trial_are_not_kept() -> None:
    choice = decided(searched(MIDDLE, entrant(M, 100)), present=present(100, over=0.02))
    assert (choice.decision, choice.ladders) == (Decision.TRIM, CHOSEN)


def test_nothing_is_kept_where_the_size_changes() -> None:
    one, two = searched(MIDDLE, entrant(M, 100)), searched(LARGE, entrant(SIZED[LARGE], 50))
    choice = decided(one, two, present=present(50.5))
    assert (choice.decision, choice.size, choice.ladders) == (Decision.TRIM, LARGE, CHOSEN)


def test_nor_where_it_changes_in_memory_alone_though_the_bound_is_the_same() -> None:
    roomy = replace(
        QUESTION,
        workload=workload_of(asking.adopted(cpu_units=512, memory_mib=2048), QUESTION.demand),
    )
    todays = entrant(M, 50.5, ladders=asking.TODAY)
    choice = decided(searched(MIDDLE, entrant(M, 50)), present=todays, question=roomy)
    assert (choice.decision, choice.ladders) == (Decision.TRIM, CHOSEN)


def test_what_is_chosen_and_runs_already_is_kept() -> None:
    same = entrant(M, 100, ladders=asking.TODAY)
    assert decided(searched(MIDDLE, same), present=same).decision is Decision.KEEP


# What is told beside


def test_the_captured_share_is_of_what_a_schedule_that_knows_the_future_would_save() -> None:
    one, count = entrant(M, 80, over_bound=1.25), fixed(M, 100)
    # The bound is at 64: 20 of the 36 between it and the fixed count.
    assert captured_share(one, count) == pytest.approx(20 / 36, rel=1e-3)
    assert captured_share(one, None) is None
    assert captured_share(entrant(M, 80, over_bound=0.5), count) is None


def test_what_was_not_chosen_is_replayed_and_says_why() -> None:
    cheaper = replace(CHOSEN, cpu=replace(CHOSEN.cpu, high=75))
    safer = replace(CHOSEN, cpu=replace(CHOSEN.cpu, high=40))
    refused = [entrant(M, 60, over=0.05), entrant(M, 70, over=0.02, ladders=cheaper)]
    found = (
        searched(MIDDLE, entrant(M, 80), fixed(M, 100), refused, (safer,)),
        searched(LARGE, entrant(SIZED[LARGE], 79)),
        searched(SMALL, fixed=fixed(SIZED[SMALL], 90)),
    )
    choice = decided(*found)
    told = {one.rank: one for one in choice.alternatives}
    assert [one.rank for one in choice.alternatives] == [
        Rank.REFUSED, Rank.SAFER, Rank.FIXED, Rank.DEFAULT, Rank.SIZE, Rank.SIZE,
    ]  # fmt: skip
    assert told[Rank.REFUSED].ladders == cheaper
    assert told[Rank.REFUSED].against.startswith("2.00 % of minutes short of CPU")
    assert told[Rank.SAFER].ladders == safer
    sizes = {str(one.size): one.against for one in choice.alternatives if one.rank is Rank.SIZE}
    assert sizes == {"1024/2048": "saves $1.00 a month, too little to prefer it", "256/512": "costs more"}
    for one in choice.alternatives:
        sizing = SIZED[one.size].sizing
        proposal = proposal_of(SERVICE, sizing, one.ladders, QUESTION.timing)
        case = as_proposed(
            workload_of(SERVICE, QUESTION.demand), proposal, QUESTION.prices, QUESTION.objective
        )
        assert one.replay == judge(case).verdict
    assert choice.tried == 30
    assert {one.size for one in choice.unsearched} == set(SIZED) - {SMALL, MIDDLE, LARGE}


def test_beside_a_fixed_count_the_best_ladders_are_told() -> None:
    choice = decided(searched(MIDDLE, entrant(M, 60, 120), fixed(M, 100)))
    assert [one.rank for one in choice.alternatives] == [Rank.LADDERS, Rank.DEFAULT]


# Why not the size of the estimate


@pytest.mark.parametrize(
    ("estimates", "said"),
    [
        (searched(SMALL, entrant(SIZED[SMALL], 97)), "256/512, which the estimate had, saves $3.00 a month,"),
        (
            searched(SMALL, entrant(SIZED[SMALL], 103)),
            "it costs no more than 256/512, which the estimate had",
        ),
        (searched(SMALL), "256/512, which the estimate had, has nothing that passed every trial"),
        (None, "it costs no more than 256/512, which the estimate had"),  # its bound is above the choice
    ],
)
def test_the_sentence_says_what_spoke_against_the_size_of_the_estimate(
    estimates: Searched | None, said: str
) -> None:
    found = [searched(MIDDLE, entrant(M, 100)), *([estimates] if estimates else [])]
    choice = decided(*found, question=replace(QUESTION, estimated=SMALL))
    sizing = resized(replace(SIZING, size=SMALL), choice, SERVICE.size)
    assert sizing.size == MIDDLE
    assert said in sizing.sentence
