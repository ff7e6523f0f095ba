"""How each trait of the ladders is drawn anew and changed a little: compiled, for a search makes thousands.

All have one signature, so that a table (``traits``) can hold them and compiled code pick from it. A new
trait that a search draws has its functions here or in a module of its own, and its row in the table.
"""

# compiled functions get arrays and numbers; objects they cannot

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from numba.extending import register_jitable

from trimtab.ladders.ladders import GRID_PERCENT
from trimtab.ladders.mersenne import below, sample
from trimtab.ladders.rows import (
    HIGH,
    IN_COOLDOWN_S,
    IN_PERCENT,
    IN_PERIODS,
    IN_POINTS,
    INS,
    LOW,
    MIN_TASKS,
    OUT_COOLDOWN_S,
    OUT_PERIODS,
    OUT_POINTS,
    OUTS,
    PERIOD_S,
    STEPS,
)
from trimtab.ladders.space import (
    ABOVE,
    BELOW,
    IN_COOLDOWNS_S,
    IN_WINDOWS,
    LEAST_HIGH_PERCENT,
    LEAST_LOW_PERCENT,
    LEAST_OUT_STEPS,
    LEAST_TAKEN,
    MOST_STEPS,
    OUT_COOLDOWNS_S,
    OUT_WINDOWS,
    SHARES,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimtab.demand.series import F64
    from trimtab.replay.inputs import I64

MOVES = (-2, -1, 1, 2)
"""Of the lower bound [tasks]."""
IN_SHARES = np.array(SHARES, dtype=np.int64)
SIDES = (-GRID_PERCENT, GRID_PERCENT)


class SpaceTable(NamedTuple):
    """A ``Space``, for compiled code."""

    floors: I64
    highs: I64
    counts: I64
    most: int
    high_percent: int
    ceiling_percent: float
    memory_taken: bool
    """Whether the service module takes memory's ladder."""
    percent: bool
    """Whether steps in are percent."""


class Draw(Protocol):
    """A compiled function that draws or changes one trait of a row."""

    def __call__(self, state: I64, table: SpaceTable, row: F64, scratch: I64) -> None:
        """Change ``row``."""
        ...


class Take(Protocol):
    """A compiled function that takes one trait of another row."""

    def __call__(self, state: I64, table: SpaceTable, row: F64, other: F64) -> None:
        """Change ``row``."""
        ...


# Slices and numpy's sort take numba seconds to compile, loops none.
@register_jitable
def clear(row: F64, first: int, last: int) -> None:
    """Set columns from ``first`` to before ``last`` to 0."""
    for column in range(first, last):
        row[column] = 0.0


@register_jitable
def copy(row: F64, other: F64, first: int, last: int) -> None:
    """Take columns from ``first`` to before ``last`` of another row."""
    for column in range(first, last):
        row[column] = other[column]


@register_jitable
def order(values: I64, size: int) -> None:
    """Sort the first ``size``, of which there are a few."""
    for i in range(1, size):
        place = i
        while place > 0 and values[place - 1] > values[place]:
            values[place - 1], values[place] = values[place], values[place - 1]
            place -= 1


@register_jitable
def high(state: I64, table: SpaceTable, row: F64, scratch: I64) -> None:  # noqa: ARG001
    """Draw the CPU threshold out."""
    row[HIGH] = table.highs[below(state, table.highs.size)]


@register_jitable
def high_moved(state: I64, table: SpaceTable, row: F64, scratch: I64) -> None:  # noqa: ARG001
    """Move the CPU threshold out."""
    moved = row[HIGH] + SIDES[below(state, len(SIDES))]
    row[HIGH] = min(max(moved, LEAST_HIGH_PERCENT), table.high_percent)


@register_jitable
def least(state: I64, table: SpaceTable, row: F64, scratch: I64) -> None:  # noqa: ARG001
    """Draw the lower bound."""
    row[MIN_TASKS] = table.floors[below(state, table.floors.size)]


@register_jitable
def least_moved(state: I64, table: SpaceTable, row: F64, scratch: I64) -> None:  # noqa: ARG001
    """Move the lower bound."""
    moved = row[MIN_TASKS] + MOVES[below(state, len(MOVES))]
    row[MIN_TASKS] = min(max(moved, table.floors[0]), table.most - 1)


@register_jitable
def low(state: I64, table: SpaceTable, row: F64, scratch: I64) -> None:  # noqa: ARG001
    """Draw the CPU threshold in, below that out."""
    lows = (int(row[HIGH]) - LEAST_LOW_PERCENT + GRID_PERCENT - 1) // GRID_PERCENT
    row[LOW] = LEAST_LOW_PERCENT + GRID_PERCENT * below(state, lows)


@register_jitable
def low_moved(state: I64, table: SpaceTable, row: F64, scratch: I64) -> None:  # noqa: ARG001
    """Move the CPU threshold in."""
    row[LOW] = max(LEAST_LOW_PERCENT, row[LOW] + SIDES[below(state, len(SIDES))])


@register_jitable
def out_steps(state: I64, table: SpaceTable, row: F64, scratch: I64) -> None:
    """Draw the steps out."""
    counts = table.counts
    width = (row.size - STEPS) // 4
    clear(row, STEPS, STEPS + 2 * width)
    size = min(counts.size, LEAST_OUT_STEPS + below(state, MOST_STEPS - LEAST_OUT_STEPS + 1))
    sample(state, counts.size, size, scratch)
    order(scratch, size)
    above = 0
    for i in range(size):
        row[STEPS + i], row[STEPS + width + i] = above, counts[scratch[i]]
        above += ABOVE[below(state, len(ABOVE))]
    row[OUTS] = size


@register_jitable
def in_steps(state: I64, table: SpaceTable, row: F64, scratch: I64) -> None:
    """Draw the steps in."""
    counts = table.counts
    width = (row.size - STEPS) // 4
    first = STEPS + 2 * width
    clear(row, first, row.size)
    row[IN_PERCENT] = 0
    if table.percent:
        counts, row[IN_PERCENT] = IN_SHARES, LEAST_TAKEN[below(state, len(LEAST_TAKEN))]
    size = min(counts.size, 1 + below(state, MOST_STEPS))
    sample(state, counts.size, size, scratch)
    order(scratch, size)
    for i in range(size):
        row[first + width + i] = counts[scratch[i]]
    sample(state, len(BELOW), size - 1, scratch)
    # ``BELOW`` descends: the earlier the greater.
    order(scratch, size - 1)
    row[first] = 1.0
    for i in range(size - 1):
        row[first + 1 + i] = BELOW[scratch[i]]
    row[INS] = size


@register_jitable
def out_cooldown(state: I64, table: SpaceTable, row: F64, scratch: I64) -> None:  # noqa: ARG001
    """Draw the cooldown out."""
    row[OUT_COOLDOWN_S] = OUT_COOLDOWNS_S[below(state, len(OUT_COOLDOWNS_S))]


@register_jitable
def in_cooldown(state: I64, table: SpaceTable, row: F64, scratch: I64) -> None:  # noqa: ARG001
    """Draw the cooldown in."""
    row[IN_COOLDOWN_S] = IN_COOLDOWNS_S[below(state, len(IN_COOLDOWNS_S))]


@register_jitable
def out_window(state: I64, table: SpaceTable, row: F64, scratch: I64) -> None:  # noqa: ARG001
    """Draw M of N out."""
    row[OUT_POINTS], row[OUT_PERIODS] = OUT_WINDOWS[below(state, len(OUT_WINDOWS))]


@register_jitable
def in_window(state: I64, table: SpaceTable, row: F64, scratch: I64) -> None:  # noqa: ARG001
    """Draw N of N in."""
    row[IN_POINTS] = row[IN_PERIODS] = IN_WINDOWS[below(state, len(IN_WINDOWS))]


@register_jitable
def minute(state: I64, table: SpaceTable, row: F64, scratch: I64) -> None:  # noqa: ARG001
    """Have the alarms look at minutes."""
    row[PERIOD_S] = 60


def taking(columns: Sequence[int], kinds: Sequence[int]) -> Take:
    """Return the compiled function that takes ``columns``, and whole ``kinds`` of steps, of another row."""
    heads, steps = np.array(columns, dtype=np.int64), np.array(kinds, dtype=np.int64)

    @register_jitable
    def take(state: I64, table: SpaceTable, row: F64, other: F64) -> None:  # noqa: ARG001
        width = (row.size - STEPS) // 4
        for i in range(heads.size):
            row[heads[i]] = other[heads[i]]
        for i in range(steps.size):
            copy(row, other, STEPS + steps[i] * width, STEPS + (steps[i] + 1) * width)

    return take
