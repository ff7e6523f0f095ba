"""Things that AWS tells apart by a name only: what a plan makes under one that is taken already."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from trimtab.engine.plan import Change
    from trimtab.guard.facts.model import Facts
    from trimtab.guard.links import Links

    Index = Mapping[tuple[str, str], list[Change]]


class Names:
    """The names of a plan, of the types of which AWS has one thing a name."""

    def __init__(self, links: Links, known: Mapping[str, Facts]) -> None:
        self._links, self._facts = links, known

    def twin(self, change: Change) -> Change | None:
        """Return what is made under another address in place of a thing that is destroyed."""
        values, names = change.before or {}, self._names(change)
        if change.actions != ("delete",) or not any(values.get(name) for name in names):
            return None
        first = str(values.get(names[0]))
        made = (*self._made.get((change.type, first), ()), *self._made.get((change.type, ""), ()))
        return next((one for one in made if self._is_same(change, one, names)), None)

    def overwritten(self, change: Change) -> Change | None:
        """Return what stays under another address, and over which AWS writes a new thing."""
        known = self._facts.get(change.type)
        names = known.written_over if known else ()
        after = change.after or {}
        if not names or change.before is not None or not all(after.get(name) for name in names):
            return None
        there = self._there.get((change.type, str(after[names[0]])), ())
        return next((one for one in there if self._is_same(one, change, names)), None)

    def _names(self, change: Change) -> tuple[str, ...]:
        """Return the attributes of which AWS has one thing with the same values."""
        known = self._facts.get(change.type)
        return (known.unique or known.written_over) if known else ()

    @cached_property
    def _made(self) -> Index:
        """What is made, by type and by the first of those; by nothing where that is not known yet."""
        return self._index("after", lambda one: one.actions == ("create",))

    @cached_property
    def _there(self) -> Index:
        return self._index("before", lambda one: "delete" not in one.actions)

    def _index(self, side: str, counts: Callable[[Change], bool]) -> Index:
        index: defaultdict[tuple[str, str], list[Change]] = defaultdict(list)
        for change in self._links.everything:
            names = self._names(change)
            values: Mapping[str, Any] | None = getattr(change, side)
            if names and values is not None and counts(change):
                index[change.type, str(values.get(names[0]) or "")].append(change)
        return index

    def _is_same(self, there: Change, made: Change, names: tuple[str, ...]) -> bool:
        before, after = there.before or {}, made.after or {}
        same = all(made.after_unknown.get(name) or after.get(name) == before.get(name) for name in names)
        return same and any(after.get(name) for name in names) and not self._links.places.apart(there, made)
