"""HCL as text: strings, keys, lists and comments that mean what they should, and the templates."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

import jinja2

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trimtab.ladders.traits import Plain

COMMENT_WIDTH = 106
COLUMNS = 120
"""The longest line of an attribute that has a place to break."""

# An object that begins with a bare `for` is a for expression to Terraform.
_IDENTIFIER = re.compile(r"(?!for\Z)[A-Za-z_][A-Za-z0-9_-]*")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """``key = value`` where ``value`` is HCL, or a block of ``inner`` where it is empty."""

    key: str
    value: str = ""
    inner: tuple[Attribute, ...] = ()

    @classmethod
    def of(cls, key: str, value: Plain, room: int) -> Attribute:
        """Return ``key = value`` in one line, or a block where an object takes more than ``room`` columns."""
        line = plain(value)
        if isinstance(value, dict) and len(line) > room:
            return cls(key=key, inner=tuple(cls(key=name, value=plain(one)) for name, one in value.items()))
        return cls(key=key, value=line)


@cache
def template(name: str) -> jinja2.Template:
    """Return a template for a file of Terraform."""
    # HCL, not HTML: quoting is done by ``quoted``, and an undefined name is a fault.
    environment = jinja2.Environment(  # noqa: S701 - HCL and Markdown, which are escaped in their own ways
        loader=jinja2.PackageLoader("trimtab.values"),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["widths"] = widths
    return environment.get_template(name)


def widths(attributes: Sequence[Attribute]) -> list[int]:
    """Return how wide each key is written: ``terraform fmt`` aligns lines up to the next block."""
    runs = [list(run) for _, run in groupby(attributes, lambda one: bool(one.value))]
    return [max(len(one.key) for one in run) for run in runs for _ in run]


def quoted(text: str) -> str:
    """Return ``text`` as an HCL string that means exactly it, templates included."""
    escaped = "".join(_ESCAPES.get(char, char if char.isprintable() else _code(char)) for char in text)
    return '"' + escaped.replace("${", "$${").replace("%{", "%%{") + '"'


def _code(char: str) -> str:
    point = ord(char)
    return f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}"  # noqa: PLR2004


def key(text: str) -> str:
    """Return ``text`` as an object key, quoted only where it must be."""
    return text if _IDENTIFIER.fullmatch(text) else quoted(text)


def wrapped(lines: Iterable[str]) -> tuple[str, ...]:
    """Break lines for a comment; what a user named cannot end it, for no control character survives."""
    plain = ("".join(char if char.isprintable() else " " for char in line) for line in lines)
    return tuple(part for line in plain for part in textwrap.wrap(" ".join(line.split()), COMMENT_WIDTH))


def listed(texts: Iterable[str]) -> str:
    """Return the texts as an HCL list of strings."""
    return f"[{', '.join(quoted(text) for text in texts)}]"


def plain(value: Plain) -> str:
    """Return strings, numbers, lists and objects in one line of HCL."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key(name)} = {plain(one)}' for name, one in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(plain, value))}]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return quoted(value) if isinstance(value, str) else number(value)


def number(value: float) -> str:
    """Return a text that is read back as exactly ``value``, without an exponent."""
    return format(Decimal(repr(int(value) if value == int(value) else float(value))), "f")
