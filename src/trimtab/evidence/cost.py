"""What a service costs before and after, in whole cents, so that rows add up to their total."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from trimtab.catalog.load import HOURS_PER_MONTH

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trimtab.demand.series import Demand
    from trimtab.fleet.model import Service
    from trimtab.sizing.model import Sizing, TaskPrices

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Fargate list price of a service or of all [USD/month of 730 h], in whole cents.

    ``before`` rests on recorded running tasks at the present size, ``after`` on estimated
    tasks at the new one: the saving is an estimate until a replay has proven it.
    """

    before_usd_month: Decimal
    after_usd_month: Decimal

    @property
    def saving_usd_month(self) -> Decimal:
        """Estimated saving; negative where the new size costs more."""
        return self.before_usd_month - self.after_usd_month

    @property
    def saving_share(self) -> float:
        """Estimated saving as a share of the cost before; 0 where nothing was paid."""
        return float(self.saving_usd_month / self.before_usd_month) if self.before_usd_month else 0.0


def tasks_before(demand: Demand) -> float:
    """Return the mean of running tasks over reported minutes [tasks]."""
    return float(demand.tasks[demand.present].mean())


def cost_of(service: Service, demand: Demand, sizing: Sizing, prices: TaskPrices) -> Cost:
    """Return what the service costs today and what it is estimated to cost at its new size."""
    task_hour_usd = prices.task_hour_usd(service.size, service.architecture)
    return Cost(
        before_usd_month=cents(task_hour_usd * tasks_before(demand) * HOURS_PER_MONTH),
        after_usd_month=cents(sizing.cost_usd_month),
    )


def total(costs: Iterable[Cost]) -> Cost:
    """Return the sum of rounded rows: what a reader adds up is what stands below the line."""
    before, after = Decimal("0.00"), Decimal("0.00")
    for cost in costs:
        before += cost.before_usd_month
        after += cost.after_usd_month
    return Cost(before_usd_month=before, after_usd_month=after)


def cents(usd: float) -> Decimal:
    """Return an amount in whole cents, halves up as on an invoice."""
    return Decimal(repr(usd)).quantize(CENT, rounding=ROUND_HALF_UP)
