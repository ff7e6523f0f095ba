"""The page of a recommendation as plain data, from the document and, where at hand, its minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trimtab.report.html.model import LeftOutRow, Page, Risk
from trimtab.report.html.money import sure_of, waterfall
from trimtab.report.html.service import service_page
from trimtab.report.html.words import GLOSSARY, LEAST, SEVERITY
from trimtab.report.levers import lever_lines
from trimtab.report.optimize.data import snapshot_notes
from trimtab.report.service.data import MEND
from trimtab.values.folder import VALUES_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trimtab.advice.model import CautionKind
    from trimtab.document.schema import Document
    from trimtab.report.html.series import ChartSeries

RISKS_SHOWN: Final = 3
COMMANDS: Final = (
    ("This result as a table", "trimtab report DIR"),
    ("After an edit of the values: write again what adopts the running fleet", "trimtab write DIR"),
    (
        "Try an edit of the values on the same demand",
        f"trimtab replay SNAPSHOT --policy DIR/{VALUES_FILE}",
    ),
    ("Judge a Terraform plan before it is applied", "trimtab guard plan.json"),
    ("Roll it out, service by service, and stop when one fails", "trimtab rollout DIR"),
    ("Weeks later: what was promised against what was saved", "trimtab report DIR --since SNAPSHOT"),
)
"""(what it does, the line)."""


def page_of(document: Document, series: Mapping[str, ChartSeries]) -> Page:
    """Return the page; ``series``: by service. Commands say ``DIR``: no path of a machine is forwarded."""
    cost = document.cost
    share = cost.saving_usd_month / cost.before_usd_month if cost.before_usd_month else 0.0
    return Page(
        title=f"{document.cluster}: what it costs, and what it could",
        cluster=document.cluster,
        region=document.region,
        environment=document.environment,
        start=document.start[:10],
        days=document.days,
        trimtab=document.trimtab,
        provenance=document.provenance,
        price_basis=document.price_basis,
        before_usd_month=cost.before_usd_month,
        after_usd_month=cost.after_usd_month,
        saving_usd_month=cost.saving_usd_month,
        recorded_usd_month=cost.recorded_usd_month,
        saving_percent=100 * share,
        sure=sure_of(document, series),
        risks=tuple(risks_of(document))[:RISKS_SHOWN],
        left_out=tuple(
            LeftOutRow(name=one.service, why=f"{one.reason.value}: {one.detail}", mend=MEND[one.reason])
            for one in document.left_out
        ),
        waterfall=waterfall(document),
        services=tuple(
            service_page(document, part, number, series.get(part.name))
            for number, part in enumerate(document.services, 1)
        ),
        levers=tuple(lever_lines(document.levers)),
        notes=tuple(
            note.text if note.service == "all" else f"{note.service}: {note.text}"
            for note in snapshot_notes(document.notes)
        ),
        objective=_objective(document),
        commands=COMMANDS,
        glossary=GLOSSARY,
        has_series=all(one.name in series for one in document.services) and bool(series),
    )


def risks_of(document: Document) -> Iterator[Risk]:
    """Yield the kinds of cautions, the gravest first; of one gravity, that with more money behind it."""
    said: dict[CautionKind, list[tuple[str, str, float]]] = {}
    for service in document.services:
        for caution in service.cautions:
            said.setdefault(caution.kind, []).append(
                (service.name, caution.text, service.cost.before_usd_month)
            )

    def weight(kind: CautionKind) -> tuple[int, float]:
        return -SEVERITY.get(kind, LEAST), -sum({name: usd for name, _, usd in said[kind]}.values())

    for kind in sorted(said, key=lambda one: (*weight(one), one.value)):
        names = tuple(dict.fromkeys(name for name, _, _ in said[kind]))
        yield Risk(
            kind=kind.value,
            services=names,
            text=said[kind][0][1],
            severity=SEVERITY.get(kind, LEAST),
        )


def _objective(document: Document) -> str:
    objective = document.objective
    p95 = f", the p95 response time within {objective.p95_ms:g} ms" if objective.p95_limit_s else ""
    zone = ", also when one zone is lost" if objective.zone_loss else ""
    return (
        f"at most {objective.over_percent:g} % of minutes above {objective.cpu_percent:g} % CPU, none above "
        f"{objective.memory_percent:g} % memory, at most {objective.direction_changes_day:g} reversals a day"
        f"{p95}{zone}"
    )
