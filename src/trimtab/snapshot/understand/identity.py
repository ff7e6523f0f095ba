"""Answers made into the names and ids that a takeover needs (``trimtab.fleet.identity``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from trimtab.fleet import identity as nouns
from trimtab.snapshot.parse import log_group_of, log_groups_of, network_of
from trimtab.snapshot.understand.account import (
    alarm_of,
    balancer_of,
    cluster_of,
    discovery_of,
    in_order,
    log_group,
    namespace_of,
    providers_of,
    security_group_of,
    tags_of,
    target_group_of,
    target_of,
)
from trimtab.snapshot.understand.alarms import alarms_by_action
from trimtab.snapshot.understand.routing import is_name
from trimtab.snapshot.understand.unused import nat_gateway_of, unused_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimtab.aws.api import Json
    from trimtab.snapshot.answers import Raw

MINIMUM_PERCENT: Final = 100
MAXIMUM_PERCENT: Final = 200
"""Of a deployment where nothing is stated (ECS CreateService, deploymentConfiguration)."""


def application_of(service: Json, definition: Json) -> Json:
    """Return the application's container: the one a target group reaches, else the first essential one."""
    containers: list[Json] = definition["containerDefinitions"]
    reached = [one.get("containerName") for one in service.get("loadBalancers") or ()]
    for wanted in (
        lambda one: one["name"] in reached,
        lambda one: one["name"] == service["serviceName"],
        lambda one: one.get("essential", True),
    ):
        for container in containers:
            if wanted(container):
                return container
    return containers[0]


def service_identity(service: Json, definition: Json, raw: Raw) -> nouns.ServiceIdentity:
    """Return what a service and its revision are called."""
    network = network_of(service)
    subnets = in_order(network.get("subnets"))
    primary: Json = next(
        (one for one in service.get("deployments") or () if one.get("status") == "PRIMARY"), {}
    )
    deployment: Json = service.get("deploymentConfiguration") or {}
    alarms: Json = deployment.get("alarms") or {}
    return nouns.ServiceIdentity(
        arn=service["serviceArn"],
        task_definition=_task_definition(service, definition),
        launch_type=service.get("launchType"),
        capacity_providers=providers_of(service.get("capacityProviderStrategy")),
        platform_version=service.get("platformVersion"),
        scheduling_strategy=service.get("schedulingStrategy") or "REPLICA",
        deployment_controller=(service.get("deploymentController") or {}).get("type") or "ECS",
        service_connect=bool((primary.get("serviceConnectConfiguration") or {}).get("enabled")),
        subnet_ids=subnets,
        subnet_zones=tuple(
            nouns.SubnetZone(subnet_id=one, zone=raw.zones[one]) for one in subnets if one in raw.zones
        ),
        security_group_ids=in_order(network.get("securityGroups")),
        assign_public_ip=network.get("assignPublicIp") == "ENABLED",
        attachments=tuple(
            nouns.Attachment(
                target_group_arn=one["targetGroupArn"],
                container_name=one["containerName"],
                container_port=int(one["containerPort"]),
            )
            for one in service.get("loadBalancers") or ()
            if one.get("targetGroupArn")
        ),
        registrations=tuple(
            nouns.Registration(
                registry_arn=one["registryArn"],
                port=one.get("port") or None,
                container_name=one.get("containerName") or None,
                container_port=one.get("containerPort") or None,
            )
            for one in service.get("serviceRegistries") or ()
        ),
        execute_command=bool(service.get("enableExecuteCommand")),
        grace_period_s=service.get("healthCheckGracePeriodSeconds") or None,
        minimum_percent=_unless(MINIMUM_PERCENT, deployment.get("minimumHealthyPercent")),
        maximum_percent=_unless(MAXIMUM_PERCENT, deployment.get("maximumPercent")),
        deployment_alarms=in_order(alarms.get("alarmNames")) if alarms.get("enable") else (),
        alarms_roll_back=bool(alarms.get("rollback")),
        task_volumes=bool(primary.get("volumeConfigurations")),
        lattice=bool(primary.get("vpcLatticeConfigurations")),
        tags=tags_of(service, raw.tag_names),
    )


def _task_definition(service: Json, definition: Json) -> nouns.TaskDefinition:
    container = application_of(service, definition)
    others = [one for one in definition["containerDefinitions"] if one is not container]
    return nouns.TaskDefinition(
        arn=definition["taskDefinitionArn"],
        family=definition["family"],
        container_name=container["name"],
        container_names=tuple(one["name"] for one in definition["containerDefinitions"]),
        execution_role_arn=definition.get("executionRoleArn"),
        task_role_arn=definition.get("taskRoleArn"),
        environment_names=_names(container.get("environment")),
        secret_names=_names(container.get("secrets")),
        log_driver=(container.get("logConfiguration") or {}).get("logDriver"),
        log_group=log_group_of(container),
        other_log_groups=in_order({name for one in others for name in log_groups_of(one)}),
        volumes=tuple(one["name"] for one in definition.get("volumes") or ()),
    )


def _names(pairs: Sequence[Json] | None) -> tuple[str, ...]:
    return in_order(one["name"] for one in pairs or () if is_name(one["name"]))


def fleet_identity(raw: Raw) -> nouns.FleetIdentity:
    """Return what is around the services, each thing once."""
    callers = alarms_by_action(raw)
    return nouns.FleetIdentity(
        account_id=raw.account_id,
        cluster=cluster_of(raw.cluster, raw.tag_names),
        vpc_id=raw.vpc_id,
        namespaces=_by("id", [namespace_of(one, raw) for one in raw.namespaces]),
        discovery_services=_by("arn", [discovery_of(one, raw) for one in raw.discovery]),
        load_balancers=_by("arn", [balancer_of(one, raw) for one in raw.balancers]),
        target_groups=_by("arn", [target_group_of(one, raw) for one in raw.target_groups.values()]),
        log_groups=_by("name", [log_group(one, raw) for one in raw.log_groups]),
        scaling_targets=_by("resource_id", [target_of(one, raw, callers) for one in raw.targets.values()]),
        alarms=_by("name", [alarm_of(one, raw) for one in raw.alarms]),
        security_groups=_by("id", [security_group_of(one, raw) for one in raw.security_groups]),
        nat_gateways=_by("id", [nat_gateway_of(one, raw) for one in raw.nat_gateways]),
        leftovers=tuple(sorted((*raw.leftovers, *unused_of(raw)), key=lambda one: (one.kind, one.id))),
    )


def _by(name: str, items: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(sorted(items, key=lambda one: getattr(one, name)))


def _unless(default: int, found: int | None) -> int | None:
    return None if found == default else found
