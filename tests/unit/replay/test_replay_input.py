"""Bad input is refused before the kernel, and the field is named."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from replay import made

from trimtab.errors import EXIT_USAGE, ReplayError
from trimtab.replay.inputs import Interruptions, Model, ReplayLimits, Starts, Task
from trimtab.replay.policy import (
    AdjustmentType,
    Comparison,
    Metric,
    Policy,
    StepAdjustment,
    StepScaling,
    TargetTracking,
    fixed_count,
    tracking_alarms,
)
from trimtab.replay.run import replay, replay_many
from trimtab.replay.spot import spot_interruptions

if TYPE_CHECKING:
    from collections.abc import Callable

NAN = math.nan
ONES = np.ones(3)


def step(lower: float, upper: float, adjustment: int = 1) -> StepAdjustment:
    return StepAdjustment(lower=lower, upper=upper, adjustment=adjustment)


def steps(*each: StepAdjustment, **changes: Any) -> StepScaling:
    return StepScaling(steps=each, cooldown_s=0, **changes)


def task(**changes: Any) -> Task:
    return Task(**({"vcpu": 1.0, "memory_mib": 1000.0, "price_usd_hour": 1.0} | changes))


def starts(pull: list[int], running: list[int], serving: list[int]) -> Starts:
    return Starts(pull_s=np.array(pull), running_s=np.array(running), serving_s=np.array(serving))


REFUSED: dict[str, tuple[str, Callable[[], object]]] = {
    "a gap in the demand": ("load.cpu_vcpu", lambda: made.load([1.0, NAN, 1.0])),
    "an infinite demand": ("load.cpu_vcpu", lambda: made.load([1.0, math.inf, 1.0])),
    "a negative demand": ("load.cpu_vcpu", lambda: made.load([1.0, -0.1, 1.0])),
    "an empty demand": ("load.cpu_vcpu", lambda: made.load([])),
    "a demand of two dimensions": ("load.cpu_vcpu", lambda: made.load(np.ones((3, 2)))),
    "a demand of whole numbers": ("load.cpu_vcpu", lambda: made.load(ONES, cpu_vcpu=np.array([1, 2, 3]))),
    "a demand that is a list": ("load.cpu_vcpu", lambda: made.load(ONES, cpu_vcpu=[1.0, 2.0, 3.0])),
    "memory of another length": ("load.memory_mib", lambda: made.load(ONES, memory_mib=np.ones(4))),
    "a gap in memory": ("load.memory_mib", lambda: made.load(ONES, memory_mib=np.array([1.0, NAN, 1.0]))),
    "a hottest task cooler than the average": (
        "load.hottest_ratio",
        lambda: made.load(ONES, hottest_ratio=np.array([1.0, 0.9, 1.0])),
    ),
    "memory that falls with load": (
        "load.memory_slope_mib_per_vcpu",
        lambda: made.load(ONES, memory_slope_mib_per_vcpu=-1.0),
    ),
    "a task without vCPU": ("task.vcpu", lambda: task(vcpu=0.0)),
    "a task of NaN memory": ("task.memory_mib", lambda: task(memory_mib=NAN)),
    "a sidecar that takes the whole task": ("task.overhead_vcpu", lambda: task(overhead_vcpu=1.0)),
    "a price below nothing": ("task.price_usd_hour", lambda: task(price_usd_hour=-1.0)),
    "a price that is a text": ("task.price_usd_hour", lambda: task(price_usd_hour="1")),
    "no start at all": ("starts.pull_s", lambda: starts([], [], [])),
    "a start before the decision": ("starts.pull_s", lambda: starts([-1], [2], [3])),
    "running before the pull": ("starts.running_s", lambda: starts([1, 5], [2, 4], [3, 6])),
    "serving before running": ("starts.serving_s", lambda: starts([1], [5], [4])),
    "starts in fractions": ("starts.pull_s", lambda: starts([1.5], [2], [3])),  # type: ignore[list-item]
    "starts of different lengths": ("starts.running_s", lambda: starts([1], [2, 3], [3])),
    "an objective of nothing": ("objective.cpu_share", lambda: ReplayLimits(cpu_share=0.0, memory_share=0.9)),
    "a negative drain": ("deregistration_delay_s", lambda: made.inputs(ONES, deregistration_delay_s=-1)),
    "a shutdown in fractions": ("shutdown_s", lambda: made.inputs(ONES, shutdown_s=1.5)),
    "a seed beyond 64 bits": ("seed", lambda: made.inputs(ONES, seed=2**64)),
    "deployments of another length": (
        "no_scale_in",
        lambda: made.inputs(ONES, no_scale_in=np.zeros(2, dtype=np.bool_)),
    ),
    "deployments that are no booleans": ("no_scale_in", lambda: made.inputs(ONES, no_scale_in=np.zeros(3))),
    "interruptions of another length": (
        "interruptions.share_percent",
        lambda: made.inputs(ONES, interruptions=Interruptions(share_percent=np.zeros(2, dtype=np.int64))),
    ),
    "interruptions of two dimensions": (
        "interruptions.share_percent",
        lambda: Interruptions(share_percent=np.zeros((3, 2), dtype=np.int64)),
    ),
    "interruptions in fractions": (
        "interruptions.share_percent",
        lambda: Interruptions(share_percent=np.full(3, 0.5)),  # type: ignore[arg-type]
    ),
    "more tasks interrupted than there are": (
        "interruptions.share_percent",
        lambda: Interruptions(share_percent=np.array([0, 101, 0])),
    ),
    "fewer tasks interrupted than none": (
        "interruptions.share_percent",
        lambda: Interruptions(share_percent=np.array([0, -1, 0])),
    ),
    "a negative wait for capacity": (
        "interruptions.capacity_wait_s",
        lambda: Interruptions(share_percent=np.zeros(3, dtype=np.int64), capacity_wait_s=-1),
    ),
    "events over no time": ("interruptions.minutes", lambda: spot_interruptions(0)),
    "a negative rate of events": (
        "interruptions.events_per_day",
        lambda: spot_interruptions(9, events_per_day=-1.0),
    ),
    "an infinite rate of events": (
        "interruptions.events_per_day",
        lambda: spot_interruptions(9, events_per_day=math.inf),
    ),
    "events that take nothing": (
        "interruptions.share_percent",
        lambda: spot_interruptions(9, share_percent=0),
    ),
    "a launch rate of nothing": ("model.launch_rate_per_min", lambda: Model(launch_rate_per_min=0)),
    "a negative delay": ("model.publication_delay_s", lambda: Model(publication_delay_s=-1)),
    "an unknown aggregate": ("model.aggregate", lambda: Model(aggregate="all")),  # type: ignore[arg-type]
    "a negative queue": ("model.queue_limit_vcpu_min", lambda: Model(queue_limit_vcpu_min=-1.0)),
    "more datapoints than periods": ("alarm.datapoints", lambda: made.high(periods=2, datapoints=3)),
    "no datapoints": ("alarm.datapoints", lambda: made.high(datapoints=0)),
    "an alarm over more than a day": ("alarm.periods", lambda: made.high(periods=300, period_min=5)),
    "a threshold that is no number": ("alarm.threshold", lambda: made.high(NAN)),
    "a joint metric without its lows": ("alarm.cpu_low", lambda: made.low(metric=Metric.JOINT)),
    "an alarm that invokes nothing": (
        "alarm.policy",
        lambda: made.policy((made.high(policy=1),), (made.out(),)),
    ),
    "no steps": ("policy.steps", steps),
    "too many steps": ("policy.steps", lambda: steps(*(step(float(i), i + 1.0) for i in range(21)))),
    "a gap between steps": ("policy.steps", lambda: steps(step(0, 10), step(11, math.inf))),
    "steps that overlap": ("policy.steps", lambda: steps(step(0, 10), step(9, math.inf))),
    "a step upside down": ("policy.steps", lambda: steps(step(10, 0))),
    "a step without a bound": ("policy.steps", lambda: steps(step(-math.inf, math.inf))),
    "steps that end above the threshold": ("policy.steps", lambda: steps(step(0, 10))),
    "steps that begin below the threshold": ("policy.steps", lambda: steps(step(-10, 0))),
    "a bound that is no number": ("policy.steps", lambda: steps(step(NAN, math.inf))),
    "an exact capacity below nothing": (
        "policy.steps.adjustment",
        lambda: made.out(-1, adjustment_type=AdjustmentType.EXACT),
    ),
    "a magnitude without percent": ("policy.min_magnitude", lambda: made.out(min_magnitude=2)),
    "a negative cooldown": ("policy.cooldown_s", lambda: made.out(cooldown_s=-1)),
    "a target of nothing": ("policy.target", lambda: TargetTracking(target=0.0)),
    "a minimum above the maximum": (
        "min_tasks",
        lambda: Policy(min_tasks=3, max_tasks=2, initial_tasks=2),
    ),
    "a beginning out of bounds": ("initial_tasks", lambda: Policy(min_tasks=2, max_tasks=3, initial_tasks=1)),
    "more tasks than a service may have": ("max_tasks", lambda: fixed_count(5001)),
    "a count that is a boolean": ("max_tasks", lambda: Policy(min_tasks=0, max_tasks=True, initial_tasks=0)),
    "more alarms than are replayed": ("alarms", lambda: made.policy((made.high(),) * 9, (made.out(),))),
    "tracking the joint metric": (
        "alarm.metric",
        lambda: made.policy(
            (made.high(metric=Metric.JOINT, cpu_low=1.0, memory_low=1.0),),
            (TargetTracking(target=50),),
        ),
    ),
    "no workers": ("workers", lambda: replay_many(made.inputs(ONES), [fixed_count(1)], workers=0)),
}


@pytest.mark.parametrize(("field", "make"), REFUSED.values(), ids=REFUSED)
def test_bad_input_is_refused_and_the_field_is_named(field: str, make: Callable[[], object]) -> None:
    with pytest.raises(ReplayError) as caught:
        make()
    assert caught.value.where == field
    assert caught.value.exit_code == EXIT_USAGE


def test_the_first_bad_minute_of_a_gap_is_named() -> None:
    with pytest.raises(ReplayError, match=r"minute 2 is nan, 2 of 4 are not finite"):
        made.load([1.0, 1.0, NAN, NAN])


def test_input_that_looks_odd_but_can_happen_is_replayed() -> None:
    strided = np.linspace(0.0, 2.0, 20)[::2]
    answer = replay(made.inputs(strided), fixed_count(0))
    assert answer.summary.billed_s == 0
    assert answer.summary.saturated_min == 9
    assert np.isnan(answer.minutes.cpu_average_percent).all()


def test_the_tracking_alarms_are_those_observed_on_ecs() -> None:
    alarms = tracking_alarms(Metric.CPU_AVERAGE, TargetTracking(target=70.0), policy=0)
    assert [(a.comparison, round(a.threshold, 9), a.datapoints, a.periods) for a in alarms] == [
        (Comparison.GREATER, 70.0, 3, 3),
        (Comparison.LESS, 63.0, 15, 15),
    ]
