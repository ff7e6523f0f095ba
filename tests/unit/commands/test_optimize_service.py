"""``optimize --service``: one service anew, the others exactly as an earlier run left them."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import msgspec
import polars as pl
import pytest
from commands.made import trimtab
from commands.one_service import (
    DOCUMENT,
    FILES,
    PAGE,
    SERVICES,
    VALUES,
    copied,
    files,
    first,
    fleet,
    run,
)
from fleet import made
from report.made import Told
from takeover import made as identified

from trimtab.advice.case.objective import LaidDown, Objective
from trimtab.commands.optimize import optimize
from trimtab.document.kept import Scope
from trimtab.document.read import read_document
from trimtab.errors import EXIT_USAGE
from trimtab.fleet.left_out import LeftOutReason
from trimtab.snapshot.folder import snapshot_of, write_snapshot
from trimtab.values.read import read_proposals

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copied(tmp_path)


def afresh(tmp_path: Path, objective: Objective) -> dict[str, bytes]:
    """What a run for all services writes."""
    folder = tmp_path / "afresh"
    shutil.copytree(tmp_path / "in", folder / "in")
    run(folder, objective=objective)
    return files(folder)


@pytest.mark.parametrize("names", [("api",), ("jobs",), ("web", "api"), ("api", "api"), ("idle",)])
def test_the_same_question_for_some_services_gives_the_bytes_of_a_run_for_all(
    folder: Path, names: tuple[str, ...]
) -> None:
    before, said = files(folder), Told()
    outcome = run(folder, *names, progress=said)
    assert files(folder) == before
    assert set(before) == {*FILES, PAGE}
    searched = [line for line in said if line.startswith("searched")]
    asked = [name for name in ("api", "jobs", "web") if name in names]
    assert [line.partition(",")[0] for line in searched] == [
        f"searched {name} ({i} of {len(asked)})" for i, name in enumerate(asked, 1)
    ]
    # The screen shows all of them, and that one is left out.
    assert [row.service for row in outcome.report.rows] == ["api", "jobs", "web"]
    assert outcome.partial


def test_another_promise_for_one_service_gives_what_a_run_for_all_under_it_gives(folder: Path) -> None:
    before = read_document(folder / "out" / DOCUMENT)
    objective = Objective(services={"web": LaidDown(min_tasks=30, deregistration_delay_s=600)})
    outcome = run(folder, "web", objective=objective)
    assert files(folder) == afresh(folder, objective)
    after = read_document(folder / "out" / DOCUMENT)
    assert after.services[:2] == before.services[:2]
    assert after.services[2] != before.services[2]
    assert after.objective == objective
    assert after.cost.after_usd_month > before.cost.after_usd_month
    assert read_proposals(folder / "out" / VALUES)["web"].ladders.min_tasks >= 30
    assert outcome.report.after_usd_month == outcome.recommendation.cost.after_usd_month
    # And back again.
    run(folder, "web")
    assert read_document(folder / "out" / DOCUMENT) == before


def test_a_service_that_is_left_out_now_goes_and_what_names_it_follows(folder: Path) -> None:
    before = files(folder)
    too_small = Objective(services={"api": LaidDown(cpu_units=256, memory_mib=512)})
    full = fleet()
    table = full.metrics["api"].with_columns(pl.col("memory_average_percent", "memory_maximum_percent") * 3)
    tables = [one.with_columns(service=pl.lit(name)) for name, one in {**full.metrics, "api": table}.items()]
    columns = ["service", *table.columns]
    write_snapshot(snapshot_of(full.fleet, pl.concat(one.select(columns) for one in tables)), folder / "in")
    shutil.rmtree(folder / "out")
    run(folder)
    assert files(folder) != before
    outcome = run(folder, "api", objective=too_small)
    assert {one.service: one.reason for one in outcome.recommendation.left_out} == {
        "idle": LeftOutReason.NO_METRICS,
        "api": LeftOutReason.NO_SIZE,
    }
    assert files(folder) == afresh(folder, too_small)
    text = (folder / "out" / VALUES).read_text(encoding="utf-8")
    assert "callers  " not in text
    assert "called by api, which is left out" in " ".join(text.replace("#", "").split())
    # One that stays left out stays so with its words, and one that comes back is called again.
    written = files(folder)
    run(folder, "web", objective=too_small)
    assert files(folder) == written
    run(folder, "api")
    assert 'callers         = ["api"]' in (folder / "out" / VALUES).read_text(encoding="utf-8")


def test_without_o_only_the_named_are_shown_and_nothing_is_written() -> None:
    before = files(first())
    said = Told()
    outcome = optimize(first() / "in", None, services=["jobs", "jobs"], effort=made.LITTLE, progress=said)
    assert [row.service for row in outcome.report.rows] == ["jobs"]
    assert outcome.report.left_out == ()
    assert not outcome.partial
    assert outcome.report.files == ()
    assert said[-1].startswith("searched jobs (1 of 1), $")
    whole = read_document(first() / "out" / DOCUMENT)
    (advice,) = outcome.recommendation.services
    assert float(advice.cost.after_usd_month) == whole.services[1].cost.after_usd_month
    silent = optimize(first() / "in", None, services=["idle"], effort=made.LITTLE)
    assert silent.partial
    assert [note.service for note in silent.report.left_out] == ["idle"]
    assert silent.report.rows == ()
    assert files(first()) == before


def test_an_objective_may_name_services_that_are_not_searched() -> None:
    objective = Objective(services={"web": LaidDown(min_tasks=3)})
    outcome = optimize(first() / "in", None, objective=objective, services=["api"], effort=made.LITTLE)
    assert [row.service for row in outcome.report.rows] == ["api"]


def test_the_file_of_a_service_that_is_gone_is_removed(folder: Path) -> None:
    (folder / "out" / "recommendation" / "mine.json").touch()
    whole = fleet()
    kept = tuple(one for one in whole.fleet.services if one.name != "web")
    tables = [whole.metrics[name].with_columns(service=pl.lit(name)) for name in ("api", "jobs")]
    rows = pl.concat(tables).sort("service", "timestamp")
    write_snapshot(snapshot_of(msgspec.structs.replace(whole.fleet, services=kept), rows), folder / "in")
    run(folder)
    assert set(files(folder)) == {*FILES, PAGE, "recommendation/mine.json"} - {SERVICES[2]}


def test_a_fleet_that_is_taken_over_has_its_copy_again(tmp_path: Path) -> None:
    services = identified.service("api"), identified.service("web", 120)
    tables = pl.concat([made.metrics(one) for one in services]).sort("service", "timestamp")
    write_snapshot(snapshot_of(identified.fleet(*services), tables), tmp_path / "in")
    run(tmp_path)
    before = files(tmp_path)
    takeover = {"imports.tf", "adopt.auto.tfvars", "not-owned.md"}
    assert set(before) == {*FILES, PAGE, "fleet.json", *takeover} - {SERVICES[1]}
    run(tmp_path, "web")
    assert files(tmp_path) == before


def test_a_scope_without_names_has_every_service() -> None:
    assert Scope().has("api")
    assert not Scope(names=frozenset({"web"})).has("api")


def test_the_command_takes_the_flag_again_and_again_and_refuses_in_one_line(folder: Path) -> None:
    laid = folder / "objective.json"
    laid.write_text('{"min_tasks": 2, "services": {"jobs": {"min_tasks": 4}}}', encoding="utf-8")
    done = trimtab(
        "optimize",
        folder / "in",
        "--service",
        "jobs",
        "--service",
        "jobs",
        "--objective",
        laid,
        "--min-tasks",
        "3",
    )
    assert done.returncode == 0, done.stderr
    assert "jobs (1 of 1)" in done.stderr
    assert re.search(r"^jobs .* 4-\d+ ", done.stdout, re.MULTILINE)
    assert "nothing was written" in done.stderr
    for arguments, said in (
        (
            ("--service", "nobody"),
            "error: --service: there is no service 'nobody' in the snapshot; known: api, ",
        ),
        (("--service", "api", "-o", folder / "new"), f"error: {folder / 'new'}: holds no earlier result"),
        (("--service", "api", "-o", folder / "out", "--seed", "1"), "another objective: seed"),
    ):
        run = trimtab("optimize", folder / "in", *arguments)
        assert run.returncode == EXIT_USAGE
        assert run.stdout == ""
        assert "Traceback" not in run.stderr
        assert said in run.stderr.splitlines()[-1]
    laid.write_text('{"services": {"nobody": {}}}', encoding="utf-8")
    run = trimtab("optimize", folder / "in", "--objective", laid)
    assert run.returncode == EXIT_USAGE
    assert run.stderr.splitlines()[-1] == (
        "error: objective: services: there is no service 'nobody' in the snapshot; "
        "known: api, jobs, web, idle"
    )
