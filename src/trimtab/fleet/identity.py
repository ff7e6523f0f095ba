"""What a fleet is called in the account: all that an import or a takeover needs, and no metric.

Each thing (``trimtab.fleet.account``) is told once, in the tables of ``FleetIdentity``; a
service refers to its own by ARN, name or id. So what several services share is seen to be
shared, and what no service refers to is seen to be left over.

Every docstring names the AWS API field a value comes from; an absent value stays at its
default. ARNs are kept as AWS wrote them. No environment value and no secret belongs in here.
"""

from __future__ import annotations

import msgspec

from trimtab.fleet.account import (
    Alarm,
    CapacityProvider,
    ClusterIdentity,
    DiscoveryService,
    Identity,
    Leftover,
    LoadBalancer,
    LogGroup,
    Namespace,
    NatGateway,
    ScalingTarget,
    SecurityGroup,
    Tags,
    TargetGroup,
)


class FleetIdentity(Identity, frozen=True, kw_only=True):
    """The account around the services, as read at one time."""

    account_id: str
    """The one in the cluster's ARN."""
    cluster: ClusterIdentity
    vpc_id: str | None = None
    """ec2 DescribeSubnets of the services' subnets: ``VpcId``; ``None`` if they disagree."""
    namespaces: tuple[Namespace, ...] = ()
    """Those the services are registered in, and the others of the account. By id."""
    discovery_services: tuple[DiscoveryService, ...] = ()
    """Those of the namespaces above. By ARN."""
    load_balancers: tuple[LoadBalancer, ...] = ()
    """Those the services' target groups hang on. By ARN."""
    target_groups: tuple[TargetGroup, ...] = ()
    """By ARN."""
    log_groups: tuple[LogGroup, ...] = ()
    """By name."""
    scaling_targets: tuple[ScalingTarget, ...] = ()
    """Every one whose ``ResourceId`` begins with ``service/CLUSTER/``. By resource id."""
    alarms: tuple[Alarm, ...] = ()
    """By name."""
    security_groups: tuple[SecurityGroup, ...] = ()
    """By id."""
    nat_gateways: tuple[NatGateway, ...] = ()
    """Those of the VPC. By id."""
    leftovers: tuple[Leftover, ...] = ()
    """By kind, then id."""


class Attachment(Identity, frozen=True, kw_only=True):
    """``loadBalancers[]`` of an ECS service: which target group reaches which container."""

    target_group_arn: str
    """``targetGroupArn``."""
    container_name: str
    """``containerName``."""
    container_port: int
    """``containerPort``."""


class Registration(Identity, frozen=True, kw_only=True):
    """``serviceRegistries[]`` of an ECS service."""

    registry_arn: str
    """``registryArn``."""
    port: int | None = None
    """``port``."""
    container_name: str | None = None
    """``containerName``."""
    container_port: int | None = None
    """``containerPort``."""


class SubnetZone(Identity, frozen=True, kw_only=True):
    """ec2 DescribeSubnets, one subnet of a service."""

    subnet_id: str
    """``SubnetId``."""
    zone: str
    """``AvailabilityZone``."""


class TaskDefinition(Identity, frozen=True, kw_only=True):
    """The revision the service runs: ECS DescribeTaskDefinition of the service's ``taskDefinition``."""

    arn: str
    """``taskDefinitionArn``, with the revision."""
    family: str
    """``family``."""
    container_name: str
    """``containerDefinitions[].name`` of the application: the one a target group reaches, else the
    first essential one."""
    container_names: tuple[str, ...] = ()
    """All of ``containerDefinitions[].name``, in AWS's order."""
    execution_role_arn: str | None = None
    """``executionRoleArn``."""
    task_role_arn: str | None = None
    """``taskRoleArn``."""
    environment_names: tuple[str, ...] = ()
    """The application's ``environment[].name``, sorted. Never a value."""
    secret_names: tuple[str, ...] = ()
    """The application's ``secrets[].name``, sorted. Never a value."""
    log_driver: str | None = None
    """The application's ``logConfiguration.logDriver``."""
    log_group: str | None = None
    """The application's ``logConfiguration.options.awslogs-group``."""
    other_log_groups: tuple[str, ...] = ()
    """Those of the other containers, FireLens's among them, sorted."""
    volumes: tuple[str, ...] = ()
    """``volumes[].name``, in AWS's order."""


class ServiceIdentity(Identity, frozen=True, kw_only=True):
    """ECS DescribeServices with ``include=[TAGS]``, one service, and the definition it runs."""

    arn: str
    """``serviceArn`` as AWS gives it: services of before 2021 may have the short form, without
    the cluster, which cannot be tagged until it is migrated."""
    task_definition: TaskDefinition
    launch_type: str | None = None
    """``launchType``; ``None`` where a capacity provider strategy is given."""
    capacity_providers: tuple[CapacityProvider, ...] = ()
    """``capacityProviderStrategy``."""
    platform_version: str | None = None
    """``platformVersion``."""
    scheduling_strategy: str = "REPLICA"
    """``schedulingStrategy``."""
    deployment_controller: str = "ECS"
    """``deploymentController.type``."""
    service_connect: bool = False
    """Whether ``deployments[status=PRIMARY].serviceConnectConfiguration.enabled``."""
    subnet_ids: tuple[str, ...] = ()
    """``networkConfiguration.awsvpcConfiguration.subnets``, sorted."""
    subnet_zones: tuple[SubnetZone, ...] = ()
    """Those of these subnets that are known. By subnet."""
    security_group_ids: tuple[str, ...] = ()
    """``networkConfiguration.awsvpcConfiguration.securityGroups``, sorted."""
    assign_public_ip: bool = False
    """``networkConfiguration.awsvpcConfiguration.assignPublicIp`` is ENABLED."""
    attachments: tuple[Attachment, ...] = ()
    """``loadBalancers``, in AWS's order."""
    registrations: tuple[Registration, ...] = ()
    """``serviceRegistries``."""
    execute_command: bool = False
    """``enableExecuteCommand``."""
    grace_period_s: int | None = None
    """``healthCheckGracePeriodSeconds``; ``None`` where it is not set, or 0."""
    minimum_percent: int | None = None
    """``deploymentConfiguration.minimumHealthyPercent``; ``None``: 100, AWS's default, or not read."""
    maximum_percent: int | None = None
    """``deploymentConfiguration.maximumPercent``; ``None``: 200, AWS's default, or not read."""
    deployment_alarms: tuple[str, ...] = ()
    """``deploymentConfiguration.alarms.alarmNames``, sorted, where ``enable`` is set."""
    alarms_roll_back: bool = False
    """``deploymentConfiguration.alarms.rollback``."""

    @property
    def zones(self) -> tuple[str, ...]:
        """The zones of its subnets, each once, sorted; nothing where that of one is not known."""
        known = {one.subnet_id: one.zone for one in self.subnet_zones}
        return tuple(sorted(set(known.values()))) if set(self.subnet_ids) <= set(known) else ()

    @property
    def on_spot(self) -> bool:
        """Whether tasks of it run on Fargate Spot, all or some."""
        return any(one.name == "FARGATE_SPOT" for one in self.capacity_providers)

    task_volumes: bool = False
    """Whether ``deployments[status=PRIMARY].volumeConfigurations`` has any: EBS volumes, one a task."""
    lattice: bool = False
    """Whether ``deployments[status=PRIMARY].vpcLatticeConfigurations`` has any."""
    tags: Tags = msgspec.field(default_factory=dict)
    """``tags``."""
