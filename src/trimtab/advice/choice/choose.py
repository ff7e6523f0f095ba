"""One service from its demand to its advice: size and ladders, timing, before and after."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trimtab.advice.before import before_of
from trimtab.advice.case.case import workload_of
from trimtab.advice.case.objective import PolicyKind
from trimtab.advice.case.zones import zones_of
from trimtab.advice.choice.admissible import admissible, has_room, timing_at
from trimtab.advice.choice.conflict import conflict, too_slow
from trimtab.advice.choice.contest import enter
from trimtab.advice.choice.decide import decide
from trimtab.advice.choice.question import Question
from trimtab.advice.choice.sizes import resized, search_sizes, sizes_in_contest
from trimtab.advice.foreign import foreign
from trimtab.demand.findings import FindingKind, believable
from trimtab.fleet.left_out import LeftOut, LeftOutReason
from trimtab.ladders.convert import ladders_of_scaling
from trimtab.ladders.search import FULL
from trimtab.sizing.rightsizing import floor_of, laid_down, right_size
from trimtab.terraform_module import module_takes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimtab.advice.before import Before
    from trimtab.advice.case.objective import Objective
    from trimtab.advice.choice.contest import Entrant
    from trimtab.advice.choice.model import Choice
    from trimtab.advice.choice.sizes import Searched
    from trimtab.catalog.load import Prices
    from trimtab.demand.series import Demand
    from trimtab.fleet.model import Service, TaskSize
    from trimtab.ladders.search import Effort
    from trimtab.sizing.model import Sizing
    from trimtab.terraform_module import Ladders
    from trimtab.timing.startup import Timing

UNTOLD = frozenset({FindingKind.TOO_LITTLE_DATA, FindingKind.CENSORED})
"""What the demand lacks that no choice of ladders makes up for."""
ONE_ZONE = (
    "zone_loss cannot be kept: its tasks run in one zone, and all go with it; give it a subnet in another"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One service with its choice."""

    question: Question
    sizing: Sizing
    timing: Timing
    """At the size that was chosen."""
    choice: Choice
    before: Before


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """One service before anything is searched: what is asked, the estimate, and what runs today."""

    question: Question
    sizing: Sizing
    before: Before


def asked(service: Service, demand: Demand, prices: Prices, objective: Objective) -> Asked | LeftOut:
    """Return what is asked about one service, or why nothing can be."""
    if service.scaling.foreign:
        return _left_out(service, LeftOutReason.FOREIGN, foreign(service, demand, prices))
    untold = [finding.text for finding in believable(demand) if finding.kind in UNTOLD]
    if untold:
        return _left_out(service, LeftOutReason.CANNOT_TELL, "; ".join(untold))
    if objective.zone_loss and zones_of(service) == 1:
        return _left_out(service, LeftOutReason.CANNOT_TELL, ONE_ZONE)
    workload = workload_of(service, demand)
    required = objective.laid_down(service.name)
    floor = objective.least_tasks(service.name) or floor_of(service, demand)
    for size in (service.size, required.size or service.size):
        if not has_room(size, workload, objective):
            detail = (
                f"a task uses {demand.own.idle.value:.2g} vCPU without work, all that may be used at {size}"
            )
            return _left_out(service, LeftOutReason.CANNOT_TELL, detail)
    sizes, not_tried = admissible(workload, objective)
    sizing = (
        right_size(service, demand, prices, sizes, floor=floor, use=workload.use)
        if sizes or objective.p95_limit_s is None
        else _left_out(service, LeftOutReason.CANNOT_TELL, too_slow(workload.latency, objective.p95_limit_s))
    )
    if required.size is not None and not isinstance(sizing, LeftOut):
        sizing = laid_down(sizing, required.size, service.size)
    if isinstance(sizing, LeftOut):
        return sizing
    timing = timing_at(service, demand, sizing.size, objective)
    question = Question(
        workload=workload,
        timing=timing,
        prices=prices,
        objective=objective,
        estimated=sizing.size,
    )
    before = before_of(workload, prices, objective)
    return Asked(question=question, sizing=replace(sizing, not_tried=not_tried), before=before)


def choose(
    service: Service, demand: Demand, prices: Prices, objective: Objective, effort: Effort = FULL
) -> Chosen | LeftOut:
    """Return the choice for one service, or why there is none."""
    asking = asked(service, demand, prices, objective)
    if isinstance(asking, LeftOut):
        return asking
    question, sizing, laid = asking.question, asking.sizing, objective.laid_down(service.name).size
    sized = sizes_in_contest(question, sizing)
    if not sized:
        return _left_out(service, LeftOutReason.CANNOT_TELL, _at(laid, conflict(question, sizing)))
    seeds = _today(service, sizing.work.floor, objective)
    searched = search_sizes(question, sized, seeds=seeds, effort=effort)
    choice = decide(question, sized, searched, _present(service, searched, seeds))
    if isinstance(choice, LeftOut):
        return _left_out(service, LeftOutReason.CANNOT_TELL, _at(laid, choice.detail))
    return Chosen(
        question=question,
        sizing=resized(sizing, choice, service.size),
        timing=timing_at(service, demand, choice.size, objective),
        choice=choice,
        before=asking.before,
    )


def _today(service: Service, floor: int, objective: Objective) -> tuple[Ladders, ...]:
    """Return today's ladders or target tracking.

    None where the module cannot write them, they go below ``floor`` or close, or the objective takes no such
    kind.
    """
    today = ladders_of_scaling(service.scaling)
    if today is None or not module_takes(today) or today.min_tasks < floor or today.closes:
        return ()
    kind = PolicyKind.STEP if today.tracking is None else PolicyKind.TRACKING
    if today.requests is not None:
        kind = PolicyKind.REQUESTS
    return (today,) if kind in objective.policies else ()


def _present(service: Service, searched: Sequence[Searched], today: Sequence[Ladders]) -> Entrant | None:
    """Return today's ladders tried at today's size, where both are in the contest."""
    for one in searched:
        if one.sized.size == service.size and today and today[0].min_tasks >= one.sized.sizing.work.floor:
            return enter(today[0], one.contest.ground)
    return None


def _at(size: TaskSize | None, why: str) -> str:
    """Return why there is no advice, with the size where the objective leaves no other."""
    return why if size is None else f"at {size}, which the objective sets, {why}"


def _left_out(service: Service, reason: LeftOutReason, detail: str) -> LeftOut:
    return LeftOut(service=service.name, reason=reason, detail=detail)
