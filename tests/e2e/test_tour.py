"""The tour of ``docs/tour.md`` runs as it is written, and prints what it shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from trimtab.commands.demo import REQUIRED_VARIABLE as REQUIRED

if TYPE_CHECKING:
    from trimtab.engine.engine import Engine

sys.path.append(str(Path(__file__).resolve().parents[2] / "tools"))

import tour

REPOSITORY = Path(__file__).resolve().parents[2]


def _tour(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(REPOSITORY / "tools" / "tour.py"), *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_page_has_the_five_commands_and_all_between_in_their_order() -> None:
    commands = [step.command for step in tour.steps()]
    verbs = [verb for command in commands for verb in re.findall(r"(?:trimtab|terraform) ([a-z]+)", command)]
    assert verbs == [
        "sandbox", "snapshot", "optimize", "init", "init", "plan", "show", "guard", "apply",
        "rollout", "rollout", "rollout",
    ]  # fmt: skip
    assert commands[-1] == "trimtab rollout out --undo"
    assert [step.expected for step in tour.steps() if "guard" in step.command] == [0]


def test_what_the_page_shows_is_compared_line_by_line() -> None:
    step = tour.Step("x", 0, ("a 12", "…", "Plan: 3 to add, 0 to destroy.", "end"))
    good = "before\na 7\nb\nPlan: 44 to add, 0 to destroy.\nend\nafter\n"
    assert tour.differs(step, good) is None
    assert tour.differs(step, good.replace("0 to destroy", "1 to destroy")) == "Plan: 3 to add, 0 to destroy."
    assert tour.differs(step, good.replace("\nend", "\nother\nend")) == "end"
    assert tour.differs(step, "a\n") == "a 12"


@pytest.mark.slow
@pytest.mark.terraform
def test_the_tour_runs_as_it_is_written(engine: Engine) -> None:
    assert engine.mirror
    run = _tour("--check")
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    assert "The tour is over" in run.stdout


@pytest.mark.slow
def test_without_the_provider_it_ends_where_it_must_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    for name in ("bash", "cp", "env"):
        (tmp_path / "bin" / name).symlink_to(f"/bin/{name}")
    lacking = {"PATH": str(tmp_path / "bin"), "TRIMTAB_ENGINE": ""}
    run = _tour(**lacking, **{REQUIRED: ""})
    assert run.returncode == 0, run.stderr[-3000:]
    assert "imports" in run.stdout
    assert (
        "The tour ends here: planning and applying is not shown, for neither terraform nor tofu" in run.stdout
    )
    required = _tour(**lacking, **{REQUIRED: "1"})
    assert required.returncode == 1
    assert "neither terraform nor tofu" in required.stderr
    assert required.stdout == ""
