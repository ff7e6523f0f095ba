"""The hours of the week in which a recording was at its peak."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from trimtab.demand.series import Demand
from trimtab.sizing.busy import busy_hours

MONDAY, LATER = datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 4, 13, 30, tzinfo=UTC)
HOUR, DAY = 60, 1440


def demand(cpu: np.ndarray, start: datetime, *, known: np.ndarray | None = None) -> Demand:
    nothing, never = np.zeros(cpu.size), np.zeros(cpu.size, dtype=bool)
    return Demand(
        service="web",
        start=start,
        step_s=60,
        cpu_vcpu=cpu,
        hottest_cpu_vcpu=cpu,
        memory_mib=nothing,
        hottest_memory_mib=nothing,
        tasks=np.ones(cpu.size),
        requests=nothing,
        present=~never if known is None else known,
        idle=never,
        censored=never,
    )


def with_peak(start: datetime, minutes: int, *peaks: int, level: float = 4.0) -> np.ndarray:
    """Return a vCPU all the time, and ``level`` in these hours of the week."""
    into = (start - MONDAY).total_seconds() / 60
    hour = ((into + np.arange(minutes)) // HOUR).astype(int) % 168
    return np.where(np.isin(hour, peaks), level, 1.0)


@pytest.mark.parametrize("start", [MONDAY, LATER])
@pytest.mark.parametrize("peaks", [(57,), (9, 33), (0, 167)])
def test_the_busiest_hours_of_the_week_are_found_wherever_the_record_begins(
    start: datetime, peaks: tuple[int, ...]
) -> None:
    assert busy_hours(demand(with_peak(start, 14 * DAY, *peaks), start)) == peaks


def test_an_hour_within_a_tenth_of_the_busiest_is_a_peak_too_and_none_below() -> None:
    cpu = with_peak(MONDAY, 7 * DAY, 10)
    cpu[20 * HOUR : 21 * HOUR], cpu[30 * HOUR : 31 * HOUR] = 3.61, 3.59
    assert busy_hours(demand(cpu, MONDAY)) == (10, 20)


def test_of_less_than_a_week_an_hour_of_the_day_is_one_of_each() -> None:
    cpu = with_peak(LATER, 2 * DAY, 81)
    assert busy_hours(demand(cpu, LATER)) == tuple(9 + 24 * day for day in range(7))


def test_minutes_that_nobody_reported_are_no_work_and_no_hour() -> None:
    cpu = with_peak(MONDAY, 7 * DAY, 10)
    known = np.ones(cpu.size, dtype=bool)
    known[10 * HOUR : 10 * HOUR + 50] = False  # ten minutes are left of the peak
    cpu[~known] = 0.0
    assert busy_hours(demand(cpu, MONDAY, known=known)) == (10,)


def test_of_work_that_is_always_the_same_every_hour_is_a_peak() -> None:
    assert busy_hours(demand(np.ones(7 * DAY), MONDAY)) == tuple(range(168))


def test_without_work_there_is_no_peak() -> None:
    assert busy_hours(demand(np.zeros(7 * DAY), MONDAY)) == ()
