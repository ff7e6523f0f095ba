"""Minima by the time of day, as one more kind of policy that may win: varied together with the steps.

Steps answer a demand that is there; a scheduled action answers one that comes every day at the same time,
before it comes. What each half hour of the days needed is made into a few pieces to begin with, and with
the minimum up in time, the steps may be leaner.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from itertools import product
from random import Random
from typing import TYPE_CHECKING, Final

import numpy as np
from msgspec import UNSET, UnsetType

from trimtab.demand.cron import GRID_MIN, comes_once, lead_min, local_minutes
from trimtab.ladders.convert import policy_of_ladders
from trimtab.ladders.draw import Drawer
from trimtab.ladders.front import TIE
from trimtab.ladders.kinds.near import Near
from trimtab.ladders.kinds.schedule import with_schedule
from trimtab.ladders.rows import ladders_of, rows_of, width_of
from trimtab.ladders.space import MOST_STEPS, sane
from trimtab.replay.bound import required_tasks
from trimtab.terraform_module import MOST_PIECES, Minimum, Schedule
from trimtab.units import DAY_MIN, MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from trimtab.demand.series import F64, Mask
    from trimtab.ladders.front import Limits, Tried
    from trimtab.ladders.parts import RecordingPart
    from trimtab.ladders.search import Hunt
    from trimtab.ladders.space import Space
    from trimtab.replay.inputs import I64
    from trimtab.replay.policy import Policy
    from trimtab.terraform_module import Ladders

SLOT_MIN: Final = 30
SLOTS: Final = DAY_MIN // SLOT_MIN
"""Of a day, in which a need is looked for."""
LEAST_DAYS: Final = 3
"""Days to tune on from which something can be said to come every day. A choice."""
LEAST_WEEKEND_DAYS: Final = 4
"""Days of weekends among them from which weekends have minima of their own: two weekends. A choice."""
SATURDAY: Final = 5
THURSDAY: Final = 3
"""1970-01-01 was one, counted from Monday."""
BEGUN = 8
"""Ladders that it begins with, spread over those given."""
QUANTILES = (0.5, 0.75, 0.9, 1.0)
"""Over the days, of the tasks that a half hour needed."""
SHARES = (0.6, 0.8, 1.0)
"""Of that, what the minimum is: steps do the rest."""
PIECES = (2, 4, MOST_PIECES)
ROUNDS = 16
NEAR_EACH = 5
"""Drawn near each of the best, in each round."""
SAFEST, RAISED = 3, (1.1, 1.2, 1.35)
"""Of the front the last, whose minima are raised by so much besides."""
MOVES_MIN = (-60, -30, -15, -5, 5, 15, 30, 60)
TIMES = (0.7, 0.85, 0.95, 1.05, 1.2, 1.4)
STEPS_SHARE = 0.4
"""How often the steps are drawn anew, and the schedule stays [ratio]; half as often both are."""


def by_the_clock(  # noqa: PLR0913, PLR0917  # as every search, and a clock
    part: RecordingPart,
    space: Space,
    limits: Limits,
    hunt: Hunt,
    begun: Sequence[Ladders],
    timezone: str | UnsetType,
) -> tuple[tuple[Tried, ...], int]:
    """Return the front of ladders with minima by the clock of ``timezone``, and how many replays it took.

    What follows on it, no less often short, is its safest with the minima raised.

    ``begun``: ladders that it begins with; those that have a schedule are tried as they are. Empty where no
    clock is asked for, none is known of the part, or it is too short for days to repeat.
    """
    start = part.start
    if timezone is UNSET or start is None or part.minutes < LEAST_DAYS * DAY_MIN or not begun:
        return (), 0

    def policy(one: Ladders, initial_tasks: int) -> Policy:
        return policy_of_ladders(one, initial_tasks=initial_tasks, over=(start, part.minutes))

    pool = Near(part, limits, policy, lambda one: sane(one, space.ceiling_percent))
    seeds = [replace(one, max_tasks=space.most, memory=space.memory) for one in begun]
    pool.add(one for one in seeds if one.schedule is not None)
    bare = [one for one in seeds if one.schedule is None] or seeds
    some = [bare[place] for place in sorted({*np.linspace(0, len(bare) - 1, BEGUN).round().astype(int)})]
    schedules = dict.fromkeys(suggested(part, space, timezone))
    pool.add(with_schedule(one, schedule) for one, schedule in product(some, schedules))
    once = partial(comes_once, timezone=timezone, since=start.date())
    varied = _Varied(space, f"{hunt.seed} minima", width_of(seeds, MOST_STEPS), once)
    found, replays = pool.go(ROUNDS, varied.near, calm_alone=True, complexity=_pieces)
    pool.add(with_schedule(one.ladders, None) for one in found)
    front = [one for one in found if not _as_good(pool.tried((with_schedule(one.ladders, None),)), one)]
    if not front:
        return (), replays + len(found)
    # With the minimum up in time no minute is short, so nothing on the front is safer against more demand.
    raised = [varied.raised(one.ladders, times) for one in front[-SAFEST:] for times in RAISED]
    pool.add(raised)
    beyond = [one for one in pool.tried(raised) if one.billed_s > front[-1].billed_s]
    return (*front, *sorted(beyond, key=lambda one: one.billed_s)), replays + len(found) + len(raised)


def _as_good(bare: Sequence[Tried], one: Tried) -> bool:
    """Tell whether what the same steps come to without the schedule ties: then it has earned nothing."""
    return any(
        other.billed_s <= (1 + TIE) * one.billed_s and other.over_min <= one.over_min for other in bare
    )


def _pieces(one: Ladders) -> int:
    """Return how many scheduled actions there are to explain."""
    return 0 if one.schedule is None else len(one.schedule.pieces)


def suggested(part: RecordingPart, space: Space, timezone: str) -> Iterator[Schedule]:
    """Yield what the days of the part suggest."""
    if part.start is None:
        return
    stamps = int(part.start.timestamp()) + MINUTE_S * np.arange(part.minutes, dtype=np.int64)
    slots, begins = np.unique(local_minutes(stamps, timezone) // SLOT_MIN, return_index=True)
    need = np.maximum.reduceat(required_tasks(part.inputs, floor=space.floors[0]).tasks, begins)
    weekend = (slots // SLOTS + THURSDAY) % 7 >= SATURDAY
    kinds: list[tuple[Mask, ...]] = [(np.ones_like(weekend),)]
    if np.unique(slots[weekend] // SLOTS).size >= LEAST_WEEKEND_DAYS:
        kinds.append((~weekend, weekend))
    ahead_min = lead_min(int(part.inputs.starts.serving_s.max()))
    once = partial(comes_once, timezone=timezone, since=part.start.date())
    for kind, quantile in product(kinds, QUANTILES):
        levels = [_levels(slots[which] % SLOTS, need[which], quantile) for which in kind]
        for most, share in product(PIECES, SHARES):
            days = [_day(merged(one, most), share, space.floors[0], ahead_min, once) for one in levels]
            schedule = _told_once(
                Schedule(timezone=timezone, weekdays=days[0], weekend=days[1] if days[1:] else None)
            )
            if schedule is not None:
                yield schedule


def _told_once(schedule: Schedule) -> Schedule | None:
    """Return the schedule without pieces that change nothing; None where none is left that does.

    Where weekends differ, the first piece of a day may end another kind of day's last, and stays.
    """
    if len({one.min_tasks for one in schedule.pieces}) <= 1:
        return None
    whole = schedule.weekend is None
    days = [
        tuple(
            one
            for place, one in enumerate(day)
            if (place == 0 and not whole) or one.min_tasks != day[place - 1].min_tasks
        )
        for day in schedule.days
    ]
    return replace(schedule, weekdays=days[0], weekend=None if whole else days[1])


def _levels(slot: I64, need: I64, quantile: float) -> F64:
    """Return the tasks that served each half hour of the day on that share of days, shape (SLOTS,)."""
    found = [need[slot == place] for place in range(SLOTS)]
    return np.array([np.quantile(one, quantile, method="higher") if one.size else 0.0 for one in found])


def merged(levels: F64, most: int) -> list[tuple[int, int, float]]:
    """Return at most so many pieces of a day that hold every level, of first half hour, length and level.

    Of two that follow each other, over midnight too, the higher holds, where that adds least.
    """
    pieces = [(place, 1, float(level)) for place, level in enumerate(levels)]

    def added(place: int) -> float:
        (_, one, low), (_, other, high) = pieces[place], pieces[(place + 1) % len(pieces)]
        return max(low, high) * (one + other) - low * one - high * other

    while len(pieces) > 1:
        place = min(range(len(pieces)), key=added)
        if len(pieces) <= most and added(place) > 0:
            break
        following = (place + 1) % len(pieces)
        (begin, one, low), (_, other, high) = pieces[place], pieces[following]
        pieces[place] = (begin, one + other, max(low, high))
        del pieces[following]
    return pieces


def _day(
    pieces: Sequence[tuple[int, int, float]],
    share: float,
    floor: int,
    ahead_min: int,
    once: Callable[[int], bool],
) -> tuple[Minimum, ...]:
    """Return pieces as minima; what asks for more than the one before begins a lead earlier."""
    made = {}
    for place, (begin, _, level) in enumerate(pieces):
        rises = level > pieces[place - 1][2]
        minute = begin * SLOT_MIN - (ahead_min if rises else 0)
        # The minimum is up sooner, or down later, where the clock skips or repeats the time.
        while not once(minute % DAY_MIN):
            minute += -GRID_MIN if rises else GRID_MIN
        made[minute % DAY_MIN] = max(floor, math.ceil(share * level))
    return tuple(Minimum(minute=minute, min_tasks=made[minute]) for minute in sorted(made))


class _Varied:
    """Draws ladders near others, the same for the same seed."""

    def __init__(self, space: Space, seed: str, width: int, once: Callable[[int], bool]) -> None:
        self._space, self._width, self._once = space, width, once
        self._random = Random(seed)  # noqa: S311  # a search, not a secret
        self._drawer = Drawer(space, seed, width)

    def near(self, one: Ladders) -> Iterator[Ladders]:
        """Yield some near one: its schedule varied, its steps, or both."""
        for _ in range(NEAR_EACH):
            what, schedule, steps = self._random.random(), one.schedule, one
            if what < STEPS_SHARE * 1.5:
                row = self._drawer.varied(rows_of([one], self._width), 1)[0]
                steps = ladders_of(row, self._space)
            if what > STEPS_SHARE and schedule is not None:
                schedule = self._schedule(schedule)
            if schedule is not None:
                yield with_schedule(steps, schedule)

    def raised(self, one: Ladders, times: float) -> Ladders:
        """Return the ladders with each minimum so many times as high."""
        if one.schedule is None:
            return one
        days = [tuple(self._times(piece, times) for piece in day) for day in one.schedule.days]
        weekend = days[1] if days[1:] else None
        return with_schedule(one, replace(one.schedule, weekdays=days[0], weekend=weekend))

    def _schedule(self, schedule: Schedule) -> Schedule | None:
        """Return a schedule near one; None where the draw came to none."""
        kind = self._random.randrange(len(schedule.days))
        drawn = self._day(schedule.days[kind])
        made = {one.minute: one for one in drawn if self._once(one.minute)}
        day = tuple(made[minute] for minute in sorted(made))
        if not 1 <= len(day) <= MOST_PIECES:
            return None
        return _told_once(replace(schedule, weekend=day) if kind else replace(schedule, weekdays=day))

    def _day(self, pieces: Sequence[Minimum]) -> list[Minimum]:
        """Return a day with one piece moved, raised or lowered, left out or added, or all of them raised."""
        random, day = self._random, list(pieces)
        place, times = random.randrange(len(day)), random.choice(TIMES)
        piece = day[place]
        what = random.choice(("moved", "moved", "moved", "times", "times", "times", "all", "out", "added"))
        if what == "moved":
            day[place] = replace(piece, minute=(piece.minute + random.choice(MOVES_MIN)) % DAY_MIN)
        elif what == "times":
            day[place] = self._times(piece, times)
        elif what == "all":
            day = [self._times(one, times) for one in day]
        elif what == "out":
            del day[place]
        else:
            held = self._times(piece, times)
            day.append(replace(held, minute=random.randrange(0, DAY_MIN, GRID_MIN)))
        return day

    def _times(self, piece: Minimum, times: float) -> Minimum:
        """Return a piece with so many times the tasks, one more or one less at least, within the space."""
        tasks = round(piece.min_tasks * times)
        if tasks == piece.min_tasks:
            tasks += 1 if times > 1 else -1
        return replace(piece, min_tasks=min(max(tasks, self._space.floors[0]), self._space.most))
