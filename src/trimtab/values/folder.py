"""The folder that ``optimize`` writes: the values, the recommendation, and the fleet of both."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from trimtab.document.encode import encode
from trimtab.document.files import FILE
from trimtab.document.name import DOCUMENT_FILE
from trimtab.document.read import earlier_files
from trimtab.folders.output import half_written, switch
from trimtab.snapshot.files import FLEET_FILE
from trimtab.snapshot.folder import encode_fleet, has_values
from trimtab.values.write import render

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from trimtab.advice.model import Recommendation
    from trimtab.fleet.model import Fleet

VALUES_FILE = "services.auto.tfvars"
NOTHING: Final[Mapping[str, bytes]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Where the files are."""

    values: Path
    document: Path


def contents_of(recommendation: Recommendation, fleet: Fleet | None = None) -> dict[str, bytes]:
    """Return each file by its path in the folder, the index last.

    With them goes the fleet they are for, where it says what to adopt: see ``write_adoption``.
    """
    beside = {VALUES_FILE: render(recommendation).encode()}
    if fleet is not None and fleet.identity is not None:
        beside[FLEET_FILE] = encode_fleet(fleet)
    return beside | encode(recommendation, beside)


def write_recommendation(
    recommendation: Recommendation,
    folder: Path,
    fleet: Fleet | None = None,
    *,
    also: Mapping[str, bytes] = NOTHING,
    removed: Collection[str] = (),
) -> Written:
    """Write all files into ``folder``, made if need be: all whole, or none. Services' that went are removed.

    ``also`` are files by their paths in it that switch with them and are there to be edited, and ``removed``
    what goes. What holds values of variables is for its owner alone: some may be secret.

    Raises:
        UsageError: the folder cannot be made or written.

    """
    contents = {**also, **contents_of(recommendation, fleet)}
    gone = (earlier_files(folder) | half_written(folder)) - set(contents)
    gone = {name for name in gone if FILE.fullmatch(name)} | {*removed}
    valued = any(advice.service.environment for advice in recommendation.services)
    secret = {VALUES_FILE, FLEET_FILE} if valued or (fleet is not None and has_values(fleet)) else set()
    switch(folder, contents, index=DOCUMENT_FILE, secret=secret, gone=gone)
    return Written(values=folder / VALUES_FILE, document=folder / DOCUMENT_FILE)
