"""Odd Terraform gives one clear line or "not worked out", never a traceback."""

# ruff: noqa: E501 - Terraform in one string
from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lint.made import GOOD, changed, ids, look

from trimtab.errors import UsageError
from trimtab.lint.folder import LARGEST
from trimtab.lint.hcl.ease import eased
from trimtab.lint.inspect import inspect

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "correct-horse-battery"  # noqa: S105 - of nobody


def refused(folder: Path) -> str:
    with pytest.raises(UsageError) as caught:
        inspect(folder)
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    assert "holds no Terraform" in refused(tmp_path)


def test_what_editors_leave_behind_is_no_terraform(tmp_path: Path) -> None:
    for name in (".main.tf", "#main.tf", "main.tf~"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert "holds no Terraform" in refused(tmp_path)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('resource "a" "b" {\n  x = \n}\n', 2),
        ('a {\n\n  b = "unclosed\n}\n', 3),
        ("locals {\n  x = [1,,2]\n}\n", 2),
        ("}\n", 1),
    ],
)
def test_what_is_no_hcl_is_named_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    assert f"main.tf:{line}: is no HCL" in refused(tmp_path)


def test_what_is_no_json_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "main.tf.json").write_text('{\n "resource": [}\n', encoding="utf-8")
    assert "main.tf.json:2: is no JSON" in refused(tmp_path)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_bytes(b"x = \xff\xfe")
    assert "main.tf: is not UTF-8" in refused(tmp_path)
    (tmp_path / "main.tf").unlink()
    (tmp_path / "gone.tf").symlink_to(tmp_path / "nowhere.tf")
    assert "gone.tf: cannot be read" in refused(tmp_path)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text("#" * (LARGEST + 1), encoding="utf-8")
    assert "larger than 5 MB" in refused(tmp_path)


def test_nesting_without_end_is_no_traceback(tmp_path: Path) -> None:
    deep = "[" * 3000 + "]" * 3000
    (tmp_path / "main.tf").write_text(f"locals {{\n  x = {deep}\n}}\n", encoding="utf-8")
    assert "main.tf" in refused(tmp_path)


def test_a_module_that_is_not_there_or_calls_itself(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('module "m" {\n  source = "./none"\n}\n', encoding="utf-8")
    assert "main.tf:1: the module's folder" in refused(tmp_path)
    (tmp_path / "main.tf").write_text('module "m" {\n  source = "."\n}\n', encoding="utf-8")
    assert inspect(tmp_path).exit_code in {0, 11}
    (tmp_path / "main.tf").write_text('module "m" {\n  source = "./"\n  count  = 3\n}\n', encoding="utf-8")
    assert inspect(tmp_path).exit_code in {0, 11}


def test_a_module_of_a_registry_is_named_and_so_is_that_nothing_is_known_of_it(tmp_path: Path) -> None:
    found = look(tmp_path, 'module "ecs" {\n  source = "terraform-aws-modules/ecs/aws"\n}\n')
    assert found.exit_code == 11
    assert found.gaps[0].addresses == ("module.ecs",)
    assert found.gaps[0].rules == ("all",)


def test_a_module_that_init_has_fetched_is_read(tmp_path: Path) -> None:
    inner = tmp_path / ".terraform/modules/ecs"
    inner.mkdir(parents=True)
    (inner / "main.tf").write_text(
        'resource "aws_cloudwatch_log_group" "x" {\n  name = "x"\n}\n', encoding="utf-8"
    )
    listed = {"Modules": [{"Key": "ecs", "Source": "registry", "Dir": ".terraform/modules/ecs"}]}
    (tmp_path / ".terraform/modules/modules.json").write_text(json.dumps(listed), encoding="utf-8")
    found = look(tmp_path, 'module "ecs" {\n  source = "terraform-aws-modules/ecs/aws"\n}\n')
    assert ids(found) == {"logs-kept-for-ever"}
    assert found.gaps == ()


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(tmp_path: Path) -> None:
    text = changed(("  retention_in_days = 30\n", ""))
    (tmp_path / "main.tf").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    found = inspect(tmp_path)
    assert ids(found) == {"logs-kept-for-ever"}
    assert text.splitlines()[found.findings[0].place.line - 1].startswith(
        'resource "aws_cloudwatch_log_group"'
    )


def test_a_link_to_a_file_elsewhere_is_read_as_terraform_reads_it(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there/real").write_text(GOOD, encoding="utf-8")
    (tmp_path / "here").mkdir()
    (tmp_path / "here/main.tf").symlink_to(tmp_path / "there/real")
    assert inspect(tmp_path / "here").resources > 20


def test_a_file_outside_the_folder_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.json").write_text(f'[{{"name": "{SECRET}"}}]', encoding="utf-8")
    text = (
        'resource "aws_ecs_task_definition" "x" {\n  requires_compatibilities = ["FARGATE"]\n'
        '  container_definitions = file("../secret.json")\n}\n'
    )
    found = look(tmp_path / "in", text)
    assert any("not in the folder" in one.why for one in found.gaps)


CONTAINERS = """
resource "aws_ecs_task_definition" "x" {
  family                   = "x"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  container_definitions    = %s
}
"""


@pytest.mark.parametrize(
    "written",
    [
        f'jsonencode([{{ name = "a", environment = [{{ name = "API_KEY", value = "{SECRET}" }}], image = var.i }}])',
        f'strange("{SECRET}")',
        f'yamldecode("{SECRET}")',
        f'<<E\n[{{"name": "a", "environment": [{{"name": "API_KEY", "value": "{SECRET}"}}], "cpu": ${{var.i}}}}]\nE\n',
        f"<<E\n%{{ if var.i }}{SECRET}%{{ endif }}\nE\n",
        f'"[{SECRET}"',
        f'[{{ value = "{SECRET}" }}]',
        f'var.i["{SECRET}"]',
        f'replace("{SECRET}", "/(/", "")',
    ],
)
def test_no_value_of_a_container_is_ever_shown(tmp_path: Path, written: str) -> None:
    from trimtab.report.lint import json as as_json  # noqa: PLC0415
    from trimtab.report.lint import markdown, sarif, terminal  # noqa: PLC0415
    from trimtab.report.lint.data import lint_report_of  # noqa: PLC0415

    found = look(tmp_path, 'variable "i" {}\n' + CONTAINERS % written)
    report = lint_report_of(found)
    shown = (as_json.render(found), markdown.render(report), sarif.render(report), terminal.as_text(report))
    assert found.findings or found.gaps
    for one in shown:
        assert SECRET not in one or f'["{SECRET}"]' in written


def test_json_syntax_is_looked_at_like_hcl(tmp_path: Path) -> None:
    document = {
        "resource": {
            "aws_ecs_task_definition": {
                "x": {
                    "family": "x",
                    "requires_compatibilities": ["FARGATE"],
                    "network_mode": "awsvpc",
                    "cpu": "${local.cpu}",
                    "memory": 512,
                    "container_definitions": "[]",
                }
            },
            "aws_lb_target_group": [{"g": {"health_check": {"timeout": 10, "interval": 10}}}],
            "aws_cloudwatch_log_group": {"l": [{"name": "l", "retention_in_days": 7}]},
        },
        "locals": {"cpu": 300},
    }
    (tmp_path / "main.tf.json").write_text(json.dumps(document, indent=1), encoding="utf-8")
    found = inspect(tmp_path)
    assert {"fargate-size", "health-timeout"} <= ids(found)
    assert "logs-kept-for-ever" not in ids(found)


@pytest.mark.parametrize(
    "text",
    [
        'resource "aws_ecs_service" "x" {\n  name = null\n  load_balancer {}\n}\n',
        'resource "aws_ecs_service" "x" {\n  for_each = 5\n}\n',
        'resource "aws_ecs_service" "x" {\n  count = "many"\n}\n',
        'resource "aws_ecs_service" "x" {\n  count = 1000000000\n}\n',
        'resource "aws_ecs_service" "x" {\n  dynamic "load_balancer" {\n    for_each = 3\n    content {}\n  }\n}\n',
        'resource "aws_ecs_service" "x" {\n  dynamic "load_balancer" {\n    for_each = [1]\n  }\n}\n',
        'resource "aws_ecs_service" "x" {\n  deployment_minimum_healthy_percent = "lots"\n}\n',
        'resource "aws_ecs_service" "x" {\n  network_configuration = "none"\n  lifecycle {\n    ignore_changes = all\n  }\n}\n',
        'resource "aws_ecs_service" {\n}\nresource {\n}\nlocals "x" {\n}\nvariable {}\n',
        'resource "aws_appautoscaling_policy" "x" {\n  step_scaling_policy_configuration {\n    step_adjustment {}\n  }\n}\n',
        'resource "aws_cloudwatch_metric_alarm" "x" {\n  threshold = "x"\n  metric_name = "CPUUtilization"\n  namespace = "AWS/ECS"\n}\n',
        'resource "aws_iam_policy" "x" {\n  policy = "{\\"Statement\\": [1, {\\"Effect\\": \\"Allow\\"}]}"\n}\n',
        'resource "aws_iam_policy" "x" {\n  policy = "not json"\n}\n',
        'resource "aws_security_group" "x" {\n  ingress = [{ cidr_blocks = ["0.0.0.0/0"], from_port = null }]\n}\n',
        'resource "aws_security_group_rule" "x" {\n  type = "ingress"\n  cidr_blocks = "0.0.0.0/0"\n}\n',
        'resource "aws_lb_listener_rule" "x" {\n  condition {\n    path_pattern {\n      values = "x"\n    }\n  }\n}\n',
        'locals {\n  a = local.b\n  b = local.a\n}\nresource "aws_lb" "x" {\n  name = local.a\n}\n',
        'resource "aws_lb" "a" {\n  name = aws_lb.b.name\n}\nresource "aws_lb" "b" {\n  name = aws_lb.a.name\n}\n',
        'variable "x" {\n  default = var.x\n  type = object({ a = wat(1), b = optional(string) })\n}\nresource "aws_lb_target_group" "x" {\n  name = var.x.a\n  slow_start = var.x\n}\n',
        CONTAINERS % "jsonencode(5)",
        CONTAINERS % "jsonencode([5, null, { environment = 5, secrets = {}, healthCheck = [] }])",
        CONTAINERS % "jsonencode([{ name = null, image = 5, logConfiguration = { options = 5 } }])",
        CONTAINERS % 'jsonencode([{ environment = [{ name = 5 }], stopTimeout = "x", cpu = "y" }])',
        CONTAINERS % '"[{]"',
    ],
)
def test_nonsense_is_no_traceback(tmp_path: Path, text: str) -> None:
    found = look(tmp_path, text)
    assert found.exit_code in {0, 10, 11}


@pytest.mark.not_fast
def test_work_without_end_is_named(tmp_path: Path) -> None:
    lines = ["  a0 = range(3000)"] + [
        f"  a{n} = [for x in local.a0 : length([for y in local.a0 : y])]" for n in range(1, 4)
    ]
    text = (
        "locals {\n"
        + "\n".join(lines)
        + '\n}\nresource "aws_lb_target_group" "x" {\n  slow_start = local.a3[0]\n}\n'
    )
    found = look(tmp_path, text)
    assert found.exit_code == 11
    assert any("too many steps" in one.why for one in found.gaps)


WORDS = ["aws_lb", "x", '"', "${", "}", "{", "[", "]", "\n", "=", " ", "local.", "var", "<<E\n", "E\n", "1", "?", ":", ".", "*",
         "for", "in", "if", "=>", "...", "!", "-", "#", "//", "/*", "*/", "\\", "%{", "$${", "null", ",", "(", ")", "\r\n", "é"]  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(WORDS), max_size=25).map("".join))
def test_any_text_is_read_or_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "main.tf").write_text(
        f'locals {{\n  a = {text}\n}}\nresource "aws_lb_target_group" "x" {{\n  slow_start = local.a\n}}\n',
        encoding="utf-8",
        newline="",
    )
    try:
        inspect(tmp_path)
    except UsageError as error:
        said = str(error)
    else:
        said = ""
    assert "\n" not in said


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=30).map("".join))
def test_easing_keeps_every_position(text: str) -> None:
    made = eased(text)
    assert len(made) == len(text)
    assert all(a == b or (a in "\r\n!" and b == " ") for a, b in zip(text, made, strict=True))
