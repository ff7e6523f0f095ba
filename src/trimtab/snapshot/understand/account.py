"""Answers made into the things around the services (``trimtab.fleet.account``)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal

from trimtab.fleet import account
from trimtab.redaction import REDACTED, is_credential, redact
from trimtab.snapshot.answers import DEFAULT_TAGS, TagNames
from trimtab.snapshot.parse import actions_of, dimensions_of
from trimtab.snapshot.understand.routing import are_addresses, is_answer, is_path, is_target, kept_settings
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
_PLAIN: Final = re.compile(r"[\w .,:/+\-]{1,64}")
"""What an environment, a team or a cost center is called."""
ANYONE = frozenset({"0.0.0.0/0", "::/0"})


def tags_of(answer: Json, names: TagNames = DEFAULT_TAGS) -> account.Tags:
    """Return the tags of an ECS answer, without AWS's own, sorted; values of those that are to be kept."""
    return _clean({one["key"]: one.get("value", "") for one in answer.get("tags") or ()}, names)


def cluster_of(cluster: Json, names: TagNames = DEFAULT_TAGS) -> account.ClusterIdentity:
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
        tags=tags_of(cluster, names),
    )


def insights_of(cluster: Json) -> Literal["disabled", "enabled", "enhanced"]:
    """Return the cluster's setting of Container Insights."""
    for setting in cluster.get("settings") or ():
        if setting.get("name") == "containerInsights" and setting.get("value") in ("enabled", "enhanced"):
            return "enhanced" if setting["value"] == "enhanced" else "enabled"
    return "disabled"


def namespace_of(namespace: Json, raw: Raw) -> account.Namespace:
    """Return a Cloud Map namespace."""
    return account.Namespace(
        id=namespace["Id"],
        arn=namespace["Arn"],
        name=namespace["Name"],
        type=namespace["Type"],
        # Without the hosted zone's word: a private namespace serves the network its services are in.
        vpc_id=namespace.get("VpcId") or (raw.vpc_id if namespace["Type"] == "DNS_PRIVATE" else None),
        tags=_tags(namespace["Arn"], raw),
    )


def discovery_of(discovery: Json, raw: Raw) -> account.DiscoveryService:
    """Return a Cloud Map service."""
    dns = discovery.get("DnsConfig") or {}
    records = dns.get("DnsRecords") or ()
    return account.DiscoveryService(
        id=discovery["Id"],
        arn=discovery["Arn"],
        name=discovery["Name"],
        namespace_id=discovery["NamespaceId"],
        routing_policy=dns.get("RoutingPolicy") or None,
        record_types=in_order(record["Type"] for record in records),
        ttl_s=min((int(record["TTL"]) for record in records), default=0),
        custom_health=bool(discovery.get("HealthCheckCustomConfig")),
        tags=_tags(discovery["Arn"], raw),
    )


def balancer_of(balancer: Json, raw: Raw) -> account.LoadBalancer:
    """Return a load balancer with its listeners and rules."""
    listeners = [_listener(each, raw) for each in balancer["Listeners"]]
    return account.LoadBalancer(
        arn=balancer["LoadBalancerArn"],
        name=balancer["LoadBalancerName"],
        scheme=balancer["Scheme"],
        vpc_id=balancer["VpcId"],
        subnet_ids=in_order(zone["SubnetId"] for zone in balancer.get("AvailabilityZones") or ()),
        security_group_ids=in_order(balancer.get("SecurityGroups")),
        dns_name=balancer.get("DNSName", ""),
        attributes=kept_settings(balancer.get("Attributes") or {}),
        listeners=tuple(sorted(listeners, key=lambda listener: listener.port)),
        tags=_tags(balancer["LoadBalancerArn"], raw),
    )


def _listener(listener: Json, raw: Raw) -> account.Listener:
    actions: list[Json] = listener.get("DefaultActions") or []
    kind = str(actions[0]["Type"]) if len(actions) == 1 else "other"
    response = _response(actions[0]) if kind == "fixed-response" else None
    redirect = _redirect(actions[0]) if kind == "redirect" else None
    if not _is_understood(response, redirect):
        # As one that there is no word for: the load balancer stays with its owner.
        kind, response, redirect = "other", None, None
    rules = [_rule(rule, raw) for rule in listener.get("Rules") or () if not rule.get("IsDefault")]
    certificates: list[Json] = listener.get("Certificates") or []
    return account.Listener(
        arn=listener["ListenerArn"],
        port=int(listener["Port"]),
        protocol=listener["Protocol"],
        certificate_arn=certificates[0].get("CertificateArn") if certificates else None,
        ssl_policy=listener.get("SslPolicy") or None,
        default_action=_ACTIONS.get(kind, "other"),
        default_target_group_arns=forwards_to(actions),
        default_response=response,
        default_redirect=redirect,
        rules=tuple(sorted(rules, key=lambda rule: rule.priority)),
        tags=_tags(listener["ListenerArn"], raw),
    )


def _is_understood(response: account.FixedResponse | None, redirect: account.Redirect | None) -> bool:
    if response is not None:
        return is_answer(response.message_body)
    return redirect is None or is_target(
        {name: getattr(redirect, name) for name in ("protocol", "port", "host", "path", "query")}
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


def _rule(rule: Json, raw: Raw) -> account.ListenerRule:
    actions = rule.get("Actions") or ()
    fields = {condition.get("Field") for condition in rule.get("Conditions") or ()}
    said = {field: values_of(rule, field) for field in ("path-pattern", "host-header")}
    # A rule with conditions that are not known is nobody's to write down: it stays as it is.
    kept = {field: values if are_addresses(values) else () for field, values in said.items()}
    others = {field for field in fields if field not in said or kept[field] != said[field]}
    return account.ListenerRule(
        arn=rule["RuleArn"],
        priority=int(rule["Priority"]),
        target_group_arns=forwards_to(actions),
        plain=_is_plain(actions),
        paths=kept["path-pattern"],
        hosts=kept["host-header"],
        other_conditions=in_order(map(str, others)),
        tags=_tags(rule["RuleArn"], raw),
    )


def _is_plain(actions: Sequence[Json]) -> bool:
    if len(actions) != 1 or actions[0].get("Type") != "forward":
        return False
    config = actions[0].get("ForwardConfig") or {}
    sticky = (config.get("TargetGroupStickinessConfig") or {}).get("Enabled")
    return len(forwards_to(actions)) == 1 and not sticky


def target_group_of(group: Json, raw: Raw) -> account.TargetGroup:
    """Return a target group."""
    arn, path = group["TargetGroupArn"], str(group.get("HealthCheckPath") or "/")
    return account.TargetGroup(
        arn=arn,
        name=group["TargetGroupName"],
        port=int(group.get("Port") or 0),
        protocol=group.get("Protocol") or "",
        vpc_id=group.get("VpcId") or "",
        protocol_version=group.get("ProtocolVersion") or "HTTP1",
        target_type=group.get("TargetType") or "instance",
        load_balancer_arns=in_order(group.get("LoadBalancerArns")),
        health_protocol=group.get("HealthCheckProtocol") or "HTTP",
        health_port=str(group.get("HealthCheckPort") or "traffic-port"),
        health_path=path if is_path(path) else REDACTED,
        attributes=kept_settings(group.get("Attributes") or {}),
        tags=_tags(arn, raw),
    )


def log_group(group: Json, raw: Raw) -> account.LogGroup:
    """Return a log group."""
    arn = str(group.get("logGroupArn") or group.get("arn") or "").removesuffix(":*")
    return account.LogGroup(
        name=group["logGroupName"],
        arn=arn,
        retention_days=group.get("retentionInDays"),
        kms_key_id=group.get("kmsKeyId"),
        log_group_class=group.get("logGroupClass") or "STANDARD",
        stored_bytes=int(group.get("storedBytes") or 0),
        tags=_tags(arn, raw),
    )


def target_of(target: Json, raw: Raw, callers: Mapping[str, Sequence[Json]]) -> account.ScalingTarget:
    """Return a scaling target. ``callers`` are alarms by the ARN of the policy they call."""
    resource = target["ResourceId"]
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
        arn=target.get("ScalableTargetARN"),
        policies=tuple(sorted(policies, key=lambda one: one.name)),
        scheduled_actions=in_order(item["ScheduledActionName"] for item in raw.scheduled.get(resource, ())),
        suspended=in_order(name for name, is_on in (target.get("SuspendedState") or {}).items() if is_on),
        tags=_tags(target.get("ScalableTargetARN") or "", raw),
    )


def _alarm_names(policy: Json, callers: Mapping[str, Sequence[Json]]) -> tuple[str, ...]:
    """Return the alarms AWS lists under a policy, and those that name it as an action."""
    told = {one["AlarmName"] for one in policy.get("Alarms") or ()}
    return in_order(told | {one["AlarmName"] for one in callers.get(policy["PolicyARN"], ())})


def alarm_of(alarm: Json, raw: Raw) -> account.Alarm:
    """Return an alarm."""
    services = sorted({found["ServiceName"] for found in dimensions_of(alarm) if "ServiceName" in found})
    return account.Alarm(
        name=alarm["AlarmName"],
        arn=alarm["AlarmArn"],
        service=services[0] if services else None,
        actions=tuple(actions_of(alarm)),
        tags=_tags(alarm["AlarmArn"], raw),
    )


def security_group_of(group: Json, raw: Raw) -> account.SecurityGroup:
    """Return a security group."""
    open_to = {
        found.get("CidrIp") or found.get("CidrIpv6")
        for rule in group.get("IpPermissions") or ()
        for found in (*(rule.get("IpRanges") or ()), *(rule.get("Ipv6Ranges") or ()))
    }
    return account.SecurityGroup(
        id=group["GroupId"],
        name=redact(group.get("GroupName", "")),
        description=redact(group.get("Description", "")),
        interfaces=None if raw.interfaces is None else raw.interfaces.get(group["GroupId"], 0),
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
    return _clean(raw.tags.get(arn, {}), raw.tag_names)


def _clean(tags: Mapping[str, str], names: TagNames) -> account.Tags:
    """Return tags by key. A value that is not kept is empty: the takeover leaves such a tag alone."""
    own = {key: value for key, value in sorted(tags.items()) if not key.startswith("aws:")}
    return {
        key: value if names.keeps(key) and _PLAIN.fullmatch(value) and not is_credential(key, value) else ""
        for key, value in own.items()
        if redact(key) == key
    }


def in_order(values: Any) -> tuple[str, ...]:  # noqa: ANN401 - any iterable of strings, or nothing
    """Return strings sorted; nothing for nothing."""
    return tuple(sorted(values or ()))
