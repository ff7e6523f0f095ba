"""What C1 to C6 refuse and E1 to E3 keep closed, read from the plan JSON of ``terraform/platform``.

``tools/mutate_terraform.py`` changes each value once and sees the test named after it fail.
"""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from requirements_plan import ALL, CERTIFICATE, LOAD_BALANCED, Platform, only

from trimtab.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
FEW = {"api", "auth", "cards", "scheduler", "worker"}

# One error keeps Terraform from all that depends on it, so each plan holds what it can find side by side.
REFUSED: dict[str, tuple[tuple[str, str, str], ...]] = {
    "size": (("worker", "memory          = 1024", "memory          = 1536"),),
    "cooldowns": (
        ("api", "scaling = {", "scaling = {\n      in_cooldown = 59\n      out_cooldown = 30"),
        ("scheduler", "scaling = {", "scaling = {\n      in_cooldown = 120\n      out_cooldown = 120"),
        ("auth", "out_cooldown   = 180", "out_cooldown   = 0"),
    ),
    "timing": (
        ("api", "deregistration_delay = 30", "deregistration_delay = 10"),
        ("auth", "traffic = {", "stop_timeout = 5\n    traffic = {"),
        ("cards", "traffic = {", "traffic = {\n      grace_period = 20"),
    ),
}


@pytest.fixture(scope="module")
def few(edited: Callable[..., Path]) -> Callable[..., Path]:
    """Give the values with lines changed, of five services: a plan of twelve takes twice as long."""

    def edit(*changes: tuple[str, str, str]) -> Path:
        path = edited(*changes)
        path.write_text(only(path.read_text("utf-8"), FEW), encoding="utf-8")
        return path

    return edit


@pytest.fixture(scope="module")
def refusal_of(plan_of: Callable[..., Platform], few: Callable[..., Path]) -> Callable[[str], str]:
    """Give all that Terraform says against some values, in one line. It is asked once for each."""

    @functools.cache
    def refusal(values: str) -> str:
        with pytest.raises(EngineError) as refused:
            plan_of(few(*REFUSED[values]))
        return " ".join(refused.value.detail.split())

    return refusal


@pytest.mark.slow  # a plan of the platform for what the mocked runs of its modules refuse too
def test_c1_a_size_fargate_does_not_have_is_refused_with_the_nearest(
    refusal_of: Callable[[str], str],
) -> None:
    text = refusal_of("size")
    assert "512 CPU units with 1536 MiB is not a Fargate size" in text
    assert "512/1024" in text
    assert "512/2048" in text


@pytest.mark.parametrize("service", sorted(ALL))
def test_c2_cooldowns_are_explicit_and_shorter_out_than_in(production: Platform, service: str) -> None:
    policies = production.all_of(service, "aws_appautoscaling_policy")
    cooldown = {
        (one.name, one.index): one.values["step_scaling_policy_configuration"][0]["cooldown"]
        for one in policies
    }
    within = cooldown["in", 0]
    assert within >= 60
    assert 0 < cooldown["out", "cpu"] < within
    assert 0 < cooldown["out", "memory"] < within


@pytest.mark.slow  # a plan of the platform for what the mocked runs of its modules refuse too
@pytest.mark.parametrize(
    "says",
    [
        "scaling.in_cooldown is 59 s. It must be at least 60",
        "scaling.out_cooldown is 0 s and in_cooldown",
        "scaling.out_cooldown is 120 s and in_cooldown 120 s. Out must be above 0 and shorter than in",
    ],
)
def test_c2_other_cooldowns_are_refused(refusal_of: Callable[[str], str], says: str) -> None:
    assert says in refusal_of("cooldowns")


@pytest.mark.parametrize("service", sorted(ALL))
def test_c3_rolling_deployment(production: Platform, service: str) -> None:
    planned = production.of(service, "aws_ecs_service")
    assert planned["deployment_minimum_healthy_percent"] == 100
    assert planned["deployment_maximum_percent"] == 200


@pytest.mark.parametrize("service", sorted(ALL))
def test_c4_every_application_has_a_health_check_within_the_limits(
    production: Platform, service: str
) -> None:
    check = production.containers(service)[service]["healthCheck"]
    assert 5 <= check["interval"] <= 300
    assert 2 <= check["timeout"] <= 60
    assert check["timeout"] < check["interval"]
    assert 1 <= check["retries"] <= 10
    assert 0 < check["startPeriod"] <= 300


def test_c4_the_health_check_follows_the_startup_time(extended: Platform) -> None:
    assert extended.containers("api")["api"]["healthCheck"] | {"command": None} == {
        "command": None,
        "interval": 30,
        "timeout": 15,
        "retries": 5,
        "startPeriod": 270,
    }
    assert extended.of("api", "aws_ecs_service")["health_check_grace_period_seconds"] == 300


@pytest.mark.slow  # a plan of the platform for what the mocked runs of its modules refuse too
@pytest.mark.parametrize(
    "says",
    [
        "Service api: deregistration delay 10 s is shorter",
        "Service auth: stop timeout 5 s is shorter",
        "Service cards: grace period 20 s",
    ],
)
def test_c5_timing_that_does_not_fit_together_is_refused(refusal_of: Callable[[str], str], says: str) -> None:
    assert says in refusal_of("timing")


@pytest.mark.parametrize("service", sorted(LOAD_BALANCED))
def test_c5_the_grace_period_covers_the_start(production: Platform, service: str) -> None:
    start = production.containers(service)[service]["healthCheck"]["startPeriod"]
    grace = production.of(service, "aws_ecs_service")["health_check_grace_period_seconds"]
    assert start + 15 <= grace <= 600


def test_c6_no_log_group_is_kept_for_ever(production: Platform, staging: Platform) -> None:
    for platform in (production, staging):
        assert all(days > 0 for days in platform.retention_days().values())


def test_c6_every_log_group_is_made_here(production: Platform) -> None:
    made = set(production.retention_days())
    used = {
        container["logConfiguration"]["options"]["awslogs-group"]
        for service in ALL
        for container in production.containers(service).values()
    }
    assert used <= made
    for service in ALL:
        for container in production.containers(service).values():
            assert "awslogs-create-group" not in container["logConfiguration"]["options"]
    assert "/aws/ecs/containerinsights/production/performance" in made


def test_e1_https_serves_and_http_redirects(production: Platform) -> None:
    listeners = production.plan.planned_of_type("aws_lb_listener")
    for module in ("public", "internal"):
        mine = [one.values for one in listeners if f'"{module}"' in one.module]
        by_port = {one["port"]: one for one in mine}
        assert set(by_port) == {80, 443}
        assert by_port[443]["protocol"] == "HTTPS"
        assert by_port[443]["certificate_arn"] == CERTIFICATE
        assert "TLS13" in by_port[443]["ssl_policy"]
        (action,) = by_port[80]["default_action"]
        assert action["type"] == "redirect"
        (redirect,) = action["redirect"]
        assert (redirect["protocol"], redirect["port"]) == ("HTTPS", "443")
        assert redirect["status_code"] == "HTTP_301"


def test_e1_plain_http_is_refused_unless_it_is_said(
    plan_of: Callable[..., Platform], few: Callable[..., Path]
) -> None:
    with pytest.raises(EngineError) as refused:
        plan_of(few(), certificate_arn=None, allow_plain_http=False)
    assert "allow_plain_http" in refused.value.detail


def test_e1_load_balancers_are_hardened(production: Platform, staging: Platform) -> None:
    for platform, protected in ((production, True), (staging, False)):
        balancers = platform.plan.planned_of_type("aws_lb")
        assert len(balancers) == 2
        for one in balancers:
            assert one.values["drop_invalid_header_fields"] is True
            assert one.values["enable_deletion_protection"] is protected


def test_e2_no_policy_has_a_wildcard_action(production: Platform) -> None:
    statements = list(production.policies())
    assert len(statements) > 30
    for address, statement in statements:
        assert not any("*" in action for action in statement["Action"]), address


NO_NARROWER = {"ecr:GetAuthorizationToken", "logs:DescribeLogGroups"}
"""Actions for which AWS takes no resource, besides X-Ray's and the session channels'."""


def test_e2_a_wildcard_resource_is_only_where_there_is_no_narrower(extended: Platform) -> None:
    wild = {
        action
        for _, statement in extended.policies()
        if "*" in statement["Resource"]
        for action in statement["Action"]
    }
    assert {one for one in wild if not one.startswith(("xray:", "ssmmessages:"))} == NO_NARROWER


@pytest.mark.parametrize("service", sorted(ALL))
def test_e2_task_and_execution_roles_differ(production: Platform, service: str) -> None:
    references = {
        attribute: production.references("service", "aws_ecs_task_definition.this", attribute)
        for attribute in ("task_role_arn", "execution_role_arn")
    }
    # Locals, for a takeover may keep a role: each is the role of its own kind where it does not.
    assert references == {name: [f"local.{name}"] for name in references}
    source = (ROOT / "terraform/modules/service/iam.tf").read_text("utf-8")
    for kind in ("task", "execution"):
        line = rf"^ +{kind}_role_arn += local\.own_{kind}_role \? aws_iam_role\.{kind}\[0\]"
        assert re.search(line, source, re.MULTILINE)
    names = {one.values["name"] for one in production.all_of(service, "aws_iam_role")}
    assert len(names) == 2


def test_e2_roles_are_for_ecs_in_this_account_only(production: Platform) -> None:
    for role in production.plan.planned_of_type("aws_iam_role"):
        (statement,) = json.loads(role.values["assume_role_policy"])["Statement"]
        assert statement["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
        assert "aws:SourceAccount" in statement["Condition"]["StringEquals"]


def test_e2_security_groups_have_no_rules_of_their_own(production: Platform) -> None:
    for group in production.plan.planned_of_type("aws_security_group"):
        assert not group.values.get("ingress"), group.address
        assert not group.values.get("egress"), group.address
    assert not production.plan.planned_of_type("aws_security_group_rule")


def test_e2_nobody_reaches_tasks_but_by_reference(production: Platform) -> None:
    rules = production.plan.planned_of_type("aws_vpc_security_group_ingress_rule")
    for rule in rules:
        if not rule.module.startswith("module.fleet.module.load_balancer"):
            assert not rule.values["cidr_ipv4"], rule.address
            assert rule.values["from_port"] == rule.values["to_port"] == 8080, rule.address


@pytest.mark.parametrize("service", sorted(ALL))
def test_e3_every_service_has_a_cloud_map_name(production: Platform, service: str) -> None:
    assert production.of(service, "aws_service_discovery_service")["name"] == service
    assert len(production.of(service, "aws_ecs_service")["service_registries"]) == 1


@pytest.mark.parametrize("service", sorted(LOAD_BALANCED))
def test_e3_a_target_group_has_a_listener_rule(production: Platform, service: str) -> None:
    assert production.of(service, "aws_lb_target_group")["target_type"] == "ip"
    rule = production.of(service, "aws_lb_listener_rule")
    assert [action["type"] for action in rule["action"]] == ["forward"]
    assert production.of(service, "aws_ecs_service")["load_balancer"][0]["container_port"] == 8080


@pytest.mark.parametrize("service", sorted(ALL - LOAD_BALANCED))
def test_e3_a_service_without_traffic_has_neither(production: Platform, service: str) -> None:
    assert not production.all_of(service, "aws_lb_target_group")
    assert not production.all_of(service, "aws_lb_listener_rule")
    assert not production.of(service, "aws_ecs_service")["load_balancer"]


def test_e3_the_worker_cannot_be_reached_from_the_internet(production: Platform) -> None:
    balancers = {one.index or one.module: one for one in production.plan.planned_of_type("aws_lb")}
    internal = next(one for key, one in balancers.items() if "internal" in str(key))
    assert internal.values["internal"] is True
    assert set(internal.values["subnets"]) == set(production.private_subnet_ids)
    clients = [
        one.values["cidr_ipv4"]
        for one in production.plan.planned_of_type("aws_vpc_security_group_ingress_rule")
        if '"internal"' in one.module
    ]
    assert set(clients) == {"10.20.0.0/16"}
    # Which load balancer a rule hangs on is known only after apply; the worker's is checked there.
