"""Small fleets and demands for the tests: seeded, and shaped by the numbers a test names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from trimtab.demand.series import Demand
from trimtab.fleet.model import (
    Fleet,
    ResponseTimes,
    Scaling,
    Service,
    StartSample,
    TargetHealthCheck,
    TaskSize,
    Traffic,
)
from trimtab.ladders.search import Effort
from trimtab.snapshot.folder import snapshot_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from trimtab.demand.series import F64
    from trimtab.snapshot.contract import Snapshot

START = datetime(2026, 11, 2, tzinfo=UTC)
DAY = 1440
LITTLE = Effort(drawn=30, rounds=1, varied=30)
"""A search of milliseconds. No test may ask it for the best there is."""


def size(cpu_units: int, memory_mib: int) -> TaskSize:
    return TaskSize(cpu_units=cpu_units, memory_mib=memory_mib)


def traffic(**changes: object) -> Traffic:
    values: dict[str, Any] = {
        "exposure": "public",
        "priority": 100,
        "paths": ("/api/*",),
        "deregistration_delay_s": 300,
        "grace_period_s": 0,
        "health_check": TargetHealthCheck(
            path="/health", interval_s=5, timeout_s=4, healthy_threshold=2, unhealthy_threshold=2
        ),
    }
    return Traffic(**(values | changes))


def starts(seconds: float, count: int = 20) -> tuple[StartSample, ...]:
    """``count`` starts of which boot and ready together take ``seconds``."""
    return (StartSample(placement_s=10, pull_s=12, boot_s=1, ready_s=seconds - 1),) * count


def times(max_s: float, requests: int = 1_000_000, *, p99_s: float = 0.2) -> ResponseTimes:
    """Requests of which the longest took ``max_s``."""
    return ResponseTimes(requests=requests, p50_s=min(0.05, p99_s), p99_s=p99_s, p999_s=max_s, max_s=max_s)


def service(name: str = "api", **changes: object) -> Service:
    values: dict[str, Any] = {
        "name": name,
        "image": f"111122223333.dkr.ecr.us-east-1.amazonaws.com/{name}:1.0",
        "size": size(1024, 2048),
        "port": 8080,
        "cost_center": "retail",
        "scaling": Scaling(min_tasks=4, max_tasks=12),
        "traffic": traffic(),
        "egress": (),
        "start_samples": starts(20),
    }
    return Service(**(values | changes))


def demand(  # noqa: PLR0913  # a series each
    cpu: npt.ArrayLike,
    memory: npt.ArrayLike = 200.0,
    tasks: npt.ArrayLike = 4,
    *,
    hottest: npt.ArrayLike = 1.1,
    hottest_memory: npt.ArrayLike = 1.05,
    present: npt.ArrayLike = True,
    censored: npt.ArrayLike = False,
    step_s: int = 60,
) -> Demand:
    """A demand of the length of ``cpu`` [vCPU]; ``hottest`` times the average is the busiest task."""
    vcpu = np.asarray(cpu, dtype=np.float64)

    def fill(value: npt.ArrayLike) -> F64:
        return np.broadcast_to(np.asarray(value, dtype=np.float64), vcpu.shape).copy()

    there = fill(present) > 0
    count, mib = fill(tasks), fill(memory)
    return Demand(
        service="made",
        start=START,
        step_s=step_s,
        cpu_vcpu=np.where(there, vcpu, 0),
        hottest_cpu_vcpu=np.where(there, vcpu / count * hottest, 0),
        memory_mib=np.where(there, mib, 0),
        hottest_memory_mib=np.where(there, mib * hottest_memory, 0),
        tasks=np.where(there, count, 0),
        requests=np.zeros_like(vcpu),
        present=there,
        idle=np.zeros_like(there),
        censored=(fill(censored) > 0) & there,
    )


def metrics(
    one: Service, cpu_percent: float = 20.0, memory_percent: float = 14.0, days: int = 2
) -> pl.DataFrame:
    """A service's rows: a daily wave around ``cpu_percent``, seeded noise, four tasks."""
    minutes = days * DAY
    rng = np.random.default_rng(7)
    wave = 1 + 0.5 * np.sin(np.arange(minutes) / DAY * 2 * np.pi) + rng.normal(0, 0.02, minutes)
    cpu, memory = cpu_percent * wave, memory_percent * (1 + rng.normal(0, 0.01, minutes))
    return pl.DataFrame(
        {
            "service": [one.name] * minutes,
            "timestamp": [START + timedelta(minutes=i) for i in range(minutes)],
            "cpu_average_percent": cpu,
            "cpu_maximum_percent": np.minimum(100, cpu * 1.1),
            "memory_average_percent": memory,
            "memory_maximum_percent": memory * 1.03,
            "requests": cpu * 10,
            "running_tasks": np.full(minutes, 4),
        },
        schema_overrides={"timestamp": pl.Datetime("ms", "UTC"), "running_tasks": pl.Int64},
    )


def fleet(*services: Service, days: float = 2, region: str = "us-east-1") -> Fleet:
    return Fleet(
        schema_version=1,
        cluster="made-cluster",
        region=region,
        environment="production",
        start="2026-11-02T00:00:00Z",
        days=days,
        services=services,
    )


def snapshot(*services: Service, silent: tuple[str, ...] = (), region: str = "us-east-1") -> Snapshot:
    """A snapshot of two days in which those named in ``silent`` never reported."""
    tables = [metrics(one) for one in services if one.name not in silent]
    table = pl.concat(tables).sort("service", "timestamp")
    return snapshot_of(fleet(*services, region=region), table)
