"""Which rates a lever is priced by: the user's own, else the catalog's of a day, which is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from trimtab.catalog.load import LIST_PRICE
from trimtab.catalog.offers import offers
from trimtab.errors import UsageError

if TYPE_CHECKING:
    from trimtab.catalog.load import Prices
    from trimtab.fleet.model import Architecture, TaskSize


def rate(prices: Prices, size: TaskSize, architecture: Architecture, *, spot: bool) -> float | None:
    """Return what a task costs for an hour [USD/h]; None where there is no such rate."""
    try:
        return prices.task_hour_usd(size, architecture, spot=spot)
    except UsageError:
        return None


def spot_rates(prices: Prices, architecture: Architecture) -> tuple[Prices | None, str]:
    """Return prices with Spot rates and where these are from; None and how to give them, without any."""
    kind = "arm" if architecture == "ARM64" else "x86"
    vcpu, gib = f"fargate_spot_{kind}_vcpu_hour", f"fargate_spot_{kind}_gb_hour"
    if getattr(prices, vcpu) is not None and getattr(prices, gib) is not None:
        return prices, "the rates given"
    known = offers(prices.region)
    if known is None:
        how = (
            f"no Spot rates of {prices.region}: give {vcpu} and {gib} with --prices, from AWS's Fargate page"
        )
        return None, how
    rates = {vcpu: getattr(known, vcpu), gib: getattr(known, gib)}
    said = f"AWS's rates of {rates[vcpu].vintage}, which move: give today's {vcpu} and {gib} with --prices"
    return replace(prices, **rates), said


def plan_percent(prices: Prices) -> tuple[float | None, str]:
    """Return what a Savings Plan that nobody has yet takes off [percent], and in words whose it is."""
    if prices.savings_plan_offer_percent is not None:
        return prices.savings_plan_offer_percent, "is offered"
    known = offers(prices.region)
    # Prices that were agreed on are not those that the plan's discount is off.
    if known is None or not prices.basis.startswith(LIST_PRICE):
        return None, ""
    plan = known.savings_plan
    other = "compute_savings_plan_offer_percent gives another"
    return plan.percent, f"is what a plan of {plan.term} took off on {plan.vintage} ({other})"
