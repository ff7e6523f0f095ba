"""Hours of the day in which nothing is done: found in the record, and what the floor costs in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from trimtab.advice.case.asked import NO_WORK_VCPU, is_called
from trimtab.advice.cost import cents
from trimtab.advice.lever import Lever, LeverKind
from trimtab.catalog.load import HOURS_PER_MONTH
from trimtab.sizing.tasks import work_cpu
from trimtab.units import DAY_H, HOUR_S

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from trimtab.advice.case.case import Workload
    from trimtab.advice.case.outcome import Judged
    from trimtab.advice.case.proposal import Proposal
    from trimtab.catalog.load import Prices
    from trimtab.demand.series import Demand, Mask
    from trimtab.replay.inputs import I64

LEAST_DAYS: Final = 5
"""On so many days an hour must have been seen without work before it is called one without work."""
LEAST_NIGHT_H: Final = 2
"""Hours in a row from which they are worth a schedule."""
LEAST_EMPTY_DAYS: Final = 7
"""On so many days an hour of a service that is called must have been seen whole, and without a request: a
week has every kind of day."""
_NOT_CALLED: Final = (
    "CPU alone is no proof, so --allow-zero does not take it: nobody connects to it then, no timer of its "
    "own runs in it, and a schedule with both bounds at 0 is yours to write"
)
_CALLED: Final = (
    "a caller in those hours gets 503, and nothing of its own runs in it; --allow-zero writes the two "
    "scheduled actions, one with minimum and maximum 0 and one that brings both back; the hours are of UTC, "
    "which summer time moves"
)


def scheduled_zero(
    workload: Workload, proposal: Proposal, proposed: Judged, prices: Prices
) -> Iterator[Lever]:
    """Yield what the floor costs in the hours of the day in which nothing was ever done."""
    service, demand = workload.service, workload.demand
    if proposal.ladders.closes:
        return  # it is pulled
    called = is_called(service)
    hours = empty_hours(demand) if called and service.scaling is not None else idle_hours(demand)
    if not hours or (called and service.scaling is None):
        return
    billed = proposed.replay.minutes.billed_s
    at_floor = np.minimum(billed, proposal.ladders.min_tasks * demand.step_s)
    closed = np.isin(clock_hours(demand) % DAY_H, sorted(hours))
    share = float(at_floor[closed].sum()) / (billed.size * demand.step_s)
    usd = share * proposal.task_usd_hour(prices) * HOURS_PER_MONTH
    yield Lever(
        kind=LeverKind.SCHEDULED_ZERO,
        usd_month=cents(usd),
        at_most=True,
        basis=f"its floor in replay between {_spans(hours)} UTC, when no minute of the record had "
        + ("a request" if called else "work"),
        first=_CALLED if called else _NOT_CALLED,
    )


def idle_hours(demand: Demand) -> frozenset[int]:
    """Return the hours of the day, UTC, in which no known minute had work, where they are a night or longer.

    An hour that was seen on fewer than ``LEAST_DAYS`` days is not known to be one.
    """
    known, clock = demand.known, clock_hours(demand)
    works: Mask = work_cpu(demand) > NO_WORK_VCPU * demand.tasks
    quiet = {
        hour
        for hour in range(DAY_H)
        if np.unique(clock[known & (clock % DAY_H == hour)]).size >= LEAST_DAYS
        and not works[clock % DAY_H == hour].any()
    }
    return nights_of(quiet)


def empty_hours(demand: Demand) -> frozenset[int]:
    """Return the hours of the day, UTC, in which no request was ever recorded, a night or longer."""
    clock = clock_hours(demand)
    return nights_of(days_without(demand.requests > 0, demand.known, clock, HOUR_S // demand.step_s))


def days_without(busy: Mask, known: Mask, clock: I64, hour: int) -> dict[int, int]:
    """Return the hours of the day of a ``clock`` that had no ``busy`` minute, and on how many days.

    Each was seen whole on ``LEAST_EMPTY_DAYS`` days at least, of days that were busy at all: a load
    balancer publishes no zero, so what separates no request from no record is that CPU reported in every
    minute of the hour, and requests on the day. One request in an hour on any day, and it is none.

    ``known``: minutes that were recorded; ``clock``: the hour of each, counted on from some midnight, int64,
    shape (T,); ``hour``: steps of the record in an hour.
    """
    place = clock - clock.min()
    minutes = np.bincount(place)
    # A clock that is put back has an hour of two.
    whole = (np.bincount(place, weights=known) == minutes) & (minutes >= hour)
    asked = np.bincount(place, weights=busy) > 0
    hours = clock.min() + np.arange(whole.size)
    days = hours // DAY_H
    seen = whole & np.isin(days, days[asked])
    of_day = [hours % DAY_H == one for one in range(DAY_H)]
    return {
        one: int(seen[those].sum())
        for one, those in enumerate(of_day)
        if seen[those].sum() >= LEAST_EMPTY_DAYS and not asked[those].any()
    }


def nights_of(quiet: Collection[int]) -> frozenset[int]:
    """Return those of some hours of the day that are a night or longer."""
    return frozenset(
        hour
        for first, length in runs_of(quiet)
        if length >= LEAST_NIGHT_H
        for hour in hours_from(first, length)
    )


def runs_of(hours: Collection[int]) -> Iterator[tuple[int, int]]:
    """Give (first, length) of each run of hours, around midnight as one."""
    if len(hours) == DAY_H:
        yield 0, DAY_H
        return
    for first in sorted(hour for hour in hours if (hour - 1) % DAY_H not in hours):
        length = 1
        while (first + length) % DAY_H in hours:
            length += 1
        yield first, length


def hours_from(first: int, length: int) -> Iterator[int]:
    """Return so many hours of the day from one on, over midnight too."""
    return ((first + after) % DAY_H for after in range(length))


def _spans(hours: frozenset[int]) -> str:
    spans = (f"{first:02}:00 and {(first + length) % DAY_H:02}:00" for first, length in runs_of(hours))
    return ", ".join(spans)


def clock_hours(demand: Demand) -> I64:
    """Return the hour since 1970, UTC, of each minute, int64, shape (T,)."""
    return stamps_of(demand) // HOUR_S


def stamps_of(demand: Demand) -> I64:
    """Return the second since 1970, UTC, at which each minute begins, int64, shape (T,)."""
    return int(demand.start.timestamp()) + np.arange(demand.tasks.size, dtype=np.int64) * demand.step_s
