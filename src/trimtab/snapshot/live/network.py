"""The network that a fleet runs in, and what of it costs something though nobody is seen to use it.

A recommendation can do without each of these: where one may not be read, a note says so.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from trimtab.aws.api import batches, pages
from trimtab.snapshot.live.traffic import ELB, PAGE
from trimtab.snapshot.parse import subnets_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from trimtab.aws.api import Api, Json
    from trimtab.snapshot.answers import Raw

SUBNETS_A_CALL: Final = 100
MOST_STRAYS: Final = 50
"""Load balancers of others in the network that are looked behind, a call or more each."""


def read_network(api: Api, raw: Raw) -> None:
    """Read everything of this module, each part on its own."""
    raw.optional("Subnets", lambda: _read_subnets(api, raw))
    raw.optional("Security groups", lambda: _read_security_groups(api, raw))
    raw.optional("Network interfaces", lambda: _read_interfaces(api, raw))
    raw.optional("NAT gateways", lambda: _read_nat_gateways(api, raw))
    raw.optional("Public addresses", lambda: _read_addresses(api, raw))
    raw.optional("Load balancers that no service uses", lambda: _read_strays(api, raw))


def _read_subnets(api: Api, raw: Raw) -> None:
    networks = {subnet["VpcId"] for subnet in _with_zones(api, raw, subnets_of(raw.services))}
    raw.vpc_id = networks.pop() if len(networks) == 1 else None


def _with_zones(api: Api, raw: Raw, wanted: Iterable[str]) -> list[Json]:
    """Return the subnets, and keep their zones."""
    subnets: list[Json] = []
    for batch in batches(sorted(wanted), SUBNETS_A_CALL):
        for subnet in api.call("ec2", "DescribeSubnets", SubnetIds=list(batch)).get("Subnets", ()):
            if subnet.get("AvailabilityZone"):
                raw.zones[subnet["SubnetId"]] = subnet["AvailabilityZone"]
            subnets.append(subnet)
    return subnets


def _read_security_groups(api: Api, raw: Raw) -> None:
    if raw.vpc_id is None:
        return
    groups = _within(api, raw.vpc_id, "DescribeSecurityGroups", "SecurityGroups")
    raw.security_groups = [group for group in groups if group.get("GroupName") != "default"]


def _read_interfaces(api: Api, raw: Raw) -> None:
    if raw.vpc_id is None:
        return
    counts: Counter[str] = Counter()
    for one in _within(api, raw.vpc_id, "DescribeNetworkInterfaces", "NetworkInterfaces"):
        counts.update(group["GroupId"] for group in one.get("Groups") or ())
    raw.interfaces = counts


def _read_nat_gateways(api: Api, raw: Raw) -> None:
    if raw.vpc_id is None:
        return
    wanted = [
        {"Name": "vpc-id", "Values": [raw.vpc_id]},
        {"Name": "state", "Values": ["available", "pending"]},
    ]
    raw.nat_gateways = list(pages(api, "ec2", "DescribeNatGateways", "NatGateways", Filter=wanted))
    if not raw.nat_gateways:
        return
    routes: list[Json] = []
    for table in _within(api, raw.vpc_id, "DescribeRouteTables", "RouteTables", most=100):
        routes += table.get("Routes") or ()
    raw.routed = frozenset(route["NatGatewayId"] for route in routes if route.get("NatGatewayId"))
    unknown = {one["SubnetId"] for one in raw.nat_gateways if one.get("SubnetId")} - set(raw.zones)
    _with_zones(api, raw, unknown)


def _read_addresses(api: Api, raw: Raw) -> None:
    """Keep the addresses that hang on nothing: they are of the region, no network has them."""
    answer = api.call("ec2", "DescribeAddresses")
    raw.addresses = [
        one for one in answer.get("Addresses", ()) if not (one.get("AssociationId") or one.get("InstanceId"))
    ]


def _read_strays(api: Api, raw: Raw) -> None:
    """Keep the load balancers of the network behind which no target is, of this fleet or another."""
    if raw.vpc_id is None:
        return
    known = {one["LoadBalancerArn"] for one in raw.balancers}
    ours = {arn for group in _attached(raw) for arn in group.get("LoadBalancerArns") or ()}
    others = [
        one
        for one in _balancing(api, "DescribeLoadBalancers", "LoadBalancers")
        if one.get("VpcId") == raw.vpc_id and one["LoadBalancerArn"] not in known | ours
    ]
    if not others:
        return
    groups = list(_balancing(api, "DescribeTargetGroups", "TargetGroups"))
    for balancer in others[:MOST_STRAYS]:
        behind = [
            group for group in groups if balancer["LoadBalancerArn"] in (group.get("LoadBalancerArns") or ())
        ]
        if not _has_targets(api, behind):
            raw.strays.append({**balancer, "TargetGroups": len(behind)})
    if len(others) > MOST_STRAYS:
        raw.notes.append(
            f"of {len(others)} load balancers of the network that no service uses "
            f"{MOST_STRAYS} were looked behind"
        )


def _attached(raw: Raw) -> Iterator[Json]:
    """Give the target groups that services of the cluster are in."""
    for service in raw.services:
        for one in service.get("loadBalancers") or ():
            if one.get("targetGroupArn") in raw.target_groups:
                yield raw.target_groups[one["targetGroupArn"]]


def _has_targets(api: Api, groups: Sequence[Json]) -> bool:
    for group in groups:
        answer = api.call(ELB, "DescribeTargetHealth", TargetGroupArn=group["TargetGroupArn"])
        if answer.get("TargetHealthDescriptions"):
            return True
    return False


def _within(api: Api, vpc_id: str, operation: str, items: str, *, most: int = 1000) -> Iterator[Json]:
    return pages(
        api, "ec2", operation, items, MaxResults=most, Filters=[{"Name": "vpc-id", "Values": [vpc_id]}]
    )


def _balancing(api: Api, operation: str, items: str) -> Iterator[Json]:
    return pages(api, ELB, operation, items, cursor="Marker", cursor_out="NextMarker", PageSize=PAGE)
