"""What is proposed for a service, as far as a replay can see it: from the sizing, or read from a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimtab.advice.case.objective import DEFAULT
from trimtab.catalog.load import EPHEMERAL_INCLUDED_GIB
from trimtab.terraform_module import COLLECTOR_CPU_UNITS, COLLECTOR_MEMORY_MIB

if TYPE_CHECKING:
    from trimtab.advice.case.objective import Objective, Spot
    from trimtab.catalog.load import Prices
    from trimtab.fleet.model import Architecture, Service, TaskSize
    from trimtab.sizing.model import Sizing
    from trimtab.terraform_module import Ladders
    from trimtab.timing.startup import Timing


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One service under the modules of ``terraform/``."""

    size: TaskSize
    architecture: Architecture
    ladders: Ladders
    deregistration_delay_s: int
    """0 where no load balancer sends traffic."""
    stop_timeout_s: int
    collector_cpu_units: int = COLLECTOR_CPU_UNITS
    """The trace collector's, inside the task's size; 0 without tracing."""
    collector_memory_mib: int = COLLECTOR_MEMORY_MIB
    ephemeral_gib: int = EPHEMERAL_INCLUDED_GIB
    spot: Spot | None = None
    """On Fargate Spot, interrupted as this says; None: On-Demand."""

    def task_usd_hour(self, prices: Prices) -> float:
        """Return what a task costs for an hour [USD/h].

        Raises:
            UsageError: there is no such rate.

        """
        return prices.task_hour_usd(
            self.size,
            self.architecture,
            ephemeral_gib=self.ephemeral_gib,
            spot=self.spot is not None,
        )


def proposal_of(
    service: Service, sizing: Sizing, ladders: Ladders, timing: Timing, objective: Objective = DEFAULT
) -> Proposal:
    """Return what the recommendation puts into the values."""
    return Proposal(
        size=sizing.size,
        architecture=objective.architecture or service.architecture,
        spot=objective.spot,
        ladders=ladders,
        deregistration_delay_s=timing.target.deregistration_delay_s if timing.target else 0,
        stop_timeout_s=timing.stop_timeout_s,
    )
