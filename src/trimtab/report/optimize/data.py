"""What the user is shown of a recommendation, as plain data: renderers add nothing but layout.

Made of the document alone, so that a result is shown again as it was shown at first.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from trimtab.advice.case.outcome import Basis
from trimtab.advice.cost import Cost, CostParts, cents, dollars
from trimtab.advice.model import CautionKind
from trimtab.report.alike import caution_lines
from trimtab.report.latency import or_p95, p95_lines
from trimtab.report.levers import lever_lines
from trimtab.report.verdicts import verdict_line, verdict_of
from trimtab.terraform_module import DEFAULT_INSIGHTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal
    from pathlib import Path

    from trimtab.advice.case.objective import Objective, Spot
    from trimtab.document.parts import CostPart, SplitPart
    from trimtab.document.schema import Document, ServicePart

MOST_NOTES = 20
"""Notes of a snapshot that are shown."""
SLOW: Final = frozenset({CautionKind.LATENCY, CautionKind.P95})
"""Cautions that count as a risk to response times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One service before and after."""

    service: str
    size_before: str
    """CPU units / MiB."""
    tasks_before: float
    size_after: str
    tasks_after: float
    """Mean in replay, as before [tasks]."""
    bounds: str
    """Least to most tasks of the new policy."""
    before_usd_month: Decimal
    after_usd_month: Decimal
    saving_usd_month: Decimal
    why: str
    """The verdict, and what decided the size of a trim, in a word each; the service's page has the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitRow:
    """One part of what is paid for, all services and the cluster together."""

    part: str
    before_usd_month: Decimal | None
    """None: not known, and counted as nothing."""
    after_usd_month: Decimal | None
    saving_usd_month: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something said of one service below the table."""

    service: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole of it."""

    title: str
    basis: str
    """What the numbers rest on."""
    objective: str
    """How well the objective is kept, before and after."""
    saving: str
    """The saving in a sentence."""
    rows: tuple[Row, ...]
    shared: SplitRow | None
    """What the cluster costs beside its services; None where that is nothing."""
    split: tuple[SplitRow, ...]
    split_notes: tuple[str, ...]
    """What the split leaves out or does not know."""
    before_usd_month: Decimal
    after_usd_month: Decimal
    saving_usd_month: Decimal
    verdicts: tuple[Note, ...]
    """Of services that are not simply trimmed."""
    p95: tuple[Note, ...]
    """The p95 response times, where the objective asks for them or there is a model of them."""
    cautions: tuple[Note, ...]
    left_out: tuple[Note, ...]
    snapshot: tuple[Note, ...]
    """What the snapshot lacks or assumes."""
    levers: tuple[Note, ...]
    """What could be done besides, each on its own."""
    files: tuple[Path, ...]
    more: str
    """The command that tells more of one service; empty where nothing was written."""


def report_of(document: Document, folder: Path | None = None, files: Sequence[Path] = ()) -> Report:
    """Return what is shown of a recommendation, services in the fleet's order.

    ``folder`` is where its document lies, if anywhere, and ``files`` are those just written.
    """
    cost = _cost(document.cost)
    return Report(
        title=f"{document.cluster}, {document.days:g} days from {document.start}",
        basis=(
            f"Fargate {document.price_basis}, {document.region}, a month of 730 h. Before and "
            "after: the recorded demand replayed through today's configuration and through the proposal, "
            f"starts and drains included.{_recorded(document)} Recorded tasks: ${cost.recorded_usd_month:,}."
        ),
        objective=_objective(document),
        saving=_saving(cost),
        shared=_shared(_cost(document.shared_cost)),
        split=tuple(_split(document, cost)),
        split_notes=tuple(_split_notes(document, cost)),
        rows=tuple(_row(service) for service in document.services),
        before_usd_month=cost.before_usd_month,
        after_usd_month=cost.after_usd_month,
        saving_usd_month=cost.saving_usd_month,
        verdicts=tuple(
            Note(service=service.name, text=line)
            for service in document.services
            if (line := verdict_line(service))
        ),
        p95=tuple(
            Note(service=names, text=words)
            for names, words in p95_lines(document.services, document.objective)
        ),
        cautions=tuple(Note(service=names, text=text) for names, text in caution_lines(document.services)),
        left_out=tuple(
            Note(service=left.service, text=f"{left.reason.value}: {left.detail}")
            for left in document.left_out
        ),
        snapshot=snapshot_notes(document.notes),
        levers=tuple(Note(service=what, text=words) for what, words in lever_lines(document.levers)),
        files=tuple(files),
        more="" if folder is None else f"trimtab report {shlex.quote(str(folder))} SERVICE",
    )


def snapshot_notes(notes: Sequence[str]) -> tuple[Note, ...]:
    """Return the notes of a snapshot: those of one service begin with its name."""
    said = []
    for note in notes[:MOST_NOTES]:
        name, colon, text = note.partition(": ")
        of_service = bool(colon) and " " not in name
        said.append(Note(service=name if of_service else "all", text=text if of_service else note))
    if len(notes) > MOST_NOTES:
        said.append(
            Note(service="all", text=f"{len(notes) - MOST_NOTES} more are in the snapshot's fleet.json")
        )
    return tuple(said)


def _recorded(document: Document) -> str:
    """Name the services whose cost before is the record's."""
    names = [one.name for one in document.services if one.replay_before.basis is Basis.RECORD]
    if not names:
        return ""
    return f" Before of {', '.join(names)}: as recorded, without starts and drains; the cautions say why."


def _cost(part: CostPart) -> Cost:
    """Return a cost in cents again."""
    return Cost(
        recorded_usd_month=cents(part.recorded_usd_month),
        before=_parts(part.before),
        after=_parts(part.after),
        logs_known=part.logs_known,
        insights_known=part.insights_known,
        balancers_known=part.balancers_known,
    )


def _parts(part: SplitPart) -> CostParts:
    return CostParts(**{name: cents(getattr(part, name)) for name in part.__struct_fields__})


def _objective(document: Document) -> str:
    minutes = sum(service.replay_after.minutes for service in document.services) or 1
    before = sum(service.replay_before.minutes_over_cpu for service in document.services) / minutes
    after = sum(service.replay_after.minutes_over_cpu for service in document.services) / minutes
    objective = document.objective
    return (
        f"Minutes above {objective.cpu_percent:g} % CPU, or less where the hottest task is full before"
        f"{or_p95(objective)}: "
        f"before {100 * before:.2f} %, after {100 * after:.2f} %; {objective.over_percent:g} % is allowed, "
        f"and each service kept to it on the last {objective.judged_percent:g} % of its history, "
        f"held out from tuning.{_zone_loss(objective)}{_slower(document)}{_spot(objective.spot)}"
    )


def _zone_loss(objective: Objective) -> str:
    if not objective.zone_loss:
        return ""
    return " A minute is above it, too, where what is left when one zone is lost would be."


def _slower(document: Document) -> str:
    """Name the services that may keep it and answer more slowly all the same."""
    names = [one.name for one in document.services if any(caution.kind in SLOW for caution in one.cautions)]
    if not names:
        return ""
    return f" At risk, though no CPU percentage shows it: response times of {', '.join(names)} (cautions)."


def _spot(spot: Spot | None) -> str:
    if spot is None:
        return ""
    return (
        f" On Spot, replayed with {spot.events_per_day:g} interruptions a day that each take "
        f"{spot.share_percent} % of the tasks for {spot.capacity_wait_s} s: AWS publishes no rates, so "
        "these are assumptions."
    )


def _saving(cost: Cost) -> str:
    return (
        f"Saving in replay: {dollars(cost.saving_usd_month)} a month ({100 * cost.saving_share:.0f} %) net; "
        f"{dollars(cost.compute_saving_usd_month)} ({100 * cost.compute_saving_share:.0f} %) for "
        "Fargate alone."
    )


def _shared(cost: Cost) -> SplitRow | None:
    if not cost.before_usd_month and not cost.after_usd_month:
        return None
    return SplitRow(
        part="(cluster)",
        before_usd_month=cost.before_usd_month,
        after_usd_month=cost.after_usd_month,
        saving_usd_month=cost.saving_usd_month,
    )


def _split(document: Document, cost: Cost) -> Iterator[SplitRow]:
    before, after = cost.before, cost.after
    # Some services' logs may be known and others' not: then the sum is of those that are.
    logs = any(service.cost.logs_known for service in document.services)
    for part, was, becomes, known in (
        ("Fargate", before.compute_usd_month, after.compute_usd_month, (True, True)),
        ("logs", before.logs_usd_month, after.logs_usd_month, (logs, logs)),
        ("insights", before.insights_usd_month, after.insights_usd_month, (cost.insights_known, True)),
        ("alarms", before.alarms_usd_month, after.alarms_usd_month, (True, True)),
        ("balancers", before.balancers_usd_month, after.balancers_usd_month, (True, True)),
        ("tracing", before.tracing_usd_month, after.tracing_usd_month, (True, True)),
    ):
        yield SplitRow(
            part=part,
            before_usd_month=was if known[0] else None,
            after_usd_month=becomes if known[1] else None,
            saving_usd_month=was - becomes,
        )


def _split_notes(document: Document, cost: Cost) -> Iterator[str]:
    silent = sum(not service.cost.logs_known for service in document.services)
    if silent:
        yield (
            f"Logs: of {silent} service{'s' if silent > 1 else ''} the volume is not recorded; it counts as "
            "nothing on both sides."
        )
    if not cost.insights_known:
        yield (
            "Insights: whether Container Insights are on today is not recorded; they count as off. The "
            f'configuration has container_insights = "{DEFAULT_INSIGHTS}".'
        )
    if not cost.balancers_known:
        yield (
            "Balancers: how many load balancers there are today, or what one costs, is not recorded; they "
            "count as one at most. Their units are the same on both sides, and in neither."
        )
    if cost.after.tracing_usd_month:
        yield (
            "Tracing is new and at its most: every public request taken to begin a trace. "
            "tracing.sampling_rate lowers it."
        )


def _row(service: ServicePart) -> Row:
    cost, deployed, scaling = _cost(service.cost), service.deployed, service.scaling
    return Row(
        service=service.name,
        size_before=f"{deployed.cpu_units}/{deployed.memory_mib}",
        tasks_before=service.replay_before.tasks_mean,
        size_after=f"{service.cpu_units}/{service.memory_mib}",
        tasks_after=service.replay_after.tasks_mean,
        bounds=f"{'0, ' * bool(service.off_hours)}{scaling.min_tasks}-{scaling.max_tasks}",
        before_usd_month=cost.before_usd_month,
        after_usd_month=cost.after_usd_month,
        saving_usd_month=cost.saving_usd_month,
        why=verdict_of(service),
    )
