"""A measured saving as a table and a few lines. Renders only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from trimtab.report.figures import Figures, Words
from trimtab.report.layout import notes, usd
from trimtab.report.optimize.data import Note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from trimtab.report.since.model import SinceReport, SinceRow

HEADS = ("service", "promised", "measured", "±", "old, replayed", "now", "days", "demand")
BLOCKS = ((1, 2, 3), (4, 5))


def render(report: SinceReport) -> Group:
    """Return the report for ``layout.lines``."""
    return Group(*_parts(report))


def _parts(report: SinceReport) -> Iterator[RenderableType]:
    yield Words(f"{report.headline}\n", style="bold")
    if report.told:
        body = [cells(row) for row in report.told]
        yield Figures(heads=HEADS, body=body, foots=foots(report), blocks=BLOCKS)
        yield Text("")
    yield Words(basis(report), style="dim")
    yield from notes("Noted", [Note(service=row.service, text=row.note) for row in report.told if row.note])
    yield from notes(untold_title(report), [Note(service=row.service, text=row.why) for row in report.untold])
    yield from (Words(note, style="dim") for note in report.notes)


def untold_title(report: SinceReport) -> str:
    """Return the title of the services that could not be measured."""
    return f"Cannot tell, because (promised: ${report.open_usd_month:,} a month)"


def basis(report: SinceReport) -> str:
    """Return what the figures rest on."""
    prices = f"{report.price_basis[:1].upper()}{report.price_basis[1:]}"
    return (
        f"{report.cluster}, {report.region}, {report.since} to {report.until}. Measured: the old "
        "configuration replayed on the demand since, less the tasks that were recorded, with what their "
        f"starts and drains cost in replay. {prices}, USD in a month of 730 h. "
        "Demand: CPU of the work now over then."
    )


def cells(row: SinceRow) -> tuple[str, ...]:
    """Return the row of a service that could be measured."""
    told, promised = row.told, row.promised_usd_month
    if told is None or promised is None:
        return ()
    return (
        row.service,
        usd(promised),
        usd(told.saving_usd_month),
        usd(told.error_usd_month),
        usd(told.old_usd_month),
        usd(told.now_usd_month),
        f"{told.days:.1f}",
        f"{told.demand:.2f}",
    )


def foots(report: SinceReport) -> tuple[str, ...]:
    """Return the last row."""
    promised, measured = report.promised_usd_month, report.measured_usd_month
    return ("total", usd(promised), usd(measured), usd(report.error_usd_month), "", "", "", "")
