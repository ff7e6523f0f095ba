"""One rollout of a folder at a time."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from trimtab.errors import RolloutError
from trimtab.folders.lock import HeldError, locked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK_FILE = ".rollout.lock"


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the folder's lock.

    Raises:
        RolloutError: another rollout of this folder runs, or the folder cannot be written.

    """
    with ExitStack() as held:
        try:
            held.enter_context(locked(folder / LOCK_FILE))
        except HeldError as error:
            raise RolloutError(
                f"another rollout of this folder runs{error.by}", where=str(folder), advice="wait for it"
            ) from error
        except OSError as error:
            raise RolloutError(
                f"cannot be written ({error.strerror or error})",
                where=str(folder / LOCK_FILE),
                advice="a rollout keeps its journal there: name a folder you may write to",
            ) from error
        yield
