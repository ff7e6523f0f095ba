"""Things in the account around a fleet: what they are called, and what a takeover must keep.

Every docstring names the AWS API field a value comes from; an absent value stays at its
default. Sets that AWS gives in no order are sorted, so that equal fleets give equal files.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Tags = dict[str, str]
"""Tags by key. ``aws:`` keys stay out: nobody but AWS may set them. Empty: the value is not kept."""


class Identity(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Base of them all: immutable; what is at its default is not written."""


class CapacityProvider(Identity, frozen=True, kw_only=True):
    """One item of a ``capacityProviderStrategy``: ``capacityProvider``, ``base``, ``weight``."""

    name: str
    base: int = 0
    weight: int = 0


class ClusterIdentity(Identity, frozen=True, kw_only=True):
    """ECS DescribeClusters with ``include=[SETTINGS, CONFIGURATIONS, TAGS]``, one cluster."""

    name: str
    """``clusterName``."""
    arn: str
    """``clusterArn``."""
    container_insights: Literal["disabled", "enabled", "enhanced"] = "disabled"
    """``settings[name=containerInsights].value``."""
    capacity_providers: tuple[str, ...] = ()
    """``capacityProviders``, sorted."""
    default_strategy: tuple[CapacityProvider, ...] = ()
    """``defaultCapacityProviderStrategy``."""
    exec_log_group: str | None = None
    """``configuration.executeCommandConfiguration.logConfiguration.cloudWatchLogGroupName``."""
    exec_kms_key: str | None = None
    """``configuration.executeCommandConfiguration.kmsKeyId``."""
    connect_namespace: str | None = None
    """``serviceConnectDefaults.namespace``: an ARN."""
    tags: Tags = {}


class Namespace(Identity, frozen=True, kw_only=True):
    """A Cloud Map namespace: servicediscovery ListNamespaces, and GetNamespace for its zone."""

    id: str
    """``Id``, ``ns-…``."""
    arn: str
    """``Arn``."""
    name: str
    """``Name``."""
    type: Literal["DNS_PRIVATE", "DNS_PUBLIC", "HTTP"]
    """``Type``."""
    vpc_id: str | None = None
    """Of a private one: route53 GetHostedZone of ``Properties.DnsProperties.HostedZoneId``,
    ``VPCs[0].VPCId``. Where that may not be read, the VPC of the service's subnets."""
    tags: Tags = {}
    """ListTagsForResource."""


class DiscoveryService(Identity, frozen=True, kw_only=True):
    """A Cloud Map service: servicediscovery ListServices, GetService where that says too little."""

    id: str
    """``Id``, ``srv-…``."""
    arn: str
    """``Arn``: what ``serviceRegistries[].registryArn`` of an ECS service names."""
    name: str
    """``Name``."""
    namespace_id: str
    """``NamespaceId`` or ``DnsConfig.NamespaceId``; ListServices may leave it out, GetService does not."""
    routing_policy: Literal["MULTIVALUE", "WEIGHTED"] | None = None
    """``DnsConfig.RoutingPolicy``; ``None`` for a service without DNS."""
    record_types: tuple[str, ...] = ()
    """``DnsConfig.DnsRecords[].Type``, sorted: A, AAAA, SRV or CNAME."""
    ttl_s: int = 0
    """The least of ``DnsConfig.DnsRecords[].TTL`` [s]."""
    custom_health: bool = False
    """Whether ``HealthCheckCustomConfig`` is there."""
    tags: Tags = {}
    """ListTagsForResource."""


class ListenerRule(Identity, frozen=True, kw_only=True):
    """A rule that is not a listener's default: elbv2 DescribeRules, ``IsDefault`` false."""

    arn: str
    """``RuleArn``."""
    priority: int
    """``Priority``."""
    target_group_arns: tuple[str, ...] = ()
    """Where it forwards: ``Actions[type=forward]`` ``TargetGroupArn``, or
    ``ForwardConfig.TargetGroups[].TargetGroupArn``, sorted."""
    plain: bool = True
    """Whether its one action forwards to one target group and nothing else (no authentication,
    no weights, no redirect, ``TargetGroupStickinessConfig.Enabled`` false)."""
    paths: tuple[str, ...] = ()
    """``Conditions[Field=path-pattern].PathPatternConfig.Values``, in AWS's order."""
    hosts: tuple[str, ...] = ()
    """``Conditions[Field=host-header].HostHeaderConfig.Values``, in AWS's order."""
    other_conditions: tuple[str, ...] = ()
    """``Conditions[].Field`` besides these two, sorted: http-header, query-string, source-ip ..."""
    tags: Tags = {}
    """DescribeTags."""


class FixedResponse(Identity, frozen=True, kw_only=True):
    """``FixedResponseConfig`` of a listener's default action."""

    status_code: str
    """``StatusCode``."""
    content_type: str = "text/plain"
    """``ContentType``."""
    message_body: str = ""
    """``MessageBody``: what any stranger is told."""


class Redirect(Identity, frozen=True, kw_only=True):
    """``RedirectConfig`` of a listener's default action, with AWS's defaults."""

    status_code: str
    """``StatusCode``: HTTP_301 or HTTP_302."""
    protocol: str = "#{protocol}"
    """``Protocol``."""
    port: str = "#{port}"
    """``Port``."""
    host: str = "#{host}"
    """``Host``."""
    path: str = "/#{path}"
    """``Path``."""
    query: str = "#{query}"
    """``Query``."""


class Listener(Identity, frozen=True, kw_only=True):
    """elbv2 DescribeListeners."""

    arn: str
    """``ListenerArn``."""
    port: int
    """``Port``."""
    protocol: str
    """``Protocol``: HTTP or HTTPS."""
    certificate_arn: str | None = None
    """``Certificates[0].CertificateArn``: the default one."""
    ssl_policy: str | None = None
    """``SslPolicy``."""
    default_action: Literal["fixed-response", "redirect", "forward", "other"] = "other"
    """``DefaultActions[0].Type``; ``other`` for anything else, or more than one action."""
    default_target_group_arns: tuple[str, ...] = ()
    """Where the default action forwards, sorted."""
    default_response: FixedResponse | None = None
    """What a fixed response says; ``None`` where there is none, or it was not read."""
    default_redirect: Redirect | None = None
    """Where a redirect sends; ``None`` where there is none, or it was not read."""
    rules: tuple[ListenerRule, ...] = ()
    """By priority."""

    @property
    def leads_to(self) -> frozenset[str]:
        """ARNs of the target groups that its default action and its rules forward to."""
        return frozenset(self.default_target_group_arns).union(
            *(rule.target_group_arns for rule in self.rules)
        )

    tags: Tags = {}
    """DescribeTags."""


class LoadBalancer(Identity, frozen=True, kw_only=True):
    """elbv2 DescribeLoadBalancers, ``Type`` application, with DescribeLoadBalancerAttributes."""

    arn: str
    """``LoadBalancerArn``."""
    name: str
    """``LoadBalancerName``."""
    scheme: Literal["internet-facing", "internal"]
    """``Scheme``."""
    vpc_id: str
    """``VpcId``."""
    subnet_ids: tuple[str, ...] = ()
    """``AvailabilityZones[].SubnetId``, sorted."""
    security_group_ids: tuple[str, ...] = ()
    """``SecurityGroups``, sorted."""
    dns_name: str = ""
    """``DNSName``."""
    attributes: dict[str, str] = {}
    """DescribeLoadBalancerAttributes, ``Key`` to ``Value``, all of them: idle_timeout.timeout_seconds,
    deletion_protection.enabled, access_logs.s3.enabled, .bucket, .prefix ..."""
    listeners: tuple[Listener, ...] = ()
    """By port."""
    tags: Tags = {}
    """DescribeTags."""


class TargetGroup(Identity, frozen=True, kw_only=True):
    """elbv2 DescribeTargetGroups with DescribeTargetGroupAttributes: every one of the fleet's VPC."""

    arn: str
    """``TargetGroupArn``."""
    name: str
    """``TargetGroupName``."""
    port: int
    """``Port``."""
    protocol: str
    """``Protocol``: HTTP, HTTPS, TCP ..."""
    vpc_id: str
    """``VpcId``."""
    protocol_version: str = "HTTP1"
    """``ProtocolVersion``: HTTP1, HTTP2 or GRPC."""
    target_type: str = "ip"
    """``TargetType``."""
    load_balancer_arns: tuple[str, ...] = ()
    """``LoadBalancerArns``: one at most, AWS allows no more; none if no rule uses it."""
    health_protocol: str = "HTTP"
    """``HealthCheckProtocol``."""
    health_port: str = "traffic-port"
    """``HealthCheckPort``."""
    health_path: str = "/"
    """``HealthCheckPath``."""
    attributes: dict[str, str] = {}
    """DescribeTargetGroupAttributes, ``Key`` to ``Value``, all of them: slow_start.duration_seconds,
    stickiness.enabled, load_balancing.algorithm.type ..."""
    tags: Tags = {}
    """DescribeTags."""


class LogGroup(Identity, frozen=True, kw_only=True):
    """logs DescribeLogGroups: those the services' definitions name, and others under their prefixes."""

    name: str
    """``logGroupName``."""
    arn: str
    """``logGroupArn`` (without the ``:*`` of ``arn``)."""
    retention_days: int | None = None
    """``retentionInDays``; ``None``: for ever."""
    kms_key_id: str | None = None
    """``kmsKeyId``."""
    log_group_class: str = "STANDARD"
    """``logGroupClass``."""
    stored_bytes: int = 0
    """``storedBytes``."""
    tags: Tags = {}
    """ListTagsForResource."""


class ScalingPolicy(Identity, frozen=True, kw_only=True):
    """application-autoscaling DescribeScalingPolicies, namespace ``ecs``."""

    name: str
    """``PolicyName``."""
    arn: str
    """``PolicyARN``."""
    type: str
    """``PolicyType``: StepScaling, TargetTrackingScaling or PredictiveScaling."""
    alarm_names: tuple[str, ...] = ()
    """``Alarms[].AlarmName``, sorted."""


class ScalingTarget(Identity, frozen=True, kw_only=True):
    """application-autoscaling DescribeScalableTargets, ``ecs:service:DesiredCount``."""

    resource_id: str
    """``ResourceId``: ``service/CLUSTER/SERVICE``."""
    arn: str | None = None
    """``ScalableTargetARN``; older targets (before 2023-03-20) have none and take no tags."""
    policies: tuple[ScalingPolicy, ...] = ()
    """By name."""
    scheduled_actions: tuple[str, ...] = ()
    """DescribeScheduledActions: ``ScheduledActionName``, sorted."""
    suspended: tuple[str, ...] = ()
    """Names in ``SuspendedState`` that are true, sorted, as the API writes them."""
    tags: Tags = {}
    """ListTagsForResource of the ARN."""


class Alarm(Identity, frozen=True, kw_only=True):
    """cloudwatch DescribeAlarms, metric alarms that act on a service, or watch it or its targets."""

    name: str
    """``AlarmName``."""
    arn: str
    """``AlarmArn``."""
    service: str | None = None
    """``Dimensions[ServiceName]``, of the alarm or of its ``Metrics[].MetricStat``."""
    actions: tuple[str, ...] = ()
    """``AlarmActions``, ``OKActions`` and ``InsufficientDataActions`` together, sorted."""
    tags: Tags = {}
    """ListTagsForResource."""


class SecurityGroup(Identity, frozen=True, kw_only=True):
    """ec2 DescribeSecurityGroups, filter ``vpc-id``: every one of the fleet's VPC but ``default``."""

    id: str
    """``GroupId``."""
    name: str
    """``GroupName``."""
    description: str = ""
    """``Description``."""
    interfaces: int | None = None
    """How many of DescribeNetworkInterfaces have it (``Groups[].GroupId``); ``None``: not read.
    Tasks that start later have it all the same: a service's ``security_group_ids`` say so."""
    world_open: bool = False
    """Whether ``IpPermissions`` let in 0.0.0.0/0 or ::/0."""


class NatGateway(Identity, frozen=True, kw_only=True):
    """ec2 DescribeNatGateways, filters ``vpc-id`` and ``state`` available or pending."""

    id: str
    """``NatGatewayId``."""
    zone: str | None = None
    """``AvailabilityZone`` of its subnet (DescribeSubnets); ``None``: not read, or it is a regional one."""
    private: bool = False
    """``ConnectivityType`` is private: it has no address of the internet."""
    routed: bool | None = None
    """Whether a route of the VPC leads to it (DescribeRouteTables); ``None``: routes were not read."""


class Leftover(Identity, frozen=True, kw_only=True):
    """Something near the fleet that no other table has: a role policy, a family no service runs ..."""

    kind: str
    """As Terraform calls it: ``aws_iam_policy``, ``aws_ecs_task_definition``, ``aws_nat_gateway`` ..."""
    id: str
    """What a command that removes it needs: the ARN, or else the name or id."""
    name: str
    """What a person calls it."""
    detail: str = ""
    """Why it seems to belong to the fleet, or what is odd about it, in a few words."""
