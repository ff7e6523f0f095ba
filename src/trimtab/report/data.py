"""What the user is shown, as plain data: renderers add nothing but layout."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from trimtab.evidence.cost import dollars
from trimtab.evidence.observability import PLATFORM_INSIGHTS
from trimtab.report.verdicts import verdict_line, verdict_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from trimtab.evidence.cost import Cost
    from trimtab.evidence.model import Advice, Recommendation
    from trimtab.evidence.objective import Spot

MATERIAL_SHARE = Decimal("0.01")
"""Traces are mentioned from this share of what the proposal costs on [ratio]."""


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
    """The verdict, and what decided the size of a trim, in a word each: ``trimtab explain`` has the rest."""


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
    cautions: tuple[Note, ...]
    left_out: tuple[Note, ...]
    files: tuple[Path, ...]
    explain: str
    """The command that tells more of one service; empty where nothing was written."""


def report_of(recommendation: Recommendation, files: Sequence[Path] = ()) -> Report:
    """Return what is shown of a recommendation, services in the fleet's order."""
    cost = recommendation.cost
    return Report(
        title=f"{recommendation.cluster}, {recommendation.days:g} days from {recommendation.start}",
        basis=(
            f"Fargate {recommendation.price_basis}, {recommendation.region}, a month of 730 h. Before and "
            "after: the recorded demand replayed through today's configuration and through the proposal, "
            f"starts and drains included. Recorded tasks: ${cost.recorded_usd_month:,}."
        ),
        objective=_objective(recommendation),
        saving=_saving(cost),
        shared=_shared(recommendation.shared),
        split=tuple(_split(recommendation)),
        split_notes=tuple(_split_notes(recommendation)),
        rows=tuple(_row(advice) for advice in recommendation.services),
        before_usd_month=cost.before_usd_month,
        after_usd_month=cost.after_usd_month,
        saving_usd_month=cost.saving_usd_month,
        verdicts=tuple(
            Note(service=advice.service.name, text=line)
            for advice in recommendation.services
            if (line := verdict_line(advice))
        ),
        cautions=tuple(
            Note(service=advice.service.name, text=caution.text)
            for advice in recommendation.services
            for caution in advice.cautions
        ),
        left_out=tuple(
            Note(service=left.service, text=f"{left.reason.value}: {left.detail}")
            for left in recommendation.left_out
        ),
        files=tuple(files),
        explain=f"trimtab explain {shlex.quote(str(files[0].parent))} SERVICE" if files else "",
    )


def _objective(recommendation: Recommendation) -> str:
    minutes = sum(advice.proposed.minutes for advice in recommendation.services) or 1
    before = sum(advice.deployed.over_cpu_min for advice in recommendation.services) / minutes
    after = sum(advice.proposed.over_cpu_min for advice in recommendation.services) / minutes
    objective = recommendation.objective
    return (
        f"Minutes above {objective.cpu_percent:g} % CPU, or less where the hottest task is full before: "
        f"before {100 * before:.2f} %, after {100 * after:.2f} %; {objective.over_percent:g} % may be, "
        f"and each service kept that on the last {objective.judged_percent:g} % of its history, "
        f"which nothing was tuned on.{_spot(objective.spot)}"
    )


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
        f"Saving in replay: {dollars(cost.compute_saving_usd_month)} a month "
        f"({100 * cost.compute_saving_share:.0f} %) for Fargate; {dollars(cost.saving_usd_month)} "
        f"({100 * cost.saving_share:.0f} %) with logs, insights and alarms."
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


def _split(recommendation: Recommendation) -> Iterator[SplitRow]:
    cost = recommendation.cost
    before, after = cost.before, cost.after
    # Some services' logs may be known and others' not: then the sum is of those that are.
    logs = any(advice.cost.logs_known for advice in recommendation.services)
    for part, was, becomes, known in (
        ("Fargate", before.compute_usd_month, after.compute_usd_month, (True, True)),
        ("logs", before.logs_usd_month, after.logs_usd_month, (logs, logs)),
        ("insights", before.insights_usd_month, after.insights_usd_month, (cost.insights_known, True)),
        ("alarms", before.alarms_usd_month, after.alarms_usd_month, (True, True)),
    ):
        yield SplitRow(
            part=part,
            before_usd_month=was if known[0] else None,
            after_usd_month=becomes if known[1] else None,
            saving_usd_month=was - becomes,
        )


def _split_notes(recommendation: Recommendation) -> Iterator[str]:
    cost = recommendation.cost
    silent = sum(not advice.cost.logs_known for advice in recommendation.services)
    if silent:
        yield (
            f"Logs: of {silent} service{'s' if silent > 1 else ''} the volume is not recorded; it counts as "
            "nothing on both sides."
        )
    if not cost.insights_known:
        yield (
            "Insights: whether Container Insights are on today is not recorded; they count as off. The "
            f'configuration has container_insights = "{PLATFORM_INSIGHTS}".'
        )
    if cost.tracing_most_usd_month > MATERIAL_SHARE * cost.after_usd_month:
        yield (
            f"Not in it: tracing, which is new, at most ${cost.tracing_most_usd_month:,} a month for X-Ray, "
            "every public request taken to begin a trace; tracing.sampling_rate and reservoir lower it."
        )


def _row(advice: Advice) -> Row:
    return Row(
        service=advice.service.name,
        size_before=str(advice.service.size),
        tasks_before=advice.deployed.tasks_mean,
        size_after=str(advice.sizing.size),
        tasks_after=advice.proposed.tasks_mean,
        bounds=f"{advice.ladders.min_tasks}-{advice.ladders.max_tasks}",
        before_usd_month=advice.cost.before_usd_month,
        after_usd_month=advice.cost.after_usd_month,
        saving_usd_month=advice.cost.saving_usd_month,
        why=verdict_of(advice),
    )
