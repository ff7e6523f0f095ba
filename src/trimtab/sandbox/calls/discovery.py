"""Cloud Map: a VPC may have namespaces of different names; a private one's hosted zone is in the VPC.

Deleting a namespace takes its hosted zone along.

Source: Cloud Map API reference, CreatePrivateDnsNamespace and DeleteNamespace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.core.exceptions import JsonRESTError
from moto.route53.models import route53_backends
from moto.servicediscovery.exceptions import ConflictingDomainExists
from moto.servicediscovery.models import ServiceDiscoveryBackend
from moto.utilities.utils import get_partition

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimtab.sandbox.patching import Patches


def install(patches: Patches) -> None:
    """Extend moto's Cloud Map."""
    patches.wrap(ServiceDiscoveryBackend, "create_private_dns_namespace", _create_private_dns_namespace)
    patches.wrap(ServiceDiscoveryBackend, "delete_namespace", _delete_namespace)


def _create_private_dns_namespace(
    original: Callable[..., str],
    self: ServiceDiscoveryBackend,
    *,
    name: str,
    vpc: str,
    **rest: Any,  # noqa: ANN401 - handed on as it came
) -> str:
    """Refuse a second namespace of the same name in a VPC; moto refuses a second one of any name."""
    if any(held.vpc == vpc and held.name == name for held in self.namespaces.values()):
        raise ConflictingDomainExists(vpc)
    # moto compares the VPC alone, so it is given one that no other namespace has, and then the real one.
    alone = f"{vpc}/{name}"
    operation = original(self, name=name, vpc=alone, **rest)
    for held in self.namespaces.values():
        if held.vpc == alone:
            held.vpc = vpc
            zone = (held.dns_properties or {})["HostedZoneId"].removeprefix("/hostedzone/")
            zones = route53_backends[self.account_id][get_partition(self.region_name)].zones
            zones[zone].add_vpc(vpc, self.region_name)
    return operation


def _delete_namespace(original: Callable[..., str], self: ServiceDiscoveryBackend, namespace_id: str) -> str:
    """Delete the hosted zone too, which moto leaves behind."""
    used = [service.name for service in self.services.values() if service.namespace_id == namespace_id]
    if used:
        raise JsonRESTError("ResourceInUse", f"Namespace {namespace_id} still has services: {used}")
    namespace = self.get_namespace(namespace_id)
    operation = original(self, namespace_id)
    if zone := (namespace.dns_properties or {}).get("HostedZoneId"):
        zones = route53_backends[self.account_id][get_partition(self.region_name)].zones
        zones.pop(zone.removeprefix("/hostedzone/"), None)
    return operation
