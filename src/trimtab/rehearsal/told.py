"""What is said of a fleet that was made: what had to be made up, and what was left out and why."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trimtab.sandbox.client import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(slots=True)
class Told:
    """Gathers as the fleet is made; few lines at the end, however large the fleet."""

    _made: Counter[str] = field(default_factory=Counter)
    _left: dict[str, list[str]] = field(default_factory=dict)
    """Names by reason, in the order they came."""

    def made_up(self, what: str, count: int = 1) -> None:
        """Remember that the snapshot does not say ``what``; a word in the singular."""
        if count:
            self._made[what] += count

    def left_out(self, name: str, reason: str) -> None:
        """Remember what could not be made."""
        names = self._left.setdefault(reason, [])
        if name not in names:
            names.append(name)

    @contextmanager
    def or_left_out(self, name: str) -> Iterator[None]:
        """Leave ``name`` out where the sandbox refuses a call that it needs."""
        try:
            yield
        except Refused as refused:
            self.left_out(name, refused.one_line())

    def lines(self) -> tuple[str, ...]:
        """Return the lines, the made-up first."""
        made = [f"{count} {what if count == 1 else plural(what)}" for what, count in self._made.items()]
        said = [f"made up, for the snapshot does not say: {', '.join(made)}"] if made else []
        return (*said, *(f"left out: {', '.join(names)}: {why}" for why, names in self._left.items()))


def plural(what: str) -> str:
    """Return the plural: the first noun's, where an "of" follows."""
    noun, of, rest = what.partition(" of ")
    many = f"{noun[:-1]}ies" if noun.endswith("cy") else f"{noun}s"
    return f"{many}{of}{rest}"
