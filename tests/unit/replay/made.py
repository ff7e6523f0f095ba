"""Small inputs and policies for the replay's tests: round numbers, so that answers can be worked out by hand.

A task has 1 vCPU and 1000 MiB and no sidecar; it pulls 10 s after the decision, is RUNNING
after 30 and serves after 40; points are visible at once unless a model says otherwise.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from trimtab.replay.inputs import Inputs, Load, Model, ReplayLimits, Starts, Task
from trimtab.replay.policy import Comparison, Metric, Policy, PolicyAlarm, StepAdjustment, StepScaling

if TYPE_CHECKING:
    import numpy.typing as npt

    from trimtab.replay.policy import ScalingPolicy

AT_ONCE = Model(publication_delay_s=0)
TASK = Task(vcpu=1.0, memory_mib=1000.0, price_usd_hour=3.6)
STARTS = Starts.fixed(10, 30, 40)


def load(cpu: npt.ArrayLike, memory: npt.ArrayLike = 100.0, **changes: Any) -> Load:
    values = np.asarray(cpu, dtype=np.float64)
    fields: dict[str, Any] = {
        "cpu_vcpu": values,
        "memory_mib": np.broadcast_to(np.asarray(memory, dtype=np.float64), values.shape).copy(),
        "hottest_ratio": np.ones_like(values),
    }
    return Load(**(fields | changes))


def inputs(cpu: npt.ArrayLike, memory: npt.ArrayLike = 100.0, **changes: Any) -> Inputs:
    fields: dict[str, Any] = {
        "load": load(cpu, memory),
        "task": TASK,
        "starts": STARTS,
        "objective": ReplayLimits(cpu_share=0.8, memory_share=0.9),
        "deregistration_delay_s": 0,
        "shutdown_s": 0,
    }
    return Inputs(**(fields | changes))


def high(threshold: float = 70.0, policy: int = 0, **changes: Any) -> PolicyAlarm:
    """CPU above ``threshold`` percent, one point of one."""
    return _alarm(Comparison.GREATER, threshold, policy, changes)


def low(threshold: float = 30.0, policy: int = 0, **changes: Any) -> PolicyAlarm:
    """CPU below ``threshold`` percent, one point of one."""
    return _alarm(Comparison.LESS, threshold, policy, changes)


def _alarm(comparison: Comparison, threshold: float, policy: int, changes: dict[str, Any]) -> PolicyAlarm:
    fields: dict[str, Any] = {
        "metric": Metric.CPU_AVERAGE,
        "comparison": comparison,
        "threshold": threshold,
        "periods": 1,
        "datapoints": 1,
        "policy": policy,
    }
    return PolicyAlarm(**(fields | changes))


def out(adjustment: int = 1, cooldown_s: int = 0, **changes: Any) -> StepScaling:
    """One step, from the threshold up."""
    return StepScaling(
        steps=(StepAdjustment(lower=0.0, upper=math.inf, adjustment=adjustment),),
        cooldown_s=cooldown_s,
        **changes,
    )


def into(adjustment: int = -1, cooldown_s: int = 0, **changes: Any) -> StepScaling:
    """One step, from the threshold down."""
    return StepScaling(
        steps=(StepAdjustment(lower=-math.inf, upper=0.0, adjustment=adjustment),),
        cooldown_s=cooldown_s,
        **changes,
    )


def policy(
    alarms: tuple[PolicyAlarm, ...],
    policies: tuple[ScalingPolicy, ...],
    tasks: int = 2,
    *,
    least: int = 1,
    most: int = 100,
) -> Policy:
    return Policy(min_tasks=least, max_tasks=most, initial_tasks=tasks, alarms=alarms, policies=policies)
