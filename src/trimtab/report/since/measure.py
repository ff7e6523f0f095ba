"""The saving of one service, measured: its old configuration on the new demand, less what it costs now.

The demand of the new record is what the old configuration would have had to carry. So a month of more work
makes no loss of a saving, and one of less no gain. Where any part of this rests on a guess, the answer is
that nobody can tell, and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from trimtab.advice.before import before_of
from trimtab.advice.case.case import as_deployed, workload_of
from trimtab.advice.case.outcome import Basis, judge
from trimtab.advice.cost import cents, recorded_usd_month
from trimtab.catalog.load import HOURS_PER_MONTH
from trimtab.demand.fill import recorded
from trimtab.errors import ReplayError
from trimtab.ladders.convert import ladders_of_scaling
from trimtab.report.since.model import Measured, SinceRow
from trimtab.terraform_module import Ladders

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    import polars as pl

    from trimtab.advice.before import Before
    from trimtab.advice.case.objective import Objective
    from trimtab.advice.case.outcome import Verdict
    from trimtab.catalog.load import Prices
    from trimtab.demand.series import Demand
    from trimtab.document.schema import ServicePart
    from trimtab.fleet.model import Scaling, Service

LEAST_DAYS = 7.0
"""A week: weekdays and week-ends differ, and a month is made of both."""
SAME_RATE = 0.002
"""Of a price then and now [ratio], besides what rounding to cents hides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Then:
    """What was known when the promise was made."""

    part: ServicePart
    service: Service | None
    """As it was configured; None: not in the fleet of then."""
    objective: Objective

    @property
    def promised(self) -> Decimal:
        """Of Fargate [USD/month]."""
        before, after = self.part.cost.before.compute_usd_month, self.part.cost.after.compute_usd_month
        return cents(before) - cents(after)


class NotMeasured(Exception):  # noqa: N818  # no failure: an answer
    """Why nobody can tell what a service saves."""


def measured(then: Then, now: Service, rows: pl.DataFrame, since: datetime, prices: Prices) -> SinceRow:
    """Return what the service saves since it moved. ``rows`` are its whole new record."""
    try:
        old = _comparable(then, now, prices)
        demand = _demand(now, rows, since)
        objective = msgspec.structs.replace(then.objective, p95_ms=msgspec.UNSET, zone_loss=False)
        today, apart = _understood(now, demand, prices, objective)
        replayed = _replayed(old, demand, prices, objective)
    except NotMeasured as why:
        return untold(then, str(why))
    bill = recorded_usd_month(now, now.size, demand, prices)
    told = Measured(
        old_usd_month=cents(replayed.usd_month),
        now_usd_month=cents(bill + _starts_and_drains(today, now, prices)),
        error_usd_month=apart + cents(_apart(then.part) * replayed.usd_month),
        days=demand.days,
        demand=_ratio(float(demand.cpu_vcpu[demand.known].mean()), then.part.work.cpu_mean_vcpu),
    )
    note = ""
    if replayed.over_cpu_min > objective.over_share * replayed.minutes:
        note = (
            f"the old configuration would have been short of CPU in {replayed.over_cpu_min:,} of "
            f"{replayed.minutes:,} minutes: to carry this it would have had to cost more"
        )
    return SinceRow(service=now.name, promised_usd_month=then.promised, told=told, note=note)


def untold(then: Then, why: str) -> SinceRow:
    """Return the row of a service of which nobody can tell."""
    return SinceRow(service=then.part.name, promised_usd_month=then.promised, told=None, why=why)


def _comparable(then: Then, now: Service, prices: Prices) -> Service:
    """Return the service as it was, if what runs now is what was proposed in its place.

    Raises:
        NotMeasured: it is not, or nothing of then can be replayed or priced.

    """
    part, old = then.part, then.service
    if old is None:
        raise NotMeasured("the fleet of then has no such service")
    _moved(part, now)
    if part.replay_before.basis is Basis.RECORD:
        raise NotMeasured("the old configuration could not be replayed on its own record")
    if old.architecture != now.architecture:
        raise NotMeasured(f"it ran on {old.architecture}, and runs on {now.architecture}")
    if not _same_rate(part, old, prices):
        raise NotMeasured("the prices are not those of the promise; give the same with --prices")
    return old


def _moved(part: ServicePart, now: Service) -> None:
    size, scaling = str(now.size), now.scaling
    was = f"{part.deployed.cpu_units}/{part.deployed.memory_mib}"
    proposed = f"{part.cpu_units}/{part.memory_mib}"
    if size == was != proposed:
        raise NotMeasured(f"it still runs at {size}: it has not moved")
    if size != proposed:
        raise NotMeasured(f"it runs at {size}, which is neither the size of then ({was}) nor {proposed}")
    wanted = msgspec.convert(part.scaling, type=Ladders, from_attributes=True)
    least, most = part.scaling.min_tasks, part.scaling.max_tasks
    if wanted.schedule is None and (scaling.min_tasks, scaling.max_tasks) != (least, most):
        raise NotMeasured(
            f"it scales from {scaling.min_tasks} to {scaling.max_tasks} tasks, "
            f"and {least} to {most} were proposed"
        )
    if least != most and not runs(scaling, wanted):
        what = "scaling steps are" if wanted.tracking is None else "target tracking is"
        raise NotMeasured(f"its {what} not what was proposed")


def runs(scaling: Scaling, wanted: Ladders) -> bool:
    """Tell whether what scales a service is what was proposed: the same steps, or the same tracking."""
    found = ladders_of_scaling(scaling)
    if wanted.tracking is None or found is None:
        return found == wanted
    # Of target tracking targets and cooldowns alone count, and bounds, by the clock or looked at before.
    return (found.tracking, found.out_cooldown_s, found.in_cooldown_s, found.schedule) == (
        wanted.tracking,
        wanted.out_cooldown_s,
        wanted.in_cooldown_s,
        wanted.schedule,
    )


def _demand(now: Service, rows: pl.DataFrame, since: datetime) -> Demand:
    """Return the demand since the service moved.

    Raises:
        NotMeasured: too little is known of it.

    """
    counted = rows.filter(rows["timestamp"] >= since)
    if not counted.height or counted["running_tasks"].is_null().all():
        raise NotMeasured("no minute was reported since it moved")
    demand = recorded(now, counted)
    if demand.days < LEAST_DAYS:
        raise NotMeasured(f"{demand.days:.1f} days are known since it moved, and it takes {LEAST_DAYS:g}")
    return demand


def _understood(now: Service, demand: Demand, prices: Prices, objective: Objective) -> tuple[Before, Decimal]:
    """Return what runs now, replayed, and what that differs from its own record by.

    Raises:
        NotMeasured: it differs too much: then the demand that was found is not to be trusted either.

    """
    today = before_of(workload_of(now, demand), prices, objective)
    if today.recorded or today.error_usd_month is None:
        raise NotMeasured(f"what runs now is not understood: {today.why}")
    return today, today.error_usd_month


def _replayed(old: Service, demand: Demand, prices: Prices, objective: Objective) -> Verdict:
    """Return the old configuration on the new demand."""
    try:
        return judge(as_deployed(workload_of(old, demand), prices, objective)).verdict
    except ReplayError as error:
        raise NotMeasured(f"the old configuration cannot be replayed: {error.one_line()}") from error


def _same_rate(part: ServicePart, old: Service, prices: Prices) -> bool:
    """Tell whether an hour of its old task costs what it cost: by what its recorded tasks came to then."""
    hours = part.deployed.recorded_tasks_mean * HOURS_PER_MONTH
    then, now = part.cost.recorded_usd_month, hours * prices.task_hour_usd(old.size, old.architecture)
    return abs(then - now) <= SAME_RATE * now + 0.01


def _starts_and_drains(today: Before, now: Service, prices: Prices) -> float:
    """Return what replay bills beyond running tasks, which no recorded count shows [USD/month]."""
    hour = prices.task_hour_usd(now.size, now.architecture)
    return max(0.0, today.verdict.usd_month - hour * today.verdict.tasks_mean * HOURS_PER_MONTH)


def _apart(part: ServicePart) -> float:
    """Return what replay and record of the old configuration differed by then [ratio]."""
    before = part.cost.before.compute_usd_month
    return abs(before - part.cost.recorded_usd_month) / before if before else 0.0


def _ratio(now: float, then: float) -> float:
    return now / then if then else 0.0
