"""The example fleet, optimised once for all tests of a session: it takes most of a minute."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from once import once

REPOSITORY = Path(__file__).resolve().parents[1]
COMMAND = "trimtab optimize examples/fleet --objective examples/objective.json -o trimtab-out"
"""As the README has it."""
TIMEOUT_S = 900
"""A bound for a machine with much else to do, not a benchmark."""


@dataclass(frozen=True)
class ExampleRun:
    """What the command of the README did, in a folder where only ``examples`` is."""

    returncode: int
    stdout: str
    stderr: str
    folder: str

    @property
    def out(self) -> Path:
        """The folder that it wrote into."""
        return Path(self.folder) / COMMAND.rsplit(maxsplit=1)[-1]


def example_run(shared: Path) -> ExampleRun:
    """Run the command, or return what the worker that came first has found; the others wait for it."""
    return once(shared, "example", lambda: _run(shared / "example"))


def compile_replay() -> None:
    """Make sure that Numba's cache has what replays and searches: nothing to do but once per checkout."""
    code = "from trimtab.advice.choice.contest import compile_first; compile_first()"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=TIMEOUT_S)


def _run(folder: Path) -> ExampleRun:
    folder.mkdir()
    (folder / "examples").symlink_to(REPOSITORY / "examples")
    program, *arguments = COMMAND.split()
    finished = subprocess.run(
        [str(Path(sys.executable).parent / program), *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )
    return ExampleRun(
        returncode=finished.returncode, stdout=finished.stdout, stderr=finished.stderr, folder=str(folder)
    )
