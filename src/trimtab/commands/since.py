"""``trimtab report DIR --since SNAPSHOT``: what a result promised against what was measured later."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from trimtab.catalog.own_prices import prices_for
from trimtab.document.read import refuse_foreign
from trimtab.errors import UsageError
from trimtab.progress import silent
from trimtab.report.since.data import since_report_of
from trimtab.rollout.journal.journal import JOURNAL_FILE, open_journal
from trimtab.rollout.journal.lines import Settled
from trimtab.snapshot.files import FLEET_FILE
from trimtab.snapshot.folder import read_fleet, read_snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from trimtab.document.schema import Document
    from trimtab.fleet.model import Fleet
    from trimtab.progress import Progress
    from trimtab.report.since.model import SinceReport


def since(  # noqa: PLR0913  # one for each flag
    document: Document,
    folder: Path,
    new: Path,
    *,
    old: Path | None = None,
    moved: str | None = None,
    prices_file: Path | None = None,
    only: str | None = None,
    progress: Progress = silent,
) -> SinceReport:
    """Return what the recommendation in ``folder`` promised, and what the snapshot ``new`` says of it.

    ``old`` is the snapshot of then, where the folder has no copy of its fleet. ``moved`` is when the new
    sizes ran everywhere, where the folder has no journal of a rollout. ``only``: this service alone.

    Raises:
        SnapshotError: a snapshot cannot be read or believed.
        UsageError: it is another fleet's, too early, or nothing says what ran then or since when.
        RolloutError: the journal cannot be read.

    """
    fleet = _fleet_of_then(document, folder, old)
    ended, moves = _moved(folder, moved)
    progress(f"reading {new}")
    snapshot = read_snapshot(new)
    prices = prices_for(snapshot.fleet.region, prices_file, snapshot.prices)
    progress(f"replaying {len(document.services)} services as they were")
    report = since_report_of(document, fleet, snapshot, prices, moved=ended, moves=moves)
    if only is None:
        return report
    return replace(report, rows=tuple(row for row in report.rows if row.service == only))


def _fleet_of_then(document: Document, folder: Path, old: Path | None) -> Fleet:
    """Return the fleet as it was configured when the promise was made."""
    if old is None and not (folder / FLEET_FILE).exists():
        raise UsageError(
            f"there is no {FLEET_FILE}: nothing says what ran before",
            where=str(folder),
            advice="name the snapshot it was made from: --snapshot SNAPSHOT",
        )
    if old is None:
        refuse_foreign(folder, FLEET_FILE)
    path = (old or folder) / FLEET_FILE
    fleet = read_fleet(path)
    for what, was, found in (
        ("cluster", document.cluster, fleet.cluster),
        ("region", document.region, fleet.region),
        ("start", document.start, fleet.start),
    ):
        if was != found:
            raise UsageError(
                f"has {what} {found!r}, and the recommendation {was!r}",
                where=str(path),
                advice="name the snapshot that it was made from",
            )
    return fleet


def _moved(folder: Path, given: str | None) -> tuple[datetime, dict[str, datetime]]:
    """Return when the rollout ended, and each service's own end."""
    if given is not None:
        return _time(given), {}
    settled = [line for line in open_journal(folder).lines if isinstance(line, Settled)]
    if not settled:
        raise UsageError(
            f"there is no {JOURNAL_FILE} that says since when the new sizes run",
            where=str(folder),
            advice="say it: --from 2026-12-01T10:00Z",
        )
    moves = {line.service: datetime.fromisoformat(line.at).astimezone(UTC) for line in settled}
    return max(moves.values()), moves


def _time(given: str) -> datetime:
    try:
        found = datetime.fromisoformat(given)
    except ValueError as error:
        raise UsageError(
            f"--from {given}: is no time", advice="write it as 2026-12-01T10:00Z, in UTC"
        ) from error
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
