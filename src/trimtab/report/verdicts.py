"""The verdict on a service in a word for the table, and in a line where a word is too little."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trimtab.advice.choice.model import Decision, Rank
from trimtab.sizing.model import SizeReason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trimtab.document.schema import AlternativePart, ChoicePart, ServicePart

VERDICTS: Final[Mapping[Decision, str]] = {
    Decision.TRIM: "trim",
    Decision.HEADROOM: "headroom",
    Decision.KEEP: "keep",
    Decision.FIXED: "fixed count",
}
"""In a word: the table is 100 columns wide."""
REASONS: Final[Mapping[SizeReason, str]] = {
    SizeReason.MEMORY_BOUND: "memory",
    SizeReason.CPU_BOUND: "CPU",
    SizeReason.FLOOR_BOUND: "floor",
    SizeReason.REPLAYED: "replay",
    SizeReason.ALREADY_RIGHT: "scaling",
    SizeReason.LAID_DOWN: "objective",
}
"""What a trim is decided by; where the size is right already, its scaling alone is trimmed."""


def verdict_of(service: ServicePart) -> str:
    """Return the verdict; of a trim also what decided the size."""
    decision = service.choice.verdict
    word = VERDICTS[decision]
    return f"{word}, {REASONS[service.reason]}" if decision is Decision.TRIM else word


def verdict_line(service: ServicePart) -> str:
    """Return what else the verdict would have cost, for one that is no trim; empty for a trim."""
    choice = service.choice
    if choice.verdict is Decision.HEADROOM:
        return (
            "headroom: its demand moves faster than tasks start; on held-out days it costs "
            f"{choice.judged_over_bound:.2f} times perfect foresight; {_fixed(service)}"
        )
    if choice.verdict is Decision.FIXED:
        return _ladders(service)
    return f"keep: {choice.why}" if choice.verdict is Decision.KEEP else ""


def _fixed(service: ServicePart) -> str:
    fixed, usd_month = _alternative(service.choice, Rank.FIXED), service.cost.after.compute_usd_month
    if fixed is None:
        return "no fixed count passed every trial"
    return (
        f"a fixed count of {fixed.scaling.min_tasks} would cost ${fixed.usd_month:,.2f}, "
        f"this scaling ${usd_month:,.2f}"
    )


def _ladders(service: ServicePart) -> str:
    ladders, usd_month = _alternative(service.choice, Rank.LADDERS), service.cost.after.compute_usd_month
    count = f"a fixed count of {service.scaling.min_tasks} costs ${usd_month:,.2f}"
    if ladders is None:
        return f"{count}; {service.choice.why}"
    return f"{count}, the best scaling would cost ${ladders.usd_month:,.2f}"


def _alternative(choice: ChoicePart, rank: Rank) -> AlternativePart | None:
    return next((one for one in choice.alternatives if one.rank is rank), None)
