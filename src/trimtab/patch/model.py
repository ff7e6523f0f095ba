"""What is to be changed in somebody's Terraform, what cannot be, and why."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from trimtab.lint.evaluation.traced import Traced

if TYPE_CHECKING:
    from pathlib import Path

    from trimtab.lint.evaluation.values import Value
    from trimtab.lint.hcl.syntax import SourcePlace
    from trimtab.lint.resource import Piece, Resource
    from trimtab.patch.wishes import WantedService

Number: TypeAlias = int | float | str
Steps: TypeAlias = tuple[tuple[float | None, float | None, int], ...]
"""Lower bound, upper bound and adjustment of each step."""
Where: TypeAlias = tuple[str, ...]
"""The path of an attribute in a plan; ``*`` stands for a place in a list or set."""


NEW_LINE = "a new line: "
"""Begins the text of a place that has no literal yet; the attribute's name follows."""
EXIT_UNPROVEN, EXIT_OTHERWISE = 12, 13
"""There are no two plans; there are, and they differ by something else: then nothing is written."""


class Bundle(StrEnum):
    """What goes into a tree together or not at all, for one service."""

    CAPACITY = "capacity"
    """Size and bounds: a smaller task without its higher minimum is an outage."""
    CPU_OUT = "scaling out by CPU"
    MEMORY_OUT = "scaling out by memory"
    SCALE_IN = "scaling in"
    TRACKING = "target tracking"
    TARGET_CHECK = "the target group's health check"
    """An interval below its timeout is refused by AWS."""
    CONTAINER_CHECK = "the container's health check"
    GRACE = "the grace period"
    DRAIN = "the drain"
    STOP = "the stop timeout"
    LOGS = "log retention"


SCALING = frozenset({Bundle.CPU_OUT, Bundle.MEMORY_OUT, Bundle.SCALE_IN, Bundle.TRACKING})


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedValue:
    """One value that the proposal has another of."""

    service: str
    part: Bundle
    address: str
    """Of the resource instance."""
    where: Where
    now: Value
    """As the tree says it; ``None`` where it does not."""
    new: Number
    place: SourcePlace
    """Of the attribute, or of the block that lacks it."""
    along: bool = False
    """Not of the proposal: it follows because it is the same literal."""
    longest: bool = False
    """Whether one literal of several services takes the largest: longer is the safe side of each."""
    steps: tuple[Steps, Steps] | None = None
    """Whole blocks of step adjustments, as they are and as they should be: then ``new`` is HCL."""
    blocked: str = ""
    """Why it cannot be, where that is known from the start."""
    block: str = ""
    """HCL to write by hand then."""
    into: SourcePlace | None = None
    """The block that gets a line for it, where it is not given."""

    @property
    def origin(self) -> SourcePlace | None:
        """The literal that says it, if one does; else the line that is to be."""
        if self.now is None and self.into is not None:
            return replace(self.into, text=f"{NEW_LINE}{self.where[-1]}")
        return self.now.origin if isinstance(self.now, Traced) else None

    @property
    def attribute(self) -> str:
        """Its name as people write it."""
        return dotted(self.where)


def dotted(where: Where) -> str:
    """Return a path as people write it."""
    return ".".join(one for one in where if one != "*")


def is_of(value: Value, origin: SourcePlace | None) -> bool:
    """Tell whether a value is said by this very literal."""
    if not isinstance(value, Traced) or origin is None:
        return False
    return value.origin == origin and value.origin.span == origin.span


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What stays as it is, and why."""

    service: str
    what: str
    now: str
    """Empty where the tree does not say it."""
    new: str
    place: SourcePlace | None
    why: str
    block: str = ""
    """HCL to write by hand, where that is the way."""


INSERTED = frozenset({Bundle.TARGET_CHECK, Bundle.GRACE, Bundle.DRAIN, Bundle.LOGS})
"""Parts of which a line may be written where there is none: what AWS takes without it is one value, which the
plan shows. Of a size, of bounds and of alarms nothing is written that nobody gave."""


def line_for(part: Bundle, piece: Piece, name: str) -> SourcePlace | None:
    """Return the block that gets a line for an attribute, or ``None`` where it is given or must be."""
    return piece.place if part in INSERTED and name not in piece.body.attributes else None


@dataclass(slots=True)
class Wishes:
    """What a service is to get, and what of it stays."""

    wanted: WantedService
    wishes: list[WantedValue] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)

    def add(  # noqa: PLR0913, PLR0917 - the parts of a wish
        self,
        part: Bundle,
        resource: Resource,
        piece: Piece,
        name: str,
        new: Number,
        above: Where = (),
        *,
        longest: bool = False,
    ) -> WantedValue:
        """Wish for an attribute of a resource, or of a block in it."""
        made = WantedValue(
            service=self.wanted.service,
            part=part,
            address=resource.address,
            where=(*above, name),
            now=piece.get(name),
            new=new,
            place=piece.at(name),
            longest=longest,
            into=line_for(part, piece, name),
        )
        self.wishes.append(made)
        return made

    def leave(  # noqa: PLR0913, PLR0917 - the parts of what stays
        self, what: str, place: SourcePlace | None, why: str, block: str = "", now: str = "", new: str = ""
    ) -> None:
        """Name what stays, and the HCL to write by hand."""
        self.left.append(
            Left(service=self.wanted.service, what=what, now=now, new=new, place=place, why=why, block=block)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One literal, and what stands there instead."""

    path: Path
    start: int
    """First byte."""
    end: int
    before: bytes
    after: bytes
    place: SourcePlace
    wishes: tuple[WantedValue, ...]

    @property
    def services(self) -> tuple[str, ...]:
        """The services that it changes."""
        return tuple(dict.fromkeys(one.service for one in self.wishes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """All of it, before anything is written."""

    root: Path
    edits: tuple[Edit, ...]
    left: tuple[Left, ...]
    contents: dict[Path, bytes] = field(default_factory=dict)
    """Each changed file, whole."""
    before: dict[Path, bytes] = field(default_factory=dict)
    """The same as they were."""
    notes: tuple[str, ...] = ()
    already: int = 0
    """Values that are as proposed."""
