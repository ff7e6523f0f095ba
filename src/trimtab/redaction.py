"""What looks like a credential does not enter a snapshot, wherever it was written.

A snapshot is attached to change requests and kept for years, so it errs on the side of leaving
out. Environment values are not judged here: they stay out altogether unless asked for.

Sources of the shapes: the token formats that GitHub, GitLab, Slack, Stripe, Google and AWS
document, RFC 7519 (JWT), RFC 7468 (PEM), RFC 3986 (userinfo of a URL).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

REDACTED: Final = "[redacted]"

_HELD = (
    r"passw(?:or)?d|passwd|passphrase|pwd|secret|token|api[_.\-]?key|access[_.\-]?key"
    r"|private[_.\-]?key|signing[_.\-]?key|encryption[_.\-]?key|credential|authorization|auth[_.\-]?key"
)
_NAME = rf"[\w.\-]*(?:{_HELD}|dsn)[\w.\-]*"
"""Names under which credentials are kept."""

_NAMED = re.compile(
    rf"(?i)(?P<variable>\$)?(?P<name>{_NAME})(?P<between>[\"']?\s*[=:]\s*|[\"']?,\s*[\"']?value[\"']?\s*[=:]\s*|\s+)"
    r"(?P<value>\"[^\"]*\"|'[^']*'|[^\s,;&\"']+)"
)
"""``name=value``, ``name: value``, ``name value``, and ``name: N, value: V`` as ECS words a variable."""
_FLAG = re.compile(rf"(?i)^--?{_NAME}$")
_HOLDER = re.compile(rf"(?i)^(?!(?:old)?pwd$)[\w.\-]*(?:{_HELD}|secret[_.\-]?key)s?$")
"""Names that end in what they hold. PASSWORD_MIN_LENGTH and TOKEN_URL are about one, PWD is a shell's folder;
a DSN may hold a user alone, so its value decides."""
_SECRET_NAME = re.compile(rf"(?i)^{_NAME}$")
_USERINFO = re.compile(r"(?P<scheme>[a-zA-Z][a-zA-Z0-9+.\-]*://)[^/\s@]*@")
_PASSWORD = re.compile(r"[a-zA-Z][a-zA-Z0-9+.\-]*://[^/\s@:]*:[^/\s@]+@")
"""A URL with a password in it."""
_SCHEME = re.compile(r"(?i)\b(?P<scheme>bearer|basic)\s+[A-Za-z0-9+/=_.\-]{8,}")
_USER = re.compile(r"(?P<flag>(?:^|\s)(?:-u|--user)[ =])\s*\S+:\S+")
_VARIABLE: Final = r"[\"']?\$\{?[A-Z][A-Z0-9_]*\}?[\"']?(?:\s|$)"
"""Of a shell: what it holds is not written here."""
_CLIENT = re.compile(
    r"(?P<before>\b(?:(?:mysql|mariadb)[\w\-]*\b[^;&|]*?\s-p|(?:redis|valkey)-cli\b[^;&|]*?\s-a\s*"
    r"|sqlcmd\b[^;&|]*?\s-P\s*|mongo(?:sh)?\b[^;&|]*?\s-p\s*))"
    rf"(?!{_VARIABLE})(?:\"[^\"]+\"|'[^']+'|[^\s;&|\"']+)"
)
"""Clients that take a password after a flag of one letter, from their manuals. A variable is none."""
_PEM = re.compile(r"-----BEGIN [A-Z ]*-----.*?(?:-----END [A-Z ]*-----|$)", re.DOTALL)
_SHAPES = re.compile(
    r"\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w\-]{16,}"
    r"|\bxox[abeoprs]-[A-Za-z0-9\-]{8,}|\b[srp]k_(?:live|test)_[A-Za-z0-9]{8,}|\bAIza[\w\-]{30,}"
    r"|\beyJ[\w\-]{8,}\.[\w\-]{4,}(?:\.[\w\-]*)?|\bSG\.[\w\-]{16,}\.[\w\-]{16,}|\bnpm_[A-Za-z0-9]{30,}"
    r"|\bhvs\.[\w\-]{20,}|\bdop_v1_[a-f0-9]{32,}"
)
_LONG = re.compile(r"[A-Za-z0-9+/_\-]{20,}={0,2}")
_WORD = r"(?:[A-Z]?[a-z]+|[A-Z]+)"
_WORDS = re.compile(rf"{_WORD}(?:[/_\-]{_WORD})+")
"""Words of one case each, joined: Reconciliation_Worker_For_Europe, which is as varied as a key and none."""

_SAFE = re.compile(
    r"arn:aws[\w\-]*:[^\s\"',]+"  # names a thing, opens nothing
    r"|sha256:[a-f0-9]{64}"  # an image's digest
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # ids of tasks and deployments
    r"|ecs-svc/[0-9]+|(?:task|eni|subnet|sg|vpc|srv|ns)[-/ ][0-9a-f]{8,}"
)
_COMMIT_NAME = re.compile(r"(?i)commit|sha|revision|version|build|digest")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
"""A hash that its name explains: a commit is no secret."""
MIN_ENTROPY_BITS = 3.8
"""Shannon entropy a character [bit] from which a long run of characters is taken for a key. English
words joined by hyphens lie near 3.5; 20 random base64 characters near 4.1."""
HEX_BITS = 3.0
"""The same for hexadecimal, which has 4 at most."""


def redact(text: str) -> str:
    """Return ``text`` with everything that looks like a credential replaced by ``REDACTED``."""
    kept = _SAFE.findall(text)
    # What is safe is set aside, or the rule for long runs would take it.
    for number, safe in enumerate(kept):
        text = text.replace(safe, f"\0{number}\0", 1)
    text = _PEM.sub(REDACTED, text)
    text = _USERINFO.sub(lambda m: f"{m['scheme']}{REDACTED}@", text)
    text = _SCHEME.sub(lambda m: f"{m['scheme']} {REDACTED}", text)
    text = _USER.sub(lambda m: f"{m['flag']}{REDACTED}", text)
    text = _CLIENT.sub(lambda m: f"{m['before']}{REDACTED}", text)
    text = _NAMED.sub(lambda m: _named(m, kept), text)
    text = _SHAPES.sub(REDACTED, text)
    text = _LONG.sub(lambda m: REDACTED if is_random(m[0]) else m[0], text)
    for number, safe in enumerate(kept):
        text = text.replace(f"\0{number}\0", safe)
    return text


def redact_command(words: Iterable[str]) -> tuple[str, ...]:
    """Return a command's words, redacted; a word that follows ``--password`` and its like goes whole."""
    done: list[str] = []
    said = previous = ""
    for word in words:
        said = f"{said} {word}" if said else word
        named = _FLAG.match(previous) and not re.fullmatch(_VARIABLE, word)
        told = " " not in word and any(one.end() == len(said) for one in _CLIENT.finditer(said))
        done.append(REDACTED if named or told else redact(word))
        previous = word
    return tuple(done)


def kept_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Return tags without those that look like credentials, by key, sorted.

    They are left out and not blotted out: what is written as a tag may one day be applied.
    """
    return {key: tags[key] for key in sorted(tags) if not is_credential(key, tags[key])}


def is_secret_name(name: str) -> bool:
    """Tell whether a variable, label or option of this name holds a credential."""
    return _SECRET_NAME.match(name) is not None


def holds_secret(name: str, value: str | None) -> bool:
    """Tell whether a variable stands for a credential in clear: sure enough to be a finding.

    ``is_credential`` errs on the side of leaving out; here a name must end in what it holds, or the value
    be of a known form. ``None``: a value that is not known, and not the ARN of where one is kept.
    """
    if value is None:
        return _HOLDER.match(name) is not None
    if not value or is_reference(value):
        return False
    known = _PEM.search(value) or _PASSWORD.search(value) or _SHAPES.search(value)
    return known is not None or _HOLDER.match(name) is not None


def is_credential(name: str, value: str) -> bool:
    """Tell whether a variable's or tag's value looks like a credential, by its name or by itself."""
    if not value or (_COMMIT_NAME.search(name) and _COMMIT.fullmatch(value)):
        return False
    return (is_secret_name(name) and not is_reference(value)) or redact(value) != value


def is_random(run: str) -> bool:
    """Tell whether a run of characters looks like a key and not like words."""
    plain = run.rstrip("=")
    if _WORDS.fullmatch(plain):
        return False
    if re.fullmatch(r"[0-9a-fA-F]{32,}", plain):
        return _entropy_bits(plain.lower()) >= HEX_BITS
    # A path or a name made of words has separators every few letters; a key has digits and both cases.
    kinds = sum(bool(re.search(kind, plain)) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
    mixed = kinds == 3 or (kinds == 2 and len(plain) >= 32)  # noqa: PLR2004 - kinds of characters, and a key's length
    return mixed and _entropy_bits(plain) >= MIN_ENTROPY_BITS


def is_reference(value: str) -> bool:
    """Tell whether what stands under a credential's name says only where it is kept. An id does not."""
    return value.startswith("arn:")


def _named(matched: re.Match[str], kept: Sequence[str]) -> str:
    # "token is invalid" in an event is prose: without = or : only a value that is no word counts.
    if not matched["between"].strip() and re.fullmatch(r"[a-z.]+", matched["value"]):
        return matched[0]
    if re.fullmatch(_VARIABLE, matched["value"]) or (matched["variable"] and not matched["between"].strip()):
        return matched[0]
    aside = re.match(r"[\"']?\0(\d+)\0", matched["value"])
    # In prose an id may follow the word; as a value it is the credential, unless it is an ARN.
    if aside and (not matched["between"].strip() or is_reference(kept[int(aside[1])])):
        return matched[0]
    return f"{matched['variable'] or ''}{matched['name']}{matched['between']}{REDACTED}"


def _entropy_bits(text: str) -> float:
    """Return Shannon entropy a character [bit]."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())
