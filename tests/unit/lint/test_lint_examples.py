"""Of the fleet as found every fault that was put there is found, and of the platform none that is not."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path

import pytest
from lint.made import ids

from trimtab.lint.inspect import inspect
from trimtab.lint.model import Inspection, LintRule, Severity
from trimtab.lint.rules import RULES

ROOT = Path(__file__).parents[3]
BEFORE = ROOT / "examples/before"
PLATFORM = ROOT / "terraform/platform"

# Each line of "What is wrong with it" in the README of examples/before: how it begins, the rule that finds
# it, and what that must name. What only metrics tell has no rule.
FAULTS = [
    ("Sizes were guessed", "", ()),
    ("Minimum counts of 4 and 6", "minimum-high", ("api", "worker", "fraud")),
    ("Seven services of 2 and 4 vCPU", "large-task", ("auth", "fraud", "statements", "worker")),
    ("Out above 40 % CPU", "idle-by-design", ("api", "quotes")),
    ("Out above 40 % CPU", "one-point-alarm", ("cpu_high", "cpu_low", "memory_low")),
    ("Out above 40 % CPU", "step-overshoots", ("auth", "worker")),
    ("Cooldowns of 60 s out", "cooldown-flaps", ("api", "statements")),
    (
        "accounts, fraud, ledger and statements",
        "low-alarms-fight",
        ("accounts", "fraud", "ledger", "statements"),
    ),
    ("No alarm scales out on memory", "no-memory-scale-out", ("api", "ledger")),
    ("scheduler has alarms", "bounds-fixed", ("scheduler",)),
    ("Alarms leave `treat_missing_data`", "scale-in-missing-data", ("cpu_low", "memory_low")),
    ("`desired_count` is not ignored", "desired-count-reset", ("api", "worker")),
    ("Target checks every 5 s", "grace-too-short", ("api", "quotes")),
    ("No container health check", "no-container-health-check", ("notifications", "scheduler", "statements")),
    ("Deregistration delay 300 s", "drain-long", ("api", "fraud")),
    ("No deployment circuit breaker", "no-circuit-breaker", ("api",)),
    ("Cloud Map services without", "discovery-without-health", ("api",)),
    ("Cloud Map services without", "discovery-ttl", ("api",)),
    ("All load-balanced services", "on-public-balancer", ("fraud", "ledger", "worker")),
    ("Services call each other", "plain-http-call", ("api", "cards", "payments", "scheduler")),
    ("Port 80 only", "no-tls", ("aws_lb_listener.http",)),
    ("One security group for all", "open-to-the-world", ("aws_security_group.tasks",)),
    ("One role for everything", "one-role-for-both", ("api",)),
    ("One role for everything", "wildcard-permission", ("aws_iam_role_policy.ecs",)),
    ("Log groups have no retention", "logs-kept-for-ever", ("api",)),
    ("`LOG_LEVEL=DEBUG`", "debug-logging", ("api",)),
    ("`awslogs-create-group`", "log-group-by-driver", ("api",)),
    ("No tags, no `propagate_tags`", "tags-reach-no-task", ("api",)),
    ("No tags, no `propagate_tags`", "service-without-tags", ("api",)),
    ("Container Insights off", "container-insights-off", ("aws_ecs_cluster.main",)),
    ("Security group `fin-prod-ec2-hosts`", "unused-security-group", ("aws_security_group.ec2_hosts",)),
    ("Security group `fin-prod-ec2-hosts`", "open-to-the-world", ("aws_security_group.ec2_hosts",)),
    ("Log group `/fargate/fin-prod-api`", "unused-log-group", ("aws_cloudwatch_log_group.api_old",)),
    ("Target group `fin-api-v1`", "unused-target-group", ("aws_lb_target_group.api_v1",)),
    ("Target group `fin-api-v1`", "rule-shadowed", ("aws_lb_listener_rule.api_v1",)),
    ("Cloud Map namespace `fin-prod`", "unused-namespace", ("aws_service_discovery_http_namespace.old",)),
    ("Policy `fin-prod-debug`", "unattached-policy", ("aws_iam_policy.debug",)),
    ("Policy `fin-prod-debug`", "allows-everything", ("aws_iam_policy.debug",)),
    ("Task definition `fin-prod-api-big`", "unused-task-definition", ("aws_ecs_task_definition.api_big",)),
    ("Alarm `api-cpu-critical`", "alarm-without-action", ("aws_cloudwatch_metric_alarm.api_cpu_critical",)),
]


@cache
def inspected(folder: Path, values: str = "") -> Inspection:
    return inspect(folder, [Path(values)] if values else ())


@pytest.mark.parametrize(("fault", "rule", "names"), [one for one in FAULTS if one[1]])
def test_every_fault_of_the_fleet_as_found_is_found(fault: str, rule: str, names: tuple[str, ...]) -> None:
    del fault
    addresses = [one.address for one in inspected(BEFORE).findings if one.rule.id == rule]
    for name in names:
        assert any(f'["{name}"]' in one or name in one for one in addresses), name


def test_the_list_of_faults_is_the_one_that_the_page_has() -> None:
    page = (BEFORE / "README.md").read_text(encoding="utf-8").partition("## What is wrong with it")[2]
    lines = [
        line[2:]
        for line in page.splitlines()
        if line.startswith("| ") and not line.startswith(("| what |", "|---"))
    ]
    begun = {fault for fault, _, _ in FAULTS}
    assert [line for line in lines if not any(line.startswith(one) for one in begun)] == []
    assert [one for one in begun if not any(line.startswith(one) for line in lines)] == []


def test_only_services_that_can_scale_are_thrown_back() -> None:
    found = {one.address for one in inspected(BEFORE).findings if one.rule.id == "desired-count-reset"}
    assert len(found) == 11
    assert 'aws_ecs_service.service["scheduler"]' not in found


def test_a_note_on_a_wide_rule_does_not_fall_on_the_one_that_is_before_it() -> None:
    shadowed = [one for one in inspected(BEFORE).findings if one.rule.id == "rule-shadowed"]
    assert [one.address for one in shadowed] == ["aws_lb_listener_rule.api_v1"]
    assert 'aws_lb_listener_rule.service["api"] at priority 100' in shadowed[0].message


def test_as_many_resources_are_seen_as_terraform_makes() -> None:
    assert inspected(BEFORE).resources == 150  # as its README says, and terraform apply


@pytest.mark.not_fast
def test_the_platform_has_no_error_and_with_its_network_no_gap(tmp_path: Path) -> None:
    values = tmp_path / "network.tfvars"
    values.write_text(
        'vpc_id = "vpc-1"\nprivate_subnet_ids = ["a", "b", "c"]\npublic_subnet_ids = ["d", "e", "f"]\n',
        encoding="utf-8",
    )
    found = inspect(PLATFORM, [values])
    assert found.of(Severity.ERROR) == ()
    assert found.gaps == ()
    assert found.exit_code == 0
    assert 'module.fleet.module.service["api"].aws_ecs_service.this' in {
        one.address for one in found.findings if one.rule.id == "on-public-balancer"
    }


@pytest.mark.not_fast
def test_the_platform_without_its_network_says_what_it_cannot_know() -> None:
    found = inspected(PLATFORM)
    assert found.exit_code == 11
    assert [(one.expression, one.rules) for one in found.gaps] == [
        ("var.private_subnet_ids", ("one-subnet",))
    ]
    assert found.gaps[0].place.file.endswith("terraform/platform/main.tf")


def test_what_the_platform_is_warned_of_is_what_its_values_say() -> None:
    assert ids(inspected(PLATFORM)) == {
        "debug-logging",  # LOG_LEVEL is the application's, and kept as found
        "bounds-fixed",  # scheduler, at two tasks by its verdict
        "one-point-alarm",  # chosen by replay for some
        "no-tls",  # no certificate in these values
        "large-task",
        "minimum-high",
        "on-public-balancer",
    }


@pytest.mark.slow  # two times of this machine, which say more where nothing runs beside
def test_what_the_rules_take_is_no_more_than_reading_the_folder_takes() -> None:
    """Seconds hang on the machine: the platform takes some three, nearly all of them to read it."""

    def cpu_s(rules: tuple[LintRule, ...]) -> float:
        before = time.process_time()
        inspect(PLATFORM, rules=rules)
        return time.process_time() - before

    assert cpu_s(RULES) < 3 * cpu_s(())
