"""A snapshot's metrics as CloudWatch has them: what ECS and the load balancer would have reported.

Each minute becomes a statistic set whose sample count is the number of running tasks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import polars as pl

from trimtab.rehearsal.layout import SETTLED_S
from trimtab.sandbox.past import Series

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import numpy.typing as npt

    from trimtab.rehearsal.layout import Layout
    from trimtab.snapshot.contract import Snapshot

    F64 = npt.NDArray[np.float64]
    Dimensions: TypeAlias = tuple[tuple[str, str], ...]
    Places: TypeAlias = Callable[[F64], tuple[F64, npt.NDArray[np.intp]]]


def series_of(
    snapshot: Snapshot,
    cluster: str,
    groups: Mapping[str, tuple[str, str]],
    places: Places,
    *,
    insights: bool = False,
) -> Iterator[Series]:
    """Give each service's metrics. ``places`` says when recorded minutes take place, and which each is.

    ``groups`` are the ARNs of load balancer and target group, by service. ``insights``: running
    tasks are reported by Container Insights too, a minute without any among them.
    """
    for name, table in snapshot.metrics.items():
        of_service = (("ClusterName", cluster), ("ServiceName", name))
        for kind, metric in (("cpu", "CPUUtilization"), ("memory", "MemoryUtilization")):
            rows = _complete(table, kind, insights=insights)
            average, tasks = _of(rows, f"{kind}_average_percent"), _of(rows, "running_tasks")
            most = _of(rows, f"{kind}_maximum_percent")
            yield _placed(
                "AWS/ECS", metric, of_service, places, rows, (average * tasks, tasks, average, most)
            )
        if insights:
            rows = table.drop_nulls(["running_tasks"])
            one, tasks = np.ones(rows.height), _of(rows, "running_tasks")
            where = "ECS/ContainerInsights", "RunningTaskCount"
            yield _placed(*where, of_service, places, rows, (tasks, one, tasks, tasks))
        rows = table.drop_nulls(["requests"])
        if rows.height and name in groups:
            balancer, group = (arn.rsplit(":", 1)[-1].removeprefix("loadbalancer/") for arn in groups[name])
            behind = (("LoadBalancer", balancer), ("TargetGroup", group))
            one, requests = np.ones(rows.height), _of(rows, "requests")
            where = "AWS/ApplicationELB", "RequestCount"
            yield _placed(*where, behind, places, rows, (requests, requests, one, one))
            yield from _answers(table, behind, places)


def _answers(table: pl.DataFrame, behind: Dimensions, places: Places) -> Iterator[Series]:
    """Give response times and failed answers, where they were recorded; no point where none failed."""
    rows = table.drop_nulls(["response_p50_s", "response_p95_s", "response_p99_s"])
    if rows.height:
        percentiles = {f"p{one}": _of(rows, f"response_p{one}_s") for one in (50, 95, 99)}
        count = rows["requests"].fill_null(1.0).to_numpy().astype(np.float64)
        median, most = percentiles["p50"], percentiles["p99"]
        where = "AWS/ApplicationELB", "TargetResponseTime"
        values = (median * count, count, median, most)
        yield _placed(*where, behind, places, rows, values, percentiles)
    failed = table.filter(pl.col("target_5xx") > 0)
    if failed.height:
        errors, one = _of(failed, "target_5xx"), np.ones(failed.height)
        where = "AWS/ApplicationELB", "HTTPCode_Target_5XX_Count"
        yield _placed(*where, behind, places, failed, (errors, errors, one, one))


def without_tasks(snapshot: Snapshot) -> bool:
    """Tell whether minutes without a task are recorded: only Container Insights reports those."""
    silent = pl.col("running_tasks").is_not_null() & pl.col("cpu_average_percent").is_null()
    return any(table.select(silent.any()).item() for table in snapshot.metrics.values())


def newest_tasks(table: pl.DataFrame | None, layout: Layout) -> int | None:
    """Return how many tasks ran in the newest minute; ``None`` where it is not recorded."""
    if table is None or not table.height:
        return None
    times, which = layout.places(_seconds(table))
    recent = which[(times >= layout.newest - SETTLED_S) & (times < layout.newest)]
    counts = table["running_tasks"].gather(recent.tolist()).drop_nulls()
    return int(counts[-1]) if len(counts) else None


def _complete(table: pl.DataFrame, kind: str, *, insights: bool) -> pl.DataFrame:
    """Return the minutes in which a metric can have been reported as it is recorded.

    A metric has both statistics or none, and without a sample it has none. The number of samples
    is the number of tasks, unless that is told elsewhere.
    """
    average, most = f"{kind}_average_percent", f"{kind}_maximum_percent"
    tasks = pl.col("running_tasks")
    if insights:
        one_at_least = pl.when(tasks == 0).then(1).otherwise(tasks)
        table = table.with_columns(one_at_least.alias("running_tasks"))
    table = table.with_columns(pl.coalesce(most, average).alias(most))
    return table.drop_nulls([average, "running_tasks"]).filter(tasks > 0)


def _placed(  # noqa: PLR0913, PLR0917 - a series is that much
    namespace: str,
    metric: str,
    dimensions: Dimensions,
    places: Places,
    rows: pl.DataFrame,
    values: tuple[F64, F64, F64, F64],
    percentiles: Mapping[str, F64] | None = None,
) -> Series:
    times, which = places(_seconds(rows))
    total, count, least, most = (column[which] for column in values)
    ranked = {name: column[which] for name, column in (percentiles or {}).items()}
    return Series(namespace, metric, dimensions, times, total, count, least, most, ranked)


def _seconds(rows: pl.DataFrame) -> F64:
    seconds: F64 = rows["timestamp"].dt.epoch("s").to_numpy().astype(np.float64)
    return seconds


def _of(rows: pl.DataFrame, column: str) -> F64:
    values: F64 = rows[column].to_numpy().astype(np.float64)
    return values
