"""What the modules ask of the AWS provider: types, arguments by path, and attributes that are read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import hcl2

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("terraform", "examples/network", "examples/before", "tests/terraform/stranger")
"""Whose types have facts. Those of ``terraform/modules`` are held against both versions."""
META = {"count", "for_each", "depends_on", "provider", "lifecycle", "provisioner", "connection", "dynamic"}
READ = re.compile(r"\b(data\.)?(aws_[a-z0-9_]+)\.([A-Za-z0-9_-]+)(?:\[[^\]]*\])?\.([a-z0-9_]+)")
Used = dict[tuple[str, str], set[str]]
"""By kind (resource or data) and type: paths like ``health_check/interval``, blocks with a slash behind."""


def files(*folders: str) -> list[Path]:
    """Return the configuration's files under these folders."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.tf"))


def blocks(path: Path) -> list[tuple[str, str, dict[str, Any]]]:
    """Return the resources and data sources of a file: kind, type, body."""
    loaded = hcl2.loads(path.read_text(encoding="utf-8"))
    return [
        (kind, name.strip('"'), body)
        for kind in ("resource", "data")
        for block in loaded.get(kind, [])
        for name, named in block.items()
        if name.strip('"').startswith("aws_")
        for body in named.values()
        if isinstance(body, dict)
    ]


def paths(body: dict[str, Any], prefix: str = "") -> set[str]:
    """Return the paths of all arguments and blocks of a body, dynamic ones as if they were written out."""
    found: set[str] = set()
    for name, value in body.items():
        if name == "dynamic":
            for one in value:
                for label, inner in one.items():
                    if not label.startswith("__"):
                        found |= _block(prefix + label.strip('"'), inner["content"])
        elif name.startswith("__") or (not prefix and name in META):
            continue
        elif (
            isinstance(value, list)
            and value
            and all(isinstance(v, dict) and v.get("__is_block__") for v in value)
        ):
            found |= _block(prefix + name, value)
        else:
            found.add(prefix + name)
    return found


def _block(name: str, bodies: list[dict[str, Any]]) -> set[str]:
    return {f"{name}/"}.union(*(paths(body, f"{name}/") for body in bodies))


def used(*folders: str) -> Used:
    """Return what is written in these folders."""
    found: Used = {}
    for path in files(*folders):
        for kind, name, body in blocks(path):
            found.setdefault((kind, name), set()).update(paths(body))
    return found


def read(*folders: str) -> Used:
    """Return which attributes are read, as far as they are named by the resource itself."""
    found: Used = {}
    for path in files(*folders):
        for data, name, _, attribute in READ.findall(path.read_text(encoding="utf-8")):
            found.setdefault(("data" if data else "resource", name), set()).add(attribute)
    return found


def used_types() -> set[tuple[str, str]]:
    """Return every type that anything in the repository uses."""
    return set(used(*FOLDERS))
