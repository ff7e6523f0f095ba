"""``trimtab write`` beside a running fleet, as a user runs it."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from commands.made import trimtab
from fleet import made as plain
from takeover import made
from takeover.made import of_service

from trimtab.advice.case.objective import DEFAULT, Spot
from trimtab.commands import optimize as optimizing
from trimtab.commands import write as adopting
from trimtab.errors import SnapshotError, UsageError
from trimtab.snapshot.folder import encode_fleet, write_snapshot

if TYPE_CHECKING:
    from trimtab.fleet.model import Fleet

DOCS = Path(__file__).parents[3] / "docs" / "adopt.md"


def test_a_secret_by_its_parameters_name_is_left_to_the_running_revision(tmp_path: Path) -> None:
    arn = "arn:aws:ssm:us-east-1:111122223333:parameter/a"
    service = msgspec.structs.replace(made.service("api"), secrets={"BY_NAME": "/a", "BY_ARN": arn})
    folder = _optimised(made.fleet(service), tmp_path)
    text = (folder / "services.auto.tfvars").read_text(encoding="utf-8")
    assert "BY_ARN" in text
    assert "BY_NAME" not in text
    assert of_service(made.fleet(service))["definition"] == service.identity.task_definition.arn  # type: ignore[union-attr]


def test_write_needs_values_and_identities_and_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"services\.auto\.tfvars: cannot be read"):
        adopting.write(tmp_path)
    fleet = made.fleet(made.service("api"))
    folder = _optimised(fleet, tmp_path)
    (folder / "fleet.json").unlink()
    with pytest.raises(SnapshotError, match=r"fleet\.json: the file is missing"):
        adopting.write(folder)
    without = msgspec.structs.replace(fleet, identity=None)
    (folder / "fleet.json").write_bytes(encode_fleet(without))
    with pytest.raises(UsageError, match=r"fleet\.json: is not what recommendation\.json was written with"):
        adopting.write(folder)
    (folder / "recommendation.json").unlink()
    before = (folder / "imports.tf").read_bytes()
    with pytest.raises(UsageError, match="does not say what things are called"):
        adopting.write(folder)
    assert (folder / "imports.tf").read_bytes() == before


def test_write_leaves_the_values_as_they_were_edited(tmp_path: Path) -> None:
    folder = _optimised(made.fleet(made.service("api")), tmp_path)
    edited = (folder / "services.auto.tfvars").read_text(encoding="utf-8") + "# mine\n"
    (folder / "services.auto.tfvars").write_text(edited, encoding="utf-8")
    first = [path.read_bytes() for path in _written(adopting.write(folder))]
    assert [path.read_bytes() for path in _written(adopting.write(folder))] == first
    assert (folder / "services.auto.tfvars").read_text(encoding="utf-8") == edited


def test_values_that_move_a_running_service_to_spot_are_refused(tmp_path: Path) -> None:
    folder = _optimised(made.fleet(made.service("api")), tmp_path)
    values = folder / "services.auto.tfvars"
    text = values.read_text(encoding="utf-8")
    values.write_text(text.replace("    memory ", "    spot = true\n    memory ", 1), encoding="utf-8")
    with pytest.raises(UsageError, match=r"services\.auto\.tfvars: spot = true for api: .*is replaced"):
        adopting.write(folder)


def _written(done: adopting.Adoption) -> tuple[Path, Path, Path]:
    return done.written.imports, done.written.adopt, done.written.not_owned


def _optimised(fleet: Fleet, folder: Path) -> Path:
    recorded = plain.snapshot(*fleet.services)
    write_snapshot(dataclasses.replace(recorded, fleet=fleet), folder / "snapshot")
    optimizing.optimize(folder / "snapshot", folder / "out", effort=plain.LITTLE)
    return folder / "out"


THREE = ("imports.tf", "adopt.auto.tfvars", "not-owned.md")


def _again(folder: Path, **changes: object) -> optimizing.Optimized:
    return optimizing.optimize(folder.parent / "snapshot", folder, effort=plain.LITTLE, page=False, **changes)  # type: ignore[arg-type]


def test_optimize_writes_the_takeover_that_write_would(tmp_path: Path) -> None:
    folder = _optimised(made.fleet(made.service("api"), made.service("web", 200)), tmp_path)
    beside = [(folder / name).read_bytes() for name in THREE]
    assert [path.read_bytes() for path in _written(adopting.write(folder))] == beside
    assert b"import {" in beside[0]


def test_a_service_that_cannot_be_taken_over_is_named_by_optimize_too(tmp_path: Path) -> None:
    fleet = made.fleet(made.service("api", deployment_controller="EXTERNAL"), made.service("web", 200))
    done = _again(_optimised(fleet, tmp_path))
    assert [left.service for left in done.adoption.left] == ["api"]
    assert done.adoption.said.startswith("1 services taken over by ")


@pytest.mark.parametrize("name", THREE)
@pytest.mark.parametrize("edit", ["edited", "removed"])
def test_what_was_edited_or_removed_of_a_takeover_stays_so(tmp_path: Path, name: str, edit: str) -> None:
    folder = _optimised(made.fleet(made.service("api")), tmp_path)
    if edit == "removed":
        (folder / name).unlink()
    else:
        (folder / name).write_text("# mine\n", encoding="utf-8")
    there = {one: (folder / one).read_bytes() for one in THREE if (folder / one).exists()}
    done = _again(folder)
    assert {one: (folder / one).read_bytes() for one in THREE if (folder / one).exists()} == there
    assert f"the takeover stays: {name} edited, done or not known" in done.adoption.said
    adopting.write(folder)
    assert "taken over by" in _again(folder).adoption.said, "what write wrote is known again"


def test_files_of_a_takeover_that_nobody_knows_are_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "imports.tf").write_text("# somebody's\n", encoding="utf-8")
    folder = _optimised(made.fleet(made.service("api")), tmp_path)
    assert (folder / "imports.tf").read_text(encoding="utf-8") == "# somebody's\n"
    assert not (folder / "adopt.auto.tfvars").exists()


def test_values_on_spot_have_no_import_blocks_beside_them(tmp_path: Path) -> None:
    folder = _optimised(made.fleet(made.service("api")), tmp_path)
    rates = {"vcpu": (0.0133, "vCPU-hour"), "gb": (0.0015, "GB-hour")}
    prices = {
        f"fargate_spot_x86_{one}_hour": {"usd": usd, "unit": unit} for one, (usd, unit) in rates.items()
    }
    file = tmp_path / "prices.json"
    file.write_text(json.dumps({"region": "us-east-1", "prices": prices}), encoding="utf-8")
    done = _again(folder, objective=msgspec.structs.replace(DEFAULT, spot=Spot()), prices_file=file)
    assert "no import blocks: on Spot" in done.adoption.said
    assert not [name for name in THREE if (folder / name).exists()]


def test_a_fleet_without_identities_is_optimised_without_a_copy_of_it(tmp_path: Path) -> None:
    folder = _optimised(plain.fleet(plain.service("api")), tmp_path)
    written = sorted(path.name for path in folder.iterdir() if path.is_file())
    assert written == ["recommendation.json", "report.html", "services.auto.tfvars"]


def test_the_command_exits_with_3_when_a_service_is_left(tmp_path: Path) -> None:
    fleet = made.fleet(made.service("api", deployment_controller="EXTERNAL"), made.service("web", 200))
    folder = _optimised(fleet, tmp_path)
    finished = trimtab("write", folder)
    assert finished.returncode == 3, finished.stderr
    assert "left as it is: api: its deployments belong to EXTERNAL" in finished.stderr
    assert finished.stdout.splitlines() == [
        str(folder / name) for name in ("imports.tf", "adopt.auto.tfvars", "not-owned.md")
    ]


def test_the_usage_in_the_docs_is_what_help_prints() -> None:
    finished = subprocess.run(
        [Path(sys.executable).parent / "trimtab", "write", "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={"COLUMNS": "80", "PATH": ""},
    )
    shown = re.search(r"```text\n(Usage: trimtab write.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert shown
    assert finished.stdout.strip() == shown[1].strip()
