"""A smaller task goes in only where what stays around it does no harm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from patch_made import edits, patched, service, stays, wanted

from trimtab.terraform_module import Schedule, Tracking

if TYPE_CHECKING:
    from pathlib import Path

TARGET = """
resource "aws_appautoscaling_target" "api" {
  resource_id  = "service/shop/${aws_ecs_service.api.name}"
  min_capacity = 2
  max_capacity = 4
}
"""
TRACKING = """
resource "aws_appautoscaling_policy" "api" {
  policy_type = "TargetTrackingScaling"
  resource_id = aws_appautoscaling_target.api.resource_id
  target_tracking_scaling_policy_configuration {
    target_value = %s
    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}
"""
STEPS = """
resource "aws_appautoscaling_policy" "out" {
  policy_type = "StepScaling"
  resource_id = aws_appautoscaling_target.api.resource_id
  step_scaling_policy_configuration {
    adjustment_type = "ChangeInCapacity"
    cooldown        = 120
    step_adjustment {
      metric_interval_lower_bound = 0
      metric_interval_upper_bound = 10 # ten over
      scaling_adjustment          = 2
    }
    step_adjustment {
      metric_interval_lower_bound = 10
      scaling_adjustment          = 4
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "high" {
  metric_name         = "CPUUtilization"
  comparison_operator = "GreaterThanThreshold"
  threshold           = %s
  period              = 60
  evaluation_periods  = 1
  alarm_actions       = [aws_appautoscaling_policy.out.arn]
}
"""
BALANCED = """
resource "aws_lb_target_group" "api" {
  port                 = 80
  deregistration_delay = 300
  health_check {
    interval            = 5
    timeout             = 4
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }
}
"""


@pytest.mark.parametrize(("target", "goes"), [("50", True), ("60", True), ("75", False), ("var.none", False)])
def test_a_size_goes_in_where_target_tracking_is_no_later_than_the_proposal(
    tmp_path: Path, target: str, goes: bool
) -> None:
    patch = patched(tmp_path, {"main.tf": service() + TARGET + TRACKING % target}, wanted(most=8))
    assert bool(patch.edits) is goes
    assert "target tracking" in stays(patch)["scaling by CPUUtilization"]
    blocks = next(one.block for one in patch.left if one.what == "scaling")
    assert 'resource "aws_appautoscaling_policy" "api_cpu_out"' in blocks
    assert "MAX([cpu / 30, memory / 70])" in blocks
    if not goes:
        assert stays(patch)["cpu"].startswith("was replayed with tasks added above 60 % CPU")


def test_a_proposal_of_target_tracking_is_patched_where_there_is_some(tmp_path: Path) -> None:
    text = (TRACKING % "75").replace("target_value = 75", "target_value = 75\n    scale_in_cooldown = 60")
    proposed = wanted(most=8, tracking=Tracking(cpu=55, memory=80))
    patch = patched(tmp_path, {"main.tf": service() + TARGET + text}, proposed)
    assert [(one[1], one[2]) for one in edits(patch)["main.tf"]] == [
        ("1024", "256"),
        ("2048", "512"),
        ("4", "8"),
        ("75", "55"),
        ("60", "300"),
    ]
    assert (
        "scale_out_cooldown = 60"
        in stays(patch)["target_tracking_scaling_policy_configuration.scale_out_cooldown"]
    )
    (block,) = (one.block for one in patch.left if one.block)
    assert 'predefined_metric_type = "ECSServiceAverageMemoryUtilization"' in block


def test_a_proposal_of_target_tracking_keeps_the_size_where_steps_come_later(tmp_path: Path) -> None:
    files = {"main.tf": service() + TARGET + STEPS % "40"}
    patch = patched(tmp_path, files, wanted(most=8, tracking=Tracking(cpu=55)))
    assert patch.edits == ()
    assert stays(patch)["a step policy"].startswith("the proposal has none")
    assert stays(patch)["cpu"].startswith("was replayed with tasks added above 55 % CPU, and here nothing")


def test_an_alarm_of_a_minute_keeps_a_size_that_was_replayed_with_fast_signals(tmp_path: Path) -> None:
    text = (STEPS % "50").replace("evaluation_periods  = 1", "evaluation_periods  = 2")
    patch = patched(tmp_path, {"main.tf": service() + TARGET + text}, wanted(most=8, fast=True))
    assert stays(patch)["cpu"].endswith("an alarm after 60 s over its threshold, and here after 120 s")


def test_a_scheduled_action_keeps_the_size(tmp_path: Path) -> None:
    action = """
resource "aws_appautoscaling_scheduled_action" "day" {
  resource_id = aws_appautoscaling_target.api.resource_id
  schedule    = "cron(0 6 * * ? *)"
  scalable_target_action {
    min_capacity = 4
    max_capacity = 4
  }
}
"""
    patch = patched(tmp_path, {"main.tf": service() + TARGET + STEPS % "75" + action}, wanted(most=8))
    assert patch.edits == ()
    assert "sets bounds of its own, for the size of before" in stays(patch)["cpu"]


def test_a_proposal_with_a_schedule_keeps_the_size(tmp_path: Path) -> None:
    schedule = Schedule(timezone="UTC", weekdays=())
    files = {"main.tf": service() + TARGET + STEPS % "75"}
    patch = patched(tmp_path, files, wanted(most=8, schedule=schedule))
    assert patch.edits == ()
    assert stays(patch)["max_capacity"].startswith("was replayed with scheduled actions")


def test_thresholds_and_steps_are_patched_with_the_size(tmp_path: Path) -> None:
    patch = patched(tmp_path, {"main.tf": service() + TARGET + STEPS % "75"}, wanted(most=8))
    said = [(one[1], one[2]) for one in edits(patch)["main.tf"]]
    assert said == [
        ("1024", "256"),
        ("2048", "512"),
        ("4", "8"),
        ("120", "60"),
        ("10", "20"),
        ("2", "1"),
        ("10", "20"),
        ("4", "3"),
        ("75", "60"),
    ]
    # More periods without fewer datapoints would make the alarm slower.
    assert stays(patch)["evaluation_periods"].startswith("goes only together with datapoints_to_alarm")
    assert stays(patch)["treat_missing_data"].startswith("is not given here")
    assert stays(patch)["datapoints_to_alarm"].startswith("is not given here")


def test_steps_of_another_number_are_exchanged_as_blocks(tmp_path: Path) -> None:
    first = """    step_adjustment {
      metric_interval_lower_bound = 0
      scaling_adjustment          = 2
    }
"""
    begins, ends = STEPS.index("    step_adjustment"), STEPS.index("  }\n}\nresource")
    one = STEPS[:begins] + first + STEPS[ends:]
    patch = patched(tmp_path, {"main.tf": service() + TARGET + one % "75"}, wanted(most=8))
    (content,) = patch.contents.values()
    assert content.decode().endswith(STEPS[ends:] % "60")
    assert """    step_adjustment {
      metric_interval_lower_bound = 0
      metric_interval_upper_bound = 20
      scaling_adjustment          = 1
    }
    step_adjustment {
      metric_interval_lower_bound = 20
      scaling_adjustment          = 3
    }
  }
}
resource""" in content.decode()


def test_steps_of_another_number_with_a_comment_stay_and_the_size_too(tmp_path: Path) -> None:
    begins, ends = (
        STEPS.index("    step_adjustment {\n      metric_interval_lower_bound = 10"),
        STEPS.index("  }\n}\nresource"),
    )
    text = (STEPS[:begins] + STEPS[ends:]) % "75"
    patch = patched(tmp_path, {"main.tf": service() + TARGET + text}, wanted(most=8))
    assert patch.edits == ()
    why = stays(patch)["step_scaling_policy_configuration.step_adjustment"]
    assert why == "there are comments in its blocks, which would be lost"
    assert stays(patch)["cpu"].startswith("was replayed with tasks added above 60 % CPU")


def test_an_alarm_that_rings_later_than_in_the_replay_keeps_the_size(tmp_path: Path) -> None:
    text = (STEPS % "50").replace("evaluation_periods  = 1", "evaluation_periods  = var.periods")
    files = {
        "main.tf": service() + TARGET + text + 'variable "periods" {}\n',
        "terraform.tfvars.json": '{"periods": 5}',
    }
    patch = patched(tmp_path, files, wanted(most=8))
    assert patch.edits == ()
    assert stays(patch)["cpu"].endswith("an alarm after 120 s over its threshold, and here after 300 s")


def test_a_threshold_that_cannot_be_lowered_keeps_the_size(tmp_path: Path) -> None:
    files = {
        "main.tf": service() + TARGET + STEPS % "var.high + 0" + 'variable "high" {\n  default = 75\n}\n'
    }
    patch = patched(tmp_path, files, wanted(most=8))
    assert patch.edits == ()
    assert stays(patch)["cpu"] == "was replayed with tasks added above 60 % CPU, and here they are above 75 %"


def test_a_size_that_would_flap_against_the_low_alarm_stays(tmp_path: Path) -> None:
    low = """
resource "aws_appautoscaling_policy" "in" {
  policy_type = "StepScaling"
  resource_id = aws_appautoscaling_target.api.resource_id
  step_scaling_policy_configuration {
    adjustment_type = "ChangeInCapacity"
    step_adjustment {
      metric_interval_upper_bound = 0
      scaling_adjustment          = -1
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "low" {
  metric_name         = "CPUUtilization"
  comparison_operator = "LessThanThreshold"
  threshold           = 65
  alarm_actions       = [aws_appautoscaling_policy.in.arn]
}
"""
    patch = patched(tmp_path, {"main.tf": service() + TARGET + STEPS % "75" + low}, wanted(most=8))
    assert patch.edits == ()
    assert stays(patch)["cpu"].endswith("it would flap")


def _behind(grace: str) -> str:
    return (
        service()
        .replace(
            "desired_count   = 2",
            "health_check_grace_period_seconds = " + grace + "\n  load_balancer {\n"
            "    target_group_arn = aws_lb_target_group.api.arn\n  }",
        )
        .replace("}\n\nresource", "}\n" + BALANCED + "\nresource", 1)
    )


def test_a_size_whose_starts_the_checks_would_kill_stays(tmp_path: Path) -> None:
    text = _behind("var.grace") + 'variable "grace" {}\n'
    scaling = TARGET + TRACKING % "50"
    slow = wanted(balanced=True, start_s=90, most=8)
    patch = patched(tmp_path, {"main.tf": text + scaling, "terraform.tfvars.json": '{"grace": 10}'}, slow)
    assert "a start may take 90 s at the new size" in stays(patch)["cpu"]
    assert "give up after 55 s" in stays(patch)["cpu"]
    (tmp_path / "again").mkdir()
    mended = patched(
        tmp_path / "again", {"main.tf": text + scaling, "terraform.tfvars": "grace = 10\n"}, slow
    )
    assert edits(mended)["terraform.tfvars"] == [(1, "10", "70")]
    assert (4, "1024", "256") in edits(mended)["main.tf"]


def test_one_grace_period_of_two_services_gets_the_longer(tmp_path: Path) -> None:
    text = _behind("local.grace") + _behind("local.grace").replace("api", "web")
    both = wanted(balanced=True, grace_s=70), wanted("web", balanced=True, grace_s=90)
    patch = patched(tmp_path, {"main.tf": text, "l.tf": "locals {\n  grace = 0\n}\n"}, *both)
    assert edits(patch)["l.tf"] == [(2, "0", "90")]
    assert "it gets the largest, 90" in patch.notes[0]
