"""Writes a recommendation into a folder: the values Terraform reads, and the whole as JSON."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trimtab.adoption.values import render
from trimtab.errors import UsageError
from trimtab.evidence.document import encode

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_all(contents)
    except OSError as error:
        raise UsageError(
            f"the output cannot be written ({error.strerror or error})",
            where=str(folder),
            advice="name a folder you may write to",
        ) from error
    return written


def _write_all(contents: Mapping[Path, bytes]) -> None:
    """Write every file beside its place, and only when all are there put them in their places.

    The names in between begin with a dot and do not end in ``.tfvars``: Terraform reads neither.
    """
    parts: dict[Path, Path] = {}
    try:
        for target, content in contents.items():
            if target.is_dir():
                raise IsADirectoryError(0, f"{target.name} is a folder")
            handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
            parts[target] = Path(name)
            with os.fdopen(handle, "wb") as part:
                part.write(content)
            parts[target].chmod(0o644)  # mkstemp makes files only the owner may read
        for target, path in parts.items():
            path.replace(target)
    finally:
        for path in parts.values():
            with suppress(FileNotFoundError):
                path.unlink()
