"""The search for ladders: thousands of replays, the good ones varied, the same answer for the same seed.

It does not return one answer but the front: for every count of minutes over the objective the
cheapest ladders that were found. Which of them is safe enough is for tests on other demand to say.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from trimtab.ladders.draw import Drawer
from trimtab.ladders.front import ELITE, calm, elite, simplest, tried, within
from trimtab.ladders.rows import FAST_SIGNALS, complexity_of, ladders_of, rows_of, tables_of, width_of
from trimtab.ladders.space import MOST_STEPS, sane
from trimtab.ladders.traits import TRAITS
from trimtab.replay.batch import Batches
from trimtab.replay.kernel.tables import CHANGES, OVER, TOTALS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trimtab.demand.series import F64
    from trimtab.ladders.front import Limits, Tried
    from trimtab.ladders.parts import RecordingPart
    from trimtab.ladders.space import Space
    from trimtab.replay.inputs import I64
    from trimtab.terraform_module import Ladders


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How many replays a search may take."""

    drawn: int = 1500
    """At random, to begin with."""
    rounds: int = 14
    varied: int = 300
    """In each round, from the best so far."""

    @property
    def replays(self) -> int:
        """All of them, those of the seeds apart."""
        return self.drawn + self.rounds * self.varied

    @property
    def near(self) -> int:
        """Rounds of what is near the best where a grid is tried first: there is less to find."""
        return round(self.rounds / 5)

    @property
    def shows(self) -> bool:
        """Whether what it finds is shown, and not only told from what cannot win."""
        return self.rounds > QUICK.rounds


FULL = Effort()
QUICK = Effort(drawn=500, rounds=3, varied=200)
"""Enough to tell a size that cannot win."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunt:
    """How a search goes about it."""

    seed: str
    """Of the draws: the same seed gives the same answer."""
    seeds: tuple[Ladders, ...] = ()
    """Tried besides what is drawn; those outside the rules of the space are left out."""
    effort: Effort = FULL
    fast_signals: bool = False
    """Whether all of them have the alarm of 20 s beside CPU's."""


def search(part: RecordingPart, space: Space, limits: Limits, hunt: Hunt) -> tuple[Tried, ...]:
    """Return the front, cheapest first: each next one has fewer minutes over than all before it.

    Empty when no candidate keeps the limits. Bounds above and memory's ladder are the space's.
    """
    fast, steps = hunt.fast_signals, [seed for seed in hunt.seeds if seed.tracking is None]
    seeds = [
        replace(seed, max_tasks=space.most, memory=space.memory, fast_signals=fast, requests=None)
        for seed in steps
    ]
    seeds = [seed for seed in seeds if sane(seed, space.ceiling_percent)]
    pool = _Pool(part, space, limits, width_of(seeds, MOST_STEPS))
    drawer, effort = Drawer(space, hunt.seed, pool.width), hunt.effort
    pool.add(pool.rows_of(seeds))
    pool.add(_all(drawer.drawn(effort.drawn), fast_signals=fast))
    for _ in range(effort.rounds):
        pool.add(_all(drawer.varied(pool.elite(), effort.varied), fast_signals=fast))
    simpler = (simple for found in pool.front() for simple in simplified(found.ladders))
    pool.add(pool.rows_of([simple for simple in simpler if sane(simple, space.ceiling_percent)]))
    return pool.front()


def _all(rows: F64, *, fast_signals: bool) -> F64:
    """Return rows, all of them with the alarm of 20 s or without: a search does not draw it."""
    rows[:, FAST_SIGNALS] = fast_signals
    return rows


def simplified(ladders: Ladders) -> Iterable[Ladders]:
    """Yield the ladders with one step less, two out at least, or one wait as the module has it."""
    for trait in TRAITS:
        yield from trait.simpler(ladders)


class _Pool:
    """Every candidate tried so far, in the order it came."""

    def __init__(self, part: RecordingPart, space: Space, limits: Limits, width: int) -> None:
        self.width = width
        self._part, self._space, self._model = part, space, part.inputs.model
        self._batches = Batches(part.inputs, self._model, part.seen)
        self._known: set[bytes] = set()
        self._rows: F64 = self.rows_of([])
        self._totals: I64 = np.empty((0, len(TOTALS)), dtype=np.int64)
        self._limits = limits

    def rows_of(self, ladders: Sequence[Ladders]) -> F64:
        """Return ladders as rows."""
        return rows_of(ladders, self.width)

    def add(self, rows: F64) -> None:
        """Replay those not tried yet."""
        new = []
        for place, row in enumerate(rows):
            key = row.tobytes()
            if key not in self._known:
                self._known.add(key)
                new.append(place)
        if not new:
            return
        rows = rows[new]
        totals = self._batches.totals(tables_of(rows, self._space, self._part, self._model))
        self._rows = np.concatenate((self._rows, rows))
        self._totals = np.concatenate((self._totals, totals))

    def elite(self) -> F64:
        """Return the best at each share of the allowance; where none keeps it, those nearest to it."""
        totals, minutes = self._totals, self._part.minutes
        best = elite(calm(totals, self._limits, minutes), totals, self._limits, minutes)
        if not best:
            best = np.lexsort((totals[:, CHANGES], totals[:, OVER]))[:ELITE].tolist()
        return self._rows[best]

    def front(self) -> tuple[Tried, ...]:
        """Return the front within the limits, of costs that tie the simplest."""
        kept = within(self._totals, self._limits, self._part.minutes)
        return tuple(
            tried(ladders_of(self._rows[place], self._space), self._totals[place])
            for place in simplest(kept, self._totals, complexity_of(self._rows))
        )
