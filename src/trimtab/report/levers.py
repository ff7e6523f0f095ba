"""Levers not pulled, in words: those of one kind and condition together, or those of one service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trimtab.advice.cost import NONE, cents, dollars

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from trimtab.document.schema import LeverPart

TITLE: Final = "Levers not pulled (a month; each on its own, not to be added up)"


def lever_lines(levers: Sequence[LeverPart]) -> Iterator[tuple[str, str]]:
    """Yield (what, words) of levers, in their order: services with the same words are told together."""
    groups: dict[tuple[object, ...], list[LeverPart]] = {}
    for one in levers:
        key = (one.kind, one.usd_month is None, one.at_most, one.basis, one.first)
        groups.setdefault(key, []).append(one)
    for alike in groups.values():
        first = alike[0]
        amounts = [cents(one.usd_month) for one in alike if one.usd_month is not None]
        names = ", ".join(one.service for one in alike if one.service)
        of = f" of {names}" if names else ""
        amount = _amount(amounts, at_most=first.at_most)
        yield first.kind.value + of, f"{amount}{first.basis}; first: {first.first}"


def _amount(amounts: Sequence[Decimal], *, at_most: bool) -> str:
    """Return the dollars of one kind of lever on several services, which do add up; empty for none."""
    if not amounts:
        return ""
    return f"{'at most ' if at_most else ''}{dollars(sum(amounts, NONE))}, "
