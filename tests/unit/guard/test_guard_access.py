"""Security groups, roles, policies and logs: what a change of who may reach what does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from guard.made import FAMILY, GROUP, REVISION, SERVICE, assess, change, only, service

from trimtab.guard.model import Impact

REPOSITORY = Path(__file__).parents[3]


def test_a_security_group_in_use_interrupts_and_one_that_is_not_is_protected_by_aws() -> None:
    gone = change("aws_security_group.a", "destroy", {"id": "sg-1"})
    rule = change("aws_vpc_security_group_ingress_rule.a", "none", {"security_group_id": "sg-1"})
    assert only(gone, rule, change(SERVICE, "none", service())).verdict is Impact.INTERRUPTS
    assert only(gone, rule).verdict is Impact.SAFE


def test_a_rule_matters_as_much_as_the_group_it_is_in() -> None:
    gone = change("aws_vpc_security_group_ingress_rule.a", "destroy", {"security_group_id": "sg-1"})
    group = change("aws_security_group.a", "none", {"id": "sg-1"})
    # A group of another state's services may have it, and AWS takes a rule from under them.
    assert only(gone, group).verdict is Impact.UNKNOWN
    both = assess(gone, change("aws_security_group.a", "destroy", {"id": "sg-1"}))
    assert both.verdict is Impact.UNKNOWN  # AWS refuses to delete the group, but its rules go first
    assert only(gone, group, change(SERVICE, "none", service())).verdict is Impact.INTERRUPTS
    assert only(gone).verdict is Impact.INTERRUPTS


def test_a_role_is_found_in_use_inside_a_revision() -> None:
    gone = change("aws_iam_role.a", "destroy", {"arn": "arn:aws:iam::1:role/a", "id": "a", "name": "a"})
    using = change(FAMILY, "none", REVISION | {"task_role_arn": "arn:aws:iam::1:role/a"})
    assert only(gone, using).verdict is Impact.INTERRUPTS
    assert only(gone, change(FAMILY, "none", REVISION)).verdict is Impact.UNKNOWN


def test_a_log_group_that_is_kept_in_aws_is_safe_to_destroy() -> None:
    assert only(change("aws_cloudwatch_log_group.a", "destroy", {"name": "/a"})).verdict is Impact.INTERRUPTS
    kept = {"name": "/a", "skip_destroy": True}
    assert only(change("aws_cloudwatch_log_group.a", "destroy", kept)).verdict is Impact.SAFE


@pytest.mark.parametrize(
    ("before", "after", "cautioned"),
    [(0, 30, True), (None, 30, True), (30, 7, True), (7, 30, False), (30, 0, False)],
)
def test_a_shorter_retention_is_cautioned_of(before: int | None, after: int, cautioned: bool) -> None:
    values = {"retention_in_days": before}
    finding = only(change("aws_cloudwatch_log_group.a", "update", values, {"retention_in_days": after}))
    assert finding.verdict is Impact.SAFE
    assert bool(finding.cautions) is cautioned


def rule_in(cidr: str, description: str = "") -> dict[str, Any]:
    return {"from_port": 80, "to_port": 80, "cidr_blocks": [cidr], "description": description}


@pytest.mark.parametrize(
    ("after", "verdict"),
    [
        ([rule_in("10.0.0.0/8"), rule_in("10.1.0.0/16")], Impact.SAFE),
        ([rule_in("10.0.0.0/8", "said better")], Impact.SAFE),
        ([rule_in("10.0.0.0/9")], Impact.INTERRUPTS),
        ([rule_in("10.0.0.0/8") | {"to_port": 79}], Impact.INTERRUPTS),
        ([], Impact.INTERRUPTS),
    ],
)
def test_rules_inside_a_security_group_interrupt_only_when_one_goes(
    after: list[Any], verdict: Impact
) -> None:
    before = {"ingress": [rule_in("10.0.0.0/8")]}
    assert only(change("aws_security_group.a", "update", before, {"ingress": after})).verdict is verdict


def policy(*statements: dict[str, Any]) -> dict[str, str]:
    return {"policy": json.dumps({"Version": "2012-10-17", "Statement": statements})}


READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
WRITE = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}


@pytest.mark.parametrize(
    ("after", "verdict"),
    [
        (policy(READ, WRITE), Impact.SAFE),
        (policy(WRITE), Impact.UNKNOWN),
        (policy(READ, WRITE | {"Effect": "Deny"}), Impact.UNKNOWN),
        ({"policy": "not json"}, Impact.UNKNOWN),
    ],
)
def test_a_policy_is_safe_only_where_it_allows_more(after: dict[str, str], verdict: Impact) -> None:
    assert only(change("aws_iam_role_policy.a", "update", policy(READ), after)).verdict is verdict


def test_a_health_check_that_asks_something_else_is_unknown_and_one_that_asks_sooner_is_safe() -> None:
    def checked(**values: Any) -> Impact:
        after = {"health_check": [GROUP["health_check"][0] | values]}
        return only(change("aws_lb_target_group.a", "update", GROUP, after)).verdict

    assert checked(path="/ready") is Impact.UNKNOWN
    assert checked(interval=10, healthy_threshold=2) is Impact.SAFE
