"""The loss of one zone: what is left of the tasks, and how many it takes that what is left is enough.

ECS spreads a Fargate service over the zones of its subnets as evenly as it can, so of n tasks in Z
zones the fullest zone has ceil(n / Z), and floor(n (Z - 1) / Z) are left without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from trimtab.fleet.model import Service

ASSUMED_ZONES: Final = 3
"""A snapshot has the subnets of a service and not their zones: most networks have one in each of three."""


def zones_of(service: Service) -> int:
    """Return over how many zones the service's tasks are spread: three, or as many as it has subnets.

    Fewer subnets cannot lie in more zones; fewer zones make the loss of one the greater.
    """
    subnets = service.identity.subnet_ids if service.identity is not None else ()
    return min(ASSUMED_ZONES, len(subnets)) if subnets else ASSUMED_ZONES


def left_share(zones: int) -> float:
    """Return what is left of evenly spread tasks when one of ``zones``, at least 2, is lost [ratio]."""
    return (zones - 1) / zones


def with_spare_zone(needed: int, zones: int) -> int:
    """Return the least n with floor(n (Z - 1) / Z) >= ``needed``, zones at least 2 [tasks].

    That is ceil(needed Z / (Z - 1)), in whole numbers throughout.
    """
    return -(-needed * zones // (zones - 1))
