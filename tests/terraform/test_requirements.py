"""What R1 to R5 ask of tasks and scaling, read from the plan JSON of ``terraform/platform``.

``tools/mutate_terraform.py`` changes each value once and sees the test named after it fail.
"""

from __future__ import annotations

from typing import Any

import pytest
from requirements_plan import ALL, LOAD_BALANCED, Platform

from trimtab.addresses import addresses_of


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
    out = production.references("service.scaling", "aws_cloudwatch_metric_alarm.out", actions)
    assert "aws_appautoscaling_policy.out" in out
    assert "each.key" in out
    assert "aws_appautoscaling_policy.in[0].arn" in production.references(
        "service.scaling", "aws_cloudwatch_metric_alarm.in", actions
    )


@pytest.mark.parametrize(("service", "seconds"), [("api", "30"), ("worker", "60")])
def test_r4_deregistration_delay(production: Platform, service: str, seconds: str) -> None:
    assert production.of(service, "aws_lb_target_group")["deregistration_delay"] == seconds


@pytest.mark.parametrize("service", sorted(ALL))
def test_r5_circuit_breaker_rolls_back(production: Platform, service: str) -> None:
    planned = production.of(service, "aws_ecs_service")
    assert planned["deployment_circuit_breaker"] == [{"enable": True, "rollback": True}]
    assert planned["deployment_controller"] == [{"type": "ECS"}]


CALLED = {
    "api": {"ACCOUNTS_URL": "accounts", "AUTH_URL": "auth"},
    "scheduler": {"WORKER_URL": "worker"},
    "cards": {"FRAUD_URL": "fraud"},
    "payments": {"FRAUD_URL": "fraud", "LEDGER_URL": "ledger"},
}


@pytest.mark.parametrize("service", sorted(CALLED))
def test_calls_go_by_cloud_map_where_the_security_groups_let_them_through(
    production: Platform, service: str
) -> None:
    container = production.containers(service)[service]
    told = {one["name"]: one["value"] for one in container["environment"]}
    rules = {
        (one.type.split("_")[-2], one.index): one.values["from_port"]
        for one in production.plan.planned
        if one.name == "call"
    }
    for variable, callee in CALLED[service].items():
        assert told[variable].startswith(f"http://{callee}.production.internal:8080/")
        assert rules["egress", f"{service}-to-{callee}-8080"] == 8080
        assert rules["ingress", f"{service}-to-{callee}-8080"] == 8080


@pytest.mark.parametrize("service", sorted(ALL))
def test_every_port_that_a_variable_names_is_let_out(production: Platform, service: str) -> None:
    container = production.containers(service)[service]
    told = {one["name"]: one["value"] for one in container["environment"]}
    egress = production.all_of(service, "aws_vpc_security_group_egress_rule")
    out = {one.values["from_port"] for one in egress if one.name != "load_balancer"}
    out |= {
        one.values["from_port"]
        for one in production.plan.planned_of_type("aws_vpc_security_group_egress_rule")
        if one.name == "call" and str(one.index).startswith(f"{service}-to-")
    }
    assert {one.port for one in addresses_of(told)} - {None} <= out


def test_tasks_and_load_balancers_are_in_all_three_zones(production: Platform) -> None:
    private = set(production.private_subnet_ids)
    assert len(private) == 3
    for service in ALL:
        (network,) = production.of(service, "aws_ecs_service")["network_configuration"]
        assert set(network["subnets"]) == private, service
    for balancer in production.plan.planned_of_type("aws_lb"):
        subnets = set(balancer.values["subnets"])
        assert len(subnets) == 3, balancer.address
        assert (subnets == private) == balancer.values["internal"], balancer.address
