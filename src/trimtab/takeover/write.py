"""Writes a takeover into the folder of the values: import blocks, what is kept, what is not owned.

A record of what was written lies beside them, so that ``optimize`` can tell an edit, or an import that was
done and removed, from a file that it may write anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from trimtab.document.files import digest_of
from trimtab.files import write_whole
from trimtab.folders.output import OWN
from trimtab.takeover import imports, not_owned
from trimtab.takeover import kept as adopt_values

if TYPE_CHECKING:
    from pathlib import Path

    from trimtab.takeover.takeover import Takeover

IMPORTS_FILE = "imports.tf"
ADOPT_FILE = "adopt.auto.tfvars"
NOT_OWNED_FILE = "not-owned.md"
FILES: Final = (IMPORTS_FILE, ADOPT_FILE, NOT_OWNED_FILE)
RECORD: Final = f"{OWN}/adoption.json"
"""Digests of the files as they were written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenAdoption:
    """Where the files are."""

    imports: Path
    adopt: Path
    not_owned: Path


def write_adoption(takeover: Takeover, folder: Path) -> WrittenAdoption:
    """Write import blocks, what is kept and what is not owned into ``folder``: all whole, or none.

    Raises:
        UsageError: the folder cannot be written.

    """
    contents = {folder / name: content for name, content in adoption_files(takeover).items()}
    write_whole(contents, folder, advice="name a folder you may write to")
    return written_in(folder)


def written_in(folder: Path) -> WrittenAdoption:
    """Return where the files lie in a folder."""
    return WrittenAdoption(
        imports=folder / IMPORTS_FILE, adopt=folder / ADOPT_FILE, not_owned=folder / NOT_OWNED_FILE
    )


def adoption_files(takeover: Takeover) -> dict[str, bytes]:
    """Return each file by its path in the folder, and the record of them."""
    contents = {
        IMPORTS_FILE: imports.render(imports.imports_of(takeover)).encode(),
        ADOPT_FILE: adopt_values.render(takeover).encode(),
        NOT_OWNED_FILE: not_owned.render(takeover).encode(),
    }
    record = {name: digest_of(content) for name, content in contents.items()}
    return contents | {RECORD: msgspec.json.encode(record)}


def touched(folder: Path) -> tuple[str, ...]:
    """Return which files of an earlier takeover are not as they were written: edited, removed, or unknown."""
    try:
        record = msgspec.json.decode((folder / RECORD).read_bytes(), type=dict[str, str])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return tuple(name for name in FILES if (folder / name).exists())
    return tuple(name for name in FILES if _digest(folder / name) != record.get(name))


def _digest(path: Path) -> str | None:
    try:
        return digest_of(path.read_bytes())
    except OSError:
        return None
