"""A folder as it would be with the patch, made of links to what is there: the tree itself is not touched."""

from __future__ import annotations

import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


def top_of(root: Path, folders: Iterable[Path]) -> Path:
    """Return the folder that holds all that a root may reach: its repository, else all of its modules."""
    real = root.resolve()
    for one in (real, *real.parents):
        if (one / ".git").exists():
            return one
    top = real
    for folder in folders:
        while not folder.resolve().is_relative_to(top):
            top = top.parent
    return top


_WRITTEN = frozenset({".terraform.lock.hcl", "terraform.tfstate"})
"""What an engine may write: through a link it would write what is there."""
_COPIED = 1_000_000
"""Smaller files are copied [bytes]: what ``file()`` reads must lie in the folder itself."""


class Shadow:
    """A copy of the tree in which the files that change can be exchanged."""

    def __init__(self, folder: Path, root: Path, top: Path, changing: Iterable[Path]) -> None:
        self.folder = folder
        self.top = top
        real = root.resolve()
        self.root = folder / real.relative_to(top)
        chains = {real, *(one.parent for one in changing)}
        made = {top} | {above for one in chains for above in (one, *one.parents) if above.is_relative_to(top)}
        for one in sorted(made):
            (folder / one.relative_to(top)).mkdir(parents=True, exist_ok=True)
        for one in sorted(made):
            self._link(one, made)

    def _link(self, one: Path, made: set[Path]) -> None:
        with suppress(OSError):  # what may not be listed, Terraform cannot list either
            for inside in one.iterdir():
                target = self.folder / inside.relative_to(self.top)
                if inside in made or inside.name.endswith(".lock.info"):
                    continue
                if inside.is_file() and (inside.name in _WRITTEN or inside.stat().st_size <= _COPIED):
                    shutil.copyfile(inside, target)
                else:
                    target.symlink_to(inside, target_is_directory=inside.is_dir())

    def put(self, contents: Mapping[Path, bytes]) -> None:
        """Let the files have these contents."""
        for path, content in contents.items():
            target = self.folder / path.relative_to(self.top)
            target.unlink()
            target.write_bytes(content)
