"""The guard on edits planned by real Terraform and the real provider, of what runs on the sandbox."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from guard_edits import EDITS

from trimtab.engine.engine import Workspace
from trimtab.engine.plan import parse_plan
from trimtab.guard.judge import judge

if TYPE_CHECKING:
    from collections.abc import Callable

    from guard_edits import Edit

    from trimtab.engine.engine import Engine
    from trimtab.sandbox.server import Sandbox

pytestmark = pytest.mark.slow
BASE = (Path(__file__).parent / "guarded" / "edited" / "main.tf").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def edited(
    engine: Engine,
    sandbox: Sandbox,
    given_to_edits: Path,
) -> Callable[..., str]:
    """Apply the configuration, and return what runs Terraform in its folder."""
    folder = given_to_edits
    (folder / "main.tf").write_text(BASE, encoding="utf-8")
    workspace = Workspace(engine, folder, sandbox.environment)
    workspace.init()

    def run(*arguments: str) -> str:
        environment = {**os.environ, **workspace.environment, "CHECKPOINT_DISABLE": "1"}
        command = [engine.path, *arguments]
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=True
        ).stdout

    run("apply", "-input=false", "-auto-approve")
    shutil.copy(folder / "terraform.tfstate", folder / "applied.json")

    def plan(text: str, *options: str) -> str:
        state = json.loads((folder / "applied.json").read_text(encoding="utf-8"))
        (arn,) = [
            instance["attributes"]["arn"]
            for one in state["resources"]
            if (one["type"], one["name"]) == ("aws_appautoscaling_policy", "out")
            for instance in one["instances"]
        ]
        (folder / "main.tf").write_text(text.replace("OLD_ARN", arn), encoding="utf-8")
        # Nothing else happened since the apply: no need to look.
        run("plan", "-input=false", "-refresh=false", "-out=edit.tfplan", *options)
        return run("show", "-json", "edit.tfplan")

    return plan


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.name)
def test_an_edit_that_hurts_never_passes_and_a_safe_one_does(edited: Callable[..., str], edit: Edit) -> None:
    found = judge(parse_plan(edited(edit.of(BASE), *filter(None, [edit.option]))))
    said = [reason.text for one in found.findings for reason in one.reasons]
    assert (found.exit_code == 0) is edit.safe, said
