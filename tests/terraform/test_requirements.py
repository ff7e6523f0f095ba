"""Each requirement of the configuration, read from the plan JSON of ``terraform/platform``.

``tools/mutate_terraform.py`` changes each value once and sees the test named after it fail.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from requirements_plan import Platform

from trimtab.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trimtab.adoption.engine import Workspace

CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/0f0f0f0f-0000-4000-8000-000000000000"
LOAD_BALANCED = {"api", "worker", "accounts", "auth", "cards", "fraud", "ledger", "payments", "quotes"}
ALL = LOAD_BALANCED | {"scheduler", "notifications", "statements"}
TAGS = {"Environment", "Service", "CostCenter"}
UNTAGGABLE = {
    "aws_appautoscaling_policy",
    "aws_cloudwatch_event_target",
    "aws_cloudwatch_log_resource_policy",
    "aws_ecs_cluster_capacity_providers",
    "aws_iam_role_policy",
    "aws_sns_topic_policy",
    "aws_sqs_queue_policy",
}
"""Types of the configuration that have no tags in the provider's schema."""


@pytest.fixture(scope="module")
def plan_of(
    workspaces: Callable[[str], Workspace],
    network: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., Platform]:
    folder = tmp_path_factory.mktemp("plans")

    def plan(*var_files: Path, **variables: object) -> Platform:
        given = {"certificate_arn": CERTIFICATE, **network, **variables}
        if given["certificate_arn"] is None:
            given["allow_plain_http"] = True
        return Platform(workspaces("terraform/platform").plan(folder / "a.tfplan", var_files, given))

    return plan


@pytest.fixture(scope="module")
def production(plan_of: Callable[..., Platform]) -> Platform:
    return plan_of()


@pytest.fixture(scope="module")
def staging(plan_of: Callable[..., Platform]) -> Platform:
    return plan_of(environment="staging", certificate_arn=None, tracing={"enabled": False})


@pytest.fixture
def edited(workspaces: Callable[[str], Workspace], tmp_path: Path) -> Callable[..., Path]:
    """Give the values with one line of one service changed, as a person would edit them."""
    written = (workspaces("terraform/platform").directory / "services.auto.tfvars").read_text("utf-8")

    def edit(service: str, line: str, becomes: str) -> Path:
        start = written.index(f"  {service} = {{")
        at = written.index(line, start)
        path = tmp_path / "edited.tfvars"
        path.write_text(written[:at] + becomes + written[at + len(line) :], encoding="utf-8")
        return path

    return edit


def test_all_twelve_services_are_planned(production: Platform) -> None:
    assert production.service_names() == ALL


@pytest.mark.parametrize(
    ("service", "cpu", "memory"),
    [("api", "256", "512"), ("worker", "512", "1024"), ("scheduler", "256", "512")],
)
def test_r1_task_size(production: Platform, service: str, cpu: str, memory: str) -> None:
    definition = production.of(service, "aws_ecs_task_definition")
    assert (definition["cpu"], definition["memory"]) == (cpu, memory)


@pytest.mark.parametrize("service", sorted(ALL))
def test_r1_tasks_run_on_fargate_in_awsvpc(production: Platform, service: str) -> None:
    definition = production.of(service, "aws_ecs_task_definition")
    assert definition["requires_compatibilities"] == ["FARGATE"]
    assert definition["network_mode"] == "awsvpc"
    assert production.of(service, "aws_ecs_service")["launch_type"] == "FARGATE"


@pytest.mark.parametrize("service", sorted(LOAD_BALANCED))
def test_r2_target_group_health_check(production: Platform, service: str) -> None:
    (check,) = production.of(service, "aws_lb_target_group")["health_check"]
    assert (check["interval"], check["timeout"], check["healthy_threshold"]) == (15, 10, 2)
    assert check["enabled"]


def _steps(policy: Any) -> list[tuple[str, str, int]]:
    (configuration,) = policy["step_scaling_policy_configuration"]
    assert policy["policy_type"] == "StepScaling"
    assert configuration["adjustment_type"] == "ChangeInCapacity"
    return [
        (
            step["metric_interval_lower_bound"],
            step["metric_interval_upper_bound"],
            step["scaling_adjustment"],
        )
        for step in configuration["step_adjustment"]
    ]


@pytest.mark.parametrize("service", sorted(ALL))
@pytest.mark.parametrize("metric", ["cpu", "memory"])
def test_r3_ladder_out_is_contiguous_and_open_at_the_top(
    production: Platform, service: str, metric: str
) -> None:
    steps = sorted(
        _steps(production.of(service, "aws_appautoscaling_policy", metric)), key=lambda step: float(step[0])
    )
    assert len(steps) >= 2
    assert float(steps[0][0]) == 0
    assert [low for low, _, _ in steps[1:]] == [high for _, high, _ in steps[:-1]]
    assert not steps[-1][1]
    added = [change for _, _, change in steps]
    assert added == sorted(set(added))
    assert added[0] >= 1


@pytest.mark.parametrize("service", sorted(ALL))
@pytest.mark.parametrize(("metric", "name"), [("cpu", "CPUUtilization"), ("memory", "MemoryUtilization")])
def test_r3_alarm_out_watches_its_metric(production: Platform, service: str, metric: str, name: str) -> None:
    alarm = production.of(service, "aws_cloudwatch_metric_alarm", metric)
    assert (alarm["namespace"], alarm["metric_name"], alarm["statistic"]) == ("AWS/ECS", name, "Average")
    assert alarm["dimensions"] == {"ClusterName": "production", "ServiceName": service}
    assert alarm["comparison_operator"] == "GreaterThanThreshold"
    assert alarm["treat_missing_data"] == "notBreaching"
    assert alarm["period"] == 60
    assert 1 <= alarm["datapoints_to_alarm"] <= alarm["evaluation_periods"]


def _joint(production: Platform, service: str) -> tuple[Any, Any]:
    (alarm,) = [
        one.values for one in production.all_of(service, "aws_cloudwatch_metric_alarm") if one.name == "in"
    ]
    (policy,) = [
        one.values for one in production.all_of(service, "aws_appautoscaling_policy") if one.name == "in"
    ]
    return alarm, policy


@pytest.mark.parametrize("service", sorted(ALL))
def test_r3_there_is_one_scale_in_and_it_is_joint(production: Platform, service: str) -> None:
    alarm, policy = _joint(production, service)
    queries = {query["id"]: query for query in alarm["metric_query"]}
    assert queries["joint"]["expression"] == "MAX([cpu_ratio, memory_ratio])"
    assert [query for query in queries if queries[query]["return_data"]] == ["joint"]
    watched = {query["metric"][0]["metric_name"] for query in queries.values() if query["metric"]}
    assert watched == {"CPUUtilization", "MemoryUtilization"}
    for metric in ("cpu", "memory"):
        low = float(queries[f"{metric}_ratio"]["expression"].removeprefix(f"{metric} / "))
        high = production.of(service, "aws_cloudwatch_metric_alarm", metric)["threshold"]
        assert 0 < low < high
    assert (alarm["comparison_operator"], alarm["threshold"]) == ("LessThanThreshold", 1)
    assert alarm["treat_missing_data"] == "notBreaching"
    assert all(change < 0 for _, _, change in _steps(policy))
    assert len(production.all_of(service, "aws_appautoscaling_policy")) == 3


@pytest.mark.parametrize("service", sorted(ALL))
def test_r3_ladder_in_is_contiguous_and_open_at_the_bottom(production: Platform, service: str) -> None:
    _, policy = _joint(production, service)
    steps = sorted(_steps(policy), key=lambda step: float(step[1]), reverse=True)
    assert float(steps[0][1]) == 0
    assert [high for _, high, _ in steps[1:]] == [low for low, _, _ in steps[:-1]]
    assert not steps[-1][0]


@pytest.mark.parametrize("service", sorted(ALL))
def test_r3_removing_a_task_cannot_bring_it_back(production: Platform, service: str) -> None:
    target = production.of(service, "aws_appautoscaling_target")
    alarm, policy = _joint(production, service)
    least = target["min_capacity"]
    (ratio,) = [query["expression"] for query in alarm["metric_query"] if query["id"] == "cpu_ratio"]
    low = float(ratio.removeprefix("cpu / "))
    high = production.of(service, "aws_cloudwatch_metric_alarm", "cpu")["threshold"]
    for _, upper, change in _steps(policy):
        after = low * (1 + float(upper)) * (least - change) / least
        assert after < high


def test_r3_alarms_are_wired_to_their_policies(production: Platform) -> None:
    actions = "alarm_actions"
    out = production.references("service", "aws_cloudwatch_metric_alarm.out", actions)
    assert "aws_appautoscaling_policy.out" in out
    assert "each.key" in out
    assert "aws_appautoscaling_policy.in.arn" in production.references(
        "service", "aws_cloudwatch_metric_alarm.in", actions
    )


@pytest.mark.parametrize(("service", "seconds"), [("api", "30"), ("worker", "60")])
def test_r4_deregistration_delay(production: Platform, service: str, seconds: str) -> None:
    assert production.of(service, "aws_lb_target_group")["deregistration_delay"] == seconds


@pytest.mark.parametrize("service", sorted(ALL))
def test_r5_circuit_breaker_rolls_back(production: Platform, service: str) -> None:
    planned = production.of(service, "aws_ecs_service")
    assert planned["deployment_circuit_breaker"] == [{"enable": True, "rollback": True}]
    assert planned["deployment_controller"] == [{"type": "ECS"}]


def _retention(platform: Platform) -> dict[str, int]:
    return {
        one.values["name"]: one.values["retention_in_days"]
        for one in platform.plan.planned_of_type("aws_cloudwatch_log_group")
    }


@pytest.mark.parametrize("service", sorted(ALL))
def test_r7_production_keeps_application_logs_30_days_and_the_rest_7(
    production: Platform, service: str
) -> None:
    retention = _retention(production)
    for name, container in production.containers(service).items():
        group = container["logConfiguration"]["options"]["awslogs-group"]
        assert retention[group] == (30 if name == service else 7)


@pytest.mark.parametrize("service", sorted(ALL))
def test_r7_elsewhere_all_is_kept_7_days(staging: Platform, service: str) -> None:
    retention = _retention(staging)
    options = staging.containers(service)[service]["logConfiguration"]["options"]
    assert retention[options["awslogs-group"]] == 7
    assert [name for name in retention if f"/{service}/" in name] == [options["awslogs-group"]]


@pytest.mark.parametrize("which", ["production", "staging"])
def test_r7_exec_sessions_are_kept_7_days(request: pytest.FixtureRequest, which: str) -> None:
    platform: Platform = request.getfixturevalue(which)
    (cluster,) = platform.plan.planned_of_type("aws_ecs_cluster")
    (execute,) = cluster.values["configuration"][0]["execute_command_configuration"]
    assert execute["logging"] == "OVERRIDE"
    group = execute["log_configuration"][0]["cloud_watch_log_group_name"]
    assert _retention(platform)[group] == 7


def test_r8_every_taggable_resource_has_the_three_tags(production: Platform) -> None:
    tagged = 0
    for one in production.plan.planned:
        if one.type in UNTAGGABLE:
            assert "tags_all" not in one.values, one.address
            continue
        tags = one.values["tags_all"]
        assert set(tags) >= TAGS, one.address
        assert all(tags[key] for key in TAGS), one.address
        tagged += 1
    assert tagged > 200


@pytest.mark.parametrize("service", sorted(ALL))
def test_r8_a_services_resources_carry_its_name(production: Platform, service: str) -> None:
    cost_center = production.of(service, "aws_ecs_service")["tags"]["CostCenter"]
    for one in production.plan.planned:
        if one.module.startswith(f'module.service["{service}"]') and one.type not in UNTAGGABLE:
            assert one.values["tags_all"]["Service"] == service, one.address
            assert one.values["tags_all"]["Environment"] == "production", one.address
            assert one.values["tags_all"]["CostCenter"] == cost_center, one.address


@pytest.mark.parametrize("service", sorted(ALL))
def test_r8_tags_reach_the_tasks(production: Platform, service: str) -> None:
    planned = production.of(service, "aws_ecs_service")
    assert planned["propagate_tags"] == "SERVICE"
    assert planned["enable_ecs_managed_tags"] is True


def test_r8_the_provider_tags_what_a_module_forgets(production: Platform) -> None:
    provider = production.plan.configuration["provider_config"]["aws"]["expressions"]
    (default,) = provider["default_tags"]
    assert {"var.environment", "var.cost_center"} <= set(default["tags"]["references"])


def test_r8_cost_allocation_is_opt_in(production: Platform, plan_of: Callable[..., Platform]) -> None:
    assert not production.plan.planned_of_type("aws_ce_cost_allocation_tag")
    asked = plan_of(activate_cost_allocation_tags=True).plan.planned_of_type("aws_ce_cost_allocation_tag")
    assert {one.values["tag_key"] for one in asked} == TAGS
    assert {one.values["status"] for one in asked} == {"Active"}


@pytest.mark.parametrize("setting", ["disabled", "enabled", "enhanced"])
def test_o1_container_insights(plan_of: Callable[..., Platform], setting: str) -> None:
    platform = plan_of(container_insights=setting)
    (cluster,) = platform.plan.planned_of_type("aws_ecs_cluster")
    assert cluster.values["setting"] == [{"name": "containerInsights", "value": setting}]
    performance = "/aws/ecs/containerinsights/production/performance"
    assert (performance in _retention(platform)) == (setting != "disabled")


@pytest.mark.parametrize("service", sorted(ALL))
def test_o2_the_collector_is_counted_inside_the_task(production: Platform, service: str) -> None:
    definition = production.of(service, "aws_ecs_task_definition")
    containers = production.containers(service)
    collector = containers["otel-collector"]
    assert "aws-otel-collector" in collector["image"]
    assert collector["essential"] is False
    assert collector["cpu"] >= 1
    assert collector["memory"] >= 64
    assert sum(one["cpu"] for one in containers.values()) == int(definition["cpu"])
    assert sum(one["memory"] for one in containers.values()) == int(definition["memory"])


@pytest.mark.parametrize("service", sorted(ALL))
def test_o2_traces_go_from_the_application_to_x_ray(production: Platform, service: str) -> None:
    containers = production.containers(service)
    environment = {one["name"]: one["value"] for one in containers["otel-collector"]["environment"]}
    config = json.loads(environment["AOT_CONFIG_CONTENT"])
    pipeline = config["service"]["pipelines"]["traces"]
    assert pipeline["receivers"] == ["otlp"]
    assert pipeline["exporters"] == ["awsxray"]
    assert set(config["service"]["extensions"]) == {"health_check", "awsproxy"}
    told = {one["name"]: one["value"] for one in containers[service]["environment"]}
    listens = config["receivers"]["otlp"]["protocols"]["http"]["endpoint"]
    assert told["OTEL_EXPORTER_OTLP_ENDPOINT"] == f"http://{listens}"
    assert told["OTEL_SERVICE_NAME"] == service
    assert told["OTEL_TRACES_SAMPLER"] == "xray"
    assert (
        told["OTEL_TRACES_SAMPLER_ARG"] == f"endpoint=http://{config['extensions']['awsproxy']['endpoint']}"
    )


@pytest.mark.parametrize("service", sorted(ALL))
def test_o2_the_task_role_may_send_traces(production: Platform, service: str) -> None:
    statements = [
        statement
        for address, statement in production.policies()
        if address.startswith(f'module.service["{service}"].aws_iam_role_policy.task')
    ]
    assert {action for one in statements for action in one["Action"] if action.startswith("xray:")} == {
        "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",
        "xray:GetSamplingRules",
        "xray:GetSamplingTargets",
        "xray:GetSamplingStatisticSummaries",
    }


@pytest.mark.parametrize("service", sorted(ALL))
def test_o2_each_service_has_a_sampling_rule(production: Platform, service: str) -> None:
    rule = production.of(service, "aws_xray_sampling_rule")
    assert rule["service_name"] == service
    assert 0 < rule["fixed_rate"] <= 1
    assert len(rule["rule_name"]) <= 32


def test_o2_tracing_can_be_switched_off(staging: Platform) -> None:
    assert not staging.plan.planned_of_type("aws_xray_sampling_rule")
    for service in ALL:
        assert set(staging.containers(service)) == {service}


def test_o3_three_rules_go_to_a_topic_and_a_log_group(production: Platform) -> None:
    rules = {
        one.values["name"]: json.loads(one.values["event_pattern"])
        for one in production.plan.planned_of_type("aws_cloudwatch_event_rule")
    }
    assert set(rules) == {
        "production-failed-tasks",
        "production-failed-deployments",
        "production-impaired-services",
    }
    assert rules["production-failed-tasks"]["detail-type"] == ["ECS Task State Change"]
    targets = production.plan.planned_of_type("aws_cloudwatch_event_target")
    reached = {(one.values["rule"], one.values["target_id"]) for one in targets}
    assert reached == {(rule, target) for rule in rules for target in ("topic", "log")}
    assert "aws_sns_topic.alerts.arn" in production.references(
        "cluster", "aws_cloudwatch_event_target.topic", "arn"
    )
    assert "aws_cloudwatch_log_group.events.arn" in production.references(
        "cluster", "aws_cloudwatch_event_target.log", "arn"
    )


def test_o3_an_alert_is_an_object_whatever_the_event_says(production: Platform) -> None:
    targets = [
        one.values
        for one in production.plan.planned_of_type("aws_cloudwatch_event_target")
        if one.values["target_id"] == "topic"
    ]
    assert len(targets) == 3
    for target in targets:
        (transformer,) = target["input_transformer"]
        used = set(re.findall(r"<(\w+)>", transformer["input_template"]))
        assert used == set(transformer["input_paths"])
        # Unquoted in the template: EventBridge quotes a value only there.
        alert = json.loads(re.sub(r"<\w+>", "null", transformer["input_template"]))
        assert {key for key, value in alert.items() if value is None} == used
        assert alert["cluster"] == "production"
        assert len(target["dead_letter_config"]) == 1


def test_c1_a_size_fargate_does_not_have_is_refused_with_the_nearest(
    plan_of: Callable[..., Platform], edited: Callable[..., Path]
) -> None:
    with pytest.raises(EngineError) as refused:
        plan_of(edited("worker", "memory          = 1024", "memory          = 1536"))
    text = " ".join(refused.value.detail.split())
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
    within = cooldown["in", None]
    assert within >= 60
    assert 0 < cooldown["out", "cpu"] < within
    assert 0 < cooldown["out", "memory"] < within


@pytest.mark.parametrize(
    ("cooldowns", "says"),
    [
        ("in_cooldown = 59\n      out_cooldown = 30", "at least 60"),
        ("out_cooldown = 0", "above 0"),
        ("in_cooldown = 120\n      out_cooldown = 120", "shorter than in"),
    ],
)
def test_c2_other_cooldowns_are_refused(
    plan_of: Callable[..., Platform], edited: Callable[..., Path], cooldowns: str, says: str
) -> None:
    with pytest.raises(EngineError) as refused:
        plan_of(edited("api", "scaling = {", f"scaling = {{\n      {cooldowns}"))
    assert says in " ".join(refused.value.detail.split())


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


def test_c4_the_health_check_follows_the_startup_time(
    plan_of: Callable[..., Platform], edited: Callable[..., Path], workspaces: Callable[[str], Workspace]
) -> None:
    written = (workspaces("terraform/platform").directory / "services.auto.tfvars").read_text("utf-8")
    line = written[written.index("startup_seconds", written.index("  api = {")) :].splitlines()[0]
    slow = plan_of(edited("api", line, "startup_seconds = 180"))
    assert slow.containers("api")["api"]["healthCheck"] | {"command": None} == {
        "command": None,
        "interval": 30,
        "timeout": 15,
        "retries": 5,
        "startPeriod": 270,
    }
    assert slow.of("api", "aws_ecs_service")["health_check_grace_period_seconds"] == 300


@pytest.mark.parametrize(
    ("line", "becomes", "says"),
    [
        ("deregistration_delay = 30", "deregistration_delay = 10", "deregistration delay 10 s is shorter"),
        ("traffic = {", "stop_timeout = 5\n    traffic = {", "stop timeout 5 s is shorter"),
        (
            "deregistration_delay = 30",
            "deregistration_delay = 30\n      grace_period = 20",
            "grace period 20 s",
        ),
    ],
)
def test_c5_timing_that_does_not_fit_together_is_refused(
    plan_of: Callable[..., Platform], edited: Callable[..., Path], line: str, becomes: str, says: str
) -> None:
    with pytest.raises(EngineError) as refused:
        plan_of(edited("api", line, becomes))
    assert says in " ".join(refused.value.detail.split())


@pytest.mark.parametrize("service", sorted(LOAD_BALANCED))
def test_c5_the_grace_period_covers_the_start(production: Platform, service: str) -> None:
    start = production.containers(service)[service]["healthCheck"]["startPeriod"]
    grace = production.of(service, "aws_ecs_service")["health_check_grace_period_seconds"]
    assert start + 15 <= grace <= 600


def test_c6_no_log_group_is_kept_for_ever(production: Platform, staging: Platform) -> None:
    for platform in (production, staging):
        assert all(days > 0 for days in _retention(platform).values())


def test_c6_every_log_group_is_made_here(production: Platform) -> None:
    made = set(_retention(production))
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
    workspaces: Callable[[str], Workspace], network: dict[str, Any], tmp_path: Path
) -> None:
    platform = workspaces("terraform/platform")
    with pytest.raises(EngineError) as refused:
        platform.plan(tmp_path / "a.tfplan", (), network)
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


def test_e2_a_wildcard_resource_is_only_where_there_is_no_narrower(
    plan_of: Callable[..., Platform], edited: Callable[..., Path]
) -> None:
    platform = plan_of(edited("worker", "traffic = {", "execute_command = true\n    traffic = {"))
    wild = {
        action
        for _, statement in platform.policies()
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
    assert "aws_iam_role.task[0].arn" in references["task_role_arn"]
    assert "aws_iam_role.execution[0].arn" in references["execution_role_arn"]
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
        if not rule.module.startswith("module.load_balancer"):
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


def test_e3_the_worker_cannot_be_reached_from_the_internet(
    production: Platform, network: dict[str, Any]
) -> None:
    balancers = {one.index or one.module: one for one in production.plan.planned_of_type("aws_lb")}
    internal = next(one for key, one in balancers.items() if "internal" in str(key))
    assert internal.values["internal"] is True
    assert set(internal.values["subnets"]) == set(network["private_subnet_ids"])
    clients = [
        one.values["cidr_ipv4"]
        for one in production.plan.planned_of_type("aws_vpc_security_group_ingress_rule")
        if '"internal"' in one.module
    ]
    assert set(clients) == {"10.20.0.0/16"}
    # Which load balancer a rule hangs on is known only after apply; the worker's is checked there.
