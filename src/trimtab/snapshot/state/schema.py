"""What Terraform's state may hold of each resource type that is read, checked before anything looks at it.

Only the attributes that are read; others are let through. The provider writes them all, but a state
may be edited, cut or written by something else. What an older provider leaves out or writes as text
is allowed. A block that may occur once is a list of one, or of null (terraform-provider-aws 5.100.0).
"""

from __future__ import annotations

from typing import Annotated, Any, Required, TypeAlias, TypedDict

from msgspec import Meta

Text: TypeAlias = str | None
Said: TypeAlias = Annotated[str, Meta(min_length=1)]
Arn: TypeAlias = Annotated[str, Meta(pattern=r"^arn:[^:]+:[^:]+:[^:]*:[^:]*:.")]
Texts: TypeAlias = list[str] | None
Tags: TypeAlias = dict[str, str | None] | None
Switch: TypeAlias = bool | None
Count: TypeAlias = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
Whole: TypeAlias = Count | Annotated[str, Meta(pattern=r"^(-?[0-9]{1,9})?$")] | None
"""A number that may be written as text, or left out."""
Given: TypeAlias = Count | Annotated[str, Meta(pattern=r"^-?[0-9]{1,9}$")]
"""The same, where it has to be there."""
Port: TypeAlias = Annotated[int, Meta(ge=-1, le=65535)]
"""-1 is any."""
Seconds: TypeAlias = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Bound: TypeAlias = Annotated[str, Meta(pattern=r"^(-?[0-9]{1,15}(\.[0-9]{1,15})?)?$")] | float | None
"""Of a step; text in Terraform."""


class StateModule(TypedDict, total=False):
    """A module, and the modules in it."""

    resources: list[StateResource] | None
    child_modules: list[StateModule] | None


class StateResource(TypedDict, total=False):
    """One resource instance."""

    address: Text
    mode: Text
    type: Required[Said]
    values: dict[str, Any] | None


class TaggedAttributes(TypedDict, total=False):
    """What every type may have."""

    tags: Tags
    tags_all: Tags


class StrategyBlock(TypedDict, total=False):
    """A part of a capacity provider strategy."""

    capacity_provider: Required[Said]
    base: Count | None
    weight: Count | None


class _LogConfiguration(TypedDict, total=False):
    cloud_watch_log_group_name: Text


class _Command(TypedDict, total=False):
    kms_key_id: Text
    log_configuration: list[_LogConfiguration | None] | None


class _Configuration(TypedDict, total=False):
    execute_command_configuration: list[_Command | None] | None


class _Setting(TypedDict):
    name: Said
    value: Text


class _Namespaced(TypedDict, total=False):
    namespace: Text


class ClusterAttributes(TaggedAttributes, total=False):
    """aws_ecs_cluster."""

    name: Required[Said]
    arn: Required[Arn]
    setting: list[_Setting] | None
    configuration: list[_Configuration | None] | None
    service_connect_defaults: list[_Namespaced | None] | None


class ClusterProvidersAttributes(TypedDict, total=False):
    """aws_ecs_cluster_capacity_providers."""

    cluster_name: Text
    capacity_providers: Texts
    default_capacity_provider_strategy: list[StrategyBlock] | None


class _Kind(TypedDict, total=False):
    type: Text
    strategy: Text


class _Alarms(TypedDict, total=False):
    alarm_names: Texts
    enable: Switch
    rollback: Switch


class _Network(TypedDict, total=False):
    subnets: Texts
    security_groups: Texts
    assign_public_ip: Switch


class _Attachment(TypedDict, total=False):
    target_group_arn: Text
    container_name: Required[Said]
    container_port: Required[Port]
    advanced_configuration: list[dict[str, Any] | None] | None


class _Registry(TypedDict, total=False):
    registry_arn: Required[Said]
    port: Port | None
    container_name: Text
    container_port: Port | None


class ServiceAttributes(TaggedAttributes, total=False):
    """aws_ecs_service. Without an id it does not exist yet."""

    id: Text
    name: Required[Said]
    cluster: Text
    task_definition: Text
    desired_count: Seconds | None
    launch_type: Text
    capacity_provider_strategy: list[StrategyBlock] | None
    platform_version: Text
    scheduling_strategy: Text
    deployment_controller: list[_Kind | None] | None
    deployment_configuration: list[_Kind | None] | None
    deployment_minimum_healthy_percent: Count | None
    deployment_maximum_percent: Count | None
    alarms: list[_Alarms | None] | None
    service_connect_configuration: list[dict[str, Any] | None] | None
    volume_configuration: list[dict[str, Any]] | None
    vpc_lattice_configurations: list[dict[str, Any]] | None
    health_check_grace_period_seconds: Seconds | None
    enable_execute_command: Switch
    network_configuration: list[_Network | None] | None
    load_balancer: list[_Attachment] | None
    service_registries: list[_Registry] | None


class _Platform(TypedDict, total=False):
    cpu_architecture: Text
    operating_system_family: Text


class _Named(TypedDict):
    name: Said


class DefinitionAttributes(TaggedAttributes, total=False):
    """aws_ecs_task_definition."""

    arn: Required[Arn]
    family: Required[Said]
    cpu: str | Count | None
    memory: str | Count | None
    execution_role_arn: Text
    task_role_arn: Text
    runtime_platform: list[_Platform | None] | None
    volume: list[_Named] | None
    container_definitions: Required[str]


class LogGroupAttributes(TaggedAttributes, total=False):
    """aws_cloudwatch_log_group."""

    name: Required[Said]
    arn: Required[Arn]
    retention_in_days: Seconds | None
    kms_key_id: Text
    log_group_class: Text


class NamespaceAttributes(TaggedAttributes, total=False):
    """aws_service_discovery_..._namespace."""

    id: Required[Said]
    arn: Required[Arn]
    name: Required[Said]
    vpc: Text


class _Record(TypedDict):
    type: Said
    ttl: Seconds


class _Dns(TypedDict, total=False):
    namespace_id: Text
    routing_policy: Text
    dns_records: list[_Record] | None


class DiscoveryAttributes(TaggedAttributes, total=False):
    """aws_service_discovery_service."""

    id: Required[Said]
    arn: Required[Arn]
    name: Required[Said]
    namespace_id: Text
    dns_config: list[_Dns | None] | None
    health_check_custom_config: list[dict[str, Any] | None] | None


class _ContainerVariable(TypedDict, total=False):
    name: Required[str]
    value: Text


class _ContainerSecret(TypedDict, total=False):
    name: Required[str]
    valueFrom: Text


class _ContainerPort(TypedDict, total=False):
    containerPort: Port | None


class _ContainerLog(TypedDict, total=False):
    logDriver: Text
    options: dict[str, Text] | None


class _ContainerCheck(TypedDict, total=False):
    command: Texts
    interval: Seconds | None
    timeout: Seconds | None
    retries: Seconds | None
    startPeriod: Seconds | None


class ContainerJson(TypedDict, total=False):
    """A container as the API words it: the one attribute of a state that is JSON within JSON."""

    name: Required[Said]
    image: Required[Said]
    essential: Switch
    stopTimeout: Seconds | None
    environment: list[_ContainerVariable] | None
    secrets: list[_ContainerSecret] | None
    portMappings: list[_ContainerPort] | None
    logConfiguration: _ContainerLog | None
    healthCheck: _ContainerCheck | None


Containers: TypeAlias = Annotated[list[ContainerJson], Meta(min_length=1)]
