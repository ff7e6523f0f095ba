"""What nobody owns after a takeover, and which of it is given a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from takeover import made
from takeover.made import items, taken

from trimtab.fleet.account import (
    Alarm,
    ClusterIdentity,
    Leftover,
    LogGroup,
    ScalingPolicy,
    ScalingTarget,
    SecurityGroup,
)
from trimtab.fleet.left_out import LeftOut, LeftOutReason
from trimtab.takeover import not_owned

if TYPE_CHECKING:
    from trimtab.fleet.model import Fleet


def test_a_log_group_that_anybody_else_may_write_to_is_given_no_command() -> None:
    """Without its group a container with ``awslogs`` does not start."""
    api = made.service(
        "api",
        task_definition=made.definition(
            "api", container_names=("api", "router"), other_log_groups=("/prod/fluent-bit",)
        ),
    )
    names = ("/prod/fluent-bit", "/prod/exec", "/ecs/other", "/production/old", "/prod/old", "prod-old")
    groups = tuple(LogGroup(name=name, arn=name) for name in names)
    cluster = ClusterIdentity(name="prod", arn="e", exec_log_group="/prod/exec")

    def commands(fleet: Fleet) -> list[str]:
        return [item.name for item in items(fleet, "aws_cloudwatch_log_group") if item.command]

    fleet = made.fleet(api, log_groups=groups, cluster=cluster)
    assert commands(fleet) == ["/prod/old"]
    left_out = LeftOut(service="web", reason=LeftOutReason.THROTTLED, detail="")
    assert commands(msgspec.structs.replace(fleet, skipped=(left_out,))) == []


def test_old_policies_and_their_alarms_are_to_go_with_the_command() -> None:
    policy = ScalingPolicy(name="it's old", arn="a", type="StepScaling", alarm_names=("low",))
    action = "arn:aws:autoscaling:us-east-1:111122223333:scalingPolicy:0:resource/ecs/x:policyName/p"
    fleet = made.fleet(
        made.service("api"),
        scaling_targets=(
            ScalingTarget(resource_id="service/prod/api", policies=(policy,), scheduled_actions=("night",)),
            ScalingTarget(resource_id="service/prod/gone"),
        ),
        alarms=(
            Alarm(name="low", arn="b", service="api", actions=(action,)),
            Alarm(name="tells", arn="c", service="api", actions=("arn:aws:sns:us-east-1:111122223333:t",)),
            Alarm(name="silent", arn="d", service="api"),
        ),
    )
    (item,) = items(fleet, "aws_appautoscaling_policy")
    assert item.advice == "remove"
    assert item.command.endswith("""--policy-name 'it'"'"'s old'""")
    advice = {
        item.name: (item.advice, bool(item.command)) for item in items(fleet, "aws_cloudwatch_metric_alarm")
    }
    assert advice == {"low": ("remove", True), "tells": ("look", False), "silent": ("look", True)}
    assert [item.advice for item in items(fleet, "aws_appautoscaling_scheduled_action")] == ["look"]
    assert [item.name for item in items(fleet, "aws_appautoscaling_target")] == ["service/prod/gone"]


def test_nothing_that_others_may_use_is_said_to_go() -> None:
    fleet = made.fleet(
        made.service("api"),
        target_groups=(made.group("api"), made.group("other", load_balancer_arns=())),
        security_groups=(
            SecurityGroup(id="sg-1", name="tasks", interfaces=4),
            SecurityGroup(id="sg-7", name="old", interfaces=0, world_open=True),
            SecurityGroup(id="sg-8", name="busy", interfaces=3),
        ),
        leftovers=(Leftover(kind="aws_nat_gateway", id="nat-1", name="nat-1", detail="one zone"),),
    )
    found = not_owned.not_owned(taken(fleet))
    assert {item.kind for item in found if item.advice == "remove"} == set()
    names = {item.name: item.advice for item in found}
    assert names["other"] == "look"
    assert (names["old (sg-7)"], names["tasks (sg-1)"]) == ("look", "keep")
    assert "busy (sg-8)" not in names
    assert names["nat-1"] == "look"
    assert names["arn:aws:iam::111122223333:role/old"] == "keep"


def test_containers_and_volumes_that_are_not_carried_on_are_named() -> None:
    definition = made.definition("api", container_names=("api", "envoy"), volumes=("data",))
    (item,) = items(made.fleet(made.service("api", task_definition=definition)), "aws_ecs_task_definition")
    assert "container envoy" in item.why
    assert "volume data" in item.why


def test_a_name_cannot_break_out_of_the_table() -> None:
    odd = Leftover(kind="aws_iam_policy", id="i", name="a|b`c\nd", detail="e|f")
    text = not_owned.render(taken(made.fleet(made.service("api"), leftovers=(odd,))))
    (line,) = [line for line in text.splitlines() if "aws_iam_policy" in line]
    assert line == "| aws_iam_policy | `a\\|b'c d (i)` | e\\|f |  |"
