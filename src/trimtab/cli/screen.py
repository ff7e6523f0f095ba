"""Where words and data go: words and progress to stderr, data to stdout."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import Group


def say(words: str) -> None:
    """Write words or progress, which go to stderr."""
    typer.echo(words, err=True)


def show(rendered: Group) -> None:
    """Print a report: the command's data, so to stdout."""
    from rich.console import Console  # noqa: PLC0415

    from trimtab.report.layout import WIDTH  # noqa: PLC0415

    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    console.print(rendered, crop=False)


def tell(paragraph: str) -> None:
    """Print a paragraph that is part of the answer, wrapped as the tables are."""
    from rich.console import Group  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    show(Group(Text(paragraph)))
