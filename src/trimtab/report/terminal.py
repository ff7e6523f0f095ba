"""The report of ``optimize`` as a table and a few lines, 100 columns wide. Renders only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from trimtab.report.layout import notes, table, usd, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType
    from rich.table import Table

    from trimtab.report.data import Report, Row

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
WORDS = frozenset({0, len(HEADS) - 1})


def render(report: Report) -> Group:
    """Return the report for ``rich`` to print with ``crop=False``, so that paths stay whole."""
    return Group(*_parts(report))


def _parts(report: Report) -> Iterator[RenderableType]:
    yield Text(f"{report.title}\n", style="bold")
    if report.rows:
        yield _table(report)
        share = 100 * report.saving_share
        yield Text(f"\nSaving in replay: ${report.saving_usd_month:,} a month ({share:.0f} %).", style="bold")
        yield Text(report.objective)
    yield Text(report.basis, style="dim")
    yield from notes("Cautions", report.cautions)
    yield from notes("LEFT OUT: no answer for these services, they run on as they are", report.left_out)
    yield from written(report.files)


def _table(report: Report) -> Table:
    foots = ("total", "", "", "", "", "", *_money(report), "")
    return table(HEADS, foots, [_cells(row) for row in report.rows], WORDS)


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


def _money(part: Row | Report) -> tuple[str, str, str]:
    return usd(part.before_usd_month), usd(part.after_usd_month), usd(part.saving_usd_month)
