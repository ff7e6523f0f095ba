"""``trimtab write --into`` on Terraform that others wrote: applied, patched, proven, planned again.

``others/`` has five trees in five styles; ``examples/before`` is a sixth.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import example_run
from once import shared
from trimtab.commands.into import into
from trimtab.engine.engine import Workspace
from trimtab.errors import EXIT_PARTIAL
from trimtab.patch.model import EXIT_OTHERWISE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trimtab.commands.into import Patched
    from trimtab.engine.engine import Engine
    from trimtab.engine.plan import Change, Plan

OTHERS = Path(__file__).parent / "others"
BEFORE = Path(__file__).resolve().parents[2] / "examples" / "before"


@dataclass(frozen=True)
class Somebody:
    """A tree of somebody else, applied."""

    folder: Path
    root: Path
    var_files: tuple[Path, ...]
    workspace: Workspace
    originals: dict[Path, bytes]

    def plan(self) -> Plan:
        return self.workspace.plan(self.folder / "again.tfplan", self.var_files)

    def files(self) -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in self.originals}


@pytest.fixture(scope="module")
def recommendation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return example_run.example_run(shared(tmp_path_factory)).out


@pytest.fixture
def own_root(
    engine: Engine, surroundings: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A folder for a root of one's own, planned with what surrounds the tests."""
    del engine
    for name, value in surroundings.items():
        monkeypatch.setenv(name, value)
    root = tmp_path / "root"
    root.mkdir()
    return root


@pytest.fixture
def tree(
    engine: Engine,
    surroundings: dict[str, str],
    network: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., Somebody]]:
    applied: list[Somebody] = []
    for name, value in surroundings.items():
        monkeypatch.setenv(name, value)

    def copied(name: str, inside: str = ".", var_file: str = "", *, apply: bool = True) -> Somebody:
        folder = tmp_path / name
        shutil.copytree(BEFORE if name == "before" else OTHERS / name, folder)
        root = folder / inside
        var_files = (root / var_file,) if var_file else ()
        originals = {
            path: path.read_bytes() for path in folder.rglob("*") if path.suffix in {".tf", ".tfvars"}
        }
        (root / "given.auto.tfvars.json").write_text(json.dumps(network), encoding="utf-8")
        workspace = Workspace(engine=engine, directory=root, environment=surroundings)
        workspace.init()
        made = Somebody(folder, root, var_files, workspace, originals)
        if apply:
            applied.append(made)
            workspace.apply(var_files=var_files)
        return made

    yield copied
    for one in applied:  # all trees have the cluster of the recommendation
        one.workspace.destroy(var_files=one.var_files)


def _undone(done: Patched, path: Path) -> bytes:
    """Return a file with every literal that was exchanged put back: all else must be as it was."""
    content = path.read_bytes()
    shift = 0
    for edit in (one for one in done.patch.edits if one.path == path.resolve()):
        start = edit.start + shift
        assert content[start : start + len(edit.after)] == edit.after
        content = content[:start] + edit.before + content[start + len(edit.after) :]
    return content


SMALL = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" { region = "us-east-1" }
locals { memory = 2048 } // of api
resource "aws_ecs_task_definition" "api" {
  family                = "scheduler"
  cpu                   = 1024
  memory                = local.memory
  container_definitions = jsonencode([{
    name        = "scheduler"
    image       = "scheduler:1"
    environment = [{ name = "MARK", value = %s }]
  }])
}
resource "aws_ecs_service" "api" {
  name            = "scheduler"
  cluster         = "fin-prod-cluster"
  task_definition = aws_ecs_task_definition.api.arn
  desired_count   = 2
}
"""


def test_what_only_a_plan_sees_is_found_by_the_plans_and_nothing_is_written(
    own_root: Path, recommendation: Path
) -> None:
    text = SMALL % "base64gzip(tostring(local.memory))"  # a function that is not worked out without a plan
    (own_root / "main.tf").write_text(text, encoding="utf-8")
    refused = into(recommendation, own_root)
    assert refused.exit_code == EXIT_OTHERWISE
    assert _said(refused)[0] == [
        "('aws_ecs_task_definition.api', ('container_definitions', '*', 'environment', '*', 'value'))"
    ]
    assert refused.written == ()
    assert sorted(one.name for one in own_root.iterdir()) == ["main.tf"]
    assert (own_root / "main.tf").read_text(encoding="utf-8") == text


BALANCED = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" { region = "us-east-1" }
resource "aws_ecs_task_definition" "api" {
  family                = "api"
  cpu                   = 1024
  memory                = 2048
  container_definitions = jsonencode([{ name = "api", image = "api:1" }])
}
resource "aws_ecs_service" "api" {
  name            = "api"
  cluster         = "fin-prod-cluster"
  task_definition = aws_ecs_task_definition.api.arn
  desired_count   = 2
  load_balancer {
    target_group_arn = aws_lb_target_group.api.arn
    container_name   = "api"
    container_port   = 80
  }
}
resource "aws_lb_target_group" "api" {
  name        = "api"
  port        = 80
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = "vpc-1"
  health_check {
    path = "/up"
  }
}
"""


@pytest.mark.slow
def test_lines_that_are_new_are_proven_by_two_plans(own_root: Path, recommendation: Path) -> None:
    (own_root / "main.tf").write_text(BALANCED, encoding="utf-8")
    done = into(recommendation, own_root)
    assert (done.proof.unproven, _said(done)) == ("", ([], []))
    new = {wish.where[-1] for edit in done.patch.edits for wish in edit.wishes if not edit.before}
    assert new >= {"deregistration_delay", "interval", "timeout", "health_check_grace_period_seconds"}
    text = (own_root / "main.tf").read_text("utf-8")
    assert 'vpc_id      = "vpc-1"\n  deregistration_delay = ' in text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "inside", "var_file", "files", "drifted"),
    [
        ("flat", ".", "", {"api.tf", "scheduler.tf"}, {"load_balancer_arns"}),
        ("catalogue", ".", "prod.tfvars", {"prod.tfvars", "variables.tf"}, set()),
        ("wrapped", ".", "", {"main.tf"}, {"desired_count"}),
        ("estate", "envs/prod", "", {"main.tf", "statements.tf"}, set()),
        ("older", ".", "", {"terraform.tfvars", "variables.tf"}, set()),
    ],
)
def test_a_tree_of_others_is_patched_proven_and_planned(  # noqa: PLR0913, PLR0917 - the trees are the cases
    name: str,
    inside: str,
    var_file: str,
    files: set[str],
    drifted: set[str],
    tree: Callable[..., Somebody],
    recommendation: Path,
) -> None:
    theirs = tree(name, inside, var_file)
    assert {one.address: _differing(one) for one in theirs.plan().changed} == {}
    done = into(recommendation, theirs.root, var_files=theirs.var_files)
    assert (done.proof.unproven, done.proof.pending) == ("", ())
    # What AWS did by itself since the apply: scaling set the count, a listener took the target group.
    assert {one.partition(" (")[2].rstrip(")") for one in done.proof.drift} == drifted
    assert _said(done) == ([], [])
    assert done.exit_code == EXIT_PARTIAL
    assert {path.name for path in done.written} == files
    for path, content in theirs.originals.items():
        assert _undone(done, path) == content
    _is_the_proposal(theirs.plan(), done)


@pytest.mark.slow
def test_the_example_before_is_patched_and_proven_before_it_is_applied(
    tree: Callable[..., Somebody], recommendation: Path
) -> None:
    theirs = tree("before", apply=False)
    done = into(recommendation, theirs.root)
    assert done.proof.unproven == ""
    assert _said(done) == ([], [])
    assert {path.name for path in done.written} == {"alb.tf", "locals.tf", "services.tf"}
    assert len(done.proof.pending) > 100


def _said(done: Patched) -> tuple[list[str], list[str]]:
    """Return what two plans have against the patch: readable where a test fails."""
    difference = done.proof.difference
    return list(map(str, difference.unwished)), list(map(str, difference.missed))


def _is_the_proposal(plan: Plan, done: Patched) -> None:
    """Hold the plan of what was written against the wishes, by attributes alone: not as the proof does."""
    wished: dict[str, set[str]] = {}
    for edit in done.patch.edits:
        for wish in edit.wishes:
            wished.setdefault(wish.address, set()).add(wish.where[0])
    changed = {change.address: set(_differing(change)) - _COMPUTED for change in plan.changed}
    for address, attributes in changed.items():
        assert attributes <= wished.get(address, set()), address
    # A count that ignore_changes has is written, and no plan shows it.
    unseen = {address for address, names in wished.items() if names == {"desired_count"}}
    assert set(wished) - unseen <= set(changed)


_COMPUTED = {"arn", "arn_without_revision", "id", "revision", "task_definition", "tags_all"}


def _differing(change: Change) -> list[str]:
    before, after = change.before or {}, change.after or {}
    return [
        key
        for key in {*before, *after}
        if (before.get(key) or None) != (after.get(key) or None)
        and not (key == "container_definitions" and _images(before[key]) == _images(after[key]))
    ]


def _images(containers: str) -> list[tuple[Any, ...]]:
    """Return what containers are, less what AWS adds to them and what a patch may touch."""
    return [(one["name"], one["image"], one.get("environment") or []) for one in json.loads(containers)]
