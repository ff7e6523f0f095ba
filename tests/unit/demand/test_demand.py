from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from fleet.made import service, size

from trimtab.demand.free import demand_of
from trimtab.demand.quality import longest_run, quality_of
from trimtab.snapshot.contract import METRIC_COLUMNS

START = datetime(2026, 11, 2, tzinfo=UTC)


def table(**columns: list[Any]) -> pl.DataFrame:
    """One service's metrics; a column not given is even and unremarkable."""
    length = len(next(iter(columns.values())))
    plain = dict(zip(METRIC_COLUMNS[:6], (40.0, 50.0, 30.0, 35.0, 1200.0, 4), strict=True))
    return pl.DataFrame(
        {
            "timestamp": [START + timedelta(minutes=i) for i in range(length)],
            **{name: columns.get(name, [value] * length) for name, value in plain.items()},
        },
        schema_overrides=dict.fromkeys(METRIC_COLUMNS[:5], pl.Float32) | {"running_tasks": pl.Int16},
    )


def test_size_and_count_are_divided_out() -> None:
    demand = demand_of(service(size=size(2048, 8192)), table(running_tasks=[5]))
    assert demand.cpu_vcpu == pytest.approx([0.40 * 2 * 5])
    assert demand.hottest_cpu_vcpu == pytest.approx([0.50 * 2])
    assert demand.memory_mib == pytest.approx([0.30 * 8192])
    assert demand.hottest_memory_mib == pytest.approx([0.35 * 8192])
    assert demand.tasks.tolist() == [5.0]
    assert demand.requests.tolist() == [1200.0]
    assert (demand.service, demand.start, demand.step_s) == ("api", START, 60)


@pytest.mark.parametrize("column", [*METRIC_COLUMNS[:4], "running_tasks"])
def test_a_minute_that_lacks_a_statistic_is_absent_and_holds_zeros(column: str) -> None:
    value = 4 if column == "running_tasks" else 33.0
    demand = demand_of(service(), table(**{column: [value, None]}))
    assert demand.present.tolist() == [True, False]
    assert demand.cpu_vcpu[1] == demand.memory_mib[1] == demand.tasks[1] == demand.requests[1] == 0


def test_a_minute_without_tasks_is_absent_and_one_without_requests_is_not() -> None:
    demand = demand_of(service(), table(running_tasks=[0, 4], requests=[10.0, None]))
    assert demand.present.tolist() == [False, True]
    assert demand.requests.tolist() == [0.0, 0.0]


def test_one_task_at_its_ceiling_censors_the_minute_whatever_the_average() -> None:
    metrics = table(cpu_average_percent=[60.0] * 3, cpu_maximum_percent=[99.4, 99.5, 100.0])
    assert demand_of(service(), metrics).censored.tolist() == [False, True, True]


def test_tasks_throttled_together_censor_the_minute_below_the_ceiling_of_the_maximum() -> None:
    metrics = table(cpu_average_percent=[96.9, 97.0], cpu_maximum_percent=[98.0, 98.0])
    assert demand_of(service(), metrics).censored.tolist() == [False, True]


def test_a_maximum_at_the_ceiling_tells_nothing_while_a_task_boots() -> None:
    count = [4, 4, 5, 5, 5, 5, 5, None, 5]
    metrics = table(cpu_average_percent=[60.0] * 9, cpu_maximum_percent=[100.0] * 9, running_tasks=count)
    told = [True, True, False, False, False, False, True, False, True]
    assert demand_of(service(), metrics).censored.tolist() == told
    together = table(cpu_average_percent=[97.0] * 3, cpu_maximum_percent=[100.0] * 3, running_tasks=[4, 5, 5])
    assert demand_of(service(), together).censored.all()


def test_an_absent_minute_is_never_censored() -> None:
    metrics = table(cpu_maximum_percent=[100.0, 100.0], running_tasks=[4, None])
    assert demand_of(service(), metrics).censored.tolist() == [True, False]


def test_the_hottest_task_is_no_cooler_than_the_average_when_rounding_says_so() -> None:
    metrics = table(cpu_average_percent=[50.25], cpu_maximum_percent=[50.0])
    assert demand_of(service(), metrics).hottest_cpu_vcpu == pytest.approx([0.5025])


def test_quality_counts_gaps_censoring_and_length() -> None:
    tasks: list[int | None] = [4] * 2000
    tasks[100:110] = [None] * 10
    tasks[500:547] = [None] * 47
    maximum = [50.0] * 2000
    maximum[600:700] = [100.0] * 100
    quality = quality_of(demand_of(service(), table(running_tasks=tasks, cpu_maximum_percent=maximum)))
    assert quality.days == pytest.approx(1943 / 1440)
    assert quality.share_missing == pytest.approx(57 / 2000)
    assert quality.longest_gap_s == 47 * 60
    assert quality.share_censored == pytest.approx(100 / 1943)
    assert quality.long_enough


def test_a_minute_short_of_a_day_is_not_long_enough() -> None:
    assert not quality_of(demand_of(service(), table(running_tasks=[4] * 1439))).long_enough
    assert quality_of(demand_of(service(), table(running_tasks=[4] * 1440))).long_enough


def test_nothing_reported_is_all_missing_and_nothing_censored() -> None:
    quality = quality_of(demand_of(service(), table(running_tasks=[None] * 5)))
    assert (quality.share_missing, quality.share_censored, quality.longest_gap_s) == (1.0, 0.0, 300)


@pytest.mark.parametrize(
    ("bits", "longest"), [("", 0), ("000", 0), ("1", 1), ("0110111", 3), ("1110110", 3), ("1111", 4)]
)
def test_the_longest_run_is_found_at_either_end_and_in_the_middle(bits: str, longest: int) -> None:
    assert longest_run(np.array([bit == "1" for bit in bits], dtype=np.bool_)) == longest
