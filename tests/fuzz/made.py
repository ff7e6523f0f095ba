"""A small fleet with an account behind it: a recorded state, and a day of the example fleet's minutes."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
import polars as pl

from trimtab.assets import assets_folder
from trimtab.catalog.load import prices
from trimtab.commands.optimize import optimize
from trimtab.document.name import DOCUMENT_FILE
from trimtab.ladders.search import Effort
from trimtab.snapshot.files import FLEET_FILE, METRICS_FILE
from trimtab.snapshot.folder import read_fleet, snapshot_of, write_snapshot
from trimtab.snapshot.prices import PRICES_FILE, encode_prices
from trimtab.snapshot.state.read import read_state

STATE: Final = Path(__file__).parents[1] / "unit" / "recorded_state.json"
LITTLE: Final = Effort(drawn=30, rounds=1, varied=20)
DAYS: Final = 1.0


def sealed(folder: Path) -> None:
    """Give the index of a result the digests of its files as they are, so that what is in them is read."""
    index = json.loads((folder / DOCUMENT_FILE).read_bytes())
    for entry in index["services"]:
        entry["sha256"] = _digest(folder / entry["file"])
    index["files"] = {name: _digest(folder / name) for name in index["files"] if (folder / name).exists()}
    (folder / DOCUMENT_FILE).write_bytes(json.dumps(index).encode())


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def small_fleet(folder: Path) -> tuple[Path, Path]:
    """Write a snapshot of two services with metrics, and what was optimised of it; return both folders."""
    snapshot, result = folder / "snapshot", folder / "result"
    read_state(STATE, folder / "read", datetime(2026, 11, 23, 12, tzinfo=UTC))
    example = assets_folder() / "examples" / "fleet"
    known = {one.name: one for one in read_fleet(example / FLEET_FILE).services}
    fleet = read_fleet(folder / "read" / FLEET_FILE)
    services = tuple(
        msgspec.structs.replace(one, start_samples=known[one.name].start_samples) for one in fleet.services
    )
    table = pl.read_parquet(example / METRICS_FILE).filter(
        pl.col("service").is_in([one.name for one in services])
    )
    start = table["timestamp"].min()
    assert isinstance(start, datetime)
    day = table.filter(pl.col("timestamp") < pl.lit(start).dt.offset_by("1d"))
    stamp = start.isoformat().replace("+00:00", "Z")
    made = msgspec.structs.replace(fleet, services=services, start=stamp, days=DAYS)
    write_snapshot(snapshot_of(made, day), snapshot)
    (snapshot / PRICES_FILE).write_bytes(encode_prices(prices(fleet.region)))
    optimize(snapshot, result, effort=LITTLE, page=False)
    shutil.rmtree(folder / "read")
    return snapshot, result
