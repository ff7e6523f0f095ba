"""The same of load balancers, security groups, networks, scaling and alarms; and which type has which."""

from __future__ import annotations

from typing import Annotated, Any, Final, Required, TypeAlias, TypedDict

from msgspec import Meta

from trimtab.snapshot.state import schema
from trimtab.snapshot.state.schema import (
    Arn,
    Bound,
    Count,
    Given,
    Port,
    Said,
    Seconds,
    Switch,
    TaggedAttributes,
    Text,
    Texts,
    Whole,
)

Periods: TypeAlias = (
    Annotated[int, Meta(ge=1, le=2**31 - 1)] | Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,8}$")]
)


class _Logs(TypedDict, total=False):
    enabled: Switch
    bucket: Text
    prefix: Text


class _Mapping(TypedDict, total=False):
    allocation_id: Text


class BalancerAttributes(TaggedAttributes, total=False):
    """aws_lb."""

    arn: Required[Arn]
    name: Required[Said]
    internal: Switch
    load_balancer_type: Text
    vpc_id: Text
    subnets: Texts
    security_groups: Texts
    dns_name: Text
    access_logs: list[_Logs | None] | None
    connection_logs: list[_Logs | None] | None
    subnet_mapping: list[_Mapping] | None


class _Group(TypedDict):
    arn: Said


class _Sticky(TypedDict, total=False):
    enabled: Switch


class _Forward(TypedDict, total=False):
    target_group: list[_Group] | None
    stickiness: list[_Sticky | None] | None


class _Response(TypedDict, total=False):
    status_code: str | Count | None
    content_type: Text
    message_body: Text


class _Redirect(TypedDict, total=False):
    status_code: str | Count | None
    protocol: Text
    port: str | Port | None
    host: Text
    path: Text
    query: Text


class _Action(TypedDict, total=False):
    type: Text
    target_group_arn: Text
    forward: list[_Forward | None] | None
    fixed_response: list[_Response | None] | None
    redirect: list[_Redirect | None] | None


class ListenerAttributes(TaggedAttributes, total=False):
    """aws_lb_listener."""

    arn: Required[Arn]
    port: Port | None
    protocol: Text
    ssl_policy: Text
    certificate_arn: Text
    load_balancer_arn: Text
    default_action: list[_Action] | None


class _Values(TypedDict, total=False):
    values: Texts


class _Condition(TypedDict, total=False):
    field: Text
    values: Texts
    path_pattern: list[_Values | None] | None
    host_header: list[_Values | None] | None


class RuleAttributes(TaggedAttributes, total=False):
    """aws_lb_listener_rule."""

    arn: Required[Arn]
    listener_arn: Text
    priority: Required[Given]
    action: list[_Action] | None
    condition: list[_Condition] | None


class _Check(TypedDict, total=False):
    protocol: Text
    port: str | Port | None
    path: Text
    interval: Seconds | None
    timeout: Seconds | None
    healthy_threshold: Seconds | None
    unhealthy_threshold: Seconds | None
    matcher: str | Count | None


class TargetGroupAttributes(TaggedAttributes, total=False):
    """aws_lb_target_group."""

    arn: Required[Arn]
    name: Required[Said]
    port: Port | None
    protocol: Text
    protocol_version: Text
    target_type: Text
    vpc_id: Text
    load_balancer_arns: Texts
    deregistration_delay: Whole
    health_check: list[_Check | None] | None


class _Permission(TypedDict, total=False):
    protocol: Text
    from_port: Port | None
    to_port: Port | None
    cidr_blocks: Texts
    ipv6_cidr_blocks: Texts
    prefix_list_ids: Texts
    security_groups: Texts
    self: Switch


class SecurityGroupAttributes(TaggedAttributes, total=False):
    """aws_security_group."""

    id: Required[Said]
    name: Text
    description: Text
    ingress: list[_Permission] | None
    egress: list[_Permission] | None


class GroupRuleAttributes(TypedDict, total=False):
    """aws_security_group_rule."""

    type: Required[Said]
    security_group_id: Required[Said]
    source_security_group_id: Text
    protocol: Text
    from_port: Port | None
    to_port: Port | None
    cidr_blocks: Texts
    ipv6_cidr_blocks: Texts
    prefix_list_ids: Texts
    self: Switch


class WayRuleAttributes(TypedDict, total=False):
    """aws_vpc_security_group_ingress_rule and egress."""

    security_group_id: Required[Said]
    ip_protocol: Text
    from_port: Port | None
    to_port: Port | None
    cidr_ipv4: Text
    cidr_ipv6: Text
    prefix_list_id: Text
    referenced_security_group_id: Text


class SubnetAttributes(TypedDict, total=False):
    """aws_subnet, looked up ones too."""

    id: Text
    availability_zone: Text
    vpc_id: Text


class GatewayAttributes(TypedDict, total=False):
    """aws_nat_gateway, aws_eip_association."""

    id: Text
    subnet_id: Text
    connectivity_type: Text
    allocation_id: Text


class AddressAttributes(TypedDict, total=False):
    """aws_eip."""

    id: Text
    association_id: Text
    instance: Text
    network_interface: Text


class RouteAttributes(TypedDict, total=False):
    """aws_route, and a route of a table."""

    nat_gateway_id: Text


class TableAttributes(TypedDict, total=False):
    """aws_route_table."""

    route: list[RouteAttributes] | None


class TargetAttributes(TaggedAttributes, total=False):
    """aws_appautoscaling_target."""

    arn: Text
    resource_id: Required[Said]
    scalable_dimension: Text
    min_capacity: Required[Count]
    max_capacity: Required[Count]
    suspended_state: list[dict[str, Any] | None] | None


class _Step(TypedDict, total=False):
    metric_interval_lower_bound: Bound
    metric_interval_upper_bound: Bound
    scaling_adjustment: Required[Count]


class _Steps(TypedDict, total=False):
    adjustment_type: Text
    metric_aggregation_type: Text
    min_adjustment_magnitude: Count | None
    cooldown: Count | None
    step_adjustment: list[_Step] | None


class _Predefined(TypedDict, total=False):
    predefined_metric_type: Text


class _Dimension(TypedDict):
    name: Said
    value: Text


class _Customized(TypedDict, total=False):
    metric_name: Text
    namespace: Text
    statistic: Text
    dimensions: list[_Dimension] | None
    metrics: list[dict[str, Any]] | None


class _Tracking(TypedDict, total=False):
    target_value: float | None
    scale_out_cooldown: Count | None
    scale_in_cooldown: Count | None
    disable_scale_in: Switch
    predefined_metric_specification: list[_Predefined | None] | None
    customized_metric_specification: list[_Customized | None] | None


class PolicyAttributes(TaggedAttributes, total=False):
    """aws_appautoscaling_policy."""

    name: Required[Said]
    arn: Required[Said]
    policy_type: Text
    resource_id: Required[Said]
    step_scaling_policy_configuration: list[_Steps | None] | None
    target_tracking_scaling_policy_configuration: list[_Tracking | None] | None


class _Bounds(TypedDict, total=False):
    min_capacity: Whole
    max_capacity: Whole


class ScheduledAttributes(TypedDict, total=False):
    """aws_appautoscaling_scheduled_action."""

    name: Required[Said]
    resource_id: Required[Said]
    schedule: Text
    timezone: Text
    start_time: Text
    end_time: Text
    scalable_target_action: list[_Bounds | None] | None


class _Metric(TypedDict, total=False):
    namespace: Text
    metric_name: Text
    dimensions: dict[str, Text] | None
    period: Required[Periods]
    stat: Required[Said]


class _Query(TypedDict, total=False):
    id: Required[Said]
    expression: Text
    return_data: Switch
    metric: list[_Metric | None] | None


class AlarmAttributes(TaggedAttributes, total=False):
    """aws_cloudwatch_metric_alarm."""

    alarm_name: Required[Said]
    arn: Required[Arn]
    actions_enabled: Switch
    alarm_actions: Texts
    ok_actions: Texts
    insufficient_data_actions: Texts
    comparison_operator: Text
    threshold: float | None
    threshold_metric_id: Text
    evaluation_periods: Required[Periods]
    datapoints_to_alarm: Whole
    treat_missing_data: Text
    statistic: Text
    extended_statistic: Text
    period: Whole
    namespace: Text
    metric_name: Text
    dimensions: dict[str, Text] | None
    metric_query: list[_Query] | None


KINDS: Final[dict[str, Any]] = {
    "aws_ecs_cluster": schema.ClusterAttributes,
    "aws_ecs_cluster_capacity_providers": schema.ClusterProvidersAttributes,
    "aws_ecs_service": schema.ServiceAttributes,
    "aws_ecs_task_definition": schema.DefinitionAttributes,
    "aws_cloudwatch_log_group": schema.LogGroupAttributes,
    "aws_service_discovery_private_dns_namespace": schema.NamespaceAttributes,
    "aws_service_discovery_public_dns_namespace": schema.NamespaceAttributes,
    "aws_service_discovery_http_namespace": schema.NamespaceAttributes,
    "aws_service_discovery_service": schema.DiscoveryAttributes,
    "aws_lb": BalancerAttributes,
    "aws_alb": BalancerAttributes,
    "aws_lb_listener": ListenerAttributes,
    "aws_alb_listener": ListenerAttributes,
    "aws_lb_listener_rule": RuleAttributes,
    "aws_alb_listener_rule": RuleAttributes,
    "aws_lb_target_group": TargetGroupAttributes,
    "aws_alb_target_group": TargetGroupAttributes,
    "aws_security_group": SecurityGroupAttributes,
    "aws_security_group_rule": GroupRuleAttributes,
    "aws_vpc_security_group_ingress_rule": WayRuleAttributes,
    "aws_vpc_security_group_egress_rule": WayRuleAttributes,
    "aws_subnet": SubnetAttributes,
    "aws_default_subnet": SubnetAttributes,
    "aws_nat_gateway": GatewayAttributes,
    "aws_eip_association": GatewayAttributes,
    "aws_eip": AddressAttributes,
    "aws_route": RouteAttributes,
    "aws_route_table": TableAttributes,
    "aws_default_route_table": TableAttributes,
    "aws_appautoscaling_target": TargetAttributes,
    "aws_appautoscaling_policy": PolicyAttributes,
    "aws_appautoscaling_scheduled_action": ScheduledAttributes,
    "aws_cloudwatch_metric_alarm": AlarmAttributes,
}
"""By Terraform's name. A type that is not here is not read."""
