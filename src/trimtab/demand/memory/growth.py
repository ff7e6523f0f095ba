"""What a task's memory does over its life: stand, follow the load, level off, or grow without end.

Read from the largest task, less the part that follows load. A leak raises the lower envelope, the
least a task holds within a day, day after day; a daily wave does not, however high it is. A new
life begins where that envelope falls: a deployment or a restart emptied the task. Lives shorter
than ``LEAST_DAYS`` are not judged: within them a leak and a daily wave look alike, and their peak
is in the record anyway.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from trimtab.demand.memory.climb import climb_mib
from trimtab.demand.memory.follow import follows, load_memory
from trimtab.demand.memory.lives import Life, hourly, lives_of
from trimtab.demand.robust import rising, slopes
from trimtab.units import DAY_S, HOUR_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimtab.demand.series import F64, Demand, Mask

LEAST_DAYS = 3
"""Whole days a life must last to be judged for growth [days]."""

P_VALUE = 0.01
"""At most one steady service in a hundred may look like a leak by chance, before size counts."""

MATERIAL_SHARE = 0.10
"""Growth over a life that matters, of the most a task held [ratio]. Less than the margin of the
size, so a task is never full of what is passed over."""

TAIL_SHARE = 0.10
"""Of a life, the last part, but at least a day: growth that ended there has levelled off."""

STILL = 0.3
"""Least rise in the last part over what the life's slope says [ratio]: below, it levelled off."""

JUDGED_SHARE = 0.7
"""Of the record, the first part: what came after must have fitted a size chosen then."""

LEAST_FIRST_H, LEAST_LAST_H = 24, 12
"""Least of either part for that to be asked [h]."""

RISING_SHARE = 0.15
"""Rise over that first part that its size would not have held [ratio]: the margin of a size."""


class MemoryShape(enum.Enum):
    """What a task's memory does over its life."""

    STATIONARY = "stationary"
    FOLLOWS_LOAD = "follows load"
    LEVELS_OFF = "warms up and levels off"
    RISING = "still rising at the end of the record"
    """Too short to say whether it will level off."""
    GROWS = "grows without end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """How one service's memory behaves. Rounded, so that the order of a sum changes nothing."""

    shape: MemoryShape
    slope_mib_per_day: float
    """Within lives, where it grows without end [MiB/day]; else 0."""
    p_value: float
    """That chance alone makes the lower envelope rise so, 0 to 1."""
    level_mib: float
    """What a task may hold when its life begins, bursts included, less the growth since [MiB]."""
    age_days: float
    """Of the life that runs when the record ends, or as much of it as was seen [days]."""
    typical_life_days: float
    """Median of the lives seen whole, else the longest seen [days]."""
    climb_mib: float
    """What a climb at the end of a short record may still add to its peak [MiB]; else 0."""
    resets: tuple[int, ...]
    """Steps of the series at which a life began after one had ended, where lives differ: where
    memory grows without end or levels off."""

    def days_until_full(self, room_mib: float) -> float:
        """Return how long after its start a task with ``room_mib`` for the application is full [days]."""
        if self.slope_mib_per_day <= 0:
            return float("inf")
        return max(0.0, (room_mib - self.level_mib) / self.slope_mib_per_day)

    def days_left(self, room_mib: float) -> float:
        """Return how long after the end of the record the present tasks are full [days]."""
        return max(0.0, self.days_until_full(room_mib) - self.age_days)


def growth_of(demand: Demand) -> Growth:
    """Say what the memory of ``demand`` does; one without reported minutes is stationary."""
    fit = load_memory(demand)
    held = np.maximum(0.0, demand.hottest_memory_mib - follows(demand, fit))
    floor = hourly(held, demand)
    peak_mib = float(held.max(initial=0.0))
    lives = lives_of(floor, peak_mib)
    judged = [days for life in lives if (days := _daily(floor, life))[0].size >= LEAST_DAYS]
    pairs = [slopes(*days) for days in judged]
    slope = float(np.median(np.concatenate(pairs))) if pairs else 0.0
    p_value = rising([least for _, least in judged])
    climb = climb_mib(floor, peak_mib)
    shape = MemoryShape.STATIONARY
    grows = slope > 0 and p_value <= P_VALUE and _material(judged, slope, peak_mib)
    if grows and _to_the_end(floor, lives, slope):
        shape = MemoryShape.GROWS
    elif climb > 0 or _unsettled(floor):
        shape = MemoryShape.RISING
    elif fit.slope_mib_per_vcpu > 0:
        shape = MemoryShape.FOLLOWS_LOAD
    elif any(_warmed_up(floor, life, peak_mib) for life in lives):
        shape = MemoryShape.LEVELS_OFF
    growth = _growth(demand, held, lives, shape, slope if shape is MemoryShape.GROWS else 0.0, p_value)
    return replace(growth, climb_mib=round(climb, 3))


def within_typical_life(demand: Demand, growth: Growth) -> Mask:
    """Return the minutes in which no task is older than a typical life, bool, shape (T,).

    All of them where memory does not grow without end. The others hold what a leak piled up.
    """
    if growth.shape is not MemoryShape.GROWS:
        return np.ones_like(demand.present)
    return _age_days(demand.present.size, demand.step_s, growth.resets) <= growth.typical_life_days


def _growth(  # noqa: PLR0913, PLR0917  # what the record says, put together
    demand: Demand, held: F64, lives: Sequence[Life], shape: MemoryShape, slope: float, p_value: float
) -> Growth:
    hour = max(1, HOUR_S // demand.step_s)
    matter = shape in {MemoryShape.GROWS, MemoryShape.LEVELS_OFF}
    resets = tuple(life.first * hour for life in lives if life.after_reset and matter)
    lengths = [life.hours / 24 for life in lives]
    whole = [life.hours / 24 for life in lives[:-1] if life.after_reset]
    level = 0.0
    if demand.present.any():
        age = _age_days(held.size, demand.step_s, resets)
        level = float((demand.hottest_memory_mib - slope * age)[demand.present].max())
    return Growth(
        shape=shape,
        slope_mib_per_day=round(slope, 3),
        p_value=round(p_value, 6),
        level_mib=round(level, 3),
        age_days=round(lengths[-1], 4) if lengths else 0.0,
        typical_life_days=round(float(np.median(whole)) if whole else max(lengths, default=0.0), 4),
        climb_mib=0.0,
        resets=resets,
    )


def _age_days(steps: int, step_s: int, resets: Sequence[int]) -> F64:
    """Return how long ago the life of each step began, or the record [days], shape (T,)."""
    at = np.arange(steps)
    begins = np.array([0, *resets])
    age: F64 = (at - begins[np.searchsorted(begins, at, side="right") - 1]) * (step_s / DAY_S)
    return age


def _daily(floor: F64, life: Life) -> tuple[F64, F64]:
    """Return the whole days of a life that reported, by number, and the least of each [MiB].

    Days are counted back from the life's end, so that the last one is whole.
    """
    hours = floor[life.first : life.first + life.hours]
    whole = hours[hours.size % 24 :].reshape(-1, 24)
    least: F64 = np.fmin.reduce(whole, axis=1) if whole.size else np.empty(0)
    reported = np.flatnonzero(~np.isnan(least))
    return reported.astype(np.float64), least[reported]


def _material(judged: Sequence[tuple[F64, F64]], slope: float, peak_mib: float) -> bool:
    """Tell whether the growth over the longest life is worth speaking of."""
    return slope * max(float(days[-1] - days[0]) for days, _ in judged) >= MATERIAL_SHARE * peak_mib


def _to_the_end(floor: F64, lives: Sequence[Life], slope: float) -> bool:
    """Tell whether lives still grow in their last part, on the median."""
    ratios = []
    for life in lives:
        if life.hours >= LEAST_DAYS * 24:
            tail = max(24, round(TAIL_SHARE * life.hours))
            reached = np.fmax.accumulate(np.nan_to_num(floor[life.first : life.first + life.hours]))
            ratios.append((reached[-1] - reached[-1 - tail]) / (slope * tail / 24))
    return bool(np.median(ratios) >= STILL)


def _unsettled(floor: F64) -> bool:
    """Tell whether the record's last part holds what its first part gave no reason to expect.

    By what a task holds for a whole hour, so that a burst is not a rise, and only where it stays
    so: the last day never fell back to what was usual in the first part.
    """
    known = floor[~np.isnan(floor)]
    first = int(JUDGED_SHARE * known.size)
    if first < LEAST_FIRST_H or known.size - first < LEAST_LAST_H:
        return False
    before, after = known[:first], known[first:]
    usual = float(np.median(before))
    return bool(after.max() > (1 + RISING_SHARE) * before.max() and after[-24:].min() > usual)


def _warmed_up(floor: F64, life: Life, peak_mib: float) -> bool:
    """Tell whether a life began lower than it ever was again in its second half."""
    hours = floor[life.first : life.first + life.hours]
    hours = hours[~np.isnan(hours)]
    if hours.size < 24:  # noqa: PLR2004  # a day
        return False
    return float(hours[hours.size // 2 :].min()) - float(hours[0]) >= MATERIAL_SHARE * peak_mib
