"""Which wishes go in: a literal with one meaning, what must go together, and what is safe alone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from trimtab.lint.evaluation.values import Unknown
from trimtab.patch.model import SCALING, Bundle, Edit, Left, WantedValue, dotted
from trimtab.patch.rewrite import NotHere, Stretch, range_of, replaced
from trimtab.patch.safety import unsafe
from trimtab.patch.text import amount, same_number, written
from trimtab.patch.tree import key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from trimtab.patch.tree import Tree
    from trimtab.patch.wishes import Found

TOGETHER = frozenset({Bundle.CAPACITY, Bundle.TARGET_CHECK, Bundle.CONTAINER_CHECK})
"""Parts of which all goes in or nothing."""
LADDER = frozenset({"threshold", "comparison_operator", "adjustment_type"})
"""Of a policy out: these and its steps go together; waits may go alone."""

WINDOW = frozenset({"period", "evaluation_periods", "datapoints_to_alarm"})
"""Of an alarm: more periods without fewer datapoints would make it slower."""


@dataclass(slots=True)
class Decided:
    """What goes in and what stays, while it is being decided."""

    wishes: list[WantedValue]
    stays: dict[int, str] = field(default_factory=dict)
    """Why a wish cannot be had, by its number."""
    ranges: dict[Any, Stretch] = field(default_factory=dict)
    """By the key of a literal."""
    shared: dict[Any, list[int]] = field(default_factory=dict)
    harmful: dict[Any, str] = field(default_factory=dict)
    """Literals that were seen to change more, and what."""

    def stay(self, number: int, why: str) -> bool:
        """Leave a wish; tell whether that is new."""
        if number in self.stays or self.is_already(number):
            return False
        self.stays[number] = why
        return True

    def is_already(self, number: int) -> bool:
        """Tell whether the tree says it already."""
        wish = self.wishes[number]
        return not wish.blocked and same_number(wish.now, wish.new)

    def goes(self, number: int) -> bool:
        """Tell whether a wish goes in."""
        return number not in self.stays and not self.is_already(number)

    def becomes(self, service: str, attribute: str, part: Bundle | None = None) -> float | None:
        """Return the number that an attribute of a service has afterwards."""
        for number, wish in enumerate(self.wishes):
            if wish.service == service and wish.attribute.endswith(attribute) and part in {None, wish.part}:
                return amount(wish.new if number not in self.stays else wish.now)
        return None


def decide(
    found: Iterable[Found], wishes: Iterable[WantedValue], tree: Tree, seen: dict[Any, str] | None = None
) -> Decided:
    """Return what can go in. ``seen``: literals that change more than was wished, and what."""
    decision = Decided(list(wishes), harmful=seen or {})
    uses = tree.uses()
    for number, wish in enumerate(decision.wishes):
        _alone(decision, number, wish, tree.root)
        if wish.origin is not None:
            decision.shared.setdefault(key_of(wish.origin), []).append(number)
    for key, numbers in decision.shared.items():
        _one_value(decision, numbers, uses.get(key, set()))
        if key in decision.harmful:
            for number in numbers:
                decision.stay(number, decision.harmful[key])
    services = list(found)
    while any([*_together(decision), *_as_shared(decision), *_unsafe(decision, services)]):
        pass
    return decision


def _alone(decision: Decided, number: int, wish: WantedValue, root: Path) -> None:
    """Look at one wish by itself."""
    if decision.is_already(number):
        return
    if wish.blocked:
        decision.stay(number, wish.blocked)
    elif isinstance(wish.now, Unknown):
        decision.stay(number, f"cannot be told without a plan: {wish.now.why}")
    elif wish.now is None and wish.origin is None:
        decision.stay(number, f"is not given here: add {wish.where[-1]} = {_hcl(wish)}")
    elif wish.origin is None:
        inside = wish.where[0] == "container_definitions"
        text = " (or stands in JSON that is written as text)" if inside else ""
        decision.stay(number, f"is worked out by an expression, not said by one literal{text}")
    else:
        try:
            found = range_of(wish.origin, root)
            replaced(found, wish.new)
            decision.ranges[key_of(wish.origin)] = found
        except NotHere as why:
            added = f"; add {wish.where[-1]} = {_hcl(wish)}" if wish.now is None else ""
            decision.stay(number, f"{why}{added}")


def _hcl(wish: WantedValue) -> str:
    return f'"{wish.new}"' if isinstance(wish.new, str) else written(wish.new)


def _one_value(decision: Decided, numbers: list[int], uses: set[tuple[str, Any]]) -> None:
    """Look at what one literal says: it can be exchanged when all who read it are to get the same."""
    wishes = [decision.wishes[one] for one in numbers]
    if all(decision.is_already(one) for one in numbers):
        return
    values = {amount(one.new) if amount(one.new) is not None else one.new for one in wishes}
    if len(values) > 1 and all(one.longest for one in wishes):
        most = max(wishes, key=lambda one: amount(one.new) or 0).new
        for one in numbers:
            decision.wishes[one] = replace(decision.wishes[one], new=most)
    elif len(values) > 1:
        said = _listed(wishes)
        for one in numbers:
            decision.stay(one, f"is one value for {said}")
            # What is as proposed cannot stay so if it goes, and so counts as shared too.
        return
    others = sorted(
        {f"{address} {dotted(where)}" for address, where in uses}
        - {f"{w.address} {dotted(w.where)}" for w in wishes}
    )
    if others:
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        for one in numbers:
            decision.stay(one, f"is read by {others[0]}{more} too, which the proposal does not change")


def _listed(wishes: list[WantedValue]) -> str:
    by_value: dict[str, list[str]] = defaultdict(list)
    for wish in wishes:
        said = " then ".join(map(_step, wish.steps[1])) if wish.steps else written(wish.new)
        if wish.service not in by_value[said]:
            by_value[said].append(wish.service)
    several = sum(map(len, by_value.values()))
    said = "; ".join(f"{value} for {', '.join(names)}" for value, names in by_value.items())
    return f"{several} services, which are to get {said}"


def _step(step: tuple[float | None, float | None, int]) -> str:
    lower, upper, adjustment = step
    ends = " to ".join("" if one is None else written(one) for one in (lower, upper)).strip()
    return f"{adjustment:+d} ({ends})"


def _together(decision: Decided) -> Iterator[bool]:
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, wish in enumerate(decision.wishes):
        if wish.part in TOGETHER:
            groups[wish.service, wish.part].append(number)
        elif wish.part in SCALING and (wish.where[-1] in LADDER or "step_adjustment" in wish.where):
            groups[wish.service, f"{wish.part} steps"].append(number)
        elif wish.part in SCALING and wish.where[-1] in WINDOW:
            groups[wish.service, f"{wish.part} window"].append(number)
    for numbers in groups.values():
        stuck = next((one for one in numbers if one in decision.stays), None)
        if stuck is not None:
            wish = decision.wishes[stuck]
            for one in numbers:
                yield decision.stay(one, f"goes only together with {_named(wish)}, which stays")


def _as_shared(decision: Decided) -> Iterator[bool]:
    """Leave what stands in a literal of which something else stays."""
    for numbers in decision.shared.values():
        stuck = next((one for one in numbers if one in decision.stays), None)
        if stuck is not None:
            wish = decision.wishes[stuck]
            for one in numbers:
                yield decision.stay(one, f"is one literal with {_named(wish)} of {wish.service}, which stays")


def _named(wish: WantedValue) -> str:
    return f"{wish.where[-1]} ({wish.address})"


def _unsafe(decision: Decided, services: Iterable[Found]) -> Iterator[bool]:
    """Leave the size where what stays around it was not what it was replayed with."""
    for found in services:
        service = found.wanted.service
        mine = [(number, wish) for number, wish in enumerate(decision.wishes) if wish.service == service]
        capacity = [number for number, wish in mine if wish.part is Bundle.CAPACITY]
        if any(decision.goes(one) for one in capacity) and (why := unsafe(found, decision)):
            for one in capacity:
                yield decision.stay(one, why)
        if any(one in decision.stays for one in capacity):
            for number, wish in mine:
                if wish.part in SCALING:
                    yield decision.stay(number, "goes with the size and bounds, which stay")


def edits_of(decision: Decided) -> tuple[Edit, ...]:
    """Return the literals that are exchanged."""
    edits = []
    for key, numbers in decision.shared.items():
        if any(decision.goes(one) for one in numbers):
            wishes = tuple(decision.wishes[one] for one in numbers)
            found = decision.ranges[key]
            after = replaced(found, wishes[0].new)
            edits.append(
                Edit(
                    path=found.path,
                    start=found.start,
                    end=found.end,
                    before=found.content,
                    after=after,
                    place=wishes[0].origin or wishes[0].place,
                    wishes=wishes,
                )
            )
    return tuple(sorted(edits, key=lambda one: (str(one.path), one.start)))


def left_of(decision: Decided) -> tuple[Left, ...]:
    """Return what stays as it is."""
    return tuple(
        Left(
            service=wish.service,
            what=wish.attribute,
            now="" if wish.now is None or isinstance(wish.now, Unknown) else str(wish.now),
            new=written(wish.new) if wish.steps is None else f"{len(wish.steps[1])} steps",
            place=wish.origin or wish.place,
            why=why,
            block=wish.block,
        )
        for number, why in sorted(decision.stays.items())
        for wish in (decision.wishes[number],)
        if not wish.along
    )
