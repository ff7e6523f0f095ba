"""How many tasks of a given size the demand needs, minute by minute, and how even it spreads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimtab.sizing.constants import CENSORED_LIFT, CPU_MARGIN, CPU_TARGET, HOTTEST_QUANTILE, LOOKBACK_S
from trimtab.terraform_module import COLLECTOR_CPU_UNITS

if TYPE_CHECKING:
    from trimtab.demand.series import F64, Demand

LEAST_ROOM = 0.02
"""Of a task's CPU, what is left for work where it would use nearly all of it without any [ratio]."""
ROUNDING = 1e-9
"""A quotient this little above a whole number is that number: the rest is binary fractions."""


def lifted_cpu(demand: Demand) -> F64:
    """Return CPU demand [vCPU], shape (T,), raised where the ceiling hid the rest of it."""
    return np.where(demand.censored, demand.cpu_vcpu * CENSORED_LIFT, demand.cpu_vcpu)


def work_cpu(demand: Demand) -> F64:
    """Return CPU demand without what is the tasks' own, as far as the record tells it [vCPU], shape (T,).

    A start's is taken off the minute in which the count rose and the next, half each, and never more than
    a minute has.
    """
    own = demand.own
    if not own.idle.value and not own.boot.value:
        return lifted_cpu(demand)
    rose = np.maximum(0.0, np.diff(demand.tasks, prepend=demand.tasks[:1]))
    booting = (rose + np.concatenate([[0.0], rose[:-1]])) / 2 * own.boot.value / demand.step_s
    work: F64 = np.maximum(0.0, lifted_cpu(demand) - own.idle.value * demand.tasks - booting)
    return work


def hottest_ratio(demand: Demand) -> float:
    """Return the p99 of hottest to average CPU per task over busy minutes; 1.0 is even.

    Busy is the upper half of the demand: at rest the ratio is one garbage collection over
    nearly nothing. Minutes with one task say nothing of the spread, and at the ceiling the
    hottest task is cut off at 100 %, so both are left out.
    """
    usable = demand.present & ~demand.censored & (demand.tasks >= 2) & (demand.cpu_vcpu > 0)  # noqa: PLR2004
    if not usable.any():
        return 1.0
    busy = usable & (demand.cpu_vcpu >= np.median(demand.cpu_vcpu[usable]))
    average = demand.cpu_vcpu[busy] / demand.tasks[busy]
    ratio = float(np.quantile(demand.hottest_cpu_vcpu[busy] / average, HOTTEST_QUANTILE))
    return max(1.0, ratio)


def trailing_maximum(values: F64, window: int) -> F64:
    """Return the maximum of each entry and the ``window - 1`` before it, shape (T,).

    By doubling: two windows of k make one of 2k, so 60 minutes take six passes.
    """
    best, covered = values.copy(), 1
    while covered < window:
        shift = min(covered, window - covered)
        if shift < best.size:
            best[shift:] = np.maximum(best[shift:], best[:-shift])
        covered += shift
    return best


def application_vcpu(cpu_units: int) -> float:
    """Return what is left of a task's CPU once the trace collector has its share [vCPU]."""
    return (cpu_units - COLLECTOR_CPU_UNITS) / 1024


def tasks_needed(  # noqa: PLR0913  # the work, the task, and what is kept
    cpu: F64, *, cpu_units: int, ratio: float, floor: int, step_s: int, idle_vcpu: float = 0.0
) -> F64:
    """Return the task count that carries ``cpu`` [vCPU] at a size, whole numbers, shape (T,).

    The average task stays at ``CPU_TARGET`` with its margin, and the hottest task below its
    whole share; what a task uses without work, ``idle_vcpu``, is part of both. This is what a scaling
    policy would ideally hold, not what one does hold.
    """
    share = application_vcpu(cpu_units)
    least = LEAST_ROOM * share  # so little that no such size is ever the cheapest
    per_vcpu = max(
        CPU_MARGIN / max(CPU_TARGET * share - idle_vcpu, least), ratio / max(share - ratio * idle_vcpu, least)
    )
    wanted = np.maximum(floor, np.ceil(cpu * per_vcpu - ROUNDING))
    return trailing_maximum(wanted, max(1, round(LOOKBACK_S / step_s)))
