"""The dollars of a plan, in words and as one sum."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

from trimtab.guard.model import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trimtab.guard.model import Assessment, ChangeCost

NOT_PRICED_SHOWN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """All that costs otherwise, together."""

    before: Span
    after: Span
    not_priced: tuple[str, ...]
    """What is not in the sum, each kind once, the most frequent first."""

    @property
    def change(self) -> Span:
        """What is paid more; less where negative."""
        return self.after - self.before


def bill_of(assessment: Assessment) -> Bill | None:
    """Return the sum; nothing where nothing costs otherwise, as far as can be told."""
    costs = assessment.costs
    if not costs:
        return None
    types = {finding.address: finding.type for finding in assessment.findings}
    left = Counter(
        f"{types.get(one.address, one.address)} ({one.not_priced})" for one in costs if one.not_priced
    )
    return Bill(
        before=summed(one.before for one in costs),
        after=summed(one.after for one in costs),
        not_priced=tuple(f"{many} {text}" for text, many in left.most_common()),
    )


def summed(spans: Iterable[Span]) -> Span:
    """Return the sum of both ends."""
    return reduce(add, spans, Span())


def cost_text(costs: Iterable[ChangeCost]) -> str:
    """Return what things cost otherwise, in a few words; nothing where they do not."""
    listed = list(costs)
    if not listed:
        return ""
    before, after = summed(one.before for one in listed), summed(one.after for one in listed)
    why = "; ".join(dict.fromkeys(one.not_priced for one in listed if one.not_priced))
    if before == after == Span():
        return f"cost not known: {why}"
    said = f"{dollars(before)} -> {dollars(after)} a month"
    if Span() in (before, after):
        said = f"{signed(after - before)} a month"
    return f"{said} ({why})" if why else said


def bill_lines(bill: Bill) -> tuple[str, ...]:
    """Return the sum in sentences, at list prices."""
    lines = []
    if bill.before != bill.after or not bill.not_priced:
        change = bill.change
        low, high = sorted((change.least, change.most))
        lines.append(
            f"{dollars(bill.before)} a month before, {dollars(bill.after)} after:"
            f" at least {usd(low, sign=True)}, at most {usd(high, sign=True)}, by how many tasks run."
            if low != high
            else f"{dollars(bill.before)} a month before, {dollars(bill.after)} after: {usd(low, sign=True)}."
        )
    if bill.not_priced:
        shown = bill.not_priced[:NOT_PRICED_SHOWN]
        more = len(bill.not_priced) - len(shown)
        lines.append(f"Not in it: {'; '.join(shown)}{f'; and {more} more' if more else ''}.")
    return tuple(lines)


def dollars(span: Span) -> str:
    """Return one amount, or two where they differ."""
    return usd(span.least) if usd(span.least) == usd(span.most) else f"{usd(span.least)} to {usd(span.most)}"


def signed(span: Span) -> str:
    """Return the same of a difference."""
    low, high = sorted((span.least, span.most))
    lowest, highest = usd(low, sign=True), usd(high, sign=True)
    return lowest if lowest == highest else f"{lowest} to {highest}"


def usd(amount: float, *, sign: bool = False) -> str:
    """Return an amount [USD] with its cents; no minus before a zero."""
    text = f"{abs(amount):,.2f}"
    before = "-" if amount < 0 and text != "0.00" else "+" if sign else ""
    return f"{before}${text}"
