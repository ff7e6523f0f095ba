"""What a reviewer should know beside the numbers of one service."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from trimtab.advice.choice.trials import failures_of
from trimtab.advice.cost import dollars
from trimtab.advice.failures import cautions_of_failures
from trimtab.advice.model import Caution, CautionKind
from trimtab.demand.findings import FindingKind, believable
from trimtab.demand.memory.climb import AHEAD_DAYS
from trimtab.demand.memory.growth import MemoryShape
from trimtab.demand.quality import longest_run, quality_of
from trimtab.sizing.constants import AT_LIMIT_SHARE, CENSORED_LIFT, SPARE_WITHOUT_TRAFFIC
from trimtab.sizing.memory import at_limit_steps
from trimtab.terraform_module import COLLECTOR_MEMORY_MIB, DEFAULT_LONGEST_REQUEST_S, SERVICE_NAME
from trimtab.units import DAY_S

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trimtab.advice.before import Before
    from trimtab.advice.calls import Calls
    from trimtab.advice.case.objective import Objective
    from trimtab.advice.case.outcome import Verdict
    from trimtab.advice.case.proposal import Proposal
    from trimtab.advice.cost import Cost
    from trimtab.demand.series import F64, Demand
    from trimtab.fleet.model import Service
    from trimtab.sizing.model import Sizing
    from trimtab.timing.startup import Timing

WEEK_DAYS = 7.0
"""Less than a week has not seen both a Monday and a Sunday."""
CENSORED_SHARE = 0.001
"""About a minute and a half a day at the ceiling."""
LONGEST_GAP_S = 3600
"""A gap longer than this can hide a whole burst."""
SHAPES: Final[Mapping[FindingKind, CautionKind]] = {
    FindingKind.ZERO: CautionKind.ZERO,
    FindingKind.CONSTANT: CautionKind.CONSTANT,
    FindingKind.ONE_SPIKE: CautionKind.ONE_SPIKE,
}
"""Demand that gets sound advice, but whose shape explains it better than any figure."""
REPLACE_SHARE = 0.8
"""Of the time in which a leak fills a task, after which the task should be replaced [ratio]: a
deployment takes a while, and not every task leaks alike."""


def cautions_of(service: Service, demand: Demand, sizing: Sizing, timing: Timing) -> tuple[Caution, ...]:
    """Return what its record and its configuration say against the advice for one service."""
    return (
        *cautions_of_failures(service),
        *_of_data(demand, sizing),
        *_of_memory(service, demand, sizing),
        *_of_timing(service, sizing, timing),
        *_of_service(service),
    )


def cautions_of_calls(service: Service, calls: Calls, left_out: frozenset[str]) -> Iterator[Caution]:
    """Yield what the rest of the fleet means for it: callers without advice, calls that would be cut off."""
    missing = sorted(left_out.intersection(service.callers))
    if missing:
        text = f"called by {', '.join(missing)}, which is left out: add it to callers when it joins"
        yield Caution(kind=CautionKind.CALLER, text=text)
    yield from (Caution(kind=CautionKind.CALL, text=f"{cut.what}; {cut.kept}") for cut in calls.cuts)


def cautions_of_replay(proposed: Verdict, objective: Objective) -> Iterator[Caution]:
    """Yield what the replay says against the proposal."""
    memory = round(objective.memory_percent)
    if proposed.over_cpu_share > objective.over_share:
        text = (
            f"over the whole recording {100 * proposed.over_cpu_share:.1f} % of minutes are above "
            f"{100 * proposed.cpu_share:.0f} % CPU, where {objective.over_percent:g} % is allowed; in "
            f"{proposed.saturated_min:,} of {proposed.minutes:,} the work wants more than there is"
        )
        yield Caution(kind=CautionKind.OBJECTIVE, text=text)
    if proposed.over_memory_min or proposed.oom_min:
        text = (
            f"in replay {100 * proposed.over_memory_share:.1f} % of minutes are above {memory} % memory; in "
            f"{proposed.oom_min:,} the average task would hold more than its size and be killed"
        )
        yield Caution(kind=CautionKind.MEMORY, text=text)


def cautions_of_cost(
    service: Service, cost: Cost, before: Before, proposal: Proposal, objective: Objective
) -> Iterator[Caution]:
    """Yield what today's cost rests on, and why the proposal costs more, where it does."""
    saved, error = cost.compute_saving_usd_month, before.error_usd_month
    if before.recorded:
        yield Caution(kind=CautionKind.RECORD, text=f"today is as recorded, not replayed: {before.why}")
    if error is not None and abs(saved) < error:
        text = (
            f"the difference for Fargate, {dollars(saved)} a month, is within the error: replay and record "
            f"of today's tasks differ by {dollars(error)}"
        )
        yield Caution(kind=CautionKind.WITHIN_ERROR, text=text)
    if cost.saving_usd_month >= 0:
        return
    if saved >= 0:
        fargate = f"{dollars(saved)} a month less than today" if saved else "what it does today"
        text = (
            f"Fargate costs {fargate}; logs, Container Insights, alarms and tracing cost "
            f"{dollars(saved - cost.saving_usd_month)} a month more"
        )
        yield Caution(kind=CautionKind.DEARER, text=text)
        return
    failures = failures_of(before.case, objective) if before.case else ()
    least, floor = service.scaling.min_tasks, proposal.ladders.min_tasks
    if failures:
        why = f"which does not keep the objective: {failures[0]}"
    elif before.recorded:
        why = "whose tasks are those recorded: the objective was not asked of them"
    elif least < floor:
        why = f"which stands every trial with fewer tasks: {least} at least, where {floor} are proposed"
    else:
        why = "which stands every trial too, without a trace collector in its tasks or by policies of its own"
    text = f"Fargate costs {dollars(-saved)} a month more than today's configuration, {why}"
    yield Caution(kind=CautionKind.DEARER, text=text)


def cautions_of_capacity(service: Service, proposal: Proposal, demand: Demand) -> Iterator[Caution]:
    """Yield what another count, architecture or Spot asks of the service."""
    yield from _of_count(service, proposal, demand)
    yield from _of_provider(service, proposal)


def _of_count(service: Service, proposal: Proposal, demand: Demand) -> Iterator[Caution]:
    if demand.idle.any():
        hours, share = longest_run(demand.idle) * demand.step_s / 3600, quality_of(demand).share_idle
        text = (
            f"no task ran in {100 * share:.0f} % of the record, up to {hours:.1f} h at a time; "
            f"the proposal keeps {_tasks(proposal.ladders.min_tasks)} running "
            f"{'outside of the hours without one' if proposal.ladders.closes else 'then too'}"
        )
        yield Caution(kind=CautionKind.IDLE, text=text)
    fixed, least, most = service.scaling.min_tasks, proposal.ladders.min_tasks, proposal.ladders.max_tasks
    # Of 0 tasks: the snapshot was taken in hours without one, which its schedule ends.
    if fixed and fixed == service.scaling.max_tasks and (least, most) != (fixed, fixed):
        text = (
            f"ran at a fixed {_tasks(fixed)} and may now run "
            f"{least if least == most else f'{least} to {most}'}: "
            "if two copies must not run, or must always run, set scaling.min and max alike"
        )
        yield Caution(kind=CautionKind.FIXED_COUNT, text=text)
    elif fixed > max(SPARE_WITHOUT_TRAFFIC, least):
        text = (
            f"today never fewer than {fixed} tasks; the proposal goes down to {least}: "
            "where that is too few, set min_tasks for it in the objective"
        )
        yield Caution(kind=CautionKind.FEWER, text=text)
    if most < service.scaling.max_tasks and fixed != service.scaling.max_tasks:
        text = (
            f"today up to {_tasks(service.scaling.max_tasks)}, the proposal up to {most}: "
            "raise scaling.max for busier days"
        )
        yield Caution(kind=CautionKind.FEWER, text=text)
    recorded = demand.tasks[demand.present]
    peak, last = (round(float(one)) for one in (_last_day(demand).max(), recorded[-1]))
    if peak > most:
        text = (
            f"max is {most}, and up to {_tasks(peak)} ran in the last day of the record, {last} at its end: "
            f"an apply at such a time stops {peak - most} of them at once"
        )
        yield Caution(kind=CautionKind.STOPS, text=text)


def _last_day(demand: Demand) -> F64:
    """Return the running tasks of the last day that was reported, its silent minutes left out, shape (N,)."""
    end = int(np.flatnonzero(demand.present)[-1]) + 1
    day = slice(max(0, end - DAY_S // demand.step_s), end)
    return demand.tasks[day][demand.present[day]]


def _tasks(count: int) -> str:
    return f"{count} task{'s' if count != 1 else ''}"


def _of_provider(service: Service, proposal: Proposal) -> Iterator[Caution]:
    if proposal.architecture != service.architecture:
        text = (
            f"moves from {service.architecture} to {proposal.architecture}: the image must be built for it, "
            "and its vCPU are taken to be as fast; measure one task before all move"
        )
        yield Caution(kind=CautionKind.ARCHITECTURE, text=text)
    if proposal.spot is not None and service.identity is not None:
        text = "spot = true would replace the service that runs: trimtab write refuses it"
        yield Caution(kind=CautionKind.SPOT, text=text)
    elif service.identity is not None and service.identity.on_spot:
        text = "runs on FARGATE_SPOT, wholly or partly, and stays there; both costs here are On-Demand"
        yield Caution(kind=CautionKind.SPOT, text=text)


def _of_data(demand: Demand, sizing: Sizing) -> Iterator[Caution]:
    share = sizing.work.censored_share
    if share >= CENSORED_SHARE:
        lift = round((CENSORED_LIFT - 1) * 100)
        text = (
            f"{100 * share:.1f} % of minutes were at the CPU ceiling, so their demand is a guess: "
            f"what was measured and {lift} % more"
        )
        yield Caution(kind=CautionKind.CENSORED, text=text)
    quality = quality_of(demand)
    if quality.longest_gap_s > LONGEST_GAP_S:
        hours = quality.longest_gap_s / 3600
        text = f"{hours:.1f} hours in a row were not reported: what happened then is unknown"
        yield Caution(kind=CautionKind.GAP, text=text)
    for finding in believable(demand):
        if finding.kind in SHAPES:
            yield Caution(kind=SHAPES[finding.kind], text=finding.text)
    if demand.days < WEEK_DAYS:
        text = f"{demand.days:.1f} days of metrics: a whole week was not seen"
        yield Caution(kind=CautionKind.SHORT, text=text)


def _of_timing(service: Service, sizing: Sizing, timing: Timing) -> Iterator[Caution]:
    """Yield where what was measured asks for more than the timing gives, or where nothing was measured."""
    if timing.startup.warning:
        yield Caution(kind=CautionKind.STARTUP, text=timing.startup.warning)
    if timing.startup.slower:
        yield Caution(kind=CautionKind.STARTUP, text=timing.startup.slower)
    if sizing.not_tried:
        yield Caution(kind=CautionKind.STARTUP, text=sizing.not_tried)
    measured = service.traffic is not None and service.traffic.response_times is not None
    if timing.stop_timeout_s < DEFAULT_LONGEST_REQUEST_S and not measured:
        text = f"stops within {timing.stop_timeout_s} s, so longer requests are cut when a task goes"
        yield Caution(kind=CautionKind.STOP_TIMEOUT, text=text)
    for warning in timing.warnings:
        yield Caution(kind=CautionKind.DRAIN, text=warning)


def _of_memory(service: Service, demand: Demand, sizing: Sizing) -> Iterator[Caution]:
    growth = sizing.work.growth
    if growth.shape is MemoryShape.GROWS:
        yield Caution(kind=CautionKind.LEAK, text=_leak(sizing))
    if growth.shape is MemoryShape.RISING:
        text = (
            "a task's memory reached new heights in the last part of the record, above what a size chosen "
            "before would have held: let it settle, and look for a leak, before taking memory away"
        )
        if growth.climb_mib > 0:
            text = (
                "a task's memory was still climbing when this short record ended, so the size leaves room "
                f"for {growth.climb_mib:,.0f} MiB more than was ever held: size again in two days, and look "
                "for a leak if it climbs on"
            )
        yield Caution(kind=CautionKind.RISING, text=text)
    minutes = at_limit_steps(demand, service.size)
    if minutes:
        text = (
            f"in {minutes:,} minutes the largest task held {100 * AT_LIMIT_SHARE:.0f} % or more of its "
            f"{service.size.memory_mib} MiB: what it wanted beyond is not known, so the margin is "
            f"{100 * (sizing.work.memory_margin - 1):.0f} %"
        )
        yield Caution(kind=CautionKind.MEMORY_LIMIT, text=text)


def _leak(sizing: Sizing) -> str:
    growth, size = sizing.work.growth, sizing.size
    room = size.memory_mib - COLLECTOR_MEMORY_MIB
    full, left = growth.days_until_full(room), growth.days_left(room)
    sized_to = f"sized to for {AHEAD_DAYS:g} days more" if growth.climb_mib > 0 else "not sized to"
    return (
        f"memory grows by {growth.slope_mib_per_day:.3g} MiB a day from the start of a task to its end "
        f"(p = {growth.p_value:.2g}), and is {sized_to}: at {size.memory_mib} MiB a task is full "
        f"{full:.1f} days after its start, those of the record's end in {left:.1f} days; mend the cause, "
        f"and until then replace tasks every {REPLACE_SHARE * full:.1f} days or sooner"
    )


def _of_service(service: Service) -> Iterator[Caution]:
    # One that is taken over has a stem of its own for what the name is too long or too odd for.
    if service.identity is None and not re.fullmatch(SERVICE_NAME, service.name):
        text = (
            "the service module refuses this name at plan, for it takes 2 to 32 lower-case letters, digits "
            "and hyphens that begin with a letter: take the entry out, or run the service under another name"
        )
        yield Caution(kind=CautionKind.NAME, text=text)
    if service.egress is None:
        text = (
            "where it connects to was not recorded: its tasks will reach HTTPS and named callees only; "
            "list databases and queues under egress"
        )
        yield Caution(kind=CautionKind.EGRESS, text=text)
    if service.health_check is not None and service.health_check.redacted:
        text = (
            "its health check has a word that is not known to be free of credentials, so no snapshot has it "
            "and the values leave the check out: where the service is taken over the running revision's goes "
            "on, elsewhere or without a port give a health_command"
        )
        yield Caution(kind=CautionKind.HEALTH_COMMAND, text=text)
    if service.port is None and service.health_check is None:
        text = "has neither port nor health check: the module asks for a health_command"
        yield Caution(kind=CautionKind.HEALTH_COMMAND, text=text)
