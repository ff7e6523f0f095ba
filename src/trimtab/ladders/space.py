"""The step policies an engineer would sign: few steps, round numbers, thresholds within sane limits.

The search draws from here and nowhere else. ``module_takes`` states the rules of the Terraform module
(``terraform/modules/service/variables.tf``), so nothing it would refuse is ever tried.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from trimtab.ladders.ladders import GRID_PERCENT
from trimtab.terraform_module import InStep, Ladder, Ladders, OutStep, module_takes

if TYPE_CHECKING:
    from random import Random

ROUND = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 150, 200, 300, 400, 500)
"""Task counts a step may add or remove: what a person would write down."""
ABOVE = (5, 10, 15, 20)
"""Between one step out and the next [percent points]."""
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


# Kept, for every draw asks for them.
@cache
def _highs(most: int) -> tuple[int, ...]:
    return tuple(range(LEAST_HIGH_PERCENT, most + 1, GRID_PERCENT))


@cache
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


def draw(space: Space, rng: Random) -> Ladders:
    """Return sane ladders at random."""
    while True:
        drawn = _any(space, rng)
        if sane(drawn, space.ceiling_percent):
            return drawn


def vary(ladders: Ladders, other: Ladders, space: Space, rng: Random) -> Ladders:
    """Return sane ladders near ``ladders``: one to three traits changed, or taken from ``other``."""
    while True:
        changed = ladders
        for _ in range(rng.choice((1, 1, 2, 3))):
            changed = (
                _taken(changed, other, rng) if rng.random() < TAKEN_SHARE else _changed(changed, space, rng)
            )
        if changed != ladders and sane(changed, space.ceiling_percent):
            return changed


TAKEN_SHARE = 0.3
"""Of changes that take a trait from another good candidate."""


def _any(space: Space, rng: Random) -> Ladders:
    high = rng.choice(space.highs)
    return Ladders(
        min_tasks=rng.choice(space.floors),
        max_tasks=space.most,
        cpu=Ladder(high=high, low=_low(high, rng), steps=_out_steps(space, rng)),
        memory=space.memory,
        scale_in=_in_steps(space, rng),
        out_cooldown_s=rng.choice(OUT_COOLDOWNS_S),
        in_cooldown_s=rng.choice(IN_COOLDOWNS_S),
        out_datapoints=rng.choice(OUT_WINDOWS),
        in_datapoints=_in_window(rng),
    )


def _low(high: float, rng: Random) -> int:
    return rng.randrange(LEAST_LOW_PERCENT, round(high), GRID_PERCENT)


def _in_window(rng: Random) -> tuple[int, int]:
    periods = rng.choice(IN_WINDOWS)
    return periods, periods


def _out_steps(space: Space, rng: Random) -> tuple[OutStep, ...]:
    count = rng.randint(LEAST_OUT_STEPS, MOST_STEPS)
    adds = sorted(rng.sample(space.counts, min(len(space.counts), count)))
    above, steps = 0, []
    for add in adds:
        steps.append(OutStep(above=above, add=add))
        above += rng.choice(ABOVE)
    return tuple(steps)


def _in_steps(space: Space, rng: Random) -> tuple[InStep, ...]:
    removes = sorted(rng.sample(space.counts, min(len(space.counts), rng.randint(1, MOST_STEPS))))
    belows = sorted(rng.sample(BELOW, len(removes) - 1), reverse=True)
    return tuple(
        InStep(below=below, remove=remove) for below, remove in zip((1.0, *belows), removes, strict=True)
    )


TRAITS = (
    "min_tasks",
    "cpu",
    "scale_in",
    "out_cooldown_s",
    "in_cooldown_s",
    "out_datapoints",
    "in_datapoints",
)


def _taken(ladders: Ladders, other: Ladders, rng: Random) -> Ladders:
    """Return ``ladders`` with one trait of ``other``."""
    trait = rng.choice(TRAITS)
    return replace(ladders, **{trait: getattr(other, trait)})


def _changed(ladders: Ladders, space: Space, rng: Random) -> Ladders:
    """Return ``ladders`` with one trait changed a little, or drawn anew."""
    return rng.choice(CHANGES)(ladders, space, rng)


def _bound(ladders: Ladders, space: Space, rng: Random) -> Ladders:
    least = ladders.min_tasks + rng.choice((-2, -1, 1, 2))
    return replace(ladders, min_tasks=min(max(least, space.floors[0]), space.most - 1))


def _high(ladders: Ladders, space: Space, rng: Random) -> Ladders:
    high = ladders.cpu.high + rng.choice((-GRID_PERCENT, GRID_PERCENT))
    high = min(max(high, LEAST_HIGH_PERCENT), space.high_percent)
    return replace(ladders, cpu=replace(ladders.cpu, high=high))


def _low_side(ladders: Ladders, _space: Space, rng: Random) -> Ladders:
    low = ladders.cpu.low + rng.choice((-GRID_PERCENT, GRID_PERCENT))
    return replace(ladders, cpu=replace(ladders.cpu, low=max(LEAST_LOW_PERCENT, low)))


def _steps_out(ladders: Ladders, space: Space, rng: Random) -> Ladders:
    return replace(ladders, cpu=replace(ladders.cpu, steps=_out_steps(space, rng)))


def _steps_in(ladders: Ladders, space: Space, rng: Random) -> Ladders:
    return replace(ladders, scale_in=_in_steps(space, rng))


def _out_cooldown(ladders: Ladders, _space: Space, rng: Random) -> Ladders:
    return replace(ladders, out_cooldown_s=rng.choice(OUT_COOLDOWNS_S))


def _in_cooldown(ladders: Ladders, _space: Space, rng: Random) -> Ladders:
    return replace(ladders, in_cooldown_s=rng.choice(IN_COOLDOWNS_S))


def _out_points(ladders: Ladders, _space: Space, rng: Random) -> Ladders:
    return replace(ladders, out_datapoints=rng.choice(OUT_WINDOWS))


def _in_points(ladders: Ladders, _space: Space, rng: Random) -> Ladders:
    return replace(ladders, in_datapoints=_in_window(rng))


CHANGES = (
    _bound,
    _bound,  # twice: no other trait moves cost as much
    _high,
    _low_side,
    _steps_out,
    _steps_in,
    _out_cooldown,
    _in_cooldown,
    _out_points,
    _in_points,
)
