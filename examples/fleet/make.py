"""Make the example snapshot from recorded series: ``python examples/fleet/make.py --traces DIR``.

The same series give the same bytes. README.md says where the series come from and what was
done to them; SOURCES.json holds the checksum of each, and a file that differs is refused.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from recipe import DAYS, FLEET, PORTS, REGISTRY, SITE, START, VPC, Days, Entry, Work

from trimtab.fleet.model import (
    SCHEMA_VERSION,
    Egress,
    Fleet,
    Scaling,
    Service,
    StartSample,
    Step,
    StepPolicy,
    TargetHealthCheck,
    TaskSize,
    Traffic,
)
from trimtab.snapshot.folder import snapshot_of, write_snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    F64 = npt.NDArray[np.float64]

HERE = Path(__file__).parent
SEED = 20261102
MINUTES = DAYS * 1440
DAY_S = 86_400
OUT_PERCENT, IN_PERCENT = 40, 30  # the alarms of examples/before
LAUNCH_MINUTES = 2
CPU_IMBALANCE = (1.05, 1.35)  # hottest over average task, drawn anew each minute
MEMORY_IMBALANCE = (1.00, 1.04)
START_SAMPLES = 30
PLACEMENT_MEDIAN_S = 10.3  # createdAt to pullStartedAt of the sample event in the ECS developer guide
JITTER = 0.18  # sigma of the lognormal around each stated median
DIGITS = 3  # significant digits kept: more is noise, and bytes


@dataclass(frozen=True)
class Traces:
    """A folder of recorded series, each file checked before it is believed."""

    folder: Path
    sha256: Mapping[str, str]

    def read(self, series: str) -> tuple[npt.NDArray[np.int64], F64]:
        """Return time [s] and value of a series."""
        path = self.folder / f"{series}.csv.gz"
        try:
            content = path.read_bytes()
        except OSError as error:
            sys.exit(f"error: {path}: {error.strerror}; README.md says where the series come from")
        if hashlib.sha256(content).hexdigest() != self.sha256[series]:
            sys.exit(f"error: {path.name} is not the file SOURCES.json names: its SHA-256 differs")
        table = pl.read_csv(content)
        return table["timestamp_s"].to_numpy(), table["value"].cast(pl.Float64).to_numpy()

    def minutes(self, pick: Days) -> F64:
        """Return the picked days of a series, one value a minute, held over coarser steps and gaps."""
        time, value = self.read(pick.series)
        first = time[0] // DAY_S
        wanted = np.concatenate([(first + day) * DAY_S + np.arange(1440) * 60 for day in pick.days])
        at = np.searchsorted(time, wanted, side="right") - 1
        held: F64 = value[np.clip(at, 0, None)]
        return held


def significant(values: F64) -> F64:
    """Return the values rounded to ``DIGITS`` significant digits."""
    with np.errstate(divide="ignore"):
        exponent = np.where(values > 0, np.floor(np.log10(values)), 0)
    scale = 10.0 ** (DIGITS - 1 - exponent)
    rounded: F64 = np.round(values * scale) / scale
    return rounded


def demand(traces: Traces, work: Work) -> F64:
    """Return the demand of all tasks together [vCPU], shape (MINUTES,)."""
    series = traces.minutes(work.cpu)
    return work.idle_vcpu + series * (work.vcpu_p999 - work.idle_vcpu) / float(np.quantile(series, 0.999))


def task_memory(traces: Traces, work: Work) -> F64:
    """Return the memory of the average task [MiB], shape (MINUTES,)."""
    series = traces.minutes(work.memory)
    shape = (series - series.min()) / (series.max() - series.min())
    if work.restart_days:
        window = work.restart_days * 1440
        for first in range(0, MINUTES, window):
            shape[first : first + window] = np.maximum.accumulate(shape[first : first + window])
    memory: F64 = work.base_mib + work.span_mib * shape
    return memory


def running_tasks(entry: Entry, wanted: F64, memory: F64) -> npt.NDArray[np.int64]:
    """Return the tasks that the policies of examples/before would have run, shape (MINUTES,).

    Each minute the alarms see the minute before. CPU above 40 %: two more, which run two minutes
    later. Otherwise CPU below 30 %, or memory below 30 % where that alarm exists: one fewer, at
    once (it drains, but reports no longer). Cooldowns of 60 s and 30 s never outlast a minute.
    """
    running = np.empty(MINUTES, dtype=np.int64)
    vcpu = entry.cpu_units / 1024
    memory_low = entry.memory_scale_in & (memory / entry.memory_mib * 100 < IN_PERCENT)
    desired = count = entry.min_tasks
    launched = [desired] * LAUNCH_MINUTES
    for minute in range(MINUTES):
        if minute:
            cpu = wanted[minute - 1] / (count * vcpu) * 100
            if cpu > OUT_PERCENT:
                desired = min(entry.max_tasks, desired + 2)
            elif cpu < IN_PERCENT or memory_low[minute - 1]:
                desired = max(entry.min_tasks, desired - 1)
        launched.append(desired)
        count = min(desired, max(count, launched[-1 - LAUNCH_MINUTES]))
        running[minute] = count
    return running


def metrics_of(entry: Entry, traces: Traces, rng: np.random.Generator) -> pl.DataFrame:
    """Return the service's rows of ``metrics.parquet``."""
    work = entry.work
    wanted, memory = demand(traces, work), task_memory(traces, work)
    tasks = running_tasks(entry, wanted, memory)
    cpu = np.minimum(100.0, wanted / (tasks * entry.cpu_units / 1024) * 100)
    cpu_hottest = np.minimum(100.0, cpu * rng.uniform(*CPU_IMBALANCE, MINUTES))
    memory_percent = memory / entry.memory_mib * 100
    memory_hottest = np.minimum(100.0, memory_percent * rng.uniform(*MEMORY_IMBALANCE, MINUTES))
    per_request = work.vcpu_s_per_request
    requests = np.round(wanted * 60 / per_request) if per_request else np.full(MINUTES, np.nan)
    reported = np.ones(MINUTES, dtype=np.bool_)
    for first, length in work.gaps:
        reported[first : first + length] = False
    columns = {
        "cpu_average_percent": significant(cpu),
        "cpu_maximum_percent": significant(cpu_hottest),
        "memory_average_percent": significant(memory_percent),
        "memory_maximum_percent": significant(memory_hottest),
        "requests": significant(requests) if per_request else requests,
    }
    frame = pl.DataFrame(
        {name: pl.Series(values, dtype=pl.Float32).fill_nan(None) for name, values in columns.items()}
    ).with_columns(pl.Series("running_tasks", tasks, dtype=pl.Int16))
    unreported = pl.when(pl.Series(reported)).then(pl.all())
    start = pl.lit(START).str.to_datetime(time_unit="ms", time_zone="UTC")
    return frame.select(unreported).select(
        pl.lit(entry.name).alias("service"),
        (start + pl.int_range(pl.len()) * pl.duration(minutes=1, time_unit="ms")).alias("timestamp"),
        pl.all(),
    )


def start_samples(work: Work, pulls: F64, rng: np.random.Generator) -> tuple[StartSample, ...]:
    """Draw ``START_SAMPLES`` starts: recorded pull times scaled, the rest around stated medians."""

    def around(median_s: float) -> list[float]:
        return [round(float(x), 1) for x in median_s * rng.lognormal(0.0, JITTER, START_SAMPLES)]

    pull = [round(float(x) * work.pull_factor, 1) for x in rng.choice(pulls, START_SAMPLES)]
    drawn = zip(around(PLACEMENT_MEDIAN_S), pull, around(work.boot_s), around(work.ready_s), strict=True)
    return tuple(StartSample(placement_s=p, pull_s=q, boot_s=b, ready_s=r) for p, q, b, r in drawn)


def policies(entry: Entry) -> tuple[StepPolicy, ...]:
    """Return the step policies of examples/before."""
    kinds = ["cpu-out", "cpu-in"] + ["memory-in"] * entry.memory_scale_in
    return tuple(
        StepPolicy(
            name=f"{entry.name}-{kind}",
            metric="memory" if kind == "memory-in" else "cpu",
            comparison="greater" if kind == "cpu-out" else "less",
            threshold=OUT_PERCENT if kind == "cpu-out" else IN_PERCENT,
            evaluation_periods=1,
            datapoints_to_alarm=1,
            adjustment_type="ChangeInCapacity",
            cooldown_s=60 if kind == "cpu-out" else 30,
            steps=(Step(lower=0.0, adjustment=2) if kind == "cpu-out" else Step(upper=0.0, adjustment=-1),),
        )
        for kind in kinds
    )


def traffic(entry: Entry) -> Traffic | None:
    """Return how the load balancer reaches the service; the health check is the same for all."""
    if entry.exposure is None:
        return None
    return Traffic(
        exposure="public" if entry.exposure == "public" else "internal",
        priority=entry.priority,
        paths=(entry.path,),
        deregistration_delay_s=300,
        grace_period_s=0,
        health_check=TargetHealthCheck(
            path="/health", interval_s=5, timeout_s=4, healthy_threshold=2, unhealthy_threshold=2
        ),
    )


def service(entry: Entry, samples: tuple[StartSample, ...]) -> Service:
    """Return the service as examples/before deploys it."""
    return Service(
        name=entry.name,
        image=f"{REGISTRY}/{entry.name}:{entry.tag}",
        size=TaskSize(cpu_units=entry.cpu_units, memory_mib=entry.memory_mib),
        port=8080,
        cost_center=entry.cost_center,
        scaling=Scaling(min_tasks=entry.min_tasks, max_tasks=entry.max_tasks, policies=policies(entry)),
        traffic=traffic(entry),
        environment={"LOG_LEVEL": "DEBUG", "PORT": "8080", **entry.environment},
        secrets=entry.secrets,
        callers=entry.callers,
        egress=tuple(
            Egress(name=name, port=port, cidr=VPC)
            for variable, (name, port) in PORTS.items()
            if variable in entry.environment
        ),
        start_samples=samples,
    )


def make(traces: Traces, out: Path) -> None:
    """Write the snapshot folder. Each service draws from its own stream, seeded by its name."""
    _, pulls = traces.read("start_pull_mongo")
    streams = {entry.name: np.random.default_rng([SEED, zlib.crc32(entry.name.encode())]) for entry in FLEET}
    services = tuple(service(entry, start_samples(entry.work, pulls, streams[entry.name])) for entry in FLEET)
    fleet = Fleet(
        schema_version=SCHEMA_VERSION,
        cluster="fin-prod-cluster",
        region="us-east-1",
        environment="production",
        start=START,
        days=DAYS,
        provenance="made by examples/fleet/make.py from the recorded series in SOURCES.json; no real company",
        balancer_hosts=(SITE.removeprefix("http://"),),
        services=services,
    )
    rows = [metrics_of(entry, traces, streams[entry.name]) for entry in sorted(FLEET, key=lambda e: e.name)]
    write_snapshot(snapshot_of(fleet, pl.concat(rows)), out)


def main() -> None:
    """Read the flags, make the snapshot."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--traces", type=Path, required=True, help="folder of the recorded series, NAME.csv.gz"
    )
    parser.add_argument("-o", "--out", type=Path, default=HERE, help="snapshot folder (default: this one)")
    flags = parser.parse_args()
    sources = json.loads((HERE / "SOURCES.json").read_text(encoding="utf-8"))
    make(Traces(flags.traces, {source["series"]: source["sha256"] for source in sources}), flags.out)


if __name__ == "__main__":
    main()
