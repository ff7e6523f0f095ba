"""The policies of a fleet, deployed or proposed, in the words of the replay."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from trimtab.demand.schedule import bounds_of
from trimtab.ladders.deployed import deployed_alarms, minutes_of
from trimtab.ladders.kinds.schedule import schedule_of, scheduled, with_schedule
from trimtab.ladders.kinds.tracking import policy_of_tracking, tracking_of_scaling
from trimtab.replay.policy import (
    AdjustmentType,
    Comparison,
    Metric,
    Missing,
    Policy,
    PolicyAlarm,
    StepAdjustment,
    StepScaling,
)
from trimtab.terraform_module import (
    FAST_SIGNAL_POINTS,
    FAST_SIGNAL_S,
    SHARE,
    TASKS,
    InStep,
    Ladder,
    Ladders,
    OutStep,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from trimtab.fleet.model import Scaling, StepPolicy

_TYPES = (AdjustmentType.CHANGE, AdjustmentType.PERCENT)
_MODULE_METRICS = 3
"""CPU out, memory out, and one in on both; requests out are one more."""


def policy_of_service(scaling: Scaling, *, initial_tasks: int, start: datetime, minutes: int) -> Policy:
    """Return what is deployed, over the ``minutes`` of a recording from ``start`` (UTC).

    ``initial_tasks`` ran when it began; the first count is within the bounds of that minute.

    Raises:
        ReplayError: something that cannot be replayed from what the snapshot says of it.

    """
    (least, most), changes = bounds_of(scaling, start, minutes)
    alarms, policies = deployed_alarms(scaling)
    return Policy(
        min_tasks=least,
        max_tasks=most,
        initial_tasks=min(max(initial_tasks, least), most),
        alarms=alarms,
        policies=policies,
        changes=changes,
    )


def policy_of_ladders(
    ladders: Ladders, *, initial_tasks: int, over: tuple[datetime, int] | None = None
) -> Policy:
    """Return what is proposed, as the service module of the Terraform configuration writes it.

    ``over``: when the demand begins (UTC) and its minutes, which a schedule asks for.
    """
    if ladders.tracking is not None:
        policy = policy_of_tracking(ladders, ladders.tracking, initial_tasks=initial_tasks)
    else:
        policy = _policy_of_steps(ladders, initial_tasks)
    return scheduled(policy, ladders, over)


def _policy_of_steps(ladders: Ladders, initial_tasks: int) -> Policy:
    """Return two alarms out, one in on the joint metric; absent data is no reason to act."""
    period_min = minutes_of(ladders.period_s, "ladders.period_s")
    needed_out, periods_out = ladders.out_datapoints
    needed_in, periods_in = ladders.in_datapoints
    out = tuple(
        PolicyAlarm(
            metric=metric,
            comparison=Comparison.GREATER,
            threshold=float(ladder.high),
            period_min=period_min,
            periods=periods_out,
            datapoints=needed_out,
            missing=Missing.NOT_BREACHING,
            policy=index,
        )
        for index, (metric, ladder) in enumerate(_ladders(ladders))
    )
    requests = _each_minute(ladders.requests, period_min)
    joint = PolicyAlarm(
        metric=Metric.JOINT,
        comparison=Comparison.LESS,
        threshold=1.0,
        cpu_low=float(ladders.cpu.low),
        memory_low=float(ladders.memory.low),
        requests_low=0.0 if requests is None else float(requests.low),
        period_min=period_min,
        periods=periods_in,
        datapoints=needed_in,
        missing=Missing.NOT_BREACHING,
        policy=len(out),
    )
    # Beside, not instead: where the metric is not published every 20 s this one never fires.
    fast = PolicyAlarm(
        metric=Metric.CPU_AVERAGE,
        comparison=Comparison.GREATER,
        threshold=float(ladders.cpu.high),
        fast=True,
        periods=FAST_SIGNAL_POINTS,
        datapoints=FAST_SIGNAL_POINTS,
        missing=Missing.NOT_BREACHING,
        policy=0,
    )
    steps = [_out_steps(ladder.steps) for _, ladder in _ladders(ladders)]
    return Policy(
        min_tasks=ladders.min_tasks,
        max_tasks=ladders.max_tasks,
        initial_tasks=initial_tasks,
        alarms=(*out, joint, fast) if ladders.fast_signals else (*out, joint),
        policies=(
            *(StepScaling(steps=each, cooldown_s=ladders.out_cooldown_s) for each in steps),
            StepScaling(
                steps=_in_steps(ladders.scale_in),
                cooldown_s=ladders.in_cooldown_s,
                adjustment_type=_TYPES[ladders.in_percent is not None],
                min_magnitude=ladders.in_percent or 0,
            ),
        ),
    )


def ladders_of_scaling(scaling: Scaling) -> Ladders | None:
    """Return what is deployed as the service module's own, or None where it is something else."""
    # An action moves the bounds, so what a snapshot saw of them is what one of the actions set.
    most = max([scaling.max_tasks, *(action.max_tasks or 0 for action in scaling.scheduled)])
    schedule = schedule_of(scaling.scheduled, most)
    if scaling.scheduled and schedule is None:
        return None
    bare = msgspec.structs.replace(scaling, scheduled=(), max_tasks=most)
    found = tracking_of_scaling(bare) if bare.tracking else _steps_of_scaling(bare)
    return None if found is None else with_schedule(found, schedule)


def _steps_of_scaling(scaling: Scaling) -> Ladders | None:
    """Return what is deployed as the service module's own ladders, or None where it is something else.

    The module's are three policies: CPU out, memory out, and one in on the joint metric. Whether the
    module takes their numbers is another question (``module_takes``).
    """
    fast = tuple(policy for policy in scaling.policies if policy.period_s == FAST_SIGNAL_S)
    policies = tuple(policy for policy in scaling.policies if policy not in fast)
    by_metric = {(policy.metric, policy.comparison): policy for policy in policies}
    cpu, memory = by_metric.get(("cpu", "greater")), by_metric.get(("memory", "greater"))
    joint, requests = by_metric.get(("joint", "less")), by_metric.get(("requests_filled", "greater"))
    others = scaling.scheduled or scaling.suspended or scaling.unmodelled
    if cpu is None or memory is None or joint is None or others:
        return None
    further = 0 if requests is None else 1
    if len(policies) != _MODULE_METRICS + further or (joint.requests_low is not None) != bool(further):
        return None
    if joint.cpu_low is None or joint.memory_low is None or joint.threshold != 1:
        return None
    types = {policy.adjustment_type for policy in scaling.policies if policy is not joint}
    if types != {TASKS} or joint.adjustment_type not in {TASKS, SHARE}:
        return None
    outs = [cpu, memory] if requests is None else [cpu, memory, requests]
    mixed = len({policy.period_s for policy in policies}) > 1 or len(fast) > 1
    mixed = mixed or len({(_window(one), one.cooldown_s) for one in outs}) > 1
    if mixed or not all(_twin(one, cpu) for one in fast):
        return None
    return Ladders(
        min_tasks=scaling.min_tasks,
        max_tasks=scaling.max_tasks,
        cpu=Ladder(high=cpu.threshold, low=joint.cpu_low, steps=_outs(cpu)),
        memory=Ladder(high=memory.threshold, low=joint.memory_low, steps=_outs(memory)),
        requests=_on_requests(requests, joint),
        scale_in=tuple(
            InStep(below=round(1 + (step.upper or 0.0), 6), remove=-step.adjustment)
            for step in sorted(joint.steps, key=lambda step: -(step.upper or 0.0))
        ),
        in_percent=None if joint.adjustment_type == TASKS else max(1, joint.min_magnitude),
        out_cooldown_s=cpu.cooldown_s,
        in_cooldown_s=joint.cooldown_s,
        period_s=cpu.period_s,
        out_datapoints=_window(cpu),
        in_datapoints=_window(joint),
        fast_signals=bool(fast),
    )


def _on_requests(requests: StepPolicy | None, joint: StepPolicy) -> Ladder | None:
    if requests is None or joint.requests_low is None:
        return None
    return Ladder(high=requests.threshold, low=joint.requests_low, steps=_outs(requests))


def _twin(fast: StepPolicy, slow: StepPolicy) -> bool:
    """Tell whether an alarm of 20 s calls the policy that ``slow`` calls, as the module's does."""
    as_slow = msgspec.structs.replace(
        fast,
        period_s=slow.period_s,
        evaluation_periods=slow.evaluation_periods,
        datapoints_to_alarm=slow.datapoints_to_alarm,
    )
    return as_slow == slow and _window(fast) == (FAST_SIGNAL_POINTS, FAST_SIGNAL_POINTS)


def _window(policy: StepPolicy) -> tuple[int, int]:
    """Return M of N."""
    return policy.datapoints_to_alarm, policy.evaluation_periods


def _outs(policy: StepPolicy) -> tuple[OutStep, ...]:
    steps = sorted(policy.steps, key=lambda step: step.lower or 0.0)
    return tuple(OutStep(above=step.lower or 0.0, add=step.adjustment) for step in steps)


def _ladders(ladders: Ladders) -> tuple[tuple[Metric, Ladder], ...]:
    """Return each ladder out with what it is on, as the replay has it."""
    requests = _each_minute(ladders.requests, minutes_of(ladders.period_s, "ladders.period_s"))
    further = () if requests is None else ((Metric.REQUESTS_FILLED, requests),)
    return (Metric.CPU_AVERAGE, ladders.cpu), (Metric.MEMORY_AVERAGE, ladders.memory), *further


def _each_minute(ladder: Ladder | None, period_min: int) -> Ladder | None:
    """Return a ladder on a period's sum as one on its mean minute, which is what a replay's point is."""
    if ladder is None or period_min == 1:
        return ladder
    return Ladder(
        high=ladder.high / period_min,
        low=ladder.low / period_min,
        steps=tuple(OutStep(above=step.above / period_min, add=step.add) for step in ladder.steps),
    )


def _out_steps(steps: Sequence[OutStep]) -> tuple[StepAdjustment, ...]:
    """Each step ends where the next begins; the last is open."""
    lowers = [float(step.above) for step in steps]
    return tuple(
        StepAdjustment(lower=lower, upper=upper, adjustment=step.add)
        for step, (lower, upper) in zip(steps, pairwise([*lowers, math.inf]), strict=True)
    )


def _in_steps(steps: Sequence[InStep]) -> tuple[StepAdjustment, ...]:
    """Bounds are relative to the joint threshold, 1; the lowest step is open."""
    uppers = [step.below - 1.0 for step in steps]
    return tuple(
        StepAdjustment(lower=lower, upper=upper, adjustment=-step.remove)
        for step, (upper, lower) in zip(steps, pairwise([*uppers, -math.inf]), strict=True)
    )
