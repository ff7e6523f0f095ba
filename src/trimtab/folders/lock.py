"""One run of a kind in a folder at a time. The system lets go of a lock when its holder dies."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from trimtab.files import open_own

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MOST = 32
"""Bytes that a process id takes at the most."""


class HeldError(Exception):
    """Another process holds the lock."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.by = f" (process {holder})" if holder else ""
        """Who, for the middle of a sentence; empty where that cannot be told."""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock that is this file, made if need be.

    A link in its place is not followed, and what is no lock of ours is not written.

    Raises:
        HeldError: another process holds it.
        OSError: it cannot be written, is a link, or was not made by trimtab.

    """
    try:
        handle = open_own(path)
    except OSError as error:
        if path.is_symlink():
            raise OSError(0, f"{path.name} is a link, which is not followed") from error
        raise
    try:
        # The file stays: deleting it would let a third one lock a file nobody else sees.
        _hold(handle, path)
        yield
    finally:
        os.close(handle)  # and with it goes the lock


def _hold(handle: int, path: Path) -> None:
    held = _read(handle).strip()
    if held and not held.isdigit():
        raise OSError(0, f"{path.name} was not made by trimtab: move it away, it is a lock's name")
    try:
        _lock(handle)
    except OSError as error:
        raise HeldError(held.decode("ascii")) from error
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
