"""One rollout of a folder at a time. The kernel lets go of the lock when its holder dies."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

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
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise RolloutError(
            f"cannot be written ({error.strerror or error})",
            where=str(path),
            advice="a rollout keeps its journal there: name a folder you may write to",
        ) from error
    try:
        _take(handle, folder)
        # The file stays: deleting it would let a third one lock a file nobody else sees.
        yield
    finally:
        os.close(handle)


def _take(handle: int, folder: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip()
        raise RolloutError(
            f"another rollout of this folder runs{f' (process {holder})' if holder else ''}",
            where=str(folder),
            advice="wait for it",
        ) from error
    os.ftruncate(handle, 0)
    os.pwrite(handle, str(os.getpid()).encode(), 0)
