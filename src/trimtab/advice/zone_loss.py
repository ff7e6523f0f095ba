"""The loss of one zone, where the snapshot does not say in which zones a service's subnets lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.advice.case.zones import zones_known, zones_of
from trimtab.advice.model import Caution, CautionKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.advice.case.objective import Objective
    from trimtab.fleet.model import Service


def cautions_of_zone_loss(service: Service, objective: Objective) -> Iterator[Caution]:
    """Yield a caution where the spare for a lost zone rests on a guess."""
    if not objective.zone_loss or zones_known(service):
        return
    subnets = service.identity.subnet_ids if service.identity is not None else ()
    have = f"its {len(subnets)} subnets are" if subnets else "its subnets are not known, and it is"
    text = (
        f"{have} taken to be in {zones_of(service)} zones: the snapshot does not say in which. In fewer, the "
        "spare for the loss of one is too small; a new snapshot with ec2:DescribeSubnets says it"
    )
    yield Caution(kind=CautionKind.ZONES, text=text)
