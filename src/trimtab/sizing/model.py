"""The nouns of sizing: what was tried, what was chosen, what decided."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from trimtab.demand.terms import NOTHING_TOLD, OwnCpu

if TYPE_CHECKING:
    from trimtab.demand.memory.follow import LoadMemory
    from trimtab.demand.memory.growth import Growth
    from trimtab.fleet.model import Architecture, TaskSize


class TaskPrices(Protocol):
    """What sizing asks of a price list."""

    def task_hour_usd(self, size: TaskSize, architecture: Architecture) -> float:
        """Return the price of one task of ``size`` for an hour [USD]."""
        ...


class SizeReason(enum.Enum):
    """What decided the size."""

    MEMORY_BOUND = "memory-bound"
    """A cheaper size would carry the CPU, but not hold the memory."""
    CPU_BOUND = "cpu-bound"
    """The demand for CPU decides how many tasks of which size are cheapest."""
    FLOOR_BOUND = "floor-bound"
    """The least number of tasks is enough nearly always, so the smallest task is cheapest."""
    REPLAYED = "cheapest in replay"
    """The replays found another size cheaper than the estimate did."""
    ALREADY_RIGHT = "already right"
    """The present size is the cheapest that holds the work."""
    LAID_DOWN = "objective"
    """The objective gives the size, and by the data it would be another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One Fargate size tried on the demand. Task counts are estimates, not a replay."""

    size: TaskSize
    holds: bool
    """Whether the memory holds the work."""
    memory_need_mib: float
    tasks_mean: float
    """Over reported minutes [tasks]."""
    tasks_peak: int
    floor_share: float
    """Share of reported minutes in which the floor is enough."""
    cost_usd_month: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskUse:
    """How tasks share the work, as recorded: the same whatever their size, so it is found once a service."""

    hottest_ratio: float
    """The hottest task's CPU over the average one's in busy minutes; 1.0 is even."""
    memory: LoadMemory
    """What a task holds, and what more of it holds for more load."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What the choice rests on, in numbers."""

    cpu_mean_vcpu: float
    cpu_peak_vcpu: float
    memory_peak_mib: float
    """Largest task as measured, over lives of typical length where memory grows without end [MiB]."""
    memory_margin: float
    """Over that peak [ratio]: wider where the history is short or a task ran into its limit."""
    growth: Growth
    hottest_ratio: float
    load_memory: LoadMemory
    censored_share: float
    """Share of reported minutes at the CPU ceiling, whose demand is lifted."""
    floor: int
    own: OwnCpu = NOTHING_TOLD
    """What of the CPU is no work but the tasks' own."""
    busy_hours: tuple[int, ...] = ()
    """Of the week, 0 from Monday midnight UTC: those in which the work was at its peak."""
    memory_kills: int = 0
    """Tasks of the record that were killed for memory."""
    memory_least_mib: int = 0
    """Of a task, whatever its metric says: today's where tasks were killed for memory [MiB]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing:
    """The chosen size of one service."""

    service: str
    size: TaskSize
    reason: SizeReason
    sentence: str
    """The reason with its numbers."""
    tasks_mean: float
    """Estimated tasks at the new size over reported minutes [tasks]."""
    tasks_peak: int
    cost_usd_month: float
    """Estimated, at list price [USD/month]."""
    work: Work
    candidates: tuple[Candidate, ...]
    """Every size tried, smallest first."""
    not_tried: str = ""
    """Which sizes were not, and why, in words; empty where every one was."""

    def least_memory(self) -> set[TaskSize]:
        """Return for each CPU value the least memory that holds the work: more of it only costs more."""
        least: dict[int, TaskSize] = {}
        for candidate in self.candidates:
            if candidate.holds:
                least.setdefault(candidate.size.cpu_units, candidate.size)
        return set(least.values())
