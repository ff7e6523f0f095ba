"""The READMEs of the modules: every field with type, default, unit and description; costs as counted."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
TERRAFORM = REPOSITORY / "terraform"
WRITTEN = """
variable "a" {
  description = "An object."
  type = map(object({
    # Not of the next field: a line is free between.

    first = string
    # Said above,
    # in two lines.
    second = optional(list(object({ deep = number, more = optional(string, "x, y)") })), [{ deep = 1 }])
    third  = optional(number, 0.5) # said behind
  }))
  default = {}
}

variable "b" { type = object({ only = set(string) }) }

variable "c" {
  type = string
}
"""


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(REPOSITORY / "tools"))
    return importlib.import_module


def test_the_fields_of_an_object_are_read_with_type_default_and_comment(tool: Any, tmp_path: Path) -> None:
    (tmp_path / "variables.tf").write_text(WRITTEN, encoding="utf-8")
    types = tool("terraform_types")
    read = {
        name: [(one.path, one.kind, one.default, one.comment) for one in types.fields(kind)]
        for name, kind in types.variables(tmp_path).items()
    }
    assert read == {
        "a": [
            ("first", "string", None, ""),
            ("second", "list(object)", "[{ deep = 1 }]", "Said above, in two lines."),
            ("second[].deep", "number", None, ""),
            ("second[].more", "string", '"x, y)"', ""),
            ("third", "number", "0.5", "said behind"),
        ],
        "b": [("only", "set(string)", None, "")],
        "c": [],
    }


def test_every_field_of_every_module_is_described(tool: Any) -> None:
    fields = tool("terraform_fields")
    modules = [path.name for path in (TERRAFORM / "modules").iterdir() if any(path.glob("*.tf"))]
    lacking = {name: fields.undescribed(name) for name in [*modules, "platform"]}
    assert all(not paths for paths in lacking.values()), lacking
    assert not fields.unknown()


def test_a_field_that_is_passed_on_is_what_the_module_says_it_is(tool: Any) -> None:
    fields = tool("terraform_fields")
    assert fields.describe("fleet", "services.memory") == fields.describe("service", "task.memory")
    here = fields.known(TERRAFORM / "modules/fleet")["services.traffic.health_interval"]
    assert fields.default("fleet", "services.traffic.health_interval", here) == "`null`: `15`"


def test_a_module_costs_what_its_alarms_refer_to(tool: Any, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        """
locals {
  two = { cpu = 1, memory = 2 }
}
resource "aws_cloudwatch_metric_alarm" "two" {
  for_each    = local.two
  metric_name = each.key
}
resource "aws_cloudwatch_metric_alarm" "three" {
  dynamic "metric_query" {
    for_each = { a = "A", b = "B", c = "C" }
    content {
      id = metric_query.key
      metric {
        metric_name = metric_query.value
      }
    }
  }
  metric_query {
    id = "d"
    metric {
      metric_name = "D"
    }
  }
  metric_query {
    id         = "sum"
    expression = "a + b + c"
  }
}
resource "aws_cloudwatch_metric_alarm" "perhaps" {
  count = var.on ? 1 : 0
}
""",
        encoding="utf-8",
    )
    found = list(tool("terraform_costs").alarms(tmp_path))
    assert found == [
        ("alarms `two`, `three`", "6 metrics at $0.10", "$0.60"),
        ("alarm `perhaps`, where it is made", "1 metric", "$0.10"),
    ]


@pytest.mark.parametrize("module", ["service", "load-balancer", "cluster"])
def test_a_readme_says_what_its_module_costs(module: str) -> None:
    text = (TERRAFORM / "modules" / module / "README.md").read_text(encoding="utf-8")
    assert "## What it costs a month\n\n| what | counted by | USD |" in text
