"""Which health checks of a container are understood to the last word, so that they may be kept.

What is not is no worse a check: the snapshot then says only that there is one, the values leave it out, and
the module takes the running revision's. So nothing here guesses: one word that is not known, and it is not
kept.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Final

from trimtab.redaction import REDACTED, is_secret_name, redact_command

if TYPE_CHECKING:
    from collections.abc import Sequence

UNSEEN: Final = ("CMD-SHELL", REDACTED)
"""Stands for a check that is there and not kept."""
_VARIABLE: Final = re.compile(r"\$(?:[A-Z_][A-Z0-9_]*|\{[A-Z_][A-Z0-9_]*(?::-\d{1,5})?\})")
"""With a port at most as what to take where there is none."""
_WORD: Final = r"(?:[A-Za-z]{1,24}|[0-9]{1,6}|v[0-9]{1,2})"
_PLAIN: Final = re.compile(rf"[./]{{0,2}}{_WORD}(?:[-_./:,]{_WORD}){{0,11}}/?")
"""Words and numbers, joined: a path, a host, a status. Letters and digits mixed are a password's."""
_HOST: Final = r"(?:\[::1?\]|[a-zA-Z0-9.\-]{1,40}|\$\{?[A-Z_]+\}?)"
_URL: Final = re.compile(
    rf"(?:(?:https?|grpc|tcp|unix)://)?{_HOST}(?::(?:\d{{1,5}}|\$\{{?[A-Z_]+\}}?))?"
    rf"(?P<path>(?:/(?:{_WORD}(?:[-_.]{_WORD}){{0,7}})?){{0,9}})"
)
_IP: Final = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}")
_FLAG: Final = re.compile(r"-[A-Za-z0-9]{1,4}|--?[a-z]{2,16}(?:-[a-z0-9]{1,16}){0,4}")
_HEADERS: Final = frozenset({"accept", "host", "user-agent", "content-type", "connection", "cache-control"})
_HEADER_FLAGS: Final = frozenset({"-H", "--header"})
_CREDENTIAL_FLAGS: Final = {
    "curl": frozenset(
        {"-u", "--user", "-U", "--proxy-user", "-b", "--cookie", "-d", "--data", "-E", "--cert"}
    ),
    "wget": frozenset({"--user", "--password", "--post-data", "--http-user", "--http-password"}),
    "redis-cli": frozenset({"-a", "--pass", "-u"}),
    "valkey-cli": frozenset({"-a", "--pass", "-u"}),
    "mysqladmin": frozenset({"-p", "--password"}),
    "mariadb-admin": frozenset({"-p", "--password"}),
}
"""Of these only a variable may be told."""
_INTERPRETERS: Final = frozenset(
    {"sh", "bash", "ash", "dash", "zsh", "python", "python3", "node", "perl", "ruby", "php", "java", "env"}
    | {"eval", "xargs", "awk", "sed", "psql", "mysql", "mongo", "mongosh", "openssl", "ssh", "sshpass"}
)
"""Their words are programs or statements, which are not read here."""
_BETWEEN: Final = frozenset({"||", "&&", ";", "|"})
_TO_NOTHING: Final = re.compile(r"\s*(?:[12]?>\s*/dev/null|2>&1|&>\s*/dev/null)(?=\s|$)")
_MOST: Final = 500
"""Letters of a check that is read; AWS allows more, nobody writes them."""


def kept_probe(command: Sequence[str]) -> tuple[str, ...]:
    """Return a check's command as it is, or ``UNSEEN``."""
    words = tuple(command)
    return words if is_probe(words) and redact_command(words) == words else UNSEEN


def is_probe(command: Sequence[str]) -> bool:
    """Tell whether every word of a check is understood."""
    if sum(map(len, command)) > _MOST or not command:
        return False
    kind, *words = command
    if kind == "NONE":
        return not words
    if kind == "CMD":
        return _is_known(words)
    if kind != "CMD-SHELL" or len(words) != 1:
        return False
    return _is_script(words[0])


def _is_script(line: str) -> bool:
    line = _TO_NOTHING.sub(" ", line)
    if any(char in line for char in "`\n()<>\\") or "$(" in line:
        return False
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;")
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        tokens = list(lexer)
    except ValueError:
        return False
    commands: list[list[str]] = [[]]
    for token in tokens:
        if token in _BETWEEN:
            commands.append([])
        else:
            commands[-1].append(token)
    return all(map(_is_known, commands))


def _is_known(words: Sequence[str]) -> bool:
    if not words:
        return False
    program = words[0].rpartition("/")[2]
    if program in _INTERPRETERS or not _PLAIN.fullmatch(words[0]):
        return False
    held = _CREDENTIAL_FLAGS.get(program, frozenset())
    before = ""
    for word in words[1:]:
        if before in _HEADER_FLAGS and program in {"curl", "wget"}:
            known = _is_header(word)
        elif before in held or (before.startswith("-") and is_secret_name(before)):
            known = _VARIABLE.fullmatch(word) is not None
        else:
            known = _is_word(word, held)
        if not known:
            return False
        before = word
    return True


def _is_word(word: str, held: frozenset[str]) -> bool:
    """Tell whether a flag or what it is given is plain."""
    name, equals, value = word.partition("=")
    if word.startswith("-") and equals:
        if not _FLAG.fullmatch(name):
            return False
        if name in _HEADER_FLAGS:
            return _is_header(value)
        secret = name in held or is_secret_name(name)
        return (_VARIABLE.fullmatch(value) is not None) if secret else _is_value(value)
    if word.startswith("-"):
        attached = next((one for one in held if len(one) == len("-a") and word.startswith(one)), "")
        if attached and word != attached:
            return _VARIABLE.fullmatch(word.removeprefix(attached)) is not None
        return _FLAG.fullmatch(word) is not None
    return _is_value(word)


def _is_value(word: str) -> bool:
    return bool(
        not word
        or _PLAIN.fullmatch(word)
        or _VARIABLE.fullmatch(word)
        or _IP.fullmatch(word)
        or (_URL.fullmatch(word) and _is_host(word))
    )


def _is_host(url: str) -> bool:
    """Tell whether a URL's host is made of words, numbers or a variable."""
    host = url.partition("://")[2] or url
    name = host.partition("/")[0].rpartition(":")
    plain = name[0] if name[1] and "]" not in name[2] else name[2]
    return plain in {"[::1]", "[::]"} or bool(
        _PLAIN.fullmatch(plain) or _IP.fullmatch(plain) or _VARIABLE.fullmatch(plain)
    )


def _is_header(text: str) -> bool:
    name, colon, value = text.partition(":")
    words = value.replace(";", " ").replace("*/*", "any").split()
    return bool(colon) and name.strip().casefold() in _HEADERS and all(map(_PLAIN.fullmatch, words))
