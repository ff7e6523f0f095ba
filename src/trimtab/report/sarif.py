"""SARIF 2.1.0: the envelope in which code scanning takes results, whatever found them.

Source: docs.oasis-open.org/sarif/sarif/v2.1.0. Pure data; what is put in decides what is said.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import quote

import msgspec

from trimtab.plain_text import plain_json

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
VERSION: Final = "2.1.0"
HOME: Final = "https://github.com/trimtab/trimtab"
Level = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SarifRule:
    """What kind of thing is found."""

    id: str
    level: Level
    title: str
    text: str
    help: str
    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SarifResult:
    """One thing that is found, and where."""

    rule: str
    level: Level
    message: str
    file: str
    first_line: int
    last_line: int
    identity: str
    """What it is, apart from lines: the same thing found tomorrow has the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SarifNotice:
    """What could not be looked at."""

    message: str
    file: str
    line: int


def log_of(run: Mapping[str, Any]) -> str:
    """Return the log of one run as text."""
    document = {"$schema": SCHEMA, "version": VERSION, "runs": [run]}
    return plain_json(msgspec.json.format(msgspec.json.encode(document), indent=2).decode()) + "\n"


def fingerprint(identity: str) -> str:
    """Return the same short text for the same thing, whatever is said of it."""
    return hashlib.sha256(identity.encode()).hexdigest()[:32]


def sarif(
    rules: list[SarifRule], results: list[SarifResult], notices: list[SarifNotice], *, complete: bool
) -> str:
    """Return the log as text."""
    numbers = {rule.id: number for number, rule in enumerate(rules)}
    seen: dict[str, int] = {}
    run = {
        "tool": {
            "driver": {
                "name": "trimtab",
                "semanticVersion": version("trimtab"),
                "informationUri": HOME,
                "rules": [_rule(one) for one in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [_notice(one) for one in notices],
                "properties": {"complete": complete},
            }
        ],
        "results": [_result(one, numbers, seen) for one in results],
    }
    return log_of(run)


def _rule(rule: SarifRule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": "".join(part.capitalize() for part in rule.id.split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.text},
        "help": {"text": rule.help, "markdown": f"{rule.help}\n\n[Source]({rule.uri})"},
        "helpUri": rule.uri,
        "defaultConfiguration": {"level": rule.level},
    }


def _result(result: SarifResult, numbers: dict[str, int], seen: dict[str, int]) -> dict[str, Any]:
    # Two of one identity are told apart by their order, as code scanning itself does it.
    key = f"{result.rule}\n{result.identity}"
    seen[key] = seen.get(key, 0) + 1
    return {
        "ruleId": result.rule,
        "ruleIndex": numbers[result.rule],
        "level": result.level,
        "message": {"text": result.message},
        "locations": [_location(result.file, result.first_line, result.last_line)],
        "partialFingerprints": {"trimtab/v1": fingerprint(f"{key}\n{seen[key]}")},
    }


def _notice(notice: SarifNotice) -> dict[str, Any]:
    return {
        "level": "warning",
        "message": {"text": notice.message},
        "locations": [_location(notice.file, notice.line, notice.line)],
    }


def _location(file: str, first: int, last: int) -> dict[str, Any]:
    return {
        "physicalLocation": {
            # A path from the root of a disk is no address without its scheme.
            "artifactLocation": {
                "uri": f"{'file://' if file.startswith('/') else ''}{quote(file, safe='/')}"
            },
            "region": {"startLine": first, "endLine": max(first, last)},
        }
    }
