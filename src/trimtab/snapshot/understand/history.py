"""An alarm's history and what was not scaled, less everything that is not known of them.

``HistoryData`` is JSON with sentences in it: of it states, times, numbers and the threshold are kept.
Sources: CloudWatch API reference, DescribeAlarmHistory and AlarmHistoryItem; Application Auto Scaling API
reference, NotScaledReason.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, cast, get_args

import msgspec

from trimtab.decoding import decoded
from trimtab.fleet.history import AlarmChange, AlarmState, NotScaled, NotScaledCode
from trimtab.snapshot.parse import moment
from trimtab.snapshot.understand.messages import cause_word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.aws.api import Json

LARGEST: Final = 1e18
"""A number beyond is none that anybody measured."""
YEARS: Final = range(2000, 2200)
MOST_POINTS: Final = 10_080
"""Of a week, a minute each: the longest that an alarm looks back."""
POINTS: Final = 20
"""Newest datapoints kept of a change."""
LONGEST_S: Final = 86_400
"""Period of an alarm (PutMetricAlarm: periods times datapoints are at most a day, or seven) [s]."""


def change_of(item: Json) -> AlarmChange | None:
    """Return what an ``AlarmHistoryItem`` says of a change of state; ``None`` where it says none."""
    data = _mapping(item.get("HistoryData"))
    before, after = _state(data.get("oldState")), _state(data.get("newState"))
    if before is None or after is None:
        return None
    said = _mapping(data["newState"].get("stateReasonData"))
    period = _number(said.get("period"))
    period_s = int(period) if period is not None and 1 <= period <= LONGEST_S else None
    points = said.get("recentDatapoints")
    told = [_number(one) for one in points] if isinstance(points, list) else []
    queried, newest = _stamp(said.get("queryDate")), _newest(said, len(told), period_s)
    return AlarmChange(
        at=moment(item["Timestamp"]),
        alarm=str(item["AlarmName"]),
        before=before,
        after=after,
        queried=None if queried is None else moment(queried),
        newest=None if newest is None else moment(newest),
        period_s=period_s,
        threshold=_number(said.get("threshold")),
        datapoints=tuple(one for one in told if one is not None)[-POINTS:],
    )


def not_scaled_of(activity: Json) -> Iterator[NotScaled]:
    """Yield each reason for which an activity changed nothing."""
    for reason in activity.get("NotScaledReasons") or ():
        code = reason.get("Code")
        yield NotScaled(
            at=moment(activity["StartTime"]),
            code=cast("NotScaledCode", code) if code in get_args(NotScaledCode) else "other",
            max_tasks=_count(reason.get("MaxCapacity")),
            min_tasks=_count(reason.get("MinCapacity")),
            tasks=_count(reason.get("CurrentCapacity")),
            cause=cause_word(str(activity.get("Cause") or "")),
        )


def _newest(said: Json, points: int, period_s: int | None) -> datetime | None:
    """Return when the newest datapoint's period began: as told, or counted from the first one's."""
    evaluated = said.get("evaluatedDatapoints")
    told = [
        _stamp(one.get("timestamp"))
        for one in (evaluated if isinstance(evaluated, list) else ())
        if isinstance(one, dict) and one.get("value") is not None
    ]
    known = [one for one in told if one is not None]
    if known:
        return max(known)
    first = _stamp(said.get("startDate"))
    if first is None or period_s is None or not 0 < points <= MOST_POINTS:
        return None
    return first + timedelta(seconds=period_s * (points - 1))


def _mapping(told: object) -> Json:
    """Return JSON, as text or read already, if it is an object."""
    if isinstance(told, str):
        try:
            told = decoded(told.encode())
        except msgspec.DecodeError:
            return {}
    return cast("Json", told) if isinstance(told, dict) else {}


def _state(told: object) -> AlarmState | None:
    value = told.get("stateValue") if isinstance(told, dict) else None
    return cast("AlarmState", value) if value in get_args(AlarmState) else None


def _stamp(told: object) -> datetime | None:
    """Read ``2026-11-29T10:15:10.905+0000``; a time of no zone is UTC."""
    if not isinstance(told, str):
        return None
    try:
        read = datetime.fromisoformat(told)
        read = (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return read if read.year in YEARS else None


def _number(told: object) -> float | None:
    if isinstance(told, bool) or not isinstance(told, int | float) or not -LARGEST < told < LARGEST:
        return None
    return float(told)


def _count(told: object) -> int | None:
    number = _number(told)
    return int(number) if number is not None and number >= 0 else None
