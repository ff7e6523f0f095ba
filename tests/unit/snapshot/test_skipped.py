"""Services that say too little: skipped with the reason, and the rest goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from snapshot.minutes import fleet, rows

from trimtab.snapshot.contract import METRIC_COLUMNS
from trimtab.snapshot.folder import read_snapshot, snapshot_of, write_snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from trimtab.snapshot.contract import Snapshot


def skips(snapshot: Snapshot) -> dict[str, str]:
    return {skip.service: skip.reason.value for skip in snapshot.skipped}


def test_a_service_that_says_too_little_is_skipped_with_its_reason_and_the_rest_goes_on() -> None:
    never = rows("never", cpu_average_percent=None, running_tasks=0)
    nothing = rows("nothing").with_columns(pl.when(pl.lit(value=False)).then(pl.col(METRIC_COLUMNS[:6])))
    table = pl.concat([rows("api"), never, nothing, rows("short", minutes=1439)])
    snapshot = snapshot_of(fleet("api", "never", "nothing", "rowless", "short"), table)
    assert skips(snapshot) == {
        "never": "never ran",
        "nothing": "no metrics",
        "rowless": "no metrics",
        "short": "too little data",
    }
    assert [each.name for each in snapshot.usable] == ["api"]


def test_a_service_that_was_at_zero_for_a_while_is_answered() -> None:
    asleep = pl.int_range(pl.len()) < 1000
    table = rows("api").with_columns(
        running_tasks=pl.when(asleep).then(0).otherwise("running_tasks").cast(pl.Int16)
    )
    assert skips(snapshot_of(fleet("api"), table)) == {}


def test_exactly_one_day_of_complete_minutes_is_enough() -> None:
    assert skips(snapshot_of(fleet("api"), rows("api", minutes=1440))) == {}
    partly = rows("api", minutes=1440).with_columns(
        cpu_maximum_percent=pl.when(pl.int_range(pl.len()) > 0).then("cpu_maximum_percent")
    )
    assert skips(snapshot_of(fleet("api"), partly)) == {"api": "too little data"}


def test_a_fleet_without_any_rows_is_written_and_read_with_all_skipped(tmp_path: Path) -> None:
    write_snapshot(snapshot_of(fleet("api"), rows("api").clear()), tmp_path)
    assert skips(read_snapshot(tmp_path)) == {"api": "no metrics"}
