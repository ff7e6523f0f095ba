"""What runs today, in numbers: its configuration replayed where that agrees with the record, else the record.

A replay that differs from what was recorded models something else than what runs: then every
saving counted from it would be wrong by as much.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimtab.advice.case.case import as_deployed, deployed_inputs
from trimtab.advice.case.outcome import Basis, judge
from trimtab.advice.case.record import judge_record
from trimtab.advice.cost import cents, dollars, recorded_usd_month, tasks_recorded
from trimtab.errors import ReplayError

if TYPE_CHECKING:
    from decimal import Decimal

    from trimtab.advice.case.case import Case, Workload
    from trimtab.advice.case.objective import Objective
    from trimtab.advice.case.outcome import Judged, Verdict
    from trimtab.catalog.load import Prices
    from trimtab.demand.series import Demand
    from trimtab.fleet.model import Scaling, Service

AGREES = 0.10
"""Replayed over recorded, less 1 [ratio]: of the mean count of tasks, and of the bill."""
HAND_SET = "the configuration was another then, or something else sets the count"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Before:
    """Today, judged."""

    judged: Judged
    case: Case | None
    """What was replayed, where it ran as many tasks as were recorded; else None."""
    why: str = ""
    """Why the record stands for the replay; empty where it does not."""
    error_usd_month: Decimal | None = None
    """What replay and record of the same count of tasks differ by; None where there is no such replay."""

    @property
    def verdict(self) -> Verdict:
        """The numbers."""
        return self.judged.verdict

    @property
    def recorded(self) -> bool:
        """Whether they are the record's."""
        return self.verdict.basis is Basis.RECORD


def before_of(workload: Workload, prices: Prices, objective: Objective) -> Before:
    """Return what runs today: replayed, or as recorded with the reason."""
    service, demand = workload.service, workload.demand
    try:
        case = as_deployed(workload, prices, objective)
    except ReplayError as error:
        inputs = deployed_inputs(workload, prices, objective)
        return Before(judged=judge_record(workload, inputs), case=None, why=error.one_line())
    judged = judge(case)
    tasks, usd = tasks_recorded(demand), recorded_usd_month(service, service.size, demand, prices)
    counts = _agree(judged.verdict.tasks_mean, tasks) and not _moved_by_nothing(service, demand)
    bills = _agree(judged.verdict.usd_month, usd)
    apart = abs(cents(judged.verdict.usd_month) - cents(usd))
    if counts and bills:
        return Before(judged=judged, case=case, error_usd_month=apart)
    record = judge_record(workload, case.inputs)
    if counts:
        why = _bill(judged.verdict, tasks, usd)
        return Before(judged=record, case=case, why=why, error_usd_month=apart)
    return Before(judged=record, case=None, why=_count(service, judged.verdict, tasks))


def _agree(replayed: float, recorded: float) -> bool:
    """Tell whether they are within ``AGREES``; what rounding adds to 10 % is none."""
    return abs(replayed - recorded) <= (AGREES + 1e-9) * recorded


def _moves(scaling: Scaling) -> bool:
    """Tell whether anything that was read changes the count."""
    return bool(scaling.policies or scaling.tracking or scaling.scheduled)


def _moved_by_nothing(service: Service, demand: Demand) -> bool:
    """Tell whether the count moved, though nothing that was read moves it: a mean that agrees is chance."""
    scaling, tasks = service.scaling, demand.tasks[demand.known]
    bounded = scaling.min_tasks != scaling.max_tasks and not _moves(scaling)
    return bounded and float(tasks.std()) > AGREES * float(tasks.mean())


def _count(service: Service, replayed: Verdict, tasks: float) -> str:
    """Say why another count of tasks ran than today's configuration would have run."""
    scaling = service.scaling
    if scaling.min_tasks != scaling.max_tasks and not _moves(scaling):
        return (
            f"{tasks:.1f} tasks ran on average, and nothing that was read says what moves their count "
            f"between {scaling.min_tasks} and {scaling.max_tasks}"
        )
    return f"replayed it would run {replayed.tasks_mean:.1f} tasks, and {tasks:.1f} ran: {HAND_SET}"


def _bill(replayed: Verdict, tasks: float, usd: float) -> str:
    """Say why the same count of tasks costs more in replay: what starts and drains is billed too."""
    running = cents(usd * replayed.tasks_mean / tasks)
    more = cents(replayed.usd_month) - running
    return (
        f"replayed it would cost {dollars(cents(replayed.usd_month))} a month, {dollars(more)} of it for "
        "tasks that start or drain, which no recorded count shows"
    )
