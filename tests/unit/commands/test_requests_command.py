"""``trimtab optimize --metric requests`` as a user runs it, on a service of the example it is worth for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest
from commands.made import trimtab

from trimtab.snapshot.folder import read_snapshot, snapshot_of, write_snapshot
from trimtab.values.read import read_proposals

EXAMPLE = Path(__file__).parents[3] / "examples" / "fleet"
NAME = "fraud"


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The service, alone in its fleet."""
    whole = read_snapshot(EXAMPLE)
    (one,) = (each for each in whole.fleet.services if each.name == NAME)
    fleet = msgspec.structs.replace(whole.fleet, services=(msgspec.structs.replace(one, callers=()),))
    folder = tmp_path_factory.mktemp("requests") / "in"
    write_snapshot(snapshot_of(fleet, whole.metrics[NAME].with_columns(service=pl.lit(NAME))), folder)
    return folder


@pytest.fixture(scope="module")
def out(snapshot: Path) -> Path:
    run = trimtab("optimize", snapshot, "--metric", "requests", "--no-report", "-o", snapshot.parent / "out")
    assert run.returncode == 0, run.stderr
    return snapshot.parent / "out"


def document(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / "recommendation" / f"{NAME}.json").read_text())
    return told


def test_the_values_and_the_document_hold_the_ladder_on_requests(out: Path) -> None:
    told = document(out)["scaling"]["requests"]
    ladder = read_proposals(out / "services.auto.tfvars")[NAME].ladders.requests
    assert ladder is not None
    assert 0 < ladder.low < ladder.high
    assert (told["high"], told["low"]) == (ladder.high, ladder.low)
    assert [(step["above"], step["add"]) for step in told["steps"]] == [
        (step.above, step.add) for step in ladder.steps
    ]
    text = (out / "services.auto.tfvars").read_text()
    assert 'metric_name = "RequestCountPerTarget"' in text
    assert "dimensions" not in text, "the module fills in its own target group"


def test_the_report_says_what_it_saves_and_replay_reads_the_values_back(out: Path, snapshot: Path) -> None:
    why = document(out)["choice"]["why"]
    assert "; scaling steps that pass the same trials cost $" in why
    shown = trimtab("report", out, NAME)
    assert shown.returncode == 0, shown.stderr
    assert "requests" in shown.stdout
    again = trimtab("replay", snapshot, "--policy", out / "services.auto.tfvars", "--format", "json")
    assert again.returncode == 0, again.stderr
    (replayed,) = json.loads(again.stdout)["services"]
    usd = document(out)["replay_after"]["usd_month"]
    assert replayed["usd_month"] == pytest.approx(usd, abs=0.01)


def test_without_the_flag_no_ladder_on_requests_is_written(snapshot: Path) -> None:
    folder = snapshot.parent / "without"
    run = trimtab("optimize", snapshot, "--no-report", "-o", folder)
    assert run.returncode == 0, run.stderr
    assert "requests" not in document(folder)["scaling"]
    assert "RequestCountPerTarget" not in (folder / "services.auto.tfvars").read_text()
