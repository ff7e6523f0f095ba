"""What steps in of percent save over steps in of whole tasks, by the size of the fleet.

``python benchmarks/percent.py [--traces DIR] [--peak TASKS ...] [--only PART-OF-A-NAME]``. Each demand
series is one service, as in ``quality.py``, scaled so that its peak needs so many tasks. Per series: cost
over the bound on the judged part of

- ``tasks``: the search of whole tasks, as ever;
- ``more``: that, and a second search of whole tasks from its front on with as many replays, which is what the
  replays of percent would have bought otherwise;
- ``percent``: the first, and the search of percent (``kinds/shares.py``), which is taken where it stands
  every trial and is cheaper by over half a percent, as the contest does it, here in small fleets too; *.

``sealed`` is the stricter test of ``quality.py``; ``CPU s`` are of the searches, trials included.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from statistics import geometric_mean
from typing import TYPE_CHECKING

from quality import FLOOR, MEMORY, run
from series import add_flag, as_service, by_minute, demand_series

from trimtab.advice.case.objective import DEFAULT
from trimtab.advice.choice.contest import enter, limits_of, space_of
from trimtab.advice.choice.trials import bound_s, ground_of
from trimtab.ladders.front import TIE
from trimtab.ladders.kinds import shares
from trimtab.ladders.parts import parts_of
from trimtab.ladders.search import Hunt, search

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quality import Ran

    from trimtab.advice.choice.contest import Entrant
    from trimtab.advice.choice.trials import TrialGround
    from trimtab.ladders.front import Tried
    from trimtab.ladders.parts import Parts

KINDS = ("tasks", "more", "percent")


def first(front: Sequence[Tried], ground: TrialGround) -> Entrant | None:
    """Return the cheapest of a front that stands every trial."""
    return next((one for each in front if (one := enter(each.ladders, ground)).tested.passed), None)


def better(one: Entrant | None, other: Entrant | None) -> Entrant | None:
    """Return the second where it is cheaper on the judged part by more than a tie."""
    if one is None or other is None:
        return one or other
    least = one.tested.judged_billed_s
    return other if other.tested.judged_billed_s * (1 + TIE) < least else one


def chosen(parts: Parts, seed: str) -> dict[str, tuple[Entrant | None, float]]:
    """Return what each kind chooses, and the CPU seconds of its search."""
    space = space_of(parts, floor=FLOOR, memory=MEMORY)
    ground, limits = ground_of(parts, DEFAULT, floor=FLOOR, most=space.most), limits_of(DEFAULT)
    hunt = Hunt(seed=seed)

    def timed(searched: Callable[[], Sequence[Tried]]) -> tuple[Sequence[Tried], Entrant | None, float]:
        begun = time.process_time()
        front = searched()
        return front, first(front, ground), time.process_time() - begun

    front, tasks, tasks_s = timed(lambda: search(parts.tuned, space, limits, hunt))
    seeds = tuple(one.ladders for one in front)
    again = replace(hunt, seed=f"{seed} again", seeds=seeds, effort=shares.EFFORT)
    _, more, more_s = timed(lambda: search(parts.tuned, space, limits, again) if front else ())
    _, percent, percent_s = timed(lambda: shares.in_shares(parts.tuned, space, limits, hunt, front)[0])
    return {
        "tasks": (tasks, tasks_s),
        "more": (better(tasks, more), more_s),
        "percent": (better(tasks, percent), percent_s),
    }


def one_peak(flags: argparse.Namespace, peak: int) -> None:
    """Print the table of one size of fleet."""
    print(f"\npeak of {peak} tasks: judged and sealed cost over the bound, sealed minutes over, CPU s")
    found: dict[str, list[tuple[Ran | None, Ran | None, float]]] = {kind: [] for kind in KINDS}
    for name, path in demand_series(flags.traces):
        if flags.only not in name:
            continue
        parts = parts_of(as_service(by_minute(path), peak_tasks=peak), DEFAULT.judged_percent / 100)
        most = space_of(parts, floor=FLOOR, memory=MEMORY).most
        bound = bound_s(parts.judged, DEFAULT, floor=FLOOR, most=most)
        judged = chosen(parts, f"0 {name}")
        sealed = chosen(parts_of(parts.tuned.inputs, DEFAULT.judged_percent / 100), f"0 {name}")
        cells = []
        for kind in KINDS:
            (entrant, cpu_s), (unseen, _) = judged[kind], sealed[kind]
            ran, held = (run(e.tested.policy, parts.judged, bound) if e else None for e in (entrant, unseen))
            found[kind].append((ran, held, cpu_s))
            said = [f"{one.over_bound:.3f}" if one else "-" for one in (ran, held)]
            over = f"{100 * held.over_share:.2f} %" if held else "-"
            mark = "*" if entrant is not None and entrant.ladders.in_percent else " "
            cells.append(f"{kind} {said[0]}{mark} {said[1]} {over} {cpu_s:5.2f}")
        print(f"{name[:27]:28} {' | '.join(cells)}", flush=True)
    for kind, rows in found.items():
        judged_costs = [ran.over_bound for ran, _, _ in rows if ran]
        sealed_runs = [held for _, held, _ in rows if held]
        kept = sum(one.over_share <= DEFAULT.over_share for one in sealed_runs)
        print(
            f"{kind:8} judged {geometric_mean(judged_costs):.3f}, "
            f"sealed {geometric_mean([one.over_bound for one in sealed_runs]):.3f}, "
            f"kept {kept} of {len(sealed_runs)}, CPU s {sum(cpu_s for _, _, cpu_s in rows) / len(rows):.2f}"
        )


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_flag(parser)
    parser.add_argument("--only", default="")
    parser.add_argument("--peak", type=int, nargs="+", default=[20, 60, 200])
    flags = parser.parse_args()
    shares.SHARED_FROM = 0
    # What is compiled is no part of any search.
    warm = parts_of(as_service(by_minute(next(demand_series(flags.traces))[1])[:600]), 0.5)
    chosen(warm, "")
    for peak in flags.peak:
        one_peak(flags, peak)


if __name__ == "__main__":
    main()
