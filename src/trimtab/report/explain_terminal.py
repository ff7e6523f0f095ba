"""An explanation as text, 100 columns wide. Renders only."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from trimtab.report.explain_model import Fact, Grid, printable
from trimtab.report.layout import WIDTH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from trimtab.report.explain_model import Block, Explanation, Section

INDENT = 2
GAP = 2
"""Between columns."""
LABEL_WIDTH = 20
"""Longer labels are folded."""


def render(explanation: Explanation) -> Group:
    """Return the page for ``rich`` to print with ``crop=False``, so that commands stay whole."""
    return Group(*_parts(explanation))


def _parts(explanation: Explanation) -> Iterator[RenderableType]:
    yield Text(printable(explanation.title), style="bold")
    yield Text(printable(explanation.lead))
    for section in explanation.sections:
        yield Text(f"\n{printable(section.title)}", style="bold")
        yield from _blocks(section)


def _blocks(section: Section) -> Iterator[RenderableType]:
    """Yield the blocks; facts that follow one another share a column of labels."""
    for kind, blocks in groupby(section.blocks, type):
        if kind is Fact:
            yield _facts([block for block in blocks if isinstance(block, Fact)])
        else:
            yield from (_block(block) for block in blocks)


def _facts(facts: list[Fact]) -> Padding:
    """Lay out facts side by side with their labels: what is wrapped stays under its own text."""
    laid = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
    width = min(LABEL_WIDTH, max(len(fact.label) for fact in facts))
    laid.add_column(width=width, overflow="fold")
    laid.add_column()
    for fact in facts:
        laid.add_row(Text(printable(fact.label), style="dim"), Text(printable(fact.text)))
    return Padding(laid, (0, 0, 0, INDENT), expand=False)


def _block(block: Block) -> RenderableType:
    if isinstance(block, Grid):
        return _grid(block)
    if isinstance(block, Fact):
        return _facts([block])
    return Text(" " * INDENT + printable(block.line), no_wrap=True, overflow="ignore")


def _grid(grid: Grid) -> Table:
    """Lay out figures at the width they need, however narrow the terminal: one cut short is a wrong one.

    Only words in the last column are wrapped.
    """
    widths = [max(map(len, column)) for column in zip(grid.heads, *grid.rows, strict=True)]
    widths[0] += INDENT  # in the first column itself: a padding would cut what does not fit
    last = len(widths) - 1
    if last in grid.words:
        before = sum(widths[:last]) + GAP * last
        widths[last] = min(widths[last], max(LABEL_WIDTH, WIDTH - before))
    laid = Table(
        box=None,
        show_edge=False,
        pad_edge=False,
        padding=(0, GAP, 0, 0),
        header_style="dim",
        width=sum(widths) + GAP * last,
    )
    for number, (head, width) in enumerate(zip(grid.heads, widths, strict=True)):
        shown = head if number else " " * INDENT + head
        laid.add_column(Text(shown), justify="left" if number in grid.words else "right", width=width)
    for first, *others in grid.rows:
        cells = (" " * INDENT + first, *others)
        laid.add_row(*(Text(printable(cell)) for cell in cells))
    return laid
