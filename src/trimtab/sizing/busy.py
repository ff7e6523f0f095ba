"""When in the week a service's work is at its peak, for whoever wants to look on at the next one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from trimtab.units import DAY_H, DAY_S, HOUR_S

if TYPE_CHECKING:
    from trimtab.demand.series import Demand

WEEK_H: Final = 7 * DAY_H
WEEK_DAYS: Final = 7.0
NEAR: Final = 0.9
"""Of the busiest hour's work: an hour that has as much is a peak as well."""


def busy_hours(demand: Demand) -> tuple[int, ...]:
    """Return the hours of the week in which there was at least ``NEAR`` of the busiest hour's mean CPU.

    0 is Monday from midnight UTC. Of a record that is shorter than a week nobody knows how the days
    differ: an hour of the day is then one of each. Empty where no work was recorded.
    """
    start = demand.start.replace(minute=0, second=0, microsecond=0)
    into = (demand.start - start) / timedelta(seconds=1) + np.arange(demand.cpu_vcpu.size) * demand.step_s
    first = start.weekday() * DAY_H + start.hour
    hours = (first + (into // HOUR_S).astype(np.int64)) % WEEK_H
    whole = demand.cpu_vcpu.size * demand.step_s >= WEEK_DAYS * DAY_S
    cycle = WEEK_H if whole else DAY_H
    hours, known = hours % cycle, demand.known
    minutes = np.bincount(hours[known], minlength=cycle)
    work = np.bincount(hours[known], weights=demand.cpu_vcpu[known], minlength=cycle)
    mean = np.divide(work, minutes, out=np.zeros_like(work), where=minutes > 0)
    if not mean.max() > 0:
        return ()
    busy = np.flatnonzero(mean >= NEAR * mean.max())
    return tuple(sorted(int(hour + day) for hour in busy for day in range(0, WEEK_H, cycle)))
