"""What the guard says to write instead, and that its sentences are true."""

from __future__ import annotations

from typing import Any

import pytest
from guard.hostile_plans import (
    BACK,
    BOUNDS,
    HIGH,
    LISTENER,
    OTHER_GROUP,
    OUT,
    REVISION,
    SENDS,
    TASKS,
    WATCHES,
    goes,
    made,
    redone,
    stays,
    update,
)
from guard.made import POLICY, TARGET, assess, change, only, service

from trimtab.guard.model import Finding, Impact

SERVICE = "aws_ecs_service.api"
OLD = "arn:aws:ecs:us-east-1:111122223333:task-definition/api"


def found(address: str, *changes: dict[str, Any], **rest: Any) -> Finding:
    return next(one for one in assess(*changes, **rest).findings if one.address == address)


def advice(address: str, *changes: dict[str, Any]) -> str:
    return " ".join(found(address, *changes).advice)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("aws_ecs_service", service()),
        ("aws_appautoscaling_policy", POLICY),
        ("aws_cloudwatch_metric_alarm", WATCHES),
        ("aws_iam_role_policy_attachment", {"role": "app", "policy_arn": "arn:aws:iam::aws:policy/x"}),
    ],
)
def test_a_rename_in_the_configuration_is_told_of_its_moved_block(kind: str, values: dict[str, Any]) -> None:
    old, new = f"{kind}.old", f"{kind}.new"
    block = f"a moved block destroys nothing: from = {old}, to = {new}"
    assert block in advice(old, goes(old, values), made(new, values))
    first = next(name for name in ("name", "alarm_name", "role") if name in values)
    assert "moved" not in advice(old, goes(old, values), made(new, values | {first: "other"}))
    assert "moved" not in advice(old, goes(old, values), stays(new, values))


def test_a_count_that_scaling_sets_is_told_to_be_left_to_it() -> None:
    fewer = update(SERVICE, service(), {"desired_count": 2})
    assert "ignore_changes = [desired_count]" in advice(SERVICE, fewer, stays(BOUNDS, TARGET))
    assert advice(SERVICE, fewer) == ""


def test_a_revision_that_goes_back_is_told_to_be_left_to_who_deploys() -> None:
    back = update(SERVICE, service(task_definition=f"{OLD}:12"), {"task_definition": f"{OLD}:7"})
    assert "from revision 12 to 7" in advice(SERVICE, back)
    ahead = update(SERVICE, service(task_definition=f"{OLD}:7"), {"task_definition": f"{OLD}:12"})
    assert advice(SERVICE, ahead) == ""


def test_a_rule_of_another_type_is_told_to_be_imported() -> None:
    group = {"security_group_id": "sg-1", "from_port": 80, "to_port": 80}
    old = goes("aws_security_group_rule.a", group | {"type": "ingress"})
    new = "aws_vpc_security_group_ingress_rule.a"
    assert f"import it as {new}" in advice("aws_security_group_rule.a", old, made(new, group))
    assert "import" not in advice("aws_security_group_rule.a", old, made(new, group | {"from_port": 81}))
    other = made("aws_vpc_security_group_egress_rule.a", group)
    assert "import" not in advice("aws_security_group_rule.a", old, other)


def test_that_aws_can_change_what_a_service_runs_on_is_not_denied() -> None:
    replaced = change(SERVICE, "replace", service(), {"launch_type": None}, forced=("launch_type",))
    said = advice(SERVICE, replaced)
    assert "UpdateService" in said
    assert "AWS cannot" not in said


@pytest.mark.parametrize(("running", "said"), [(7, "The revision that runs now"), (8, "This revision")])
def test_a_revision_is_said_to_run_only_where_it_does(running: int, said: str) -> None:
    runs = stays(SERVICE, service(task_definition=f"{OLD}:{running}"))
    cautions = found(TASKS, redone(TASKS, REVISION, {"cpu": "1"}), runs).cautions
    assert any(caution.startswith(f"{said} is deregistered") for caution in cautions)


def test_that_aws_refuses_is_not_said_of_a_rule_or_a_cluster_name() -> None:
    rule = goes("aws_vpc_security_group_egress_rule.x", {"security_group_id": "sg-1"})
    gone = found(rule["address"], rule, goes("aws_security_group.a", {"id": "sg-1"}))
    assert "AWS does not refuse" in gone.reasons[0].text
    cluster = change("aws_ecs_cluster.a", "replace-first", {"name": "a", "tags": {}}, {}, forced=("tags",))
    texts = [reason.text for reason in only(cluster).reasons]
    assert not any("refuses a second" in text for text in texts)
    assert any("written over" in text for text in texts)


def test_a_policy_that_only_took_tasks_away_is_missed_by_the_bill_alone() -> None:
    back = POLICY | {"step_scaling_policy_configuration": [{"step_adjustment": [{"scaling_adjustment": -1}]}]}
    gone = only(goes(BACK, back))
    assert gone.verdict is Impact.SAFE
    assert "costs" in gone.cautions[0]


def test_who_keeps_an_old_arn_is_named() -> None:
    kept = found(OUT, redone(OUT, POLICY, {"name": "new"}), stays(HIGH, WATCHES))
    assert any(reason.text.startswith(HIGH) for reason in kept.reasons)
    assert kept.verdict is Impact.INTERRUPTS


def test_a_listener_that_sends_to_a_group_the_tasks_leave_is_named() -> None:
    moved = update(SERVICE, service(), {"load_balancer": [{"target_group_arn": OTHER_GROUP}]})
    sending = stays(LISTENER, SENDS)
    left = found(SERVICE, moved, sending)
    assert left.verdict is Impact.INTERRUPTS
    assert any(reason.text.startswith(LISTENER) for reason in left.reasons)
    shared = found(SERVICE, moved, sending, stays("aws_ecs_service.b", service(name="b")))
    assert shared.verdict is Impact.UNKNOWN
