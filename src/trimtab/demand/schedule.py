"""The bounds that scheduled actions lay down, minute by minute of a recording."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from trimtab.demand.cron import firings
from trimtab.units import MINUTE_S

if TYPE_CHECKING:
    from datetime import datetime

    from trimtab.fleet.model import Scaling, ScheduledAction

BEFORE = timedelta(days=32)
"""How far before a recording is looked for the last action that fired: a monthly one is found."""
_MINUTE_US: Final = 1_000_000 * MINUTE_S


@lru_cache(maxsize=2048)
def _fired_us(action: ScheduledAction, start: datetime, end: datetime) -> tuple[int, ...]:
    """Return when an action fires [µs from ``start``]: a search asks of the same few again and again."""
    return tuple((at - start) // timedelta(microseconds=1) for at in firings(action, start - BEFORE, end))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Bounds of the task count that hold from a minute of the recording on."""

    minute: int
    min_tasks: int
    max_tasks: int


def bounds_of(scaling: Scaling, start: datetime, minutes: int) -> tuple[tuple[int, int], tuple[Bounds, ...]]:
    """Return minimum and maximum at ``start``, and how they change in the ``minutes`` after it.

    An action sets its bounds, and they stay until another sets them anew. What was never set in
    the time looked at is as the snapshot has it.

    Raises:
        ReplayError: a schedule is not understood.

    """
    now = (scaling.min_tasks, scaling.max_tasks)
    if "scheduled" in scaling.suspended or not scaling.scheduled:
        return now, ()
    end = start + timedelta(minutes=minutes)
    count = len(scaling.scheduled)
    # Whole numbers, which are sorted in a tenth of the time of dates: of what fires at once, in order.
    fired = sorted(
        at * count + number
        for number, action in enumerate(scaling.scheduled)
        for at in _fired_us(replace(action, min_tasks=None, max_tasks=None), start, end)
    )
    first, changes = now, dict[int, tuple[int, int]]()
    for one in fired:
        at, number = divmod(one, count)
        action = scaling.scheduled[number]
        low, high = now
        low = low if action.min_tasks is None else action.min_tasks
        high = high if action.max_tasks is None else action.max_tasks
        # RegisterScalableTarget refuses a minimum above the maximum; of one bound alone, the other gives way.
        now = (min(low, high), high) if action.min_tasks is None else (low, max(low, high))
        minute = at // _MINUTE_US
        if minute <= 0:
            first = now
        else:
            changes[minute] = now
    return first, tuple(
        Bounds(minute=minute, min_tasks=low, max_tasks=high) for minute, (low, high) in changes.items()
    )
