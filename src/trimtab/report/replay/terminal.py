"""The report of ``replay`` as a table and a few lines. Renders only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from trimtab.report.figures import Figures, Words
from trimtab.report.layout import notes, usd, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from trimtab.report.replay.data import ReplayReport, ReplayRow

HEADS = (
    "service\n",
    "size\n",
    "tasks\nmean",
    "tasks\nseen",
    "\n$/month",
    "CPU\nshort",
    "minutes\nshort",
    "memory\nshort",
    "reversals\na day",
    "cost /\nforesight",
)
BLOCKS = ((1, 2, 3, 4), (5, 6, 7))


def render(report: ReplayReport) -> Group:
    """Return the report for ``layout.lines``."""
    return Group(*_parts(report))


def _parts(report: ReplayReport) -> Iterator[RenderableType]:
    yield Words(f"{report.title}\n", style="bold")
    if report.rows:
        body = [cells(row) for row in report.rows]
        yield Figures(heads=HEADS, body=body, foots=foots(report), blocks=BLOCKS)
        yield Text("")
    yield Words(report.basis, style="dim")
    yield from notes("Noted", report.notes)
    yield from notes("Said by the snapshot", report.snapshot)
    yield from notes("SKIPPED: not replayed", report.skipped)
    yield from written(report.files)


def foots(report: ReplayReport) -> tuple[str, ...]:
    """Return the last row, of all services together."""
    return ("total", "", "", "", usd(report.usd_month), *_over(report), "", "")


def cells(row: ReplayRow) -> tuple[str, ...]:
    """Return the row of one service."""
    return (
        row.service,
        row.size,
        f"{row.tasks_mean:.1f}",
        row.tasks_seen,
        usd(row.usd_month),
        *_over(row),
        f"{row.direction_changes_day:.1f}",
        "-" if row.over_bound is None else f"{row.over_bound:.2f}",
    )


def _over(part: ReplayRow | ReplayReport) -> tuple[str, str, str]:
    return f"{100 * part.over_cpu_share:.1f} %", f"{part.over_cpu_min:,}", f"{part.over_memory_min:,}"
