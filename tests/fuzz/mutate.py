"""One fault in a valid document: what a slip, a half copy, another tool or an adversary makes of a file."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

DEEP: Final = 10_000
LONG: Final = 100_000
"""Letters of one word: what takes time by the square of them does not end."""
DAMAGED: Final = 0.1
"""Share of faults that are in the bytes of a file, and not in what it says."""
FAULTY: Final = 0.9
"""Share of documents with one fault; the others have three."""
ESC, BEL = "\x1b[31m", "\x07"
HOSTILE: Final = f"{ESC}red{BEL}\r\nerror: <b>${{x}}</b> %{{if}} `|` \u202eltr\u2066 \x9b2J \x00 \ud7ff"
INSTEAD: Final[tuple[object, ...]] = (
    None, "", "x", HOSTILE, 0, -1, 1, 3e38, -3e38, 1e308, 2**31, 2**63, 2**64, 10**400, 0.5, 1e-300,
    True, False, [], {}, [None], [{}], [[]], {"": None}, ["x"], "-1", "nan", "1e9", "x" * LONG,
    "x y " * 25_000,
    "../../etc", "/", "arn:", "arn:aws:ecs:us-east-1:111122223333:x/y", "::::::::", "2026-13-40T99:99:99Z",
    "256/512", "1/2/3", "\u0663", "\u00b2",
)  # fmt: skip
"""What may stand in a value's place."""
RAW: Final = ("NaN", "Infinity", "-Infinity", "1e999", "01", "'x'", "tru", "\\", '"\\ud800"', '"\\u0000"')
"""What JSON has no word for, or only some readers take; put in as it is."""
MARK: Final = "\ue000mark\ue000"

Path = tuple[str | int, ...]


def places(value: object, at: Path = ()) -> Iterator[Path]:
    """Give the way to every value of a document."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield (*at, name)
            yield from places(one, (*at, name))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield (*at, number)
            yield from places(one, (*at, number))


class Json:
    """A JSON document, and what can be done to it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.paths = list(places(json.loads(text)))
        self.kinds: tuple[Callable[[Any, Path, random.Random], str | bytes | None], ...] = (
            _removed, _instead, _instead, _instead, _raw, _deep, _twice, _more, _renamed,
        )  # fmt: skip

    def mutated(self, draw: random.Random) -> bytes:
        """Return the document with one fault; now and then with one in its bytes."""
        if draw.random() < DAMAGED:
            return damaged(self.text.encode(), draw)
        document: Any = json.loads(self.text)
        done: str | bytes | None = None
        for _ in range(1 if draw.random() < FAULTY else 3):
            done = draw.choice(self.kinds)(document, draw.choice(self.paths), draw)
        text = done if done is not None else json.dumps(document)
        return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


def damaged(content: bytes, draw: random.Random) -> bytes:
    """Return a file cut short, with other bytes, in another encoding, or something else entirely."""
    at = draw.randrange(len(content) + 1)
    text = content.decode("utf-8", "replace")
    return draw.choice(
        (
            content[:at],
            content[at:],
            content[:at] + draw.randbytes(draw.randrange(1, 9)) + content[at:],
            content[:at] + b"\x1b]0;x\x07" + content[at:],
            content[:at] + b"\x00" + content[at:],
            content[:at] + bytes([draw.randrange(256)]) + content[at + 1 :],
            b"\xef\xbb\xbf" + content,
            text.encode("utf-16"),
            text.encode("utf-32"),
            content + content,
            b"",
            b"\n",
            b"null",
            b"[]",
            b"{}",
            b'""',
            b"0",
            draw.randbytes(draw.randrange(200)),
            b"[" * DEEP,
            b"[" * DEEP + b"]" * DEEP,
            b'{"a":' * DEEP + b"1" + b"}" * DEEP,
            b'{"services":' + b"[" * DEEP + b"]" * DEEP + b"}",
        )
    )


def _parent(document: Any, path: Path) -> Any:
    for step in path[:-1]:
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            return None
    there = isinstance(document, dict) and path[-1] in document
    there |= isinstance(document, list) and isinstance(path[-1], int) and path[-1] < len(document)
    return document if there else None


def _removed(document: Any, path: Path, _draw: random.Random) -> None:
    if (parent := _parent(document, path)) is not None:
        del parent[path[-1]]


def _instead(document: Any, path: Path, draw: random.Random) -> None:
    if (parent := _parent(document, path)) is not None:
        parent[path[-1]] = copy.deepcopy(draw.choice(INSTEAD))


def _raw(document: Any, path: Path, draw: random.Random) -> str:
    return _in_its_place(document, path, draw.choice(RAW))


def _deep(document: Any, path: Path, draw: random.Random) -> str:
    opened, closed = draw.choice((("[", "]"), ('{"a":', "}")))
    return _in_its_place(document, path, opened * DEEP + "1" + closed * DEEP)


def _in_its_place(document: Any, path: Path, raw: str) -> str:
    if (parent := _parent(document, path)) is not None:
        parent[path[-1]] = MARK
    return json.dumps(document, ensure_ascii=False).replace(f'"{MARK}"', raw)


def _twice(document: Any, path: Path, draw: random.Random) -> str | None:
    """Write a name twice, or an element of a list twice."""
    parent = _parent(document, path)
    if isinstance(parent, list):
        parent.append(copy.deepcopy(parent[path[-1]]))
        return None
    if not isinstance(parent, dict):
        return None
    again = json.dumps(draw.choice((parent[path[-1]], None, "x", 7)))
    was, parent[path[-1]] = json.dumps(parent[path[-1]]), MARK
    name = json.dumps(path[-1])
    return json.dumps(document, ensure_ascii=False).replace(f'"{MARK}"', f"{was}, {name}: {again}")


def _more(document: Any, path: Path, draw: random.Random) -> None:
    """Add a member or an element that nobody asked for."""
    parent, more = _parent(document, path), copy.deepcopy(draw.choice(INSTEAD))
    if isinstance(parent, list):
        parent.append(more)
    elif isinstance(parent, dict):
        parent[draw.choice(("x", "", HOSTILE, "Name", "version"))] = more


def _renamed(document: Any, path: Path, draw: random.Random) -> None:
    """Give a member another name: of maps by name, the name is text that a person chose."""
    parent = _parent(document, path)
    if isinstance(parent, dict):
        parent[draw.choice(("", HOSTILE, f"{path[-1]}x", str(path[-1]).upper()))] = parent.pop(path[-1])
