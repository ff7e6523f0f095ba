"""Answers that are kept as they are found, so that a run that was killed goes on and the next finds them.

One file a name. What is read back is an object as Python keeps it (pickle), but of nothing except this
package's own classes and a few plain ones: a file in a folder that others may write runs no code.
"""

from __future__ import annotations

import functools
import hashlib
import io
import logging
import pickle
import platform
import sys
from contextlib import suppress
from dataclasses import dataclass, is_dataclass
from enum import Enum
from importlib import metadata, resources
from typing import TYPE_CHECKING

import msgspec

from trimtab.files import write_together

if TYPE_CHECKING:
    from collections.abc import Collection
    from importlib.resources.abc import Traversable
    from pathlib import Path

LOG = logging.getLogger(__name__)
ENDING = ".answer"
PLAIN = {
    ("decimal", "Decimal"),
    *(("datetime", name) for name in ("datetime", "timedelta", "timezone")),
    # What msgspec makes its own with: a call of a class that was let in itself.
    ("msgspec._utils", "rebuild"),
}
"""What of others answers are made of."""
DECIDING = ("numba", "numpy", "polars", "trimtab")
"""Packages whose release may change a figure."""


@dataclass(frozen=True, slots=True)
class Store:
    """A folder of answers."""

    folder: Path

    def get(self, name: str, digest: str) -> object | None:
        """Return what was kept for ``name``, if it was found from what ``digest`` stands for."""
        try:
            content = self._path(name).read_bytes()
        except OSError:
            return None
        # Cut short, of another release, or of somebody else's making: then it is found anew.
        with suppress(Exception):
            answer: object
            kept, answer = _OwnOnly(io.BytesIO(content)).load()
            if kept == digest:
                return answer
        LOG.debug("what is kept of %s is not what is asked", name)
        return None

    def put(self, name: str, digest: str, answer: object) -> None:
        """Keep an answer, whole or not at all. Where it cannot be written the run goes on without."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self._path(name)
            write_together({path: pickle.dumps((digest, answer), protocol=5)}, secret=[path])
        except OSError as error:
            LOG.debug("%s is not kept: %s", name, error)

    def keep(self, names: Collection[str]) -> None:
        """Remove what is kept for other names, and halves of files."""
        stale = {path.name for path in self.folder.glob(f"*{ENDING}")} - {f"{name}{ENDING}" for name in names}
        # Of runs that were killed while they wrote.
        stale |= {path.name for path in self.folder.glob(f".*{ENDING}.*")}
        for name in stale:
            (self.folder / name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}{ENDING}"


class _OwnOnly(pickle.Unpickler):
    """Reads objects of this package's own kinds of data and of ``PLAIN`` ones."""

    def find_class(self, module: str, name: str) -> object:
        """Return a class of data, or what is ``PLAIN``.

        Raises:
            UnpicklingError: it is neither.

        """
        if (module, name) in PLAIN:
            return super().find_class(module, name)
        if module.startswith("trimtab."):
            found = super().find_class(module, name)
            if isinstance(found, type) and (is_dataclass(found) or issubclass(found, Enum | msgspec.Struct)):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is not kept")


@functools.cache
def version() -> str:
    """Return a digest of all that decides a figure besides the input: sources, releases, machine."""
    digest = hashlib.sha256(f"{sys.version_info[:2]} {platform.machine()}".encode())
    for package in DECIDING:
        digest.update(f"{package} {metadata.version(package)}".encode())
    for path, content in sorted(_files(resources.files("trimtab"), "")):
        digest.update(f"{path} {len(content)} ".encode())
        digest.update(content)
    return digest.hexdigest()


def _files(folder: Traversable, above: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for entry in folder.iterdir():
        if entry.is_dir():
            if entry.name != "__pycache__":
                found += _files(entry, f"{above}{entry.name}/")
        elif entry.name.endswith((".py", ".json", ".toml", ".csv")):
            found.append((above + entry.name, entry.read_bytes()))
    return found
