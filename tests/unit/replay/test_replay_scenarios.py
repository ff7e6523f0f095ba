"""Scenarios worked out by hand. Ticks are minutes; a point is visible at the next tick unless said otherwise.

A task pulls 10 s after the decision, is RUNNING after 30 s and serves after 40 s. It costs
3.6 USD an hour: a thousandth of a dollar a second.
"""

from __future__ import annotations

import math
from dataclasses import replace as changed
from typing import TYPE_CHECKING, Literal

import numpy as np
import pytest
from replay import made

from trimtab.replay.inputs import Model, Starts
from trimtab.replay.policy import (
    AdjustmentType,
    Aggregation,
    Metric,
    StepAdjustment,
    StepScaling,
    TargetTracking,
    tracking_alarms,
)
from trimtab.replay.run import replay

if TYPE_CHECKING:
    from trimtab.replay.result import Replay


def moves(answer: Replay) -> list[tuple[int, int, int]]:
    return [(activity.minute, activity.before, activity.after) for activity in answer.activities]


STEP_UP = made.inputs([1.0] * 2 + [3.0] * 8)
ONE_MORE = made.policy((made.high(70.0),), (made.out(1, cooldown_s=60),), tasks=2)


def test_a_step_of_demand_is_followed_one_task_a_cooldown() -> None:
    answer = replay(STEP_UP, ONE_MORE, made.AT_ONCE)
    # Minute 2 is at 100 %; seen at tick 3; RUNNING at 210 s, so the cooldown ends at 270 s.
    assert moves(answer) == [(3, 2, 3), (5, 3, 4), (7, 4, 5)]
    assert answer.minutes.desired.tolist() == [2, 2, 2, 3, 3, 4, 4, 5, 5, 5]
    assert [activity.value for activity in answer.activities] == pytest.approx([100.0, 100.0, 75.0])
    # In minute 3 the third task runs for 30 s and serves for 20.
    assert answer.minutes.running[3] == 2.5
    assert answer.minutes.serving[3] == pytest.approx(7 / 3)
    assert answer.minutes.cpu_average_percent[3] == pytest.approx(100 * (7 / 3) / 2.5)


def test_the_bill_runs_from_the_pull_to_the_end_of_the_recording() -> None:
    summary = replay(STEP_UP, ONE_MORE, made.AT_ONCE).summary
    assert summary.billed_s == 2 * 600 + (600 - 190) + (600 - 310) + (600 - 430)
    assert summary.cost_usd == pytest.approx(2.07)
    assert summary.launched == 3


def test_minutes_over_the_objective_and_at_the_ceiling_are_counted() -> None:
    answer = replay(STEP_UP, ONE_MORE, made.AT_ONCE)
    # 3 vCPU against 0.8 of 2, 7/3, 3 and 10/3 tasks.
    assert np.flatnonzero(answer.minutes.over_cpu).tolist() == [2, 3, 4, 5]
    assert (answer.summary.over_cpu_min, answer.summary.over_min, answer.summary.saturated_min) == (4, 4, 2)


@pytest.mark.parametrize(("delay_s", "tick"), [(0, 3), (1, 4), (60, 4), (61, 5), (120, 5)])
def test_a_point_is_seen_after_the_publication_delay(delay_s: int, tick: int) -> None:
    answer = replay(STEP_UP, ONE_MORE, Model(publication_delay_s=delay_s))
    assert moves(answer)[0] == (tick, 2, 3)


def test_during_a_cooldown_a_larger_step_is_credited_with_what_is_on_its_way() -> None:
    steps = (
        StepAdjustment(lower=0.0, upper=20.0, adjustment=2),
        StepAdjustment(lower=20.0, adjustment=3),
    )
    policy = made.policy((made.high(60.0),), (StepScaling(steps=steps, cooldown_s=300),), tasks=10)
    # 70 % asks for two more; then 85 % of eleven tasks' worth asks for three.
    answer = replay(made.inputs([7.0, 9.35, 9.35, 9.35]), policy, made.AT_ONCE)
    assert moves(answer) == [(1, 10, 12), (2, 12, 13)]


def test_percent_is_credited_from_what_ran_before_the_chain() -> None:
    steps = (
        StepAdjustment(lower=0.0, upper=20.0, adjustment=50),
        StepAdjustment(lower=20.0, adjustment=100),
    )
    scaling = StepScaling(steps=steps, cooldown_s=300, adjustment_type=AdjustmentType.PERCENT)
    policy = made.policy((made.high(60.0),), (scaling,), tasks=10)
    answer = replay(made.inputs([7.0, 11.0, 11.0]), policy, made.AT_ONCE)
    assert moves(answer) == [(1, 10, 15), (2, 15, 20)]


def test_of_three_more_and_two_hundred_percent_on_ten_thirty_wins() -> None:
    percent = made.out(200, adjustment_type=AdjustmentType.PERCENT)
    policy = made.policy((made.high(), made.high(policy=1)), (made.out(3), percent), tasks=10)
    answer = replay(made.inputs([9.0, 9.0]), policy, made.AT_ONCE)
    assert moves(answer) == [(1, 10, 30)]
    assert (answer.activities[0].alarm, answer.activities[0].policy) == (1, 1)


def test_of_two_ways_in_the_larger_capacity_wins() -> None:
    half = made.into(-50, adjustment_type=AdjustmentType.PERCENT)
    policy = made.policy((made.low(), made.low(policy=1)), (half, made.into(-1)), tasks=10)
    assert moves(replay(made.inputs([1.0, 1.0]), policy, made.AT_ONCE)) == [(1, 10, 9)]


def test_out_wins_over_in_even_at_the_maximum() -> None:
    memory = made.low(99.0, policy=1, metric=Metric.MEMORY_AVERAGE)
    policy = made.policy((made.high(), memory), (made.out(), made.into()), tasks=4, most=4)
    assert moves(replay(made.inputs([4.0] * 5), policy, made.AT_ONCE)) == []


BOTH_WAYS = made.policy(
    (made.high(), made.low(policy=1)), (made.out(1, cooldown_s=60), made.into(-1, cooldown_s=600)), tasks=4
)
SPIKE = made.inputs([0.4, 0.4, 3.0, 0.4, 0.4, 0.4, 0.4])


def test_a_scale_out_cancels_the_cooldown_of_a_scale_in() -> None:
    # Tick 2 is held back by the scale-in's cooldown, tick 3 goes out at once, tick 4 lies in its cooldown.
    answer = replay(SPIKE, BOTH_WAYS, made.AT_ONCE)
    assert moves(answer) == [(1, 4, 3), (3, 3, 4), (5, 4, 3)]
    assert answer.summary.direction_changes == 2


def test_a_cooldown_of_a_scale_out_may_be_told_not_to_hold_scale_in_back() -> None:
    model = changed(made.AT_ONCE, cooldown_blocks_in=False)
    assert moves(replay(SPIKE, BOTH_WAYS, model)) == [(1, 4, 3), (3, 3, 4), (4, 4, 3)]


def test_a_scale_in_that_takes_time_delays_its_cooldown() -> None:
    policy = made.policy((made.low(),), (made.into(-1, cooldown_s=60),), tasks=9)
    demand = made.inputs([0.1] * 6)
    assert [tick for tick, _, _ in moves(replay(demand, policy, made.AT_ONCE))] == [1, 2, 3, 4, 5]
    slow = changed(made.AT_ONCE, in_activity_s=61)
    assert [tick for tick, _, _ in moves(replay(demand, policy, slow))] == [1, 4]


def test_no_task_is_taken_away_during_a_deployment_but_some_are_added() -> None:
    deploying = np.array([True] * 4 + [False] * 3)
    answer = replay(changed(SPIKE, no_scale_in=deploying), BOTH_WAYS, made.AT_ONCE)
    # 3 vCPU on four tasks are 75 %: one more at tick 3. Its cooldown ends at 270 s.
    assert moves(answer) == [(3, 4, 5), (5, 5, 4)]


def test_target_tracking_goes_out_in_proportion_and_in_when_a_task_can_be_spared() -> None:
    tracking = TargetTracking(target=50.0, out_cooldown_s=0, in_cooldown_s=0)
    policy = made.policy(tracking_alarms(Metric.CPU_AVERAGE, tracking, 0), (tracking,), tasks=4, least=2)
    demand = made.inputs([3.2] * 6 + [1.0] * 20, starts=Starts.fixed(0, 0, 0))
    answer = replay(demand, policy, made.AT_ONCE)
    # 80 % thrice: ceil(4 * 80 / 50) = 7. At 1 vCPU seven tasks are at 14.3 %: ceil(7 * 14.3 / 50) = 2,
    # fifteen minutes after the load has gone.
    assert moves(answer) == [(3, 4, 7), (21, 7, 2)]
    fixed = changed(tracking, scale_in_enabled=False)
    policy = made.policy(tracking_alarms(Metric.CPU_AVERAGE, fixed, 0), (fixed,), tasks=4, least=2)
    assert moves(replay(demand, policy, made.AT_ONCE)) == [(3, 4, 7)]


def test_target_tracking_leaves_a_count_that_the_rest_could_not_carry() -> None:
    tracking = TargetTracking(target=50.0, in_cooldown_s=0)
    policy = made.policy(tracking_alarms(Metric.CPU_AVERAGE, tracking, 0), (tracking,), tasks=2)
    # 44 % is below 0.9 of 50, but ceil(2 * 44 / 50) is 2.
    assert moves(replay(made.inputs([0.88] * 30), policy, made.AT_ONCE)) == []


def test_the_joint_metric_takes_a_task_only_when_cpu_and_memory_are_both_low() -> None:
    joint = made.low(1.0, metric=Metric.JOINT, cpu_low=40.0, memory_low=50.0)
    policy = made.policy((joint,), (made.into(-1, cooldown_s=600),), tasks=4)
    memory = [600.0, 600.0, 400.0, 400.0, 400.0]
    assert moves(replay(made.inputs([0.4] * 5, memory), policy, made.AT_ONCE)) == [(3, 4, 3)]
    assert moves(replay(made.inputs([2.0] * 5, memory), policy, made.AT_ONCE)) == []


def test_a_launch_rate_spreads_a_scale_out_and_its_cooldown() -> None:
    policy = made.policy((made.high(),), (made.out(3, cooldown_s=30),), tasks=4)
    model = changed(made.AT_ONCE, launch_rate_per_min=1)
    answer = replay(made.inputs([4.0] * 2 + [1.0] + [7.0] * 5), policy, model)
    # Decided at 60, 120 and 180 s; RUNNING 30 s later.
    assert answer.minutes.running[1:5].tolist() == [4.5, 5.5, 6.5, 7.5]
    # The cooldown ends at 240 s: 7 vCPU on 6.5 tasks may act at tick 4, not before.
    assert moves(answer)[:2] == [(1, 4, 7), (4, 7, 10)]


@pytest.mark.parametrize(
    ("aggregation", "aggregate", "acts"),
    [
        (Aggregation.AVERAGE, "alarm", True),
        (Aggregation.MINIMUM, "alarm", True),
        (Aggregation.MAXIMUM, "alarm", False),
        (Aggregation.MINIMUM, "latest", False),
    ],
)
def test_an_alarm_whose_judged_value_lies_beyond_its_threshold_does_nothing(
    aggregation: Aggregation, aggregate: Literal["alarm", "latest"], acts: bool
) -> None:
    alarm = made.low(30.0, periods=3, datapoints=2)
    policy = made.policy((alarm,), (made.into(-1, aggregation=aggregation),), tasks=10)
    # At tick 3 two of three points breach, the newest does not: 10, 10, 40. Until then a deployment runs.
    demand = made.inputs([1.0, 1.0, 4.0, 4.0], no_scale_in=np.array([True, True, True, False]))
    answer = replay(demand, policy, changed(made.AT_ONCE, aggregate=aggregate))
    assert moves(answer) == ([(3, 10, 9)] if acts else [])


def test_a_capacity_is_clamped_to_the_bounds() -> None:
    up = made.policy((made.high(),), (made.out(50),), tasks=4, most=9)
    assert moves(replay(made.inputs([4.0] * 4), up, made.AT_ONCE)) == [(1, 4, 9)]
    down = made.policy((made.low(),), (made.into(-50),), tasks=9, least=4)
    assert moves(replay(made.inputs([0.1] * 4), down, made.AT_ONCE)) == [(1, 9, 4)]


def test_an_exact_capacity_goes_either_way() -> None:
    exact = made.out(5, adjustment_type=AdjustmentType.EXACT)
    for tasks in (3, 9):
        policy = made.policy((made.high(10.0),), (exact,), tasks=tasks)
        assert moves(replay(made.inputs([2.0] * 4), policy, made.AT_ONCE)) == [(1, tasks, 5)]


def test_in_a_pending_scale_out_only_running_tasks_can_leave() -> None:
    late = Starts.fixed(300, 310, 320)
    policy = made.policy(
        (made.high(), made.low(policy=1)), (made.out(3), made.into(-2)), tasks=2, least=0, most=9
    )
    demand = made.inputs([2.0, 0.1, 0.1, 0.1], starts=late)
    answer = replay(demand, policy, changed(made.AT_ONCE, cooldown_blocks_in=False))
    # Tick 2: of five tasks two are RUNNING; the target is 0, but three are still to come. From tick 3
    # on the alarm goes by an old point, and there is nothing to take away.
    assert moves(answer) == [(1, 2, 5), (2, 5, 3)]
    assert answer.minutes.running.tolist() == [2.0, 2.0, 0.0, 0.0]
    assert math.isnan(answer.minutes.cpu_average_percent[3])
