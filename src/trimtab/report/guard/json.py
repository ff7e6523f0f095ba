"""The guard's assessment as JSON: every finding by itself, for programs. Renders only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET, UnsetType

from trimtab.guard.model import Deed, Impact  # msgspec reads these when it runs
from trimtab.report.formats import Table, TablePart, as_json
from trimtab.report.guard.money import bill_of

if TYPE_CHECKING:
    from trimtab.guard.model import Assessment, Changed, Finding, Reason, Span


class SpanPart(TablePart, frozen=True, kw_only=True):
    """What something costs a month at list prices [USD]."""

    least: float
    """At the fewest tasks."""
    most: float
    """At the most tasks."""


class ThingPart(TablePart, frozen=True, kw_only=True):
    """What one thing costs otherwise."""

    address: str
    before: SpanPart | None
    """None where there is no figure."""
    after: SpanPart | None
    not_priced: str
    """What is not in these figures, and why."""


class BillPart(TablePart, frozen=True, kw_only=True):
    """What the plan costs otherwise: the sum, and each part of it."""

    before: SpanPart
    after: SpanPart
    not_priced: tuple[str, ...]
    """What is not in these figures: how many of what, and why."""
    things: tuple[ThingPart, ...]


class AttributePart(TablePart, frozen=True, kw_only=True):
    """One attribute that changes."""

    path: str
    forces_replacement: bool
    sensitive: bool
    known_after_apply: bool
    before: str | UnsetType = UNSET
    """Not there where it may not be shown."""
    after: str | UnsetType = UNSET


class ReasonPart(TablePart, frozen=True, kw_only=True):
    """One thing that follows."""

    verdict: Impact
    text: str
    fact: str
    """Id of what it rests on, as in docs/guard-facts.md."""
    attributes: tuple[AttributePart, ...]


class ChangePart(TablePart, frozen=True, kw_only=True):
    """What becomes of one thing."""

    address: str
    type: str
    verdict: Impact
    action: Deed
    imported: bool
    """Taken into the state by the same plan."""
    reasons: tuple[ReasonPart, ...]
    """The gravest first."""
    cautions: tuple[str, ...]
    advice: tuple[str, ...]


class GuardTable(Table, frozen=True, kw_only=True):
    """What ``trimtab guard PLAN.JSON --format json`` prints."""

    source: str
    engine_version: str
    verdict: Impact
    """The gravest of all."""
    exit_code: int
    counts: dict[Impact, int]
    """Changes by verdict."""
    cautions: tuple[str, ...]
    changes: tuple[ChangePart, ...]
    """In the order of the plan."""
    outputs_changed: tuple[str, ...]
    drifted: tuple[str, ...]
    """Addresses of what was changed outside Terraform."""
    cost_usd_month: BillPart | None
    """None where nothing that costs changes."""


def render(assessment: Assessment, source: str) -> str:
    """Return the document, in the order of the plan."""
    table = GuardTable(
        source=source,
        engine_version=assessment.engine_version,
        verdict=assessment.verdict,
        exit_code=assessment.exit_code,
        counts={verdict: len(assessment.of(verdict)) for verdict in Impact},
        cautions=assessment.cautions,
        changes=tuple(_change(finding) for finding in assessment.findings),
        outputs_changed=assessment.outputs_changed,
        drifted=assessment.drifted,
        cost_usd_month=_bill(assessment),
    )
    return as_json(table)


def _bill(assessment: Assessment) -> BillPart | None:
    bill = bill_of(assessment)
    if bill is None:
        return None
    return BillPart(
        before=_span(bill.before),
        after=_span(bill.after),
        not_priced=bill.not_priced,
        things=tuple(
            ThingPart(
                address=one.address,
                before=_span(one.before) if one.known else None,
                after=_span(one.after) if one.known else None,
                not_priced=one.not_priced,
            )
            for one in assessment.costs
        ),
    )


def _span(span: Span) -> SpanPart:
    return SpanPart(least=round(span.least, 2), most=round(span.most, 2))


def _change(finding: Finding) -> ChangePart:
    return ChangePart(
        address=finding.address,
        type=finding.type,
        verdict=finding.verdict,
        action=finding.deed,
        imported=finding.imported,
        reasons=tuple(_reason(reason) for reason in finding.reasons),
        cautions=finding.cautions,
        advice=finding.advice,
    )


def _reason(reason: Reason) -> ReasonPart:
    return ReasonPart(
        verdict=reason.verdict,
        text=reason.text,
        fact=reason.fact,
        attributes=tuple(_attribute(one) for one in reason.attributes),
    )


def _attribute(changed: Changed) -> AttributePart:
    return AttributePart(
        path=changed.path,
        forces_replacement=changed.forces_replacement,
        sensitive=changed.sensitive,
        known_after_apply=changed.after_apply,
        before=changed.before if changed.shown else UNSET,
        after=changed.after if changed.shown else UNSET,
    )
