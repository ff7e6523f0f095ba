"""Read the fields of object variables from ``.tf`` text: names, types, defaults, comments beside them.

python-hcl2 gives a type as one string without its comments, and they are what says what a field is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import hcl2

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VARIABLE = re.compile(r'^variable "([\w-]+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)
ONE_LINE = re.compile(r'^variable "([\w-]+)" \{ type = (.*) \}$', re.MULTILINE)
TYPE = re.compile(r"^  type\s*=\s*", re.MULTILINE)
TOKEN = re.compile(r'#[^\n]*|"(?:[^"\\]|\\.)*"|[\w.+-]+|[(){}\[\],=:]|\n|[^\S\n]+|.')
CLOSING = {"(": ")", "{": "}", "[": "]"}


@dataclass(frozen=True)
class Field:
    """One field of an object, at any depth."""

    path: str
    """Dots between levels; ``[]`` behind a list or set of objects, ``[NAME]`` behind a map of them."""
    kind: str
    default: str | None
    """As written; None where the field is required, ``null`` where it may be left out."""
    comment: str


@dataclass(frozen=True)
class Object:
    """A type that is or holds an object: the word for it, and the fields."""

    kind: str
    mark: str
    fields: tuple[tuple[str, Type, str | None, str], ...]
    """Name, type, default, comment."""


Type = str | Object
"""A plain type as it is written, or an object."""


class Reader:
    """The tokens of a type, one after the other."""

    def __init__(self, text: str) -> None:
        """Begin at the start of ``text``."""
        self.tokens = [one for one in TOKEN.findall(text) if one == "\n" or not one.isspace()]
        self.at = 0

    def peek(self) -> str:
        """Return the next token, line ends and comments passed over."""
        while self.tokens[self.at] == "\n" or self.tokens[self.at].startswith("#"):
            self.at += 1
        return self.tokens[self.at]

    def next(self) -> str:
        """Take the next token."""
        token = self.peek()
        self.at += 1
        return token

    def type(self) -> tuple[Type, str | None]:
        """Take a type; with it the default, which only ``optional`` has."""
        word = self.next()
        if word == "optional":
            self.next()
            inner, _ = self.type()
            default = "null"
            if self.peek() == ",":
                self.next()
                default = self.raw()
            self.next()
            return inner, default
        if word == "object":
            return self._object(), None
        if self.tokens[self.at] != "(":
            return word, None
        self.next()
        inner, _ = self.type()
        self.next()
        if isinstance(inner, str):
            return f"{word}({inner})", None
        mark = "[NAME]" if word == "map" else "[]"
        return Object(f"{word}({inner.kind})", mark + inner.mark, inner.fields), None

    def raw(self) -> str:
        """Take a default as it is written, up to what closes ``optional``."""
        taken: list[str] = []
        depth = 0
        while depth or self.peek() != ")":
            token = self.next()
            depth += (token in CLOSING) - (token in CLOSING.values())
            taken.append(token)
        text = " ".join(taken)
        for pattern, becomes in ((r"([(\[]) ", r"\1"), (r" ([)\],])", r"\1"), (r"(\w) \(", r"\1(")):
            text = re.sub(pattern, becomes, text)
        return text.replace("{ }", "{}")

    def _object(self) -> Object:
        self.next(), self.next()  # "(" and "{"
        found = []
        above = self._comments()
        while self.peek() != "}":
            name = self.next()
            self.next()
            kind, default = self.type()
            if self.tokens[self.at] == ",":
                self.at += 1
            behind = self.tokens[self.at][1:].strip() if self.tokens[self.at].startswith("#") else ""
            if behind:
                self.at += 1
            found.append((name, kind, default, behind or above))
            above = self._comments()
        self.next(), self.next()
        return Object("object", "", tuple(found))

    def _comments(self) -> str:
        """Take the comment lines before the next field; one before a blank line belongs to nothing."""
        lines: list[str] = []
        ends = 0
        while self.tokens[self.at] == "\n" or self.tokens[self.at].startswith("#"):
            here = self.tokens[self.at]
            ends = 0 if here != "\n" else ends + 1
            if ends > 1:
                lines = []
            if here.startswith("#"):
                lines.append(here[1:].strip())
            self.at += 1
        return " ".join(lines)


def variables(folder: Path) -> dict[str, Type]:
    """Return the types of a module's variables, by name."""
    found: dict[str, Type] = {}
    for path in sorted(folder.glob("*.tf")):
        text = path.read_text(encoding="utf-8")
        bodies = [(name, body[TYPE.search(body).end() :]) for name, body in VARIABLE.findall(text)]  # type: ignore[union-attr]
        for name, body in [*bodies, *ONE_LINE.findall(text)]:
            found[name], _ = Reader(f"{body}\n").type()
    return dict(sorted(found.items()))


def fields(kind: Type, prefix: str = "") -> Iterator[Field]:
    """Yield the fields of a type, those of an object within it after itself."""
    if isinstance(kind, str):
        return
    for name, inner, default, comment in kind.fields:
        path = f"{prefix}.{name}" if prefix else name
        word = inner if isinstance(inner, str) else inner.kind
        yield Field(path=path, kind=word, default=default, comment=comment)
        yield from fields(inner, path + ("" if isinstance(inner, str) else inner.mark))


@cache
def parsed(path: Path) -> dict[str, Any]:
    """Return a file's contents: parsing is slow, and every table asks for the same files."""
    return hcl2.loads(path.read_text(encoding="utf-8"))


def blocks(folder: Path, kind: str) -> dict[str, Any]:
    """Return the blocks of one kind in a folder, by name (resources by type.name), as they are written."""
    found: dict[str, Any] = {}
    for path in sorted(folder.glob("*.tf")):
        for block in parsed(path).get(kind, []):
            for name, body in block.items():
                key = name.strip('"')
                if kind == "resource":
                    inner, body = next(iter(body.items()))  # noqa: PLW2901 - one level deeper
                    key = f"{key}.{inner.strip(chr(34))}"
                found[key] = body
    return found
