"""Turn what terraform or tofu says on failing into one line, keeping the rest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from trimtab.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimtab.engine.process import Finished


class EngineFailure(EngineError):  # noqa: N818 - beside EngineMissing
    """The engine ran and failed. ``detail`` holds all it said."""

    def __init__(self, message: str, *, where: str = "", advice: str = "", detail: str = "") -> None:
        super().__init__(message, where=where, advice=advice)
        self.detail = detail


def failure_of_json(diagnostics: Sequence[dict[str, Any]], finished: Finished, what: str) -> EngineFailure:
    """Return the first error among diagnostics, or what the engine wrote beside them."""
    errors = [item for item in diagnostics if item.get("severity") == "error"]
    if not errors:
        return failure_of_text(finished, what)
    first = errors[0]
    return EngineFailure(
        _one_line(first.get("summary", ""), first.get("detail", "")),
        where=_place(first),
        detail="\n\n".join(_paragraph(error) for error in errors),
    )


def failure_of_text(finished: Finished, what: str) -> EngineFailure:
    """Return the first error of plain output: ``Error: summary``, a place, the detail."""
    said = finished.errors.strip() or "".join(finished.lines).strip()
    plain = re.sub(r"^[╷│╵] ?", "", said, flags=re.MULTILINE)
    matched = re.search(r"^Error: (?P<summary>.+)\n?(?P<rest>(?:.|\n)*)", plain, flags=re.MULTILINE)
    if matched is None:
        last = plain.splitlines()[-1] if plain else f"status {finished.status} and not a word"
        return EngineFailure(f"{what} failed: {last}", detail=said)
    rest = matched["rest"].split("\nError: ", maxsplit=1)[0]
    # The place and the source are indented; the detail is not, and is wrapped.
    paragraphs = [part.strip("\n") for part in rest.split("\n\n")]
    detail = next((part for part in paragraphs if part.strip() and not part.startswith(" ")), "")
    return EngineFailure(_one_line(matched["summary"], " ".join(detail.split())), where=what, detail=said)


def _one_line(summary: str, detail: str) -> str:
    """Join the summary with the first line of the detail."""
    first = next((line.strip() for line in detail.splitlines() if line.strip()), "")
    head = " ".join(summary.split())
    return f"{head}: {first}" if first and first != head else head


def _place(diagnostic: dict[str, Any]) -> str:
    """Return the resource's address, else the file and line."""
    if address := diagnostic.get("address"):
        return str(address)
    place = diagnostic.get("range")
    return f"{place['filename']}:{place['start']['line']}" if place else ""


def _paragraph(diagnostic: dict[str, Any]) -> str:
    head = f"{_place(diagnostic)}: {diagnostic.get('summary', '')}".removeprefix(": ")
    return f"{head}\n{diagnostic.get('detail', '').strip()}".strip()
