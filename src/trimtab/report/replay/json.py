"""A replay as JSON: every service by itself, for programs. Renders only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.report.formats import Table, TablePart, as_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trimtab.report.optimize.data import Note
    from trimtab.report.replay.data import ReplayReport, ReplayRow

PLACES = 6
"""Of a number: beyond lies the order of a sum."""


class NotePart(TablePart, frozen=True, kw_only=True):
    """Something said of one service, or of all."""

    service: str
    text: str


class ReplayedPart(TablePart, frozen=True, kw_only=True):
    """One service, replayed."""

    service: str
    cpu_units: int
    memory_mib: int
    """Of a task."""
    tasks_mean: float
    tasks_least: int
    """Asked for at the least."""
    tasks_most: int
    usd_month: float
    short_of_cpu_min: int
    """Minutes short of CPU."""
    short_of_cpu_share: float
    """The same as a share of all minutes."""
    short_of_memory_min: int
    reversals_day: float
    """Changes from scaling out to scaling in, or back, a day."""
    over_foresight: float | None
    """Cost over the least that perfect foresight would cost at this size; null where that cannot be told."""


class ReplayTable(Table, frozen=True, kw_only=True):
    """What ``trimtab replay SNAPSHOT --format json`` prints."""

    cluster: str
    start: str
    """First minute of the record."""
    days: float
    policy: str
    """What was replayed, in words."""
    basis: str
    """What the figures rest on."""
    usd_month: float
    """Sum of the services."""
    services: tuple[ReplayedPart, ...]
    notes: tuple[NotePart, ...]
    """Among them which trials the policies fail, and where the record stands for a replay."""
    skipped: tuple[NotePart, ...]
    """Services that were not replayed, and why."""
    snapshot: tuple[NotePart, ...]
    """What the snapshot lacks or assumes."""


def render(report: ReplayReport) -> str:
    """Return the document, services in the fleet's order."""
    table = ReplayTable(
        cluster=report.cluster,
        start=report.start,
        days=round(report.days, PLACES),
        policy=report.policy,
        basis=report.basis,
        usd_month=float(report.usd_month),
        services=tuple(_replayed(row) for row in report.rows),
        notes=tuple(_notes(report.notes)),
        skipped=tuple(_notes(report.skipped)),
        snapshot=tuple(_notes(report.snapshot)),
    )
    return as_json(table)


def _replayed(row: ReplayRow) -> ReplayedPart:
    return ReplayedPart(
        service=row.service,
        cpu_units=row.cpu_units,
        memory_mib=row.memory_mib,
        tasks_mean=round(row.tasks_mean, PLACES),
        tasks_least=row.tasks_least,
        tasks_most=row.tasks_most,
        usd_month=float(row.usd_month),
        short_of_cpu_min=row.over_cpu_min,
        short_of_cpu_share=round(row.over_cpu_share, PLACES),
        short_of_memory_min=row.over_memory_min,
        reversals_day=round(row.direction_changes_day, PLACES),
        over_foresight=None if row.over_bound is None else round(row.over_bound, PLACES),
    )


def _notes(said: Iterable[Note]) -> Iterable[NotePart]:
    return (NotePart(service=note.service, text=note.text) for note in said)
