from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from fleet import made

from trimtab.demand.free import demand_of
from trimtab.demand.memory.follow import load_memory
from trimtab.demand.memory.growth import MemoryShape, growth_of, within_typical_life
from trimtab.demand.robust import rising, theil_sen
from trimtab.snapshot.folder import read_snapshot

if TYPE_CHECKING:
    from trimtab.demand.memory.growth import Growth
    from trimtab.demand.series import F64

EXAMPLE = Path(__file__).parents[3] / "examples" / "fleet"
DAY = 1440


def minutes(days: float) -> F64:
    return np.arange(round(days * DAY), dtype=np.float64)


def wave(days: float) -> F64:
    """A day's wave from -1 to 1."""
    return np.sin(2 * np.pi * minutes(days) / DAY)


def noise(days: float, seed: int = 1) -> F64:
    return np.random.default_rng(seed).normal(0, 1, minutes(days).size)


def found(memory: F64, cpu: F64 | float = 0.5) -> Growth:
    return growth_of(made.demand(np.broadcast_to(cpu, memory.shape), memory=memory, hottest_memory=1.0))


def sawtooth(days: float, life_days: float, slope: float) -> F64:
    """Starts at 300 MiB and grows by ``slope`` MiB a day, anew every ``life_days``."""
    return 300 + slope * (minutes(days) / DAY % life_days)


def test_a_leak_that_deployments_reset_is_recognised_with_its_slope_and_life() -> None:
    growth = found(sawtooth(14, 4.5, 40) + 10 * wave(14) + 2 * noise(14))
    assert growth.shape is MemoryShape.GROWS
    assert growth.slope_mib_per_day == pytest.approx(40, rel=0.05)
    assert growth.typical_life_days == pytest.approx(4.5, abs=0.1)
    assert [step / DAY for step in growth.resets] == pytest.approx([4.5, 9.0, 13.5], abs=0.1)
    assert growth.p_value < 0.01


def test_a_leak_that_nothing_reset_yet_is_recognised_under_a_wave_larger_than_its_day() -> None:
    growth = found(300 + 20 * minutes(14) / DAY + 60 * wave(14) + 5 * noise(14))
    assert growth.shape is MemoryShape.GROWS
    assert growth.slope_mib_per_day == pytest.approx(20, rel=0.1)
    assert growth.resets == ()


def test_a_leak_beside_memory_that_follows_load_is_recognised() -> None:
    cpu = 2 + 1.5 * wave(14)
    growth = found(300 + 15 * minutes(14) / DAY + 200 * cpu / 4, cpu)
    assert growth.shape is MemoryShape.GROWS
    assert growth.slope_mib_per_day == pytest.approx(15, rel=0.1)


def test_days_until_full_count_from_the_start_of_a_task_and_from_the_end_of_the_record() -> None:
    growth = found(sawtooth(14, 10, 30))
    assert growth.level_mib == pytest.approx(300, abs=2)
    assert growth.age_days == pytest.approx(4, abs=0.1)
    assert growth.days_until_full(600) == pytest.approx(10, abs=0.2)
    assert growth.days_left(600) == pytest.approx(6, abs=0.2)
    assert growth.days_left(350) == 0.0
    assert found(np.full(3 * DAY, 300.0)).days_until_full(600) == float("inf")


def test_what_outlives_a_typical_life_is_left_out_only_where_memory_grows_without_end() -> None:
    leak = np.concatenate([sawtooth(2, 2, 40), sawtooth(3, 3, 40), sawtooth(3, 3, 40), sawtooth(7, 7, 40)])
    demand = made.demand(np.full(leak.size, 0.5), memory=leak, hottest_memory=1.0)
    growth = growth_of(demand)
    counted = within_typical_life(demand, growth)
    assert growth.typical_life_days == pytest.approx(3, abs=0.1)
    assert leak[counted].max() == pytest.approx(300 + 3 * 40, abs=4)
    assert leak.max() > 570
    steady = made.demand(np.full(leak.size, 0.5), memory=500 + noise(leak.size / DAY))
    assert within_typical_life(steady, growth_of(steady)).all()


@pytest.mark.parametrize("height", [0.0, 20.0, 150.0])
@pytest.mark.parametrize("days", [2, 7, 14])
def test_a_daily_wave_however_high_is_no_growth(height: float, days: int) -> None:
    assert found(400 + height * wave(days) + 3 * noise(days)).shape is MemoryShape.STATIONARY


def test_a_week_of_weekdays_and_a_weekend_is_no_growth() -> None:
    day = minutes(14) // DAY % 7
    busy = np.where(day < 5, 1.0, 0.4)
    assert found(300 + 150 * busy * (1 + wave(14)) + 3 * noise(14)).shape is MemoryShape.STATIONARY


def test_steady_services_are_called_leaks_in_one_of_a_hundred_at_most() -> None:
    shapes = [
        found(400 + 100 * wave(14) + 15 * noise(14, seed) + 25 * np.repeat(noise(14 / DAY, seed), DAY)).shape
        for seed in range(100)
    ]
    assert shapes.count(MemoryShape.GROWS) <= 1


def test_memory_that_follows_load_is_called_so() -> None:
    cpu = 2 + 1.5 * wave(7)
    assert found(300 + 50 * cpu, cpu).shape is MemoryShape.FOLLOWS_LOAD


def test_memory_that_rises_because_traffic_rises_is_no_leak() -> None:
    cpu = (2 + 0.5 * wave(14)) * (1 + minutes(14) / DAY / 7)
    assert found(100 + 200 * cpu, cpu).shape is MemoryShape.FOLLOWS_LOAD
    assert found(100 + 200 * cpu).shape is MemoryShape.GROWS


def test_a_heap_that_warms_up_over_days_and_levels_off_is_no_leak() -> None:
    climb = 300 + 400 * (1 - np.exp(-minutes(14) / DAY))
    assert found(climb + 2 * noise(14)).shape is MemoryShape.LEVELS_OFF
    # The same, restarted each week, and a climb that is straight until it stops.
    weekly = np.tile(300 + 80 * np.minimum(minutes(7) / DAY, 5.0), 2)
    assert found(weekly).shape is MemoryShape.LEVELS_OFF


def test_a_climb_of_three_days_is_told_as_still_rising_not_as_a_leak() -> None:
    assert found(200 + 70 * minutes(3.5) / DAY).shape is MemoryShape.RISING


def test_a_batch_of_hours_late_in_the_record_is_no_rise() -> None:
    last = np.abs(minutes(14) - 13.5 * DAY) < 120
    assert found(np.where(last, 900.0, 300.0) + noise(14)).shape is MemoryShape.STATIONARY


def test_growth_that_the_margin_holds_for_the_whole_life_is_no_leak() -> None:
    assert found(1000 + 5 * minutes(14) / DAY).shape is MemoryShape.STATIONARY
    assert found(1000 + 15 * minutes(14) / DAY).shape is MemoryShape.GROWS


def test_gaps_and_silence_say_nothing_of_growth() -> None:
    memory = sawtooth(14, 14, 40)
    missing = (minutes(14) % (3 * DAY)) < DAY
    demand = made.demand(np.full(memory.size, 0.5), memory=memory, present=~missing, hottest_memory=1.0)
    assert growth_of(demand).shape is MemoryShape.GROWS
    assert growth_of(demand).slope_mib_per_day == pytest.approx(40, rel=0.1)
    silent = made.demand(np.full(DAY, 0.5), present=False)
    assert growth_of(silent).shape is MemoryShape.STATIONARY
    empty = made.demand(np.empty(0))
    assert growth_of(empty).shape is MemoryShape.STATIONARY


def test_no_service_of_the_example_fleet_is_called_a_leak() -> None:
    snapshot = read_snapshot(EXAMPLE)
    shapes = {
        service.name: growth_of(demand_of(service, snapshot.metrics[service.name])).shape
        for service in snapshot.usable
    }
    assert not {MemoryShape.GROWS, MemoryShape.RISING} & set(shapes.values())
    assert shapes["worker"] is MemoryShape.FOLLOWS_LOAD
    # JVMs that restart every six and every two days, as examples/fleet/README.md says.
    assert shapes["accounts"] is shapes["fraud"] is MemoryShape.LEVELS_OFF


def test_a_few_wild_minutes_neither_make_nor_break_the_fit_to_load() -> None:
    cpu = 2 + 1.5 * wave(2)
    wild = np.arange(cpu.size) % 700 == 3
    follows = made.demand(cpu, memory=np.where(wild, 5000.0, 300 + 50 * cpu / 4))
    assert load_memory(follows).slope_mib_per_vcpu == pytest.approx(50, rel=0.01)
    assert load_memory(follows).base_mib == pytest.approx(300, rel=0.01)
    # Starts burn CPU and fill memory together; the load between them moves no memory.
    starts = made.demand(np.where(wild, 40.0, cpu), memory=np.where(wild, 2000.0, 300 + noise(2)))
    assert load_memory(starts).slope_mib_per_vcpu == 0


def test_theil_sen_is_the_median_of_the_pairs_and_does_not_follow_one_wild_value() -> None:
    at = np.arange(9, dtype=np.float64)
    values = 3 * at + 1
    values[4] = 1e6
    assert theil_sen(at, values) == pytest.approx(3)
    assert theil_sen(np.zeros(4), np.arange(4.0)) == 0.0


def test_a_rise_within_blocks_counts_and_one_between_them_does_not() -> None:
    # Kendall's S of six rising values is 15, its variance 28.33: z = 14 / 5.32, p = 0.0043.
    assert rising([np.arange(6.0)]) == pytest.approx(0.0043, abs=1e-4)
    assert rising([np.arange(6.0)[::-1]]) > 0.99
    assert rising([np.zeros(5), np.ones(5), np.full(5, 2.0)]) == 1.0
    assert rising([]) == 1.0
    assert rising([np.arange(4.0), np.arange(4.0)]) < rising([np.arange(4.0)])


@pytest.mark.parametrize("days", [1.0, 2.0, 3.0])
def test_a_climb_that_a_short_record_ends_in_is_told_and_given_at_least_half_again(days: float) -> None:
    memory = 300 + 20 * minutes(days) / DAY
    growth = found(memory)
    assert growth.shape is MemoryShape.RISING
    assert growth.climb_mib == pytest.approx(0.5 * memory.max(), rel=0.01)


def test_a_climb_of_some_days_is_taken_to_go_on_for_two_more() -> None:
    growth = found(300 + 60 * minutes(5) / DAY)
    assert growth.climb_mib == pytest.approx(120, rel=0.02)
    assert found(np.minimum(300 + 60 * minutes(5) / DAY, 420)).climb_mib == 0, "it ended two days ago"
    assert found(300 + 60 * minutes(8) / DAY).climb_mib == 0, "a week says what it is"


def test_a_crest_at_the_end_of_a_day_is_no_climb() -> None:
    # From midnight, with its crest at three: the second half is 7 % higher than the first, and falls back.
    assert found(300 + 100 * np.cos(2 * np.pi * (minutes(1) / DAY - 0.625))).climb_mib == 0
    assert found(300 + noise(2)).climb_mib == 0
    assert found(np.where(minutes(2) > 1.9 * DAY, 309.0, 301.0)).climb_mib == 0, "3 % is no climb"
