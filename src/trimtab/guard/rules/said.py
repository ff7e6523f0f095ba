"""How a verdict is said: by the id of the fact it rests on, never by words of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.guard.facts.load import rules
from trimtab.guard.model import Reason

if TYPE_CHECKING:
    from trimtab.guard.facts.model import Creation, Effect, InPlace
    from trimtab.guard.model import Changed, Impact


def said(
    rule: str, *names: object, verdict: Impact | None = None, attributes: tuple[Changed, ...] = ()
) -> Reason:
    """Return what a rule says of these names; its first verdict, where no other one is given."""
    known = rules()[rule]
    if verdict is not None and verdict not in known.verdicts:
        raise ValueError(f"{rule}: {verdict} is no verdict of it")
    return Reason(
        verdict=verdict or known.verdicts[0],
        text=known.why.format(*names),
        fact=rule,
        attributes=attributes,
    )


def by_fact(
    fact: Effect | Creation | InPlace, *, text: str = "", attributes: tuple[Changed, ...] = ()
) -> Reason:
    """Return what a fact says, or ``text`` in its place."""
    return Reason(verdict=fact.verdict, text=text or fact.why, fact=fact.id, attributes=attributes)
