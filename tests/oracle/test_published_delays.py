"""AWS's own figures for target tracking: 363 s to the trigger with points of 60 s, 86 s with 20 s.

AWS News Blog, June 2026. A jump of load may come at any second of a minute, and an alarm be evaluated at
any: the replay's figure is the mean over the places that it has for both.
"""

from __future__ import annotations

from statistics import fmean

import numpy as np
import pytest

from trimtab.replay.inputs import Inputs, Load, Model, ReplayLimits, Starts, Task
from trimtab.replay.policy import PHASES_S, Metric, Policy, PolicyAlarm, TargetTracking, tracking_alarms
from trimtab.replay.run import replay

JUMP_MIN = 20
WITHIN = 0.15
DEFAULT = Model()
PUBLISHED_S = {False: 363, True: 86}
ALARM_MESSAGES_S = 60
"""At most so much of publication is left by the alarm messages of 53 and 71 s, which contain the wait for
the evaluation too."""


def trigger_s(alarm: PolicyAlarm, tracking: TargetTracking, into_s: int, model: Model = DEFAULT) -> int:
    """Return the seconds from a jump, ``into_s`` within a minute, to the first scale-out."""
    demand = np.full(60, 1.0)
    demand[JUMP_MIN:] = 4.0
    # A recording holds the minute of the jump at its mean.
    demand[JUMP_MIN] = 1.0 + 3.0 * (60 - into_s) / 60
    inputs = Inputs(
        load=Load(cpu_vcpu=demand, memory_mib=np.full(60, 100.0), hottest_ratio=np.ones(60)),
        task=Task(vcpu=1.0, memory_mib=1000.0, price_usd_hour=0.05),
        starts=Starts.fixed(10, 23, 30),
        objective=ReplayLimits(cpu_share=0.8, memory_share=0.9),
        deregistration_delay_s=60,
        shutdown_s=30,
    )
    policy = Policy(min_tasks=4, max_tasks=40, initial_tasks=4, alarms=(alarm,), policies=(tracking,))
    return replay(inputs, policy, model).activities[0].second - 60 * JUMP_MIN - into_s


def mean_trigger_s(*, fast: bool, model: Model = DEFAULT) -> float:
    tracking = TargetTracking(target=70.0)
    high, _ = tracking_alarms(Metric.CPU_AVERAGE, tracking, 0, fast=fast)
    if fast:
        return trigger_s(high, tracking, 0, model)
    phased = [
        PolicyAlarm(
            metric=high.metric,
            comparison=high.comparison,
            threshold=high.threshold,
            periods=high.periods,
            datapoints=high.datapoints,
            policy=0,
            phase_s=phase,
        )
        for phase in PHASES_S
    ]
    return fmean(trigger_s(alarm, tracking, into, model) for alarm in phased for into in (0, 20, 40))


@pytest.mark.parametrize("fast", [False, True])
def test_the_replay_triggers_when_aws_says_it_does(fast: bool) -> None:
    assert mean_trigger_s(fast=fast) == pytest.approx(PUBLISHED_S[fast], rel=WITHIN)


def test_the_delay_of_the_alarm_messages_is_not_what_aws_published() -> None:
    """Why the default is not theirs: with it the same jump is answered far sooner than in the benchmark."""
    shorter = mean_trigger_s(fast=False, model=Model(publication_delay_s=ALARM_MESSAGES_S))
    assert shorter < (1 - WITHIN) * PUBLISHED_S[False]
