"""The report of ``rollout`` as a table and a few lines. Renders only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from trimtab.report.figures import Figures, Words, whole
from trimtab.report.layout import notes
from trimtab.report.optimize.data import Note
from trimtab.rollout.model import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from trimtab.rollout.model import Result, Rollout

HEADS = ("service", "outcome", "from", "to")
WORDS = frozenset({0, 1, 2, 3})
_QUIET = frozenset({Outcome.MOVED, Outcome.ALREADY, Outcome.WOULD_MOVE, Outcome.NOT_REACHED})


def render(rollout: Rollout) -> Group:
    """Return the report for ``layout.lines``."""
    return Group(*_parts(rollout))


def _parts(rollout: Rollout) -> Iterator[RenderableType]:
    what = "Undo" if rollout.kind == "undo" else "Rollout"
    yield Words(
        f"{what} of {rollout.cluster}{', dry run: nothing was changed' * rollout.dry_run}\n", style="bold"
    )
    if rollout.results:
        foots = (_counted(rollout), "", "", "")
        body = [_cells(one) for one in rollout.results]
        yield Figures(heads=HEADS, body=body, foots=foots, words=WORDS)
    yield from notes(
        "Noted", [Note(service=one.service, text=text) for one in rollout.results for text in one.notes]
    )
    yield from _calls(rollout)
    if rollout.unknown:
        yield Words("\nNot undone, or not known:")
        yield from (Words(sentence, indent=2) for sentence in rollout.unknown)
    for one in rollout.results:
        if one.outcome not in _QUIET:
            yield from _finding(one)
    if any(one.outcome.stops for one in rollout.results):
        yield Words("\nNothing more was started. Run it again to go on, or with --undo to go back.")
    elif not rollout.results and not rollout.unknown:
        yield Text("Nothing is left to do.")


def _counted(rollout: Rollout) -> str:
    number = len(rollout.results)
    return f"{number} service{'s' * (number != 1)}"


def _cells(one: Result) -> tuple[str, ...]:
    return one.service, one.outcome.value, one.before or "-", one.after or "-"


def _calls(rollout: Rollout) -> Iterator[RenderableType]:
    calls = [call for one in rollout.results for call in one.calls]
    if rollout.dry_run and calls:
        yield Text("\nCalls that would be made, in this order:")
        # Never broken: an ARN is there to be copied.
        yield from (whole(f"  {call}") for call in calls)


def _finding(result: Result) -> Iterator[RenderableType]:
    yield Words(f"\n{result.service}: {result.outcome.value.upper()}: {result.detail}")
    if result.said:
        yield Text("  AWS says:")
    for words in result.said:
        yield Words(words, indent=4)
