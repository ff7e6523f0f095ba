"""A measured saving as JSON. Renders only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.report.formats import Table, TablePart, as_json

if TYPE_CHECKING:
    from trimtab.report.since.model import SinceReport, SinceRow


class MeasuredPart(TablePart, frozen=True, kw_only=True):
    """What one service saves, Fargate alone."""

    saving_usd_month: float
    """The two below, subtracted."""
    old_usd_month: float
    """The old configuration, replayed on the new demand."""
    now_usd_month: float
    """The tasks that were recorded since, with what their starts and drains cost in replay."""
    error_usd_month: float
    """What replay and record differ by."""
    days: float
    """Counted."""
    demand_ratio: float
    """Mean CPU of the work now over then."""


class SinceServicePart(TablePart, frozen=True, kw_only=True):
    """One service, promised against measured."""

    service: str
    promised_usd_month: float | None
    """Null: nothing was promised."""
    measured: MeasuredPart | None
    """Null: cannot tell."""
    cannot_tell: str
    """Why not; empty where it could be measured."""
    note: str


class SinceTable(Table, frozen=True, kw_only=True):
    """What ``trimtab report DIR --since SNAPSHOT --format json`` prints."""

    cluster: str
    region: str
    promised_from: str
    promised_days: float
    since: str
    """From here on minutes are counted."""
    until: str
    price_basis: str
    promised_usd_month: float
    """Of the services that could be measured."""
    measured_usd_month: float
    error_usd_month: float
    cannot_tell_usd_month: float
    """Promised of the services that could not be measured."""
    services: tuple[SinceServicePart, ...]
    notes: tuple[str, ...]


def render(report: SinceReport) -> str:
    """Return the document, services in the order of the recommendation."""
    table = SinceTable(
        cluster=report.cluster,
        region=report.region,
        promised_from=report.promised_from,
        promised_days=report.promised_days,
        since=report.since,
        until=report.until,
        price_basis=report.price_basis,
        promised_usd_month=float(report.promised_usd_month),
        measured_usd_month=float(report.measured_usd_month),
        error_usd_month=float(report.error_usd_month),
        cannot_tell_usd_month=float(report.open_usd_month),
        services=tuple(_service(row) for row in report.rows),
        notes=report.notes,
    )
    return as_json(table)


def _service(row: SinceRow) -> SinceServicePart:
    told = row.told
    promised = row.promised_usd_month
    return SinceServicePart(
        service=row.service,
        promised_usd_month=None if promised is None else float(promised),
        measured=None
        if told is None
        else MeasuredPart(
            saving_usd_month=float(told.saving_usd_month),
            old_usd_month=float(told.old_usd_month),
            now_usd_month=float(told.now_usd_month),
            error_usd_month=float(told.error_usd_month),
            days=round(told.days, 2),
            demand_ratio=round(told.demand, 4),
        ),
        cannot_tell=row.why,
        note=row.note,
    )
