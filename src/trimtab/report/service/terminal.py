"""An explanation as text. Renders only."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Group

from trimtab.report.figures import Figures, ServiceFigures, Words, whole
from trimtab.report.service.model import Fact, Grid, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from trimtab.report.service.model import Block, Explanation, Section

INDENT = 2
GAP = 2
"""Between columns."""
LABEL_WIDTH = 20
"""Longer labels are wrapped."""
WHOLE = 1000
"""What stands first in a grid is no name of anybody's, and short."""


def render(explanation: Explanation) -> Group:
    """Return the page for ``layout.lines``."""
    return Group(*_parts(explanation))


def _parts(explanation: Explanation) -> Iterator[RenderableType]:
    yield Words(printable(explanation.title), style="bold")
    yield Words(printable(explanation.lead))
    for section in explanation.sections:
        yield Words(f"\n{printable(section.title)}", style="bold")
        yield from _blocks(section)


def _blocks(section: Section) -> Iterator[RenderableType]:
    """Yield the blocks; facts that follow one another share a column of labels."""
    for kind, blocks in groupby(section.blocks, type):
        if kind is Fact:
            yield _facts([block for block in blocks if isinstance(block, Fact)])
        else:
            yield from (_block(block) for block in blocks)


def _facts(facts: list[Fact]) -> ServiceFigures:
    pairs = [(printable(fact.label), printable(fact.text)) for fact in facts]
    return ServiceFigures(pairs=pairs, indent=INDENT, label_width=LABEL_WIDTH)


def _block(block: Block) -> RenderableType:
    if isinstance(block, Grid):
        return Figures(
            heads=block.heads,
            body=[tuple(map(printable, row)) for row in block.rows],
            words=frozenset(block.words),
            name_width=WHOLE,
            indent=INDENT,
            gap=GAP,
            head_style="dim",
            ruled=False,
        )
    if isinstance(block, Fact):
        return _facts([block])
    return whole(" " * INDENT, printable(block.line))
