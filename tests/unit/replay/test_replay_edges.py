"""Where a rule could be read wrongly by a little: ties, equalities, order, what counts and what does not."""

from __future__ import annotations

import math
from dataclasses import replace as changed
from typing import TYPE_CHECKING

import numpy as np
import pytest
from replay import made

from trimtab.replay.inputs import Model, Starts
from trimtab.replay.kernel import encode
from trimtab.replay.kernel import rules as kernel_rules
from trimtab.replay.policy import (
    Comparison,
    Metric,
    Missing,
    StepAdjustment,
    StepScaling,
    TargetTracking,
    fixed_count,
    tracking_alarms,
)
from trimtab.replay.run import replay

if TYPE_CHECKING:
    from trimtab.replay.result import Replay

WORD = 2**64


def row_of(seed: int, launch: int, rows: int) -> int:
    """splitmix64 in whole numbers."""
    z = (seed + launch + 0x9E3779B97F4A7C15) % WORD
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) % WORD
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) % WORD
    return (z ^ (z >> 31)) % rows


def starts(*running_s: int) -> Starts:
    """Starts that pull at once and serve when they run."""
    each = np.array(running_s, dtype=np.int64)
    return Starts(pull_s=np.zeros_like(each), running_s=each, serving_s=each)


def moves(answer: Replay) -> list[tuple[int, int, int]]:
    return [(activity.minute, activity.before, activity.after) for activity in answer.activities]


def test_each_launch_takes_the_row_that_its_number_draws() -> None:
    table = [7 * row for row in range(8)]
    policy = made.policy((made.high(0.5),), (made.out(1),), tasks=3)
    answer = replay(made.inputs([20.0] * 12, starts=starts(*table), seed=WORD - 3), policy, made.AT_ONCE)
    expected = [table[row_of(WORD - 3, launch, 8)] for launch in range(11)]
    # One task more at each tick from 1 on; it runs for the rest of that minute.
    assert [60 * (3 + k) - round(60 * answer.minutes.running[k]) for k in range(1, 12)] == expected
    assert len(set(expected)) > 3


def seed_of(*rows: int) -> int:
    """Return a seed whose first launches take these of two rows."""
    wanted = list(rows)
    return next(s for s in range(1000) if [row_of(s, i, 2) for i in range(len(rows))] == wanted)


def test_a_scale_out_completes_when_its_last_task_runs_not_its_last_launch() -> None:
    policy = made.policy((made.high(),), (made.out(2),), tasks=2)
    demand = made.inputs([30.0] * 6, starts=starts(20, 140), seed=seed_of(1, 0))
    # RUNNING at 200 and at 80 s: the next may come at tick 4.
    assert [tick for tick, _, _ in moves(replay(demand, policy, made.AT_ONCE))][:2] == [1, 4]


def test_a_chain_of_scale_outs_completes_when_the_last_of_all_runs() -> None:
    steps = (StepAdjustment(lower=0.0, upper=30.0, adjustment=1), StepAdjustment(lower=30.0, adjustment=2))
    policy = made.policy((made.high(60.0),), (StepScaling(steps=steps, cooldown_s=0),), tasks=10)
    demand = made.inputs([8.0] + [30.0] * 6, starts=starts(20, 240), seed=seed_of(1, 0))
    # +1 at tick 1 is RUNNING at 300 s; credited, +1 at tick 2 at 140. Both are over at tick 5.
    assert moves(replay(demand, policy, made.AT_ONCE))[:3] == [(1, 10, 11), (2, 11, 12), (5, 12, 14)]


@pytest.mark.parametrize("first", [0, 1])
def test_the_cooldown_is_that_of_the_policy_that_won(first: int) -> None:
    alarms = made.high(policy=first), made.high(policy=1 - first)
    policy = made.policy(alarms, (made.out(2, cooldown_s=600), made.out(1)), tasks=2)
    assert moves(replay(made.inputs([90.0] * 10), policy, made.AT_ONCE)) == [(1, 2, 4)]


def test_of_two_that_ask_for_the_same_the_first_alarm_wins_and_the_activity_says_so() -> None:
    policy = made.policy(
        (made.high(90.0, policy=1), made.high(50.0, policy=0)),
        (made.out(3, cooldown_s=900), made.out(3, cooldown_s=900)),
        tasks=10,
    )
    (activity,) = replay(made.inputs([9.5, 9.5]), policy, made.AT_ONCE).activities
    assert (activity.alarm, activity.policy) == (0, 1)
    assert activity.value == pytest.approx(95.0)


def test_only_running_tasks_are_the_base_of_an_adjustment() -> None:
    late = starts(300)
    policy = made.policy((made.high(), made.low(policy=1)), (made.out(3), made.into(-1)), tasks=2, least=0)
    demand = made.inputs([2.0, 0.1, 0.1], starts=late)
    answer = replay(demand, policy, changed(made.AT_ONCE, cooldown_blocks_in=False))
    # Two of five run: one less than two is 1, and only two can leave.
    assert moves(answer) == [(1, 2, 5), (2, 5, 3)]


def test_a_task_that_is_running_from_the_ticks_second_on_counts_at_it() -> None:
    policy = made.policy((made.high(),), (made.out(1),), tasks=2)
    at_tick = Starts.fixed(10, 60, 90)
    # Decided at 60 s, RUNNING at 120: at tick 2 there are three, and the cooldown of nothing is over.
    assert moves(replay(made.inputs([9.0] * 3, starts=at_tick), policy, made.AT_ONCE)) == [
        (1, 2, 3),
        (2, 3, 4),
    ]


def test_the_task_decided_earliest_leaves_first() -> None:
    slow = Starts.fixed(0, 0, 200)
    policy = made.policy((made.high(), made.low(policy=1)), (made.out(1), made.into(-1)), tasks=1, least=1)
    answer = replay(made.inputs([1.0] + [0.1] * 4, starts=slow), policy, made.AT_ONCE)
    # The one that serves goes at tick 2; the other serves from 260 s on.
    assert moves(answer) == [(1, 1, 2), (2, 2, 1)]
    assert answer.minutes.serving.tolist() == pytest.approx([1.0, 1.0, 0.0, 0.0, 40 / 60])


def test_a_minute_at_the_objective_is_not_over_it() -> None:
    demand = made.inputs([0.8, 0.81, 0.1, 0.1, 0.1, 0.1], [100.0, 100.0, 900.0, 901.0, 1000.0, 1001.0])
    minutes = replay(demand, fixed_count(1), made.AT_ONCE)
    assert minutes.minutes.over_cpu.tolist() == [False, True, False, False, False, False]
    assert minutes.minutes.over_memory.tolist() == [False, False, False, True, True, True]
    assert minutes.minutes.oom.tolist() == [False] * 5 + [True]
    assert minutes.summary.over_min == 4


def test_a_minute_is_over_by_its_own_demand_not_by_what_waits() -> None:
    queued = changed(made.AT_ONCE, queue_limit_vcpu_min=5.0)
    answer = replay(made.inputs([3.0, 0.5, 0.5, 0.5, 0.5, 0.5]), fixed_count(1), queued)
    assert answer.minutes.over_cpu.tolist() == [True] + [False] * 5
    assert answer.summary.saturated_min == 4


@pytest.mark.parametrize("periods", [1, 2])
@pytest.mark.parametrize(
    ("comparison", "states"),
    [
        (Comparison.GREATER, "OOA"),
        (Comparison.GREATER_OR_EQUAL, "OAA"),
        (Comparison.LESS, "AOO"),
        (Comparison.LESS_OR_EQUAL, "AAO"),
    ],
)
def test_a_point_at_the_threshold_breaches_only_where_equality_does(
    comparison: Comparison, states: str, periods: int
) -> None:
    alarm = made.high(50.0, comparison=comparison, periods=periods, datapoints=periods)
    policy = made.policy((alarm,), (made.out(1),), tasks=4, least=4, most=4)
    for demand, state in zip((1.9, 2.0, 2.1), states, strict=True):
        last = replay(made.inputs([demand] * 6), policy, made.AT_ONCE).minutes.alarm_state[0, -1]
        assert last == (2 if state == "A" else 1)


def test_an_alarm_begins_without_data_and_may_keep_that() -> None:
    alarms = tuple(made.high(missing=missing) for missing in Missing)
    policy = made.policy(alarms, (made.out(0),), tasks=0, least=0)
    states = replay(made.inputs([0.0] * 4), policy, made.AT_ONCE).minutes.alarm_state
    assert states.tolist() == [[0] * 4, [0] * 4, [2] * 4, [1] * 4]


def test_the_points_of_a_longer_period_do_not_overlap() -> None:
    alarm = made.high(70.0, period_min=2, periods=2, datapoints=2)
    policy = made.policy((alarm,), (made.out(1),), tasks=10)
    # 10 % until minute 2, then 90: the points of minutes 4 and 6 are the first two clear of the rise.
    answer = replay(made.inputs([1.0] * 3 + [9.0] * 5), policy, made.AT_ONCE)
    assert moves(answer) == [(7, 10, 11)]


def test_a_longer_period_leaves_out_what_is_missing() -> None:
    metrics = np.array([[10.0, math.nan, 30.0], [50.0, math.nan, 40.0], [60.0, math.nan, 90.0]])
    assert kernel_rules.period_point(metrics, 0, 2, 3) == 20.0
    assert kernel_rules.period_point(metrics, 1, 2, 3) == 50.0
    assert kernel_rules.period_point(metrics, 0, 1, 5) == 10.0
    assert math.isnan(kernel_rules.period_point(metrics, 0, 1, 1))
    for cpu_low, memory_low, expected in ((10.0, 100.0, 2.0), (40.0, 50.0, 1.5)):
        joint = made.low(1.0, metric=Metric.JOINT, cpu_low=cpu_low, memory_low=memory_low, period_min=3)
        book = encode.candidates_of([made.policy((joint,), (made.into(),))], Model())
        assert kernel_rules.alarm_point(book.alarm, book.level, metrics, 0, 0, 2) == expected


def test_a_policy_judges_nothing_older_than_the_range() -> None:
    policy = made.policy((made.high(periods=2),), (made.out(1),))
    points = np.array([[50.0, math.nan, math.nan]])
    for extra, expected in ((0, True), (1, False)):
        book = encode.candidates_of([policy], Model(evaluation_extra=extra))
        assert math.isnan(kernel_rules.judged(book.alarm, points, 0, 0, 2, 0)) == expected


TRACKING = TargetTracking(target=50.0, out_cooldown_s=0, in_cooldown_s=1800)
FOLLOWS = tracking_alarms(Metric.CPU_AVERAGE, TRACKING, 0)


def test_target_tracking_goes_by_the_newest_point() -> None:
    policy = made.policy(FOLLOWS, (TRACKING,), tasks=10)
    # 60, 70 and 80 %: ceil(10 * 80 / 50).
    assert moves(replay(made.inputs([6.0, 7.0, 8.0, 0.0]), policy, made.AT_ONCE)) == [(3, 10, 16)]


def test_target_tracking_takes_back_no_launch_that_is_on_its_way() -> None:
    policy = made.policy(FOLLOWS, (TRACKING,), tasks=4)
    demand = made.inputs([3.2] * 3 + [2.2] * 5, starts=starts(3600))
    # At 55 % of four tasks five would do, but seven are asked for already.
    assert moves(replay(demand, policy, made.AT_ONCE)) == [(3, 4, 7)]


def test_target_tracking_has_a_cooldown_each_way() -> None:
    policy = made.policy(FOLLOWS, (TRACKING,), tasks=9)
    # 40 % of nine: eight, at tick 15. Then 25 % of eight: four, when 1800 s are over.
    answer = replay(made.inputs([3.6] * 20 + [2.0] * 40), policy, made.AT_ONCE)
    assert moves(answer) == [(15, 9, 8), (45, 8, 4)]


def test_a_pull_that_begins_after_the_recording_is_not_billed() -> None:
    policy = made.policy((made.high(),), (made.out(1),), tasks=1)
    late = replay(made.inputs([1.0] * 3, starts=Starts.fixed(500, 510, 520)), policy, made.AT_ONCE)
    assert late.summary.launched == 1
    assert late.summary.billed_s == 180


def test_the_minimum_of_a_minute_is_for_tasks_that_were_stopped() -> None:
    policy = made.policy((made.high(),), (made.out(1, cooldown_s=900),), tasks=1)
    answer = replay(made.inputs([1.0] * 2, starts=Starts.fixed(50, 55, 60)), policy, made.AT_ONCE)
    assert answer.summary.billed_s == 120 + 10


def test_tasks_of_a_slow_scale_out_are_ordered_by_decision_not_by_launch() -> None:
    steps = (StepAdjustment(lower=0.0, upper=30.0, adjustment=3), StepAdjustment(lower=30.0, adjustment=4))
    policy = made.policy(
        (made.high(60.0), made.low(policy=1)),
        (StepScaling(steps=steps, cooldown_s=0), made.into(-4)),
        tasks=1,
    )
    never = np.array([0, 0], dtype=np.int64)
    rows = Starts(pull_s=never, running_s=never, serving_s=np.array([0, 1000], dtype=np.int64))
    demand = made.inputs([0.7, 1.95, 0.1, 0.1], starts=rows, seed=seed_of(0, 0, 1, 0))
    answer = replay(demand, policy, changed(made.AT_ONCE, launch_rate_per_min=1))
    # Decided at 60, 120 and 180 s; a fourth at 120. The one of 180 s stays, and it does not serve yet.
    assert moves(answer) == [(1, 1, 4), (2, 4, 5), (3, 5, 1)]
    assert answer.minutes.running[3] == 1.0
    assert answer.minutes.serving[3] == 0.0


def test_an_activity_names_the_value_that_its_own_policy_judged() -> None:
    memory = made.high(50.0, policy=1, metric=Metric.MEMORY_AVERAGE)
    policy = made.policy(
        (made.high(), memory), (made.out(2, cooldown_s=600), made.out(1, cooldown_s=0)), tasks=2
    )
    answer = replay(made.inputs([1.9] * 6, 600.0), policy, made.AT_ONCE)
    assert moves(answer) == [(1, 2, 4)]
    assert answer.activities[0].value == pytest.approx(95.0)
