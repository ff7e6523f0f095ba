"""One service from its demand to its advice, with data and objectives that leave little to advise."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import pytest
from advice import made as asking
from fleet import made

from module_rules import refusals
from trimtab.advice.case.objective import Objective, PolicyKind
from trimtab.advice.choice.choose import Chosen, choose
from trimtab.advice.choice.model import Decision
from trimtab.fleet.left_out import LeftOut, LeftOutReason
from trimtab.fleet.model import Scaling, Service
from trimtab.terraform_module import InStep, OutStep

DAYS = 3
T = asking.MINUTES
WAVE = asking.wave()


def chosen(demand: made.Demand, service: Service | None = None, **objective: Any) -> Chosen:
    found = advised(demand, service, **objective)
    assert isinstance(found, Chosen), found
    return found


def left_out(demand: made.Demand, service: Service | None = None, **objective: Any) -> LeftOut:
    found = advised(demand, service, **objective)
    assert isinstance(found, LeftOut), found
    # A sentence for a person: no braces of a template, no exception, no number that is none.
    assert not re.search(r"[{}]|Error|\bnan\b|\binf\b|None", found.detail)
    return found


def advised(demand: made.Demand, service: Service | None = None, **objective: Any) -> Chosen | LeftOut:
    promise = msgspec.convert(objective, Objective)
    found = choose(service or made.service(), demand, asking.PRICES, promise, made.LITTLE)
    if isinstance(found, Chosen):
        assert refusals(found.choice.ladders) == []
        assert all(mark.passed for mark in found.choice.marks)
        assert found.sizing.size == found.choice.size
        assert not re.search(r"[{}]|\bnan\b|\binf\b|None", found.choice.why)
    return found


# Data that says little


@pytest.mark.parametrize("level", [0.0, 0.01, 1.0, 30.0])
def test_constant_demand_gets_a_verdict_and_never_less_than_it_needs(level: float) -> None:
    found = chosen(made.demand(np.full(T.size, level)))
    usable = found.choice.size.vcpu - 32 / 1024
    assert found.choice.ladders.min_tasks >= 2
    assert found.choice.ladders.max_tasks * usable * 0.8 >= level


def test_without_any_work_a_fixed_count_at_the_floor_is_better() -> None:
    for memory in (0.0, 200.0):
        found = chosen(made.demand(np.zeros(T.size), memory=memory))
        assert found.choice.decision is Decision.FIXED
        assert (found.choice.ladders.min_tasks, found.choice.ladders.max_tasks) == (2, 2)
        assert found.choice.size == made.size(256, 512)


@pytest.mark.parametrize("peak", [5.0, 40.0, 4000.0])
@pytest.mark.parametrize("at", [1000, T.size - 500])
def test_one_giant_spike_gets_a_verdict_or_a_reason(peak: float, at: int) -> None:
    cpu = np.where((at <= T) & (at + 8 > T), peak, 0.5)
    found = advised(made.demand(cpu))
    if isinstance(found, Chosen):
        assert found.choice.ladders.min_tasks < 20  # not sized to the spike
    else:
        assert found.reason is LeftOutReason.CANNOT_TELL


@pytest.mark.not_fast
def test_a_spike_of_the_held_out_days_alone_gets_an_upper_bound_that_carries_it() -> None:
    found = chosen(made.demand(np.where(T.size - 500 <= T, 100.0, 0.5)))
    needed = 100 / 0.8 / (found.choice.size.cpu_units / 1024)
    assert found.choice.ladders.max_tasks >= needed
    # Of all that is there; the tuned days alone would have asked for one task or two.
    assert found.choice.marks[1].over_share <= 0.01


def test_a_spike_that_no_count_of_tasks_carries_is_told() -> None:
    found = left_out(made.demand(np.where(T.size - 500 <= T, 400_000.0, 0.5)))
    assert found.reason is LeftOutReason.CANNOT_TELL
    assert "5,000 at most" in found.detail


@pytest.mark.parametrize("minutes", [1, 600, 1439])
def test_less_than_a_day_tells_nothing(minutes: int) -> None:
    found = left_out(made.demand(WAVE[:minutes]))
    assert found.reason is LeftOutReason.CANNOT_TELL
    assert f"{minutes / 1440:.2f} days were reported, and 1 is the least" in found.detail


def test_a_day_and_a_minute_is_enough() -> None:
    chosen(made.demand(WAVE[:1441]))


def test_demand_that_was_cut_off_too_often_tells_nothing() -> None:
    found = left_out(made.demand(WAVE, censored=T % 10 == 0))
    assert found.reason is LeftOutReason.CANNOT_TELL
    assert "10.0 % of minutes were at the CPU ceiling" in found.detail


def test_memory_above_the_largest_task_has_no_size() -> None:
    found = left_out(made.demand(WAVE, memory=240_000.0))
    assert found.reason is LeftOutReason.NO_SIZE
    assert "may have 249856 MiB" in found.detail


def test_demand_that_grows_after_the_tuned_part_gets_what_carries_it_or_a_reason() -> None:
    found = advised(made.demand(np.where(2.5 * made.DAY < T, 3 * WAVE, WAVE)))
    if isinstance(found, Chosen):
        assert all(mark.passed for mark in found.choice.marks)


@pytest.mark.slow  # so does the one of 20,000 below, under another promise
def test_a_service_of_thousands_of_tasks_gets_an_answer() -> None:
    found = chosen(made.demand(3000 * WAVE, tasks=3000))
    assert found.choice.ladders.max_tasks <= 5000


def test_hours_without_a_report_are_bridged() -> None:
    chosen(made.demand(WAVE, present=(T < 700) | (T > 1700)))


# Objectives that ask for much


def feasible(found: LeftOut, name: str) -> float:
    """Return the value that is said to be feasible."""
    assert found.reason is LeftOutReason.CANNOT_TELL
    assert f"{name} = " in found.detail
    said = re.search(r"; ([\d.]+) would be feasible$", found.detail)
    assert said, found.detail
    return float(said[1])


@pytest.mark.parametrize("memory", [200.0, 20_000.0, 100_000.0])
def test_a_memory_that_no_size_keeps_is_named_with_one_that_can_be(memory: float) -> None:
    demand = made.demand(WAVE, memory=memory)
    value = feasible(left_out(demand, memory_percent=0.1), "memory_percent")
    assert chosen(demand, memory_percent=value)
    if value > 1:
        left_out(demand, memory_percent=value - 1)


def test_memory_that_follows_the_load_is_named_too() -> None:
    demand = made.demand(WAVE, memory=2000 + 8000 * WAVE / 4, tasks=4)
    value = feasible(left_out(demand, memory_percent=0.5), "memory_percent")
    assert chosen(demand, memory_percent=value)


@pytest.mark.not_fast
@pytest.mark.parametrize("level", [1.0, pytest.param(1000.0, marks=pytest.mark.slow), 20_000.0])
def test_a_cpu_that_no_size_keeps_is_named_with_one_that_can_be(level: float) -> None:
    demand = made.demand(level * WAVE, tasks=max(4, level))
    value = feasible(left_out(demand, cpu_percent=level / 1e6), "cpu_percent")
    assert chosen(demand, cpu_percent=value)


def test_where_no_cpu_would_do_that_is_said_and_no_impossible_value_named() -> None:
    found = left_out(made.demand(120_000 * WAVE, tasks=5000))
    assert "share the work between services" in found.detail
    assert "5,000 at most" in found.detail
    assert "feasible" not in found.detail
    # Where one task is twice as hot as the average, half of the CPU is all that can be promised.
    uneven = left_out(made.demand(60_000 * WAVE, tasks=5000, hottest=1.9))
    assert "which 53 % CPU does not change" in uneven.detail


def test_no_threshold_below_the_objective_leaves_a_fixed_count() -> None:
    assert chosen(made.demand(WAVE), cpu_percent=20).choice.decision is Decision.FIXED


def test_no_minute_over_at_all_can_be_kept() -> None:
    found = chosen(made.demand(WAVE), over_percent=0)
    assert [mark.over_share for mark in found.choice.marks] == [0.0] * 4


def test_never_turning_leaves_a_fixed_count() -> None:
    found = chosen(made.demand(WAVE), direction_changes_day=0)
    assert found.choice.decision is Decision.FIXED
    assert {mark.direction_changes_day for mark in found.choice.marks} == {0.0}


@pytest.mark.parametrize("least", [3, 4999, 5000])
def test_a_floor_is_kept_up_to_ecss_own_limit(least: int) -> None:
    found = chosen(made.demand(WAVE), min_tasks=least)
    assert found.choice.ladders.min_tasks >= least
    assert found.choice.ladders.max_tasks <= 5000


def test_the_floor_is_two_behind_a_balancer_elsewhere_todays_spare_and_the_objectives_if_it_says() -> None:
    idle = made.demand(np.full(T.size, 0.01))
    alone = made.service(traffic=None, port=None, scaling=Scaling(min_tasks=1, max_tasks=12))
    pair = made.service(traffic=None, port=None, scaling=Scaling(min_tasks=2, max_tasks=2))
    three = {"api": {"min_tasks": 3}}
    bounds = [
        (found.min_tasks, found.max_tasks)
        for found in (
            chosen(idle).choice.ladders,
            chosen(idle, alone).choice.ladders,
            chosen(idle, pair).choice.ladders,
            chosen(idle, min_tasks=1).choice.ladders,
            chosen(idle, pair, min_tasks=1).choice.ladders,
            chosen(idle, alone, min_tasks=4).choice.ladders,
            chosen(idle, alone, min_tasks=4, services=three).choice.ladders,
        )
    ]
    assert bounds == [(2, 2), (1, 1), (2, 2), (1, 1), (1, 1), (4, 4), (3, 3)]


# What the objective lays down


def sized(cpu_units: int, memory_mib: int) -> Any:
    return {"api": {"cpu_units": cpu_units, "memory_mib": memory_mib}, "web": {"min_tasks": 9}}


def test_a_size_that_is_laid_down_is_the_only_one_searched_whatever_the_data_say() -> None:
    demand = made.demand(WAVE)
    free = chosen(demand).choice
    other = made.size(2048, 6144)
    assert free.size != other
    found = chosen(demand, services=sized(2048, 6144))
    assert found.choice.size == found.sizing.size == other
    assert found.choice.unsearched == ()
    assert {one.size for one in found.choice.alternatives} == {other}
    assert found.sizing.sentence.startswith("objective: it asks for 2048/6144; the estimate ")
    # Another service's size is no concern of this one's.
    web = made.service("other")
    assert chosen(demand, web, services=sized(2048, 6144)).choice == chosen(demand, web).choice


def test_what_the_data_would_choose_is_chosen_alike_where_it_is_laid_down() -> None:
    demand = made.demand(WAVE)
    free = chosen(demand)
    found = chosen(demand, services=sized(free.choice.size.cpu_units, free.choice.size.memory_mib))
    assert (found.choice.size, found.choice.ladders) == (free.choice.size, free.choice.ladders)
    assert found.choice.marks == free.choice.marks


def test_a_size_that_is_laid_down_and_does_not_do_leaves_the_service_out_and_is_named() -> None:
    heavy = left_out(made.demand(WAVE, memory=900.0), services=sized(256, 1024))
    assert heavy.reason is LeftOutReason.NO_SIZE
    assert heavy.detail.startswith("the objective sets 256/1024, and a task asks for ")
    busy = left_out(made.demand(1000 * WAVE, tasks=3000), services=sized(256, 512))
    assert busy.reason is LeftOutReason.CANNOT_TELL
    assert busy.detail.startswith("at 256/512, which the objective sets, ")
    assert "5,000 at most" in busy.detail
    spike = np.where(T.size - 500 <= T, 40_000.0, 0.5)
    untold = left_out(made.demand(spike), services=sized(1024, 2048))
    assert untold.reason is LeftOutReason.CANNOT_TELL
    assert untold.detail.startswith("at 1024/2048, which the objective sets, the peak would need ")


def test_a_drain_that_is_laid_down_is_proposed_and_replayed() -> None:
    laid = {"api": {"deregistration_delay_s": 3600}}
    found = chosen(made.demand(WAVE), services=laid)
    assert found.timing.target is not None
    assert found.timing.target.deregistration_delay_s == 3600


# Today's ladders


def test_what_was_adopted_is_kept_by_the_next_run() -> None:
    demand = made.demand(WAVE)
    first = chosen(demand).choice
    adopted = asking.adopted(first.ladders, first.size.cpu_units, first.size.memory_mib)
    second = chosen(demand, adopted).choice
    assert (second.decision, second.size, second.ladders) == (Decision.KEEP, first.size, first.ladders)
    assert second.why.startswith("today's scaling passes every trial")


def test_todays_target_tracking_is_kept_only_where_the_objective_takes_it() -> None:
    demand = made.demand(WAVE)
    first = chosen(demand).choice
    assert first.ladders.tracking is not None
    adopted = asking.adopted(first.ladders, first.size.cpu_units, first.size.memory_mib)
    second = chosen(demand, adopted, policies=(PolicyKind.STEP,)).choice
    assert second.ladders.tracking is None


GOOD = replace(asking.TODAY, cpu=replace(asking.TODAY.cpu, low=40))


@pytest.mark.parametrize(
    "todays",
    [
        replace(GOOD, min_tasks=1, cpu=replace(GOOD.cpu, low=30)),  # below the floor
        replace(GOOD, scale_in=(InStep(below=0.95, remove=1),)),  # no ladder of the module
        replace(GOOD, in_cooldown_s=55, out_cooldown_s=30),
        replace(GOOD, out_cooldown_s=0),
        replace(GOOD, cpu=replace(GOOD.cpu, steps=(OutStep(above=2.5, add=1),))),
        replace(GOOD, cpu=replace(GOOD.cpu, low=50)),  # flaps
    ],
)
def test_what_the_module_cannot_write_or_the_objective_forbids_is_not_kept(todays: asking.Ladders) -> None:
    # Where nothing ever happens all ladders cost the same, so today's are kept if they can be.
    idle = made.demand(np.full(T.size, 0.01))
    kept = chosen(idle, asking.adopted(GOOD, 256, 512)).choice
    assert (kept.decision, kept.ladders) == (Decision.KEEP, GOOD)
    found = chosen(idle, asking.adopted(todays, 256, 512)).choice
    assert found.decision is not Decision.KEEP
    assert found.ladders != todays
    assert found.ladders.min_tasks >= 2


def test_a_service_whose_lower_bound_is_no_task_gets_an_answer() -> None:
    none = asking.adopted(replace(GOOD, min_tasks=0, max_tasks=9))
    assert chosen(made.demand(WAVE), none).choice.ladders.min_tasks >= 2
    bare = made.service(scaling=Scaling(min_tasks=0, max_tasks=9))
    assert chosen(made.demand(WAVE), bare).choice.ladders.min_tasks >= 2


def test_the_same_seed_gives_the_same_choice() -> None:
    demand = made.demand(WAVE)
    assert chosen(demand, seed=5).choice == chosen(demand, seed=5).choice
