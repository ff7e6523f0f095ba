"""A plan that somebody hands over: told apart from all the other files it could be by mistake."""

from __future__ import annotations

import codecs
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from trimtab.decoding import decoded
from trimtab.engine.plan import parse_plan
from trimtab.errors import EngineError, UsageError

if TYPE_CHECKING:
    from trimtab.engine.plan import Plan

STDIN = Path("-")
HOW = "write it with: terraform show -json PLANFILE > plan.json"
_ZIP = b"PK\x03\x04"
"""A plan file of Terraform or OpenTofu is a zip archive."""
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""What PowerShell's ``>`` writes."""


def read_plan_file(path: Path) -> Plan:
    """Read the output of ``terraform show -json`` from a file, or from standard input for ``-``.

    Raises:
        UsageError: it cannot be read, is something else, or says that planning failed.

    """
    where = "standard input" if path == STDIN else str(path)
    content = _content(path, where)
    if content.startswith(_ZIP):
        show = f"terraform show -json {path.name} > plan.json" if path != STDIN else "terraform show -json"
        raise UsageError(
            "this is a binary plan, which only Terraform can read", where=where, advice=f"run: {show}"
        )
    document = _text(content, where)
    try:
        plan = parse_plan(document, where=where)
    except EngineError as error:
        raise _refused(document, error, where) from error
    if _is_something_else(document):
        raise _refused(document, None, where)
    if plan.errored:
        raise UsageError(
            "planning ended in an error, so this plan does not say all that would be done",
            where=where,
            advice="mend what terraform plan complains of, and plan again",
        )
    return plan


def _content(path: Path, where: str) -> bytes:
    try:
        content = sys.stdin.buffer.read() if path == STDIN else path.read_bytes()
    except OSError as error:
        raise UsageError(f"it cannot be read ({error.strerror or error})", where=where, advice=HOW) from error
    if not content.strip():
        raise UsageError("it is empty", where=where, advice=HOW)
    return content


def _text(content: bytes, where: str) -> str:
    encoding = "utf-16" if content.startswith(_UTF16) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise UsageError("this is no text, so no plan in JSON", where=where, advice=HOW) from error


def _is_something_else(document: str) -> bool:
    """Tell a document that has a version, but neither changes nor what is planned."""
    members = _members(document)
    return not {"resource_changes", "planned_values"} & members.keys()


def _refused(document: str, error: EngineError | None, where: str) -> UsageError:
    """Return what the document is instead, as far as it can be told."""
    members = _members(document)
    if "lineage" in members or ("version" in members and "serial" in members):
        return UsageError("this is a Terraform state, not a plan", where=where, advice=HOW)
    if "values" in members and "resource_changes" not in members:
        return UsageError(
            "this is a state as terraform show -json prints it without a plan file", where=where, advice=HOW
        )
    if "@level" in members or '"@level"' in document.split("\n", maxsplit=1)[0]:
        return UsageError(
            "this is the log of terraform plan -json, which leaves out the attributes",
            where=where,
            advice="plan with -out=PLANFILE, then: terraform show -json PLANFILE > plan.json",
        )
    if error is None:
        return UsageError("this is not a Terraform plan in JSON", where=where, advice=HOW)
    return UsageError(error.message, where=where, advice=error.advice or HOW)


def _members(document: str) -> dict[str, Any]:
    try:
        members = decoded(document)
    except msgspec.DecodeError:
        return {}
    return members if isinstance(members, dict) else {}
