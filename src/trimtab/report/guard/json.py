"""The guard's assessment as JSON: every finding by itself, for programs. Renders only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from trimtab.guard.model import Impact
from trimtab.plain_text import plain_json
from trimtab.report.guard.money import bill_of

if TYPE_CHECKING:
    from trimtab.guard.model import Assessment, Changed, Finding, Span

FORMAT = 1
"""Goes up when a member changes its meaning or goes."""


def render(assessment: Assessment, source: str) -> str:
    """Return the document, in the order of the plan."""
    document = {
        "format": FORMAT,
        "source": source,
        "engine_version": assessment.engine_version,
        "verdict": assessment.verdict,
        "exit_code": assessment.exit_code,
        "counts": {verdict: len(assessment.of(verdict)) for verdict in Impact},
        "cautions": assessment.cautions,
        "changes": [_finding(finding) for finding in assessment.findings],
        "outputs_changed": assessment.outputs_changed,
        "drifted": assessment.drifted,
        "cost_usd_month": _bill(assessment),
    }
    return plain_json(msgspec.json.format(msgspec.json.encode(document), indent=2).decode()) + "\n"


def _bill(assessment: Assessment) -> dict[str, Any] | None:
    """Return the sum and each part of it, at list prices [USD a month]; the fewest tasks, and the most."""
    bill = bill_of(assessment)
    if bill is None:
        return None
    return {
        "before": _span(bill.before),
        "after": _span(bill.after),
        "not_priced": bill.not_priced,
        "things": [
            {
                "address": one.address,
                "before": _span(one.before) if one.known else None,
                "after": _span(one.after) if one.known else None,
                "not_priced": one.not_priced,
            }
            for one in assessment.costs
        ],
    }


def _span(span: Span) -> dict[str, float]:
    return {"least": round(span.least, 2), "most": round(span.most, 2)}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "address": finding.address,
        "type": finding.type,
        "verdict": finding.verdict,
        "action": finding.deed,
        "imported": finding.imported,
        "reasons": [
            {
                "verdict": reason.verdict,
                "text": reason.text,
                "fact": reason.fact,
                "attributes": [_attribute(one) for one in reason.attributes],
            }
            for reason in finding.reasons
        ],
        "cautions": finding.cautions,
        "advice": finding.advice,
    }


def _attribute(changed: Changed) -> dict[str, Any]:
    values = {"before": changed.before, "after": changed.after} if changed.shown else {}
    return {
        "path": changed.path,
        "forces_replacement": changed.forces_replacement,
        "sensitive": changed.sensitive,
        "known_after_apply": changed.after_apply,
        **values,
    }
