"""How much of the memory that the sizing rule gives stays unused, and whether it ever runs out.

``python benchmarks/memory.py [--traces DIR] [--scalings N]``: every ``mem_*.csv.gz`` there is the
memory of one task that somebody gave far too much. The size is chosen by ``right_size`` from the
first 70 % of the record and judged on the last 30 %, which it never saw; then day by day, each day
judged by the size that all days before it give. The traces are looked for in DIR, in
$TRIMTAB_TRACES, or beside the checkout in ../shared/traces.

- Slack is Autopilot's (EuroSys 2020): (limit - p95 of 5-minute means) / limit. The trace collector's
  share is in the limit and counts as used. The bar is 25 % on the mean of the series.
- A day is free of OOM when no recorded value exceeds the limit. The bar is 99.9 % of days.
- ``mem_jvm_*`` is heap occupancy. A JVM seldom gives memory back, so the task holds its running
  maximum. Others are taken as recorded.
- Fargate's sizes are coarse, so each series is scaled N times, its peak over the first 70 %
  log-uniform from 512 MiB to 16 GiB (``--peaks``), seeded; figures are means over the scalings.
- Beside the rule's slack stands what it is without the grid, and what somebody would have who knew the
  judged part: "objective" takes the least size that it fills to 90 %, "no OOM" the least that holds it,
  each on the grid and without. Nobody who is free of OOM has less slack than the latter.
- Where ``cpu_X`` lies beside ``mem_X``, the two are also read as one service whose tasks share them.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
from series import PEAK_QUANTILE, PEAK_TASKS, add_flag, by_minute

from trimtab.catalog.load import fargate_sizes, prices
from trimtab.demand.memory.growth import MemoryShape
from trimtab.demand.series import Demand
from trimtab.fleet.model import Scaling, Service, TaskSize
from trimtab.sizing.constants import KEEP_SHARE
from trimtab.sizing.model import Sizing
from trimtab.sizing.rightsizing import right_size
from trimtab.sizing.tasks import tasks_needed
from trimtab.terraform_module import COLLECTOR_MEMORY_MIB
from trimtab.units import DAY_MIN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from trimtab.demand.series import F64

SEED, SCALINGS, WALKED = 20, 200, 20
LEAST_MIB, MOST_MIB = 512.0, 16_384.0
TUNED = 0.7
STEP_S = 60
IDLE_VCPU = 0.05
"""CPU of the one task [vCPU]: little, so that memory decides the size."""
SHARED_MOST_MIB = 4096.0
"""Peak of a task of 1 vCPU that shares load [MiB]: twice the load, which asks for twice the memory,
still has a size."""
DEPLOYED = Service(
    name="memory",
    image="memory:1",
    size=TaskSize(cpu_units=4096, memory_mib=30_720),
    scaling=Scaling(min_tasks=1, max_tasks=40),
)
GRID = np.array(sorted({size.memory_mib for size in fargate_sizes()}), dtype=np.float64)
START = datetime(2026, 11, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How one size did on what it had not seen, or the mean of many."""

    slack: float
    free: float
    """Share of days free of OOM."""
    gridless: float
    """Slack of exactly the memory that the rule asks for."""
    objective: float
    """Slack of the least size that the judged part fills to 90 %."""
    objective_gridless: float
    no_oom: float
    """Slack of the least size that holds the judged part."""
    no_oom_gridless: float


def series(path: Path) -> F64:
    """Return a series minute by minute, gaps and coarser steps held, a heap as what its task holds."""
    held = by_minute(path)
    return np.maximum.accumulate(held) if "jvm" in path.name else held


def demand(memory_mib: F64, cpu_vcpu: F64, tasks: F64) -> Demand:
    """Return a recorded demand: memory of each task, CPU of all."""
    everywhere = np.ones(memory_mib.size, dtype=np.bool_)
    return Demand(
        service=DEPLOYED.name,
        start=START,
        step_s=STEP_S,
        cpu_vcpu=cpu_vcpu,
        hottest_cpu_vcpu=cpu_vcpu / tasks,
        memory_mib=memory_mib,
        hottest_memory_mib=memory_mib,
        tasks=tasks,
        requests=np.zeros_like(memory_mib),
        present=everywhere,
        idle=~everywhere,
        censored=~everywhere,
    )


def sized(known: Demand) -> Sizing:
    """Return what the rule gives; the scalings leave none without a size."""
    found = right_size(DEPLOYED, known, prices("us-east-1"), fargate_sizes(), floor=1)
    return found if isinstance(found, Sizing) else sys.exit(f"error: {found.sentence}")


def alone(memory_mib: F64) -> Demand:
    """Return one task's memory as a demand."""
    return demand(memory_mib, np.full_like(memory_mib, IDLE_VCPU), np.ones_like(memory_mib))


def score(sizing: Sizing, held_mib: F64) -> Score:
    """Judge a size on what a task then held, ``held_mib``, shape (T,), the collector not in it."""
    used = held_mib + COLLECTOR_MEMORY_MIB
    whole = used[: used.size // 5 * 5].reshape(-1, 5)
    usual = float(np.quantile(whole.mean(axis=1), 0.95))
    need = next(one.memory_need_mib for one in sizing.candidates if one.size == sizing.size)
    least = float(used.max())
    wanted = least / KEEP_SHARE
    limit = float(sizing.size.memory_mib)
    days = [used[i : i + DAY_MIN].max() for i in range(0, used.size, DAY_MIN)]
    return Score(
        slack=1 - usual / limit,
        free=float(np.mean(np.array(days) <= limit)),
        gridless=1 - usual / need,
        objective=1 - usual / on_grid(wanted),
        objective_gridless=1 - usual / wanted,
        no_oom=1 - usual / on_grid(least),
        no_oom_gridless=1 - usual / least,
    )


def on_grid(memory_mib: float) -> float:
    """Return the least memory that Fargate has and that is no less [MiB]."""
    return float(GRID[np.searchsorted(GRID, memory_mib)])


def mean(scores: Sequence[Score]) -> Score:
    """Return the mean of each column."""
    return Score(**dict(zip(Score.__slots__, np.mean([astuple(one) for one in scores], axis=0), strict=True)))


def split(memory: F64, peaks: F64) -> Score:
    """Return the mean over scalings: sized on the first part, judged on the rest."""
    first = int(TUNED * memory.size)
    scaled = [memory * peak / memory[:first].max() for peak in peaks]
    return mean([score(sized(alone(one[:first])), one[first:]) for one in scaled])


def walk(memory: F64, peaks: F64) -> tuple[Score, int, int]:
    """Return the mean over scalings and days, the days out of memory, how many of them were told of."""
    scores, out, told = [], 0, 0
    for peak in peaks:
        scaled = memory * peak / memory[: int(TUNED * memory.size)].max()
        for day in range(DAY_MIN, memory.size - DAY_MIN + 1, DAY_MIN):
            sizing = sized(alone(scaled[:day]))
            scores.append(score(sizing, scaled[day : day + DAY_MIN]))
            if scores[-1].free < 1:
                out += 1
                told += sizing.work.growth.shape in {MemoryShape.GROWS, MemoryShape.RISING}
    return mean(scores), out, told


def together(memory: F64, cpu: F64, peaks: F64) -> Score:
    """Return the same as ``split`` where the tasks of one service share both, as many as the CPU needs."""
    vcpu = cpu * PEAK_TASKS / np.quantile(cpu, PEAK_QUANTILE)
    first, scores = int(TUNED * memory.size), []
    tasks = _tasks(vcpu, 1024, 1.0)
    for peak in peaks:
        whole = memory * peak / (memory / tasks)[:first].max()
        sizing = sized(demand((whole / tasks)[:first], vcpu[:first], tasks[:first]))
        after = whole / _tasks(vcpu, sizing.size.cpu_units, sizing.work.hottest_ratio)
        scores.append(score(sizing, after[first:]))
    return mean(scores)


def _tasks(vcpu: F64, cpu_units: int, ratio: float) -> F64:
    return tasks_needed(vcpu, cpu_units=cpu_units, ratio=ratio, floor=2, step_s=STEP_S)


def show(name: str, one: Score) -> None:
    """Print one row, in percent."""
    slack, free, *others = astuple(one)
    cells = "".join(f"{100 * share:11.1f}" for share in (slack, *others))
    print(f"{name:24s}{cells}{100 * free:11.2f}")


def heads(title: str) -> None:
    """Print the heads of a table."""
    columns = ("slack", "no grid", "objective", "no grid", "no OOM", "no grid", "days free")
    print(f"\n{title}\n{'percent':24s}" + "".join(f"{head:>11s}" for head in columns))


def report(paths: Sequence[Path], scalings: int, least_mib: float, most_mib: float) -> None:
    """Print the three tables."""
    rng = np.random.default_rng(SEED)
    peaks = np.exp(rng.uniform(np.log(least_mib), np.log(most_mib), scalings))
    known = {path: series(path) for path in paths}
    heads("sized from the first 70 %, judged on the last 30 %")
    rows = {path: split(memory, peaks) for path, memory in known.items()}
    for path, row in rows.items():
        show(path.name.removesuffix(".csv.gz"), row)
    show("mean", mean(list(rows.values())))
    heads("day by day, sized from all days before")
    walked = {path: walk(memory, peaks[:WALKED]) for path, memory in known.items()}
    for path, (row, out, told) in walked.items():
        show(path.name.removesuffix(".csv.gz"), row)
        if out:
            print(f"  {out} days out of memory, {told} of them after a caution that memory still rises")
    show("mean", mean([row for row, _, _ in walked.values()]))
    for path, memory in known.items():
        cpu = path.with_name(path.name.replace("mem_", "cpu_", 1))
        if cpu.is_file():
            heads("as the first, one service whose tasks share memory and CPU")
            shared = together(memory, series(cpu), peaks[peaks <= SHARED_MOST_MIB])
            show(path.name.removesuffix(".csv.gz"), shared)


def main() -> None:
    """Read the flags, report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_flag(parser)
    parser.add_argument("--scalings", type=int, default=SCALINGS)
    parser.add_argument("--peaks", type=float, nargs=2, default=(LEAST_MIB, MOST_MIB), metavar="MIB")
    flags = parser.parse_args()
    paths = sorted(flags.traces.glob("mem_*.csv.gz"))
    if not paths:
        parser.error(f"{flags.traces} holds no mem_*.csv.gz; name the folder of the traces with --traces")
    report(paths, flags.scalings, *flags.peaks)


if __name__ == "__main__":
    main()
