"""A fork that runs the command does what ``python -m trimtab`` does."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from commands.made import COMMAND, FORKS, new_process, server, trimtab
from fleet import made

from trimtab.snapshot.folder import write_snapshot
from written import contents

ROOT = Path(__file__).parents[3]
PLAN = ROOT / "tests" / "fuzz" / "recorded_plan.json"


pytestmark = pytest.mark.skipif(not FORKS, reason="needs Linux: elsewhere each run is a new process")


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("in")
    fleet = made.snapshot(made.service("api"), made.service("idle"), silent=("idle",))
    write_snapshot(fleet, folder / "snapshot")
    return folder / "snapshot"


def both(
    folders: Path, *arguments: str, given: str | None = None, **environment: str
) -> tuple[subprocess.CompletedProcess[str], subprocess.CompletedProcess[str]]:
    """Run the command in a fork and in a new process, each in a folder of its own."""
    around = os.environ | environment
    assert server().can_run(around)
    for name in ("fork", "new"):
        (folders / name).mkdir()
    fork = server().run([*COMMAND, *arguments], folders / "fork", around, given, 120)
    new = new_process([*COMMAND, *arguments], folders / "new", around, given, 120)
    assert _written(folders / "fork") == _written(folders / "new")
    return fork, new


def _written(folder: Path) -> dict[str, bytes]:
    """Return every file but the lock, which has the number of the process."""
    return {name: content for name, content in contents(folder).items() if not name.endswith("/lock")}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--help"], 0),
        (["optimize", "--help"], 0),
        (["optimise"], 2),
        (["report", "nowhere"], 2),
        (["guard", str(PLAN), "--format", "json", "-o", "answer.json"], 10),
        (["init", "tf"], 0),
    ],
)
def test_a_fork_says_writes_and_exits_as_a_new_process(
    tmp_path: Path, arguments: list[str], code: int
) -> None:
    fork, new = both(tmp_path, *arguments, COLUMNS="72")
    assert (fork.returncode, fork.stdout, fork.stderr) == (new.returncode, new.stdout, new.stderr)
    assert fork.returncode == code
    assert fork.stdout + fork.stderr


def test_a_fork_replays_as_a_new_process(tmp_path: Path, snapshot: Path) -> None:
    fork, new = both(tmp_path, "replay", str(snapshot), "-o", "a.parquet", "-v", TRIMTAB_REGION="eu-west-1")
    assert fork.returncode == new.returncode == 3
    assert (fork.stdout, fork.stderr.count("\n")) == (new.stdout, new.stderr.count("\n"))
    assert "trimtab.files: written: a.parquet" in fork.stderr


def test_a_fork_reads_its_stdin(tmp_path: Path) -> None:
    fork, new = both(tmp_path, "guard", "-", given=PLAN.read_text(encoding="utf-8"))
    assert (fork.returncode, fork.stdout, fork.stderr) == (new.returncode, new.stdout, new.stderr)
    assert fork.returncode == 10


def test_a_fork_that_takes_too_long_is_ended_and_the_next_one_runs(tmp_path: Path, snapshot: Path) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        server().run([*COMMAND, "optimize", str(snapshot)], tmp_path, dict(os.environ), None, 0.05)
    assert trimtab("--version").stdout == "trimtab 0.1.0\n"


def test_what_is_read_at_the_start_of_a_process_gets_a_new_one() -> None:
    assert server().can_run(os.environ | {"COLUMNS": "72", "TRIMTAB_REGION": "eu-west-1"})
    for name in ("PYTHONHASHSEED", "LC_ALL", "NUMBA_DISABLE_JIT", "POLARS_MAX_THREADS", "HOME"):
        assert not server().can_run(os.environ | {name: "7"})
        assert not server().can_run({one: value for one, value in os.environ.items() if one != "HOME"})
