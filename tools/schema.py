"""Write the schemas of all JSON that Trimtab publishes, ``docs/*.schema.json``, from the classes encoded.

``tools/schema.py`` writes, ``--check`` only compares (and exits 1 on a difference). Types and limits
come from msgspec, descriptions from the docstrings of classes, fields and enum members.
"""

from __future__ import annotations

import argparse
import ast
import enum
import inspect
import json
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, get_args, get_type_hints

import msgspec

from trimtab.document.name import DOCUMENT_VERSION
from trimtab.document.schema import Document, DocumentIndex, ServicePart
from trimtab.report.guard.json import GuardTable
from trimtab.report.lint.json import FolderTable
from trimtab.report.replay.json import ReplayTable
from trimtab.report.since.json import SinceTable

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).resolve().parent.parent / "docs"


class Published(NamedTuple):
    """A schema."""

    file: str
    title: str
    roots: tuple[type, ...]
    """The first is the document; the others stand below ``$defs`` too."""


SCHEMAS = (
    Published(
        "recommendation.schema.json",
        f"recommendation.json of trimtab, document_version {DOCUMENT_VERSION}",
        (DocumentIndex, ServicePart),
    ),
    Published(
        "report.schema.json",
        f"trimtab optimize and report --format json, document_version {DOCUMENT_VERSION}",
        (Document,),
    ),
    Published("replay.schema.json", "trimtab replay --format json", (ReplayTable,)),
    Published("since.schema.json", "trimtab report DIR --since SNAPSHOT --format json", (SinceTable,)),
    Published("guard-plan.schema.json", "trimtab guard PLAN.JSON --format json", (GuardTable,)),
    Published("guard-folder.schema.json", "trimtab guard DIR --format json", (FolderTable,)),
)


def classes(root: type) -> dict[str, type]:
    """Return the structs and enums that ``root`` is made of, itself among them, by name."""
    found: dict[str, type] = {}
    waiting: list[Any] = [root]
    while waiting:
        one = waiting.pop()
        waiting.extend(get_args(one))
        if (
            isinstance(one, type)
            and issubclass(one, msgspec.Struct | enum.Enum)
            and one.__name__ not in found
        ):
            found[one.__name__] = one
            if issubclass(one, msgspec.Struct):
                waiting.extend(get_type_hints(one, include_extras=True).values())
    return found


def docstrings(one: type) -> Iterator[tuple[str, str]]:
    """Yield the name and docstring of each field or member that has one, inherited ones among them."""
    for base in one.__bases__:
        if base.__module__.startswith("trimtab.") and issubclass(base, msgspec.Struct):
            yield from docstrings(base)
    (node,) = ast.parse(textwrap.dedent(inspect.getsource(one))).body
    if not isinstance(node, ast.ClassDef):
        return
    for field, after in zip(node.body, node.body[1:], strict=False):
        target = field.target if isinstance(field, ast.AnnAssign) else None
        if isinstance(field, ast.Assign):
            target = field.targets[0]
        said = after.value if isinstance(after, ast.Expr) else None
        if isinstance(target, ast.Name) and isinstance(said, ast.Constant) and isinstance(said.value, str):
            yield target.id, " ".join(said.value.split())


def described(definition: dict[str, Any], one: type) -> None:
    """Put the docstrings of a class into its definition."""
    if one.__doc__:
        definition["description"] = " ".join(one.__doc__.split())
    for name, text in docstrings(one):
        if issubclass(one, enum.Enum):
            definition["description"] += f" {one[name].value!r}: {text}"
        elif "$ref" in definition["properties"][name]:
            # Beside a reference; the 2020-12 draft keeps both.
            definition["properties"][name]["description"] = text
        else:
            definition["properties"][name] = {"description": text, **definition["properties"][name]}


def schema(of: Published) -> str:
    """Return the file's text."""
    (first, *_), parts = msgspec.json.schema_components(of.roots, ref_template="#/$defs/{name}")
    known: dict[str, type] = {}
    for root in of.roots:
        known |= classes(root)
    for name, definition in parts.items():
        described(definition, known[name])
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": of.title,
        **first,
        "$defs": parts,
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write or check the schemas."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = []
    for one in SCHEMAS:
        target, wanted = DOCS / one.file, schema(one)
        if (target.read_text(encoding="utf-8") if target.exists() else "") != wanted:
            stale.append(one.file)
            if not check:
                target.write_text(wanted, encoding="utf-8")
    if check and stale:
        sys.stderr.write(f"stale: {', '.join(stale)}; run tools/schema.py\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
