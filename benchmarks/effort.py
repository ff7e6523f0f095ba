"""What more search buys: judged cost against CPU seconds a service, on series that nothing was tuned on.

``python benchmarks/effort.py [--traces DIR] [--seeds N]``: every demand series in DIR is one service, chosen
on its first 70 % as ``trimtab optimize`` does it and judged on the last 30 %, with the effort cut and
multiplied. Cost is over the bound with perfect foresight; today's effort is 1. Sealed: the first 70 % are all
that the choice ever sees, its own judged part included, and the rest is replayed once.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

import numpy as np
from quality import FLOOR, MEMORY, Ran, chosen_of, run
from series import add_flag, as_service, by_minute, demand_series

from trimtab.advice.case.objective import DEFAULT
from trimtab.advice.choice.contest import space_of
from trimtab.advice.choice.trials import bound_s
from trimtab.ladders.parts import Parts, parts_of
from trimtab.ladders.search import FULL, Effort, Hunt

EFFORTS = (0.05, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """One search and what came of it."""

    cpu_s: float
    judged: Ran | None
    sealed: Ran | None


def effort_of(times: float) -> Effort:
    """Return so many times the effort of today: fewer rounds and draws, or more."""
    return Effort(
        drawn=max(10, round(FULL.drawn * times)),
        rounds=max(1, round(FULL.rounds * times**0.5)),
        varied=max(10, round(FULL.varied * times**0.5)),
    )


def chosen(parts: Parts, hunt: Hunt, whole: Parts, bound: float) -> Ran | None:
    """Return what is chosen on the parts, on the judged part of the whole."""
    entrant, _, _ = chosen_of(parts, DEFAULT, hunt)
    return run(entrant.tested.policy, whole.judged, bound) if entrant else None


def spent(parts: Parts, hunt: Hunt) -> Spent:
    """Search, and say what it took: of the first search alone, as a run makes one."""
    space = space_of(parts, floor=FLOOR, memory=MEMORY)
    bound = bound_s(parts.judged, DEFAULT, floor=FLOOR, most=space.most)
    begun = time.process_time()
    judged = chosen(parts, hunt, parts, bound)
    cpu_s = time.process_time() - begun
    inner = parts_of(parts.tuned.inputs, DEFAULT.judged_percent / 100)
    return Spent(cpu_s=cpu_s, judged=judged, sealed=chosen(inner, hunt, parts, bound))


def row(times: float, found: list[Spent]) -> str:
    """Return a line of the table: means over the series and seeds for which anything was chosen."""
    judged = [one.judged for one in found if one.judged]
    sealed = [one.sealed for one in found if one.sealed]
    kept = sum(one.over_share <= DEFAULT.over_share for one in sealed)
    return (
        f"| {times:g} | {effort_of(times).replays:,} | {np.mean([one.cpu_s for one in found]):.2f} "
        f"| {len(judged)} of {len(found)} | {np.mean([one.over_bound for one in judged]):.3f} "
        f"| {np.mean([one.over_bound for one in sealed]):.3f} "
        f"| {kept} of {len(sealed)} |"
    )


def main() -> None:
    """Search every series with every effort and seed, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_flag(parser)
    parser.add_argument("--seeds", type=int, default=3)
    flags = parser.parse_args()
    named = {
        name: parts_of(as_service(by_minute(path)), DEFAULT.judged_percent / 100)
        for name, path in demand_series(flags.traces)
    }
    spent(next(iter(named.values())), Hunt(seed="warm", effort=effort_of(EFFORTS[0])))  # compiles
    print("| effort | replays | CPU s | chosen | judged cost | sealed cost | sealed kept |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for times in EFFORTS:
        hunts = [(name, seed) for name in named for seed in range(flags.seeds)]
        found = [
            spent(named[name], Hunt(seed=f"{seed} {name}", effort=effort_of(times))) for name, seed in hunts
        ]
        print(row(times, found), flush=True)


if __name__ == "__main__":
    main()
