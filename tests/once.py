"""What is made once for all workers of a session: the first makes it, the others wait and read it."""

from __future__ import annotations

import os
import pickle
from typing import TYPE_CHECKING, TypeVar

from filelock import FileLock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

T = TypeVar("T")


def shared(factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the session: with pytest-xdist each worker has one of its own below it."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def once(folder: Path, name: str, make: Callable[[], T]) -> T:
    """Return what ``make`` gave to the worker that came first. Where it failed, the next one tries."""
    kept = folder / f"{name}.pickle"
    with FileLock(folder / f"{name}.lock"):
        if not kept.exists():
            made = pickle.dumps(make())
            kept.write_bytes(made)
    value: T = pickle.loads(kept.read_bytes())  # noqa: S301 - written by this session
    return value
