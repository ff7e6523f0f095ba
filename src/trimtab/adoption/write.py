"""Writes a recommendation into a folder: the values Terraform reads, and the whole as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimtab.adoption.values import render
from trimtab.errors import UsageError
from trimtab.evidence.document import encode
from trimtab.files import write_together

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from trimtab.evidence.model import Recommendation

VALUES_FILE = "services.auto.tfvars"
DOCUMENT_FILE = "recommendation.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Where the files are."""

    values: Path
    document: Path


def write_recommendation(recommendation: Recommendation, folder: Path) -> Written:
    """Write both files into ``folder``, made if need be: both whole, or neither.

    Raises:
        UsageError: the folder cannot be made or written.

    """
    written = Written(values=folder / VALUES_FILE, document=folder / DOCUMENT_FILE)
    contents = {
        written.values: render(recommendation).encode(),
        written.document: encode(recommendation),
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
