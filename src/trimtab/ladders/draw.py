"""Ladders drawn at random and varied, as rows: a search makes thousands, so this is compiled.

The rules of ``space`` in the form of rows. ``tests/property/test_space.py`` holds what is drawn against
them and against the module's own.
"""

# compiled functions get arrays and numbers; objects they cannot

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from numba.extending import register_jitable

from trimtab.ladders.ladders import GRID_PERCENT
from trimtab.ladders.mersenne import POOLED, below, sample, share, state_of
from trimtab.ladders.rows import (
    HIGH,
    IN_COOLDOWN_S,
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
    MOST_STEPS,
    OUT_COOLDOWNS_S,
    OUT_WINDOWS,
    memory_taken,
)
from trimtab.replay.kernel.compiling import compiled
from trimtab.terraform_module import LEAST_IN_COOLDOWN_S, PERCENT, PERIODS_S
from trimtab.units import DAY_S

if TYPE_CHECKING:
    from trimtab.demand.series import F64
    from trimtab.ladders.space import Space
    from trimtab.replay.inputs import I64

SOURCES = (
    "ladders/draw",
    "ladders/mersenne",
    "ladders/rows",
    "ladders/space",
    "ladders/ladders",
    "terraform_module",
    "units",
)
"""The modules whose code or constants are compiled into it."""
TAKEN_SHARE = 0.3
"""Of changes that take a trait from another good candidate."""
TIMES = (1, 1, 2, 3)
"""Changes at a time."""
MOVES = (-2, -1, 1, 2)
"""Of the lower bound [tasks]."""
SIDES = (-GRID_PERCENT, GRID_PERCENT)
BOUND, CPU, SCALE_IN, OUT_COOLDOWN, IN_COOLDOWN, OUT_WINDOW = range(6)
TRAITS = 7
"""Traits that are taken: the last is the window in."""
CHANGES = 10
"""That are changed: the lower bound twice, for no other trait moves cost as much."""


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


def table_of(space: Space) -> SpaceTable:
    """Return the space for compiled code."""
    return SpaceTable(
        floors=np.array(space.floors, dtype=np.int64),
        highs=np.array(space.highs, dtype=np.int64),
        counts=np.array(space.counts, dtype=np.int64),
        most=int(space.most),
        high_percent=int(space.high_percent),
        ceiling_percent=float(space.ceiling_percent),
        memory_taken=memory_taken(space.memory),
    )


class Drawing(Protocol):
    """The compiled function."""

    def __call__(self, state: I64, table: SpaceTable, best: F64, rows: F64, scratch: I64) -> int:
        """Fill ``rows``: drawn anew where ``best``, shape (B, columns), is empty, else varied from it."""
        ...


@register_jitable
def sane(row: F64, table: SpaceTable) -> bool:  # noqa: C901, PLR0911, PLR0912  # the module's rules, one a line
    """Tell whether the service module takes the row and each of its steps can be taken (``space.sane``)."""
    width = (row.size - STEPS) // 4
    above, add, falls, remove = STEPS, STEPS + width, STEPS + 2 * width, STEPS + 3 * width
    least, high, low, outs, ins = row[MIN_TASKS], row[HIGH], row[LOW], int(row[OUTS]), int(row[INS])
    if not (1 <= least < table.most and high + row[above + outs - 1] < table.ceiling_percent):
        return False
    if not (0 < low < high < PERCENT and table.memory_taken):
        return False
    if row[above] != 0 or row[add] < 1 or row[falls] != 1 or row[falls + ins - 1] <= 0 or row[remove] < 1:
        return False
    for i in range(outs - 1):
        if row[above + i] >= row[above + i + 1] or row[add + i] >= row[add + i + 1]:
            return False
    for i in range(ins - 1):
        if row[falls + i] <= row[falls + i + 1] or row[remove + i] >= row[remove + i + 1]:
            return False
    if not 0 < row[OUT_COOLDOWN_S] < row[IN_COOLDOWN_S] or row[IN_COOLDOWN_S] < LEAST_IN_COOLDOWN_S:
        return False
    if not 1 <= row[OUT_POINTS] <= row[OUT_PERIODS] <= row[IN_PERIODS]:
        return False
    if not 1 <= row[IN_POINTS] <= row[IN_PERIODS] or row[IN_PERIODS] * row[PERIOD_S] > DAY_S:
        return False
    whole = False
    for period_s in PERIODS_S:
        whole |= row[PERIOD_S] == period_s
    if not whole:
        return False
    calm = True
    for i in range(ins):
        calm &= row[falls + i] * low * (least + row[remove + i]) / least < high
    return calm


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
def out_steps(state: I64, counts: I64, row: F64, scratch: I64) -> None:
    """Draw the steps out."""
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
def in_steps(state: I64, counts: I64, row: F64, scratch: I64) -> None:
    """Draw the steps in."""
    width = (row.size - STEPS) // 4
    first = STEPS + 2 * width
    clear(row, first, row.size)
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
def out_window(state: I64, row: F64) -> None:
    """Draw M of N out."""
    row[OUT_POINTS], row[OUT_PERIODS] = OUT_WINDOWS[below(state, len(OUT_WINDOWS))]


@register_jitable
def in_window(state: I64, row: F64) -> None:
    """Draw N of N in."""
    row[IN_POINTS] = row[IN_PERIODS] = IN_WINDOWS[below(state, len(IN_WINDOWS))]


@register_jitable
def anything(state: I64, table: SpaceTable, row: F64, scratch: I64) -> None:
    """Draw a row that may not be sane."""
    high = table.highs[below(state, table.highs.size)]
    row[HIGH], row[MIN_TASKS] = high, table.floors[below(state, table.floors.size)]
    lows = (high - LEAST_LOW_PERCENT + GRID_PERCENT - 1) // GRID_PERCENT
    row[LOW] = LEAST_LOW_PERCENT + GRID_PERCENT * below(state, lows)
    out_steps(state, table.counts, row, scratch)
    in_steps(state, table.counts, row, scratch)
    row[OUT_COOLDOWN_S] = OUT_COOLDOWNS_S[below(state, len(OUT_COOLDOWNS_S))]
    row[IN_COOLDOWN_S] = IN_COOLDOWNS_S[below(state, len(IN_COOLDOWNS_S))]
    out_window(state, row)
    in_window(state, row)
    row[PERIOD_S] = 60


@register_jitable
def take(state: I64, row: F64, other: F64) -> None:
    """Take one trait of another row."""
    width = (row.size - STEPS) // 4
    trait = below(state, TRAITS)
    if trait == BOUND:
        row[MIN_TASKS] = other[MIN_TASKS]
    elif trait == CPU:
        row[HIGH], row[LOW], row[OUTS] = other[HIGH], other[LOW], other[OUTS]
        copy(row, other, STEPS, STEPS + 2 * width)
    elif trait == SCALE_IN:
        row[INS] = other[INS]
        copy(row, other, STEPS + 2 * width, row.size)
    elif trait == OUT_COOLDOWN:
        row[OUT_COOLDOWN_S] = other[OUT_COOLDOWN_S]
    elif trait == IN_COOLDOWN:
        row[IN_COOLDOWN_S] = other[IN_COOLDOWN_S]
    elif trait == OUT_WINDOW:
        row[OUT_POINTS], row[OUT_PERIODS] = other[OUT_POINTS], other[OUT_PERIODS]
    else:
        row[IN_POINTS], row[IN_PERIODS] = other[IN_POINTS], other[IN_PERIODS]


@register_jitable
def change(state: I64, table: SpaceTable, row: F64, scratch: I64) -> None:
    """Change one trait a little, or draw it anew."""
    which = below(state, CHANGES) - 1
    if which <= 0:
        least = row[MIN_TASKS] + MOVES[below(state, len(MOVES))]
        row[MIN_TASKS] = min(max(least, table.floors[0]), table.most - 1)
    elif which == 1:
        high = row[HIGH] + SIDES[below(state, len(SIDES))]
        row[HIGH] = min(max(high, LEAST_HIGH_PERCENT), table.high_percent)
    elif which == 2:  # noqa: PLR2004
        row[LOW] = max(LEAST_LOW_PERCENT, row[LOW] + SIDES[below(state, len(SIDES))])
    elif which == 3:  # noqa: PLR2004
        out_steps(state, table.counts, row, scratch)
    elif which == 4:  # noqa: PLR2004
        in_steps(state, table.counts, row, scratch)
    elif which == 5:  # noqa: PLR2004
        row[OUT_COOLDOWN_S] = OUT_COOLDOWNS_S[below(state, len(OUT_COOLDOWNS_S))]
    elif which == 6:  # noqa: PLR2004
        row[IN_COOLDOWN_S] = IN_COOLDOWNS_S[below(state, len(IN_COOLDOWNS_S))]
    elif which == 7:  # noqa: PLR2004
        out_window(state, row)
    else:
        in_window(state, row)


@register_jitable
def alike(row: F64, other: F64) -> bool:
    """Tell whether two rows are the same."""
    same = True
    for column in range(row.size):
        same &= row[column] == other[column]
    return same


@register_jitable
def vary(state: I64, table: SpaceTable, best: F64, row: F64, scratch: I64) -> None:
    """Fill a sane row near one of ``best``: one to three traits changed, or taken from another of them."""
    one, other = best[below(state, best.shape[0])], best[below(state, best.shape[0])]
    while True:
        copy(row, one, 0, row.size)
        for _ in range(TIMES[below(state, len(TIMES))]):
            if share(state) < TAKEN_SHARE:
                take(state, row, other)
            else:
                change(state, table, row, scratch)
        if not alike(row, one) and sane(row, table):
            return


@functools.cache
def drawing() -> Drawing:
    """Return the compiled function."""

    def make(fingerprint: int) -> Drawing:
        def fill(state: I64, table: SpaceTable, best: F64, rows: F64, scratch: I64) -> int:
            for r in range(rows.shape[0]):
                if best.shape[0] > 0:
                    vary(state, table, best, rows[r], scratch)
                    continue
                clear(rows[r], 0, rows.shape[1])
                anything(state, table, rows[r], scratch)
                while not sane(rows[r], table):
                    anything(state, table, rows[r], scratch)
            return fingerprint

        return fill

    return compiled(make, SOURCES)


class Drawer:
    """Draws rows, the same for the same seed."""

    def __init__(self, space: Space, seed: str, width: int) -> None:
        """Begin with what ``seed`` gives; a row has ``width`` columns for each kind of step."""
        self._state, self._ground = state_of(seed), table_of(space)
        self._columns = STEPS + 4 * width
        self._scratch = np.empty(MOST_STEPS + POOLED, dtype=np.int64)

    def drawn(self, count: int) -> F64:
        """Return rows at random, shape (count, columns)."""
        return self.varied(np.empty((0, self._columns)), count)

    def varied(self, best: F64, count: int) -> F64:
        """Return rows near those of ``best``."""
        rows = np.empty((count, self._columns))
        drawing()(self._state, self._ground, best, rows, self._scratch)
        return rows
