"""`trimtab demo` as a stranger runs it: a process of its own, in an empty folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

TRIMTAB = Path(sys.executable).parent / "trimtab"


def _demo(folder: Path, **environment: str) -> tuple[subprocess.CompletedProcess[str], float]:
    began = time.monotonic()
    finished = subprocess.run(
        [str(TRIMTAB), "demo", "-o", "out"],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return finished, time.monotonic() - began


def test_without_an_engine_the_rest_is_done_and_what_was_not_proven_is_said(tmp_path: Path) -> None:
    empty = tmp_path / "bin"
    empty.mkdir()
    finished, took = _demo(tmp_path, PATH=str(empty), TRIMTAB_ENGINE="")
    assert finished.returncode == 0, finished.stderr
    assert "not proven" in finished.stderr
    assert "neither terraform nor tofu" in finished.stderr
    assert "Saving in replay" in finished.stdout
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "recommendation.json",
        "services.auto.tfvars",
    ]
    # The table is on screen well within half a minute: a bound, not a benchmark.
    assert took < 30


def test_an_engine_that_is_none_is_named(tmp_path: Path) -> None:
    finished, _ = _demo(tmp_path, TRIMTAB_ENGINE=str(tmp_path / "nothing"))
    assert "TRIMTAB_ENGINE" in finished.stderr
    assert "Traceback" not in finished.stderr


@pytest.mark.slow
@pytest.mark.terraform
def test_with_terraform_both_fleets_apply_and_the_second_plan_is_clean(tmp_path: Path) -> None:
    if not (shutil.which("terraform") or shutil.which("tofu")):
        pytest.skip("neither terraform nor tofu is on the PATH")
    finished, _ = _demo(tmp_path)
    assert finished.returncode == 0, finished.stderr
    proof = json.loads((tmp_path / "out" / "proof.json").read_text(encoding="utf-8"))
    assert proof["changes_in_second_plan"] == 0
    assert proof["unanswered_calls"] == []
    assert proof["types_after"]["aws_ecs_service"] == 12
    # The table first, the proof, and the table again at the end.
    assert finished.stdout.count("Saving in replay") == 2
    assert finished.stdout.index("Proven in") > finished.stdout.rindex("Saving in replay")
