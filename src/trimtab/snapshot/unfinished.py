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
import re
import stat
import tempfile
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import polars as pl

from trimtab.decoding import decoded
from trimtab.errors import SnapshotError
from trimtab.files import SECRET, write_together
from trimtab.snapshot.checks import check_columns, check_fleet, check_rows
from trimtab.snapshot.files import FLEET_FILE, METRICS_FILE
from trimtab.snapshot.folder import encode_fleet, has_values, put
from trimtab.snapshot.prices import PRICES_FILE, encode_prices
from trimtab.snapshot.rows import COLUMNS, EMPTY
from trimtab.snapshot.window import MINUTES_KEPT, Window
from trimtab.units import DAY_MIN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trimtab.catalog.load import Prices
    from trimtab.fleet.model import Fleet
    from trimtab.snapshot.window import Query

PLAN_FILE: Final = "plan.json"
MARK_FILE: Final = ".trimtab-partial"
"""A folder without it is not ours: nothing in it is deleted, whatever its name."""
MARK: Final = "Made by trimtab snapshot, which deletes what it has put here.\n"
WHOLE: Final = "whole"
_OURS: Final = re.compile(r"plan\.json|\.plan\.json\..+|[^/]+\.[0-9a-f]{12}\.(?:parquet|unfinished)")
"""Names in such a folder that a run gives to files."""
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
            SnapshotError: the folder cannot be written, or is not one of ours.

        """
        named = output.resolve()  # "." has no name to put anything behind
        folder = named.with_name(f"{named.name}.partial")
        _refuse_others(folder)
        minutes = days * DAY_MIN
        start = end - timedelta(minutes=minutes)
        plan = _read_plan(folder)
        if plan is not None and (plan.cluster, plan.days) == (cluster_arn, days):
            begun = datetime.fromisoformat(plan.start).astimezone(UTC)
            if end - timedelta(minutes=MINUTES_KEPT) <= begun <= start:
                return cls(folder, output, Window(start=begun, minutes=minutes))
        with _writable(folder):
            if _is_ours(folder):
                _clear(folder)
            _make(folder)
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
            _clear_whole(self.folder)
            whole.mkdir()
            write_parts(fleet, parts, whole, prices)
            _keep_modes(whole, self.output, fleet)
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
            _remove(self.folder)


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
        if name == FLEET_FILE and has_values(fleet):
            (folder / name).touch(SECRET)
        (folder / name).write_bytes(content)
    for name in (METRICS_FILE, *contents):
        with (folder / name).open("rb+") as written:  # Windows syncs only what may be written
            os.fsync(written.fileno())


def _keep_modes(made: Path, output: Path, fleet: Fleet) -> None:
    """Give each file the mode of the one whose place it takes; values of variables are for the owner."""
    for path in made.iterdir():
        there = output / path.name
        if path.name == FLEET_FILE and has_values(fleet):
            path.chmod(SECRET)
        elif there.exists():
            path.chmod(stat.S_IMODE(there.stat().st_mode))


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


def _is_ours(folder: Path) -> bool:
    return not folder.is_symlink() and (folder / MARK_FILE).is_file()


def _refuse_others(folder: Path) -> None:
    """Refuse a folder that somebody else made; an empty one may be taken.

    Raises:
        SnapshotError: it is there, and does not carry our mark.

    """
    if not os.path.lexists(folder) or _is_ours(folder):
        return
    with _writable(folder):
        if not folder.is_symlink() and folder.is_dir() and not any(folder.iterdir()):
            return
    raise SnapshotError(
        f"it was not made by trimtab (no {MARK_FILE} in it), and is in the way of the parts being read",
        where=str(folder),
        advice="rename it, or name another output with -o",
    )


def _make(folder: Path) -> None:
    """Make the folder with its mark in it: it is never seen without, whenever the run is killed."""
    if _is_ours(folder):
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    (made / MARK_FILE).write_text(MARK, encoding="ascii")
    with suppress(FileNotFoundError):  # an empty one, which Windows does not replace
        folder.rmdir()
    made.rename(folder)


def _clear(folder: Path) -> None:
    """Delete what runs have put into the folder, and nothing else."""
    _clear_whole(folder)
    for path in list(folder.iterdir()):
        if _OURS.fullmatch(path.name) and not path.is_dir():
            path.unlink()


def _clear_whole(folder: Path) -> None:
    whole = folder / WHOLE
    if whole.is_symlink() or not whole.is_dir():
        return
    for name in (FLEET_FILE, METRICS_FILE, PRICES_FILE):
        (whole / name).unlink(missing_ok=True)
    whole.rmdir()


def _remove(folder: Path) -> None:
    """Delete what is ours of it, and the folder unless somebody has put something in."""
    _clear(folder)
    (folder / MARK_FILE).unlink()
    with suppress(OSError):
        folder.rmdir()


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
