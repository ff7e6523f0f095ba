"""The mocked runs of a module, those that a variable refuses on its own apart from the rest.

Up to Terraform 1.8 a validation sees its own variable and nothing else, so what it refuses it refuses in a
root that has the variables alone. Such a run takes a tenth of the CPU of one that plans the module.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "mocked"
_RUN = re.compile(r'^run "\w+" \{\n.*?^\}\n', re.MULTILINE | re.DOTALL)
_MOCK = re.compile(r'^mock_provider "\w+" \{(?:[^\n]*\}\n|\n.*?^\}\n)', re.MULTILINE | re.DOTALL)
_VARIABLE = re.compile(r'^variable "\w+" \{(?:[^\n]*\}\n|\n.*?^\}\n)', re.MULTILINE | re.DOTALL)
_EXPECTED = re.compile(r"^  expect_failures\s*=\s*\[(.*?)\]", re.MULTILINE | re.DOTALL)
_MORE = re.compile(r"^  (?:assert|override_\w+|providers|module)\b|\brun\.", re.MULTILINE)


def written(module: Path) -> int:
    """Return how many runs a module has."""
    return sum(len(_RUN.findall(path.read_text(encoding="utf-8"))) for path in _files(module))


def taken_apart(module: Path, root: Path) -> int:
    """Move the runs that a variable refuses out of ``module`` into ``root``, and return how many they are."""
    (root / FOLDER).mkdir(parents=True)
    declared = [
        one for path in sorted(module.glob("*.tf")) for one in _VARIABLE.findall(path.read_text("utf-8"))
    ]
    (root / "variables.tf").write_text("\n".join(declared), encoding="utf-8")
    moved = 0
    for path in _files(module):
        text = path.read_text(encoding="utf-8")
        runs = [one for one in _RUN.findall(text) if _is_refused_by_a_variable(one)]
        head = _RUN.sub("", _MOCK.sub("", text))
        (root / FOLDER / path.name).write_text("\n".join([head, *runs]), encoding="utf-8")
        for run in runs:
            text = text.replace(run, "")
        path.write_text(text, encoding="utf-8")
        moved += len(runs)
    return moved


def _is_refused_by_a_variable(run: str) -> bool:
    expected = _EXPECTED.search(run)
    named = [one.strip() for one in expected[1].split(",") if one.strip()] if expected else []
    return bool(named) and all(one.startswith("var.") for one in named) and not _MORE.search(run)


def _files(module: Path) -> list[Path]:
    return sorted((module / FOLDER).glob("*.tftest.hcl"))
