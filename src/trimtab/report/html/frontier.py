"""Cost against minutes short of CPU: today, the choice, what else there was, and perfect foresight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from trimtab.advice.case.outcome import Basis
from trimtab.advice.choice.model import Rank
from trimtab.report.service.proof import against

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trimtab.document.parts import ReplayPart
    from trimtab.document.schema import AlternativePart, Document, ServicePart
    from trimtab.report.html.series import ChartSeries, Tracked

RANKS: Final[Mapping[Rank, str]] = {
    Rank.REFUSED: "cheaper, refused",
    Rank.SAFER: "next safer",
    Rank.SIZE: "another size",
    Rank.FIXED: "fixed count",
    Rank.LADDERS: "best scaling steps",
    Rank.TRACKING: "target tracking, tuned",
    Rank.REQUESTS: "scaling steps on requests too",
    Rank.MINIMA: "minima by the time of day",
    Rank.DEFAULT: "default scaling steps",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One way to run the service, on the whole record."""

    kind: str
    """``today``, ``choice``, ``other``, ``tracking`` or ``bound``."""
    label: str
    size: str
    tasks: str
    """Least to most."""
    usd_month: float
    minutes: int
    against: str
    """Why not; empty for the choice and today."""


def points_of(document: Document, service: ServicePart, series: ChartSeries | None) -> tuple[Point, ...]:
    """Return the points, the choice first."""
    return tuple(_points(document, service, series))


def _points(document: Document, service: ServicePart, series: ChartSeries | None) -> Iterator[Point]:
    was, becomes = service.replay_before, service.replay_after
    size, deployed = f"{service.cpu_units}/{service.memory_mib}", service.deployed
    tasks = f"{service.scaling.min_tasks}\u2013{service.scaling.max_tasks}"
    yield Point(
        kind="choice",
        label="the proposal",
        size=size,
        tasks=tasks,
        usd_month=becomes.usd_month,
        minutes=becomes.minutes_over_cpu,
        against="",
    )
    yield Point(
        kind="today",
        label="today, as recorded" if was.basis is Basis.RECORD else "today",
        size=f"{deployed.cpu_units}/{deployed.memory_mib}",
        tasks=f"{deployed.min_tasks}\u2013{deployed.max_tasks}",
        usd_month=was.usd_month,
        minutes=was.minutes_over_cpu,
        against="",
    )
    for one in service.choice.alternatives:
        yield Point(
            kind="other",
            label=RANKS.get(one.rank, one.rank.value),
            size=one.size,
            tasks=f"{one.scaling.min_tasks}\u2013{one.scaling.max_tasks}",
            usd_month=one.usd_month,
            minutes=one.minutes_over_cpu,
            against=one.against if one.rank is Rank.REFUSED else _against(document, service, one),
        )
    for tracked in () if series is None else series.tracked:
        yield Point(
            kind="tracking",
            label=f"target tracking, {tracked.target_percent:g} % CPU",
            size=size,
            tasks=tasks,
            usd_month=tracked.usd_month,
            minutes=tracked.minutes_short,
            against=_tracking(tracked, becomes, document.objective.over_percent),
        )
    if becomes.cost_over_bound:
        yield Point(
            kind="bound",
            label="perfect foresight",
            size=size,
            tasks=tasks,
            usd_month=round(becomes.usd_month / becomes.cost_over_bound, 2),
            minutes=becomes.minutes_over_cpu,
            against="nobody knows every minute ahead",
        )


def _tracking(tracked: Tracked, chosen: ReplayPart, over_percent: float) -> str:
    short = 100 * tracked.minutes_short / chosen.minutes
    if short > over_percent:
        return f"{short:.1f} % of minutes short of CPU, {over_percent:g} % may be"
    more = round(tracked.usd_month - chosen.usd_month, 2)
    return f"${more:,.2f} more" if more > 0 else f"${-more:,.2f} less here; not put to the trials"


def _against(document: Document, service: ServicePart, one: AlternativePart) -> str:
    return against(one, service.replay_after, document.objective)
