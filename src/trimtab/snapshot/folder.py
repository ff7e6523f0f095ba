"""A snapshot as a folder: ``fleet.json`` and ``metrics.parquet``, read strictly, written whole.

Beside them may be ``prices.json``, see ``trimtab.snapshot.prices``.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from trimtab.decoding import decoded
from trimtab.errors import SnapshotError
from trimtab.files import write_together
from trimtab.fleet.model import SCHEMA_VERSION, Fleet
from trimtab.snapshot.checks import check_columns, check_fleet, check_rows
from trimtab.snapshot.contract import Reported, Snapshot, reported_of, skip_of
from trimtab.snapshot.files import FLEET_FILE, METRICS_FILE, refuse_absent
from trimtab.snapshot.fitted import with_fitted
from trimtab.snapshot.old_notes import with_told
from trimtab.snapshot.prices import PRICES_FILE, encode_prices, read_prices
from trimtab.snapshot.rows import (
    COLUMNS,
    EMPTY,
    LATER_COLUMNS,
    on_grid,
    read_rows,
    unreadable,
    with_later,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from trimtab.catalog.load import Prices
    from trimtab.fleet.left_out import LeftOut
    from trimtab.snapshot.place.bucket import S3File

LATER = frozenset(
    {"response_times", "log_bytes_day", "container_insights", "cause", "further", "requests_low"}
)
"""Fields that came after the first snapshots. Where they say nothing they are left out, so that
an older snapshot is written again as it was."""


def read_snapshot(path: Path, origin: S3File | None = None) -> Snapshot:
    """Read the snapshot folder at ``path``, a copy of one in S3 if its metrics have an ``origin``.

    Raises:
        SnapshotError: something is missing, unreadable or cannot be true.

    """
    refuse_absent(path)
    fleet = read_fleet(path / FLEET_FILE)
    fleet = with_fitted(fleet, path)
    prices = read_prices(path / PRICES_FILE, fleet.region)
    rows, reported = read_rows(path / METRICS_FILE, fleet, origin)
    return Snapshot(fleet=fleet, metrics=rows, skipped=_skipped(fleet, reported), prices=prices)


def snapshot_of(fleet: Fleet, metrics: pl.DataFrame) -> Snapshot:
    """Return a snapshot of ``fleet`` and its long table of metrics (``COLUMNS``), checked.

    Raises:
        SnapshotError: the two contradict each other, or hold something that cannot be true.

    """
    check_fleet(fleet, "fleet")
    check_columns(metrics.schema, "metrics")
    check_rows(metrics, fleet, "metrics")
    tables = with_later(metrics).partition_by("service", as_dict=True, maintain_order=True)
    reported = {str(name[0]): reported_of(table) for name, table in tables.items()}
    on_grids = {str(name[0]): on_grid(table, fleet) for name, table in tables.items()}
    return Snapshot(fleet=fleet, metrics=on_grids, skipped=_skipped(fleet, reported))


def write_snapshot(snapshot: Snapshot, path: Path) -> None:
    """Write the folder at ``path``, made if need be: the same snapshot gives the same bytes.

    The files are written beside their places and then renamed, so that none is ever half
    there. A snapshot that could not be read again is refused before anything is written.

    Raises:
        SnapshotError: the snapshot cannot be true, or the folder cannot be written.

    """
    check_fleet(snapshot.fleet, "fleet")
    table = _long(snapshot.metrics)
    check_columns(table.schema, "metrics")
    check_rows(table, snapshot.fleet, "metrics")
    try:
        put(path, snapshot.fleet, _encode_metrics(table), snapshot.prices)
    except OSError as error:
        raise SnapshotError(
            f"it cannot be written ({error.strerror})",
            where=str(path),
            advice="name a folder you may write to",
        ) from error


def put(path: Path, fleet: Fleet, metrics: bytes, prices: Prices | None) -> None:
    """Write the folder's files together.

    Raises:
        SnapshotError: the fleet cannot be true; then nothing is written.
        OSError: the folder cannot be made or written.

    """
    contents = {path / METRICS_FILE: metrics, path / FLEET_FILE: encode_fleet(fleet)}
    if prices is not None:
        contents[path / PRICES_FILE] = encode_prices(prices)
    path.mkdir(parents=True, exist_ok=True)
    write_together(contents, secret=[path / FLEET_FILE] if has_values(fleet) else ())
    if prices is None:  # those of an earlier snapshot are not this one's
        (path / PRICES_FILE).unlink(missing_ok=True)


def has_values(fleet: Fleet) -> bool:
    """Tell whether the fleet has values of variables, of which some may be secret."""
    return any(service.environment for service in fleet.services)


def read_fleet(path: Path) -> Fleet:
    """Read a ``fleet.json`` alone, without metrics.

    Raises:
        SnapshotError: it is missing, unreadable or cannot be true.

    """
    where = str(path)
    try:
        raw: object = decoded(path.read_bytes())
    except OSError as error:
        raise unreadable(path, error) from error
    except msgspec.DecodeError as error:
        raise SnapshotError(
            f"this is not JSON ({error})", where=where, advice="write the snapshot again"
        ) from error
    version = raw.get("schema_version", SCHEMA_VERSION) if isinstance(raw, dict) else SCHEMA_VERSION
    if version != SCHEMA_VERSION:
        raise SnapshotError(
            f"schema_version is {version!r}, this trimtab reads {SCHEMA_VERSION}",
            where=where,
            advice="use the trimtab that wrote it, or write it again",
        )
    if isinstance(raw, dict) and raw.get("services") == []:
        raise SnapshotError(
            "the fleet has no services", where=where, advice="list at least one under services"
        )
    try:
        fleet = msgspec.convert(raw, Fleet)
    except msgspec.ValidationError as error:
        advice = "correct the field, or write the snapshot again"
        raise SnapshotError(_named(str(error), raw), where=where, advice=advice) from error
    check_fleet(fleet, where)
    return with_told(fleet)


def encode_fleet(fleet: Fleet) -> bytes:
    """Return ``fleet.json``. Constructors check nothing, and take 10 for 10.0: reading back does both."""
    try:
        read_back = msgspec.json.decode(msgspec.json.encode(fleet), type=Fleet)
    except msgspec.ValidationError as error:
        raise SnapshotError(str(error), where="fleet", advice="correct the field") from error
    plain = _without_later(_without_absent(read_back))
    return msgspec.json.format(msgspec.json.encode(plain), indent=2) + b"\n"


OPTIONAL = (
    "alarm_changes",
    "failures",
    "identity",
    "not_scaled",
    "notes",
    "scaling_activities",
    "scheduled",
    "skipped",
    "suspended",
    "tracking",
    "unmodelled",
)
"""Fields of a fleet, a service or its scaling that are not written where nothing was read for them."""
POLICY_DEFAULTS = {"aggregation": "Average", "min_magnitude": 0, "missing": "missing"}
"""Of a step policy: fields that are not written where they are AWS's default."""


def _without_absent(fleet: Fleet) -> dict[str, Any]:
    """Return the fleet as JSON will have it, without what was not read."""
    raw: dict[str, Any] = msgspec.to_builtins(fleet)
    for service in raw["services"]:
        del service["fitted"]
    for one in (raw, *raw["services"], *(service["scaling"] for service in raw["services"])):
        for name in OPTIONAL:
            if not one.get(name, True):
                del one[name]
    for policy in (policy for service in raw["services"] for policy in service["scaling"]["policies"]):
        for name, value in POLICY_DEFAULTS.items():
            if policy[name] == value:
                del policy[name]
    return raw


def _without_later(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_later(one) for key, one in value.items() if one is not None or key not in LATER}
    if isinstance(value, list | tuple):
        return [_without_later(one) for one in value]
    return value


def _named(message: str, raw: object) -> str:
    """Put the service's name beside the index by which msgspec knows it."""
    matched = re.search(r"\$\.services\[(\d+)\]", message)
    services = raw.get("services") if isinstance(raw, dict) else None
    if matched is None or not isinstance(services, list):
        return message
    service = services[int(matched[1])]
    name = service.get("name") if isinstance(service, dict) else None
    return f"{message} (service {name})" if isinstance(name, str) else message


def _skipped(fleet: Fleet, reported: Mapping[str, Reported]) -> tuple[LeftOut, ...]:
    skips = (skip_of(service.name, reported.get(service.name, Reported())) for service in fleet.services)
    return (*fleet.skipped, *(skip for skip in skips if skip is not None))


def _long(metrics: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Put the services' tables one under the other, sorted by service."""
    parts = [
        metrics[name].select(pl.lit(name).alias("service"), pl.exclude("service")) for name in sorted(metrics)
    ]
    if not parts:
        return pl.DataFrame(schema=EMPTY)
    return pl.concat(parts)


def _encode_metrics(table: pl.DataFrame) -> bytes:
    # Pages follow the chunks a table happens to have in memory: one chunk, or equal tables differ.
    empty = {name for name in LATER_COLUMNS if name not in table.columns or not table[name].count()}
    written = [name for name in COLUMNS if name not in empty]
    whole = table.select(written).rechunk()
    buffer = io.BytesIO()
    whole.write_parquet(buffer, compression="zstd", compression_level=19, statistics=True)
    return buffer.getvalue()
