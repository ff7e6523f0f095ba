"""From the typed input to the kernel's tables, and work space of the right size."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from trimtab.replay.kernel.tables import (
    ALARM_COLUMNS,
    LEVEL_COLUMNS,
    METRICS,
    NEVER,
    PLACES,
    TOTALS,
    TRACKING,
    Candidates,
    Recording,
    Scratch,
    Site,
    Trace,
)
from trimtab.replay.policy import (
    FAST_S,
    MAX_ALARMS,
    AdjustmentType,
    Comparison,
    StepScaling,
    TargetTracking,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from trimtab.replay.inputs import I64, Inputs, Model
    from trimtab.replay.policy import Policy, PolicyAlarm, ScalingPolicy


SPOT_WARNING_S = 120
"""From the warning until the capacity is gone. ECS developer guide, "Fargate Spot termination notices"."""


def recording_of(inputs: Inputs) -> Recording:
    """Return the arrays all candidates share; none is copied that is contiguous already."""
    load, starts = inputs.load, inputs.starts
    return Recording(
        cpu_vcpu=np.ascontiguousarray(load.cpu_vcpu),
        memory_mib=np.ascontiguousarray(load.memory_mib),
        hottest_ratio=np.ascontiguousarray(load.hottest_ratio),
        requests=np.zeros(load.minutes) if load.requests is None else np.ascontiguousarray(load.requests),
        given=_given(inputs),
        starts_s=np.stack((starts.pull_s, starts.running_s, starts.serving_s), axis=1),
    )


def site_of(inputs: Inputs, model: Model) -> Site:
    """Return the numbers all candidates share. Every one has its type: numba compiles per type."""
    task, objective = inputs.task, inputs.objective
    return Site(
        vcpu=float(task.vcpu),
        usable_vcpu=float(task.vcpu) - float(task.overhead_vcpu) - float(task.idle_vcpu),
        judged_vcpu=float(task.judged_vcpu(objective.cpu_share)),
        idle_vcpu=float(task.idle_vcpu),
        boot_vcpu=float(task.boot_vcpu),
        memory_mib=float(task.memory_mib),
        overhead_mib=float(task.overhead_mib),
        slope_mib_per_vcpu=float(inputs.load.memory_slope_mib_per_vcpu),
        cpu_share=float(objective.cpu_share),
        memory_over_mib=float(objective.memory_share) * float(task.memory_mib),
        queue_limit_vcpu_min=float(model.queue_limit_vcpu_min),
        seed=np.uint64(inputs.seed),
        stop_s=int(inputs.deregistration_delay_s) + int(inputs.shutdown_s),
        warned_s=min(SPOT_WARNING_S, int(inputs.deregistration_delay_s + inputs.shutdown_s)),
        capacity_wait_s=0 if inputs.interruptions is None else int(inputs.interruptions.capacity_wait_s),
        lag=-(-int(model.publication_delay_s) // 60),
        delay_s=int(model.publication_delay_s),
        fast_lag=-(-int(model.fast_delay_s) // FAST_S),
        latest=int(model.aggregate == "latest"),
        in_activity_s=int(model.in_activity_s),
        launch_rate=int(model.launch_rate_per_min),
        blocks_in=int(model.cooldown_blocks_in),
    )


def _given(inputs: Inputs) -> npt.NDArray[np.uint8]:
    """Return deployments and Spot's events in one number a minute."""
    given = np.zeros(inputs.load.minutes, dtype=np.uint8)
    if inputs.no_scale_in is not None:
        given += inputs.no_scale_in
    if inputs.interruptions is not None:
        given += 2 * inputs.interruptions.share_percent.astype(np.uint8)
    return given


def candidates_of(policies: Sequence[Policy], model: Model) -> Candidates:
    """Return the tables of a batch."""
    count = len(policies)
    steps = max(1, *(sum(_steps_in(policy) for policy in each.policies) for each in policies))
    book = Candidates(
        bounds=np.zeros((count, 4), dtype=np.int64),
        alarm=np.zeros((count, MAX_ALARMS, ALARM_COLUMNS), dtype=np.int64),
        level=np.zeros((count, MAX_ALARMS, LEVEL_COLUMNS)),
        step=np.zeros((count, steps, 3)),
        change=np.full((count, max(len(each.changes) for each in policies), 3), NEVER, dtype=np.int64),
    )
    for c, policy in enumerate(policies):
        _fill(book, c, policy, model.evaluation_extra)
    return book


def scratch_of(minutes: int, tasks: int, *, fast: bool = False) -> Scratch:
    """Return one worker's work space for recordings of ``minutes`` and at most ``tasks`` tasks.

    ``fast``: for candidates with three ticks a minute too.
    """
    return Scratch(
        metrics=np.empty((METRICS, minutes)),
        points=np.empty((MAX_ALARMS, minutes)),
        fast_points=np.empty((MAX_ALARMS, 3 * minutes if fast else 0)),
        flags=np.empty(minutes, dtype=np.uint8),
        alarms=np.empty((MAX_ALARMS, 3), dtype=np.int64),
        state=np.empty(PLACES, dtype=np.int64),
        tasks=np.empty((4, tasks), dtype=np.int64),
    )


def trace_of(minutes: int, ticks: int = 1) -> Trace:
    """Return arrays for the minutes of one candidate; with 0 minutes the kernel writes none."""
    return Trace(
        desired=np.zeros(minutes, dtype=np.int64),
        running=np.zeros(minutes),
        serving=np.zeros(minutes),
        served=np.zeros(minutes),
        backlog=np.zeros(minutes),
        billed_s=np.zeros(minutes + 1 if minutes else 0, dtype=np.int64),
        alarm_state=np.zeros((MAX_ALARMS, minutes), dtype=np.int8),
        over=np.zeros(minutes, dtype=np.uint8),
        activity=np.zeros((ticks * minutes, 5), dtype=np.int64),
        activity_value=np.zeros(ticks * minutes),
    )


def totals_of(candidates: int) -> I64:
    """Return the array the kernel writes its totals to, shape (candidates, len(TOTALS))."""
    return np.zeros((candidates, len(TOTALS)), dtype=np.int64)


def _steps_in(policy: ScalingPolicy) -> int:
    return 0 if isinstance(policy, TargetTracking) else len(policy.steps)


def _fill(book: Candidates, c: int, policy: Policy, extra: int) -> None:
    for number, one in enumerate(policy.changes):
        book.change[c, number] = one.minute, one.min_tasks, one.max_tasks
    book.bounds[c] = policy.min_tasks, policy.max_tasks, policy.initial_tasks, len(policy.alarms)
    first, rows = 0, []
    for scaling in policy.policies:
        rows.append(_policy_row(scaling, first))
        if isinstance(scaling, StepScaling):
            last = first + len(scaling.steps)
            book.step[c, first:last] = [(step.lower, step.upper, step.adjustment) for step in scaling.steps]
            first = last
    for a, alarm in enumerate(policy.alarms):
        scaling = policy.policies[alarm.policy]
        book.alarm[c, a] = (
            alarm.metric.value,
            alarm.period_min,
            alarm.periods,
            alarm.datapoints,
            alarm.periods + extra,
            alarm.missing.value,
            alarm.policy,
            *_directions(alarm, scaling),
            *rows[alarm.policy],
            alarm.fast,
            alarm.phase_s,
        )
        breaching = _breaching(alarm.comparison, float(alarm.threshold))
        target = scaling.target if isinstance(scaling, TargetTracking) else 0.0
        lows = alarm.cpu_low, alarm.memory_low, alarm.requests_low or math.inf
        book.level[c, a] = *breaching, alarm.threshold, *lows, target


def _policy_row(policy: ScalingPolicy, first: int) -> tuple[int, ...]:
    """Return KIND to LAST_STEP of a policy whose steps begin at ``first``."""
    if isinstance(policy, TargetTracking):
        return TRACKING, 0, 0, 0, policy.out_cooldown_s, policy.in_cooldown_s, first, first
    exact = policy.adjustment_type is AdjustmentType.EXACT
    return (
        policy.adjustment_type.value,
        policy.min_magnitude,
        policy.aggregation.value,
        exact or any(step.adjustment > 0 for step in policy.steps),
        policy.cooldown_s,
        policy.cooldown_s,
        first,
        first + len(policy.steps),
    )


def _breaching(comparison: Comparison, threshold: float) -> tuple[float, float]:
    """Return the closed interval of the values that breach: exact, for no float lies between neighbours."""
    if comparison is Comparison.GREATER:
        return math.nextafter(threshold, math.inf), math.inf
    if comparison is Comparison.GREATER_OR_EQUAL:
        return threshold, math.inf
    if comparison is Comparison.LESS:
        return -math.inf, math.nextafter(threshold, -math.inf)
    return -math.inf, threshold


def _directions(alarm: PolicyAlarm, policy: ScalingPolicy) -> tuple[bool, bool]:
    """Return whether the alarm's policy can ever ask for more tasks, and for fewer."""
    if isinstance(policy, TargetTracking):
        high = alarm.comparison.high
        return high, not high and policy.scale_in_enabled
    if policy.adjustment_type is AdjustmentType.EXACT:
        return True, True
    changes = [step.adjustment for step in policy.steps]
    return max(changes) > 0, min(changes) < 0
