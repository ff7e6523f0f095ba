"""Metrics by the minute, in as few calls as AWS allows, a few services in memory at a time.

GetMetricData takes 500 queries and gives 100,800 points a page. A query is asked for the whole
span at once (AWS bills by the metric asked for, not by the point), so fourteen days are five
queries a call.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np
import polars as pl

from trimtab.aws.api import CallFailed, batches
from trimtab.snapshot.contract import COLUMNS, METRIC_COLUMNS, STEP_S
from trimtab.snapshot.live.metric_data import CALL, batch_size, not_shared, results, series_query
from trimtab.snapshot.window import Query, Window

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy.typing as npt

    from trimtab.aws.api import Api, Json
    from trimtab.fleet.model import FurtherMetric

    Series: TypeAlias = dict["Query", npt.NDArray[np.float32]]
    """Values by query, shape (minutes,)."""

TRIES: Final = 3
"""Of a query that CloudWatch itself failed at (StatusCode InternalError)."""

SAMPLE_COUNT: Final = "running_tasks_by_samples"
"""Tasks by the number of samples: a stand-in where Container Insights was off."""


def queries_of(
    cluster: str,
    service: Json,
    balancers: Mapping[str, str],
    *,
    insights: bool,
    further: FurtherMetric | None = None,
) -> tuple[Query, ...]:
    """Return what is asked about a service. ``balancers`` is the load balancer's ARN by target group's."""
    name = service["serviceName"]
    of_service = (("ClusterName", cluster), ("ServiceName", name))

    def of(column: str, namespace: str, metric: str, statistic: str, *dimensions: tuple[str, str]) -> Query:
        return Query(
            service=name,
            column=column,
            namespace=namespace,
            metric=metric,
            statistic=statistic,
            dimensions=dimensions or of_service,
        )

    groups = (one.get("targetGroupArn") for one in service.get("loadBalancers") or ())
    targets = [
        (("LoadBalancer", _suffix(balancers[group])), ("TargetGroup", _suffix(group)))
        for group in groups
        if group in balancers
    ]
    queries = [of(SAMPLE_COUNT, "AWS/ECS", "CPUUtilization", "SampleCount")]
    for column in COLUMNS:
        series = (column.name, column.namespace, column.metric, column.statistic)
        if column.of == "named":
            queries += () if further is None else (_named(name, column.name, further),)
        elif column.of == "targets":
            queries += (of(*series, *where) for where in targets)
        elif column.of == "service" or insights:
            queries.append(of(*series))
    return tuple(queries)


def _named(service: str, column: str, further: FurtherMetric) -> Query:
    return Query(
        service=service,
        column=column,
        namespace=further.namespace,
        metric=further.name,
        statistic=further.statistic,
        dimensions=tuple(sorted(further.dimensions.items())),
    )


def calls_needed(queries: int, window: Window) -> int:
    """Return how many pages of GetMetricData so many queries are."""
    return -(-queries // batch_size(window.minutes))


def read_metrics(
    api: Api,
    window: Window,
    wanted: Sequence[tuple[Query, ...]],
    keep: Callable[[str, pl.DataFrame], None],
    refuse: Callable[[str, CallFailed], None],
) -> None:
    """Read each service's series and hand its table to ``keep`` as soon as it is whole.

    At any time only the services of one call are held: at most ``POINTS_A_CALL`` points, and one
    service begun. A service whose series cannot be read is handed to ``refuse``.
    """
    left = {queries[0].service: len(queries) for queries in wanted}
    held: defaultdict[str, Series] = defaultdict(dict)
    refused: set[str] = set()
    for batch in batches([query for queries in wanted for query in queries], batch_size(window.minutes)):
        try:
            answered = _read(api, window, batch)
        except CallFailed as failed:
            answered = {}
            for service in dict.fromkeys(query.service for query in batch):
                if service not in refused:
                    refuse(service, failed)
                    refused.add(service)
        for query in batch:
            if query in answered:
                held[query.service][query] = answered[query]
            left[query.service] -= 1
            if not left[query.service]:
                series = held.pop(query.service, {})
                if query.service not in refused:
                    keep(query.service, table_of(series, window))


def _read(api: Api, window: Window, batch: Sequence[Query]) -> Series:
    """Return each query's values, float32, shape (window.minutes,), NaN where nothing was reported."""
    series = {query: np.full(window.minutes, np.nan, dtype=np.float32) for query in batch}
    left = {f"q{number}": query for number, query in enumerate(batch)}
    for _ in range(TRIES):
        left = _fill(api, window, left, series)
        if not left:
            return series
    raise CallFailed(CALL, "InternalError", f"CloudWatch failed at {len(left)} of {len(batch)} queries")


def _fill(api: Api, window: Window, names: Mapping[str, Query], series: Series) -> dict[str, Query]:
    """Ask once, all pages, put the values into ``series``, and return what CloudWatch failed at."""
    queries = [_as_asked(name, query) for name, query in names.items()]
    states: dict[str, str] = {}
    for result in results(api, queries, window.start, window.end):
        states[result["Id"]] = result.get("StatusCode", "Complete")
        values = series[names[result["Id"]]]
        at = np.array([stamp.timestamp() for stamp in result["Timestamps"]], dtype=np.float64)
        minutes = ((at - window.start.timestamp()) // STEP_S).astype(np.int64)
        inside = (minutes >= 0) & (minutes < window.minutes)
        values[minutes[inside]] = np.asarray(result["Values"], dtype=np.float32)[inside]
    if "Forbidden" in states.values():
        raise not_shared()
    return {name: query for name, query in names.items() if states.get(name) == "InternalError"}


def _as_asked(name: str, query: Query) -> Json:
    return series_query(name, query.namespace, query.metric, query.dimensions, STEP_S, query.statistic)


def table_of(series: Series, window: Window) -> pl.DataFrame:
    """Return a service's rows: ``timestamp`` and ``METRIC_COLUMNS``, only minutes with any value."""
    columns = {column.name: _column(column.name, series, window, column.together) for column in COLUMNS}
    answered = ~np.isnan(columns["requests"]) & ~np.isnan(columns["response_p95_s"])
    for name in (column.name for column in COLUMNS if column.absent_is_zero):
        columns[name] = np.where(np.isnan(columns[name]) & answered, np.float32(0), columns[name])
    samples = _column(SAMPLE_COUNT, series, window)
    tasks = columns["running_tasks"]
    columns["running_tasks"] = np.where(np.isnan(tasks), samples, tasks)
    start = pl.lit(window.start).dt.cast_time_unit("ms")
    return (
        pl.DataFrame({name: pl.Series(values, dtype=pl.Float32) for name, values in columns.items()})
        .fill_nan(None)
        .with_columns(pl.col("running_tasks").round().cast(pl.Int16))
        .select(
            (start + pl.int_range(pl.len()) * pl.duration(seconds=STEP_S, time_unit="ms")).alias("timestamp"),
            pl.all(),
        )
        .filter(pl.any_horizontal(pl.col(METRIC_COLUMNS).is_not_null()))
    )


def _column(
    name: str, series: Series, window: Window, together: Literal["sum", "most"] = "sum"
) -> npt.NDArray[np.float32]:
    """Return one column; what several target groups reported is made one as its ``together`` says."""
    reports = [values for query, values in series.items() if query.column == name]
    if not reports:
        return np.full(window.minutes, np.nan, dtype=np.float32)
    if len(reports) == 1:
        return reports[0]
    stacked = np.stack(reports)
    silent = np.isnan(stacked).all(axis=0)
    together_by_minute = (
        np.nansum(stacked, axis=0) if together == "sum" else np.nan_to_num(stacked).max(axis=0)
    )
    return np.where(silent, np.nan, together_by_minute).astype(np.float32)


def _suffix(arn: str) -> str:
    """Return what CloudWatch calls a load balancer or target group: ``app/name/id``."""
    last = arn.rsplit(":", maxsplit=1)[-1]
    return last.removeprefix("loadbalancer/")
