"""The rows of ``metrics.parquet``: checked in one pass over pieces, then read service by service.

So memory follows a service, not the fleet, and a process that works on one service reads its rows alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from trimtab.errors import SnapshotError
from trimtab.snapshot.checks import check_columns, check_rows
from trimtab.snapshot.contract import COLUMNS as MEASURED
from trimtab.snapshot.contract import METRIC_COLUMNS, STEP_S, Reported, reported_of, span_of
from trimtab.snapshot.files import FLEET_FILE, METRICS_FILE

if TYPE_CHECKING:
    from trimtab.fleet.model import Fleet
    from trimtab.snapshot.place.bucket import S3File

COLUMNS = ("service", "timestamp", *METRIC_COLUMNS)
LATER_COLUMNS = frozenset(column.name for column in MEASURED if column.later)
"""Metrics that came after the first snapshots. One without a value is left out, for the same reason."""
EMPTY = {
    "service": pl.String(),
    "timestamp": pl.Datetime("ms", "UTC"),
    **{column.name: pl.Int16() if column.whole else pl.Float32() for column in MEASURED},
}
STDERR = 2
PIECE = 2**18
"""Rows checked at a time: what polars puts into one row group."""


def on_grid(rows: pl.DataFrame, fleet: Fleet) -> pl.DataFrame:
    """Return one service's rows with one for every minute of the fleet's span."""
    start, minutes = span_of(fleet)
    dtype = rows.schema["timestamp"]
    grid = pl.DataFrame({"timestamp": pl.int_range(minutes, eager=True) * (STEP_S * 1000)}).select(
        (pl.col("timestamp") + int(start.timestamp() * 1000)).cast(pl.Datetime("ms", "UTC")).cast(dtype)
    )
    return grid.join(rows.drop("service"), on="timestamp", how="left", maintain_order="left")


def with_later(table: pl.DataFrame) -> pl.DataFrame:
    """Return the table with the columns that it may lack, empty."""
    return table.with_columns(
        pl.lit(None, dtype=EMPTY[name]).alias(name) for name in sorted(LATER_COLUMNS - set(table.columns))
    ).select(COLUMNS)


@dataclass(frozen=True, slots=True)
class Rows(Mapping[str, pl.DataFrame]):
    """By service: its rows on the fleet's grid, read from the file each time they are asked for."""

    path: Path | S3File
    fleet: Fleet
    places: Mapping[str, tuple[int, int]]
    """By service, in the file's order: its first row, and how many follow each other."""
    origin: S3File | None = None
    """What ``path`` is a copy of."""

    def only(self, name: str, fleet: Fleet) -> Rows:
        """Return the rows of one service for another machine, with the little of the fleet that they need."""
        return Rows(self.origin or self.path, fleet, {name: self.places[name]})

    def __getitem__(self, name: str) -> pl.DataFrame:
        """Read the rows of one service.

        Raises:
            SnapshotError: the file is no longer what was checked.

        """
        first, count = self.places[name]
        path = self.path if isinstance(self.path, Path) else self.path.here()
        with _readable(path):
            rows = _scan(path).slice(first, count).collect()
        if rows.height != count or not (rows["service"] == name).all():
            raise SnapshotError(
                "the file changed while it was read", where=str(self.path), advice="run the command again"
            )
        return on_grid(with_later(rows), self.fleet)

    def __iter__(self) -> Iterator[str]:
        """Yield the services that have rows."""
        return iter(self.places)

    def __len__(self) -> int:
        """Return how many services have rows."""
        return len(self.places)


def read_rows(path: Path, fleet: Fleet, origin: S3File | None = None) -> tuple[Rows, Mapping[str, Reported]]:
    """Check the file, piece by piece, and return its rows and what each service reported.

    Raises:
        SnapshotError: it cannot be read, or holds something that cannot be true.

    """
    where = str(path)
    with _readable(path), _quietly():
        check_columns(pl.read_parquet_schema(path), where)
        total = int(_scan(path).select(pl.len()).collect().item())
        places: dict[str, tuple[int, int]] = {}
        reported: dict[str, Reported] = {}
        for first in range(0, total, PIECE):
            before = min(first, 1)  # the row before a piece, to be compared with its first
            rows = _scan(path).slice(first - before, PIECE + before).collect()
            check_rows(rows, fleet, where, first - before)
            place = first
            for (name,), part in with_later(rows[before:]).group_by("service", maintain_order=True):
                begun, count = places.get(str(name), (place, 0))
                places[str(name)] = begun, count + part.height
                reported[str(name)] = reported.get(str(name), Reported()).and_also(reported_of(part))
                place += part.height
    return Rows(path, fleet, places, origin), reported


def _scan(path: Path) -> pl.LazyFrame:
    scanned = pl.scan_parquet(path, glob=False)
    there = scanned.collect_schema()
    return scanned.select([name for name in COLUMNS if name in there])


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Word what makes a parquet file unreadable."""
    try:
        with path.open("rb"):  # polars words a missing file and a directory less clearly than the system does
            pass
        yield
    except OSError as error:
        raise unreadable(path, error) from error
    # A damaged page makes the decoder panic instead of returning an error.
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        first_line = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise SnapshotError(
            f"this is not a whole parquet file ({first_line})",
            where=str(path),
            advice="it may be cut short: copy or write it again",
        ) from error


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep Rust from writing a stack to stderr where a damaged page makes it panic: we say it in one line."""
    try:
        kept = os.dup(STDERR)
    except OSError:  # there is none
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, STDERR)
        yield
    finally:
        os.dup2(kept, STDERR)
        os.close(kept)
        os.close(nowhere)


def unreadable(path: Path, error: OSError) -> SnapshotError:
    """Return why a snapshot's file cannot be read, in one line."""
    if isinstance(error, FileNotFoundError):
        return SnapshotError(
            "the file is missing",
            where=str(path),
            advice=f"a snapshot folder holds {FLEET_FILE} and {METRICS_FILE}",
        )
    return SnapshotError(
        f"it cannot be read ({error.strerror or error})", where=str(path), advice="check the file"
    )
