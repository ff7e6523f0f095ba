"""The p95 response time of one service: measured, modelled, and what the model is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET

from trimtab.report.latency import milliseconds, missed_by
from trimtab.report.service.model import Fact, Section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.document.parts import P95Part
    from trimtab.document.schema import Document, ServicePart


def p95_sections(document: Document, service: ServicePart) -> Iterator[Section]:
    """Yield the section, where the document has anything to say."""
    p95, objective = service.p95, document.objective
    if p95 is UNSET:
        return
    title = f"Response time (p95, all but {objective.over_percent:g} % of the minutes)"
    yield Section(title=title, blocks=tuple(_facts(p95, service, objective.p95_limit_s)))


def _facts(p95: P95Part, service: ServicePart, limit_s: float | None) -> Iterator[Fact]:
    if limit_s is not None:
        yield Fact(label="asked for", text=f"at most {1000 * limit_s:g} ms")
    if p95.recorded_ms is not None:
        yield Fact(
            label="recorded", text=f"{milliseconds(p95.recorded_ms)}, as the load balancer measured it"
        )
    if p95.why:
        yield Fact(label="model", text=f"cannot tell: {p95.why}")
        return
    yield Fact(label="today", text=_modelled(p95.today_ms))
    moved = service.cpu_units != service.deployed.cpu_units
    bound = "; at another size this is a bound, mostly far above what it will be" if moved else ""
    yield Fact(label="proposed", text=f"{_modelled(p95.proposed_ms)}{bound}")
    yield Fact(label="model", text=missed_by(p95))


def _modelled(value: float | None) -> str:
    if value is None:
        return "not known: tasks get too busy to tell"
    return f"at most {milliseconds(value)} by the model"
