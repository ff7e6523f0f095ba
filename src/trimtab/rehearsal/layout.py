"""When the recorded minutes take place in the sandbox: moved by whole days, so that they end now.

A minute keeps its time of day. The record's end is moved to within the last day before the newest
minute that a snapshot would show. Between the two, up to a day, the record begins again: those
minutes would else be empty, and a snapshot of as many days would lose as many at its beginning.
So the last ``days`` days (whole ones) hold each recorded minute once, and a snapshot taken now has
the same minutes. A further day goes on the same way, so that a sandbox that stays up has minutes
to show; who asks for the future is shown it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from trimtab.snapshot.contract import STEP_S, span_of
from trimtab.snapshot.live.read import PUBLICATION_S
from trimtab.units import DAY_S

if TYPE_CHECKING:
    from datetime import datetime

    import numpy.typing as npt

    from trimtab.fleet.model import Fleet

    F64 = npt.NDArray[np.float64]

AHEAD_S: Final = DAY_S
"""How long the sandbox goes on reporting."""
SETTLED_S: Final = 300
"""The newest recorded minutes of which the last says how many tasks run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Times are seconds since 1970."""

    now: float
    newest: float
    """The first minute that a snapshot taken now leaves out."""
    shift_s: float
    """What the record is moved by: whole days."""
    period_s: float
    """After this it begins again: its length in whole days."""

    @classmethod
    def of(cls, fleet: Fleet, now: datetime) -> Layout:
        """Lay out a fleet's record so that it ends now."""
        start, minutes = span_of(fleet)
        end = start.timestamp() + minutes * STEP_S
        newest = (now.timestamp() - PUBLICATION_S) // STEP_S * STEP_S
        return cls(
            now=now.timestamp(),
            newest=newest,
            shift_s=(newest - end) // DAY_S * DAY_S,
            period_s=math.ceil(minutes * STEP_S / DAY_S) * DAY_S,
        )

    @property
    def shift_days(self) -> int:
        """What the record is moved by [days]."""
        return round(self.shift_s / DAY_S)

    def places(self, at: F64) -> tuple[F64, npt.NDArray[np.intp]]:
        """Return when recorded minutes take place, sorted, and which of ``at`` each is."""
        moved = at + self.shift_s
        moved = np.where(moved < self.newest - self.period_s, moved + self.period_s, moved)
        again = np.flatnonzero(moved < self.newest - self.period_s + AHEAD_S)
        times = np.concatenate([moved, moved[again] + self.period_s])
        which = np.concatenate([np.arange(at.size), again])
        order = np.argsort(times, kind="stable")
        return times[order], which[order]

    def moved(self, stamp: datetime) -> float:
        """Return when something took place that is no minute: an event, an activity. Never later than now."""
        at = stamp.timestamp() + self.shift_s
        if at < self.newest - self.period_s:
            at += self.period_s
        return at - max(0, math.ceil((at - self.now) / DAY_S)) * DAY_S
