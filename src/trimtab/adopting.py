"""``trimtab write``: what adopts the running fleet, beside the values that ``optimize`` wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimtab.adoption.imports import imports_of
from trimtab.adoption.read_values import read_proposals
from trimtab.adoption.takeover import takeover_of
from trimtab.adoption.write import VALUES_FILE, write_adoption
from trimtab.errors import UsageError
from trimtab.fleet.snapshot import FLEET_FILE, read_fleet

if TYPE_CHECKING:
    from pathlib import Path

    from trimtab.adoption.takeover import Takeover
    from trimtab.adoption.write import WrittenAdoption
    from trimtab.pipeline import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """What is taken over from the running fleet, and where that is written."""

    takeover: Takeover
    imports: int
    """Import blocks."""
    written: WrittenAdoption

    @property
    def partial(self) -> bool:
        """Whether a service of the values cannot be taken over."""
        return bool(self.takeover.left)


def write(folder: Path, *, progress: Progress = lambda _: None) -> Adoption:
    """Write what adopts the running fleet beside the values that ``optimize`` wrote into ``folder``.

    Raises:
        SnapshotError: the folder's fleet.json cannot be read or believed.
        UsageError: there are no values, or the snapshot does not say what things are called.

    """
    progress(f"reading {folder}")
    proposals = read_proposals(folder / VALUES_FILE)
    fleet = read_fleet(folder / FLEET_FILE)
    if fleet.identity is None:
        raise UsageError(
            "the snapshot does not say what things are called in the account",
            where=str(folder / FLEET_FILE),
            advice="read the fleet with trimtab snapshot, and optimize that",
        )
    takeover = takeover_of(fleet, fleet.identity, proposals)
    progress(f"writing {folder}")
    written = write_adoption(takeover, folder)
    return Adoption(takeover=takeover, imports=len(imports_of(takeover)), written=written)
