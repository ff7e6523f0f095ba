"""The minutes behind a recommendation, replayed once more for its charts.

The recommendation holds sums, not minutes. A replay takes a few milliseconds; what takes long, telling a
task's own CPU from the work's, is read from the recommendation.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from trimtab.advice.case.case import as_deployed, as_proposed, deployed_inputs, workload_of
from trimtab.advice.case.outcome import Basis
from trimtab.advice.case.proposal import Proposal
from trimtab.advice.case.record import judge_record
from trimtab.catalog.load import HOURS_PER_MONTH
from trimtab.demand.fill import history_of
from trimtab.demand.free import demand_of
from trimtab.demand.terms import OwnCpu
from trimtab.fleet.model import Scaling, TaskSize, TrackingPolicy
from trimtab.ladders.convert import policy_of_service
from trimtab.replay.run import replay
from trimtab.report.html.series import REPLACED, ChartEvent, ChartSeries, Tracked, band_of, bands, runs
from trimtab.report.html.today import today_of
from trimtab.terraform_module import Ladders
from trimtab.units import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.advice.case.case import Case, Workload
    from trimtab.advice.case.objective import Objective
    from trimtab.catalog.load import Prices
    from trimtab.demand.series import F64
    from trimtab.document.schema import Document, ServicePart
    from trimtab.fleet.model import Service
    from trimtab.replay.inputs import Inputs
    from trimtab.replay.result import Minutes
    from trimtab.snapshot.contract import Snapshot

TARGETS: Final = (50.0, 70.0)
"""Of target tracking: a careful one, and what most guides show [percent of CPU]."""
MOST_MARKS: Final = 100
"""Failures of one service that are marked, the latest."""


def series_of(document: Document, snapshot: Snapshot, prices: Prices) -> Iterator[ChartSeries]:
    """Yield the series of each service that has advice, and minutes in the snapshot."""
    services = {one.name: one for one in snapshot.fleet.services}
    for part in document.services:
        service, metrics = services.get(part.name), snapshot.metrics.get(part.name)
        if service is None or metrics is None:
            continue
        told = msgspec.convert(part.work.own, type=OwnCpu, from_attributes=True)
        demand = replace(history_of(demand_of(service, metrics)), own=told)
        workload = workload_of(service, demand)
        yield _series(part, service, workload, document.objective, prices)


def _series(
    part: ServicePart, service: Service, workload: Workload, objective: Objective, prices: Prices
) -> ChartSeries:
    was, before = _before(part, workload, objective, prices)
    proposal = _proposal(part, service, objective)
    case = as_proposed(workload, proposal, prices, objective)
    after = replay(case.inputs, case.policy).minutes
    count = after.running.size
    first = max(0, count - part.choice.judged_minutes)
    short_before, short_after = runs(before.over_cpu), runs(after.over_cpu)
    same = (int(before.over_cpu.sum()), int(after.over_cpu.sum())) == (
        part.replay_before.minutes_over_cpu,
        part.replay_after.minutes_over_cpu,
    )
    return ChartSeries(
        service=part.name,
        start=workload.demand.start.strftime("%Y-%m-%dT%H:%M:%SZ"),
        minutes=count,
        band_min=band_of(count),
        held_out_from=first,
        columns=bands(_columns(before, was, after, case.inputs), band_of(count)),
        short_before=short_before,
        short_after=short_after,
        marks=tuple(sorted(_marks(part, service, workload), key=lambda one: (one.minute, one.kind))),
        held_out_before_usd_month=_usd_month(before, was, first),
        held_out_after_usd_month=_usd_month(after, case.inputs, first),
        tracked=tuple(_tracked(workload, case)),
        today=today_of(service),
        same=same,
    )


def _tracked(workload: Workload, case: Case) -> Iterator[Tracked]:
    """Yield what most would write instead: target tracking within the same bounds, AWS's own cooldowns."""
    minima = [case.policy.min_tasks, *(one.min_tasks for one in case.policy.changes)]
    # Hours without a task are a schedule's: target tracking would never come back from 0.
    least, most = min((one for one in minima if one), default=0), case.policy.most_tasks
    if least == most:
        return
    for target in TARGETS:
        follow = TrackingPolicy(name="target-tracking", metric="cpu", target=target)
        policy = policy_of_service(
            Scaling(min_tasks=least, max_tasks=most, tracking=(follow,)),
            initial_tasks=case.policy.initial_tasks,
            start=workload.demand.start,
            minutes=case.inputs.load.minutes,
        )
        minutes = replay(case.inputs, policy).minutes
        yield Tracked(
            target_percent=target,
            usd_month=_usd_month(minutes, case.inputs, 0),
            minutes_short=int(minutes.over_cpu.sum()),
        )


def _before(
    part: ServicePart, workload: Workload, objective: Objective, prices: Prices
) -> tuple[Inputs, Minutes]:
    """Return today's minutes: as they were recorded where the recommendation counts from the record."""
    if part.replay_before.basis is Basis.RECORD:
        inputs = deployed_inputs(workload, prices, objective)
        judged = judge_record(workload, inputs).replay.minutes
        known = workload.demand.known
        return inputs, replace(judged, over_cpu=judged.over_cpu & known)
    case = as_deployed(workload, prices, objective)
    return case.inputs, replay(case.inputs, case.policy).minutes


def _proposal(part: ServicePart, service: Service, objective: Objective) -> Proposal:
    target = part.timing.target
    return Proposal(
        size=TaskSize(cpu_units=part.cpu_units, memory_mib=part.memory_mib),
        architecture=objective.architecture or service.architecture,
        spot=objective.spot,
        ladders=msgspec.convert(part.scaling, type=Ladders, from_attributes=True),
        deregistration_delay_s=target.deregistration_delay_s if target else 0,
        stop_timeout_s=part.timing.stop_timeout_s,
    )


def _columns(before: Minutes, was: Inputs, after: Minutes, becomes: Inputs) -> dict[str, F64]:
    """Return what is drawn, by the minute."""
    return {
        "demand": after.demand_vcpu,
        "capacity_before": before.serving * was.task.vcpu,
        "capacity_after": after.serving * (becomes.task.vcpu - becomes.task.overhead_vcpu),
        "tasks_before": before.running.astype(np.float64),
        "tasks_after": after.running,
        "cpu_before": before.cpu_average_percent,
        "cpu_after": after.cpu_average_percent,
        "memory_before": before.memory_average_percent,
        "memory_after": after.memory_average_percent,
    }


def _usd_month(minutes: Minutes, inputs: Inputs, first: int) -> float:
    billed = minutes.billed_s[first:]
    hours = billed.size * MINUTE_S / 3600
    usd = float(billed.sum()) / 3600 * inputs.task.price_usd_hour
    return round(usd / hours * HOURS_PER_MONTH, 2) if hours else 0.0


def _marks(part: ServicePart, service: Service, workload: Workload) -> Iterator[ChartEvent]:
    """Yield what AWS said went wrong, and where all tasks began anew: a deployment, or a restart."""
    start, count = workload.demand.start, workload.demand.tasks.size
    for step in part.work.growth.resets:
        text = "a new life of the tasks began, as their memory shows: a deployment, or a restart"
        yield ChartEvent(minute=step, kind=REPLACED, text=text)
    for failure in service.failures[:MOST_MARKS]:
        at = datetime.fromisoformat(failure.at).astimezone(UTC)
        minute = int((at - start).total_seconds() // MINUTE_S)
        if 0 <= minute < count:
            yield ChartEvent(minute=minute, kind=failure.kind, text=failure.text)
