"""A climb in a short history: what a task's memory may still gain before anybody looks again.

Within a few days nobody can tell a leak from a heap that warms up, and the peak so far is no peak: of
eight recorded series three went on to 1.4 to 1.7 times of it in a single day. So what was still rising
when a short record ended is given the room to go on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from trimtab.demand.series import F64

SHORT_DAYS = 7.0
"""Record from which on a climb is judged by its days and not sized to [days]."""

CLIMB_SHARE = 0.03
"""Rise in the last day that counts, of the most a task held [ratio]. A heap that has settled reaches
a new height now and then, by less."""

HELD_H = 3
"""Last hours of the record that must stay above where the rise began [h]: a wave's crest falls back."""

AHEAD_DAYS = 2.0
"""How long the climb is taken to go on as it did [days]."""

UNKNOWN_DAYS = 3.0
"""Record up to which the slope itself says little: climbs set out slowly [days]."""

UNKNOWN_RATIO = 1.5
"""Least that such a climb may end at, over the most a task held so far [ratio]."""


def climb_mib(floor: F64, peak_mib: float) -> float:
    """Return what a climb at the end of a short record may add to its peak [MiB]; 0 where there is none.

    ``floor``: the least of each hour [MiB], shape (hours,), not a number where none reported. The slope
    is that of the running maximum over the last day, or over the second half of what is shorter.
    """
    known = floor[~np.isnan(floor)]
    days = known.size / 24
    if not 0 < days < SHORT_DAYS:
        return 0.0
    reached = np.maximum.accumulate(known)
    hours = min(24, known.size // 2)
    before = float(reached[-1 - hours])
    rise = float(reached[-1]) - before
    if rise < CLIMB_SHARE * peak_mib or float(known[-HELD_H:].min()) < before:
        return 0.0
    ahead = rise / hours * 24 * AHEAD_DAYS
    return max(ahead, (UNKNOWN_RATIO - 1) * peak_mib) if days <= UNKNOWN_DAYS else ahead
