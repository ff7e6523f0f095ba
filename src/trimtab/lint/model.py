"""What a rule is, and what is found with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from trimtab.lint.hcl.syntax import SourcePlace
    from trimtab.lint.resource import Resource
    from trimtab.lint.world import World

CLEAN = 0
FOUND = 10
CANNOT_TELL = 11


class Severity(StrEnum):
    """How bad it is."""

    ERROR = "error"
    """AWS refuses it, or it harms what runs."""
    WARNING = "warning"
    """It costs, flaps or fails sooner or later."""
    NOTE = "note"
    """Worth knowing; it may be meant."""


ORDER = tuple(Severity)
"""What a reader must see first."""


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule has against one resource."""

    message: str
    place: SourcePlace


@dataclass(frozen=True, slots=True, kw_only=True)
class LintRule:
    """One thing that is wrong, and how it is seen."""

    id: str
    severity: Severity
    title: str
    why: str
    fix: str
    source: str
    """The page of AWS that says so."""
    kinds: tuple[str, ...]
    """Types of the resources that it looks at, one at a time."""
    check: Callable[[Resource, World], Iterable[Hit]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LintFinding:
    """One resource that a rule is against."""

    rule: LintRule
    address: str
    place: SourcePlace
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What could not be worked out, and which rules therefore say nothing."""

    rules: tuple[str, ...]
    addresses: tuple[str, ...]
    place: SourcePlace
    expression: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """Everything that was found in a folder."""

    source: str
    resources: int
    findings: tuple[LintFinding, ...]
    gaps: tuple[Gap, ...]

    def of(self, severity: Severity) -> tuple[LintFinding, ...]:
        """Return the findings of one severity."""
        return tuple(one for one in self.findings if one.rule.severity is severity)

    @property
    def exit_code(self) -> int:
        """What the command exits with: an error goes before what cannot be told."""
        if self.of(Severity.ERROR):
            return FOUND
        return CANNOT_TELL if self.gaps else CLEAN
