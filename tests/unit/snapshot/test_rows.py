"""The rows of a snapshot: checked in pieces, read a service at a time, and nothing else of the file."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import polars as pl
import pytest
from fleet import made

from trimtab.errors import SnapshotError
from trimtab.snapshot import rows as reading
from trimtab.snapshot.files import METRICS_FILE
from trimtab.snapshot.folder import read_snapshot, snapshot_of, write_snapshot
from trimtab.snapshot.rows import Rows

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("api", "jobs", "web")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_snapshot(made.snapshot(*(made.service(name) for name in NAMES)), tmp_path / "in")
    return tmp_path / "in"


@pytest.mark.parametrize("piece", [700, 1440, 2**18])
def test_pieces_of_any_length_give_what_the_whole_table_gives(
    folder: Path, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PIECE", piece)
    snapshot = read_snapshot(folder)
    whole = snapshot_of(snapshot.fleet, pl.read_parquet(folder / METRICS_FILE))
    assert isinstance(snapshot.metrics, Rows)
    assert list(snapshot.metrics) == list(whole.metrics) == list(NAMES)
    for name in NAMES:
        assert snapshot.metrics[name].equals(whole.metrics[name])
    assert snapshot.skipped == whole.skipped
    assert "other" not in snapshot.metrics


@pytest.mark.parametrize("row", [0, 699, 700, 701, 5000])
def test_a_row_that_cannot_be_true_is_found_in_every_piece(
    folder: Path, row: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PIECE", 700)
    table = pl.read_parquet(folder / METRICS_FILE)
    there = pl.int_range(pl.len()) == row
    bad = table.with_columns(
        pl.when(there)
        .then(-1.0)
        .otherwise(pl.col("cpu_average_percent"))
        .cast(pl.Float32)
        .alias("cpu_average_percent")
    )
    bad.write_parquet(folder / METRICS_FILE)
    stamp = f"{table['timestamp'][row]:%Y-%m-%dT%H:%M}"
    with pytest.raises(SnapshotError, match=rf"service {table['service'][row]}, {stamp}.*is -1"):
        read_snapshot(folder)
    nameless = table.with_columns(pl.when(there).then(None).otherwise(pl.col("service")).alias("service"))
    nameless.write_parquet(folder / METRICS_FILE)
    with pytest.raises(SnapshotError, match=f"service is null in row {row};"):
        read_snapshot(folder)


@pytest.mark.parametrize("row", [699, 700, 701])
def test_rows_out_of_order_are_seen_across_pieces(
    folder: Path, row: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PIECE", 700)
    table = pl.read_parquet(folder / METRICS_FILE)
    swapped = pl.concat([table[: row - 1], table[row : row + 1], table[row - 1 : row], table[row + 1 :]])
    swapped.write_parquet(folder / METRICS_FILE)
    with pytest.raises(SnapshotError, match="out of order"):
        read_snapshot(folder)


def test_another_process_gets_the_way_to_the_rows_and_not_the_rows(folder: Path) -> None:
    snapshot = read_snapshot(folder)
    sent = pickle.dumps(snapshot)
    assert len(sent) < 20_000
    again = pickle.loads(sent)  # noqa: S301  # made in the line before
    assert again.metrics["jobs"].equals(snapshot.metrics["jobs"])


def test_a_file_that_is_another_by_now_is_not_taken_for_the_one_that_was_checked(folder: Path) -> None:
    snapshot = read_snapshot(folder)
    table = pl.read_parquet(folder / METRICS_FILE)
    table[2000:].write_parquet(folder / METRICS_FILE)
    with pytest.raises(SnapshotError, match=r"the file changed while it was read; run the command again"):
        snapshot.metrics["jobs"]
    (folder / METRICS_FILE).unlink()
    with pytest.raises(SnapshotError, match="the file is missing"):
        snapshot.metrics["api"]
