"""What watching a service costs beside its tasks [USD/month]: alarms, Container Insights, logs, traces.

Counted from the configuration, not replayed. Free tiers are left out: they are an account's,
and others use them too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.catalog.load import HOURS_PER_MONTH, insights_table
from trimtab.terraform_module import (
    ALARMED_METRICS,
    AT_MAX_METRICS,
    BALANCED_METRICS,
    DEFAULT_LOG_DAYS_ELSEWHERE,
    DEFAULT_LOG_DAYS_PRODUCTION,
    DEFAULT_SAMPLED_SHARE,
    REQUESTS_METRICS,
)

if TYPE_CHECKING:
    from trimtab.catalog.load import Prices
    from trimtab.demand.series import Demand
    from trimtab.fleet.model import Insights, Service, StepPolicy
    from trimtab.terraform_module import Tracking

DAYS_PER_MONTH = HOURS_PER_MONTH / 24
GIB = 2**30
"""CloudWatch's GB [bytes]."""
STANDARD_PERIOD_S = 60
"""Alarms with a shorter period are high-resolution ones."""
JOINT_METRICS = 2
"""CPU and memory. An alarm on metric math is billed for each metric it refers to (CloudWatch user
guide, "CloudWatch billing and cost")."""
ARCHIVED_SHARE = 0.15
"""Of a log's bytes that remain once it is compressed for storage (AWS Pricing Calculator)."""
TRACKING_ALARMS = 2
CONTAINERS_TODAY = 1
"""In a task as found; a snapshot does not record sidecars."""


def alarms_today_usd(service: Service, prices: Prices) -> float:
    """Return what the alarms of today's policies cost: one a step policy, two that AWS makes for tracking."""
    tracking = TRACKING_ALARMS * len(service.scaling.tracking) * prices.alarm_month.usd
    return tracking + sum(_alarm_usd(policy, prices) for policy in service.scaling.policies)


def _alarm_usd(policy: StepPolicy, prices: Prices) -> float:
    price = prices.alarm_month if policy.period_s >= STANDARD_PERIOD_S else prices.alarm_high_resolution_month
    joint = JOINT_METRICS + (policy.requests_low is not None)
    return price.usd * (joint if policy.metric == "joint" else 1)


def alarms_proposed_usd(  # noqa: PLR0913  # one a kind of alarm
    service: Service,
    prices: Prices,
    *,
    scales: bool,
    tracking: Tracking | None = None,
    fast_signals: bool = False,
    requests: bool = False,
) -> float:
    """Return what the service module's alarms cost, those that are on unless switched off included.

    Target tracking has two for each metric that it follows, which AWS makes and bills.
    """
    metrics = ALARMED_METRICS
    if tracking is not None:
        metrics = TRACKING_ALARMS * (1 if tracking.memory is None else 2)
    if requests:
        metrics += REQUESTS_METRICS
    if service.traffic is not None:
        metrics += BALANCED_METRICS
    if scales:
        metrics += AT_MAX_METRICS
    return metrics * prices.alarm_month.usd + (fast_signals_usd(prices) if fast_signals else 0.0)


def fast_signals_usd(prices: Prices) -> float:
    """Return what CPU every 20 s and an alarm on it cost a service.

    AWS says that the metric is charged and not as what: a custom metric is what CloudWatch's list has for it.
    """
    return prices.custom_metric_month.usd + prices.alarm_high_resolution_month.usd


def insights_usd(setting: Insights | None, tasks_mean: float, prices: Prices) -> float:
    """Return what Container Insights costs for one service and its one task definition family.

    With ``enhanced`` each task and container has metrics of its own, billed by the hour: the
    mean of running tasks stands for them. ``None``, not recorded, counts as nothing.
    """
    table = insights_table()
    if setting == "enabled":
        return (table.standard.service + table.standard.family) * prices.custom_metric_month.usd
    if setting == "enhanced":
        counts, containers = table.enhanced, CONTAINERS_TODAY
        metrics = counts.service + counts.family + counts.container * containers
        metrics_task = counts.task + counts.container_task * containers
        price = prices.container_insights_enhanced_metric_month.usd
        return (metrics + metrics_task * tasks_mean) * price
    return 0.0


def cluster_insights_usd(setting: Insights | None, prices: Prices) -> float:
    """Return what Container Insights costs for the cluster itself, however many services it has."""
    table = insights_table()
    if setting == "enabled":
        return table.standard.cluster * prices.custom_metric_month.usd
    if setting == "enhanced":
        return table.enhanced.cluster * prices.container_insights_enhanced_metric_month.usd
    return 0.0


def balancers_usd(count: int, prices: Prices) -> float:
    """Return what so many application load balancers cost, without their units; 0 where no price is known."""
    return 0.0 if prices.alb_hour is None else count * HOURS_PER_MONTH * prices.alb_hour.usd


def logs_usd(service: Service, retention_days: int, prices: Prices) -> float:
    """Return what the service's logs cost: taken in, and kept for so many days.

    A volume that is not recorded counts as nothing. It is the same before and after: a size or
    a policy does not change what is written.
    """
    if service.log_bytes_day is None:
        return 0.0
    gib_day = service.log_bytes_day / GIB
    kept_gib = gib_day * retention_days * ARCHIVED_SHARE
    taken_in = gib_day * DAYS_PER_MONTH * prices.logs_ingestion_gb.usd
    return taken_in + kept_gib * prices.logs_storage_gb_month.usd


def retention_proposed_days(environment: str) -> int:
    """Return how long the service module keeps the application's log [days]."""
    return DEFAULT_LOG_DAYS_PRODUCTION if environment == "production" else DEFAULT_LOG_DAYS_ELSEWHERE


def tracing_most_usd(service: Service, demand: Demand, prices: Prices) -> float:
    """Return the most that the proposal's traces to X-Ray can cost.

    Every request from the public load balancer is taken to begin a trace. Those that another
    service of the fleet sends belong to a trace that has begun already, and which they are is
    not recorded, so the bill is lower.
    """
    if service.traffic is None or service.traffic.exposure != "public":
        return 0.0
    requests = demand.requests[demand.known]
    traces_min = DEFAULT_SAMPLED_SHARE * requests.sum() / requests.size
    traces_month = float(traces_min) * HOURS_PER_MONTH * 3600 / demand.step_s
    return traces_month / 1e6 * prices.xray_traces_recorded_million.usd
