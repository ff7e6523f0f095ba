"""What the reports on the terminal have in common: words wrap, and nothing is ever cut or broken."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from rich.console import Console
from rich.segment import Segment
from rich.text import Text

from trimtab.plain_text import plain
from trimtab.report.figures import Words, whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from rich.console import ConsoleOptions, Group, RenderableType

    from trimtab.report.optimize.data import Note

WIDTH = 100
"""Columns where nothing says how many there are."""

_BLANKS = re.compile(r" +((?:\x1b\[[0-9;]*m)*)$")


def lines(rendered: Group, *, width: int = WIDTH, colours: bool = False) -> list[str]:
    """Return the lines of a report. None ends in blanks; one is longer than ``width`` where a word is."""
    console = Console(
        file=io.StringIO(),
        width=width,
        highlight=False,
        force_terminal=colours,
        color_system="auto" if colours else None,
        legacy_windows=False,
    )
    with console.capture() as capture:
        console.print(_Plain(rendered), crop=False)
    return [_BLANKS.sub(r"\1", line) for line in capture.get().splitlines()]


class _Plain:
    """A report in which no text that others chose reaches the terminal as anything but text."""

    def __init__(self, rendered: Group) -> None:
        self.rendered = rendered

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        """Yield the pieces; colours are theirs, and not of their text."""
        for piece in console.render(self.rendered, options):
            yield Segment(plain(piece.text), piece.style, piece.control)


def as_file(rendered: Group) -> str:
    """Return a report as the text of a file."""
    return "".join(f"{line}\n" for line in lines(rendered))


def usd(amount: Decimal) -> str:
    """Return an amount to the cent."""
    return f"{amount:,.2f}"


def notes(title: str, said: Sequence[Note]) -> Iterator[RenderableType]:
    """Yield what is said of single services, under a title; nothing if nothing is said."""
    if said:
        yield Words(f"\n{title}:")
    for note in said:
        yield Words(f"{note.service}: {note.text}", indent=2)


def written(paths: Sequence[object]) -> Iterator[RenderableType]:
    """Yield the paths of the files that were written, each never broken: it is there to be copied."""
    if paths:
        yield Text("\nWritten:")
    for path in paths:
        yield whole(f"  {path}")
