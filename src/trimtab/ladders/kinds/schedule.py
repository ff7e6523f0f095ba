"""Bounds by the time of day, a minimum or both: their trait, and what they lay down in a replay."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta
from msgspec.structs import replace as replace_struct

from trimtab.demand.schedule import bounds_of
from trimtab.errors import ReplayError
from trimtab.fleet.model import Scaling, ScheduledAction
from trimtab.ladders.entries import PieceBound, Values, check_timezone
from trimtab.ladders.words import WordOrder, tasks
from trimtab.terraform_module import MOST_PIECES, Minimum, Schedule
from trimtab.units import HOUR_MIN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from trimtab.replay.policy import Policy
    from trimtab.terraform_module import Ladders

CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
CRON = re.compile(r"cron\((?P<minute>\d+) (?P<hour>\d+) (?P<days>\S+ \S+ \S+) \*\)")
DAILY, WEEKDAYS, WEEKEND = "* * ?", "? * MON-FRI", "? * SAT,SUN"
"""Day of the month, month and day of the week of a cron expression."""


class PieceEntry(Values, frozen=True, kw_only=True):
    """One piece of a day in a file of values."""

    at: str
    min: PieceBound
    max: PieceBound | None = None

    def __post_init__(self) -> None:
        if not CLOCK.fullmatch(self.at):
            msg = f"at is {self.at!r}, must be HH:MM, from 00:00 to 23:59"
            raise ValueError(msg)
        if (self.min == 0) != (self.max == 0):
            msg = f"at {self.at} a 0 stands alone: min = 0 goes with max = 0, where no task is to run"
            raise ValueError(msg)

    def piece(self) -> Minimum:
        """Return it with the minute of its day."""
        hour, minute = self.at.split(":")
        return Minimum(minute=int(hour) * HOUR_MIN + int(minute), min_tasks=self.min, max_tasks=self.max)


Day = Annotated[tuple[PieceEntry, ...], Meta(min_length=1, max_length=MOST_PIECES)]


class ScheduleEntry(Values, frozen=True, kw_only=True):
    """``scaling.schedule`` in a file of values."""

    timezone: str
    weekdays: Day
    weekend: Day | None = None

    def __post_init__(self) -> None:
        check_timezone(self.timezone)
        for day in (self.weekdays, self.weekend or ()):
            times = [piece.at for piece in day]
            if any(one >= other for one, other in pairwise(times)):
                msg = f"a day's pieces must be in order, not {', '.join(times)}"
                raise ValueError(msg)

    def schedule(self) -> Schedule:
        """Return it as the ladders have it."""
        weekend = None if self.weekend is None else tuple(one.piece() for one in self.weekend)
        return Schedule(
            timezone=self.timezone, weekdays=tuple(one.piece() for one in self.weekdays), weekend=weekend
        )


def told(ladders: Ladders) -> dict[str, Any]:
    """Return what the module is told."""
    if ladders.schedule is None:
        return {"schedule": None}
    days = {"weekdays": ladders.schedule.weekdays, "weekend": ladders.schedule.weekend}
    pieces = {
        name: [{"at": clock(piece), **_bounds(piece)} for piece in day]
        for name, day in days.items()
        if day is not None
    }
    return {"schedule": {"timezone": ladders.schedule.timezone, **pieces}}


def _bounds(piece: Minimum) -> dict[str, int]:
    least = {"min": piece.min_tasks}
    return least if piece.max_tasks is None else least | {"max": piece.max_tasks}


def read(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the field of what a file says."""
    entry = given["schedule"]
    return {"schedule": None if entry is None else entry.schedule()}


def words(one: Ladders, was: Ladders) -> Iterator[tuple[WordOrder, str]]:
    """Yield what differs."""
    if one.schedule != was.schedule and not (_hours(one) and _hours(one) == _hours(was)):
        said = "the same minimum all day" if one.schedule is None else "; ".join(said_of(one.schedule))
        yield WordOrder.BOUNDS, said


def _hours(ladders: Ladders) -> list[tuple[str, int, int | None]]:
    """Return the pieces of a day that closes, where its minimum is the ladders' own: that is told already."""
    schedule = ladders.schedule
    if schedule is None or not ladders.closes or schedule.weekend is not None:
        return []
    if {piece.min_tasks for piece in schedule.pieces} != {0, ladders.min_tasks}:
        return []
    return [(schedule.timezone, piece.minute, piece.max_tasks) for piece in schedule.pieces]


def said_of(schedule: Schedule) -> Iterator[str]:
    """Yield each kind of day in words."""
    named = (("weekdays", schedule.weekdays), ("at the weekend", schedule.weekend))
    for name, day in named:
        if day is not None:
            every = "every day" if schedule.weekend is None else name
            least, word = ("", _bounded) if schedule.bounded else ("at least ", _minimum)
            pieces = ", ".join(f"{word(piece)} from {clock(piece)}" for piece in day)
            yield f"{least}{pieces} ({every}, {schedule.timezone})"


def _minimum(piece: Minimum) -> str:
    return tasks(piece.min_tasks)


def _bounded(piece: Minimum) -> str:
    if piece.max_tasks == 0:
        return "no task"
    least = f"at least {_minimum(piece)}"
    return least if piece.max_tasks is None else f"{least} and at most {piece.max_tasks}"


def clock(piece: Minimum) -> str:
    """Return when a piece begins, HH:MM."""
    return at(piece.minute)


def at(minute: int) -> str:
    """Return a minute of the day as HH:MM."""
    return f"{minute // HOUR_MIN:02}:{minute % HOUR_MIN:02}"


def actions_of(schedule: Schedule, most: int) -> tuple[ScheduledAction, ...]:
    """Return the scheduled actions as ``modules/scaling`` makes them, ``most`` the service's maximum."""
    days = [(DAILY, schedule.weekdays)]
    if schedule.weekend is not None:
        days = [(WEEKDAYS, schedule.weekdays), (WEEKEND, schedule.weekend)]
    return tuple(
        ScheduledAction(
            name=f"{when}-{clock(piece)}",
            schedule=f"cron({piece.minute % HOUR_MIN} {piece.minute // HOUR_MIN} {when} *)",
            timezone=schedule.timezone,
            min_tasks=piece.min_tasks,
            max_tasks=(most if piece.max_tasks is None else piece.max_tasks) if schedule.bounded else None,
        )
        for when, day in days
        for piece in day
    )


def with_schedule(ladders: Ladders, schedule: Schedule | None) -> Ladders:
    """Return the ladders with a schedule, the least of whose minima but 0 is theirs."""
    if schedule is None:
        return replace(ladders, schedule=None)
    least = min(piece.min_tasks for piece in schedule.pieces if piece.min_tasks)
    return replace(ladders, schedule=schedule, min_tasks=least)


def open_all_day(schedule: Schedule) -> Schedule | None:
    """Return the schedule without hours in which no task runs; None where no minimum is left to move."""
    weekdays, *rest = (
        tuple(replace(one, max_tasks=None) for one in day if one.max_tasks != 0) for day in schedule.days
    )
    found = replace(schedule, weekdays=weekdays, weekend=rest[0] if rest else None)
    return found if len({one.min_tasks for one in found.pieces}) > 1 else None


def schedule_of(actions: Sequence[ScheduledAction], most: int) -> Schedule | None:
    """Return the schedule that ``actions_of`` makes these actions of; None where they are something else."""
    days: dict[str, list[Minimum]] = {}
    for action in actions:
        form = CRON.fullmatch(action.schedule)
        if form is None or action.min_tasks is None or action.start or action.end:
            return None
        ceiling = None if action.max_tasks == most else action.max_tasks
        minute = int(form["hour"]) * HOUR_MIN + int(form["minute"])
        days.setdefault(form["days"], []).append(
            Minimum(minute=minute, min_tasks=action.min_tasks, max_tasks=ceiling)
        )
    zones = {action.timezone for action in actions}
    if len(zones) != 1 or set(days) not in ({DAILY}, {WEEKDAYS, WEEKEND}):
        return None
    every = {when: tuple(sorted(pieces, key=lambda one: one.minute)) for when, pieces in days.items()}
    found = Schedule(
        timezone=zones.pop(), weekdays=every.get(DAILY) or every[WEEKDAYS], weekend=every.get(WEEKEND)
    )
    made = {replace_struct(action, name="") for action in actions_of(found, most)}
    return found if made == {replace_struct(action, name="") for action in actions} else None


def scheduled(policy: Policy, ladders: Ladders, over: tuple[datetime, int] | None) -> Policy:
    """Return the policy with the bounds that the schedule lays down, ``over`` a start (UTC) and minutes.

    Raises:
        ReplayError: there is a schedule, and nobody says when the demand is of.

    """
    if ladders.schedule is None:
        return policy
    if over is None:
        raise ReplayError("a schedule is replayed on a demand with a start", where="ladders.schedule")
    actions: Sequence[ScheduledAction] = actions_of(ladders.schedule, ladders.max_tasks)
    scaling = Scaling(min_tasks=ladders.min_tasks, max_tasks=ladders.max_tasks, scheduled=tuple(actions))
    (least, most), changes = bounds_of(scaling, *over)
    return replace(
        policy,
        min_tasks=least,
        max_tasks=most,
        initial_tasks=min(max(policy.initial_tasks, least), most),
        changes=changes,
    )
