"""The lives of a service's tasks, read from where their memory falls back to that of a new task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimtab.units import HOUR_S

if TYPE_CHECKING:
    from trimtab.demand.series import F64, Demand

RESET_SHARE = 0.08
"""Least fall of the lower envelope that begins a new life, of the most a task held [ratio]. A
little less than the growth that matters over a life, for the envelope lags by a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """From one emptying of the tasks' memory to the next, in whole hours of the record."""

    first: int
    """First hour [h]."""
    hours: int
    after_reset: bool
    """Whether its beginning was seen."""


def hourly(values: F64, demand: Demand) -> F64:
    """Return the least of ``values`` in each hour, shape (hours,); not a number where none reported.

    What is left of an hour at the end is left out. Steps longer than an hour stand for themselves.
    """
    steps = max(1, HOUR_S // demand.step_s)
    known = np.where(demand.present, values, np.nan)
    whole = known[: known.size // steps * steps].reshape(-1, steps)
    least: F64 = np.fmin.reduce(whole, axis=1) if whole.size else np.empty(0)
    return least


def lives_of(floor: F64, peak_mib: float) -> tuple[Life, ...]:
    """Return the lives in ``floor`` [MiB], shape (hours,), in order.

    One begins where an hour's least lies ``RESET_SHARE`` of the peak below the least of the whole
    day before: a wave comes back to its floor every day, so it begins no life.
    """
    begins = [0] if floor.size else []
    resets = [False]
    for hour in range(24, floor.size):
        if hour - begins[-1] < 24:  # noqa: PLR2004  # the day after a start has its own floor
            continue
        day = floor[hour - 24 : hour]
        if np.isnan(floor[hour]) or np.isnan(day).all():
            continue
        if floor[hour] < np.nanmin(day) - RESET_SHARE * peak_mib:
            begins.append(hour)
            resets.append(True)
    ends = [*begins[1:], floor.size]
    return tuple(
        Life(first=first, hours=end - first, after_reset=seen)
        for first, end, seen in zip(begins, ends, resets, strict=False)
    )
