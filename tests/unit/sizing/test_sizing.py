from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from fleet import made
from takeover import made as identities

from trimtab.catalog.load import fargate_sizes, prices
from trimtab.demand.memory.follow import load_memory
from trimtab.fleet.identity import Attachment, Registration
from trimtab.fleet.left_out import LeftOut
from trimtab.fleet.model import Failure, Scaling
from trimtab.sizing.memory import hottest_memory
from trimtab.sizing.model import SizeReason, Sizing
from trimtab.sizing.rightsizing import floor_of, laid_down, right_size
from trimtab.sizing.tasks import hottest_ratio, lifted_cpu, tasks_needed, trailing_maximum

if TYPE_CHECKING:
    from trimtab.demand.series import Demand
    from trimtab.fleet.model import Architecture, Service, TaskSize

DAY = np.arange(1440)
STEADY = np.full(1440, 0.05)
FORTNIGHT = np.full(14 * 1440, 0.05)


class OnePrice:
    """Every task costs the same, so only the count and the tie decide."""

    def task_hour_usd(self, size: TaskSize, architecture: Architecture) -> float:
        del size, architecture
        return 0.1


def sized(demand: Demand, service: Service | None = None, *, floor: int = 2) -> Sizing:
    result = right_size(service or made.service(), demand, prices("us-east-1"), fargate_sizes(), floor=floor)
    assert isinstance(result, Sizing)
    return result


def test_memory_above_what_the_cheapest_size_holds_makes_the_size_memory_bound() -> None:
    result = sized(made.demand(FORTNIGHT, memory=1500.0, hottest_memory=1.0))
    # 1500 * 1.15 + 128 = 1853 MiB: the least memory that holds it at 256 units is 2048.
    assert result.size == made.size(256, 2048)
    assert result.reason is SizeReason.MEMORY_BOUND
    assert "held 1500 MiB" in result.sentence
    assert "with 15 % and the 128 MiB collector 1853 MiB" in result.sentence


def test_a_small_task_keeps_twelve_percent_free_and_the_sentence_says_so() -> None:
    result = sized(made.demand(FORTNIGHT, memory=400.0, hottest_memory=1.0))
    # 400 * 1.15 + 128 = 588 MiB, of which 528 is 90 %: (400 + 128) / 0.88 = 600.
    assert result.size.memory_mib == 1024
    assert (
        "held 400 MiB, with 12 % of the task kept free and the 128 MiB collector 600 MiB" in result.sentence
    )


def test_a_day_of_history_asks_for_twice_the_margin_and_the_sentence_says_so() -> None:
    result = sized(made.demand(STEADY, memory=1500.0, hottest_memory=1.0))
    # 1500 * 1.2893 + 128 = 2062 MiB: above 2048.
    assert result.size == made.size(512, 3072)
    assert "with 29 % and the 128 MiB collector 2062 MiB" in result.sentence


def test_a_need_that_equals_a_size_is_held_by_it_and_one_mebibyte_more_is_not() -> None:
    exactly = (2048 - 128) / 1.15
    fits = sized(made.demand(FORTNIGHT, memory=exactly - 0.001, hottest_memory=1.0))
    assert fits.size.memory_mib == 2048
    over = sized(made.demand(FORTNIGHT, memory=exactly + 1, hottest_memory=1.0))
    assert over.size.memory_mib == 3072


def test_demand_for_many_tasks_makes_the_size_cpu_bound() -> None:
    # At 256 units many tasks each lose 32 to the collector, so larger tasks are cheaper.
    service = made.service(size=made.size(4096, 8192))
    result = sized(made.demand(np.full(1440, 8.0), memory=200.0, tasks=20), service)
    assert result.reason is SizeReason.CPU_BOUND
    assert result.size.cpu_units > 256
    assert "8.00 vCPU" in result.sentence


def test_little_demand_is_floor_bound_at_the_smallest_size() -> None:
    result = sized(made.demand(STEADY, memory=200.0))
    assert (result.size, result.reason) == (made.size(256, 512), SizeReason.FLOOR_BOUND)
    assert (result.tasks_mean, result.tasks_peak) == (2.0, 2)


def test_the_present_size_when_cheapest_is_already_right() -> None:
    result = sized(made.demand(STEADY), made.service(size=made.size(256, 512)))
    assert result.reason is SizeReason.ALREADY_RIGHT


def test_work_that_no_size_holds_is_said_with_its_numbers() -> None:
    demand = made.demand(STEADY, memory=240_000.0, hottest_memory=1.0)
    result = right_size(made.service(), demand, prices("us-east-1"), fargate_sizes(), floor=2)
    assert isinstance(result, LeftOut)
    assert "240000 MiB" in result.detail
    assert "32768 CPU units" in result.detail
    assert "may have 249856 MiB" in result.detail  # 244 GiB, the largest task


@pytest.mark.parametrize(("today", "kept"), [(0, 1), (1, 1), (2, 2), (3, 2), (40, 2)])
def test_a_service_behind_a_load_balancer_keeps_two_tasks_and_any_other_its_only_spare(
    today: int, kept: int
) -> None:
    scaling = Scaling(min_tasks=today, max_tasks=50)
    assert floor_of(made.service(scaling=scaling)) == 2
    assert floor_of(made.service(scaling=scaling, traffic=None, port=None)) == kept


@pytest.mark.parametrize(
    "reached",
    [
        {"attachments": (Attachment(target_group_arn="tcp", container_name="api", container_port=1883),)},
        {"registrations": (Registration(registry_arn="srv"),)},
        {"service_connect": True},
        {"lattice": True},
    ],
)
def test_a_service_that_is_reached_in_another_way_keeps_two_unless_it_always_ran_one(
    reached: dict[str, Any],
) -> None:
    def floor(told: dict[str, Any], tasks: float, most: int = 9) -> int:
        identity = identities.identity("api", **({"attachments": (), "registrations": ()} | told))
        service = made.service(scaling=Scaling(min_tasks=1, max_tasks=most), traffic=None, identity=identity)
        return floor_of(service, made.demand(STEADY, tasks=tasks))

    assert floor(reached, 3) == 2
    assert floor(reached, 1) == 1
    assert floor(reached, 3, most=1) == 1
    assert floor({}, 3) == 1


def test_out_of_memory_kills_leave_no_less_memory_than_today() -> None:
    killed = Failure(at="2026-11-03T00:00:00Z", kind="stopped task", text="web: OutOfMemoryError: killed")
    for failures, holds in (((), True), ((killed, killed), False)):
        service = made.service(size=made.size(512, 4096), failures=failures)
        result = right_size(service, made.demand(STEADY), prices("us-east-1"), fargate_sizes(), floor=2)
        assert isinstance(result, Sizing)
        assert (result.size.memory_mib < 4096) == holds
        assert any(one.holds and one.size.memory_mib < 4096 for one in result.candidates) == holds
        assert ("2 tasks were killed for memory: no less than today's 4096 MiB" in result.sentence) != holds


def test_a_size_that_is_laid_down_is_the_only_candidate_and_says_what_the_data_would_have() -> None:
    demand, service = made.demand(STEADY), made.service()
    by_data = sized(demand, service)
    same = laid_down(by_data, by_data.size, service.size)
    assert isinstance(same, Sizing)
    assert (same.size, same.reason) == (by_data.size, by_data.reason)
    assert same.sentence == f"{by_data.sentence}; set by the objective too"
    larger = laid_down(by_data, made.size(1024, 3072), service.size)
    assert isinstance(larger, Sizing)
    assert [one.size for one in larger.candidates] == [larger.size] == [made.size(1024, 3072)]
    assert larger.reason is SizeReason.LAID_DOWN
    assert larger.sentence.startswith(
        f"objective: it asks for 1024/3072; the estimate alone would have {by_data.size}; "
    )
    assert larger.cost_usd_month == larger.candidates[0].cost_usd_month > by_data.cost_usd_month


def test_a_size_that_is_laid_down_and_holds_too_little_names_itself_and_is_kept_where_it_runs() -> None:
    # 760 * 1.289 + 128 = 1108 MiB are asked of a new task: a day of history widens the margin.
    demand = made.demand(STEADY, memory=760.0, hottest_memory=1.0)
    by_data = sized(demand, made.service())
    refused = laid_down(by_data, made.size(512, 1024), made.size(1024, 2048))
    assert isinstance(refused, LeftOut)
    assert refused.detail.startswith("the objective sets 512/1024, and a task asks for ")
    # The same, where it runs already: 888 of 1024 MiB is less than the 90 % up to which a size is kept.
    kept = laid_down(by_data, made.size(512, 1024), made.size(512, 1024))
    assert isinstance(kept, Sizing)
    full = sized(made.demand(STEADY, memory=900.0, hottest_memory=1.0), made.service())
    assert isinstance(laid_down(full, made.size(512, 1024), made.size(512, 1024)), LeftOut)


def test_a_tie_in_cost_goes_to_the_smaller_size() -> None:
    result = right_size(made.service(), made.demand(STEADY), OnePrice(), fargate_sizes(), floor=2)
    assert isinstance(result, Sizing)
    assert result.size == made.size(256, 512)


def test_the_name_of_a_service_changes_nothing() -> None:
    demand = made.demand(1 + np.sin(DAY / 200), memory=600.0)
    one = sized(demand, made.service("api"))
    other = sized(demand, made.service("statements"))
    assert replace(other, service="api") == one


def test_arm_is_priced_as_arm() -> None:
    demand = made.demand(STEADY)
    x86, arm = sized(demand), sized(demand, made.service(architecture="ARM64"))
    assert arm.cost_usd_month == pytest.approx(2 * 730 * (0.25 * 0.03238 + 0.5 * 0.00356))
    assert x86.cost_usd_month == pytest.approx(2 * 730 * (0.25 * 0.04048 + 0.5 * 0.004445))


def test_minutes_without_a_report_count_neither_for_nor_against_the_cost() -> None:
    cpu = np.full(1440, 3.0)
    whole = sized(made.demand(cpu))
    halved = sized(made.demand(cpu, present=DAY >= 720))
    assert halved.cost_usd_month == pytest.approx(whole.cost_usd_month)
    assert halved.work.cpu_mean_vcpu == pytest.approx(3.0)


def test_demand_at_the_ceiling_is_taken_fifteen_percent_higher_and_its_share_reported() -> None:
    cpu = np.full(1440, 4.0)
    demand = made.demand(cpu, censored=DAY < 144)
    assert lifted_cpu(demand)[0] == pytest.approx(4.6)
    assert lifted_cpu(demand)[-1] == 4.0
    result = sized(demand)
    assert result.work.censored_share == pytest.approx(0.1)
    assert result.tasks_peak > sized(made.demand(cpu)).tasks_peak


def test_a_task_count_follows_margin_target_and_the_collectors_share() -> None:
    cpu = np.full(200, 2.0)
    # 1.15 * 2 / (0.80 * 480/1024) = 6.13
    assert tasks_needed(cpu, cpu_units=512, ratio=1.0, floor=1, step_s=60)[0] == 7
    # A hottest task at twice the average is what counts: 2 * 2 / (480/1024) = 8.53
    assert tasks_needed(cpu, cpu_units=512, ratio=2.0, floor=1, step_s=60)[0] == 9
    assert tasks_needed(cpu, cpu_units=512, ratio=1.0, floor=10, step_s=60)[0] == 10


def test_a_whole_quotient_is_not_rounded_up_by_binary_fractions() -> None:
    share = 480 / 1024
    for count in range(1, 200):
        cpu = np.array([count * 0.80 * share / 1.15])
        assert tasks_needed(cpu, cpu_units=512, ratio=1.0, floor=1, step_s=60)[0] == count


def test_a_burst_keeps_its_tasks_for_an_hour_and_not_a_minute_longer() -> None:
    cpu = np.zeros(300)
    cpu[100] = 5.0
    tasks = tasks_needed(cpu, cpu_units=1024, ratio=1.0, floor=1, step_s=60)
    assert np.flatnonzero(tasks > 1).tolist() == list(range(100, 160))


def test_the_hour_is_five_minute_steps_where_the_series_is_coarser() -> None:
    cpu = np.zeros(60)
    cpu[10] = 5.0
    tasks = tasks_needed(cpu, cpu_units=1024, ratio=1.0, floor=1, step_s=300)
    assert np.flatnonzero(tasks > 1).tolist() == list(range(10, 22))


@pytest.mark.parametrize("window", [1, 2, 3, 7, 60, 64, 500])
def test_trailing_maximum_equals_the_obvious_loop(window: int) -> None:
    values = np.random.default_rng(3).normal(size=150)
    expected = [values[max(0, i - window + 1) : i + 1].max() for i in range(values.size)]
    assert trailing_maximum(values, window).tolist() == expected


def test_spread_is_read_from_busy_minutes_with_several_tasks_below_the_ceiling() -> None:
    busy = DAY >= 720
    cpu = np.where(busy, 2.0, 0.1)
    assert hottest_ratio(made.demand(cpu, hottest=np.where(busy, 1.2, 9.0))) == pytest.approx(1.2)
    assert hottest_ratio(made.demand(cpu, tasks=1, hottest=3.0)) == 1.0
    at_ceiling = made.demand(cpu, hottest=np.where(DAY >= 1000, 5.0, 1.3), censored=DAY >= 1000)
    assert hottest_ratio(at_ceiling) == pytest.approx(1.3)


def test_memory_that_follows_load_needs_more_where_a_task_takes_more_of_it() -> None:
    cpu = 2.0 + 1.5 * np.sin(DAY / 100)
    memory = 300 + 800 * cpu / 4
    result = sized(made.demand(cpu, memory=memory, hottest_memory=1.0))
    assert result.work.load_memory.slope_mib_per_vcpu == pytest.approx(800)
    need = {c.size.cpu_units: c.memory_need_mib for c in result.candidates}
    margin = result.work.memory_margin
    assert need[4096] > need[1024] > 128 + margin * 300
    # Where tasks take less of the load than today, the measured peak still stands.
    assert need[256] == pytest.approx(128 + margin * memory.max(), rel=1e-6)


def test_a_burst_off_the_line_grows_with_the_share_of_load_as_the_rest_does() -> None:
    cpu = np.full(1440, 8.0) + np.sin(DAY / 100)
    memory = 300 + 400 * cpu / 8
    memory[700] = 300 + 2 * 400 * cpu[700] / 8
    demand = made.demand(cpu, memory=memory, tasks=8, hottest_memory=1.0)
    fit, half = load_memory(demand), np.full(1440, 4.0)
    assert fit.base_mib == pytest.approx(300, rel=0.01)
    held = hottest_memory(demand, cpu, half, fit, 1.0)
    assert held[700] == pytest.approx(300 + 2 * (memory[700] - 300), rel=0.01)
    assert held[100] == pytest.approx(300 + 400 * cpu[100] / 4, rel=0.01)
    assert hottest_memory(demand, cpu, 2 * demand.tasks, fit, 1.0) == pytest.approx(memory)
    uneven = made.demand(cpu, memory=memory, tasks=8, hottest_memory=1.5)
    assert hottest_memory(uneven, cpu, 2 * demand.tasks, fit, 1.0) == pytest.approx(1.5 * memory)


def test_the_maximum_statistic_not_the_mean_is_what_a_task_must_hold() -> None:
    calm = sized(made.demand(FORTNIGHT, memory=300.0, hottest_memory=1.0))
    burst = np.where(np.arange(FORTNIGHT.size) == 5000, 4.0, 1.0)
    one_task = sized(made.demand(FORTNIGHT, memory=300.0, hottest_memory=burst))
    assert calm.size.memory_mib == 512
    assert one_task.work.memory_peak_mib == 1200.0
    assert one_task.size.memory_mib == 2048


def test_memory_that_does_not_follow_load_needs_the_same_at_every_size() -> None:
    memory = 400 + np.random.default_rng(5).normal(0, 20, 1440)
    result = sized(made.demand(2.0 + np.sin(DAY / 100), memory=memory))
    assert result.work.load_memory.slope_mib_per_vcpu == 0
    assert len({c.memory_need_mib for c in result.candidates}) == 1


def test_memory_that_falls_with_load_is_not_taken_away() -> None:
    cpu = 2.0 + np.sin(DAY / 100)
    fit = load_memory(made.demand(cpu, memory=900 - 100 * cpu))
    assert fit.slope_mib_per_vcpu == 0
    assert fit.r2 == pytest.approx(1.0)


def test_constant_series_draw_no_line() -> None:
    assert load_memory(made.demand(np.full(1440, 2.0), memory=DAY + 100.0)).slope_mib_per_vcpu == 0
    assert load_memory(made.demand(2.0 + np.sin(DAY), memory=300.0)).slope_mib_per_vcpu == 0


def test_a_service_that_used_no_cpu_at_all_gets_its_floor() -> None:
    result = sized(made.demand(np.zeros(1440)), floor=1)
    assert (result.tasks_mean, result.size) == (1.0, made.size(256, 512))
