"""How much memory a task needs, allowing for the part of it that follows its share of load."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimtab.sizing.constants import COLLECTOR_MEMORY_MIB, LOAD_MEMORY_R2, MEMORY_MARGIN

if TYPE_CHECKING:
    from trimtab.demand.series import F64, Demand

LEAST_POINTS = 60
"""Minutes below which no line is drawn through memory and CPU: an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadMemory:
    """Least squares of a task's memory on its CPU. A slope of 0: memory does not follow load."""

    slope_mib_per_vcpu: float
    r2: float


def load_memory(demand: Demand) -> LoadMemory:
    """Fit memory per task [MiB] to CPU per task [vCPU] over uncensored minutes.

    The slope is 0 where it explains less than ``LOAD_MEMORY_R2`` of the variance, or would be
    negative: a cache filling while traffic falls is no reason to give a busy task less.
    """
    usable = demand.present & ~demand.censored & (demand.tasks > 0)
    if usable.sum() < LEAST_POINTS:
        return LoadMemory(slope_mib_per_vcpu=0.0, r2=0.0)
    cpu = demand.cpu_vcpu[usable] / demand.tasks[usable]
    memory = demand.memory_mib[usable]
    cpu_spread, memory_spread = float(cpu.std()), float(memory.std())
    if cpu_spread <= 1e-9 * float(cpu.mean()) or memory_spread <= 1e-9 * float(memory.mean()):
        return LoadMemory(slope_mib_per_vcpu=0.0, r2=0.0)
    covariance = float(np.mean((cpu - cpu.mean()) * (memory - memory.mean())))
    r2 = (covariance / (cpu_spread * memory_spread)) ** 2
    believed = covariance > 0 and r2 >= LOAD_MEMORY_R2
    return LoadMemory(slope_mib_per_vcpu=covariance / cpu_spread**2 if believed else 0.0, r2=r2)


def hottest_memory(demand: Demand, cpu: F64, tasks: F64, fit: LoadMemory, ratio: float) -> F64:
    """Return what the largest task would hold with ``tasks`` tasks [MiB], shape (T,).

    ``ratio`` is the hottest task's share of load over the average one's.
    """
    more = fit.slope_mib_per_vcpu * ratio * _more_load(demand, cpu, tasks)
    return np.where(demand.present, demand.hottest_memory_mib + more, 0.0)


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
    measured = np.divide(demand.cpu_vcpu, demand.tasks, out=np.zeros_like(cpu), where=demand.tasks > 0)
    more: F64 = np.maximum(0.0, share - measured)
    return more


def memory_need_mib(peak_mib: float) -> float:
    """Return what the task must be given for a peak of ``peak_mib`` in the application [MiB]."""
    return peak_mib * MEMORY_MARGIN + COLLECTOR_MEMORY_MIB
