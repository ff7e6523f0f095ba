"""An inspection as JSON: every finding by itself, for programs. Renders only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.lint.model import ORDER, Severity
from trimtab.report.formats import Table, TablePart, as_json

if TYPE_CHECKING:
    from trimtab.lint.model import Gap, Inspection, LintFinding, LintRule


class RulePart(TablePart, frozen=True, kw_only=True):
    """A rule that something was found by."""

    severity: Severity
    title: str
    why: str
    fix: str
    source: str
    """The page of AWS that says so."""


class FindingPart(TablePart, frozen=True, kw_only=True):
    """One resource that a rule is against."""

    rule: str
    severity: Severity
    address: str
    file: str
    line: int
    message: str


class GapPart(TablePart, frozen=True, kw_only=True):
    """What could not be worked out, and which rules therefore say nothing."""

    rules: tuple[str, ...]
    addresses: tuple[str, ...]
    file: str
    line: int
    expression: str
    why: str


class FolderTable(Table, frozen=True, kw_only=True):
    """What ``trimtab guard DIR --format json`` prints."""

    source: str
    exit_code: int
    resources: int
    """Looked at."""
    counts: dict[Severity, int]
    """Findings by severity."""
    rules: dict[str, RulePart]
    """By id; those alone that something was found by."""
    findings: tuple[FindingPart, ...]
    """The gravest first."""
    not_worked_out: tuple[GapPart, ...]


def render(inspection: Inspection) -> str:
    """Return the document, the gravest first."""
    found = {one.rule.id: one.rule for one in inspection.findings}
    table = FolderTable(
        source=inspection.source,
        exit_code=inspection.exit_code,
        resources=inspection.resources,
        counts={severity: len(inspection.of(severity)) for severity in ORDER},
        rules={key: _rule(rule) for key, rule in found.items()},
        findings=tuple(_finding(one) for one in inspection.findings),
        not_worked_out=tuple(_gap(one) for one in inspection.gaps),
    )
    return as_json(table)


def _rule(rule: LintRule) -> RulePart:
    return RulePart(severity=rule.severity, title=rule.title, why=rule.why, fix=rule.fix, source=rule.source)


def _finding(finding: LintFinding) -> FindingPart:
    return FindingPart(
        rule=finding.rule.id,
        severity=finding.rule.severity,
        address=finding.address,
        file=finding.place.file,
        line=finding.place.line,
        message=finding.message,
    )


def _gap(gap: Gap) -> GapPart:
    return GapPart(
        rules=gap.rules,
        addresses=gap.addresses,
        file=gap.place.file,
        line=gap.place.line,
        expression=gap.expression,
        why=gap.why,
    )
