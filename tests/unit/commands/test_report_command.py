"""``trimtab report`` as it is typed, on the example fleet's result."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from commands.made import trimtab

from example_run import REPOSITORY
from trimtab.commands.report import FOLDER, remove_stale
from trimtab.document.name import DOCUMENT_FILE

if TYPE_CHECKING:
    from pathlib import Path

    from example_run import ExampleRun


def test_without_a_form_it_is_the_table_that_optimize_printed(example: ExampleRun) -> None:
    shown = trimtab("report", example.out).stdout.splitlines()
    assert shown[:10] == example.stdout.splitlines()[:10]


def test_of_a_service_no_other_file_is_read(example: ExampleRun, tmp_path: Path) -> None:
    (tmp_path / "recommendation").mkdir()
    shutil.copy(example.out / DOCUMENT_FILE, tmp_path)
    shutil.copy(example.out / "recommendation" / "fraud.json", tmp_path / "recommendation")
    for flags in ((), ("--format", "markdown"), ("--format", "json")):
        assert trimtab("report", tmp_path, "fraud", *flags).stdout.startswith(("fraud (", "## fraud (", "{"))
    assert trimtab("report", tmp_path).returncode == 2, "the others are asked for after all"


@pytest.mark.parametrize("flags", [("--format", "html"), ("--format", "markdown"), ("--format", "json")])
def test_a_file_has_what_stdout_has(example: ExampleRun, tmp_path: Path, flags: tuple[str, ...]) -> None:
    shown = trimtab("report", example.out, *flags)
    assert shown.returncode == 0
    wrote = trimtab("report", example.out, *flags, "-o", tmp_path / "any.txt")
    assert wrote.stdout == ""
    assert (tmp_path / "any.txt").read_text(encoding="utf-8") == shown.stdout


def test_the_ending_says_the_form_and_another_is_refused(example: ExampleRun, tmp_path: Path) -> None:
    for name, begins in (("a.html", "<!doctype html>"), ("a.md", "## "), ("a.json", "{")):
        trimtab("report", example.out, "-o", tmp_path / name)
        assert (tmp_path / name).read_text(encoding="utf-8").lstrip().startswith(begins)
    refused = trimtab("report", example.out, "-o", tmp_path / "a.pdf")
    assert refused.returncode == 2
    assert "give --format, or .html, .md or .json" in refused.stderr


def test_json_is_the_recommendation_or_one_service_of_it(example: ExampleRun) -> None:
    whole = json.loads(trimtab("report", example.out, "--format", "json").stdout)
    one = json.loads(trimtab("report", example.out, "fraud", "--format", "json").stdout)
    (fraud,) = (service for service in whole["services"] if service["name"] == "fraud")
    assert one["services"] == [fraud]
    assert one["cost"] == fraud["cost"]


def test_a_service_that_is_not_there_is_named_in_every_form(example: ExampleRun) -> None:
    for flags in ((), ("--format", "html"), ("--format", "markdown"), ("--format", "json")):
        refused = trimtab("report", example.out, "nobody", *flags)
        assert refused.returncode == 2
        assert "no service 'nobody'" in refused.stderr


def test_without_what_was_kept_the_page_says_so_and_a_snapshot_gives_it(
    example: ExampleRun, tmp_path: Path
) -> None:
    shutil.copy(example.out / DOCUMENT_FILE, tmp_path)
    shutil.copytree(example.out / "recommendation", tmp_path / "recommendation")
    without = trimtab("report", tmp_path, "--format", "html")
    assert "no minutes are kept beside this result" in without.stderr
    assert "data-series" not in without.stdout
    given = trimtab("report", tmp_path, "--format", "html", "--snapshot", REPOSITORY / "examples/fleet")
    assert given.stdout == (example.out / "report.html").read_text(encoding="utf-8")


def test_pages_of_services_that_are_gone_go(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    for name in ("001-api.html", "002-gone.html", "notes.html"):
        (tmp_path / FOLDER / name).write_text("", encoding="utf-8")
    remove_stale(tmp_path, {f"{FOLDER}/001-api.html": ""})
    assert {one.name for one in (tmp_path / FOLDER).iterdir()} == {"001-api.html", "notes.html"}
