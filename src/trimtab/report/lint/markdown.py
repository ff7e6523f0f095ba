"""An inspection as Markdown for a pull request. Renders only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.lint.model import ORDER
from trimtab.report.lint.terminal import MEANINGS, TITLES, counts_of
from trimtab.report.marked import code, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.report.lint.data import LintReport, LintRow

MOST = 65_000
"""GitHub takes 65,535 characters in a comment."""


def render(report: LintReport) -> str:
    """Return the page; rows that would make it too long are left out and counted."""
    made: list[str] = []
    length = left_out = 0
    for block, counts in _blocks(report):
        length += len(block)
        if length > MOST:
            left_out += counts
        else:
            made.append(block)
    if left_out:
        made.append(f"\n{left_out} more are left out here; `--format json` has them all.\n")
    return "".join(made)


def _blocks(report: LintReport) -> Iterator[tuple[str, int]]:
    """Yield pieces of the page, and how many rows each is."""
    yield f"**{words(report.headline)}**\n\n{words(counts_of(report))}\n", 0
    for severity in ORDER:
        rows = [row for row in report.rows if row.rule.severity is severity]
        if rows:
            head = f"\n### {TITLES[severity]}\n\n{MEANINGS[severity]}.\n\n"
            yield f"{head}| where | what | fix |\n|---|---|---|\n", 0
        for row in rows:
            yield _row(row), 1
    if report.inspection.gaps:
        head = "\n### Not worked out\n\nRules that need it say nothing.\n\n"
        yield f"{head}| where | expression | why | rules |\n|---|---|---|---|\n", 0
    for gap in report.inspection.gaps:
        place, rules = words(f"{gap.place.file}:{gap.place.line}"), ", ".join(gap.rules)
        yield f"| {place} | {code(gap.expression)} | {words(gap.why)} | {rules} |\n", 1


def _row(row: LintRow) -> str:
    what = f"**{words(row.rule.title)}** ({row.rule.id})<br>{words(row.subject)}: {words(row.said)}"
    cells = (words(f"{row.place.file}:{row.place.line}"), what, words(row.rule.fix))
    return f"| {' | '.join(cells)} |\n"
