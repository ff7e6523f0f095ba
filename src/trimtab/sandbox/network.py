"""EC2 networking: a deleted NAT gateway releases its network interface, as in AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.ec2.models import EC2Backend

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.ec2.models.nat_gateways import NatGateway

    from trimtab.sandbox.patching import Patches


def install(patches: Patches) -> None:
    """Extend moto's EC2."""
    patches.wrap(EC2Backend, "delete_nat_gateway", _delete_nat_gateway)


def _delete_nat_gateway(
    original: Callable[..., NatGateway], self: EC2Backend, nat_gateway_id: str
) -> NatGateway:
    """Take the interface away too, which moto leaves behind to hold the subnet."""
    gateway = original(self, nat_gateway_id)
    self.enis.pop(vars(gateway)["_eni"].id, None)
    return gateway
