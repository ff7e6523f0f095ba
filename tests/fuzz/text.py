"""Faults of files that are no JSON: values in HCL, settings in TOML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fuzz.mutate import DEEP, HOSTILE, damaged

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

_VALUE: Final = re.compile(r'(?<=[=\[,])\s*("(?:[^"\\]|\\.)*"|-?[\d.]+|true|false|null)')
_NAME: Final = re.compile(r"\b[a-z_]+(?=\s*=)")
INSTEAD: Final = (
    "null", '""', '"x"', "0", "-1", "3e38", "1e999", "9223372036854775808", "0.5", "true", "false", "[]",
    "{}", "[null]", "nan", "inf", "-inf", "local.x", '"${local.x}"', '"%{ if x }y%{ endif }"', "x ? 1 : 2",
    '"' + "x" * 20_000 + '"', "[" * DEEP + "1" + "]" * DEEP, "{a=" * DEEP + "1" + "}" * DEEP, "(" * DEEP,
    f'"{HOSTILE}"'.encode("utf-8", "replace").decode(), "<<EOT\nx\nEOT", "\x1b[31m", '"\x1b[31m\x07"', "'x'",
    "1979-05-27", "0x10", '"\\u0000"', '"\\ud800"', "1" * 5000,
)  # fmt: skip


def spoilt_text(text: str) -> Callable[[random.Random], bytes]:
    """Return what spoils a file of values or settings once."""
    values, names, lines = list(_VALUE.finditer(text)), list(_NAME.finditer(text)), text.splitlines(True)

    def spoil(draw: random.Random) -> bytes:
        kind = draw.choice(("value", "value", "value", "name", "less", "more", "bytes"))
        if kind == "bytes":
            return damaged(text.encode(), draw)
        if kind in {"less", "more"}:
            at = draw.randrange(len(lines))
            some = lines[:at] + (lines[at : at + 1] * 2 if kind == "more" else []) + lines[at + 1 :]
            return "".join(some).encode()
        found = draw.choice(values if kind == "value" else names)
        group = 1 if kind == "value" else 0
        new = (
            draw.choice(INSTEAD) if kind == "value" else draw.choice(("x", "", "\x1b[31m", '"a\x07"', "a b"))
        )
        return (text[: found.start(group)] + new + text[found.end(group) :]).encode("utf-8", "replace")

    return spoil
