"""What alarms of 20 s beside those of a minute save, over the cost with perfect foresight.

``python benchmarks/fast_signals.py [--traces DIR] [--only PART-OF-A-NAME] [--knows]``. Each demand series is
one service, as in ``quality.py``. Both are chosen on the first 70 % (the alarms of 20 s by ``contest``'s own
search) and judged on the rest; ``sealed`` is the stricter test of ``quality.py``. A series recorded at five
minutes or an hour is held in between: it has neither noise nor a ramp there, so it is shown apart, and its
gain is not believed. ``--knows``: instead, what scaling steps cost that were searched on the judged part
itself, at a minute and with the alarm of 20 s. No trial and no choice of that class undercuts it by much.
"""

from __future__ import annotations

import argparse
import math
import time
from dataclasses import dataclass, replace
from statistics import geometric_mean
from typing import TYPE_CHECKING

from msgspec.structs import replace as replaced
from quality import FLOOR, MEMORY, Ran, run
from series import add_flag, as_service, by_minute, demand_series

from trimtab.advice.case.objective import DEFAULT
from trimtab.advice.choice.contest import contest, limits_of, space_of
from trimtab.advice.choice.decide import prefer
from trimtab.advice.choice.trials import bound_s
from trimtab.ladders.parts import parts_of
from trimtab.ladders.search import Hunt, search

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from trimtab.ladders.front import Tried
    from trimtab.ladders.parts import Parts, RecordingPart

OBJECTIVE = replaced(DEFAULT, fast_signals=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One series: without, with; judged and sealed."""

    name: str
    verdict: str
    slow: Ran | None
    fast: Ran | None
    sealed_slow: Ran | None
    sealed_fast: Ran | None
    times: float
    """CPU of both searches over that of the one at a minute."""


def _pair(
    parts: Parts, judged: RecordingPart, bound: float, hunt: Hunt
) -> tuple[Ran | None, Ran | None, str, float]:
    begin = time.process_time()
    contest(parts, DEFAULT, hunt, floor=FLOOR, memory=MEMORY)
    once = time.process_time() - begin
    begin = time.process_time()
    found = contest(parts, OBJECTIVE, hunt, floor=FLOOR, memory=MEMORY)
    both = time.process_time() - begin
    entrant, decision = prefer(found, OBJECTIVE) or (None, None)
    slow = run(entrant.tested.policy, judged, bound) if entrant else None
    best = found.fast
    if entrant is not None and (best is None or best.tested.tuned_billed_s >= entrant.tested.tuned_billed_s):
        best = entrant
    fast = run(best.tested.policy, judged, bound) if best else None
    return slow, fast, decision.value if decision else "cannot tell", both / once


def row_of(name: str, path: Path) -> Row:
    """Return everything about one series."""
    parts = parts_of(as_service(by_minute(path)), OBJECTIVE.judged_percent / 100)
    bound = bound_s(
        parts.judged, OBJECTIVE, floor=FLOOR, most=space_of(parts, floor=FLOOR, memory=MEMORY).most
    )
    hunt = Hunt(seed=f"{OBJECTIVE.seed} {name}")
    slow, fast, verdict, times = _pair(parts, parts.judged, bound, hunt)
    inner = parts_of(parts.tuned.inputs, OBJECTIVE.judged_percent / 100)
    sealed_slow, sealed_fast, _, _ = _pair(inner, parts.judged, bound, hunt)
    return Row(
        name=name,
        verdict=verdict,
        slow=slow,
        fast=fast,
        sealed_slow=sealed_slow,
        sealed_fast=sealed_fast,
        times=times,
    )


def knowing(path: Path, name: str) -> tuple[float, float]:
    """Return the cost over the bound of steps searched on the judged part, at a minute and at 20 s."""
    parts = parts_of(as_service(by_minute(path)), OBJECTIVE.judged_percent / 100)
    space = space_of(parts, floor=FLOOR, memory=MEMORY)
    bound = bound_s(parts.judged, OBJECTIVE, floor=FLOOR, most=space.most)
    hunt, limits = Hunt(seed=f"{OBJECTIVE.seed} {name}"), limits_of(OBJECTIVE)
    slow = search(parts.judged, space, limits, hunt)
    faster = replace(hunt, fast_signals=True, seeds=tuple(one.ladders for one in slow))
    fast = search(parts.judged, space, limits, faster)

    def least(front: Sequence[Tried]) -> float:
        return front[0].billed_s / bound if front else math.inf

    return least(slow), least(fast)


def show(rows: Sequence[Row]) -> None:
    """Print the table, series of a minute first."""
    head = " bound  % over turns"
    print(f"{'series':28} {'verdict':20} {'a minute: x' + head:27} {'20 s: x' + head:25} sealed 20 s  search")
    for row in sorted(rows, key=lambda one: not one.name.endswith("_1m")):
        print(
            f"{row.name[:27]:28} {row.verdict:20} {row.slow or '-'!s:25} {row.fast or '-'!s:25} "
            f"{row.sealed_slow or '-'!s:22} {row.sealed_fast or '-'!s:22} {row.times:.2f}"
        )
    for words, minute in (("series of a minute", True), ("coarser series, held", False)):
        some = [one for one in rows if one.name.endswith("_1m") == minute and one.slow and one.fast]
        if some:
            pairs = [
                geometric_mean([getattr(one, side).over_bound for one in some]) for side in ("slow", "fast")
            ]
            print(f"{words}: {pairs[0]:.3f} to {pairs[1]:.3f}, geometric mean of {len(some)}")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_flag(parser)
    parser.add_argument("--only", default="")
    parser.add_argument("--knows", action="store_true")
    given = parser.parse_args()
    rows = []
    for name, path in demand_series(given.traces):
        if given.only in name and given.knows:
            slow, fast = knowing(path, name)
            print(
                f"{name[:27]:28} knows the judged part: {slow:.3f} at a minute, {fast:.3f} at 20 s",
                flush=True,
            )
        elif given.only in name:
            rows.append(row_of(name, path))
            print(name, "done", flush=True)
    if rows:
        show(rows)


if __name__ == "__main__":
    main()
