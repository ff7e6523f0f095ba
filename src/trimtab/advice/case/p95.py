"""The p95 response time of one service in figures: as measured, and by its model before and after."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimtab.advice.case.latency import share_at

if TYPE_CHECKING:
    from trimtab.advice.case.case import Workload
    from trimtab.advice.case.objective import Objective
    from trimtab.demand.latency import Latency
    from trimtab.demand.series import F64, Demand
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
    """What it stays below by the model in a replay of today; None: tasks get too busy to tell."""
    proposed_ms: float | None = None
    """The same of the proposal."""
    cpu_percent: float | None = None
    """CPU up to which the proposal's tasks keep ``p95_ms``, a lost zone counted; None: at none."""
    busy_percent: float | None = None
    """How busy the proposal's tasks get: of their whole CPU, the collector's use included."""
    seen_percent: float | None = None
    """How busy they may get for the record to tell; beyond, the figures rest on assumptions."""
    minutes: int = 0
    """That the model rests on, fitted and held out."""
    held_error_percent: float | None = None
    """What it misses on the held-out part, median."""
    held_above_percent: float | None = None
    """Minutes of that part above its bound, where 5 are to be expected."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Played:
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

    def busiest(self, objective: Objective) -> float:
        """Return how busy it is at most in all but ``over_percent`` of the minutes [ratio]."""
        return float(np.quantile(self.busy, 1 - objective.over_share, method="inverted_cdf"))


def p95_of(workload: Workload, objective: Objective, today: Played, proposed: Played) -> P95 | None:
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
        busy_percent=min(100.0, 100 * proposed.busiest(objective)),
        seen_percent=100 * latency.seen_at(proposed.task.vcpu),
        cpu_percent=100 * share if share is not None and objective.p95_limit_s is not None else None,
        minutes=latency.fit.minutes,
        held_error_percent=100 * latency.fit.held_error,
        held_above_percent=100 * latency.fit.held_above,
    )


def measured_s(demand: Demand) -> F64:
    """Return the p95 of the minutes that have one [s]."""
    if demand.answers is None:
        return np.zeros(0)
    return demand.answers.p95_s[np.isfinite(demand.answers.p95_s)]


def _recorded_ms(demand: Demand, objective: Objective) -> float | None:
    measured = measured_s(demand)
    return 1000 * float(np.quantile(measured, 1 - objective.over_share)) if measured.size else None


def _stays_below_ms(latency: Latency, run: Played, objective: Objective) -> float | None:
    # The bound rises with utilisation: that of the quantile is the quantile of the bound.
    bound = float(latency.bound_s(np.array([run.busiest(objective)]), run.task.vcpu)[0])
    return 1000 * bound if math.isfinite(bound) else None
