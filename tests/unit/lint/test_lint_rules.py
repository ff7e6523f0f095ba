"""Each rule finds its fault, put into a configuration that has none, and nothing it was not told of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from lint.made import GOOD, changed, ids, look

from trimtab.lint.model import Severity
from trimtab.lint.rules import RULES

if TYPE_CHECKING:
    from pathlib import Path

ALONE = 'resource "{}" "{}" {{\n  name = "alone"\n  {}\n}}\n'
LONE_ALARM = """
resource "aws_cloudwatch_metric_alarm" "lone" {
  alarm_name          = "lone"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 3
}
"""
MEMORY_IN = """
resource "aws_cloudwatch_metric_alarm" "memory_low" {
  alarm_name          = "memory-low"
  namespace           = "AWS/ECS"
  metric_name         = "MemoryUtilization"
  comparison_operator = "LessThanThreshold"
  threshold           = 30
  period              = 60
  evaluation_periods  = 10
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_appautoscaling_policy.in.arn]
}
"""
TRACKING = """
resource "aws_appautoscaling_policy" "tracking" {
  name              = "tracking"
  policy_type       = "TargetTrackingScaling"
  service_namespace = "ecs"
  resource_id       = aws_appautoscaling_target.api.resource_id
  target_tracking_scaling_policy_configuration {
    target_value = 60
  }
}
"""
UNCALLED = """
resource "aws_appautoscaling_policy" "lone" {
  name              = "lone"
  policy_type       = "StepScaling"
  service_namespace = "ecs"
  resource_id       = aws_appautoscaling_target.api.resource_id
  step_scaling_policy_configuration {
    adjustment_type = "ChangeInCapacity"
    step_adjustment {
      metric_interval_lower_bound = 0
      scaling_adjustment          = 1
    }
  }
}
"""
POLICY = """
resource "aws_iam_role_policy" "wide" {
  role   = aws_iam_role.task.id
  policy = jsonencode({ Statement = { Effect = "Allow", Action = "ACTION", Resource = "*" } })
}
"""
ATTACHED = """
resource "aws_iam_role_policy_attachment" "all" {
  role       = aws_iam_role.task.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
"""
SPOT = """  capacity_provider_strategy {
    capacity_provider = "FARGATE_SPOT"
    weight            = 1
  }"""
BREAKER = """  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
"""
CASES: dict[str, tuple[tuple[str, str], ...] | str] = {
    "fargate-size": (("  memory                   = 1024", "  memory = 1025"),),
    "network-mode": (('"awsvpc"', '"bridge"'),),
    "containers-exceed-task": (("    cpu         = 512", "    cpu         = 513"),),
    "large-task": (
        ("  cpu                      = 512\n  memory                   = 1024", "cpu = 2048\nmemory = 4096"),
    ),
    "container-limits": (("stopTimeout = 30", "stopTimeout = 121"),),
    "no-container-health-check": (
        ('    healthCheck = { command = ["CMD", "true"], interval', "    other = { interval"),
    ),
    "latest-image": (("api:1.2.3", "api:latest"),),
    "secret-in-environment": (
        ('"PEER", value = "http://peer.shop.internal"', '"DB_PASSWORD", value = "hunter2"'),
    ),
    "plain-http-call": (("http://peer.shop.internal", "http://www.shop.example/peer"),),
    "debug-logging": (('value = "info"', 'value = "DEBUG"'),),
    "unused-task-definition": (
        (
            "task_definition                    = aws_ecs_task_definition.api.arn",
            'task_definition = "other:1"',
        ),
    ),
    "bounds-inverted": (("max_capacity       = 10", "max_capacity       = 1"),),
    "bounds-fixed": (("max_capacity       = 10", "max_capacity       = 2"),),
    "desired-count-reset": (("[desired_count, task_definition]", "[task_definition]"),),
    "minimum-high": (("min_capacity       = 2", "min_capacity       = 4"),),
    "no-memory-scale-out": ((', memory = "MemoryUtilization"', ""),),
    "tracking-and-steps": TRACKING,
    "no-scale-in": (("scaling_adjustment          = -1", "scaling_adjustment          = 1"),),
    "no-scale-out": (
        ("scaling_adjustment          = 1\n", "scaling_adjustment          = -2\n"),
        ("scaling_adjustment          = 3\n", "scaling_adjustment          = -3\n"),
    ),
    "step-gap-or-overlap": (("metric_interval_lower_bound = 10", "metric_interval_lower_bound = 11"),),
    "step-end-closed": (
        (
            "      metric_interval_lower_bound = 10\n",
            "metric_interval_lower_bound = 10\nmetric_interval_upper_bound = 20\n",
        ),
    ),
    "low-alarms-fight": MEMORY_IN,
    "cooldown-flaps": (("cooldown        = 300", "cooldown        = 30"),),
    "thresholds-too-near": (("threshold           = 35", "threshold           = 60"),),
    "step-overshoots": (("scaling_adjustment          = 1\n", "scaling_adjustment          = 4\n"),),
    "idle-by-design": (("threshold           = 75", "threshold           = 40"),),
    "memory-threshold-idle": (("threshold           = 75", "threshold           = 55"),),
    "policy-without-alarm": UNCALLED,
    "one-point-alarm": (("datapoints_to_alarm = 3", "datapoints_to_alarm = 1"),),
    "scale-in-missing-data": (
        ('evaluation_periods  = 10\n  treat_missing_data  = "notBreaching"', "evaluation_periods  = 10"),
    ),
    "alarm-without-action": LONE_ALARM,
    "alarm-impossible": (("datapoints_to_alarm = 3", "datapoints_to_alarm = 4"),),
    "threshold-unreachable": (("threshold           = 75", "threshold           = 100"),),
    "event-rule-without-target": (("rule = aws_cloudwatch_event_rule.failed.name", 'rule = "another"'),),
    "no-circuit-breaker": ((BREAKER, ""),),
    "deployment-stuck": (
        ("deployment_maximum_percent         = 200", "deployment_maximum_percent         = 100"),
    ),
    "deployment-stops-all": (
        ("deployment_minimum_healthy_percent = 100", "deployment_minimum_healthy_percent = 0"),
    ),
    "revision-not-ignored": (("[desired_count, task_definition]", "[desired_count]"),),
    "one-subnet": (('["subnet-a", "subnet-b", "subnet-c"]', '["subnet-a"]'),),
    "public-address": (("assign_public_ip = false", "assign_public_ip = true"),),
    "tags-reach-no-task": (('  propagate_tags                     = "SERVICE"\n', ""),),
    "managed-tags-off": (
        ("enable_ecs_managed_tags            = true", "enable_ecs_managed_tags            = false"),
    ),
    "service-without-tags": (('    tags = { Owner = "payments" }', ""), ("default_tags", "ignore_tags")),
    "container-insights-off": (('value = "enabled"', 'value = "disabled"'),),
    "exec-not-logged": (('logging = "OVERRIDE"', 'logging = "NONE"'),),
    "grace-too-short": (
        ("health_check_grace_period_seconds  = 90", "health_check_grace_period_seconds  = 10"),
    ),
    "health-timeout": (("    timeout             = 5", "    timeout             = 10"),),
    "target-type": (('target_type          = "ip"', 'target_type          = "instance"'),),
    "no-target-health-check": (('    path                = "/health"\n', ""),),
    "drain-long": (("deregistration_delay = 30", "deregistration_delay = 300"),),
    "drain-short": (("deregistration_delay = 30", "deregistration_delay = 0"),),
    "drain-beyond-spot": (
        ('launch_type                        = "FARGATE"', SPOT),
        ("deregistration_delay = 30", "deregistration_delay = 120"),
    ),
    "slow-start-algorithm": (
        (
            "deregistration_delay = 30",
            'deregistration_delay = 30\nslow_start = 60\nload_balancing_algorithm_type = "weighted_random"',
        ),
    ),
    "no-tls": (("internal = true", "internal = false"),),
    "on-public-balancer": (("internal = true", "internal = false"),),
    "rule-shadowed": (("priority     = 20", "priority     = 5"),),
    "unused-target-group": ALONE.format("aws_lb_target_group", "alone", 'target_type = "ip"'),
    "discovery-without-health": (("  health_check_custom_config {}\n", ""),),
    "discovery-ttl": (("ttl  = 10", "ttl  = 60"),),
    "unused-namespace": ALONE.format("aws_service_discovery_http_namespace", "alone", ""),
    "logs-kept-for-ever": (("  retention_in_days = 30\n", ""),),
    "log-group-by-driver": (
        ("awslogs-region        =", "awslogs-create-group = true\nawslogs-region        ="),
    ),
    "log-driver-incomplete": (('        awslogs-stream-prefix = "api"\n', ""),),
    "no-logs": (("    logConfiguration = {", "    anotherConfiguration = {"),),
    "unused-log-group": ALONE.format("aws_cloudwatch_log_group", "alone", "retention_in_days = 7"),
    "allows-everything": POLICY.replace("ACTION", "*"),
    "administrator-access": ATTACHED,
    "wildcard-permission": POLICY.replace("ACTION", "s3:*"),
    "one-role-for-both": (
        ("task_role_arn            = aws_iam_role.task.arn", "task_role_arn = aws_iam_role.execution.arn"),
    ),
    "no-execution-role": (("  execution_role_arn       = aws_iam_role.execution.arn\n", ""),),
    "execution-role-cannot-log": (("logs:PutLogEvents", "logs:GetLogEvents"),),
    "unattached-policy": ALONE.format("aws_iam_policy", "alone", 'policy = "{}"'),
    "open-to-the-world": (('"10.0.0.0/8"', '"0.0.0.0/0"'),),
    "unused-security-group": ALONE.format("aws_security_group", "alone", ""),
}
BESIDE = {
    "network-mode": {"target-type"},
    "no-scale-in": {"idle-by-design", "step-end-closed"},
    "thresholds-too-near": {"step-overshoots"},
    "no-scale-out": {"low-alarms-fight", "cooldown-flaps", "step-end-closed", "step-gap-or-overlap"},
    "bounds-inverted": {"bounds-fixed"},
    "unused-task-definition": {"execution-role-cannot-log"},
    "threshold-unreachable": {"no-memory-scale-out"},
    "no-tls": {"on-public-balancer"},
    "on-public-balancer": {"no-tls"},
    "idle-by-design": {"memory-threshold-idle", "step-overshoots", "thresholds-too-near"},
    "no-logs": {"unused-log-group"},
}
"""What a fault brings with it."""


def test_a_configuration_without_a_fault_has_no_finding_and_no_gap(tmp_path: Path) -> None:
    found = look(tmp_path)
    assert found.findings == found.gaps == ()
    assert found.exit_code == 0
    assert found.resources > 20


def test_every_rule_has_a_case() -> None:
    assert set(CASES) == {rule.id for rule in RULES}


@pytest.mark.parametrize("rule", CASES)
def test_a_fault_is_found_by_its_rule_and_by_no_other(tmp_path: Path, rule: str) -> None:
    case = CASES[rule]
    found = look(tmp_path, GOOD + case if isinstance(case, str) else changed(*case))
    assert rule in ids(found)
    assert ids(found) - {rule} <= BESIDE.get(rule, set())
    assert found.gaps == ()
    severe = next(one.severity for one in RULES if one.id == rule) is Severity.ERROR
    assert (found.exit_code == 10) >= severe


def test_ids_are_unique_and_every_rule_says_why_what_to_do_and_who_says_so() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.id)
        assert rule.title
        assert not rule.title.endswith(".")
        assert rule.why.endswith(".")
        assert rule.fix
        assert re.match(r"https://(docs\.)?aws\.amazon\.com/", rule.source), rule.id
        assert rule.kinds


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (("cpu                      = 512", 'cpu = "0.5 vCPU"'), "fargate-size"),
        (("assign_public_ip = false", "assign_public_ip = null"), "public-address"),
        (
            ("deployment_maximum_percent         = 200", "deployment_maximum_percent         = 150"),
            "deployment-stuck",
        ),
        (("api:1.2.3", "api@sha256:0123"), "latest-image"),
        (('value = "info"', 'value = "warn"'), "debug-logging"),
        (("[desired_count, task_definition]", "all"), "desired-count-reset"),
        (
            ("threshold           = 75", 'threshold           = 100\n  statistic = "Maximum"'),
            "idle-by-design",
        ),
        (("retention_in_days = 30", "retention_in_days = 3653"), "logs-kept-for-ever"),
    ],
)
def test_what_is_right_in_another_way_is_let_be(tmp_path: Path, change: tuple[str, str], rule: str) -> None:
    assert rule not in ids(look(tmp_path, changed(change)))


VARIABLE = '"PEER", value = "http://peer.shop.internal"'


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        # What the advice knew and these rules did not.
        ("RUST_LOG", "info,hyper=debug", "debug-logging"),
        ("LOGGING_LEVEL_ORG_HIBERNATE_SQL", "TRACE", "debug-logging"),
        ("NODE_DEBUG", "http,net", "debug-logging"),
        ("DEBUG", "express:*", "debug-logging"),
        # What the redaction knew.
        ("ORDERS_PASSPHRASE", "hunter2", "secret-in-environment"),
        ("JWT_SIGNING_KEY", "hunter2", "secret-in-environment"),
        ("DATABASE_URL", "postgres://app:hunter2@db.shop.internal/app", "secret-in-environment"),
        ("GREETING", "ghp_0123456789abcdefghijABCDEFGHIJ012345", "secret-in-environment"),
        ("dbPassword", "hunter2", "secret-in-environment"),
        # What the reading of addresses knew.
        ("PEERS", "https://a.shop.example, http://b.shop.example", "plain-http-call"),
        ("FEED", "ws://feed.shop.example/live", "plain-http-call"),
        ("PEER", "HTTP://www.shop.example", "plain-http-call"),
        # What these rules knew before.
        ("LOGLEVEL_ROOT", "debug", "debug-logging"),
        ("APP_VERBOSITY", "trace", "debug-logging"),
        ("logLevel", "ALL", "debug-logging"),
        ("API_SECRET_KEY", "hunter2", "secret-in-environment"),
    ],
)
def test_a_variable_is_judged_by_the_lists_that_a_running_fleet_is(
    tmp_path: Path, name: str, value: str, rule: str
) -> None:
    assert rule in ids(look(tmp_path, changed((VARIABLE, f'"{name}", value = "{value}"'))))


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("CATALOG_LEVEL", "debug", "debug-logging"),
        ("LOG_LEVEL", "1", "debug-logging"),
        ("NODE_DEBUG", "", "debug-logging"),
        ("PASSWORD_MIN_LENGTH", "12", "secret-in-environment"),
        ("TOKEN_URL", "https://login.shop.example/token", "secret-in-environment"),
        ("PWD", "/app", "secret-in-environment"),
        ("DB_URL", "postgres://app@db.shop.internal/app", "secret-in-environment"),
        ("DB_PASSWORD", "arn:aws:secretsmanager:us-east-1:123456789012:secret:db", "secret-in-environment"),
        ("PEER", "http://169.254.170.2/v2/credentials", "plain-http-call"),
        ("PEER", "https://www.shop.example", "plain-http-call"),
        ("PEER", "http://api.default.svc", "plain-http-call"),
    ],
)
def test_a_variable_that_is_only_about_it_is_let_be(tmp_path: Path, name: str, value: str, rule: str) -> None:
    assert rule not in ids(look(tmp_path, changed((VARIABLE, f'"{name}", value = "{value}"'))))


def test_a_joint_alarm_is_not_two_that_fight(tmp_path: Path) -> None:
    joint = """
  metric_query {
    id          = "ratio"
    expression  = "MAX([cpu / 35, memory / 60])"
    return_data = true
  }
  dynamic "metric_query" {
    for_each = local.out
    content {
      id = metric_query.key
      metric {
        namespace   = "AWS/ECS"
        metric_name = metric_query.value
        period      = 60
        stat        = "Average"
      }
    }
  }
"""
    low = ('  namespace           = "AWS/ECS"\n  metric_name         = "CPUUtilization"\n', joint)
    found = look(tmp_path, changed(low, ("threshold           = 35", "threshold = 1")))
    assert ids(found) == set()


def test_a_rule_that_needs_an_unknown_value_names_it_and_says_nothing(tmp_path: Path) -> None:
    text = changed(("  cpu                      = 512", "  cpu = var.cpu")) + 'variable "cpu" {}\n'
    found = look(tmp_path, text)
    assert ids(found) == set()
    assert found.exit_code == 11
    (gap,) = found.gaps
    assert gap.expression == "var.cpu"
    assert "fargate-size" in gap.rules
    assert gap.addresses == ("aws_ecs_task_definition.api",)
    assert text.splitlines()[gap.place.line - 1].strip() == "cpu = var.cpu"
    assert gap.place.file.endswith("main.tf")


def test_the_older_names_of_load_balancers_are_known(tmp_path: Path) -> None:
    case = changed(*CASES["no-tls"])  # type: ignore[misc]
    found = look(tmp_path, case.replace("aws_lb", "aws_alb"))
    assert ids(found) == {"no-tls", "on-public-balancer"}
    assert "aws_alb_listener.http" in {one.address for one in found.findings}


def test_steps_that_overlap_are_refused_too(tmp_path: Path) -> None:
    found = look(tmp_path, changed(("metric_interval_lower_bound = 10", "metric_interval_lower_bound = 9")))
    assert ids(found) == {"step-gap-or-overlap"}
    assert "two steps act" in found.findings[0].message
