"""An attribute that is not given gets a line in its block, as the block is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from patch_made import patched, service, stays, wanted

if TYPE_CHECKING:
    from pathlib import Path

BALANCED = """
resource "aws_ecs_service" "api" {{
  name            = "api"
  cluster         = "shop"
  task_definition = aws_ecs_task_definition.api.arn
  desired_count   = 2
  load_balancer {{
    target_group_arn = aws_lb_target_group.api.arn
    container_name   = "api"
    container_port   = 80
  }}
}}

resource "aws_lb_target_group" "api" {{
{group}
}}
"""
TASK = service(cpu="256", memory="512").partition('resource "aws_ecs_service"')[0]
CHECK = "interval = 15\n    timeout = 10\n    healthy_threshold = 2\n    unhealthy_threshold = 3"
GROUP = '  name     = "api"\n  port     = 80 # as ever\n\n  health_check {{\n    {check}\n  }}'


def tree(group: str) -> dict[str, str]:
    return {"main.tf": (TASK + BALANCED.format(group=group)).replace("{\n\n}", "{}")}


def after(folder: Path, group: str, **given: object) -> str:
    patch = patched(folder, tree(group), wanted(balanced=True, **given))
    (content,) = patch.contents.values()
    return content.decode()


def test_the_drain_gets_a_line_behind_the_last_attribute(tmp_path: Path) -> None:
    group = GROUP.format(check=CHECK)
    said = after(tmp_path, group)
    line = "  port     = 80 # as ever\n  deregistration_delay = 30\n\n  health_check {"
    assert line in said
    # And nothing else moved by a byte, the grace period's line apart.
    lines = [one for one in said.splitlines() if "deregistration_delay" not in one]
    lines = [one for one in lines if "health_check_grace_period_seconds" not in one]
    assert lines == tree(group)["main.tf"].splitlines()
    assert "  desired_count   = 2\n  health_check_grace_period_seconds = 70\n  load_balancer {" in said


def test_a_name_that_is_short_enough_is_aligned_with_the_line_above(tmp_path: Path) -> None:
    check = 'path                = "/up"\n    healthy_threshold   = 2\n    unhealthy_threshold = 3'
    said = after(tmp_path, GROUP.format(check=check))
    assert "    unhealthy_threshold = 3\n" in said
    for line in ("    interval            = 15\n", "    timeout             = 10\n"):
        assert line in said


def test_ends_of_lines_are_as_the_file_has_them(tmp_path: Path) -> None:
    text = tree(GROUP.format(check=CHECK))["main.tf"].replace("\n", "\r\n").encode()
    patch = patched(tmp_path, {"main.tf": text}, wanted(balanced=True))
    (content,) = patch.contents.values()
    assert b"as ever\r\n  deregistration_delay = 30\r\n\r\n" in content
    assert content.count(b"\n") == content.count(b"\r\n")


@pytest.mark.parametrize(
    ("group", "what", "why"),
    [
        (
            '  name = "api"\n  deregistration_delay = null',
            "deregistration_delay",
            "is not given here: add deregistration_delay = 30",
        ),
        (
            '  name = "api"\n  health_check { path = "/up" }',
            "health_check.interval",
            "its block is on one line; add interval = 15",
        ),
        ('  name = "api"', "health_check.interval", "is not given here: add interval = 15"),
        ("", "deregistration_delay", "its block is on one line; add deregistration_delay = 30"),
    ],
)
def test_where_no_line_can_be_written_it_is_named(group: str, what: str, why: str, tmp_path: Path) -> None:
    patch = patched(tmp_path, tree(group), wanted(balanced=True))
    assert stays(patch)[what] == why


def test_one_block_for_several_services_gets_the_longest(tmp_path: Path) -> None:
    """Each of its instances reads the new line; a service that the proposal does not know keeps it out."""
    files = {
        "main.tf": """
resource "aws_ecs_task_definition" "all" {
  for_each              = toset(["api", "web"])
  family                = each.key
  cpu                   = 256
  memory                = 512
  container_definitions = jsonencode([{ name = each.key, image = "x:1" }])
}

resource "aws_ecs_service" "all" {
  for_each                          = toset(["api", "web"])
  name                              = each.key
  cluster                           = "shop"
  task_definition                   = aws_ecs_task_definition.all[each.key].arn
  desired_count                     = 2
  health_check_grace_period_seconds = 70
  load_balancer {
    target_group_arn = aws_lb_target_group.all[each.key].arn
    container_name   = each.key
    container_port   = 80
  }
}

resource "aws_lb_target_group" "all" {
  for_each = toset(["api", "web"])
  name     = each.key
  health_check {
    interval            = 15
    timeout             = 10
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}
"""
    }
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    both = patched(
        tmp_path / "a",
        files,
        wanted(balanced=True, delay_s=30),
        wanted("web", balanced=True, delay_s=45),
    )
    (content,) = both.contents.values()
    assert content.decode().count("  name     = each.key\n  deregistration_delay = 45\n") == 1
    one = patched(tmp_path / "b", files, wanted(balanced=True, delay_s=30))
    assert one.edits == ()
    assert "would change" in stays(one)["deregistration_delay"]
