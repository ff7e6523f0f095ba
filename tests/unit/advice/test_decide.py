"""The verdict on one service, from what the contest of each size came to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest
from advice import made as asking
from fleet import made

from trimtab.advice.case.case import as_proposed, workload_of
from trimtab.advice.case.objective import PolicyKind
from trimtab.advice.case.outcome import judge
from trimtab.advice.case.proposal import proposal_of
from trimtab.advice.choice import trials
from trimtab.advice.choice.contest import Contest, Entrant, fixed_ladders
from trimtab.advice.choice.decide import captured_share, decide
from trimtab.advice.choice.model import COSTS_MORE, NOT_ASKED, Choice, Decision, Rank
from trimtab.advice.choice.sizes import Searched, Sized, resized, sizes_in_contest
from trimtab.advice.choice.trials import Mark, ground_of
from trimtab.catalog.load import HOURS_PER_MONTH
from trimtab.fleet.left_out import LeftOut
from trimtab.ladders.convert import policy_of_ladders
from trimtab.terraform_module import Ladder, Ladders, OutStep, Tracking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimtab.advice.choice.question import Question
    from trimtab.fleet.model import TaskSize

SMALL, MIDDLE, LARGE = made.size(256, 512), made.size(512, 1024), made.size(1024, 2048)
SERVICE = asking.adopted(cpu_units=512, memory_mib=1024)
QUESTION, SIZING = asking.asked(SERVICE, made.demand(asking.wave()))
SIZED = {one.size: one for one in sizes_in_contest(QUESTION, SIZING)}
CHOSEN = replace(asking.TODAY, cpu=replace(asking.TODAY.cpu, high=60, steps=(OutStep(above=0, add=2),)))
GROUND = ground_of(SIZED[MIDDLE].parts, QUESTION.objective, floor=2, most=20)


def mark(over: float = 0.0, test: trials.Test = trials.Test.JUDGED) -> Mark:
    return Mark(
        test=test,
        over_share=over,
        allowed_share=0.01,
        over_memory_min=0,
        direction_changes_day=2.0,
        allowed_changes_day=24.0,
    )


def entrant(  # noqa: PLR0913  # what a contest knows of one
    sized: Sized,
    usd: float,
    judged_usd: float | None = None,
    *,
    ladders: Ladders = CHOSEN,
    over_bound: float = 1.2,
    over: float = 0.0,
) -> Entrant:
    """Ladders that cost so much a month, and kept the objective if ``over`` is 1 % of minutes or less."""

    def seconds(usd_month: float, minutes: int) -> int:
        hours = usd_month / HOURS_PER_MONTH * minutes / 60
        return round(hours / sized.inputs.task.price_usd_hour * 3600)

    judged = seconds(usd if judged_usd is None else judged_usd, sized.parts.judged.minutes)
    return Entrant(
        ladders=ladders,
        tested=trials.Tested(
            policy=policy_of_ladders(ladders, initial_tasks=ladders.min_tasks),
            tuned_billed_s=seconds(usd, sized.parts.tuned.minutes),
            judged_billed_s=judged,
            judged_bound_s=judged / over_bound,
            marks=(mark(0.0, trials.Test.TUNED), mark(over)),
        ),
    )


def fixed(sized: Sized, usd: float, tasks: int = 7) -> Entrant:
    return entrant(sized, usd, ladders=fixed_ladders(tasks, asking.TODAY.memory))


def searched(
    size: TaskSize,
    ladders: Entrant | None = None,
    fixed: Entrant | None = None,
    refused: Sequence[Entrant] = (),
    safer: Sequence[Ladders] = (),
) -> Searched:
    contest = Contest(
        ladders=ladders,
        fixed=fixed,
        refused=tuple(refused),
        safer=tuple(safer),
        front=(),
        ground=GROUND,
        tried=10,
    )
    return Searched(sized=SIZED[size], contest=contest)


def decided(*found: Searched, present: Entrant | None = None, question: Question = QUESTION) -> Choice:
    choice = decide(question, tuple(SIZED.values()), sorted(found, key=lambda one: one.best), present)
    assert isinstance(choice, Choice), choice
    return choice


M = SIZED[MIDDLE]


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


# Target tracking


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
