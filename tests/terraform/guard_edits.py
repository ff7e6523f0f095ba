"""Edits of a configuration as people make them, and what is true of each: it hurts, or it is safe."""

# An edit a line, so that like can be seen beside like.
# ruff: noqa: E501

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Step = Callable[[str], str]

SERVICE, GROUP = 'resource "aws_ecs_service" "main"', 'resource "aws_lb_target_group" "main"'
OUT, IN = 'resource "aws_appautoscaling_policy" "out"', 'resource "aws_appautoscaling_policy" "in"'
HIGH, LOW = 'resource "aws_cloudwatch_metric_alarm" "high"', 'resource "aws_cloudwatch_metric_alarm" "low"'
BOUNDS, ROLE = 'resource "aws_appautoscaling_target" "main"', 'resource "aws_iam_role" "task"'


@dataclass(frozen=True, slots=True)
class Edit:
    """What is done to the text, and whether it may pass."""

    name: str
    safe: bool
    steps: tuple[Step, ...]
    option: str = ""

    def of(self, text: str) -> str:
        """Return the edited text."""
        for step in self.steps:
            text = step(text)
        return text


def put(head: str, old: str, new: str) -> Step:
    """Replace the first ``old`` after ``head``."""

    def step(text: str) -> str:
        start = text.index(old, text.index(head))
        return text[:start] + new + text[start + len(old) :]

    return step


def cut(head: str) -> Step:
    """Take a block away."""

    def step(text: str) -> str:
        start = text.index(head)
        return text[:start] + text[text.index("\n}\n", start) + 3 :]

    return step


def add(block: str) -> Step:
    """Add a block."""
    return lambda text: f"{text}\n{block}\n"


def inner(head: str, line: str) -> Step:
    """Add a line to a block."""
    return put(head, "{\n", f"{{\n{line}\n")


def rename(old: str, new: str) -> Step:
    """Replace everywhere."""
    return lambda text: text.replace(old, new)


NEXT = put("", "orders:1", "orders:2")
UNCALLED = put(HIGH, "[aws_appautoscaling_policy.out.arn]", "[]")
DENY = 'policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Deny", Action = "*", Resource = "*" }] })'
CHECK = 'check "x" {{\n assert {{\n condition = aws_ecs_service.main.desired_count > {}\n error_message = "few"\n }}\n}}'
TRACKING = """resource "aws_appautoscaling_policy" "t" {{
  {}
  name               = "t"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/edited/orders"
  target_tracking_scaling_policy_configuration {{
    target_value = 60
    predefined_metric_specification {{
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }}
  }}
}}"""
TOPIC = 'resource "aws_sns_topic" "x" {{\n {}\n name = "ops"\n}}'
# fmt: off
EDITS = (
    Edit("nothing", safe=True, steps=()),
    Edit("a new image", safe=True, steps=(NEXT,)),
    Edit("another password", safe=True, steps=(put("", "first-hunter2", "second-hunter3"),)),
    Edit("a new image, less grace", safe=False, steps=(NEXT, put(SERVICE, "= 120", "= 10"))),
    Edit("a new image, less drain", safe=False, steps=(NEXT, put(GROUP, "= 120", "= 0"))),
    Edit("less drain", safe=True, steps=(put(GROUP, "= 120", "= 30"),)),
    Edit("a new image, a tenth stays", safe=False, steps=(NEXT, put(SERVICE, "= 100", "= 10"))),
    Edit("checks that wait less", safe=False, steps=(put(GROUP, "= 10\n", "= 2\n"),)),
    Edit("a lower maximum", safe=True, steps=(put(BOUNDS, "= 12", "= 8"),)),
    Edit("a maximum below the count", safe=False, steps=(put(BOUNDS, "= 12", "= 3"),)),
    Edit("a lower count", safe=False, steps=(put(SERVICE, "= 4", "= 2"),)),
    Edit("no count", safe=False, steps=(rename("desired_count ", "# "),)),
    Edit("a ladder tuned", safe=True, steps=(put(OUT, "= 2", "= 4"), put(IN, "= -1", "= -2"), put(HIGH, "= 70", "= 60"))),
    Edit("a threshold nothing reaches", safe=False, steps=(put(HIGH, "= 70", "= 101"),)),
    Edit("a step to nothing", safe=False, steps=(put(OUT, "scaling_adjustment          = 2", "scaling_adjustment = 0"),)),
    Edit("a policy renamed", safe=True, steps=(put(OUT, "orders-out", "orders-more"),)),
    Edit("a policy renamed, its alarm keeps the ARN", safe=False, steps=(put(OUT, "orders-out", "orders-more"), put(HIGH, "aws_appautoscaling_policy.out.arn", '"OLD_ARN"'))),
    Edit("the policy out gone", safe=False, steps=(cut(OUT), UNCALLED)),
    Edit("the policy in gone", safe=True, steps=(cut(IN), put(LOW, "[aws_appautoscaling_policy.in.arn]", "[]"))),
    Edit("tracking instead", safe=True, steps=(cut(OUT), cut(IN), cut(HIGH), cut(LOW), add(TRACKING.format("")))),
    Edit("tracking in another region instead", safe=False, steps=(cut(OUT), UNCALLED, add(TRACKING.format("provider = aws.eu")))),
    Edit("an alarm gone", safe=False, steps=(cut(HIGH),)),
    Edit("an alarm off", safe=False, steps=(inner(HIGH, "actions_enabled = false"),)),
    Edit("an alarm renamed", safe=True, steps=(put(HIGH, "orders-high", "orders-hot"),)),
    Edit("an address moved without a block", safe=False, steps=(rename('"aws_appautoscaling_policy" "out"', '"aws_appautoscaling_policy" "up"'), rename("policy.out.arn", "policy.up.arn"))),
    Edit("an address moved with one", safe=True, steps=(rename('"aws_appautoscaling_policy" "out"', '"aws_appautoscaling_policy" "up"'), rename("policy.out.arn", "policy.up.arn"), add("moved {\n from = aws_appautoscaling_policy.out\n to = aws_appautoscaling_policy.up\n}"))),
    Edit("tags for the bill", safe=True, steps=(put("", 'ManagedBy = "terraform"', 'ManagedBy = "terraform", CostCenter = "1"'),)),
    Edit("a tag of a role gone", safe=False, steps=(put(ROLE, 'team = "pay"', ""),)),
    Edit("a rule of a group narrowed", safe=False, steps=(put("", "10.0.0.0/8", "10.0.0.0/16"),)),
    Edit("a role that may do more", safe=True, steps=(put("", '["s3:GetObject"]', '["s3:GetObject", "s3:PutObject"]'),)),
    Edit("a role that is denied", safe=False, steps=(add(f'resource "aws_iam_role_policy" "x" {{\n role = aws_iam_role.task.id\n {DENY}\n}}'),)),
    Edit("a condition that holds", safe=True, steps=(add(CHECK.format(1)),)),
    Edit("a condition that does not", safe=False, steps=(add(CHECK.format(99)),)),
    Edit("a script", safe=False, steps=(add('resource "terraform_data" "x" {\n provisioner "local-exec" {\n command = "true"\n }\n}'),)),
    Edit("a value", safe=True, steps=(add('resource "terraform_data" "x" {\n input = "a"\n}'),)),
    Edit("a topic of the same name elsewhere", safe=True, steps=(add(TOPIC.format("provider = aws.eu")),)),
    Edit("a topic of the same name here", safe=False, steps=(add(TOPIC.format("")),)),
    Edit("a part of it", safe=False, steps=(NEXT,), option="-target=aws_ecs_service.main"),
    Edit("a service made again", safe=False, steps=(), option="-replace=aws_ecs_service.main"),
)
# fmt: on
