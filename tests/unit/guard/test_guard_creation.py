"""A new thing is safe only by a fact: some act on what is there at once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from guard.made import POLICY, TARGET, assess, change, only, service

from trimtab.guard.facts.load import facts
from trimtab.guard.model import Impact

SERVICE = "aws_ecs_service.api"
LISTENER = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/main/1/2"
FORWARD = [{"type": "forward", "target_group_arn": "arn:tg"}]
FIXED = [{"type": "fixed-response", "fixed_response": [{"status_code": "503"}]}]


def policy(*effects: str) -> str:
    return json.dumps(
        {"Statement": [{"Effect": effect, "Action": "s3:*", "Resource": "*"} for effect in effects]}
    )


def verdict_of(kind: str, values: dict[str, Any], *others: dict[str, Any], **unknown: bool) -> Impact:
    """Judge a new thing among others of the plan."""
    made = change(f"{kind}.new", "create", None, values, unknown=unknown)
    found = next(one for one in assess(made, *others).findings if one.address == f"{kind}.new")
    return found.verdict


def new(kind: str, **values: Any) -> dict[str, Any]:
    return change(f"{kind}.bearer", "create", None, values)


@pytest.mark.parametrize(
    ("document", "verdict"),
    [
        (policy("Allow"), Impact.SAFE),
        (policy("Allow", "Allow"), Impact.SAFE),
        (policy("Allow", "Deny"), Impact.INTERRUPTS),
        ("no document", Impact.UNKNOWN),
    ],
)
def test_a_policy_of_a_role_that_is_there_is_what_it_says(document: str, verdict: Impact) -> None:
    assert verdict_of("aws_iam_role_policy", {"role": "app", "policy": document}) is verdict


def test_a_policy_known_only_after_the_apply_is_not_judged_but_on_a_new_role() -> None:
    assert verdict_of("aws_iam_role_policy", {"role": "app"}, policy=True) is Impact.UNKNOWN
    assert verdict_of("aws_iam_role_policy", {}, new("aws_iam_role"), policy=True, role=True) is Impact.SAFE
    named = verdict_of("aws_iam_role_policy", {"role": "app"}, new("aws_iam_role", name="app"), policy=True)
    assert named is Impact.SAFE
    other = verdict_of("aws_iam_role_policy", {"role": "app"}, new("aws_iam_role", name="web"), policy=True)
    assert other is Impact.UNKNOWN


@pytest.mark.parametrize(
    ("references", "verdict"),
    [
        (["aws_iam_role.bearer.id", "aws_iam_role.bearer"], Impact.SAFE),
        (["aws_iam_role.other.id", "aws_iam_role.other"], Impact.UNKNOWN),
        (["data.aws_iam_role.there.id", "data.aws_iam_role.there"], Impact.UNKNOWN),
        (["var.role"], Impact.SAFE),
    ],
)
def test_what_is_only_looked_up_late_is_not_new_because_something_else_is(
    references: list[str], verdict: Impact
) -> None:
    made = change("aws_iam_role_policy_attachment.new", "create", None, {}, unknown={"role": True})
    block = {"type": made["type"], "name": "new", "expressions": {"role": {"references": references}}}
    found = assess(made, new("aws_iam_role"), configuration={"root_module": {"resources": [block]}}).findings
    assert next(one for one in found if one.name == "new").verdict is verdict


def test_even_a_denial_is_safe_on_a_role_that_nobody_has_yet() -> None:
    values = {"policy": policy("Deny")}
    assert verdict_of("aws_iam_role_policy", values, new("aws_iam_role"), role=True) is Impact.SAFE


@pytest.mark.parametrize(
    ("kind", "bearer", "attribute"),
    [
        ("aws_iam_role_policy_attachment", "aws_iam_role", "role"),
        ("aws_lb_listener_rule", "aws_lb_listener", "listener_arn"),
        ("aws_lb_target_group_attachment", "aws_lb_target_group", "target_group_arn"),
        ("aws_route", "aws_route_table", "route_table_id"),
        ("aws_route_table_association", "aws_subnet", "subnet_id"),
        ("aws_vpc_endpoint", "aws_vpc", "vpc_id"),
        ("aws_sns_topic_policy", "aws_sns_topic", "arn"),
        ("aws_sqs_queue_policy", "aws_sqs_queue", "queue_url"),
    ],
)
def test_what_hangs_on_a_thing_that_is_there_is_not_known_to_be_safe(
    kind: str, bearer: str, attribute: str
) -> None:
    assert verdict_of(kind, {attribute: "there"}) is Impact.UNKNOWN
    assert verdict_of(kind, {attribute: "there"}, new(bearer)) is Impact.UNKNOWN
    assert verdict_of(kind, {}, new(bearer), **{attribute: True}) is Impact.SAFE
    assert verdict_of(kind, {}, **{attribute: True}) is Impact.UNKNOWN  # nothing of the kind is made


@pytest.mark.parametrize(
    ("action", "condition", "verdict"),
    [
        (FIXED, {"path_pattern": [{"values": ["/*"]}]}, Impact.INTERRUPTS),
        (FIXED, {"host_header": [{"values": ["*"]}]}, Impact.INTERRUPTS),
        (FIXED, {"path_pattern": [{"values": ["/old/*"]}]}, Impact.UNKNOWN),
        (FORWARD, {"path_pattern": [{"values": ["/*"]}]}, Impact.UNKNOWN),
    ],
)
def test_a_rule_that_answers_everything_by_itself_interrupts(
    action: list[Any], condition: dict[str, Any], verdict: Impact
) -> None:
    values = {"listener_arn": LISTENER, "priority": 1, "action": action, "condition": [condition]}
    assert verdict_of("aws_lb_listener_rule", values) is verdict


@pytest.mark.parametrize(
    ("most", "desired", "verdict"),
    [(8, 4, Impact.SAFE), (4, 4, Impact.SAFE), (3, 4, Impact.INTERRUPTS), (8, None, Impact.UNKNOWN)],
)
def test_new_bounds_are_held_against_the_tasks_that_are_wanted(
    most: int, desired: int | None, verdict: Impact
) -> None:
    running = [] if desired is None else [change(SERVICE, "none", service(desired_count=desired))]
    assert verdict_of("aws_appautoscaling_target", {**TARGET, "max_capacity": most}, *running) is verdict


def test_bounds_of_a_service_that_is_made_with_them_are_safe() -> None:
    made = new("aws_ecs_service", name="api")
    assert verdict_of("aws_appautoscaling_target", TARGET, made) is Impact.SAFE
    assert verdict_of("aws_appautoscaling_target", {}, made, resource_id=True) is Impact.SAFE


@pytest.mark.parametrize(
    ("kind", "values", "verdict"),
    [
        ("aws_service_discovery_private_dns_namespace", {"name": "shop.internal"}, Impact.SAFE),
        ("aws_service_discovery_private_dns_namespace", {"name": "example.com"}, Impact.UNKNOWN),
        ("aws_route53_zone", {"name": "example.com", "vpc": []}, Impact.SAFE),
        ("aws_route53_zone", {"name": "example.com", "vpc": [{"vpc_id": "vpc-1"}]}, Impact.UNKNOWN),
        ("aws_route53_record", {"name": "a", "allow_overwrite": None}, Impact.SAFE),
        ("aws_route53_record", {"name": "a", "allow_overwrite": True}, Impact.UNKNOWN),
        ("aws_ssm_parameter", {"overwrite": True}, Impact.UNKNOWN),
        ("aws_appautoscaling_scheduled_action", {"schedule": "rate(1 day)"}, Impact.UNKNOWN),
        ("aws_appautoscaling_policy", POLICY, Impact.SAFE),
        ("aws_cloudwatch_log_group", {"name": "/a"}, Impact.SAFE),
        ("terraform_data", {}, Impact.UNKNOWN),
        ("aws_iam_role_policies_exclusive", {}, Impact.UNKNOWN),
        ("aws_default_route_table", {}, Impact.UNKNOWN),
        ("aws_rds_instance_state", {}, Impact.UNKNOWN),
        ("helm_release", {}, Impact.UNKNOWN),
    ],
)
def test_a_new_thing_is_what_its_facts_say(kind: str, values: dict[str, Any], verdict: Impact) -> None:
    assert verdict_of(kind, values) is verdict


@pytest.mark.parametrize("module", ["", 'module.a["x.y"].module.b[0]'])
def test_a_provisioner_is_not_known_and_without_one_terraforms_own_is_safe(module: str) -> None:
    def judged(kind: str, *provisioners: dict[str, Any]) -> Impact:
        address = f"{module}.{kind}.new".removeprefix(".")
        inner = {"resources": [{"type": kind, "name": "new", "provisioners": list(provisioners)}]}
        calls = {"module_calls": {"a": {"module": {"module_calls": {"b": {"module": inner}}}}}}
        made = change(address, "create", None, {"name": "a"}, module_address=module)
        return only(made, configuration={"root_module": calls if module else inner}).verdict

    script = {"type": "local-exec"}
    assert judged("terraform_data") is Impact.SAFE
    assert judged("null_resource") is Impact.SAFE
    assert judged("terraform_data", script) is Impact.UNKNOWN
    assert judged("aws_cloudwatch_log_group") is Impact.SAFE
    assert judged("aws_cloudwatch_log_group", script) is Impact.UNKNOWN


def test_every_type_says_what_a_new_one_does_whatever_its_values() -> None:
    for kind, known in facts().items():
        assert known.create[-1].when == "always", kind
        assert verdict_of(kind, {}) in Impact


def test_what_a_service_or_an_alarm_loses_interrupts() -> None:
    gone = only(
        change(
            SERVICE, "update", service(service_registries=[{"registry_arn": "a"}]), {"service_registries": []}
        )
    )
    assert gone.verdict is Impact.INTERRUPTS
    connected = [{"enabled": True, "namespace": "n"}]
    for after in ([], [{"enabled": False, "namespace": "n"}]):
        before = service(service_connect_configuration=connected)
        lost = only(change(SERVICE, "update", before, {"service_connect_configuration": after}))
        assert lost.verdict is Impact.INTERRUPTS
    scaling = "arn:aws:autoscaling:us-east-1:1:scalingPolicy:2:resource/ecs/service/a/b:policyName/out"
    for actions, verdict in (([scaling], Impact.INTERRUPTS), (["arn:aws:sns:a"], Impact.UNKNOWN)):
        alarm = change(
            "aws_cloudwatch_metric_alarm.a", "update", {"alarm_actions": actions}, {"alarm_actions": []}
        )
        assert only(alarm).verdict is verdict
    off = change(
        "aws_cloudwatch_metric_alarm.a", "update", {"actions_enabled": True}, {"actions_enabled": False}
    )
    assert only(off).verdict is Impact.UNKNOWN


@pytest.mark.parametrize(
    ("kind", "steps", "verdict"),
    [
        ("ChangeInCapacity", [-1, -2], Impact.SAFE),
        ("PercentChangeInCapacity", [-50], Impact.SAFE),
        ("PercentChangeInCapacity", [-50, -100], Impact.UNKNOWN),
        ("ExactCapacity", [0], Impact.UNKNOWN),
        ("ExactCapacity", [2], Impact.SAFE),
    ],
)
def test_a_new_policy_that_can_leave_no_task_is_not_known(
    kind: str, steps: list[int], verdict: Impact
) -> None:
    body = [{"adjustment_type": kind, "step_adjustment": [{"scaling_adjustment": step} for step in steps]}]
    values = {**POLICY, "step_scaling_policy_configuration": body}
    assert verdict_of("aws_appautoscaling_policy", values) is verdict


STEPS_IN, CHANGE_IN = "step_scaling_policy_configuration", "ChangeInCapacity"
SHARE = "PercentChangeInCapacity"
ACTION = "aws_appautoscaling_scheduled_action.night"


def takes(*numbers: int, kind: str = CHANGE_IN) -> dict[str, Any]:
    adjusted = [{"scaling_adjustment": number} for number in numbers]
    return {STEPS_IN: [{"adjustment_type": kind, "step_adjustment": adjusted}]}


def kept(least: Any, **unknown: Any) -> dict[str, Any]:
    values = TARGET | {"min_capacity": least, "max_capacity": 90}
    return change("aws_appautoscaling_target.api", "none", values, {}, unknown=unknown)


def night(least: int | None, **unknown: Any) -> dict[str, Any]:
    bounds = [] if unknown else [{"min_capacity": least, "max_capacity": None}]
    values = {"resource_id": TARGET["resource_id"], "scalable_target_action": bounds}
    return change(ACTION, "create", None, values, unknown=unknown)


NIGHT_UNKNOWN = night(None, scalable_target_action=[{"min_capacity": True}])
MANY_TAKEN = [
    ([kept(12)], [-12], Impact.SAFE),
    ([kept("12")], [-1, -12], Impact.SAFE),
    ([kept(11)], [-12], Impact.UNKNOWN),
    ([], [-12], Impact.UNKNOWN),
    ([kept(None, min_capacity=True)], [-12], Impact.UNKNOWN),
    ([kept(12), night(12)], [-12], Impact.SAFE),
    ([kept(12), night(None)], [-12], Impact.SAFE),
    ([kept(12), night(2)], [-12], Impact.UNKNOWN),
    ([kept(12), NIGHT_UNKNOWN], [-12], Impact.UNKNOWN),
]


@pytest.mark.parametrize(("others", "steps", "verdict"), MANY_TAKEN)
def test_many_tasks_at_once_are_told_where_half_of_them_stay(
    others: list[dict[str, Any]], steps: list[int], verdict: Impact
) -> None:
    assert verdict_of("aws_appautoscaling_policy", POLICY | takes(*steps), *others) is verdict
    changed = change("aws_appautoscaling_policy.in", "update", POLICY | takes(-1), takes(*steps))
    found = {one.address: one.verdict for one in assess(changed, *others).findings}
    assert found["aws_appautoscaling_policy.in"] is verdict


def test_of_many_tasks_another_targets_minimum_tells_nothing() -> None:
    away = {"resource_id": "service/main/web"}
    for values, after in ((TARGET | away, {}), (TARGET, away)):
        other = change("aws_appautoscaling_target.web", "update", values | {"min_capacity": 50}, after)
        assert verdict_of("aws_appautoscaling_policy", POLICY | takes(-12), other) is Impact.UNKNOWN


def test_a_step_that_was_a_share_and_takes_many_tasks_now_is_not_told() -> None:
    share = POLICY | takes(10, -5, kind=SHARE)
    changed = change("aws_appautoscaling_policy.in", "update", share, takes(10, -12))
    found = {one.address: one.verdict for one in assess(changed, kept(12)).findings}
    assert found["aws_appautoscaling_policy.in"] is Impact.UNKNOWN


@pytest.mark.parametrize(
    ("others", "steps", "least", "verdict"),
    [
        ([kept(2)], [-20, -50], None, Impact.SAFE),
        ([kept(2)], [-20, -50], 2, Impact.SAFE),
        ([kept(2)], [-20], 3, Impact.UNKNOWN),
        ([kept(2)], [-20, -51], None, Impact.UNKNOWN),
        ([], [-20], None, Impact.UNKNOWN),
        ([kept(0)], [-20], None, Impact.UNKNOWN),
        ([kept(2)], [-20, 10], None, Impact.UNKNOWN),
    ],
)
def test_steps_in_that_are_a_share_now_are_told_where_half_of_the_tasks_stay(
    others: list[dict[str, Any]], steps: list[int], least: int | None, verdict: Impact
) -> None:
    (shares,) = takes(*steps, kind=SHARE).values()
    after = {STEPS_IN: [shares[0] | {"min_adjustment_magnitude": least}]}
    changed = change("aws_appautoscaling_policy.in", "update", POLICY | takes(-1), after)
    found = {one.address: one.verdict for one in assess(changed, *others).findings}
    assert found["aws_appautoscaling_policy.in"] is verdict


def test_steps_out_that_turn_round_interrupt() -> None:
    def steps(*numbers: int) -> dict[str, Any]:
        adjusted = [{"scaling_adjustment": number} for number in numbers]
        return {"step_scaling_policy_configuration": [{"step_adjustment": adjusted}]}

    out = "aws_appautoscaling_policy.out"
    assert only(change(out, "update", POLICY | steps(1, 2), steps(1, -2))).verdict is Impact.INTERRUPTS
    assert only(change(out, "update", POLICY | steps(1, 2), steps(1, 3))).verdict is Impact.SAFE
    assert only(change(out, "update", POLICY | steps(-1), steps(-2))).verdict is Impact.SAFE


def test_a_lower_floor_of_deployments_is_cautioned_and_an_unknown_one_not_known() -> None:
    lowered = only(change(SERVICE, "update", service(), {"deployment_minimum_healthy_percent": 0}))
    assert lowered.verdict is Impact.SAFE
    assert "every one is stopped" in " ".join(lowered.cautions)
    image = {"task_definition": "arn:aws:ecs:us-east-1:111122223333:task-definition/api:8"}
    unknown = change(
        SERVICE, "update", service(), image, unknown={"deployment_minimum_healthy_percent": True}
    )
    assert only(unknown).verdict is Impact.UNKNOWN
