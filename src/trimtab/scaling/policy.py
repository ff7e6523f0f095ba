"""The step-scaling policies a service is given, derived from its sizing by stated rules.

These are defaults that hold for any service, not the outcome of a search: no replay has
tuned them. What a service gets of its own are the bounds and the thresholds' low sides.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimtab.scaling.alarms import MAX_TASKS
from trimtab.sizing.constants import COLLECTOR_MEMORY_MIB
from trimtab.sizing.memory import average_memory
from trimtab.sizing.tasks import lifted_cpu, tasks_needed

if TYPE_CHECKING:
    from trimtab.demand.series import Demand
    from trimtab.sizing.model import Sizing

CPU_HIGH_PERCENT = 70
"""Below the 80 % that sizing fills with its margin: the alarm takes two minutes, the start more."""
MEMORY_HIGH_PERCENT = 90
HIGHEST_PERCENT = 97
"""No threshold above this: beyond lies the kill, and a rounding of the metric."""
CPU_LOW_CEILING_PERCENT = 50
MEMORY_LOW_FLOOR_PERCENT = 50
NO_FLAP = 0.85
"""After the smallest step in, CPU stays this far below the threshold out [ratio]."""
GRID_PERCENT = 5
"""Thresholds lie on this grid: a finer one pretends to know more than the metric tells."""
LEAST_GAP_PERCENT = 5
"""Between a low and a high threshold."""
MEMORY_MARGIN_PERCENT = 2
"""Memory's low threshold lies this far above what a task holds at rest, its high above the peak."""
REST_QUANTILE = 0.95
MAX_OVER_PEAK = 1.5
"""Upper bound over the estimated peak of the task count [ratio]: a day half again as busy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutStep:
    """Scale out: from ``above`` percent points over the threshold, ``add`` tasks."""

    above: float
    add: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InStep:
    """Scale in: while the joint metric is below ``below`` [ratio], ``remove`` tasks."""

    below: float
    remove: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """One metric's thresholds [percent] and its steps out."""

    high: float
    low: float
    steps: tuple[OutStep, ...]


CPU_STEPS = (OutStep(above=0, add=1), OutStep(above=15, add=2))
MEMORY_STEPS = (OutStep(above=0, add=1), OutStep(above=5, add=2))
SCALE_IN = (InStep(below=1.0, remove=1), InStep(below=0.5, remove=2))
"""Steps of the scaling module (``terraform/modules/scaling/variables.tf``) where none are given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladders:
    """What Application Auto Scaling is told about one service.

    Scale-in is one policy on ``MAX([cpu/cpu.low, memory/memory.low]) < 1``: with two alarms,
    idle CPU would take tasks away that memory needs, and memory would bring them back.
    """

    min_tasks: int
    max_tasks: int
    cpu: Ladder
    memory: Ladder
    scale_in: tuple[InStep, ...] = SCALE_IN
    out_cooldown_s: int = 60
    in_cooldown_s: int = 300
    period_s: int = 60
    out_datapoints: tuple[int, int] = (2, 3)
    """M of N periods over the threshold: one noisy minute adds nothing."""
    in_datapoints: tuple[int, int] = (10, 10)


MODULE = Ladders(
    min_tasks=1,
    max_tasks=1,
    cpu=Ladder(high=70, low=30, steps=CPU_STEPS),
    memory=Ladder(high=90, low=75, steps=MEMORY_STEPS),
)
"""What the service module does where nothing is given; the bounds have no default there."""


def default_ladders(sizing: Sizing, demand: Demand) -> Ladders:
    """Return the policies of a service at its new size."""
    least = sizing.work.floor
    # The peak is no lower than the floor, so this is at least one task above it, up to ECS's own limit.
    most = min(math.ceil(MAX_OVER_PEAK * sizing.tasks_peak), MAX_TASKS)
    return Ladders(
        min_tasks=least, max_tasks=most, cpu=cpu_ladder(least), memory=memory_ladder(sizing, demand)
    )


def cpu_low_percent(min_tasks: int, high: int = CPU_HIGH_PERCENT) -> int:
    """Return the CPU threshold below which a task may go.

    From ``min_tasks + 1`` one task less raises the others by ``(min + 1)/min``, the largest
    rise there is. The result must stay below ``NO_FLAP`` of the threshold out.
    """
    bound = NO_FLAP * high * min_tasks / (min_tasks + 1)
    return min(CPU_LOW_CEILING_PERCENT, math.floor(bound / GRID_PERCENT) * GRID_PERCENT)


def cpu_ladder(min_tasks: int) -> Ladder:
    """Return the default CPU ladder, its low side where ``min_tasks`` do not flap."""
    return Ladder(high=CPU_HIGH_PERCENT, low=cpu_low_percent(min_tasks), steps=CPU_STEPS)


def memory_ladder(sizing: Sizing, demand: Demand) -> Ladder:
    """Put memory's thresholds around what a task holds at the new size.

    The joint metric falls below 1 only when memory is below its low threshold, so that must
    lie above what a task holds at rest, or the fleet never shrinks. The high threshold must
    lie above the peak, or memory that no further task relieves drives the count to its maximum.
    """
    percent = _memory_percent(sizing, demand)
    rest, peak = float(np.quantile(percent, REST_QUANTILE)), float(percent.max())
    grid = math.ceil((rest + MEMORY_MARGIN_PERCENT) / GRID_PERCENT) * GRID_PERCENT
    wanted = max(MEMORY_LOW_FLOOR_PERCENT, grid)
    high = max(MEMORY_HIGH_PERCENT, math.ceil(peak) + MEMORY_MARGIN_PERCENT, wanted + LEAST_GAP_PERCENT)
    high = min(HIGHEST_PERCENT, high)
    low = min(wanted, high - LEAST_GAP_PERCENT)
    return Ladder(high=high, low=low, steps=MEMORY_STEPS)


def _memory_percent(sizing: Sizing, demand: Demand) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the average task's memory at the new size, collector included [percent], reported minutes."""
    cpu, work = lifted_cpu(demand), sizing.work
    tasks = tasks_needed(
        cpu,
        cpu_units=sizing.size.cpu_units,
        ratio=work.hottest_ratio,
        floor=work.floor,
        step_s=demand.step_s,
    )
    memory = average_memory(demand, cpu, tasks, work.load_memory)[demand.present]
    return 100.0 * (memory + COLLECTOR_MEMORY_MIB) / sizing.size.memory_mib
