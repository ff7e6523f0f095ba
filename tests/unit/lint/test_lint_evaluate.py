"""Expressions are worked out as Terraform does, and what is not known stays so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from trimtab.engine.engine import Workspace
from trimtab.lint.configuration import root_module
from trimtab.lint.evaluation.values import Encoded, Unknown
from trimtab.lint.folder import read_values
from trimtab.lint.hcl.syntax import SourcePlace
from trimtab.lint.inspect import inspect
from trimtab.lint.resource import settled

if TYPE_CHECKING:
    from pathlib import Path

    from trimtab.engine.engine import Engine

PREFIX = """
variable "given" { default = { a = 1, b = null } }
variable "nothing" {}
resource "aws_x" "one" {
  name = "plain"
}
resource "aws_x" "each" {
  for_each = toset(["p", "q"])
  name     = "${each.key}-${each.value}"
}
resource "aws_x" "counted" {
  count = 2
  name  = "n${count.index}"
}
resource "aws_x" "maybe" {
  count = var.nothing ? 1 : 0
  name  = "maybe"
}
"""


def worth(folder: Path, expression: str, more: str = "") -> Any:
    (folder / "main.tf").write_text(f"{PREFIX}{more}\nlocals {{\n  x = {expression}\n}}\n", encoding="utf-8")
    root = root_module(folder, read_values(folder, ()))
    return settled(root.code.locals["x"], root.env)


WORTH: list[tuple[str, Any]] = [
    ("1 + 2 * 3", 7),
    ("(1 + 2) * 3", 9),
    ("10 / 4", 2.5),
    ("10 / 5", 2),
    ("-7 % 3", -1),
    ("!true || 1 < 2 && 3 >= 3", True),
    ("!!true", True),
    ('"1" == 1', False),
    ("true == 1", False),
    ("null == null", True),
    ('"a${1 + 1}b"', "a2b"),
    ('"$${x} %%{y} \\"q\\" \\u00e9\\n"', '${x} %{y} "q" é\n'),
    ('"${\n  1\n}"', 1),
    ("<<-E\n    a\n      b ${1}\n  E", "a\n  b 1\n"),
    ('<<E\n"q" \\n\nE', '"q" \\n\n'),
    ("[for i, v in [5, 6] : i + v if v > 5]", [7]),
    ("{ for k, v in { b = 1, a = 2 } : k => v * 2 }", {"a": 4, "b": 2}),
    ('{ for v in ["x", "y", "x"] : v => 1... }', {"x": [1, 1], "y": [1]}),
    ('[for v in toset(["b", "a", "b"]) : v]', ["a", "b"]),
    ("var.given.a", 1),
    ('var.given["a"]', 1),
    ("try(var.given.c, var.given.a)", 1),
    ("can(var.given.c)", False),
    ('coalesce(var.given.b, "", "z")', "z"),
    ('lookup(var.given, "c", 9)', 9),
    ("merge({ a = 1 }, null, { a = 2 })", {"a": 2}),
    ("max([1, 5, 3]...)", 5),
    ('format("%s-%03d-%.2f%%", "a", 7, 1.5)', "a-007-1.50%"),
    ('tonumber(format("%.9f", 0.6 - 1))', -0.4),
    ("jsondecode(jsonencode({ a = [1, true] })).a[1]", True),
    ('regex("^(?P<x>[a-z]+)", "ab1").x', "ab"),
    ('replace("a.b.c", "/\\\\./", "-")', "a-b-c"),
    ("flatten([[1], [[2]], 3])", [1, 2, 3]),
    ("slice([1, 2, 3], 1, 3)", [2, 3]),
    ("element([1, 2], 3)", 2),
    ("range(1, 10, 4)", [1, 5, 9]),
    ('setsubtract(["a", "b"], ["b"])', ["a"]),
    ('zipmap(["a"], [1])', {"a": 1}),
    ('join(",", ["a"], ["b"])', "a,b"),
    ("one([])", None),
    ("aws_x.one.name", "plain"),
    ('aws_x.each["p"].name', "p-p"),
    ("[for k, v in aws_x.each : v.name]", ["p-p", "q-q"]),
    ("aws_x.counted[*].name", ["n0", "n1"]),
    ("aws_x.counted.*.name", ["n0", "n1"]),
    ("aws_x.maybe[0].name", "maybe"),
    ("length(aws_x.each)", 2),
    ("null[*]", []),
    ('"one"[*]', ["one"]),
    ("aws_x.one.arn == null", False),
    ("var.nothing == null && false", False),
    ("var.nothing ? 1 : 1", 1),
]


@pytest.mark.parametrize(("expression", "value"), WORTH)
def test_an_expression_is_worth_what_terraform_says(tmp_path: Path, expression: str, value: Any) -> None:
    assert worth(tmp_path, expression) == value


@pytest.mark.terraform
def test_the_real_engine_says_the_same(tmp_path: Path, engine_alone: Engine) -> None:
    pure = [
        (n, text, value) for n, (text, value) in enumerate(WORTH) if not re.search(r"aws_x|nothing", text)
    ]
    lines = [f'output "o{n}" {{\n  value = {text}\n}}\n' for n, text, _ in pure]
    (tmp_path / "main.tf").write_text(
        PREFIX.partition('variable "nothing"')[0] + "".join(lines), encoding="utf-8"
    )
    workspace = Workspace(engine=engine_alone, directory=tmp_path)
    workspace.init()
    workspace.apply()
    said = workspace.outputs()
    assert {text: said.get(f"o{n}") for n, text, _ in pure} == {text: value for _, text, value in pure}


@pytest.mark.parametrize(
    "expression",
    [
        "var.nothing",
        '"a-${var.nothing}"',
        "var.nothing ? 1 : 2",
        "var.nothing + 1",
        "[for x in var.nothing : x]",
        "aws_x.one.arn",
        "aws_x.maybe[*].name",
        "length(aws_x.maybe)",
        "aws_x.none.name",
        "module.none.x",
        "data.aws_y.z.id",
        "terraform.workspace",
        'contains(["a", var.nothing], "b")',
        "timestamp()",
        "uuid()",
        'yamldecode("a: 1")',
        'file("/etc/hostname")',
        '"%{ if true }a%{ endif }"',
        "local.x",
        "range(1e9)",
        "1 / 0",
        "[][0]",
        "{}.a",
        "max()",
        'regex("(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!")',
        "pow(9, 9999999)",
        'format("%999999999d", 1)',
    ],
)
def test_what_cannot_be_known_is_named_with_its_place(tmp_path: Path, expression: str) -> None:
    found = worth(tmp_path, expression)
    if expression.startswith("pow"):
        assert found == 9**64
        return
    assert isinstance(found, Unknown), found
    assert found.place.file.endswith("main.tf")
    assert found.place.line > 1
    assert found.why


def test_a_string_in_an_expression_is_not_shown() -> None:
    place = SourcePlace("f", 1, 1, 'f("hunter2", var.x["key"], local.y)')
    assert Unknown("o", "w", place).said == 'f("…", var.x["key"], local.y)'
    assert Unknown("o", "w", SourcePlace("f", 1, 1, "<<E hunter2 E")).said == "<<…"


def test_json_keeps_what_is_not_known_in_its_place(tmp_path: Path) -> None:
    found = worth(tmp_path, 'jsonencode([{ name = "a", image = var.nothing }])')
    assert isinstance(found, Encoded)
    assert isinstance(found.content[0]["image"], Unknown)
    assert isinstance(worth(tmp_path, '"[${jsonencode({ image = var.nothing })}]"'), Unknown)


TYPED = """
variable "service" {
  type = object({
    name  = string
    port  = optional(number, 8080)
    tags  = optional(map(string), {})
    check = optional(object({ path = optional(string, "/"), every = optional(number) }), {})
    zones = optional(set(string), ["b", "a"])
  })
  default = { name = 7, extra = true, port = null }
}
variable "never" {
  default  = 3
  nullable = false
}
"""


def test_types_convert_and_fill_in_defaults(tmp_path: Path) -> None:
    assert worth(tmp_path, "var.service", TYPED) == {
        "name": "7",
        "port": 8080,
        "tags": {},
        "check": {"path": "/", "every": None},
        "zones": ["a", "b"],
    }


def test_values_come_from_files_in_the_order_of_terraform(tmp_path: Path) -> None:
    for name, value in {"terraform": 1, "b.auto": 3, "a.auto": 2}.items():
        (tmp_path / f"{name}.tfvars").write_text(f"nothing = {value}\n", encoding="utf-8")
    (tmp_path / "c.auto.tfvars.json").write_text('{"never": null}', encoding="utf-8")
    (tmp_path / "other.tfvars").write_text("nothing = 9\n", encoding="utf-8")
    assert worth(tmp_path, "[var.nothing, var.never]", TYPED) == [3, 3]


def test_modules_give_their_outputs_and_take_their_inputs(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner/main.tf").write_text(
        'variable "n" {\n  type = number\n}\noutput "double" {\n  value = var.n * 2\n}\n', encoding="utf-8"
    )
    calls = 'module "m" {\n  source   = "./inner"\n  for_each = { a = "1", b = "2" }\n  n = each.value\n}\n'
    assert worth(tmp_path, "[for k, m in module.m : m.double]", calls) == [2, 4]
    assert worth(tmp_path, 'module.m["b"].double', calls) == 4


def test_an_override_file_goes_over_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "x_override.tf").write_text(
        'resource "aws_x" "one" {\n  name = "over"\n}\n', encoding="utf-8"
    )
    assert worth(tmp_path, "aws_x.one.name") == "over"


def test_a_lookup_in_a_data_source_is_what_aws_will_give(tmp_path: Path) -> None:
    """The modules read the region so, for provider 5 and 6 name it differently."""
    (tmp_path / "main.tf").write_text(
        'data "aws_region" "current" {}\n'
        'locals { region = lookup(data.aws_region.current, "region", data.aws_region.current.id) }\n'
        'resource "aws_cloudwatch_log_group" "this" { name = "/x/${local.region}" }\n',
        encoding="utf-8",
    )
    assert inspect(tmp_path).gaps == ()
