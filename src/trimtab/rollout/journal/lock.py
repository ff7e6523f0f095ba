"""One rollout of a folder at a time. The system lets go of the lock when its holder dies."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from trimtab.errors import RolloutError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK_FILE = ".rollout.lock"


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the folder's lock.

    Raises:
        RolloutError: another rollout of this folder runs, or the folder cannot be written.

    """
    path = folder / LOCK_FILE
    lock = FileLock(path, timeout=0, mode=0o644, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        holder = _holder(path)
        raise RolloutError(
            f"another rollout of this folder runs{f' (process {holder})' if holder else ''}",
            where=str(folder),
            advice="wait for it",
        ) from error
    except OSError as error:
        raise RolloutError(
            f"cannot be written ({error.strerror or error})",
            where=str(path),
            advice="a rollout keeps its journal there: name a folder you may write to",
        ) from error
    try:
        with suppress(OSError):  # Windows locks the bytes too; the name is only for a message
            path.write_text(str(os.getpid()), encoding="ascii")
        # The file stays: deleting it would let a third one lock a file nobody else sees.
        yield
    finally:
        lock.release()


def _holder(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")[:32].strip()
    except OSError:
        return ""
