"""What a service costs before and after, in whole cents, so that rows add up to their total."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from trimtab.catalog.load import HOURS_PER_MONTH

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trimtab.demand.series import Demand
    from trimtab.evidence.verdict import Verdict
    from trimtab.fleet.model import Service
    from trimtab.sizing.model import TaskPrices

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Fargate list price of a service or of all [USD/month of 730 h], in whole cents.

    ``before`` and ``after`` are both replayed, on the same demand and by the same rules, so that
    what the replay gets wrong it gets wrong on both sides. ``recorded`` checks the first.
    """

    recorded_usd_month: Decimal
    """Tasks as recorded at the present size, without what their starts and drains cost."""
    before_usd_month: Decimal
    """As configured, replayed."""
    after_usd_month: Decimal
    """As proposed, replayed."""

    @property
    def saving_usd_month(self) -> Decimal:
        """What the replays differ by; negative where the proposal costs more."""
        return self.before_usd_month - self.after_usd_month

    @property
    def saving_share(self) -> float:
        """Saving as a share of the cost before; 0 where nothing was paid."""
        return float(self.saving_usd_month / self.before_usd_month) if self.before_usd_month else 0.0


def tasks_recorded(demand: Demand) -> float:
    """Return the mean of running tasks over reported minutes [tasks]."""
    return float(demand.tasks[demand.present].mean())


def cost_of(
    service: Service, demand: Demand, prices: TaskPrices, *, deployed: Verdict, proposed: Verdict
) -> Cost:
    """Return what the service costs as recorded, as replayed today, and as replayed under the proposal."""
    task_hour_usd = prices.task_hour_usd(service.size, service.architecture)
    return Cost(
        recorded_usd_month=cents(task_hour_usd * tasks_recorded(demand) * HOURS_PER_MONTH),
        before_usd_month=cents(deployed.usd_month),
        after_usd_month=cents(proposed.usd_month),
    )


def total(costs: Iterable[Cost]) -> Cost:
    """Return the sum of rounded rows: what a reader adds up is what stands below the line."""
    recorded, before, after = Decimal("0.00"), Decimal("0.00"), Decimal("0.00")
    for cost in costs:
        recorded += cost.recorded_usd_month
        before += cost.before_usd_month
        after += cost.after_usd_month
    return Cost(recorded_usd_month=recorded, before_usd_month=before, after_usd_month=after)


def cents(usd: float) -> Decimal:
    """Return an amount in whole cents, halves up as on an invoice."""
    return Decimal(repr(usd)).quantize(CENT, rounding=ROUND_HALF_UP)
