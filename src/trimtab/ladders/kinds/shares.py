"""Steps in of percent, as one more kind of policy that may win: a small search from the front of tasks on.

A step in of whole tasks may take no more than the smallest fleet spares, and a fleet that grew to many times
that shrinks as slowly from its peak. A share of the tasks that run has no such bound.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trimtab.ladders.search import Effort, search
from trimtab.terraform_module import InStep

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trimtab.ladders.front import Limits, Tried
    from trimtab.ladders.parts import RecordingPart
    from trimtab.ladders.search import Hunt
    from trimtab.ladders.space import Space
    from trimtab.terraform_module import Ladders

SHARED_FROM = 100
"""Upper bound of the space [tasks] from which they are searched. In a smaller fleet a share comes to the
same few tasks that a step may take anyway (docs/search.md, "Steps in of percent")."""
EFFORT = Effort(drawn=0, rounds=8, varied=100)
BEGIN = ((10,), (20,), (30,), (50,), (10, 30), (20, 50))
"""Percent that each of the ladders below begins with."""
BEGUN = 12
"""Ladders of the front that it begins with, spread from its cheapest to its safest."""
SECOND_BELOW = 0.7
"""Where a second step begins, when the ladder had none [ratio]."""


def in_shares(
    part: RecordingPart, space: Space, limits: Limits, hunt: Hunt, front: Sequence[Tried]
) -> tuple[tuple[Tried, ...], int]:
    """Return the front of steps in of percent on a part, as ``search`` for tasks, and how many replays."""
    if space.most < SHARED_FROM or not front:
        return (), 0
    spread = front[:: max(1, len(front) // BEGUN)]
    seeds = tuple(shared for one in spread for shared in _shared(one.ladders))
    shares = replace(hunt, seeds=seeds, effort=EFFORT)
    return search(part, replace(space, percent=True), limits, shares), EFFORT.replays + len(seeds)


def _shared(ladders: Ladders) -> Iterator[Ladders]:
    """Yield the ladders with shares in the place of their steps in."""
    for shares in BEGIN:
        belows = [step.below for step in ladders.scale_in[: len(shares)]]
        belows += [SECOND_BELOW] * (len(shares) - len(belows))
        steps = tuple(InStep(below=one, remove=share) for one, share in zip(belows, shares, strict=True))
        yield replace(ladders, scale_in=steps, in_percent=1)
