"""The command as a user runs it: a process of its own, its output in pipes."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def trimtab(
    *arguments: str | Path,
    given: str | None = None,
    timeout_s: float = 120,
    folder: Path | None = None,
    **environment: str,
) -> subprocess.CompletedProcess[str]:
    """Run ``trimtab`` in ``folder``, ``given`` on its stdin, with ``environment`` added to this process's."""
    return subprocess.run(
        [sys.executable, "-m", "trimtab", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        input=given,
        timeout=timeout_s,
        env=os.environ | environment,
    )
