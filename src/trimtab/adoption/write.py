"""Writes into a folder: a recommendation (values and the whole as JSON), and a takeover."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimtab.adoption import adopt_values, imports, not_owned
from trimtab.adoption.values import render
from trimtab.errors import UsageError
from trimtab.evidence.document_encode import encode
from trimtab.files import write_together
from trimtab.fleet.folder import FLEET_FILE
from trimtab.fleet.snapshot import encode_fleet

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from trimtab.adoption.takeover import Takeover
    from trimtab.evidence.model import Recommendation
    from trimtab.fleet.model import Fleet

VALUES_FILE = "services.auto.tfvars"
DOCUMENT_FILE = "recommendation.json"
IMPORTS_FILE = "imports.tf"
ADOPT_FILE = "adopt.auto.tfvars"
NOT_OWNED_FILE = "not-owned.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Where the files are."""

    values: Path
    document: Path


def write_recommendation(recommendation: Recommendation, folder: Path, fleet: Fleet | None = None) -> Written:
    """Write both files into ``folder``, made if need be: both whole, or neither.

    With them goes the fleet they are for, where it says what to adopt: see ``write_adoption``.

    Raises:
        UsageError: the folder cannot be made or written.

    """
    written = Written(values=folder / VALUES_FILE, document=folder / DOCUMENT_FILE)
    contents = {
        written.values: render(recommendation).encode(),
        written.document: encode(recommendation),
    }
    if fleet is not None and fleet.identity is not None:
        contents[folder / FLEET_FILE] = encode_fleet(fleet)
    write_whole(contents, folder, advice="name a folder you may write to")
    return written


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


def write_whole(contents: Mapping[Path, bytes], where: Path, *, advice: str) -> None:
    """Write all files whole, or none, their folders made if need be. ``where`` is what the user named.

    Raises:
        UsageError: a folder cannot be made or written; it says ``where``, and ``advice``.

    """
    try:
        for target in contents:
            target.parent.mkdir(parents=True, exist_ok=True)
        write_together(contents)
    except OSError as error:
        raise UsageError(
            f"the output cannot be written ({error.strerror or error})", where=str(where), advice=advice
        ) from error
