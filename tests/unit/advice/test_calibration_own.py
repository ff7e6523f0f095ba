"""CPU of the tasks' own: told on the first part of a record whose truth is known, judged on the rest."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import polars as pl
import pytest
from advice import lived

from trimtab.advice.calibration.fit import Calibration, cut_of
from trimtab.advice.calibration.own import OwnFound, own_found
from trimtab.advice.case.case import as_deployed, workload_of
from trimtab.catalog.load import prices
from trimtab.commands.calibrate import calibrated
from trimtab.demand.fill import NOT_FITTED, TOO_MUCH, recorded
from trimtab.demand.own import NOT_HELD, TOO_SHORT
from trimtab.demand.terms import NO_REQUESTS
from trimtab.report.layout import lines
from trimtab.report.replay.calibration import render
from trimtab.snapshot.fitted import FITTED_FILE
from trimtab.snapshot.folder import read_snapshot, write_snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from trimtab.demand.series import Demand
    from trimtab.fleet.model import Service
    from trimtab.replay.inputs import Task

IDLE_VCPU, BOOT_VCPU_S, DAYS = 0.05, 20.0, 10


def demand_in(folder: Path) -> Demand:
    snapshot = read_snapshot(folder)
    (service,) = snapshot.fleet.services
    return recorded(service, snapshot.metrics["web"])


def task_in(folder: Path) -> Task:
    snapshot = read_snapshot(folder)
    (service,) = snapshot.fleet.services
    return as_deployed(workload_of(service, demand_in(folder)), prices("us-east-1")).inputs.task


def calibrate(folder: Path, rows: tuple[Service, pl.DataFrame], days: int = DAYS) -> Calibration:
    write_snapshot(lived.snapshot(rows, days=days), folder)
    (found,) = calibrated(folder).found
    assert isinstance(found, Calibration)
    return found


def told(found: Calibration) -> str:
    return " ".join(lines(render([found])))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("own") / "in"


@pytest.fixture(scope="module")
def found(folder: Path) -> Calibration:
    return calibrate(folder, lived.lived_with_own(IDLE_VCPU, BOOT_VCPU_S))


def of(found: Calibration) -> OwnFound:
    assert found.own is not None
    return found.own.found


@pytest.mark.not_fast
def test_known_terms_are_found_on_the_first_part_and_are_worth_something_on_the_rest(
    found: Calibration,
) -> None:
    own = of(found)
    assert own.own.idle.value == pytest.approx(IDLE_VCPU, rel=0.07)
    assert own.own.boot.value == pytest.approx(BOOT_VCPU_S, rel=0.05)
    assert own.used
    assert own.error_vcpu < 0.9 * own.without_error_vcpu
    assert "it is used" in told(found)
    assert "a task without work 0.0" in told(found)


def test_nothing_of_the_rest_moves_what_is_fitted(folder: Path, found: Calibration) -> None:
    snapshot = read_snapshot(folder)
    (service,) = snapshot.fleet.services
    demand = recorded(msgspec.structs.replace(service, fitted=None), snapshot.metrics["web"])
    cut = cut_of(demand.tasks.size)
    cpu = demand.cpu_vcpu.copy()
    cpu[cut:] += 0.2 * demand.tasks[cut:]
    assert own_found(service, replace(demand, cpu_vcpu=cpu), cut).own == of(found).own


def test_the_errors_of_the_replay_are_published_with_the_terms_and_without(found: Calibration) -> None:
    assert found.own is not None
    apart, work = found.own.replays
    assert (apart.count_error, apart.bill_error) == (found.plain.count_error, found.plain.bill_error)
    assert max(apart.count_error, work.count_error) < 0.06
    assert max(abs(apart.bill_error), abs(work.bill_error)) < 0.02
    assert apart != work
    text = told(found)
    assert "own CPU apart" in text
    assert "all CPU as work" in text


def test_what_was_fitted_is_kept_and_is_what_other_commands_replay_with(
    folder: Path, found: Calibration
) -> None:
    own = of(found)
    kept = json.loads((folder / FITTED_FILE).read_text())["services"]["web"]["own"]
    assert kept["idle"]["value"] == own.own.idle.value
    assert kept["used"] is True
    assert demand_in(folder).own == own.own
    task = task_in(folder)
    assert task.idle_vcpu == own.own.idle.value
    assert task.boot_vcpu == pytest.approx(own.own.boot.value / 60)
    (folder / FITTED_FILE).rename(folder / "aside")
    try:
        assert demand_in(folder).own != own.own, "the whole record says another"
    finally:
        (folder / "aside").rename(folder / FITTED_FILE)


@pytest.mark.parametrize("change", ["no boot", "not used", "too much", "of an earlier release"])
def test_what_is_kept_is_used_as_it_says(
    folder: Path, found: Calibration, tmp_path: Path, change: str
) -> None:
    copy = tmp_path / "in"
    copy.mkdir()
    for name in ("fleet.json", "metrics.parquet"):
        (copy / name).write_bytes((folder / name).read_bytes())
    kept = json.loads((folder / FITTED_FILE).read_text())
    own = kept["services"]["web"]["own"]
    if change == "of an earlier release":
        del kept["services"]["web"]["own"]
    else:
        own |= {
            "no boot": {"boot": None},
            "not used": {"used": False},
            "too much": {"idle": {"value": 0.41, "most": 0.5}},
        }[change]
    (copy / FITTED_FILE).write_text(json.dumps(kept))
    got = demand_in(copy).own
    if change == "of an earlier release":
        assert got.idle.told
        assert got != of(found).own
    elif change == "no boot":
        assert (got.idle, got.boot.why) == (of(found).own.idle, NOT_FITTED)
    elif change == "not used":
        assert (got.idle.why, got.boot.why, got.idle.value, got.boot.value) == (NOT_HELD, NOT_HELD, 0, 0)
    else:
        assert (got.idle.why, got.boot) == (TOO_MUCH, of(found).own.boot)


@pytest.mark.not_fast
def test_terms_that_foretell_the_rest_no_better_are_not_used(tmp_path: Path) -> None:
    service, rows = lived.lived_with_own(IDLE_VCPU, BOOT_VCPU_S)
    cut, tasks = cut_of(len(rows)), rows["running_tasks"].to_numpy()
    # From the cut on the tasks wait on nothing, and start on nothing: another image.
    bare = lived.lived_with_own(0.0, 0.0)[1]
    changed = pl.concat([rows[:cut], bare[cut:]])
    assert (tasks[cut:] != changed["running_tasks"].to_numpy()[cut:]).any()
    one = calibrate(tmp_path / "in", (service, changed))
    own = of(one)
    assert own.told
    assert not own.used
    assert "it is not used, and all CPU counts as work" in told(one)
    assert demand_in(tmp_path / "in").own.idle.why == NOT_HELD
    assert one.own is not None
    assert one.plain.count_error == one.own.replays[1].count_error, "what is judged is what is used"


def test_where_the_first_part_does_not_tell_the_reason_has_its_numbers(tmp_path: Path) -> None:
    service, rows = lived.lived_with_own(IDLE_VCPU, BOOT_VCPU_S, days=4)
    one = calibrate(tmp_path / "in", (service, rows), days=4)
    own = of(one)
    assert not own.told
    assert own.own.idle.why == TOO_SHORT
    text = told(one)
    assert (
        f"({own.changes} changes of the count and {own.starts} starts, 20 of each are needed): a task "
        f"without work: cannot tell, because {TOO_SHORT}"
    ) in text
    assert own.changes > own.starts / 2 > 20
    assert "What the whole recording tells of it, if it does, is used" in text
    assert json.loads((tmp_path / "in" / FITTED_FILE).read_text())["services"]["web"]["own"] is None
    assert demand_in(tmp_path / "in").own.idle.told, "four days tell it"


def test_without_requests_nothing_is_told(tmp_path: Path) -> None:
    service, rows = lived.lived_with_own(IDLE_VCPU, BOOT_VCPU_S, days=6)
    one = calibrate(tmp_path / "in", (service, rows.with_columns(requests=pl.lit(0.0))), days=6)
    assert f"a start: cannot tell, because {NO_REQUESTS}" in told(one)


def test_where_tasks_use_nothing_of_their_own_nothing_is_used(tmp_path: Path) -> None:
    one = calibrate(tmp_path / "in", lived.lived_with_own(0.0, 0.0))
    assert not of(one).used
