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


def trimtab(
    *arguments: str | Path,
    given: str | None = None,
    timeout_s: float = 120,
    folder: Path | None = None,
    **environment: str,
) -> subprocess.CompletedProcess[str]:
    """Run ``trimtab`` in ``folder``, ``given`` on its stdin, with ``environment`` added to this process's.

    By a fork of a process that has imported it, unless the environment is one that only a new one can have.
    """
    around = os.environ | environment
    run = server().run if server().can_run(around) else new_process
    return run([*map(str, arguments)], folder or Path.cwd(), around, given, timeout_s)


def new_process(
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    given: str | None,
    timeout_s: float,
) -> subprocess.CompletedProcess[str]:
    """Run ``python -m trimtab`` itself."""
    return subprocess.run(
        [sys.executable, "-m", "trimtab", *arguments],
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
