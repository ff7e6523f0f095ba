"""What is shown of an inspection: the same thing said of many is said once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimtab.lint.model import ORDER, Severity

if TYPE_CHECKING:
    from trimtab.lint.hcl.syntax import SourcePlace
    from trimtab.lint.model import Inspection, LintFinding, LintRule

_KEY = re.compile(r'\[("(?:[^"\\]|\\.)*"|\d+|\?)\]')
MESSAGES_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LintRow:
    """One line of Terraform that a rule is against, for however many things it makes."""

    rule: LintRule
    place: SourcePlace
    pattern: str
    """Their address, ``[*]`` where they differ."""
    keys: tuple[str, ...]
    addresses: tuple[str, ...]
    messages: tuple[str, ...]
    """What is said, each once; of many that differ, the first ones."""
    more: int
    """How many more messages there are."""

    @property
    def subject(self) -> str:
        """What it is about, on one line."""
        several = len(self.addresses)
        return self.pattern if several == 1 else f"{self.pattern} ({several}: {', '.join(self.keys)})"

    @property
    def said(self) -> str:
        """All that is said of it, as one sentence."""
        return "; ".join(self.messages) + (f"; and {self.more} more" if self.more else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class LintReport:
    """Everything a reader is shown."""

    inspection: Inspection
    headline: str
    counts: dict[Severity, int]
    """Rows by severity."""
    rows: tuple[LintRow, ...]


def lint_report_of(inspection: Inspection) -> LintReport:
    """Gather what stands on one line, the gravest first."""
    groups: dict[tuple[object, ...], list[LintFinding]] = {}
    for one in inspection.findings:
        key = (one.rule.id, one.place.file, one.place.line, _KEY.sub("[*]", one.address))
        groups.setdefault(key, []).append(one)
    rows = tuple(_row(found) for found in groups.values())
    counts = {one: sum(row.rule.severity is one for row in rows) for one in ORDER}
    return LintReport(inspection=inspection, headline=_headline(inspection, counts), counts=counts, rows=rows)


def _row(findings: list[LintFinding]) -> LintRow:
    addresses = tuple(dict.fromkeys(one.address for one in findings))
    messages = tuple(dict.fromkeys(one.message for one in findings))
    keys = tuple(" ".join(part.strip('"') for part in _KEY.findall(one)) for one in addresses)
    return LintRow(
        rule=findings[0].rule,
        place=findings[0].place,
        pattern=addresses[0] if len(addresses) == 1 else _KEY.sub("[*]", addresses[0]),
        keys=keys,
        addresses=addresses,
        messages=messages[:MESSAGES_SHOWN],
        more=max(0, len(messages) - MESSAGES_SHOWN),
    )


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def _headline(inspection: Inspection, counts: dict[Severity, int]) -> str:
    """Return the answer in one sentence."""
    errors = counts[Severity.ERROR]
    if errors:
        return f"{counted(errors, 'thing')} here would fail or harm what runs."
    gaps = len(inspection.gaps)
    if gaps:
        return f"Nothing here is known to fail, but {counted(gaps, 'expression')} could not be worked out."
    return (
        "Nothing here would fail or harm what runs."
        if inspection.findings
        else "Nothing here costs, flaps or fails."
    )
