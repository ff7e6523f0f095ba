"""An account for the tests of a takeover: one cluster, one load balancer, and services on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import hcl2
import msgspec
from fleet import made

from trimtab.fleet.account import (
    ClusterIdentity,
    DiscoveryService,
    Listener,
    ListenerRule,
    LoadBalancer,
    LogGroup,
    Namespace,
    ScalingTarget,
    TargetGroup,
)
from trimtab.fleet.identity import (
    Attachment,
    FleetIdentity,
    Registration,
    ServiceIdentity,
    TaskDefinition,
)
from trimtab.takeover import imports, not_owned
from trimtab.takeover import kept as adopt_values
from trimtab.takeover.takeover import takeover_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from trimtab.fleet.model import Fleet, Service
    from trimtab.takeover.item import Item
    from trimtab.takeover.takeover import Takeover

CLUSTER = "prod"
TARGET = "ecs/service/prod/api/ecs:service:DesiredCount"


def arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:us-east-1:111122223333:{rest}"


def balancer_arn(name: str) -> str:
    return arn("elasticloadbalancing", f"loadbalancer/app/{name}/0")


def group_arn(name: str) -> str:
    return arn("elasticloadbalancing", f"targetgroup/{name}/0")


def registry_arn(name: str) -> str:
    return arn("servicediscovery", f"service/srv-{name}")


def policy_arn(name: str, policy: str) -> str:
    resource = f"resource/ecs/service/{CLUSTER}/{name}"
    return arn("autoscaling", f"scalingPolicy:0:{resource}:policyName/{policy}")


def identity(name: str, **changes: object) -> ServiceIdentity:
    values: dict[str, Any] = {
        "arn": arn("ecs", f"service/{CLUSTER}/{name}"),
        "task_definition": definition(name),
        "launch_type": "FARGATE",
        "subnet_ids": ("subnet-1", "subnet-2", "subnet-3"),
        "security_group_ids": ("sg-1",),
        "attachments": (
            Attachment(target_group_arn=group_arn(name), container_name=name, container_port=8080),
        ),
        "registrations": (Registration(registry_arn=registry_arn(name)),),
    }
    return ServiceIdentity(**(values | changes))


def definition(name: str, **changes: object) -> TaskDefinition:
    values: dict[str, Any] = {
        "arn": arn("ecs", f"task-definition/{name}:3"),
        "family": name,
        "container_name": name,
        "container_names": (name,),
        "execution_role_arn": "arn:aws:iam::111122223333:role/old",
        "task_role_arn": "arn:aws:iam::111122223333:role/old",
        "log_group": f"/ecs/{name}",
        "log_driver": "awslogs",
    }
    return TaskDefinition(**(values | changes))


def service(name: str = "api", priority: int = 100, **changes: object) -> Service:
    """Return a service with an identity; ``changes`` are of the identity."""
    traffic = made.traffic(priority=priority, paths=(f"/{name}/*",))
    return made.service(name, traffic=traffic, identity=identity(name, **changes))


def rule(name: str, priority: int = 100, **changes: object) -> ListenerRule:
    values: dict[str, Any] = {
        "arn": arn("elasticloadbalancing", f"listener-rule/app/alb/0/0/{name}-{priority}"),
        "priority": priority,
        "target_group_arns": (group_arn(name),),
        "paths": (f"/{name}/*",),
    }
    return ListenerRule(**(values | changes))


def listener(port: int = 80, *rules: ListenerRule, **changes: object) -> Listener:
    values: dict[str, Any] = {
        "arn": arn("elasticloadbalancing", f"listener/app/alb/0/{port}"),
        "port": port,
        "protocol": "HTTPS" if port == 443 else "HTTP",
        "default_action": "fixed-response",
        "rules": rules,
    }
    return Listener(**(values | changes))


def balancer(*listeners: Listener, **changes: object) -> LoadBalancer:
    values: dict[str, Any] = {
        "arn": balancer_arn("alb"),
        "name": "alb",
        "scheme": "internet-facing",
        "vpc_id": "vpc-1",
        "subnet_ids": ("subnet-4", "subnet-5", "subnet-6"),
        "security_group_ids": ("sg-2",),
        "listeners": listeners,
    }
    return LoadBalancer(**(values | changes))


def group(name: str, **changes: object) -> TargetGroup:
    values: dict[str, Any] = {
        "arn": group_arn(name),
        "name": name,
        "port": 8080,
        "protocol": "HTTP",
        "vpc_id": "vpc-1",
        "load_balancer_arns": (balancer_arn("alb"),),
    }
    return TargetGroup(**(values | changes))


def discovery(name: str, **changes: object) -> DiscoveryService:
    values: dict[str, Any] = {
        "id": f"srv-{name}",
        "arn": registry_arn(name),
        "name": name,
        "namespace_id": "ns-1",
        "routing_policy": "MULTIVALUE",
        "record_types": ("A",),
    }
    return DiscoveryService(**(values | changes))


def fleet(*services: Service, **changes: object) -> Fleet:
    """Return a fleet whose account has what the services refer to; ``changes`` are of the account."""
    names = [one.name for one in services]
    rules = [rule(one.name, one.traffic.priority) for one in services if one.traffic]
    values: dict[str, Any] = {
        "account_id": "111122223333",
        "cluster": ClusterIdentity(name=CLUSTER, arn=arn("ecs", f"cluster/{CLUSTER}")),
        "vpc_id": "vpc-1",
        "namespaces": (
            Namespace(
                id="ns-1",
                arn=arn("servicediscovery", "namespace/ns-1"),
                name="prod.local",
                type="DNS_PRIVATE",
                vpc_id="vpc-1",
            ),
        ),
        "discovery_services": tuple(map(discovery, names)),
        "load_balancers": (balancer(listener(80, *rules)),),
        "target_groups": tuple(map(group, names)),
        "log_groups": tuple(
            LogGroup(name=f"/ecs/{name}", arn=arn("logs", f"log-group:/ecs/{name}")) for name in names
        ),
        "scaling_targets": tuple(ScalingTarget(resource_id=f"service/{CLUSTER}/{name}") for name in names),
    }
    return msgspec.structs.replace(
        made.fleet(*services), cluster=CLUSTER, identity=FleetIdentity(**(values | changes))
    )


def taken(fleet: Fleet, *names: str, tracked: Collection[str] = (), fast: Collection[str] = ()) -> Takeover:
    assert fleet.identity is not None
    wanted = names or [service.name for service in fleet.services]
    return takeover_of(fleet, fleet.identity, wanted, tracked, fast)


def ids(
    fleet: Fleet, *names: str, tracked: Collection[str] = (), fast: Collection[str] = ()
) -> dict[str, str]:
    return {one.to: one.id for one in imports.imports_of(taken(fleet, *names, tracked=tracked, fast=fast))}


def values(fleet: Fleet) -> dict[str, Any]:
    """Read the written values back, with a parser that is not ours."""
    parsed: dict[str, Any] = _plain(hcl2.loads(adopt_values.render(taken(fleet))))
    return parsed


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {str(key).strip('"'): _plain(one) for key, one in value.items() if key != "__is_block__"}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.strip('"') if isinstance(value, str) else value


def of_service(fleet: Fleet, name: str = "api") -> dict[str, Any]:
    adopt = values(fleet)["adopt"]
    assert isinstance(adopt, dict)
    entry: dict[str, Any] = adopt["services"][name]
    return entry


def items(fleet: Fleet, kind: str) -> list[Item]:
    return [item for item in not_owned.not_owned(taken(fleet)) if item.kind == kind]
