"""CPU of the tasks' own, told on the first part of a recording and judged on the rest.

Whether it is used hangs on the CPU of the rest: on what it does as tasks come and go. The count of a replay
cannot judge it. At the recorded counts all CPU taken for work is the same load, and even a nearer one: what
each start used then stands in it at the minute in which it was used.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trimtab.demand.fill import own_of, part_of
from trimtab.demand.own import moves_of, unexplained
from trimtab.demand.terms import NOTHING_TOLD
from trimtab.fleet.fitted import FittedOwn, FittedTerm
from trimtab.sizing.tasks import work_cpu

if TYPE_CHECKING:
    from trimtab.advice.calibration.happened import Scored
    from trimtab.advice.case.case import Case
    from trimtab.demand.series import Demand
    from trimtab.demand.terms import OwnCpu, Term
    from trimtab.fleet.model import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFound:
    """What the first part tells, and what that is worth on the rest."""

    own: OwnCpu
    changes: int
    """Of the count in the first part, where CPU is known."""
    starts: int
    """Of tasks, there."""
    minutes: int
    """Of the rest, near a change of the count: on so many it is judged."""
    error_vcpu: float
    """How far CPU's changes in those are from what requests say of them, the terms taken off, mean."""
    without_error_vcpu: float
    """The same where all CPU is taken for work."""

    @property
    def told(self) -> bool:
        """Whether there is a term, and something to judge it on."""
        return (self.own.idle.told or self.own.boot.told) and self.minutes > 0

    @property
    def used(self) -> bool:
        """Whether the terms foretell the CPU of the rest better than none."""
        return self.told and self.error_vcpu < self.without_error_vcpu


def own_found(service: Service, demand: Demand, cut: int) -> OwnFound:
    """Tell the terms on the minutes before ``cut``, and judge them from there on."""
    first, rest = part_of(demand, 0, cut), part_of(demand, cut, demand.tasks.size)
    own, (changes, starts) = own_of(service, first), moves_of(first)

    def off(terms: OwnCpu) -> tuple[int, float]:
        left = unexplained(rest, work_cpu(replace(demand, own=terms))[cut:])
        return left.size, float(left.mean()) if left.size else 0.0

    minutes, error_vcpu = off(own)
    return OwnFound(
        own=own,
        changes=changes,
        starts=starts,
        minutes=minutes,
        error_vcpu=error_vcpu,
        without_error_vcpu=off(NOTHING_TOLD)[1],
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CasesOfOwn:
    """What was found, and the service as deployed: with the terms and without, no case where none is told."""

    found: OwnFound
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedOwn:
    """What was found, and replays on the rest: with the terms and without, none where no term is told."""

    found: OwnFound
    replays: tuple[Scored, ...]

    @property
    def kept(self) -> FittedOwn | None:
        """What is kept of it for other commands; None where nothing is told."""
        if not self.found.told:
            return None
        found, (counted, without) = self.found, self.replays
        return FittedOwn(
            idle=_kept(found.own.idle),
            boot=_kept(found.own.boot),
            used=found.used,
            cpu_error_vcpu=round(found.error_vcpu, 6),
            without_cpu_error_vcpu=round(found.without_error_vcpu, 6),
            count_error=round(counted.count_error, 6),
            bill_error=round(counted.bill_error, 6),
            without_count_error=round(without.count_error, 6),
            without_bill_error=round(without.bill_error, 6),
        )


def _kept(term: Term) -> FittedTerm | None:
    return FittedTerm(value=term.value, most=term.most) if term.told else None
