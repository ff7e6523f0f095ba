"""Put a snapshot's metrics into the sandbox's CloudWatch, as ECS and the load balancer would have.

    python tests/e2e/load_metrics.py examples/fleet --cluster fin-prod-cluster

puts them into the sandbox that the environment names, by PutMetricData; ``load`` does the same
within the sandbox's own process, in a second.

Each minute becomes a statistic set whose sample count is the number of running tasks.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import numpy as np
from moto.cloudwatch.models import cloudwatch_backends

from trimtab.fleet.snapshot import read_snapshot
from trimtab.fleet.source import span_of
from trimtab.sandbox.metrics import Points, series_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy.typing as npt
    import polars as pl

    from trimtab.fleet.source import Snapshot

    F64 = npt.NDArray[np.float64]

ACCOUNT = "123456789012"
DATA_A_CALL = 1000  # PutMetricData takes no more


@dataclass(frozen=True)
class Series:
    """One metric of one service: a statistic set a minute, all arrays of one length."""

    namespace: str
    metric: str
    dimensions: tuple[tuple[str, str], ...]
    at: F64
    """Seconds since 1970."""
    total: F64
    count: F64
    least: F64
    most: F64


def load(
    snapshot: Snapshot, cluster: str, groups: Mapping[str, tuple[str, str]], end: datetime, region: str
) -> int:
    """Put the metrics straight into this process's sandbox, the last minute just before ``end``.

    ``groups`` are the ARNs of load balancer and target group, by service. Returns the points.
    """
    store = series_of(cloudwatch_backends[ACCOUNT][region])
    points = 0
    for one in series(snapshot, cluster, groups, end):
        kept = Points()
        pairs = (kept.at, one.at), (kept.total, one.total), (kept.count, one.count)
        for column, values in (*pairs, (kept.least, one.least), (kept.most, one.most)):
            column.frombytes(np.ascontiguousarray(values, dtype=np.float64).tobytes())
        store[one.namespace, one.metric, frozenset(one.dimensions)] = kept
        points += one.at.size
    return points


def put(
    client: Any, snapshot: Snapshot, cluster: str, groups: Mapping[str, tuple[str, str]], end: datetime
) -> int:
    """Put the metrics by calls of PutMetricData; for a sandbox in another process. Returns the calls."""

    def send(call: tuple[str, list[dict[str, Any]]]) -> None:
        client.put_metric_data(Namespace=call[0], MetricData=call[1])

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(send, _calls(series(snapshot, cluster, groups, end))))
    return len(done)


def groups_of(ecs: Any, elb: Any, cluster: str) -> dict[str, tuple[str, str]]:
    """Return each service's load balancer and target group, as ``load`` takes them."""
    owners = {
        group["TargetGroupArn"]: group["LoadBalancerArns"][0]
        for page in elb.get_paginator("describe_target_groups").paginate()
        for group in page["TargetGroups"]
        if group["LoadBalancerArns"]
    }
    arns = [
        arn
        for page in ecs.get_paginator("list_services").paginate(cluster=cluster)
        for arn in page["serviceArns"]
    ]
    found: dict[str, tuple[str, str]] = {}
    for first in range(0, len(arns), 10):
        for service in ecs.describe_services(cluster=cluster, services=arns[first : first + 10])["services"]:
            for balancer in service["loadBalancers"]:
                group = balancer["targetGroupArn"]
                found[service["serviceName"]] = (owners[group], group)
    return found


def series(
    snapshot: Snapshot, cluster: str, groups: Mapping[str, tuple[str, str]], end: datetime
) -> Iterator[Series]:
    """Give each service's metrics, moved in time so that they end at ``end``."""
    start, minutes = span_of(snapshot.fleet)
    shift = end - (start + timedelta(minutes=minutes))
    for name, table in snapshot.metrics.items():
        where = (("ClusterName", cluster), ("ServiceName", name))
        for kind, metric in (("cpu", "CPUUtilization"), ("memory", "MemoryUtilization")):
            rows = table.drop_nulls([f"{kind}_average_percent", "running_tasks"])
            average, tasks = _of(rows, f"{kind}_average_percent"), _of(rows, "running_tasks")
            yield Series(
                "AWS/ECS",
                metric,
                where,
                at=_at(rows, shift),
                total=average * tasks,
                count=tasks,
                least=average,
                most=_of(rows, f"{kind}_maximum_percent"),
            )
        rows = table.drop_nulls(["requests"])
        if rows.height and name in groups:
            balancer, group = (arn.rsplit(":", 1)[-1].removeprefix("loadbalancer/") for arn in groups[name])
            requests = _of(rows, "requests")
            one = np.ones_like(requests)
            behind = (("LoadBalancer", balancer), ("TargetGroup", group))
            yield Series(
                "AWS/ApplicationELB", "RequestCount", behind, _at(rows, shift), requests, requests, one, one
            )


def _calls(found: Iterator[Series]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for one in found:
        dimensions = [{"Name": name, "Value": value} for name, value in one.dimensions]
        data = [
            {
                "MetricName": one.metric,
                "Dimensions": dimensions,
                "Timestamp": datetime.fromtimestamp(at, UTC),
                "StatisticValues": {"Sum": total, "SampleCount": count, "Minimum": least, "Maximum": most},
            }
            for at, total, count, least, most in zip(
                *(column.tolist() for column in (one.at, one.total, one.count, one.least, one.most)),
                strict=True,
            )
            if count > 0
        ]
        for first in range(0, len(data), DATA_A_CALL):
            yield one.namespace, data[first : first + DATA_A_CALL]


def _at(rows: pl.DataFrame, shift: timedelta) -> F64:
    seconds: F64 = rows["timestamp"].dt.epoch("s").to_numpy().astype(np.float64) + shift.total_seconds()
    return seconds


def _of(rows: pl.DataFrame, column: str) -> F64:
    values: F64 = rows[column].to_numpy().astype(np.float64)
    return values


def main() -> None:
    """Read the flags, put the metrics."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("snapshot", type=Path)
    parser.add_argument("--cluster", required=True)
    flags = parser.parse_args()
    groups = groups_of(boto3.client("ecs"), boto3.client("elbv2"), flags.cluster)
    end = datetime.now(UTC).replace(second=0, microsecond=0)
    calls = put(boto3.client("cloudwatch"), read_snapshot(flags.snapshot), flags.cluster, groups, end)
    print(f"{calls} calls")  # noqa: T201 - a tool


if __name__ == "__main__":
    main()
