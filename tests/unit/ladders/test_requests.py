"""A ladder on requests besides CPU and memory: what a request costs, what is tried, how it is replayed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import pytest
from replay import made

from module_rules import refusals
from trimtab.fleet.model import Scaling, Step, StepPolicy
from trimtab.ladders.convert import ladders_of_scaling, policy_of_ladders
from trimtab.ladders.front import Limits
from trimtab.ladders.kinds.requests import climb, request_vcpu
from trimtab.ladders.parts import RecordingPart
from trimtab.ladders.space import Space
from trimtab.ladders.traits import told
from trimtab.replay.policy import Metric
from trimtab.replay.run import replay
from trimtab.terraform_module import MODULE, Ladder, Ladders, OutStep, module_takes
from trimtab.values.schema import ServiceEntry

MEMORY = Ladder(high=90, low=75, steps=(OutStep(above=0, add=1),))
SPACE = Space(floors=(1, 2, 4), most=16, high_percent=75, ceiling_percent=96.0, memory=MEMORY)
LIMITS = Limits(over_share=0.05, direction_changes_day=24)
A_VCPU = 500.0
REQUESTS = Ladder(high=300, low=150, steps=(OutStep(above=0, add=1), OutStep(above=300, add=4)))
SEED = replace(
    MODULE,
    min_tasks=2,
    max_tasks=16,
    memory=MEMORY,
    cpu=Ladder(high=60, low=30, steps=(OutStep(above=0, add=1), OutStep(above=15, add=2))),
)


def bursts(minutes: int = 1440) -> RecordingPart:
    """A calm day with a burst each two hours to far beyond what tasks hold, and requests in proportion."""
    cpu = np.where(np.arange(minutes) % 120 < 30, 6.0, 1.0)
    inputs = made.inputs(cpu)
    load = replace(inputs.load, requests=np.where(np.arange(minutes) == 7, 0.0, A_VCPU * cpu))
    return RecordingPart(inputs=replace(inputs, load=load), initial_tasks=2)


DAY = bursts()


def test_what_a_request_costs_is_the_median_of_the_minutes_that_had_any() -> None:
    assert request_vcpu(DAY) == pytest.approx(1 / A_VCPU)
    none = replace(DAY, inputs=replace(DAY.inputs, load=replace(DAY.inputs.load, requests=None)))
    assert request_vcpu(none) is None
    assert climb(none, SPACE, LIMITS, 1, [SEED]) == ((), 0)


def test_requests_become_an_alarm_of_their_own_and_a_term_of_the_joint_one() -> None:
    policy = policy_of_ladders(replace(SEED, requests=REQUESTS, period_s=120), initial_tasks=2)
    third, joint = policy.alarms[2:]
    assert (third.metric, third.threshold, third.period_min) == (Metric.REQUESTS_FILLED, 150.0, 2)
    assert policy.policies[third.policy].steps[1].lower == 150.0
    assert (joint.metric, joint.requests_low, joint.policy) == (Metric.JOINT, 75.0, 3)
    without = policy_of_ladders(SEED, initial_tasks=2)
    assert [alarm.requests_low for alarm in without.alarms] == [0.0, 0.0, 0.0]


def test_a_burst_beyond_what_tasks_hold_is_met_in_one_step_by_requests() -> None:
    """CPU ends at 100 %, so its ladder cannot tell three times too much from half again."""
    slow = replay(DAY.inputs, policy_of_ladders(SEED, initial_tasks=2)).summary
    fast = replay(DAY.inputs, policy_of_ladders(replace(SEED, requests=REQUESTS), initial_tasks=2)).summary
    assert fast.over_min < slow.over_min


def test_tasks_stay_while_requests_are_above_their_low_threshold() -> None:
    held = replace(SEED, requests=replace(REQUESTS, low=20, high=10_000))
    kept = replay(DAY.inputs, policy_of_ladders(held, initial_tasks=12)).summary
    gone = replay(DAY.inputs, policy_of_ladders(SEED, initial_tasks=12)).summary
    assert kept.billed_s > gone.billed_s


def test_the_front_begins_with_thresholds_equal_to_cpus_and_the_module_takes_all_of_it() -> None:
    front, replays = climb(DAY, SPACE, LIMITS, 1, [SEED, replace(SEED, min_tasks=4)])
    assert front
    assert replays > 50
    for one in front:
        ladder = one.ladders.requests
        assert ladder is not None
        assert 0.4 * A_VCPU <= ladder.high <= 0.8 * A_VCPU
        assert module_takes(one.ladders)
        assert refusals(one.ladders) == []
        found = replay(
            DAY.inputs, policy_of_ladders(one.ladders, initial_tasks=DAY.bounded(one.ladders.min_tasks, 16))
        )
        assert (one.billed_s, one.over_min) == (found.summary.billed_s, found.summary.over_min)


@pytest.mark.parametrize(
    "ladder",
    [
        replace(REQUESTS, low=300),
        replace(REQUESTS, low=0),
        replace(REQUESTS, steps=(OutStep(above=5, add=1),)),
        # 250 x (2 + 1) / 2 is above 300: the rest would be scaled out again.
        replace(REQUESTS, low=250),
    ],
)
def test_what_the_module_refuses_of_it_is_never_tried(ladder: Ladder) -> None:
    one = replace(SEED, requests=ladder)
    assert not module_takes(one)


def entry(**changes: Any) -> Ladders:
    said: Any = dict(told(replace(SEED, requests=REQUESTS)))["metrics"]
    metric = {**said["requests"], **changes}
    entry = {"cpu": 256, "memory": 512, "scaling": {"min": 2, "max": 16, "metrics": {"requests": metric}}}
    return msgspec.convert(entry, type=ServiceEntry).scaling.ladders()


def test_what_is_written_is_read_back_with_another_target_group_too() -> None:
    assert entry().requests == REQUESTS
    source = {
        "namespace": "AWS/ApplicationELB",
        "metric_name": "RequestCountPerTarget",
        "dimensions": {"TargetGroup": "targetgroup/a/1"},
        "stat": "Sum",
        "missing": 0,
    }
    assert entry(sources={"mine": source}).requests == REQUESTS


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"per_task": "running"}, "cannot be replayed or taken over"),
        ({"expression": "per_target * 2"}, "cannot be replayed or taken over"),
        (
            {"sources": {"a": {"namespace": "AWS/SQS", "metric_name": "Depth"}}},
            "cannot be replayed or taken over",
        ),
        ({"low": 300}, r"low \(300\) must be below high \(300\)"),
        ({"steps": [{"above": 1, "add": 1}]}, "must begin with above = 0"),
    ],
)
def test_another_metric_under_the_name_is_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=says):
        entry(**changes)


def test_what_runs_already_is_tried_as_it_is() -> None:
    running = replace(SEED, max_tasks=99, requests=REQUESTS)
    front, replays = climb(DAY, SPACE, Limits(over_share=1.0, direction_changes_day=1e9), 0, [running])
    assert replays > 1
    least = replay(DAY.inputs, policy_of_ladders(replace(running, max_tasks=16), initial_tasks=2)).summary
    assert front[0].billed_s <= least.billed_s


def test_what_is_deployed_of_it_is_the_ladders_that_it_was_made_of() -> None:
    def step(metric: Any, comparison: Any, threshold: float, *steps: Step, **more: Any) -> StepPolicy:
        return StepPolicy(
            name="x",
            metric=metric,
            comparison=comparison,
            threshold=threshold,
            evaluation_periods=3,
            datapoints_to_alarm=2,
            adjustment_type="ChangeInCapacity",
            cooldown_s=60,
            steps=steps,
            **more,
        )

    out = (Step(lower=0.0, upper=None, adjustment=1),)
    policies = (
        step("cpu", "greater", 60, *out),
        step("memory", "greater", 90, *out),
        step(
            "requests_filled",
            "greater",
            300,
            Step(lower=0, upper=300, adjustment=1),
            Step(lower=300, adjustment=4),
        ),
        step("joint", "less", 1, Step(upper=0.0, adjustment=-1), cpu_low=30, memory_low=75, requests_low=150),
    )
    found = ladders_of_scaling(Scaling(min_tasks=2, max_tasks=9, policies=policies))
    assert found is not None
    assert found.requests == REQUESTS
    # A third ladder that the way in does not know, and the other way round, are not the module's.
    for left in (2, 3):
        some = policies[:left] + policies[left + 1 :]
        assert ladders_of_scaling(Scaling(min_tasks=2, max_tasks=9, policies=some)) is None
