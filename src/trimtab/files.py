"""Files written together: all of them whole, or none."""

from __future__ import annotations

import logging
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from trimtab.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


LOG = logging.getLogger(__name__)


def write_together(contents: Mapping[Path, bytes]) -> None:
    """Write every file beside its place, and only when all are there put them in their places.

    The names in between begin with a dot and end with none of the real endings: whoever looks
    for a kind of file (Terraform for ``.tfvars``) passes them over.

    Raises:
        OSError: one of them cannot be written; none was put in its place.

    """
    parts: dict[Path, Path] = {}
    try:
        _refuse_folders(contents)
        for target, content in contents.items():
            handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
            parts[target] = Path(name)
            with os.fdopen(handle, "wb") as part:
                part.write(content)
            parts[target].chmod(0o644)  # mkstemp makes files only the owner may read
        for target, path in parts.items():
            path.replace(target)
            LOG.debug("written: %s", target)
    finally:
        for path in parts.values():
            with suppress(FileNotFoundError):
                path.unlink()


def _refuse_folders(targets: Iterable[Path]) -> None:
    for target in targets:
        if target.is_dir():
            raise IsADirectoryError(0, f"{target.name} is a folder")


def write_whole(contents: Mapping[Path, bytes], where: Path, *, advice: str) -> None:
    """Write all files whole, or none, their folders made if need be. ``where`` is what the user named.

    Raises:
        UsageError: a folder cannot be made or written; it says ``where``, and ``advice``.

    """
    try:
        _refuse_folders(contents)
        for target in contents:
            target.parent.mkdir(parents=True, exist_ok=True)
        write_together(contents)
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
