from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from fleet import made

from trimtab.catalog.load import fargate_sizes, prices
from trimtab.ladders.ladders import cpu_low_percent, default_ladders
from trimtab.sizing.model import Sizing
from trimtab.sizing.rightsizing import right_size
from trimtab.terraform_module import InStep, Ladders, OutStep

if TYPE_CHECKING:
    from trimtab.demand.series import Demand

DAY = np.arange(1440)


def ladders(demand: Demand, *, floor: int = 2) -> tuple[Ladders, Sizing]:
    sizing = right_size(made.service(), demand, prices("us-east-1"), fargate_sizes(), floor=floor)
    assert isinstance(sizing, Sizing)
    return default_ladders(sizing, demand), sizing


@pytest.mark.parametrize("least", range(1, 40))
def test_taking_a_task_away_at_the_low_threshold_cannot_bring_it_back(least: int) -> None:
    low = cpu_low_percent(least)
    assert low % 5 == 0
    assert 0 < low <= 50
    assert low * (least + 1) / least <= 0.85 * 70
    # The deeper step: below half of the joint metric two tasks go.
    assert 0.5 * low * (least + 2) / least < 70


@pytest.mark.parametrize(("least", "low"), [(1, 25), (2, 35), (3, 40), (6, 50), (20, 50)])
def test_cpu_low_is_the_largest_multiple_of_five_that_does_not_flap(least: int, low: int) -> None:
    assert cpu_low_percent(least) == low


def test_bounds_are_the_floor_and_half_again_the_peak() -> None:
    result, sizing = ladders(made.demand(3 + 2 * np.sin(DAY / 230)))
    assert result.min_tasks == 2
    assert result.max_tasks == -(-sizing.tasks_peak * 3 // 2)


def test_the_maximum_leaves_room_for_one_task_more_than_the_floor() -> None:
    result, _ = ladders(made.demand(np.full(1440, 0.01)), floor=1)
    assert (result.min_tasks, result.max_tasks) == (1, 2)


def test_memory_low_lies_above_what_a_task_holds_at_rest_so_that_the_fleet_can_shrink() -> None:
    # 300 of 512 MiB and the collector's 128: 83.6 %.
    demand = made.demand(np.full(14 * 1440, 0.05), memory=300.0, hottest_memory=1.0)
    result, sizing = ladders(demand)
    assert sizing.size == made.size(256, 512)
    assert (result.memory.low, result.memory.high) == (90, 95)


def test_memory_that_a_task_never_fills_keeps_the_plain_thresholds() -> None:
    result, _ = ladders(made.demand(np.full(1440, 0.05), memory=60.0))
    assert (result.memory.low, result.memory.high) == (50, 90)


def test_a_rare_peak_of_memory_stays_below_the_threshold_that_adds_tasks() -> None:
    # Memory that no further task relieves would otherwise drive the count to its maximum.
    memory = np.where(np.arange(14 * 1440) == 700, 322.5, 100.0)
    result, sizing = ladders(made.demand(np.full(14 * 1440, 0.05), memory=memory, hottest_memory=1.0))
    assert sizing.size == made.size(256, 512)
    assert (result.memory.low, result.memory.high) == (50, 90)  # (322.5 + 128) / 512 = 88.0 %


@pytest.mark.parametrize("memory", [10, 150, 200, 250, 280, 310, 333, 500, 700, 900, 2000, 20_000, 60_000])
def test_memory_thresholds_enclose_every_held_memory(memory: float) -> None:
    noise = np.random.default_rng(1).normal(0, 0.003, 1440)
    demand = made.demand(np.full(1440, 0.5), memory=memory * (1 + noise), hottest_memory=1.0)
    result, sizing = ladders(demand)
    rest = 100 * (np.quantile(demand.memory_mib, 0.95) + 128) / sizing.size.memory_mib
    peak = 100 * (demand.memory_mib.max() + 128) / sizing.size.memory_mib
    assert rest < result.memory.low <= result.memory.high - 5
    assert peak < result.memory.high < 100


def test_every_service_gets_the_stated_steps_and_clocks() -> None:
    result, _ = ladders(made.demand(np.full(1440, 1.0)))
    assert result.cpu.high == 70
    assert result.cpu.steps == (OutStep(above=0, add=1), OutStep(above=15, add=2))
    assert result.scale_in == (InStep(below=1.0, remove=1), InStep(below=0.5, remove=2))
    assert (result.out_cooldown_s, result.in_cooldown_s, result.period_s) == (60, 300, 60)
    assert (result.out_datapoints, result.in_datapoints) == ((2, 3), (10, 10))


def test_steps_of_one_ladder_rise_without_a_gap_from_the_threshold() -> None:
    result, _ = ladders(made.demand(np.full(1440, 1.0)))
    for ladder in (result.cpu, result.memory):
        assert ladder.steps[0].above == 0
        assert [step.above for step in ladder.steps] == sorted({step.above for step in ladder.steps})
        # A step that no utilisation can reach would be an idle promise.
        assert ladder.high + ladder.steps[-1].above <= 100
