from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl
import pytest
from fleet import made
from fleet.made import service, size, times, traffic
from snapshot.minutes import MINUTES, START, fleet, rows

from trimtab.errors import SnapshotError
from trimtab.fleet.model import Scaling
from trimtab.snapshot.checks import check_fleet
from trimtab.snapshot.contract import METRIC_COLUMNS
from trimtab.snapshot.folder import LATER, LATER_COLUMNS, read_snapshot, snapshot_of, write_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sound snapshot of api and worker, for a test to spoil."""
    path = tmp_path / "snapshot"
    write_snapshot(snapshot_of(fleet("api", "worker"), pl.concat([rows("api"), rows("worker")])), path)
    return path


def spoil_fleet(path: Path, change: Callable[[Any], None]) -> None:
    raw = msgspec.json.decode((path / "fleet.json").read_bytes())
    change(raw)
    (path / "fleet.json").write_bytes(msgspec.json.encode(raw))


def spoil_metrics(path: Path, change: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    change(pl.read_parquet(path / "metrics.parquet")).write_parquet(path / "metrics.parquet")


def refusal(path: Path) -> str:
    with pytest.raises(SnapshotError) as caught:
        read_snapshot(path)
    line = caught.value.one_line()
    assert "\n" not in line
    assert caught.value.where
    assert caught.value.advice
    assert caught.value.exit_code == 2
    return line


def at_row(row: int, column: str, value: object) -> Callable[[pl.DataFrame], pl.DataFrame]:
    def change(frame: pl.DataFrame) -> pl.DataFrame:
        dtype = frame.schema[column]
        here = pl.int_range(pl.len()) == row
        return frame.with_columns(
            pl.when(here).then(pl.lit(value, dtype=dtype)).otherwise(column).alias(column)
        )

    return change


def test_what_was_written_is_read_back_equal(folder: Path) -> None:
    snapshot = read_snapshot(folder)
    assert snapshot.fleet == fleet("api", "worker")
    read = snapshot.metrics["worker"]
    assert read.select(rows("worker").drop("service").columns).equals(rows("worker").drop("service"))
    assert read.select(LATER_COLUMNS).null_count().row(0) == (MINUTES,) * len(LATER_COLUMNS)
    assert snapshot.skipped == ()
    assert [each.name for each in snapshot.usable] == ["api", "worker"]


def test_the_same_snapshot_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_snapshot(read_snapshot(folder), tmp_path / "again")
    for name in ("fleet.json", "metrics.parquet"):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()


def test_what_later_fields_say_is_written_and_read_and_where_they_say_nothing_they_are_not_there(
    tmp_path: Path,
) -> None:
    silent = snapshot_of(fleet("api"), rows("api"))
    write_snapshot(silent, tmp_path / "silent")
    text = (tmp_path / "silent" / "fleet.json").read_text(encoding="utf-8")
    assert not any(name in text for name in LATER)
    assert '"log_retention_days": null' in text  # as the first snapshots have it
    said = service("api", log_bytes_day=5, traffic=traffic(response_times=times(3.5)))
    told = msgspec.structs.replace(silent.fleet, container_insights="enhanced", services=(said,))
    write_snapshot(replace(silent, fleet=told), tmp_path / "told")
    assert read_snapshot(tmp_path / "told").fleet == told


def test_the_same_rows_give_the_same_bytes_however_they_lie_in_memory(folder: Path, tmp_path: Path) -> None:
    sound = read_snapshot(folder)
    pieces = {
        name: pl.concat([frame[i : i + 31] for i in range(0, MINUTES, 31)], rechunk=False)
        for name, frame in sound.metrics.items()
    }
    assert pieces["api"].n_chunks() > 1
    write_snapshot(replace(sound, metrics=pieces), tmp_path / "again")
    assert (tmp_path / "again/metrics.parquet").read_bytes() == (folder / "metrics.parquet").read_bytes()


def test_a_minute_without_a_row_becomes_a_row_of_nulls_on_the_fleets_clock(folder: Path) -> None:
    spoil_metrics(folder, lambda frame: frame.filter(pl.int_range(pl.len()) != 7))
    metrics = read_snapshot(folder).metrics["api"]
    assert metrics.height == MINUTES
    assert metrics.row(7) == (START + timedelta(minutes=7), *[None] * len(METRIC_COLUMNS))
    assert metrics.row(8)[1] == 40.0


def test_a_snapshot_that_cannot_be_true_is_not_written_at_all(tmp_path: Path) -> None:
    sound = snapshot_of(fleet("api"), rows("api"))
    spoiled = replace(sound, metrics={"api": rows("api", cpu_average_percent=-1.0).drop("service")})
    with pytest.raises(SnapshotError, match="negative"):
        write_snapshot(spoiled, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_fleet_that_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    sound = snapshot_of(fleet("api"), rows("api"))
    spoiled = replace(
        sound, fleet=msgspec.structs.replace(sound.fleet, services=(service("api", port=70000),))
    )
    with pytest.raises(SnapshotError, match=r"port"):
        write_snapshot(spoiled, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_order_of_columns_in_the_file_does_not_matter(folder: Path) -> None:
    spoil_metrics(folder, lambda frame: frame.select(sorted(frame.columns, reverse=True)))
    assert read_snapshot(folder).metrics["api"].columns == ["timestamp", *METRIC_COLUMNS]


def test_a_failed_write_leaves_the_old_files_and_no_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def disk_full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", disk_full)
    with pytest.raises(SnapshotError, match="No space left on device"):
        write_snapshot(snapshot_of(fleet("api"), rows("api")), folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_missing_folder_a_file_and_missing_files_are_named(folder: Path, tmp_path: Path) -> None:
    assert "no such snapshot folder" in refusal(tmp_path / "nowhere")
    assert "a file, not a snapshot folder" in refusal(folder / "fleet.json")
    (folder / "metrics.parquet").unlink()
    assert "metrics.parquet: the file is missing" in refusal(folder)
    (folder / "fleet.json").unlink()
    assert "fleet.json: the file is missing" in refusal(folder)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b'{"days": NaN}', b"[1, 2"])
def test_what_is_not_json_is_called_that(folder: Path, content: bytes) -> None:
    (folder / "fleet.json").write_bytes(content)
    assert "not JSON" in refusal(folder)


@pytest.mark.parametrize("kept", [0, 3, 200, 0.5, 0.99])
def test_a_parquet_file_cut_short_is_called_that(folder: Path, kept: float) -> None:
    path = folder / "metrics.parquet"
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content)) if 0 < kept < 1 else int(kept)])
    assert "not a whole parquet file" in refusal(folder)


def set_in(*path: str | int, value: object) -> Callable[[Any], None]:
    def change(raw: dict[Any, Any]) -> None:
        for key in path[:-1]:
            raw = raw[key]
        raw[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (set_in("colour", value="red"), "unknown field `colour`"),
        (set_in("services", 1, "colour", value="red"), "`colour` - at `$.services[1]` (service worker)"),
        (set_in("services", value=[]), "the fleet has no services"),
        (set_in("schema_version", value=2), "schema_version is 2, this trimtab reads 1"),
        (set_in("services", 0, "size", "memory_mib", value=700), "service api: 1024/700 is no Fargate"),
        (set_in("services", 0, "architecture", value="RISCV"), "`$.services[0].architecture` (service api)"),
        (set_in("services", 0, "scaling", "min_tasks", value=13), "min_tasks 13 is above max_tasks 12"),
        (
            set_in("services", 0, "egress", value=[{"name": "database", "port": 5432}]),
            "service api: egress database has both or neither of cidr and security_group_id",
        ),
        (set_in("services", 1, "name", value="api"), "2 services are called 'api'"),
        (set_in("start", value="yesterday"), "start is 'yesterday', which is no whole minute in UTC"),
        (set_in("start", value="2026-11-02T00:00:00+02:00"), "no whole minute in UTC"),
        (set_in("start", value="2026-11-02T00:00:00"), "no whole minute in UTC"),
        (set_in("days", value=1.00001), "no whole number of minutes"),
        (set_in("start", value="9999-12-31T00:00:00Z"), "beyond any metrics"),
        (set_in("days", value=1e12), "within 455 days"),
        (set_in("container_insights", value="on"), "Invalid enum value 'on'"),
        (set_in("services", 0, "log_bytes_day", value=-1), "`$.services[0].log_bytes_day` (service api)"),
        (
            set_in(
                "services", 0, "traffic", "response_times",
                value={"requests": 9, "p50_s": 0.2, "p99_s": 0.1, "p999_s": 1.0, "max_s": 2.0},
            ),
            "0.2, 0.1, 1 and 2 s must not fall - at `$.services[0].traffic.response_times` (service api)",
        ),
    ],
)  # fmt: skip
def test_a_fleet_that_cannot_be_true_is_refused_in_words(
    folder: Path, change: Callable[[Any], None], said: str
) -> None:
    spoil_fleet(folder, change)
    assert said in refusal(folder)


def test_an_unknown_size_names_valid_ones_near_it(folder: Path) -> None:
    spoil_fleet(folder, set_in("services", 0, "size", value={"cpu_units": 256, "memory_mib": 700}))
    assert "nearest: 256/512, 256/1024, 256/2048" in refusal(folder)


NOON = "service api, 2026-11-02T12:00:00Z"


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("cpu_average_percent", float("nan"), "cpu_average_percent is NaN"),
        ("requests", float("inf"), "requests is infinite"),
        ("memory_average_percent", -0.5, "memory_average_percent is -0.5"),
        ("running_tasks", -1, "running_tasks is -1"),
        ("memory_maximum_percent", 200.5, "memory_maximum_percent is 200.5, above 200 %"),
        ("cpu_average_percent", 50.75, "cpu_average_percent is 50.75, above cpu_maximum_percent"),
        ("memory_average_percent", 36.0, "memory_average_percent is 36.0, above memory_maximum_percent"),
    ],
)
def test_a_value_that_cannot_be_true_is_named_with_its_service_and_minute(
    folder: Path, column: str, value: float, said: str
) -> None:
    spoil_metrics(folder, at_row(720, column, value))
    line = refusal(folder)
    assert said in line
    assert NOON in line


def test_an_average_above_its_maximum_by_rounding_and_a_little_over_100_percent_are_believed(
    folder: Path,
) -> None:
    spoil_metrics(folder, at_row(720, "cpu_average_percent", 50.4))
    spoil_metrics(folder, at_row(721, "cpu_maximum_percent", 103.0))
    assert read_snapshot(folder).skipped == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: f.reverse(), "the row is out of order"),
        (lambda f: pl.concat([f[1440:2880], f[:1440], f[2880:]]), "the row is out of order"),
        (lambda f: pl.concat([f[2880:], f[:2880]]), "the row is out of order"),
        (lambda f: pl.concat([f[:721], f[720:]]), f"{NOON}: two rows have this timestamp"),
        (
            lambda f: f.with_columns(pl.col("timestamp").dt.offset_by("30s")),
            "00:00:30Z: the timestamp is not on",
        ),
        (
            lambda f: f.with_columns(pl.col("timestamp").dt.offset_by("-1m")),
            "2026-11-01T23:59:00Z: the minute lies",
        ),
        (
            lambda f: f.with_columns(pl.col("timestamp").dt.offset_by("1m")),
            "2026-11-04T00:00:00Z: the minute lies",
        ),
        (lambda f: f.with_columns(service=pl.col("service").replace("api", "apex")), "not in fleet.json"),
        (at_row(720, "service", None), "service is null in row 720"),
        (at_row(720, "timestamp", None), "timestamp is null in row 720"),
    ],
)
def test_rows_that_do_not_fit_their_clock_or_fleet_are_refused(
    folder: Path, change: Callable[[pl.DataFrame], pl.DataFrame], said: str
) -> None:
    spoil_metrics(folder, change)
    assert said in refusal(folder)


def test_microseconds_off_the_minute_are_seen_too(folder: Path) -> None:
    fine = pl.col("timestamp").cast(pl.Datetime("us", "UTC"))
    spoil_metrics(folder, lambda frame: frame.with_columns(fine))
    assert read_snapshot(folder).skipped == ()
    spoil_metrics(folder, lambda frame: frame.with_columns(pl.col("timestamp").dt.offset_by("5us")))
    assert "not on the minute" in refusal(folder)


def test_a_time_in_the_wrong_unit_is_refused_even_beyond_the_calendar(folder: Path) -> None:
    thousandfold = pl.col("timestamp").cast(pl.Int64) * 1000
    spoil_metrics(folder, lambda f: f.with_columns(thousandfold.cast(pl.Datetime("ms", "UTC"))))
    assert "1.79e+12 s after 1970: the minute lies outside" in refusal(folder)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: f.drop("requests"), "column requests is missing"),
        (lambda f: f.with_columns(latency=pl.lit(1.0)), "column latency is not known"),
        (
            lambda f: f.with_columns(pl.col("running_tasks").cast(pl.Float64)),
            "column running_tasks is Float64",
        ),
        (lambda f: f.with_columns(pl.col("requests").cast(pl.String)), "column requests is String"),
        (
            lambda f: f.with_columns(pl.col("timestamp").dt.replace_time_zone(None)),
            "column timestamp is Datetime",
        ),
        (lambda f: f.with_columns(pl.col("timestamp").dt.epoch("s")), "column timestamp is Int64"),
    ],
)
def test_a_column_that_is_not_the_contracts_is_refused(
    folder: Path, change: Callable[[pl.DataFrame], pl.DataFrame], said: str
) -> None:
    spoil_metrics(folder, change)
    assert said in refusal(folder)


def test_a_contradictory_service_is_refused_before_it_becomes_a_snapshot() -> None:
    wrong = msgspec.structs.replace(fleet("api"), services=(service("api", size=size(256, 8192)),))
    with pytest.raises(SnapshotError, match="no Fargate task size"):
        snapshot_of(wrong, rows("api"))
    wrong = msgspec.structs.replace(
        fleet("api"), services=(service("api", scaling=Scaling(min_tasks=3, max_tasks=2)),)
    )
    with pytest.raises(SnapshotError, match="min_tasks 3 is above max_tasks 2"):
        snapshot_of(wrong, rows("api"))


def test_a_start_of_more_than_a_day_is_refused(tmp_path: Path) -> None:
    slow = made.service("api", start_samples=made.starts(1e300, count=1))
    with pytest.raises(SnapshotError, match="a start took 1e"):
        check_fleet(made.fleet(slow), str(tmp_path))
