"""Places where a credential is known by what stands before it: URLs, headers, flags of clients."""

from __future__ import annotations

import re
from typing import Final

VARIABLE: Final = r"[\"']?\$\{?[A-Z][A-Z0-9_]*\}?[\"']?(?:\s|$)"
"""Of a shell: what it holds is not written here."""
_SCHEME: Final = re.compile(
    r"(?i)\b(?P<scheme>bearer|basic|digest|negotiate)(?P<space>\s+)(?P<value>[A-Za-z0-9+/=_.~\-]{8,})"
)
_COOKIE: Final = re.compile(r"(?i)\b(?P<header>(?:set-)?cookie2?:\s*)[^\s\"'\0][^\"'\n]*")
_USER: Final = re.compile(
    r"(?<![^\s\"'])(?P<flag>(?:-u|--(?:proxy-)?user|-U)[ =]?\s*)"
    r"(?:\"[^\":\s]*:[^\"]*\"|'[^':\s]*:[^']*'|[^\s:\"']+:[^\s\"']+)"
)
_SLASHES: Final = re.compile(r"(://?)")
_AUTHORITY_ENDS: Final = re.compile(r"[/?#]")
_CLIENTS: Final = (
    (
        re.compile(r"\b(?:mysql|mariadb)[\w\-]*\b"),
        re.compile(r"(?<=\s)-p(?P<value>\"[^\"]+\"|'[^']+'|[^\s\"']+)"),
    ),
    (
        re.compile(r"\b(?:redis|valkey)-cli\b"),
        re.compile(r"(?<=\s)-a\s*(?P<value>\"[^\"]+\"|'[^']+'|[^\s\"']+)"),
    ),
    (re.compile(r"\bsqlcmd\b"), re.compile(r"(?<=\s)-P\s*(?P<value>\"[^\"]+\"|'[^']+'|[^\s\"']+)")),
    (re.compile(r"\bmongo(?:sh)?\b"), re.compile(r"(?<=\s)-p\s*(?P<value>\"[^\"]+\"|'[^']+'|[^\s\"']+)")),
    (
        re.compile(r"\bldapsearch\b|\bsshpass\b"),
        re.compile(r"(?<=\s)-[wp]\s*(?P<value>\"[^\"]+\"|'[^']+'|[^\s\"']+)"),
    ),
)
"""Clients that take a password after a flag of one letter, from their manuals. A variable is none."""
_IS_VARIABLE: Final = re.compile(VARIABLE)
_CLIENT_WORDS: Final = re.compile(r"mysql|mariadb|-cli|sqlcmd|mongo|ldapsearch|sshpass")
_COMMANDS: Final = re.compile(r"([;&|\n])")
_TOKEN: Final = re.compile(r"[^\s\"'<>]+")


def without_placed(text: str, instead: str) -> str:
    """Return a text without what its place tells to be a credential."""
    if ":/" in text:
        text = _TOKEN.sub(lambda found: _without_userinfo(found[0], instead), text)
    text = _SCHEME.sub(lambda found: _scheme(found, instead), text)
    text = _COOKIE.sub(lambda found: f"{found['header']}{instead}", text)
    text = _USER.sub(lambda found: f"{found['flag']}{instead}", text)
    if _CLIENT_WORDS.search(text):
        text = "".join(_without_flags(part, instead) for part in _COMMANDS.split(text))
    return text


def password_after_client(said: str) -> bool:
    """Tell whether a command's last word is a password that its client takes after a flag of one letter."""
    for client, flag in _CLIENTS:
        called = client.search(said)
        if called is not None:
            for found in flag.finditer(said, called.end()):
                if found.end("value") == len(said) and not _IS_VARIABLE.match(said, found.start("value")):
                    return True
    return False


def has_password(url: str) -> bool:
    """Tell whether a text has a URL with a password in it."""
    return "://" in url and any(
        _password_of(token[0]) is not None for token in _TOKEN.finditer(url) if "://" in token[0]
    )


def passwords_of(text: str) -> list[str]:
    """Return the passwords of the URLs in a text."""
    found = [_password_of(token[0]) for token in _TOKEN.finditer(text) if "://" in token[0]]
    return [one for one in found if one]


def _password_of(token: str) -> str | None:
    start = token.find("://") + 3
    end = _userinfo_end(token, start)
    if end is None:
        return None
    _user, colon, password = token[start:end].partition(":")
    return password if colon and password else None


def _without_userinfo(token: str, instead: str) -> str:
    """Return one word of a text, its URLs without who calls and by which password."""
    if ":/" not in token or "@" not in token:
        return token
    # What a file system's path is made of a URL has one slash left.
    parts = _SLASHES.split(token)
    for at in range(2, len(parts), 2):
        end = _userinfo_end(parts[at], 0)
        if end is not None:
            parts[at] = f"{instead}{parts[at][end:]}"
    return "".join(parts)


def _userinfo_end(token: str, start: int) -> int | None:
    """Return where the ``@`` stands that ends a URL's userinfo. A password may hold ``/`` and ``@``."""
    ends = _AUTHORITY_ENDS.search(token, start)
    authority_end = len(token) if ends is None else ends.start()
    at = token.rfind("@", start, authority_end)
    if at >= 0:
        # Who calls with a password may have one that is not escaped; who calls without may go to a/b@v1.
        return token.rfind("@", start) if ":" in token[start:at] else at
    host, colon, port = token[start:authority_end].rpartition(":")
    if colon and host and not port.isdecimal():
        at = token.rfind("@", start)
        return at if at >= 0 else None
    return None


def _scheme(found: re.Match[str], instead: str) -> str:
    # "basic monitoring" is prose; a header's value has more than small letters.
    if re.fullmatch(r"[a-z.\-]+", found["value"]) and found["scheme"].casefold() != "bearer":
        return found[0]
    return f"{found['scheme']} {instead}"


def _without_flags(command: str, instead: str) -> str:
    for client, flag in _CLIENTS:
        called = client.search(command)
        if called is not None:
            head, tail = command[: called.end()], command[called.end() :]
            command = head + flag.sub(lambda found: _flag(found, instead), tail)
    return command


def _flag(found: re.Match[str], instead: str) -> str:
    if _IS_VARIABLE.match(found["value"]):
        return found[0]
    return f"{found[0][: found.start('value') - found.start()]}{instead}"
