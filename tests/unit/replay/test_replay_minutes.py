"""The minutes, the metrics and the bill, worked out by hand; points are visible at the next tick.

A task pulls 10 s after the decision, is RUNNING after 30 s and serves after 40 s. It costs
3.6 USD an hour: a thousandth of a dollar a second.
"""

from __future__ import annotations

from dataclasses import replace as changed
from typing import TYPE_CHECKING

import numpy as np
import pytest
from replay import made

from trimtab.replay.inputs import Model, Starts, Task
from trimtab.replay.policy import (
    Metric,
    fixed_count,
)
from trimtab.replay.run import replay

if TYPE_CHECKING:
    from trimtab.replay.result import Replay


def moves(answer: Replay) -> list[tuple[int, int, int]]:
    return [(activity.minute, activity.before, activity.after) for activity in answer.activities]


def test_the_drain_and_the_shutdown_are_billed() -> None:
    demand = made.inputs([0.1] * 10, deregistration_delay_s=120, shutdown_s=30)
    policy = made.policy((made.low(),), (made.into(),), tasks=2)
    answer = replay(demand, policy, made.AT_ONCE)
    assert answer.summary.billed_s == 600 + 60 + 150
    assert answer.minutes.billed_s.tolist() == [120, 120, 120, 90, 60, 60, 60, 60, 60, 60]
    assert answer.minutes.running.tolist() == [2.0] + [1.0] * 9


def test_a_drain_beyond_the_recording_is_billed_to_its_end() -> None:
    demand = made.inputs([0.1] * 3, deregistration_delay_s=300)
    policy = made.policy((made.low(),), (made.into(),), tasks=2)
    assert replay(demand, policy, made.AT_ONCE).summary.billed_s == 2 * 180


def test_a_stopped_task_is_billed_for_a_minute_at_least() -> None:
    late = Starts.fixed(50, 55, 60)
    policy = made.policy((made.high(), made.low(policy=1)), (made.out(1), made.into(-2)), tasks=1, least=0)
    answer = replay(made.inputs([1.0, 0.1, 0.1], starts=late), policy, made.AT_ONCE)
    assert moves(answer) == [(1, 1, 2), (2, 2, 0)]
    # The first task stops at 120 s; the second pulled at 110 s and stops with it.
    assert answer.summary.billed_s == 120 + 60
    assert answer.minutes.billed_s.tolist() == [60, 70, 0]


def test_work_beyond_capacity_waits_up_to_the_limit() -> None:
    demand = made.inputs([3.0, 3.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    lost = replay(demand, fixed_count(1), made.AT_ONCE)
    assert lost.minutes.served_vcpu.tolist() == [1.0] * 3 + [0.0] * 6
    queued = replay(demand, fixed_count(1), changed(made.AT_ONCE, queue_limit_vcpu_min=5.0))
    assert queued.minutes.backlog_vcpu_min.tolist() == [2.0, 4.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0, 0.0]
    assert queued.minutes.served_vcpu.tolist() == [1.0] * 8 + [0.0]
    assert (lost.summary.saturated_min, queued.summary.saturated_min) == (3, 7)


def test_a_longer_period_is_a_mean_that_slides_by_the_minute() -> None:
    policy = made.policy((made.high(70.0, period_min=5),), (made.out(1, cooldown_s=3600),), tasks=10)
    # Five minutes to tick 8: 10, 80, 80, 90, 95: 71 %. A minute before they were at 54 %.
    answer = replay(made.inputs([1.0, 1.0, 1.0, 1.0, 8.0, 8.0, 9.0, 9.5, 9.5, 9.5]), policy, made.AT_ONCE)
    assert moves(answer) == [(8, 10, 11)]
    assert answer.activities[0].value == pytest.approx(71.0)


def test_the_maximum_over_a_period_is_its_largest_point() -> None:
    alarm = made.high(85.0, period_min=3, metric=Metric.CPU_MAXIMUM)
    policy = made.policy((alarm,), (made.out(1, cooldown_s=3600),), tasks=10)
    demand = made.inputs([1.0, 6.0, 1.0, 1.0, 1.0])
    load = changed(demand.load, hottest_ratio=np.full(5, 1.5))
    answer = replay(changed(demand, load=load), policy, made.AT_ONCE)
    assert moves(answer) == [(2, 10, 11)]
    assert answer.activities[0].value == pytest.approx(90.0)


def test_without_a_task_there_is_no_point_and_the_alarm_says_so() -> None:
    policy = made.policy((made.low(periods=2, datapoints=2),), (made.into(-1),), tasks=1, least=0)
    answer = replay(made.inputs([0.1] * 8), policy, Model(publication_delay_s=0, evaluation_extra=1))
    # Gone at tick 2. Minutes 0 and 1 keep the alarm up while they are in the range of three points.
    assert moves(answer) == [(2, 1, 0)]
    assert np.isnan(answer.minutes.cpu_average_percent).tolist() == [False] * 2 + [True] * 6
    assert answer.minutes.alarm_state[0].tolist() == [0, 0, 2, 2, 2, 0, 0, 0]


def test_the_sidecar_takes_capacity_and_the_percentages_are_of_the_whole_task() -> None:
    task = Task(vcpu=2.0, memory_mib=1000.0, price_usd_hour=1.0, overhead_vcpu=0.5, overhead_mib=100.0)
    demand = made.inputs([1.5, 6.0], [500.0, 700.0], task=task)
    load = changed(demand.load, memory_slope_mib_per_vcpu=150.0, hottest_ratio=np.array([1.6, 1.6]))
    minutes = replay(changed(demand, load=load), fixed_count(2), made.AT_ONCE).minutes
    # Two tasks serve 3 vCPU of their 4. Memory: 500 + 100 + 150 * 0.75, and 700 + 100 + 150 * 1.5 = 1025.
    assert minutes.served_vcpu.tolist() == [1.5, 3.0]
    assert minutes.cpu_average_percent.tolist() == [37.5, 75.0]
    assert minutes.cpu_maximum_percent.tolist() == [60.0, 100.0]
    assert minutes.memory_average_percent.tolist() == [71.25, 100.0]
    assert minutes.over_memory.tolist() == minutes.oom.tolist() == [False, True]
