"""Ladders drawn at random and varied, as rows: a search makes thousands, so this is compiled.

Which traits there are, and how each is drawn and varied, says the table (``traits``). The rules of
``space`` stand here in the form of rows. ``tests/property/test_space.py`` holds what is drawn against
them and against the module's own.
"""

# compiled functions get arrays and numbers; objects they cannot

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numba.extending import register_jitable

from trimtab.ladders.genes import SpaceTable, clear, copy
from trimtab.ladders.mersenne import POOLED, below, share, state_of
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
from trimtab.ladders.space import MOST_STEPS, memory_taken
from trimtab.ladders.traits import TRAITS
from trimtab.replay.kernel.compiling import compiled
from trimtab.terraform_module import LEAST_IN_COOLDOWN_S, PERCENT, PERIODS_S
from trimtab.units import DAY_S

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trimtab.demand.series import F64
    from trimtab.ladders.space import Space
    from trimtab.replay.inputs import I64

SOURCES = (
    "ladders/draw",
    "ladders/genes",
    "ladders/traits",
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


def chain(functions: Sequence[Any], which: int = 0) -> Callable[..., None]:
    """Return a compiled function that calls the one of ``functions`` that it is given the number of.

    Compiled code cannot look into a list of functions; it can call one it knows, or ask the rest.
    """
    own = functions[which]
    if which == len(functions) - 1:

        @register_jitable
        def last(number: int, state: I64, table: SpaceTable, row: F64, other: Any) -> None:  # noqa: ANN401, ARG001
            own(state, table, row, other)

        return last
    rest = chain(functions, which + 1)

    @register_jitable
    def pick(number: int, state: I64, table: SpaceTable, row: F64, other: Any) -> None:  # noqa: ANN401
        if number == which:
            own(state, table, row, other)
        else:
            rest(number, state, table, row, other)

    return pick


DRAWN = tuple(draw for trait in TRAITS for draw in trait.first) + tuple(
    draw for trait in TRAITS for draw in trait.draw
)
TAKEN = tuple(trait.take for trait in TRAITS if trait.take is not None)
CHANGED = tuple(vary for trait in TRAITS for vary in trait.vary)
DRAWS, TRAITS_TAKEN, CHANGES = len(DRAWN), len(TAKEN), len(CHANGED)
drawn_one, taken_one, changed_one = chain(DRAWN), chain(TAKEN), chain(CHANGED)


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
        percent=space.percent,
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
    if row[IN_PERCENT] != 0 and (row[IN_PERCENT] < 1 or row[remove + ins - 1] >= PERCENT):
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
        taken = row[remove + i]
        rise = (least + taken) / least
        if row[IN_PERCENT] != 0:
            rise = max((least + row[IN_PERCENT]) / least, PERCENT / (PERCENT - taken))
        calm &= row[falls + i] * low * rise < high
    return calm


@register_jitable
def anything(state: I64, table: SpaceTable, row: F64, scratch: I64) -> None:
    """Draw a row that may not be sane."""
    for number in range(DRAWS):
        drawn_one(number, state, table, row, scratch)


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
                taken_one(below(state, TRAITS_TAKEN), state, table, row, other)
            else:
                changed_one(below(state, CHANGES), state, table, row, scratch)
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
