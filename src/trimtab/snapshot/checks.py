"""What a snapshot must hold to be believed. Each failure is one line: what, where, what to do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from trimtab.catalog.load import is_valid, nearest_sizes
from trimtab.errors import SnapshotError
from trimtab.snapshot.contract import COLUMNS, STEP_S, span_of
from trimtab.units import DAY_S

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trimtab.fleet.model import Fleet, Service
    from trimtab.snapshot.contract import MetricColumn


ROUNDING_PERCENT = 0.5
"""An average may exceed its maximum by this much [percentage points]: both may be rounded."""

MAX_DAYS = 455
"""CloudWatch keeps nothing longer (GetMetricStatistics): more days than that is a slip."""

LAST_YEAR = 9000
"""Python's dates end with 9999, and the span's end must still be one."""

FLOATS = (pl.Float32, pl.Float64)
INTEGERS = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64)
UNITS_A_SECOND: Mapping[pl.DataType, int] = {
    pl.Datetime("ms", "UTC"): 1000,
    pl.Datetime("us", "UTC"): 1_000_000,
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def check_fleet(fleet: Fleet, where: str) -> None:
    """Refuse a fleet that is well formed but cannot be true."""
    _check_span(fleet, where)
    counts = Counter(service.name for service in fleet.services)
    twice = sorted(name for name, count in counts.items() if count > 1)
    if twice:
        raise SnapshotError(
            f"{counts[twice[0]]} services are called {twice[0]!r}",
            where=where,
            advice="a service's name is unique in its cluster: rename or remove all but one",
        )
    for service in fleet.services:
        _check_service(service, where)


def _check_span(fleet: Fleet, where: str) -> None:
    try:
        start = datetime.fromisoformat(fleet.start)
    except ValueError:
        start = None
    if start is None or start.utcoffset() != timedelta(0) or start.second or start.microsecond:
        raise SnapshotError(
            f"start is {fleet.start!r}, which is no whole minute in UTC",
            where=where,
            advice="write it like 2026-11-02T00:00:00Z",
        )
    if start.year > LAST_YEAR:
        raise SnapshotError(f"start is {fleet.start!r}", where=where, advice="that is beyond any metrics")
    minutes = fleet.days * DAY_S / STEP_S
    # A third of a day is no exact binary fraction: whole to a thousandth of a minute will do.
    if round(minutes) < 1 or round(minutes, 3) != round(minutes) or fleet.days > MAX_DAYS:
        raise SnapshotError(
            f"days is {fleet.days:g}, which is no whole number of minutes within {MAX_DAYS} days",
            where=where,
            advice="correct it to the span of the metrics",
        )


def _check_service(service: Service, where: str) -> None:
    place = f"{where}: service {service.name}"
    if not is_valid(service.size):
        nearest = ", ".join(str(size) for size in nearest_sizes(service.size))
        raise SnapshotError(
            f"{service.size} is no Fargate task size (CPU units/MiB)",
            where=place,
            advice=f"nearest: {nearest}",
        )
    for sample in service.start_samples:
        took_s = sample.placement_s + sample.pull_s + sample.boot_s + sample.ready_s
        if took_s > DAY_S:
            raise SnapshotError(
                f"a start took {took_s:g} s", where=place, advice="check its unit, or leave the sample out"
            )
    for rule in service.egress or ():
        if (rule.cidr is None) == (rule.security_group_id is None):
            raise SnapshotError(
                f"egress {rule.name} has both or neither of cidr and security_group_id",
                where=place,
                advice="give exactly one: each rule has one peer",
            )
    scaling = service.scaling
    if scaling.min_tasks > scaling.max_tasks:
        raise SnapshotError(
            f"min_tasks {scaling.min_tasks} is above max_tasks {scaling.max_tasks}",
            where=place,
            advice="swap or correct them",
        )


def check_columns(schema: Mapping[str, pl.DataType], where: str) -> None:
    """Refuse a metrics table whose columns are not the contract's, by name or by type."""
    allowed: dict[str, tuple[tuple[object, ...], str]] = {
        "service": ((pl.String,), "String"),
        "timestamp": (tuple(UNITS_A_SECOND), "Datetime in ms or us with time zone UTC"),
        **{
            column.name: (INTEGERS, "an integer") if column.whole else (FLOATS, "Float32 or Float64")
            for column in COLUMNS
        },
    }
    later = {column.name for column in COLUMNS if column.later}
    for name, (types, words) in allowed.items():
        if name not in schema:
            if name in later:
                continue
            raise SnapshotError(
                f"column {name} is missing", where=where, advice=f"it must be there, as {words}"
            )
        if schema[name] not in types:
            raise SnapshotError(
                f"column {name} is {schema[name]}", where=where, advice=f"it must be {words}: cast it"
            )
    unknown = sorted(set(schema) - set(allowed))
    if unknown:
        raise SnapshotError(
            f"column {unknown[0]} is not known",
            where=where,
            advice=f"leave it out; known: {', '.join(allowed)}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """One thing that must not be true of any row. ``{value}`` in the message is what ``column`` holds."""

    bad: pl.Expr
    message: str
    advice: str
    column: str | None = None


def check_rows(frame: pl.DataFrame, fleet: Fleet, where: str, before: int = 0) -> None:
    """Refuse rows that cannot be true, naming the service and the time of the first.

    ``before``: how many rows of the file come before these.

    All rules are evaluated in one pass; only a failing one is looked at again.
    """
    for column in ("service", "timestamp"):
        if frame[column].null_count():
            row = before + int(frame[column].is_null().arg_true()[0])
            raise SnapshotError(
                f"{column} is null in row {row}", where=where, advice="every row needs its service and minute"
            )
    per_second = UNITS_A_SECOND[frame.schema["timestamp"]]
    rules = [
        *_order_rules(fleet, per_second),
        *_value_rules([one for one in COLUMNS if one.name in frame.columns]),
    ]
    broken = frame.select(rule.bad.any().alias(str(i)) for i, rule in enumerate(rules)).row(0)
    for rule, is_broken in zip(rules, broken, strict=True):
        if is_broken:
            first = frame.filter(rule.bad)[:1]
            place = f"{where}: service {first['service'][0]}, {_when(first['timestamp'], per_second)}"
            shown = rule.message.replace("{value}", f"{first[rule.column][0]}" if rule.column else "")
            raise SnapshotError(shown, where=place, advice=rule.advice)


def _when(timestamp: pl.Series, per_second: int) -> str:
    """Word the first timestamp. polars panics on one beyond the year 9999: a mistaken unit makes those."""
    ticks = int(timestamp.cast(pl.Int64)[0])
    try:
        stamp = EPOCH + timedelta(microseconds=ticks * 1_000_000 // per_second)
    except OverflowError:
        return f"{ticks / per_second:.3g} s after 1970"
    return stamp.isoformat().replace("+00:00", "Z")


def _order_rules(fleet: Fleet, per_second: int) -> Iterator[_Rule]:
    names = [service.name for service in fleet.services]
    start, minutes = span_of(fleet)
    service, time = pl.col("service"), pl.col("timestamp")
    same = service == service.shift(1)
    sort = "sort the rows by service, then timestamp"
    yield _Rule(
        bad=~service.is_in(names),
        message="this service is not in fleet.json",
        advice="add it there or remove its rows",
    )
    yield _Rule(
        bad=(service < service.shift(1)) | (same & (time < time.shift(1))),
        message="the row is out of order",
        advice=sort,
    )
    yield _Rule(
        bad=same & (time == time.shift(1)),
        message="two rows have this timestamp",
        advice="keep one row a minute",
    )
    yield _Rule(
        bad=time.cast(pl.Int64) % (STEP_S * per_second) != 0,
        message="the timestamp is not on the minute",
        advice="truncate timestamps to the minute",
    )
    yield _Rule(
        bad=(time < start) | (time >= start + timedelta(minutes=minutes)),
        message=f"the minute lies outside the {fleet.days:g} days from {fleet.start}",
        advice="correct start and days in fleet.json, or remove the row",
    )


def _value_rules(there: Sequence[MetricColumn]) -> Iterator[_Rule]:
    for measured in there:
        value, column = pl.col(measured.name), measured.name
        null_it = "write null where nothing was reported"
        if not measured.whole:
            yield _Rule(bad=value.is_nan(), message=f"{column} is NaN", advice=null_it)
            yield _Rule(bad=value.is_infinite(), message=f"{column} is infinite", advice=null_it)
        if measured.of == "named":  # what a user names may be a difference
            continue
        yield _Rule(
            bad=value < 0, message=f"{column} is {{value}}", advice="it cannot be negative", column=column
        )
    for measured in there:
        if measured.most is not None:
            yield _Rule(
                bad=pl.col(measured.name) > measured.most,
                message=f"{measured.name} is {{value}}, above {measured.most:g} {measured.sign}",
                advice=f"check its unit: {measured.unit}",
                column=measured.name,
            )
    for kind in ("cpu", "memory"):
        average, maximum = pl.col(f"{kind}_average_percent"), pl.col(f"{kind}_maximum_percent")
        yield _Rule(
            bad=average > maximum + ROUNDING_PERCENT,
            message=f"{kind}_average_percent is {{value}}, above {kind}_maximum_percent of the same minute",
            advice="check whether the two columns were swapped",
            column=f"{kind}_average_percent",
        )
