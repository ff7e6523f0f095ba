"""EC2 networking: a deleted NAT gateway releases its network interface, and a rule keeps its description.

Source: EC2 API reference, DeleteNatGateway and SecurityGroupRule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.ec2.models import EC2Backend
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.security_groups import SecurityGroupRule

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.ec2.models.nat_gateways import NatGateway

    from trimtab.sandbox.patching import Patches


def install(patches: Patches) -> None:
    """Extend moto's EC2."""
    patches.wrap(EC2Backend, "delete_nat_gateway", _delete_nat_gateway)
    patches.add(SecurityGroupRule, "description", property(_rule_description))
    # Absent in a VPC without DNS hostnames, where moto's tasks read it all the same.
    patches.add(NetworkInterface, "private_dns_name", "")


def _delete_nat_gateway(
    original: Callable[..., NatGateway], self: EC2Backend, nat_gateway_id: str
) -> NatGateway:
    """Take the interface away too, which moto leaves behind to hold the subnet."""
    gateway = original(self, nat_gateway_id)
    self.enis.pop(vars(gateway)["_eni"].id, None)
    return gateway


def _rule_description(rule: SecurityGroupRule) -> str | None:
    """Return the description of a rule whatever its peer; moto looks for it only beside a range."""
    for peer in (rule.ip_range, rule.source_group):
        if "Description" in peer:
            return str(peer["Description"])
    return None
