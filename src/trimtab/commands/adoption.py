"""The takeover that ``optimize -o`` writes beside its values, where the snapshot knows what is there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trimtab.folders.output import half_written
from trimtab.takeover.imports import imports_of
from trimtab.takeover.takeover import takeover_of
from trimtab.takeover.write import FILES, RECORD, adoption_files, touched

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from trimtab.advice.model import Recommendation
    from trimtab.fleet.left_out import LeftOut
    from trimtab.fleet.model import Fleet

AGAIN = "trimtab write DIR writes them anew"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptionBeside:
    """What goes with the values, and what is said of it."""

    contents: Mapping[str, bytes] = field(default_factory=dict)
    """By their paths in the folder."""
    gone: frozenset[str] = frozenset()
    """Files of an earlier takeover that would not fit the values."""
    said: str = ""
    left: tuple[LeftOut, ...] = ()
    """Services that have values and cannot be taken over."""


def adoption_beside(recommendation: Recommendation, fleet: Fleet, folder: Path) -> AdoptionBeside:
    """Return what takes the fleet over, for the folder that the values go into.

    Nothing where the snapshot has no identities. What somebody edited, or removed because the imports are
    done, stays as it is: a line that was taken out of adopt.auto.tfvars would otherwise come back.
    """
    if fleet.identity is None or not recommendation.services:
        return AdoptionBeside()
    changed = touched(folder)
    if changed and not half_written(folder) & {*FILES}:  # else a run was killed while it wrote them
        names = " and ".join(changed)
        return AdoptionBeside(said=f"the takeover stays: {names} edited, done or not known; {AGAIN}")
    if any(advice.proposal.spot is not None for advice in recommendation.services):
        return AdoptionBeside(
            gone=frozenset((*FILES, RECORD)),
            said="no import blocks: on Spot a running service would be replaced (docs/adopt.md)",
        )
    takeover = takeover_of(
        fleet,
        fleet.identity,
        [one.service.name for one in recommendation.services],
        tracked=[one.service.name for one in recommendation.services if one.ladders.tracking is not None],
        fast=[one.service.name for one in recommendation.services if one.ladders.fast_signals],
    )
    imports = len(imports_of(takeover))
    return AdoptionBeside(
        contents=adoption_files(takeover),
        said=f"{len(takeover.services)} services taken over by {imports} imports, for terraform/platform",
        left=takeover.left,
    )
