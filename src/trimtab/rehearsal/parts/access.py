"""Who may connect to whom: rules of the services' security groups.

AWS has rules for groups, a snapshot has them for services. A group lets out what every service
that has it is let out to, and is wide open where none of them is bound.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from trimtab.fleet.model import Egress, Service
    from trimtab.rehearsal.build import Build

HTTPS: Final = 443
ANYWHERE: Final = "0.0.0.0/0"


def make_rules(build: Build) -> None:
    """Make the rules between services, and those to what they connect to besides HTTPS."""
    members: defaultdict[str, list[Service]] = defaultdict(list)
    for service, identity in build.services():
        for group in identity.security_group_ids:
            members[group].append(service)
    own = {users[0].name: group for group, users in members.items() if len(users) == 1}
    for service in build.fleet.services:
        _let_in_callers(build, service, own)
    for group, users in members.items():
        _let_out(build, group, users)
    for service, identity in build.services():
        bound = [_lists(members[group]) for group in identity.security_group_ids]
        if service.egress is None and bound and all(bound):
            build.told.left_out(f"egress of {service.name}", "another service with the same groups is bound")
        if service.egress is not None and not bound:
            build.told.left_out(f"egress of {service.name}", "it has no security group")


def _let_in_callers(build: Build, service: Service, own: dict[str, str]) -> None:
    for caller in service.callers:
        if service.name not in own or caller not in own:
            build.told.left_out(
                f"{caller} calling {service.name}", "they have no security groups of their own"
            )
            continue
        rule = tcp(service.port or HTTPS, UserIdGroupPairs=[{"GroupId": build.new(own[caller])}])
        with build.told.or_left_out(f"{caller} calling {service.name}"):
            build.call(
                "ec2",
                "AuthorizeSecurityGroupIngress",
                GroupId=build.new(own[service.name]),
                IpPermissions=[rule],
            )


def _lists(users: list[Service]) -> bool:
    """Tell whether a group lists what it lets out to."""
    return any(service.egress is not None for service in users)


def _let_out(build: Build, group: str, users: list[Service]) -> None:
    if not _lists(users):
        return  # a new group lets out everything
    allowed = set.intersection(*(_peers(service) for service in users if service.egress is not None))
    everything: list[dict[str, Any]] = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": ANYWHERE}]}]
    rules: list[dict[str, Any]] = []
    for port, cidr, peer in sorted({(HTTPS, ANYWHERE, ""), *allowed}):
        if peer:
            rules.append(tcp(port, UserIdGroupPairs=[{"GroupId": build.new(peer)}]))
        elif ":" in cidr:
            rules.append(tcp(port, Ipv6Ranges=[{"CidrIpv6": cidr}]))
        else:
            rules.append(tcp(port, IpRanges=[{"CidrIp": cidr}]))
    new = build.new(group)
    with build.told.or_left_out(f"egress of {', '.join(service.name for service in users)}"):
        build.call("ec2", "RevokeSecurityGroupEgress", GroupId=new, IpPermissions=everything)
        for rule in rules:
            build.call("ec2", "AuthorizeSecurityGroupEgress", GroupId=new, IpPermissions=[rule])


def _peers(service: Service) -> set[tuple[int, str, str]]:
    return {_peer(one) for one in service.egress or ()}


def _peer(one: Egress) -> tuple[int, str, str]:
    return one.port, one.cidr or "", one.security_group_id or ""


def tcp(port: int, **peers: object) -> dict[str, Any]:
    """Return a rule for one port, as ``IpPermissions`` has it."""
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **peers}
