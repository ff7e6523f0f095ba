"""The services, and as many tasks of each as ran."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from trimtab.rehearsal.build import small_tags, some
from trimtab.rehearsal.parts.balancers import lead, reached
from trimtab.rehearsal.parts.definitions import make_definition
from trimtab.rehearsal.parts.surroundings import strategy_of
from trimtab.sandbox.server import ACCOUNT

if TYPE_CHECKING:
    from trimtab.fleet.identity import ServiceIdentity
    from trimtab.fleet.model import Service
    from trimtab.rehearsal.build import Build

BREAKER: Final = {"enable": True, "rollback": True}
"""No snapshot says whether there is one; a rollout asks for it."""


def make_services(build: Build) -> None:
    """Make every service; one that the sandbox refuses is left out."""
    brief = _lead_to_all(build)
    told = sorted(build.services(), key=lambda one: _revision(one[1]))
    for service, identity in told:
        with build.told.or_left_out(service.name):
            definition = make_definition(build, service, identity)
            made = build.call("ecs", "CreateService", **_arguments(build, service, identity, definition))
            build.ids[identity.arn] = made["service"]["serviceArn"]
            build.made.add(service.name)
            if identity.deployment_controller != "ECS":
                why = f"its deployments belong to {identity.deployment_controller}, which the sandbox has not"
                build.told.left_out(f"tasks of {service.name}", why)
    build.told.made_up("deployment circuit breaker", len(build.made))
    if brief:
        build.call("elbv2", "DeleteLoadBalancer", LoadBalancerArn=brief)


def _revision(identity: ServiceIdentity) -> tuple[str, int]:
    """Sort revisions of a family by their numbers: a later one cannot get a lower."""
    family, _, number = identity.task_definition.arn.rpartition(":")
    return family, int(number) if number.isdigit() else 0


def _arguments(build: Build, service: Service, identity: ServiceIdentity, definition: str) -> dict[str, Any]:
    strategy = strategy_of(identity.capacity_providers)
    deployment: dict[str, Any] = {}
    if identity.deployment_controller == "ECS":
        deployment["deploymentCircuitBreaker"] = BREAKER
    if identity.minimum_percent is not None:
        deployment["minimumHealthyPercent"] = identity.minimum_percent
    if identity.maximum_percent is not None:
        deployment["maximumPercent"] = identity.maximum_percent
    if identity.deployment_alarms:
        deployment["alarms"] = {
            "alarmNames": list(identity.deployment_alarms),
            "enable": True,
            "rollback": identity.alarms_roll_back,
        }
    grace = identity.grace_period_s
    if grace is None and service.traffic is not None:
        grace = service.traffic.grace_period_s or None
    network = {
        "subnets": [build.new(one) for one in identity.subnet_ids] or build.private,
        "securityGroups": [build.new(one) for one in identity.security_group_ids],
        "assignPublicIp": "ENABLED" if identity.assign_public_ip else "DISABLED",
    }
    return {
        "cluster": build.identity.cluster.name,
        "serviceName": service.name,
        "taskDefinition": definition,
        "desiredCount": build.tasks[service.name],
        "launchType": None if strategy else identity.launch_type or "FARGATE",
        "capacityProviderStrategy": some(strategy),
        "platformVersion": identity.platform_version,
        "schedulingStrategy": identity.scheduling_strategy,
        "deploymentController": {"type": identity.deployment_controller},
        "deploymentConfiguration": some(deployment),
        "networkConfiguration": {"awsvpcConfiguration": network},
        "loadBalancers": _attached(build, identity),
        "serviceRegistries": _registered(build, service, identity),
        "enableExecuteCommand": identity.execute_command,
        "healthCheckGracePeriodSeconds": grace,
        "tags": small_tags(identity.tags),
        **_rare(build, identity),
    }


def _attached(build: Build, identity: ServiceIdentity) -> list[dict[str, Any]]:
    return [
        {
            "targetGroupArn": build.new(one.target_group_arn),
            "containerName": one.container_name,
            "containerPort": one.container_port,
        }
        for one in identity.attachments
    ]


def _registered(build: Build, service: Service, identity: ServiceIdentity) -> list[dict[str, Any]]:
    registries: list[dict[str, Any]] = []
    for registration in identity.registrations:
        if registration.registry_arn not in build.ids:
            build.told.left_out(f"registration of {service.name}", "its Cloud Map service is not described")
            continue
        registries.append(
            {
                "registryArn": build.ids[registration.registry_arn],
                "port": registration.port,
                "containerName": registration.container_name,
                "containerPort": registration.container_port,
            }
        )
    return registries


def _rare(build: Build, identity: ServiceIdentity) -> dict[str, Any]:
    """Return what a snapshot says is there, and no more: Service Connect, EBS volumes, VPC Lattice."""
    arguments: dict[str, Any] = {}
    role = identity.task_definition.execution_role_arn or f"arn:aws:iam::{ACCOUNT}:role/made-up"
    if identity.service_connect:
        connect = build.identity.cluster.connect_namespace
        namespace = build.new(connect) if connect else None
        arguments["serviceConnectConfiguration"] = {"enabled": True, "namespace": namespace}
    if identity.task_volumes:
        arguments["volumeConfigurations"] = [
            {"name": name, "managedEBSVolume": {"roleArn": build.new(role), "sizeInGiB": 20}}
            for name in identity.task_definition.volumes or ("made-up",)
        ]
    if identity.lattice:
        target = f"arn:aws:vpc-lattice:{build.fleet.region}:{ACCOUNT}:targetgroup/tg-00000000000000000"
        arguments["vpcLatticeConfigurations"] = [
            {"roleArn": build.new(role), "targetGroupArn": target, "portName": "made-up"}
        ]
    build.told.made_up("Service Connect, volume or Lattice configuration", len(arguments))
    return arguments


def _lead_to_all(build: Build) -> str | None:
    """Lead to target groups that nothing leads to while the services are made: only then ECS asks for it."""
    wanted = {one.target_group_arn for _, identity in build.services() for one in identity.attachments}
    left = [build.ids[arn] for arn in sorted(wanted - reached(build.identity)) if arn in build.ids]
    if not left:
        return None
    made = build.call("elbv2", "CreateLoadBalancer", Name="rehearsal-for-a-moment", Subnets=build.private)
    arn = str(made["LoadBalancers"][0]["LoadBalancerArn"])
    for port, group in enumerate(left, start=80):
        lead(build, arn, group, port)
    return arn
