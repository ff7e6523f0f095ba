"""Answers about the network, made into what costs something there though nobody is seen to use it.

Only what the answers show: that no route leads to a gateway, that no target is behind a load balancer.
Whether somebody still wants it, no answer says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.fleet.account import Leftover, NatGateway
from trimtab.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.aws.api import Json
    from trimtab.snapshot.answers import Raw


def nat_gateway_of(gateway: Json, raw: Raw) -> NatGateway:
    """Return a NAT gateway."""
    identifier = gateway["NatGatewayId"]
    return NatGateway(
        id=identifier,
        zone=raw.zones.get(gateway.get("SubnetId") or ""),
        private=gateway.get("ConnectivityType") == "private",
        routed=None if raw.routed is None else identifier in raw.routed,
    )


def unused_of(raw: Raw) -> Iterator[Leftover]:
    """Give what of the network nobody is seen to use, by kind as Terraform calls it."""
    for one in raw.nat_gateways:
        if raw.routed is not None and one["NatGatewayId"] not in raw.routed:
            yield _leftover("aws_nat_gateway", one["NatGatewayId"], detail="no route leads to it")
    for one in raw.addresses:
        identifier = one.get("AllocationId") or "an address without an id"
        yield _leftover("aws_eip", identifier, detail="it hangs on nothing")
    for one in raw.strays:
        count = one["TargetGroups"]
        detail = f"none of its {count} target groups has a target" if count else "it has no target group"
        yield _leftover("aws_lb", one["LoadBalancerArn"], redact(one["LoadBalancerName"]), detail)


def _leftover(kind: str, identifier: str, name: str = "", detail: str = "") -> Leftover:
    return Leftover(kind=kind, id=identifier, name=name or identifier, detail=detail)
