"""How many tasks of a given size the demand needs, minute by minute, and how even it spreads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimtab.sizing.constants import CENSORED_LIFT, CPU_MARGIN, CPU_TARGET, HOTTEST_QUANTILE, LOOKBACK_S
from trimtab.terraform_module import COLLECTOR_CPU_UNITS

if TYPE_CHECKING:
    from trimtab.demand.series import F64, Demand

ROUNDING = 1e-9
"""A quotient this little above a whole number is that number: the rest is binary fractions."""


def lifted_cpu(demand: Demand) -> F64:
    """Return CPU demand [vCPU], shape (T,), raised where the ceiling hid the rest of it."""
    return np.where(demand.censored, demand.cpu_vcpu * CENSORED_LIFT, demand.cpu_vcpu)


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


def tasks_needed(cpu: F64, *, cpu_units: int, ratio: float, floor: int, step_s: int) -> F64:
    """Return the task count that carries ``cpu`` [vCPU] at a size, whole numbers, shape (T,).

    The average task stays at ``CPU_TARGET`` with its margin, and the hottest task below its
    whole share. This is what a scaling policy would ideally hold, not what one does hold.
    """
    share = application_vcpu(cpu_units)
    per_vcpu = max(CPU_MARGIN / (CPU_TARGET * share), ratio / share)
    wanted = np.maximum(floor, np.ceil(cpu * per_vcpu - ROUNDING))
    return trailing_maximum(wanted, max(1, round(LOOKBACK_S / step_s)))
