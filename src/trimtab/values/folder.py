"""The folder that ``optimize`` writes: the values, the recommendation as JSON, and the fleet of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimtab.document.encode import encode
from trimtab.document.name import DOCUMENT_FILE
from trimtab.files import write_whole
from trimtab.snapshot.files import FLEET_FILE
from trimtab.snapshot.folder import encode_fleet
from trimtab.values.write import render

if TYPE_CHECKING:
    from pathlib import Path

    from trimtab.advice.model import Recommendation
    from trimtab.fleet.model import Fleet

VALUES_FILE = "services.auto.tfvars"


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
