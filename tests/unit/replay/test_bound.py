from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from trimtab.errors import ReplayError
from trimtab.replay.bound import (
    Need,
    Overhead,
    clairvoyant_bound,
    level_gaps,
    level_gaps_python,
    lower_bound,
    overhead,
    penalised,
    penalised_python,
    required_tasks,
)
from trimtab.replay.inputs import Inputs, Load, Model, ReplayLimits, Starts, Task

if TYPE_CHECKING:
    from trimtab.replay.inputs import I64

PRICE = 3.6  # USD/h: a thousandth of a dollar a task-second
MANY = 10**9  # s: a penalty that no schedule pays


def counts(*values: int) -> I64:
    return np.array(values, dtype=np.int64)


def need(*tasks: int, floor: int = 0, hopeless: tuple[int, ...] = ()) -> Need:
    mask = np.zeros(len(tasks), dtype=np.bool_)
    mask[list(hopeless)] = True
    return Need(tasks=counts(*tasks), hopeless=mask, floor=floor, memory_decides=False)


def billed(what: Need, start_s: int, drain_s: int, violated_minutes: int = 0) -> float:
    cost = Overhead(start_s=start_s, drain_s=drain_s)
    return lower_bound(what, cost, price_usd_hour=PRICE, violated_minutes=violated_minutes).billed_s


def inputs(cpu: list[float], memory: list[float] | None = None, **changes: Any) -> Inputs:
    load = Load(
        cpu_vcpu=np.array(cpu),
        memory_mib=np.array(memory if memory is not None else [100.0] * len(cpu)),
        hottest_ratio=np.ones(len(cpu)),
        memory_slope_mib_per_vcpu=changes.pop("slope", 0.0),
    )
    values: dict[str, Any] = {
        "load": load,
        "task": Task(vcpu=1.0, memory_mib=1000.0, price_usd_hour=PRICE),
        "starts": Starts.fixed(10, 70, 130),
        "objective": ReplayLimits(cpu_share=0.5, memory_share=0.8),
        "deregistration_delay_s": 300,
        "shutdown_s": 30,
    }
    return Inputs(**(values | changes))


def cheapest_by_enumeration(required: I64, floor: int, start: int, drain: int) -> dict[int, int]:
    """Least cost by number of violated minutes, over every sequence of counts: no programme, no levels."""
    minutes = len(required)
    best: dict[int, int] = {}
    for held in itertools.product(range(floor, int(required.max()) + 1), repeat=minutes):
        cost = 60 * sum(held) + min(0, start) * held[0]
        for k in range(1, minutes):
            change = held[k] - held[k - 1]
            cost += change * start if change > 0 else -change * min(drain, 60 * (minutes - k))
        violated = sum(held[k] < required[k] for k in range(minutes))
        best[violated] = min(cost, best.get(violated, cost))
    return best


def test_each_level_is_held_through_a_gap_or_dropped_whichever_is_cheaper() -> None:
    # Level 2 of [1,1,3,1,1,2,1]: started once (30), held through two minutes (120 < 30 + 100) and to the
    # end (60 < 100). Level 3: started (30), drained (100 < 240). 10 task-minutes are needed as such.
    assert billed(need(1, 1, 3, 1, 1, 2, 1), 30, 100) == 600 + 30 + 120 + 60 + 30 + 100


def test_a_gap_longer_than_start_and_drain_is_dropped() -> None:
    assert billed(need(1, 0, 0, 0, 0, 0, 0, 1), 40, 300) == 120 + 340
    assert billed(need(1, 0, 0, 0, 0, 1), 40, 300) == 120 + 240


def test_the_horizon_cuts_the_last_drain_short() -> None:
    assert billed(need(2, 1), 0, 330) == 180 + 60


def test_a_constant_need_costs_its_tasks_and_no_more() -> None:
    assert billed(need(*[3] * 50), 45, 330) == 3 * 50 * 60


def test_the_bill_is_the_task_seconds_at_the_hourly_price() -> None:
    bound = lower_bound(need(2, 2), Overhead(start_s=0, drain_s=0), price_usd_hour=PRICE)
    assert bound.cost_usd == pytest.approx(0.24)


def test_a_swap_that_pays_in_every_minute_lowers_the_bound_to_what_it_pays() -> None:
    # No drain, and a start billed 20 s less than the minute it counts for: each minute can be such a one.
    assert billed(need(1, 1, 1), -20, 0) == 3 * 40


def test_allowed_minutes_go_to_what_they_save_most_on() -> None:
    # The peak costs 3 more tasks for its minute, three starts and three drains; nothing else saves as much.
    required = need(1, 1, 1, 1, 4, 1, 1, 1, 1, 1, 1, 1)
    assert billed(required, 30, 100) == 12 * 60 + 3 * (60 + 130)
    bound = lower_bound(required, Overhead(start_s=30, drain_s=100), price_usd_hour=PRICE, violated_minutes=1)
    assert bound.billed_s == pytest.approx(12 * 60, abs=0.1)
    assert 60 <= bound.penalty_s <= 3 * 190


def test_as_many_allowed_minutes_as_there_are_leave_the_floor() -> None:
    assert billed(need(3, 5, 2, floor=2), 30, 100, violated_minutes=2) == 2 * 3 * 60


def test_hopeless_minutes_use_up_what_is_allowed_and_ask_for_nothing() -> None:
    required = need(1, 9, 1, hopeless=(1,))
    assert billed(required, 500, 500) == math.inf
    assert billed(required, 500, 500, violated_minutes=1) == 2 * 60 + 60


@pytest.mark.parametrize("seed", range(30))
def test_no_violation_costs_what_the_best_of_all_schedules_costs(seed: int) -> None:
    draw = np.random.default_rng(seed)
    required = draw.integers(0, 4, draw.integers(1, 7))
    start, drain = int(draw.integers(-30, 200)), int(draw.integers(30, 300))
    floor = int(draw.integers(0, required.max() + 1))
    required = np.maximum(required, floor)
    best = cheapest_by_enumeration(required, floor, start, drain)
    assert level_gaps(required, 60, start, drain) == best[0]


@pytest.mark.parametrize("seed", range(30))
def test_the_penalised_form_is_never_above_the_best_schedule_with_so_many_violations(seed: int) -> None:
    draw = np.random.default_rng(1000 + seed)
    required = draw.integers(0, 4, draw.integers(1, 7))
    start, drain = int(draw.integers(-30, 200)), int(draw.integers(30, 300))
    floor = int(draw.integers(0, required.max() + 1))
    required = np.maximum(required, floor)
    best = cheapest_by_enumeration(required, floor, start, drain)
    for allowed in range(len(required) + 1):
        exact = min(cost for violated, cost in best.items() if violated <= allowed)
        bound = billed(need(*required.tolist(), floor=floor), start, drain, allowed)
        assert bound <= exact
        if allowed == 0:
            assert bound == exact


@pytest.mark.parametrize("seed", range(10))
def test_the_search_finds_the_peak_of_the_dual_within_a_second_of_trying_every_penalty(seed: int) -> None:
    draw = np.random.default_rng(2000 + seed)
    required = draw.integers(1, 6, 60)
    costs = np.array([60, 45, 120], dtype=np.int64)
    levels = np.unique(np.append(required, 1))
    for allowed in (1, 3, 10):
        tried = [
            penalised(required, levels, costs, penalty)[0] - penalty * allowed for penalty in range(1500)
        ]
        found = billed(need(*required.tolist(), floor=1), 45, 120, allowed)
        assert max(tried) - 1 <= found <= max(tried) + 60


@pytest.mark.parametrize("seed", range(20))
def test_a_penalty_nobody_pays_gives_the_cost_without_violations(seed: int) -> None:
    draw = np.random.default_rng(3000 + seed)
    required = draw.integers(0, 9, 300)
    start, drain = int(draw.integers(-59, 200)), int(draw.integers(60, 400))
    levels = np.unique(np.append(required, 0))
    costs = np.array([60, start, drain], dtype=np.int64)
    value, violated = penalised(required, levels, costs, MANY)
    assert violated == 0
    assert value == level_gaps(required, 60, start, drain)


@pytest.mark.parametrize("seed", range(10))
def test_the_compiled_kernels_agree_with_their_own_python(seed: int) -> None:
    draw = np.random.default_rng(4000 + seed)
    required = draw.integers(0, 7, 120)
    levels = np.unique(np.append(required, 0))
    costs = np.array([60, 40, 150], dtype=np.int64)
    assert level_gaps(required, 60, 40, 150) == level_gaps_python(required, 60, 40, 150)
    for penalty in (0, 35, 400):
        assert penalised(required, levels, costs, penalty) == penalised_python(
            required, levels, costs, penalty
        )


def test_the_fewest_tasks_keep_equality_within_the_objective() -> None:
    found = required_tasks(inputs([0.0, 0.5, 0.5000001, 1.0, 2.2]), floor=0)
    assert found.tasks.tolist() == [0, 1, 2, 2, 5]
    assert not found.hopeless.any()
    assert not found.memory_decides


def test_the_floor_and_the_sidecar_count() -> None:
    task = Task(vcpu=1.0, memory_mib=1000.0, price_usd_hour=PRICE, overhead_vcpu=0.5, overhead_mib=300.0)
    found = required_tasks(inputs([0.1, 1.0], task=task), floor=2)
    assert found.tasks.tolist() == [2, 4]


def test_memory_that_grows_with_load_asks_for_more_tasks_than_cpu() -> None:
    # 800 allowed, 600 held: 200 left for 400 MiB/vCPU, so 0.5 vCPU a task at most; CPU would allow 0.9.
    grows = inputs([1.8], [600.0], slope=400.0, objective=ReplayLimits(cpu_share=0.9, memory_share=0.8))
    found = required_tasks(grows, floor=0)
    assert found.tasks.tolist() == [4]
    assert found.memory_decides


def test_a_task_whose_memory_fits_at_full_cpu_needs_no_second_for_it() -> None:
    # 800 allowed, 300 held, at most 1 vCPU a task: 700 MiB. The objective lets demand be four times capacity.
    full = inputs([4.0], [300.0], slope=400.0, objective=ReplayLimits(cpu_share=4.0, memory_share=0.8))
    assert required_tasks(full, floor=0).tasks.tolist() == [1]


def test_memory_over_at_every_count_is_hopeless_unless_nothing_need_run() -> None:
    full = inputs([0.0, 0.3, 0.3], [900.0, 900.0, 700.0])
    assert required_tasks(full, floor=0).hopeless.tolist() == [False, True, False]
    assert required_tasks(full, floor=1).hopeless.tolist() == [True, True, False]


def test_what_needs_more_than_the_maximum_is_hopeless() -> None:
    assert required_tasks(inputs([1.0, 5.0]), floor=1, max_tasks=4).hopeless.tolist() == [False, True]


def test_a_start_is_credited_the_part_of_its_first_minute_before_it_was_there() -> None:
    # Serving at 130 s: 10 s into its minute. 120 s are billed before, of which 10 in a minute that counts.
    cost = overhead(
        Starts.fixed(10, 70, 130),
        drain_s=330,
        largest_launch=5,
        launch_rate_per_min=500,
        memory_decides=False,
    )
    assert cost == Overhead(start_s=110, drain_s=330)


def test_slow_launching_moves_the_start_within_its_minute() -> None:
    starts = Starts.fixed(10, 70, 130)
    ten = overhead(starts, drain_s=0, largest_launch=10, launch_rate_per_min=20, memory_decides=False)
    assert ten.start_s == 120 - 10 - 27  # the tenth task is decided 27 s after the tick
    all_phases = overhead(starts, drain_s=0, largest_launch=99, launch_rate_per_min=20, memory_decides=False)
    assert all_phases.start_s == 120 - 59


def test_where_memory_decides_a_task_counts_from_running() -> None:
    cost = overhead(
        Starts.fixed(10, 70, 130), drain_s=330, largest_launch=1, launch_rate_per_min=500, memory_decides=True
    )
    assert cost.start_s == 50


def test_the_cheapest_row_of_the_table_is_taken() -> None:
    rows = Starts(pull_s=counts(5, 12, 3), running_s=counts(20, 50, 8), serving_s=counts(60, 50, 90))
    cost = overhead(rows, drain_s=0, largest_launch=1, launch_rate_per_min=500, memory_decides=False)
    assert cost.start_s == min(60 - 5 - 0, 50 - 12 - 50, 90 - 3 - 30)


def test_the_bound_of_a_service_keeps_its_minimum_only_where_the_cooldown_does() -> None:
    idle = inputs([0.0] * 10)
    blocked = clairvoyant_bound(idle, min_tasks=2, max_tasks=5)
    assert blocked.billed_s == 2 * 600
    free = clairvoyant_bound(idle, min_tasks=2, max_tasks=5, model=Model(cooldown_blocks_in=False))
    assert free.billed_s == 0


def test_the_bound_of_a_service_follows_its_launch_rate() -> None:
    # Four more tasks from minute 3: at one launch a minute they may be there from any second of theirs.
    later = inputs([0.5, 0.5, 0.5, 2.5, 2.5, 2.5])
    assert clairvoyant_bound(later, min_tasks=1, max_tasks=5).billed_s == 18 * 60 + 4 * 110
    rare = clairvoyant_bound(later, min_tasks=1, max_tasks=5, model=Model(launch_rate_per_min=1))
    assert rare.billed_s == 18 * 60 + 4 * 61


def test_the_bound_of_a_service_counts_minutes_its_maximum_cannot_hold() -> None:
    peak = inputs([0.5, 0.5, 9.0, 0.5])
    assert clairvoyant_bound(peak, min_tasks=1, max_tasks=2).billed_s == math.inf
    assert clairvoyant_bound(peak, min_tasks=1, max_tasks=2, violated_minutes=1).billed_s == 240


def test_an_objective_above_full_use_is_refused_by_name() -> None:
    above = inputs([1.0], objective=ReplayLimits(cpu_share=1.2, memory_share=0.8))
    with pytest.raises(ReplayError, match=r"^objective\.cpu_share: "):
        clairvoyant_bound(above, min_tasks=1, max_tasks=2)


@pytest.mark.parametrize(("start_s", "drain_s"), [(-60, 300), (10, -1)])
def test_an_overhead_no_start_table_gives_is_refused(start_s: int, drain_s: int) -> None:
    with pytest.raises(ReplayError):
        Overhead(start_s=start_s, drain_s=drain_s)
