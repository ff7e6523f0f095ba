"""What ``optimize`` wrote, as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def whole(folder: Path, **options: Any) -> dict[str, Any]:
    """The index, each service's own file in the place of its entry."""
    index: dict[str, Any] = json.loads((folder / "recommendation.json").read_bytes(), **options)
    parts = [json.loads((folder / entry["file"]).read_bytes(), **options) for entry in index["services"]]
    return index | {"services": parts}


def contents(folder: Path) -> dict[str, bytes]:
    """Every file that a run is for, by its path in the folder; what it keeps for the next is its own."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in sorted(found.items()) if name[:9] != ".trimtab/"}
