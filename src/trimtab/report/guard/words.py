"""The words that the screen and the pull request share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.guard.model import Impact

if TYPE_CHECKING:
    from trimtab.report.guard.data import GuardReport, GuardRow


TITLES = {
    Impact.INTERRUPTS: "Interrupts",
    Impact.UNKNOWN: "Cannot tell",
    Impact.REDEPLOYS: "Redeploys tasks",
    Impact.SAFE: "Safe",
}
MEANINGS = {
    Impact.INTERRUPTS: "traffic or data is lost when this is applied",
    Impact.UNKNOWN: "look at these yourself",
    Impact.REDEPLOYS: "ECS replaces running tasks, a few at a time",
    Impact.SAFE: "no running task and no request notices",
}
_COUNTED = {
    Impact.INTERRUPTS: ("interrupts", "interrupt"),
    Impact.UNKNOWN: ("not known", "not known"),
    Impact.REDEPLOYS: ("redeploys tasks", "redeploy tasks"),
    Impact.SAFE: ("safe", "safe"),
}
CAUTIONS = "Read before applying"
BILL = "What it costs, at list prices"
KEYS_SHOWN = 12
ADDRESSES_SHOWN = 4


def counted(report: GuardReport) -> str:
    """Return how many of each, the gravest first."""
    parts = [
        f"{number} {_COUNTED[verdict][number != 1]}" for verdict, number in report.counts.items() if number
    ]
    return ", ".join(parts)


def some(names: tuple[str, ...], shown: int) -> str:
    """Return the first names, and how many more there are."""
    more = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {more} more" if more > 0 else "")


def footnote(report: GuardReport) -> str:
    """Return what else is in the plan that touches nothing."""
    number = report.outputs_changed
    return f"{number} outputs change." if number > 1 else "1 output changes." if number else ""


def subject(row: GuardRow) -> str:
    """Return what a caution is about, on one line."""
    if len(row.addresses) == 1:
        return row.pattern
    return f"{row.pattern} ({len(row.addresses)}: {members(row)})"


def members(row: GuardRow) -> str:
    """Return which things a row with a pattern stands for."""
    return some(row.keys, KEYS_SHOWN) if row.keys else some(row.addresses, ADDRESSES_SHOWN)
