"""Tasks coming and going: launches, scale-in, and the bill. ``docs/replay.md``, 2, 3 and 8."""

# ruff: noqa: PLR0913, PLR0917  # compiled functions get arrays and numbers; objects they cannot

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba.extending import register_jitable

from trimtab.scaling.tables import (
    ACTIVITIES,
    BASE,
    BILLED,
    CHANGES,
    CLOCK,
    COMPLETE,
    DECIDED_S,
    LAUNCHED,
    LIVE,
    PULLED_S,
    RUNS_S,
    SERVES_S,
    UNTIL,
    WARM,
)

if TYPE_CHECKING:
    from trimtab.scaling.model import I64
    from trimtab.scaling.tables import Site

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX1 = np.uint64(0xBF58476D1CE4E5B9)
MIX2 = np.uint64(0x94D049BB133111EB)
OUT, IN = 1, -1
"""What set the cooldown clock last, and the direction of the last activity."""
S27, S30, S31 = np.uint64(27), np.uint64(30), np.uint64(31)


@register_jitable
def draw(seed: np.uint64, number: int, rows: int) -> int:
    """Return the row of starts that launch ``number`` takes: splitmix64, so no draw hangs on another."""
    z = seed + np.uint64(number) + GOLDEN
    z = (z ^ (z >> S30)) * MIX1
    z = (z ^ (z >> S27)) * MIX2
    return int((z ^ (z >> S31)) % np.uint64(rows))


@register_jitable
def mark(billed: I64, second: int, sign: int) -> None:
    """Add (or take away) a task's bill from ``second`` on to the changes from minute to minute."""
    minute = second // 60
    if minute < billed.size - 1:
        billed[minute] += sign * (60 - second % 60)
        billed[minute + 1] += sign * (second % 60)


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
        tasks[PULLED_S, slot] = decided + starts_s[row, 0]
        tasks[RUNS_S, slot] = decided + starts_s[row, 1]
        tasks[SERVES_S, slot] = decided + starts_s[row, 2]
        complete = max(complete, tasks[RUNS_S, slot])
        if billed.size:
            mark(billed, tasks[PULLED_S, slot], 1)
    state[LAUNCHED] += count
    state[LIVE] += count
    return complete


@register_jitable
def retire(site: Site, tasks: I64, billed: I64, state: I64, e: int, count: int, horizon: int) -> None:
    """Take out the ``count`` RUNNING tasks decided earliest, or as many as there are, and bill them."""
    kept, stop = 0, e + site.stop_s
    for j in range(state[LIVE]):
        if j - kept < count and tasks[RUNS_S, j] <= e:
            seconds = min(stop, horizon) - tasks[PULLED_S, j]
            state[BILLED] += max(seconds, 60) if stop <= horizon else seconds
            if billed.size:
                mark(billed, stop, -1)
        else:
            for field in range(tasks.shape[0]):
                tasks[field, kept] = tasks[field, j]
            kept += 1
    left = state[LIVE] - kept
    state[LIVE] = kept
    # Those that serve are RUNNING and first in order: they left first.
    state[WARM] -= min(left, state[WARM])


@register_jitable
def running_at(tasks: I64, state: I64, e: int) -> int:
    """Return how many tasks are RUNNING at second ``e``; those that serve are."""
    running = int(state[WARM])
    for j in range(state[WARM], state[LIVE]):
        if tasks[RUNS_S, j] <= e:
            running += 1
    return running


@register_jitable
def seconds_in(tasks: I64, state: I64, e: int) -> tuple[int, int]:
    """Return the task-seconds RUNNING and serving in the minute that begins at ``e``, and count the warm."""
    warm, live = state[WARM], state[LIVE]
    running_s = serving_s = 60 * warm
    for j in range(warm, live):
        running_s += max(0, min(60, e + 60 - tasks[RUNS_S, j]))
        serving_s += max(0, min(60, e + 60 - tasks[SERVES_S, j]))
    while warm < live and tasks[SERVES_S, warm] <= e + 60:
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
        retire(site, tasks, billed, state, e, state[LIVE] - asked, horizon)
        state[UNTIL] = e + site.in_activity_s + cooldown_s
        direction = IN
    # The clock names the last activity's direction too.
    if state[CLOCK] == -direction:
        state[CHANGES] += 1
    state[CLOCK] = direction
    state[ACTIVITIES] += 1
