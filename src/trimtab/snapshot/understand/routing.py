"""What a load balancer is told, kept where every word of it is understood: paths, hosts, answers, settings.

None of it is meant for secrets, and anybody may write one there: the path of a webhook, a key in a redirect's
query. What is not understood is not kept, and the takeover leaves the rule, the listener or the load
balancer as it runs. Letters and digits mixed are no word, unless there are few of them or the digits end it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from trimtab.redaction import REDACTED, is_secret_name, redact, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_LETTERS: Final = r"(?=[A-Za-z]{1,24}(?![A-Za-z]))[A-Z]{0,16}[a-z]{0,23}(?:[A-Z]{1,8}[a-z]{0,15}){0,3}"
"""A word, or few of them joined by their capitals: orders, OpenAPI, accountHolders."""
_WORD: Final = re.compile(
    rf"{_LETTERS}[0-9]{{0,4}}"  # orders, OAuth2, sha256
    r"|[0-9]{1,6}|[0-9]{1,2}[a-z]{1,12}"  # 2026, 3ds
    r"|v[0-9]{1,2}(?:alpha|beta|rc)?[0-9]{0,2}"
    r"|[A-Za-z0-9]{1,5}"  # i18n: too short for a credential
)
_BETWEEN_WORDS: Final = re.compile(r"[/\-_.*?~:,]")
_PLACEHOLDER: Final = re.compile(r"#\{(?:protocol|host|port|path|query)\}")
_SWITCHES: Final = re.compile(r"(?:[a-z_]{1,16}=(?:[0-9]{1,4}|true|false|yes|no|on|off)(?:&|$)){1,4}")
_LONGEST: Final = 128
"""Letters of a value of a condition; elbv2 takes no more."""
_NAME: Final = re.compile(r"[\w.\-]{1,255}")
_BUCKET: Final = re.compile(r"[a-z0-9.\-]{3,63}")
_MOST_BODY: Final = 1024
"""Letters of a fixed response; elbv2 takes no more."""


def is_address(text: str) -> bool:
    """Tell whether every word of a path or a host is one: nothing in it may be a credential."""
    if len(text) > _LONGEST:
        return False
    return all(not word or _WORD.fullmatch(word) for word in _BETWEEN_WORDS.split(text))


def are_addresses(texts: Iterable[str]) -> bool:
    """Tell whether all of them are."""
    return all(map(is_address, texts))


def is_name(name: str) -> bool:
    """Tell whether a variable's name is one: letters, digits and what joins them, and no key."""
    return _NAME.fullmatch(name) is not None and (is_address(name) or redact(name) == name)


def is_answer(body: str) -> bool:
    """Tell whether a fixed response may be kept. Any stranger is told it, and still a key may be in it."""
    return len(body) <= _MOST_BODY and redact(body) == body


def is_path(text: str) -> bool:
    """Tell whether the path of a health check may be kept: with switches too, as in ``/up?deep=1``."""
    path, asks, query = text.partition("?")
    return is_address(path) and (not asks or (_SWITCHES.fullmatch(query) is not None and _is_names(query)))


def _is_names(query: str) -> bool:
    return not any(is_secret_name(pair.partition("=")[0]) for pair in query.split("&"))


def is_target(parts: Mapping[str, str]) -> bool:
    """Tell whether every word of where a redirect sends is understood."""
    plain = {name: _PLACEHOLDER.sub("", value) for name, value in parts.items()}
    query = plain.pop("query", "")
    return are_addresses(plain.values()) and all(map(_is_pair, query.split("&")))


def _is_pair(pair: str) -> bool:
    name, _, value = pair.partition("=")
    return is_address(name) and is_address(value) and not (value and is_secret_name(name))


def kept_settings(settings: Mapping[str, str]) -> dict[str, str]:
    """Return settings with ``REDACTED`` in place of each value that is not understood."""
    return {
        name: value if _is_setting(name, value) else REDACTED
        for name, value in settings.items()
        if is_address(name)
    }


def _is_setting(name: str, value: str) -> bool:
    if name.endswith(".bucket") and value:
        return _BUCKET.fullmatch(value) is not None and shown(value) == value
    return is_address(value)
