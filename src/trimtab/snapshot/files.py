"""What a snapshot's folder holds, and whether it is there at all: asked before anything slow is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.errors import SnapshotError

if TYPE_CHECKING:
    from pathlib import Path

FLEET_FILE = "fleet.json"
METRICS_FILE = "metrics.parquet"


def refuse_absent(path: Path) -> None:
    """Refuse what is no snapshot folder.

    Raises:
        SnapshotError: there is no such folder, or one of its files is missing.

    """
    if not path.is_dir():
        what = (
            "this is a file, not a snapshot folder" if path.exists() else "there is no such snapshot folder"
        )
        raise SnapshotError(
            what, where=str(path), advice=f"name a folder with {FLEET_FILE} and {METRICS_FILE}"
        )
    for name in (FLEET_FILE, METRICS_FILE):
        if not (path / name).exists():
            raise SnapshotError(
                "the file is missing",
                where=str(path / name),
                advice=f"a snapshot folder holds {FLEET_FILE} and {METRICS_FILE}",
            )
