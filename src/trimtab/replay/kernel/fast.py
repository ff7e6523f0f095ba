"""Three ticks a minute: the replay of a candidate with an alarm of 20 s, or one with a phase.

``docs/replay.md``, section 11. Written apart from ``kernel.one`` so that a candidate without such an alarm
pays nothing for it. Rules and tasks are the same functions.
"""

# ruff: noqa: PLR0913, PLR0917  # compiled functions get arrays and numbers; objects they cannot

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba.extending import register_jitable

from trimtab.replay.kernel.rules import (
    ALARM,
    CPU_AVERAGE,
    CPU_MAXIMUM,
    MEMORY_AVERAGE,
    OK,
    OOM_BIT,
    OVER_CPU_BIT,
    OVER_MEMORY_BIT,
    REQUESTS,
    REQUESTS_FILLED,
    SATURATED_BIT,
    alarm_point,
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
    BREACH_FROM,
    BREACH_TO,
    BREACHES,
    CLOCK,
    CPU_LOW,
    DATAPOINTS,
    FAST,
    FROM_MINUTE,
    IN_COOLDOWN,
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
    PHASE,
    POLICY,
    REQUESTS_LOW,
    SATURATED,
    SINCE,
    STATE,
    TRACKING,
    UNTIL,
    WARM,
)
from trimtab.replay.kernel.tasks import IN, OUT, act, bring, interrupt, running_at, seconds_in

if TYPE_CHECKING:
    from trimtab.replay.inputs import I64
    from trimtab.replay.kernel.tables import Candidates, Recording, Scratch, Site, Trace

THIRD_S = 20


@register_jitable
def often(book: Candidates, c: int) -> bool:
    """Tell whether candidate ``c`` has three ticks a minute."""
    asked = 0
    for a in range(book.bounds[c, ALARMS]):
        asked += book.alarm[c, a, FAST] + book.alarm[c, a, PHASE]
    return asked > 0


@register_jitable
def note(
    trace: Trace, number: int, second: int, before: int, after: int, alarm: int, policy: int, value: float
) -> None:
    """Write down a scaling activity."""
    row = trace.activity[number]
    row[0], row[1], row[2], row[3], row[4] = second, before, after, alarm, policy
    trace.activity_value[number] = value


@register_jitable
def newest_of(alarm: I64, site: Site, c: int, a: int, e: int) -> int:
    """Return the newest point that alarm ``a`` sees at second ``e``: a third, or a minute."""
    if alarm[c, a, FAST] == 1:
        return int(e // THIRD_S - 1 - site.fast_lag)
    return int((e - site.delay_s) // 60 - 1)


@register_jitable
def by_thirds(  # noqa: C901, PLR0912, PLR0915  # in one piece, as ``kernel.one``
    rec: Recording, site: Site, book: Candidates, c: int, work: Scratch, trace: Trace
) -> None:
    """Replay candidate ``c``: three ticks, each with what its third of a minute measures; then the minute."""
    cpu_vcpu, memory_mib = rec.cpu_vcpu, rec.memory_mib
    hottest_ratio, requests, starts_s = rec.hottest_ratio, rec.requests, rec.starts_s
    metrics, points, flags, thirds = work.metrics, work.points, work.flags, work.fast_points
    seen, state, tasks = work.alarms, work.state, work.tasks
    alarm, level, steps, billed = book.alarm, book.level, book.step, trace.billed_s
    alarms, least, most = book.bounds[c, ALARMS], book.bounds[c, MIN_TASKS], book.bounds[c, MAX_TASKS]
    detail, horizon = trace.desired.size > 0, 60 * cpu_vcpu.size
    until, held_in, backlog, last_missing, changed = 0, False, 0.0, -1, 0
    agreeing = tracked_in(alarm, c, alarms)
    over_cpu, over_memory, over, oom, saturated = 0, 0, 0, 0, 0

    for k in range(cpu_vcpu.size):
        told = rec.given[k]
        if told > 1:
            interrupt(starts_s, site, tasks, billed, state, k, int(told >> 1), horizon)
        due = book.change[c, changed, FROM_MINUTE] if changed < book.change.shape[1] else NEVER
        if k == due:
            least, most = book.change[c, changed, NEW_MIN], book.change[c, changed, NEW_MAX]
            bring(starts_s, site, tasks, billed, state, 60 * k, least, most, horizon)
            changed += 1
        running_s = serving_s = 0
        for part in range(3):
            e, third = 60 * k + THIRD_S * part, 3 * k + part
            live = state[LIVE]
            no_in = told & 1 == 1 or (e < until and held_in)
            running, asked, winner, cause = -1, -1, -1, 0.0
            ready, spared, sparer, spare_cause = 0, -1, -1, 0.0
            for a in range(alarms):
                fast = alarm[c, a, FAST] == 1
                if not fast and alarm[c, a, PHASE] != THIRD_S * part:
                    continue
                newest = newest_of(alarm, site, c, a, e)
                read = thirds if fast else points
                periods = alarm[c, a, PERIODS]
                if not fast and newest >= 0:
                    # As in ``kernel.one``: each minute one point comes and one goes.
                    seen[a, BREACHES] += (flags[newest] >> a) & 1
                    if newest >= periods:
                        seen[a, BREACHES] -= (flags[newest - periods] >> a) & 1
                if not fast and alarm[c, a, PERIOD] == 1 and newest - periods >= last_missing:
                    now = ALARM if seen[a, BREACHES] >= alarm[c, a, DATAPOINTS] else OK
                else:
                    now = state_of(alarm, level, read, c, a, newest, seen[a, STATE])
                if now == ALARM and seen[a, STATE] != ALARM:
                    seen[a, SINCE] = e
                seen[a, STATE] = now
                # Actions are repeated once a minute, at the alarm's own second.
                if now != ALARM or (fast and (e - seen[a, SINCE]) % 60 != 0):
                    continue
                if alarm[c, a, MAY_OUT] == 0 and (alarm[c, a, MAY_IN] == 0 or no_in or live <= least):
                    continue
                if running < 0:
                    running = running_at(tasks, state, e)
                value = judged(alarm, read, c, a, newest, site.latest)
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
            if ready == agreeing and (spared > asked or (spared == asked and sparer < winner)):
                asked, winner, cause = spared, sparer, spare_cause
            if asked >= 0 and asked != live:
                cooldown_s = alarm[c, winner, OUT_COOLDOWN] if asked > live else alarm[c, winner, IN_COOLDOWN]
                act(starts_s, site, tasks, billed, state, e, asked, running, cooldown_s, horizon)
                if detail:
                    policy = alarm[c, winner, POLICY]
                    note(trace, state[ACTIVITIES] - 1, e, live, state[LIVE], winner, policy, cause)
                until = state[UNTIL]
                held_in = site.blocks_in == 1 or state[CLOCK] == IN

            runs_s = serves_s = THIRD_S * state[LIVE]
            if state[WARM] < state[LIVE]:
                runs_s, serves_s = seconds_in(tasks, state, e, THIRD_S)
            running_s, serving_s = running_s + runs_s, serving_s + serves_s
            # A third is measured as a minute in which three times as many seconds were had.
            _, _, cpu, cpu_top, memory, _ = served_in(
                site, 3 * runs_s, 3 * serves_s, cpu_vcpu[k], backlog, memory_mib[k], hottest_ratio[k]
            )
            for a in range(alarms):
                if alarm[c, a, FAST] == 1:
                    lows = level[c, a, CPU_LOW], level[c, a, MEMORY_LOW], level[c, a, REQUESTS_LOW]
                    thirds[a, third] = point_of(alarm[c, a, METRIC], cpu, cpu_top, memory, np.nan, lows)

        served, backlog, cpu, cpu_top, memory, bad = served_in(
            site, running_s, serving_s, cpu_vcpu[k], backlog, memory_mib[k], hottest_ratio[k]
        )
        # A load balancer reports no minute without requests.
        per_target = np.nan if serving_s == 0 or requests[k] == 0 else requests[k] / (serving_s / 60)
        metrics[CPU_AVERAGE, k], metrics[CPU_MAXIMUM, k], metrics[MEMORY_AVERAGE, k] = cpu, cpu_top, memory
        metrics[REQUESTS, k] = per_target
        metrics[REQUESTS_FILLED, k] = 0.0 if np.isnan(per_target) else per_target
        breaching = 0
        for a in range(alarms):
            if alarm[c, a, FAST] == 1:
                continue
            if alarm[c, a, PERIOD] == 1:
                lows = level[c, a, CPU_LOW], level[c, a, MEMORY_LOW], level[c, a, REQUESTS_LOW]
                point = point_of(alarm[c, a, METRIC], cpu, cpu_top, memory, per_target, lows)
            else:
                point = alarm_point(alarm, level, metrics, c, a, k)
            points[a, k] = point
            if np.isnan(point):
                last_missing = k
            breach = (point >= level[c, a, BREACH_FROM]) & (point <= level[c, a, BREACH_TO])
            breaching |= int(breach) << a
        flags[k] = breaching
        over_cpu += 1 if bad & OVER_CPU_BIT else 0
        over_memory += 1 if bad & OVER_MEMORY_BIT else 0
        over += 1 if bad & (OVER_CPU_BIT | OVER_MEMORY_BIT) else 0
        oom += 1 if bad & OOM_BIT else 0
        saturated += 1 if bad & SATURATED_BIT else 0
        if detail:
            trace.alarm_state[:alarms, k] = seen[:alarms, STATE]
            trace.desired[k], trace.over[k] = state[LIVE], bad
            trace.running[k], trace.serving[k] = running_s / 60, serving_s / 60
            trace.served[k], trace.backlog[k] = served, backlog
    state[OVER_CPU], state[OVER_MEMORY], state[OVER] = over_cpu, over_memory, over
    state[OOM], state[SATURATED] = oom, saturated
