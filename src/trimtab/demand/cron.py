"""When a scheduled action fires: ``cron(...)``, ``rate(...)`` and ``at(...)`` of Application Auto Scaling.

Source: Application Auto Scaling user guide, "Schedule recurring scaling actions using cron
expressions" and "Scheduled scaling": six fields (minute, hour, day of month, month, day of week,
year), days of the week 1 to 7 from Sunday, and the time zone of the action.
"""

from __future__ import annotations

import calendar
import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from trimtab.errors import ReplayError
from trimtab.units import DAY_MIN, DAY_S, HOUR_S, MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from trimtab.fleet.model import ScheduledAction

_FORM = re.compile(r"^(?P<kind>cron|rate|at)\((?P<body>[^()]*)\)$")
_ITEM = re.compile(r"^(?P<low>\w+|\*)(?:-(?P<high>\w+))?(?:/(?P<step>\d+))?$")
_NTH = re.compile(r"^(?P<day>[1-7]|[A-Z]{3})(?:#(?P<which>[1-5])|L)$")
_MONTHS: Final = {
    "JAN": 1,
    "FEB": 2,
    "MAR": 3,
    "APR": 4,
    "MAY": 5,
    "JUN": 6,
    "JUL": 7,
    "AUG": 8,
    "SEP": 9,
    "OCT": 10,
    "NOV": 11,
    "DEC": 12,
}
_WEEKDAYS: Final = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
_UNITS: Final = {"minute": MINUTE_S, "hour": HOUR_S, "day": DAY_S}
_RANGES: Final = ((0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199))
GRID_MIN: Final = 5
"""Of the times of scheduled actions, as a person would write them. A choice."""
FIRES_S: Final = 60
"""AWS fires an action within its minute (Application Auto Scaling guide: a few seconds late)."""
CHANGES_AHEAD_DAYS: Final = 730
"""So long after a record no action may lie where the clock of its zone skips or repeats a time."""
OFFSETS_S: Final = 900
"""The offset of a zone changes on a quarter of an hour of UTC (IANA data base, since 1972)."""
LAST: Final = "L"
ANY: Final = ("*", "?")


def firings(action: ScheduledAction, start: datetime, end: datetime) -> Iterator[datetime]:
    """Give the minutes at which the action fires in [start, end), UTC, in order.

    Raises:
        ReplayError: its schedule or time zone is none that is understood here.

    """
    matched = _FORM.match(action.schedule.strip())
    if matched is None:
        raise _unclear(action, f"its schedule is {action.schedule!r}")
    zone = _zone(action)
    earliest, latest = (_stamp(action, one, zone) for one in (action.start, action.end))
    start = max(start, earliest) if earliest else start
    end = min(end, latest + timedelta(minutes=1)) if latest else end
    if matched["kind"] == "cron":
        yield from _cron(action, matched["body"], zone, start, end)
    elif matched["kind"] == "at":
        at = _stamp(action, matched["body"], zone)
        if at is not None and start <= at < end:
            yield at
    else:
        yield from _rate(action, matched["body"], earliest, start, end)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Days:
    """Which dates a cron expression means."""

    days: frozenset[int] | None
    """None: any; 0 in it: the last of the month."""
    months: frozenset[int]
    weekdays: frozenset[int] | None
    """1: Sunday; None: any."""
    nth: tuple[int, int] | None
    """Weekday and which of the month; 0: the last one."""
    years: frozenset[int]

    def has(self, day: date) -> bool:
        """Tell whether the expression means this date."""
        if day.year not in self.years or day.month not in self.months:
            return False
        last = calendar.monthrange(day.year, day.month)[1]
        if self.days is not None and day.day not in self.days and not (0 in self.days and day.day == last):
            return False
        weekday = day.isoweekday() % 7 + 1
        if self.nth is not None:
            wanted, which = self.nth
            number = (day.day - 1) // 7 + 1
            return weekday == wanted and (number == which if which else day.day + 7 > last)
        return self.weekdays is None or weekday in self.weekdays


def _cron(
    action: ScheduledAction, body: str, zone: ZoneInfo, start: datetime, end: datetime
) -> Iterator[datetime]:
    fields = body.upper().split()
    if len(fields) != len(_RANGES):
        raise _unclear(action, f"its schedule is {action.schedule!r}: six fields are expected")
    minutes, hours = (sorted(_values(action, fields[n], n)) for n in (0, 1))
    days = _days(action, fields)
    day, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    while day <= last:
        for hour in hours if days.has(day) else ():
            for minute in minutes:
                at = datetime.combine(day, time(hour, minute), tzinfo=zone).astimezone(UTC)
                if start <= at < end:
                    yield at
        day += timedelta(days=1)


def _days(action: ScheduledAction, fields: list[str]) -> _Days:
    dom, month, dow, year = fields[2:]
    nth = _NTH.match(dow)
    which = (_number(action, nth["day"], 4), int(nth["which"] or 0)) if nth else None
    return _Days(
        days=None if dom in ANY else frozenset({0}) if dom == LAST else _values(action, dom, 2),
        months=_values(action, month, 3),
        weekdays=None if nth or dow in ANY else _values(action, dow, 4),
        nth=which,
        years=_values(action, year, 5),
    )


def _values(action: ScheduledAction, text: str, field: int) -> frozenset[int]:
    """Return the numbers that one field of a cron expression lists."""
    least, most = _RANGES[field]
    values: set[int] = set()
    for part in text.split(","):
        item = _ITEM.match("*" if part == "?" else part)
        if item is None:
            raise _unclear(action, f"{part!r} in {action.schedule!r} is not understood here")
        low = least if item["low"] == "*" else _number(action, item["low"], field)
        open_end = item["low"] == "*" or (item["step"] and not item["high"])
        high = _number(action, item["high"], field) if item["high"] else most if open_end else low
        if not least <= low <= most or not least <= high <= most:
            raise _unclear(action, f"{part!r} in {action.schedule!r} lies outside {least} to {most}")
        step = int(item["step"] or 1) or 1
        # FRI-MON goes over the end of the week.
        span = range(low, high + 1, step) if low <= high else [*range(low, most + 1), *range(least, high + 1)]
        values.update(span)
    return frozenset(values)


def _number(action: ScheduledAction, text: str, field: int) -> int:
    names = {3: _MONTHS, 4: _WEEKDAYS}.get(field, {})
    if text in names:
        return names[text]
    if not text.isdigit():
        raise _unclear(action, f"{text!r} in {action.schedule!r} is not understood here")
    return int(text)


def _rate(
    action: ScheduledAction, body: str, earliest: datetime | None, start: datetime, end: datetime
) -> Iterator[datetime]:
    value, _, unit = body.strip().partition(" ")
    seconds = _UNITS.get(unit.strip().removesuffix("s"), 0) * (int(value) if value.isdigit() else 0)
    if not seconds or earliest is None:
        raise _unclear(action, f"when {action.schedule!r} began is not known")
    step = timedelta(seconds=seconds)
    at = earliest + step * max(0, -(-(start - earliest) // step))
    while at < end:
        yield at
        at += step


def _zone(action: ScheduledAction) -> ZoneInfo:
    try:
        return ZoneInfo(action.timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise _unclear(action, f"its time zone, {action.timezone!r}, is not known on this machine") from error


def _stamp(action: ScheduledAction, text: str | None, zone: ZoneInfo) -> datetime | None:
    """Return a time of the action to the minute, UTC. Without an offset, ``at`` is in its time zone."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise _unclear(action, f"{text!r} is no time") from error
    at = at if at.tzinfo else at.replace(tzinfo=zone)
    return at.astimezone(UTC).replace(second=0, microsecond=0)


def _unclear(action: ScheduledAction, why: str) -> ReplayError:
    return ReplayError(why, where=f"scheduled action {action.name}")


def lead_min(serving_s: float) -> int:
    """Return how long before tasks are needed an action starts them, if one serves after so long [min]."""
    return GRID_MIN * math.ceil((FIRES_S + serving_s) / (GRID_MIN * MINUTE_S))


def local_minutes(stamps: npt.NDArray[np.int64], timezone: str) -> npt.NDArray[np.int64]:
    """Return seconds since 1970, UTC, as minutes since 1970 on the zone's clock, int64, shape (T,)."""
    blocks = stamps // OFFSETS_S
    first, zone = int(blocks[0]), ZoneInfo(timezone)
    offsets = [_offset_s(block * OFFSETS_S, zone) for block in range(first, int(blocks[-1]) + 1)]
    local: npt.NDArray[np.int64] = (stamps + np.array(offsets, dtype=np.int64)[blocks - first]) // MINUTE_S
    return local


def _offset_s(stamp: int, zone: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(stamp, UTC).astimezone(zone).utcoffset()
    return int((offset or timedelta()).total_seconds())


def comes_once(minute: int, timezone: str, since: date) -> bool:
    """Tell whether a time of the local day comes once a day: what is due in a skipped hour may never come."""
    return minute % DAY_MIN not in _moved(timezone, since)


@lru_cache(maxsize=64)
def _moved(timezone: str, since: date) -> frozenset[int]:
    """Return the minutes of the day that the zone's clock will skip or repeat on some day."""
    zone, moved = ZoneInfo(timezone), set[int]()
    for after in range(CHANGES_AHEAD_DAYS):
        midnight = datetime.combine(since + timedelta(days=after), time(), zone)
        if midnight.utcoffset() == (midnight + timedelta(days=1)).utcoffset():
            continue
        for minute in range(DAY_MIN):
            local = midnight + timedelta(minutes=minute)
            if local.utcoffset() != local.replace(fold=1).utcoffset():
                moved.add(minute)
    return frozenset(moved)
