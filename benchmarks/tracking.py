"""The choice against the best target tracking there is: any target, any cooldown, by the same trials.

``python benchmarks/tracking.py [--traces DIR]``. Every demand series in DIR is one service (``series.py``).
The adversary is not the product's own search of target tracking: every whole target and a grid of
cooldowns, those that the module refuses too, at the service's floor. It is taken as ladders are: the cheapest
on the tuned part that stands every trial. Bars: not dearer on average (geometric mean), by over 2 % on none.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

import numpy as np
from quality import FLOOR, MEMORY
from series import add_flag, as_service, by_minute, demand_series

from trimtab.advice.case.objective import DEFAULT
from trimtab.advice.choice.contest import contest, limits_of
from trimtab.advice.choice.decide import prefer
from trimtab.advice.choice.trials import tested
from trimtab.ladders.front import safer, within
from trimtab.ladders.parts import parts_of
from trimtab.ladders.search import Hunt
from trimtab.replay.batch import Batches
from trimtab.replay.kernel.encode import candidates_of
from trimtab.replay.kernel.tables import BILLED, OVER
from trimtab.replay.policy import Metric, Policy, TargetTracking, tracking_alarms

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trimtab.advice.choice.contest import Entrant
    from trimtab.advice.choice.trials import Tested, TrialGround

TARGETS = range(20, 96)
OUT_S, IN_S = (0, 60, 180, 300), (0, 60, 180, 300, 600, 900)
MOST_DEARER = 1.02


def adversaries(ground: TrialGround) -> Iterator[Policy]:
    """Yield each kind of target tracking between the floor and the most tasks."""
    for target in TARGETS:
        for out_s in OUT_S:
            for in_s in IN_S:
                policy = TargetTracking(target=float(target), out_cooldown_s=out_s, in_cooldown_s=in_s)
                yield Policy(
                    min_tasks=ground.floor,
                    max_tasks=ground.most,
                    initial_tasks=ground.parts.tuned.bounded(ground.floor, ground.most),
                    alarms=tracking_alarms(Metric.CPU_AVERAGE, policy, 0),
                    policies=(policy,),
                )


def best_of(ground: TrialGround) -> Tested | None:
    """Return the cheapest on the tuned part that stands every trial."""
    every, tuned, objective = list(adversaries(ground)), ground.parts.tuned, ground.objective
    model = tuned.inputs.model
    totals = Batches(tuned.inputs, model).totals(candidates_of(every, model))
    kept = within(totals, limits_of(objective), tuned.minutes)
    found = (tested(every[place], ground) for place in safer(kept, totals[:, BILLED], totals[:, OVER]))
    return next((one for one in found if one.passed), None)


def chosen_of(name: str, path: Path) -> tuple[Entrant | None, Tested | None]:
    """Return what is recommended for a series, and the adversary."""
    parts = parts_of(as_service(by_minute(path)), DEFAULT.judged_percent / 100)
    hunt = Hunt(seed=f"{DEFAULT.seed} {name}")
    found = contest(parts, DEFAULT, hunt, floor=FLOOR, memory=MEMORY)
    preferred = prefer(found, DEFAULT)
    return preferred[0] if preferred else None, best_of(found.ground)


def main() -> int:
    """Print a row for each series, and the bars."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_flag(parser)
    ours, theirs = [], []
    print(f"{'series':31} {'chosen':>7} {'kind':12} {'tracking':>8}  target and cooldowns out, in")
    for name, path in demand_series(parser.parse_args().traces):
        chosen, other = chosen_of(name, path)
        kind = "-" if chosen is None else "steps" if chosen.ladders.tracking is None else "tracking"
        cost = f"{chosen.tested.over_bound:7.3f}" if chosen else f"{'-':>7}"
        beside = f"{'-':>8}"
        if other is not None and isinstance(policy := other.policy.policies[0], TargetTracking):
            cooldowns = f"{policy.target:g} %, {policy.out_cooldown_s}/{policy.in_cooldown_s} s"
            beside = f"{other.over_bound:8.3f}  {cooldowns}"
        print(f"{name[:30]:31} {cost} {kind:12} {beside}", flush=True)
        if chosen is not None and other is not None:
            ours.append(chosen.tested.over_bound)
            theirs.append(other.over_bound)
    ratios = np.array(ours) / np.array(theirs)
    mean = float(np.exp(np.log(ratios).mean()))
    print(f"\nchosen over tracking, {ratios.size} series: mean {mean:.3f}, worst {ratios.max():.3f}")
    return 0 if mean <= 1 and ratios.max() <= MOST_DEARER else 1


if __name__ == "__main__":
    sys.exit(main())
