"""Demand freed from the size and the count of the day: percent becomes vCPU and MiB."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trimtab.demand.answers import answers_of
from trimtab.demand.idle import idle_minutes
from trimtab.demand.series import Demand
from trimtab.snapshot.contract import STEP_S, UTILISATION_COLUMNS, complete

if TYPE_CHECKING:
    from datetime import datetime

    from trimtab.demand.series import F64, Mask
    from trimtab.fleet.model import Service

CEILING_MAXIMUM_PERCENT = 99.5
"""From here on the hottest task has all the CPU it may have. What it wanted more is nowhere in
the sum, so the whole minute is a lower bound, however low the average over all tasks reads:
ten tasks with three at the ceiling may average 70 %. AWS's Maximum is the largest 20-second value of
any one task, so the burst of a task that boots shows 100 % as well: near a start it tells nothing."""

FREED = (*UTILISATION_COLUMNS, "requests", "running_tasks")
"""Columns that demand is made of; how fast it was answered is kept as it is."""

BOOT_S = 180
"""For so long after a start a task is taken to boot [s]: an assumption, most images need a minute or two."""

CEILING_AVERAGE_PERCENT = 97.0
"""From here on the tasks are throttled together, though accounting over a minute never quite
shows 100: the second sign, for readings whose maximum stays just below the first."""


def demand_of(service: Service, metrics: pl.DataFrame, step_s: int = STEP_S) -> Demand:
    """Divide the service's size and task count out of its ``metrics``.

    ``metrics`` is one service's table of a ``Snapshot``: one row a step, T rows, no gaps
    between rows (what was not reported is null). Raises nothing: a ``Snapshot`` is checked.
    """
    marked = metrics.with_columns(complete().alias("present"))
    present: Mask = marked["present"].to_numpy().astype(np.bool_)
    column = {name: _zero_where_absent(marked[name], present) for name in FREED}
    cpu, tasks = column["cpu_average_percent"], column["running_tasks"]
    # Rounding may leave an average a hair above its maximum; the hottest task is no cooler than the mean.
    cpu_hottest = np.maximum(cpu, column["cpu_maximum_percent"])
    memory = column["memory_average_percent"]
    memory_hottest = np.maximum(memory, column["memory_maximum_percent"])
    size = service.size
    start: datetime = metrics["timestamp"][0]
    return Demand(
        service=service.name,
        start=start,
        step_s=step_s,
        cpu_vcpu=cpu / 100 * size.vcpu * tasks,
        hottest_cpu_vcpu=cpu_hottest / 100 * size.vcpu,
        memory_mib=memory / 100 * size.memory_mib,
        hottest_memory_mib=memory_hottest / 100 * size.memory_mib,
        tasks=tasks,
        requests=column["requests"],
        present=present,
        answers=answers_of(metrics),
        further=_further(service, metrics),
        idle=idle_minutes(service, metrics, start) & ~present,
        censored=(cpu >= CEILING_AVERAGE_PERCENT)
        | ((cpu_hottest >= CEILING_MAXIMUM_PERCENT) & ~_near_start(metrics["running_tasks"], step_s)),
    )


def _further(service: Service, metrics: pl.DataFrame) -> F64 | None:
    """Return the user's own metric, NaN where it has no point, shape (T,)."""
    if service.further is None or "further" not in metrics.columns:
        return None
    return metrics["further"].cast(pl.Float64).fill_null(np.nan).to_numpy()


def _near_start(running: pl.Series, step_s: int) -> Mask:
    """Return the steps in which, or shortly before which, the count of running tasks rose, shape (T,).

    Over a gap the last count that was reported is held: that reports come again is no start.
    """
    tasks = running.cast(pl.Float64).fill_null(strategy="forward").fill_null(strategy="backward").to_numpy()
    rose: Mask = np.diff(tasks, prepend=tasks[:1]) > 0
    near = rose.copy()
    for steps in range(1, -(-BOOT_S // step_s) + 1):
        near[steps:] |= rose[:-steps]
    return near


def _zero_where_absent(series: pl.Series, present: Mask) -> F64:
    """Return the column as float64, shape (T,), with 0 where the minute did not report."""
    values: F64 = series.cast(pl.Float64).fill_null(0.0).to_numpy()
    return np.where(present, values, 0.0)
