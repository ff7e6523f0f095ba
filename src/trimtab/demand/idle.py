"""Minutes in which no task ran, as far as something says so: what nothing explains stays unknown."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trimtab.demand.schedule import bounds_of
from trimtab.errors import ReplayError
from trimtab.snapshot.contract import UTILISATION_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.demand.series import Mask
    from trimtab.fleet.model import Service

_SET_TO = re.compile(r"[Ss]etting desired count to (?P<count>[0-9]+)")


def idle_minutes(service: Service, metrics: pl.DataFrame, start: datetime) -> Mask:
    """Return the minutes without a task, bool, shape (T,): ``metrics`` is one service's table.

    A recorded count of 0 says so by itself. A minute of which nothing was recorded is idle where the
    last scaling activity set the count to 0, or where scheduled actions allow no task.
    """
    silent = metrics.select(
        pl.all_horizontal(pl.col(name).is_null() for name in UTILISATION_COLUMNS)
    ).to_series()
    tasks = metrics["running_tasks"]
    counted = (silent & (tasks == 0).fill_null(value=False)).to_numpy()
    unknown = (silent & tasks.is_null()).to_numpy()
    if not unknown.any():
        return counted.astype(np.bool_)
    told = np.zeros(len(metrics), dtype=np.bool_)
    for first, end in (
        *_by_activities(service, start, len(metrics)),
        *_by_schedule(service, start, len(metrics)),
    ):
        told[max(0, first) : max(0, end)] = True
    return counted.astype(np.bool_) | (unknown & told)


def _by_activities(service: Service, start: datetime, minutes: int) -> Iterator[tuple[int, int]]:
    """Give the spans [min] after an activity that set the count to 0, up to the next activity."""
    activities = sorted(service.scaling_activities, key=lambda one: one.start)
    starts = [_minute(one.start, start) for one in activities]
    for activity, until in zip(activities, [*starts[1:], minutes], strict=False):
        matched = _SET_TO.search(activity.description)
        if matched and int(matched["count"]) == 0 and activity.status == "Successful":
            yield _minute(activity.end or activity.start, start), until


def _by_schedule(service: Service, start: datetime, minutes: int) -> Iterator[tuple[int, int]]:
    """Give the spans [min] in which scheduled actions allow no task."""
    try:
        (_, most), changes = bounds_of(service.scaling, start, minutes)
    except ReplayError:  # a schedule that is not understood explains nothing
        return
    begins = [(0, most), *((change.minute, change.max_tasks) for change in changes)]
    for (first, highest), (end, _) in zip(begins, [*begins[1:], (minutes, 0)], strict=True):
        if highest == 0:
            yield first, end


def _minute(stamp: str, start: datetime) -> int:
    return int((datetime.fromisoformat(stamp).astimezone(UTC) - start).total_seconds() // 60)
