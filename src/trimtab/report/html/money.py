"""From today's bill to the proposed one, step by step, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from trimtab.advice.case.outcome import Basis

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trimtab.document.parts import CostPart, SplitPart
    from trimtab.document.schema import Document, ServicePart
    from trimtab.report.html.series import ChartSeries

COMPUTE: Final = "compute_usd_month"
PARTS: Final[Mapping[str, str]] = {
    "tracing_usd_month": "Tracing",
    "insights_usd_month": "Container Insights",
    "alarms_usd_month": "Alarms",
    "balancers_usd_month": "Load balancers",
    "logs_usd_month": "Logs",
}
"""Parts beside Fargate; one that is not named has its field's name."""
UNKNOWN: Final[Mapping[str, tuple[str, str]]] = {
    "insights_usd_month": ("insights_known", "not recorded whether they are on today: they count as off"),
    "logs_usd_month": ("logs_known", "the volume is not recorded: it counts as nothing on both sides"),
    "balancers_usd_month": ("balancers_known", "not recorded how many there are today: one at most counts"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One step of the way, or an end of it."""

    label: str
    usd_month: float
    """What it adds; of an end, what is paid there."""
    end: bool = False
    unknown: str = ""
    """What of it is not known; empty where all is."""


def waterfall(document: Document) -> tuple[Bar, ...]:
    """Return the way from today to the proposal. The steps add up to the cent."""
    cost = document.cost
    return (
        Bar(label="Today", usd_month=cost.before_usd_month, end=True),
        *_compute(document.services),
        *_others(document),
        Bar(label="Proposed", usd_month=cost.after_usd_month, end=True),
    )


def _compute(services: Sequence[ServicePart]) -> Iterator[Bar]:
    """Yield what the size does at today's count, what the count does then, and starts and drains."""
    size = count = 0.0
    recorded = [one.name for one in services if one.replay_before.basis is Basis.RECORD]
    for one in services:
        was, becomes = one.replay_before, one.replay_after
        price_was, price = _today_task_month(one), _task_month(one)
        moved = one.cost.after.compute_usd_month - one.cost.before.compute_usd_month
        if price_was is None or price is None:  # nothing says what a task costs: not to be told apart
            size += moved
            continue
        by_size = was.tasks_mean * (price - price_was)
        by_count = (becomes.tasks_mean - was.tasks_mean) * price
        size, count = size + by_size, count + by_count
    size, count = round(size, 2), round(count, 2)
    total = sum(one.cost.after.compute_usd_month - one.cost.before.compute_usd_month for one in services)
    rest = round(total - size - count, 2)
    unknown = ""
    if recorded:
        unknown = (
            f"today's of {', '.join(recorded)} are in no recorded count: they count as nothing today, so the "
            "saving may be larger"
        )
    yield Bar(label="Task size", usd_month=size)
    yield Bar(label="Task count (scaling steps)", usd_month=count)
    yield Bar(label="Starts and drains", usd_month=rest, unknown=unknown)


def _task_month(service: ServicePart) -> float | None:
    """Return what a proposed task costs for a month [USD], as the estimates of the sizes say."""
    size = f"{service.cpu_units}/{service.memory_mib}"
    for one in service.candidates:
        if one.size == size and one.estimated_tasks_mean > 0:
            return one.estimated_cost_usd_month / one.estimated_tasks_mean
    return None


def _today_task_month(service: ServicePart) -> float | None:
    """Return what a task of today costs for a month [USD]: the record has no starts and drains in it."""
    tasks = service.deployed.recorded_tasks_mean
    return service.cost.recorded_usd_month / tasks if tasks > 0 else None


def _others(document: Document) -> Iterator[Bar]:
    cost = document.cost
    silent = [one.name for one in document.services if not one.cost.logs_known]
    for name in sorted(cost.before.__struct_fields__, key=_place):
        if name == COMPUTE:
            continue
        moved = round(_of(cost.after, name) - _of(cost.before, name), 2)
        flag, words = UNKNOWN.get(name, ("", ""))
        known = not flag or (not silent if flag == "logs_known" else _flag(cost, flag))
        if moved or not known:
            label = PARTS.get(name, name.removesuffix("_usd_month").replace("_", " ").capitalize())
            yield Bar(label=label, usd_month=moved, unknown="" if known else words)


def _place(name: str) -> int:
    return list(PARTS).index(name) if name in PARTS else -1


def _of(split: SplitPart, name: str) -> float:
    return float(getattr(split, name))


def _flag(cost: CostPart, name: str) -> bool:
    return bool(getattr(cost, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sure:
    """How sure the saving is."""

    error_usd_month: float
    """What replay and record of today differ by, added up over those that were replayed."""
    recorded: tuple[str, ...]
    """Services whose today is the record's: there is no such difference."""
    services: int
    held_out_days: float
    """Of the service that has the fewest."""
    held_out_before: float | None
    """Fargate today on the held-out days [USD/month]; None: no minutes are at hand."""
    held_out_after: float


def sure_of(document: Document, series: Mapping[str, ChartSeries]) -> Sure:
    """Return what the saving rests on."""
    services = document.services
    replayed = [one for one in services if one.replay_before.basis is Basis.REPLAY]
    whole = bool(services) and all(one.name in series for one in services)
    return Sure(
        error_usd_month=sum(
            abs(one.cost.before.compute_usd_month - one.cost.recorded_usd_month) for one in replayed
        ),
        recorded=tuple(one.name for one in services if one.replay_before.basis is Basis.RECORD),
        services=len(services),
        held_out_days=min((one.choice.judged_minutes for one in services), default=0) / 1440,
        held_out_before=sum(series[one.name].held_out_before_usd_month for one in services)
        if whole
        else None,
        held_out_after=sum(one.choice.judged_usd_month for one in services),
    )
