"""How near the replay comes to what a real autoscaler did: a production group of an e-commerce company.

``python benchmarks/autoscaler.py [FILE] [--tries N]``. FILE holds
``timestamp_s,demand_cores,allocated_cores`` a minute; without it,
``ufcg_ecommerce_first70_1m.csv.gz`` beside the shared traces. It was an EC2 group on
AWS whose policy is not published. So target tracking with minima by the clock is fitted on the first 70 %:
target, cooldowns, boot time, delay, and the minima. Each try varies the best so far, seeded. Then the replay
runs free over the rest, never put right by what happened. Of the rest nothing is fitted.

Beside it: the count stays; each day as the day before; and the same policy fitted on the judged part itself,
which says what the policy's class leaves unexplained however well it is fitted.
"""

from __future__ import annotations

import argparse
import gzip
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from series import BESIDE

from trimtab.demand.schedule import Bounds
from trimtab.replay.inputs import Inputs, Load, Model, ReplayLimits, Starts, Task
from trimtab.replay.policy import Metric, Policy, TargetTracking, tracking_alarms
from trimtab.replay.run import replay
from trimtab.units import DAY_MIN

if TYPE_CHECKING:
    from trimtab.demand.series import F64

NODE_CORES = 16
FITTED, SEED, MOST = 0.7, 17, 60
DEFAULT = BESIDE.parent / "groundtruth" / "ufcg_ecommerce_first70_1m.csv.gz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """One policy of the class."""

    target: float
    out_s: int
    in_s: int
    boot_s: int
    delay_s: int
    minima: tuple[tuple[int, int], ...]
    """Minute of the day (UTC) and nodes from then on."""


FIRST = Guess(
    target=45.0,
    out_s=240,
    in_s=360,
    boot_s=300,
    delay_s=120,
    minima=((0, 5), (8 * 60 + 45, 8), (9 * 60, 14), (11 * 60, 20)),
)
"""What the data's authors simulate with, their clock read as UTC."""


def said(guess: Guess, demand: F64, first_minute: int, initial: int) -> F64:
    """Return the cores that the policy would have had, shape (T,)."""
    minutes, ordered = demand.size, sorted(dict(guess.minima).items())
    minute = (first_minute + np.arange(minutes)) % DAY_MIN
    at = np.array([one for one, _ in ordered])
    least = np.array([nodes for _, nodes in ordered])[np.searchsorted(at, minute, side="right") - 1]
    changed = np.flatnonzero(np.diff(least)) + 1
    tracking = TargetTracking(target=guess.target, out_cooldown_s=guess.out_s, in_cooldown_s=guess.in_s)
    policy = Policy(
        min_tasks=int(least[0]),
        max_tasks=MOST,
        initial_tasks=max(int(least[0]), initial),
        alarms=tracking_alarms(Metric.CPU_AVERAGE, tracking, 0),
        policies=(tracking,),
        changes=tuple(Bounds(minute=int(one), min_tasks=int(least[one]), max_tasks=MOST) for one in changed),
    )
    inputs = Inputs(
        load=Load(cpu_vcpu=demand, memory_mib=np.ones(minutes), hottest_ratio=np.ones(minutes)),
        task=Task(vcpu=NODE_CORES, memory_mib=1024.0, price_usd_hour=1.0),
        starts=Starts.fixed(0, guess.boot_s, guess.boot_s),
        objective=ReplayLimits(cpu_share=0.8, memory_share=0.9),
        deregistration_delay_s=0,
        shutdown_s=0,
    )
    done = replay(inputs, policy, Model(publication_delay_s=guess.delay_s))
    return NODE_CORES * done.minutes.running


def errors(forecast: F64, real: F64) -> tuple[float, float]:
    """Return the error of core-minutes and the mean absolute one, both over the mean [ratio]."""
    return float(forecast.sum() / real.sum() - 1), float(np.abs(forecast - real).mean() / real.mean())


def varied(guess: Guess, rng: np.random.Generator) -> Guess:
    """Return a neighbour."""
    changes = (
        {"target": float(np.clip(guess.target + rng.normal(0, 1.5), 30, 60))},
        {"out_s": int(rng.integers(0, 16)) * 60},
        {"in_s": int(rng.integers(0, 31)) * 60},
        {"boot_s": int(rng.integers(0, 13)) * 60},
        {"delay_s": int(rng.integers(0, 6)) * 60},
        {"minima": _moved(guess, rng)},
    )
    return replace(guess, **changes[int(rng.integers(len(changes)))])


def _moved(guess: Guess, rng: np.random.Generator) -> tuple[tuple[int, int], ...]:
    """Return the minima with one of them earlier or later, higher or lower."""
    minima = list(guess.minima)
    place = int(rng.integers(1, len(minima)))
    at, nodes = minima[place]
    at = int(np.clip(at + 15 * rng.integers(-4, 5), 15, DAY_MIN - 15))
    minima[place] = (at, int(np.clip(nodes + rng.integers(-4, 5), 1, MOST)))
    minima[0] = (0, int(np.clip(minima[0][1] + rng.integers(-1, 2), 1, MOST)))
    return tuple(minima)


def fitted(demand: F64, real: F64, first_minute: int, tries: int, first: Guess = FIRST) -> Guess:
    """Return the best of so many tries."""
    rng = np.random.default_rng(SEED)
    initial = int(real[0]) // NODE_CORES

    def loss(guess: Guess) -> float:
        return sum(abs(one) for one in errors(said(guess, demand, first_minute, initial), real))

    best, least = first, loss(first)
    for _ in range(tries):
        other = varied(best, rng)
        found = loss(other)
        if found < least:
            best, least = other, found
    return best


def main() -> None:
    """Read the flags, fit, tell."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path, nargs="?", default=DEFAULT)
    parser.add_argument("--tries", type=int, default=1500)
    flags = parser.parse_args()
    with gzip.open(flags.file, "rt") as file:
        rows = np.loadtxt(file, delimiter=",", skiprows=1)
    minute = ((rows[:, 0] - rows[0, 0]) // 60).astype(np.int64)
    held = np.searchsorted(minute, np.arange(minute[-1] + 1), side="right") - 1
    demand, real = (np.ascontiguousarray(rows[held, column]) for column in (1, 2))
    cut, begins = round(FITTED * demand.size), int(rows[0, 0] // 60)
    initial = int(real[0]) // NODE_CORES
    guess = fitted(demand[:cut], real[:cut], begins, flags.tries)
    whole = said(guess, demand, begins, initial)
    known = fitted(demand[cut:], real[cut:], begins + cut, flags.tries, guess)
    best = said(known, demand[cut:], begins + cut, int(real[cut]) // NODE_CORES)
    print(guess)
    for name, forecast in (
        ("authors' policy, not fitted", said(FIRST, demand, begins, initial)[cut:]),
        ("replay, fitted on the first part", whole[cut:]),
        ("the count stays", np.full(demand.size - cut, real[cut - 1])),
        ("as the day before", real[cut - DAY_MIN : -DAY_MIN]),
        ("same class, knows the judged part", best),
    ):
        total, absolute = errors(forecast, real[cut:])
        print(f"{name:36} core-minutes {100 * total:+6.1f} %   mean absolute {100 * absolute:5.1f} %")
    total, absolute = errors(whole[:cut], real[:cut])
    print(f"{'where fitted':36} core-minutes {100 * total:+6.1f} %   mean absolute {100 * absolute:5.1f} %")


if __name__ == "__main__":
    main()
