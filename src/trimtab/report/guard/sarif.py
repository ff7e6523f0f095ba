"""The guard's findings as SARIF 2.1.0, for what shows them beside the lines of a change. Renders only.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0"; GitHub, "SARIF support
for code scanning". What is safe is no result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimtab.guard.facts.catalogue import catalogue
from trimtab.guard.model import Impact
from trimtab.report.guard.data import DEEDS, attribute_text
from trimtab.report.sarif import HOME, fingerprint, log_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimtab.guard.facts.catalogue import FactEntry
    from trimtab.guard.model import Assessment, Finding, Reason
    from trimtab.guard.written import Place

PAGE = f"{HOME}/blob/main/docs/guard-facts.md"
FINGERPRINT = "trimtabGuard/v1"
"""Of the address and the fact: the same in the next plan, whatever the words are then."""
LEVELS = {Impact.INTERRUPTS: "error", Impact.UNKNOWN: "warning", Impact.REDEPLOYS: "note"}


def render(assessment: Assessment, locate: Callable[[Finding], Place | None]) -> str:
    """Return the document, in the order of the plan."""
    said = [
        (finding, fact, reasons)
        for finding in assessment.findings
        for fact, reasons in _by_fact(finding).items()
    ]
    used = list(dict.fromkeys(fact for _, fact, _ in said))
    results = [
        _result(finding, reasons, used.index(fact), locate(finding)) for finding, fact, reasons in said
    ]
    run = {
        "tool": {
            "driver": {
                "name": "trimtab guard",
                "informationUri": f"{HOME}/blob/main/docs/guard.md",
                "rules": [_rule(catalogue()[fact]) for fact in used],
            }
        },
        "automationDetails": {"id": "trimtab-guard/"},
        "columnKind": "unicodeCodePoints",
        "results": results,
        "properties": {"verdict": assessment.verdict, "exitCode": assessment.exit_code},
    }
    return log_of(run)


def _by_fact(finding: Finding) -> dict[str, list[Reason]]:
    """Return the reasons that are not safe, those of one fact together."""
    reasons: dict[str, list[Reason]] = {}
    for reason in finding.reasons:
        if reason.verdict is not Impact.SAFE:
            reasons.setdefault(reason.fact, []).append(reason)
    return reasons


def _rule(entry: FactEntry) -> dict[str, Any]:
    gravest = max(entry.verdicts, key=lambda verdict: verdict.gravity)
    parts = [
        f"Of: {', '.join(entry.types)}",
        f"Attribute: {entry.attribute}" if entry.attribute else "",
        f"When: {entry.when}",
        f"Instead: {entry.instead}" if entry.instead else "",
        f"Source: {entry.sources[0]} (read {entry.read})",
    ]
    said = [part for part in parts if part]
    return {
        "id": entry.id,
        "shortDescription": {"text": entry.why},
        "help": {
            "text": "\n".join((entry.why, *said)),
            "markdown": "\n".join((entry.why, "", *(f"- {part}" for part in said))),
        },
        "helpUri": f"{PAGE}#{entry.id}",
        "defaultConfiguration": {"level": LEVELS.get(gravest, "none")},
        "properties": {"tags": ["terraform", *entry.types]},
    }


def _result(finding: Finding, reasons: list[Reason], rule: int, place: Place | None) -> dict[str, Any]:
    fact, verdict = reasons[0].fact, reasons[0].verdict
    changed = dict.fromkeys(attribute_text(one) for reason in reasons for one in reason.attributes)
    texts = [reason.text for reason in reasons]
    texts += [f"Because of {'; '.join(changed)}."] if changed else []
    texts += [f"Instead: {advice}" for advice in finding.advice]
    logical = {"fullyQualifiedName": finding.address, "kind": "resource"}
    where: dict[str, Any] = {"logicalLocations": [logical]}
    if place is not None:
        where["physicalLocation"] = {
            "artifactLocation": {"uri": place.file, "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": place.line},
        }
    return {
        "ruleId": fact,
        "ruleIndex": rule,
        "level": LEVELS[verdict],
        "message": {"text": f"{finding.address}, {DEEDS[finding.deed]}: {' '.join(texts)}"},
        "locations": [where],
        "partialFingerprints": {FINGERPRINT: fingerprint(f"{finding.address}\n{fact}")},
        "properties": {"verdict": verdict},
    }
