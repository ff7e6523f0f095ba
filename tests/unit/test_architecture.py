"""``docs/architecture.md`` against the code: its picture, its table of files, and the recipes."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "trimtab"
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PICTURE = PAGE.split("```mermaid")[1].split("```")[0]
BOXES = set(re.findall(r"\b(\w+)\[", PICTURE)) | set(re.findall(r"--> (\w+)", PICTURE))
ARROWS = set(re.findall(r"^ +(\w+)(?:\[[^\]]*\])? --> (\w+)", PICTURE, re.MULTILINE))
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
    "contracts"
]
HELPERS = {"addresses", "assets", "decoding", "environment", "errors", "files", "folders", "progress"}
HELPERS |= {"plain_text", "redaction", "store", "units", "workers"}
"""What everything may use: in no picture."""


def layers() -> list[set[str]]:
    """Return the packages by layer, the highest first."""
    (main,) = [one for one in CONTRACTS if one["name"] == "the arrows of the design go one way"]
    return [{name.strip().removeprefix("trimtab.") for name in layer.split("|")} for layer in main["layers"]]


def imports_of(package: str) -> set[str]:
    """Return which others a package imports."""
    home = SOURCE / package
    files = home.rglob("*.py") if home.is_dir() else [home.with_suffix(".py")]
    found = set()
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("trimtab."):
                found.add(str(node.module).split(".")[1])
            elif isinstance(node, ast.ImportFrom) and node.module == "trimtab":
                found |= {alias.name for alias in node.names}
    return found - {package}


def test_every_package_is_a_box_and_every_box_a_package() -> None:
    there = {
        path.stem for path in SOURCE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert {name for name in there if not name.startswith("__")} - HELPERS == BOXES


def test_every_package_has_a_layer() -> None:
    assert {name for layer in layers() for name in layer} | {"sandbox"} == BOXES | HELPERS


@pytest.mark.parametrize(("low", "high"), sorted(ARROWS))
def test_an_arrow_is_one_that_import_linter_allows_and_the_code_has(low: str, high: str) -> None:
    place = {name: number for number, layer in enumerate(layers()) for name in layer}
    if low != "sandbox":  # it stands alone: no layer, and who stands on it is said by another contract
        assert place[high] < place[low], f"{high} stands under {low}"
    assert low in imports_of(high), f"{high} imports nothing of {low}"


def test_every_file_that_a_page_for_contributors_names_is_there() -> None:
    pages = [ROOT / "docs" / "architecture.md", *(ROOT / "docs" / "contributing").glob("*.md")]
    pages += (ROOT / "docs" / "decisions").glob("*.md")
    for page in pages:
        for name in re.findall(
            r"`((?:src|tests|tools|docs|terraform)/[\w./*-]+)`", page.read_text(encoding="utf-8")
        ):
            if re.search(r"REGION|SERVICE|NAME", name):
                continue
            assert list(ROOT.glob(name.rstrip("/"))), f"{page.name} names {name}, which is not there"


def test_no_folder_has_more_than_fourteen_modules_but_those_with_one_a_command() -> None:
    for folder in (SOURCE, *(path for path in SOURCE.rglob("*") if path.is_dir())):
        modules = [path for path in folder.glob("*.py") if not path.name.startswith("__")]
        if folder.name not in {"cli", "commands"}:
            assert len(modules) <= 14, folder


@pytest.mark.not_fast
def test_no_public_class_has_the_name_of_another() -> None:
    homes: dict[str, set[str]] = {}
    for path in SOURCE.rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes.setdefault(node.name, set()).add(str(path.relative_to(SOURCE)))
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}


def test_the_pipeline_fits_on_a_screen() -> None:
    assert len((SOURCE / "pipeline.py").read_text(encoding="utf-8").splitlines()) <= 110
