"""Names under which credentials are kept: of variables, options, labels, attributes, flags.

Every search goes once over a text. A pattern that begins with a run of any
letters tries each of a long run anew; here what is looked for is found first, and the run around it is
measured afterwards.
"""

from __future__ import annotations

import re
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
_ENDS: Final = (
    rf"(?:(?<![a-z])(?:{_LAST})|(?<=[a-z])(?-i:Pass|Pw|Auth|Creds?|Pin|Sig|Otp|Jwt|Pat))\d{{0,3}}(?![\w.\-])"
)
_FIRST: Final = "(?=[abcdejlmopstw_])"
"""What any of them begins with: most letters of a text are passed over by this alone."""
_FOUND: Final = re.compile(rf"(?i){_FIRST}(?:{_HELD}|dsn|{_ENDS}|(?<=[a-z0-9])(?-i:_KEY)(?![\w.\-]))")
_REST: Final = re.compile(r"[\w.\-]*")
_HOLDER: Final = re.compile(rf"(?i)(?:{_HELD}|secret[_.\-]?key)s?$|{_ENDS}")
_ABOUT_A_FOLDER: Final = frozenset({"pwd", "oldpwd"})


def secret_names(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the names begin and end that credentials are kept under, in order."""
    end = 0
    for found in _FOUND.finditer(text):
        if found.start() < end:
            continue
        start = found.start()
        while start > end and _is_of_name(text[start - 1]):
            start -= 1
        end = _end(text, found.end())
        yield start, end


def is_secret_name(name: str) -> bool:
    """Tell whether a variable, label or option of this name holds a credential."""
    found = _FOUND.search(name)
    return found is not None and all(map(_is_of_name, name))


def is_holder(name: str) -> bool:
    """Tell whether a name ends in what it holds. PASSWORD_MIN_LENGTH and TOKEN_URL are about one.

    PWD is a shell's folder; a DSN may hold a user alone, so its value decides.
    """
    return (
        name.casefold() not in _ABOUT_A_FOLDER and is_secret_name(name) and _HOLDER.search(name) is not None
    )


def _is_of_name(char: str) -> bool:
    return char.isalnum() or char in "_.-"


def _end(text: str, start: int) -> int:
    matched = _REST.match(text, start)
    return start if matched is None else matched.end()
