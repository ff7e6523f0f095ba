"""Where words and data go: words and progress to stderr, data to stdout."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from trimtab.plain_text import one_plain_line, plain, shortened
from trimtab.redaction import shown, shown_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, Group
    from rich.progress import Progress as Bars

    from trimtab.commands.demo import Stages
    from trimtab.engine.progress import EngineProgress as Step
    from trimtab.engine.progress import OnProgress
    from trimtab.progress import Progress

LOG = logging.getLogger("trimtab")
LINE_EVERY = 50
"""Steps of an apply between two lines where there is no terminal."""


class _Stderr(logging.Handler):
    """Writes to stderr as it is now, above a progress bar if there is one."""

    above: Console | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record as a line."""
        words = _seen(plain(self.format(record)))
        if self.above is None:
            typer.echo(words, err=True)
        else:
            self.above.print(words, markup=False, highlight=False, soft_wrap=True)


_STDERR = _Stderr()


def listen(louder: int) -> None:
    """Show what is logged: warnings and more below 0, words at 0, every call and command above."""
    LOG.setLevel(logging.DEBUG if louder > 0 else logging.INFO if louder == 0 else logging.WARNING)
    _STDERR.setFormatter(logging.Formatter("%(asctime)s %(name)s: %(message)s" if louder > 0 else None))
    LOG.handlers = [_STDERR]
    LOG.propagate = False


def say(words: str) -> None:
    """Write words or progress, which go to stderr."""
    LOG.info(words)


def warn(words: str) -> None:
    """Write what is to be known even where words are not wanted."""
    LOG.warning(words)


def fail(words: str) -> None:
    """Write why the command ends, in one line."""
    typer.echo(f"error: {_seen(one_plain_line(words))}", err=True)


def _seen(words: str) -> str:
    """Return words as they may be shown. Half a credential has no form, so they are shortened last."""
    return "\n".join(map(shortened, shown(words).split("\n")))


def show(rendered: Group) -> None:
    """Print a report: the command's data, so to stdout."""
    from trimtab.report.layout import lines  # noqa: PLC0415

    for line in lines(rendered, width=_width(), colours=sys.stdout.isatty()):
        typer.echo(shown(line))


def write_out(text: str) -> None:
    """Write text that is data as it is, less what a terminal would act on, and credentials."""
    typer.echo(shown_whole(plain(text)), nl=False)


def tell(paragraph: str) -> None:
    """Print a paragraph that is part of the answer, wrapped as the tables are."""
    from rich.console import Group  # noqa: PLC0415

    from trimtab.report.figures import Words  # noqa: PLC0415

    show(Group(Words(paragraph)))


def _width() -> int:
    """Return the columns to write in: what COLUMNS says, or the terminal has, or a pipe is given."""
    from trimtab.report.layout import WIDTH  # noqa: PLC0415

    if (asked := os.environ.get("COLUMNS", "")).isdecimal() and int(asked) > 0:
        return int(asked)
    if sys.stdout.isatty():
        return os.get_terminal_size(sys.stdout.fileno()).columns or WIDTH
    return WIDTH


@contextmanager
def progress() -> Iterator[Progress]:
    """Give what steps are told to: a bar with count and time left on a terminal, else plain lines."""
    with _bars() as bars:
        if bars is None:
            yield lambda words, done=0, total=0: say(words)  # noqa: ARG005 - the words have the count
            return

        def step(words: str, done: int = 0, total: int = 0) -> None:
            task = bars.tasks[0] if bars.tasks else None
            if task is not None and task.total != total:
                bars.remove_task(task.id)
                task = None
            if not total:
                say(words)
            elif task is None:
                bars.add_task(words, total=total, completed=done, address="")
            else:
                bars.update(task.id, description=words, completed=done)

        yield step


@contextmanager
def replaying() -> Iterator[Progress]:
    """Give the same for steps that replay, which also say when they are compiled first."""
    from trimtab.replay.kernel.compiling import told_when_compiling  # noqa: PLC0415

    with progress() as told, told_when_compiling(told):
        yield told


@contextmanager
def stages() -> Iterator[Stages]:
    """Give a function that begins a stage of the proof and returns what its steps are told to."""
    with _bars() as bars:
        if bars is None:
            yield _plain
            return

        def begin(name: str) -> OnProgress:
            for task in bars.tasks:
                # A stage that counted nothing ends full: an empty bar would say it failed.
                bars.update(task.id, total=task.total or 1, completed=task.total or 1, address="")
                bars.stop_task(task.id)
            task_id = bars.add_task(name, total=None, address="terraform init and plan")

            def step(told: Step) -> None:
                bars.update(
                    task_id, completed=told.done, total=told.total or None, address=told.address[-60:]
                )

            return step

        yield begin


def _plain(name: str) -> OnProgress:
    say(name)

    def step(told: Step) -> None:
        last = told.done == told.total
        if told.event == "complete" and told.done and (told.done % LINE_EVERY == 0 or last):
            say(f"  {told.done} of {told.total}")

    return step


@contextmanager
def _bars() -> Iterator[Bars | None]:
    """Give bars on stderr, or nothing where they cannot be seen or are not wanted."""
    from rich.console import Console  # noqa: PLC0415

    console = Console(stderr=True)
    if not console.is_terminal or not LOG.isEnabledFor(logging.INFO):
        yield None
        return
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left:"),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[address]}", style="dim"),
    )
    with Progress(*columns, console=console, transient=True) as bars:
        _STDERR.above = console
        try:
            yield bars
        finally:
            _STDERR.above = None
