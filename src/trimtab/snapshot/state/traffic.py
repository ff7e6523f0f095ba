"""Terraform's load balancers and security groups put back into the shapes of the AWS API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trimtab.snapshot.state.balancer_attributes import ELSEWHERE, KEPT
from trimtab.snapshot.state.services import block

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trimtab.aws.api import Json

_ATTRIBUTES: Final = {**ELSEWHERE, **{name: argument for name, (argument, _) in KEPT.items()}}
_REDIRECT: Final = {
    "StatusCode": "status_code",
    "Protocol": "protocol",
    "Port": "port",
    "Host": "host",
    "Path": "path",
    "Query": "query",
}


def balancer_shape(values: Json) -> Json:
    """Return a load balancer as DescribeLoadBalancers words it."""
    return {
        "LoadBalancerArn": values["arn"],
        "LoadBalancerName": values["name"],
        "Scheme": "internal" if values.get("internal") else "internet-facing",
        "Type": values.get("load_balancer_type") or "application",
        "VpcId": values.get("vpc_id") or "",
        "AvailabilityZones": [{"SubnetId": subnet} for subnet in values.get("subnets") or ()],
        "SecurityGroups": values.get("security_groups") or [],
        "DNSName": values.get("dns_name") or "",
        "Listeners": [],
        "Attributes": dict(_attributes(values)),
    }


def _attributes(values: Json) -> Iterator[tuple[str, str]]:
    """Give what a takeover keeps of a load balancer's attributes, by AWS's names."""
    for name, argument in _ATTRIBUTES.items():
        value = values.get(argument)
        if value is not None:
            yield name, str(value).lower()
    for kind in ("access", "connection"):
        logs = block(values, f"{kind}_logs")
        if logs.get("enabled"):
            yield f"{kind}_logs.s3.enabled", "true"
            yield f"{kind}_logs.s3.bucket", logs.get("bucket") or ""
            yield f"{kind}_logs.s3.prefix", logs.get("prefix") or ""


def listener_shape(values: Json) -> Json:
    """Return a listener as DescribeListeners words it, with its default action as a rule."""
    actions = [_action(one) for one in values.get("default_action") or ()]
    certificate = values.get("certificate_arn")
    return {
        "ListenerArn": values["arn"],
        "Port": values.get("port") or 0,
        "Protocol": values.get("protocol") or "HTTP",
        "SslPolicy": values.get("ssl_policy") or None,
        "Certificates": [{"CertificateArn": certificate}] if certificate else [],
        "DefaultActions": actions,
        "Rules": [{"RuleArn": "", "IsDefault": True, "Actions": actions}],
    }


def rule_shape(values: Json) -> Json:
    """Return a rule as DescribeRules words it."""
    return {
        "RuleArn": values["arn"],
        "Priority": str(values["priority"]),
        "Actions": [_action(one) for one in values.get("action") or ()],
        "Conditions": [each for one in values.get("condition") or () for each in _conditions(one)],
    }


def group_shape(values: Json) -> Json:
    """Return a target group as DescribeTargetGroups words it."""
    check = block(values, "health_check")
    return {
        "TargetGroupArn": values["arn"],
        "TargetGroupName": values["name"],
        "Port": values.get("port"),
        "Protocol": values.get("protocol"),
        "ProtocolVersion": values.get("protocol_version"),
        "TargetType": values.get("target_type"),
        "VpcId": values.get("vpc_id"),
        "LoadBalancerArns": values.get("load_balancer_arns") or [],
        "HealthCheckProtocol": check.get("protocol"),
        "HealthCheckPort": check.get("port"),
        "HealthCheckPath": check.get("path") or "/",
        "HealthCheckIntervalSeconds": check.get("interval") or 30,
        "HealthCheckTimeoutSeconds": check.get("timeout") or 5,
        "HealthyThresholdCount": check.get("healthy_threshold") or 5,
        "UnhealthyThresholdCount": check.get("unhealthy_threshold") or 2,
        "Matcher": {"HttpCode": _text(check, "matcher", "200")},
        "Attributes": {"deregistration_delay.timeout_seconds": _text(values, "deregistration_delay", "300")},
    }


def _text(values: Json, name: str, default: str) -> str:
    """Return a number as AWS's attributes word it; older providers keep a number, and zero is one."""
    found = values.get(name)
    return default if found in (None, "") else str(found)


def security_shape(values: Json) -> Json:
    """Return a security group as DescribeSecurityGroups words it."""
    return {
        "GroupId": values["id"],
        "GroupName": values.get("name") or "",
        "Description": values.get("description") or "",
        "IpPermissions": [_permission(one, values["id"]) for one in values.get("ingress") or ()],
        "IpPermissionsEgress": [_permission(one, values["id"]) for one in values.get("egress") or ()],
    }


def _action(action: Json) -> Json:
    forward = block(action, "forward")
    groups = [{"TargetGroupArn": each["arn"]} for each in forward.get("target_group") or ()]
    sticky = block(forward, "stickiness").get("enabled", False)
    said, sent = block(action, "fixed_response"), block(action, "redirect")
    return {
        "FixedResponseConfig": {
            "StatusCode": said.get("status_code"),
            "ContentType": said.get("content_type"),
            "MessageBody": said.get("message_body"),
        },
        "RedirectConfig": {
            name: str(sent[snake]) for name, snake in _REDIRECT.items() if sent.get(snake) is not None
        },
        "Type": action.get("type"),
        "TargetGroupArn": action.get("target_group_arn") or None,
        "ForwardConfig": {"TargetGroups": groups, "TargetGroupStickinessConfig": {"Enabled": sticky}},
    }


def _conditions(condition: Json) -> Iterator[Json]:
    """Give each filled part of a condition block; before provider 3.0 it was a field and its values."""
    if condition.get("field"):
        yield {"Field": condition["field"], "Values": list(condition.get("values") or ())}
        return
    for name, said in (("path_pattern", "PathPatternConfig"), ("host_header", "HostHeaderConfig")):
        if values := block(condition, name).get("values"):
            yield {"Field": name.replace("_", "-"), said: {"Values": values}}
    for name in ("http_header", "http_request_method", "query_string", "source_ip"):
        if condition.get(name):
            yield {"Field": name.replace("_", "-")}


def add_rules(groups: Sequence[Json], resources: Mapping[str, Sequence[Json]]) -> None:
    """Add the rules that are resources of their own to the groups they are of.

    A group's own attributes lack them until the state is refreshed: without them a service that
    connects to its database would seem to connect to nothing.
    """
    lists = {
        (group["GroupId"], way): group[name]
        for group in groups
        for way, name in (("ingress", "IpPermissions"), ("egress", "IpPermissionsEgress"))
    }
    for way, rule in _own_rules(resources):
        permissions = lists.get((rule["security_group_id"], way))
        permission = _permission(rule, rule["security_group_id"])
        if permissions is not None and permission not in permissions:
            permissions.append(permission)


def _own_rules(resources: Mapping[str, Sequence[Json]]) -> Iterator[tuple[str, Json]]:
    """Give each rule of either kind as a group's own attribute words one, and which way it leads."""
    for one in resources.get("aws_security_group_rule", ()):
        source = one.get("source_security_group_id")
        yield one["type"], {**one, "security_groups": [source] if source else []}
    for way in ("ingress", "egress"):
        for rule in resources.get(f"aws_vpc_security_group_{way}_rule", ()):
            many = {
                "cidr_blocks": rule.get("cidr_ipv4"),
                "ipv6_cidr_blocks": rule.get("cidr_ipv6"),
                "prefix_list_ids": rule.get("prefix_list_id"),
                "security_groups": rule.get("referenced_security_group_id"),
            }
            lists = {name: [value] if value else [] for name, value in many.items()}
            yield way, {**rule, **lists, "protocol": rule.get("ip_protocol")}


def _permission(rule: Json, own: str) -> Json:
    groups = [*(rule.get("security_groups") or ()), *([own] if rule.get("self") else ())]
    return {
        "IpProtocol": rule.get("protocol"),
        "FromPort": rule.get("from_port"),
        "ToPort": rule.get("from_port") if rule.get("to_port") is None else rule["to_port"],
        "IpRanges": [{"CidrIp": cidr} for cidr in rule.get("cidr_blocks") or ()],
        "Ipv6Ranges": [{"CidrIpv6": cidr} for cidr in rule.get("ipv6_cidr_blocks") or ()],
        "UserIdGroupPairs": [{"GroupId": group} for group in groups],
        "PrefixListIds": rule.get("prefix_list_ids") or [],
    }
