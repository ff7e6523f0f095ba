"""The replay itself: one plain Python function over arrays, and its compiled form.

``docs/replay.md`` is the specification; section numbers below are its own. ``kernel_python`` is
the readable source and ``kernel()`` is numba's compilation of that same function. Nothing is
checked here: ``model`` and ``alarms`` refuse impossible input, ``encode`` fills the tables.
"""

# ruff: noqa: PLR0913, PLR0917  # compiled functions get arrays and numbers; objects they cannot

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numba.extending import register_jitable

from trimtab.replay.kernel.compiling import compiled
from trimtab.replay.kernel.fast import by_thirds, note, often
from trimtab.replay.kernel.rules import (
    ALARM,
    CPU_AVERAGE,
    CPU_MAXIMUM,
    INSUFFICIENT,
    MEMORY_AVERAGE,
    OK,
    OOM_BIT,
    OVER_CPU_BIT,
    OVER_MEMORY_BIT,
    REQUESTS,
    REQUESTS_FILLED,
    SATURATED_BIT,
    alarm_point,
    counts_requests,
    judged,
    point_of,
    proposal,
    served_in,
    state_of,
    tracked_in,
)
from trimtab.replay.kernel.tables import (
    ACTIVITIES,
    ALARMS,
    BASE,
    BILLED,
    BREACH_FROM,
    BREACH_TO,
    BREACHES,
    CLOCK,
    CPU_LOW,
    DATAPOINTS,
    DECIDED_S,
    FROM_MINUTE,
    IN_COOLDOWN,
    INITIAL_TASKS,
    KIND,
    LIVE,
    MAX_TASKS,
    MAY_IN,
    MAY_OUT,
    MEMORY_LOW,
    METRIC,
    MIN_TASKS,
    NEVER,
    NEW_MAX,
    NEW_MIN,
    OOM,
    OUT_COOLDOWN,
    OVER,
    OVER_CPU,
    OVER_MEMORY,
    PERIOD,
    PERIODS,
    POLICY,
    PULLED_S,
    REQUESTS_LOW,
    SATURATED,
    SINCE,
    STATE,
    TRACKING,
    UNTIL,
    WARM,
)
from trimtab.replay.kernel.tasks import IN, OUT, act, bring, interrupt, mark, running_at, seconds_in

if TYPE_CHECKING:
    from trimtab.replay.inputs import I64
    from trimtab.replay.kernel.tables import Candidates, Recording, Scratch, Site, Trace

SOURCES = (
    "replay/kernel/kernel",
    "replay/kernel/fast",
    "replay/kernel/rules",
    "replay/kernel/tasks",
    "replay/kernel/tables",
    "replay/policy",
    "replay/result",
)
"""The modules whose code or constants are compiled into the kernel."""


class Kernel(Protocol):
    """What ``kernel_python`` and its compiled form have in common."""

    def __call__(
        self, rec: Recording, site: Site, book: Candidates, work: Scratch, trace: Trace, totals: I64
    ) -> object:
        """Replay the batch; write its totals, shape (C, len(TOTALS)), and the last candidate's trace."""
        ...


@register_jitable
def begin(book: Candidates, c: int, work: Scratch, trace: Trace) -> None:
    """Reset the work space: the initial tasks run and serve, no alarm has data."""
    live = book.bounds[c, INITIAL_TASKS]
    work.state[:] = 0
    work.state[LIVE], work.state[WARM] = live, live
    work.tasks[:, :live] = 0
    work.tasks[DECIDED_S, :live] = -1
    if trace.billed_s.size:
        mark(trace.billed_s, 0, live)
    for a in range(book.bounds[c, ALARMS]):
        work.alarms[a, STATE], work.alarms[a, BREACHES], work.alarms[a, SINCE] = INSUFFICIENT, 0, 0


@register_jitable
def one(  # noqa: C901, PLR0912, PLR0915  # in one piece: numba pays for every array it hands on
    rec: Recording, site: Site, book: Candidates, c: int, work: Scratch, trace: Trace
) -> None:
    """Replay candidate ``c``: at each turn the tick (4), then the minute it decided on (5)."""
    # Taken out of their tuples once: numba counts a reference at every access.
    cpu_vcpu, memory_mib = rec.cpu_vcpu, rec.memory_mib
    hottest_ratio, given = rec.hottest_ratio, rec.given
    metrics, points, flags = work.metrics, work.points, work.flags
    seen, state, tasks = work.alarms, work.state, work.tasks
    alarm, level, steps = book.alarm, book.level, book.step
    starts_s, billed = rec.starts_s, trace.billed_s
    alarms, least, most = book.bounds[c, ALARMS], book.bounds[c, MIN_TASKS], book.bounds[c, MAX_TASKS]
    detail, horizon = trace.desired.size > 0, 60 * rec.cpu_vcpu.size
    live, until, held_in = state[LIVE], 0, False
    cold, last_missing = False, -1
    agreeing, per_target = tracked_in(alarm, c, alarms), np.nan
    by_requests, requests = counts_requests(alarm, level, c, alarms), rec.requests
    change, due, changed = book.change, NEVER, 0
    if change.shape[1] > 0:
        due = change[c, 0, FROM_MINUTE]
    backlog = 0.0
    over_cpu, over_memory, over, oom, saturated = 0, 0, 0, 0, 0

    for k in range(cpu_vcpu.size):
        e, newest = 60 * k, k - 1 - site.lag
        told = given[k]
        if told > 1:
            interrupt(starts_s, site, tasks, billed, state, k, int(told >> 1), horizon)
            cold = state[WARM] < live
        if k == due:
            least, most = change[c, changed, NEW_MIN], change[c, changed, NEW_MAX]
            bring(starts_s, site, tasks, billed, state, e, least, most, horizon)
            changed += 1
            due = change[c, changed, FROM_MINUTE] if changed < change.shape[1] else NEVER
            live, cold = state[LIVE], state[WARM] < state[LIVE]
        no_in = told & 1 == 1 or (e < until and held_in)
        running, asked, winner, cause = -1, -1, -1, 0.0
        ready, spared, sparer, spare_cause = 0, -1, -1, 0.0
        for a in range(alarms):
            periods, datapoints = alarm[c, a, PERIODS], alarm[c, a, DATAPOINTS]
            # Each minute one point comes and one goes. The count of the breaching ones is enough
            # where the N newest are all there; elsewhere the range is read anew.
            if newest >= 0:
                seen[a, BREACHES] += (flags[newest] >> a) & 1
                if newest >= periods:
                    seen[a, BREACHES] -= (flags[newest - periods] >> a) & 1
            if alarm[c, a, PERIOD] == 1 and newest - periods >= last_missing:
                now = ALARM if seen[a, BREACHES] >= datapoints else OK
            else:
                now = state_of(alarm, level, points, c, a, newest, seen[a, STATE])
            seen[a, STATE] = now
            if detail:
                trace.alarm_state[a, k] = now
            if now != ALARM:
                continue
            # Where it can only take tasks away, and may not, its value does not matter.
            if alarm[c, a, MAY_OUT] == 0 and (alarm[c, a, MAY_IN] == 0 or no_in or live <= least):
                continue
            if running < 0:
                running = running_at(tasks, state, e) if cold else live
            value = judged(alarm, points, c, a, newest, site.latest)
            if np.isnan(value):
                continue
            base = state[BASE] if e < until and state[CLOCK] == OUT else running
            capacity = proposal(alarm, level, steps, c, a, value, running, base, no_in, live, least, most)
            if alarm[c, a, KIND] == TRACKING and alarm[c, a, MAY_IN] == 1:
                ready += 1 if capacity >= 0 else 0
                if capacity > spared:
                    spared, sparer, spare_cause = capacity, a, value
            elif capacity > asked:
                asked, winner, cause = capacity, a, value
        # Target tracking goes in only where all its policies that may go in ask for it.
        if ready == agreeing and (spared > asked or (spared == asked and sparer < winner)):
            asked, winner, cause = spared, sparer, spare_cause
        if asked >= 0 and asked != live:
            cooldown_s = alarm[c, winner, OUT_COOLDOWN] if asked > live else alarm[c, winner, IN_COOLDOWN]
            act(starts_s, site, tasks, billed, state, e, asked, running, cooldown_s, horizon)
            if detail:
                policy = alarm[c, winner, POLICY]
                note(trace, state[ACTIVITIES] - 1, e, live, state[LIVE], winner, policy, cause)
            live, until = state[LIVE], state[UNTIL]
            held_in = site.blocks_in == 1 or state[CLOCK] == IN
            cold = state[WARM] < live

        running_s = serving_s = 60 * live
        if cold:
            running_s, serving_s = seconds_in(tasks, state, e, 60)
            cold = state[WARM] < live
        served, backlog, cpu, cpu_top, memory, bad = served_in(
            site, running_s, serving_s, cpu_vcpu[k], backlog, memory_mib[k], hottest_ratio[k]
        )
        if running_s == 0:
            last_missing = k
        metrics[CPU_AVERAGE, k], metrics[CPU_MAXIMUM, k], metrics[MEMORY_AVERAGE, k] = cpu, cpu_top, memory
        if by_requests:
            # A load balancer reports no minute without requests.
            per_target = np.nan if serving_s == 0 or requests[k] == 0 else requests[k] / (serving_s / 60)
            metrics[REQUESTS, k] = per_target
            metrics[REQUESTS_FILLED, k] = 0.0 if np.isnan(per_target) else per_target
            if np.isnan(per_target):
                last_missing = k
        breaching = 0
        for a in range(alarms):
            if alarm[c, a, PERIOD] == 1:
                lows = level[c, a, CPU_LOW], level[c, a, MEMORY_LOW], level[c, a, REQUESTS_LOW]
                point = point_of(alarm[c, a, METRIC], cpu, cpu_top, memory, per_target, lows)
            else:
                point = alarm_point(alarm, level, metrics, c, a, k)
            points[a, k] = point
            # Not an if: on bursty demand it would be mispredicted every other minute.
            breach = (point >= level[c, a, BREACH_FROM]) & (point <= level[c, a, BREACH_TO])
            breaching |= int(breach) << a
        flags[k] = breaching
        over_cpu += 1 if bad & OVER_CPU_BIT else 0
        over_memory += 1 if bad & OVER_MEMORY_BIT else 0
        over += 1 if bad & (OVER_CPU_BIT | OVER_MEMORY_BIT) else 0
        oom += 1 if bad & OOM_BIT else 0
        saturated += 1 if bad & SATURATED_BIT else 0
        if detail:
            trace.desired[k], trace.over[k] = live, bad
            trace.running[k], trace.serving[k] = running_s / 60, serving_s / 60
            trace.served[k], trace.backlog[k] = served, backlog
    state[OVER_CPU], state[OVER_MEMORY], state[OVER] = over_cpu, over_memory, over
    state[OOM], state[SATURATED] = oom, saturated


@register_jitable
def end(rec: Recording, work: Scratch, trace: Trace) -> None:
    """Bill the tasks still alive up to the horizon, and sum the changes of the bill to minutes (8)."""
    horizon = 60 * rec.cpu_vcpu.size
    for j in range(work.state[LIVE]):
        work.state[BILLED] += horizon - min(work.tasks[PULLED_S, j], horizon)
    for k in range(1, trace.billed_s.size):
        trace.billed_s[k] += trace.billed_s[k - 1]


@register_jitable
def kernel_python(
    rec: Recording, site: Site, book: Candidates, work: Scratch, trace: Trace, totals: I64
) -> None:
    """Replay every candidate of the batch on the recording."""
    for c in range(book.bounds.shape[0]):
        begin(book, c, work, trace)
        if often(book, c):
            by_thirds(rec, site, book, c, work, trace)
        else:
            one(rec, site, book, c, work, trace)
        end(rec, work, trace)
        for total in range(totals.shape[1]):
            totals[c, total] = work.state[total]


@functools.cache
def kernel() -> Kernel:
    """Return the compiled kernel."""

    def make(fingerprint: int) -> Kernel:
        def batch(
            rec: Recording, site: Site, book: Candidates, work: Scratch, trace: Trace, totals: I64
        ) -> int:
            kernel_python(rec, site, book, work, trace, totals)
            return fingerprint

        return batch

    return compiled(make, SOURCES)
