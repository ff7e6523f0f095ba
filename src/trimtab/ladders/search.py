"""The search for ladders: thousands of replays, the good ones varied, the same answer for the same seed.

It does not return one answer but the front: for every count of minutes over the objective the
cheapest ladders that were found. Which of them is safe enough is for tests on other demand to say.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING

from trimtab.ladders.convert import policy_of_ladders
from trimtab.ladders.parts import DAY_MIN
from trimtab.ladders.space import LEAST_OUT_STEPS, draw, sane, vary
from trimtab.replay.run import DEFAULT, replay_many
from trimtab.terraform_module import MODULE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trimtab.ladders.parts import RecordingPart
    from trimtab.ladders.space import Space
    from trimtab.replay.inputs import Model
    from trimtab.terraform_module import Ladders

SHARES = (1.0, 0.7, 0.5, 0.3, 0.2, 0.1, 0.0)
"""Of the allowed minutes over: at each of these the best are kept and varied, so that safer
ladders are searched as hard as cheap ones."""
ELITE = 6
"""Ladders kept at each share."""
WAITS = ("out_cooldown_s", "in_cooldown_s", "out_datapoints", "in_datapoints")
"""Where these are the service module's own they need no explanation."""
TIE = 0.005
"""Two costs this close are one [ratio]: then the simpler ladders are taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What ladders must keep on the demand they are tuned on."""

    over_share: float
    """Minutes above the objective, CPU or memory [ratio]."""
    direction_changes_day: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How many replays a search may take."""

    drawn: int = 1500
    """At random, to begin with."""
    rounds: int = 14
    varied: int = 300
    """In each round, from the best so far."""

    @property
    def replays(self) -> int:
        """All of them, those of the seeds apart."""
        return self.drawn + self.rounds * self.varied


FULL = Effort()
QUICK = Effort(drawn=500, rounds=3, varied=200)
"""Enough to tell a size that cannot win."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One candidate and what its replay came to."""

    ladders: Ladders
    billed_s: int
    """[task-seconds]"""
    over_min: int
    over_memory_min: int
    direction_changes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunt:
    """How a search goes about it."""

    seed: str
    """Of the draws: the same seed gives the same answer."""
    seeds: tuple[Ladders, ...] = ()
    """Tried besides what is drawn; those outside the rules of the space are left out."""
    effort: Effort = FULL
    workers: int = 1
    """Threads: they change nothing but the time."""


def search(
    part: RecordingPart, space: Space, limits: Limits, hunt: Hunt, model: Model = DEFAULT
) -> tuple[Tried, ...]:
    """Return the front, cheapest first: each next one has fewer minutes over than all before it.

    Empty when no candidate keeps the limits.
    """
    rng = Random(hunt.seed)  # noqa: S311  # a search, not a secret
    pool = _Pool(part, limits, model, hunt.workers)
    pool.add(ladders for ladders in hunt.seeds if sane(ladders, space.ceiling_percent))
    pool.add(draw(space, rng) for _ in range(hunt.effort.drawn))
    for _ in range(hunt.effort.rounds):
        best = pool.elite()
        pool.add(vary(rng.choice(best), rng.choice(best), space, rng) for _ in range(hunt.effort.varied))
    simpler = (one for tried in pool.front() for one in simplified(tried.ladders))
    pool.add(one for one in simpler if sane(one, space.ceiling_percent))
    return pool.front()


def complexity(ladders: Ladders) -> int:
    """Return how much there is to explain: steps, and waits that differ from the module's defaults."""
    unusual = sum(bool(getattr(ladders, name) != getattr(MODULE, name)) for name in WAITS)
    return 2 * (len(ladders.cpu.steps) + len(ladders.scale_in)) + unusual


def simplified(ladders: Ladders) -> Iterable[Ladders]:
    """Yield the ladders with one step less, two out at least, or one wait as the module has it."""
    out, into = ladders.cpu.steps, ladders.scale_in
    for left in range(1, len(out) if len(out) > LEAST_OUT_STEPS else 0):
        yield replace(ladders, cpu=replace(ladders.cpu, steps=out[:left] + out[left + 1 :]))
    for left in range(1, len(into)):
        yield replace(ladders, scale_in=into[:left] + into[left + 1 :])
    for name in WAITS:
        yield replace(ladders, **{name: getattr(MODULE, name)})


class _Pool:
    """Every candidate tried so far, in the order it came."""

    def __init__(self, part: RecordingPart, limits: Limits, model: Model, workers: int) -> None:
        self._part, self._model, self._workers = part, model, workers
        self._tried: dict[Ladders, Tried] = {}
        self._over_most = limits.over_share * part.minutes
        self._changes_most = limits.direction_changes_day * part.minutes / DAY_MIN

    def add(self, candidates: Iterable[Ladders]) -> None:
        """Replay those not tried yet."""
        new = [ladders for ladders in dict.fromkeys(candidates) if ladders not in self._tried]
        if not new:
            return
        policies = (
            policy_of_ladders(one, initial_tasks=self._part.bounded(one.min_tasks, one.max_tasks))
            for one in new
        )
        results = replay_many(self._part.inputs, policies, self._model, workers=self._workers)
        for place, ladders in enumerate(new):
            self._tried[ladders] = Tried(
                ladders=ladders,
                billed_s=int(results.billed_s[place]),
                over_min=int(results.over_min[place]),
                over_memory_min=int(results.over_memory_min[place]),
                direction_changes=int(results.direction_changes[place]),
            )

    def elite(self) -> Sequence[Ladders]:
        """Return the best at each share of the allowance; where none keeps it, those nearest to it."""
        calm = sorted(
            (one for one in self._tried.values() if one.direction_changes <= self._changes_most),
            key=lambda one: one.billed_s,
        )
        best: dict[Ladders, None] = {}
        for share in SHARES:
            within = (one.ladders for one in calm if one.over_min <= share * self._over_most)
            best.update(dict.fromkeys(ladders for ladders, _ in zip(within, range(ELITE), strict=False)))
        if not best:
            nearest = sorted(self._tried.values(), key=lambda one: (one.over_min, one.direction_changes))
            best = dict.fromkeys(one.ladders for one in nearest[:ELITE])
        return tuple(best)

    def front(self) -> tuple[Tried, ...]:
        """Return the front within the limits, of costs that tie the simplest."""
        within = [
            one
            for one in self._tried.values()
            if one.over_min <= self._over_most and one.direction_changes <= self._changes_most
        ]
        # What ties may follow one that is as safe: so once more.
        return _safer([_simplest(one, within) for one in _safer(within)])


def _safer(tried: Sequence[Tried]) -> tuple[Tried, ...]:
    """Return, cheapest first, each that is over in fewer minutes than all that cost no more."""
    front: list[Tried] = []
    for one in sorted(tried, key=lambda one: (one.billed_s, one.over_min)):
        if not front or one.over_min < front[-1].over_min:
            front.append(one)
    return tuple(front)


def _simplest(tried: Tried, within: Sequence[Tried]) -> Tried:
    """Return the simplest that costs hardly more than ``tried`` and is over no longer."""
    most = tried.billed_s * (1 + TIE)
    equal = [one for one in within if one.billed_s <= most and one.over_min <= tried.over_min]
    return min(equal, key=lambda one: (complexity(one.ladders), one.direction_changes, one.billed_s))
