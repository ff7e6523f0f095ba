"""Text that others wrote, made fit to be shown: a terminal acts on some characters instead of showing them.

A name with ESC may clear the screen, hide what follows or set the title; one with a mark of direction shows
another order of letters than it has.
"""

from __future__ import annotations

import re
from typing import Final

ACTED_ON: Final = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 without tab and newline, DEL, C1 (ECMA-48)
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks of direction (Unicode Annex 9)
    "\u2028\u2029"  # separators, which end a line for some readers
    "\ud800-\udfff"  # halves of a pair: no encoding has them
    "]"
)
LONGEST: Final = 1500
"""Letters of a line: more is not read by anybody, and a file may hold a name of a megabyte."""


def plain(text: str) -> str:
    r"""Return the text with what a terminal acts on written out: ``\x1b`` for ESC."""
    return ACTED_ON.sub(_written_out, text)


def plain_json(text: str) -> str:
    """Return the same JSON, with what a terminal acts on escaped. It can stand within strings alone."""
    return ACTED_ON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def one_plain_line(text: str) -> str:
    """Return words in one line."""
    return plain(" ".join(text.split("\n")).strip())


def shortened(line: str) -> str:
    """Return a line, its middle left out where it is too long. What must not be shown is taken out before."""
    if len(line) <= LONGEST:
        return line
    half = LONGEST // 2
    return f"{line[:half]} ... {line[-half:]}"


def _written_out(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004 - what two digits hold
