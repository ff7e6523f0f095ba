"""The mocked runs of a module, those that a variable refuses on its own apart from the rest.

Up to Terraform 1.8 a validation sees its own variable and nothing else, so what it refuses it refuses in a
root that has the variables alone. Such a run takes a tenth of the CPU of one that plans the module. What is
only accepted goes there too where little is drawn: that the rest of the module takes it is slow. Half of a
plan of a service is ``modules/scaling``: a run that says nothing of it is planned without.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from amount import drawing_less

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

FOLDER = "mocked"
_RUN = re.compile(r'^run "\w+" \{\n.*?^\}\n', re.MULTILINE | re.DOTALL)
_MOCK = re.compile(r'^mock_provider "\w+" \{(?:[^\n]*\}\n|\n.*?^\}\n)', re.MULTILINE | re.DOTALL)
_VARIABLE = re.compile(r'^variable "\w+" \{(?:[^\n]*\}\n|\n.*?^\}\n)', re.MULTILINE | re.DOTALL)
_EXPECTED = re.compile(r"^  expect_failures\s*=\s*\[(.*?)\]", re.MULTILINE | re.DOTALL)
_SCALED = re.compile(r'^module "scaling" \{\n.*?^\}\n', re.MULTILINE | re.DOTALL)
_TO_SCALED = re.compile(r"^moved \{\n(?:(?!^\}).)*?module\.scaling.*?^\}\n", re.MULTILINE | re.DOTALL)
_BOUNDS = re.compile(r"^ *scaling += \{ min = \d+, max = \d+ \}$", re.MULTILINE)
_MORE = re.compile(r"^  (?:assert|override_\w+|providers|module)\b|\brun\.", re.MULTILINE)


def written(module: Path) -> int:
    """Return how many runs a module has."""
    return sum(len(_RUN.findall(path.read_text(encoding="utf-8"))) for path in _files(module))


def taken_apart(module: Path, root: Path) -> int:
    """Move the runs that variables alone decide out of ``module`` into ``root``, and return how many."""
    (root / FOLDER).mkdir(parents=True)
    declared = [
        one for path in sorted(module.glob("*.tf")) for one in _VARIABLE.findall(path.read_text("utf-8"))
    ]
    (root / "variables.tf").write_text("\n".join(declared), encoding="utf-8")
    return _moved(_files(module), root / FOLDER, _is_of_variables, lambda head: _MOCK.sub("", head))


def taken_unscaled(terraform: Path, name: str, copy: Path) -> int:
    """Move the runs of a module that say nothing of its scaling to ``copy``, and return how many they are.

    There a service calls no ``modules/scaling``. Two plain bounds are what a service needs to be one. The
    first run stays where it is: the whole is planned at least once.
    """
    service = copy / "modules/service/scaling.tf"
    text, calls = _SCALED.subn("", service.read_text(encoding="utf-8"))
    assert calls == 1
    service.write_text(_TO_SCALED.sub("", text), encoding="utf-8")
    runs = copy / name / FOLDER
    for path in runs.iterdir():
        path.unlink()
    files = _files(terraform / name)
    first, *_ = _RUN.findall("".join(path.read_text(encoding="utf-8") for path in files))
    return _moved(files, runs, lambda run: run != first and not _says_scaling(run), lambda head: head)


def _says_scaling(run: str) -> bool:
    return "scaling" in _BOUNDS.sub("", run)


def _moved(
    files: Iterable[Path], to: Path, chosen: Callable[[str], bool], headed: Callable[[str], str]
) -> int:
    """Move the ``chosen`` runs to files of the same names, each with its head."""
    moved = 0
    for path in files:
        text = path.read_text(encoding="utf-8")
        runs = [one for one in _RUN.findall(text) if chosen(one)]
        if runs:
            head = headed(_RUN.sub("", text))
            (to / path.name).write_text("\n".join([head, *runs]), encoding="utf-8")
        for run in runs:
            text = text.replace(run, "")
        path.write_text(text, encoding="utf-8")
        moved += len(runs)
    return moved


def _is_of_variables(run: str) -> bool:
    if _MORE.search(run):
        return False
    expected = _EXPECTED.search(run)
    if expected is None:
        return drawing_less()
    named = [one.strip() for one in expected[1].split(",") if one.strip()]
    return bool(named) and all(one.startswith("var.") for one in named)


def _files(module: Path) -> list[Path]:
    return sorted((module / FOLDER).glob("*.tftest.hcl"))
