"""An inspection as SARIF, for code scanning. Renders only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trimtab.lint.rules import RULES
from trimtab.report.sarif import SarifNotice, SarifResult, SarifRule, sarif

if TYPE_CHECKING:
    from trimtab.lint.model import Gap, LintRule
    from trimtab.report.lint.data import LintReport, LintRow

_KEY = re.compile(r'\["(?:[^"\\]|\\.)*"\]|\[\d+\]')


def render(report: LintReport) -> str:
    """Return the log: one result for each line of Terraform that a rule is against."""
    return sarif(
        [_rule(one) for one in RULES],
        [_result(row) for row in report.rows],
        [_notice(one) for one in report.inspection.gaps],
        complete=not report.inspection.gaps,
    )


def _rule(rule: LintRule) -> SarifRule:
    return SarifRule(
        id=rule.id,
        level=rule.severity.value,
        title=rule.title,
        text=rule.why,
        help=f"{rule.why}\n\nFix: {rule.fix}",
        uri=rule.source,
    )


def _result(row: LintRow) -> SarifResult:
    return SarifResult(
        rule=row.rule.id,
        level=row.rule.severity.value,
        message=f"{row.rule.title}. {row.subject}: {row.said}. Fix: {row.rule.fix}",
        file=row.place.file,
        first_line=row.place.line,
        last_line=max(row.place.line, row.place.last_line),
        # Without keys: a service more under the same block is the same finding.
        identity=_KEY.sub("[*]", row.addresses[0]),
    )


def _notice(gap: Gap) -> SarifNotice:
    text = f"{gap.expression} could not be worked out ({gap.why}); needed by {', '.join(gap.rules)}"
    return SarifNotice(message=text, file=gap.place.file, line=gap.place.line)
