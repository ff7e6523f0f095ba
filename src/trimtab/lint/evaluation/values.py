"""What an expression is worth, as far as it can be worked out without a plan.

Plain Python for what is known: ``None``, ``bool``, ``int``, ``float``, ``str``, ``list`` (sets too,
without what is there twice) and ``dict``. What is not known is an ``Unknown`` that says why and where.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from trimtab.lint.evaluation.traced import like

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trimtab.lint.hcl.syntax import SourcePlace

Value: TypeAlias = Any
"""HCL is dynamically typed, and so is this one name for what it yields."""

_STRINGS = re.compile(r'(?<!\[)"(?:[^"\\]|\\.)*"')
MARK = "\ue000"
"""A character that no configuration has: what stands between two of it is not known."""
COMPUTED = frozenset({"id", "arn", "name", "arn_suffix", "dns_name"})
"""Attributes of a resource that are never null once it is there."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """What cannot be worked out. Two of one origin are the same unknown thing."""

    origin: str
    """What it is, for telling two apart: ``module.a/var.x``."""
    why: str = field(compare=False)
    place: SourcePlace = field(compare=False)

    @property
    def said(self) -> str:
        """The expression as it may be shown: what stands in quotes may be a secret."""
        if self.place.text.startswith("<<"):
            return "<<…"
        return _STRINGS.sub('"…"', self.place.text)


@dataclass(frozen=True, slots=True)
class Ref(Unknown):
    """An attribute of a resource that only AWS gives, such as an ARN."""

    address: str
    attribute: str


@dataclass(frozen=True, slots=True)
class Text(Unknown):
    """A string of which some parts are not known."""

    parts: tuple[Value, ...]


class Thing:
    """A resource, a module or a scope: what references go through, and is itself no value of HCL."""

    def member(self, name: str, place: SourcePlace) -> Value:
        """Return what ``thing.name`` is worth."""
        raise NotImplementedError

    @property
    def shape(self) -> Unknown | None:
        """Why it is not known how many of it there are; ``None`` where that is known."""
        return None

    def refs(self) -> Iterator[Ref]:
        """Yield the resource that it is, if it is one."""
        return iter(())


class Encoded(str):
    """JSON that keeps what it was made of, unknown parts included."""

    __slots__ = ("content",)
    content: Value

    @staticmethod
    def of(content: Value) -> Encoded:
        """Encode; what is not known stands in the text as null, and is told by ``content``."""
        made = Encoded(json.dumps(content, default=lambda _: None, separators=(",", ":")))
        made.content = content
        return made

    def parts(self) -> list[Value]:
        """Return its text, with what is not known in the places where it stands."""
        missing: list[Unknown] = []

        def mark(value: Value) -> str | None:
            if not isinstance(value, Unknown):
                return None
            missing.append(value)
            return f"{MARK}{len(missing) - 1}{MARK}"

        written = json.dumps(self.content, default=mark, separators=(",", ":"), ensure_ascii=False)
        pieces = re.split(f'"{MARK}(\\d+){MARK}"', written)
        return [missing[int(one)] if at % 2 else one for at, one in enumerate(pieces)]


class Failed(Exception):  # noqa: N818 - it is HCL that fails, and `try` takes it
    """An expression that Terraform would refuse."""


def unknown_in(value: Value) -> Unknown | None:
    """Return the first thing in it that is not known."""
    if isinstance(value, Unknown):
        return value
    if isinstance(value, Encoded):
        return unknown_in(value.content)
    inner: Iterable[Value] = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    )
    return next((found for one in inner if (found := unknown_in(one)) is not None), None)


def refs_in(value: Value) -> Iterator[Ref]:
    """Yield every reference to a resource in it."""
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, Thing):
        yield from value.refs()
    elif isinstance(value, Text):
        for part in value.parts:
            yield from refs_in(part)
    elif isinstance(value, Encoded):
        yield from refs_in(value.content)
    elif isinstance(value, dict):
        for one in value.values():
            yield from refs_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from refs_in(one)


def same(left: Value, right: Value) -> bool:
    """Compare as HCL does: a truth value is no number."""
    if isinstance(left, bool) != isinstance(right, bool):
        return False
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


def text(value: Value) -> str:
    """Return a known primitive as HCL writes it into a string."""
    if value is None or isinstance(value, (list, dict, Unknown, Thing)):
        msg = "a string is needed here"
        raise Failed(msg)
    if isinstance(value, str):
        return value  # with what it was encoded of
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return like(value, str(int(value)))
    return like(value, str(value))


def number(value: Value) -> int | float:
    """Return a known primitive as a number."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        try:
            read = float(value)
        except ValueError:
            pass
        else:
            return like(value, int(read)) if read.is_integer() else like(value, read)
    msg = "a number is needed here"
    raise Failed(msg)


def truth(value: Value) -> bool:
    """Return a known primitive as a truth value."""
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    msg = "true or false is needed here"
    raise Failed(msg)


def joined(parts: list[Value], place: SourcePlace) -> Value:
    """Return a string of parts, some of them perhaps not known."""
    parts = [
        piece
        for one in parts
        for piece in (one.parts() if isinstance(one, Encoded) and unknown_in(one) is not None else [one])
    ]
    if not any(isinstance(one, Unknown) for one in parts):
        return "".join(text(one) for one in parts)
    flat: list[Value] = []
    for part in parts:
        for piece in part.parts if isinstance(part, Text) else (part,):
            said = piece if isinstance(piece, Unknown) else text(piece)
            if flat and isinstance(said, str) and isinstance(flat[-1], str):
                flat[-1] += said
            elif said != "":
                flat.append(said)
    first = next(one for one in flat if isinstance(one, Unknown))
    origin = "".join(one.origin if isinstance(one, Unknown) else one for one in flat)
    return Text(origin, first.why, first.place if first.place.file else place, tuple(flat))


def key_text(value: Value) -> str:
    """Return a string, or what stands for one that is not known: equal only to itself."""
    return value.origin if isinstance(value, Unknown) else str(value)
