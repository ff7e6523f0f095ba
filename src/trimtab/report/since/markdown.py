"""A measured saving as Markdown, for a ticket or a chat. Renders only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.report.marked import words
from trimtab.report.since.terminal import HEADS, basis, cells, foots, untold_title

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trimtab.report.since.model import SinceReport


def render(report: SinceReport) -> str:
    """Return the report, a newline at its end."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: SinceReport) -> Iterator[str]:
    yield f"## {words(report.cluster)}: promised and measured"
    yield ""
    yield words(report.headline)
    if report.told:
        yield ""
        yield _row(HEADS)
        yield _row(("---", *("--:" for _ in HEADS[1:])))
        yield from (_row(map(words, cells(row))) for row in report.told)
        yield _row(f"**{cell}**" if cell else "" for cell in foots(report))
    yield ""
    yield words(basis(report))
    said = [(row.service, row.note) for row in report.told if row.note]
    yield from _list("Noted", said)
    yield from _list(untold_title(report), [(row.service, row.why) for row in report.untold])
    for note in report.notes:
        yield ""
        yield words(note)


def _list(title: str, said: list[tuple[str, str]]) -> Iterator[str]:
    if said:
        yield ""
        yield f"{title}:"
        yield ""
    yield from (f"- **{words(name)}**: {words(text)}" for name, text in said)


def _row(row: Iterable[str]) -> str:
    return f"| {' | '.join(row)} |"
