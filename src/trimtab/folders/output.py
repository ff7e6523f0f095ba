"""A folder that a run writes into: one run at a time, and all of its files switch at once.

New files are written to the disk in ``.trimtab/next``, with their modes. Then a note says that they take
their places, they take them, the index last, and the note goes. A run that is killed in between leaves
the note, and ``refuse_half`` refuses the folder until a run has written it again: what is there may be half
the old result and half the new. The note counts for nothing once the index is the one that it tells of.
"""

from __future__ import annotations

import hashlib
import shutil
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Final

import msgspec

from trimtab.decoding import decoded
from trimtab.errors import UsageError
from trimtab.files import create, flush_folder, refuse_folders, write_together
from trimtab.folders.lock import HeldError, locked

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

OWN: Final = ".trimtab"
"""What runs keep for themselves in an output folder."""
LOCK, NEXT, NOTE = "lock", "next", "switching"
ADVICE: Final = "name a folder you may write to"


class _Note(msgspec.Struct, frozen=True, kw_only=True):
    sha256: str
    """Of the index to come."""
    files: tuple[str, ...]
    """What takes its place, or goes."""


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the folder, made if need be, against other runs. The system lets go when the holder dies.

    Raises:
        UsageError: another run holds it, or it cannot be written.

    """
    with ExitStack() as held:
        with _writable(folder):
            try:
                held.enter_context(locked(_own(folder) / LOCK))
            except HeldError as error:
                raise UsageError(
                    f"another run of trimtab is writing into it{error.by}",
                    where=str(folder),
                    advice="wait for it",
                ) from error
        yield


def switch(
    folder: Path,
    contents: Mapping[str, bytes],
    *,
    index: str,
    secret: Collection[str] = (),
    gone: Collection[str] = (),
) -> None:
    """Put files in their places, by their paths in ``folder``: ``index`` last; then remove ``gone``.

    Raises:
        UsageError: the folder cannot be written.

    """
    with _writable(folder):
        refuse_folders(folder / name for name in contents)
        own = _own(folder)
        shutil.rmtree(own / NEXT, ignore_errors=True)  # of a run that was killed
        (own / NEXT).mkdir()
        staged = {}
        for number, name in enumerate(sorted(contents, key=lambda name: name == index)):
            staged[name] = own / NEXT / str(number)
            create(staged[name], contents[name], instead_of=folder / name, secret=name in secret)
        note = _Note(sha256=hashlib.sha256(contents[index]).hexdigest(), files=(*staged, *gone))
        create(own / NEXT / NOTE, msgspec.json.encode(note), instead_of=own / NOTE)
        flush_folder(own / NEXT)
        (own / NEXT / NOTE).replace(own / NOTE)
        flush_folder(own)
        for name, path in staged.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            if name == index:
                for above in {(folder / one).parent for one in staged}:
                    flush_folder(above)
            path.replace(folder / name)
        flush_folder(folder)
        for name in gone:
            (folder / name).unlink(missing_ok=True)
        (own / NOTE).unlink()
        shutil.rmtree(own / NEXT, ignore_errors=True)


def refuse_half(folder: Path, index: bytes | None) -> None:
    """Refuse a folder of which some files may be of one run and some of another.

    Raises:
        UsageError: a run was stopped between the first and the last of its files, or is just there.

    """
    note = _note(folder)
    if note is None or (index is not None and hashlib.sha256(index).hexdigest() == note.sha256):
        return
    raise UsageError(
        "some of its files are of one run and some of the next, which was stopped while it wrote",
        where=str(folder),
        advice="run trimtab optimize for all services again, which goes on from what was found",
    )


def half_written(folder: Path) -> frozenset[str]:
    """Return the paths of what a run that was stopped was about to write or remove; none where none was."""
    note = _note(folder)
    return frozenset(note.files if note else ())


def _note(folder: Path) -> _Note | None:
    try:
        content = (folder / OWN / NOTE).read_bytes()
    except OSError:
        return None
    with suppress(msgspec.DecodeError):
        return decoded(content, _Note)
    return _Note(sha256="", files=())  # it is there all the same


def _own(folder: Path) -> Path:
    own = folder / OWN
    own.mkdir(parents=True, exist_ok=True)
    if not (own / ".gitignore").exists():
        for half in own.glob("..gitignore.*"):  # of a run that was killed
            half.unlink()
        write_together({own / ".gitignore": b"*\n"})  # not for version control
    return own


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"the output cannot be written ({error.strerror or error})", where=str(folder), advice=ADVICE
        ) from error
