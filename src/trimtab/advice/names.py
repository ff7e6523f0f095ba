"""Services that are asked for by name, and a snapshot that has no such service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trimtab.advice.case.objective import Objective
    from trimtab.snapshot.contract import Snapshot


def known_services(snapshot: Snapshot) -> list[str]:
    """Return the services that are there, those that could not be read at the end."""
    fleet = snapshot.fleet
    return [*(service.name for service in fleet.services), *(skip.service for skip in fleet.skipped)]


def refuse_unknown(snapshot: Snapshot, names: Iterable[str], where: str) -> None:
    """Refuse names that no service of the snapshot has.

    Raises:
        UsageError: there is one, in ``where``; it says which are known.

    """
    known = known_services(snapshot)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UsageError(
            f"there is no service {', '.join(map(repr, unknown))} in the snapshot",
            where=where,
            advice=f"known: {', '.join(known)}",
        )


def refuse_unfit(snapshot: Snapshot, objective: Objective) -> None:
    """Refuse an objective that lays down what the snapshot's services cannot have.

    Raises:
        UsageError: it names a service that is not there, or a drain where no load balancer sends traffic.

    """
    refuse_unknown(snapshot, objective.services, "objective: services")
    for service in snapshot.fleet.services:
        delay_s = objective.laid_down(service.name).deregistration_delay_s
        if delay_s is not None and service.traffic is None:
            raise UsageError(
                "no load balancer sends it traffic, so there is no deregistration delay to set",
                where=f"objective: services.{service.name}",
                advice="take deregistration_delay_s out",
            )
