"""Working folders are the owner's alone, and none stays."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from trimtab.folders.working import MARK, working_folder

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and modes of POSIX")

WAITS = """
import sys, time
from trimtab.folders.working import working_folder
with working_folder() as folder:
    (folder / "state").write_text("x")
    print(folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def _end(number: signal.Signals) -> str:
    with subprocess.Popen([sys.executable, "-c", WAITS], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        folder = running.stdout.readline().strip()
        assert os.path.isdir(folder)  # noqa: PTH112 - a line of text
        running.send_signal(number)
        running.wait(timeout=20)
    return folder


def test_only_the_owner_may_enter() -> None:
    with working_folder() as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IRWXU
    assert not folder.exists()


def test_it_goes_at_sigterm(temporary: Path) -> None:
    _end(signal.SIGTERM)
    assert list(temporary.iterdir()) == []


def test_the_next_one_clears_what_was_killed_and_nothing_else(temporary: Path) -> None:
    killed = _end(signal.SIGKILL)
    assert [str(one) for one in temporary.iterdir()] == [killed]
    mine = temporary / "trimtab-of-mine"
    mine.mkdir()
    (temporary / "trimtab-link").symlink_to(mine)
    with working_folder() as in_use, working_folder() as another:
        assert in_use.exists()
        assert (in_use / MARK).exists()
        assert {one.name for one in temporary.iterdir()} == {
            in_use.name,
            another.name,
            "trimtab-of-mine",
            "trimtab-link",
        }
