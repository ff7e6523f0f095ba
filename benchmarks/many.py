"""Many services: CPU, cores and memory of ``trimtab optimize``, and how both grow.

``python benchmarks/many.py [--services N ...] [--jobs J]``: the example's twelve services over and over,
each with noise of its own on every series, so that no two have one digest. Each count is one run of the
command in a folder that is gone afterwards. Bars: 1.2 CPU seconds a service, all cores over 90 % busy,
under 600 MB in any process, linear within 15 %.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import msgspec
import numpy as np
import polars as pl

from trimtab.snapshot.folder import encode_fleet, read_snapshot
from trimtab.workers.spread import cores

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "fleet"
NOISE = 0.03
"""Standard deviation of what each minute is multiplied with: averages and maxima alike."""
PERCENT_COLUMNS = (
    "cpu_average_percent",
    "cpu_maximum_percent",
    "memory_average_percent",
    "memory_maximum_percent",
)


def make(folder: Path, services: int) -> None:
    """Write a snapshot of so many services, sorted as a snapshot is."""
    example = read_snapshot(EXAMPLE)
    random = np.random.default_rng(services)
    named = sorted((f"s{number:05d}", example.fleet.services[number % 12]) for number in range(services))
    clones = [msgspec.structs.replace(service, name=name) for name, service in named]
    fleet = msgspec.structs.replace(example.fleet, services=tuple(clones))
    folder.mkdir(parents=True)
    (folder / "fleet.json").write_bytes(encode_fleet(fleet))
    recorded = {service.name: example.metrics[service.name] for service in example.fleet.services}
    parts = []
    for name, service in named:
        table = recorded[service.name]
        noise = {
            kind: pl.Series(np.exp(random.normal(0, NOISE, table.height)).astype(np.float32))
            for kind in ("cpu", "memory")
        }
        parts.append(
            table.with_columns(
                (pl.col(column) * noise[column.partition("_")[0]]).clip(0, 100).alias(column)
                for column in PERCENT_COLUMNS
            )
            .drop_nulls("cpu_average_percent")
            .select(pl.lit(name).alias("service"), pl.exclude("service"))
        )
    whole = pl.concat(parts)
    empty = [column for column in whole.columns if not whole[column].count()]
    whole.drop(empty).write_parquet(folder / "metrics.parquet", compression="zstd", compression_level=3)


def run(folder: Path, jobs: int) -> tuple[float, float, float]:
    """Return CPU seconds, wall seconds and the most memory of any process [MB]."""
    command = [sys.executable, "-m", "trimtab", "optimize", str(folder), "-o", str(folder / "out"), "--quiet"]
    before, begun = os.times(), time.perf_counter()
    running = subprocess.Popen(  # noqa: S603  # this interpreter, our own command
        [*command, "--jobs", str(jobs)], stdout=subprocess.DEVNULL, start_new_session=True
    )
    most = [0.0]
    watching = threading.Thread(target=watch, args=(running, most))
    watching.start()
    status = running.wait()
    watching.join()
    seconds, after = time.perf_counter() - begun, os.times()
    if status not in {0, 3}:
        raise SystemExit(f"the command ended with {status}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return cpu, seconds, most[0]


def watch(running: subprocess.Popen[bytes], most: list[float]) -> None:
    """Keep the most that any process of the session ever held [MB]."""
    while running.poll() is None:
        for status in Path("/proc").glob("[0-9]*"):
            try:
                if os.getsid(int(status.name)) == running.pid:
                    held = (status / "status").read_text().partition("VmHWM:")[2].split()[0]
                    most[0] = max(most[0], int(held) * 1024 / 1e6)
            except (OSError, IndexError):
                continue
        time.sleep(0.5)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--jobs", type=int, default=cores())
    flags = parser.parse_args()
    print("services   CPU s  a service   wall s  cores busy  most MB of a process")
    each = []
    for services in flags.services:
        with tempfile.TemporaryDirectory() as scratch:
            make(Path(scratch) / "in", services)
            cpu, wall, most = run(Path(scratch) / "in", flags.jobs)
        each.append(cpu / services)
        busy = cpu / (wall * flags.jobs)
        print(
            f"{services:8,d} {cpu:7,.0f} {cpu / services:10.2f} {wall:8,.0f} {busy:10.0%} {most:10,.0f}",
            flush=True,
        )
    print(f"the last takes {each[-1] / each[0]:.2f} times the CPU of the first a service (bar: 0.85 to 1.15)")


if __name__ == "__main__":
    main()
