"""A search that is killed at any moment: the next run goes on from what was found, to the same bytes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from fleet import made

from amount import some
from trimtab.snapshot.folder import write_snapshot
from written import contents

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [f"service-{number}" for number in range(some(6) + 1)]
RUN = """
import sys
from pathlib import Path
from trimtab.commands.optimize import optimize
from trimtab.ladders.search import Effort
if __name__ == "__main__":
    optimize(Path(sys.argv[1]), Path(sys.argv[2]), effort=Effort(drawn=900, rounds=4, varied=300), jobs=2)
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("resume")
    (folder / "run.py").write_text(RUN, encoding="utf-8")
    services = [made.service(name, traffic=None) for name in NAMES]
    write_snapshot(made.snapshot(*services), folder / "in")
    return folder / "run.py"


def run(script: Path, out: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(script), str(script.parent / "in"), str(out)]
    return subprocess.Popen(command, start_new_session=True)  # this interpreter, this script


@pytest.fixture(scope="module")
def whole(script: Path) -> dict[str, bytes]:
    """What a run that nobody disturbs writes."""
    assert run(script, script.parent / "whole").wait() == 0
    return contents(script.parent / "whole")


@pytest.fixture(scope="module")
def seconds(script: Path, whole: dict[str, bytes]) -> float:
    """How long such a run takes, where all is compiled."""
    begun = time.monotonic()
    assert run(script, script.parent / "again").wait() == 0
    assert contents(script.parent / "again") == whole
    return time.monotonic() - begun


def kill(script: Path, out: Path, after_s: float) -> int:
    """Kill a run and all its processes, let the next finish, and return how many answers were there."""
    running = run(script, out)
    time.sleep(after_s)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    kept = len(list((out / ".trimtab" / "services").glob("*.answer"))) if out.is_dir() else 0
    assert run(script, out).wait() == 0
    return kept


def killed(script: Path, wanted: dict[str, bytes], seconds: float, times: int, seed: int) -> list[int]:
    moments, kept = random.Random(seed), []  # noqa: S311  # moments, not secrets
    for number in range(times):
        out = script.parent / f"out-{seed}-{number}"
        kept.append(kill(script, out, moments.uniform(0, seconds)))
        assert contents(out) == wanted
    return kept


@pytest.mark.slow
def test_a_killed_run_goes_on_to_the_same_bytes(
    script: Path, whole: dict[str, bytes], seconds: float
) -> None:
    killed(script, whole, seconds, times=2, seed=1)


@pytest.mark.slow
def test_fifty_kills_lose_nothing(script: Path, whole: dict[str, bytes], seconds: float) -> None:
    kept = killed(script, whole, seconds, times=50, seed=2)
    assert len(set(kept)) > 3  # not all before the first answer, nor after the last


def test_what_a_killed_run_had_found_is_not_searched_again(
    script: Path, whole: dict[str, bytes], tmp_path: Path
) -> None:
    running = run(script, tmp_path)
    kept = tmp_path / ".trimtab" / "services"
    while not (kept.is_dir() and any(kept.glob("*.answer"))):
        time.sleep(0.01)
        assert running.poll() is None
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    stamps = {path.name: path.stat().st_mtime_ns for path in kept.glob("*.answer")}
    assert run(script, tmp_path).wait() == 0
    assert contents(tmp_path) == whole
    assert {name: (kept / name).stat().st_mtime_ns for name in stamps} == stamps
    assert {path.stem for path in kept.glob("*.answer")} == set(NAMES)
