"""The guard's report as a comment on a pull request (GitHub's Markdown). Renders only.

Addresses hold keys that a person chose: nothing in them may become markup, a mention or a cell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.guard.model import FOLLOWS, Impact
from trimtab.report.guard.words import (
    ADDRESSES_SHOWN,
    BILL,
    CAUTIONS,
    KEYS_SHOWN,
    MEANINGS,
    TITLES,
    counted,
    footnote,
)
from trimtab.report.marked import code, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trimtab.report.guard.data import GuardReport, GuardRow

LONGEST = 60_000
"""Characters; GitHub takes 65,535 in a comment, and a workflow may add some."""
_ROOM = 300
"""For what is said of the rest [characters]."""
ALERTS = {
    Impact.INTERRUPTS: "CAUTION",
    Impact.UNKNOWN: "WARNING",
    Impact.REDEPLOYS: "NOTE",
    Impact.SAFE: "TIP",
}
_HEADS = "| change | is | because of | what it does |\n|---|---|---|---|"


def render(report: GuardReport) -> str:
    """Return the comment, no longer than a comment may be."""
    rows = {_row(row): len(row.addresses) for row in report.rows}
    lines: list[str] = []
    length = 0
    for line in _lines(report):
        length += len(line) + 1
        if length > LONGEST - _ROOM:
            return "\n".join((*lines, *_rest(rows, set(lines)))) + "\n"
        lines.append(line)
    return "\n".join(lines) + "\n"


def _rest(rows: Mapping[str, int], shown: set[str]) -> Iterator[str]:
    """Say how much is not shown."""
    number = sum(many for row, many in rows.items() if row not in shown)
    if any(line.startswith("<details>") for line in shown):
        yield from ("", "</details>")
    what = (
        f"{number} of the {sum(rows.values())} that are not safe"
        if number
        else "what is to be read or is safe"
    )
    yield from ("", f"**More than a comment holds. Not here, but in the table and in the JSON: {what}.**")


def _lines(report: GuardReport) -> Iterator[str]:
    yield "### Plan guard"
    yield ""
    yield f"> [!{ALERTS[report.verdict]}]"
    yield f"> **{report.headline}**"
    if any(report.counts.values()):
        yield f"> {counted(report).capitalize()}."
    # Above the changes, so that it is not what is cut.
    if report.bill:
        yield from (">", f"> {BILL}: {' '.join(map(words, report.bill))}")
    for verdict in (Impact.INTERRUPTS, Impact.UNKNOWN, Impact.REDEPLOYS):
        rows = [row for row in report.rows if row.verdict is verdict]
        if rows:
            yield from ("", f"#### {TITLES[verdict]}: {MEANINGS[verdict]}", "", *_HEADS.splitlines())
            yield from map(_row, rows)
    if report.cautions:
        yield from ("", f"#### {CAUTIONS}", "")
    for caution in report.cautions:
        yield "- " + "<br>".join(map(words, caution.texts))
        yield from (f"  - {_subject(row)}" for row in caution.rows)
    yield from _safe(report)
    yield from ("", f"<sub>{_basis(report)}</sub>")


def _safe(report: GuardReport) -> Iterator[str]:
    if not report.safe:
        return
    number = report.counts[Impact.SAFE]
    yield from ("", f"<details><summary>{number} safe: {MEANINGS[Impact.SAFE]}</summary>", "")
    yield from (f"- {words(line)}" for line in report.safe)
    yield from ("", "</details>")


def _basis(report: GuardReport) -> str:
    made = f"a plan of Terraform or OpenTofu {words(report.engine)}" if report.engine else ""
    parts = (f"trimtab guard {code(report.source)}", made, footnote(report).removesuffix("."))
    return "; ".join(filter(None, parts)) + "."


def _row(row: GuardRow) -> str:
    so = [*map(words, row.whys), *(f"*Instead: {words(text)}*" for text in row.advice)]
    so += [f"<sub>{', '.join(row.facts)}</sub>"] if row.facts else []
    because = [*map(code, row.attributes), *map(_note, row.notes)]
    so = [*so, *([words(row.cost)] if row.cost else [])]
    return f"| {_members(row)} | **{row.deed}** | {'<br>'.join(because)} | {'<br>'.join(so)} |"


def _note(text: str) -> str:
    return (
        f"{FOLLOWS} {code(text.removeprefix(FOLLOWS).strip())}" if text.startswith(FOLLOWS) else words(text)
    )


def _subject(row: GuardRow) -> str:
    because = ", ".join(map(code, row.attributes))
    return _members(row).replace("<br>", " ") + (f": {because}" if because else "")


def _members(row: GuardRow) -> str:
    if len(row.addresses) == 1:
        return code(row.pattern)
    names = _codes(row.keys, KEYS_SHOWN) if row.keys else _codes(row.addresses, ADDRESSES_SHOWN)
    return f"{code(row.pattern)}<br>{len(row.addresses)}: {names}"


def _codes(names: tuple[str, ...], shown: int) -> str:
    more = len(names) - shown
    return ", ".join(map(code, names[:shown])) + (f" and {more} more" if more > 0 else "")
