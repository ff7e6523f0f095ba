"""What looks like a credential leaves by no exit, wherever it was written.

A snapshot is attached to change requests and kept for years, so what it keeps is what is needed and
understood (``trimtab.snapshot.understand``); this is the net under that, and the one function at every
exit. ``redact`` errs on the side of leaving out. ``shown`` is for text that people must be able to read: it
knows forms, places, and ``name=value``, takes no long run for a key because it is varied, and no sentence
about a secret for one.

Both go over a text a fixed number of times: 1 MB takes well under a second.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from trimtab.redaction.names import is_holder, is_secret_name, secret_names
from trimtab.redaction.places import VARIABLE, has_password, password_after_client, without_placed
from trimtab.redaction.shapes import SHAPES, WEBHOOK, is_random, without_pem, without_random

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "REDACTED",
    "holds_secret",
    "is_credential",
    "is_random",
    "is_reference",
    "is_secret_name",
    "redact",
    "redact_command",
    "shown",
    "shown_whole",
]

REDACTED: Final = "[redacted]"

_AFTER: Final = re.compile(
    r"(?P<between>[\"']?\s*[=:]\s*|[\"']?,\s*[\"']?value[\"']?\s*[=:]\s*|\s+)"
    r"(?P<value>\\+\"[^\"\\]*\\+\"|\"[^\"]*\"|'[^']*'|[^\s,;&\"'\\][^\s,;&\"']*)",
    re.IGNORECASE,
)
"""``name=value``, ``name: value``, ``name value``, and ``name: N, value: V`` as ECS words a variable."""
_SAFE: Final = re.compile(
    r"arn:aws[\w\-]{0,16}:[\w:/.@+*\-]+"  # names a thing, opens nothing
    r"|sha256:[a-f0-9]{64}"  # an image's digest
    r"|(?<![0-9a-f])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # ids of tasks
    r"|ecs-svc/[0-9]+|(?:task|eni|subnet|sg|vpc|srv|ns)[-/ ][0-9a-f]{8,}"
)
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_JOINED: Final = frozenset({"=", '":', "':"})
"""What stands between a name and its value where the two are no sentence."""
_ASIDE: Final = re.compile("\0([0-9]+)\0")
_ASIDE_VALUE: Final = re.compile("[\"']?\0([0-9]+)\0")
_IS_VARIABLE: Final = re.compile(VARIABLE)
_GONE: Final = re.compile(r"[\"']?\[redacted\][\"')}\]]*")
_QUOTES: Final = re.compile(r"\\*[\"']")
_PROSE: Final = re.compile(r"[a-z.]+")
_COMMIT_NAME = re.compile(r"(?i)commit|sha|revision|version|build|digest")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
"""A hash that its name explains: a commit is no secret."""


def redact(text: str) -> str:
    """Return ``text`` with everything that looks like a credential replaced by ``REDACTED``."""
    return _without(text, strict=True)


def shown(text: str) -> str:
    """Return ``text`` as it may be shown: without what form, place or name tell to be a credential."""
    return _without(text, strict=False)


def shown_whole(document: str) -> str:
    """Return a document as it may be shown: of JSON each text by itself, so that it is JSON afterwards."""
    if document[:1] not in {"{", "["}:
        return shown(document)
    return _STRING.sub(_shown_string, document)


def _shown_string(found: re.Match[str]) -> str:
    text = found[0]
    try:
        said = json.loads(text)
    except ValueError:
        return text
    kept = shown(said)
    return text if kept == said else json.dumps(kept)


def _without(text: str, *, strict: bool) -> str:
    if len(text) < 2:  # noqa: PLR2004 - no credential is one letter
        return text
    kept: list[str] = []

    def aside(found: re.Match[str]) -> str:
        kept.append(found[0])
        return f"\0{len(kept) - 1}\0"

    # What is safe is set aside, or the rule for long runs would take it.
    text = _SAFE.sub(aside, text.replace("\0", " "))
    text = without_pem(text, REDACTED)
    text = without_placed(text, REDACTED)
    text = _without_named(text, kept, strict=strict)
    text = WEBHOOK.sub(lambda found: f"{found[1]}{REDACTED}", text)
    text = SHAPES.sub(REDACTED, text)
    if strict:
        text = without_random(text, REDACTED)
    return _ASIDE.sub(lambda found: kept[int(found[1])], text)


def _without_named(text: str, kept: Sequence[str], *, strict: bool) -> str:
    """Return a text without the values that stand after a credential's name."""
    parts, at = [], 0
    for start, end in secret_names(text):
        if start < at:
            continue
        found = _AFTER.match(text, end)
        if found is None or (not strict and found["between"].strip() not in _JOINED):
            continue
        if _is_kept(text, start, found, kept):
            continue
        # Its quotes stay, so that JSON is JSON still.
        quote = _QUOTES.match(found["value"])
        around = quote[0] if quote is not None else ""
        parts += [text[at : found.start("value")], around, REDACTED, around]
        at = found.end()
    return "".join((*parts, text[at:]))


def _is_kept(text: str, start: int, found: re.Match[str], kept: Sequence[str]) -> bool:
    said = found["between"].strip()
    if _GONE.fullmatch(found["value"]):
        return True
    # "token is invalid" in an event is prose: without = or : only a value that is no word counts.
    if not said and _PROSE.fullmatch(found["value"]):
        return True
    if _IS_VARIABLE.fullmatch(found["value"]) or (not said and text[start - 1 : start] == "$"):
        return True
    aside = _ASIDE_VALUE.match(found["value"])
    # In prose an id may follow the word; as a value it is the credential, unless it is an ARN.
    return aside is not None and (not said or is_reference(kept[int(aside[1])]))


def redact_command(words: Iterable[str]) -> tuple[str, ...]:
    """Return a command's words, redacted; a word that follows ``--password`` and its like goes whole."""
    done: list[str] = []
    said = previous = ""
    for word in words:
        said = f"{said} {word}" if said else word
        named = previous.startswith("-") and is_secret_name(previous) and not _IS_VARIABLE.fullmatch(word)
        told = " " not in word and password_after_client(said)
        done.append(REDACTED if named or told else redact(word))
        previous = word
    return tuple(done)


def holds_secret(name: str, value: str | None) -> bool:
    """Tell whether a variable stands for a credential in clear: sure enough to be a finding.

    ``is_credential`` errs on the side of leaving out; here a name must end in what it holds, or the value
    be of a known form. ``None``: a value that is not known, and not the ARN of where one is kept.
    """
    if value is None:
        return is_holder(name)
    if not value or is_reference(value):
        return False
    known = "-----BEGIN " in value or has_password(value) or SHAPES.search(value) is not None
    return known or is_holder(name)


def is_credential(name: str, value: str) -> bool:
    """Tell whether a variable's or tag's value looks like a credential, by its name or by itself."""
    if not value or (_COMMIT_NAME.search(name) and _COMMIT.fullmatch(value)):
        return False
    return (is_secret_name(name) and not is_reference(value)) or redact(value) != value


def is_reference(value: str) -> bool:
    """Tell whether what stands under a credential's name says only where it is kept. An id does not."""
    return value.startswith("arn:")
