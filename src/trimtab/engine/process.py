"""Run the engine as a child whose end we own: an interrupted caller leaves nothing running."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

LOG = logging.getLogger(__name__)

PATIENCE_S = 20.0
"""How long an interrupted engine may take to finish its calls and save its state [s]."""

_ASK = getattr(signal, "CTRL_C_EVENT", signal.SIGINT)
"""What Ctrl-C sends; Windows has a signal of its own for it."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What a run of the engine left."""

    status: int
    lines: tuple[str, ...]
    errors: str
    """Its standard error."""


def run(
    command: Sequence[str],
    directory: Path,
    environment: Mapping[str, str],
    on_line: Callable[[str], None] | None = None,
) -> Finished:
    """Run to the end. Standard output goes to ``on_line`` as it comes, and is returned."""
    lines: list[str] = []
    began = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
        process = subprocess.Popen(  # noqa: S603 - the engine the user chose, never a shell
            command,
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            encoding="utf-8",
            errors="replace",
            # A group of its own: Ctrl-C reaches it through us, once, and its providers with it.
            start_new_session=True,
        )
        try:
            assert process.stdout is not None  # noqa: S101 - Popen was asked for a pipe
            for line in process.stdout:
                lines.append(line)
                if on_line:
                    on_line(line)
            status = process.wait()
        finally:
            _end(process)
        LOG.debug(
            "%s in %s: status %d, %.1f s", " ".join(command), directory, status, time.monotonic() - began
        )
        errors.seek(0)
        return Finished(status, tuple(lines), errors.read())


def _end(process: subprocess.Popen[str]) -> None:
    """End a process that still runs: ask, so that it saves its state; then insist.

    Asking once makes the engine finish what is under way, asking twice makes it drop that.
    """
    for wait_s in (PATIENCE_S, PATIENCE_S / 4):
        if process.poll() is not None:
            break
        process.send_signal(_ASK)
        try:
            # Read on while it ends: a closed pipe would kill it before its state is saved.
            process.communicate(timeout=wait_s)
        except subprocess.TimeoutExpired:
            continue
    _kill_group(process)
    if process.stdout:
        process.stdout.close()


def _kill_group(process: subprocess.Popen[str]) -> None:
    """Kill what is left of the engine and of its providers."""
    if sys.platform == "win32":
        process.kill()
    else:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            # Everything ended by itself.
            return
    process.wait()
