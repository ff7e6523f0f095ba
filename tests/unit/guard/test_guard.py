"""What the guard says of each kind of change to a service, and how a plan is judged as a whole."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from guard import made
from guard.made import ALARM, FAMILY, GROUP, POLICY, REVISION, SERVICE, TARGET, assess, change, only, service

from trimtab.guard.facts.load import facts
from trimtab.guard.model import Deed, Impact
from trimtab.guard.rules.creation import OWN

if TYPE_CHECKING:
    from trimtab.guard.model import Finding

REPOSITORY = Path(__file__).parents[3]


def texts(finding: Finding) -> str:
    return " ".join(reason.text for reason in finding.reasons)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({"task_definition": "api:8"}, Impact.REDEPLOYS),
        (
            {"network_configuration": [{"subnets": ["subnet-3"], "security_groups": ["sg-1"]}]},
            Impact.REDEPLOYS,
        ),
        ({"platform_version": "1.4.0"}, Impact.REDEPLOYS),
        ({"service_registries": [{"registry_arn": "arn:aws:x"}]}, Impact.REDEPLOYS),
        ({"force_new_deployment": True}, Impact.REDEPLOYS),
        ({"load_balancer": []}, Impact.INTERRUPTS),
        ({"desired_count": 6}, Impact.SAFE),
        ({"desired_count": 3}, Impact.UNKNOWN),
        ({"desired_count": 0}, Impact.INTERRUPTS),
        ({"enable_execute_command": True}, Impact.SAFE),
        ({"propagate_tags": "SERVICE"}, Impact.SAFE),
        ({"health_check_grace_period_seconds": 60}, Impact.SAFE),
        ({"tags": {"a": "b"}}, Impact.SAFE),
        ({"something_new": 1}, Impact.UNKNOWN),
    ],
)
def test_a_service_changed_in_place_is_judged_by_what_aws_says_starts_a_deployment(
    changed: dict[str, Any], verdict: Impact
) -> None:
    assert only(change(SERVICE, "update", service(), changed)).verdict is verdict


def test_the_gravest_attribute_decides_and_is_said_first() -> None:
    changed = {"tags": {"a": "b"}, "platform_version": "1.4.0", "desired_count": 0}
    finding = only(change(SERVICE, "update", service(), changed))
    assert [reason.verdict for reason in finding.reasons] == [
        Impact.INTERRUPTS,
        Impact.REDEPLOYS,
        Impact.SAFE,
    ]


def test_with_forced_deployments_any_update_but_of_tags_redeploys() -> None:
    always = service(force_new_deployment=True)
    grace = only(change(SERVICE, "update", always, {"health_check_grace_period_seconds": 60}))
    assert grace.verdict is Impact.REDEPLOYS
    tags = only(change(SERVICE, "update", always, {"tags": {"a": "b"}, "tags_all": {"a": "b"}}))
    assert tags.verdict is Impact.SAFE


def test_a_deployment_that_may_stop_every_task_first_interrupts() -> None:
    finding = only(
        change(SERVICE, "update", service(deployment_minimum_healthy_percent=0), {"task_definition": "api:8"})
    )
    assert finding.verdict is Impact.INTERRUPTS
    assert "Minimum healthy percent is 0" in texts(finding)


@pytest.mark.parametrize(
    ("least", "most", "desired", "stuck"),
    [(100, 200, 4, False), (100, 100, 4, True), (75, 100, 2, True), (50, 100, 4, False)],
)
def test_a_deployment_without_room_is_cautioned_of(least: int, most: int, desired: int, stuck: bool) -> None:
    values = service(
        deployment_minimum_healthy_percent=least, deployment_maximum_percent=most, desired_count=desired
    )
    finding = only(change(SERVICE, "update", values, {"task_definition": "api:8"}))
    assert any("no room" in caution for caution in finding.cautions) is stuck


def test_a_deployment_without_a_breaker_is_cautioned_of() -> None:
    bare = service(deployment_circuit_breaker=[])
    assert "breaker" in only(change(SERVICE, "update", bare, {"task_definition": "api:8"})).cautions[0]
    assert only(change(SERVICE, "update", bare, {"propagate_tags": "SERVICE"})).cautions == ()


def test_a_replaced_service_interrupts_in_either_order_and_names_what_forces_it() -> None:
    for action, deed in (("replace", Deed.REPLACE), ("replace-first", Deed.REPLACE_CREATE_FIRST)):
        finding = only(change(SERVICE, action, service(), {"launch_type": None}, forced=("launch_type",)))
        assert (finding.verdict, finding.deed) == (Impact.INTERRUPTS, deed)
        (forcing,) = finding.attributes
        assert (forcing.path, forcing.before, forcing.after) == ("launch_type", "FARGATE", "unset")
        assert finding.advice


def test_a_second_one_of_the_same_name_stops_the_apply() -> None:
    finding = only(
        change("aws_lb_target_group.a", "replace-first", GROUP, {"port": 9090}, forced=("port",)),
    )
    assert "AWS refuses a second one with the same name" in texts(finding)
    renamed = {"port": 9090, "name": "other"}
    finding = only(change("aws_lb_target_group.a", "replace-first", GROUP, renamed, forced=("port",)))
    assert "refuses a second" not in texts(finding)


def test_the_same_cluster_by_name_and_by_arn_is_told_to_be_left_as_it_is() -> None:
    finding = only(change(SERVICE, "replace", service(), {"cluster": "main"}, forced=("cluster",)))
    assert finding.advice == (
        "Both name the same cluster: write it as an ARN, as it is now, and nothing is replaced.",
    )


def test_a_replaced_service_takes_scaling_with_it_that_the_plan_leaves_alone() -> None:
    gone = change(SERVICE, "destroy", service())
    target, policy = "aws_appautoscaling_target.api", "aws_appautoscaling_policy.out"
    left_alone = assess(gone, change(target, "none", TARGET), change(policy, "none", POLICY))
    assert "apply twice" in texts(left_alone.findings[0])
    taken_along = assess(gone, change(target, "replace", TARGET), change(policy, "replace", POLICY))
    assert "apply twice" not in texts(taken_along.findings[0])
    elsewhere = assess(gone, change(target, "none", TARGET | {"resource_id": "service/other/api"}))
    assert "apply twice" not in texts(elsewhere.findings[0])


def test_a_lost_scaling_target_interrupts_and_says_which_policies_go_in_silence() -> None:
    gone = change("aws_appautoscaling_target.api", "destroy", TARGET)
    alone = assess(gone, change("aws_appautoscaling_policy.out", "none", POLICY))
    assert alone.verdict is Impact.INTERRUPTS
    assert "policies with it" in texts(alone.findings[0])


@pytest.mark.parametrize(
    ("desired", "verdict"), [(4, Impact.SAFE), (7, Impact.INTERRUPTS), (None, Impact.UNKNOWN)]
)
def test_a_lower_maximum_is_held_against_the_tasks_wanted_now(desired: int | None, verdict: Impact) -> None:
    lowered = change("aws_appautoscaling_target.api", "update", TARGET, {"max_capacity": 5})
    running = [] if desired is None else [change(SERVICE, "none", service(desired_count=desired))]
    assert only(lowered, *running).verdict is verdict


def test_a_policy_that_goes_is_safe_while_another_scales_the_service() -> None:
    gone = change("aws_appautoscaling_policy.old", "destroy", POLICY)
    assert only(gone).verdict is Impact.INTERRUPTS
    new = change("aws_appautoscaling_policy.new", "create", None, POLICY | {"name": "new"})
    assert assess(gone, new).verdict is Impact.INTERRUPTS  # nothing calls it
    calling = change("aws_cloudwatch_metric_alarm.a", "update", ALARM, {}, unknown={"alarm_actions": True})
    assert assess(gone, new, calling).verdict is Impact.SAFE


def test_a_new_revision_is_safe_and_said_to_reach_no_task() -> None:
    resized = change(FAMILY, "replace", REVISION, {"cpu": "256"}, forced=("cpu",))
    finding = only(resized, change(SERVICE, "none", service()))
    assert finding.verdict is Impact.SAFE
    assert "reaches no task" in finding.cautions[0]
    assert finding.attributes[0].after == "256"


def test_a_new_revision_that_the_service_takes_is_not_said_to_wait() -> None:
    resized = change(FAMILY, "replace", REVISION, {"cpu": "256"}, forced=("cpu",))
    taken = change(SERVICE, "update", service(), unknown={"task_definition": True})
    found = {finding.address: finding for finding in assess(resized, taken).findings}
    assert found[FAMILY].cautions == ()
    assert found[SERVICE].verdict is Impact.REDEPLOYS
    assert found[SERVICE].notes == (f"Follows from {FAMILY}",)


def test_a_revision_that_is_deregistered_is_cautioned_of() -> None:
    bare = REVISION | {"skip_destroy": False}
    assert "no rollback" in only(change(FAMILY, "destroy", bare)).cautions[0]
    assert only(change(FAMILY, "destroy", REVISION)).cautions == ()


def test_a_target_group_that_no_service_uses_is_not_taken_for_traffic() -> None:
    gone = change("aws_lb_target_group.a", "destroy", GROUP)
    assert only(gone, change(SERVICE, "none", service())).verdict is Impact.INTERRUPTS
    assert only(gone, change(SERVICE, "none", service(load_balancer=[]))).verdict is Impact.UNKNOWN


def test_a_value_that_is_known_only_after_apply_is_unknown_where_what_it_does_depends_on_it() -> None:
    lowered = change("aws_appautoscaling_target.a", "update", TARGET, unknown={"max_capacity": True})
    assert only(lowered).verdict is Impact.UNKNOWN
    moved = change(
        SERVICE,
        "update",
        service(),
        {"load_balancer": [{"container_name": "api", "container_port": 8080}]},
        unknown={"load_balancer": [{"target_group_arn": True}]},
    )
    assert only(moved).verdict is Impact.UNKNOWN  # nobody is seen to send requests to the new group
    follows = change(
        "aws_lb_listener.a", "update", {}, {"default_action": [{}]}, unknown={"default_action": [{"x": True}]}
    )
    assert assess(moved, follows).findings[0].verdict is Impact.REDEPLOYS


def test_what_follows_from_another_replacement_says_so() -> None:
    found = assess(
        change("aws_lb_target_group.a", "replace", GROUP, {"port": 9090}, forced=("port",)),
        change(
            SERVICE,
            "replace",
            service(),
            {"load_balancer": [{}]},
            unknown={"load_balancer": [{"target_group_arn": True}]},
            forced=("load_balancer",),
        ),
    ).findings
    assert found[1].notes == ("Follows from aws_lb_target_group.a",)


def test_a_thing_does_not_follow_from_itself_nor_from_one_of_the_same_name() -> None:
    role = {"id": "a", "name": "a", "arn": "arn:aws:iam::1:role/a"}
    renamed = change("aws_iam_role.a", "replace", role, {"name": "b"}, forced=("name",))
    same = change("aws_lb_target_group.a", "replace", GROUP | {"name": "a"}, {"name": "b"}, forced=("name",))
    by_arn = change("aws_iam_role.a", "replace", role, {"arn": "x"}, forced=("arn",))
    assert [finding.notes for finding in assess(renamed, same).findings] == [(), ()]
    assert only(by_arn).notes == ()


def test_aws_s_own_default_written_out_changes_nothing() -> None:
    def http2(before: bool | None, after: bool) -> Impact:
        return only(change("aws_lb.a", "update", {"enable_http2": before}, {"enable_http2": after})).verdict

    assert http2(None, True) is Impact.SAFE
    assert http2(False, True) is Impact.UNKNOWN

    def redirect(path: str) -> Impact:
        before, after = ([{"redirect": [{"path": one}]}] for one in ("", path))
        return only(
            change("aws_lb_listener.a", "update", {"default_action": before}, {"default_action": after})
        ).verdict

    assert redirect("/#{path}") is Impact.SAFE
    assert redirect("/gone") is Impact.UNKNOWN


@pytest.mark.parametrize(
    ("action", "verdict"),
    [
        ("create", Impact.UNKNOWN),
        ("update", Impact.UNKNOWN),
        ("replace", Impact.UNKNOWN),
        ("destroy", Impact.UNKNOWN),
    ],
)
def test_a_type_without_facts_is_unknown_new_or_not(action: str, verdict: Impact) -> None:
    assert only(change("aws_something_else.a", action, {"size": 1}, {"size": 2})).verdict is verdict


def test_tags_are_safe_whatever_the_type() -> None:
    tagged = {"tags": {"a": "b"}, "tags_all": {"a": "b"}}
    assert only(change("aws_something_else.a", "update", {"tags": {}}, tagged)).verdict is Impact.SAFE


def test_import_move_and_forget_are_safe() -> None:
    for one in (
        change(SERVICE, "none", service(), importing="main/api"),
        change(SERVICE, "none", service(), previous_address="aws_ecs_service.old"),
        change(SERVICE, "forget", service()),
    ):
        assert only(one).verdict is Impact.SAFE


def test_an_import_that_would_replace_what_it_takes_over_interrupts() -> None:
    finding = only(
        change(SERVICE, "replace", service(), {"name": "b"}, forced=("name",), importing="main/api")
    )
    assert (finding.verdict, finding.imported) == (Impact.INTERRUPTS, True)


def test_no_ops_and_data_sources_are_not_findings() -> None:
    read = change("data.aws_vpc.a", "update") | {"mode": "data"}
    assessment = assess(change(SERVICE, "none", service()), read)
    assert assessment.findings == ()
    assert assessment.exit_code == 0


def test_a_deferred_change_is_unknown() -> None:
    deferred = {"reason": "provider_config_unknown", "resource_change": change(SERVICE, "create", None, {})}
    finding = only(deferred_changes=[deferred], complete=False)
    assert (finding.verdict, finding.deed) == (Impact.UNKNOWN, Deed.DEFERRED)
    assert "provider_config_unknown" in texts(finding)


def test_a_partial_plan_cannot_be_judged_as_a_whole() -> None:
    finding = only(change(SERVICE, "none", service()), complete=False)
    assert (finding.verdict, finding.deed) == (Impact.UNKNOWN, Deed.NOT_READ)
    assert "-target" in texts(finding)


def test_a_value_somebody_else_set_and_the_plan_sets_back_is_told() -> None:
    scaled = change(SERVICE, "update", service(desired_count=2), {"desired_count": 8})
    back = change(SERVICE, "update", service(desired_count=8), {"desired_count": 2})
    finding = only(back, resource_drift=[scaled])
    assert "set back by this plan: desired_count." in finding.cautions[0]


def test_what_terraform_gives_as_reason_is_passed_on() -> None:
    asked = change(SERVICE, "replace", service(), action_reason="replace_by_request")
    assert only(asked).notes == ("Replaced because -replace asks for it.",)


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        (("safe", "redeploys"), 0),
        (("redeploys", "unknown"), 11),
        (("unknown", "interrupts", "safe"), 10),
    ],
)
def test_the_exit_code_is_the_gravest_finding_s(verdicts: tuple[str, ...], code: int) -> None:
    one = {
        "safe": change("aws_ecs_service.a", "update", service(), {"tags": {"a": "b"}}),
        "redeploys": change("aws_ecs_service.b", "update", service(), {"task_definition": "api:8"}),
        "unknown": change("aws_ecs_service.c", "update", service(), {"desired_count": 1}),
        "interrupts": change("aws_ecs_service.d", "destroy", service()),
    }
    assert assess(*(one[verdict] for verdict in verdicts)).exit_code == code


def test_every_type_of_our_own_configuration_has_facts() -> None:
    used = {
        found
        for folder in ("terraform", "examples")
        for file in (REPOSITORY / folder).rglob("*.tf")
        for found in re.findall(r'^resource "(\w+)"', file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert used - facts().keys() - OWN == set()  # Terraform's own are judged by a rule


def test_an_attribute_is_judged_by_one_unconditional_rule_at_most() -> None:
    for kind, known in facts().items():
        always = [name for rule in known.in_place if rule.when == "always" for name in rule.attributes]
        assert len(always) == len(set(always)), kind


@pytest.mark.not_fast
def test_a_thousand_services_are_judged_within_seconds() -> None:
    changes = [one for number in range(1000) for one in whole_service(str(number))]
    begun = time.monotonic()
    assert len(made.assess(*changes).findings) == 5000
    assert time.monotonic() - begun < 10


def whole_service(key: str) -> tuple[dict[str, Any], ...]:
    """Return one of many services that are all destroyed: the most there is to look up."""
    group = GROUP | {"arn": f"arn:{key}", "id": f"arn:{key}"}
    return (
        change(f"aws_ecs_service.s{key}", "destroy", service(name=key)),
        change(f"aws_lb_target_group.s{key}", "destroy", group),
        change(f"aws_appautoscaling_target.s{key}", "none", TARGET | {"resource_id": f"service/main/{key}"}),
        change(
            f"aws_appautoscaling_policy.s{key}", "destroy", POLICY | {"resource_id": f"service/main/{key}"}
        ),
        change(f"aws_security_group.s{key}", "destroy", {"id": f"sg-{key}"}),
        change(f"aws_vpc_security_group_egress_rule.s{key}", "destroy", {"security_group_id": f"sg-{key}"}),
    )
