"""What R7, R8 and O1 to O3 ask of logs, tags and watching, read from the plan JSON of ``terraform/platform``.

``tools/mutate_terraform.py`` changes each value once and sees the test named after it fail.
"""

from __future__ import annotations

import json
import re

import pytest
from requirements_plan import ALL, BOUNDARY, LOAD_BALANCED, WEB_ACL, Platform

TAGS = {"Environment", "Service", "CostCenter"}
UNTAGGABLE = {
    "aws_appautoscaling_policy",
    "aws_cloudwatch_event_target",
    "aws_cloudwatch_log_resource_policy",
    "aws_ecs_cluster_capacity_providers",
    "aws_iam_role_policy",
    "aws_sns_topic_policy",
    "aws_sqs_queue_policy",
    "terraform_data",
}
"""Types of the configuration that have no tags in the provider's schema."""


@pytest.mark.parametrize("service", sorted(ALL))
def test_r7_production_keeps_application_logs_30_days_and_the_rest_7(
    production: Platform, service: str
) -> None:
    retention = production.retention_days()
    for name, container in production.containers(service).items():
        group = container["logConfiguration"]["options"]["awslogs-group"]
        assert retention[group] == (30 if name == service else 7)


@pytest.mark.parametrize("service", sorted(ALL))
def test_r7_elsewhere_all_is_kept_7_days(staging: Platform, service: str) -> None:
    retention = staging.retention_days()
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
    assert platform.retention_days()[group] == 7


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
        if one.module.startswith(f'module.fleet.module.service["{service}"]') and one.type not in UNTAGGABLE:
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


def test_r8_cost_allocation_is_opt_in(production: Platform, extended: Platform) -> None:
    assert not production.plan.planned_of_type("aws_ce_cost_allocation_tag")
    tags = extended.plan.planned_of_type("aws_ce_cost_allocation_tag")
    assert {one.values["tag_key"] for one in tags} == TAGS
    assert {one.values["status"] for one in tags} == {"Active"}


def test_every_role_has_the_path_and_boundary_that_are_asked(extended: Platform) -> None:
    roles = extended.plan.planned_of_type("aws_iam_role")
    assert len(roles) == 2 * len(ALL)
    assert {(one.values["path"], one.values["permissions_boundary"]) for one in roles} == {
        ("/service/", BOUNDARY)
    }


def test_the_public_load_balancer_alone_gets_what_is_asked_of_it(extended: Platform) -> None:
    balancers = {one.values["internal"]: one.values for one in extended.plan.planned_of_type("aws_lb")}
    assert balancers[False]["access_logs"][0]["bucket"] == "shop-logs"
    assert balancers[False]["ip_address_type"] == "dualstack"
    assert balancers[True]["access_logs"] == []
    (firewall,) = extended.plan.planned_of_type("aws_wafv2_web_acl_association")
    assert firewall.values["web_acl_arn"] == WEB_ACL
    assert len(extended.plan.planned_of_type("aws_lb_listener_certificate")) == 1
    open_ = {
        (one.module, one.values["cidr_ipv6"])
        for one in extended.plan.planned_of_type("aws_vpc_security_group_ingress_rule")
        if one.values["cidr_ipv6"]
    }
    assert open_ == {('module.fleet.module.load_balancer["public"]', "::/0")}


@pytest.mark.parametrize(
    ("which", "unhealthy", "errors", "at_max"),
    [
        ("production", len(LOAD_BALANCED), len(LOAD_BALANCED), len(ALL) - 1),  # scheduler's count is fixed
        ("extended", len(LOAD_BALANCED), 0, len(ALL) - 1),
        ("staging", 0, 0, 0),
    ],
)
def test_whoever_is_on_call_is_told_unless_it_is_switched_off(
    request: pytest.FixtureRequest, which: str, unhealthy: int, errors: int, at_max: int
) -> None:
    platform: Platform = request.getfixturevalue(which)
    made = [
        one for one in platform.plan.planned_of_type("aws_cloudwatch_metric_alarm") if "service" in one.module
    ]
    names = [one.name for one in made]
    found = [names.count(one) for one in ("unhealthy", "errors", "at_max")]
    assert found == [unhealthy, errors, at_max]


def test_one_log_policy_is_enough_for_all_clusters(production: Platform, extended: Platform) -> None:
    for platform, groups in ((production, "/aws/events/ecs/production"), (extended, "/aws/events/ecs/*")):
        (policy,) = platform.plan.planned_of_type("aws_cloudwatch_log_resource_policy")
        (resource,) = json.loads(policy.values["policy_document"])["Statement"][0]["Resource"]
        assert resource.endswith(f":log-group:{groups}:*")


def test_o3_alerts_that_were_lost_raise_an_alarm(production: Platform) -> None:
    (alarm,) = [
        one.values
        for one in production.plan.planned_of_type("aws_cloudwatch_metric_alarm")
        if one.values["namespace"] == "AWS/SQS"
    ]
    assert alarm["metric_name"] == "ApproximateNumberOfMessagesVisible"
    assert alarm["threshold"] == 0
    assert "aws_sns_topic.alerts.arn" in production.references(
        "cluster", "aws_cloudwatch_metric_alarm.undelivered", "alarm_actions"
    )


@pytest.mark.parametrize(
    ("which", "setting"), [("staging", "disabled"), ("production", "enabled"), ("extended", "enhanced")]
)
def test_o1_container_insights(request: pytest.FixtureRequest, which: str, setting: str) -> None:
    platform: Platform = request.getfixturevalue(which)
    (cluster,) = platform.plan.planned_of_type("aws_ecs_cluster")
    assert cluster.values["setting"] == [{"name": "containerInsights", "value": setting}]
    performance = f"/aws/ecs/containerinsights/{cluster.values['name']}/performance"
    assert (performance in platform.retention_days()) == (setting != "disabled")


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
    assert config["service"]["extensions"] == ["health_check"]
    assert "probabilistic_sampler" in pipeline["processors"]
    told = {one["name"]: one["value"] for one in containers[service]["environment"]}
    listens = config["receivers"]["otlp"]["protocols"]["http"]["endpoint"]
    assert told["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] == f"http://{listens}/v1/traces"
    assert told["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] == "http/protobuf"
    assert told["OTEL_SERVICE_NAME"] == f"production-{service}"
    assert told["OTEL_METRICS_EXPORTER"] == told["OTEL_LOGS_EXPORTER"] == "none"
    # An SDK that lacks one of these does not start, or ignores it and records everything.
    assert not {"OTEL_PROPAGATORS", "OTEL_TRACES_SAMPLER"} & set(told)


def test_o2_one_share_of_traces_is_kept_by_all_services(production: Platform) -> None:
    found = set()
    for service in ALL:
        collector = production.containers(service)["otel-collector"]
        (config,) = [one["value"] for one in collector["environment"] if one["name"] == "AOT_CONFIG_CONTENT"]
        sampler = json.loads(config)["processors"]["probabilistic_sampler"]
        found.add((sampler["sampling_percentage"], sampler["hash_seed"]))
    ((percentage, seed),) = found
    assert percentage == 5
    assert seed > 0
    assert not production.plan.planned_of_type("aws_xray_sampling_rule")


@pytest.mark.parametrize("service", sorted(ALL))
def test_o2_the_task_role_may_send_traces(production: Platform, service: str) -> None:
    statements = [
        statement
        for address, statement in production.policies()
        if address.startswith(f'module.fleet.module.service["{service}"].aws_iam_role_policy.task')
    ]
    assert {action for one in statements for action in one["Action"] if action.startswith("xray:")} == {
        "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",
    }


def test_o2_tracing_can_be_switched_off(staging: Platform) -> None:
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
