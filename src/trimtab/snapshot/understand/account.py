"""Answers made into the things around the services (``trimtab.fleet.account``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from trimtab.fleet import account
from trimtab.redaction import kept_tags, redact
from trimtab.snapshot.parse import actions_of, dimensions_of
from trimtab.snapshot.understand.traffic import forwards_to, values_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trimtab.aws.api import Json
    from trimtab.snapshot.answers import Raw

_ACTIONS: Final[dict[str, Literal["fixed-response", "redirect", "forward"]]] = {
    "fixed-response": "fixed-response",
    "redirect": "redirect",
    "forward": "forward",
}
ANYONE = frozenset({"0.0.0.0/0", "::/0"})


def tags_of(answer: Json) -> account.Tags:
    """Return the tags of an ECS answer, without AWS's own, sorted and redacted."""
    return _clean({one["key"]: one.get("value", "") for one in answer.get("tags") or ()})


def cluster_of(cluster: Json) -> account.ClusterIdentity:
    """Return the cluster."""
    settings = {one["name"]: one["value"] for one in cluster.get("settings") or ()}
    command = (cluster.get("configuration") or {}).get("executeCommandConfiguration") or {}
    return account.ClusterIdentity(
        name=cluster["clusterName"],
        arn=cluster["clusterArn"],
        container_insights=insights_of(cluster) if settings else "disabled",
        capacity_providers=in_order(cluster.get("capacityProviders")),
        default_strategy=providers_of(cluster.get("defaultCapacityProviderStrategy")),
        exec_log_group=(command.get("logConfiguration") or {}).get("cloudWatchLogGroupName") or None,
        exec_kms_key=command.get("kmsKeyId") or None,
        connect_namespace=(cluster.get("serviceConnectDefaults") or {}).get("namespace") or None,
        tags=tags_of(cluster),
    )


def insights_of(cluster: Json) -> Literal["disabled", "enabled", "enhanced"]:
    """Return the cluster's setting of Container Insights."""
    for setting in cluster.get("settings") or ():
        if setting.get("name") == "containerInsights" and setting.get("value") in ("enabled", "enhanced"):
            return "enhanced" if setting["value"] == "enhanced" else "enabled"
    return "disabled"


def namespace_of(one: Json, raw: Raw) -> account.Namespace:
    """Return a Cloud Map namespace."""
    return account.Namespace(
        id=one["Id"],
        arn=one["Arn"],
        name=one["Name"],
        type=one["Type"],
        # Without the hosted zone's word: a private namespace serves the network its services are in.
        vpc_id=one.get("VpcId") or (raw.vpc_id if one["Type"] == "DNS_PRIVATE" else None),
        tags=_tags(one["Arn"], raw),
    )


def discovery_of(one: Json, raw: Raw) -> account.DiscoveryService:
    """Return a Cloud Map service."""
    dns = one.get("DnsConfig") or {}
    records = dns.get("DnsRecords") or ()
    return account.DiscoveryService(
        id=one["Id"],
        arn=one["Arn"],
        name=one["Name"],
        namespace_id=one["NamespaceId"],
        routing_policy=dns.get("RoutingPolicy") or None,
        record_types=in_order(record["Type"] for record in records),
        ttl_s=min((int(record["TTL"]) for record in records), default=0),
        custom_health=bool(one.get("HealthCheckCustomConfig")),
        tags=_tags(one["Arn"], raw),
    )


def balancer_of(one: Json, raw: Raw) -> account.LoadBalancer:
    """Return a load balancer with its listeners and rules."""
    listeners = [_listener(each, raw) for each in one["Listeners"]]
    return account.LoadBalancer(
        arn=one["LoadBalancerArn"],
        name=one["LoadBalancerName"],
        scheme=one["Scheme"],
        vpc_id=one["VpcId"],
        subnet_ids=in_order(zone["SubnetId"] for zone in one.get("AvailabilityZones") or ()),
        security_group_ids=in_order(one.get("SecurityGroups")),
        dns_name=one.get("DNSName", ""),
        attributes=one.get("Attributes") or {},
        listeners=tuple(sorted(listeners, key=lambda listener: listener.port)),
        tags=_tags(one["LoadBalancerArn"], raw),
    )


def _listener(one: Json, raw: Raw) -> account.Listener:
    actions: list[Json] = one.get("DefaultActions") or []
    kind = str(actions[0]["Type"]) if len(actions) == 1 else "other"
    rules = [_rule(rule, raw) for rule in one.get("Rules") or () if not rule.get("IsDefault")]
    certificates: list[Json] = one.get("Certificates") or []
    return account.Listener(
        arn=one["ListenerArn"],
        port=int(one["Port"]),
        protocol=one["Protocol"],
        certificate_arn=certificates[0].get("CertificateArn") if certificates else None,
        ssl_policy=one.get("SslPolicy") or None,
        default_action=_ACTIONS.get(kind, "other"),
        default_target_group_arns=forwards_to(actions),
        default_response=_response(actions[0]) if kind == "fixed-response" else None,
        default_redirect=_redirect(actions[0]) if kind == "redirect" else None,
        rules=tuple(sorted(rules, key=lambda rule: rule.priority)),
        tags=_tags(one["ListenerArn"], raw),
    )


def _response(action: Json) -> account.FixedResponse | None:
    said: Json = action.get("FixedResponseConfig") or {}
    if not said.get("StatusCode"):
        return None
    return account.FixedResponse(
        status_code=str(said["StatusCode"]),
        content_type=said.get("ContentType") or "text/plain",
        message_body=said.get("MessageBody") or "",
    )


def _redirect(action: Json) -> account.Redirect | None:
    said: Json = action.get("RedirectConfig") or {}
    if not said.get("StatusCode"):
        return None
    given = {name.lower(): said[name] for name in ("Protocol", "Port", "Host", "Path") if said.get(name)}
    if said.get("Query") is not None:  # empty: the query is dropped
        given["query"] = said["Query"]
    return account.Redirect(status_code=said["StatusCode"], **given)


def _rule(one: Json, raw: Raw) -> account.ListenerRule:
    actions = one.get("Actions") or ()
    fields = {condition.get("Field") for condition in one.get("Conditions") or ()}
    return account.ListenerRule(
        arn=one["RuleArn"],
        priority=int(one["Priority"]),
        target_group_arns=forwards_to(actions),
        plain=_is_plain(actions),
        paths=values_of(one, "path-pattern"),
        hosts=values_of(one, "host-header"),
        other_conditions=in_order(str(field) for field in fields - {"path-pattern", "host-header"}),
        tags=_tags(one["RuleArn"], raw),
    )


def _is_plain(actions: Sequence[Json]) -> bool:
    if len(actions) != 1 or actions[0].get("Type") != "forward":
        return False
    config = actions[0].get("ForwardConfig") or {}
    sticky = (config.get("TargetGroupStickinessConfig") or {}).get("Enabled")
    return len(forwards_to(actions)) == 1 and not sticky


def target_group_of(one: Json, raw: Raw) -> account.TargetGroup:
    """Return a target group."""
    arn = one["TargetGroupArn"]
    return account.TargetGroup(
        arn=arn,
        name=one["TargetGroupName"],
        port=int(one.get("Port") or 0),
        protocol=one.get("Protocol") or "",
        vpc_id=one.get("VpcId") or "",
        protocol_version=one.get("ProtocolVersion") or "HTTP1",
        target_type=one.get("TargetType") or "instance",
        load_balancer_arns=in_order(one.get("LoadBalancerArns")),
        health_protocol=one.get("HealthCheckProtocol") or "HTTP",
        health_port=str(one.get("HealthCheckPort") or "traffic-port"),
        health_path=one.get("HealthCheckPath") or "/",
        attributes=one.get("Attributes") or {},
        tags=_tags(arn, raw),
    )


def log_group(one: Json, raw: Raw) -> account.LogGroup:
    """Return a log group."""
    arn = str(one.get("logGroupArn") or one.get("arn") or "").removesuffix(":*")
    return account.LogGroup(
        name=one["logGroupName"],
        arn=arn,
        retention_days=one.get("retentionInDays"),
        kms_key_id=one.get("kmsKeyId"),
        log_group_class=one.get("logGroupClass") or "STANDARD",
        stored_bytes=int(one.get("storedBytes") or 0),
        tags=_tags(arn, raw),
    )


def target_of(one: Json, raw: Raw, callers: Mapping[str, Sequence[Json]]) -> account.ScalingTarget:
    """Return a scaling target. ``callers`` are alarms by the ARN of the policy they call."""
    resource = one["ResourceId"]
    policies = [
        account.ScalingPolicy(
            name=policy["PolicyName"],
            arn=policy["PolicyARN"],
            type=policy["PolicyType"],
            alarm_names=_alarm_names(policy, callers),
        )
        for policy in raw.policies.get(resource, ())
    ]
    return account.ScalingTarget(
        resource_id=resource,
        arn=one.get("ScalableTargetARN"),
        policies=tuple(sorted(policies, key=lambda one: one.name)),
        scheduled_actions=in_order(item["ScheduledActionName"] for item in raw.scheduled.get(resource, ())),
        suspended=in_order(name for name, is_on in (one.get("SuspendedState") or {}).items() if is_on),
        tags=_tags(one.get("ScalableTargetARN") or "", raw),
    )


def _alarm_names(policy: Json, callers: Mapping[str, Sequence[Json]]) -> tuple[str, ...]:
    """Return the alarms AWS lists under a policy, and those that name it as an action."""
    told = {one["AlarmName"] for one in policy.get("Alarms") or ()}
    return in_order(told | {one["AlarmName"] for one in callers.get(policy["PolicyARN"], ())})


def alarm_of(one: Json, raw: Raw) -> account.Alarm:
    """Return an alarm."""
    services = sorted({found["ServiceName"] for found in dimensions_of(one) if "ServiceName" in found})
    return account.Alarm(
        name=one["AlarmName"],
        arn=one["AlarmArn"],
        service=services[0] if services else None,
        actions=tuple(actions_of(one)),
        tags=_tags(one["AlarmArn"], raw),
    )


def security_group_of(one: Json, raw: Raw) -> account.SecurityGroup:
    """Return a security group."""
    open_to = {
        found.get("CidrIp") or found.get("CidrIpv6")
        for rule in one.get("IpPermissions") or ()
        for found in (*(rule.get("IpRanges") or ()), *(rule.get("Ipv6Ranges") or ()))
    }
    return account.SecurityGroup(
        id=one["GroupId"],
        name=redact(one.get("GroupName", "")),
        description=redact(one.get("Description", "")),
        interfaces=None if raw.interfaces is None else raw.interfaces.get(one["GroupId"], 0),
        world_open=bool(open_to & ANYONE),
    )


def providers_of(strategy: Sequence[Json] | None) -> tuple[account.CapacityProvider, ...]:
    """Return a capacity provider strategy."""
    return tuple(
        account.CapacityProvider(
            name=one["capacityProvider"], base=int(one.get("base") or 0), weight=int(one.get("weight") or 0)
        )
        for one in strategy or ()
    )


def _tags(arn: str, raw: Raw) -> account.Tags:
    return _clean(raw.tags.get(arn, {}))


def _clean(tags: Mapping[str, str]) -> account.Tags:
    return kept_tags({key: value for key, value in tags.items() if not key.startswith("aws:")})


def in_order(values: Any) -> tuple[str, ...]:  # noqa: ANN401 - any iterable of strings, or nothing
    """Return strings sorted; nothing for nothing."""
    return tuple(sorted(values or ()))
