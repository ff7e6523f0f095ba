"""Stages of a long run, each with a bar, on stderr. Where that is no terminal: a line now and then."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trimtab.adoption.engine import OnProgress
    from trimtab.adoption.engine import Progress as Step

    Stages: TypeAlias = Callable[[str], OnProgress]

LINE_EVERY = 50
"""Steps between two lines where there is no terminal."""


@contextmanager
def stages() -> Iterator[Stages]:
    """Give a function that begins a stage and returns what its steps are told to."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _plain
        return
    columns = (
        TextColumn("{task.description:<28}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[address]}", style="dim"),
    )
    with Progress(*columns, console=console) as bars:
        current = [bars.add_task("starting the sandbox", total=None, address="")]

        def begin(name: str) -> OnProgress:
            # A stage that counted nothing ends full: an empty bar would say it failed.
            _finish(bars, current[0])
            current[0] = bars.add_task(name, total=None, address="terraform init and plan")
            task = current[0]

            def step(told: Step) -> None:
                bars.update(task, completed=told.done, total=told.total or None, address=told.address[-60:])

            return step

        yield begin
        _finish(bars, current[0])


def _finish(bars: Progress, task: object) -> None:
    done = next(one for one in bars.tasks if one.id == task)
    bars.update(done.id, total=done.total or 1, completed=done.total or 1, address="")
    bars.stop_task(done.id)


def _plain(name: str) -> OnProgress:
    sys.stderr.write(f"{name}\n")

    def step(told: Step) -> None:
        if (
            told.event == "complete"
            and told.done
            and (told.done % LINE_EVERY == 0 or told.done == told.total)
        ):
            sys.stderr.write(f"  {told.done} of {told.total}\n")

    return step
