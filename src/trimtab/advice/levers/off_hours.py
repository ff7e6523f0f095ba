"""Hours of the day in which no task is to run: found in the record, written as a schedule, replayed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from msgspec import UNSET

from trimtab.advice.case.asked import NO_WORK_VCPU, EmptyBy, asked_of
from trimtab.advice.case.case import as_proposed, starts_of
from trimtab.advice.case.outcome import judge
from trimtab.advice.cost import cents
from trimtab.advice.lever import LEAST_USD_MONTH
from trimtab.advice.levers.nights import days_without, hours_from, nights_of, runs_of, stamps_of
from trimtab.demand.cron import GRID_MIN, comes_once, lead_min, local_minutes
from trimtab.ladders.kinds.schedule import at, open_all_day, with_schedule
from trimtab.ladders.words import tasks
from trimtab.terraform_module import MOST_PIECES, Minimum, Schedule
from trimtab.timing.slower import slower_at
from trimtab.units import DAY_MIN, HOUR_MIN, HOUR_S

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from decimal import Decimal

    from trimtab.advice.case.case import Workload
    from trimtab.advice.case.objective import Objective
    from trimtab.advice.case.outcome import Judged
    from trimtab.advice.case.proposal import Proposal
    from trimtab.advice.choice.model import Alternative
    from trimtab.catalog.load import Prices
    from trimtab.demand.series import Demand
    from trimtab.fleet.model import Service
    from trimtab.replay.inputs import I64
    from trimtab.terraform_module import Ladders


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """Minutes of the local day between two actions, over midnight where ``until_minute`` is the smaller."""

    from_minute: int
    until_minute: int
    """At which the second action brings both bounds back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OffHours:
    """Hours without a task, of every day: what they rest on, and what they save."""

    timezone: str
    closed: tuple[Closed, ...]
    evidence: EmptyBy
    days: int
    """On which each of the hours was seen whole, at the least."""
    lead_min: int
    """From the action that brings tasks back to the first hour that was not empty, at the least [min]."""
    saving_usd_month: Decimal
    """Fargate with the hours over Fargate without, both replayed [USD/month of 730 h]."""
    text: str
    """In a sentence or two, with what a caller gets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Zeroed:
    """A proposal with hours without a task, replayed."""

    hours: OffHours
    proposal: Proposal
    judged: Judged


def zeroed(
    workload: Workload, proposal: Proposal, judged: Judged, prices: Prices, objective: Objective
) -> Zeroed | str | None:
    """Return the proposal with its empty hours at no task, why that cannot be, or None without such hours.

    ``judged`` is the replay of ``proposal`` as it is.
    """
    if not objective.allow_zero:
        return None
    service, demand = workload.service, workload.demand
    own = proposal.ladders.schedule
    zone = own.timezone if own else "UTC" if objective.timezone is UNSET else objective.timezone
    asked = asked_of(service, demand)
    clock = _clock(demand, zone) // HOUR_MIN
    days = days_without(asked.busy, asked.known, clock, HOUR_S // demand.step_s)
    runs = sorted(runs_of(nights_of(days)), key=lambda run: -run[1])[: MOST_PIECES // 2]
    ahead_min = _lead_min(workload, proposal)
    closed = tuple(_spans(runs, ahead_min, zone, demand.start))
    if not closed:
        return None
    schedule = _schedule(closed, zone, proposal.ladders)
    with_zero = replace(proposal, ladders=with_schedule(proposal.ladders, schedule))
    # What it is held against has the same pieces but for those hours, so that it can be told from it.
    opened = with_schedule(with_zero.ladders, open_all_day(schedule))
    if opened != proposal.ladders:
        judged = judge(as_proposed(workload, replace(proposal, ladders=opened), prices, objective))
    found = _replayed(workload, with_zero, prices, objective)
    saving = cents(judged.verdict.usd_month) - cents(found.verdict.usd_month)
    if saving < LEAST_USD_MONTH:
        return None
    allowed = max(objective.over_share, judged.verdict.over_cpu_share)
    said = " and ".join(_said(one) for one in closed)
    if found.verdict.over_cpu_share > allowed:
        return (
            f"keeps its tasks {said} {zone}, when the record is empty: with none then, "
            f"{100 * found.verdict.over_cpu_share:.2f} % of minutes are above "
            f"{100 * found.verdict.cpu_share:.0f} % CPU in replay, where {100 * allowed:.3g} % is allowed"
        )
    hours = OffHours(
        timezone=zone,
        closed=closed,
        evidence=asked.evidence,
        days=min(days[hour] for first, length in runs for hour in hours_from(first, length)),
        lead_min=ahead_min,
        saving_usd_month=saving,
        text="",
    )
    text = "; ".join(_text(workload, proposal.ladders, hours, said))
    return Zeroed(hours=replace(hours, text=text), proposal=with_zero, judged=found)


def beside(
    zero: Zeroed,
    alternatives: Sequence[Alternative],
    workload: Workload,
    prices: Prices,
    objective: Objective,
) -> tuple[Alternative, ...]:
    """Return what else was considered with the same hours without a task, so that costs compare."""

    def closed(one: Alternative) -> Alternative:
        schedule = _schedule(zero.hours.closed, zero.hours.timezone, one.ladders)
        ladders = with_schedule(one.ladders, schedule)
        proposal = replace(zero.proposal, size=one.size, ladders=ladders)
        return replace(one, ladders=ladders, replay=_replayed(workload, proposal, prices, objective).verdict)

    return tuple(map(closed, alternatives))


def _replayed(workload: Workload, proposal: Proposal, prices: Prices, objective: Objective) -> Judged:
    """Return the replay of a proposal that closes.

    Of a floor that changes by the hour nobody computes a bound, and what is proposed to scale is the rest.
    """
    found = judge(as_proposed(workload, proposal, prices, objective))
    verdict = replace(found.verdict, min_tasks=proposal.ladders.min_tasks, over_bound=None)
    return replace(found, verdict=verdict)


def callers_said(service: Service, found: Sequence[str]) -> str:
    """Return what happens to calls that no load balancer counts; empty where none are known.

    ``found``: callers besides those that the snapshot names.
    """
    names = sorted({*service.callers, *found})
    registered = service.identity is not None and service.identity.registrations
    if not names and not registered:
        return ""
    who = ", ".join(names) if names else "whoever finds it in Cloud Map"
    return (
        f"{who} may call it past the load balancer, which no record counts: while no task runs, Cloud Map "
        "has no address of it, and such a call fails at once"
    )


_WORDS: Final = {
    EmptyBy.REQUESTS: ("no request was recorded", "a caller gets 503"),
    EmptyBy.QUEUE: ("its queue was empty", "a message that comes then waits"),
    EmptyBy.COUNT: ("the recorded count was 0", "what comes then waits or fails"),
}


def _text(workload: Workload, ladders: Ladders, hours: OffHours, said: str) -> Iterator[str]:
    service, demand = workload.service, workload.demand
    what, meanwhile = _WORDS[hours.evidence]
    yield (
        f"no task runs {said} {hours.timezone}, every day, for ${hours.saving_usd_month:,} a month less: "
        f"{what} in those hours of any day, {hours.days} or more seen whole; {meanwhile}"
    )
    starts = "a start took no longer" if service.start_samples else "starts are assumed, none was recorded"
    back = ", ".join(dict.fromkeys(at(one.until_minute) for one in hours.closed))
    most = ladders.max_tasks
    bounds = tasks(most) if ladders.min_tasks == most else f"{ladders.min_tasks} to {tasks(most)}"
    yield (
        f"the action at {back} brings back {bounds}, {hours.lead_min} min before the first hour that was not "
        f"empty ({starts})"
    )
    used = _cpu_used(demand, hours)
    if used > NO_WORK_VCPU:
        yield f"a task used {used:.2g} vCPU then all the same: what that does, it does no more"
    if hours.timezone == "UTC":
        yield "UTC knows no summer time: say --timezone where callers' clocks do"


def _cpu_used(demand: Demand, hours: OffHours) -> float:
    """Return what a task used on average while it is to be gone [vCPU]."""
    minute = _clock(demand, hours.timezone) % DAY_MIN
    gone = np.zeros_like(demand.present)
    for one in hours.closed:
        after, before = minute >= one.from_minute, minute < one.until_minute
        gone |= after & before if one.from_minute < one.until_minute else after | before
    gone &= demand.present
    return float(demand.cpu_vcpu_a_task[gone].mean()) if gone.any() else 0.0


def _said(one: Closed) -> str:
    return f"from {at(one.from_minute)} to {at(one.until_minute)}"


def _lead_min(workload: Workload, proposal: Proposal) -> int:
    """Return how long before it is needed a task is asked for: the slowest start, on the grid [min]."""
    slower = slower_at(proposal.size, workload.service.size, workload.demand.own)
    slowest_s = int(starts_of(workload.service.start_samples, slower).serving_s.max())
    return lead_min(slowest_s)


def _spans(runs: Sequence[tuple[int, int]], lead_min: int, zone: str, start: datetime) -> Iterator[Closed]:
    """Yield the minutes between two actions of each run of hours; none where a start takes all of them."""
    for first, length in sorted(runs):
        begins, ends = first * HOUR_MIN, (first + length) * HOUR_MIN - lead_min
        while begins < ends and not comes_once(begins, zone, start.date()):
            begins += GRID_MIN
        while begins < ends and not comes_once(ends, zone, start.date()):
            ends -= GRID_MIN
        if begins < ends:
            yield Closed(from_minute=begins % DAY_MIN, until_minute=ends % DAY_MIN)


def _schedule(closed: Sequence[Closed], zone: str, ladders: Ladders) -> Schedule:
    """Return the schedule of the ladders with hours closed; at their end the minimum that holds then."""
    own = ladders.schedule
    if own is None:
        pieces = [Minimum(minute=one.from_minute, min_tasks=0, max_tasks=0) for one in closed]
        pieces += [Minimum(minute=one.until_minute, min_tasks=ladders.min_tasks) for one in closed]
        return Schedule(timezone=zone, weekdays=tuple(sorted(pieces, key=lambda one: one.minute)))
    weekend = None if own.weekend is None else _closed(own.weekend, closed, own.weekdays)
    weekdays = _closed(own.weekdays, closed, own.weekend or own.weekdays)
    return Schedule(timezone=zone, weekdays=weekdays, weekend=weekend)


def _closed(
    day: Sequence[Minimum], closed: Sequence[Closed], other: Sequence[Minimum]
) -> tuple[Minimum, ...]:
    """Return a day's pieces with hours closed; ``other``: the kind of day that may come before."""

    def held(minute: int) -> int:
        """Return the minimum that holds at a minute: before the first piece the higher of what may."""
        before = [one.min_tasks for one in day if one.minute <= minute]
        return before[-1] if before else max(day[-1].min_tasks, other[-1].min_tasks)

    made = {one.minute: one for one in day if not any(_within(one.minute, span) for span in closed)}
    for span in closed:
        made[span.from_minute] = Minimum(minute=span.from_minute, min_tasks=0, max_tasks=0)
        made[span.until_minute] = Minimum(minute=span.until_minute, min_tasks=held(span.until_minute))
    pieces = [made[minute] for minute in sorted(made)]
    while len(pieces) > MOST_PIECES:
        # Of two that follow each other the higher holds, where that adds least.
        open_ = [n for n in range(len(pieces)) if pieces[n].min_tasks and pieces[n - 1].min_tasks]
        place = min(open_, key=lambda n: abs(pieces[n].min_tasks - pieces[n - 1].min_tasks))
        higher = max(pieces[place].min_tasks, pieces[place - 1].min_tasks)
        pieces[place - 1] = replace(pieces[place - 1], min_tasks=higher)
        del pieces[place]
    return tuple(pieces)


def _within(minute: int, span: Closed) -> bool:
    """Tell whether an action of this minute would come to nothing: tasks are gone, or come back at once."""
    if span.from_minute < span.until_minute:
        return span.from_minute <= minute <= span.until_minute
    return minute >= span.from_minute or minute <= span.until_minute


def _clock(demand: Demand, zone: str) -> I64:
    """Return each minute on the zone's clock, counted from 1970, shape (T,)."""
    return local_minutes(stamps_of(demand), zone)
