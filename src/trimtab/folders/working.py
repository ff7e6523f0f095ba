"""Working folders: only the owner may look into them, and none outlives its process for long.

They hold variables and states. A process that ends takes its folder along; one that was killed cannot, so
the next folder that is made clears what is left. Whether somebody still works in a folder says a lock on a
file in it, which the kernel frees with the process: a process number may be another's by then.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

try:
    import fcntl
except ImportError:  # Windows, where a temporary folder is the user's own already
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

PREFIX: Final = "trimtab-"
MARK: Final = ".trimtab-working"
"""The locked file. A folder without it is not ours, whatever it is called."""


@contextmanager
def working_folder() -> Iterator[Path]:
    """Give an empty folder that only the owner may enter; it goes afterwards, also at SIGTERM."""
    clear_abandoned()
    with _ended_by_sigterm(), tempfile.TemporaryDirectory(prefix=PREFIX) as name:
        folder = Path(name)
        with (folder / MARK).open("w", encoding="utf-8") as mark:
            if fcntl is not None:
                fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield folder


def _user() -> int:
    """Return who runs this; only POSIX knows, and only there is it asked."""
    user: int = getattr(os, "getuid", int)()
    return user


def clear_abandoned() -> None:
    """Take away the working folders of this user in which nobody works any more."""
    if fcntl is None:
        return
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            # Another user's link may carry the name: neither is followed, nor is what is not ours.
            if folder.is_symlink() or folder.lstat().st_uid != _user():
                continue
            handle = os.open(folder / MARK, os.O_RDWR | os.O_NOFOLLOW)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
            finally:
                os.close(handle)


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """End as Ctrl-C does where SIGTERM would end the process at once, so that everything is put away."""
    told = signal.SIGTERM
    alone = threading.current_thread() is threading.main_thread()
    if not alone or signal.getsignal(told) is not signal.SIG_DFL:
        yield
        return
    signal.signal(told, _interrupt)
    try:
        yield
    finally:
        signal.signal(told, signal.SIG_DFL)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
