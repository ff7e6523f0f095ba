"""GetMetricData: how a series is asked for, how many fit into a call, and what its answers mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trimtab.aws.api import CallFailed, pages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from trimtab.aws.api import Api, Json

QUERIES_A_CALL: Final = 500
POINTS_A_CALL: Final = 100_800
"""Both from the API reference of GetMetricData."""
CALL: Final = "cloudwatch:GetMetricData"


def batch_size(points: int) -> int:
    """Return how many queries of so many points fill one page. A longer series is paged by AWS."""
    return max(1, min(QUERIES_A_CALL, POINTS_A_CALL // points))


def series_query(  # noqa: PLR0913, PLR0917  # one a field of the API
    name: str,
    namespace: str,
    metric: str,
    dimensions: Iterable[tuple[str, str]],
    period_s: int,
    statistic: str,
) -> Json:
    """Return one query, whose answer is called ``name``."""
    wanted = {
        "Namespace": namespace,
        "MetricName": metric,
        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions],
    }
    return {"Id": name, "MetricStat": {"Metric": wanted, "Period": period_s, "Stat": statistic}}


def results(api: Api, queries: list[Json], start: datetime, end: datetime) -> Iterator[Json]:
    """Yield the parts of the answer, the oldest points first.

    Raises:
        CallFailed: the call cannot be made.

    """
    return pages(
        api,
        "cloudwatch",
        "GetMetricData",
        "MetricDataResults",
        MetricDataQueries=queries,
        StartTime=start,
        EndTime=end,
        ScanBy="TimestampAscending",
        MaxDatapoints=POINTS_A_CALL,
    )


def not_shared() -> CallFailed:
    """Return what the status ``Forbidden`` of a query means."""
    return CallFailed(CALL, "AccessDenied", "the metrics belong to an account that does not share them")
