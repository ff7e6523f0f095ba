"""What is shipped: its licences are allowed, its list is whole, and no security finding is waved through."""

from __future__ import annotations

import importlib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(str(ROOT / "tools"))
    sbom = importlib.import_module("sbom")
LOCK = sbom.LOCK.read_text(encoding="utf-8")
TABLES = sbom.known()
WAVED = re.compile(r"#\s*noqa:\s*(?P<codes>[A-Z0-9, ]+?)(?P<why>\s+[-#].*)?$")


def test_every_shipped_package_has_an_allowed_licence() -> None:
    assert sbom.refused(sbom.packages(LOCK, TABLES), TABLES) == []


def test_the_list_has_every_package_of_the_lock_and_what_each_needs() -> None:
    found = sbom.packages(LOCK, TABLES)
    made = sbom.document(found, "1.2.3")
    assert {one["name"] for one in made["components"]} >= {"boto3", "msgspec", "polars", "moto"}
    assert len(made["components"]) == len(set(re.findall(r"^[^ #\n]+==[^ ;\\]+", LOCK, re.MULTILINE)))
    needs = {one["ref"]: one["dependsOn"] for one in made["dependencies"]}
    known = {one["bom-ref"] for one in made["components"]}
    assert all(set(refs) <= known for refs in needs.values())
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    own = {ref.removeprefix("pkg:pypi/").partition("@")[0] for ref in needs["pkg:pypi/trimtab@1.2.3"]}
    assert {re.split(r"[^a-z0-9-]", one)[0] for one in declared} <= own
    assert any(ref.startswith("pkg:pypi/botocore@") for ref in needs[_ref(found, "boto3")])


def test_the_action_installs_what_the_guard_needs_pinned_as_everywhere_and_no_extra() -> None:
    pinned = re.compile(r"^([^ #\n]+==[^\n]*?) \\\n((?:    --hash=\S+(?: \\)?\n)+)", re.MULTILINE)
    core = dict(pinned.findall((ROOT / "requirements" / "core.txt").read_text(encoding="utf-8")))
    everything = dict(pinned.findall(LOCK))
    names = {one.partition("==")[0] for one in core}
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    assert {re.split(r"[^a-z0-9-]", one)[0] for one in declared} <= names
    assert not names & {"moto", "flask", "distributed", "dask"}
    assert {one: hashes.split() for one, hashes in core.items()} == {
        one: everything[one].split() for one in core
    }
    action = (ROOT / "action.yml").read_text(encoding="utf-8")
    assert re.findall(r"requirements/\w+\.txt", action) == ["requirements/core.txt"]


def _ref(found: list[Any], name: str) -> str:
    return next(one.purl for one in found if one.name == name)


@pytest.mark.parametrize(
    ("expression", "is_allowed"),
    [
        ("MIT", True),
        ("BSD-2-Clause AND Apache-2.0 WITH LLVM-exception", True),
        ("GPL-3.0-only OR MIT", True),
        ("MIT AND GPL-3.0-only", False),
        ("AGPL-3.0-or-later", False),
        ("", False),
    ],
)
def test_a_licence_is_allowed_by_all_its_parts(expression: str, is_allowed: bool) -> None:
    assert sbom.allowed(expression, TABLES) is is_allowed


def test_a_package_without_an_allowed_licence_is_named_with_what_to_do() -> None:
    (line,) = sbom.refused([sbom.Package("made-up", "1.0", "GPL-3.0-only")], TABLES)
    assert line.startswith("made-up 1.0: licence 'GPL-3.0-only' is not among those allowed; read it")


def test_every_licence_that_is_allowed_says_why() -> None:
    assert all(TABLES["allowed"].values())


@pytest.mark.parametrize("folder", ["src", "tools", "tests", "benchmarks", "examples"])
def test_no_security_finding_is_waved_through_without_its_reason(folder: str) -> None:
    waved = [
        (path.name, line.strip())
        for path in (ROOT / folder).rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if (found := WAVED.search(line)) and re.search(r"\bS\d{3}\b", found["codes"]) and not found["why"]
    ]
    assert waved == []


def test_ruff_looks_for_security_findings_everywhere_and_each_exception_has_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lint = tomllib.loads(text)["tool"]["ruff"]["lint"]
    assert lint["select"] == ["ALL"]
    assert not [code for code in lint["ignore"] if re.fullmatch(r"S(\d+)?", code)]
    ignoring = [line for line in text.splitlines() if re.search(r'"S\d{3}"', line)]
    assert ignoring
    assert all("#" in line for line in ignoring)
