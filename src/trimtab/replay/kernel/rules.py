"""The rules of alarms and policies, one small function each, over the kernel's tables.

``docs/replay.md`` is the specification; section numbers are its own. ``register_jitable`` leaves
a function plain when plain Python calls it and compiles it where the compiled kernel does.
"""

# ruff: noqa: PLR0913, PLR0917  # compiled functions get arrays and numbers; objects they cannot

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numba.extending import register_jitable

from trimtab.replay.kernel.tables import (
    AGGREGATION,
    BREACH_FROM,
    BREACH_TO,
    CHANGE,
    CPU_LOW,
    DATAPOINTS,
    FIRST_STEP,
    KIND,
    LAST_STEP,
    LOWER,
    MAY_IN,
    MAY_OUT,
    MEMORY_LOW,
    METRIC,
    MIN_MAGNITUDE,
    MISSING,
    PERIOD,
    PERIODS,
    REACH,
    REQUESTS_LOW,
    TARGET,
    THRESHOLD,
    TRACKING,
    UPPER,
    ZERO_IS_OUT,
)
from trimtab.replay.policy import AdjustmentType, Aggregation, Metric, Missing
from trimtab.replay.result import AlarmState

if TYPE_CHECKING:
    from trimtab.demand.series import F64
    from trimtab.replay.inputs import I64
    from trimtab.replay.kernel.tables import Site

# numba takes a module's numbers for constants, not its enumerations.
CPU_AVERAGE, CPU_MAXIMUM = Metric.CPU_AVERAGE.value, Metric.CPU_MAXIMUM.value
MEMORY_AVERAGE, JOINT = Metric.MEMORY_AVERAGE.value, Metric.JOINT.value
REQUESTS, REQUESTS_FILLED = Metric.REQUESTS.value, Metric.REQUESTS_FILLED.value
IF_MISSING, IF_BREACHING = Missing.MISSING.value, Missing.BREACHING.value
IF_NOT_BREACHING = Missing.NOT_BREACHING.value
INSUFFICIENT, OK, ALARM = (int(state) for state in AlarmState)
PERCENT, EXACT = AdjustmentType.PERCENT.value, AdjustmentType.EXACT.value
AVERAGE, MINIMUM = Aggregation.AVERAGE.value, Aggregation.MINIMUM.value
OVER_CPU_BIT, OVER_MEMORY_BIT, OOM_BIT, SATURATED_BIT = 1, 2, 4, 8


@register_jitable
def served_in(
    site: Site,
    running_s: int,
    serving_s: int,
    demand: float,
    backlog: float,
    memory_mib: float,
    hottest_ratio: float,
) -> tuple[float, float, float, float, float, int]:
    """Return what a minute serves, leaves waiting and measures (5), and what is wrong with it.

    In that order: served [vCPU], backlog [vCPU min], CPU average, CPU maximum and memory
    [percent, NaN where no task runs], and the bits OVER_CPU_BIT to SATURATED_BIT.
    """
    serving = serving_s / 60
    capacity = serving * site.usable_vcpu
    wanted = demand + backlog
    served = min(wanted, capacity)
    waiting = min(wanted - served, site.queue_limit_vcpu_min)
    bad = OVER_CPU_BIT if demand > site.cpu_share * (serving * site.judged_vcpu) else 0
    bad |= SATURATED_BIT if wanted > capacity else 0
    if running_s == 0:
        return served, waiting, math.nan, math.nan, math.nan, bad
    running = running_s / 60
    own = running * site.idle_vcpu + ((running_s - serving_s) / 60) * site.boot_vcpu
    cpu = 100.0 * (served + own) / (running * site.vcpu)
    held = memory_mib + site.overhead_mib + site.slope_mib_per_vcpu * served / running
    memory = 100.0 * min(held, site.memory_mib) / site.memory_mib
    bad |= OVER_MEMORY_BIT if held > site.memory_over_mib else 0
    bad |= OOM_BIT if held > site.memory_mib else 0
    return served, waiting, cpu, min(100.0, cpu * hottest_ratio), memory, bad


@register_jitable
def state_of(  # noqa: C901, PLR0911  # AWS's rules, one a line
    alarm: I64, level: F64, points: F64, c: int, a: int, newest: int, state: int
) -> int:
    """Return the state of alarm ``a`` from its points, some of which may be missing (6, rules 1 to 4)."""
    periods, datapoints = alarm[c, a, PERIODS], alarm[c, a, DATAPOINTS]
    missing = alarm[c, a, MISSING]
    real, breaching, oldest = 0, 0, 0
    for place in range(1, alarm[c, a, REACH] + 1):
        minute = newest - (place - 1) * alarm[c, a, PERIOD]
        if minute < 0:
            break
        value = points[a, minute]
        if np.isnan(value):
            continue
        real, oldest = real + 1, place
        if level[c, a, BREACH_FROM] <= value <= level[c, a, BREACH_TO]:
            breaching += 1
        if real == periods:
            return ALARM if breaching >= datapoints else OK
    if missing == IF_BREACHING:
        return ALARM if breaching + periods - real >= datapoints else OK
    if breaching >= datapoints:
        return ALARM
    if missing == IF_NOT_BREACHING:
        return OK
    if real == 0:
        return INSUFFICIENT if missing == IF_MISSING else state
    if breaching < real:
        return OK
    return ALARM if missing == IF_MISSING and oldest >= datapoints else state


@register_jitable
def judged(alarm: I64, points: F64, c: int, a: int, newest: int, latest: int) -> float:
    """Return what alarm ``a``'s policy judges: the aggregate of the newest real points, or NaN (7)."""
    period, aggregation = alarm[c, a, PERIOD], alarm[c, a, AGGREGATION]
    periods = 1 if latest == 1 or alarm[c, a, KIND] == TRACKING else alarm[c, a, PERIODS]
    real, oldest = 0, newest
    for place in range(alarm[c, a, REACH]):
        minute = newest - place * period
        if minute < 0 or real == periods:
            break
        if not np.isnan(points[a, minute]):
            real, oldest = real + 1, minute
    value = math.nan
    if real == 0:
        return value
    for minute in range(oldest, newest + 1, period):
        point = points[a, minute]
        if np.isnan(point):
            continue
        if np.isnan(value):
            value = point
        elif aggregation == AVERAGE:
            value += point
        elif aggregation == MINIMUM:
            value = min(value, point)
        else:
            value = max(value, point)
    return value / real if aggregation == AVERAGE else value


@register_jitable
def step_of(steps: F64, c: int, first: int, last: int, diff: float, zero_is_out: int) -> int:
    """Return the index of the step that ``diff`` falls into, or -1 (7)."""
    for step in range(first, last):
        lower, upper = steps[c, step, LOWER], steps[c, step, UPPER]
        begins = diff > 0.0 or (diff == 0.0 and zero_is_out == 1)
        if begins and lower <= diff < upper:
            return step
        if not begins and lower < diff <= upper:
            return step
    return -1


@register_jitable
def adjusted(kind: int, adjustment: int, min_magnitude: int, tasks: int) -> int:
    """Return ``tasks`` after one adjustment, by AWS's rounding (7), not yet clamped."""
    if kind == EXACT:
        return adjustment
    change = adjustment
    if kind == PERCENT:
        hundredfold = tasks * adjustment
        # Toward zero, but never to nothing: between 0 and 1 it is 1.
        change = max(abs(hundredfold) // 100, 1, min_magnitude) if hundredfold else 0
        change = -change if hundredfold < 0 else change
    return max(0, tasks + change)


@register_jitable
def tracked(running: int, value: float, target: float) -> int:
    """Return the tasks at which target tracking expects its target (7), not yet clamped."""
    return math.ceil(running * value / target)


@register_jitable
def proposal(
    alarm: I64,
    level: F64,
    steps: F64,
    c: int,
    a: int,
    value: float,
    running: int,
    base: int,
    no_in: bool,
    desired: int,
    least: int,
    most: int,
) -> int:
    """Return the capacity that alarm ``a``'s policy asks for, or -1 (7).

    ``base``: what ran before the first scale-out of the chain while its cooldown lasts, else
    ``running``. What is on its way counts, so the change is made to what was before it.
    """
    kind = alarm[c, a, KIND]
    if kind == TRACKING:
        target = tracked(running, value, level[c, a, TARGET])
        if alarm[c, a, MAY_OUT] == 1:
            return int(max(desired, min(most, max(least, target))))
    else:
        diff, zero_is_out = value - level[c, a, THRESHOLD], alarm[c, a, ZERO_IS_OUT]
        step = step_of(steps, c, alarm[c, a, FIRST_STEP], alarm[c, a, LAST_STEP], diff, zero_is_out)
        if step < 0:
            return -1
        change, magnitude = int(steps[c, step, CHANGE]), alarm[c, a, MIN_MAGNITUDE]
        target = adjusted(kind, change, magnitude, running)
        if target > running:
            target = adjusted(kind, change, magnitude, base)
            return int(max(desired, min(most, max(least, target))))
    if target >= running or no_in:
        return -1
    return int(min(desired, most, max(least, target)))


@register_jitable
def joint_of(used: float, requested: float) -> float:
    """Return the joint metric; missing where ``used`` is, for no task ran."""
    return max(used, requested)


@register_jitable
def point_of(
    metric: int, cpu: float, cpu_top: float, memory: float, requests: float, lows: tuple[float, float, float]
) -> float:
    """Return an alarm's point of one minute (5); ``lows``: of CPU, memory and requests, for the joint one."""
    if metric == CPU_AVERAGE:
        return cpu
    if metric == CPU_MAXIMUM:
        return cpu_top
    if metric == MEMORY_AVERAGE:
        return memory
    if metric == REQUESTS:
        return requests
    filled = 0.0 if np.isnan(requests) else requests
    if metric == REQUESTS_FILLED:
        return filled
    return joint_of(max(cpu / lows[0], memory / lows[1]), filled / lows[2])


@register_jitable
def tracked_in(alarm: I64, c: int, alarms: int) -> int:
    """Return how many alarms ask target tracking for fewer tasks: one for each policy that may go in."""
    count = 0
    for a in range(alarms):
        count += 1 if alarm[c, a, KIND] == TRACKING and alarm[c, a, MAY_IN] == 1 else 0
    return count


@register_jitable
def counts_requests(alarm: I64, level: F64, c: int, alarms: int) -> bool:
    """Tell whether any alarm watches requests."""
    watching = 0
    for a in range(alarms):
        metric = alarm[c, a, METRIC]
        joint = metric == JOINT and level[c, a, REQUESTS_LOW] < math.inf
        watching += 1 if joint or metric in (REQUESTS, REQUESTS_FILLED) else 0
    return watching > 0


@register_jitable
def period_point(metrics: F64, metric: int, minute: int, period: int) -> float:
    """Return the mean (or the maximum) of the present points of the ``period`` minutes up to ``minute``."""
    total, present = 0.0, 0
    for q in range(max(0, minute - period + 1), minute + 1):
        value = metrics[metric, q]
        if np.isnan(value):
            continue
        if metric != CPU_MAXIMUM:
            total += value
        elif present == 0 or value > total:
            total = value
        present += 1
    if present == 0:
        return math.nan
    return total if metric == CPU_MAXIMUM else total / present


@register_jitable
def alarm_point(alarm: I64, level: F64, metrics: F64, c: int, a: int, minute: int) -> float:
    """Return alarm ``a``'s point that ends with ``minute`` (6), whatever its period."""
    metric, period = alarm[c, a, METRIC], alarm[c, a, PERIOD]
    if metric != JOINT:
        return period_point(metrics, metric, minute, period)
    cpu_ratio = period_point(metrics, CPU_AVERAGE, minute, period) / level[c, a, CPU_LOW]
    memory_ratio = period_point(metrics, MEMORY_AVERAGE, minute, period) / level[c, a, MEMORY_LOW]
    used = max(cpu_ratio, memory_ratio)
    if level[c, a, REQUESTS_LOW] == math.inf:
        return float(used)
    requested = period_point(metrics, REQUESTS_FILLED, minute, period) / level[c, a, REQUESTS_LOW]
    return float(joint_of(used, requested))
