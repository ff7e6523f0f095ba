"""Words of the report: verdicts, risks and the glossary, each with what it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from trimtab.advice.choice.model import Decision
from trimtab.advice.model import CautionKind

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Word:
    """A word, and what it means."""

    word: str
    meaning: str


VERDICTS: Final[Mapping[Decision, Word]] = {
    Decision.TRIM: Word("trim", "Another task size, other scaling steps, or both: it keeps the objective."),
    Decision.HEADROOM: Word(
        "headroom",
        "Demand moves faster than tasks start. Scaling still costs less than a fixed count, but part of the "
        "cost is idle on purpose.",
    ),
    Decision.KEEP: Word(
        "keep", "What runs today keeps the objective, and a change would not pay for itself."
    ),
    Decision.FIXED: Word(
        "fixed count", "No scaling beat a right-sized fixed count of tasks on held-out days."
    ),
}

HIGH: Final = "high"
SOME: Final = "some"
LOW: Final = "low"
RISKS: Final[Mapping[str, Word]] = {
    HIGH: Word(HIGH, "Something may break or slow down: settle the cautions before you apply."),
    SOME: Word(SOME, "A figure rests on less than it should, or capacity shrinks: read the cautions."),
    LOW: Word(LOW, "No caution that bears on availability."),
}
SEVERITY: Final[Mapping[CautionKind, int]] = {
    CautionKind.OBJECTIVE: 100,
    CautionKind.MEMORY: 98,
    CautionKind.LEAK: 90,
    CautionKind.MEMORY_LIMIT: 88,
    CautionKind.FAILURES: 86,
    CautionKind.STOPS: 84,
    CautionKind.LATENCY: 80,
    CautionKind.P95: 80,
    CautionKind.CALL: 78,
    CautionKind.CENSORED: 76,
    CautionKind.RISING: 70,
    CautionKind.SPOT: 66,
    CautionKind.ARCHITECTURE: 64,
    CautionKind.STARTUP: 60,
    CautionKind.FEWER: 55,
    CautionKind.STOP_TIMEOUT: 50,
    CautionKind.DRAIN: 50,
    CautionKind.SHORT: 48,
    CautionKind.GAP: 46,
    CautionKind.ONE_SPIKE: 46,
    CautionKind.CALLER: 44,
    CautionKind.EGRESS: 42,
    CautionKind.HEALTH_COMMAND: 40,
    CautionKind.ZONES: 40,
    CautionKind.RECORD: 38,
    CautionKind.UNPROVEN: 45,
    CautionKind.WITHIN_ERROR: 36,
    CautionKind.DEARER: 34,
}
"""How much a caution bears on availability, then on the money; a kind that is not named: ``LEAST``."""
LEAST: Final = 20
SEVERE: Final = 76
"""From here on the risk is high."""
NOTABLE: Final = 40
"""From here on there is some."""

GLOSSARY: Final = (
    Word(
        "minutes short of CPU",
        "Minutes in which the average task was above the CPU of the objective, or the hottest task was full.",
    ),
    Word("objective", "What must be kept while cost is made as small as it gets. docs/optimize.md lists it."),
    Word(
        "replay",
        "The recorded demand, minute by minute, through a configuration: alarms, cooldowns, starts and "
        "drains as AWS does them. Before and after are replayed on the same minutes.",
    ),
    Word(
        "recorded", "What CloudWatch says ran. It stands for today where a replay of today differs from it."
    ),
    Word(
        "held-out days",
        "The last part of the record. Nothing was tuned on it; what was chosen had to keep the "
        "objective there.",
    ),
    Word(
        "scaling steps",
        "Step scaling of Application Auto Scaling: so far above the alarm, so many tasks more.",
    ),
    Word(
        "reversals a day",
        "Scaling activities that undo the direction of the one before. Many of them: flapping.",
    ),
    Word(
        "cost against perfect foresight",
        "Cost over the least that a schedule could cost that knows every minute ahead and is as often short.",
    ),
    Word(
        "starts and drains", "Tasks that are paid for before they serve, or while they finish their requests."
    ),
    Word("vCPU", "What AWS bills CPU by: 1,024 CPU units. Sizes are written CPU units / MiB."),
    Word("saving's error", "What replay and record of today differ by, service by service, added up."),
    Word("lever", "A further saving that nobody can decide from metrics alone. Each is on its own: no sum."),
)
