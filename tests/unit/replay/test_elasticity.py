from __future__ import annotations

import math

import numpy as np
import pytest

from trimtab.errors import ReplayError
from trimtab.replay.elasticity import Elasticity, Per, elastic_speedup, elasticity


def held(changes: dict[int, int], minutes: int = 20) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """A count from its changes: the value from each minute on."""
    values = np.zeros(minutes, dtype=np.int64)
    for minute, count in changes.items():
        values[minute:] = count
    return values


# The series of the unit tests of NikolasHerbst/BUNGEE (AbstractMetricTest.java), by the minute.
SUPPLY = held({0: 1, 2: 2, 3: 1, 5: 3, 9: 7, 11: 6, 12: 8, 14: 2})
DEMAND = held({0: 1, 7: 5, 16: 3, 17: 2, 19: 4})


def metrics(**changes: float) -> Elasticity:
    values = {
        "under_accuracy_percent": 4.0,
        "over_accuracy_percent": 4.0,
        "under_time_percent": 4.0,
        "over_time_percent": 4.0,
        "jitter_per_min": 0.0,
        "instability_percent": 0.0,
    }
    return Elasticity(**(values | changes))


def test_undivided_metrics_are_those_of_the_reference_implementation() -> None:
    found = elasticity(DEMAND, SUPPLY, Per.ONE)
    assert found.under_accuracy_percent == pytest.approx(100 * 13 / 20)
    assert found.over_accuracy_percent == pytest.approx(100 * 16 / 20)
    assert found.under_time_percent == pytest.approx(100 * 6 / 20)
    assert found.over_time_percent == pytest.approx(100 * 8 / 20)
    assert found.jitter_per_min == pytest.approx((17 - 9) / 20)


def test_accuracy_is_divided_by_the_demand_of_its_minute() -> None:
    found = elasticity(np.array([4, 2, 5, 0]), np.array([2, 3, 5, 2]))
    assert found.under_accuracy_percent == pytest.approx(100 / 4 * (2 / 4))
    assert found.over_accuracy_percent == pytest.approx(
        100 / 4 * (1 / 2 + 2 / 1)
    )  # a demand of none counts as one


def test_accuracy_may_be_divided_by_the_supply() -> None:
    found = elasticity(np.array([4, 2, 5, 1]), np.array([2, 3, 5, 0]), Per.SUPPLY)
    assert found.under_accuracy_percent == pytest.approx(100 / 4 * (2 / 2 + 1 / 1))
    assert found.over_accuracy_percent == pytest.approx(100 / 4 * (1 / 3))


def test_part_of_a_minute_counts_as_a_part() -> None:
    found = elasticity(np.array([2, 2]), np.array([1.5, 2.0]))
    assert found.under_accuracy_percent == pytest.approx(100 / 2 * 0.5 / 2)
    assert found.under_time_percent == pytest.approx(50)
    assert found.over_time_percent == 0


def test_jitter_is_negative_where_supply_moves_less_than_demand() -> None:
    found = elasticity(np.array([1, 4, 1, 4]), np.array([2, 2, 2, 2]))
    assert found.jitter_per_min == pytest.approx(-9 / 4)


def test_instability_counts_each_minute_in_which_the_directions_differ() -> None:
    demand = np.array([1, 2, 3, 3, 2, 2])
    supply = np.array([1, 2, 2, 1, 2, 2])
    # up/up, up/none, none/down, down/up, none/none: three of six minutes.
    assert elasticity(demand, supply).instability_percent == pytest.approx(50)


def test_following_exactly_has_no_fault() -> None:
    found = elasticity(DEMAND, DEMAND)
    assert found == metrics(
        under_accuracy_percent=0.0, over_accuracy_percent=0.0, under_time_percent=0.0, over_time_percent=0.0
    )


def test_the_speedup_is_the_geometric_mean_of_four_ratios() -> None:
    fixed = metrics(under_accuracy_percent=8.0, over_accuracy_percent=64.0, over_time_percent=8.0)
    assert elastic_speedup(metrics(), fixed) == pytest.approx((2 * 16 * 1 * 2) ** 0.25)
    assert elastic_speedup(fixed, metrics()) == pytest.approx((2 * 16 * 1 * 2) ** -0.25)


def test_faults_that_neither_has_leave_the_speedup_to_the_others() -> None:
    never_short = metrics(under_accuracy_percent=0.0, under_time_percent=0.0)
    fixed = metrics(under_accuracy_percent=0.0, under_time_percent=0.0, over_accuracy_percent=64.0)
    assert elastic_speedup(never_short, fixed) == pytest.approx(16**0.25)


def test_a_fault_that_only_one_has_decides_the_speedup_and_one_each_leaves_it_undefined() -> None:
    never_short = metrics(under_accuracy_percent=0.0, under_time_percent=0.0)
    assert elastic_speedup(metrics(), never_short) == 0
    assert elastic_speedup(never_short, metrics()) == math.inf
    never_idle = metrics(over_accuracy_percent=0.0, over_time_percent=0.0)
    assert math.isnan(elastic_speedup(never_idle, never_short))


def test_series_of_different_length_are_refused() -> None:
    with pytest.raises(ReplayError, match=r"\(3,\)"):
        elasticity(np.array([1, 2, 3]), np.array([1, 2]))
