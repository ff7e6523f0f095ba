"""What holds for every replay, whatever the demand and the policy."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace as changed
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from amount import some
from trimtab.replay.inputs import Inputs, Interruptions, Load, Model, ReplayLimits, Starts, Task
from trimtab.replay.policy import (
    AdjustmentType,
    Aggregation,
    Comparison,
    Metric,
    Missing,
    Policy,
    PolicyAlarm,
    StepAdjustment,
    StepScaling,
    TargetTracking,
    fixed_count,
    tracking_alarms,
)
from trimtab.replay.run import replay, replay_many
from trimtab.replay.spot import spot_interruptions

if TYPE_CHECKING:
    from trimtab.replay.result import Replay

LONGEST = 90
seconds = st.integers(0, 400)


@st.composite
def inputs(draw: st.DrawFn) -> Inputs:
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    minutes = draw(st.integers(1, LONGEST))
    level = draw(st.sampled_from((0.0, 0.5, 3.0, 20.0)))
    levels = level * random.choice([0.0, 0.3, 1.0, 2.5], size=minutes, p=[0.1, 0.3, 0.5, 0.1])
    rows = np.cumsum(random.integers(0, draw(st.integers(1, 150)), size=(3, 5)), axis=0).astype(np.int64)
    return Inputs(
        load=Load(
            cpu_vcpu=np.repeat(levels, draw(st.integers(1, 9)))[:minutes],
            memory_mib=random.uniform(100.0, 1100.0, minutes),
            hottest_ratio=random.uniform(1.0, 1.5, minutes),
            memory_slope_mib_per_vcpu=draw(st.sampled_from((0.0, 200.0))),
        ),
        task=Task(vcpu=1.0, memory_mib=1000.0, price_usd_hour=0.05, overhead_vcpu=0.1, overhead_mib=50.0),
        starts=Starts(pull_s=rows[0], running_s=rows[1], serving_s=rows[2]),
        objective=ReplayLimits(cpu_share=0.8, memory_share=0.9),
        deregistration_delay_s=draw(seconds),
        shutdown_s=draw(seconds),
        seed=draw(st.integers(0, 2**64 - 1)),
        no_scale_in=random.random(minutes) < draw(st.sampled_from((0.0, 0.3))),
        interruptions=draw(st.none() | interruptions(minutes)),
    )


def interruptions(minutes: int) -> st.SearchStrategy[Interruptions]:
    return st.builds(
        spot_interruptions,
        st.just(minutes),
        events_per_day=st.sampled_from((0.0, 50.0, 500.0)),
        share_percent=st.integers(1, 100),
        capacity_wait_s=seconds,
        seed=st.integers(0, 9),
    )


@st.composite
def scalings(draw: st.DrawFn) -> StepScaling:
    kind = draw(st.sampled_from(AdjustmentType))
    width = draw(st.sampled_from((1.0, 10.0)))
    change = st.integers(0, 12) if kind is AdjustmentType.EXACT else st.integers(-60, 120)
    bounds = ((-math.inf, -width), (-width, 0.0), (0.0, width), (width, math.inf))
    first, last = draw(st.sampled_from(((0, 2), (2, 4), (0, 4))))
    steps = tuple(
        StepAdjustment(lower=lower, upper=upper, adjustment=draw(change))
        for lower, upper in bounds[first:last]
    )
    return StepScaling(
        steps=steps,
        cooldown_s=draw(seconds),
        adjustment_type=kind,
        min_magnitude=draw(st.integers(0, 3)) if kind is AdjustmentType.PERCENT else 0,
        aggregation=draw(st.sampled_from(Aggregation)),
    )


@st.composite
def alarms(draw: st.DrawFn, policies: int) -> PolicyAlarm:
    metric = draw(st.sampled_from(Metric))
    periods = draw(st.integers(1, 6))
    return PolicyAlarm(
        metric=metric,
        comparison=draw(st.sampled_from(Comparison)),
        threshold=1.0 if metric is Metric.JOINT else draw(st.sampled_from((0.0, 30.0, 50.0, 70.0, 100.0))),
        periods=periods,
        datapoints=draw(st.integers(1, periods)),
        period_min=draw(st.sampled_from((1, 1, 1, 2, 5))),
        missing=draw(st.sampled_from(Missing)),
        cpu_low=40.0,
        memory_low=60.0,
        policy=draw(st.integers(0, policies - 1)),
    )


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    least = draw(st.integers(0, 5))
    most = least + draw(st.integers(0, 20))
    scaling = tuple(draw(st.lists(scalings(), min_size=1, max_size=3)))
    watching = tuple(draw(st.lists(alarms(len(scaling)), min_size=1, max_size=5)))
    if draw(st.booleans()):
        tracking = TargetTracking(target=50.0, out_cooldown_s=60, in_cooldown_s=120)
        watching += tracking_alarms(Metric.CPU_AVERAGE, tracking, len(scaling))
        scaling = (*scaling, tracking)  # type: ignore[assignment]
    return Policy(
        min_tasks=least,
        max_tasks=most,
        initial_tasks=draw(st.integers(least, most)),
        alarms=watching,
        policies=scaling,
    )


models = st.builds(
    Model,
    publication_delay_s=st.sampled_from((0, 60, 119, 120)),
    evaluation_extra=st.integers(0, 3),
    aggregate=st.sampled_from(("alarm", "latest")),
    in_activity_s=st.sampled_from((0, 90)),
    launch_rate_per_min=st.sampled_from((1, 7, 500)),
    cooldown_blocks_in=st.booleans(),
    queue_limit_vcpu_min=st.sampled_from((0.0, 5.0, 1e6)),
)


def assert_same(one: Replay, other: Replay) -> None:
    assert one.summary == other.summary
    assert one.activities == other.activities
    for field in one.minutes.__dataclass_fields__:
        left, right = getattr(one.minutes, field), getattr(other.minutes, field)
        assert np.array_equal(left, right, equal_nan=left.dtype.kind == "f"), field


@settings(deadline=None, max_examples=some(300))
@given(inputs(), policies(), models)
def test_the_compiled_kernel_is_its_plain_source_to_the_last_bit(
    service: Inputs, policy: Policy, model: Model
) -> None:
    assert_same(replay(service, policy, model), replay(service, policy, model, compiled=False))


@settings(deadline=None, max_examples=some(300))
@given(inputs(), policies(), models)
def test_the_desired_count_stays_within_its_bounds_and_moves_only_by_activities(
    service: Inputs, policy: Policy, model: Model
) -> None:
    answer = replay(service, policy, model)
    desired = answer.minutes.desired
    assert policy.min_tasks <= desired.min() <= desired.max() <= policy.max_tasks
    count = policy.initial_tasks
    expected = np.empty_like(desired)
    moves = {activity.minute: activity for activity in answer.activities}
    for minute in range(desired.size):
        if minute in moves:
            assert moves[minute].before == count != moves[minute].after
            count = moves[minute].after
        expected[minute] = count
    assert np.array_equal(desired, expected)


@settings(deadline=None, max_examples=some(300))
@given(inputs(), policies(), models)
def test_what_a_replay_counts_adds_up(service: Inputs, policy: Policy, model: Model) -> None:
    answer = replay(service, policy, model)
    minutes, summary = answer.minutes, answer.summary
    assert (minutes.serving <= minutes.running + 1e-9).all()
    assert (minutes.running <= np.maximum(minutes.desired, minutes.billed_s / 60) + 1e-9).all()
    # Every RUNNING second is billed; the bill's minimum comes on top of the minutes'.
    assert (minutes.billed_s >= np.round(60 * minutes.running)).all()
    assert int(minutes.billed_s.sum()) <= summary.billed_s
    assert summary.billed_s <= int(minutes.billed_s.sum()) + 60 * (summary.launched + policy.initial_tasks)
    assert summary.cost_usd == summary.billed_s / 3600 * service.task.price_usd_hour
    capacity = minutes.serving * (service.task.vcpu - service.task.overhead_vcpu)
    assert (minutes.served_vcpu <= capacity + 1e-9).all()
    grown = [activity.after - activity.before for activity in answer.activities]
    assert summary.launched == sum(change for change in grown if change > 0) + summary.interrupted
    assert summary.direction_changes == sum(a * b < 0 for a, b in itertools.pairwise(grown))
    over = minutes.over_cpu | minutes.over_memory
    assert (summary.over_min, summary.oom_min) == (over.sum(), minutes.oom.sum())


@settings(deadline=None, max_examples=some(300))
@given(inputs(), policies(), models)
def test_work_is_served_waits_or_is_lost_and_none_is_made(
    service: Inputs, policy: Policy, model: Model
) -> None:
    minutes = replay(service, policy, model).minutes
    before = np.concatenate(([0.0], minutes.backlog_vcpu_min[:-1]))
    lost = minutes.demand_vcpu + before - minutes.served_vcpu - minutes.backlog_vcpu_min
    assert (lost >= -1e-9).all()
    assert (minutes.backlog_vcpu_min <= model.queue_limit_vcpu_min).all()
    full = minutes.backlog_vcpu_min == model.queue_limit_vcpu_min
    assert (lost[~full] <= 1e-9).all()


@settings(deadline=None, max_examples=some(100))
@given(inputs(), policies(), st.integers(0, 30), models)
def test_a_policy_that_never_fires_is_the_fixed_count(
    service: Inputs, policy: Policy, tasks: int, model: Model
) -> None:
    deaf = tuple(
        changed(alarm, threshold=1e9, comparison=Comparison.GREATER, missing=Missing.NOT_BREACHING)
        for alarm in policy.alarms
    )
    never = changed(policy, alarms=deaf, min_tasks=0, max_tasks=40, initial_tasks=tasks)
    answer, fixed = replay(service, never, model), replay(service, fixed_count(tasks), model)
    assert answer.summary == fixed.summary
    assert service.interruptions or answer.summary.billed_s == 60 * tasks * service.load.minutes
    assert np.array_equal(answer.minutes.serving, fixed.minutes.serving)


@settings(deadline=None, max_examples=some(100))
@given(inputs(), st.integers(0, 12), st.floats(1.0, 10.0), models)
def test_more_demand_never_costs_less_nor_goes_better_at_a_fixed_count(
    service: Inputs, tasks: int, factor: float, model: Model
) -> None:
    more = changed(service, load=changed(service.load, cpu_vcpu=service.load.cpu_vcpu * factor))
    one, other = replay(service, fixed_count(tasks), model), replay(more, fixed_count(tasks), model)
    assert other.summary.cost_usd >= one.summary.cost_usd
    for name in ("over_cpu_min", "over_memory_min", "oom_min", "saturated_min"):
        assert getattr(other.summary, name) >= getattr(one.summary, name)


@settings(deadline=None, max_examples=some(100))
@given(inputs(), st.lists(policies(), min_size=1, max_size=6), models, st.randoms(use_true_random=False))
def test_a_candidate_does_not_know_its_batch(
    service: Inputs, batch: list[Policy], model: Model, random: object
) -> None:
    order = list(range(len(batch)))
    random.shuffle(order)  # type: ignore[attr-defined]
    together = replay_many(service, [batch[i] for i in order], model)
    for place, candidate in enumerate(order):
        assert together[place] == replay(service, batch[candidate], model).summary


@settings(deadline=None, max_examples=some(200))
@given(inputs(), policies(), models)
def test_the_future_changes_nothing_that_was(service: Inputs, policy: Policy, model: Model) -> None:
    """Cutting a recording short leaves the minutes before the cut as they were."""
    load, half = service.load, (service.load.minutes + 1) // 2
    short = changed(
        service,
        load=changed(
            load,
            cpu_vcpu=load.cpu_vcpu[:half],
            memory_mib=load.memory_mib[:half],
            hottest_ratio=load.hottest_ratio[:half],
        ),
        no_scale_in=service.no_scale_in[:half] if service.no_scale_in is not None else None,
        interruptions=service.interruptions
        and changed(service.interruptions, share_percent=service.interruptions.share_percent[:half].copy()),
    )
    whole, part = replay(service, policy, model), replay(short, policy, model)
    for field in part.minutes.__dataclass_fields__:
        left, right = getattr(whole.minutes, field)[..., :half], getattr(part.minutes, field)
        assert np.array_equal(left, right, equal_nan=left.dtype.kind == "f"), field
