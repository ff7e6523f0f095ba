"""What every search for policies shares: its limits, what a candidate came to, and the front."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimtab.replay.kernel.tables import BILLED, CHANGES, OVER, OVER_MEMORY
from trimtab.units import DAY_MIN

if TYPE_CHECKING:
    from trimtab.demand.series import Mask
    from trimtab.replay.inputs import I64
    from trimtab.terraform_module import Ladders

SHARES = (1.0, 0.7, 0.5, 0.3, 0.2, 0.1, 0.0)
"""Of the allowed minutes over: at each of these the best are kept and varied, so that safer
ladders are searched as hard as cheap ones."""
ELITE = 6
"""Ladders kept at each share."""
TIE = 0.005
"""Two costs this close are one [ratio]: then the simpler are taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What ladders must keep on the demand they are tuned on."""

    over_share: float
    """Minutes above the objective, CPU or memory [ratio]."""
    direction_changes_day: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One candidate and what its replay came to."""

    ladders: Ladders
    billed_s: int
    """[task-seconds]"""
    over_min: int
    over_memory_min: int
    direction_changes: int


def within(totals: I64, limits: Limits, minutes: int) -> I64:
    """Return the places of what keeps the limits. ``totals`` are the replay's, shape (C, len(TOTALS))."""
    kept = (totals[:, OVER] <= limits.over_share * minutes) & _calm(totals, limits, minutes)
    return np.flatnonzero(kept)


def calm(totals: I64, limits: Limits, minutes: int) -> I64:
    """Return the places of what turns back no more often than it may."""
    return np.flatnonzero(_calm(totals, limits, minutes))


def _calm(totals: I64, limits: Limits, minutes: int) -> Mask:
    kept: Mask = totals[:, CHANGES] <= limits.direction_changes_day * minutes / DAY_MIN
    return kept


def elite(places: I64, totals: I64, limits: Limits, minutes: int) -> list[int]:
    """Return of ``places`` the cheapest at each share of the allowance; none where none keeps it."""
    cheap = places[np.argsort(totals[places, BILLED], kind="stable")]
    best: dict[int, None] = {}
    for share in SHARES:
        kept = cheap[totals[cheap, OVER] <= share * (limits.over_share * minutes)]
        best.update(dict.fromkeys(kept[:ELITE].tolist()))
    return list(best)


def simplest(kept: I64, totals: I64, complexity: I64) -> list[int]:
    """Return the front of ``kept``, the places within the limits; of costs that tie the simplest.

    ``complexity``: of every candidate, shape (C,).
    """
    billed, over, changes = totals[:, BILLED], totals[:, OVER], totals[:, CHANGES]

    def simplest_of(place: int) -> int:
        """Return the simplest that costs hardly more and is over no longer."""
        most = billed[place] * (1 + TIE)
        equal = kept[(billed[kept] <= most) & (over[kept] <= over[place])]
        order = np.lexsort((billed[equal], changes[equal], complexity[equal]))
        return int(equal[order[0]])

    # What ties may follow one that is as safe: so once more.
    ties = np.array([simplest_of(place) for place in safer(kept, billed, over)], dtype=np.int64)
    return safer(ties, billed, over)


def tried(ladders: Ladders, totals: I64) -> Tried:
    """Return a candidate with the totals of its replay, shape (len(TOTALS),)."""
    row = totals.tolist()
    return Tried(
        ladders=ladders,
        billed_s=row[BILLED],
        over_min=row[OVER],
        over_memory_min=row[OVER_MEMORY],
        direction_changes=row[CHANGES],
    )


def safer(places: I64, billed: I64, over: I64) -> list[int]:
    """Return of ``places``, cheapest first, each that is over in fewer minutes than all that cost no more."""
    kept: list[int] = []
    for place in places[np.lexsort((over[places], billed[places]))].tolist():
        if not kept or over[place] < over[kept[-1]]:
            kept.append(place)
    return kept
