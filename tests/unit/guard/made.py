"""Plans in JSON as Terraform prints them, with no more than a test says."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from trimtab.engine.plan import parse_plan
from trimtab.guard.judge import judge

if TYPE_CHECKING:
    from trimtab.engine.plan import Plan
    from trimtab.guard.model import Assessment, Finding

ACTIONS = {
    "create": ["create"],
    "update": ["update"],
    "replace": ["delete", "create"],
    "replace-first": ["create", "delete"],
    "destroy": ["delete"],
    "none": ["no-op"],
    "forget": ["forget"],
}


def change(  # noqa: PLR0913 - the members of Terraform's own object
    address: str,
    action: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    *,
    unknown: dict[str, Any] | None = None,
    forced: tuple[str, ...] = (),
    sensitive: Any = None,
    **rest: Any,
) -> dict[str, Any]:
    """Return one member of ``resource_changes``. ``after`` holds only what differs from ``before``."""
    kind, name = re.sub(r"\[[^]]*\]", "", address).split(".")[-2:]
    actions = ACTIONS[action]
    inner: dict[str, Any] = {
        "actions": actions,
        "before": None if action == "create" else before or {},
        "after": None if actions in (["delete"], ["forget"]) else (before or {}) | (after or {}),
        "after_unknown": unknown or {},
        "before_sensitive": sensitive or {},
        "after_sensitive": sensitive or {},
    }
    for path in unknown or {}:
        if unknown and unknown[path] is True and inner["after"] is not None:
            inner["after"].pop(path, None)
    if forced:
        inner["replace_paths"] = [path.split(".") for path in forced]
    if "importing" in rest:
        inner["importing"] = {"id": rest.pop("importing")}
    return {"address": address, "mode": "managed", "type": kind, "name": name, "change": inner, **rest}


def document(*changes: dict[str, Any], **rest: Any) -> str:
    """Return a whole plan."""
    return json.dumps(
        {"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": changes, **rest}
    )


def plan(*changes: dict[str, Any], **rest: Any) -> Plan:
    """Return a plan as it is read."""
    return parse_plan(document(*changes, **rest))


def assess(*changes: dict[str, Any], **rest: Any) -> Assessment:
    """Judge a plan."""
    return judge(plan(*changes, **rest))


def only(*changes: dict[str, Any], **rest: Any) -> Finding:
    """Judge a plan in which one thing is touched."""
    (finding,) = assess(*changes, **rest).findings
    return finding


def service(**values: Any) -> dict[str, Any]:
    """Return an ECS service's values as the provider keeps them."""
    return {
        "name": "api",
        "cluster": "arn:aws:ecs:us-east-1:111122223333:cluster/main",
        "id": "arn:aws:ecs:us-east-1:111122223333:service/main/api",
        "task_definition": "arn:aws:ecs:us-east-1:111122223333:task-definition/api:7",
        "desired_count": 4,
        "launch_type": "FARGATE",
        "force_new_deployment": False,
        "deployment_minimum_healthy_percent": 100,
        "deployment_maximum_percent": 200,
        "deployment_circuit_breaker": [{"enable": True, "rollback": True}],
        "load_balancer": [
            {"target_group_arn": GROUP["arn"], "container_name": "api", "container_port": 8080}
        ],
        "network_configuration": [{"subnets": ["subnet-1", "subnet-2"], "security_groups": ["sg-1"]}],
        **values,
    }


GROUP = {
    "arn": "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/api/0123456789abcdef",
    "id": "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/api/0123456789abcdef",
    "name": "api",
    "port": 8080,
    "health_check": [{"path": "/health", "interval": 30, "timeout": 5, "healthy_threshold": 3}],
}
TARGET = {
    "resource_id": "service/main/api",
    "service_namespace": "ecs",
    "scalable_dimension": "ecs:service:DesiredCount",
    "min_capacity": 2,
    "max_capacity": 8,
}
SCALING = (
    "arn:aws:autoscaling:us-east-1:111122223333:scalingPolicy:1:resource/ecs/service/main/api:policyName"
)
POLICY = {
    "name": "out",
    "arn": f"{SCALING}/out",
    "resource_id": "service/main/api",
    "policy_type": "StepScaling",
    "step_scaling_policy_configuration": [
        {"adjustment_type": "ChangeInCapacity", "step_adjustment": [{"scaling_adjustment": 1}]}
    ],
}
ALARM = {"alarm_name": "high", "alarm_actions": [POLICY["arn"]], "actions_enabled": True, "threshold": 70}


SERVICE, FAMILY = "aws_ecs_service.api", "aws_ecs_task_definition.api"
REVISION = {
    "family": "api",
    "cpu": "512",
    "skip_destroy": True,
    "arn": service()["task_definition"],
}
