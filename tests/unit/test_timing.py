from __future__ import annotations

import made_fleet as made
import pytest

from trimtab.fleet.model import StartSample
from trimtab.timing.startup import container_timing, startup_of, target_timing, timing_of


def start(seconds: float) -> StartSample:
    return StartSample(placement_s=300, pull_s=100, boot_s=2, ready_s=seconds - 2)


def test_startup_is_p95_of_boot_and_ready_rounded_up_without_placement_and_pull() -> None:
    samples = tuple(start(10 + i / 10) for i in range(101))  # 10.0 to 20.0 s; p95 is 19.5
    assert startup_of(samples).seconds == 20
    assert startup_of(samples).warning == ""


def test_few_starts_count_by_the_slowest_and_say_so() -> None:
    result = startup_of((*(start(10) for _ in range(8)), start(41.2)))
    assert result.seconds == 42
    assert "only 9 starts" in result.warning


def test_no_start_at_all_is_assumed_and_said() -> None:
    result = startup_of(())
    assert (result.seconds, result.samples) == (60, 0)
    assert "60 s are assumed" in result.warning


def test_a_start_too_slow_for_ecs_is_cut_to_the_limit_with_a_warning() -> None:
    result = startup_of(tuple(start(260) for _ in range(30)))
    assert result.seconds == 200
    assert "260 s" in result.warning


def test_two_hundred_seconds_still_fit() -> None:
    assert startup_of(tuple(start(200) for _ in range(30))).warning == ""
    assert container_timing(200).start_period_s == 300


@pytest.mark.parametrize(
    ("startup_s", "start_period", "interval", "timeout", "retries"),
    [
        (1, 10, 10, 5, 3),
        (6, 10, 10, 5, 3),
        (7, 15, 10, 5, 3),
        (24, 40, 10, 5, 3),
        (31, 50, 15, 7, 3),
        (45, 70, 15, 7, 3),
        (60, 90, 20, 10, 3),
        (91, 140, 30, 15, 4),
        (200, 300, 30, 15, 5),
    ],
)
def test_container_checks_follow_from_the_start(
    startup_s: int, start_period: int, interval: int, timeout: int, retries: int
) -> None:
    check = container_timing(startup_s)
    assert (check.start_period_s, check.interval_s, check.timeout_s, check.retries) == (
        start_period,
        interval,
        timeout,
        retries,
    )


@pytest.mark.parametrize("startup_s", range(1, 201))
def test_every_start_gives_checks_that_ecs_accepts_and_that_outlast_it(startup_s: int) -> None:
    check = container_timing(startup_s)
    assert startup_s < check.start_period_s <= 300
    assert 5 <= check.interval_s <= 300
    assert 2 <= check.timeout_s < check.interval_s
    assert 1 <= check.retries <= 10
    target = target_timing(check.start_period_s, "public")
    assert target.grace_period_s == check.start_period_s + 30
    assert target.timeout_s < target.interval_s


def test_public_requests_drain_for_half_a_minute_and_internal_ones_for_a_whole() -> None:
    public = timing_of(made.service()).target
    internal = timing_of(made.service(traffic=made.traffic(exposure="internal"))).target
    assert public is not None
    assert internal is not None
    assert (public.deregistration_delay_s, internal.deregistration_delay_s) == (30, 60)
    assert "no durations were recorded" in internal.deregistration_reason


def test_without_a_load_balancer_there_is_nothing_to_time_at_a_target() -> None:
    assert timing_of(made.service(traffic=None)).target is None


def test_the_stop_timeout_stays_as_it_is() -> None:
    assert timing_of(made.service(stop_timeout_s=75)).stop_timeout_s == 75
