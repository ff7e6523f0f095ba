"""Gaps closed by a stated rule: a replay needs every minute, and nobody knows what was not reported."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from trimtab.demand.free import demand_of
from trimtab.demand.own import NOT_HELD, own_cpu
from trimtab.demand.quality import longest_run
from trimtab.demand.terms import OwnCpu, Term
from trimtab.errors import SnapshotError

IDLE_MOST = 0.4
"""Of a task's CPU, the most that is believed to be used without work [ratio]: half of what the default
objective lets work and idle fill together."""
TOO_MUCH = f"more than {IDLE_MOST:.0%} of a task's CPU without work is not believed"
NOT_FITTED = "the part of the record that calibration fits on does not tell it"

if TYPE_CHECKING:
    import polars as pl

    from trimtab.demand.series import F64, Demand, Mask
    from trimtab.fleet.fitted import FittedTerm
    from trimtab.fleet.model import Service


def recorded(service: Service, metrics: pl.DataFrame) -> Demand:
    """Return the demand on a usable service with these rows of a snapshot, from first report to last.

    What is the tasks' own CPU is as calibration kept it, else as the whole record tells it.
    """
    demand = history_of(demand_of(service, metrics))
    return replace(demand, own=_kept(service) or own_of(service, demand))


def own_of(service: Service, demand: Demand) -> OwnCpu:
    """Return what of a demand on the service is its tasks' own, as far as it tells and is believed."""
    return _believed(service, own_cpu(demand))


def _kept(service: Service) -> OwnCpu | None:
    """Return what calibration found, where its part of the record told it."""
    found = service.fitted.own if service.fitted is not None else None
    if found is None:
        return None
    if not found.used:
        return OwnCpu(idle=Term(why=NOT_HELD), boot=Term(why=NOT_HELD))
    return _believed(service, OwnCpu(idle=_term(found.idle), boot=_term(found.boot)))


def _term(found: FittedTerm | None) -> Term:
    return Term(why=NOT_FITTED) if found is None else Term(value=found.value, most=found.most)


def _believed(service: Service, own: OwnCpu) -> OwnCpu:
    return replace(own, idle=Term(why=TOO_MUCH)) if own.idle.value > IDLE_MOST * service.size.vcpu else own


def history_of(demand: Demand) -> Demand:
    """Return ``demand`` from its first report to its last; all of it where nothing was reported.

    A service that began on the tenth day, or ended on it, is not replayed on days made up for it.
    Idle minutes before and after belong to it where they are no longer than those in between: nights.
    """
    there = np.flatnonzero(demand.present)
    if not there.size:
        return demand
    first, end = int(there[0]), int(there[-1]) + 1
    rest = longest_run(demand.idle[first:end])
    before, after = (_run_of(mask) for mask in (demand.idle[:first][::-1], demand.idle[end:]))
    first -= before if before <= rest else 0
    end += after if after <= rest else 0
    return part_of(demand, first, end)


def part_of(demand: Demand, first: int, end: int) -> Demand:
    """Return ``demand`` from one minute to before another, counted from its start."""
    span = slice(first, end)
    return replace(
        demand,
        start=demand.start + timedelta(seconds=first * demand.step_s),
        cpu_vcpu=demand.cpu_vcpu[span],
        hottest_cpu_vcpu=demand.hottest_cpu_vcpu[span],
        memory_mib=demand.memory_mib[span],
        hottest_memory_mib=demand.hottest_memory_mib[span],
        tasks=demand.tasks[span],
        requests=demand.requests[span],
        present=demand.present[span],
        idle=demand.idle[span],
        censored=demand.censored[span],
        answers=demand.answers.part(span) if demand.answers else None,
        further=None if demand.further is None else demand.further[span],
    )


def held(demand: Demand) -> Demand:
    """Return ``demand`` with the last reported minute held through each gap, shape (T,).

    Where no task ran there was no work: only memory is held. Before the first report that first one is
    taken. The mean of a gap's two ends would be no
    truer, and would use the future. Every minute is ``present`` in what is returned; how many
    were filled is ``quality_of(demand).share_missing`` of what was given.

    Raises:
        SnapshotError: no minute was reported, so there is nothing to hold.

    """
    if not demand.present.any():
        raise SnapshotError("no minute was reported", where=demand.service)
    source = _source(demand.present)

    def hold(values: F64) -> F64:
        return values[source]

    def worked(values: F64) -> F64:
        return np.where(demand.idle, 0.0, hold(values))

    return replace(
        demand,
        cpu_vcpu=worked(demand.cpu_vcpu),
        hottest_cpu_vcpu=worked(demand.hottest_cpu_vcpu),
        memory_mib=hold(demand.memory_mib),
        hottest_memory_mib=hold(demand.hottest_memory_mib),
        tasks=worked(demand.tasks),
        requests=worked(demand.requests),
        present=np.ones_like(demand.present),
        censored=demand.censored[source] & ~demand.idle,
    )


def _run_of(mask: Mask) -> int:
    """Return how many of ``mask`` are true from its beginning on, shape (T,)."""
    return int(mask.size if mask.all() else mask.argmin())


def _source(present: Mask) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return for every minute the minute whose values it gets, int64, shape (T,)."""
    latest = np.maximum.accumulate(np.where(present, np.arange(present.size), -1))
    return np.where(latest < 0, int(present.argmax()), latest)
