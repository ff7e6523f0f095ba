"""The traits as they stand in a file of values: the types of the module's keys, and what is read of them."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal
from zoneinfo import available_timezones

import msgspec
from msgspec import Meta

from trimtab.terraform_module import InStep, Ladder, OutStep

Whole = Annotated[int, Meta(ge=1, le=2**31 - 1)]
Seconds = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Percent = Annotated[float, Meta(gt=0, lt=100)]
Counted = Literal["ChangeInCapacity", "PercentChangeInCapacity"]
Bound = Annotated[int, Meta(ge=1, le=5000)]
PieceBound = Annotated[int, Meta(ge=0, le=5000)]


def check_timezone(name: str) -> None:
    """Refuse what is no time zone.

    Raises:
        ValueError: this machine knows none of the name.

    """
    if name not in available_timezones():
        msg = f"timezone {name!r} is none that is known here; an IANA name such as Europe/Berlin"
        raise ValueError(msg)


class Values(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of the schema: Terraform would drop an attribute it does not know, and its typo with it."""


class OutEntry(Values, frozen=True, kw_only=True):
    """One step out."""

    above: Annotated[float, Meta(ge=0)]
    add: Whole


class InEntry(Values, frozen=True, kw_only=True):
    """One step in."""

    below: Annotated[float, Meta(gt=0, le=1)]
    remove: Whole


class LadderEntry(Values, frozen=True, kw_only=True):
    """One metric's ladder."""

    high: Percent | None = None
    low: Percent | None = None
    steps: Annotated[tuple[OutEntry, ...], Meta(min_length=1, max_length=20)] | None = None
    enabled: bool | None = None

    def __post_init__(self) -> None:
        if self.enabled is False:
            msg = "enabled = false cannot be replayed or taken over: both scale by CPU and memory"
            raise ValueError(msg)

    def ladder(self, default: Ladder) -> Ladder:
        """Return the ladder, taking from ``default`` what is left out.

        Raises:
            ValueError: low is not below high, or the steps are no ladder.

        """
        high = default.high if self.high is None else self.high
        low = default.low if self.low is None else self.low
        if not low < high:
            msg = f"low ({low:g}) must be below high ({high:g})"
            raise ValueError(msg)
        if self.steps is None:
            return Ladder(high=high, low=low, steps=default.steps)
        aboves = [step.above for step in self.steps]
        if aboves[0] != 0 or any(one >= other for one, other in pairwise(aboves)):
            msg = f"steps must begin with above = 0 and rise, not {', '.join(f'{one:g}' for one in aboves)}"
            raise ValueError(msg)
        steps = tuple(OutStep(above=step.above, add=step.add) for step in self.steps)
        return Ladder(high=high, low=low, steps=steps)


class ScaleInEntry(Values, frozen=True, kw_only=True):
    """The steps in."""

    steps: Annotated[tuple[InEntry, ...], Meta(min_length=1, max_length=20)] | None = None

    def __post_init__(self) -> None:
        belows = [step.below for step in self.steps or (InEntry(below=1.0, remove=1),)]
        if belows[0] != 1 or any(one <= other for one, other in pairwise(belows)):
            msg = f"steps must begin with below = 1 and fall, not {', '.join(f'{one:g}' for one in belows)}"
            raise ValueError(msg)

    def scale_in(self, default: tuple[InStep, ...]) -> tuple[InStep, ...]:
        """Return the steps, ``default`` where they are left out."""
        if self.steps is None:
            return default
        return tuple(InStep(below=step.below, remove=step.remove) for step in self.steps)
