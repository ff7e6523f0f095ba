"""What the README says runs, runs; what it shows is what is printed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from example_run import COMMAND

if TYPE_CHECKING:
    from example_run import ExampleRun

REPOSITORY = Path(__file__).resolve().parents[2]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
BIN = Path(sys.executable).parent
COMMANDS = re.findall(r"^\$ \.venv/bin/(trimtab .*)$", README, re.MULTILINE)


def test_the_readme_has_commands() -> None:
    assert len(COMMANDS) >= 2
    assert COMMAND in COMMANDS


def test_optimising_the_example_runs_as_the_readme_has_it(example: ExampleRun) -> None:
    assert example.returncode == 0, example.stderr
    assert "Traceback" not in example.stderr


@pytest.mark.parametrize("command", [command for command in COMMANDS if command != COMMAND])
def test_a_command_of_the_readme_runs(command: str, tmp_path: Path, example: ExampleRun) -> None:
    (tmp_path / "examples").symlink_to(REPOSITORY / "examples")
    (tmp_path / example.out.name).symlink_to(example.out)
    finished = subprocess.run(
        [str(BIN / command.split(maxsplit=1)[0]), *command.split()[1:]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr


def test_the_table_in_the_readme_is_the_one_that_is_printed(example: ExampleRun) -> None:
    printed = [line.rstrip() for line in example.stdout.splitlines()]
    shown = re.search(r"^```text\n(fin-prod-cluster, .*?)^```", README, re.MULTILINE | re.DOTALL)
    assert shown
    table = [line.rstrip() for line in shown[1].splitlines()]
    assert "\n".join(table) in "\n".join(printed)


@pytest.mark.parametrize("target", ["demo", "test"])
def test_the_two_commands_are_targets_that_set_everything_up(target: str) -> None:
    assert f"make {target}" in README
    finished = subprocess.run(
        ["make", "--dry-run", "--always-make", target],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--require-hashes -r requirements/dev.txt" in finished.stdout


def test_links_in_the_documents_lead_somewhere() -> None:
    for document in [
        *REPOSITORY.glob("*.md"),
        *REPOSITORY.glob("docs/*.md"),
        *REPOSITORY.glob("terraform/**/*.md"),
    ]:
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / link).exists(), f"{document.name}: {link}"
