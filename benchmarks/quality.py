"""How good the ladders are on recorded series that they were not tuned on, beside what is usual.

``python benchmarks/quality.py [--traces DIR] [--objective FILE]``. Every demand series in DIR is one
service (``series.py``). Ladders are tuned on the first 70 % and judged on the last 30 %, as
``trimtab optimize`` does it. Costs are over the clairvoyant bound of the judged part, with as many
minutes over as the objective allows.

A fair comparison needs the same promise on both sides. So for each baseline the search is run
again with that baseline's own minutes over as its allowance (its own turns too, where it has more
than 24 a day), and judged by the baseline's own minutes on the judged part: "matched" below.

``sealed`` is the stricter test: the first 70 % are all that the choice ever sees, its own judged part
included, and the rest is replayed once.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from baselines import baselines
from fleet import fleet_bars
from series import add_flag, as_service, by_minute, demand_series, start_of

from trimtab.advice.case.objective import DEFAULT, read_objective
from trimtab.advice.choice.contest import contest, space_of
from trimtab.advice.choice.decide import prefer
from trimtab.advice.choice.model import Decision
from trimtab.advice.choice.trials import begun, bound_s
from trimtab.ladders.convert import policy_of_ladders
from trimtab.ladders.front import Limits
from trimtab.ladders.parts import parts_of
from trimtab.ladders.search import Effort, Hunt, search
from trimtab.replay.bound import required_tasks
from trimtab.replay.policy import fixed_count
from trimtab.replay.run import replay
from trimtab.terraform_module import Ladder, OutStep
from trimtab.units import DAY_MIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from trimtab.advice.case.objective import Objective
    from trimtab.advice.choice.contest import Entrant
    from trimtab.ladders.parts import Parts, RecordingPart
    from trimtab.replay.policy import Policy

FLOOR = 2
MEMORY = Ladder(high=90, low=85, steps=(OutStep(above=0, add=1), OutStep(above=5, add=2)))
MATCHED = Effort(drawn=800, rounds=10, varied=250)
MOST_OVER_BOUND, LEAST_TRIMS, KEPT_SHARE = 1.25, 4, 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One policy on the judged part."""

    over_bound: float
    """Cost over the clairvoyant bound [ratio]."""
    over_share: float
    turns_day: float

    def __str__(self) -> str:
        return f"{self.over_bound:6.2f} {100 * self.over_share:6.2f} {self.turns_day:5.1f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One series."""

    name: str
    decision: Decision | None
    chosen: Ran | None
    sealed: Ran | None
    fixed: Ran | None
    """The least fixed count chosen with the same knowledge: it stood the same trials."""
    plain: Ran | None
    """The least that kept the objective on both parts, whatever harder demand would do to it."""
    usual: Mapping[str, Ran]
    matched: Mapping[str, Ran]


def run(policy: Policy, part: RecordingPart, bound: float) -> Ran:
    """Replay a policy on a part, from the count that suits its first minute."""
    found = replay(part.inputs, begun(policy, part)).summary
    return Ran(
        over_bound=found.billed_s / bound,
        over_share=found.over_min / part.minutes,
        turns_day=found.direction_changes * DAY_MIN / part.minutes,
    )


def row_of(name: str, path: Path, objective: Objective) -> Row:
    """Return everything about one series."""
    parts = parts_of(as_service(by_minute(path)), objective.judged_percent / 100, start_of(path))
    space = space_of(parts, floor=FLOOR, memory=MEMORY)
    bound = bound_s(parts.judged, objective, floor=FLOOR, most=space.most)
    hunt = Hunt(seed=f"{objective.seed} {name}")
    chosen, decision, fixed = chosen_of(parts, objective, hunt)
    inner = parts_of(parts.tuned.inputs, objective.judged_percent / 100, parts.tuned.start)
    sealed, _, _ = chosen_of(inner, objective, hunt)
    need = required_tasks(parts.tuned.inputs, floor=FLOOR).tasks
    usual = baselines(FLOOR, int(need.max()), space.most)
    judged = {kind: run(policy, parts.judged, bound) for kind, policy in usual.items()}

    def ran(entrant: Entrant | None) -> Ran | None:
        if entrant is None:
            return None
        # Minima by the clock of what was chosen on less are laid down for these days too.
        policy = policy_of_ladders(entrant.ladders, initial_tasks=entrant.ladders.min_tasks, over=parts.over)
        return run(policy, parts.judged, bound)

    return Row(
        name=name,
        decision=decision,
        chosen=ran(chosen),
        sealed=ran(sealed),
        fixed=ran(fixed),
        plain=_count(parts, bound, objective.over_share, objective.over_share),
        usual=judged,
        matched={
            kind: matched(parts, bound, hunt, run(policy, parts.tuned, bound), judged[kind])
            for kind, policy in usual.items()
        },
    )


def chosen_of(
    parts: Parts, objective: Objective, hunt: Hunt
) -> tuple[Entrant | None, Decision | None, Entrant | None]:
    """Return what is chosen, the verdict, and the fixed count that stood the same trials."""
    found = contest(parts, objective, hunt, floor=FLOOR, memory=MEMORY)
    entrant, decision = prefer(found, objective) or (None, None)
    return entrant, decision, found.fixed


def _count(parts: Parts, bound: float, tuned_share: float, judged_share: float) -> Ran | None:
    need = np.sort(required_tasks(parts.tuned.inputs, floor=FLOOR).tasks)
    count = int(need[need.size - 1 - math.floor(tuned_share * need.size)])
    found = run(fixed_count(count), parts.judged, bound)
    return found if found.over_share <= judged_share else None


def matched(parts: Parts, bound: float, hunt: Hunt, tuned: Ran, judged: Ran) -> Ran:
    """Return the cheapest that promises what a baseline did when tuned, and is no more over when judged.

    Where nothing is, the baseline stands for itself: then there is nothing to win.
    """
    space = space_of(parts, floor=FLOOR, memory=MEMORY)
    turns = max(DEFAULT.direction_changes_day, tuned.turns_day, judged.turns_day)
    limits = Limits(over_share=tuned.over_share, direction_changes_day=turns)
    effort = Hunt(seed=hunt.seed, effort=MATCHED)
    found = [_count(parts, bound, tuned.over_share, judged.over_share)]
    for one in search(parts.tuned, space, limits, effort):
        ran = run(policy_of_ladders(one.ladders, initial_tasks=one.ladders.min_tasks), parts.judged, bound)
        if ran.over_share <= judged.over_share and ran.turns_day <= turns:
            found.append(ran)
            break
    return min((one for one in found if one is not None), key=lambda one: one.over_bound, default=judged)


def show(rows: Sequence[Row]) -> None:
    """Print the tables."""
    head = " bound  % over turns"
    print(f"{'series':31} {'verdict':22} {'chosen: x' + head:24} {'fixed: x' + head:24} {'sealed: x' + head}")
    for row in rows:
        verdict = row.decision.value if row.decision else "cannot tell"
        cells = (f"{one or '-'!s:22}" for one in (row.chosen, row.fixed, row.sealed))
        print(f"{row.name[:30]:31} {verdict:22} {'   '.join(cells)}")
    for kind in rows[0].usual:
        print(f"\n{kind:31} {'as it is: x' + head:26} {'matched: x' + head}")
        for row in rows:
            print(f"{row.name[:30]:31}    {row.usual[kind]}       {row.matched[kind]}")
        usual, ours = (_mean([row.usual[kind] for row in rows]), _mean([row.matched[kind] for row in rows]))
        print(f"{'mean':31}    {usual}       {ours}")


def bars(rows: Sequence[Row], objective: Objective) -> Iterator[tuple[str, str, bool]]:
    """Yield each bar: what it asks, what was measured, whether it holds."""
    trims = [row.chosen for row in rows if row.decision is Decision.TRIM and row.chosen]
    allowed = objective.over_share
    kept = sum(one.over_share <= allowed for one in trims)
    worst = max((one.over_share for one in trims), default=0.0)
    yield (
        f"objective kept on {100 * KEPT_SHARE:.0f} % of trims, misses under twice the allowance",
        f"{kept} of {len(trims)}, worst {100 * worst:.2f} %",
        kept >= KEPT_SHARE * len(trims) and worst < 2 * allowed,
    )
    mean = float(np.mean([one.over_bound for one in trims])) if trims else math.nan
    yield (
        f"mean cost over the bound at most {MOST_OVER_BOUND} on at least {LEAST_TRIMS} trims",
        f"{mean:.3f} on {len(trims)}",
        len(trims) >= LEAST_TRIMS and mean <= MOST_OVER_BOUND,
    )
    scaled = [row for row in rows if row.chosen and row.fixed]
    dearer = [row.name for row in scaled if row.chosen.over_bound > row.fixed.over_bound * (1 + 1e-12)]
    yield (
        "never dearer than the best fixed count chosen with the same knowledge",
        f"{len(scaled) - len(dearer)} of {len(scaled)}" + (f", not {', '.join(dearer)}" if dearer else ""),
        not dearer,
    )
    cheaper = [
        row.name for row in rows if row.chosen and row.plain and row.plain.over_bound < row.chosen.over_bound
    ]
    yield (
        "the same against a count that need not stand x1.2 and the shifted peak (for information)",
        f"{len(rows) - len(cheaper)} of {len(rows)}" + (f", not {', '.join(cheaper)}" if cheaper else ""),
        not cheaper,
    )
    for kind in rows[0].usual:
        usual = _mean([row.usual[kind] for row in rows])
        ours = _mean([row.matched[kind] for row in rows])
        yield (
            f"cheaper than {kind} at equal or fewer minutes over, on the mean",
            (
                f"{ours.over_bound:.3f} at {100 * ours.over_share:.2f} % against {usual.over_bound:.3f} at "
                f"{100 * usual.over_share:.2f} %"
            ),
            ours.over_bound < usual.over_bound and ours.over_share <= usual.over_share,
        )


def _mean(ran: Sequence[Ran]) -> Ran:
    def mean(value: Callable[[Ran], float]) -> float:
        return float(np.mean([value(one) for one in ran]))

    return Ran(
        over_bound=mean(lambda one: one.over_bound),
        over_share=mean(lambda one: one.over_share),
        turns_day=mean(lambda one: one.turns_day),
    )


def main() -> None:
    """Read the flags, run every series, print tables and bars."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_flag(parser)
    parser.add_argument("--objective", type=Path, help="the objective as JSON")
    parser.add_argument("--no-fleet", action="store_true", help="leave out the example fleet")
    flags = parser.parse_args()
    objective = DEFAULT if flags.objective is None else read_objective(flags.objective)
    rows = [row_of(name, path, objective) for name, path in demand_series(flags.traces)]
    if not rows:
        parser.error(f"no req_*.csv.gz or cpu_*.csv.gz in {flags.traces}; name their folder with --traces")
    show(rows)
    print()
    found = [*bars(rows, objective), *(() if flags.no_fleet else fleet_bars(objective))]
    for asked, measured, holds in found:
        print(f"{'holds ' if holds else 'MISSED'}  {asked}: {measured}")


if __name__ == "__main__":
    main()
