"""Write ``docs/recommendation.schema.json`` from the classes of ``recommendation.json`` and its services.

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
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import msgspec

from trimtab.document.name import DOCUMENT_VERSION
from trimtab.document.schema import DocumentIndex, ServicePart

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGET = Path(__file__).resolve().parent.parent / "docs" / "recommendation.schema.json"


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


def schema() -> str:
    """Return the file's text."""
    (index, _), parts = msgspec.json.schema_components(
        (DocumentIndex, ServicePart), ref_template="#/$defs/{name}"
    )
    made = {**index, "$defs": parts}
    known = classes(DocumentIndex) | classes(ServicePart)
    for name, definition in parts.items():
        described(definition, known[name])
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"recommendation.json of trimtab, document_version {DOCUMENT_VERSION}",
        **made,
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write or check the schema."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    wanted = schema()
    present = TARGET.read_text(encoding="utf-8") if TARGET.exists() else ""
    if not parser.parse_args().check:
        TARGET.write_text(wanted, encoding="utf-8")
    elif wanted != present:
        sys.stderr.write(f"stale: {TARGET.name}; run tools/schema.py\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
