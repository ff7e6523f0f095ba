"""The clairvoyant bound: no policy, however clever, bills less than this.

Unit: task-seconds, so that one price turns it into dollars. What is relaxed, hence why it
is a bound for any replay of ``docs/replay.md`` (proof at the end of that page):

- the future is known, and launches and stops are free of alarms, cooldowns and limits;
- the initial count is free: a first level may stand from second 0 without a start;
- a task present in any part of a minute counts as the whole minute's capacity. In exchange
  its start is credited the part of its first minute in which it was not there (``Overhead``);
- every launch starts as the cheapest row of the start table would;
- the one-minute minimum of a bill is left out.

With violations allowed the bound is Lagrangian: each violated minute costs a penalty, the
cheapest schedule is found, and the penalty's total is taken off again. By weak duality that
is a bound for *every* penalty >= 0; the search only looks for the highest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numba
import numpy as np

from trimtab.errors import ReplayError
from trimtab.replay.inputs import Model
from trimtab.units import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimtab.demand.series import F64, Mask
    from trimtab.replay.inputs import I64, Inputs, Starts

SUBSECONDS = 1024
"""The penalty is searched in parts of a second, as integers: no rounding can lift the bound."""
MOST_ROUNDS = 64
"""Of the penalty's search; recorded series take about fifteen, and stopping early stays valid."""
MOST_TASKS = 1_000_000
"""A minute that needs more is taken to need this many: beyond any service."""
DEFAULT = Model()


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """The fewest tasks that keep each minute within the objective."""

    tasks: I64
    """Never under ``floor``; where ``hopeless``, what CPU alone needs. Shape (T,) [tasks]."""
    hopeless: Mask
    """Minutes violated at every count the service can have, shape (T,)."""
    floor: int
    memory_decides: bool
    """Memory asks for more tasks than CPU somewhere; a running task lowers it, serving or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overhead:
    """What a launch and a stop cost beyond whole minutes of presence [task-seconds]."""

    start_s: int
    """Pull start to presence, less the part of its first minute before it; may be negative."""
    drain_s: int
    """Deregistration delay and shutdown: billed, and no work done."""

    def __post_init__(self) -> None:
        """Refuse what no start table gives: a credit of a whole minute would be free capacity."""
        if self.start_s <= -MINUTE_S or self.drain_s < 0:
            raise ReplayError(f"{self} needs start_s > -{MINUTE_S} and drain_s >= 0", where="bound")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The least bill of any schedule."""

    billed_s: float
    """[task-seconds]; infinite when no schedule has so few violated minutes."""
    cost_usd: float
    penalty_s: float
    """What one more allowed minute would save at most [task-seconds]; 0 if none was searched."""


def clairvoyant_bound(
    inputs: Inputs, *, min_tasks: int, max_tasks: int, violated_minutes: int = 0, model: Model = DEFAULT
) -> Bound:
    """Return the least bill of any replay of ``inputs`` between these counts.

    ``violated_minutes``: at most so many minutes are over the objective (``Summary.over_min``).
    """
    if inputs.interruptions is not None:
        raise ReplayError(
            "a task that Spot takes costs less to be rid of than one scaled in, so this would be no bound",
            where="interruptions",
            advice="compute the bound of the same inputs without interruptions",
        )
    if inputs.objective.cpu_share > 1:
        raise ReplayError(
            f"is {inputs.objective.cpu_share}: above 1 a minute within it may lose work, "
            "and what memory needs then is not known",
            where="objective.cpu_share",
        )
    # Where a cooldown does not hold scale-in back, the last running task may leave while
    # another starts: then there is no count that is always kept.
    need = required_tasks(inputs, floor=min_tasks if model.cooldown_blocks_in else 0, max_tasks=max_tasks)
    cost = overhead(
        inputs.starts,
        drain_s=inputs.deregistration_delay_s + inputs.shutdown_s,
        largest_launch=max_tasks - min_tasks,
        launch_rate_per_min=model.launch_rate_per_min,
        memory_decides=need.memory_decides,
    )
    price = inputs.task.price_usd_hour
    return lower_bound(need, cost, price_usd_hour=price, violated_minutes=violated_minutes)


def required_tasks(inputs: Inputs, *, floor: int, max_tasks: int = MOST_TASKS) -> Need:
    """Return the fewest tasks, serving the whole minute, that keep each within the objective.

    The comparisons are the replay's own expressions, so that equality falls the same way.
    """
    load, task, objective = inputs.load, inputs.task, inputs.objective
    usable_vcpu = task.vcpu - task.overhead_vcpu - task.idle_vcpu
    judged_vcpu = task.judged_vcpu(objective.cpu_share)
    held_mib = load.memory_mib + task.overhead_mib
    limit_mib = objective.memory_share * task.memory_mib
    slope = load.memory_slope_mib_per_vcpu

    def over_cpu(tasks: F64) -> Mask:
        return load.cpu_vcpu > objective.cpu_share * (tasks * judged_vcpu)

    def over_memory(tasks: F64) -> Mask:
        count = np.maximum(tasks, 1.0)  # what no task holds is nobody's; CPU asks for the first
        return held_mib + slope * np.minimum(load.cpu_vcpu, count * usable_vcpu) / count > limit_mib

    by_cpu = _fewest(load.cpu_vcpu / (objective.cpu_share * judged_vcpu), over_cpu)
    never = over_memory(np.full_like(held_mib, MOST_TASKS))
    spare_mib = np.where(never, np.inf, np.maximum(limit_mib - held_mib, np.finfo(np.float64).tiny))
    busiest_fits = slope * usable_vcpu <= spare_mib
    by_memory = _fewest(
        np.where(busiest_fits, 0.0, slope * load.cpu_vcpu / spare_mib),
        lambda tasks: over_memory(tasks) & ~never,
    )
    tasks = np.maximum(np.maximum(by_cpu, by_memory), floor).astype(np.int64)
    return Need(
        tasks=tasks,
        # With no task there is no memory to be over: an idle minute can be saved by having none.
        hopeless=(never & (tasks > 0)) | (tasks > max_tasks),
        floor=floor,
        memory_decides=bool((by_memory > np.maximum(by_cpu, floor)).any()),
    )


def _fewest(quotient: F64, over: Callable[[F64], Mask]) -> F64:
    """Return the fewest tasks not ``over``; division only says where to begin looking."""
    tasks: F64 = np.clip(np.floor(quotient * (1 - 1e-9)) - 1, 0, MOST_TASKS)
    while (short := over(tasks) & (tasks < MOST_TASKS)).any():
        tasks = tasks + short
    return tasks


def overhead(
    starts: Starts, *, drain_s: int, largest_launch: int, launch_rate_per_min: int, memory_decides: bool
) -> Overhead:
    """Return what no launch of the start table undercuts.

    Presence is serving; or running, where memory decides. The j-th task of a scale-out is
    decided floor(60 j / rate) seconds after the tick, which moves its presence in the minute.
    """
    present_s = starts.running_s if memory_decides else starts.serving_s
    spread_s = MINUTE_S * max(largest_launch - 1, 0) // launch_rate_per_min
    absent_s = np.minimum(present_s % MINUTE_S + spread_s, MINUTE_S - 1)
    return Overhead(start_s=int((present_s - starts.pull_s - absent_s).min()), drain_s=drain_s)


def lower_bound(need: Need, cost: Overhead, *, price_usd_hour: float, violated_minutes: int = 0) -> Bound:
    """Return the least bill of any schedule with at most ``violated_minutes`` over the objective.

    ``need.floor`` must be a count that is running at every second.
    """
    allowed = violated_minutes - int(need.hopeless.sum())
    if allowed < 0:
        return Bound(billed_s=math.inf, cost_usd=math.inf, penalty_s=0.0)
    if not need.tasks.size:
        return Bound(billed_s=0.0, cost_usd=0.0, penalty_s=0.0)
    required = np.where(need.hopeless, need.floor, need.tasks)
    # Where a stop and a launch in one tick pay (no drain, quick start), each task present may
    # be such a swap: the gain is given to every minute, and a swap is then free.
    gain = min(0, cost.start_s + cost.drain_s)
    unit, start, drain = MINUTE_S + gain, cost.start_s - gain, cost.drain_s
    billed, penalty = float(level_gaps(required, unit, start, drain)), 0.0
    if allowed:
        billed, penalty = _highest_dual(required, need.floor, (unit, start, drain), allowed)
    return Bound(billed_s=billed, cost_usd=billed / 3600 * price_usd_hour, penalty_s=penalty)


def _highest_dual(
    required: I64, floor: int, costs: tuple[int, int, int], allowed: int
) -> tuple[float, float]:
    """Return the highest dual value and its penalty [s].

    The dual is concave and made of lines, one a schedule: cost + penalty * (violated - allowed).
    Two lines enclose the peak; the schedule that is cheapest where they meet gives the next
    line, or there is none below and that is the peak.
    """
    unit, start, drain = (SUBSECONDS * cost for cost in costs)
    scaled = np.array([unit, start, drain], dtype=np.int64)
    levels = np.unique(np.append(required, floor))

    def cheapest(penalty: int) -> tuple[int, int]:
        value, violated = penalised(required, levels, scaled, penalty)
        return int(value) - penalty * int(violated), int(violated)

    low = cheapest(0)
    best, best_penalty = low[0], 0
    if low[1] <= allowed:
        return best / SUBSECONDS, 0.0
    high = (int(level_gaps(required, unit, start, drain)), 0)
    for _ in range(MOST_ROUNDS):
        penalty = (high[0] - low[0]) // (low[1] - high[1])
        line = cheapest(penalty)
        value = line[0] + penalty * (line[1] - allowed)
        if value > best:
            best, best_penalty = value, penalty
        if line[1] == allowed or value >= low[0] + penalty * (low[1] - allowed):
            break
        low, high = (line, high) if line[1] > allowed else (low, line)
    return best / SUBSECONDS, best_penalty / SUBSECONDS


def level_gaps_python(required: I64, unit: int, start: int, drain: int) -> int:
    """Return the least cost with no violation: each level is kept through a gap, or dropped.

    ``required``: int64, shape (T,), >= 0. ``unit``: of a task a minute; ``start``, ``drain``:
    of a launch and a stop, any one unit of cost. Levels are independent: level j must be there
    whenever required >= j, and in between it is held or dropped, whichever is cheaper. A gap
    before the first use needs no drain, one after the last no start; and where the horizon
    would cut a drain short, holding to the end costs no more. O(T + sum |changes|).
    """
    minutes = required.size
    total = 0
    off_since = np.full(required.max(), -1, np.int64)  # the minute a level was last left; -1: never used
    before = 0
    for k in range(minutes):
        now = required[k]
        total += unit * now
        for level in range(before, now):
            since = off_since[level]
            total += min(unit * k, start) if since < 0 else min(unit * (k - since), start + drain)
        for level in range(now, before):
            off_since[level] = k
        before = now
    for level in range(before, off_since.size):
        total += min(unit * (minutes - off_since[level]), drain)
    return total


def penalised_python(required: I64, levels: I64, costs: I64, penalty: int) -> tuple[int, int]:
    """Return (least cost with ``penalty`` for each minute under ``required``, such minutes in it).

    A dynamic programme over the count held in each minute, O(T * levels). ``levels``: int64,
    sorted, the floor and every required count: between two of them nothing tells the counts
    apart, so no other is needed. ``costs``: int64, shape (3,): unit, start and drain of
    ``level_gaps_python``. Not checked: start + drain >= 0, so that up and down in one tick
    gains nothing; and overflow, a year of 5,000 tasks stays under 2^60.
    """
    unit, start, drain = costs[0], costs[1], costs[2]
    top = levels.size - 1
    value = min(0, start) * levels  # the count at second 0 is free, or better
    violated = np.zeros_like(levels)
    up, up_violated = np.zeros_like(levels), np.zeros_like(levels)
    for k in range(required.size):
        if k > 0:
            up[0], up_violated[0] = value[0], violated[0]
            for j in range(1, top + 1):  # prefix minima: launched from some lower count, or kept
                up[j] = up[j - 1] + start * (levels[j] - levels[j - 1])
                up_violated[j] = up_violated[j - 1]
                if value[j] <= up[j]:
                    up[j], up_violated[j] = value[j], violated[j]
            value[top], violated[top] = up[top], up_violated[top]
            down, down_violated = up[top], up_violated[top]
            for j in range(top - 1, -1, -1):  # suffix minima: stopped from some higher count
                down += drain * (levels[j + 1] - levels[j])
                if up[j] <= down:
                    down, down_violated = up[j], up_violated[j]
                value[j], violated[j] = down, down_violated
        for j in range(top + 1):
            value[j] += unit * levels[j]
            if levels[j] < required[k]:
                value[j] += penalty
                violated[j] += 1
    best = np.argmin(value)
    return value[best], violated[best]


level_gaps = numba.njit(cache=True, nogil=True)(level_gaps_python)
penalised = numba.njit(cache=True, nogil=True)(penalised_python)
