"""Names under which credentials are kept: of variables, options, labels, attributes, flags.

Every search goes once over a text. A pattern that begins with a run of any
letters tries each of a long run anew; here what is looked for is found first, and the run around it is
measured afterwards.
"""

from __future__ import annotations

import re
from heapq import merge
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_HELD: Final = (
    r"passw(?:or)?d|passwd|passphrase|passcode|pwd|secret|token|credential|authorization|webhook"
    r"|(?:api|access|auth|private|signing|encryption|account|license|master|storage|subscription|session)[_.\-]?key"
    r"|connection[_.\-]?str(?:ing)?|shared[_.\-]?access|signature"
)
_LAST: Final = r"pass|pw|auth|creds?|pin|sas|sig|otp|salt|cookie|jwt|pat|bearer|mnemonic"
"""Words that name a credential only where a name ends in them: DB_PASS, and not PASS_COUNT."""
_FIRST: Final = "(?=[abcdejlmopstw])"
"""What any of them begins with: most letters of a text are passed over by this alone."""
_FOUND: Final = re.compile(rf"{_FIRST}(?:{_HELD}|dsn|(?<![a-z])(?:{_LAST})\d{{0,3}}(?![\w.\-]))")
"""In small letters: a pattern that takes both cases takes twice as long."""
_CAPITALS: Final = re.compile(
    r"(?=[PASCOJ_])(?:(?<=[A-Za-z])(?:Pass|Pw|Auth|Creds?|Pin|Sig|Otp|Jwt|Pat)\d{0,3}"
    r"|(?<=[A-Za-z0-9])_KEY)(?![\w.\-])"
)
"""What names a credential by its capitals: dbPass, STRIPE_KEY."""
_REST: Final = re.compile(r"[\w.\-]*")
_HOLDER: Final = re.compile(
    rf"(?i)(?:{_HELD}|secret[_.\-]?key)s?$"
    rf"|(?:(?<![a-z])(?:{_LAST})|(?<=[a-z])(?-i:Pass|Pw|Auth|Creds?|Pin|Sig|Otp|Jwt|Pat))\d{{0,3}}(?![\w.\-])"
)
_ABOUT_A_FOLDER: Final = frozenset({"pwd", "oldpwd"})


def secret_names(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the names begin and end that credentials are kept under, in order."""
    end = 0
    words, capitals = _FOUND.finditer(_small(text)), _CAPITALS.finditer(text)
    for first, last in merge((one.span() for one in words), (one.span() for one in capitals)):
        if first < end:
            continue
        start = first
        while start > end and _is_of_name(text[start - 1]):
            start -= 1
        end = _end(text, last)
        yield start, end


def is_secret_name(name: str) -> bool:
    """Tell whether a variable, label or option of this name holds a credential."""
    found = _FOUND.search(_small(name)) or _CAPITALS.search(name)
    return found is not None and all(map(_is_of_name, name))


def is_holder(name: str) -> bool:
    """Tell whether a name ends in what it holds. PASSWORD_MIN_LENGTH and TOKEN_URL are about one.

    PWD is a shell's folder; a DSN may hold a user alone, so its value decides.
    """
    return (
        name.casefold() not in _ABOUT_A_FOLDER and is_secret_name(name) and _HOLDER.search(name) is not None
    )


def _small(text: str) -> str:
    """Return the text in small letters, each where it was: some become two by themselves."""
    small = text.lower()
    if len(small) == len(text):
        return small
    return "".join(one if len(one.lower()) > 1 else one.lower() for one in text)


def _is_of_name(char: str) -> bool:
    return char.isalnum() or char in "_.-"


def _end(text: str, start: int) -> int:
    matched = _REST.match(text, start)
    return start if matched is None else matched.end()
