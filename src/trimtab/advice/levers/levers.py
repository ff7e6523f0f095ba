"""Levers not pulled: of each service by replay or price, of the fleet by its least hour and the catalog.

Nothing in here changes the advice. Each row stands for itself: what one saves is counted on the
proposal as it is, so two of them together save less than their sum.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from trimtab.advice.case.case import as_proposed
from trimtab.advice.case.objective import Spot
from trimtab.advice.cost import cents
from trimtab.advice.lever import Lever, LeverKind, Pulls
from trimtab.advice.levers.nights import clock_hours, scheduled_zero
from trimtab.advice.levers.rates import plan_percent, rate, spot_rates
from trimtab.advice.levers.redundant import redundant
from trimtab.advice.log_level import PRODUCTION, verbose_settings
from trimtab.catalog.load import HOURS_PER_MONTH
from trimtab.replay.run import replay

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trimtab.advice.case.case import Workload
    from trimtab.advice.case.objective import Objective
    from trimtab.advice.case.outcome import Judged
    from trimtab.advice.case.proposal import Proposal
    from trimtab.advice.cost import Cost
    from trimtab.advice.model import Advice
    from trimtab.catalog.load import Prices
    from trimtab.demand.series import F64, Demand
    from trimtab.fleet.model import Fleet, Service

SPOT_NOTICE_S: Final = 120
"""From Spot's warning to the end of the task (ECS guide,
"Fargate Spot termination notices")."""


def pulls_of(  # noqa: PLR0913, PLR0917  # the service, its proposal and replay, what it costs, and by which prices
    workload: Workload,
    proposal: Proposal,
    proposed: Judged,
    cost: Cost,
    prices: Prices,
    objective: Objective,
    environment: str,
) -> Pulls:
    """Return the levers of one service, and what it spends by the hour for those of the fleet."""
    service = workload.service
    pulls = (
        *_graviton(proposal, proposed, prices),
        *_spot(workload, proposal, proposed, prices, objective),
        *_log_level(service, cost, environment),
        *scheduled_zero(workload, proposal, proposed, prices),
    )
    covered = proposal.spot is None and not _on_spot(service)
    first, spend = _hourly(proposed, workload.demand, proposal.task_usd_hour(prices)) if covered else (0, ())
    return Pulls(
        levers=tuple(replace(one, service=service.name) for one in pulls if one.counts),
        first_hour=first,
        spend_usd_hour=spend,
    )


def levers_of(fleet: Fleet, services: Sequence[Advice], prices: Prices) -> tuple[Lever, ...]:
    """Return every lever that is worth a line, by kind: those of the services, and the fleet's own."""
    own = [lever for advice in services for lever in advice.pulls.levers]
    shared = [*_commitment([advice.pulls for advice in services], prices), *redundant(fleet, prices)]
    order = list(LeverKind)
    return tuple(
        sorted((one for one in (*own, *shared) if one.counts), key=lambda one: order.index(one.kind))
    )


def _graviton(proposal: Proposal, proposed: Judged, prices: Prices) -> Iterator[Lever]:
    """Yield what the proposal's bill comes to at the ARM64 rates: the same task-seconds."""
    if proposal.architecture == "ARM64":
        return
    spot = proposal.spot is not None
    arm = rate(prices, proposal.size, "ARM64", spot=spot)
    first = "an image for arm64, and one task of it measured"
    if arm is None:
        what = "Spot rate" if spot else "price"
        basis = f"no {what} for ARM64: give it with --prices"
        yield Lever(kind=LeverKind.GRAVITON, usd_month=None, basis=basis, first=first)
        return
    now = prices.task_hour_usd(proposal.size, proposal.architecture, spot=spot)
    saved = cents(proposed.verdict.usd_month * (1 - arm / now))
    basis = "the proposal's task-seconds in replay at the ARM64 price, its vCPU taken to be as fast"
    yield Lever(kind=LeverKind.GRAVITON, usd_month=saved, basis=basis, first=first)


def _spot(
    workload: Workload, proposal: Proposal, proposed: Judged, prices: Prices, objective: Objective
) -> Iterator[Lever]:
    """Yield what Spot would save, its interruptions replayed; no dollars for the only copy."""
    service = workload.service
    if proposal.spot is not None or _on_spot(service):
        return
    first = f"drain, longest request and stop within {SPOT_NOTICE_S} s"
    if service.identity is not None:
        first += "; spot = true replaces the service that runs"
    if proposal.ladders.min_tasks < 2:  # noqa: PLR2004  # the only copy
        basis = "not as it is: at its least it runs the only copy"
        yield Lever(kind=LeverKind.SPOT, usd_month=None, basis=basis, first=f"a second copy; {first}")
        return
    rates, whose = spot_rates(prices, proposal.architecture)
    if rates is None:
        yield Lever(kind=LeverKind.SPOT, usd_month=None, basis=whose, first=first)
        return
    assumed = Spot()
    case = as_proposed(workload, replace(proposal, spot=assumed), rates, objective)
    summary, minutes = replay(case.inputs, case.policy).summary, case.inputs.load.minutes
    basis = (
        f"replayed with {assumed.events_per_day:g} interruptions a day that take {assumed.share_percent} % "
        f"of the tasks for {assumed.capacity_wait_s} s, which are assumptions; at {whose}"
    )
    if summary.over_cpu_min > objective.over_share * minutes:
        first = f"a wider objective (they break it); {first}"
    saved = cents(proposed.verdict.usd_month - summary.cost_usd / (minutes / 60) * HOURS_PER_MONTH)
    yield Lever(kind=LeverKind.SPOT, usd_month=saved, basis=basis, first=first)


def _log_level(service: Service, cost: Cost, environment: str) -> Iterator[Lever]:
    """Yield what all of the logs cost, of which a debug level makes a part that nobody recorded."""
    settings = verbose_settings(service)
    if not settings or not cost.logs_known or environment.casefold() not in PRODUCTION:
        return
    yield Lever(
        kind=LeverKind.LOG_LEVEL,
        usd_month=cost.after.logs_usd_month,
        at_most=True,
        basis="all that its logs cost: how much of it the debug level makes is not recorded",
        first=f"nobody reads those lines; set {', '.join(dict.fromkeys(quiet for _, quiet in settings))}",
    )


def _commitment(pulls: Sequence[Pulls], prices: Prices) -> Iterator[Lever]:
    """Yield what a commitment to the least hour of the proposal saves: no more of it is always used."""
    spends = [one for one in pulls if one.spend_usd_hour]
    if not spends or prices.savings_plan_percent:
        return  # the prices have a plan in them already
    floor = least_hour(spends)
    if cents(floor * HOURS_PER_MONTH) < 1:
        return
    percent, whose = plan_percent(prices)
    basis = f"the proposal never spends less than ${floor:.4f} an hour on Fargate in the record"
    first = "the fleet stays as large for the term, and no other plan of the account covers it"
    if percent is None:
        basis += "; no discount is known: give compute_savings_plan_offer_percent with --prices"
        yield Lever(kind=LeverKind.COMMITMENT, usd_month=None, basis=basis, first=first)
        return
    basis += f", and {percent:g} % {whose}: that is ${floor * (1 - percent / 100):.4f} an hour committed"
    saved = cents(floor * percent / 100 * HOURS_PER_MONTH)
    yield Lever(kind=LeverKind.COMMITMENT, usd_month=saved, basis=basis, first=first)


def least_hour(pulls: Sequence[Pulls]) -> float:
    """Return the least that all spend together in one clock hour [USD/h].

    In an hour that a service's record does not have, its own least one stands for it: no more is claimed.
    """
    begin = min(one.first_hour for one in pulls)
    end = max(one.first_hour + len(one.spend_usd_hour) for one in pulls)
    together = np.zeros(end - begin)
    for pull in pulls:
        each: F64 = np.full(end - begin, min(pull.spend_usd_hour))
        at = pull.first_hour - begin
        each[at : at + len(pull.spend_usd_hour)] = pull.spend_usd_hour
        together += each
    return float(together.min())


def _hourly(proposed: Judged, demand: Demand, task_usd_hour: float) -> tuple[int, tuple[float, ...]]:
    """Return the first clock hour and what each costs, by its own rate where only part was recorded."""
    billed, clock = proposed.replay.minutes.billed_s, clock_hours(demand)
    place = clock - clock[0]
    seconds = np.bincount(place, weights=billed.astype(np.float64))
    spend = seconds / (np.bincount(place) * demand.step_s) * task_usd_hour
    return int(clock[0]), tuple(float(usd) for usd in spend)


def _on_spot(service: Service) -> bool:
    """Tell whether it runs on Spot already, wholly or partly, and stays there."""
    return service.identity is not None and service.identity.on_spot
