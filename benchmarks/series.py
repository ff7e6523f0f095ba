"""The recorded series, each as a service of one task size, scaled so that its peak needs 20 tasks."""

from __future__ import annotations

import gzip
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from trimtab.replay.inputs import Inputs, Load, ReplayLimits, Starts, Task
from trimtab.terraform_module import COLLECTOR_CPU_UNITS, COLLECTOR_MEMORY_MIB
from trimtab.units import MINUTE_S

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "traces"
PEAK_TASKS, PEAK_QUANTILE = 20, 0.999
CPU_SHARE, MEMORY_SHARE = 0.8, 0.9
STEPS_MIN = {"m": 1, "h": 60}
COLLECTOR_VCPU, COLLECTOR_MIB = COLLECTOR_CPU_UNITS / 1024, float(COLLECTOR_MEMORY_MIB)


def add_flag(parser: argparse.ArgumentParser) -> None:
    """Add ``--traces``."""
    parser.add_argument(
        "--traces",
        type=Path,
        default=Path(os.environ.get("TRIMTAB_TRACES", BESIDE)),
        help="folder of NAME_STEP.csv.gz; default: $TRIMTAB_TRACES, or ../shared/traces",
    )


def demand_series(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield name and path of every demand series (``req_*`` and ``cpu_*``) in the folder, by name."""
    for path in sorted([*folder.glob("req_*.csv.gz"), *folder.glob("cpu_*.csv.gz")]):
        yield path.name.removesuffix(".csv.gz"), path


def start_of(path: Path) -> datetime:
    """Return when a series begins, UTC, in whole minutes."""
    with gzip.open(path, "rt") as file:
        next(file)
        stamp = float(next(file).split(",")[0])
    return datetime.fromtimestamp(stamp // MINUTE_S * MINUTE_S, UTC)


def by_minute(path: Path) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the series minute by minute, shape (T,): values are held over their step and through gaps."""
    with gzip.open(path, "rt") as file:
        rows = np.loadtxt(file, delimiter=",", skiprows=1)
    found = re.search(r"_(\d+)([mh])\.csv\.gz$", path.name)
    if found is None:
        raise SystemExit(f"{path}: the name does not end in its step, like _1m or _1h")
    step_min = int(found[1]) * STEPS_MIN[found[2]]
    minute = ((rows[:, 0] - rows[0, 0]) // 60).astype(np.int64)
    held = np.searchsorted(minute, np.arange(minute[-1] + step_min), side="right") - 1
    return np.ascontiguousarray(rows[held, 1])


def as_service(
    values: np.ndarray[tuple[int], np.dtype[np.float64]], *, peak_tasks: int = PEAK_TASKS
) -> Inputs:
    """Return the series as a service: 1 vCPU and 2 GiB with the trace collector, public drain and stop.

    Starts: pull from 12 s, running at 25 s, serving at 40 s. The scale is the only thing that is
    taken from the whole series.
    """
    usable = 1.0 - COLLECTOR_VCPU
    cpu = values * (CPU_SHARE * usable * peak_tasks / np.quantile(values, PEAK_QUANTILE))
    return Inputs(
        load=Load(cpu_vcpu=cpu, memory_mib=np.full_like(cpu, 1300.0), hottest_ratio=np.ones_like(cpu)),
        task=Task(
            vcpu=1.0,
            memory_mib=2048.0,
            price_usd_hour=0.04937,
            overhead_vcpu=COLLECTOR_VCPU,
            overhead_mib=COLLECTOR_MIB,
        ),
        starts=Starts.fixed(12, 25, 40),
        objective=ReplayLimits(cpu_share=CPU_SHARE, memory_share=MEMORY_SHARE),
        deregistration_delay_s=30,
        shutdown_s=30,
    )
