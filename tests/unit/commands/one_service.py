"""A fleet that was optimised whole, of which one service is to be searched again."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl
from fleet import made

from trimtab.advice.case.objective import DEFAULT, Objective
from trimtab.commands.optimize import optimize
from trimtab.fleet.model import Scaling
from trimtab.snapshot.folder import snapshot_of, write_snapshot
from written import contents

if TYPE_CHECKING:
    from trimtab.commands.optimize import Optimized
    from trimtab.snapshot.contract import Snapshot

VALUES, DOCUMENT = "services.auto.tfvars", "recommendation.json"
SERVICES = tuple(f"recommendation/{name}.json" for name in ("api", "jobs", "web"))
FILES = (VALUES, DOCUMENT, *SERVICES)
PAGE = "report.html"
ONE = Scaling(min_tasks=1, max_tasks=12)
_KEPT = TemporaryDirectory(prefix="trimtab-")


def fleet(**changes: Any) -> Snapshot:
    """Three services and one that never reported; ``jobs`` is called by ``api``."""
    services = (
        made.service("api"),
        made.service("jobs", traffic=None, callers=("api",), scaling=ONE),
        made.service("web", traffic=made.traffic(priority=110, response_times=made.times(42))),
        made.service("idle"),
    )
    tables = [made.metrics(one, cpu_percent=15.0 + 5 * i) for i, one in enumerate(services[:3])]
    whole = made.fleet(*services)
    return snapshot_of(
        msgspec.structs.replace(whole, **changes), pl.concat(tables).sort("service", "timestamp")
    )


def run(folder: Path, *names: str, objective: Objective = DEFAULT, **changes: Any) -> Optimized:
    return optimize(
        folder / "in", folder / "out", objective=objective, services=names, effort=made.LITTLE, **changes
    )


def files(folder: Path) -> dict[str, bytes]:
    return contents(folder / "out")


@cache
def first() -> Path:
    """Return a folder with the snapshot and a result, made once."""
    folder = Path(_KEPT.name)
    write_snapshot(fleet(), folder / "in")
    run(folder)
    return folder


def copied(folder: Path) -> Path:
    """Return a folder of one's own with the snapshot and an earlier result."""
    shutil.copytree(first(), folder, dirs_exist_ok=True)
    return folder
