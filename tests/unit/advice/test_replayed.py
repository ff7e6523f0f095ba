"""A service in the words of a replay: as deployed, as proposed, and what is assumed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest
from fleet import made
from hypothesis import given
from hypothesis import strategies as st

from trimtab.advice.case.case import Case, as_deployed, as_proposed, starts_of, workload_of
from trimtab.advice.case.outcome import judge
from trimtab.advice.case.proposal import Proposal, proposal_of
from trimtab.catalog.load import fargate_sizes, prices
from trimtab.demand.fill import held, history_of
from trimtab.errors import SnapshotError
from trimtab.fleet.model import Scaling, StartSample, Step, StepPolicy
from trimtab.ladders.ladders import default_ladders
from trimtab.replay.policy import Metric
from trimtab.sizing.model import Sizing
from trimtab.sizing.rightsizing import floor_of, right_size
from trimtab.timing.startup import timing_of

if TYPE_CHECKING:
    from trimtab.demand.series import Demand
    from trimtab.fleet.model import Service

PRICES = prices("us-east-1")
WAVE = 1.2 + np.sin(np.arange(2 * made.DAY) / made.DAY * 2 * np.pi)


def proposal(service: Service, demand: Demand) -> Proposal:
    sizing = right_size(service, demand, PRICES, fargate_sizes(), floor=floor_of(service))
    assert isinstance(sizing, Sizing)
    return proposal_of(service, sizing, default_ladders(sizing, demand), timing_of(service))


def proposed(service: Service, demand: Demand, **changes: object) -> Case:
    return as_proposed(workload_of(service, demand), replace(proposal(service, demand), **changes), PRICES)  # type: ignore[arg-type]


# Gaps


def test_a_gap_holds_the_last_reported_minute_and_the_beginning_the_first() -> None:
    there = np.array([0, 0, 1, 1, 0, 0, 1, 0], dtype=bool)
    values = np.array([9, 9, 1, 2, 9, 9, 5, 9], dtype=float)
    full = held(made.demand(values, values * 10, tasks=values, present=there))
    expected = np.array([1, 1, 1, 2, 2, 2, 5, 5], dtype=float)
    np.testing.assert_array_equal(full.cpu_vcpu, expected)
    np.testing.assert_array_equal(full.memory_mib, expected * 10)
    np.testing.assert_array_equal(full.tasks, expected)
    assert full.present.all()


@given(st.lists(st.booleans(), min_size=1, max_size=40).filter(any))
def test_filling_changes_no_reported_minute_and_uses_no_later_one(there: list[bool]) -> None:
    present, values = np.array(there), np.arange(1.0, len(there) + 1)
    full = held(made.demand(values, present=present))
    np.testing.assert_array_equal(full.cpu_vcpu[present], values[present])
    first = int(present.argmax())
    assert all(full.cpu_vcpu[first:] <= values[first:])
    assert set(full.cpu_vcpu) == set(values[present])


def test_a_history_is_from_the_first_report_to_the_last_with_its_gaps() -> None:
    present = np.array([False, False, True, False, True, False])
    whole = made.demand(np.arange(6.0), present=present)
    history = history_of(whole)
    assert history.start == whole.start + timedelta(minutes=2)
    assert history.cpu_vcpu.tolist() == [2.0, 0.0, 4.0]
    assert history.present.tolist() == [True, False, True]
    assert {getattr(history, name).size for name in ("memory_mib", "tasks", "requests", "censored")} == {3}
    assert {history.hottest_cpu_vcpu.size, history.hottest_memory_mib.size} == {3}
    none = made.demand(np.ones(3), present=False)
    assert history_of(none) is none


def test_without_a_single_report_there_is_nothing_to_hold() -> None:
    with pytest.raises(SnapshotError, match="made: no minute was reported"):
        held(made.demand(np.ones(5), present=False))


def test_the_share_that_was_filled_is_told() -> None:
    demand = made.demand(WAVE, present=np.arange(WAVE.size) % 10 > 0)
    assert as_deployed(workload_of(made.service(), demand), PRICES).filled_share == pytest.approx(0.1)
    assert judge(proposed(made.service(), demand)).verdict.filled_share == pytest.approx(0.1)


# Load


def test_the_hottest_task_is_told_from_the_average_one_and_never_cooler() -> None:
    cpu = np.array([0.0, 2.0, 2.0])
    load = as_deployed(
        workload_of(made.service(), made.demand(cpu, hottest=[1.5, 1.5, 0.8])), PRICES
    ).inputs.load
    np.testing.assert_allclose(load.hottest_ratio, [1.0, 1.5, 1.0])


def test_memory_that_follows_load_is_split_into_base_and_slope() -> None:
    share = WAVE / 4
    demand = made.demand(WAVE, memory=100 + 400 * share, tasks=4)
    load = proposed(made.service(), demand).inputs.load
    assert load.memory_slope_mib_per_vcpu == pytest.approx(400)
    np.testing.assert_allclose(load.memory_mib, 100)
    # At today's count the replay holds again what was recorded.
    service = made.service(scaling=Scaling(min_tasks=4, max_tasks=4))
    minutes = judge(as_deployed(workload_of(service, demand), PRICES)).replay.minutes
    np.testing.assert_allclose(minutes.memory_average_percent, 100 * demand.memory_mib / 2048)
    np.testing.assert_allclose(minutes.cpu_average_percent, 100 * share)


def test_both_sides_are_asked_to_carry_the_same_work_the_ceiling_lifted() -> None:
    service, demand = made.service(), made.demand(WAVE, censored=np.arange(WAVE.size) < 5)
    before, after = as_deployed(workload_of(service, demand), PRICES), proposed(service, demand)
    np.testing.assert_array_equal(before.inputs.load.cpu_vcpu, after.inputs.load.cpu_vcpu)
    np.testing.assert_allclose(before.inputs.load.cpu_vcpu[:6] / WAVE[:6], [1.15] * 5 + [1.0])


# Task, starts, drain


def test_the_collector_takes_its_share_of_the_proposed_task_alone() -> None:
    service, demand = made.service(), made.demand(WAVE)
    before, after = (
        as_deployed(workload_of(service, demand), PRICES).inputs.task,
        proposed(service, demand).inputs.task,
    )
    assert (before.overhead_vcpu, before.overhead_mib) == (0, 0)
    assert (after.overhead_vcpu, after.overhead_mib) == (32 / 1024, 128)
    bare = proposed(service, demand, collector_cpu_units=0, collector_memory_mib=0).inputs.task
    assert (bare.overhead_vcpu, bare.overhead_mib) == (0, 0)


def test_price_follows_size_architecture_and_storage() -> None:
    service, demand = made.service(architecture="ARM64"), made.demand(WAVE)
    deployed = as_deployed(workload_of(service, demand), PRICES).inputs.task
    assert deployed.price_usd_hour == PRICES.task_hour_usd(service.size, "ARM64")
    more = proposed(service, demand, size=made.size(512, 1024), architecture="X86_64", ephemeral_gib=50)
    assert more.inputs.task.price_usd_hour == PRICES.task_hour_usd(
        made.size(512, 1024), "X86_64", ephemeral_gib=50
    )


def test_starts_are_counted_from_the_decision_and_rounded_up_to_whole_seconds() -> None:
    starts = starts_of(
        [
            StartSample(placement_s=9.9, pull_s=4.0, boot_s=2.6, ready_s=11.8),
            StartSample(placement_s=0.1, pull_s=2.7, boot_s=0.2, ready_s=0.0),  # sums to 3.0000000000000004
        ]
    )
    assert starts.pull_s.tolist() == [10, 1]
    assert starts.running_s.tolist() == [17, 3]
    assert starts.serving_s.tolist() == [29, 3]


def test_without_samples_the_start_up_that_timing_assumes_is_assumed() -> None:
    starts = starts_of(())
    image_there = starts.pull_s + 20
    assert (starts.serving_s - image_there).tolist() == [
        timing_of(made.service(start_samples=())).startup.seconds
    ]


def test_the_drain_is_todays_before_and_the_proposed_one_after() -> None:
    service, demand = made.service(stop_timeout_s=45), made.demand(WAVE)
    before, after = as_deployed(workload_of(service, demand), PRICES).inputs, proposed(service, demand).inputs
    assert (before.deregistration_delay_s, before.shutdown_s) == (300, 45)
    assert (after.deregistration_delay_s, after.shutdown_s) == (30, 45)
    jobs = made.service(traffic=None)
    assert as_deployed(workload_of(jobs, demand), PRICES).inputs.deregistration_delay_s == 0
    assert proposed(jobs, demand).inputs.deregistration_delay_s == 0


# Policy


@pytest.mark.parametrize(("tasks", "initial"), [(1, 4), (7, 7), (50, 12)])
def test_the_deployed_count_at_first_is_the_recorded_one_within_the_bounds(tasks: int, initial: int) -> None:
    policy = as_deployed(workload_of(made.service(), made.demand(WAVE, tasks=tasks)), PRICES).policy
    assert (policy.min_tasks, policy.max_tasks, policy.initial_tasks) == (4, 12, initial)


@pytest.mark.parametrize(("vcpu", "initial"), [(0.01, 2), (1.0, 6), (400.0, 14)])
def test_the_proposed_count_at_first_is_what_the_first_minute_needs_within_the_bounds(
    vcpu: float, initial: int
) -> None:
    asked = proposal(made.service(), made.demand(WAVE))
    ladders = replace(asked.ladders, min_tasks=2, max_tasks=14)
    begin = np.concatenate(([vcpu], WAVE))
    case = as_proposed(
        workload_of(made.service(), made.demand(begin)),
        replace(asked, size=made.size(256, 1024), ladders=ladders),
        PRICES,
    )
    # 1 vCPU over 0.8 of 224 units a task.
    assert case.policy.initial_tasks == initial


def test_the_policies_that_are_replayed_are_the_services_own() -> None:
    out = StepPolicy(
        name="out", metric="memory", comparison="greater", threshold=61.0, evaluation_periods=2,
        datapoints_to_alarm=1, adjustment_type="ChangeInCapacity", cooldown_s=77,
        steps=(Step(lower=0.0, adjustment=3),),
    )  # fmt: skip
    service = made.service(scaling=Scaling(min_tasks=4, max_tasks=12, policies=(out,)))
    (alarm,) = as_deployed(workload_of(service, made.demand(WAVE)), PRICES).policy.alarms
    assert (alarm.metric, alarm.threshold, alarm.periods) == (Metric.MEMORY_AVERAGE, 61.0, 2)
    after = proposed(service, made.demand(WAVE)).policy
    assert [alarm.metric for alarm in after.alarms] == [
        Metric.CPU_AVERAGE,
        Metric.MEMORY_AVERAGE,
        Metric.JOINT,
    ]


# Verdict


def test_a_fixed_count_costs_its_tasks_by_the_hour_and_the_bound_is_as_much() -> None:
    service = made.service(scaling=Scaling(min_tasks=4, max_tasks=4))
    verdict = judge(as_deployed(workload_of(service, made.demand(WAVE, tasks=4)), PRICES)).verdict
    assert verdict.usd_month == pytest.approx(4 * 730 * (0.04048 + 2 * 0.004445))
    assert (verdict.tasks_mean, verdict.tasks_least, verdict.tasks_most) == (4, 4, 4)
    assert verdict.over_bound == pytest.approx(1.0, rel=1e-3)
    assert (verdict.over_cpu_min, verdict.direction_changes, verdict.launched) == (0, 0, 0)


def test_minutes_over_are_those_above_the_objective() -> None:
    service = made.service(scaling=Scaling(min_tasks=4, max_tasks=4))
    cpu, minute = np.full(made.DAY, 1.0), np.arange(made.DAY)
    cpu[minute < 30] = 3.3  # of 4 vCPU: above 80 %, below all
    cpu[minute < 10] = 5.0
    memory = np.where((minute >= 700) & (minute < 720), 1900.0, 1000.0)  # of 2048
    verdict = judge(as_deployed(workload_of(service, made.demand(cpu, memory)), PRICES)).verdict
    assert (verdict.over_cpu_min, verdict.saturated_min) == (30, 10)
    assert (verdict.over_memory_min, verdict.oom_min) == (20, 0)
    assert verdict.over_cpu_share == pytest.approx(30 / made.DAY)


def test_two_policies_that_fight_turn_and_pay_for_their_drains() -> None:
    step = StepPolicy(
        name="out", metric="cpu", comparison="greater", threshold=40.0, evaluation_periods=1,
        datapoints_to_alarm=1, adjustment_type="ChangeInCapacity", cooldown_s=60,
        steps=(Step(lower=0.0, adjustment=2),),
    )  # fmt: skip
    back = StepPolicy(
        name="in", metric="cpu", comparison="less", threshold=35.0, evaluation_periods=1,
        datapoints_to_alarm=1, adjustment_type="ChangeInCapacity", cooldown_s=30,
        steps=(Step(upper=0.0, adjustment=-1),),
    )  # fmt: skip
    service = made.service(scaling=Scaling(min_tasks=2, max_tasks=12, policies=(step, back)))
    judged = judge(as_deployed(workload_of(service, made.demand(np.full(made.DAY, 1.7))), PRICES))
    verdict, desired = judged.verdict, judged.replay.minutes.desired
    assert verdict.direction_changes_day > 20
    assert (verdict.tasks_least, verdict.tasks_most) == (desired.min(), desired.max())
    assert verdict.tasks_least < verdict.tasks_most
    running = verdict.tasks_mean * 730 * (0.04048 + 2 * 0.004445)
    assert verdict.usd_month > 1.1 * running
    assert verdict.over_bound is not None
    assert verdict.over_bound > 1.2
