"""What a scheduler's address may be, and what is said before anything is asked of one."""

from __future__ import annotations

import pickle
import re
import sys
from pathlib import Path

import polars as pl
import pytest
from fleet import made

from trimtab.advice.advise import Advising
from trimtab.advice.case.objective import DEFAULT
from trimtab.catalog.own_prices import prices_for
from trimtab.errors import EXIT_USAGE, SnapshotError, UsageError
from trimtab.fleet.model import TaskSize
from trimtab.snapshot.folder import read_snapshot, write_snapshot
from trimtab.store import Store
from trimtab.workers.cluster import DaskScheduler, hand_out

PRICES = prices_for("us-east-1", None, None)


@pytest.mark.parametrize(
    "address",
    [
        "tls://scheduler.internal:8786",
        "tls://10.0.0.5:8786",
        "tcp://127.0.0.1:1",
        "tcp://localhost:1",
        "tcp://[::1]:8786",
    ],
)
def test_tls_goes_anywhere_and_plain_tcp_stays_here(address: str) -> None:
    assert DaskScheduler(address).address == address


@pytest.mark.parametrize(
    "address",
    [
        "tcp://10.0.0.5:8786",
        "tcp://localhost.example.com:1",
        "tcp://0.0.0.0:8786",
        "tcp://127.0.0.1.example.com:1",
    ],
)
def test_plain_tcp_off_this_machine_is_refused(address: str) -> None:
    with pytest.raises(
        UsageError, match=r"--scheduler: tcp:// leaves this machine unencrypted.*use tls://"
    ) as caught:
        DaskScheduler(address)
    assert caught.value.exit_code == EXIT_USAGE


@pytest.mark.parametrize(
    "address",
    ["", "here", "10.0.0.5:8786", "tls://host", "tls://:8786", "tls://host:x", "ws://host:1", "inproc://a:1"],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match=r"is no scheduler's address; tls://HOST:PORT$"):
        DaskScheduler(address)


def test_without_dask_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"Dask is not installed; pip install 'trimtab\[dask\]'"):
        list(hand_out(lambda _: str, ["a"], DaskScheduler("tcp://127.0.0.1:1")))


def test_tls_without_certificates_is_refused() -> None:
    pytest.importorskip("distributed")
    with pytest.raises(UsageError, match="there are no certificates for tls://"):
        list(hand_out(lambda _: str, ["a"], DaskScheduler("tls://127.0.0.1:1")))


def test_the_page_s_time_and_cost_follow_from_the_measured_seconds_and_the_catalog() -> None:
    page = (Path(__file__).parents[2] / "docs" / "cluster.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([\d,]+) \| (\d+) \| ([\d,]+) \| ([\d.]+) \|$", page, re.MULTILINE)
    assert len(rows) == 4
    cpu_s = float(re.findall(r"from the measured ([\d.]+) CPU seconds a service", page)[0])
    hour_usd = PRICES.task_hour_usd(TaskSize(cpu_units=1024, memory_mib=2048), "X86_64", spot=False)
    for services, workers, seconds, usd in rows:
        taken_s = 60 + 15 + cpu_s * int(services.replace(",", "")) / int(workers)
        assert f"{taken_s:,.0f}" == seconds
        assert f"{(int(workers) + 1) * taken_s / 3600 * float(hour_usd):.2f}" == usd


def test_the_work_on_one_service_is_small_and_finds_the_same_elsewhere(tmp_path: Path) -> None:
    services = [made.service(f"s{number}", traffic=None) for number in range(30)]
    write_snapshot(made.snapshot(*services), tmp_path)
    whole = Advising(read_snapshot(tmp_path), PRICES, DEFAULT, made.LITTLE, Store(tmp_path / "kept"))
    sent = pickle.dumps(whole.alone("s7"))
    assert len(sent) < 30_000
    there = pickle.loads(sent)  # noqa: S301  # made in the line before the last
    assert there("s7") == whole("s7")
    assert there.store is None


def test_a_worker_that_reads_other_rows_says_so(tmp_path: Path) -> None:
    write_snapshot(made.snapshot(made.service("api"), made.service("web")), tmp_path)
    work = Advising(read_snapshot(tmp_path), PRICES, DEFAULT, made.LITTLE).alone("api")
    table = pl.read_parquet(tmp_path / "metrics.parquet")
    table.with_columns(pl.col("cpu_average_percent") * 0.99).write_parquet(tmp_path / "metrics.parquet")
    with pytest.raises(SnapshotError, match="api: a worker reads other rows than this machine"):
        work("api")
