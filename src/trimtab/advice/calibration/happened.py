"""What Application Auto Scaling did, and how near a forecast of it comes."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimtab.demand.series import F64
    from trimtab.fleet.model import AlarmChange, ScalingActivity
    from trimtab.replay.result import Activity

NEAR_S: Final = 300.0
"""A forecast this far from an activity in the same direction is of another [s]."""
_SET_TO: Final = re.compile(r"[Ss]et(?:ting)? desired count to (\d{1,9})")
_DONE: Final = frozenset({"Successful", "InProgress", "Pending", "Overridden"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CountChange:
    """One change of the desired count."""

    at_s: float
    """From the start of the recording [s]."""
    before: int
    after: int

    @property
    def out(self) -> bool:
        """Whether tasks are added."""
        return self.after > self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """A forecast beside what happened in one stretch of the recording."""

    happened: int
    predicted: int
    """Of those that happened: a forecast in the same direction lay near, one for each."""
    false: int
    """Forecasts that nothing followed."""
    late_s: tuple[float, ...]
    """Of each that was predicted, the forecast less the activity [s]; negative is early."""

    @property
    def share(self) -> float:
        """Share of activities predicted [ratio]."""
        return self.predicted / self.happened if self.happened else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of what was predicted of all, and of what was right of the forecasts [ratio]."""
        both = self.happened + self.predicted + self.false
        return 2 * self.predicted / both if both else 0.0

    def error_s(self, quantile: float) -> float:
        """Return the quantile of how far off the predicted ones are [s]; not a number where none is."""
        return float(np.quantile(np.abs(self.late_s), quantile)) if self.late_s else float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One forecast on the judged part."""

    matched: Matched
    count_error: float
    """Mean distance of the desired counts, over the mean count [ratio]."""
    bill_error: float
    """Task-minutes running over those recorded, less 1 [ratio]."""


def changes_of(
    activities: Sequence[ScalingActivity], start: datetime, first_tasks: int
) -> tuple[CountChange, ...]:
    """Return the changes that succeeded since ``start`` (UTC), oldest first; what changes nothing is none."""
    dated = sorted((datetime.fromisoformat(one.start).astimezone(UTC), one) for one in _set(activities))
    changes: list[CountChange] = []
    count = first_tasks
    for at, activity in dated:
        matched = _SET_TO.search(activity.description)
        after = int(matched[1]) if matched else count
        at_s = (at - start).total_seconds()
        if after != count and at_s >= 0:
            changes.append(CountChange(at_s=at_s, before=count, after=after))
        count = after
    return tuple(changes)


def _set(activities: Sequence[ScalingActivity]) -> list[ScalingActivity]:
    # Of equal times any order would do, but activities have none of their own.
    distinct = {(one.start, one.description): one for one in activities if one.status in _DONE}
    return [distinct[key] for key in sorted(distinct)]


def seen_of(changes: Sequence[AlarmChange]) -> tuple[float, ...]:
    """Return how long after the end of its newest period each alarm that went on had asked for it [s].

    What an alarm's history says itself, so that no replay is needed. A missing point makes it look longer.
    """
    return tuple(
        (_time(one.queried) - _time(one.newest)).total_seconds() - one.period_s
        for one in changes
        if one.after == "ALARM" and one.queried and one.newest and one.period_s
    )


def _time(told: str) -> datetime:
    return datetime.fromisoformat(told)


def changes_in_replay(activities: Sequence[Activity], phase_s: float) -> tuple[CountChange, ...]:
    """Return a replay's activities, each ``phase_s`` after its tick."""
    return tuple(
        CountChange(at_s=one.second + phase_s, before=one.before, after=one.after) for one in activities
    )


def counts_of(changes: Sequence[CountChange], minutes: int, first_tasks: int) -> F64:
    """Return the desired count at the end of each minute [tasks], shape (T,)."""
    ends = np.array([one.at_s for one in changes])
    counts = np.array([first_tasks, *(one.after for one in changes)], dtype=np.float64)
    counted: F64 = counts[np.searchsorted(ends, 60.0 * np.arange(1, minutes + 1), side="left")]
    return counted


def matched(
    happened: Sequence[CountChange], forecast: Sequence[CountChange], span_s: tuple[float, float]
) -> Matched:
    """Match forecasts to what happened in ``span_s``: in order of time, each to the nearest that is free."""
    first, end = span_s
    real = [one for one in happened if first <= one.at_s < end]
    said = sorted((one for one in forecast if first <= one.at_s < end), key=_when)
    free, late = [True] * len(said), []
    for one in real:
        # A second more on either side: what is near enough is asked of the difference.
        window = range(
            bisect_left(said, one.at_s - NEAR_S - 1.0, key=_when),
            bisect_right(said, one.at_s + NEAR_S + 1.0, key=_when),
        )
        near = [
            (off_s, place)
            for place in window
            if free[place]
            and said[place].out == one.out
            and (off_s := abs(said[place].at_s - one.at_s)) <= NEAR_S
        ]
        if near:
            place = min(near)[1]
            free[place] = False
            late.append(said[place].at_s - one.at_s)
    return Matched(happened=len(real), predicted=len(late), false=sum(free), late_s=tuple(late))


def _when(change: CountChange) -> float:
    return change.at_s
