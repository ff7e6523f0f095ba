"""A service that is not searched again: its choice is read back from an earlier document.

Only the choice is. Sizing, timing, replays, costs and cautions are found anew, as in any run, so
what comes out is a whole advice, and a document that does not belong to the snapshot shows itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import msgspec

from trimtab.advice.case.case import as_proposed
from trimtab.advice.case.outcome import judge
from trimtab.advice.case.proposal import proposal_of
from trimtab.advice.choice.admissible import timing_at
from trimtab.advice.choice.choose import Chosen, asked
from trimtab.advice.choice.model import Alternative, Choice, Unsearched
from trimtab.advice.choice.sizes import resized
from trimtab.advice.choice.trials import Mark
from trimtab.catalog.load import is_valid
from trimtab.document.read import AGAIN
from trimtab.errors import UsageError
from trimtab.fleet.left_out import LeftOut
from trimtab.fleet.model import TaskSize
from trimtab.ladders.kinds.schedule import open_all_day
from trimtab.terraform_module import Ladders

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trimtab.advice.case.objective import Objective
    from trimtab.advice.choice.choose import Asked
    from trimtab.catalog.load import Prices
    from trimtab.demand.series import Demand
    from trimtab.document.parts import ScalingPart
    from trimtab.document.schema import AlternativePart, ServicePart, TrialPart
    from trimtab.fleet.model import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which services are searched, and what is known of others."""

    names: frozenset[str] = frozenset()
    """The only ones to search; empty: every one that is not known."""
    known: Mapping[str, Chosen | LeftOut] = field(default_factory=dict)
    """By service, what an earlier run chose, or why it left it out: it stays."""

    def has(self, name: str) -> bool:
        """Tell whether a service is searched or known; the others are not looked at."""
        return not self.names or name in self.names or name in self.known


EVERY = Scope()


def kept(
    part: ServicePart, service: Service, demand: Demand, prices: Prices, objective: Objective
) -> Chosen | LeftOut:
    """Return what an earlier document chose for the service, or why nothing can be chosen for it now.

    Raises:
        UsageError: the document has a size that the service cannot have.

    """
    question = asked(service, demand, prices, objective)
    if isinstance(question, LeftOut):
        return question
    choice = _choice(part, question)
    if choice.size not in {one.size for one in question.sizing.candidates}:
        raise UsageError(
            f"{choice.size} is no size for this work",
            where=f"the recommendation for {part.name}",
            advice=AGAIN,
        )
    return Chosen(
        question=question.question,
        sizing=resized(question.sizing, choice, service.size),
        timing=timing_at(service, demand, choice.size, objective),
        choice=choice,
        before=question.before,
    )


def _choice(part: ServicePart, question: Asked) -> Choice:
    written = part.choice
    return Choice(
        decision=written.verdict,
        size=TaskSize(cpu_units=part.cpu_units, memory_mib=part.memory_mib),
        ladders=_ladders(part.scaling),
        why=written.why,
        hottest_ratio=written.hottest_ratio,
        cpu_share=written.cpu_percent / 100,
        marks=tuple(_mark(trial, question.question.objective) for trial in written.trials),
        tuned_usd_month=written.tuned_usd_month,
        judged_minutes=written.judged_minutes,
        judged_usd_month=written.judged_usd_month,
        over_bound=_or_endless(written.judged_over_bound),
        fixed_tasks=written.fixed_tasks,
        fixed_judged_usd_month=written.fixed_judged_usd_month,
        captured_share=written.captured_share,
        tried=written.replays,
        alternatives=tuple(_alternative(other, part, question) for other in written.alternatives),
        unsearched=tuple(
            Unsearched(size=_size(other.size, part), bound_usd_month=_or_endless(other.bound_usd_month))
            for other in written.unsearched
        ),
    )


def _mark(trial: TrialPart, objective: Objective) -> Mark:
    return Mark(
        test=trial.test,
        over_share=trial.over_percent / 100,
        allowed_share=trial.allowed_percent / 100,
        over_memory_min=0,  # one that is chosen has none
        direction_changes_day=trial.direction_changes_day,
        allowed_changes_day=objective.direction_changes_day,
    )


def _alternative(other: AlternativePart, part: ServicePart, question: Asked) -> Alternative:
    """Return an alternative, replayed anew: the document has not all of a verdict."""
    asking, size, ladders = question.question, _size(other.size, part), _ladders(other.scaling)
    proposal = proposal_of(
        asking.service, replace(question.sizing, size=size), ladders, asking.timing, asking.objective
    )
    case = as_proposed(asking.workload, proposal, asking.prices, asking.objective)
    return Alternative(
        rank=other.rank, size=size, ladders=ladders, replay=judge(case).verdict, against=other.against
    )


def _ladders(scaling: ScalingPart) -> Ladders:
    # Hours without a task are found anew.
    written = msgspec.convert(scaling, type=Ladders, from_attributes=True)
    return replace(written, schedule=None if written.schedule is None else open_all_day(written.schedule))


def _size(text: str, part: ServicePart) -> TaskSize:
    """Return the size of ``CPU units/MiB``.

    Raises:
        UsageError: Fargate has no such size.

    """
    cpu_units, _, memory_mib = text.partition("/")
    size = TaskSize(cpu_units=int(cpu_units), memory_mib=int(memory_mib))
    if not is_valid(size):
        raise UsageError(f"{size} is no size", where=f"the recommendation for {part.name}", advice=AGAIN)
    return size


def _or_endless(value: float | None) -> float:
    """Return a value that JSON writes as null where there is no end to it."""
    return math.inf if value is None else value
