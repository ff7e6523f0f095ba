"""Files written together: all of them whole, or none, and on the disk when it is said."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from secrets import token_hex
from typing import TYPE_CHECKING, TypeVar

from trimtab.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

    from trimtab.errors import TrimtabError


Key = TypeVar("Key")
Content = TypeVar("Content")

LOG = logging.getLogger(__name__)
SECRET = 0o600
NO_LINK = getattr(os, "O_NOFOLLOW", 0)
NEW = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)


def read_given(path: Path, advice: str, kind: type[TrimtabError] = UsageError) -> bytes:
    """Return what is in a file that the user named.

    Raises:
        UsageError: it cannot be read; or the ``kind`` that was asked for.

    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise kind(f"cannot be read ({error.strerror or error})", where=str(path), advice=advice) from error


class Made(Mapping[Key, Content]):
    """Contents that are made when they are asked for: of many files no two are held at once."""

    def __init__(self, makers: Mapping[Key, Callable[[], Content]]) -> None:
        """Take what makes each."""
        self._makers = makers

    def __getitem__(self, key: Key) -> Content:
        """Make one."""
        return self._makers[key]()

    def __iter__(self) -> Iterator[Key]:
        """Yield the keys; nothing is made."""
        return iter(self._makers)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._makers)


def write_together(contents: Mapping[Path, bytes], *, secret: Collection[Path] = ()) -> None:
    """Write every file beside its place, and only when all are there put them in their places.

    The names in between begin with a dot and end with none of the real endings: whoever looks
    for a kind of file (Terraform for ``.tfvars``) passes them over. ``secret``: see ``create``.

    Raises:
        OSError: one of them cannot be written; none was put in its place.

    """
    parts: dict[Path, Path] = {}
    try:
        refuse_folders(contents)
        for target, content in contents.items():
            part = target.with_name(f".{target.name}.{token_hex(4)}")
            parts[target] = part
            create(part, content, instead_of=target, secret=target in secret)
        for target, path in parts.items():
            path.replace(target)
            LOG.debug("written: %s", target)
        for folder in {target.parent for target in contents}:
            flush_folder(folder)
    finally:
        for path in parts.values():
            with suppress(FileNotFoundError):
                path.unlink()


def create(path: Path, content: bytes, *, instead_of: Path, secret: bool = False) -> None:
    """Write a file that was not there, down to the disk, with the mode of the one whose place it takes.

    A new one follows the umask. What may be ``secret`` is for its owner alone, whatever was there.
    """
    kept = None
    with suppress(FileNotFoundError):
        kept = stat.S_IMODE(instead_of.stat().st_mode)
    mode = SECRET if secret else kept
    handle = os.open(path, NEW, 0o666 if mode is None else mode)
    with os.fdopen(handle, "wb") as part:
        part.write(content)
        part.flush()
        os.fsync(part.fileno())
    if mode is not None:
        path.chmod(mode)  # of which the umask may have taken something


def open_own(path: Path) -> int:
    """Open a file for writing, made if need be, and return its handle; a link or a device is refused.

    Raises:
        OSError: it cannot be opened, or is no file of its own.

    """
    # Windows would write two bytes for the end of a line, unless told not to.
    flags = os.O_RDWR | os.O_CREAT | NO_LINK | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    handle = os.open(path, flags, 0o644)
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
        os.close(handle)
        raise OSError(0, "it is no file of its own")
    return handle


def flush_folder(folder: Path) -> None:
    """See that what was renamed in a folder is so after a loss of power too."""
    if os.name == "nt":  # which opens no folder
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def refuse_folders(targets: Iterable[Path]) -> None:
    """Refuse a target that is a folder, before anything is made.

    Raises:
        IsADirectoryError: it is one.

    """
    for target in targets:
        if target.is_dir():
            raise IsADirectoryError(0, f"{target.name} is a folder")


def write_whole(
    contents: Mapping[Path, bytes], where: Path, *, advice: str, secret: Collection[Path] = ()
) -> None:
    """Write all files whole, or none, their folders made if need be. ``where`` is what the user named.

    Raises:
        UsageError: a folder cannot be made or written; it says ``where``, and ``advice``.

    """
    try:
        refuse_folders(contents)
        for target in contents:
            target.parent.mkdir(parents=True, exist_ok=True)
        write_together(contents, secret=secret)
    except OSError as error:
        raise UsageError(
            f"the output cannot be written ({error.strerror or error})", where=str(where), advice=advice
        ) from error


def refuse_unwritable(folder: Path) -> None:
    """Refuse a folder that could not be made or written, before a minute is spent on what goes into it.

    Raises:
        UsageError: it, or what is there of its parents, is a file, or may not be written.

    """
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        return
    why = "may not be written" if there.is_dir() else "is a file"
    raise UsageError(
        f"the output cannot be written ({there} {why})",
        where=str(folder),
        advice="name a folder you may write to",
    )
