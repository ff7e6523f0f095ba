"""Every ``--format json`` is what its published schema says, and the ``jq`` of the pages reads it."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jsonschema
import pytest
from commands.made import trimtab
from document import made
from lint.made import look

from trimtab.commands.guard import guard
from trimtab.commands.replay import replay
from trimtab.commands.report import text_of
from trimtab.report.formats import Form
from trimtab.report.guard.formats import GuardForm
from trimtab.report.lint import json as lint_json
from trimtab.report.replay.formats import rendered

ROOT = Path(__file__).parents[3]
PLAN = ROOT / "tests" / "fuzz" / "recorded_plan.json"
BAD = """resource "aws_ecs_task_definition" "a" {
  family                   = "a"
  cpu                      = 256
  memory                   = 4097
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  container_definitions    = "[]"
}
"""
"""Fargate has no such size."""


@cache
def answers() -> dict[str, str]:
    """Return what each command prints as JSON, by the name of its schema."""
    fleet = made.optimized()
    with TemporaryDirectory() as folder:
        linted = lint_json.render(look(Path(folder), BAD))
    return {
        "report": text_of(fleet.document, fleet.folder, None, markdown=False),
        "replay": str(rendered(Form.JSON, replay(fleet.snapshot).report)),
        "guard-plan": str(guard(PLAN, GuardForm.JSON, None).shown),
        "guard-folder": linted,
    }


@cache
def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "docs" / f"{name}.schema.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", ["report", "replay", "guard-plan", "guard-folder"])
def test_json_is_what_its_schema_says_and_the_schema_refuses_another(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(name))
    validator = jsonschema.Draft202012Validator(schema(name))
    document = json.loads(answers()[name])
    assert [error.message for error in validator.iter_errors(document)] == []
    assert not validator.is_valid(document | {"another": 1})
    for field in document:
        if document[field]:
            assert not validator.is_valid(document | {field: [[0]]}), field


@pytest.mark.parametrize("name", ["report", "replay", "guard-plan", "guard-folder"])
def test_a_schema_says_what_each_part_is(name: str) -> None:
    assert [part for part, one in schema(name)["$defs"].items() if not one.get("description")] == []


def test_a_replay_says_the_same_in_every_form() -> None:
    report = replay(made.optimized().snapshot).report
    services = json.loads(answers()["replay"])["services"]
    markdown = str(rendered(Form.MARKDOWN, report))
    for row, one in zip(report.rows, services, strict=True):
        assert one["usd_month"] == float(row.usd_month)
        assert one["short_of_cpu_min"] == row.over_cpu_min
        assert f"| {row.service} | {row.size} | {row.tasks_mean:.1f} | {row.tasks_seen} |" in markdown
    assert f"**{report.usd_month:,.2f}**" in markdown
    assert len({line.count("|") for line in markdown.splitlines() if line.startswith("|")}) == 1


def test_optimize_prints_the_form_that_is_asked_for_and_nothing_else() -> None:
    snapshot = made.optimized().snapshot
    run = trimtab("optimize", snapshot, "--service", "idle", "--format", "json")
    assert run.returncode == 3, run.stderr
    found = json.loads(run.stdout)
    assert [one["service"] for one in found["left_out"]] == ["idle"]
    assert jsonschema.Draft202012Validator(schema("report")).is_valid(found)
    run = trimtab("optimize", snapshot, "--service", "idle", "--format", "markdown")
    assert run.stdout.startswith("## made-cluster: ")
    assert "trimtab report" not in run.stdout, "there is no folder to report from"


def test_replay_prints_the_form_that_is_asked_for() -> None:
    run = trimtab("replay", made.optimized().snapshot, "--service", "small", "--format", "json")
    assert run.returncode == 0, run.stderr
    assert [one["service"] for one in json.loads(run.stdout)["services"]] == ["small"]
    run = trimtab("replay", made.optimized().snapshot, "--calibrate", "--format", "json")
    assert (run.returncode, run.stdout) == (2, "")
    assert "--calibrate is a table" in run.stderr


EXAMPLES = [
    (page.name, line)
    for page in [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]
    for line in re.findall(r"^trimtab .*--format json \| jq .*$", page.read_text("utf-8"), re.MULTILINE)
    if "--since" not in line  # test_since.py has such a report
]


def test_the_pages_have_examples_of_every_command() -> None:
    assert {line.split()[1] for _, line in EXAMPLES} == {"optimize", "report", "replay", "guard"}


@pytest.mark.skipif(shutil.which("jq") is None, reason="needs jq")
@pytest.mark.parametrize(("page", "line"), EXAMPLES)
def test_jq_reads_it_as_the_pages_say(page: str, line: str) -> None:
    command, _, filtering = line.partition(" | ")
    words = command.split()
    name = {"optimize": "report", "guard": "guard-plan" if "plan.json" in words else "guard-folder"}.get(
        words[1], words[1]
    )
    run = subprocess.run(
        shlex.split(filtering), input=answers()[name], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, f"{page}: {run.stderr}"
    assert run.stdout.strip() not in {"", "null"}, page
