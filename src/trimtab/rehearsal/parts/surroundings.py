"""The cluster, and what lies around its services: roles, log groups, Cloud Map, what nobody uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from trimtab.rehearsal.build import small_tags, some, tags
from trimtab.rehearsal.parts.routes import VPC
from trimtab.snapshot.answers import DEFAULT_TAGS, find_tag
from trimtab.snapshot.parse import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trimtab.fleet.account import CapacityProvider, DiscoveryService, Leftover, Namespace
    from trimtab.rehearsal.build import Build

_TASKS: Final = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",'
    '"Principal":{"Service":"ecs-tasks.amazonaws.com"}}]}'
)
_NOTHING: Final = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'


def make_cluster(build: Build) -> None:
    """Make the cluster; the namespace of its Service Connect is there."""
    cluster = build.identity.cluster
    command: dict[str, Any] = {}
    if cluster.exec_kms_key:
        command["kmsKeyId"] = cluster.exec_kms_key
    if cluster.exec_log_group:
        command |= {
            "logging": "OVERRIDE",
            "logConfiguration": {"cloudWatchLogGroupName": cluster.exec_log_group},
        }
    connect = build.new(cluster.connect_namespace) if cluster.connect_namespace else None
    made = build.call(
        "ecs",
        "CreateCluster",
        clusterName=cluster.name,
        settings=[{"name": "containerInsights", "value": cluster.container_insights}],
        configuration={"executeCommandConfiguration": command} if command else None,
        serviceConnectDefaults={"namespace": connect} if connect else None,
        capacityProviders=some(list(cluster.capacity_providers)),
        defaultCapacityProviderStrategy=some(strategy_of(cluster.default_strategy)),
        tags=small_tags(_cluster_tags(build)),
    )
    build.ids[cluster.arn] = made["cluster"]["clusterArn"]


def _cluster_tags(build: Build) -> dict[str, str]:
    """Return the tags, and among them the environment that the snapshot is of."""
    tags = build.identity.cluster.tags
    said = find_tag(tags, DEFAULT_TAGS.environment) is not None
    if build.fleet.environment == "production" or said:
        return tags
    build.told.made_up("tag of the cluster")
    return {**tags, "Environment": build.fleet.environment}


def strategy_of(providers: Iterable[CapacityProvider]) -> list[dict[str, Any]]:
    """Return a capacity provider strategy."""
    return [{"capacityProvider": one.name, "base": one.base, "weight": one.weight} for one in providers]


def make_discovery(build: Build) -> None:
    """Make the Cloud Map namespaces and their services."""
    for space in build.identity.namespaces:
        with build.told.or_left_out(f"namespace {space.name}"):
            _namespace(build, space)
    for service in build.identity.discovery_services:
        if service.namespace_id not in build.ids:
            build.told.left_out(f"Cloud Map service {service.name}", "its namespace is not there")
            continue
        with build.told.or_left_out(f"Cloud Map service {service.name}"):
            _discovery(build, service)


def _namespace(build: Build, space: Namespace) -> None:
    call = {"DNS_PRIVATE": "PrivateDns", "DNS_PUBLIC": "PublicDns", "HTTP": "Http"}[space.type]
    vpc = build.new(space.vpc_id or build.identity.vpc_id or VPC)
    answer = build.call(
        "servicediscovery",
        f"Create{call}Namespace",
        Name=space.name,
        Vpc=vpc if space.type == "DNS_PRIVATE" else None,
        Tags=tags(space.tags),
    )
    done = build.call("servicediscovery", "GetOperation", OperationId=answer["OperationId"])
    new = done["Operation"]["Targets"]["NAMESPACE"]
    namespace = build.call("servicediscovery", "GetNamespace", Id=new)["Namespace"]
    build.ids[space.id], build.ids[space.arn] = new, namespace["Arn"]


def _discovery(build: Build, service: DiscoveryService) -> None:
    space = build.new(service.namespace_id)
    records = [{"Type": kind, "TTL": service.ttl_s} for kind in service.record_types]
    # Here too: ListServices tells of the namespace only where it was given so.
    dns: dict[str, Any] = {"NamespaceId": space, "DnsRecords": records}
    if service.routing_policy:
        dns["RoutingPolicy"] = service.routing_policy
    made = build.call(
        "servicediscovery",
        "CreateService",
        Name=service.name,
        NamespaceId=space,
        DnsConfig=dns if records else None,
        Type=None if records else "HTTP",
        HealthCheckCustomConfig={"FailureThreshold": 1} if service.custom_health else None,
        Tags=tags(service.tags),
    )["Service"]
    build.ids[service.id], build.ids[service.arn] = made["Id"], made["Arn"]


def make_roles(build: Build) -> None:
    """Make the roles that the revisions name. What they allow, no snapshot says."""
    wanted = {
        arn: None
        for _, service in build.services()
        for arn in (service.task_definition.execution_role_arn, service.task_definition.task_role_arn)
        if arn
    }
    for arn in wanted:
        name, folders = name_of(arn), arn.partition(":role/")[2].rpartition("/")[0]
        with build.told.or_left_out(f"role {name}"):
            made = build.call(
                "iam",
                "CreateRole",
                RoleName=name,
                Path=f"/{folders}/" if folders else "/",
                AssumeRolePolicyDocument=_TASKS,
            )
            build.ids[arn] = made["Role"]["Arn"]
    build.told.made_up("policy of a role", len(wanted))


def make_log_groups(build: Build) -> None:
    """Make the log groups; they hold no line."""
    for group in build.identity.log_groups:
        with build.told.or_left_out(f"log group {group.name}"):
            build.call(
                "logs",
                "CreateLogGroup",
                logGroupName=group.name,
                kmsKeyId=group.kms_key_id,
                logGroupClass=group.log_group_class,
                tags=some(group.tags),
            )
            if group.retention_days:
                build.call(
                    "logs",
                    "PutRetentionPolicy",
                    logGroupName=group.name,
                    retentionInDays=group.retention_days,
                )


def make_leftovers(build: Build) -> None:
    """Make what lies about unused, as far as a snapshot says what it is."""
    for leftover in build.identity.leftovers:
        name = f"{leftover.kind} {leftover.name}"
        with build.told.or_left_out(name):
            if not _leftover(build, leftover):
                build.told.left_out(name, "the snapshot does not say what is in it")


def _leftover(build: Build, leftover: Leftover) -> bool:
    if leftover.kind == "aws_iam_policy":
        build.call("iam", "CreatePolicy", PolicyName=leftover.name, PolicyDocument=_NOTHING)
    elif leftover.kind == "aws_ecs_task_definition":
        build.call(
            "ecs",
            "RegisterTaskDefinition",
            family=leftover.name,
            cpu="256",
            memory="512",
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            containerDefinitions=[{"name": "made-up", "image": "made-up", "essential": True}],
        )
    else:
        return False
    return True
