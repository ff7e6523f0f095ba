"""A report as a table and a few lines, 100 columns wide. Renders only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from rich.console import RenderableType

    from trimtab.report.data import Note, Report, Row

WIDTH = 100
"""Columns where the output is no terminal."""
SERVICE_WIDTH = 16
"""Longer names are folded."""
HEADS = (
    "service\n",
    "size\nbefore",
    "tasks\nbefore",
    "size\nafter",
    "tasks\n(est.)",
    "min-max\n",
    "$/month\nbefore",
    "$/month\n(est.)",
    "saving\n(est.)",
)


def render(report: Report) -> Group:
    """Return the report for ``rich`` to print with ``crop=False``, so that paths stay whole."""
    return Group(*_parts(report))


def _parts(report: Report) -> Iterator[RenderableType]:
    yield Text(f"{report.title}\n", style="bold")
    if report.rows:
        yield _table(report)
        yield Text(
            f"\nEstimated saving: ${report.saving_usd_month:,} a month ({100 * report.saving_share:.0f} %).",
            style="bold",
        )
    yield Text(report.basis, style="dim")
    yield from _notes("Cautions", report.cautions)
    yield from _notes("LEFT OUT: no answer for these services, they run on as they are", report.left_out)
    if report.files:
        yield Text("\nWritten:")
    for path in report.files:
        # Never broken: a path is there to be copied.
        yield Text(f"  {path}", no_wrap=True, overflow="ignore")


def _table(report: Report) -> Table:
    """Lay out the rows at the width they need: a figure cut short to fit is a wrong figure."""
    heads = (*HEADS, "why\n")
    foots = ("total", "", "", "", "", "", *_money(report), "")
    body = [_cells(row) for row in report.rows]
    widths = [
        max(len(line) for cell in column for line in cell.splitlines() or [""])
        for column in zip(heads, foots, *body, strict=True)
    ]
    widths[0] = min(widths[0], SERVICE_WIDTH)
    table = Table(
        box=box.SIMPLE_HEAD,
        show_footer=True,
        show_edge=False,
        pad_edge=False,
        padding=0,
        width=sum(widths) + len(widths) - 1,
    )
    for number, (head, foot, width) in enumerate(zip(heads, foots, widths, strict=True)):
        words = number in {0, len(widths) - 1}
        table.add_column(head, foot, width=width, justify="left" if words else "right", overflow="fold")
    for cells in body:
        table.add_row(*cells)
    return table


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
    return _usd(part.before_usd_month), _usd(part.after_usd_month), _usd(part.saving_usd_month)


def _usd(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def _notes(title: str, notes: Sequence[Note]) -> Iterator[RenderableType]:
    if notes:
        yield Text(f"\n{title}:")
    for note in notes:
        yield Padding(Text(f"{note.service}: {note.text}"), (0, 0, 0, 2), expand=False)
