"""An explanation as Markdown, for a change request. Renders only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trimtab.report.service.model import Fact, Grid, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.report.service.model import Block, Explanation

MARKUP = re.compile(r"[\\`*\[\]|]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
"""What Markdown would act on; an underscore within a word it leaves alone."""


def render(explanation: Explanation) -> str:
    """Return the page, a newline at its end."""
    return "\n".join(_lines(explanation)) + "\n"


def _lines(explanation: Explanation) -> Iterator[str]:
    yield f"## {_text(explanation.title)}"
    yield ""
    yield _text(explanation.lead)
    for section in explanation.sections:
        yield ""
        yield f"### {_text(section.title)}"
        kind: type[Block] | None = None
        for block in section.blocks:
            # Facts make one list; anything else stands alone.
            if not (isinstance(block, Fact) and kind is Fact):
                yield ""
            yield from _block(block)
            kind = type(block)


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Fact):
        yield f"- **{_text(block.label)}**: {_text(block.text)}"
    elif isinstance(block, Grid):
        yield _row(block.heads)
        yield _row(tuple("---" if number in block.words else "--:" for number in range(len(block.heads))))
        yield from (_row(row) for row in block.rows)
    else:
        yield "```sh"
        yield printable(block.line)
        yield "```"


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(_text(cell) for cell in cells)} |"


def _text(words: str) -> str:
    """Return the words so that none of them is markup."""
    plain = printable(words)
    return MARKUP.sub(r"\\\g<0>", plain).replace("&", "&amp;").replace("<", "&lt;")
