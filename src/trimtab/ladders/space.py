"""The step policies an engineer would sign: few steps, round numbers, thresholds within sane limits.

The search draws from here and nowhere else (``draw``). ``module_takes`` states the rules of the Terraform
module (``terraform/modules/scaling/variables.tf``), so nothing it would refuse is ever tried.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trimtab.ladders.ladders import GRID_PERCENT
from trimtab.terraform_module import MODULE, module_takes

if TYPE_CHECKING:
    from trimtab.terraform_module import Ladder, Ladders

ROUND = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 150, 200, 300, 400, 500)
"""Task counts a step may add or remove: what a person would write down."""
ABOVE = (5, 10, 15, 20)
"""Between one step out and the next [percent points]."""
SHARES = (5, 10, 15, 20, 25, 30, 40, 50)
"""Percent of the tasks that run, that a step may remove: half of any fleet stays."""
LEAST_TAKEN = (1, 2, 3, 5)
"""Tasks that such a step removes at least."""
BELOW = (0.9, 0.8, 0.7, 0.6, 0.5)
"""Where a second and a third step in begin [ratio of the joint metric]."""
OUT_COOLDOWNS_S = (60, 120, 180, 300)
IN_COOLDOWNS_S = (120, 180, 300, 600, 900)
OUT_WINDOWS = ((1, 1), (2, 2), (2, 3), (3, 3))
IN_WINDOWS = (5, 10, 15, 20, 30, 60)
LEAST_HIGH_PERCENT = 30
LEAST_LOW_PERCENT = 10
MOST_STEPS = 3
LEAST_OUT_STEPS = 2
"""One step adds the same whether demand is a little or far above: a ladder has a second for the burst."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """What the ladders of one service at one size may be."""

    floors: tuple[int, ...]
    """Lower bounds to begin from, ascending; others between the first and ``most`` may follow."""
    most: int
    """Upper bound of every candidate [tasks]: above ``floors``."""
    high_percent: int
    """Highest CPU threshold out."""
    ceiling_percent: float
    """Highest CPU that the metric can show: the trace collector's share is not the application's."""
    memory: Ladder
    """Memory's ladder: decided by what a task holds, not searched."""
    percent: bool = False
    """Whether steps in that are drawn are percent of the tasks that run; whole tasks, where not."""

    @property
    def empty(self) -> bool:
        """Whether no ladders fit.

        No threshold lies below the objective with a second step below the ceiling, or the bounds
        leave no room.
        """
        if not self.highs or self.floors[0] >= self.most:
            return True
        return self.highs[0] + ABOVE[0] >= self.ceiling_percent

    @property
    def highs(self) -> tuple[int, ...]:
        """CPU thresholds out, ascending [percent]."""
        return _highs(self.high_percent)

    @property
    def counts(self) -> tuple[int, ...]:
        """What one step may add or remove: up to half of the span [tasks]."""
        return _counts(max(2, (self.most - self.floors[0]) // 2))


def _highs(most: int) -> tuple[int, ...]:
    return tuple(range(LEAST_HIGH_PERCENT, most + 1, GRID_PERCENT))


def _counts(most: int) -> tuple[int, ...]:
    return tuple(count for count in ROUND if count <= most)


def sane(ladders: Ladders, ceiling_percent: float = 100.0) -> bool:
    """Tell whether the service module takes these ladders and each of their steps can be taken.

    A step that begins at ``ceiling_percent`` of CPU or above would never be; nor any between bounds
    that are alike.
    """
    cpu = ladders.cpu
    return (
        ladders.min_tasks < ladders.max_tasks
        and cpu.high + cpu.steps[-1].above < ceiling_percent
        and module_takes(ladders)
    )


def memory_taken(memory: Ladder) -> bool:
    """Tell whether the service module takes memory's ladder, whatever goes with it."""
    return module_takes(replace(MODULE, memory=memory))
