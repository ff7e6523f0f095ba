"""A replay as Markdown, for a change request. Renders only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.report.marked import words
from trimtab.report.replay.terminal import HEADS, cells, foots

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trimtab.report.optimize.data import Note
    from trimtab.report.replay.data import ReplayReport


def render(report: ReplayReport) -> str:
    """Return the report, a newline at its end."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: ReplayReport) -> Iterator[str]:
    yield f"## {words(report.title)}"
    yield ""
    if report.rows:
        yield _row(" ".join(head.split()) for head in HEADS)
        yield _row(("---", *("--:" for _ in HEADS[1:])))
        yield from (_row(words(cell) for cell in cells(row)) for row in report.rows)
        yield _row(f"**{cell}**" if cell else "" for cell in foots(report))
        yield ""
    yield words(report.basis)
    yield from _notes("Noted", report.notes)
    yield from _notes("Said by the snapshot", report.snapshot)
    yield from _notes("Skipped: not replayed", report.skipped)


def _row(cells: Iterator[str] | Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _notes(title: str, said: Sequence[Note]) -> Iterator[str]:
    if said:
        yield ""
        yield f"{title}:"
        yield ""
    for note in said:
        yield f"- **{words(note.service)}**: {words(note.text)}"
