"""Whether the objective is kept on demand that the choice never saw: the sealed test.

``python benchmarks/sealed.py [--traces DIR ...] [--objective FILE] [--jobs N]``. Every demand series in
the folders is one service (``series.py``). The first 70 % are all that the choice sees, its own trials
included; the rest is replayed once. Cost is over the clairvoyant bound of the sealed part.

Series are answered or not: "cannot tell" is an answer that no promise comes with. The last two
columns say what a miss is made of: ``peak`` is the most tasks needed in the sealed part over the most in
what was seen, ``bound`` the share of sealed minutes in which the chosen upper bound is not enough.
Where even the cheapest steps that know the sealed part keep it at no more cost, nothing is missing but
knowledge; ``--known`` searches those.
"""

from __future__ import annotations

import argparse
import math
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from quality import FLOOR, MEMORY, chosen_of, run
from series import add_flag, as_service, by_minute, demand_series

from trimtab.advice.case.objective import DEFAULT, read_objective
from trimtab.advice.choice.contest import limits_of, space_of
from trimtab.advice.choice.trials import bound_s
from trimtab.ladders.convert import policy_of_ladders
from trimtab.ladders.parts import parts_of
from trimtab.ladders.search import Hunt, search
from trimtab.replay.bound import required_tasks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quality import Ran

    from trimtab.advice.case.objective import Objective

ASKED = 0.95
"""Of the series answered, the share that is to keep the objective."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """One series."""

    name: str
    verdict: str
    ran: Ran | None
    """None: not answered."""
    peak: float
    """Most tasks needed in the sealed part over the most in what was seen [ratio]."""
    bound_share: float
    """Sealed minutes that need more tasks than the upper bound [ratio]."""
    known: Ran | None
    """The cheapest steps that know the sealed part and keep the objective there."""


def sealed_of(named: tuple[str, Path], *, objective: Objective, known: bool) -> Sealed:
    """Return how the choice from the first part of one series did on the rest."""
    name, path = named
    share = objective.judged_percent / 100
    parts = parts_of(as_service(by_minute(path)), share)
    entrant, decision, _ = chosen_of(
        parts_of(parts.tuned.inputs, share), objective, Hunt(seed=f"{objective.seed} {name}")
    )
    seen = required_tasks(parts.tuned.inputs, floor=FLOOR).tasks
    need = required_tasks(parts.judged.inputs, floor=FLOOR).tasks
    most = max(2 * int(max(seen.max(), need.max())), FLOOR + 2)
    bound = bound_s(parts.judged, objective, floor=FLOOR, most=most)
    return Sealed(
        name=name,
        verdict=decision.value if decision else "cannot tell",
        ran=run(entrant.tested.policy, parts.judged, bound) if entrant else None,
        peak=float(need.max() / seen.max()),
        bound_share=float(np.mean(need > entrant.tested.policy.max_tasks)) if entrant else 0.0,
        known=_known(parts.judged, objective, bound, name) if known else None,
    )


def _known(part, objective: Objective, bound: float, name: str) -> Ran | None:  # noqa: ANN001
    """Return the cheapest steps found on the sealed part itself."""
    space = space_of(replace(parts_of(part.inputs, 0.5), tuned=part), floor=FLOOR, memory=MEMORY)
    limits = limits_of(objective)
    front = search(part, space, limits, Hunt(seed=name))
    if not front:
        return None
    ladders = front[0].ladders
    return run(policy_of_ladders(ladders, initial_tasks=ladders.min_tasks), part, bound)


def show(rows: Sequence[Sealed], objective: Objective) -> None:
    """Print the table and what it comes to."""
    allowed = objective.over_share
    print(
        f"{'series':31} {'verdict':22} {'sealed: x bound  % over turns':30} {'peak':>6} {'bound':>7}  known"
    )
    for row in rows:
        missed = "" if row.ran is None or row.ran.over_share <= allowed else "  MISSED"
        cells = f"{row.ran or '-'!s:30} {row.peak:6.2f} {100 * row.bound_share:6.2f}%  {row.known or ''}"
        print(f"{row.name[:30]:31} {row.verdict:22} {cells}{missed}")
    ran = [row.ran for row in rows if row.ran is not None]
    kept = sum(one.over_share <= allowed for one in ran)
    holds = kept >= ASKED * len(ran)
    print(f"\n{'holds ' if holds else 'MISSED'}  kept on {kept} of {len(ran)} answered, {len(rows)} series")
    for verdict in ("trim", "scale with headroom", "fixed count is better"):
        costs = [row.ran.over_bound for row in rows if row.ran and row.verdict == verdict]
        if costs:
            print(f"        {verdict}: {_geometric(costs):.3f} times the bound on {len(costs)}")
    if ran:
        print(f"        all answered: {_geometric([one.over_bound for one in ran]):.3f} times the bound")


def _geometric(values: Sequence[float]) -> float:
    return math.exp(float(np.mean(np.log(values))))


def main() -> None:
    """Read the flags, run every series, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_flag(parser)
    parser.add_argument("--also", type=Path, nargs="*", default=[], help="further folders of series")
    parser.add_argument("--objective", type=Path, help="the objective as JSON")
    parser.add_argument("--known", action="store_true", help="search what knows the sealed part, too")
    parser.add_argument("--jobs", type=int, default=1)
    flags = parser.parse_args()
    objective = DEFAULT if flags.objective is None else read_objective(flags.objective)
    series = [one for folder in (flags.traces, *flags.also) for one in demand_series(folder)]
    if not series:
        parser.error(f"no req_*.csv.gz or cpu_*.csv.gz in {flags.traces}; name their folder with --traces")
    work = partial(sealed_of, objective=objective, known=flags.known)
    with ProcessPoolExecutor(flags.jobs) as pool:
        show(list(pool.map(work, series)), objective)


if __name__ == "__main__":
    main()
