"""Where a thing of a plan is written: file and line of its block, in the folder the plan is of.

A plan names modules and resources, no lines. Modules that came from elsewhere are where ``terraform init``
put them, which is in no repository: of these nothing is said, as of what is not found.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from trimtab.guard.configured import modules_of
from trimtab.guard.read import block, blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from trimtab.guard.model import Finding

_BLOCK = re.compile(r'^[ \t]*resource[ \t]+"(?P<type>[\w-]+)"[ \t]+"(?P<name>[\w-]+)"', re.MULTILINE)
_LOCAL = ("./", "../")


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, which is named from where the command is run."""

    file: str
    line: int


class ConfigurationFiles:
    """The blocks of a configuration's files."""

    def __init__(self, configuration: Mapping[str, Any], folders: Iterable[Path]) -> None:
        self._root = block(configuration.get("root_module"))
        self._folders = tuple(folders)
        self._read: dict[Path, dict[tuple[str, str], Place]] = {}

    def of(self, finding: Finding) -> Place | None:
        """Return where a thing is written; nothing where that is not sure."""
        folder = self._folder
        if folder is None:
            return None
        module = self._root
        for name in modules_of(finding.module):
            call = block(block(module.get("module_calls")).get(name))
            source = str(call.get("source") or "")
            if not source.startswith(_LOCAL):
                return None
            folder, module = folder / source, block(call.get("module"))
        return self._blocks(folder).get((finding.type, finding.name))

    @cached_property
    def _folder(self) -> Path | None:
        """The folder whose files hold what the root module of the plan has."""
        wanted = {(str(one.get("type")), str(one.get("name"))) for one in blocks(self._root.get("resources"))}
        calls = [
            str(block(call).get("source") or "") for call in block(self._root.get("module_calls")).values()
        ]
        local = [source for source in calls if source.startswith(_LOCAL)]
        for folder in self._folders:
            held = self._blocks(folder)
            if wanted & held.keys() or any((folder / source).is_dir() for source in local):
                return folder
        return None

    def _blocks(self, folder: Path) -> Mapping[tuple[str, str], Place]:
        folder = folder.resolve()
        if folder not in self._read:
            self._read[folder] = dict(_blocks_in(folder))
        return self._read[folder]


def _blocks_in(folder: Path) -> Iterator[tuple[tuple[str, str], Place]]:
    here = Path.cwd().resolve()
    if not folder.is_relative_to(here):
        return  # a line of a file that nobody finds by its name
    for file in sorted(folder.glob("*.tf")):
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        for found in _BLOCK.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            yield (found["type"], found["name"]), Place(file.relative_to(here).as_posix(), line)
