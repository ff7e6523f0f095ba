"""The table of requirements: its places and tests exist, and no requirement test is left out."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import hcl2
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
TOOLS = REPOSITORY / "tools"
PLATFORM = REPOSITORY / "terraform" / "platform"


@pytest.fixture
def requirements(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(TOOLS))
    return importlib.import_module("requirements")


def test_the_page_is_up_to_date() -> None:
    finished = subprocess.run(
        [sys.executable, str(TOOLS / "requirements.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr


def test_a_line_link_leads_to_the_line_that_is_meant(requirements: Any) -> None:
    for one in requirements.data():
        for place in one["places"]:
            link = requirements.place(REPOSITORY, place)
            line = (REPOSITORY / link.file).read_text(encoding="utf-8").splitlines()[link.line - 1]
            assert " ".join(place["line"].split()) in " ".join(line.split())


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ({"file": "a.tf", "line": "size = 2"}, "0 lines say"),
        ({"file": "a.tf", "line": "size = 1"}, "2 lines say"),
        ({"file": "a.tf", "line": "size = 1", "block": "gone {"}, "0 blocks begin with"),
        ({"file": "b.tf", "line": "size = 1"}, "no such file"),
    ],
)
def test_a_place_that_is_gone_or_not_the_only_one_is_refused(
    requirements: Any, tmp_path: Path, place: dict[str, str], says: str
) -> None:
    (tmp_path / "a.tf").write_text("a {\n  size  = 1\n}\nb {\n  size = 1 # as a\n}\n", encoding="utf-8")
    with pytest.raises(requirements.DriftError, match=says):
        requirements.place(tmp_path, place)
    assert requirements.place(tmp_path, {"file": "a.tf", "line": "size = 1", "block": "b {"}).line == 5


def test_a_test_that_is_gone_is_refused(requirements: Any) -> None:
    with pytest.raises(requirements.DriftError, match="no such test"):
        requirements.test(REPOSITORY, "tests/unit/test_requirements_table.py::test_of_nothing")


def test_every_requirement_test_is_in_the_table(requirements: Any) -> None:
    named = {node.partition("::")[2] for one in requirements.data() for node in one["tests"]}
    written = {
        name
        for path in (REPOSITORY / "tests" / "terraform").glob("test_*.py")
        for name in re.findall(r"^def (test_[rocse]\d+_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert len(written) > 40
    assert written - named == set()


def test_every_line_of_the_table_has_a_test_that_was_seen_to_fail_or_is_fast(requirements: Any) -> None:
    unseen = [
        one["says"]
        for one in requirements.data()
        if not any(requirements.broken_once(node) or node.startswith("tests/unit/") for node in one["tests"])
    ]
    # Held by what is applied, not by the plan that the mutations are judged by.
    assert unseen == ["`ignore_changes` on the task definition (and on the count, which scaling owns)"]


def _versions(folder: Path) -> dict[str, Any]:
    (block,) = hcl2.loads((folder / "versions.tf").read_text(encoding="utf-8"))["terraform"]
    return block


def test_the_company_asks_for_terraform_and_provider_as_the_platform_has_them() -> None:
    versions = _versions(PLATFORM)
    assert versions["required_version"].strip('"') == ">= 1.5"
    (providers,) = versions["required_providers"]
    text = str(providers["aws"])
    assert re.search(r">= 5\.\d+, < 6\.0", text), text


def test_the_region_is_us_east_1_unless_another_is_said() -> None:
    variables = hcl2.loads((PLATFORM / "providers.tf").read_text(encoding="utf-8"))["variable"]
    (region,) = [body for one in variables for name, body in one.items() if name.strip('"') == "region"]
    assert region["default"].strip('"') == "us-east-1"
