"""``optimize --service``: one service anew, the others exactly as an earlier run left them."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl
import pytest
from commands.made import trimtab
from fleet import made
from report.made import Told
from takeover import made as identified

from trimtab.advice.case.objective import DEFAULT, LaidDown, Objective, Spot
from trimtab.commands.optimize import optimize
from trimtab.document.files import digest_of
from trimtab.document.kept import Scope
from trimtab.document.read import read_document
from trimtab.errors import EXIT_USAGE, UsageError
from trimtab.fleet.left_out import LeftOut, LeftOutReason
from trimtab.fleet.model import Scaling
from trimtab.snapshot.folder import snapshot_of, write_snapshot
from trimtab.values.read import read_proposals
from written import contents

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trimtab.commands.optimize import Optimized
    from trimtab.snapshot.contract import Snapshot

VALUES, DOCUMENT = "services.auto.tfvars", "recommendation.json"
SERVICES = tuple(f"recommendation/{name}.json" for name in ("api", "jobs", "web"))
FILES = (VALUES, DOCUMENT, *SERVICES)
PAGE = "report.html"
ONE = Scaling(min_tasks=1, max_tasks=12)


def fleet(**changes: Any) -> Snapshot:
    """Three services and one that never reported; ``jobs`` is called by ``api``."""
    services = (
        made.service("api"),
        made.service("jobs", traffic=None, callers=("api",), scaling=ONE),
        made.service("web", traffic=made.traffic(priority=110, response_times=made.times(42))),
        made.service("idle"),
    )
    tables = [made.metrics(one, cpu_percent=15.0 + 5 * i) for i, one in enumerate(services[:3])]
    whole = made.fleet(*services)
    return snapshot_of(
        msgspec.structs.replace(whole, **changes), pl.concat(tables).sort("service", "timestamp")
    )


def run(folder: Path, *names: str, objective: Objective = DEFAULT, **changes: Any) -> Optimized:
    return optimize(
        folder / "in", folder / "out", objective=objective, services=names, effort=made.LITTLE, **changes
    )


def files(folder: Path) -> dict[str, bytes]:
    return contents(folder / "out")


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("first")
    write_snapshot(fleet(), folder / "in")
    run(folder)
    return folder


@pytest.fixture
def folder(first: Path, tmp_path: Path) -> Path:
    """A folder of one's own with the snapshot and an earlier result."""
    shutil.copytree(first, tmp_path, dirs_exist_ok=True)
    return tmp_path


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


def test_without_o_only_the_named_are_shown_and_nothing_is_written(first: Path) -> None:
    before = files(first)
    said = Told()
    outcome = optimize(first / "in", None, services=["jobs", "jobs"], effort=made.LITTLE, progress=said)
    assert [row.service for row in outcome.report.rows] == ["jobs"]
    assert outcome.report.left_out == ()
    assert not outcome.partial
    assert outcome.report.files == ()
    assert said[-1].startswith("searched jobs (1 of 1), $")
    whole = read_document(first / "out" / DOCUMENT)
    (advice,) = outcome.recommendation.services
    assert float(advice.cost.after_usd_month) == whole.services[1].cost.after_usd_month
    silent = optimize(first / "in", None, services=["idle"], effort=made.LITTLE)
    assert silent.partial
    assert [note.service for note in silent.report.left_out] == ["idle"]
    assert silent.report.rows == ()
    assert files(first) == before


def test_an_objective_may_name_services_that_are_not_searched(first: Path) -> None:
    objective = Objective(services={"web": LaidDown(min_tasks=3)})
    outcome = optimize(first / "in", None, objective=objective, services=["api"], effort=made.LITTLE)
    assert [row.service for row in outcome.report.rows] == ["api"]


# What cannot be merged


def refused(folder: Path, *names: str, **changes: Any) -> str:
    """Return the one line; nothing was searched, and the folder is as it was."""
    before, said = files(folder), Told()
    with pytest.raises(UsageError) as caught:
        run(folder, *names, progress=said, **changes)
    assert caught.value.exit_code == EXIT_USAGE
    assert "\n" not in caught.value.one_line()
    assert not any(line.startswith("search") for line in said)
    assert files(folder) == before
    return caught.value.one_line()


@pytest.mark.parametrize("name", ["API", "", "a b", "api\n", "${x}"])
def test_a_name_that_is_not_there_is_refused_with_the_known_ones(folder: Path, name: str) -> None:
    assert refused(folder, "api", name) == (
        f"--service: there is no service {name!r} in the snapshot; known: api, jobs, web, idle"
    )
    with pytest.raises(UsageError, match=r"^--service: there is no service"):
        optimize(folder / "in", None, services=[name])


@pytest.mark.parametrize("missing", [(VALUES, DOCUMENT), (VALUES,), (DOCUMENT,)])
def test_without_an_earlier_result_nothing_is_written_that_would_destroy_the_rest(
    folder: Path, missing: tuple[str, ...]
) -> None:
    for name in missing:
        (folder / "out" / name).unlink()
    line = refused(folder, "api")
    assert line.startswith(f"{folder / 'out'}: holds no earlier result, and values for some services would ")
    assert line.endswith("; run trimtab optimize for all services first, or leave -o out")
    shutil.rmtree(folder / "out")
    with pytest.raises(UsageError, match="holds no earlier result"):
        run(folder, "api")
    assert not (folder / "out").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cluster": "other"}, "has cluster 'made-cluster', and this run 'other'"),
        ({"environment": "staging"}, "has environment 'production', and this run 'staging'"),
        ({"provenance": "another"}, "has provenance '', and this run 'another'"),
    ],
)
def test_a_result_of_another_fleet_is_refused(folder: Path, change: dict[str, Any], said: str) -> None:
    write_snapshot(fleet(**change), folder / "in")
    assert said in refused(folder, "api")


def test_a_result_of_another_recording_is_refused(folder: Path) -> None:
    whole = fleet()
    later = msgspec.structs.replace(whole.fleet, start="2026-11-03T00:00:00Z", days=1)
    tables = [
        one.with_columns(service=pl.lit(name)).filter(
            pl.col("timestamp") >= pl.datetime(2026, 11, 3, time_zone="UTC")
        )
        for name, one in whole.metrics.items()
    ]
    write_snapshot(snapshot_of(later, pl.concat(tables)), folder / "in")
    assert "has start '2026-11-02T00:00:00Z', and this run '2026-11-03T00:00:00Z'" in refused(folder, "api")


def test_a_service_that_went_or_came_is_refused(folder: Path) -> None:
    unread = LeftOut(service="new", reason=LeftOutReason.ACCESS_DENIED, detail="ecs:DescribeTasks")
    write_snapshot(fleet(skipped=(unread,)), folder / "in")
    line = refused(folder, "api")
    assert line.endswith("have not the same services: 'new'; run trimtab optimize for all services")


def test_figures_that_this_snapshot_or_these_prices_do_not_give_are_refused(folder: Path) -> None:
    prices = folder / "prices.json"
    cheap, dear = (
        json.dumps(
            {"region": "us-east-1", "prices": {"fargate_x86_vcpu_hour": {"usd": usd, "unit": "vCPU-hour"}}}
        )
        for usd in (0.03, 0.05)
    )
    prices.write_text(cheap, encoding="utf-8")
    assert "has price_basis 'list price', and this run" in refused(folder, "api", prices_file=prices)
    run(folder, prices_file=prices)
    before = files(folder)
    run(folder, "api", prices_file=prices)
    assert files(folder) == before
    prices.write_text(dear, encoding="utf-8")  # the words are the same
    line = refused(folder, "api", prices_file=prices)
    assert "api.json: is not what its choices give with this snapshot and these prices" in line
    # The same span, another demand.
    run(folder)
    whole = fleet()
    tables = [one.with_columns(service=pl.lit(name)) for name, one in whole.metrics.items()]
    busier = pl.concat(tables).with_columns(pl.col("cpu_average_percent") * 1.02)
    write_snapshot(snapshot_of(whole.fleet, busier), folder / "in")
    assert "is not what its choices give with this snapshot" in refused(folder, "api")


@pytest.mark.parametrize(
    ("objective", "said"),
    [
        (Objective(seed=1), "another objective: seed; "),
        (Objective(over_percent=2, cpu_percent=70), "another objective: over_percent, cpu_percent; "),
        (Objective(spot=Spot()), "another objective: spot; "),
        (Objective(services={"web": LaidDown(min_tasks=3)}), "another objective: services.web; "),
    ],
)
def test_another_objective_for_the_rest_is_refused(folder: Path, objective: Objective, said: str) -> None:
    assert said in refused(folder, "api", objective=objective)


def test_an_objective_of_many_places_is_the_same_again(folder: Path) -> None:
    objective = Objective(over_percent=1 / 3, services={"jobs": LaidDown()})
    run(folder, objective=objective)
    before = files(folder)
    run(folder, "api", objective=objective)
    assert files(folder) == before


EDITS: dict[str, Callable[[str], str]] = {
    "another service": lambda text: re.sub(r"(web = .*?min +=) \d+", r"\1 9", text, count=1, flags=re.DOTALL),
    "the named service": lambda text: re.sub(
        r"(api = .*?max +=) \d+", r"\1 99", text, count=1, flags=re.DOTALL
    ),
    "one that is left out": lambda text: text.rstrip().removesuffix("}") + "  idle = { cpu = 256 }\n}\n",
    "a comment": lambda text: "# mine\n" + text,
    "an empty file": lambda _: "",
    "what is no text": lambda _: "\x00",
}


@pytest.mark.parametrize("edit", EDITS)
def test_values_that_were_edited_by_hand_are_refused_not_lost(folder: Path, edit: str) -> None:
    values = folder / "out" / VALUES
    text = values.read_text(encoding="utf-8")
    values.write_text(EDITS[edit](text), encoding="utf-8")
    assert values.read_text(encoding="utf-8") != text
    line = refused(folder, "api")
    assert line.startswith(f"{values}: is not what recommendation.json beside it gives: it was edited")
    assert line.endswith("; undo the edit, or run trimtab optimize for all services into another folder")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda one: one.update(document_version=3), "has document_version 3, and this trimtab reads 7"),
        (lambda one: one.update(trimtab="0.0.1"), "has trimtab '0.0.1', and this run "),
        (lambda one: one.update(notes=["mine"]), "is not what its choices give"),
        (lambda one: one["services"][1].update(cpu_units=300), "is not what its choices give"),
        (
            lambda one: one["services"][1].update(sha256="0" * 64),
            "jobs.json: is not what recommendation.json was",
        ),
        (lambda one: one["files"].update({VALUES: "0" * 64}), "is not what its choices give"),
        (lambda one: one["services"].pop(1), "have not the same services: 'jobs'"),
        (lambda one: one["services"].append(one["services"][0]), "is not what its choices give"),
        (lambda one: one.update(extra=1), "unknown field `extra`"),
    ],
)
def test_a_document_that_is_not_the_one_that_was_written_is_refused(
    folder: Path, change: Callable[[Any], object], said: str
) -> None:
    path = folder / "out" / DOCUMENT
    document = json.loads(path.read_bytes())
    change(document)
    path.write_bytes(msgspec.json.format(json.dumps(document).encode(), indent=2) + b"\n")
    assert said in refused(folder, "api")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda one: one.update(why="mine"), "jobs.json: is not what its choices give"),
        (lambda one: one["scaling"].update(max_tasks=77), "is not what its choices give"),
        (lambda one: one["scaling"].update(min_tasks=99), "json: cannot be replayed: min_tasks"),
        (lambda one: one.update(cpu_units=300), "300/"),
        (lambda one: one["choice"]["alternatives"][0].update(size="1/1"), "1/1 is no size"),
    ],
)
def test_a_service_s_file_that_is_not_the_one_that_was_written_is_refused(
    folder: Path, change: Callable[[Any], object], said: str
) -> None:
    path = folder / "out" / SERVICES[1]
    service = json.loads(path.read_bytes())
    change(service)
    path.write_bytes(msgspec.json.format(json.dumps(service).encode(), indent=2) + b"\n")
    assert "jobs.json: is not what recommendation.json was written with" in refused(folder, "api")
    index = json.loads((folder / "out" / DOCUMENT).read_bytes())
    index["services"][1]["sha256"] = digest_of(path.read_bytes())
    (folder / "out" / DOCUMENT).write_bytes(msgspec.json.format(json.dumps(index).encode(), indent=2) + b"\n")
    assert said in refused(folder, "api")


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
