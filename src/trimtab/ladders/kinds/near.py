"""A search of what is near the best so far: for kinds of policies with little to choose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimtab.ladders.front import ELITE, calm, elite, safer, simplest, tried, within
from trimtab.replay.batch import Batches
from trimtab.replay.kernel.encode import candidates_of
from trimtab.replay.kernel.tables import BILLED, OVER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from trimtab.ladders.front import Limits, Tried
    from trimtab.ladders.parts import RecordingPart
    from trimtab.replay.inputs import I64
    from trimtab.replay.policy import Policy
    from trimtab.terraform_module import Ladders


class Near:
    """Every candidate tried so far on a part, in the order it came."""

    def __init__(
        self,
        part: RecordingPart,
        limits: Limits,
        policy_of: Callable[[Ladders, int], Policy],
        sane: Callable[[Ladders], bool],
    ) -> None:
        """Begin with none. ``sane``: what may be tried; ``policy_of``: it, replayed from so many tasks on."""
        self._part, self._limits, self._policy_of, self._sane = part, limits, policy_of, sane
        self._model = part.inputs.model
        self._batches = Batches(part.inputs, self._model, part.seen)
        self._known: dict[Ladders, I64] = {}

    def add(self, new: Iterable[Ladders]) -> None:
        """Replay those that may be tried and were not yet."""
        fresh = [one for one in dict.fromkeys(new) if one not in self._known and self._sane(one)]
        if fresh:
            bounded = self._part.bounded
            policies = [self._policy_of(one, bounded(one.min_tasks, one.max_tasks)) for one in fresh]
            book = candidates_of(policies, self._model)
            self._known.update(zip(fresh, self._batches.totals(book), strict=True))

    def go(
        self,
        rounds: int,
        near: Callable[[Ladders], Iterable[Ladders]],
        *,
        calm_alone: bool,
        complexity: Callable[[Ladders], int] | None = None,
    ) -> tuple[tuple[Tried, ...], int]:
        """Add ``rounds`` times what is near the best; return the front, cheapest first, and how many replays.

        ``calm_alone``: only what turns back no more often than it may is varied. ``complexity``: how much
        there is to explain: where it is given, of costs that tie the least is taken.
        """
        for _ in range(rounds if self._known else 0):
            self.add(other for one in self._elite(calm_alone=calm_alone) for other in near(one))
        if not self._known:
            return (), 0
        ladders, totals = self._all()
        kept = within(totals, self._limits, self._part.minutes)
        if complexity is None:
            places = safer(kept, totals[:, BILLED], totals[:, OVER])
        else:
            places = simplest(kept, totals, np.array([complexity(one) for one in ladders], dtype=np.int64))
        front = tuple(tried(ladders[place], totals[place]) for place in places)
        return front, len(ladders)

    def tried(self, ladders: Iterable[Ladders]) -> list[Tried]:
        """Return what these came to on the part, of those that were replayed and keep the limits."""
        known = [one for one in dict.fromkeys(ladders) if one in self._known]
        if not known:
            return []
        totals = np.array([self._known[one] for one in known])
        return [tried(known[n], totals[n]) for n in within(totals, self._limits, self._part.minutes).tolist()]

    def _all(self) -> tuple[list[Ladders], I64]:
        return list(self._known), np.array(list(self._known.values()))

    def _elite(self, *, calm_alone: bool) -> Iterator[Ladders]:
        """Yield the best at each share of the allowance; where none keeps it, those nearest to it."""
        ladders, totals = self._all()
        minutes = self._part.minutes
        places = calm(totals, self._limits, minutes) if calm_alone else np.arange(len(ladders))
        best = elite(places, totals, self._limits, minutes)
        yield from (ladders[place] for place in best or np.argsort(totals[:, OVER], kind="stable")[:ELITE])
