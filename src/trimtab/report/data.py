"""What the user is shown, as plain data: renderers add nothing but layout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimtab.evidence.choice import Decision

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal
    from pathlib import Path

    from trimtab.evidence.model import Advice, Recommendation


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
    """The reason in a word or two; the sentence stands in the written files."""


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
    rows: tuple[Row, ...]
    before_usd_month: Decimal
    after_usd_month: Decimal
    saving_usd_month: Decimal
    saving_share: float
    cautions: tuple[Note, ...]
    left_out: tuple[Note, ...]
    files: tuple[Path, ...]


def report_of(recommendation: Recommendation, files: Sequence[Path] = ()) -> Report:
    """Return what is shown of a recommendation, services in the fleet's order."""
    cost = recommendation.cost
    return Report(
        title=f"{recommendation.cluster}, {recommendation.days:g} days from {recommendation.start}",
        basis=(
            f"Fargate list price, {recommendation.region}, a month of 730 h. Before and after: the recorded "
            "demand replayed through today's configuration and through the proposal, starts and drains "
            f"included. Recorded tasks: ${cost.recorded_usd_month:,}."
        ),
        objective=_objective(recommendation),
        rows=tuple(_row(advice) for advice in recommendation.services),
        before_usd_month=cost.before_usd_month,
        after_usd_month=cost.after_usd_month,
        saving_usd_month=cost.saving_usd_month,
        saving_share=cost.saving_share,
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
        "which nothing was tuned on."
    )


def _why(advice: Advice) -> str:
    """Return the verdict; of a trim also what decided the size."""
    decision = advice.choice.decision
    return f"{decision.value}, {advice.sizing.reason.value}" if decision is Decision.TRIM else decision.value


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
        why=_why(advice),
    )
