"""Terraform's subnets, NAT gateways, routes and addresses put back into the shapes of the AWS API.

A state knows what it manages: a route of another state may lead to a gateway of this one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trimtab.snapshot.parse import subnets_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trimtab.aws.api import Json
    from trimtab.snapshot.answers import Raw

TABLES: Final = ("aws_route_table", "aws_default_route_table")


def add_network(raw: Raw, resources: Mapping[str, Sequence[Json]]) -> None:
    """Add zones, gateways and addresses; and the VPC, where the services' subnets say which it is."""
    subnets: dict[str, Json] = {
        one["id"]: one
        for kind in ("aws_subnet", "aws_default_subnet")
        for one in resources.get(kind, ())
        if one.get("id")
    }
    raw.zones = {
        name: one["availability_zone"] for name, one in subnets.items() if one.get("availability_zone")
    }
    ours = subnets_of(raw.services)
    networks = {subnets[subnet].get("vpc_id") for subnet in ours & set(subnets)} - {None, ""}
    if len(networks) == 1:
        raw.vpc_id = networks.pop()
    for gateway in resources.get("aws_nat_gateway", ()):
        if (
            gateway.get("id")
            and raw.vpc_id
            and subnets.get(gateway.get("subnet_id") or "", {}).get("vpc_id") == raw.vpc_id
        ):
            raw.nat_gateways.append(_nat_gateway(gateway))
    # Without any route of the state, those that lead to the gateways are kept elsewhere: nothing is known.
    if any(resources.get(kind) for kind in (*TABLES, "aws_route")):
        raw.routed = frozenset(_gateways(resources))
    raw.addresses = list(_addresses(resources))


def _nat_gateway(values: Json) -> Json:
    return {
        "NatGatewayId": values["id"],
        "SubnetId": values.get("subnet_id"),
        "ConnectivityType": values.get("connectivity_type") or "public",
    }


def _gateways(resources: Mapping[str, Sequence[Json]]) -> Iterator[str]:
    """Give the NAT gateways that routes lead to, as blocks of a table or resources of their own."""
    for kind in TABLES:
        for table in resources.get(kind, ()):
            for route in table.get("route") or ():
                if route.get("nat_gateway_id"):
                    yield route["nat_gateway_id"]
    for route in resources.get("aws_route", ()):
        if route.get("nat_gateway_id"):
            yield route["nat_gateway_id"]


def _addresses(resources: Mapping[str, Sequence[Json]]) -> Iterator[Json]:
    """Give the addresses that neither the state's own attribute nor another resource hangs on anything."""
    taken = {one.get("allocation_id") for one in resources.get("aws_eip_association", ())}
    taken |= {one.get("allocation_id") for one in resources.get("aws_nat_gateway", ())}
    for balancer in (*resources.get("aws_lb", ()), *resources.get("aws_alb", ())):
        taken |= {one.get("allocation_id") for one in balancer.get("subnet_mapping") or ()}
    for one in resources.get("aws_eip", ()):
        hangs = one.get("association_id") or one.get("instance") or one.get("network_interface")
        if one.get("id") and not hangs and one["id"] not in taken:
            yield {"AllocationId": one["id"]}
