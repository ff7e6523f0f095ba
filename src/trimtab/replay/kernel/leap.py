"""The same replay by leaps: from one minute in which something may happen straight to the next.

While all tasks serve and their count stays, a minute hangs on nothing but the count. So what a minute
measures is worked out once for each count and kept as bits (``KnownMinutes``), for all candidates on the same
demand, and an alarm's state in 64 minutes is a few operations on words. Only ticks at which a policy may act
or bounds change, and minutes in which tasks start, are gone through one by one, by the kernel's own rules.

``kernel.one`` is the specification and takes everything; ``leapable`` says what is taken here. Both are
compared on generated cases in every test run (``tests/property/test_leaps.py``).
"""

# ruff: noqa: PLR0913, PLR0917  # compiled functions get arrays and numbers; objects they cannot

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from numba.extending import register_jitable

from trimtab.replay.kernel.bits import ALL, NONE, ONE, WORD, at_least, below, counted, first_of, joined
from trimtab.replay.kernel.compiling import compiled
from trimtab.replay.kernel.kernel import SOURCES as KERNEL_SOURCES
from trimtab.replay.kernel.kernel import begin, end
from trimtab.replay.kernel.known import BAD, KnownMinutes, from_minute, settle_column, settle_count
from trimtab.replay.kernel.rules import (
    AVERAGE,
    CPU_AVERAGE,
    MEMORY_AVERAGE,
    MINIMUM,
    OOM_BIT,
    OVER_CPU_BIT,
    OVER_MEMORY_BIT,
    REQUESTS_FILLED,
    SATURATED_BIT,
    point_of,
    proposal,
    served_in,
    tracked_in,
)
from trimtab.replay.kernel.tables import (
    AGGREGATION,
    ALARMS,
    BASE,
    BREACH_FROM,
    BREACH_TO,
    CHANGE,
    CLOCK,
    CPU_LOW,
    DATAPOINTS,
    FIRST_STEP,
    FROM_MINUTE,
    IN_COOLDOWN,
    KIND,
    LAST_STEP,
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
    PERIODS,
    REQUESTS_LOW,
    SATURATED,
    TRACKING,
    UNTIL,
    WARM,
)
from trimtab.replay.kernel.tasks import IN, OUT, act, bring, running_at, seconds_in
from trimtab.replay.policy import AdjustmentType

if TYPE_CHECKING:
    from trimtab.replay.inputs import I64
    from trimtab.replay.kernel.bits import U64
    from trimtab.replay.kernel.tables import Candidates, Recording, Scratch, Site, Trace

SOURCES = (*KERNEL_SOURCES, "replay/kernel/leap", "replay/kernel/known", "replay/kernel/bits")
"""The modules whose code or constants are compiled into it."""
MAX_ADDED = 2**62
"""More than any step adds."""
BY_CHANGE = AdjustmentType.CHANGE.value


class Walk(NamedTuple):
    """Work space besides ``Scratch``."""

    past: U64
    """(A,): whether each alarm's point breached in the 64 minutes before now."""
    ahead: U64
    """(A,): and in those from now on, if nothing changes."""
    most: I64
    """(A,): the most that the alarm's policy adds."""
    since: I64
    """(T + 1,): minutes at which another stretch begins."""
    serving: I64
    """(T + 1,): tasks that serve throughout the stretch; 0: its points are in ``Scratch.metrics``."""


class Leaps(Protocol):
    """The compiled function."""

    def __call__(
        self,
        rec: Recording,
        site: Site,
        book: Candidates,
        column: I64,
        known: KnownMinutes,
        work: Scratch,
        walk: Walk,
        trace: Trace,
        totals: I64,
    ) -> int:
        """Replay the batch and write its totals; ``column``, shape (C, A, 2): each alarm's in ``known``.

        Of the low alarm of target tracking besides: the one of the minutes in which it has a task to spare.
        """
        ...


@register_jitable
def leap(  # noqa: C901, PLR0912, PLR0915  # in one piece: numba pays for every array it hands on
    rec: Recording,
    site: Site,
    book: Candidates,
    column: I64,
    c: int,
    known: KnownMinutes,
    work: Scratch,
    walk: Walk,
    trace: Trace,
) -> None:
    """Replay candidate ``c``."""
    state, tasks, metrics, steps = work.state, work.tasks, work.metrics, book.step
    alarm, level, starts_s, billed = book.alarm, book.level, rec.starts_s, trace.billed_s
    # Taken out of their tuples once: numba counts a reference at every access.
    past, ahead, added, since, serving = walk.past, walk.ahead, walk.most, walk.since, walk.serving
    done, bits, values, closed = known.done, known.bits, known.values, known.closed
    cpu_vcpu, memory_mib, hottest_ratio = rec.cpu_vcpu, rec.memory_mib, rec.hottest_ratio
    requests = rec.requests
    alarms, least, most = book.bounds[c, ALARMS], book.bounds[c, MIN_TASKS], book.bounds[c, MAX_TASKS]
    minutes, ago = cpu_vcpu.size, site.lag + 1
    horizon, agreeing = 60 * minutes, tracked_in(alarm, c, alarms)
    for a in range(alarms):
        past[a], added[a] = NONE, 0
        for step in range(alarm[c, a, FIRST_STEP], alarm[c, a, LAST_STEP]):
            added[a] = max(added[a], int(steps[c, step, CHANGE]))
        if alarm[c, a, KIND] != BY_CHANGE:
            added[a] = MAX_ADDED
    live, until, held_in, cold = state[LIVE], 0, False, False
    over_cpu, over_memory, over, oom, saturated = 0, 0, 0, 0, 0
    k, ticked, stretch = 0, False, 0
    change, due, changed = book.change, NEVER, 0
    if change.shape[1] > 0:
        due = change[c, 0, FROM_MINUTE]
    since[0], serving[0] = 0, live
    while k < minutes:
        if k == due:
            least, most = change[c, changed, NEW_MIN], change[c, changed, NEW_MAX]
            bring(starts_s, site, tasks, billed, state, 60 * k, least, most, horizon)
            changed += 1
            due = change[c, changed, FROM_MINUTE] if changed < change.shape[1] else NEVER
            live, cold = state[LIVE], state[WARM] < state[LIVE]
        if not cold:
            if not done[live, BAD]:
                settle_count(rec, site, known, live)
            held = below(min(WORD, max(0, -(-until // 60) - k)))
            closing = joined(closed[k // WORD], closed[k // WORD + 1], k % WORD)
            free_in = ~closing & (~held if held_in else ALL)
            # Points of before this stretch are of other counts: what they ask for is not known here.
            begun = since[stretch] if serving[stretch] == live else k
            unsure = below(min(WORD, max(0, begun + ago - k)))
            events, agreed = NONE, ALL if agreeing > 0 and live > least else NONE
            for a in range(alarms):
                if not done[live, column[c, a, 0]]:
                    settle_column(rec, known, live, column[c, a, 0])
                coming = from_minute(bits, live, column[c, a, 0], k)
                ahead[a] = coming
                out = alarm[c, a, MAY_OUT] == 1 and live < most
                into = alarm[c, a, MAY_IN] == 1 and live > least
                if not out and not into:
                    continue
                alarmed = NONE
                if (past[a] | coming) != NONE:
                    alarmed = at_least(past[a], coming, alarm[c, a, DATAPOINTS], alarm[c, a, PERIODS], ago)
                if alarm[c, a, KIND] == TRACKING and into:
                    agreed &= alarmed
                    if agreed != NONE:
                        spare = column[c, a, 1]
                        if not done[live, spare]:
                            settle_column(rec, known, live, spare)
                        early = from_minute(bits, live, spare, max(0, k - ago))
                        agreed &= unsure | (early if k >= ago else early << np.uint64(ago - k))
                    continue
                if alarmed == NONE:
                    continue
                free = NONE
                if out:
                    # What is on its way counts: no step asks for more than is there before the chain ends.
                    bound = state[CLOCK] == OUT and state[BASE] + added[a] <= live
                    free = ~held if bound else ALL
                if into:
                    free |= free_in
                events |= alarmed & free
            events |= agreed & free_in
            if ticked:
                events &= ~ONE
            far = min(first_of(events), WORD, minutes - k, due - k)
            if far > 0:
                if serving[stretch] != live:
                    stretch += 1
                    since[stretch], serving[stretch] = k, live
                kept = below(far)
                if from_minute(bits, live, BAD, k) & kept != NONE:
                    over_cpu += counted(from_minute(bits, live, 1, k) & kept)
                    over_memory += counted(from_minute(bits, live, 2, k) & kept)
                    over += counted(from_minute(bits, live, 3, k) & kept)
                    oom += counted(from_minute(bits, live, 4, k) & kept)
                    saturated += counted(from_minute(bits, live, 5, k) & kept)
                for a in range(alarms):
                    past[a] = joined(past[a], ahead[a], far)
                k, ticked = k + far, False
            if far == WORD or k >= minutes or k == due:
                continue

        e, newest = 60 * k, k - 1 - site.lag
        no_in = (closed[k // WORD] >> np.uint64(k % WORD)) & ONE == ONE or (e < until and held_in)
        running, asked, winner, ready, spared, sparer = -1, -1, -1, 0, -1, -1
        for a in range(alarms):
            visible = (past[a] << np.uint64(site.lag)) >> np.uint64(WORD - alarm[c, a, PERIODS])
            if counted(visible) < alarm[c, a, DATAPOINTS]:
                continue
            if alarm[c, a, MAY_OUT] == 0 and (alarm[c, a, MAY_IN] == 0 or no_in or live <= least):
                continue
            if running < 0:
                running = running_at(tasks, state, e) if cold else live
            # As ``rules.judged``: no point is missing here.
            aggregation, metric = alarm[c, a, AGGREGATION], alarm[c, a, METRIC]
            lows = level[c, a, CPU_LOW], level[c, a, MEMORY_LOW], level[c, a, REQUESTS_LOW]
            tracking = alarm[c, a, KIND] == TRACKING
            first = newest if site.latest == 1 or tracking else max(0, newest - alarm[c, a, PERIODS] + 1)
            place, value = stretch, 0.0
            while since[place] > first:
                place -= 1
            for minute in range(first, newest + 1):
                while place < stretch and since[place + 1] <= minute:
                    place += 1
                if serving[place] > 0:
                    cpu, memory = values[serving[place], 0, minute], values[serving[place], 1, minute]
                    per_target = requests[minute] / serving[place]
                else:
                    cpu, memory = metrics[CPU_AVERAGE, minute], metrics[MEMORY_AVERAGE, minute]
                    per_target = metrics[REQUESTS_FILLED, minute]
                top = min(100.0, cpu * hottest_ratio[minute])
                point = point_of(metric, cpu, top, memory, per_target, lows)
                if minute == first:
                    value = point
                elif aggregation == AVERAGE:
                    value += point
                elif aggregation == MINIMUM:
                    value = min(value, point)
                else:
                    value = max(value, point)
            if aggregation == AVERAGE:
                value /= newest + 1 - first
            base = state[BASE] if e < until and state[CLOCK] == OUT else running
            capacity = proposal(alarm, level, steps, c, a, value, running, base, no_in, live, least, most)
            if tracking and alarm[c, a, MAY_IN] == 1:
                ready += 1 if capacity >= 0 else 0
                if capacity > spared:
                    spared, sparer = capacity, a
            elif capacity > asked:
                asked, winner = capacity, a
        if ready == agreeing and (spared > asked or (spared == asked and sparer < winner)):
            asked, winner = spared, sparer
        if asked >= 0 and asked != live:
            cooldown_s = alarm[c, winner, OUT_COOLDOWN] if asked > live else alarm[c, winner, IN_COOLDOWN]
            act(starts_s, site, tasks, billed, state, e, asked, running, cooldown_s, horizon)
            live, until = state[LIVE], state[UNTIL]
            held_in = site.blocks_in == 1 or state[CLOCK] == IN
            cold = state[WARM] < live
        ticked = True
        if not cold:
            continue

        running_s, serving_s = seconds_in(tasks, state, e, 60)
        _, _, cpu, top, memory, bad = served_in(
            site, running_s, serving_s, cpu_vcpu[k], 0.0, memory_mib[k], hottest_ratio[k]
        )
        per_target = 0.0 if serving_s == 0 else requests[k] / (serving_s / 60)
        metrics[CPU_AVERAGE, k], metrics[MEMORY_AVERAGE, k] = cpu, memory
        metrics[REQUESTS_FILLED, k] = per_target
        if serving[stretch] != 0:
            stretch += 1
            since[stretch], serving[stretch] = k, 0
        for a in range(alarms):
            lows = level[c, a, CPU_LOW], level[c, a, MEMORY_LOW], level[c, a, REQUESTS_LOW]
            point = point_of(alarm[c, a, METRIC], cpu, top, memory, per_target, lows)
            breach = (point >= level[c, a, BREACH_FROM]) & (point <= level[c, a, BREACH_TO])
            past[a] = joined(past[a], np.uint64(breach), 1)
        over_cpu += 1 if bad & OVER_CPU_BIT else 0
        over_memory += 1 if bad & OVER_MEMORY_BIT else 0
        over += 1 if bad & (OVER_CPU_BIT | OVER_MEMORY_BIT) else 0
        oom += 1 if bad & OOM_BIT else 0
        saturated += 1 if bad & SATURATED_BIT else 0
        cold = state[WARM] < live
        k, ticked = k + 1, False
    state[OVER_CPU], state[OVER_MEMORY], state[OVER] = over_cpu, over_memory, over
    state[OOM], state[SATURATED] = oom, saturated


@functools.cache
def leaps() -> Leaps:
    """Return the compiled function, as ``kernel.kernel`` does."""

    def make(fingerprint: int) -> Leaps:
        def batch(
            rec: Recording,
            site: Site,
            book: Candidates,
            column: I64,
            known: KnownMinutes,
            work: Scratch,
            walk: Walk,
            trace: Trace,
            totals: I64,
        ) -> int:
            for c in range(book.bounds.shape[0]):
                begin(book, c, work, trace)
                leap(rec, site, book, column, c, known, work, walk, trace)
                end(rec, work, trace)
                for total in range(totals.shape[1]):
                    totals[c, total] = work.state[total]
            return fingerprint

        return batch

    return compiled(make, SOURCES)
