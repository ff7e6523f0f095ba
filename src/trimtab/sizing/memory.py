"""How much memory a task needs: what it held, what a bigger share of load adds, and a margin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimtab.sizing.constants import (
    AT_LIMIT_SHARE,
    FILL_SHARE,
    KEEP_SHARE,
    MARGIN_DAYS,
    MARGIN_DOUBLED,
    MEMORY_MARGIN,
    OOM_MARGIN,
)
from trimtab.terraform_module import COLLECTOR_MEMORY_MIB

if TYPE_CHECKING:
    from trimtab.catalog.size import TaskSize
    from trimtab.demand.memory.follow import LoadMemory
    from trimtab.demand.series import F64, Demand


def hottest_memory(demand: Demand, cpu: F64, tasks: F64, fit: LoadMemory, ratio: float) -> F64:
    """Return what the largest task would hold with ``tasks`` tasks [MiB], shape (T,).

    From the maximum statistic: an average hides the burst that kills a task. Where memory follows
    load, all it held above its base grows with its share of the load, bursts off the line too;
    at least what the line says for a task with ``ratio`` times the average one's load.
    """
    if fit.slope_mib_per_vcpu <= 0:
        return np.where(demand.present, demand.hottest_memory_mib, 0.0)
    more = _more_load(demand, cpu, tasks)
    line = fit.slope_mib_per_vcpu * ratio * more
    above = np.maximum(0.0, demand.hottest_memory_mib - fit.base_mib)
    share = demand.cpu_vcpu_a_task
    grown = above * np.divide(more, share, out=np.zeros_like(more), where=share > 0)
    return np.where(demand.present, demand.hottest_memory_mib + np.maximum(line, grown), 0.0)


def average_memory(demand: Demand, cpu: F64, tasks: F64, fit: LoadMemory) -> F64:
    """Return what the average task would hold with ``tasks`` tasks [MiB], shape (T,)."""
    more = fit.slope_mib_per_vcpu * _more_load(demand, cpu, tasks)
    return np.where(demand.present, demand.memory_mib + more, 0.0)


def _more_load(demand: Demand, cpu: F64, tasks: F64) -> F64:
    """Return by how much a task's share of load grows [vCPU], shape (T,), never below 0.

    A smaller share would lower the memory by a fitted line, and memory taken away on a fit's
    word is how a task is killed.
    """
    share = np.divide(cpu, tasks, out=np.zeros_like(cpu), where=tasks > 0)
    more: F64 = np.maximum(0.0, share - demand.cpu_vcpu_a_task)
    return more


def memory_margin(days: float) -> float:
    """Return the margin over the largest memory seen in ``days`` of reports [ratio].

    ``MEMORY_MARGIN`` from ``MARGIN_DAYS`` on. A shorter history widens the margin as VPA widens
    its bounds, by 1/days, counted from where the plain margin holds: 19 % at three days, 29 % at
    one. Never more than ``MARGIN_DOUBLED`` times the plain margin.
    """
    margin = MEMORY_MARGIN - 1
    wider = min(MARGIN_DOUBLED, 1 + max(0.0, 1 / days - 1 / MARGIN_DAYS)) if days > 0 else MARGIN_DOUBLED
    return 1 + margin * wider


def margin_of(demand: Demand, deployed: TaskSize, climb_mib: float = 0.0) -> float:
    """Return the margin for ``demand``, recorded on tasks of size ``deployed`` [ratio].

    ``climb_mib``: what a climb may add to the largest memory seen; the margin is over both.
    """
    margin = memory_margin(demand.days)
    peak = float(demand.hottest_memory_mib.max(initial=0.0))
    margin = max(margin, OOM_MARGIN) if at_limit_steps(demand, deployed) else margin
    return margin * (1 + climb_mib / peak) if peak > 0 else margin


def at_limit_steps(demand: Demand, deployed: TaskSize) -> int:
    """Return in how many steps the largest task had all its memory, or nearly."""
    return int((demand.hottest_memory_mib >= AT_LIMIT_SHARE * deployed.memory_mib)[demand.present].sum())


def memory_need_mib(peak_mib: float, margin: float = MEMORY_MARGIN) -> float:
    """Return what the task must be given for a peak of ``peak_mib`` in the application [MiB].

    The larger of two: the peak with its ``margin`` [ratio] and the trace collector, and what
    leaves the task, collector included, no fuller than ``FILL_SHARE``.
    """
    return max(peak_mib * margin + COLLECTOR_MEMORY_MIB, (peak_mib + COLLECTOR_MEMORY_MIB) / FILL_SHARE)


def decided_by_margin(need_mib: float, margin: float) -> bool:
    """Tell which of the two made ``need_mib`` [MiB]: the margin [ratio], or what must stay free."""
    peak_mib = FILL_SHARE * need_mib - COLLECTOR_MEMORY_MIB
    return peak_mib * margin + COLLECTOR_MEMORY_MIB > need_mib * (1 + 1e-9)


def still_holds(size: TaskSize, peak_mib: float, collector_mib: int = COLLECTOR_MEMORY_MIB) -> bool:
    """Tell whether a task that has ``size`` already may keep it with a peak of ``peak_mib`` [MiB].

    Weaker than what ``memory_need_mib`` asks of a new size: between the two nothing moves, so a
    peak that differs by a little from week to week moves nothing.
    """
    return peak_mib + collector_mib <= KEEP_SHARE * size.memory_mib
