"""`trimtab demo` as a stranger runs it: a process of its own, in an empty folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TRIMTAB = Path(sys.executable).parent / "trimtab"
HASTY = """
import sys
from functools import partial
from trimtab import cli, pipeline
from trimtab.scaling.search import Effort
pipeline.optimize = partial(pipeline.optimize, effort=Effort(drawn=30, rounds=1, varied=30))
sys.exit(cli.main())
"""
"""The same command with a search that takes seconds: what it finds is another test's business."""


def _demo(folder: Path, *program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*(program or (str(TRIMTAB),)), "demo", "-o", "out"],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_an_engine_the_rest_is_done_and_what_was_not_proven_is_said(tmp_path: Path) -> None:
    empty = tmp_path / "bin"
    empty.mkdir()
    finished = _demo(tmp_path, sys.executable, "-c", HASTY, PATH=str(empty), TRIMTAB_ENGINE="")
    assert finished.returncode == 0, finished.stderr
    assert "not proven" in finished.stderr
    assert "neither terraform nor tofu" in finished.stderr
    assert "Saving in replay" in finished.stdout
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "recommendation.json",
        "services.auto.tfvars",
    ]


def test_an_engine_that_is_none_is_named(tmp_path: Path) -> None:
    missing = str(tmp_path / "nothing")
    finished = _demo(tmp_path, sys.executable, "-c", HASTY, TRIMTAB_ENGINE=missing)
    assert "TRIMTAB_ENGINE" in finished.stderr
    assert "Traceback" not in finished.stderr


@pytest.mark.slow
@pytest.mark.terraform
def test_with_terraform_both_fleets_apply_and_the_second_plan_is_clean(tmp_path: Path) -> None:
    if not (shutil.which("terraform") or shutil.which("tofu")):
        pytest.skip("neither terraform nor tofu is on the PATH")
    finished = _demo(tmp_path)
    assert finished.returncode == 0, finished.stderr
    proof = json.loads((tmp_path / "out" / "proof.json").read_text(encoding="utf-8"))
    assert proof["changes_in_second_plan"] == 0
    assert proof["unanswered_calls"] == []
    assert proof["types_after"]["aws_ecs_service"] == 12
    # The table first, the proof, and the table again at the end.
    assert finished.stdout.count("Saving in replay") == 2
    assert finished.stdout.index("Proven in") > finished.stdout.rindex("Saving in replay")
