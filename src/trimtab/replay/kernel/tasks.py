"""Tasks coming and going: launches, scale-in, interruptions, the bill. ``docs/replay.md``, 2, 3, 4 and 8."""

# ruff: noqa: PLR0913, PLR0917  # compiled functions get arrays and numbers; objects they cannot

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba.extending import register_jitable

from trimtab.replay.kernel.tables import (
    ACTIVITIES,
    BASE,
    BILLED,
    CHANGES,
    CLOCK,
    COMPLETE,
    DECIDED_S,
    INTERRUPTED,
    LAUNCHED,
    LIVE,
    PULLED_S,
    REPLACED,
    RUNS_S,
    SERVES_S,
    SHORT,
    UNTIL,
    WARM,
)

if TYPE_CHECKING:
    from trimtab.replay.inputs import I64
    from trimtab.replay.kernel.tables import Site

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX1 = np.uint64(0xBF58476D1CE4E5B9)
MIX2 = np.uint64(0x94D049BB133111EB)
OUT, IN = 1, -1
"""What set the cooldown clock last, and the direction of the last activity."""
S27, S30, S31 = np.uint64(27), np.uint64(30), np.uint64(31)


@register_jitable
def mixed(seed: np.uint64, number: int) -> np.uint64:
    """Return splitmix64 of the sum."""
    z = seed + np.uint64(number) + GOLDEN
    z = (z ^ (z >> S30)) * MIX1
    z = (z ^ (z >> S27)) * MIX2
    return z ^ (z >> S31)


@register_jitable
def draw(seed: np.uint64, number: int, rows: int) -> int:
    """Return draw ``number`` of 0 to ``rows`` - 1: splitmix64, so no draw hangs on another."""
    return int(mixed(seed, number) % np.uint64(rows))


@register_jitable
def mark(billed: I64, second: int, sign: int) -> None:
    """Add (or take away) a task's bill from ``second`` on to the changes from minute to minute."""
    minute = second // 60
    if minute < billed.size - 1:
        billed[minute] += sign * (60 - second % 60)
        billed[minute + 1] += sign * (second % 60)


@register_jitable
def move(tasks: I64, source: int, slot: int) -> None:
    """Copy a task from one slot to another."""
    for field in range(tasks.shape[0]):
        tasks[field, slot] = tasks[field, source]


@register_jitable
def launch(starts_s: I64, site: Site, tasks: I64, billed: I64, state: I64, e: int, count: int) -> int:
    """Add ``count`` tasks decided from second ``e`` on (3); return when the last is RUNNING [s]."""
    live, complete = state[LIVE], e
    for j in range(count):
        decided = e + (60 * j) // site.launch_rate
        row = draw(site.seed, state[LAUNCHED] + j, starts_s.shape[0])
        slot = live + j
        # A slow launch rate may leave later decisions of an earlier scale-out before us.
        while slot > 0 and tasks[DECIDED_S, slot - 1] > decided:
            for field in range(tasks.shape[0]):
                tasks[field, slot] = tasks[field, slot - 1]
            slot -= 1
        tasks[DECIDED_S, slot] = decided
        # On Spot, capacity may have to be waited for.
        placed = max(decided, state[SHORT])
        tasks[PULLED_S, slot] = placed + starts_s[row, 0]
        tasks[RUNS_S, slot] = placed + starts_s[row, 1]
        tasks[SERVES_S, slot] = placed + starts_s[row, 2]
        complete = max(complete, tasks[RUNS_S, slot])
        if billed.size:
            mark(billed, tasks[PULLED_S, slot], 1)
    state[LAUNCHED] += count
    state[LIVE] += count
    return complete


@register_jitable
def settle(tasks: I64, billed: I64, state: I64, j: int, stop: int, horizon: int) -> None:
    """Bill the task in slot ``j``, which stops at second ``stop`` (8)."""
    seconds = min(stop, horizon) - tasks[PULLED_S, j]
    state[BILLED] += max(seconds, 60) if stop <= horizon else seconds
    if billed.size:
        mark(billed, stop, -1)


@register_jitable
def retire(site: Site, tasks: I64, billed: I64, state: I64, e: int, count: int, horizon: int) -> None:
    """Take out the ``count`` RUNNING tasks decided earliest, or as many as there are, and bill them."""
    kept, stop = 0, e + site.stop_s
    for j in range(state[LIVE]):
        if j - kept < count and tasks[RUNS_S, j] <= e:
            settle(tasks, billed, state, j, stop, horizon)
        else:
            for field in range(tasks.shape[0]):
                tasks[field, kept] = tasks[field, j]
            kept += 1
    left = state[LIVE] - kept
    state[LIVE] = kept
    # Those that serve are RUNNING and first in order: they left first.
    state[WARM] -= min(left, state[WARM])


@register_jitable
def give_up(
    site: Site, tasks: I64, billed: I64, state: I64, e: int, count: int, running: int, horizon: int
) -> int:
    """Take out ``count`` launches that are not RUNNING, or as many as there are; return the number (4.6)."""
    live, kept, pending = state[LIVE], 0, 0
    staying = max(0, live - running - count)
    for j in range(live):
        waits = tasks[RUNS_S, j] > e
        pending += 1 if waits else 0
        if not waits or pending <= staying:
            move(tasks, j, kept)
            kept += 1
        elif tasks[PULLED_S, j] <= e:
            settle(tasks, billed, state, j, e + site.stop_s, horizon)
        elif billed.size:
            mark(billed, tasks[PULLED_S, j], -1)
    state[LIVE] = kept
    return int(live - kept)


@register_jitable
def interrupt(
    starts_s: I64, site: Site, tasks: I64, billed: I64, state: I64, k: int, share_percent: int, horizon: int
) -> None:
    """Let Spot take its share of the tasks that hold its capacity, and launch as many anew (4.0)."""
    e, live, warm = 60 * k, state[LIVE], state[WARM]
    left = 0
    for j in range(live):
        left += 1 if tasks[PULLED_S, j] <= e else 0
    due = (share_percent * left + 99) // 100
    kept, place, seed = 0, 0, mixed(site.seed, k)
    for j in range(live):
        taken = False
        if tasks[PULLED_S, j] <= e:
            taken = draw(seed, place, left) < due
            place, left = place + 1, left - 1
        if taken:
            due -= 1
            state[INTERRUPTED] += 1
            state[WARM] -= 1 if j < warm else 0
            settle(tasks, billed, state, j, e + site.warned_s, horizon)
        else:
            move(tasks, j, kept)
            kept += 1
    state[LIVE], state[SHORT] = kept, e + site.capacity_wait_s
    runs = launch(starts_s, site, tasks, billed, state, e, live - kept)
    state[REPLACED] = max(state[REPLACED], runs)


@register_jitable
def bring(
    starts_s: I64,
    site: Site,
    tasks: I64,
    billed: I64,
    state: I64,
    e: int,
    least: int,
    most: int,
    horizon: int,
) -> None:
    """Bring the count within bounds that are new at second ``e`` (4.0): no cooldown begins or holds it."""
    live = state[LIVE]
    if live < least:
        runs = launch(starts_s, site, tasks, billed, state, e, least - live)
        state[REPLACED] = max(state[REPLACED], runs)
    elif live > most:
        count, running = live - most, running_at(tasks, state, e)
        count -= give_up(site, tasks, billed, state, e, count, running, horizon)
        retire(site, tasks, billed, state, e, count, horizon)


@register_jitable
def running_at(tasks: I64, state: I64, e: int) -> int:
    """Return how many tasks are RUNNING at second ``e``; those that serve are."""
    running = int(state[WARM])
    for j in range(state[WARM], state[LIVE]):
        if tasks[RUNS_S, j] <= e:
            running += 1
    return running


@register_jitable
def seconds_in(tasks: I64, state: I64, e: int, span_s: int) -> tuple[int, int]:
    """Return the task-seconds RUNNING and serving in the ``span_s`` that begin at ``e``; count the warm."""
    warm, live = state[WARM], state[LIVE]
    running_s = serving_s = span_s * warm
    for j in range(warm, live):
        running_s += max(0, min(span_s, e + span_s - tasks[RUNS_S, j]))
        serving_s += max(0, min(span_s, e + span_s - tasks[SERVES_S, j]))
    while warm < live and tasks[SERVES_S, warm] <= e + span_s:
        warm += 1
    state[WARM] = warm
    return running_s, serving_s


@register_jitable
def act(
    starts_s: I64,
    site: Site,
    tasks: I64,
    billed: I64,
    state: I64,
    e: int,
    asked: int,
    running: int,
    cooldown_s: int,
    horizon: int,
) -> None:
    """Scale to ``asked`` at second ``e`` and set the cooldown clock (4.6, 4.7)."""
    if asked > state[LIVE]:
        complete = launch(starts_s, site, tasks, billed, state, e, asked - state[LIVE])
        if state[CLOCK] == OUT and e < state[UNTIL]:
            complete = max(complete, state[COMPLETE])
        else:
            state[BASE] = running
        state[COMPLETE], state[UNTIL] = complete, complete + cooldown_s
        direction = OUT
    else:
        count = state[LIVE] - asked
        if e < state[REPLACED]:
            count -= give_up(site, tasks, billed, state, e, count, running, horizon)
        retire(site, tasks, billed, state, e, count, horizon)
        state[UNTIL] = e + site.in_activity_s + cooldown_s
        direction = IN
    # The clock names the last activity's direction too.
    if state[CLOCK] == -direction:
        state[CHANGES] += 1
    state[CLOCK] = direction
    state[ACTIVITIES] += 1
