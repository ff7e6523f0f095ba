"""How fast a replay is: one service, 14 days at one minute, every rule on.

``python benchmarks/replay.py [--traces DIR]``: the recorded series ``req_ms_mongo_machine01_1m``,
scaled so that its 99.9th percentile needs 20 tasks, under candidates as a search would try
them: CPU and memory out at 2 of 3, joint scale-in at 10 of 10. Encoding is part of the time.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from series import (
    COLLECTOR_MIB,
    COLLECTOR_VCPU,
    CPU_SHARE,
    MEMORY_SHARE,
    PEAK_QUANTILE,
    PEAK_TASKS,
    add_flag,
    by_minute,
    demand_series,
)

from trimtab.catalog.limits import MAX_TASKS
from trimtab.ladders.convert import policy_of_ladders
from trimtab.replay.batch import Batches
from trimtab.replay.inputs import Inputs, Load, Model, ReplayLimits, Starts, Task
from trimtab.replay.kernel import encode
from trimtab.replay.kernel.kernel import kernel
from trimtab.replay.kernel.tables import TOTALS
from trimtab.replay.run import replay_many
from trimtab.replay.spot import spot_interruptions
from trimtab.terraform_module import InStep, Ladder, Ladders, OutStep
from trimtab.units import DAY_MIN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trimtab.replay.policy import Policy

SERIES = "req_ms_mongo_machine01_1m"
REST_MIB, SLOPE_MIB_PER_VCPU = 700.0, 400.0
"""Memory of a task at rest and with its load: some minutes cross memory's threshold too."""
CANDIDATES, PLAIN, REPEATS = 1024, 3, 7
FIRST_CALL = "--first-call"


def inputs(path: Path) -> Inputs:
    """Return the series as a service of 1 vCPU tasks with fifty recorded starts of 20 to 80 s."""
    values = by_minute(path)
    usable = 1.0 - COLLECTOR_VCPU
    cpu_vcpu = values * (CPU_SHARE * usable * PEAK_TASKS / np.quantile(values, PEAK_QUANTILE))
    random = np.random.default_rng(1)
    starts = np.cumsum(random.integers(5, 27, size=(3, 50)), axis=0).astype(np.int64)
    return Inputs(
        load=Load(
            cpu_vcpu=cpu_vcpu,
            memory_mib=np.full_like(values, REST_MIB),
            hottest_ratio=np.full_like(values, 1.2),
            memory_slope_mib_per_vcpu=SLOPE_MIB_PER_VCPU,
        ),
        task=Task(
            vcpu=1.0,
            memory_mib=2048.0,
            price_usd_hour=0.04937,
            overhead_vcpu=COLLECTOR_VCPU,
            overhead_mib=COLLECTOR_MIB,
        ),
        starts=Starts(pull_s=starts[0], running_s=starts[1], serving_s=starts[2]),
        objective=ReplayLimits(cpu_share=CPU_SHARE, memory_share=MEMORY_SHARE),
        deregistration_delay_s=30,
        shutdown_s=30,
        seed=1,
    )


def candidates(count: int, seed: int = 1) -> Iterator[Policy]:
    """Yield random policies of the kind a search tries."""
    random = np.random.default_rng(seed)
    for _ in range(count):
        high, least = int(random.integers(50, 86)), int(random.integers(1, 6))
        low = int(random.integers(20, high - 15))
        ladders = Ladders(
            min_tasks=least,
            max_tasks=30,
            cpu=Ladder(high=high, low=low, steps=(OutStep(above=0, add=1), OutStep(above=15, add=3))),
            memory=Ladder(high=58, low=52, steps=(OutStep(above=0, add=1), OutStep(above=5, add=2))),
            scale_in=(InStep(below=1.0, remove=1), InStep(below=0.5, remove=2)),
            out_cooldown_s=int(random.integers(0, 4)) * 60,
            in_cooldown_s=int(random.integers(1, 8)) * 60,
        )
        yield policy_of_ladders(ladders, initial_tasks=least + 4)


def speed(service: Inputs, count: int, *, compiled: bool = True) -> float:
    """Return the service-days replayed in a second of CPU time."""
    policies = list(candidates(count))
    begun = time.process_time()
    replay_many(service, policies, compiled=compiled)
    return service.load.minutes / DAY_MIN * count / (time.process_time() - begun)


def first_call(traces: Path) -> float:
    """Return the seconds a new process with an empty cache needs for its first replay, imports aside."""
    with tempfile.TemporaryDirectory() as empty:
        command = [sys.executable, __file__, "--traces", str(traces), FIRST_CALL]
        answer = subprocess.run(  # noqa: S603  # this file, with the interpreter that runs it
            command, env=os.environ | {"NUMBA_CACHE_DIR": empty}, capture_output=True, text=True, check=True
        )
    return float(answer.stdout)


def memory_mib(service: Inputs, count: int) -> float:
    """Return the growth of the process's peak memory over ``count`` more candidates [MiB]."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    replay_many(service, candidates(count, seed=2))
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def compare(service: Inputs) -> tuple[float, float, float]:
    """Return the best speeds of what is taken, of the plain source, and on Spot, taken in turns."""
    one, plain, spot = 0.0, 0.0, 0.0
    on_spot = replace(service, interruptions=spot_interruptions(service.load.minutes, seed=1))
    for _ in range(REPEATS):
        one = max(one, speed(service, CANDIDATES))
        plain = max(plain, speed(service, PLAIN, compiled=False))
        spot = max(spot, speed(on_spot, CANDIDATES))
    return one, plain, spot


def leaps_and_kernel(service: Inputs) -> tuple[float, float, float]:
    """Return service-days a second by leaps and minute by minute, encoding aside, and activities a day."""
    model, days = Model(), service.load.minutes / DAY_MIN
    book = encode.candidates_of(list(candidates(CANDIDATES // 4)), model)
    batches, totals = Batches(service, model), encode.totals_of(CANDIDATES // 4)
    space = encode.scratch_of(service.load.minutes, MAX_TASKS), encode.trace_of(0)
    tables = encode.recording_of(service), encode.site_of(service, model)
    best, slow = float("inf"), float("inf")
    batches.totals(book)  # works out what the counts measure: once for all batches of a search
    for _ in range(3):
        begun = time.process_time()
        leapt = batches.totals(book)
        best, begun = min(best, time.process_time() - begun), time.process_time()
        kernel()(*tables, book, *space, totals)
        slow = min(slow, time.process_time() - begun)
    if not np.array_equal(leapt, totals):
        raise SystemExit("the two do not agree")
    activities = float(totals[:, TOTALS.index("activities")].mean()) / days
    return days * len(totals) / best, days * len(totals) / slow, activities


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_flag(parser)
    parser.add_argument(FIRST_CALL, action="store_true", help="only time the first replay of this process")
    flags = parser.parse_args()
    path = flags.traces / f"{SERIES}.csv.gz"
    if not path.is_file():
        parser.error(f"{path} is not there; name the folder of the traces with --traces")
    service = inputs(path)
    begun = time.process_time()
    summary = replay_many(service, candidates(1))[0]
    first_s = time.process_time() - begun
    if flags.first_call:
        print(first_s)
        return
    print(f"{SERIES}: {service.load.minutes} minutes, {summary.activities} activities in the first candidate")
    print(f"first call, no cache:   {first_call(flags.traces):8.1f} s (bar: under 15)")
    one, plain, spot = compare(service)
    minute_ns = 1e9 / (one * DAY_MIN)
    print(f"one core:               {one:8,.0f} service-days/s, {minute_ns:.1f} ns a minute (bar: 20,000)")
    print(f"plain Python source:    {plain:8,.0f} service-days/s: {one / plain:.0f} times (bar: 25)")
    print(f"on Spot, one core:      {spot:8,.0f} service-days/s, with an event a day")
    print("series                        leaps   kernel  times  activities a day, of 256 random policies")
    speeds = []
    for name, series in demand_series(flags.traces):
        leapt, minutely, activities = leaps_and_kernel(inputs(series))
        speeds.append(leapt)
        print(f"{name:26} {leapt:8,.0f} {minutely:8,.0f} {leapt / minutely:6.1f} {activities:8.1f}")
    print(f"{'mean':26} {np.mean(speeds):8,.0f} (bars: 100,000 the mean, 40,000 each)")
    grown = memory_mib(service, 8 * CANDIDATES)
    print(f"{8 * CANDIDATES:,} candidates more:  {grown:8.1f} MiB of memory, their summaries included")


if __name__ == "__main__":
    main()
