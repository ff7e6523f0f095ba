"""One service of the page: its figures, its chart, what changes, and why."""

from __future__ import annotations

import re
import shlex
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from trimtab.advice.case.outcome import Basis
from trimtab.report.html.frontier import points_of
from trimtab.report.html.model import Day, Risk, ServicePage, ValueChange
from trimtab.report.html.series import REPLACED, counted, unpacked
from trimtab.report.html.today import CHECK, DRAIN, GRACE, IN, OUT, STOP, check_words
from trimtab.report.html.words import (
    HIGH,
    LEAST,
    LOW,
    NOTABLE,
    RISKS,
    SEVERE,
    SEVERITY,
    SOME,
    VERDICTS,
    Word,
)
from trimtab.report.service.data import explanation_of
from trimtab.units import DAY_MIN
from trimtab.values.folder import VALUES_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trimtab.demand.series import F64
    from trimtab.document.parts import ScalingPart
    from trimtab.document.schema import Document, ServicePart
    from trimtab.report.html.series import ChartSeries

ELSEWHERE: Final = ("Cautions", "Alternatives", "To try")
"""Sections of the explanation that the page shows in a form of its own."""
VALUES: Final = PurePath("DIR", VALUES_FILE)


def service_page(
    document: Document, service: ServicePart, number: int, series: ChartSeries | None
) -> ServicePage:
    """Return one service of the page."""
    cost, deployed = service.cost, service.deployed
    page = explanation_of(document, service.name, VALUES)
    slug = re.sub(r"[^A-Za-z0-9_-]+", "-", service.name)[:80]
    return ServicePage(
        anchor=f"s{number}",
        file=f"{number:03d}-{slug}.html",
        name=service.name,
        verdict=VERDICTS[service.choice.verdict],
        risk=_risk(service),
        size_before=f"{deployed.cpu_units}/{deployed.memory_mib}",
        size_after=f"{service.cpu_units}/{service.memory_mib}",
        tasks_before=service.replay_before.tasks_mean,
        tasks_after=service.replay_after.tasks_mean,
        bounds_before=f"{deployed.min_tasks}\u2013{deployed.max_tasks}",
        bounds_after=f"{service.scaling.min_tasks}\u2013{service.scaling.max_tasks}",
        before_usd_month=cost.before_usd_month,
        after_usd_month=cost.after_usd_month,
        saving_usd_month=cost.saving_usd_month,
        minutes=service.replay_after.minutes,
        short_before=service.replay_before.minutes_over_cpu,
        short_after=service.replay_after.minutes_over_cpu,
        recorded=service.replay_before.basis is Basis.RECORD,
        lead=page.lead,
        series=series,
        chart=None if series is None else _chart(document, service, series),
        days=() if series is None else tuple(_days(series)),
        points=points_of(document, service, series),
        allowed_minutes=document.objective.over_share * service.replay_after.minutes,
        cautions=tuple(_cautions(service)),
        failures=() if series is None else tuple(_failures(series)),
        levers=tuple(
            (one.kind.value, _lever(one.usd_month, one.first, at_most=one.at_most))
            for one in document.levers
            if one.service == service.name
        ),
        changes=tuple(_changes(service, {} if series is None else series.today)),
        sections=tuple(one for one in page.sections if not one.title.startswith(ELSEWHERE)),
        commands=tuple(_commands(service.name)),
    )


def _risk(service: ServicePart) -> Word:
    gravest = max((SEVERITY.get(one.kind, LEAST) for one in service.cautions), default=0)
    return RISKS[HIGH if gravest >= SEVERE else SOME if gravest >= NOTABLE else LOW]


def _cautions(service: ServicePart) -> Iterator[Risk]:
    for one in sorted(service.cautions, key=lambda said: -SEVERITY.get(said.kind, LEAST)):
        severity = SEVERITY.get(one.kind, LEAST)
        yield Risk(kind=one.kind.value, services=(), text=one.text, severity=severity)


def _lever(usd_month: float | None, first: str, *, at_most: bool) -> str:
    if usd_month is None:
        return f"nothing says how much; first: {first}"
    return f"{'at most ' if at_most else ''}${usd_month:,.2f} a month less; first: {first}"


def _chart(document: Document, service: ServicePart, series: ChartSeries) -> dict[str, object]:
    """Return what the script draws, as it stands in the page."""
    data: dict[str, object] = msgspec.to_builtins(series)
    return {
        **data,
        "cpu_limit": service.choice.cpu_percent,
        "memory_limit": document.objective.memory_percent,
        "recorded": service.replay_before.basis is Basis.RECORD,
    }


def _failures(series: ChartSeries) -> Iterator[tuple[str, str]]:
    start = datetime.fromisoformat(series.start)
    for one in reversed(series.marks):
        if one.kind != REPLACED:
            at = start + timedelta(minutes=one.minute)
            yield at.strftime("%Y-%m-%d %H:%M"), f"{one.kind}: {one.text}"


def _days(series: ChartSeries) -> Iterator[Day]:
    """Yield the days of the chart, for the table behind it."""
    columns = {name: unpacked(one) for name, one in series.columns.items()}
    start = datetime.fromisoformat(series.start)
    first = (start.hour * 60 + start.minute) % DAY_MIN
    edges = [0, *range(DAY_MIN - first, series.minutes, DAY_MIN), series.minutes]
    for begin, end in pairwise(edges):
        cut = slice(begin // series.band_min, max(begin // series.band_min + 1, end // series.band_min))

        def most(name: str, cut: slice = cut) -> float:
            return _most(columns[f"{name}_hi"][cut])

        def span(name: str, cut: slice = cut) -> str:
            low, high = columns[f"{name}_lo"][cut], columns[f"{name}_hi"][cut]
            return "\u2013" if np.isnan(high).all() else f"{np.nanmin(low):.0f}\u2013{np.nanmax(high):.0f}"

        yield Day(
            date=(start + timedelta(minutes=begin)).strftime("%Y-%m-%d"),
            demand_most=most("demand"),
            tasks_before=span("tasks_before"),
            tasks_after=span("tasks_after"),
            cpu_before=f"{most('cpu_before'):.0f}",
            cpu_after=f"{most('cpu_after'):.0f}",
            memory_before=f"{most('memory_before'):.0f}",
            memory_after=f"{most('memory_after'):.0f}",
            short_before=counted(series.short_before, begin, end),
            short_after=counted(series.short_after, begin, end),
            held_out=end > series.held_out_from,
        )


def _most(values: F64) -> float:
    return 0.0 if np.isnan(values).all() else float(np.nanmax(values))


def _changes(service: ServicePart, today: Mapping[str, str]) -> Iterator[ValueChange]:
    """Yield the values that change; today's timing and policies are known where the snapshot was at hand."""
    was, now, timing = service.deployed, service.scaling, service.timing
    check, target = timing.container, timing.target
    proposed: list[tuple[str, object, object]] = [
        ("cpu", was.cpu_units, service.cpu_units),
        ("memory", was.memory_mib, service.memory_mib),
        ("scaling.min", was.min_tasks, now.min_tasks),
        ("scaling.max", was.max_tasks, now.max_tasks),
        *((name, today.get(name, ""), text) for name, text in _steps(now)),
        (
            CHECK,
            today.get(CHECK, ""),
            check_words(check),
        ),
        (STOP, today.get(STOP, ""), f"{timing.stop_timeout_s} s"),
    ]
    if target is not None:
        proposed += [
            (DRAIN, today.get(DRAIN, ""), f"{target.deregistration_delay_s} s"),
            (GRACE, today.get(GRACE, ""), f"{target.grace_period_s} s"),
        ]
    for name, before, after in proposed:
        yield ValueChange(name=name, before=str(before), after=str(after))


def _steps(scaling: ScalingPart) -> Iterator[tuple[str, str]]:
    if scaling.min_tasks == scaling.max_tasks:
        yield from ((OUT, "nothing"), (IN, "nothing"))
        return
    if scaling.tracking is not None:
        target = scaling.tracking.cpu
        yield OUT, f"target tracking, cpu {target:g} %; 3 of 3 min, wait {scaling.out_cooldown_s} s"
        yield IN, f"the same; 15 of 15 min, wait {scaling.in_cooldown_s} s"
        return
    cpu, minutes = scaling.cpu, scaling.period_s / 60
    steps = ", ".join(f"+{one.add} from {cpu.high + one.above:g} %" for one in cpu.steps)
    needed, periods = scaling.out_datapoints
    yield OUT, f"cpu: {steps}; {needed} of {periods * minutes:g} min, wait {scaling.out_cooldown_s} s"
    unit = "" if scaling.in_percent is None else " %"
    steps = ", ".join(
        f"\u2212{one.remove}{unit} below {one.below * cpu.low:.3g} %" for one in scaling.scale_in
    )
    needed, periods = scaling.in_datapoints
    wait = f"{needed} of {periods * minutes:g} min, wait {scaling.in_cooldown_s} s"
    yield IN, f"cpu: {steps} (and memory low); {wait}"


def _commands(name: str) -> Iterator[str]:
    quoted = shlex.quote(name)
    yield f"trimtab report DIR {quoted}"
    yield f"trimtab replay SNAPSHOT --service {quoted} --policy {VALUES}"
    yield f"trimtab optimize SNAPSHOT --service {quoted} -o DIR"
