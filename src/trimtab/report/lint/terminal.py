"""An inspection as words for a terminal. Renders only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from trimtab.lint.model import ORDER, Severity
from trimtab.report.figures import Words, whole
from trimtab.report.layout import as_file
from trimtab.report.lint.data import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from trimtab.lint.model import Gap
    from trimtab.report.lint.data import LintReport, LintRow

TITLES = {Severity.ERROR: "Errors", Severity.WARNING: "Warnings", Severity.NOTE: "Notes"}
MEANINGS = {
    Severity.ERROR: "AWS refuses it, or it harms what runs",
    Severity.WARNING: "it costs, flaps or fails sooner or later",
    Severity.NOTE: "worth knowing; it may be meant",
}
STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold cyan"}


def render(report: LintReport) -> Group:
    """Return the report for ``layout.lines``."""
    return Group(*_parts(report))


def as_text(report: LintReport) -> str:
    """Return the report laid out for a file."""
    return as_file(render(report))


def counts_of(report: LintReport) -> str:
    """Return how many of each, and of what."""
    said = [counted(number, severity.value) for severity, number in report.counts.items() if number]
    gaps = len(report.inspection.gaps)
    said += [f"{gaps} not worked out"] if gaps else []
    resources = counted(report.inspection.resources, "resource")
    return f"{report.inspection.source}, {resources}: {', '.join(said) or 'nothing found'}"


def _parts(report: LintReport) -> Iterator[RenderableType]:
    worst = next((one for one in ORDER if report.counts[one]), None)
    yield Words(report.headline, style=STYLES[worst] if worst else "bold green")
    yield Words(counts_of(report), style="dim")
    for severity in ORDER:
        rows = [row for row in report.rows if row.rule.severity is severity]
        if rows:
            yield _title(TITLES[severity], MEANINGS[severity], STYLES[severity])
        last = ""
        for row in rows:
            yield from _head(row, last)
            last = row.rule.id
            yield from _row(row)
    if report.inspection.gaps:
        yield _title("Not worked out", "rules that need it say nothing", "bold magenta")
    for gap in report.inspection.gaps:
        yield from _gap(gap)


def _title(title: str, meaning: str, style: str) -> Words:
    return Words(Text.assemble((f"\n{title.upper()}", style), f"  {meaning}"))


def _head(row: LintRow, last: str) -> Iterator[RenderableType]:
    """Say once for all its places what a rule is about."""
    if row.rule.id == last:
        return
    yield Words(Text.assemble((f"\n{row.rule.title}", "bold"), (f"  [{row.rule.id}]", "dim")))
    yield Words(row.rule.why, indent=2, style="dim")
    yield Words(f"Fix: {row.rule.fix}", indent=2)


def _row(row: LintRow) -> Iterator[RenderableType]:
    yield whole(f"  {row.place.file}:{row.place.line}")
    yield Words(f"{row.subject}: {row.said}", indent=4)


def _gap(gap: Gap) -> Iterator[RenderableType]:
    yield whole(f"  {gap.place.file}:{gap.place.line}")
    yield Words(f"{gap.expression}: {gap.why}", indent=4)
    some = f"{gap.addresses[0]}{f' and {len(gap.addresses) - 1} more' if len(gap.addresses) > 1 else ''}"
    yield Words(f"needed by {', '.join(gap.rules)} for {some}", indent=4, style="dim")
