"""What the guard says of a plan: frozen, with its words, without a layout."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from trimtab.errors import EXIT_OK

if TYPE_CHECKING:
    from trimtab.engine.plan_json import Index

EXIT_INTERRUPTS = 10
EXIT_UNKNOWN = 11

FOLLOWS = "Follows from"
"""Begins the note of a change that is there only because of another one."""


class Impact(StrEnum):
    """What a change does to the fleet while it is applied."""

    SAFE = "safe"
    REDEPLOYS = "redeploys"
    UNKNOWN = "unknown"
    INTERRUPTS = "interrupts"

    @property
    def gravity(self) -> int:
        """How much it matters: what is not known may turn out to be the worst."""
        return tuple(Impact).index(self)


def gravest(verdicts: tuple[Impact, ...]) -> Impact:
    """Return the one that matters most; safe where there is none."""
    return max(verdicts, key=lambda verdict: verdict.gravity, default=Impact.SAFE)


class Deed(StrEnum):
    """What Terraform does to one thing."""

    IMPORT = "import"
    MOVE = "move"
    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    REPLACE_CREATE_FIRST = "replace, new one first"
    DESTROY = "destroy"
    FORGET = "forget"
    FORGET_AND_CREATE = "forget, then create"
    DEFERRED = "deferred"
    INVOKE = "invoke"
    """Of an action."""
    CONDITION = "check"
    """Nothing is done: a condition of the configuration."""
    NOT_READ = "not read"
    """A part of the plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One attribute that changes. ``before`` and ``after`` are there only where they may be shown."""

    path: str
    """Dotted, without the numbers of single blocks: ``network_configuration.subnets``."""
    before: str = ""
    after: str = ""
    delta: str = ""
    """Of a list too long to show whole: what is added and what removed."""
    sensitive: bool = False
    after_apply: bool = False
    """Its new value is known only after apply."""
    forces_replacement: bool = False

    @property
    def shown(self) -> bool:
        """Whether the values may be shown, and say something."""
        return bool(self.before or self.after or self.delta)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing that follows, and the attributes it follows from."""

    verdict: Impact
    text: str
    fact: str
    """The id of what it rests on: ``docs/guard-facts.md`` has each."""
    attributes: tuple[Changed, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """What something costs a month [USD]: at the fewest tasks, and at the most."""

    least: float = 0.0
    most: float = 0.0

    def __add__(self, other: Span) -> Span:
        return Span(self.least + other.least, self.most + other.most)

    def __sub__(self, other: Span) -> Span:
        return Span(self.least - other.least, self.most - other.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCost:
    """What one thing costs otherwise than before, at list prices."""

    address: str
    before: Span = Span()
    after: Span = Span()
    not_priced: str = ""
    """What is not in these figures, and why."""

    @property
    def known(self) -> bool:
        """Whether there is a figure: nothing is no figure where something is not priced."""
        return not self.not_priced or self.before != self.after

    @property
    def change(self) -> Span:
        """What it costs more; less where negative."""
        return self.after - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What becomes of one thing."""

    address: str
    type: str
    name: str
    index: Index
    module: str
    deed: Deed
    imported: bool
    """Taken into the state by the same plan."""
    verdict: Impact
    reasons: tuple[Reason, ...]
    """The gravest first."""
    cautions: tuple[str, ...] = ()
    """What is not seen from the verdict, and should be read before applying."""
    advice: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """Why Terraform does it, where that is not in the attributes."""

    @property
    def attributes(self) -> tuple[Changed, ...]:
        """Every attribute named by a reason, once."""
        return tuple(dict.fromkeys(one for reason in self.reasons for one in reason.attributes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The whole plan."""

    findings: tuple[Finding, ...]
    """In the order of the plan."""
    outputs_changed: tuple[str, ...] = ()
    drifted: tuple[str, ...] = ()
    """Addresses of what was changed outside Terraform since the last apply, in a way that shows."""
    cautions: tuple[str, ...] = ()
    engine_version: str = ""
    costs: tuple[ChangeCost, ...] = ()
    """Of what costs otherwise than before, or may."""

    def of(self, verdict: Impact) -> tuple[Finding, ...]:
        """Return the findings with this verdict."""
        return tuple(finding for finding in self.findings if finding.verdict is verdict)

    @property
    def verdict(self) -> Impact:
        """The gravest of all."""
        return gravest(tuple(finding.verdict for finding in self.findings))

    @property
    def exit_code(self) -> int:
        """Nothing interrupts: 0, a redeployment is how ECS changes tasks without an interruption."""
        codes = {Impact.INTERRUPTS: EXIT_INTERRUPTS, Impact.UNKNOWN: EXIT_UNKNOWN}
        return codes.get(self.verdict, EXIT_OK)
