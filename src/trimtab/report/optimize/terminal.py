"""The report of ``optimize`` as a table and a few lines. Renders only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from trimtab.report.figures import Figures, Words, whole
from trimtab.report.latency import TITLE as P95
from trimtab.report.layout import notes, usd, written
from trimtab.report.levers import TITLE as LEVERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from trimtab.report.optimize.data import Report, Row, SplitRow

HEADS = (
    "service\n",
    "size\nbefore",
    "tasks\nbefore",
    "size\nafter",
    "tasks\nafter",
    "min-max\n",
    "$/month\nbefore",
    "$/month\nafter",
    "saving\n",
    "why\n",
)
SPLIT_HEADS = ("of which\n", "$/month\nbefore", "$/month\nafter", "saving\n")
WORDS = frozenset({0, len(HEADS) - 1})
BLOCKS = ((1, 2, 3, 4, 5), (6, 7, 8))
"""What runs, and what it costs, each read side by side."""


def render(report: Report) -> Group:
    """Return the report for ``layout.lines``."""
    return Group(*_parts(report))


def _parts(report: Report) -> Iterator[RenderableType]:
    yield Words(f"{report.title}\n", style="bold")
    if report.rows:
        yield _table(report)
        yield Text("")
        yield _split(report)
        yield Words(f"\n{report.saving}", style="bold")
        yield Words(report.objective)
        yield from (Words(note) for note in report.split_notes)
    yield Words(report.basis, style="dim")
    yield from notes("Not simply trimmed", report.verdicts)
    yield from notes(P95, report.p95)
    yield from notes("Cautions", report.cautions)
    yield from notes(LEVERS, report.levers)
    yield from notes("Said by the snapshot", report.snapshot)
    yield from notes("LEFT OUT: no answer for these services, they run on as they are", report.left_out)
    yield from written(report.files)
    if report.more:
        yield whole(f"\nWhy, on a page: {report.more}")


def _table(report: Report) -> Figures:
    foots = ("total", "", "", "", "", "", *_money(report), "")
    body = [_cells(row) for row in report.rows]
    if report.shared is not None:
        body.append((report.shared.part, "", "", "", "", "", *_money(report.shared), "shared"))
    return Figures(heads=HEADS, body=body, foots=foots, words=WORDS, blocks=BLOCKS)


def _split(report: Report) -> Figures:
    body = [(row.part, *_money(row)) for row in report.split]
    return Figures(heads=SPLIT_HEADS, body=body, foots=("total", *_money(report)))


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.service,
        row.size_before,
        f"{row.tasks_before:.1f}",
        row.size_after,
        f"{row.tasks_after:.1f}",
        row.bounds,
        *_money(row),
        row.why,
    )


def _money(part: Row | SplitRow | Report) -> tuple[str, str, str]:
    amounts = (part.before_usd_month, part.after_usd_month, part.saving_usd_month)
    before, after, saving = ("not known" if amount is None else usd(amount) for amount in amounts)
    return before, after, saving
