"""Size and ladders of one service, chosen together by replay.

Every Fargate size that holds the memory is a candidate. The clairvoyant bound of each says what
no policy at that size can undercut, so a size whose bound is above the best cost found is never
searched: nothing is lost by that. The others get a quick search, the best of them a full one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from msgspec.structs import replace as replaced

from trimtab.advice.case.case import proposed_inputs
from trimtab.advice.case.latency import limits_of
from trimtab.advice.case.proposal import proposal_of
from trimtab.advice.case.zones import with_spare_zone, zones_of
from trimtab.advice.choice.contest import contest, space_of
from trimtab.advice.choice.model import COSTS_MORE, Rank
from trimtab.advice.choice.trials import bound_s
from trimtab.catalog.limits import MAX_TASKS
from trimtab.ladders.ladders import default_ladders, memory_ladder
from trimtab.ladders.parts import parts_of
from trimtab.ladders.search import FULL, QUICK, Hunt
from trimtab.replay.bound import required_tasks
from trimtab.sizing.memory import still_holds
from trimtab.sizing.model import SizeReason
from trimtab.sizing.sentence import replayed as replayed_sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimtab.advice.choice.contest import Contest, Entrant
    from trimtab.advice.choice.model import Choice
    from trimtab.advice.choice.question import Question
    from trimtab.fleet.model import TaskSize
    from trimtab.ladders.parts import Parts
    from trimtab.ladders.search import Effort
    from trimtab.replay.inputs import Inputs
    from trimtab.sizing.model import Sizing
    from trimtab.terraform_module import Ladder, Ladders

FINALISTS = 3
"""Sizes that get a full search."""
NEAR = 1.05
"""Cost over the best of the quick searches up to which a size is a finalist [ratio]."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sized:
    """One size in the contest."""

    size: TaskSize
    sizing: Sizing
    inputs: Inputs
    parts: Parts
    memory: Ladder
    """Memory's ladder at this size: decided by what a task holds, not searched."""
    bound_usd_month: float
    """What no policy at this size can undercut on the tuned part."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Searched:
    """One size and what the search found for it."""

    sized: Sized
    contest: Contest

    def cost(self, entrant: Entrant | None) -> float:
        """Return what an entrant costs a month on the tuned part [USD]; infinite for none."""
        return self.sized.parts.tuned.usd_month(entrant.tested.tuned_billed_s) if entrant else float("inf")

    def judged_usd_month(self, entrant: Entrant) -> float:
        """Return what an entrant costs a month on the judged part [USD]."""
        return self.sized.parts.judged.usd_month(entrant.tested.judged_billed_s)

    @property
    def best(self) -> float:
        """Cheapest of what may be recommended [USD/month]."""
        return min((self.cost(entrant) for entrant in self.contest.entrants), default=math.inf)


def sizes_in_contest(question: Question, sizing: Sizing) -> tuple[Sized, ...]:
    """Return the sizes that hold the memory, by what they must cost at least.

    Of one CPU value only the least memory that holds the work: more of it only costs more. The
    present size is among them if it holds.
    """
    contestants, objective = [], question.objective
    for size in candidate_sizes(sizing, question.service.size):
        inputs = inputs_at(question, sizing, size)
        if required_tasks(inputs, floor=sizing.work.floor, max_tasks=MAX_TASKS).hopeless.any():
            continue
        parts = parts_of(inputs, objective.judged_percent / 100, question.demand.start)
        floor = floor_at(question, parts, sizing.work.floor)
        at_size = replace(
            sizing,
            size=size,
            work=replace(sizing.work, floor=floor),
            tasks_peak=max(sizing.tasks_peak, floor),
        )
        memory = memory_ladder(at_size, question.demand)
        most = space_of(parts, floor=floor, memory=memory).most
        bound = parts.tuned.usd_month(bound_s(parts.tuned, objective, floor=floor, most=most))
        contestants.append(
            Sized(size=size, sizing=at_size, inputs=inputs, parts=parts, memory=memory, bound_usd_month=bound)
        )
    return tuple(sorted(contestants, key=lambda one: (one.bound_usd_month, one.size)))


def floor_at(question: Question, parts: Parts, floor: int) -> int:
    """Return the least tasks at one size: ``floor``, or what the quietest minute needs if a zone is lost.

    In whole tasks, for there are few: of four in three zones two are left, which is less than their share.
    """
    objective, inputs = question.objective, parts.tuned.inputs
    if not objective.zone_loss:
        return floor
    task, whole_fleet = inputs.task, replaced(objective, zone_loss=False)
    whole = limits_of(question.workload, whole_fleet, task.vcpu, task.overhead_vcpu)
    quietest = int(required_tasks(replace(inputs, objective=whole), floor=1).tasks.min())
    return max(floor, with_spare_zone(quietest, zones_of(question.service)))


def inputs_at(question: Question, sizing: Sizing, size: TaskSize) -> Inputs:
    """Return the replay's input at one size."""
    at_size = replace(sizing, size=size)
    ladders = default_ladders(at_size, question.demand)
    proposal = proposal_of(question.service, at_size, ladders, question.timing, question.objective)
    return proposed_inputs(question.workload, proposal, question.prices, question.objective)


def candidate_sizes(sizing: Sizing, present: TaskSize) -> tuple[TaskSize, ...]:
    """Return the least memory that holds the work for each CPU value, and the present size if it holds.

    Where the objective lays a size down the sizing knows no other.
    """
    # Kept up to a fuller task than a new one is chosen for: a peak that moves a little moves no size.
    known = any(candidate.size == present for candidate in sizing.candidates)
    kept = {present} if known and still_holds(present, sizing.work.memory_peak_mib) else set()
    return tuple(sorted({*sizing.least_memory(), *kept}))


def search_sizes(
    question: Question,
    sized: Sequence[Sized],
    *,
    seeds: Sequence[Ladders] = (),
    effort: Effort = FULL,
) -> tuple[Searched, ...]:
    """Search the sizes that can win, and return what was found, cheapest first."""
    objective, demand = question.objective, question.demand

    def run(sized: Sized, effort: Effort, seeds: Sequence[Ladders]) -> Searched:
        floor = sized.sizing.work.floor
        seed = f"{objective.seed} {question.service.name} {sized.size}"
        held = (seed for seed in seeds if seed.min_tasks >= floor)
        every = (*held, default_ladders(sized.sizing, demand))
        ended = contest(
            sized.parts,
            objective,
            Hunt(seed=seed, seeds=every, effort=effort),
            floor=floor,
            memory=sized.memory,
        )
        return Searched(sized=sized, contest=ended)

    first = min(QUICK, effort, key=lambda one: one.replays)
    quick: list[Searched] = []
    for one in sized:
        if quick and one.bound_usd_month > min(other.best for other in quick):
            break
        quick.append(run(one, first, seeds))
    quick.sort(key=lambda one: (one.best, one.sized.size))
    # A size with a claim of its own is searched as hard as one that is cheap.
    claims = {question.service.size, question.estimated}
    cheap = [one for one in quick if one.best <= NEAR * quick[0].best][:FINALISTS]
    near = [one for one in quick if one in cheap or one.sized.size in claims]
    full = [run(one.sized, effort, (*seeds, *one.contest.front)) for one in near]
    return tuple(
        sorted(
            [*full, *(one for one in quick if one not in near)], key=lambda one: (one.best, one.sized.size)
        )
    )


def resized(sizing: Sizing, choice: Choice, present: TaskSize) -> Sizing:
    """Return the sizing at the size that the replays chose, with the reason for it."""
    size, estimated = choice.size, sizing.size
    if size == estimated:
        return sizing
    candidate = next(one for one in sizing.candidates if one.size == size)
    reason = SizeReason.ALREADY_RIGHT if size == present else SizeReason.REPLAYED
    against = _against_estimate(choice, estimated)
    return replace(
        sizing,
        size=size,
        reason=reason,
        sentence=replayed_sentence(reason, candidate, sizing.work, estimated, against),
        tasks_mean=candidate.tasks_mean,
        tasks_peak=candidate.tasks_peak,
        cost_usd_month=candidate.cost_usd_month,
    )


def _against_estimate(choice: Choice, estimated: TaskSize) -> str | None:
    """Return what spoke against the estimate's size; None where it just costs no less."""
    for one in choice.alternatives:
        if one.rank is Rank.SIZE and one.size == estimated:
            return None if one.against == COSTS_MORE else one.against
    dearer = {one.size for one in choice.unsearched}
    return None if estimated in dearer else "has nothing that passed every trial"
