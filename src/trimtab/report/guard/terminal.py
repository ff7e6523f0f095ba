"""The guard's report as tables: side by side where there is room, else one below the other. Renders only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from trimtab.guard.model import Impact
from trimtab.report.figures import Words
from trimtab.report.guard.words import BILL, CAUTIONS, MEANINGS, TITLES, counted, footnote, members, subject
from trimtab.report.layout import as_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, ConsoleOptions, RenderableType

    from trimtab.report.guard.data import GuardReport, GuardRow

GAP = 2
"""Between the two columns."""
LEAST = 48
"""A narrower column of sentences is hard to read."""
STYLES = {
    Impact.INTERRUPTS: "bold red",
    Impact.UNKNOWN: "bold yellow",
    Impact.REDEPLOYS: "bold cyan",
    Impact.SAFE: "bold green",
}


def render(report: GuardReport) -> Group:
    """Return the report for ``layout.lines``."""
    return Group(*_parts(report))


def as_text(report: GuardReport) -> str:
    """Return the report laid out for a file."""
    return as_file(render(report))


def _parts(report: GuardReport) -> Iterator[RenderableType]:
    yield Words(report.headline, style=STYLES[report.verdict])
    if any(report.counts.values()):
        yield Words(f"{report.source}: {counted(report)}", style="dim")
    for verdict in (Impact.INTERRUPTS, Impact.UNKNOWN, Impact.REDEPLOYS):
        rows = [row for row in report.rows if row.verdict is verdict]
        if rows:
            yield _title(verdict)
            yield _Rows(rows)
    yield from _below(report)


def _below(report: GuardReport) -> Iterator[RenderableType]:
    """Yield what stands below the changes: cautions, what is safe, the bill."""
    if report.cautions:
        yield Text(f"\n{CAUTIONS.upper()}", style="bold")
    for caution in report.cautions:
        yield from (Words(f"- {text}", indent=2) for text in caution.texts)
        for row in caution.rows:
            words = ": ".join((subject(row), "; ".join(row.attributes))).removesuffix(": ")
            yield Words(words, indent=4, style="dim")
    if report.safe:
        yield _title(Impact.SAFE)
    for line in report.safe:
        yield Words(line, indent=2)
    if report.bill:
        yield Text(f"\n{BILL.upper()}", style="bold")
    for line in report.bill:
        yield Words(line, indent=2)
    if note := footnote(report):
        yield Words(f"\n{note}", style="dim")


def _title(verdict: Impact) -> Words:
    title = (f"\n{TITLES[verdict].upper()}", STYLES[verdict])
    return Words(Text.assemble(title, f"  {MEANINGS[verdict]}"))


@dataclass(frozen=True, slots=True)
class _Rows:
    """Changes and what each does."""

    rows: list[GuardRow]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """Yield two columns, or one below the other where a word would be broken."""
        del console
        width = options.max_width // 2 - GAP
        cells = [(_change(row, width), _effect(row)) for row in self.rows]
        longest = max(len(word) for pair in cells for text in pair for word in text.plain.split())
        if width >= LEAST and longest <= width:
            yield _side_by_side(cells)
            return
        for row in self.rows:
            yield Text("")
            yield Words(_change(row, options.max_width))
            yield Words(_effect(row), indent=4)


def _side_by_side(cells: list[tuple[Text, Text]]) -> Table:
    laid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, GAP, 0, 0), expand=True)
    laid.add_column("change", ratio=1)
    laid.add_column("what it does", ratio=1)
    for number, pair in enumerate(cells):
        if number:
            laid.add_row()
        laid.add_row(*pair)
    return laid


def _change(row: GuardRow, width: int) -> Text:
    parts: list[str | tuple[str, str]] = [(_broken(row.pattern, width), "bold")]
    if len(row.addresses) > 1:
        parts.append((f"\n{len(row.addresses)}: {members(row)}", "dim"))
    parts.append(f"\n{row.deed}")
    parts += [f"\n{line}" for text in row.attributes for line in _lines(text, width)]
    parts += [f"\n{row.cost}"] if row.cost else []
    parts += [(f"\n{text}", "dim") for text in row.notes]
    return Text.assemble(*parts)


def _lines(attribute: str, width: int) -> list[str]:
    """Return an attribute on one line, or where that is too long the values below it."""
    if len(attribute) <= width - 2:
        return [f"  {attribute}"]
    path, _, values = attribute.partition(": ")
    before, arrow, after = values.partition("-> ")
    return [f"  {path}:", *(f"    {part}" for part in (before.strip(), f"{arrow}{after}") if part)]


def _broken(address: str, width: int) -> str:
    """Break a long address where a module or a resource begins, never inside a name."""
    if len(address) <= width:
        return address
    head, dot, rest = address.partition("].")
    return f"{head}]\n  .{_broken(rest, width)}" if dot else address


def _effect(row: GuardRow) -> Text:
    said = "\n".join((*row.whys, *(f"Instead: {text}" for text in row.advice)))
    return Text.assemble(said, (f"\n({', '.join(row.facts)})", "dim")) if row.facts else Text(said)
