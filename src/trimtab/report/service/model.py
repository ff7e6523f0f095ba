"""The nouns of an explanation: sections of facts, small tables and commands. Renderers add layout only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing, under a word or two."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A small table."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: frozenset[int]
    """Columns that stand to the left; the others are figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A line to copy: never broken."""

    line: str


Block: TypeAlias = Fact | Grid | Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What belongs together."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One service on a page."""

    title: str
    lead: str
    """The answer in a sentence or two."""
    sections: tuple[Section, ...]


def printable(text: str) -> str:
    """Return the text without what would move a terminal's cursor: names come out of files."""
    return "".join(char if char.isprintable() else " " for char in text)


def usd(amount: float) -> str:
    """Return an amount to the cent."""
    return f"${amount:,.2f}"
