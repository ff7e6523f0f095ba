"""The measured saving of a fleet as plain data: which snapshots can be held against a promise, each row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from trimtab.errors import UsageError
from trimtab.report.since.measure import Then, measured, untold
from trimtab.report.since.model import SinceReport, SinceRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trimtab.catalog.load import Prices
    from trimtab.document.schema import Document
    from trimtab.fleet.model import Fleet, Service
    from trimtab.snapshot.contract import Snapshot


def since_report_of(  # noqa: PLR0913  # the promise, the record since, and since when
    document: Document,
    old: Fleet,
    new: Snapshot,
    prices: Prices,
    *,
    moved: datetime,
    moves: Mapping[str, datetime],
) -> SinceReport:
    """Return what was measured. ``moved``: when the rollout ended; ``moves``: each service's own end.

    Raises:
        UsageError: the new snapshot is of another fleet, or too early to say anything.

    """
    _refuse_another(document, new.fleet)
    start, end = _span(new.fleet.start, new.fleet.days)
    _, promised_until = _span(document.start, document.days)
    since = max(moved, promised_until)
    if end <= since:
        earlier = "the recommendation's record" if end <= promised_until else "the rollout"
        raise UsageError(
            f"the snapshot ends at {_said(end)}, before {earlier} did ({_said(since)})",
            advice="take a new one, a week or more after the rollout",
        )
    services = {one.name: one for one in new.usable}
    missing = {left.service: f"{left.reason.value}: {left.detail}" for left in new.skipped}
    then = {one.name: one for one in old.services}
    rows = [
        _row(
            Then(part=part, service=then.get(part.name), objective=document.objective),
            services.get(part.name),
            missing.get(part.name, "it is not there any more"),
            new,
            prices,
            max(promised_until, moves.get(part.name, moved)),
        )
        for part in document.services
    ]
    promised = {part.name for part in document.services}
    left_out = {left.service for left in document.left_out}
    for name in (one.name for one in new.fleet.services if one.name not in promised):
        why = "it was left out then" if name in left_out else "it is new"
        rows.append(SinceRow(service=name, promised_usd_month=None, told=None, why=f"{why}: no promise"))
    return SinceReport(
        cluster=document.cluster,
        region=document.region,
        promised_from=document.start,
        promised_days=document.days,
        since=_said(max(since, start)),
        until=_said(end),
        price_basis=prices.basis,
        rows=tuple(rows),
        notes=tuple(_notes(document, new.fleet, start, since)),
    )


def _row(  # noqa: PLR0913, PLR0917  # the promise, and the new record
    then: Then, now: Service | None, missing: str, new: Snapshot, prices: Prices, since: datetime
) -> SinceRow:
    if now is None:
        return untold(then, missing)
    return measured(then, now, new.metrics[now.name], since, prices)


def _refuse_another(document: Document, fleet: Fleet) -> None:
    for what, was, becomes in (
        ("account", document.account, fleet.account),
        ("region", document.region, fleet.region),
        ("cluster", document.cluster, fleet.cluster),
    ):
        known = was is not None and becomes is not None
        if known and was != becomes:
            raise UsageError(
                f"the snapshot is of {what} {becomes!r}, and the recommendation of {was!r}",
                advice="name a snapshot of the same fleet",
            )


def _notes(document: Document, fleet: Fleet, start: datetime, since: datetime) -> Iterator[str]:
    if document.account is None or fleet.account is None:
        yield (
            "The account is not known on both sides: only cluster and region say that it is the same fleet."
        )
    if start < since:
        yield (
            f"Minutes before {_said(since)} are not counted: the old sizes ran, or the promise rests on them."
        )
    if document.cost.after.tracing_usd_month:
        yield (
            "What the trace collector uses counts as work of the old configuration too, which had none: "
            "that makes its cost a little too high."
        )
    yield (
        "Fargate alone. Logs, Container Insights, alarms, load balancers and traces are in neither figure."
    )


def _span(start: str, days: float) -> tuple[datetime, datetime]:
    first = datetime.fromisoformat(start).astimezone(UTC)
    return first, first + timedelta(days=days)


def _said(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
