"""What ``optimize --service`` cannot merge into an earlier result: refused, and nothing is written."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl
import pytest
from commands.one_service import (
    DOCUMENT,
    SERVICES,
    VALUES,
    copied,
    files,
    fleet,
    run,
)
from report.made import Told

from trimtab.advice.case.objective import LaidDown, Objective, Spot
from trimtab.commands.optimize import optimize
from trimtab.document.files import digest_of
from trimtab.errors import EXIT_USAGE, UsageError
from trimtab.fleet.left_out import LeftOut, LeftOutReason
from trimtab.snapshot.folder import snapshot_of, write_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copied(tmp_path)


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
