from __future__ import annotations

import math

import pytest

from trimtab.errors import ReplayError
from trimtab.fleet.model import Scaling, Step, StepPolicy
from trimtab.scaling.alarms import AdjustmentType, Comparison, Metric, Missing, StepScaling
from trimtab.scaling.convert import policy_of_ladders, policy_of_service
from trimtab.scaling.policy import InStep, Ladder, Ladders, OutStep


def deployed(**changes: object) -> StepPolicy:
    values: dict[str, object] = {
        "name": "cpu-in",
        "metric": "cpu",
        "comparison": "less",
        "threshold": 30.0,
        "period_s": 300,
        "evaluation_periods": 3,
        "datapoints_to_alarm": 2,
        "adjustment_type": "PercentChangeInCapacity",
        "cooldown_s": 30,
        "steps": (Step(lower=-10.0, upper=0.0, adjustment=-10), Step(upper=-10.0, adjustment=-20)),
    }
    return StepPolicy(**(values | changes))  # type: ignore[arg-type]


def test_a_deployed_policy_keeps_its_alarm_and_steps() -> None:
    policy = policy_of_service(Scaling(min_tasks=2, max_tasks=9, policies=(deployed(),)), initial_tasks=4)
    assert (policy.min_tasks, policy.max_tasks, policy.initial_tasks) == (2, 9, 4)
    (alarm,) = policy.alarms
    assert (alarm.metric, alarm.comparison, alarm.threshold) == (Metric.CPU_AVERAGE, Comparison.LESS, 30.0)
    assert (alarm.period_min, alarm.periods, alarm.datapoints) == (5, 3, 2)
    assert alarm.missing is Missing.MISSING
    (scaling,) = policy.policies
    assert isinstance(scaling, StepScaling)
    assert scaling.adjustment_type is AdjustmentType.PERCENT
    assert scaling.cooldown_s == 30
    assert [(step.lower, step.upper, step.adjustment) for step in scaling.steps] == [
        (-10.0, 0.0, -10),
        (-math.inf, -10.0, -20),
    ]


def test_a_deployed_joint_policy_divides_by_its_low_thresholds() -> None:
    joint = deployed(metric="joint", threshold=1.0, cpu_low=35.0, memory_low=70.0)
    (alarm,) = policy_of_service(Scaling(min_tasks=1, max_tasks=2, policies=(joint,)), initial_tasks=1).alarms
    assert (alarm.metric, alarm.cpu_low, alarm.memory_low) == (Metric.JOINT, 35.0, 70.0)


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        (deployed(metric="joint"), "what its joint metric is made of"),
        (deployed(period_s=90), "no whole number of minutes"),
    ],
)
def test_what_cannot_be_replayed_is_named(policy: StepPolicy, says: str) -> None:
    with pytest.raises(ReplayError, match=says) as refused:
        policy_of_service(Scaling(min_tasks=1, max_tasks=2, policies=(policy,)), initial_tasks=1)
    assert "cpu-in" in refused.value.one_line()


def test_ladders_are_wired_as_the_module_wires_them() -> None:
    ladders = Ladders(
        min_tasks=2,
        max_tasks=8,
        cpu=Ladder(high=70, low=35, steps=(OutStep(above=0, add=1), OutStep(above=15, add=2))),
        memory=Ladder(high=90, low=75, steps=(OutStep(above=0, add=3),)),
        scale_in=(InStep(below=1.0, remove=1), InStep(below=0.5, remove=2)),
    )
    policy = policy_of_ladders(ladders, initial_tasks=3)
    cpu, memory, joint = policy.alarms
    assert [(one.metric, one.comparison, one.threshold) for one in policy.alarms] == [
        (Metric.CPU_AVERAGE, Comparison.GREATER, 70.0),
        (Metric.MEMORY_AVERAGE, Comparison.GREATER, 90.0),
        (Metric.JOINT, Comparison.LESS, 1.0),
    ]
    assert (cpu.datapoints, cpu.periods, joint.datapoints, joint.periods) == (2, 3, 10, 10)
    assert (joint.cpu_low, joint.memory_low) == (35.0, 75.0)
    assert {one.missing for one in policy.alarms} == {Missing.NOT_BREACHING}
    assert [one.policy for one in (cpu, memory, joint)] == [0, 1, 2]
    steps = [
        [(step.lower, step.upper, step.adjustment) for step in scaling.steps]
        for scaling in policy.policies
        if isinstance(scaling, StepScaling)
    ]
    assert steps == [
        [(0.0, 15.0, 1), (15.0, math.inf, 2)],
        [(0.0, math.inf, 3)],
        [(-0.5, 0.0, -1), (-math.inf, -0.5, -2)],
    ]
    assert [scaling.cooldown_s for scaling in policy.policies if isinstance(scaling, StepScaling)] == [
        60,
        60,
        300,
    ]
