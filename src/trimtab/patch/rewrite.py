"""A literal's bytes, found by one grammar and confirmed by another, and what stands there instead."""

from __future__ import annotations

import difflib
import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import tree_sitter
import tree_sitter_hcl

from trimtab.patch.model import NEW_LINE
from trimtab.patch.step_blocks import indented
from trimtab.patch.text import amount, written
from trimtab.redaction import REDACTED, redact
from trimtab.values.hcl import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trimtab.lint.hcl.syntax import SourcePlace
    from trimtab.patch.model import Edit, Number

FALLBACK = (-1, -1)
"""The span of a literal that stands in for what is not given."""
_BOM = b"\xef\xbb\xbf"
_STRING = re.compile(r'(?<=[=:])(\s*)"(?:[^"\\]|\\.)*"')
_KINDS = frozenset({"numeric_lit", "string_lit", "operation", "template_expr", "literal_value"})


class NotHere(Exception):  # noqa: N818 - it is an answer, with its reason
    """A literal that cannot be changed where it stands."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Bytes of a file."""

    path: Path
    start: int
    end: int
    content: bytes
    ahead: bytes = b""
    """Of a line that is new: its end before it, its indentation, the name and the sign."""


def range_of(origin: SourcePlace, root: Path) -> Stretch:
    """Return where a literal stands.

    Raises:
        NotHere: in no file that may be changed, or not as a literal to both grammars.

    """
    if origin.span is None or origin.span == FALLBACK:
        raise NotHere(_nowhere(origin))
    path = Path(os.path.abspath(origin.file))  # noqa: PTH100 - a link is looked at below, not followed
    real = path.resolve()
    top = root.resolve()
    if ".terraform" in path.parts:
        raise NotHere("it stands in a module that terraform init fetched, which is somebody else's")
    if not real.is_relative_to(top):
        how = "behind a link, outside" if path.is_relative_to(root.absolute()) else "outside"
        raise NotHere(f"it stands {how} {root}, where other roots may use it")
    content = _read(real)
    start, end = (_byte(content, at) for at in origin.span)
    while content[start:end] != content[start:end].rstrip():
        end -= 1
    if origin.text.startswith(NEW_LINE):
        return _new_line(real, content, (start, end), origin.text.removeprefix(NEW_LINE))
    if origin.text == "step_adjustment":
        return _blocks(real, content, start, end)
    node = _tree(content).root_node.named_descendant_for_byte_range(start, end)
    while node is not None and (node.start_byte, node.end_byte) == (start, end) and node.type not in _KINDS:
        if node.type == "expression" or node.named_child_count != 1:
            break
        node = node.named_children[0]
    if node is None or (node.start_byte, node.end_byte) != (start, end) or node.has_error:
        raise NotHere("the grammars of HCL do not agree on where it begins and ends")
    return Stretch(real, start, end, content[start:end])


def _blocks(path: Path, content: bytes, start: int, end: int) -> Stretch:
    """Return where blocks stand, which hold attributes and nothing that somebody wrote about them."""
    node = _tree(content).root_node.named_descendant_for_byte_range(start, end)
    while node is not None and node.type not in {"body", "block"}:
        node = node.parent
    if node is not None and node.type == "block" and node.start_byte == start and node.parent is not None:
        node = node.parent
    inside = [one for one in (node.named_children if node else ()) if start <= one.start_byte < end]
    if not inside or (inside[0].start_byte, inside[-1].end_byte) != (start, end):
        raise NotHere("the grammars of HCL do not agree on where its blocks begin and end")
    if any(mark in content[start:end] for mark in (b"#", b"//", b"/*")):
        raise NotHere("there are comments in its blocks, which would be lost")
    if any(one.type != "block" for one in inside):
        raise NotHere("something else stands between its blocks")
    return Stretch(path, start, end, content[start:end])


def _new_line(path: Path, content: bytes, span: tuple[int, int], name: str) -> Stretch:
    """Return where a block gets a line for an attribute: behind its last one, as that is indented."""
    start, end = span
    node = _tree(content).root_node.named_descendant_for_byte_range(start, end)
    while node is not None and node.type == "body" and node.named_child_count == 1:
        node = node.named_children[0]
    if node is None or node.type != "block" or (node.start_byte, node.end_byte) != span or node.has_error:
        raise NotHere("the grammars of HCL do not agree on where its block begins and ends")
    body = next((one for one in node.named_children if one.type == "body"), None)
    given = [one for one in (body.named_children if body else ()) if one.type == "attribute"]
    if any(one.named_children[0].text == name.encode() for one in given):
        raise NotHere("the grammars of HCL do not agree on what its block has")
    opened = next(one for one in node.named_children if one.type == "block_start")
    last = max((one.end_byte for one in given), default=opened.end_byte)
    at = content.find(b"\n", last)
    if not opened.end_byte < at < end or not _only_said(content[last:at]):
        raise NotHere("its block is on one line")
    at -= content[at - 1 : at] == b"\r"
    line = content.rfind(b"\n", 0, given[-1].start_byte if given else start) + 1
    before = content[line : given[-1].start_byte if given else start]
    if before.strip():
        raise NotHere("something else stands on the line of its last attribute")
    margin = before if given else before + b"  "
    newline = b"\r\n" if content[at : at + 1] == b"\r" else b"\n"
    sign = content.find(b"=", given[-1].start_byte) - given[-1].start_byte if given else 0
    return Stretch(path, at, at, b"", newline + margin + name.encode().ljust(sign - 1) + b" = ")


def _only_said(rest: bytes) -> bool:
    """Tell whether nothing but a comment stands there."""
    plain = rest.strip()
    return not plain or plain.startswith((b"#", b"//"))


def _nowhere(origin: SourcePlace) -> str:
    if origin.span == FALLBACK:
        return "it is what all get that give none: give it where the service is"
    if origin.file.endswith(".json"):
        return "it stands in JSON, which is not patched"
    return (
        f"it comes from {origin.file}"
        if origin.file.startswith("the ")
        else "it stands inside a heredoc or a string"
    )


def replaced(found: Stretch, new: Number) -> bytes:
    """Return the literal that says the new value the way the old one is written: quoted, or a number.

    Raises:
        NotHere: the old one is neither.

    """
    if found.ahead:
        return found.ahead + (quoted(new) if isinstance(new, str) else written(new)).encode()
    old = found.content.decode()
    if old.startswith("step_adjustment") and isinstance(new, str):
        return indented(new, _read(found.path), found.start)
    if old.startswith('"') and old.endswith('"'):
        if "${" in old or "%{" in old:
            raise NotHere("it is a string with an expression in it")
        return quoted(written(new)).encode()
    if amount(old) is None or isinstance(new, str):
        raise NotHere("it is no number and no string")
    return written(new).encode()


def changed(edits: Iterable[Edit]) -> dict[Path, bytes]:
    """Return each file whole, its literals exchanged: every other byte as it was.

    Raises:
        NotHere: a file is no HCL any more afterwards. It cannot be, and is looked at all the same.

    """
    by_path: dict[Path, list[Edit]] = {}
    for edit in edits:
        by_path.setdefault(edit.path, []).append(edit)
    contents: dict[Path, bytes] = {}
    for path, of_file in sorted(by_path.items()):
        content = _read(path)
        for edit in sorted(of_file, key=lambda one: one.start, reverse=True):
            content = content[: edit.start] + edit.after + content[edit.end :]
        if _tree(content).root_node.has_error and not _tree(_read(path)).root_node.has_error:
            raise NotHere(f"{path.name} would be no HCL any more")
        contents[path] = content
    return contents


def diff_of(contents: Mapping[Path, bytes], root: Path) -> str:
    """Return a unified diff against what is there, its paths from ``root``: ``git apply`` takes it."""
    parts: list[str] = []
    for path, content in contents.items():
        name = path.relative_to(root.resolve()).as_posix()
        before = _lines(_read(path))
        after = _lines(content)
        for line in difflib.unified_diff(before, after, f"a/{name}", f"b/{name}"):
            parts += [line] if line.endswith("\n") else [f"{line}\n", "\\ No newline at end of file\n"]
    return "".join(parts)


def _lines(content: bytes) -> list[str]:
    """Return the lines with their ends. A lone carriage return ends none, to git either."""
    *whole, last = content.decode("utf-8", "replace").split("\n")
    return [f"{line}\n" for line in whole] + ([last] if last else [])


def masked(diff: str) -> str:
    """Return a diff as it may be shown: its context may hold credentials, and files show all of it."""
    lines = diff.split("\n")
    done: list[str] = []
    for above, line in zip(["", *lines], lines, strict=False):
        own = redact(line)
        both = redact(f"{above[1:].strip()}, {line[1:].strip()}")
        # A name on one line and its value on the next are one to the reader.
        split = both.count(REDACTED) > redact(above).count(REDACTED) + own.count(REDACTED)
        done.append(_STRING.sub(REDACTED, own) if split else own)
    return "\n".join(done)


def _byte(content: bytes, at: int) -> int:
    """Return the byte at which a character of the text stands as it was read: no mark, lines end alike."""
    skip = len(_BOM) if content.startswith(_BOM) else 0
    text = content[skip:].decode()
    seen = position = 0
    while seen < at:
        position += 2 if text.startswith("\r\n", position) else 1
        seen += 1
    return skip + len(text[:position].encode())


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotHere(f"its file cannot be read ({error.strerror or error})") from error


@cache
def _parser() -> tree_sitter.Parser:
    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))


def _tree(content: bytes) -> tree_sitter.Tree:
    return _parser().parse(content)
