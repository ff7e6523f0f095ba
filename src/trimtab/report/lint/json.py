"""An inspection as JSON: every finding by itself, for programs. Renders only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from trimtab.lint.model import ORDER
from trimtab.plain_text import plain_json

if TYPE_CHECKING:
    from trimtab.lint.model import Gap, Inspection, LintFinding, LintRule

FORMAT = 1
"""Goes up when a member changes its meaning or goes."""


def render(inspection: Inspection) -> str:
    """Return the document, the gravest first."""
    found = {one.rule.id: one.rule for one in inspection.findings}
    document = {
        "format": FORMAT,
        "source": inspection.source,
        "exit_code": inspection.exit_code,
        "resources": inspection.resources,
        "counts": {severity: len(inspection.of(severity)) for severity in ORDER},
        "rules": {key: _rule(rule) for key, rule in found.items()},
        "findings": [_finding(one) for one in inspection.findings],
        "not_worked_out": [_gap(one) for one in inspection.gaps],
    }
    return plain_json(msgspec.json.format(msgspec.json.encode(document), indent=2).decode()) + "\n"


def _rule(rule: LintRule) -> dict[str, Any]:
    return {
        "severity": rule.severity,
        "title": rule.title,
        "why": rule.why,
        "fix": rule.fix,
        "source": rule.source,
    }


def _finding(finding: LintFinding) -> dict[str, Any]:
    return {
        "rule": finding.rule.id,
        "severity": finding.rule.severity,
        "address": finding.address,
        "file": finding.place.file,
        "line": finding.place.line,
        "message": finding.message,
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "rules": gap.rules,
        "addresses": gap.addresses,
        "file": gap.place.file,
        "line": gap.place.line,
        "expression": gap.expression,
        "why": gap.why,
    }
