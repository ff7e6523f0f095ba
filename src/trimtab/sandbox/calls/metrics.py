"""CloudWatch metrics in arrays: moto keeps an object a point and looks through all of them for each minute.

A fortnight of a fleet by the minute is a million points, for which that would take days. Here a
series is four numbers a point, looked up by its name and dimensions, and an answer is cut into
pages as AWS cuts it.

Source: CloudWatch API reference, GetMetricData (500 queries, 100,800 points a page, periods
aligned to their own length, newest first by default) and PutMetricData.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np
from moto.cloudwatch.exceptions import ValidationError
from moto.cloudwatch.models import CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt
    from moto.core.responses import ActionResult

    from trimtab.sandbox.patching import Patches

    F64: TypeAlias = npt.NDArray[np.float64]

Key: TypeAlias = tuple[str, str, frozenset[tuple[str, str]]]
"""Namespace, metric, dimensions."""

PERCENTILE = re.compile(r"p\d{1,2}(\.\d{1,10})?|p100")
MOST_QUERIES = 500
POINTS_A_PAGE = 100_800


@dataclass(slots=True)
class Points:
    """One series, in the order it was put: seconds since 1970, and a statistic set each."""

    at: array[float] = field(default_factory=lambda: array("d"))
    total: array[float] = field(default_factory=lambda: array("d"))
    count: array[float] = field(default_factory=lambda: array("d"))
    least: array[float] = field(default_factory=lambda: array("d"))
    most: array[float] = field(default_factory=lambda: array("d"))
    percentiles: dict[str, F64] = field(default_factory=dict)
    """By statistic, a value a point, of a series that was recorded with them."""

    def put(self, at: float, total: float, count: float, least: float, most: float) -> None:
        """Add one point."""
        self.at.append(at)
        self.total.append(total)
        self.count.append(count)
        self.least.append(least)
        self.most.append(most)

    def statistic(self, name: str, start: float, end: float, period: int) -> tuple[F64, F64]:
        """Return the times and values of a statistic in [start, end), oldest first."""
        at = np.frombuffer(self.at, dtype=np.float64)
        order = np.argsort(at, kind="stable")
        order = order[(at[order] >= start) & (at[order] < end)]
        buckets = at[order] // period
        first = np.flatnonzero(np.diff(buckets, prepend=buckets[:1] - 1))

        def folded(values: array[float], fold: np.ufunc) -> F64:
            return cast("F64", fold.reduceat(np.frombuffer(values, dtype=np.float64)[order], first))

        times = buckets[first] * period
        if PERCENTILE.fullmatch(name):
            return self._percentile(name, times, order, first)
        match name:
            case "Sum":
                return times, folded(self.total, np.add)
            case "SampleCount":
                return times, folded(self.count, np.add)
            case "Minimum":
                return times, folded(self.least, np.minimum)
            case "Maximum":
                return times, folded(self.most, np.maximum)
            case "Average":
                return times, folded(self.total, np.add) / folded(self.count, np.add)
            case _:
                raise ValidationError(f"the sandbox has no statistic {name}")

    def _percentile(
        self, name: str, times: F64, order: npt.NDArray[np.intp], first: npt.NDArray[np.intp]
    ) -> tuple[F64, F64]:
        """Return what was recorded, of periods with one point: as CloudWatch, of more it cannot be told.

        CloudWatch needs the single values for a percentile, and has none of what is put as statistic sets.
        """
        values = self.percentiles.get(name)
        if values is None or values.size != len(self.at):
            return np.empty(0), np.empty(0)
        alone = np.diff(first, append=order.size) == 1
        found = values[order[first[alone]]]
        there = ~np.isnan(found)
        return times[alone][there], found[there]


def install(patches: Patches) -> None:
    """Keep metrics in arrays and answer them in pages."""
    patches.wrap(CloudWatchBackend, "put_metric_data", _put)
    patches.wrap(CloudWatchBackend, "get_metric_data", _get)
    patches.wrap(CloudWatchResponse, "get_metric_data", _pages)


def series_of(backend: CloudWatchBackend) -> dict[Key, Points]:
    """Return all series of a region, to read or to add to."""
    series: dict[Key, Points] = vars(backend).setdefault("sandbox_series", {})
    return series


def key_of(metric: dict[str, Any]) -> Key:
    """Return the series that a ``Metric`` or ``MetricDatum`` belongs to, given its ``Namespace``."""
    dimensions = frozenset((one["Name"], one["Value"]) for one in metric.get("Dimensions") or ())
    return metric["Namespace"], metric["MetricName"], dimensions


def _put(
    original: Callable[..., None], self: CloudWatchBackend, namespace: str, metric_data: list[dict[str, Any]]
) -> None:
    for number, datum in enumerate(metric_data, start=1):
        self._validate_parameters_put_metric_data(datum, number)
    series = series_of(self)
    for datum in metric_data:
        key = key_of({**datum, "Namespace": namespace})
        if key not in series:
            series[key] = Points()
            original(self, namespace, [datum])  # one point for moto, which lists the metrics there are
        _add(series[key], datum)


def _add(points: Points, datum: dict[str, Any]) -> None:
    at = _seconds(datum.get("Timestamp"))
    if sets := datum.get("StatisticValues"):
        names = ("Sum", "SampleCount", "Minimum", "Maximum")
        total, count, least, most = (float(sets[name]) for name in names)
        points.put(at, total, count, least, most)
        return
    values = [float(value) for value in datum.get("Values") or [datum.get("Value", 0)]]
    counts = [float(count) for count in datum.get("Counts") or [1] * len(values)]
    for value, count in zip(values, counts, strict=True):
        points.put(at, value * count, count, value, value)


def _get(  # noqa: PLR0913, PLR0917 - moto's own parameters
    original: Callable[..., list[dict[str, Any]]],
    self: CloudWatchBackend,
    queries: list[dict[str, Any]],
    start_time: datetime,
    end_time: datetime,
    scan_by: str = "TimestampAscending",
) -> list[dict[str, Any]]:
    """Answer metrics from the arrays; moto's own metrics and its expressions as it did."""
    series = series_of(self)
    if any("MetricStat" not in query for query in queries):
        return original(self, queries, start_time, end_time, scan_by)
    start, end = _seconds(start_time), _seconds(end_time)
    if start >= end:
        raise ValidationError("The parameter EndTime must be greater than StartTime.")
    results: list[dict[str, Any]] = []
    for query in queries:
        stat = query["MetricStat"]
        points = series.get(key_of(stat["Metric"]), Points())
        times, values = points.statistic(stat["Stat"], start, end, int(stat["Period"]))
        if scan_by == "TimestampDescending":
            times, values = times[::-1], values[::-1]
        results.append(
            {
                "id": query["Id"],
                "label": query.get("Label") or stat["Metric"]["MetricName"],
                "timestamps": [datetime.fromtimestamp(time, UTC) for time in times.tolist()],
                "values": values.tolist(),
                "status_code": "Complete",
            }
        )
    return results


def _pages(original: Callable[..., ActionResult], self: CloudWatchResponse) -> ActionResult:
    """Refuse too many queries, and cut the answer into pages."""
    given: dict[str, Any] = self._get_params()
    if len(given.get("MetricDataQueries") or ()) > MOST_QUERIES:
        raise ValidationError(
            f"The collection MetricDataQueries must not have a size greater than {MOST_QUERIES}."
        )
    size = int(given.get("MaxDatapoints") or POINTS_A_PAGE)
    if not 1 <= size <= POINTS_A_PAGE:
        raise ValidationError(f"MaxDatapoints must be between 1 and {POINTS_A_PAGE}.")
    skip = int(given.get("NextToken") or 0)
    result = original(self)
    answer = cast("dict[str, Any]", result.result)
    whole = answer["MetricDataResults"]
    answer["MetricDataResults"] = _page(whole, skip, size)
    if sum(len(one["values"]) for one in whole) > skip + size:
        answer["NextToken"] = str(skip + size)
    return result


def _page(results: list[dict[str, Any]], skip: int, size: int) -> list[dict[str, Any]]:
    """Return the points from ``skip`` on, ``size`` of them; a series without points is on the first page."""
    page: list[dict[str, Any]] = []
    place = 0
    for series in results:
        length = len(series["values"])
        first, last = max(0, skip - place), min(length, skip + size - place)
        place += length
        if first < last or (not length and not skip):
            state = "Complete" if last == length else "PartialData"
            page.append(
                {
                    **series,
                    "timestamps": series["timestamps"][first:last],
                    "values": series["values"][first:last],
                    "status_code": state,
                }
            )
    return page


def _seconds(stamp: datetime | None) -> float:
    """Return seconds since 1970; moto takes a time without zone for UTC."""
    if stamp is None:
        return datetime.now(UTC).timestamp()
    return (stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)).timestamp()
