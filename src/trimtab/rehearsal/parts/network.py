"""VPCs, subnets and security groups.

Which VPC a subnet is in, a snapshot says of load balancers only; services are in the fleet's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from trimtab.rehearsal.parts.access import ANYWHERE, tcp
from trimtab.rehearsal.parts.routes import VPC, ZONES, zone_subnets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.rehearsal.build import Build

CIDR: Final = "10.20.0.0/16"
"""That of ``examples/network``."""
LEAST_BITS: Final = 4
"""A VPC is cut into at least 16 subnets: room for thousands of tasks in each."""
ADDRESSES_BITS: Final = 16


def make_network(build: Build) -> None:
    """Make VPCs and subnets: those the snapshot names, and three of each kind in the fleet's VPC."""
    placed = _placed(build)
    main = build.identity.vpc_id or VPC
    vpcs = dict.fromkeys([main, *placed.values(), *_named(build)])
    public = _public(build)
    zones = _zones(build)
    for vpc in vpcs:
        new = build.call("ec2", "CreateVpc", CidrBlock=CIDR)["Vpc"]["VpcId"]
        build.ids[vpc] = new
        # Cloud Map's private namespaces resolve only in a VPC with both.
        build.call("ec2", "ModifyVpcAttribute", VpcId=new, EnableDnsHostnames={"Value": True})
        wanted = sorted(one for one, where in placed.items() if where == vpc)
        outer, inner = ([one for one in wanted if (one in public) is kind] for kind in (True, False))
        if vpc == main:
            outer += _more(build, outer, "public")
            inner += _more(build, inner, "private")
        elif not wanted:
            inner = [f"{vpc} {number}" for number in range(ZONES)]
        _make_subnets(build, new, outer, inner, zones)
        if vpc == main:
            build.public, build.private = ([build.ids[one] for one in kind] for kind in (outer, inner))
            _lead_out(build, new)


def make_groups(build: Build) -> None:
    """Make the security groups.

    One that a service has and nobody tells of is its VPC's default group, which a snapshot leaves
    out; but then it does not know what the service connects to either.
    """
    vpc = build.new(build.identity.vpc_id or VPC)
    for group in build.identity.security_groups:
        with build.told.or_left_out(f"security group {group.name}"):
            made = build.call(
                "ec2",
                "CreateSecurityGroup",
                GroupName=group.name,
                Description=group.description or group.name,
                VpcId=vpc,
            )
            build.ids[group.id] = made["GroupId"]
            if group.world_open:
                _let_in_everybody(build, made["GroupId"])
    listed = {
        group
        for service, identity in build.services()
        if service.egress is not None or service.callers
        for group in identity.security_group_ids
    }
    for where, one in _used(build):
        if one not in build.ids:
            default = None if one in listed else _default_group(build, where)
            build.ids[one] = default or _stranger(build, one, where)


def _placed(build: Build) -> dict[str, str]:
    """Return the VPC of each subnet."""
    identity = build.identity
    placed = {
        subnet: balancer.vpc_id for balancer in identity.load_balancers for subnet in balancer.subnet_ids
    }
    groups = {group.arn: group.vpc_id for group in identity.target_groups if group.vpc_id}
    for _, service in build.services():
        attached = [
            groups[one.target_group_arn] for one in service.attachments if one.target_group_arn in groups
        ]
        where = identity.vpc_id or next(iter(attached), VPC)
        for subnet in service.subnet_ids:
            placed.setdefault(subnet, where)
    return placed


def _named(build: Build) -> Iterator[str]:
    """Give every other VPC there is a word of."""
    identity = build.identity
    yield from (one.vpc_id for one in identity.load_balancers)
    yield from (one.vpc_id for one in identity.target_groups if one.vpc_id)
    yield from (one.vpc_id for one in identity.namespaces if one.vpc_id)


def _public(build: Build) -> set[str]:
    """Return the subnets that something with a public address is in."""
    subnets = {
        subnet
        for balancer in build.identity.load_balancers
        if balancer.scheme == "internet-facing"
        for subnet in balancer.subnet_ids
    }
    return subnets | {
        subnet for _, service in build.services() if service.assign_public_ip for subnet in service.subnet_ids
    }


def _zones(build: Build) -> list[str]:
    answer = build.call("ec2", "DescribeAvailabilityZones")
    return sorted(str(zone["ZoneName"]) for zone in answer["AvailabilityZones"])


def _said(build: Build, zones: list[str]) -> dict[str, str]:
    """Return the zones of subnets that the snapshot says, of those that the sandbox has."""
    told = (one for _, service in build.services() for one in service.subnet_zones)
    return {one.subnet_id: one.zone for one in told if one.zone in zones}


def _more(build: Build, there: list[str], kind: str) -> list[str]:
    """Return what a kind of subnet lacks to three."""
    invented = zone_subnets(kind)
    left = [one for one in invented if one not in there]
    lacking = left[: max(0, ZONES - len(there))]
    build.told.made_up("subnet", len(lacking) + sum(one in invented for one in there))
    return lacking


def _make_subnets(build: Build, vpc: str, outer: list[str], inner: list[str], zones: list[str]) -> None:
    said, first = _said(build, zones), zones[:ZONES]
    wanted = [(old, kind.index(old)) for kind in (outer, inner) for old in kind]
    bits = max(LEAST_BITS, (len(wanted) - 1).bit_length())
    for number, (old, place) in enumerate(wanted):
        start = number << (ADDRESSES_BITS - bits)
        made = build.call(
            "ec2",
            "CreateSubnet",
            VpcId=vpc,
            CidrBlock=f"10.20.{start >> 8}.{start & 255}/{32 - ADDRESSES_BITS + bits}",
            AvailabilityZone=said.get(old, first[place % len(first)]),
        )
        build.ids[old] = made["Subnet"]["SubnetId"]
        build.subnets.setdefault(vpc, []).append(build.ids[old])


def _lead_out(build: Build, vpc: str) -> None:
    """Give the public subnets a way to the internet."""
    gateway = build.call("ec2", "CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
    build.call("ec2", "AttachInternetGateway", InternetGatewayId=gateway, VpcId=vpc)
    table = build.call("ec2", "CreateRouteTable", VpcId=vpc)["RouteTable"]["RouteTableId"]
    build.call("ec2", "CreateRoute", RouteTableId=table, DestinationCidrBlock=ANYWHERE, GatewayId=gateway)
    for subnet in build.public:
        build.call("ec2", "AssociateRouteTable", RouteTableId=table, SubnetId=subnet)


def _used(build: Build) -> Iterator[tuple[str, str]]:
    """Give each security group that something has, with its VPC, in order."""
    vpc = build.new(build.identity.vpc_id or VPC)
    for _, identity in build.services():
        yield from ((vpc, one) for one in identity.security_group_ids)
    for balancer in build.identity.load_balancers:
        yield from ((build.new(balancer.vpc_id), one) for one in balancer.security_group_ids)
    for service, _ in build.services():
        yield from ((vpc, one.security_group_id) for one in service.egress or () if one.security_group_id)


def _default_group(build: Build, vpc: str) -> str | None:
    """Return the VPC's default group, unless it stands for another already."""
    filters: list[dict[str, Any]] = [
        {"Name": "vpc-id", "Values": [vpc]},
        {"Name": "group-name", "Values": ["default"]},
    ]
    groups = build.call("ec2", "DescribeSecurityGroups", Filters=filters)["SecurityGroups"]
    group = str(groups[0]["GroupId"]) if groups else None
    return None if group in build.ids.values() else group


def _stranger(build: Build, old: str, vpc: str) -> str:
    build.told.made_up("security group")
    made = build.call(
        "ec2", "CreateSecurityGroup", GroupName=f"was {old}", Description="Not described", VpcId=vpc
    )
    return str(made["GroupId"])


def _let_in_everybody(build: Build, group: str) -> None:
    for port in (80, 443):
        rule = tcp(port, IpRanges=[{"CidrIp": ANYWHERE}])
        build.call("ec2", "AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=[rule])
