"""What is deployed and what is proposed, in the words of the replay."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from fleet import made

from trimtab.errors import ReplayError
from trimtab.fleet.model import Scaling, Step, StepPolicy
from trimtab.ladders.convert import policy_of_ladders, policy_of_service
from trimtab.replay.policy import AdjustmentType, Comparison, Metric, Missing, StepAdjustment, StepScaling
from trimtab.snapshot.folder import read_snapshot
from trimtab.terraform_module import InStep, Ladder, Ladders, OutStep

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "fleet"
LADDERS = Ladders(
    min_tasks=2,
    max_tasks=9,
    cpu=Ladder(high=70, low=40, steps=(OutStep(above=0, add=1), OutStep(above=15, add=2))),
    memory=Ladder(high=90, low=60, steps=(OutStep(above=0, add=3),)),
    scale_in=(InStep(below=1.0, remove=1), InStep(below=0.5, remove=2)),
    out_cooldown_s=60,
    in_cooldown_s=300,
)


def deployed(**changes: object) -> Scaling:
    fields: dict[str, object] = {
        "name": "api-cpu-out",
        "metric": "cpu",
        "comparison": "greater",
        "threshold": 40.0,
        "period_s": 300,
        "evaluation_periods": 3,
        "datapoints_to_alarm": 2,
        "adjustment_type": "PercentChangeInCapacity",
        "cooldown_s": 60,
        "steps": (Step(lower=0.0, upper=10.0, adjustment=10), Step(lower=10.0, adjustment=30)),
    }
    return Scaling(min_tasks=2, max_tasks=8, policies=(StepPolicy(**(fields | changes)),))  # type: ignore[arg-type]


def test_a_deployed_policy_keeps_its_numbers_and_takes_aws_defaults_for_the_rest() -> None:
    policy = policy_of_service(deployed(), initial_tasks=3, start=made.START, minutes=60)
    assert (policy.min_tasks, policy.max_tasks, policy.initial_tasks) == (2, 8, 3)
    (alarm,), (scaling,) = policy.alarms, policy.policies
    assert (alarm.metric, alarm.comparison, alarm.threshold) == (
        Metric.CPU_AVERAGE,
        Comparison.GREATER,
        40.0,
    )
    assert (alarm.period_min, alarm.periods, alarm.datapoints) == (5, 3, 2)
    assert alarm.missing is Missing.MISSING
    assert scaling == StepScaling(
        steps=(
            StepAdjustment(lower=0.0, upper=10.0, adjustment=10),
            StepAdjustment(lower=10.0, upper=math.inf, adjustment=30),
        ),
        cooldown_s=60,
        adjustment_type=AdjustmentType.PERCENT,
    )


def test_ladders_become_two_alarms_out_and_one_in_on_the_joint_metric() -> None:
    policy = policy_of_ladders(LADDERS, initial_tasks=2)
    cpu, memory, joint = policy.alarms
    assert [(a.metric, a.comparison, a.threshold) for a in policy.alarms] == [
        (Metric.CPU_AVERAGE, Comparison.GREATER, 70.0),
        (Metric.MEMORY_AVERAGE, Comparison.GREATER, 90.0),
        (Metric.JOINT, Comparison.LESS, 1.0),
    ]
    assert [(a.datapoints, a.periods, a.policy) for a in (cpu, memory, joint)] == [
        (2, 3, 0),
        (2, 3, 1),
        (10, 10, 2),
    ]
    assert (joint.cpu_low, joint.memory_low) == (40.0, 60.0)
    assert {alarm.missing for alarm in policy.alarms} == {Missing.NOT_BREACHING}


def test_the_steps_of_ladders_are_bounded_as_the_service_module_writes_them() -> None:
    cpu, memory, joint = policy_of_ladders(LADDERS, initial_tasks=2).policies
    assert cpu == StepScaling(
        steps=(
            StepAdjustment(lower=0.0, upper=15.0, adjustment=1),
            StepAdjustment(lower=15.0, adjustment=2),
        ),
        cooldown_s=60,
    )
    assert memory == StepScaling(steps=(StepAdjustment(lower=0.0, adjustment=3),), cooldown_s=60)
    assert joint == StepScaling(
        steps=(
            StepAdjustment(lower=-0.5, upper=0.0, adjustment=-1),
            StepAdjustment(upper=-0.5, adjustment=-2),
        ),
        cooldown_s=300,
    )


def test_every_service_of_the_example_fleet_converts() -> None:
    for service in read_snapshot(EXAMPLE).fleet.services:
        policy = policy_of_service(
            service.scaling, initial_tasks=service.scaling.min_tasks, start=made.START, minutes=60
        )
        assert len(policy.alarms) == len(service.scaling.policies)


def test_a_joint_metric_whose_parts_are_not_recorded_is_refused_by_name() -> None:
    scaling = deployed(metric="joint", comparison="less", steps=(Step(upper=0.0, adjustment=-1),))
    with pytest.raises(ReplayError, match="api-cpu-out: the snapshot does not say"):
        policy_of_service(scaling, initial_tasks=2, start=made.START, minutes=60)


def test_a_deployed_joint_metric_divides_by_its_low_thresholds() -> None:
    scaling = deployed(
        metric="joint",
        comparison="less",
        steps=(Step(upper=0.0, adjustment=-1),),
        cpu_low=35.0,
        memory_low=70.0,
    )
    (alarm,) = policy_of_service(scaling, initial_tasks=2, start=made.START, minutes=60).alarms
    assert (alarm.metric, alarm.cpu_low, alarm.memory_low) == (Metric.JOINT, 35.0, 70.0)


def test_a_period_below_a_minute_is_refused_by_name() -> None:
    with pytest.raises(ReplayError, match=r"api-cpu-out\.period_s: 30 s is no whole number"):
        policy_of_service(deployed(period_s=30), initial_tasks=2, start=made.START, minutes=60)
