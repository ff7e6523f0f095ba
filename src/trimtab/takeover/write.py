"""Writes a takeover into the folder of the values: import blocks, what is kept, what is not owned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimtab.files import write_whole
from trimtab.takeover import imports, not_owned
from trimtab.takeover import kept as adopt_values

if TYPE_CHECKING:
    from pathlib import Path

    from trimtab.takeover.takeover import Takeover

IMPORTS_FILE = "imports.tf"
ADOPT_FILE = "adopt.auto.tfvars"
NOT_OWNED_FILE = "not-owned.md"


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
    written = WrittenAdoption(
        imports=folder / IMPORTS_FILE, adopt=folder / ADOPT_FILE, not_owned=folder / NOT_OWNED_FILE
    )
    contents = {
        written.imports: imports.render(imports.imports_of(takeover)).encode(),
        written.adopt: adopt_values.render(takeover).encode(),
        written.not_owned: not_owned.render(takeover).encode(),
    }
    write_whole(contents, folder, advice="name a folder you may write to")
    return written
