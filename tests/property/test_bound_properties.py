"""The bound against every schedule there is, in seconds, on small cases; and against replays."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from amount import some
from trimtab.replay.bound import clairvoyant_bound, lower_bound, overhead, required_tasks
from trimtab.replay.inputs import Inputs, Load, Model, ReplayLimits, Starts, Task
from trimtab.replay.policy import (
    AdjustmentType,
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
from trimtab.replay.run import replay

if TYPE_CHECKING:
    from collections.abc import Iterator

PRICE = 3600.0  # USD/h: a dollar a task-second
MINUTE = 60
MOST = 3


@dataclass(frozen=True)
class Present:
    """One task of a schedule: its seconds, as the page counts them."""

    pull: int
    running: int
    serving: int
    out: int | None = None


@dataclass(frozen=True)
class Case:
    cpu: tuple[float, ...]
    memory: tuple[float, ...]
    slope: float
    rows: tuple[tuple[int, int, int], ...]
    drain: int
    floor: int
    rate: int

    @property
    def horizon(self) -> int:
        return MINUTE * len(self.cpu)

    def inputs(self) -> Inputs:
        pull, running, serving = np.array(self.rows, dtype=np.int64).T.copy()
        return Inputs(
            load=Load(
                cpu_vcpu=np.array(self.cpu),
                memory_mib=np.array(self.memory),
                hottest_ratio=np.ones(len(self.cpu)),
                memory_slope_mib_per_vcpu=self.slope,
            ),
            task=Task(vcpu=1.0, memory_mib=1000.0, price_usd_hour=PRICE),
            starts=Starts(pull_s=pull, running_s=running, serving_s=serving),
            objective=ReplayLimits(cpu_share=0.5, memory_share=0.8),
            deregistration_delay_s=self.drain,
            shutdown_s=0,
        )

    def bound_s(self, violated_minutes: int) -> float:
        need = required_tasks(self.inputs(), floor=self.floor, max_tasks=MOST)
        cost = overhead(
            self.inputs().starts,
            drain_s=self.drain,
            largest_launch=MOST - self.floor,
            launch_rate_per_min=self.rate,
            memory_decides=need.memory_decides,
        )
        return lower_bound(need, cost, price_usd_hour=PRICE, violated_minutes=violated_minutes).billed_s


def seconds_within(task: Present, since: int, minute: int) -> int:
    end = MINUTE * (minute + 1) if task.out is None else min(MINUTE * (minute + 1), task.out)
    return max(0, end - max(since, MINUTE * minute))


def billed_s(case: Case, tasks: tuple[Present, ...]) -> int:
    total = 0
    for task in tasks:
        stop = case.horizon + 1 if task.out is None else task.out + case.drain
        seconds = min(stop, case.horizon) - min(task.pull, case.horizon)
        total += max(seconds, MINUTE) if stop <= case.horizon else seconds
    return total


def violated(case: Case, tasks: tuple[Present, ...]) -> int:
    over = 0
    for minute, (cpu, memory) in enumerate(zip(case.cpu, case.memory, strict=True)):
        serving = sum(seconds_within(task, task.serving, minute) for task in tasks)
        running = sum(seconds_within(task, task.running, minute) for task in tasks)
        capacity = serving / MINUTE
        held = memory + case.slope * min(cpu, capacity) / (running / MINUTE) if running else 0.0
        over += cpu > 0.5 * capacity or held > 0.8 * 1000
    return over


def schedules(case: Case, tasks: tuple[Present, ...], tick: int) -> Iterator[tuple[Present, ...]]:
    """Every way to go on from ``tick``: the earliest running tasks leave, launches take any row."""
    now = MINUTE * tick
    if now == case.horizon:
        yield tasks
        return
    here = [index for index, task in enumerate(tasks) if task.out is None]
    running = [index for index in here if tasks[index].running <= now]
    for leave in range(max(len(running) - case.floor, 0) + 1):
        left = tuple(
            Present(task.pull, task.running, task.serving, now) if index in running[:leave] else task
            for index, task in enumerate(tasks)
        )
        for launch in range(MOST - len(here) + leave + 1):
            for rows in itertools.product(case.rows, repeat=launch):
                decided = [now + MINUTE * j // case.rate for j in range(launch)]
                new = tuple(
                    Present(*(at + delay for delay in row)) for at, row in zip(decided, rows, strict=True)
                )
                yield from schedules(case, left + new, tick + 1)


def cheapest(case: Case) -> dict[int, int]:
    """Least bill by number of violated minutes."""
    best: dict[int, int] = {}
    for initial in range(case.floor, MOST + 1):
        for tasks in schedules(case, (Present(0, 0, 0),) * initial, 0):
            over, cost = violated(case, tasks), billed_s(case, tasks)
            best[over] = min(cost, best.get(over, cost))
    return best


def least(best: dict[int, int], allowed: int) -> float:
    return min((cost for over, cost in best.items() if over <= allowed), default=float("inf"))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    minutes = draw(st.integers(2, 4))
    delays = st.tuples(st.integers(0, 70), st.integers(0, 70), st.integers(0, 70))
    rows = tuple(
        (p, p + r, p + r + s)
        for p, r, s in draw(st.lists(delays, min_size=1, max_size=2 if minutes < 4 else 1))
    )
    return Case(
        cpu=tuple(
            draw(
                st.lists(st.sampled_from((0.0, 0.1, 0.5, 0.6, 0.9, 1.3)), min_size=minutes, max_size=minutes)
            )
        ),
        memory=tuple(
            draw(st.lists(st.sampled_from((300.0, 600.0, 900.0)), min_size=minutes, max_size=minutes))
        ),
        slope=draw(st.sampled_from((0.0, 300.0, 600.0))),
        rows=rows,
        drain=draw(st.sampled_from((0, 30, 90, 200))),
        floor=draw(st.integers(0, 1)),
        rate=draw(st.sampled_from((1, 3, 500))),
    )


@settings(deadline=None, max_examples=some(40))
@given(cases())
def test_no_schedule_of_seconds_bills_less_than_the_bound_for_its_violated_minutes(case: Case) -> None:
    best = cheapest(case)
    for allowed in range(len(case.cpu) + 1):
        assert case.bound_s(allowed) <= least(best, allowed)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Eager policies: short alarms and cooldowns, so that an hour holds many launches and stops."""
    low = draw(st.integers(0, 2))
    high = low + draw(st.integers(1, 12))
    initial = draw(st.integers(low, high))
    metric = draw(st.sampled_from((Metric.CPU_AVERAGE, Metric.MEMORY_AVERAGE, Metric.CPU_MAXIMUM)))
    cooldown = st.sampled_from((0, 30, 60, 180))
    if draw(st.booleans()):
        tracking = TargetTracking(target=40, out_cooldown_s=draw(cooldown), in_cooldown_s=draw(cooldown))
        return Policy(
            min_tasks=low,
            max_tasks=high,
            initial_tasks=initial,
            alarms=tracking_alarms(metric, tracking, 0),
            policies=(tracking,),
        )
    out = StepScaling(
        steps=(StepAdjustment(adjustment=draw(st.integers(1, 200)), lower=0.0),),
        cooldown_s=draw(cooldown),
        adjustment_type=draw(st.sampled_from((AdjustmentType.CHANGE, AdjustmentType.PERCENT))),
    )
    into = StepScaling(
        steps=(StepAdjustment(adjustment=draw(st.integers(-6, -1)), upper=0.0),), cooldown_s=draw(cooldown)
    )
    alarms = (
        PolicyAlarm(
            metric=metric,
            comparison=Comparison.GREATER,
            threshold=draw(st.sampled_from((20.0, 45.0))),
            periods=1,
            datapoints=1,
            policy=0,
            missing=draw(st.sampled_from(tuple(Missing))),
        ),
        PolicyAlarm(
            metric=metric,
            comparison=Comparison.LESS,
            threshold=draw(st.sampled_from((20.0, 40.0))),
            periods=1,
            datapoints=1,
            policy=1,
        ),
    )
    return Policy(min_tasks=low, max_tasks=high, initial_tasks=initial, alarms=alarms, policies=(out, into))


@st.composite
def services(draw: st.DrawFn) -> Inputs:
    """An hour or three whose demand jumps, rests at nothing, and sometimes is more than any count holds."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    minutes = draw(st.integers(5, 200))
    stays = np.repeat(random.integers(0, 8, minutes), random.integers(1, 15, minutes))[:minutes]
    rows = np.sort(
        random.integers(0, draw(st.sampled_from((1, 70, 200))), (draw(st.integers(1, 3)), 3)), axis=1
    )
    pull, running, serving = rows.astype(np.int64).T.copy()
    return Inputs(
        load=Load(
            cpu_vcpu=stays * draw(st.sampled_from((0.1, 0.5, 0.6))),
            memory_mib=random.choice([300.0, 600.0, 700.0, 900.0], minutes, p=[0.5, 0.3, 0.15, 0.05]),
            hottest_ratio=np.ones(minutes),
            memory_slope_mib_per_vcpu=draw(st.sampled_from((0.0, 300.0, 800.0))),
        ),
        task=Task(vcpu=1.0, memory_mib=1000.0, price_usd_hour=PRICE, overhead_vcpu=0.05, overhead_mib=20.0),
        starts=Starts(pull_s=pull, running_s=running, serving_s=serving),
        objective=ReplayLimits(cpu_share=draw(st.sampled_from((0.5, 0.8, 1.0))), memory_share=0.8),
        deregistration_delay_s=draw(st.sampled_from((0, 20, 300))),
        shutdown_s=draw(st.sampled_from((0, 30))),
        seed=draw(st.integers(0, 9)),
        no_scale_in=random.random(minutes) < draw(st.sampled_from((0.0, 0.3))),
    )


models = st.builds(
    Model,
    publication_delay_s=st.sampled_from((0, 60, 120)),
    in_activity_s=st.sampled_from((0, 90)),
    launch_rate_per_min=st.sampled_from((1, 7, 500)),
    cooldown_blocks_in=st.booleans(),
    queue_limit_vcpu_min=st.sampled_from((0.0, 3.0)),
)


@settings(deadline=None, max_examples=some(300))
@given(services(), policies(), models)
def test_no_replay_bills_less_than_the_bound_for_its_violated_minutes(
    inputs: Inputs, policy: Policy, model: Model
) -> None:
    done = replay(inputs, policy, model).summary
    bound = clairvoyant_bound(
        inputs,
        min_tasks=policy.min_tasks,
        max_tasks=policy.max_tasks,
        violated_minutes=done.over_min,
        model=model,
    )
    assert bound.billed_s <= done.billed_s
    assert bound.cost_usd <= done.cost_usd


@settings(deadline=None, max_examples=some(50))
@given(services(), st.integers(0, 12))
def test_a_fixed_count_is_over_exactly_where_more_tasks_are_needed(inputs: Inputs, tasks: int) -> None:
    minutes = replay(inputs, fixed_count(tasks)).minutes
    need = required_tasks(inputs, floor=0)
    alone = required_tasks(inputs, floor=tasks)
    short = (need.tasks > tasks) | alone.hopeless
    assert (minutes.over_cpu | minutes.over_memory).tolist() == short.tolist()
