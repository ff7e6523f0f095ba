"""Kept answers: read back as they were, found anew where anything is in doubt, and never run."""

from __future__ import annotations

import os
import pickle
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import polars as pl
import pytest
from fleet import made

from trimtab import store as keeping
from trimtab.advice.advise import Advising
from trimtab.advice.case.objective import DEFAULT, Objective
from trimtab.advice.model import Advice
from trimtab.catalog.own_prices import prices_for
from trimtab.commands.optimize import optimize
from trimtab.fleet.left_out import LeftOut, LeftOutReason
from trimtab.ladders.search import Effort
from trimtab.snapshot.folder import read_snapshot, write_snapshot
from trimtab.snapshot.rows import Rows
from trimtab.store import Store, version

if TYPE_CHECKING:
    from pathlib import Path

PRICES = prices_for("us-east-1", None, None)
LEFT = LeftOut(service="api", reason=LeftOutReason.CANNOT_TELL, detail="why")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "kept" / "services")


@pytest.fixture(scope="module")
def work() -> Advising:
    return Advising(made.snapshot(made.service("api"), made.service("jobs")), PRICES, DEFAULT, made.LITTLE)


@pytest.fixture(scope="module")
def advice(work: Advising) -> Advice:
    found = work("api")
    assert isinstance(found, Advice)
    return found


def test_an_answer_comes_back_as_it_was_for_what_it_was_found_from(store: Store, advice: Advice) -> None:
    store.put("api", "a", advice)
    store.put("jobs", "a", LEFT)
    assert store.get("api", "a") == advice
    assert store.get("jobs", "a") == LEFT
    assert store.get("api", "b") is None
    assert store.get("web", "a") is None
    assert len((store.folder / "api.answer").read_bytes()) < 40_000


def test_names_that_are_gone_are_removed_and_nothing_else(store: Store) -> None:
    for name in ("api", "jobs"):
        store.put(name, "a", LEFT)
    (store.folder / "mine.txt").touch()
    (store.folder / ".jobs.answer.x7f2").touch()
    store.keep(["jobs", "web"])
    assert {path.name for path in store.folder.iterdir()} == {"jobs.answer", "mine.txt"}


@pytest.mark.parametrize("cut", [0, 1, 100, -1])
def test_a_file_that_is_cut_short_counts_as_none(store: Store, advice: Advice, cut: int) -> None:
    store.put("api", "a", advice)
    path = store.folder / "api.answer"
    path.write_bytes(path.read_bytes()[:cut])
    assert store.get("api", "a") is None


class _Planted:
    def __init__(self, *call: object) -> None:
        self.call = call

    def __reduce__(self) -> tuple[object, ...]:
        return self.call[0], self.call[1:]


@pytest.mark.parametrize(
    "call",
    [
        (os.mkdir, "planted"),
        (keeping.write_together, {}),
        (eval, "open('planted', 'w')"),
        (getattr, LEFT, "detail"),
    ],
    ids=["system", "own function", "eval", "getattr"],
)
def test_what_somebody_planted_is_not_run(
    store: Store, call: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store.put("api", "a", _Planted(*call))
    assert pickle.loads((store.folder / "api.answer").read_bytes())  # noqa: S301  # it would have run
    (tmp_path / "planted").rmdir() if (tmp_path / "planted").is_dir() else None
    (tmp_path / "planted").unlink(missing_ok=True)
    assert store.get("api", "a") is None
    assert not (tmp_path / "planted").exists()


def test_rows_are_read_once_for_digest_and_search(
    tmp_path: Path, work: Advising, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_snapshot(work.snapshot, tmp_path / "in")
    read: list[str] = []
    real = Rows.__getitem__

    def counted(rows: Rows, name: str) -> pl.DataFrame:
        read.append(name)
        return real(rows, name)

    monkeypatch.setattr(Rows, "__getitem__", counted)
    kept = replace(work, snapshot=read_snapshot(tmp_path / "in"), store=Store(tmp_path / "kept"))
    kept("api")
    kept("api")
    assert read == ["api", "api"]


def test_where_nothing_can_be_kept_the_answer_is_found_all_the_same(tmp_path: Path, work: Advising) -> None:
    (tmp_path / "file").touch()
    blocked = replace(work, store=Store(tmp_path / "file" / "services"))
    assert blocked("api") == work("api")


def changed_rows(work: Advising) -> Advising:
    table = work.snapshot.metrics["api"]
    there = pl.int_range(pl.len()) == 77
    cpu = pl.col("cpu_average_percent")
    other = table.with_columns(
        pl.when(there).then(cpu - 0.5).otherwise(cpu).cast(pl.Float32).alias("cpu_average_percent")
    )
    return replace(work, snapshot=replace(work.snapshot, metrics={**work.snapshot.metrics, "api": other}))


def changed_service(work: Advising) -> Advising:
    api, *rest = work.snapshot.fleet.services
    fleet = msgspec.structs.replace(
        work.snapshot.fleet, services=(msgspec.structs.replace(api, stop_timeout_s=77), *rest)
    )
    return replace(work, snapshot=replace(work.snapshot, fleet=fleet))


def changed_fleet(work: Advising) -> Advising:
    fleet = msgspec.structs.replace(work.snapshot.fleet, environment="elsewhere")
    return replace(work, snapshot=replace(work.snapshot, fleet=fleet))


CHANGES = {
    "rows": changed_rows,
    "service": changed_service,
    "fleet": changed_fleet,
    "prices": lambda work: replace(work, prices=msgspec.structs.replace(PRICES, basis="mine")),
    "objective": lambda work: replace(work, objective=Objective(cpu_percent=70)),
    "effort": lambda work: replace(work, effort=Effort(drawn=61, rounds=1, varied=20)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_the_answer_hangs_on_is_in_the_digest(
    change: object, work: Advising, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[str] = []
    monkeypatch.setattr(Advising, "_found", lambda _, service, __: found.append(service.name) or LEFT)
    kept = replace(work, store=Store(tmp_path))
    assert kept("api") == kept("api") == LEFT
    assert found == ["api"]
    assert change(kept)("api") == LEFT  # type: ignore[operator]
    assert found == ["api", "api"]
    if change in {changed_rows, changed_service}:  # which are not those of the other
        kept("jobs")
        change(kept)("jobs")  # type: ignore[operator]
        assert found == ["api", "api", "jobs"]


def test_sources_and_releases_are_in_the_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    now = version()
    assert version.__wrapped__() == now
    for name, other in (("_files", lambda *_: [("a.py", b"")]), ("DECIDING", ("numpy",))):
        with monkeypatch.context() as patched:
            patched.setattr(keeping, name, other)
            assert version.__wrapped__() != now


def test_a_later_run_searches_what_changed_and_fresh_searches_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[str] = []
    real = Advising._found  # noqa: SLF001

    def counted(work: Advising, service: made.Service, metrics: pl.DataFrame) -> Advice | LeftOut:
        found.append(service.name)
        return real(work, service, metrics)

    monkeypatch.setattr(Advising, "_found", counted)
    services = made.service("api"), made.service("jobs", traffic=None)
    write_snapshot(made.snapshot(*services), tmp_path / "in")

    def run(**options: bool) -> dict[str, bytes]:
        optimize(tmp_path / "in", tmp_path / "out", effort=made.LITTLE, **options)  # type: ignore[arg-type]
        return {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir() if path.is_file()}

    first = run()
    assert found == ["api", "jobs"]
    assert run() == first
    assert found == ["api", "jobs"]
    assert run(fresh=True) == first
    assert found == ["api", "jobs"] * 2
    jobs = msgspec.structs.replace(services[1], stop_timeout_s=77)
    write_snapshot(made.snapshot(services[0], jobs), tmp_path / "in")
    assert run() != first
    assert found == ["api", "jobs"] * 2 + ["jobs"]
    assert (tmp_path / "out" / ".trimtab" / ".gitignore").read_text() == "*\n"
