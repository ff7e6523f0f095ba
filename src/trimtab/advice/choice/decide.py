"""The verdict on one service: trim, keep, fixed count, or that nothing can be told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trimtab.advice.case.case import as_proposed
from trimtab.advice.case.objective import PolicyKind
from trimtab.advice.case.outcome import judge
from trimtab.advice.case.proposal import proposal_of
from trimtab.advice.choice.model import (
    COSTS_MORE,
    NOT_ASKED,
    Alternative,
    Choice,
    Decision,
    Rank,
    Unsearched,
)
from trimtab.advice.choice.reason import (
    by_time_of_day,
    nearest,
    off_words,
    on_requests,
    too_little,
    why_of,
)
from trimtab.advice.watching_cost import fast_signals_usd
from trimtab.fleet.left_out import LeftOut, LeftOutReason
from trimtab.ladders.front import TIE
from trimtab.ladders.ladders import default_ladders
from trimtab.sizing.change import Priced, pays, worth_changing
from trimtab.terraform_module import REQUESTS_METRICS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trimtab.advice.case.objective import Objective
    from trimtab.advice.choice.contest import Contest, Entrant
    from trimtab.advice.choice.question import Question
    from trimtab.advice.choice.sizes import Searched, Sized
    from trimtab.fleet.model import TaskSize
    from trimtab.terraform_module import Ladders


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Proposed:
    """One size with what would run at it."""

    searched: Searched
    entrant: Entrant
    decision: Decision
    why: str

    @property
    def size(self) -> TaskSize:
        return self.searched.sized.size

    @property
    def priced(self) -> Priced:
        return Priced(size=self.size, compute_usd_month=self.searched.cost(self.entrant))


def decide(
    question: Question, sized: Sequence[Sized], searched: Sequence[Searched], present: Entrant | None
) -> Choice | LeftOut:
    """Return the verdict.

    ``sized``: every size that holds the memory; ``searched``: those that could win. ``present``:
    today's ladders, where the service module can write them, tried at today's size.
    """
    proposed = [one for one in (_at_size(each, question) for each in searched) if one is not None]
    if not proposed:
        return LeftOut(
            service=question.service.name,
            reason=LeftOutReason.CANNOT_TELL,
            detail=nearest(searched, question),
        )
    chosen = _cheapest(proposed, question.service.size, question.estimated)
    if present is not None and chosen.size == question.service.size:
        chosen = _kept(chosen, present)
    contest, parts = chosen.searched.contest, chosen.searched.sized.parts
    entrant, fixed = chosen.entrant, contest.fixed
    known = {one.sized.size for one in searched}
    return Choice(
        decision=chosen.decision,
        size=chosen.size,
        ladders=entrant.ladders,
        why=chosen.why,
        hottest_ratio=question.workload.use.hottest_ratio,
        cpu_share=chosen.searched.sized.inputs.objective.cpu_share,
        marks=entrant.tested.marks,
        tuned_usd_month=chosen.priced.compute_usd_month,
        judged_minutes=parts.judged.minutes,
        judged_usd_month=chosen.searched.judged_usd_month(entrant),
        over_bound=entrant.tested.over_bound,
        fixed_tasks=fixed.ladders.min_tasks if fixed else None,
        fixed_judged_usd_month=chosen.searched.judged_usd_month(fixed) if fixed else None,
        captured_share=captured_share(entrant, fixed),
        tried=sum(one.contest.tried for one in searched),
        alternatives=tuple(_alternatives(question, chosen, searched)),
        unsearched=tuple(
            Unsearched(size=one.size, bound_usd_month=one.bound_usd_month)
            for one in sized
            if one.size not in known
        ),
    )


def captured_share(entrant: Entrant, fixed: Entrant | None) -> float | None:
    """Return what is saved over the fixed count, of what a clairvoyant schedule would save [ratio].

    On the judged part. None where there is no fixed count, or nothing to save over it.
    """
    if fixed is None:
        return None
    attainable = fixed.tested.judged_billed_s - entrant.tested.judged_bound_s
    saved = fixed.tested.judged_billed_s - entrant.tested.judged_billed_s
    return saved / attainable if attainable > 0 else None


def prefer(contest: Contest, objective: Objective) -> tuple[Entrant, Decision] | None:
    """Return the best of ladders, target tracking and fixed count at one size; None if none stood the trials.

    On the judged part: the fixed count wins where nothing that scales beats it, and of what scales what
    comes first where another hardly costs less.
    """
    billed = {one: one.tested.judged_billed_s for one in contest.scaling}
    least = (1 + TIE) * min(billed.values(), default=0)
    scaling = next((one for one in contest.scaling if billed[one] <= least), None)
    fixed = contest.fixed
    if scaling is None or (fixed and fixed.tested.judged_billed_s <= scaling.tested.judged_billed_s):
        return (fixed, Decision.FIXED) if fixed else None
    return scaling, Decision.TRIM if _near(scaling, objective) else Decision.HEADROOM


def _near(entrant: Entrant, objective: Objective) -> bool:
    return entrant.tested.over_bound <= objective.over_bound


def _at_size(searched: Searched, question: Question) -> _Proposed | None:
    """Return what is preferred at one size, with the reason."""
    preferred = prefer(searched.contest, question.objective)
    if preferred is None:
        return None
    entrant, decision = preferred
    beside = on_requests(searched, entrant, question.objective)
    beside += by_time_of_day(searched, entrant, question.objective)
    why = f"{why_of(searched, entrant, decision)}{beside}"
    fast = searched.contest.fastest
    if fast is None:
        return _Proposed(searched=searched, entrant=entrant, decision=decision, why=why)
    usd = fast_signals_usd(question.prices)
    if fast.ladders.requests is not None and entrant.ladders.requests is None:
        usd += REQUESTS_METRICS * question.prices.alarm_month.usd
    if not pays(searched.cost(entrant), searched.cost(fast) + usd):
        return _Proposed(
            searched=searched,
            entrant=entrant,
            decision=decision,
            why=f"{why}; {too_little(searched, entrant, fast, usd)}",
        )
    decision = Decision.TRIM if _near(fast, question.objective) else Decision.HEADROOM
    saved = searched.cost(entrant) - searched.cost(fast)
    words = (
        f"CPU every 20 s saves ${saved:,.2f} a month of compute, for ${usd:,.2f} in CloudWatch; "
        f"{off_words(searched, fast)}{on_requests(searched, fast, question.objective)}"
        f"{by_time_of_day(searched, fast, question.objective)}"
    )
    return _Proposed(
        searched=searched, entrant=fast, decision=decision, why=f"{why_of(searched, fast, decision)}; {words}"
    )


def _cheapest(proposed: Sequence[_Proposed], present: TaskSize, estimated: TaskSize) -> _Proposed:
    """Return the cheapest, unless a size with a better claim costs hardly more.

    Today's has the first, for a change is a deployment; then the one that the estimate from
    quantiles chose, which no seed of a search moves.
    """
    best = min(proposed, key=lambda one: (one.priced.compute_usd_month, one.size))
    for claim in (present, estimated):
        held = next((one for one in proposed if one.size == claim), None)
        if held is not None and not worth_changing(held.priced, best.priced, present_holds=True).worth:
            return held
    return best


def _kept(chosen: _Proposed, present: Entrant) -> _Proposed:
    """Return today's ladders where they stand every trial and the chosen ones would hardly save."""
    if not present.tested.passed:
        return chosen
    cost, proposed = chosen.searched.cost(present), chosen.priced.compute_usd_month
    if pays(cost, proposed):
        return chosen
    saving = cost - proposed
    why = f"today's scaling passes every trial, and other steps would save ${max(0.0, saving):,.2f} a month"
    return replace(chosen, entrant=present, decision=Decision.KEEP, why=why)


def _alternatives(
    question: Question, chosen: _Proposed, searched: Sequence[Searched]
) -> Iterator[Alternative]:
    """Yield what was considered and not chosen, each replayed on the whole recording."""

    def found(
        rank: Rank, ladders: Ladders, against: str, searched: Searched = chosen.searched
    ) -> Alternative:
        sizing = searched.sized.sizing
        proposal = proposal_of(question.service, sizing, ladders, question.timing, question.objective)
        case = as_proposed(question.workload, proposal, question.prices, question.objective)
        return Alternative(
            rank=rank, size=searched.sized.size, ladders=ladders, replay=judge(case).verdict, against=against
        )

    for rank, ladders, against in _others(question, chosen):
        yield found(rank, ladders, against)
    usual = default_ladders(chosen.searched.sized.sizing, question.demand)
    yield found(Rank.DEFAULT, usual, "not tuned to the demand")
    for other in searched:
        if other is chosen.searched:
            continue
        best = min(other.contest.entrants, key=other.cost, default=None)
        if best is not None:
            yield found(Rank.SIZE, best.ladders, _against(other.cost(best), chosen), other)


def _others(question: Question, chosen: _Proposed) -> Iterator[tuple[Rank, Ladders, str]]:
    """Yield what was tried at the chosen size and not chosen, with what speaks against it."""
    contest, entrant = chosen.searched.contest, chosen.entrant
    for refused in contest.refused[-1:]:
        yield Rank.REFUSED, refused.ladders, refused.tested.failures[0]
    for safer in contest.safer[:1]:
        yield Rank.SAFER, safer, COSTS_MORE
    if contest.fixed is not None and contest.fixed != entrant:
        yield Rank.FIXED, contest.fixed.ladders, COSTS_MORE
    if contest.ladders is not None and contest.ladders != entrant:
        yield (
            Rank.LADDERS,
            contest.ladders.ladders,
            COSTS_MORE if contest.beside_steps(entrant) else chosen.why,
        )
    if contest.requests is not None and contest.requests != entrant:
        yield Rank.REQUESTS, contest.requests.ladders, COSTS_MORE
    if contest.minima is not None and contest.minima != entrant:
        yield Rank.MINIMA, contest.minima.ladders, COSTS_MORE
    if contest.tracking is not None and contest.tracking != entrant:
        asked = PolicyKind.TRACKING in question.objective.policies
        dearer = chosen.why if chosen.decision is Decision.KEEP else COSTS_MORE
        yield Rank.TRACKING, contest.tracking.ladders, dearer if asked else NOT_ASKED
    if contest.untracked is not None:
        yield Rank.TRACKING, contest.untracked.ladders, contest.untracked.tested.failures[0]


def _against(usd_month: float, chosen: _Proposed) -> str:
    """Say why another size was not taken."""
    saving = chosen.priced.compute_usd_month - usd_month
    return COSTS_MORE if saving <= 0 else f"saves ${saving:,.2f} a month, too little to prefer it"
