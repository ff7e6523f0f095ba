"""The guard's report as tables, 100 columns wide where the output is no terminal. Renders only."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from trimtab.adoption.guard_model import Verdict
from trimtab.report.guard_words import CAUTIONS, MEANINGS, TITLES, counted, footnote, members, subject
from trimtab.report.layout import WIDTH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from trimtab.report.guard_data import GuardReport, GuardRow

COLUMN = WIDTH // 2 - 2
STYLES = {
    Verdict.INTERRUPTS: "bold red",
    Verdict.UNKNOWN: "bold yellow",
    Verdict.REDEPLOYS: "bold cyan",
    Verdict.SAFE: "bold green",
}


def render(report: GuardReport) -> Group:
    """Return the report for ``rich`` to print with ``crop=False``."""
    return Group(*_parts(report))


def as_text(report: GuardReport) -> str:
    """Return the report laid out for a file."""
    console = Console(file=io.StringIO(), width=WIDTH, highlight=False)
    with console.capture() as capture:
        console.print(render(report), crop=False)
    return "".join(f"{line.rstrip()}\n" for line in capture.get().splitlines())


def _parts(report: GuardReport) -> Iterator[RenderableType]:
    yield Text(report.headline, style=STYLES[report.verdict])
    if any(report.counts.values()):
        yield Text(f"{report.source}: {counted(report)}", style="dim")
    for verdict in (Verdict.INTERRUPTS, Verdict.UNKNOWN, Verdict.REDEPLOYS):
        rows = [row for row in report.rows if row.verdict is verdict]
        if rows:
            yield _title(verdict)
            yield _table(rows)
    if report.cautions:
        yield Text(f"\n{CAUTIONS.upper()}", style="bold")
    for caution in report.cautions:
        yield from (_indented(f"- {text}", 2) for text in caution.texts)
        for row in caution.rows:
            yield _indented(": ".join((subject(row), "; ".join(row.attributes))).removesuffix(": "), 4, "dim")
    if report.safe:
        yield _title(Verdict.SAFE)
    for line in report.safe:
        yield _indented(line, 2)
    if note := footnote(report):
        yield Text(f"\n{note}", style="dim")


def _title(verdict: Verdict) -> Text:
    return Text.assemble((f"\n{TITLES[verdict].upper()}", STYLES[verdict]), f"  {MEANINGS[verdict]}")


def _table(rows: list[GuardRow]) -> Table:
    laid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0), expand=True)
    laid.add_column("change", ratio=1, overflow="fold")
    laid.add_column("what it does", ratio=1, overflow="fold")
    for number, row in enumerate(rows):
        if number:
            laid.add_row()
        laid.add_row(_change(row), _effect(row))
    return laid


def _change(row: GuardRow) -> Text:
    parts: list[str | tuple[str, str]] = [(_broken(row.pattern), "bold")]
    if len(row.addresses) > 1:
        parts.append((f"\n{len(row.addresses)}: {members(row)}", "dim"))
    parts.append(f"\n{row.deed}")
    parts += [f"\n{line}" for text in row.attributes for line in _lines(text)]
    parts += [(f"\n{text}", "dim") for text in row.notes]
    return Text.assemble(*parts)


def _lines(attribute: str) -> list[str]:
    """Return an attribute on one line, or where that is too long the values below it."""
    if len(attribute) <= COLUMN - 2:
        return [f"  {attribute}"]
    path, _, values = attribute.partition(": ")
    before, arrow, after = values.partition("-> ")
    return [f"  {path}:", *(f"    {part}" for part in (before.strip(), f"{arrow}{after}") if part)]


def _broken(address: str) -> str:
    """Break a long address where a module or a resource begins, never inside a name."""
    if len(address) <= COLUMN:
        return address
    head, dot, rest = address.partition("].")
    return f"{head}]\n  .{_broken(rest)}" if dot else address


def _effect(row: GuardRow) -> Text:
    said = [*row.whys, *(f"Instead: {text}" for text in row.advice)]
    return Text("\n".join(said))


def _indented(text: str, columns: int, style: str = "") -> Padding:
    return Padding(Text(text, style=style), (0, 0, 0, columns), expand=False)
