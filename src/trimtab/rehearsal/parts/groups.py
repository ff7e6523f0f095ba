"""Target groups with their health checks and attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from trimtab.rehearsal.build import some, tags
from trimtab.rehearsal.parts.routes import VPC
from trimtab.sandbox.client import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trimtab.fleet.account import TargetGroup
    from trimtab.fleet.model import Traffic
    from trimtab.rehearsal.build import Build

ELB: Final = "elbv2"
DELAY: Final = "deregistration_delay.timeout_seconds"
OF_HTTP: Final = ("HTTP", "HTTPS")


def make_target_groups(build: Build) -> None:
    """Make every target group. What a service's traffic says of one is its health check and delay."""
    traffic: dict[str, Traffic] = {}
    for service, identity in build.services():
        if service.traffic is not None and identity.attachments:
            traffic.setdefault(identity.attachments[0].target_group_arn, service.traffic)
    for group in build.identity.target_groups:
        with build.told.or_left_out(f"target group {group.name}"):
            _make(build, group, traffic.get(group.arn))


def _make(build: Build, group: TargetGroup, traffic: Traffic | None) -> None:
    made = build.call(
        ELB,
        "CreateTargetGroup",
        Name=group.name,
        TargetType=group.target_type,
        Tags=tags(group.tags),
        **({} if group.target_type == "lambda" else _listening(build, group)),
        **_checked(group, traffic),
    )
    arn = build.ids[group.arn] = made["TargetGroups"][0]["TargetGroupArn"]
    attributes = dict(group.attributes)
    if traffic is not None:
        attributes.setdefault(DELAY, str(traffic.deregistration_delay_s))
    set_attributes(build, "TargetGroup", group.name, arn, attributes)


def set_attributes(build: Build, kind: str, name: str, arn: str, attributes: Mapping[str, str]) -> None:
    """Set attributes of a target group or load balancer; where some are refused, each alone."""
    pairs = [{"Key": key, "Value": value} for key, value in attributes.items()]

    def modify(some_of_them: list[dict[str, str]]) -> None:
        arguments: dict[str, Any] = {f"{kind}Arn": arn, "Attributes": some_of_them}
        build.call(ELB, f"Modify{kind}Attributes", **arguments)

    if not pairs:
        return
    try:
        modify(pairs)
    except Refused:
        for pair in pairs:
            with build.told.or_left_out(f"attribute {pair['Key']} of {name}"):
                modify([pair])


def _listening(build: Build, group: TargetGroup) -> dict[str, Any]:
    return {
        "Port": group.port,
        "Protocol": group.protocol,
        "VpcId": build.new(group.vpc_id or build.identity.vpc_id or VPC),
        "ProtocolVersion": group.protocol_version if group.protocol in OF_HTTP else None,
    }


def _checked(group: TargetGroup, traffic: Traffic | None) -> dict[str, Any]:
    """Return the health check. Its times are said of a service's first target group only."""
    given: dict[str, Any] = {
        "HealthCheckProtocol": group.health_protocol,
        "HealthCheckPort": None if group.target_type == "lambda" else group.health_port,
    }
    if group.health_protocol in OF_HTTP and group.health_path.startswith("/"):  # else it is not kept
        given["HealthCheckPath"] = group.health_path
    if traffic is None:
        return given
    check = traffic.health_check
    code = "GrpcCode" if group.protocol_version == "GRPC" else "HttpCode"
    return {
        **given,
        "HealthCheckPath": check.path,
        "HealthCheckIntervalSeconds": check.interval_s,
        "HealthCheckTimeoutSeconds": check.timeout_s,
        "HealthyThresholdCount": check.healthy_threshold,
        "UnhealthyThresholdCount": check.unhealthy_threshold,
        "Matcher": some({code: check.matcher} if group.health_protocol in OF_HTTP else {}),
    }
