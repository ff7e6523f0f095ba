"""What the tables on the terminal have in common: figures are never cut, words may be folded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from rich.console import RenderableType

    from trimtab.report.data import Note

WIDTH = 100
"""Columns where the output is no terminal."""
SERVICE_WIDTH = 16
"""Longer names are folded."""
WORDS_WIDTH = 12
"""Words in the last column are folded where the table would pass ``WIDTH``, but never to less."""


def table(
    heads: Sequence[str], foots: Sequence[str], body: Sequence[Sequence[str]], words: frozenset[int]
) -> Table:
    """Lay out the rows at the width they need: a figure cut short to fit is a wrong figure.

    ``words`` numbers the columns that stand to the left; the first is a service's name.
    """
    widths = [
        max(len(line) for cell in column for line in cell.splitlines() or [""])
        for column in zip(heads, foots, *body, strict=True)
    ]
    widths[0] = min(widths[0], SERVICE_WIDTH)
    if len(widths) - 1 in words:
        room = WIDTH - sum(widths[:-1]) - (len(widths) - 1)
        widths[-1] = min(widths[-1], max(WORDS_WIDTH, room))
    laid = Table(
        box=box.SIMPLE_HEAD,
        show_footer=True,
        show_edge=False,
        pad_edge=False,
        padding=0,
        width=sum(widths) + len(widths) - 1,
    )
    for number, (head, foot, width) in enumerate(zip(heads, foots, widths, strict=True)):
        laid.add_column(
            head, foot, width=width, justify="left" if number in words else "right", overflow="fold"
        )
    for cells in body:
        laid.add_row(*cells)
    return laid


def usd(amount: Decimal) -> str:
    """Return an amount to the cent."""
    return f"{amount:,.2f}"


def notes(title: str, said: Sequence[Note]) -> Iterator[RenderableType]:
    """Yield what is said of single services, under a title; nothing if nothing is said."""
    if said:
        yield Text(f"\n{title}:")
    for note in said:
        yield Padding(Text(f"{note.service}: {note.text}"), (0, 0, 0, 2), expand=False)


def written(paths: Sequence[object]) -> Iterator[RenderableType]:
    """Yield the paths of the files that were written, each never broken: it is there to be copied."""
    if paths:
        yield Text("\nWritten:")
    for path in paths:
        yield Text(f"  {path}", no_wrap=True, overflow="ignore")
