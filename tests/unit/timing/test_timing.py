from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import pytest
from fleet import made
from hypothesis import given
from hypothesis import strategies as st

from trimtab.fleet.model import ContainerHealthCheck, StartSample
from trimtab.timing.ground import Setting
from trimtab.timing.startup import container_timing, startup_of, timing_of

ROOT = Path(__file__).parents[3]


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


def test_without_a_recorded_start_no_check_is_made_less_patient_than_todays() -> None:
    def found(start_period_s: int, retries: int, interval_s: int) -> ContainerHealthCheck:
        return ContainerHealthCheck(
            command=("x",), interval_s=interval_s, timeout_s=5, retries=retries, start_period_s=start_period_s
        )

    slow = timing_of(made.service(start_samples=(), health_check=found(240, 3, 30)))
    assert slow.container.start_period_s >= 240
    assert "as patient as the check found" in slow.startup.warning
    many = timing_of(made.service(start_samples=(), health_check=found(0, 10, 30))).container
    assert many.start_period_s + many.retries * many.interval_s >= 300
    quick = timing_of(made.service(start_samples=(), health_check=found(0, 3, 30)))
    assert quick.startup.seconds == 60
    measured = timing_of(made.service(health_check=found(240, 3, 30)))
    assert measured.container.start_period_s < 240


def test_no_start_at_all_is_assumed_and_said() -> None:
    result = startup_of(())
    assert (result.seconds, result.samples) == (60, 0)
    assert "60 s are assumed" in result.warning


def test_a_start_too_slow_for_ecs_is_cut_to_the_limit_with_a_warning() -> None:
    result = startup_of(tuple(start(260) for _ in range(30)))
    assert result.seconds == 200
    assert "260 s" in result.warning
    assert "not healthy after 450 s" in result.warning  # 300, and five checks 30 s apart


def test_a_start_too_slow_for_the_module_still_gets_its_grace_period_by_its_own_input() -> None:
    slow = timing_of(made.service(start_samples=tuple(start(260) for _ in range(30))))
    assert slow.target is not None
    assert slow.container.start_period_s == 300
    assert slow.grace_period_given_s == slow.target.grace_period_s == 390 + 30
    plain = timing_of(made.service(start_samples=made.starts(200)))
    assert plain.grace_period_given_s is None


def test_where_the_slowest_start_outlasts_what_p95_allows_a_higher_quantile_counts() -> None:
    # 20 s but for two of a hundred: p95 is 20, p99 60.3, and only the last outlasts 30 s.
    samples = (*(start(20) for _ in range(98)), start(60), start(90))
    result = startup_of(samples)
    assert (result.quantile, result.seconds) == (0.99, 61)
    assert container_timing(result.seconds).start_period_s >= 90
    assert startup_of((*(start(20) for _ in range(99)), start(600))).quantile == 1.0
    assert startup_of((*(start(20) for _ in range(99)), start(30))).quantile == 0.95


@given(st.lists(st.floats(2.1, 130), min_size=1, max_size=60))
def test_no_recorded_start_outlasts_the_start_period(seconds: list[float]) -> None:
    samples = tuple(start(one) for one in seconds)
    timing = timing_of(made.service(start_samples=samples))
    assert timing.target is not None
    slowest = max(one.boot_s + one.ready_s for one in samples)
    assert timing.container.start_period_s >= slowest
    assert timing.target.grace_period_s >= slowest + timing.target.interval_s


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
    assert check.start_period_s == max(10, math.ceil(startup_s * 3 / 10) * 5)
    assert check.interval_s == min(30, max(10, math.ceil(startup_s / 15) * 5))
    assert 5 <= check.interval_s <= 300
    assert 2 <= check.timeout_s < check.interval_s
    assert 1 <= check.retries <= 10
    target = timing_of(made.service(start_samples=made.starts(startup_s))).target
    assert target is not None
    assert target.grace_period_s == check.start_period_s + 30
    assert target.timeout_s < target.interval_s


def test_without_a_recorded_start_a_grace_period_is_not_shortened() -> None:
    patient = made.traffic(grace_period_s=900)
    assumed = timing_of(made.service(traffic=patient, start_samples=()))
    assert assumed.grace_period_given_s == 900
    assert any("as found" in one.sentence for one in assumed.grounds)
    measured = timing_of(made.service(traffic=patient, start_samples=made.starts(24)))
    assert measured.grace_period_given_s is None


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


# Each value says what it rests on


def test_every_value_has_its_ground_in_the_order_of_a_tasks_life() -> None:
    timing = timing_of(made.service(start_samples=tuple(start(10 + i / 10) for i in range(101))))
    assert [one.setting for one in timing.grounds] == list(Setting)
    found = {one.setting: one for one in timing.grounds}
    assert timing.target is not None
    assert {setting.value: one.value for setting, one in found.items()} == {
        "startup_seconds": timing.startup.seconds,
        "start_period": timing.container.start_period_s,
        "interval": timing.container.interval_s,
        "timeout": timing.container.timeout_s,
        "retries": timing.container.retries,
        "grace_period": timing.target.grace_period_s,
        "deregistration_delay": timing.target.deregistration_delay_s,
        "stop_timeout": timing.stop_timeout_s,
    }
    start_period = found[Setting.START_PERIOD]
    assert (start_period.quantile, start_period.measured_s, start_period.samples) == (0.95, 19.5, 101)
    assert start_period.margin == round(30 / 19.5, 2)
    assert found[Setting.RETRIES].margin is None
    assert "95 % of 101 recorded starts took 19.5 s or less" in found[Setting.STARTUP].sentence
    assert "the slowest, 20.0 s" in found[Setting.STARTUP].sentence


def test_where_nothing_was_measured_the_ground_says_so_and_names_no_quantile() -> None:
    found = {one.setting: one for one in timing_of(made.service(start_samples=())).grounds}
    for one in found.values():
        assert (one.quantile, one.measured_s, one.margin, one.samples) == (None, None, None, 0)
    assert "assumed" in found[Setting.STARTUP].sentence
    assert "no durations were recorded" in found[Setting.DEREGISTRATION_DELAY].sentence


def test_without_a_load_balancer_there_is_no_ground_for_a_target() -> None:
    settings = {one.setting for one in timing_of(made.service(traffic=None)).grounds}
    assert settings == set(Setting) - {Setting.GRACE_PERIOD, Setting.DEREGISTRATION_DELAY}


# Drains from the longest requests


def drained(max_s: float, name: str = "web", requests: int = 1_000_000, **changes: object) -> Any:
    traffic = made.traffic(response_times=made.times(max_s, requests, p99_s=min(0.2, max_s)))
    return timing_of(made.service(name, traffic=traffic, **changes))


@pytest.mark.parametrize(
    ("longest", "delay", "told"), [(0.4, 10, 1), (6.7, 15, 7), (20, 30, None), (21, 35, 21), (70, 105, 70)]
)
def test_the_drain_is_half_again_the_longest_request_in_steps_of_five(
    longest: float, delay: int, told: int | None
) -> None:
    timing = drained(longest)
    assert timing.target.deregistration_delay_s == delay
    assert timing.longest_request_s == told
    (ground,) = [one for one in timing.grounds if one.setting is Setting.DEREGISTRATION_DELAY]
    assert (ground.quantile, ground.measured_s, ground.samples) == (1.0, longest, 1_000_000)
    assert f"took {longest:g} s" in ground.sentence
    assert timing.warnings == ()


def test_few_requests_do_not_shorten_a_drain_but_lengthen_it() -> None:
    assert drained(0.4, requests=999).target.deregistration_delay_s == 30
    assert drained(0.4, requests=1000).target.deregistration_delay_s == 10
    assert drained(50, requests=999).target.deregistration_delay_s == 75


@pytest.mark.parametrize("name", ["api", "worker", "anything"])
@pytest.mark.parametrize("exposure", ["public", "internal"])
@pytest.mark.parametrize("delay", [25, 30, 60, 3600])
def test_a_drain_that_is_laid_down_stays_and_data_against_it_warns(
    name: str, exposure: str, delay: int
) -> None:
    def drains(longest: float) -> Any:
        traffic = made.traffic(exposure=exposure, response_times=made.times(longest))
        return timing_of(made.service(name, traffic=traffic), delay)

    short, long = drains(1), drains(delay + 10)
    assert short.target.deregistration_delay_s == long.target.deregistration_delay_s == delay
    assert short.warnings == ()
    assert len(long.warnings) == 1
    assert f"set to {delay} s by the objective" in long.warnings[0]
    assert f"took {delay + 10} s" in long.warnings[0]
    assert "leaves no margin" in drains(delay - 1).warnings[0]
    assert short.target.deregistration_reason.startswith(f"set to {delay} s by the objective; by the da")


@pytest.mark.parametrize("name", ["api", "worker", "web"])
def test_no_name_keeps_a_drain_that_the_requests_do_not_need(name: str) -> None:
    assert drained(0.4, name).target.deregistration_delay_s == 10
    assert drained(70, name).target.deregistration_delay_s == 105


@pytest.mark.parametrize(("delay", "told"), [(1, 1), (19, 19), (20, None), (30, None)])
def test_a_drain_laid_down_below_what_requests_are_taken_to_last_is_told_to_the_module(
    delay: int, told: int | None
) -> None:
    timing = timing_of(made.service(), delay)
    assert timing.target is not None
    assert timing.target.deregistration_delay_s == delay
    assert timing.target.deregistration_reason.endswith("; no durations were recorded")
    assert timing.longest_request_s == told  # the module refuses a drain shorter than it
    assert len(timing.warnings) == (told is not None)
    assert all("how long requests take is not recorded" in one for one in timing.warnings)


def test_the_stop_timeout_is_raised_for_a_longer_request_and_never_lowered() -> None:
    assert drained(1).stop_timeout_s == 30
    assert drained(30).stop_timeout_s == 45
    assert drained(30, stop_timeout_s=100).stop_timeout_s == 100
    assert drained(500).stop_timeout_s == 120


def test_callers_past_the_load_balancer_are_warned_for_what_fargate_cannot_wait_for() -> None:
    assert drained(110).warnings == ()
    assert "120 s after SIGTERM" in drained(110, callers=("api",)).warnings[0]


def test_requests_slower_than_the_health_check_waits_are_said() -> None:
    traffic = made.traffic(response_times=made.times(20, p99_s=12))
    (warning,) = timing_of(made.service("web", traffic=traffic)).warnings
    assert "health check waits 10 s" in warning


@given(st.floats(0.001, 5000), st.integers(1, 10**9), st.integers(2, 120), st.sampled_from(["api", "web"]))
def test_whatever_the_requests_the_module_takes_the_values(
    longest: float, requests: int, stop_s: int, name: str
) -> None:
    timing = drained(longest, name, requests, stop_timeout_s=stop_s)
    told = timing.longest_request_s or 20
    assert 1 <= told <= timing.target.deregistration_delay_s <= 3600
    assert told <= timing.stop_timeout_s
    assert 2 <= timing.stop_timeout_s <= 120


def test_the_formulas_are_those_of_the_module() -> None:
    health = (ROOT / "terraform/modules/service/health.tf").read_text(encoding="utf-8")
    for formula in (
        "max(10, ceil(1.5 * var.task.startup_seconds / 5) * 5)",
        "min(30, max(10, ceil(var.task.startup_seconds / 3 / 5) * 5))",
        "floor(local.check_interval / 2)",
        "min(5, max(3, ceil(var.task.startup_seconds / local.check_interval)))",
        "local.start_period + 2 * var.traffic.health_interval",
    ):
        assert formula in health
    where = (ROOT / "terraform/modules/service").glob("variables_t*.tf")
    variables = "".join(path.read_text(encoding="utf-8") for path in where)
    defaults = dict(re.findall(r"(\w+)\s+= optional\(number, (\d+)\)", variables))
    assert (defaults["health_interval"], defaults["health_timeout"]) == ("15", "10")
    assert (defaults["healthy_threshold"], defaults["unhealthy_threshold"]) == ("2", "3")
    assert (defaults["longest_request"], defaults["stop_timeout"]) == ("20", "30")
