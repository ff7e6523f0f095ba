"""Hours in which nobody called, and what may look like them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pytest
from advice import made as made_choice
from advice.test_levers import PRICES, one, pulls
from fleet import made

from trimtab.advice.cost import cents
from trimtab.advice.lever import LeverKind
from trimtab.advice.levers.nights import empty_hours

if TYPE_CHECKING:
    from trimtab.demand.series import Demand

DAYS = 8
MINUTES = np.arange(DAYS * made.DAY)
HOURS = MINUTES // 60 % 24
NIGHT = {22, 23, 0, 1, 2, 3, 4, 5}


def called(*, days: int = DAYS) -> Demand:
    """A service that nobody calls from 22:00 to 06:00, its CPU never at rest."""
    minutes = slice(0, days * made.DAY)
    made_up = made.demand(np.full(days * made.DAY, 1.0), tasks=2)
    return replace(made_up, requests=np.where(np.isin(HOURS, list(NIGHT)), 0.0, 50.0)[minutes])


def gone(demand: Demand, missing: np.ndarray) -> Demand:
    """The same with minutes that nobody reported."""
    arrays = ("cpu_vcpu", "hottest_cpu_vcpu", "memory_mib", "hottest_memory_mib", "tasks", "requests")
    cut = {name: np.where(missing, 0.0, getattr(demand, name)) for name in arrays}
    return replace(demand, present=demand.present & ~missing, **cut)


def test_hours_that_were_empty_every_day_are_found_whatever_the_cpu_did() -> None:
    assert empty_hours(called()) == NIGHT


def test_one_request_at_three_on_one_sunday_keeps_its_hour() -> None:
    demand = called()
    sunday = 6  # the record begins on a Monday
    demand.requests[sunday * made.DAY + 3 * 60 + 17] = 1.0
    assert empty_hours(demand) == NIGHT - {3}


def test_a_minute_that_nobody_reported_is_not_one_without_requests() -> None:
    # One minute of each day at 23: no day has seen that hour whole, and 22 alone is no night.
    assert empty_hours(gone(called(), MINUTES % made.DAY == 23 * 60 + 5)) == {0, 1, 2, 3, 4, 5}


def test_a_day_or_two_with_a_gap_leave_seven_to_go_by_or_not() -> None:
    at_two = (MINUTES // 60 % 24) == 2
    assert empty_hours(gone(called(), at_two & (MINUTES // made.DAY == 1))) == NIGHT
    # 3 to 5 are still a night, and so are 22 to 1.
    assert empty_hours(gone(called(), at_two & (MINUTES // made.DAY < 2))) == NIGHT - {2}


def test_a_minute_without_a_task_is_known_to_be_empty() -> None:
    missing = np.isin(HOURS, [0, 1])
    demand = gone(called(), missing)
    assert empty_hours(demand) == {22, 23, 2, 3, 4, 5}
    assert empty_hours(replace(demand, idle=missing)) == NIGHT


def test_less_than_a_week_is_not_enough_and_no_requests_at_all_are_no_record_of_them() -> None:
    assert empty_hours(called(days=6)) == frozenset()
    assert empty_hours(called(days=7)) == NIGHT
    nobody = called()
    nobody.requests[:] = 0.0
    assert empty_hours(nobody) == frozenset()
    # Requests were recorded from the third day on alone.
    late = called()
    late.requests[: 2 * made.DAY] = 0.0
    assert empty_hours(late) == frozenset()


def test_hours_are_those_of_utc_whenever_the_record_begins() -> None:
    later = replace(called(), start=made.START + timedelta(hours=5))
    assert empty_hours(later) == {3, 4, 5, 6, 7, 8, 9, 10}


def test_a_called_service_that_scales_gets_a_line_with_its_floor_and_what_a_caller_gets() -> None:
    service, demand = made.service(), called()
    lever = one(pulls(service, demand), LeverKind.SCHEDULED_ZERO)
    assert lever is not None
    assert "between 22:00 and 06:00 UTC, when no minute of the record had a request" in lever.basis
    assert "a caller in those hours gets 503" in lever.first
    hour = PRICES.task_hour_usd(made.size(512, 1024), "X86_64")
    assert lever.usd_month == pytest.approx(
        cents(made_choice.TODAY.min_tasks * hour * 730 * 8 / 24), abs=Decimal("0.02")
    )
    fixed = made.service(scaling=None)
    assert one(pulls(fixed, demand), LeverKind.SCHEDULED_ZERO) is None


def test_a_called_service_at_rest_whose_requests_nobody_recorded_gets_none() -> None:
    quiet = made.demand(np.where(np.isin(HOURS, list(NIGHT)), 0.001, 1.0), tasks=2)
    assert one(pulls(made.service(), quiet), LeverKind.SCHEDULED_ZERO) is None
    assert one(pulls(made.service(scaling=None), quiet), LeverKind.SCHEDULED_ZERO) is None
