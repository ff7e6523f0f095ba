"""One rollout of a folder at a time. The system lets go of the lock when its holder dies."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from trimtab.errors import RolloutError
from trimtab.rollout.journal.store import open_own

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK_FILE = ".rollout.lock"
_MOST = 32
"""Bytes that a process id takes at the most."""


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the folder's lock.

    A link in its place is not followed, and what is no lock of ours is not written.

    Raises:
        RolloutError: another rollout of this folder runs, or the folder cannot be written.

    """
    path = folder / LOCK_FILE
    try:
        handle = open_own(path)
    except OSError as error:
        why = "it is a link, which is not followed" if path.is_symlink() else error.strerror or error
        raise RolloutError(
            f"cannot be written ({why})",
            where=str(path),
            advice="a rollout keeps its journal there: name a folder you may write to",
        ) from error
    try:
        # The file stays: deleting it would let a third one lock a file nobody else sees.
        _hold(handle, folder, path)
        yield
    finally:
        os.close(handle)  # and with it goes the lock


def _hold(handle: int, folder: Path, path: Path) -> None:
    held = _read(handle)
    if held and not held.strip().isdigit():
        raise RolloutError(
            "was not made by trimtab", where=str(path), advice="move it away: it is a lock's name"
        )
    try:
        _lock(handle)
    except OSError as error:
        raise RolloutError(
            f"another rollout of this folder runs{f' (process {held.decode().strip()})' if held else ''}",
            where=str(folder),
            advice="wait for it",
        ) from error
    with suppress(OSError):  # the name is only for a message
        os.ftruncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, str(os.getpid()).encode("ascii"))


def _read(handle: int) -> bytes:
    os.lseek(handle, 0, os.SEEK_SET)
    with suppress(OSError):  # Windows locks the bytes too
        return os.read(handle, _MOST)
    return b""


def _lock(handle: int) -> None:
    """Take the lock or raise ``OSError``."""
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415  # each is of one system only

        # Beyond what is written there, so that the process can be read.
        os.lseek(handle, 1024, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl  # noqa: PLC0415

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
