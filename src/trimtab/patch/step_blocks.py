"""Step adjustments of which there are more or fewer than proposed: their blocks, exchanged as one piece."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from typing import TYPE_CHECKING

from trimtab.patch.text import amount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimtab.lint.hcl.syntax import SourcePlace
    from trimtab.lint.resource import Piece
    from trimtab.patch.model import Steps

_NAMES = ("metric_interval_lower_bound", "metric_interval_upper_bound", "scaling_adjustment")


def blocks_of(steps: Sequence[Piece]) -> SourcePlace | None:
    """Return the place of all blocks, from the first to the last; ``None`` where one is not written out."""
    places = [one.place for one in steps]
    spans = [one.span for one in places]
    if not places or None in spans or len({one.file for one in places}) > 1:
        return None
    if any(not one.text.startswith("step_adjustment") for one in places):
        return None  # made by a dynamic block
    known = [one for one in spans if one is not None]
    if any(first[1] > second[0] for first, second in pairwise(known)):
        return None
    return dataclasses.replace(places[0], text="step_adjustment", span=(known[0][0], known[-1][1]))


def said_by(steps: Sequence[Piece]) -> Steps:
    """Return what blocks say."""
    return tuple(
        (
            amount(one.get("metric_interval_lower_bound")),
            amount(one.get("metric_interval_upper_bound")),
            int(amount(one.get("scaling_adjustment")) or 0),
        )
        for one in steps
    )


def leaves_of_steps(steps: Steps) -> list[tuple[str, float]]:
    """Return every value of some steps with its name, as a plan has them."""
    return [
        (name, value) for step in steps for name, value in zip(_NAMES, step, strict=True) if value is not None
    ]


def indented(block: str, content: bytes, start: int) -> bytes:
    """Return blocks as they stand in a file: with its indentation and its ends of line."""
    line = content.rfind(b"\n", 0, start) + 1
    margin = content[line:start]
    if margin.strip():
        margin = b""
    newline = b"\r\n" if content[:start].endswith(b"\r\n" + margin) else b"\n"
    return (newline + margin).join(one.encode() for one in block.split("\n"))
