"""The part of a task's memory that follows its share of the load."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimtab.demand.robust import theil_sen

if TYPE_CHECKING:
    from trimtab.demand.series import F64, Demand

LEAST_POINTS = 60
"""Minutes below which no line is drawn through memory and CPU: an hour."""

LOAD_MEMORY_R2 = 0.30
"""Least share of memory's variance that CPU must explain before the slope is believed."""

GROUPS = 24
"""Groups of minutes, by CPU, whose medians draw the first line."""

OUTLIERS = 0.01
"""Share of minutes left out of the fit: those furthest from the first line. A start, a heap dump
or a backup, a quarter of an hour a day, says nothing of what a request holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadMemory:
    """A task's memory on its CPU. A slope of 0: memory does not follow load."""

    slope_mib_per_vcpu: float
    r2: float
    """Of the variance over the minutes kept, the share explained, 0 to 1."""
    base_mib: float = 0.0
    """What a task holds without load, where memory follows it: the median of the rest [MiB]."""


NO_FIT = LoadMemory(slope_mib_per_vcpu=0.0, r2=0.0)


def load_memory(demand: Demand) -> LoadMemory:
    """Fit memory per task [MiB] to CPU per task [vCPU] over uncensored minutes.

    Least squares without the ``OUTLIERS`` furthest from a line that outliers cannot turn: the
    Theil-Sen line through the medians of ``GROUPS`` groups. The slope is 0 where it explains less
    than ``LOAD_MEMORY_R2`` of the variance, or would be negative: a cache filling while traffic
    falls is no reason to give a busy task less.
    """
    usable = demand.present & ~demand.censored & (demand.tasks > 0)
    if usable.sum() < LEAST_POINTS:
        return NO_FIT
    cpu = demand.cpu_vcpu[usable] / demand.tasks[usable]
    memory = demand.memory_mib[usable]
    if _flat(cpu) or _flat(memory):
        return NO_FIT
    kept = _without_outliers(cpu, memory)
    cpu, memory = cpu[kept], memory[kept]
    if _flat(cpu) or _flat(memory):
        return NO_FIT
    covariance = float(np.mean((cpu - cpu.mean()) * (memory - memory.mean())))
    r2 = (covariance / (float(cpu.std()) * float(memory.std()))) ** 2
    if covariance <= 0 or r2 < LOAD_MEMORY_R2:
        return LoadMemory(slope_mib_per_vcpu=0.0, r2=r2)
    slope = covariance / float(cpu.var())
    base = max(0.0, float(np.median(memory - slope * cpu)))
    return LoadMemory(slope_mib_per_vcpu=slope, r2=r2, base_mib=round(base, 3))


def follows(demand: Demand, fit: LoadMemory) -> F64:
    """Return the part of a task's memory that follows its load [MiB], shape (T,)."""
    part: F64 = fit.slope_mib_per_vcpu * demand.cpu_vcpu_a_task
    return part


def _flat(values: F64) -> bool:
    """Tell whether the spread is no more than rounding."""
    return bool(values.std() <= 1e-9 * abs(float(values.mean())))


def _without_outliers(cpu: F64, memory: F64) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the indices of the minutes nearest to the first line, in order of time, int64."""
    groups = np.array_split(np.argsort(cpu, kind="stable"), GROUPS)
    at = np.array([np.median(cpu[group]) for group in groups])
    held = np.array([np.median(memory[group]) for group in groups])
    slope = theil_sen(at, held)
    rest = memory - slope * cpu
    distance = np.abs(rest - np.median(rest))
    kept = cpu.size - int(OUTLIERS * cpu.size)
    nearest: np.ndarray[tuple[int], np.dtype[np.int64]] = np.sort(np.argsort(distance, kind="stable")[:kept])
    return nearest
