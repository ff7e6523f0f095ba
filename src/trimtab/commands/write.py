"""``trimtab write``: what adopts the running fleet, beside the values that ``optimize`` wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimtab.advice.calls import calls_of
from trimtab.document.read import refuse_foreign
from trimtab.errors import UsageError
from trimtab.folders.output import only_one
from trimtab.progress import silent
from trimtab.snapshot.files import FLEET_FILE
from trimtab.snapshot.folder import read_fleet
from trimtab.takeover.imports import imports_of
from trimtab.takeover.takeover import takeover_of
from trimtab.takeover.write import write_adoption
from trimtab.values.calls import as_called, unseen
from trimtab.values.deployment import undeployed
from trimtab.values.folder import VALUES_FILE
from trimtab.values.read import read_proposals

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from trimtab.advice.calls import Cut
    from trimtab.advice.case.proposal import Proposal
    from trimtab.progress import Progress
    from trimtab.takeover.takeover import Takeover
    from trimtab.takeover.write import WrittenAdoption


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """What is taken over from the running fleet, and where that is written."""

    takeover: Takeover
    imports: int
    """Import blocks."""
    written: WrittenAdoption
    cuts: tuple[Cut, ...]
    """Calls that the module's own security groups would cut off, or a move to the internal load balancer."""
    unseen: int
    """Variables of which the snapshot has no value: whom they call cannot be told."""
    undeployed: tuple[tuple[str, str], ...]
    """Services whose deployments change because the values say nothing of them, and what they could say."""

    @property
    def partial(self) -> bool:
        """Whether a service of the values cannot be taken over."""
        return bool(self.takeover.left)


def write(folder: Path, *, progress: Progress = silent) -> Adoption:
    """Write what adopts the running fleet beside the values that ``optimize`` wrote into ``folder``.

    Raises:
        SnapshotError: the folder's fleet.json cannot be read or believed.
        UsageError: there are no values, the snapshot does not say what things are called, or the files
            are of two runs.

    """
    progress(f"reading {folder}")
    refuse_foreign(folder, FLEET_FILE)
    proposals = read_proposals(folder / VALUES_FILE)
    fleet = read_fleet(folder / FLEET_FILE)
    if fleet.identity is None:
        raise UsageError(
            "the snapshot does not say what things are called in the account",
            where=str(folder / FLEET_FILE),
            advice="read the fleet with trimtab snapshot, and optimize that",
        )
    takeover = takeover_of(
        fleet,
        fleet.identity,
        proposals,
        tracked=[name for name, one in proposals.items() if one.ladders.tracking is not None],
        fast=[name for name, one in proposals.items() if one.ladders.fast_signals],
    )
    _refuse_spot(takeover, proposals, folder / VALUES_FILE)
    progress(f"writing {folder}")
    with only_one(folder):
        written = write_adoption(takeover, folder)
    left = [one.service for one in takeover.left]
    calls = calls_of(as_called(fleet, folder / VALUES_FILE), left).values()
    return Adoption(
        takeover=takeover,
        imports=len(imports_of(takeover)),
        written=written,
        cuts=tuple(cut for one in calls for cut in one.cuts),
        unseen=unseen(fleet),
        undeployed=undeployed((one.service for one in takeover.services), folder / VALUES_FILE),
    )


def _refuse_spot(takeover: Takeover, proposals: Mapping[str, Proposal], values: Path) -> None:
    """Refuse values that move running services to Spot: launch type to strategy replaces a service."""
    moved = [one.service.name for one in takeover.services if proposals[one.service.name].spot is not None]
    if moved:
        raise UsageError(
            f"spot = true for {', '.join(moved)}: a running service that changes what it runs on is replaced",
            where=str(values),
            advice="take spot out of their values: what they run on now is kept (docs/adopt.md)",
        )
