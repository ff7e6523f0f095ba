"""What a service costs before and after, in whole cents, so that rows add up to their total."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from trimtab.advice.watching_cost import (
    alarms_proposed_usd,
    alarms_today_usd,
    balancers_usd,
    cluster_insights_usd,
    insights_usd,
    logs_usd,
    retention_proposed_days,
    tracing_most_usd,
)
from trimtab.catalog.load import HOURS_PER_MONTH
from trimtab.terraform_module import DEFAULT_INSIGHTS, PLATFORM_ALARMS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trimtab.advice.case.outcome import Verdict
    from trimtab.catalog.load import Prices
    from trimtab.demand.series import Demand
    from trimtab.fleet.model import Fleet, Insights, Service, TaskSize
    from trimtab.terraform_module import Tracking

CENT = Decimal("0.01")
NONE = Decimal("0.00")


@dataclass(frozen=True, slots=True, kw_only=True)
class CostParts:
    """What is paid for [USD/month of 730 h], each part in whole cents."""

    compute_usd_month: Decimal = NONE
    """Fargate tasks: replayed, starts and drains included."""
    logs_usd_month: Decimal = NONE
    """CloudWatch Logs, taken in and kept."""
    insights_usd_month: Decimal = NONE
    """Container Insights' metrics."""
    alarms_usd_month: Decimal = NONE
    balancers_usd_month: Decimal = NONE
    """Load balancers by the hour. Their units follow the traffic, which no proposal changes."""
    tracing_usd_month: Decimal = NONE
    """Traces recorded by X-Ray, at their most."""

    @property
    def total_usd_month(self) -> Decimal:
        """All parts together."""
        return sum((getattr(self, part.name) for part in fields(self)), NONE)

    def __add__(self, other: CostParts) -> CostParts:
        return CostParts(
            **{part.name: getattr(self, part.name) + getattr(other, part.name) for part in fields(self)}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a service, the cluster or all of it costs [USD/month of 730 h], in whole cents.

    Compute before and after are both replayed, on the same demand and by the same rules, so
    that what the replay gets wrong it gets wrong on both sides. ``recorded`` checks the first.
    """

    recorded_usd_month: Decimal = NONE
    """Compute of the tasks as recorded at the present size, without what their starts and drains cost."""
    before: CostParts = CostParts()
    """As configured."""
    after: CostParts = CostParts()
    """As proposed."""
    logs_known: bool = True
    """Whether the volume of logs is recorded; else logs count as nothing on both sides."""
    insights_known: bool = True
    """Whether today's Container Insights are recorded; else they count as off."""
    balancers_known: bool = True
    """Whether today's load balancers are recorded; else they count as one where there is traffic."""

    @property
    def before_usd_month(self) -> Decimal:
        """All parts, as configured."""
        return self.before.total_usd_month

    @property
    def after_usd_month(self) -> Decimal:
        """All parts, as proposed."""
        return self.after.total_usd_month

    @property
    def saving_usd_month(self) -> Decimal:
        """What the two differ by; negative where the proposal costs more."""
        return self.before_usd_month - self.after_usd_month

    @property
    def saving_share(self) -> float:
        """Saving as a share of the cost before; 0 where nothing was paid."""
        return _share(self.saving_usd_month, self.before_usd_month)

    @property
    def compute_saving_usd_month(self) -> Decimal:
        """What the two replays differ by."""
        return self.before.compute_usd_month - self.after.compute_usd_month

    @property
    def compute_saving_share(self) -> float:
        """That as a share of compute before; 0 where nothing was paid."""
        return _share(self.compute_saving_usd_month, self.before.compute_usd_month)


def tasks_recorded(demand: Demand) -> float:
    """Return the mean of running tasks over the minutes that are known [tasks]."""
    return float(demand.tasks[demand.known].mean())


def recorded_usd_month(service: Service, size: TaskSize, demand: Demand, prices: Prices) -> float:
    """Return what the recorded tasks cost at a size [USD/month of 730 h]."""
    hour_usd = prices.task_hour_usd(size, service.architecture)
    return hour_usd * tasks_recorded(demand) * HOURS_PER_MONTH


def cost_of(  # noqa: PLR0913  # the two replays, and what the snapshot says of the cluster
    service: Service,
    demand: Demand,
    prices: Prices,
    *,
    deployed: Verdict,
    proposed: Verdict,
    insights: Insights | None = None,
    environment: str = "production",
    fast_signals: bool = False,
    tracking: Tracking | None = None,
    requests: bool = False,
) -> Cost:
    """Return what the service costs as recorded, as configured today, and under the proposal.

    ``insights`` is the cluster's present setting of Container Insights, None if not recorded;
    ``fast_signals``: whether the proposal has CPU watched every 20 s, ``requests``: and requests too.
    """
    keep_days = retention_proposed_days(environment)
    # Kept for ever: what has piled up is not known, so nothing is claimed to be saved on it.
    kept_days = service.log_retention_days or keep_days
    return Cost(
        recorded_usd_month=cents(recorded_usd_month(service, service.size, demand, prices)),
        before=CostParts(
            compute_usd_month=cents(deployed.usd_month),
            logs_usd_month=cents(logs_usd(service, kept_days, prices)),
            insights_usd_month=cents(insights_usd(insights, deployed.tasks_mean, prices)),
            alarms_usd_month=cents(alarms_today_usd(service, prices)),
        ),
        after=CostParts(
            compute_usd_month=cents(proposed.usd_month),
            logs_usd_month=cents(logs_usd(service, keep_days, prices)),
            insights_usd_month=cents(insights_usd(DEFAULT_INSIGHTS, proposed.tasks_mean, prices)),
            alarms_usd_month=cents(
                alarms_proposed_usd(
                    service,
                    prices,
                    scales=proposed.min_tasks < proposed.max_tasks,
                    tracking=tracking,
                    fast_signals=fast_signals,
                    requests=requests,
                )
            ),
            tracing_usd_month=cents(tracing_most_usd(service, demand, prices)),
        ),
        logs_known=service.log_bytes_day is not None,
        insights_known=insights is not None,
    )


def shared_cost(fleet: Fleet, prices: Prices) -> Cost:
    """Return what the cluster costs beside its services: its own metrics, and its load balancers."""
    insights, identity = fleet.container_insights, fleet.identity
    exposures = {service.traffic.exposure for service in fleet.services if service.traffic is not None}
    today = min(1, len(exposures)) if identity is None else len(identity.load_balancers)
    return Cost(
        before=CostParts(
            insights_usd_month=cents(cluster_insights_usd(insights, prices)),
            balancers_usd_month=cents(balancers_usd(today, prices)),
        ),
        after=CostParts(
            insights_usd_month=cents(cluster_insights_usd(DEFAULT_INSIGHTS, prices)),
            # Those of the account that nothing here owns stay.
            balancers_usd_month=cents(balancers_usd(max(len(exposures), today), prices)),
            alarms_usd_month=cents(PLATFORM_ALARMS * prices.alarm_month.usd),
        ),
        insights_known=insights is not None,
        balancers_known=not exposures or (identity is not None and prices.alb_hour is not None),
    )


def total(costs: Iterable[Cost]) -> Cost:
    """Return the sum of rounded rows: what a reader adds up is what stands below the line."""
    rows = tuple(costs)
    return Cost(
        recorded_usd_month=sum((row.recorded_usd_month for row in rows), NONE),
        before=sum((row.before for row in rows), CostParts()),
        after=sum((row.after for row in rows), CostParts()),
        logs_known=all(row.logs_known for row in rows),
        insights_known=all(row.insights_known for row in rows),
        balancers_known=all(row.balancers_known for row in rows),
    )


def cents(usd: float) -> Decimal:
    """Return an amount in whole cents, halves up as on an invoice."""
    return Decimal(repr(usd)).quantize(CENT, rounding=ROUND_HALF_UP)


def dollars(amount: Decimal) -> str:
    """Return an amount in words for a sentence: ``$1,234.50``, or ``-$1,234.50``."""
    return f"{'-' if amount < 0 else ''}${abs(amount):,}"


def _share(part: Decimal, whole: Decimal) -> float:
    return float(part / whole) if whole else 0.0
