"""The guard's assessment as JSON: every finding by itself, for programs. Renders only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from trimtab.guard.model import Verdict

if TYPE_CHECKING:
    from trimtab.guard.model import Assessment, Changed, Finding

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
        "counts": {verdict: len(assessment.of(verdict)) for verdict in Verdict},
        "cautions": assessment.cautions,
        "changes": [_finding(finding) for finding in assessment.findings],
        "outputs_changed": assessment.outputs_changed,
        "drifted": assessment.drifted,
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


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
