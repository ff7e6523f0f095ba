"""Terraform as it is written: expressions, attributes and blocks, each with its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

SHOWN = 80
"""No more of an expression is shown [characters]."""


@dataclass(frozen=True, slots=True)
class SourcePlace:
    """Where something stands; the file as the user reaches it, lines from 1."""

    file: str
    line: int
    last_line: int = 0
    text: str = ""
    """The source of an expression, on one line and cut."""
    span: tuple[int, int] | None = field(default=None, compare=False)
    """Its first character in the text and the one behind its last; not known inside a heredoc or JSON."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a truth value, null, or a part of a string."""

    place: SourcePlace
    value: str | float | bool | None


@dataclass(frozen=True, slots=True)
class Template:
    """A string with expressions in it."""

    place: SourcePlace
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class TupleOf:
    """``[a, b]``."""

    place: SourcePlace
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ObjectOf:
    """``{ a = 1 }``; a bare key is a literal."""

    place: SourcePlace
    pairs: tuple[tuple[Node, Node], ...]


@dataclass(frozen=True, slots=True)
class For:
    """``[for k, v in source : result if condition]``; with ``result_key`` it makes a map."""

    place: SourcePlace
    names: tuple[str, ...]
    source: Node
    result_key: Node | None
    result: Node
    condition: Node | None
    grouped: bool


@dataclass(frozen=True, slots=True)
class Conditional:
    """``test ? yes : no``."""

    place: SourcePlace
    test: Node
    yes: Node
    no: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """``left operator right``."""

    place: SourcePlace
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Unary:
    """``-operand`` or ``!operand``."""

    place: SourcePlace
    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Name:
    """The root of a reference."""

    place: SourcePlace
    name: str


@dataclass(frozen=True, slots=True)
class Attr:
    """``of.name``."""

    place: SourcePlace
    of: Node
    name: str


@dataclass(frozen=True, slots=True)
class Index:
    """``of[key]``."""

    place: SourcePlace
    of: Node
    key: Node


@dataclass(frozen=True, slots=True)
class Splat:
    """``of[*].a``: ``each`` is evaluated with ``ELEMENT`` bound to each element."""

    place: SourcePlace
    of: Node
    each: Node


ELEMENT = "*"
"""The name that a splat binds; no identifier can be that."""


@dataclass(frozen=True, slots=True)
class Call:
    """``name(arguments)``; ``spread`` where the last ends in three dots."""

    place: SourcePlace
    name: str
    arguments: tuple[Node, ...]
    spread: bool


@dataclass(frozen=True, slots=True)
class Unsupported:
    """What this tool does not work out, and says so."""

    place: SourcePlace
    why: str


Node: TypeAlias = (
    Literal
    | Template
    | TupleOf
    | ObjectOf
    | For
    | Conditional
    | Binary
    | Unary
    | Name
    | Attr
    | Index
    | Splat
    | Call
    | Unsupported
)


@dataclass(frozen=True, slots=True)
class Body:
    """What stands between the braces of a block, or in a file."""

    attributes: dict[str, Node] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """``kind "label" { … }``."""

    kind: str
    labels: tuple[str, ...]
    body: Body
    place: SourcePlace
