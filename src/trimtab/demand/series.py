"""Demand: aligned per-minute arrays in absolute units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from trimtab.demand.terms import NOTHING_TOLD, OwnCpu
from trimtab.units import DAY_S

if TYPE_CHECKING:
    from datetime import datetime

    from trimtab.demand.answers import Answers

F64: TypeAlias = npt.NDArray[np.float64]
"""float64, shape (T,)."""
Mask: TypeAlias = npt.NDArray[np.bool_]
"""bool, shape (T,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What one service's work needed, minute by minute. All arrays have shape (T,).

    Where ``present`` is false no task reported and the other arrays hold 0: absence is
    not a demand of nothing, so whoever aggregates must use the mask. Only where ``idle`` is true
    as well is it known that nothing ran.
    """

    service: str
    start: datetime
    """First minute, UTC."""
    step_s: int
    """Seconds between two entries."""
    cpu_vcpu: F64
    """vCPU used by all tasks together [vCPU]."""
    hottest_cpu_vcpu: F64
    """vCPU used by the busiest task [vCPU], from the maximum statistic."""
    memory_mib: F64
    """Memory of the average task [MiB]."""
    hottest_memory_mib: F64
    """Memory of the largest task [MiB], from the maximum statistic."""
    tasks: F64
    """Tasks running [tasks]."""
    requests: F64
    """Requests that reached the service's targets [1/min]."""
    present: Mask
    """Minutes in which a task reported."""
    idle: Mask
    """Minutes without a task, as a recorded count, a scaling activity or a schedule says."""
    censored: Mask
    """Minutes at the CPU ceiling: the work wanted more than it got."""
    own: OwnCpu = NOTHING_TOLD
    """What of ``cpu_vcpu`` is no work but the tasks' own."""
    answers: Answers | None = None
    """How fast it was answered, where a load balancer says so."""
    further: F64 | None = None
    """The metric that the user named for the service (``Service.further``) in its own unit, NaN where
    CloudWatch had no point; None: not recorded."""

    @property
    def known(self) -> Mask:
        """Minutes in which a task reported, or none ran."""
        return self.present | self.idle

    @property
    def cpu_vcpu_a_task(self) -> F64:
        """The average task's share of the load [vCPU], 0 where none ran."""
        return self.a_task(self.cpu_vcpu)

    def a_task(self, values: F64) -> F64:
        """Return the average task's share of what all tasks have together, 0 where none ran, shape (T,)."""
        return np.divide(values, self.tasks, out=np.zeros_like(values), where=self.tasks > 0)

    @property
    def days(self) -> float:
        """Span with data [days]: minutes that are known, not calendar."""
        return float(self.known.sum()) * self.step_s / DAY_S
