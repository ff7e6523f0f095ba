"""The loss of one zone: what is left of the tasks, and how many it takes that what is left is enough.

ECS spreads a Fargate service over the zones of its subnets as evenly as it can, so of n tasks in Z
zones the fullest zone has ceil(n / Z), and floor(n (Z - 1) / Z) are left without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from trimtab.fleet.model import Service

ASSUMED_ZONES: Final = 3
"""Where a snapshot does not say in which zones subnets lie: most networks have one in each of three."""


def zones_of(service: Service) -> int:
    """Return over how many zones the service's tasks are spread.

    Those of its subnets, where the snapshot has them: two subnets in one zone are lost together. Else
    three, or as many as it has subnets: fewer subnets cannot lie in more zones; fewer zones make the loss
    of one the greater.
    """
    identity = service.identity
    if identity is None or not identity.subnet_ids:
        return ASSUMED_ZONES
    return len(identity.zones) or min(ASSUMED_ZONES, len(identity.subnet_ids))


def zones_known(service: Service) -> bool:
    """Tell whether these are the zones of its subnets, or one subnet, which is in one; else a guess."""
    identity = service.identity
    return identity is not None and (bool(identity.zones) or len(identity.subnet_ids) == 1)


def left_share(zones: int) -> float:
    """Return what is left of evenly spread tasks when one of ``zones``, at least 2, is lost [ratio]."""
    return (zones - 1) / zones


def with_spare_zone(needed: int, zones: int) -> int:
    """Return the least n with floor(n (Z - 1) / Z) >= ``needed``, zones at least 2 [tasks].

    That is ceil(needed Z / (Z - 1)), in whole numbers throughout.
    """
    return -(-needed * zones // (zones - 1))
