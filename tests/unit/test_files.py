"""Modes: of the file that was there, else by the umask; and what may be secret for its owner alone."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from advice import made as made_choice
from fleet import made

from trimtab.advice.advise import Advising
from trimtab.advice.case.objective import DEFAULT
from trimtab.commands.optimize import optimize
from trimtab.files import create, write_together
from trimtab.snapshot.folder import write_snapshot
from trimtab.snapshot.unfinished import Partial
from trimtab.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(("mask", "wanted"), [(0o022, 0o644), (0o027, 0o640), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_follows_the_umask(tmp_path: Path, mask: int, wanted: int) -> None:
    with umask(mask):
        write_together({tmp_path / "a": b"1"})
    assert mode(tmp_path / "a") == wanted


@pytest.mark.parametrize("kept", [0o600, 0o640, 0o664, 0o444])
@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_a_file_that_was_there_keeps_its_mode(tmp_path: Path, kept: int, mask: int) -> None:
    (tmp_path / "a").touch()
    (tmp_path / "a").chmod(kept)
    with umask(mask):
        write_together({tmp_path / "a": b"1"})
    assert mode(tmp_path / "a") == kept
    assert (tmp_path / "a").read_bytes() == b"1"


@pytest.mark.parametrize("there", [None, 0o644])
def test_what_may_be_secret_is_for_its_owner_alone(tmp_path: Path, there: int | None) -> None:
    if there is not None:
        (tmp_path / "a").touch()
        (tmp_path / "a").chmod(there)
    with umask(0):
        write_together({tmp_path / "a": b"1"}, secret=[tmp_path / "a"])
    assert mode(tmp_path / "a") == 0o600


def test_no_moment_shows_what_the_file_that_was_there_hid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").touch()
    (tmp_path / "a").chmod(0o600)
    seen: list[int] = []
    real = os.fdopen
    monkeypatch.setattr(os, "fdopen", lambda *given: seen.append(mode(tmp_path / "b")) or real(*given))
    with umask(0):
        create(tmp_path / "b", b"1", instead_of=tmp_path / "a")
    assert seen == [0o600]


@pytest.mark.parametrize(("environment", "wanted"), [({}, 0o644), ({"LOG_LEVEL": "info"}, 0o600)])
def test_values_of_variables_are_their_owners_alone_wherever_they_are_written(
    tmp_path: Path, environment: dict[str, str], wanted: int
) -> None:
    snapshot = made.snapshot(made.service("api", environment=environment))
    with umask(0o022):
        write_snapshot(snapshot, tmp_path / "in")
        optimize(tmp_path / "in", tmp_path / "out", effort=made.LITTLE)
        work = Advising(snapshot, made_choice.PRICES, DEFAULT, made.LITTLE, Store(tmp_path / "kept"))
        work("api")
    assert mode(tmp_path / "in" / "fleet.json") == wanted
    assert mode(tmp_path / "in" / "metrics.parquet") == 0o644
    assert mode(tmp_path / "out" / "services.auto.tfvars") == wanted
    assert mode(tmp_path / "out" / "recommendation.json") == 0o644
    assert mode(tmp_path / "kept" / "api.answer") == 0o600


@pytest.mark.parametrize(("environment", "wanted"), [({}, 0o640), ({"LOG_LEVEL": "info"}, 0o600)])
def test_a_snapshot_that_is_taken_again_keeps_its_modes(
    tmp_path: Path, environment: dict[str, str], wanted: int
) -> None:
    snapshot = made.snapshot(made.service("api", environment=environment))
    write_snapshot(snapshot, tmp_path / "in")
    for name in ("fleet.json", "metrics.parquet"):
        (tmp_path / "in" / name).chmod(0o640)
    partial = Partial.open(tmp_path / "in", "arn", 2, datetime(2026, 11, 4, tzinfo=UTC))
    partial.finish(snapshot.fleet, [])
    assert mode(tmp_path / "in" / "fleet.json") == wanted
    assert mode(tmp_path / "in" / "metrics.parquet") == 0o640
