"""A snapshot on its way: finished parts beside the output, so that a second run goes on.

Only metrics are kept, each service's in a file of its own: the past does not change. What is
deployed does, and prices do, so they are read anew by every run. The window of time is fixed by
the first run.
The output appears when everything is there, by renaming.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec
import polars as pl

from trimtab.decoding import decoded
from trimtab.errors import SnapshotError
from trimtab.files import write_together
from trimtab.snapshot.checks import check_columns, check_fleet, check_rows
from trimtab.snapshot.files import FLEET_FILE, METRICS_FILE
from trimtab.snapshot.folder import encode_fleet, put
from trimtab.snapshot.prices import PRICES_FILE, encode_prices
from trimtab.snapshot.rows import COLUMNS, EMPTY
from trimtab.snapshot.window import MINUTES_KEPT, Window
from trimtab.units import DAY_MIN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from trimtab.catalog.load import Prices
    from trimtab.fleet.model import Fleet
    from trimtab.snapshot.window import Query

PLAN_FILE: Final = "plan.json"
WHOLE: Final = "whole"
LEVEL: Final = 9
"""Compression (zstd) of the whole table: within a few percent of the highest, many times faster."""
ROWS_A_GROUP: Final = 122_880
"""Rows that are compressed together, fixed so that the same parts give the same bytes."""


class ReadingPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the parts in a folder belong to."""

    cluster: str
    """ARN."""
    days: int
    start: str
    """First minute, ISO 8601 UTC."""


class Partial:
    """The folder of finished parts. Made by ``Partial.open``."""

    def __init__(self, folder: Path, output: Path, window: Window) -> None:
        self.folder = folder
        self.output = output
        self.window = window

    @classmethod
    def open(cls, output: Path, cluster_arn: str, days: int, end: datetime) -> Partial:
        """Go on with the parts beside ``output`` if they are of the same cluster and span, else begin.

        Parts are of no more use once CloudWatch has begun to forget minutes of their window.

        Raises:
            SnapshotError: the folder cannot be written.

        """
        named = output.resolve()  # "." has no name to put anything behind
        folder = named.with_name(f"{named.name}.partial")
        minutes = days * DAY_MIN
        start = end - timedelta(minutes=minutes)
        plan = _read_plan(folder)
        if plan is not None and (plan.cluster, plan.days) == (cluster_arn, days):
            begun = datetime.fromisoformat(plan.start).astimezone(UTC)
            if end - timedelta(minutes=MINUTES_KEPT) <= begun <= start:
                return cls(folder, output, Window(start=begun, minutes=minutes))
        with _writable(folder):
            if folder.is_dir():
                shutil.rmtree(folder)
            folder.mkdir(parents=True)
            made = ReadingPlan(cluster=cluster_arn, days=days, start=stamp_of(start))
            write_together({folder / PLAN_FILE: msgspec.json.encode(made)})
        return cls(folder, output, Window(start=start, minutes=minutes))

    def part(self, queries: Sequence[Query]) -> Path:
        """Return where a service's metrics are kept: the name changes with what is asked."""
        asked = hashlib.sha256(repr(queries).encode()).hexdigest()[:12]
        return self.folder / f"{queries[0].service}.{asked}.parquet"

    def keep(self, path: Path, table: pl.DataFrame) -> None:
        """Write one service's table, whole or not at all."""
        with _writable(path):
            unfinished = path.with_suffix(".unfinished")
            table.write_parquet(unfinished, compression="zstd")
            unfinished.replace(path)

    def finish(self, fleet: Fleet, parts: Sequence[tuple[str, Path]], prices: Prices | None = None) -> None:
        """Write the snapshot from the parts, one in memory at a time, and remove the folder.

        Raises:
            SnapshotError: the fleet cannot be true, or the output cannot be written.

        """
        whole = self.folder / WHOLE
        with _writable(self.output):
            shutil.rmtree(whole, ignore_errors=True)
            whole.mkdir()
            write_parts(fleet, parts, whole, prices)
            if self.output.exists():
                # The metrics first: rows of another window are refused with the old fleet.
                (whole / METRICS_FILE).replace(self.output / METRICS_FILE)
                if prices is None:  # those of an earlier snapshot are not this one's
                    (self.output / PRICES_FILE).unlink(missing_ok=True)
                else:
                    (whole / PRICES_FILE).replace(self.output / PRICES_FILE)
                (whole / FLEET_FILE).replace(self.output / FLEET_FILE)
            else:
                whole.replace(self.output)
            shutil.rmtree(self.folder)


def write_without_metrics(fleet: Fleet, output: Path) -> None:
    """Write a snapshot of a fleet that nothing was measured of.

    Raises:
        SnapshotError: the fleet cannot be true, or the output cannot be written.

    """
    check_fleet(fleet, "fleet")
    empty = io.BytesIO()
    pl.DataFrame(schema=EMPTY).select(COLUMNS).write_parquet(empty)
    with _writable(output):
        put(output, fleet, empty.getvalue(), prices=None)


def write_parts(
    fleet: Fleet, parts: Sequence[tuple[str, Path]], folder: Path, prices: Prices | None = None
) -> None:
    """Write ``fleet.json``, ``metrics.parquet`` from one file of rows a service, and the prices if any."""
    check_fleet(fleet, "fleet")
    encoded = encode_fleet(fleet)
    tables = [
        pl.scan_parquet(path, glob=False).select(pl.lit(name).alias("service"), pl.all()).select(COLUMNS)
        for name, path in sorted(parts)
    ]
    table = pl.concat(tables) if tables else pl.LazyFrame(schema=EMPTY).select(COLUMNS)
    table.sink_parquet(
        folder / METRICS_FILE,
        compression="zstd",
        compression_level=LEVEL,
        row_group_size=ROWS_A_GROUP,
        statistics=True,
        maintain_order=True,
    )
    contents = {FLEET_FILE: encoded}
    if prices is not None:
        contents[PRICES_FILE] = encode_prices(prices)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    for name in (METRICS_FILE, *contents):
        with (folder / name).open("rb+") as written:  # Windows syncs only what may be written
            os.fsync(written.fileno())


def check_part(name: str, table: pl.DataFrame, fleet: Fleet) -> None:
    """Refuse rows that cannot be true, as reading the snapshot would.

    Raises:
        SnapshotError: which row, and why.

    """
    whole = table.select(pl.lit(name).alias("service"), pl.all()).select(COLUMNS)
    check_columns(whole.schema, "metrics")
    check_rows(whole, fleet, "metrics")


def stamp_of(minute: datetime) -> str:
    """Word a minute the way ``fleet.json`` does."""
    return minute.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:00Z")


def _read_plan(folder: Path) -> ReadingPlan | None:
    """Return what a folder's parts belong to; ``None`` where that cannot be told, so they are of no use."""
    try:
        return decoded((folder / PLAN_FILE).read_bytes(), ReadingPlan)
    except (OSError, msgspec.DecodeError):
        return None


@contextmanager
def _writable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SnapshotError(
            f"it cannot be written ({error.strerror or error})",
            where=str(path),
            advice="name a folder you may write to",
        ) from error
