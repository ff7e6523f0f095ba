"""What is asked about one service: the same for every size and every policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trimtab.advice.case.case import Workload
    from trimtab.advice.case.objective import Objective
    from trimtab.catalog.load import Prices
    from trimtab.demand.series import Demand
    from trimtab.fleet.model import Service, TaskSize
    from trimtab.timing.startup import Timing


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question:
    """What is asked about one service."""

    workload: Workload
    timing: Timing
    prices: Prices
    objective: Objective
    estimated: TaskSize
    """The size that the quantiles alone ask for."""

    @property
    def service(self) -> Service:
        """As it is deployed."""
        return self.workload.service

    @property
    def demand(self) -> Demand:
        """As recorded, gaps and all."""
        return self.workload.demand
