"""``file`` and ``templatefile``: of files inside the folder that is looked at, and of no other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trimtab.lint.evaluation.evaluate import Env, evaluate
from trimtab.lint.evaluation.steps import unknown
from trimtab.lint.evaluation.values import Failed, Thing, Unknown, Value, text
from trimtab.lint.folder import label
from trimtab.lint.hcl.parse import expression
from trimtab.lint.hcl.syntax import SourcePlace
from trimtab.lint.hcl.template import interpolated

if TYPE_CHECKING:
    from trimtab.lint.configuration import Module
    from trimtab.lint.hcl.syntax import Call

_LARGEST = 1_000_000


def of_files(call: Call, given: list[Value], module: Module) -> Value:
    """Return what ``file`` or ``templatefile`` gives; ``NotImplemented`` for another function."""
    if call.name not in {"file", "templatefile", "fileexists"} or not given:
        return NotImplemented
    if isinstance(given[0], (Unknown, Thing)):
        return given[0]
    path = _inside(text(given[0]), module)
    if call.name == "fileexists" and path is not None:
        return True
    content = None if path is None else _read(path)
    if path is None or content is None:
        return unknown(call.place, "the file is not in the folder, or cannot be read")
    return content if call.name == "file" else _filled(content, path, given[1:], call, module)


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8") if path.stat().st_size <= _LARGEST else None
    except (OSError, UnicodeDecodeError):
        return None


def _filled(content: str, path: Path, given: list[Value], call: Call, module: Module) -> Value:
    """Return a template file with its variables put in."""
    values = given[0] if given else {}
    if isinstance(values, Unknown):
        return values
    if not isinstance(values, dict):
        msg = "a map is needed here"
        raise Failed(msg)
    place = SourcePlace(label(path), 1, 1, call.place.text)
    return evaluate(interpolated(content, place, expression), Env(module, dict(values)))


def _inside(name: str, module: Module) -> Path | None:
    """Return the file if it lies in a folder of this configuration: no other is ours to read."""
    root = module.work.root.resolve()
    for base in (Path(), module.work.root):
        path = (base / name).resolve()
        homes = (root, module.code.folder.resolve())
        if path.is_file() and any(path.is_relative_to(home) for home in homes):
            return path
    return None
