"""``file`` and ``templatefile``: of files inside the folder that is looked at, and of no other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trimtab.lint.evaluate import Env, evaluate, unknown
from trimtab.lint.parse import expression
from trimtab.lint.syntax import Place
from trimtab.lint.template import interpolated
from trimtab.lint.values import Failed, Thing, Unknown, Value, text

if TYPE_CHECKING:
    from trimtab.lint.configuration import Module
    from trimtab.lint.syntax import Call

_LARGEST = 1_000_000


def of_files(call: Call, given: list[Value], module: Module) -> Value:
    """Return what ``file`` or ``templatefile`` gives; ``NotImplemented`` for another function."""
    if call.name not in {"file", "templatefile", "fileexists"} or not given:
        return NotImplemented
    if isinstance(given[0], (Unknown, Thing)):
        return given[0]
    path = _inside(text(given[0]), module)
    if path is None:
        return unknown(call.place, "the file is not in the folder")
    if call.name == "fileexists":
        return path.is_file()
    try:
        content = path.read_text(encoding="utf-8") if path.stat().st_size <= _LARGEST else None
    except (OSError, UnicodeDecodeError):
        content = None
    if content is None:
        return unknown(call.place, "the file cannot be read")
    if call.name == "file":
        return content
    if len(given) < 2 or isinstance(given[1], Unknown):  # noqa: PLR2004 - the second argument
        return given[-1]
    if not isinstance(given[1], dict):
        msg = "a map is needed here"
        raise Failed(msg)
    place = Place(path.as_posix(), 1, 1, call.place.text)
    return evaluate(interpolated(content, place, expression), Env(module, dict(given[1])))


def _inside(name: str, module: Module) -> Path | None:
    """Return the file if it lies in a folder of this configuration: no other is ours to read."""
    root = module.work.root.resolve()
    for base in (Path(), module.work.root):
        path = (base / name).resolve()
        homes = (root, module.code.folder.resolve())
        if path.is_file() and any(path.is_relative_to(home) for home in homes):
            return path
    return None
