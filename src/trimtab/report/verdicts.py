"""The verdict on a service in a word for the table, and in a line where a word is too little."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trimtab.evidence.choice import Decision, Rank
from trimtab.sizing.model import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trimtab.evidence.choice import Alternative, Choice
    from trimtab.evidence.model import Advice

VERDICTS: Final[Mapping[Decision, str]] = {
    Decision.TRIM: "trim",
    Decision.HEADROOM: "headroom",
    Decision.KEEP: "keep",
    Decision.FIXED: "fixed count",
}
"""In a word: the table is 100 columns wide."""
REASONS: Final[Mapping[Reason, str]] = {
    Reason.MEMORY_BOUND: "memory",
    Reason.CPU_BOUND: "CPU",
    Reason.FLOOR_BOUND: "floor",
    Reason.REPLAYED: "replay",
    Reason.ALREADY_RIGHT: "ladders",
    Reason.LAID_DOWN: "objective",
}
"""What a trim is decided by; where the size is right already, its ladders alone are trimmed."""


def verdict_of(advice: Advice) -> str:
    """Return the verdict; of a trim also what decided the size."""
    decision = advice.choice.decision
    word = VERDICTS[decision]
    return f"{word}, {REASONS[advice.sizing.reason]}" if decision is Decision.TRIM else word


def verdict_line(advice: Advice) -> str:
    """Return what else the verdict would have cost, for one that is no trim; empty for a trim."""
    choice = advice.choice
    if choice.decision is Decision.HEADROOM:
        return (
            "headroom, for its demand moves faster than tasks start: where nothing was tuned it costs "
            f"{choice.over_bound:.2f} times what knowing the future would; {_fixed(advice)}"
        )
    if choice.decision is Decision.FIXED:
        return _ladders(advice)
    return f"keep: {choice.why}" if choice.decision is Decision.KEEP else ""


def _fixed(advice: Advice) -> str:
    fixed, usd_month = _alternative(advice.choice, Rank.FIXED), advice.cost.after.compute_usd_month
    if fixed is None:
        return "no fixed count stood every trial"
    count = fixed.ladders.min_tasks
    return f"a fixed count of {count} would cost ${fixed.replay.usd_month:,.2f}, these ladders ${usd_month:,}"


def _ladders(advice: Advice) -> str:
    ladders, usd_month = _alternative(advice.choice, Rank.LADDERS), advice.cost.after.compute_usd_month
    count = f"a fixed count of {advice.ladders.min_tasks} costs ${usd_month:,}"
    if ladders is None:
        return f"{count}; {advice.choice.why}"
    return f"{count}, the best ladders would cost ${ladders.replay.usd_month:,.2f}"


def _alternative(choice: Choice, rank: Rank) -> Alternative | None:
    return next((one for one in choice.alternatives if one.rank is rank), None)
