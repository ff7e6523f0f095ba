"""The command as a user runs it: a process of its own, its output in pipes."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from fork_server import ForkServer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COMMAND = ("-m", "trimtab")
FORKS = sys.platform == "linux"
"""Elsewhere a fork of what has loaded the system's libraries may be ended by them, or there is none."""


def trimtab(
    *arguments: str | Path,
    given: str | None = None,
    timeout_s: float = 120,
    folder: Path | None = None,
    code: str | None = None,
    **environment: str,
) -> subprocess.CompletedProcess[str]:
    """Run ``trimtab`` in ``folder``, ``given`` on its stdin, with ``environment`` added to this process's.

    Or ``code``, which calls it after changing something. By a fork of a process that has loaded it, unless
    the environment is one that only a new process can have.
    """
    around = os.environ | environment
    run = server().run if FORKS and server().can_run(around) else new_process
    words = [*(["-c", code] if code else COMMAND), *map(str, arguments)]
    return run(words, folder or Path.cwd(), around, given, timeout_s)


def new_process(
    words: Sequence[str], folder: Path, environment: Mapping[str, str], given: str | None, timeout_s: float
) -> subprocess.CompletedProcess[str]:
    """Run Python with ``words``."""
    return subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        input=given,
        timeout=timeout_s,
        env=environment,
    )


@cache
def server() -> ForkServer:
    """Return the one of this process."""
    return ForkServer()
