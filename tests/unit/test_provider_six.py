"""What the modules use of the AWS provider is in versions 5 and 6, and the page says so."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
TOOLS = REPOSITORY / "tools"
TARGET_GROUP = ("resource", "aws_lb_target_group")


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(TOOLS))
    return importlib.import_module("provider_six")


@pytest.fixture
def facts() -> Any:
    return json.loads((TOOLS / "provider_facts.json").read_text(encoding="utf-8"))


def test_everything_the_modules_use_is_in_both_versions_and_the_page_is_up_to_date() -> None:
    finished = subprocess.run(
        [sys.executable, str(TOOLS / "provider_six.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("no_such", "has no no_such"),
        ("health_check/no_such", "has no health_check/no_such"),
        ("no_block/", "has no no_block/"),
        ("health_check/interval/", "has no health_check/interval/"),
    ],
)
def test_what_a_version_does_not_have_is_found(tool: Any, facts: Any, path: str, says: str) -> None:
    found = tool.problems(facts, {TARGET_GROUP: {"health_check/", path}}, {})
    assert [line for line in found if says in line] == found
    assert len(found) == 2  # one for each version


def test_what_a_version_requires_and_is_not_written_is_found(tool: Any, facts: Any) -> None:
    written = {("resource", "aws_ecs_task_definition"): {"family", "volume/"}}
    found = tool.problems(facts, written, {})
    assert {line.partition(" requires ")[2] for line in found} == {"container_definitions", "volume/name"}


def test_an_attribute_that_neither_gives_is_found(tool: Any, facts: Any) -> None:
    found = tool.problems(facts, {}, {("data", "aws_region"): {"id", "region", "no_such"}})
    five, six = facts["5"]["version"], facts["6"]["version"]
    assert found == [
        f"data aws_region: {five} gives no no_such",
        f"data aws_region: {five} gives no region",
        f"data aws_region: {six} gives no no_such",
    ]


def test_an_argument_in_a_dynamic_block_is_seen(tool: Any) -> None:
    written = tool.used("terraform/modules")
    assert "condition/path_pattern/values" in written["resource", "aws_lb_listener_rule"]
    assert "capacity_provider_strategy/weight" in written["resource", "aws_ecs_service"]


def test_modules_take_six_and_the_platform_stays_on_five() -> None:
    constraint = re.compile(r'^ +version = "([^"]+)"', re.MULTILINE)
    found = {
        path.parent.name: constraint.findall(path.read_text(encoding="utf-8"))
        for path in (REPOSITORY / "terraform").rglob("versions.tf")
    }
    assert found.pop("schedule") == []  # reckons with times of day alone, and asks no provider
    assert found.pop("platform") == [">= 5.77, < 6.0"]
    assert len(found) >= 3
    assert all(versions == [">= 5.77, < 7.0"] for versions in found.values()), found


def test_no_module_reads_an_attribute_of_the_region_that_one_version_lacks_or_deprecates(tool: Any) -> None:
    assert not tool.read("terraform/modules").get(("data", "aws_region"))
