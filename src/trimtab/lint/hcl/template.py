"""Strings of Terraform: escapes, heredocs, and the expressions inside them."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

from trimtab.lint.hcl.syntax import Literal, SourcePlace, Template, Unsupported

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trimtab.lint.hcl.syntax import Node

    Expression = Callable[[str, str, int], Node]

_ESCAPE = re.compile(r'\\(n|r|t|"|\\|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})')
_PLAIN = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_HEREDOC = re.compile(
    r"<<(?P<trim>-?)(?P<mark>[A-Za-z][\w.-]*)\r?\n(?P<body>.*?)[ \t]*(?P=mark)\r?\n?\Z", re.DOTALL
)
_LAST_CODE = 0x10FFFF


def quoted_text(text: str) -> str:
    """Return what a part of a quoted string means, without expressions."""
    return _ESCAPE.sub(_meant, text).replace("$${", "${").replace("%%{", "%{")


def _meant(escape: re.Match[str]) -> str:
    code = escape[1]
    if code in _PLAIN:
        return _PLAIN[code]
    point = int(code[1:], 16)
    return chr(point) if point <= _LAST_CODE else "\ufffd"


def text_of(place: SourcePlace, parts: Sequence[Node]) -> Node:
    """Return a string of these parts; one that is an expression alone is that expression."""
    if not parts:
        return Literal(place, "")
    if all(isinstance(one, Literal) and isinstance(one.value, str) for one in parts):
        return Literal(place, "".join(str(one.value) for one in parts if isinstance(one, Literal)))
    return parts[0] if len(parts) == 1 else Template(place, tuple(parts))


def heredoc(source: str, place: SourcePlace, expression: Expression) -> Node:
    """Return what ``<<MARK … MARK`` means."""
    matched = _HEREDOC.match(source)
    if matched is None:
        return Unsupported(place, "a heredoc that cannot be read")
    body = matched["body"].replace("\r\n", "\n")
    if matched["trim"]:
        body = textwrap.dedent(body)
    return interpolated(
        body, SourcePlace(place.file, place.line + 1, place.last_line, place.text), expression
    )


def interpolated(text: str, place: SourcePlace, expression: Expression) -> Node:
    """Return raw text in which ``${…}`` are expressions: a heredoc's, a template file's or JSON's."""
    if re.search(r"(?<!%)%\{", text):
        return Unsupported(place, "a template directive")
    parts: list[Node] = []
    plain: list[str] = []
    at = 0
    while at < len(text):
        start = text.find("${", at)
        if start < 0:
            break
        if start > 0 and text[start - 1] == "$":
            plain.append(text[at : start - 1] + "${")
            at = start + 2
            continue
        end = _closing(text, start + 2)
        if end < 0:
            return Unsupported(place, "a template without its closing brace")
        plain.append(text[at:start])
        parts.append(Literal(place, "".join(plain).replace("%%{", "%{")))
        plain = []
        inner = text[start + 2 : end].strip("~ \n")
        parts.append(expression(inner, place.file, place.line + text.count("\n", 0, start)))
        at = end + 1
    plain.append(text[at:])
    parts.append(Literal(place, "".join(plain).replace("%%{", "%{")))
    kept = [one for one in parts if not (isinstance(one, Literal) and one.value == "")]
    return text_of(place, kept)


def _closing(text: str, at: int) -> int:
    """Return where the brace closes that was opened before ``at``; strings inside may hold braces."""
    depth, quoted = 1, False
    while at < len(text):
        char = text[at]
        if quoted and char == "\\":
            at += 1
        elif char == '"':
            quoted = not quoted
        elif not quoted and char in "{}":
            depth += 1 if char == "{" else -1
            if depth == 0:
                return at
        at += 1
    return -1
