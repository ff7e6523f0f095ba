"""With requirements/core.txt alone, as the GitHub Action installs it: guard, its folders and report work.

No module of a distribution that is not in that file is found, as in an environment without it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fuzz.made import small_fleet

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PLAN = ROOT / "tests" / "fuzz" / "recorded_plan.json"
WITHOUT = """
import sys
class Without:
    def __init__(self, finder):
        self.finder = finder
    def find_spec(self, name, path=None, target=None):
        return None if name.partition(".")[0] in ABSENT else self.finder.find_spec(name, path, target)
    def __getattr__(self, name):
        return getattr(self.finder, name)
sys.meta_path[:] = map(Without, sys.meta_path)
from trimtab.cli import main
sys.exit(main())
"""


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def absent() -> set[str]:
    """Return the modules of what is installed here and is not of the core."""
    text = (ROOT / "requirements" / "core.txt").read_text("utf-8")
    core = {plain(name) for name in re.findall(r"^([\w.\-]+)(?:\[[^]]*\])?==", text, re.MULTILINE)}
    core |= {"trimtab", "pip", "setuptools"}
    return {
        module
        for module, distributions in packages_distributions().items()
        if not {plain(one) for one in distributions} & core
    }


def trimtab(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command: Sequence[str] = [
        sys.executable, "-c", f"ABSENT = {sorted(absent())!r}\n{WITHOUT}", *map(str, arguments),
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_extras_are_among_what_is_absent() -> None:
    """Else nothing of this were proven."""
    assert absent() >= {"moto", "dask", "distributed", "flask", "pytest", "hypothesis"}


@pytest.mark.parametrize("form", ["table", "json", "markdown", "sarif"])
def test_a_plan_is_judged(form: str) -> None:
    done = trimtab("guard", PLAN, "--format", form)
    assert done.returncode in {0, 10, 11}, done.stderr
    assert "Traceback" not in done.stderr
    if form in {"json", "sarif"}:
        json.loads(done.stdout)


def test_a_folder_is_judged() -> None:
    done = trimtab("guard", ROOT / "examples" / "before", "--format", "json")
    assert done.returncode == 10, done.stderr
    assert json.loads(done.stdout)


def test_a_result_is_reported(tmp_path: Path) -> None:
    _, result = small_fleet(tmp_path)
    for form in ("table", "json", "markdown"):
        done = trimtab("report", result, "--format", form)
        assert done.returncode == 0, done.stderr
        assert done.stdout
    page = tmp_path / "page.html"
    done = trimtab("report", result, "--format", "html", "-o", page)
    assert done.returncode == 0, done.stderr
    assert page.stat().st_size > 10_000


def test_what_needs_an_extra_says_which_in_one_line() -> None:
    done = trimtab("sandbox")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    assert "pip install 'trimtab[sandbox]'" in line
