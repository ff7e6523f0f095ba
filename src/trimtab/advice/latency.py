"""What is said of a service's p95 response time: figures of a model, or that nobody can tell, and why."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimtab.advice.case.latency import share_at
from trimtab.advice.model import Caution, CautionKind
from trimtab.demand.latency import ONE_VCPU, slower

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.advice.case.case import Workload
    from trimtab.advice.case.objective import Objective
    from trimtab.demand.latency import Latency
    from trimtab.demand.series import F64, Demand
    from trimtab.fleet.model import Service, TaskSize
    from trimtab.replay.inputs import Task
    from trimtab.replay.result import Minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class P95:
    """The p95 response time of a minute, before and after. In all but ``over_percent`` of the minutes."""

    why: str
    """Why there is no model; empty where there is one."""
    recorded_ms: float | None
    """What was measured; None where nothing was."""
    today_ms: float | None = None
    """What it stays below by the model in a replay of today; None: busier than was recorded."""
    proposed_ms: float | None = None
    """The same of the proposal."""
    cpu_percent: float | None = None
    """CPU up to which the proposal's tasks keep ``p95_ms``, a lost zone counted; None: at none."""
    minutes: int = 0
    """That the model rests on, fitted and held out."""
    held_error_percent: float | None = None
    """What it misses on the held-out part, median."""
    held_above_percent: float | None = None
    """Minutes of that part above its bound, where 5 are to be expected."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run:
    """Some task in a replay."""

    task: Task
    minutes: Minutes

    @property
    def busy(self) -> F64:
        """How busy a serving task is [ratio], infinite where work has none, shape (T,)."""
        work, serving = self.minutes.demand_vcpu, self.minutes.serving
        without = np.where(work > 0, np.inf, 0.0)
        each = np.divide(work, serving, out=without, where=serving > 0)
        busy: F64 = (each + self.task.idle_vcpu + self.task.overhead_vcpu) / self.task.vcpu
        return busy


def p95_of(workload: Workload, objective: Objective, today: Run, proposed: Run) -> P95 | None:
    """Return what is said of a service; None where nobody connects, or nothing is asked for or known."""
    latency = workload.latency
    if latency is None or (latency.fit is None and objective.p95_limit_s is None):
        return None
    recorded = _recorded_ms(workload.demand, objective)
    if latency.fit is None:
        return P95(why=latency.why, recorded_ms=recorded)
    share = share_at(workload, objective, proposed.task.vcpu, proposed.task.overhead_vcpu)
    return P95(
        why="",
        recorded_ms=recorded,
        today_ms=_stays_below_ms(latency, today, objective),
        proposed_ms=_stays_below_ms(latency, proposed, objective),
        cpu_percent=100 * share if share is not None and objective.p95_limit_s is not None else None,
        minutes=latency.fit.minutes,
        held_error_percent=100 * latency.fit.held_error,
        held_above_percent=100 * latency.fit.held_above,
    )


def _measured(demand: Demand) -> F64:
    """Return the p95 of the minutes that have one [s]."""
    if demand.answers is None:
        return np.zeros(0)
    return demand.answers.p95_s[np.isfinite(demand.answers.p95_s)]


def _recorded_ms(demand: Demand, objective: Objective) -> float | None:
    measured = _measured(demand)
    return 1000 * float(np.quantile(measured, 1 - objective.over_share)) if measured.size else None


def _stays_below_ms(latency: Latency, run: Run, objective: Objective) -> float | None:
    # The bound rises with utilisation: that of the quantile is the quantile of the bound.
    busy = np.quantile(run.busy, 1 - objective.over_share, method="inverted_cdf")
    bound = float(latency.bound_s(np.array([busy]), run.task.vcpu)[0])
    return 1000 * bound if math.isfinite(bound) else None


def missed(workload: Workload, objective: Objective, size: TaskSize, overhead_vcpu: float = 0.0) -> str:
    """Say that by its model the p95 asked for is not kept at a size, however idle; empty where it may be."""
    limit_s, latency = objective.p95_limit_s, workload.latency
    if limit_s is None or latency is None or latency.fit is None:
        return ""
    if share_at(workload, objective, size.vcpu, overhead_vcpu) is not None:
        return ""
    rest = float(latency.bound_s(np.zeros(1), size.vcpu)[0])
    why = (
        f"a task that hardly works may take {math.ceil(1000 * rest)} ms there"
        if rest > limit_s
        else "what a task there uses without work is too much for it"
    )
    return f"p95_ms = {1000 * limit_s:g} is not kept at {size}: {why}"


def untold(workload: Workload, objective: Objective, size: TaskSize, overhead_vcpu: float = 0.0) -> str:
    """Say that the p95 asked for is not kept at a size, or that nobody can tell; empty where it is kept."""
    limit_s, latency = objective.p95_limit_s, workload.latency
    if limit_s is None or latency is None or latency.fit is not None:
        return missed(workload, objective, size, overhead_vcpu)
    return f"cannot tell whether p95 stays within {1000 * limit_s:g} ms, because {latency.why}"


def cautions_of_latency(
    workload: Workload, objective: Objective, size: TaskSize, overhead_vcpu: float
) -> Iterator[Caution]:
    """Yield what makes answers slower at the proposed size, or leaves open whether they get slower."""
    limit_s, latency = objective.p95_limit_s, workload.latency
    modelled = latency is not None and latency.fit is not None
    if limit_s is None or not modelled:
        yield from _of_quota(workload.service, size)
    why = untold(workload, objective, size, overhead_vcpu)
    if why and not modelled:
        why += (
            "; it has less CPU than today's, as it is laid down"
            if size.vcpu < workload.service.size.vcpu
            else "; no size with less CPU than today's was tried, and how busy tasks get is not limited by it"
        )
    if why:
        yield Caution(kind=CautionKind.P95, text=why)
        return
    if limit_s is None or not modelled:
        return
    above = float((_measured(workload.demand) > limit_s).mean())
    if above > objective.over_share:
        text = (
            f"p95 was above {1000 * limit_s:g} ms in {100 * above:.1f} % of the recorded minutes. That it "
            "falls where tasks are less busy is what the model says; where they wait for something else that "
            "the same load makes slow, it does not"
        )
        yield Caution(kind=CautionKind.P95, text=text)


def _of_quota(service: Service, size: TaskSize) -> Iterator[Caution]:
    """Yield what a quota of less than one vCPU does to a request, where that is less than today's.

    Linux's CFS quota gives a task its share of each 100 ms and then stops it. Before that it runs on whole
    CPUs, so today's quota may not hold a request back that a smaller one does: the ratio of the two is no
    limit. One thread has no use for more than one vCPU.
    """
    today, proposed = service.size.vcpu, size.vcpu
    if service.traffic is None or proposed >= min(ONE_VCPU, today):
        return
    least, factor = min(1024, service.size.cpu_units), slower(today, proposed)
    text = (
        f"answers, p95 too, may take {factor:.3g} times as long in an idle task, {2 * factor:.3g} times at "
        f"50 % CPU, and more above; least_cpu_units = {least} rules it out"
    )
    yield Caution(kind=CautionKind.LATENCY, text=text)
