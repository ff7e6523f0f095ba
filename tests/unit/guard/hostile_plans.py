"""Plans as an adversary would write them: what looks harmless and is not, and the reverse."""

# A plan a line, so that like can be seen beside like.
# ruff: noqa: E501

from __future__ import annotations

import json
from typing import Any

from guard.made import ALARM, GROUP, POLICY, SCALING, TARGET, change, service

HURTS, SAFE = "hurts", "safe"
Case = tuple[str, str, tuple[dict[str, Any], ...], dict[str, Any]]

AWS = "arn:aws:{}:us-east-1:111122223333:{}"
SERVICE, OUT, BACK = "aws_ecs_service.api", "aws_appautoscaling_policy.out", "aws_appautoscaling_policy.back"
HIGH, LOW, BOUNDS = (
    "aws_cloudwatch_metric_alarm.high",
    "aws_cloudwatch_metric_alarm.low",
    "aws_appautoscaling_target.api",
)
TASKS, TG, LISTENER = "aws_ecs_task_definition.api", "aws_lb_target_group.api", "aws_lb_listener.http"
NEXT = {"task_definition": AWS.format("ecs", "task-definition/api:8")}
REVISION = {"family": "api", "arn": service()["task_definition"], "cpu": "512"}
SENDS = {"default_action": [{"type": "forward", "target_group_arn": GROUP["arn"]}]}
OTHER_GROUP = GROUP["arn"].replace("api/0", "blue/9")
CHECK = GROUP["health_check"][0]
SHARE = {"namespace": "AWS/ECS", "metric_name": "CPUUtilization", "statistic": "Average", "period": 60}
WATCHES = ALARM | SHARE | {"comparison_operator": "GreaterThanThreshold", "evaluation_periods": 2}
QUIET = WATCHES | {"alarm_name": "low", "comparison_operator": "LessThanThreshold", "threshold": 30}
QUIET |= {"alarm_actions": [f"{SCALING}/back"]}


def steps(*numbers: float, kind: str = "ChangeInCapacity", lower: str = "0", **rest: Any) -> dict[str, Any]:
    listed = [{"scaling_adjustment": one, "metric_interval_lower_bound": lower} for one in numbers]
    return {
        "step_scaling_policy_configuration": [{"adjustment_type": kind, "step_adjustment": listed, **rest}]
    }


def tracking(value: float, metric: str = "ECSServiceAverageCPUUtilization", **rest: Any) -> dict[str, Any]:
    body = {
        "target_value": value,
        "predefined_metric_specification": [{"predefined_metric_type": metric}],
        **rest,
    }
    return {
        "policy_type": "TargetTrackingScaling",
        "step_scaling_policy_configuration": [],
        "target_tracking_scaling_policy_configuration": [body],
    }


def joined(groups: list[str], *, public: bool = True) -> dict[str, Any]:
    net = {"subnets": ["subnet-1"], "security_groups": groups, "assign_public_ip": public}
    return {"network_configuration": [net]}


def update(address: str, before: dict[str, Any], after: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return change(address, "update", before, after, **rest)


def stays(address: str, values: dict[str, Any]) -> dict[str, Any]:
    return change(address, "none", values)


def goes(address: str, values: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return change(address, "destroy", values, **rest)


def made(address: str, values: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return change(address, "create", None, values, **rest)


def redone(address: str, values: dict[str, Any], after: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return change(address, "replace", values, after, forced=tuple(after), **rest)


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions: str, **rest: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*", **rest}


def there(region: str) -> dict[str, Any]:
    """Return a service as it is in another region, under the same names."""
    return json.loads(json.dumps(service(desired_count=2)).replace("us-east-1", region))


PORT = {"from_port": 80, "to_port": 80, "cidr_blocks": ["10.0.0.0/8"]}
IN = POLICY | steps(-1) | {"name": "back", "arn": f"{SCALING}/back"}
RUNS = stays(SERVICE, service())
FAR = "eu-west-1"
DUPLICATE = (
    '{"Statement": [{"Effect": "Deny", "Action": "*"}], "Statement": [{"Effect": "Allow", "Action": "s3:*"}]}'
)
ABAC = {"policy": document(allow("s3:*", Condition={"StringEquals": {"aws:ResourceTag/cell": "a"}}))}
FOLLOWED = {"alarm_actions": True}


def checked(status: str, kind: str = "check", at: str = "check.healthy") -> dict[str, Any]:
    address = {"kind": kind, "to_display": at}
    return {
        "checks": [
            {"address": address, "status": status, "instances": [{"address": address, "status": status}]}
        ]
    }


def block(kind: str, name: str, **rest: Any) -> dict[str, Any]:
    return {"type": kind, "name": name, **rest}


def configured(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"configuration": {"root_module": {"resources": list(blocks)}}}


def state(*resources: dict[str, Any]) -> dict[str, Any]:
    found = [{"mode": "managed", "name": "x", **one} for one in resources]
    return {"prior_state": {"values": {"root_module": {"resources": found}}}}


def tags(
    kind: str, before: dict[str, str], after: dict[str, str], *others: dict[str, Any]
) -> tuple[dict[str, Any], ...]:
    return update(
        f"{kind}.x", {"id": "x", "tags": before, "tags_all": before}, {"tags": after, "tags_all": after}
    ), *others


def undoing() -> list[Case]:
    calling = update(HIGH, WATCHES, {}, unknown=FOLLOWED)
    # fmt: off
    return [
        ("the last policy out goes, one in stays", HURTS, (goes(OUT, POLICY), stays(BACK, IN)), {}),
        ("one of two policies out goes", SAFE, (goes(OUT, POLICY), stays("aws_appautoscaling_policy.b", POLICY | {"name": "b"})), {}),
        ("the policy in goes, one out stays", SAFE, (goes(BACK, IN), stays(OUT, POLICY)), {}),
        ("a policy out gives way to tracking", SAFE, (goes(OUT, POLICY), made(BACK, POLICY | tracking(60) | {"name": "t"})), {}),
        ("a policy out gives way to one that nothing calls", HURTS, (goes(OUT, POLICY), made(BACK, POLICY | {"name": "t"})), {}),
        ("a policy is made again, its alarm keeps the old ARN", HURTS, (redone(OUT, POLICY, {"name": "new"}), stays(HIGH, WATCHES)), {}),
        ("a policy is made again, its alarm follows", SAFE, (redone(OUT, POLICY, {"name": "new"}), calling), {}),
        ("a policy is made again, its alarm drops it", HURTS, (redone(OUT, POLICY, {"name": "new"}), update(HIGH, WATCHES, {"alarm_actions": []})), {}),
        ("a policy is made again, its alarm is elsewhere", HURTS, (redone(OUT, POLICY, {"name": "new"}),), {}),
        ("tracking is made again", SAFE, (redone(OUT, POLICY | tracking(60), {"name": "new"}),), {}),
        ("a policy is made again for another service", HURTS, (redone(OUT, POLICY, {"resource_id": "service/main/web"}), calling), {}),
        ("a policy is made again with steps that take", HURTS, (redone(OUT, POLICY, {"name": "new"} | steps(-5)), calling), {}),
        ("a policy under a new address", HURTS, (goes(OUT, POLICY), made("aws_appautoscaling_policy.new", POLICY), calling), {}),
        ("steps that add nothing", HURTS, (update(OUT, POLICY, steps(0)),), {}),
        ("no steps", HURTS, (update(OUT, POLICY, steps()),), {}),
        ("steps that begin far off", HURTS, (update(OUT, POLICY | steps(1), steps(1, lower="60")),), {}),
        ("a count that is set where it was added", HURTS, (update(OUT, POLICY, steps(1, kind="ExactCapacity")),), {}),
        ("a share where tasks were added", HURTS, (update(OUT, POLICY, steps(1, kind="PercentChangeInCapacity")),), {}),
        ("a longer ladder", SAFE, (update(OUT, POLICY | steps(1), steps(1, 3)),), {}),
        ("a cooldown of a day", HURTS, (update(OUT, POLICY | steps(1, cooldown=60), steps(1, cooldown=86400)),), {}),
        ("a cooldown of two minutes", SAFE, (update(OUT, POLICY | steps(1, cooldown=60), steps(1, cooldown=120)),), {}),
        ("tracking a share of 100 that nothing reaches", HURTS, (update(OUT, POLICY | tracking(60), tracking(100)),), {}),
        ("tracking ten times the requests", HURTS, (update(OUT, POLICY | tracking(100, "ALBRequestCountPerTarget"), tracking(1000, "ALBRequestCountPerTarget")),), {}),
        ("tracking a little higher", SAFE, (update(OUT, POLICY | tracking(50), tracking(60)),), {}),
        ("tracking another metric", HURTS, (update(OUT, POLICY | tracking(50), tracking(50, "ECSServiceAverageMemoryUtilization")),), {}),
        ("a new policy that takes a hundred", HURTS, (made(BACK, POLICY | steps(-100)), RUNS), {}),
        ("a new policy that takes one", SAFE, (made(BACK, POLICY | steps(-1)), RUNS), {}),
        ("scaling out is suspended", HURTS, (update(BOUNDS, TARGET | {"suspended_state": [{"dynamic_scaling_out_suspended": False}]}, {"suspended_state": [{"dynamic_scaling_out_suspended": True}]}),), {}),
        ("no floor", HURTS, (update(BOUNDS, TARGET, {"min_capacity": 0}),), {}),
        ("no room between the bounds", HURTS, (update(BOUNDS, TARGET, {"max_capacity": 2}), stays(SERVICE, service(desired_count=2))), {}),
        ("less room between the bounds", SAFE, (update(BOUNDS, TARGET, {"max_capacity": 5}), RUNS), {}),
        ("a lower floor", SAFE, (update(BOUNDS, TARGET, {"min_capacity": 1}),), {}),
        ("a threshold that is not known", HURTS, (update(HIGH, WATCHES, {}, unknown={"threshold": True}),), {}),
        ("a threshold above all there is", HURTS, (update(HIGH, WATCHES, {"threshold": 101}),), {}),
        ("a threshold of all there is", HURTS, (update(HIGH, WATCHES, {"threshold": 100}),), {}),
        ("a threshold a little higher", SAFE, (update(HIGH, WATCHES, {"threshold": 80}),), {}),
        ("a threshold of requests ten times as high", HURTS, (update(HIGH, WATCHES | {"namespace": "AWS/ApplicationELB", "metric_name": "RequestCountPerTarget"}, {"threshold": 700}),), {}),
        ("scaling in below any load", HURTS, (update(LOW, QUIET, {"threshold": 101}), stays(BACK, IN)), {}),
        ("scaling in below any load, from not far off", HURTS, (update(LOW, QUIET | {"threshold": 60}, {"threshold": 101}), stays(BACK, IN)), {}),
        ("scaling in at more than twice the load", HURTS, (update(LOW, QUIET, {"threshold": 65}), stays(BACK, IN)), {}),
        ("scaling in at less", SAFE, (update(LOW, QUIET, {"threshold": 20}), stays(BACK, IN)), {}),
        ("an alarm of another service", HURTS, (update(HIGH, WATCHES | {"dimensions": {"ServiceName": "api"}}, {"dimensions": {"ServiceName": "web"}}),), {}),
        ("an alarm the other way round", HURTS, (update(HIGH, WATCHES, {"comparison_operator": "LessThanThreshold"}),), {}),
        ("an alarm that waits for hours", HURTS, (update(HIGH, WATCHES, {"evaluation_periods": 240}),), {}),
        ("an alarm that waits a minute longer", SAFE, (update(HIGH, WATCHES, {"evaluation_periods": 3}),), {}),
        ("an alarm switched off", HURTS, (update(HIGH, WATCHES, {"actions_enabled": False}),), {}),
        ("an alarm switched off that was never set", HURTS, (update(HIGH, WATCHES | {"actions_enabled": None}, {"actions_enabled": False}),), {}),
        ("an alarm switched on, written out", SAFE, (update(HIGH, WATCHES | {"actions_enabled": None}, {"actions_enabled": True}),), {}),
        ("an alarm goes", HURTS, (goes(HIGH, WATCHES), stays(OUT, POLICY)), {}),
        ("an alarm goes with the policy it calls", SAFE, (goes(LOW, QUIET), goes(BACK, IN), stays(OUT, POLICY)), {}),
        ("an alarm drops the policy that goes", SAFE, (update(LOW, QUIET, {"alarm_actions": []}), goes(BACK, IN), stays(OUT, POLICY)), {}),
        ("an alarm goes with one of two that it calls", HURTS, (goes(LOW, QUIET | {"alarm_actions": [IN["arn"], AWS.format("sns", "ops")]}), goes(BACK, IN), stays(OUT, POLICY)), {}),
        ("a new alarm over one that is there", HURTS, (made("aws_cloudwatch_metric_alarm.b", WATCHES | {"alarm_actions": []}), stays(HIGH, WATCHES)), {}),
        ("a new policy over one that is there", HURTS, (made(BACK, POLICY | steps(0)), stays(OUT, POLICY)), {}),
        ("a new policy beside one that is there", SAFE, (made(BACK, POLICY | {"name": "more"}), stays(OUT, POLICY)), {}),
        ("an alarm of a percentile", HURTS, (update(HIGH, WATCHES, {"statistic": None, "extended_statistic": "p10"}),), {}),
        ("an alarm of everything", HURTS, (update(HIGH, WATCHES | {"dimensions": {"ServiceName": "api"}}, {"dimensions": {}}),), {}),
        ("an alarm under the same name, new one first", HURTS, (change(HIGH, "replace-first", WATCHES, {"period": 30}, forced=("period",)),), {}),
        ("an alarm that is made again calls nobody", HURTS, (redone(HIGH, WATCHES, {"alarm_name": "new", "alarm_actions": []}),), {}),
        ("an alarm that is renamed", SAFE, (redone(HIGH, WATCHES, {"alarm_name": "new"}),), {}),
        ("a new alarm that terminates", HURTS, (made(HIGH, WATCHES | {"alarm_actions": ["arn:aws:automate:us-east-1:ec2:terminate"]}),), {}),
        ("a new alarm on a policy in", HURTS, (made(LOW, QUIET | {"threshold": 90}), stays(BACK, IN)), {}),
        ("a new alarm that tells somebody", SAFE, (made(HIGH, WATCHES | {"alarm_actions": [AWS.format("sns", "ops")]}),), {}),
        ("a scheduled action at night with none in the morning", HURTS, (goes("aws_appautoscaling_scheduled_action.up", {"name": "up", "resource_id": "service/main/api"}),), {}),
        ("a scheduled action of a new service", SAFE, (made("aws_appautoscaling_scheduled_action.x", {"name": "x", "resource_id": "service/main/new"}), made("aws_ecs_service.new", {"name": "new", "cluster": "main"})), {}),
        ("a scheduled action of a service that is there", HURTS, (made("aws_appautoscaling_scheduled_action.x", {"name": "x", "resource_id": "service/main/api"}), made("aws_ecs_service.new", {"name": "new", "cluster": "main"})), {}),
        ("a scheduled action of a target that is made again", HURTS, (made("aws_appautoscaling_scheduled_action.x", {"name": "x"}, unknown={"resource_id": True}), made("aws_ecs_service.new", {"name": "new"}), redone(BOUNDS, TARGET, {"resource_id": "service/main/web"})), configured(block("aws_appautoscaling_scheduled_action", "x", expressions={"resource_id": {"references": ["aws_appautoscaling_target.api.resource_id", "aws_appautoscaling_target.api"]}}))),
        ("a policy of a new service that may take all", SAFE, (made(BACK, POLICY | steps(-100) | {"resource_id": "service/main/new"}), made("aws_ecs_service.new", {"name": "new", "cluster": "main"})), {}),
        ("an alarm of alarms that calls a function", HURTS, (made("aws_cloudwatch_composite_alarm.x", {"alarm_name": "x", "alarm_actions": [AWS.format("lambda", "function:stop")]}),), {}),
        ("a scheduled action to nothing", HURTS, (update("aws_appautoscaling_scheduled_action.x", {"name": "x", "scalable_target_action": [{"max_capacity": 8}]}, {"scalable_target_action": [{"max_capacity": 0}]}),), {}),
    ]
    # fmt: on


def places() -> list[Case]:
    bounds = TARGET | {"arn": AWS.format("application-autoscaling", "scalable-target/1")}
    east, west = service(desired_count=10), there(FAR)
    far = POLICY | {"arn": POLICY["arn"].replace("us-east-1", FAR), "name": "b"}
    aliased = configured(
        block("aws_appautoscaling_policy", "out", provider_config_key="aws"),
        block("aws_appautoscaling_policy", "new", provider_config_key="aws.west"),
        block("aws_appautoscaling_target", "api", provider_config_key="aws"),
        block("aws_ecs_service", "new", provider_config_key="aws.west"),
    )
    abroad = configured(
        block("aws_sns_topic", "x", provider_config_key="aws.west"),
        block("aws_sns_topic", "ops", provider_config_key="aws"),
    )
    region = {"expressions": {"region": {"constant_value": FAR}}}
    abroad["configuration"]["provider_config"] = {"aws.west": region}
    nameless = POLICY | {"arn": None}
    # fmt: off
    return [
        ("bounds held against the same name elsewhere", HURTS, (update(BOUNDS, bounds, {"max_capacity": 4}), stays("aws_ecs_service.w", west)), {}),
        ("bounds of the one that wants ten", HURTS, (update(BOUNDS, bounds, {"max_capacity": 4}), stays("aws_ecs_service.w", west), stays(SERVICE, east)), {}),
        ("bounds of the one that wants two", SAFE, (update(BOUNDS, bounds | {"arn": bounds["arn"].replace("us-east-1", FAR)}, {"max_capacity": 4}), stays("aws_ecs_service.w", west), stays(SERVICE, east)), {}),
        ("a policy goes, another region has its namesake", HURTS, (goes(OUT, POLICY), stays("aws_appautoscaling_policy.w", far)), {}),
        ("a policy goes, another account has its namesake", HURTS, (goes(OUT, POLICY), stays("aws_appautoscaling_policy.w", POLICY | {"arn": POLICY["arn"].replace("111122223333", "444455556666")})), {}),
        ("a policy goes, a new one is made by another provider", HURTS, (goes(OUT, nameless), made("aws_appautoscaling_policy.new", nameless | tracking(50)), stays(HIGH, WATCHES)), aliased),
        ("bounds of a service made by another provider", HURTS, (made(BOUNDS, TARGET), made("aws_ecs_service.new", {"name": "api", "cluster": "main"})), aliased),
        ("bounds of a service made in another cluster", HURTS, (made(BOUNDS, TARGET), made("aws_ecs_service.new", {"name": "api", "cluster": "other"})), {}),
        ("bounds of a service made with them", SAFE, (made(BOUNDS, TARGET), made("aws_ecs_service.new", {"name": "api", "cluster": "main"})), {}),
        ("a cluster whose namesake elsewhere is used", SAFE, (goes("aws_ecs_cluster.x", {"name": "main", "arn": AWS.format("ecs", "cluster/main").replace("us-east-1", FAR)}), stays(SERVICE, service(cluster="main"))), {}),
        ("a cluster that is used by its name", HURTS, (goes("aws_ecs_cluster.x", {"name": "main", "arn": AWS.format("ecs", "cluster/main")}), stays(SERVICE, service(cluster="main"))), {}),
        ("a user only in the state", HURTS, (goes("aws_security_group.a", {"id": "sg-1"}),), state({"address": SERVICE, "type": "aws_ecs_service", "values": service()})),
        ("a topic of the same name in the region of another provider", SAFE, (made("aws_sns_topic.x", {"name": "ops"}), stays("aws_sns_topic.ops", {"name": "ops", "arn": AWS.format("sns", "ops")})), abroad),
        ("a topic of the same name by a provider of no known region", HURTS, (made("aws_sns_topic.x", {"name": "ops"}), stays("aws_sns_topic.ops", {"name": "ops", "arn": AWS.format("sns", "ops")})), {"configuration": abroad["configuration"] | {"provider_config": {}}}),
        ("a region that the provider writes down", HURTS, (goes(OUT, nameless | {"region": "us-east-1"}), stays("aws_appautoscaling_policy.w", nameless | {"region": FAR, "name": "b"})), {}),
    ]
    # fmt: on


def services() -> list[Case]:
    two = [{"target_group_arn": GROUP["arn"]}, {"target_group_arn": OTHER_GROUP}]
    moved = {"load_balancer": [{"target_group_arn": OTHER_GROUP}]}
    names = [{"registry_arn": "arn:a"}, {"registry_arn": "arn:b"}]
    connected = [{"namespace": "n", "service": [{"port_name": "http"}, {"port_name": "grpc"}]}]
    # fmt: off
    return [
        ("one of two groups of a service", HURTS, (update(SERVICE, service(**joined(["sg-1", "sg-2"])), joined(["sg-1"])),), {}),
        ("another group of a service", HURTS, (update(SERVICE, service(**joined(["sg-1"])), joined(["sg-2"])),), {}),
        ("a group more of a service", SAFE, (update(SERVICE, service(**joined(["sg-1"])), joined(["sg-1", "sg-2"])),), {}),
        ("a new group more of a service", SAFE, (update(SERVICE, service(**joined(["sg-1"])), joined(["sg-1"]), unknown={"network_configuration": [{"security_groups": True}]}),), {}),
        ("a new group instead of a service", HURTS, (update(SERVICE, service(**joined(["sg-1"])), joined([]), unknown={"network_configuration": [{"security_groups": True}]}),), {}),
        ("no public address any more", HURTS, (update(SERVICE, service(**joined(["sg-1"])), joined(["sg-1"], public=False)),), {}),
        ("a public address", SAFE, (update(SERVICE, service(**joined(["sg-1"], public=False)), joined(["sg-1"])),), {}),
        ("one of two load balancers", HURTS, (update(SERVICE, service(load_balancer=two), {"load_balancer": two[:1]}),), {}),
        ("one of two names", HURTS, (update(SERVICE, service(service_registries=names), {"service_registries": names[:1]}),), {}),
        ("another Cloud Map name", HURTS, (update(SERVICE, service(service_registries=names[:1]), {"service_registries": names[1:]}),), {}),
        ("one of two Service Connect ports", HURTS, (update(SERVICE, service(service_connect_configuration=connected), {"service_connect_configuration": [connected[0] | {"service": [{"port_name": "http"}]}]}),), {}),
        ("another Service Connect namespace", HURTS, (update(SERVICE, service(service_connect_configuration=connected), {"service_connect_configuration": [connected[0] | {"namespace": "m"}]}),), {}),
        ("another target group, the listener stays", HURTS, (update(SERVICE, service(), moved), stays(LISTENER, SENDS)), {}),
        ("another target group that nobody sends to", HURTS, (update(SERVICE, service(), moved),), {}),
        ("another target group that a rule sends to", SAFE, (update(SERVICE, service(), moved), stays("aws_lb_listener_rule.x", {"action": [{"target_group_arn": OTHER_GROUP}]})), {}),
        ("a count that is not set any more", HURTS, (update(SERVICE, service(), {"desired_count": None}),), {}),
        ("a revision that goes in the same plan", HURTS, (update(SERVICE, service(), {"task_definition": f"{REVISION['arn']}6"}), goes("aws_ecs_task_definition.b", REVISION | {"arn": f"{REVISION['arn']}6"})), {}),
        ("another place for requests when few are healthy", HURTS, (update(TG, GROUP | {"target_group_health": [{"dns_failover": []}]}, {"target_group_health": [{"dns_failover": [{"minimum_healthy_targets_count": "9"}]}]}),), {}),
        ("names that are remembered for a day", HURTS, (update("aws_service_discovery_service.x", {"dns_config": [{"dns_records": [{"ttl": 10}]}]}, {"dns_config": [{"dns_records": [{"ttl": 86400}]}]}),), {}),
        ("names that are asked for again sooner", SAFE, (update("aws_service_discovery_service.x", {"dns_config": [{"dns_records": [{"ttl": 60}]}]}, {"dns_config": [{"dns_records": [{"ttl": 10}]}]}),), {}),
        ("a redeployment with a shorter grace", HURTS, (update(SERVICE, service(health_check_grace_period_seconds=300), NEXT | {"health_check_grace_period_seconds": 30}),), {}),
        ("a redeployment with a longer grace", SAFE, (update(SERVICE, service(health_check_grace_period_seconds=30), NEXT | {"health_check_grace_period_seconds": 90}),), {}),
        ("a redeployment of which a tenth stays", HURTS, (update(SERVICE, service(), NEXT | {"deployment_minimum_healthy_percent": 10}),), {}),
        ("a redeployment where a tenth has to stay all along", HURTS, (update(SERVICE, service(deployment_minimum_healthy_percent=10), NEXT),), {}),
        ("a redeployment of which half stays", SAFE, (update(SERVICE, service(deployment_minimum_healthy_percent=50), NEXT),), {}),
        ("a plain redeployment", SAFE, (update(SERVICE, service(), NEXT), redone(TASKS, REVISION, {"cpu": "1024"})), {}),
        ("a drain cut while tasks are replaced", HURTS, (update(TG, GROUP | {"deregistration_delay": "300"}, {"deregistration_delay": "5"}), update(SERVICE, service(), NEXT)), {}),
        ("a default drain cut while tasks are replaced", HURTS, (update(TG, GROUP | {"deregistration_delay": None}, {"deregistration_delay": "5"}), update(SERVICE, service(force_new_deployment=True), {"propagate_tags": "SERVICE"})), {}),
        ("a drain cut while nothing is replaced", SAFE, (update(TG, GROUP | {"deregistration_delay": "300"}, {"deregistration_delay": "30"}), RUNS), {}),
        ("a drain that is not known while tasks are replaced", HURTS, (update(TG, GROUP | {"deregistration_delay": "300"}, {}, unknown={"deregistration_delay": True}), update(SERVICE, service(), NEXT)), {}),
        ("a grace that is not known in a redeployment", HURTS, (update(SERVICE, service(health_check_grace_period_seconds=300), NEXT, unknown={"health_check_grace_period_seconds": True}),), {}),
        ("a drain cut while a service is only written otherwise", SAFE, (update(TG, GROUP | {"deregistration_delay": "300"}, {"deregistration_delay": "30"}), update(SERVICE, service(volume_configuration=None), {"volume_configuration": [], "propagate_tags": "SERVICE"})), {}),
        ("a drain cut while forced tags change", SAFE, (update(TG, GROUP | {"deregistration_delay": "300"}, {"deregistration_delay": "30"}), update(SERVICE, service(force_new_deployment=True), {"tags": {"a": "b"}})), {}),
        ("a check with less time", HURTS, (update(TG, GROUP, {"health_check": [CHECK | {"timeout": 2}]}),), {}),
        ("a check with more time", SAFE, (update(TG, GROUP, {"health_check": [CHECK | {"timeout": 9}]}),), {}),
        ("no check, where none was written", HURTS, (update(TG, GROUP, {"health_check": [CHECK | {"enabled": False}]}),), {}),
        ("connections cut sooner", HURTS, (update("aws_lb.a", {"idle_timeout": 4000}, {"idle_timeout": 60}),), {}),
        ("connections cut sooner than by default", HURTS, (update("aws_lb.a", {"idle_timeout": None}, {"idle_timeout": 5}),), {}),
        ("connections kept longer", SAFE, (update("aws_lb.a", {"idle_timeout": 60}, {"idle_timeout": 120}),), {}),
        ("zones on their own", HURTS, (update("aws_lb.a", {"enable_cross_zone_load_balancing": True}, {"enable_cross_zone_load_balancing": False}),), {}),
        ("targets of a zone on their own", HURTS, (update(TG, GROUP | {"load_balancing_cross_zone_enabled": "true"}, {"load_balancing_cross_zone_enabled": "false"}),), {}),
        ("zones together", SAFE, (update("aws_lb.a", {"enable_cross_zone_load_balancing": False}, {"enable_cross_zone_load_balancing": True}),), {}),
        ("a new service in a target group of another", HURTS, (made("aws_ecs_service.new", service(name="new")), RUNS), {}),
        ("a new service by itself", SAFE, (made("aws_ecs_service.new", service(name="new", load_balancer=[])), RUNS), {}),
        ("a revision that a schedule starts", HURTS, (redone(TASKS, REVISION, {"cpu": "1024"}), stays("aws_cloudwatch_event_target.x", {"ecs_target": [{"task_definition_arn": REVISION["arn"]}]}), RUNS), {}),
        ("a revision that a schedule follows", SAFE, (redone(TASKS, REVISION, {"cpu": "1024"}), stays("aws_cloudwatch_event_target.x", {"ecs_target": [{"task_definition_arn": "arn:aws:ecs:us-east-1:111122223333:task-definition/api"}]}), RUNS), {}),
        ("a revision of which nobody here runs tasks", HURTS, (redone(TASKS, REVISION, {"cpu": "1024"}),), {}),
        ("a revision that is kept", SAFE, (redone(TASKS, REVISION | {"skip_destroy": True}, {"cpu": "1024"}),), {}),
    ]
    # fmt: on


def access() -> list[Case]:
    group = {"id": "sg-1", "arn": AWS.format("ec2", "security-group/sg-1")}
    rule = {"security_group_id": "sg-1"}
    role = {"id": "app", "name": "app", "arn": "arn:aws:iam::111122223333:role/app"}
    inline, other = "aws_iam_role_policy.x", {"team": "pay", "cell": "a"}
    # fmt: off
    return [
        ("a rule of a group that is not used here", HURTS, (goes("aws_vpc_security_group_egress_rule.x", rule), stays("aws_security_group.a", group)), {}),
        ("a rule and its group", HURTS, (goes("aws_vpc_security_group_egress_rule.x", rule), goes("aws_security_group.a", group)), {}),
        ("a group whose rules are taken first", HURTS, (goes("aws_security_group.a", group | {"revoke_rules_on_delete": True}),), {}),
        ("a group that nobody uses", SAFE, (goes("aws_security_group.a", group),), {}),
        ("a rule with more addresses and ports", SAFE, (update("aws_security_group.a", {"ingress": [PORT]}, {"ingress": [PORT | {"to_port": 90, "cidr_blocks": ["10.0.0.0/8", "11.0.0.0/8"]}]}),), {}),
        ("a rule with other addresses", HURTS, (update("aws_security_group.a", {"ingress": [PORT]}, {"ingress": [PORT | {"cidr_blocks": ["11.0.0.0/8"]}]}),), {}),
        ("a key switched off that was never set", HURTS, (update("aws_kms_key.x", {"is_enabled": None}, {"is_enabled": False}),), {}),
        ("a rule of events switched off that was never set", HURTS, (update("aws_cloudwatch_event_rule.x", {"is_enabled": None}, {"is_enabled": False}),), {}),
        ("names switched off that were never set", HURTS, (update("aws_vpc.x", {"enable_dns_support": None}, {"enable_dns_support": False}),), {}),
        ("an unknown type switched off that was never set", HURTS, (update("aws_unheard_of.x", {"enabled": None}, {"enabled": False}),), {}),
        ("what an import does not read, written out", SAFE, (update("aws_lb.x", {"enable_zonal_shift": None}, {"enable_zonal_shift": False}),), {}),
        ("an address for a machine", HURTS, (made("aws_eip.x", {"network_interface": "eni-1"}),), {}),
        ("an address for nobody", SAFE, (made("aws_eip.x", {"domain": "vpc"}),), {}),
        ("a role that nobody here has", HURTS, (goes("aws_iam_role.a", role),), {}),
        ("a policy that says a thing twice", HURTS, (update(inline, {"role": "app", "policy": document(allow("s3:*"))}, {"policy": DUPLICATE}),), {}),
        ("a new policy that says a thing twice", HURTS, (made(inline, {"role": "app", "policy": DUPLICATE}),), {}),
        ("a policy that allows one thing more", SAFE, (update(inline, {"role": "app", "policy": document(allow("s3:GetObject"))}, {"policy": document(allow("s3:GetObject", "s3:PutObject"))}),), {}),
        ("a policy in the older language", HURTS, (update(inline, {"role": "app", "policy": document(allow("s3:*"))}, {"policy": document(allow("s3:*")).replace("2012-10-17", "2008-10-17")}),), {}),
        ("a tag that a policy asks for", HURTS, tags("aws_ecs_service", {"cell": "a"}, {"cell": "b"}, stays(inline, ABAC)), {}),
        ("a tag that a policy begins to ask for", HURTS, tags("aws_s3_bucket", {}, {"cell": "b"}, made(inline, ABAC, unknown={"role": True}), made("aws_iam_role.x", {})), {}),
        ("a tag that a secret loses", HURTS, tags("aws_secretsmanager_secret", other, {"cell": "a"}), {}),
        ("a tag of a role that says otherwise", HURTS, tags("aws_iam_role", other, other | {"cell": "b"}), {}),
        ("a tag by which a subnet is found", HURTS, tags("aws_subnet", {"kubernetes.io/role/elb": "1"}, {}), {}),
        ("a tag by which a load balancer is found", HURTS, tags("aws_lb", {"elbv2.k8s.aws/cluster": "a"}, {"elbv2.k8s.aws/cluster": "b"}), {}),
        ("tags of another provider", HURTS, tags("consul_service", {"urlprefix": "/"}, {}), {}),
        ("labels of another provider in a list", HURTS, (update("consul_service.x", {"tags": ["urlprefix-/"]}, {"tags": []}),), {}),
        ("a tag of a type that is not known goes", HURTS, tags("aws_something", {"cell": "a"}, {}), {}),
        ("tags for the bill", SAFE, tags("aws_secretsmanager_secret", {"Environment": "a"}, {"Environment": "b", "CostCenter": "1", "Service": "x", "ManagedBy": "terraform"}), {}),
        ("tags for the bill of a role", SAFE, tags("aws_iam_role", {"cost-center": "a"}, {"cost-center": "b"}), {}),
        ("another tag of a service", SAFE, tags("aws_ecs_service", {"version": "1"}, {"version": "2"}), {}),
        ("a service loses a tag", SAFE, tags("aws_ecs_service", {"version": "1"}, {}), {}),
        ("a weighted record beside others", HURTS, (made("aws_route53_record.x", {"name": "a", "set_identifier": "b"}),), {}),
        ("an event that calls a function", HURTS, (made("aws_cloudwatch_event_target.x", {"rule": "r", "arn": AWS.format("lambda", "function:stop")}),), {}),
        ("an event that is written down", SAFE, (made("aws_cloudwatch_event_target.x", {"rule": "r", "arn": AWS.format("logs", "log-group:/a")}),), {}),
        ("a topic under a new address", HURTS, (goes("aws_sns_topic.a", {"name": "ops", "arn": AWS.format("sns", "ops")}), made("aws_sns_topic.b", {"name": "ops"})), {}),
    ]
    # fmt: on


def said_by_the_plan() -> list[Case]:
    moved = {"load_balancer": [], "desired_count": 4}
    drifted = update(BOUNDS, TARGET, {"min_capacity": 6})
    script = {"provisioners": [{"type": "local-exec"}]}
    action = {"address": "action.aws_ecs_stop_task.x", "type": "aws_ecs_stop_task"}
    # fmt: off
    return [
        ("an action", HURTS, (RUNS,), {"action_invocations": [action]}),
        ("an action that waits", HURTS, (RUNS,), {"deferred_action_invocations": [{"reason": "absent_prereq", "action_invocation": action}]}),
        ("a deferred change", HURTS, (), {"deferred_changes": [{"reason": "absent_prereq", "resource_change": update(SERVICE, service(), moved)}]}),
        ("a deferred look-up", HURTS, (RUNS,), {"complete": False, "deferred_changes": [{"reason": "absent_prereq", "resource_change": RUNS | {"mode": "data"}}]}),
        ("a value of Terraform's own", SAFE, (update("terraform_data.x", {"input": "a"}, {"input": "b"}),), configured(block("terraform_data", "x"))),
        ("a script that a removed block may run", HURTS, (goes("null_resource.x", {"id": "a"}),), configured()),
        ("a script that is gone, of a plan without its configuration", HURTS, (goes("null_resource.x", {"id": "a"}),), {}),
        ("a script that runs again", HURTS, (redone("null_resource.x", {"triggers": "a"}, {"triggers": "b"}),), configured(block("null_resource", "x", **script))),
        ("a condition that fails", HURTS, (RUNS,), checked("fail")),
        ("a condition that cannot be evaluated", HURTS, (RUNS,), checked("error")),
        ("a condition that is open", HURTS, (RUNS,), checked("unknown")),
        ("a condition of a kind that is new", HURTS, (RUNS,), checked("unknown", "invariant")),
        ("a condition of what is there that is open", HURTS, (update(SERVICE, service(), NEXT),), checked("unknown", "resource", SERVICE)),
        ("a condition of what is new that is open", SAFE, (made("aws_cloudwatch_log_group.x", {"name": "/x"}),), checked("unknown", "resource", "aws_cloudwatch_log_group.x")),
        ("a condition of a variable that is open", SAFE, (RUNS,), checked("unknown", "var", "module.a.var.b")),
        ("a condition that holds", SAFE, (RUNS,), checked("pass")),
        ("a condition the plan did not come to", SAFE, (RUNS,), {"checks": [{"address": {"kind": "check", "to_display": "check.x"}, "status": "unknown"}]}),
        ("a plan that leaves something out", HURTS, (RUNS,), {"complete": False}),
        ("a member that is new", HURTS, (RUNS,), {"queries": [{"address": "x"}]}),
        ("a member that is new and empty", SAFE, (RUNS,), {"queries": []}),
        ("members that every plan has", SAFE, (RUNS,), {"variables": {"a": {"value": 1}}, "timestamp": "2026-11-28T00:00:00Z", "applyable": True, "relevant_attributes": [{"resource": "x", "attribute": ["y"]}]}),
        ("a state that says otherwise", HURTS, (RUNS,), state({"address": SERVICE, "type": "aws_ecs_service", "values": service(desired_count=40)})),
        ("a state that says the same", SAFE, (RUNS,), state({"address": SERVICE, "type": "aws_ecs_service", "values": service()})),
        ("bounds somebody raised are set back", HURTS, (update(BOUNDS, TARGET | {"min_capacity": 6}, {"min_capacity": 2}),), {"resource_drift": [drifted]}),
        ("bounds somebody raised and the plan leaves", SAFE, (stays(BOUNDS, TARGET | {"min_capacity": 6}),), {"resource_drift": [drifted]}),
        ("a default that the provider read first is changed", SAFE, (update(BOUNDS, TARGET | {"min_capacity": 6}, {"min_capacity": 2}),), {"resource_drift": [update(BOUNDS, TARGET | {"min_capacity": None}, {"min_capacity": 6})]}),
        ("tags somebody set are set back", SAFE, (update(SERVICE, service(tags={"a": "1"}), {"tags": {}}),), {"resource_drift": [update(SERVICE, service(tags={}), {"tags": {"a": "1"}})]}),
        ("a provisioner when a log group is made again", HURTS, (redone("aws_cloudwatch_metric_alarm.x", WATCHES, {"alarm_name": "n"}),), configured(block("aws_cloudwatch_metric_alarm", "x", **script))),
        ("a provisioner when a random name goes", HURTS, (goes("random_id.x", {"id": "a"}),), configured(block("random_id", "x", **script))),
        ("a provisioner where nothing is made", SAFE, (update(SERVICE, service(), {"propagate_tags": "SERVICE"}),), configured(block("aws_ecs_service", "api", **script))),
        ("what an earlier replacement left over", HURTS, (goes(TG, GROUP, deposed="abcd1234"), RUNS), {}),
    ]
    # fmt: on


def cases() -> list[Case]:
    """Return every plan: name, what is true of it, its changes and its other members."""
    return [*undoing(), *places(), *services(), *access(), *said_by_the_plan()]
