"""A replay by leaps is the kernel's, total for total, on whatever it takes; and it takes no more."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amount import some
from trimtab.demand.schedule import Bounds
from trimtab.replay.batch import Batches
from trimtab.replay.inputs import Inputs, Load, Model, ReplayLimits, Starts, Task
from trimtab.replay.kernel import encode
from trimtab.replay.kernel.bits import all_of, at_least, below, counted, first_of, joined
from trimtab.replay.kernel.kernel import kernel
from trimtab.replay.kernel.tables import TOTALS
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
from trimtab.replay.spot import spot_interruptions

MOST_MINUTES = 700
MOST_TASKS = 5000
KINDLY_MISSING = [one.value for one in Missing if one is not Missing.BREACHING]
LEAPT = (Metric.CPU_AVERAGE, Metric.CPU_MAXIMUM, Metric.MEMORY_AVERAGE, Metric.JOINT, Metric.REQUESTS_FILLED)


def inputs(random: np.random.Generator) -> Inputs:
    """Demand of a few shapes, from calm to bursts, on tasks that start in seconds or in minutes."""
    minutes = int(random.integers(1, MOST_MINUTES))
    level = random.choice([0.5, 3.0, 20.0])
    shape = random.integers(0, 4)
    if shape == 0:
        demand = np.full(minutes, level)
    elif shape == 1:
        demand = level * random.choice([0.0, 0.3, 1.0, 2.5], size=minutes, p=[0.1, 0.3, 0.5, 0.1])
    elif shape == 2:
        demand = level * (1 + np.sin(np.arange(minutes) / random.integers(5, 200)))
    else:
        demand = np.repeat(level * random.exponential(1.0, minutes), random.integers(1, 90))[:minutes]
    rows = np.cumsum(random.integers(0, random.integers(1, 150), size=(3, 5)), axis=0).astype(np.int64)
    return Inputs(
        load=Load(
            cpu_vcpu=demand,
            memory_mib=random.uniform(100.0, random.choice([300.0, 1100.0]), minutes),
            hottest_ratio=random.uniform(1.0, 1.5, minutes),
            requests=np.where(random.random(minutes) < 0.1, 0.0, demand * random.uniform(20, 40, minutes)),
            memory_slope_mib_per_vcpu=float(random.choice([0.0, 200.0])),
        ),
        task=Task(
            vcpu=1.0,
            memory_mib=1000.0,
            price_usd_hour=0.05,
            overhead_vcpu=0.1,
            overhead_mib=50.0,
            idle_vcpu=float(random.choice([0.0, 0.05])),
            boot_vcpu=float(random.choice([0.0, 0.3])),
        ),
        starts=Starts(pull_s=rows[0], running_s=rows[1], serving_s=rows[2]),
        objective=ReplayLimits(cpu_share=0.8, memory_share=0.9),
        deregistration_delay_s=int(random.integers(0, 400)),
        shutdown_s=int(random.integers(0, 100)),
        seed=int(random.integers(0, 2**63)),
        no_scale_in=random.random(minutes) < random.choice([0.0, 0.3]),
    )


def scaling(random: np.random.Generator) -> StepScaling:
    kind = AdjustmentType(int(random.choice([0, 0, 0, 1, 2])))
    least, most = (0, 12) if kind is AdjustmentType.EXACT else (-60, 120)
    if kind is AdjustmentType.CHANGE:
        least, most = -4, 6
    width = float(random.choice([0.2, 1.0, 10.0]))
    bounds = ((-math.inf, -width), (-width, 0.0), (0.0, width), (width, math.inf))
    first, last = ((0, 2), (2, 4), (0, 4), (3, 4))[random.integers(0, 4)]
    return StepScaling(
        steps=tuple(
            StepAdjustment(lower=lower, upper=upper, adjustment=int(random.integers(least, most)))
            for lower, upper in bounds[first:last]
        ),
        # Without one a policy acts again while the tasks of its last step still start.
        cooldown_s=int(random.choice([0, random.integers(0, 600)], p=[0.3, 0.7])),
        adjustment_type=kind,
        min_magnitude=int(random.integers(0, 4)) if kind is AdjustmentType.PERCENT else 0,
        aggregation=Aggregation(int(random.integers(0, 3))),
    )


def alarm(random: np.random.Generator, policies: int, longest: int) -> PolicyAlarm:
    metric = LEAPT[random.integers(0, len(LEAPT))]
    periods = int(random.choice([1, 2, 3, 10, 17, longest]))
    thresholds = [0.3, 0.7, 1.0, 1.5] if metric is Metric.JOINT else [0.0, 20.0, 30.0, 50.0, 70.0, 100.0]
    return PolicyAlarm(
        metric=metric,
        comparison=list(Comparison)[random.integers(0, 4)],
        threshold=float(random.choice(thresholds)),
        periods=periods,
        datapoints=periods if random.random() < 0.5 else int(random.integers(1, periods + 1)),
        missing=Missing.NOT_BREACHING,
        cpu_low=40.0,
        memory_low=60.0,
        requests_low=float(random.choice([0.0, 12.0])) if metric is Metric.JOINT else 0.0,
        policy=int(random.integers(0, policies)),
    )


def policy(random: np.random.Generator, longest: int = 60) -> Policy:
    """Return one that leaps take."""
    least = int(random.integers(1, 6))
    most = least + int(random.choice([0, 3, 20, 60]))
    policies = tuple(scaling(random) for _ in range(random.integers(1, 4)))
    count = int(random.integers(0, 5))
    return Policy(
        min_tasks=least,
        max_tasks=most,
        initial_tasks=int(random.integers(least, most + 1)),
        alarms=tuple(alarm(random, len(policies), longest) for _ in range(count)),
        policies=policies,
        changes=changes(random, most) if random.random() < 0.4 else (),
    )


def changes(random: np.random.Generator, most: int) -> tuple[Bounds, ...]:
    """Return bounds by the clock: minima and maxima that go up and down, now and then minute after minute."""
    minutes = random.choice(MOST_MINUTES, size=random.integers(1, 9), replace=False)
    if random.random() < 0.3:
        minutes = minutes[0] + np.arange(minutes.size)
    drawn = np.sort(random.integers(1, most + 9, size=(minutes.size, 2)), axis=1)
    return tuple(
        Bounds(minute=int(minute), min_tasks=int(low), max_tasks=int(high))
        for minute, (low, high) in zip(np.sort(minutes), drawn, strict=True)
    )


def tracking(random: np.random.Generator) -> Policy:
    """Return one of AWS's target tracking, on one metric or more, now and then beside steps."""
    base = policy(random)
    alone = random.random() < 0.7
    policies: tuple[StepScaling | TargetTracking, ...] = () if alone else base.policies
    alarms = () if alone else base.alarms
    for metric in random.permutation([Metric.CPU_AVERAGE, Metric.MEMORY_AVERAGE])[: random.integers(1, 3)]:
        target = TargetTracking(
            target=float(random.choice([20, 35, 50, 70, 90])),
            out_cooldown_s=int(random.choice([0, 60, 300])),
            in_cooldown_s=int(random.choice([0, 60, 300])),
            scale_in_enabled=bool(random.random() < 0.8),
        )
        pair = tracking_alarms(Metric(metric), target, len(policies))
        lengths = (3, 15) if random.random() < 0.5 else random.integers(1, 30, size=2)
        watched = [
            replace(
                one, periods=int(n), datapoints=int(n), missing=Missing(int(random.choice(KINDLY_MISSING)))
            )
            for one, n in zip(pair, lengths, strict=True)
        ]
        alarms = (*alarms, *watched) if random.random() < 0.5 else (*watched, *alarms)
        policies = (*policies, target)
    return replace(base, alarms=alarms, policies=policies)


def drawn(random: np.random.Generator) -> list[Policy]:
    """Return a batch of both kinds."""
    return [*(policy(random) for _ in range(6)), *(tracking(random) for _ in range(3))]


def model(random: np.random.Generator) -> Model:
    return Model(
        publication_delay_s=int(random.choice([0, 60, 120, 180])),
        aggregate="latest" if random.random() < 0.2 else "alarm",
        in_activity_s=int(random.choice([0, 90])),
        launch_rate_per_min=int(random.choice([1, 7, 500])),
    )


def kernels(service: Inputs, batch: list[Policy], choices: Model) -> np.ndarray:
    """Return the totals as the kernel has them."""
    totals = encode.totals_of(len(batch))
    space = encode.scratch_of(service.load.minutes, 5000), encode.trace_of(0)
    tables = encode.recording_of(service), encode.site_of(service, choices)
    kernel()(*tables, encode.candidates_of(batch, choices), *space, totals)
    return totals


@settings(max_examples=some(250), deadline=None)
@given(st.integers(0, 2**32))
def test_leaps_come_to_what_the_kernel_comes_to(seed: int) -> None:
    random = np.random.default_rng(seed)
    service, choices = inputs(random), model(random)
    batch = drawn(random)
    batches, tables = Batches(service, choices), encode.candidates_of(batch, choices)
    assert batches.leapable(tables).all()
    wanted = kernels(service, batch, choices)
    assert np.array_equal(batches.totals(tables), wanted)
    # What was worked out for the first is there for the next, in another order.
    again = encode.candidates_of(batch[::-1], choices)
    assert np.array_equal(batches.totals(again), wanted[::-1])


def test_what_was_replayed_is_not_replayed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever room for steps its table has, and beside candidates that are new."""
    random = np.random.default_rng(5)
    service, choices = inputs(random), model(random)
    batch = drawn(random)
    seen: dict[bytes, np.ndarray] = {}
    first = Batches(service, choices, seen).totals(encode.candidates_of(batch[:5], choices))
    replayed: list[int] = []
    totals = Batches._totals  # noqa: SLF001 - counted, and called
    monkeypatch.setattr(
        Batches, "_totals", lambda self, book: replayed.append(len(book.bounds)) or totals(self, book)
    )
    every = Batches(service, choices, seen).totals(encode.candidates_of(batch, choices))
    assert replayed == [4]
    assert np.array_equal(every[:5], first)
    assert np.array_equal(every, kernels(service, batch, choices))


def test_seeded_draws_come_to_the_same_too() -> None:
    """As few as notice each break of tools/mutate_replay.py, which runs them without the compiler."""
    for seed in range(60):
        random = np.random.default_rng(seed)
        service, choices = inputs(random), model(random)
        batch = drawn(random)
        batches, tables = Batches(service, choices), encode.candidates_of(batch, choices)
        assert np.array_equal(batches.totals(tables), kernels(service, batch, choices)), seed


def test_what_is_leapt_through_does_something() -> None:
    """Else the comparison would compare nothing."""
    acted = turned = over = wrong = 0
    for seed in range(200):
        random = np.random.default_rng(seed)
        service, choices = inputs(random), model(random)
        batch = drawn(random)
        totals = kernels(service, batch, choices)
        acted, turned = acted + (totals[:, 6] > 0).sum(), turned + (totals[:, 7] > 5).sum()
        over, wrong = over + (totals[:, 1] > 0).sum(), wrong + (totals[:, 4] > 0).sum()
    assert min(acted, over, wrong) > 300
    assert turned > 30


CALM = policy(np.random.default_rng(4))
STEP = StepScaling(steps=(StepAdjustment(adjustment=1, lower=0.0),), cooldown_s=60)
WATCH = PolicyAlarm(
    metric=Metric.CPU_AVERAGE,
    comparison=Comparison.GREATER,
    threshold=50.0,
    periods=3,
    datapoints=2,
    policy=0,
    missing=Missing.NOT_BREACHING,
)


def watched(**changes: object) -> Policy:
    watch = replace(WATCH, **changes)  # type: ignore[arg-type]
    return Policy(min_tasks=1, max_tasks=9, initial_tasks=2, alarms=(watch,), policies=(STEP,))


def jump(cpu_vcpu: list[float]) -> Inputs:
    """Demand by the minute, on tasks that start in a second."""
    service = replace(inputs(np.random.default_rng(1)), no_scale_in=None)
    minutes = len(cpu_vcpu)
    load = replace(
        service.load,
        cpu_vcpu=np.array(cpu_vcpu),
        memory_mib=np.full(minutes, 100.0),
        hottest_ratio=np.ones(minutes),
        requests=None,
    )
    second = np.ones(1, dtype=np.int64)
    return replace(service, load=load, starts=Starts(pull_s=second, running_s=second, serving_s=second))


@pytest.mark.parametrize(
    ("kind", "little", "much"), [(AdjustmentType.PERCENT, 10, 200), (AdjustmentType.EXACT, 5, 9)]
)
def test_a_larger_step_within_the_cooldown_is_not_leapt_over(
    kind: AdjustmentType, little: int, much: int
) -> None:
    steps = (
        StepAdjustment(adjustment=little, lower=0.0, upper=20.0),
        StepAdjustment(adjustment=much, lower=20.0),
    )
    out = StepScaling(steps=steps, cooldown_s=3600, adjustment_type=kind)
    watch = replace(WATCH, periods=1, datapoints=1)
    asked = Policy(min_tasks=1, max_tasks=20, initial_tasks=4, alarms=(watch,), policies=(out,))
    service = jump([2.2] * 10 + [20.0] * 10)
    batches, tables = Batches(service, Model()), encode.candidates_of([asked], Model())
    assert batches.leapable(tables).all()
    found = batches.totals(tables)
    assert found[0, TOTALS.index("activities")] == 2  # the second long before the clock of the first is out
    assert np.array_equal(found, kernels(service, [asked], Model()))


def test_of_equal_proposals_the_first_alarm_wins_and_its_cooldown_begins() -> None:
    target = TargetTracking(target=50.0, in_cooldown_s=0)
    step = StepScaling(steps=(StepAdjustment(adjustment=-1, upper=0.0),), cooldown_s=3600)
    low = replace(WATCH, comparison=Comparison.LESS, threshold=45.0, periods=15, datapoints=15, policy=1)
    asked = Policy(
        min_tasks=1,
        max_tasks=9,
        initial_tasks=4,
        alarms=(*tracking_alarms(Metric.CPU_AVERAGE, target, 0), low),
        policies=(target, step),
    )
    # Of four tasks both take one away; of three the step alone, and after it an hour passes.
    service = jump([1.2] * 22)
    batches, tables = Batches(service, Model()), encode.candidates_of([asked], Model())
    assert batches.leapable(tables).all()
    found = batches.totals(tables)
    assert found[0, TOTALS.index("activities")] == 2
    assert np.array_equal(found, kernels(service, [asked], Model()))


NOT_TAKEN = {
    "a period of five minutes": watched(period_min=5),
    "a range that no word holds": watched(periods=62),
    "missing data that breaches": watched(missing=Missing.BREACHING),
    "requests": watched(metric=Metric.REQUESTS),
    "none at times": fixed_count(0),
    "no task by the clock": replace(watched(), changes=(Bounds(minute=5, min_tasks=0, max_tasks=9),)),
    "a fleet that no memory holds": replace(watched(), max_tasks=MOST_TASKS),
    "one that none holds at times": replace(
        watched(), changes=(Bounds(minute=5, min_tasks=1, max_tasks=MOST_TASKS),)
    ),
}


@pytest.mark.parametrize("refused", NOT_TAKEN.values(), ids=NOT_TAKEN)
def test_what_leaps_do_not_take_the_kernel_does(refused: Policy) -> None:
    service = replace(inputs(np.random.default_rng(1)), no_scale_in=None)
    load = service.load
    if refused.most_tasks == MOST_TASKS:  # which takes a month to be too much
        service = replace(
            service,
            load=replace(
                load,
                **{
                    name: np.resize(getattr(load, name), 40_000)
                    for name in ("cpu_vcpu", "memory_mib", "hottest_ratio", "requests")
                },
            ),
        )
    load = replace(service.load, requests=service.load.cpu_vcpu * 100)
    service = replace(service, load=load)
    batch = [watched(), refused, watched(threshold=70.0)]
    batches, tables = Batches(service, Model()), encode.candidates_of(batch, Model())
    assert batches.leapable(tables).tolist() == [True, False, True]
    assert np.array_equal(batches.totals(tables), kernels(service, batch, Model()))


@pytest.mark.parametrize(
    "choices", [Model(queue_limit_vcpu_min=3.0), Model(cooldown_blocks_in=False)], ids=["a queue", "no block"]
)
def test_models_that_leaps_do_not_take_the_kernel_does(choices: Model) -> None:
    random = np.random.default_rng(8)
    service, batch = inputs(random), [policy(random) for _ in range(9)]
    batches, tables = Batches(service, choices), encode.candidates_of(batch, choices)
    assert not batches.leapable(tables).any()
    assert np.array_equal(batches.totals(tables), kernels(service, batch, choices))


def test_interruptions_are_the_kernels() -> None:
    random = np.random.default_rng(9)
    service, batch = inputs(random), [policy(random) for _ in range(9)]
    taken = spot_interruptions(service.load.minutes, events_per_day=50.0, seed=1)
    service = replace(service, interruptions=taken)
    batches, tables = Batches(service, Model()), encode.candidates_of(batch, Model())
    assert not batches.leapable(tables).any()
    assert np.array_equal(batches.totals(tables), kernels(service, batch, Model()))


words = st.integers(0, 2**64 - 1)


@settings(max_examples=some(300), deadline=None)
@given(words, words, st.integers(1, 61), st.integers(1, 4), st.data())
def test_bits_are_what_counting_one_by_one_says(
    past: int, word: int, length: int, ago: int, data: st.DataObject
) -> None:
    length = min(length, 64 - ago)
    least = data.draw(st.integers(1, length))
    bits = [(past >> i) & 1 for i in range(64)] + [(word >> i) & 1 for i in range(64)]
    with np.errstate(over="ignore"):
        early, late = np.uint64(past), np.uint64(word)
        assert counted(late) == sum(bits[64:])
        assert first_of(late) == next((i for i in range(64) if bits[64 + i]), 64)
        assert int(below(length)) == 2**length - 1
        assert int(joined(early, late, length)) == sum(bits[length + i] << i for i in range(64))
        sums = [sum(bits[64 + i - ago - length + 1 : 64 + i - ago + 1]) for i in range(64)]
        assert int(at_least(early, late, least, length, ago)) == sum(
            (n >= least) << i for i, n in enumerate(sums)
        )
        assert int(all_of(early, late, length, ago)) == sum((n == length) << i for i, n in enumerate(sums))
