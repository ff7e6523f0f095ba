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

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimtab.commands.into import Patched
    from trimtab.engine.engine import Engine
    from trimtab.engine.plan import Plan

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
def tree(
    engine: Engine,
    surroundings: dict[str, str],
    network: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Somebody]:
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
        if apply:
            workspace.apply(var_files=var_files)
        return Somebody(folder, root, var_files, workspace, originals)

    return copied


def _undone(done: Patched, path: Path) -> bytes:
    """Return a file with every literal that was exchanged put back: all else must be as it was."""
    content = path.read_bytes()
    shift = 0
    for edit in (one for one in done.patch.edits if one.path == path.resolve()):
        start = edit.start + shift
        assert content[start : start + len(edit.after)] == edit.after
        content = content[:start] + edit.before + content[start + len(edit.after) :]
    return content


def _changed(plan: Plan) -> dict[str, tuple[str, ...]]:
    return {one.address: one.actions for one in plan.changed}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "inside", "var_file", "files"),
    [
        ("flat", ".", "", {"api.tf", "scheduler.tf"}),
        ("catalogue", ".", "prod.tfvars", {"prod.tfvars", "variables.tf"}),
        ("wrapped", ".", "", {"main.tf"}),
        ("estate", "envs/prod", "", {"main.tf", "statements.tf"}),
        ("older", ".", "", {"terraform.tfvars", "variables.tf"}),
        ("before", ".", "", {"alb.tf", "locals.tf", "services.tf"}),
    ],
)
def test_a_tree_of_others_is_patched_and_planned(  # noqa: PLR0913, PLR0917
    name: str,
    inside: str,
    var_file: str,
    files: set[str],
    tree: Callable[..., Somebody],
    recommendation: Path,
) -> None:
    theirs = tree(name, inside, var_file)
    assert theirs.plan().is_clean
    done = into(recommendation, theirs.root, var_files=theirs.var_files)
    assert done.proof.unproven == ""
    assert "\n".join(map(str, done.proof.difference.unwished)) == ""
    assert done.proof.difference.missed == ()
    assert done.proof.pending == ()
    assert {path.name for path in done.written} == files
    for path, content in theirs.originals.items():
        assert _undone(done, path) == content
    after = theirs.plan()
    wished = {wish.address for edit in done.patch.edits for wish in edit.wishes}
    assert wished <= set(_changed(after)) | {"aws_ecs_service.api"}
    for change in after.changed:
        beyond = set(_differing(change)) - _COMPUTED
        wanted = {w.where[0] for edit in done.patch.edits for w in edit.wishes if w.address == change.address}
        assert beyond <= wanted, change.address


_COMPUTED = {"arn", "arn_without_revision", "id", "revision", "task_definition", "tags_all"}


def _differing(change: Any) -> list[str]:
    return [
        key
        for key in {*change.before, *change.after}
        if change.before.get(key) != change.after.get(key)
        and not (key == "container_definitions" and change.after.get(key) is None)
    ]
