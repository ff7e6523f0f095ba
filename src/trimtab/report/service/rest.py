"""Timing and its grounds, the parts of the cost, cautions, and how to try an edit."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from msgspec import UnsetType

from trimtab.advice.case.objective import DEFAULT
from trimtab.catalog.load import LIST_PRICE
from trimtab.report.optimize.data import snapshot_notes
from trimtab.report.service.levers import lever_facts
from trimtab.report.service.model import Command, Fact, Grid, Section, usd
from trimtab.timing.ground import Setting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import PurePath

    from trimtab.document.parts import CostPart, GroundPart, SplitPart
    from trimtab.document.schema import Document, ServicePart

CHECK = frozenset({Setting.START_PERIOD, Setting.INTERVAL, Setting.TIMEOUT, Setting.RETRIES})
"""Of the container's health check: said together."""
OVER = frozenset(
    {Setting.START_PERIOD, Setting.GRACE_PERIOD, Setting.DEREGISTRATION_DELAY, Setting.STOP_TIMEOUT}
)
"""Settings that must outlast what was measured, so that their ratio to it is a margin."""


def timing_section(service: ServicePart) -> Section:
    """Return every timed setting with what it rests on."""
    lines: dict[str, list[str]] = {}
    for ground in service.timing.grounds:
        check = ground.setting in CHECK
        text = f"{ground.setting.value} {_ground(ground)}" if check else _ground(ground)
        lines.setdefault("container check" if check else ground.setting.value, []).append(text)
    facts = tuple(Fact(label=label, text=". ".join(said)) for label, said in lines.items())
    return Section(title="Timing", blocks=facts)


def _ground(ground: GroundPart) -> str:
    value = f"{ground.value}" if ground.setting is Setting.RETRIES else f"{ground.value} s"
    if ground.margin is not None and ground.setting in OVER:
        value += f" ({ground.margin:g} times the measured)"
    return f"{value}: {ground.sentence}"


def cost_section(document: Document, service: ServicePart) -> Section:
    """Return the parts of the cost before and after."""
    cost = service.cost
    logs, insights = cost.logs_known, cost.insights_known
    grid = Grid(
        heads=("$/month", "Fargate", "logs", "insights", "alarms", "tracing", "total"),
        rows=(
            ("today", *_split(cost.before, logs=logs, insights=insights), f"{cost.before_usd_month:,.2f}"),
            ("proposed", *_split(cost.after, logs=logs, insights=True), f"{cost.after_usd_month:,.2f}"),
            ("saving", *_saving(cost), f"{cost.saving_usd_month:,.2f}"),
        ),
        words=frozenset({0}),
    )
    text = f"{document.price_basis}, {document.region}, a month of 730 h"
    if cost.after.tracing_usd_month:
        text += "; tracing at its most"
    closed = (
        ()
        if isinstance(service.off_hours, UnsetType)
        else (
            Fact(label="of which", text=f"{usd(service.off_hours.saving_usd_month)} by hours without a task"),
        )
    )
    return Section(title=f"Cost ({text})", blocks=(grid, *closed, *lever_facts(document, service)))


def _split(parts: SplitPart, *, logs: bool, insights: bool) -> tuple[str, ...]:
    return (
        f"{parts.compute_usd_month:,.2f}",
        f"{parts.logs_usd_month:,.2f}" if logs else "not known",
        f"{parts.insights_usd_month:,.2f}" if insights else "not known",
        f"{parts.alarms_usd_month:,.2f}",
        f"{parts.tracing_usd_month:,.2f}",
    )


def _saving(cost: CostPart) -> Iterator[str]:
    before, after = cost.before, cost.after
    for was, becomes in (
        (before.compute_usd_month, after.compute_usd_month),
        (before.logs_usd_month, after.logs_usd_month),
        (before.insights_usd_month, after.insights_usd_month),
        (before.alarms_usd_month, after.alarms_usd_month),
        (before.tracing_usd_month, after.tracing_usd_month),
    ):
        # Cents are whole in the file; a difference of two floats is not, and may be a minus zero.
        yield f"{round(was - becomes, 2) + 0.0:,.2f}"


def caution_sections(document: Document, service: ServicePart) -> Iterator[Section]:
    """Yield the cautions, if there are any."""
    said = [note.text for note in snapshot_notes(document.notes) if note.service == service.name]
    if service.cautions or said:
        facts = (
            *(Fact(label=one.kind.value, text=one.text) for one in service.cautions),
            *(Fact(label="said by the snapshot", text=text) for text in said),
        )
        yield Section(title="Cautions", blocks=facts)


def edit_section(document: Document, service: ServicePart, values: PurePath) -> Section:
    """Return how to try other values. The same objective and prices must be given again."""
    given = []
    if document.objective != DEFAULT:
        given.append(" --objective FILE")
    if not document.price_basis.startswith(LIST_PRICE):
        given.append(" --prices FILE")
    name, path = shlex.quote(service.name), shlex.quote(str(values))
    line = f"trimtab replay SNAPSHOT --service {name} --policy {path}{''.join(given)}"
    return Section(title="To try an edit of the values", blocks=(Command(line=line),))
