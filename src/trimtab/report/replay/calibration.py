"""How far the replay is from what happened, in lines. Renders only."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Group
from rich.text import Text

from trimtab.advice.calibration.fit import FITTED_SHARE
from trimtab.demand.own import LEAST_STARTS
from trimtab.fleet.left_out import LeftOut
from trimtab.report.figures import Figures, Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from rich.console import RenderableType

    from trimtab.advice.calibration.fit import Calibration
    from trimtab.advice.calibration.happened import Scored
    from trimtab.advice.calibration.own import JudgedOwn
    from trimtab.demand.terms import Term

HEADS = (
    "forecast\n",
    "predicted\n",
    "false\n",
    "delay error\np50 s",
    "delay error\np95 s",
    "count\nerror",
    "bill\nerror",
)
BLOCKS = ((1, 2, 3, 4), (5, 6))


def render(found: Sequence[Calibration | LeftOut], written: Path | None = None) -> Group:
    """Return the report for ``layout.lines``; ``written`` is where it is kept."""
    return Group(*_parts(found, written))


def _parts(found: Sequence[Calibration | LeftOut], written: Path | None) -> Iterator[RenderableType]:
    rest = 100 * (1 - FITTED_SHARE)
    yield Words(f"Replay beside what happened, on the last {rest:.0f} % of the recording\n", style="bold")
    for one in found:
        if isinstance(one, LeftOut):
            yield Words(f"{one.service}: {one}")
        else:
            yield from _one(one)
    if written is not None:
        yield Words(f"kept in {written}, for optimize and replay of this snapshot")


def _one(found: Calibration) -> Iterator[RenderableType]:
    fields = found.fields
    yield Words(
        f"{found.service}: fitted on the first {100 * FITTED_SHARE:.0f} %: an alarm sees a minute "
        f"{fields.delay_s} s after its end, the activity begins {fields.phase_s:.1f} s later, and a "
        f"scale-in lasts {fields.in_activity_s} s"
    )
    own = found.own
    if own is not None:
        yield Words(_own(own))
    if found.seen_s:
        told = np.quantile(found.seen_s, (0.05, 0.5, 0.95))
        yield Words(
            f"its alarms' own history: asked {told[1]:.1f} s after a period's end (median of "
            f"{len(found.seen_s)}; 5 to 95 %: {told[0]:.1f} to {told[2]:.1f} s)"
        )
    body = [
        _row("replay", found.judged),
        _row("  where fitted", found.fitted),
        _row("without a phase", found.plain),
        _row("with defaults", found.default),
        _row("count stays", found.stays),
        _row("day before", found.day_before),
    ]
    if own is not None and own.replays:
        names = ("own CPU apart", "all CPU as work")
        body += [_row(name, one) for name, one in zip(names, own.replays, strict=True)]
    yield Figures(heads=HEADS, body=body, foots=(), blocks=BLOCKS)
    if not found.used:
        yield Words("The fitted fields are no nearer to the count than the defaults: these stay.")
    yield Words(claim(found))
    yield Text("")


def _own(own: JudgedOwn) -> str:
    """Say what is told of the tasks' own CPU, and what that is worth on the rest."""
    found = own.found
    counted = (
        f"{found.changes} changes of the count and {found.starts} starts, {LEAST_STARTS} of each are needed"
    )
    parts = [
        _term("a task without work", found.own.idle, "vCPU"),
        _term("a start", found.own.boot, "vCPU-seconds"),
    ]
    text = f"CPU of its tasks' own, told on the same part ({counted}): {'; '.join(parts)}"
    if not found.told:
        return f"{text}. What the whole recording tells of it, if it does, is used"
    judged = (
        f"near a change of the count ({found.minutes:,} minutes of the rest) CPU is foretold within "
        f"{found.error_vcpu:.3g} vCPU with it, {found.without_error_vcpu:.3g} without"
    )
    used = "it is used" if found.used else "it is not used, and all CPU counts as work"
    return f"{text}; {judged}: {used}"


def _term(what: str, term: Term, unit: str) -> str:
    if not term.told:
        return f"{what}: cannot tell, because {term.why}"
    return f"{what} {term.value:.3g} {unit} ({term.most:.3g} at most)"


def claim(found: Calibration) -> str:
    """Return what the figures allow to be said of the replay."""
    judged = found.best
    told = (
        f"{judged.matched.predicted} of {judged.matched.happened} activities in {found.judged_days:.1f} days"
    )
    best = min(found.stays.count_error, found.day_before.count_error)
    if judged.count_error >= best:
        return (
            f"The replay says {told} and is no nearer to the count than a forecast that knows no policy: "
            "do not believe what it says of this service's scaling."
        )
    error = 100 * abs(judged.bill_error)
    return (
        f"The replay says {told}; a saving of less than {error:.1f} % is within its error of the bill, "
        "and no saving."
    )


def _row(name: str, scored: Scored) -> tuple[str, ...]:
    matched = scored.matched
    return (
        name,
        f"{100 * matched.share:.1f} %",
        str(matched.false),
        _seconds(matched.error_s(0.5)),
        _seconds(matched.error_s(0.95)),
        f"{100 * scored.count_error:.1f} %",
        f"{100 * scored.bill_error:+.1f} %",
    )


def _seconds(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.1f}"
