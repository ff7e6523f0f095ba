"""How fast the clairvoyant bound is, and how far a fixed count lies above it.

``python benchmarks/bound.py [--traces DIR]``: two recorded series, one task a vCPU, scaled so
that the 99.9th percentile needs 20 tasks; at most 1 % of minutes over. The traces are looked
for in DIR, in $TRIMTAB_TRACES, or beside the checkout in ../shared/traces.
"""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

import numpy as np
from series import CPU_SHARE, PEAK_QUANTILE, PEAK_TASKS, add_flag, by_minute

from trimtab.replay.bound import (
    clairvoyant_bound,
    level_gaps,
    level_gaps_python,
    penalised,
    penalised_python,
    required_tasks,
)
from trimtab.replay.inputs import Inputs, Load, ReplayLimits, Starts, Task
from trimtab.units import DAY_MIN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SERIES = ("req_ms_mongo_app02_1m", "req_ms_mongo_machine01_1m")
OVER_SHARE = 0.01
PENALTY_S = 200
"""A penalty in the range that the search visits; the time of one pass hardly depends on it."""
REPEATS = 5


def inputs(path: Path) -> Inputs:
    """Return the series as a service: capacity per task from the peak, starts of 40 s, 330 s of drain."""
    values = by_minute(path)
    cpu_vcpu = values * (CPU_SHARE * PEAK_TASKS / np.quantile(values, PEAK_QUANTILE))
    return Inputs(
        load=Load(
            cpu_vcpu=cpu_vcpu, memory_mib=np.full_like(cpu_vcpu, 512.0), hottest_ratio=np.ones_like(cpu_vcpu)
        ),
        task=Task(vcpu=1.0, memory_mib=2048.0, price_usd_hour=0.04937),
        starts=Starts.fixed(12, 25, 40),
        objective=ReplayLimits(cpu_share=CPU_SHARE, memory_share=0.9),
        deregistration_delay_s=300,
        shutdown_s=30,
    )


def seconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the best time of some calls, the first of which (compilation) does not count [s]."""
    work()
    best = float("inf")
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    return best


def report(name: str, service: Inputs) -> None:
    """Print one series: the bounds, what a fixed count costs over them, and the times."""
    minutes = service.load.minutes
    days = minutes / DAY_MIN
    allowed = int(OVER_SHARE * minutes)
    tasks = required_tasks(service, floor=1).tasks
    most = int(tasks.max())
    print(f"{name}: {days:.1f} days, {tasks.min()} to {most} tasks needed, {tasks.mean():.2f} on average")
    for over in (0, allowed):
        bound = clairvoyant_bound(service, min_tasks=1, max_tasks=most, violated_minutes=over)
        fixed = int(np.sort(tasks)[minutes - 1 - over])
        ratio = fixed * minutes * 60 / bound.billed_s
        print(
            f"  {over:4d} min over: bound {bound.billed_s / 60 / minutes:6.3f} tasks billed on average;",
            end=" ",
        )
        print(f"{fixed} fixed cost {ratio:.2f} of it")
    whole = seconds(lambda: clairvoyant_bound(service, min_tasks=1, max_tasks=most, violated_minutes=allowed))
    exact = seconds(lambda: clairvoyant_bound(service, min_tasks=1, max_tasks=most))
    levels = np.unique(np.append(tasks, 1))
    costs = np.array([60, 28, 330], dtype=np.int64)
    one_pass = seconds(lambda: penalised(tasks, levels, costs, PENALTY_S))
    plain_pass = seconds(lambda: penalised_python(tasks, levels, costs, PENALTY_S), repeats=1)
    gaps = seconds(lambda: level_gaps(tasks, 60, 28, 330))
    plain_gaps = seconds(lambda: level_gaps_python(tasks, 60, 28, 330), repeats=1)
    print(f"  no violation: {1e3 * exact:.2f} ms, {days / exact:,.0f} service-days/s", end="; ")
    print(f"its kernel {plain_gaps / gaps:.0f} times its plain Python")
    print(f"  1 % of minutes: {1e3 * whole:.1f} ms, {days / whole:,.0f} service-days/s, about", end=" ")
    print(f"{whole / one_pass:.0f} passes; one pass {plain_pass / one_pass:.0f} times its plain Python")


def main() -> None:
    """Read the flags, report each series."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_flag(parser)
    folder: Path = parser.parse_args().traces
    for name in SERIES:
        path = folder / f"{name}.csv.gz"
        if not path.is_file():
            parser.error(f"{path} is not there; name the folder of the traces with --traces")
        report(name, inputs(path))


if __name__ == "__main__":
    main()
