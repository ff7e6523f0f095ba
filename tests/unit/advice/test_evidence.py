from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest
from fleet import made
from takeover import made as identified

from example_run import REPOSITORY
from trimtab.advice.before import Before
from trimtab.advice.calls import NONE
from trimtab.advice.case.case import as_deployed, workload_of
from trimtab.advice.case.objective import DEFAULT
from trimtab.advice.case.outcome import Verdict, judge
from trimtab.advice.case.proposal import proposal_of
from trimtab.advice.cautions import (
    cautions_of,
    cautions_of_calls,
    cautions_of_capacity,
    cautions_of_cost,
    cautions_of_replay,
)
from trimtab.advice.cost import Cost, CostParts, cents, cost_of, dollars, total
from trimtab.advice.model import Caution, CautionKind
from trimtab.catalog.load import fargate_sizes, prices
from trimtab.document.encode import published, shortlist
from trimtab.fleet.model import Scaling, Service
from trimtab.ladders.ladders import default_ladders
from trimtab.pipeline import recommend
from trimtab.replay.elasticity import elasticity
from trimtab.sizing.model import Sizing
from trimtab.sizing.rightsizing import floor_of, right_size
from trimtab.terraform_module import SERVICE_NAME
from trimtab.timing.startup import timing_of

if TYPE_CHECKING:
    from trimtab.demand.series import Demand

PRICES = prices("us-east-1")
WAVE = 0.5 + 0.2 * np.sin(np.arange(7 * 1440) * 2 * np.pi / 1440)
STEADY = np.full(1440, 0.5)


def sized(service: Service, demand: Demand) -> Sizing:
    result = right_size(service, demand, PRICES, fargate_sizes(), floor=floor_of(service))
    assert isinstance(result, Sizing)
    return result


def kinds(service: Service, demand: Demand, drain_s: int | None = None) -> set[CautionKind]:
    found = cautions_of(service, demand, sized(service, demand), timing_of(service, drain_s))
    # What less CPU does to answers has tests of its own (test_slower.py): nearly all here get less.
    return {caution.kind for caution in found} - {CautionKind.LATENCY}


def week(**changes: object) -> Demand:
    return made.demand(WAVE, **changes)  # type: ignore[arg-type]


def verdict(**changes: object) -> Verdict:
    values: dict[str, Any] = {
        "service": "api", "size": made.size(1024, 2048), "min_tasks": 4, "max_tasks": 12, "minutes": 10_000,
        "filled_share": 0.0, "tasks_mean": 4.0, "tasks_least": 4, "tasks_most": 4, "usd_month": 144.21,
        "cpu_share": 0.8,
        "over_cpu_min": 0, "over_memory_min": 0, "oom_min": 0, "saturated_min": 0, "direction_changes": 0,
        "launched": 0, "over_bound": 1.0,
        "elasticity": elasticity(np.ones(2), np.ones(2)),
    }  # fmt: skip
    return Verdict(**(values | changes))


def priced(recorded: str, before: str, after: str = "50.00") -> Cost:
    return Cost(
        recorded_usd_month=Decimal(recorded),
        before=CostParts(compute_usd_month=Decimal(before), insights_usd_month=Decimal("900.00")),
        after=CostParts(compute_usd_month=Decimal(after)),
    )


def test_before_and_after_are_replayed_and_what_was_recorded_stands_beside_them() -> None:
    service, demand = made.service(), made.demand(STEADY, tasks=np.where(np.arange(1440) < 720, 4, 6))
    deployed, proposed = verdict(usd_month=180.014), verdict(usd_month=60.015)
    cost = cost_of(service, demand, PRICES, deployed=deployed, proposed=proposed)
    assert cost.recorded_usd_month == cents(5 * 730 * (0.04048 + 2 * 0.004445))
    assert cost.before.compute_usd_month == Decimal("180.01")
    assert cost.after.compute_usd_month == Decimal("60.02")
    assert cost.compute_saving_usd_month == Decimal("119.99")
    assert cost.saving_usd_month == cost.before_usd_month - cost.after_usd_month


def test_the_record_rests_on_reported_minutes_alone() -> None:
    service = made.service()
    demand = made.demand(STEADY, tasks=4, present=np.arange(1440) < 1000)
    cost = cost_of(service, demand, PRICES, deployed=verdict(), proposed=verdict())
    assert cost.recorded_usd_month == cents(4 * 730 * (0.04048 + 2 * 0.004445))


def doubts(proposed: Verdict) -> dict[CautionKind, str]:
    return {one.kind: one.text for one in cautions_of_replay(proposed, DEFAULT)}


@pytest.mark.parametrize(("minutes", "said"), [(100, False), (101, True)])
def test_an_objective_missed_in_more_than_one_minute_of_a_hundred_is_said(minutes: int, said: bool) -> None:
    found = doubts(verdict(over_cpu_min=minutes, saturated_min=1007))
    assert (CautionKind.OBJECTIVE in found) == said
    if said:
        assert "1.0 % of minutes are above 80 % CPU, where 1 % is allowed" in found[CautionKind.OBJECTIVE]
        assert "1,007 of 10,000" in found[CautionKind.OBJECTIVE]


def test_memory_over_its_objective_or_past_its_size_is_said() -> None:
    assert doubts(verdict()) == {}
    assert set(doubts(verdict(over_memory_min=1))) == {CautionKind.MEMORY}
    assert set(doubts(verdict(oom_min=1, over_memory_min=1))) == {CautionKind.MEMORY}


@pytest.mark.parametrize(
    ("usd", "shown"), [(0.125, "0.13"), (0.005, "0.01"), (1e-9, "0.00"), (1234.5, "1234.50")]
)
def test_amounts_round_halves_up_to_whole_cents(usd: float, shown: str) -> None:
    assert str(cents(usd)) == shown


def test_an_amount_below_zero_has_its_sign_before_the_dollar() -> None:
    assert (dollars(Decimal("1234.50")), dollars(Decimal("-39.63"))) == ("$1,234.50", "-$39.63")


def dearer(service: Service, demand: Demand, before: CostParts, after: CostParts) -> list[str]:
    """Say why a proposal of two tasks at least costs more than the service does today."""
    sizing = sized(service, demand)
    proposal = proposal_of(service, sizing, default_ladders(sizing, demand), timing_of(service))
    cost = Cost(recorded_usd_month=before.compute_usd_month, before=before, after=after)
    case = as_deployed(workload_of(service, demand), PRICES)
    found = cautions_of_cost(service, cost, Before(judged=judge(case), case=case), proposal, DEFAULT)
    return [one.text for one in found]


def test_what_costs_more_than_today_says_why() -> None:
    less, more = CostParts(compute_usd_month=Decimal("90.00")), CostParts(compute_usd_month=Decimal("100.50"))
    short = made.service(scaling=Scaling(min_tasks=1, max_tasks=1))
    enough = made.service(scaling=Scaling(min_tasks=4, max_tasks=4))
    low = made.demand(WAVE * 0.5)
    assert dearer(enough, week(), more, less) == []
    assert dearer(enough, week(), less, less) == []
    (missed,) = dearer(short, made.demand(WAVE * 3), less, more)
    assert "$10.50 a month more than today's configuration, which does not keep the objective: " in missed
    assert "% of minutes short of CPU" in missed
    (fewer,) = dearer(short, low, less, more)
    assert "which stands every trial with fewer tasks: 1 at least, where 2 are proposed" in fewer
    (other,) = dearer(enough, low, less, more)
    assert "which stands every trial too, without a trace collector" in other


def test_a_saving_that_container_insights_eat_up_is_said() -> None:
    before = CostParts(compute_usd_month=Decimal("50.00"))
    after = CostParts(compute_usd_month=Decimal("48.00"), insights_usd_month=Decimal("7.50"))
    (text,) = dearer(made.service(), week(), before, after)
    assert text.startswith("Fargate costs $2.00 a month less than today; logs, Container Insights, ")
    assert text.endswith(" cost $7.50 a month more")
    after = CostParts(compute_usd_month=Decimal("50.00"), insights_usd_month=Decimal("7.50"))
    (same,) = dearer(made.service(), week(), before, after)
    assert same.startswith("Fargate costs what it does today; logs")


def test_nothing_paid_is_no_division_by_zero() -> None:
    assert total([]).saving_share == 0.0


def test_a_plain_service_with_a_week_of_data_has_no_caution() -> None:
    assert kinds(made.service(), week()) == set()


def test_each_doubt_is_said_once() -> None:
    minutes = np.arange(7 * 1440)
    assert kinds(made.service(), week(censored=minutes < 20)) == {CautionKind.CENSORED}
    assert kinds(made.service(), week(present=(minutes < 300) | (minutes > 400))) >= {CautionKind.GAP}
    assert kinds(made.service(), made.demand(WAVE[:1440])) == {CautionKind.SHORT}
    assert kinds(made.service(), made.demand(np.full_like(WAVE, 0.5))) == {CautionKind.CONSTANT}
    assert kinds(made.service(), made.demand(np.zeros_like(WAVE))) == {CautionKind.ZERO}
    assert kinds(made.service(), made.demand(np.where(minutes == 900, 9.0, WAVE))) == {CautionKind.ONE_SPIKE}
    assert kinds(made.service(start_samples=()), week()) == {CautionKind.STARTUP}
    assert kinds(made.service(stop_timeout_s=10), week()) == {CautionKind.STOP_TIMEOUT}
    slow = made.traffic(response_times=made.times(45))
    assert kinds(made.service(traffic=slow), week(), drain_s=30) == {CautionKind.DRAIN}
    assert kinds(made.service(traffic=slow), week()) == set()
    quick = made.traffic(response_times=made.times(0.5))
    assert kinds(made.service(traffic=quick, stop_timeout_s=10), week()) == set()
    assert kinds(made.service(port=None, traffic=None), week()) == {CautionKind.HEALTH_COMMAND}
    assert kinds(made.service(egress=None), week()) == {CautionKind.EGRESS}
    assert kinds(made.service(), week(memory=np.linspace(300, 900, 7 * 1440))) == {CautionKind.LEAK}
    steps = np.where(minutes < 5 * 1440, 300.0, 500.0)
    assert kinds(made.service(), week(memory=steps)) == {CautionKind.RISING}
    full = np.where(minutes == 4000, 1990.0, 500.0)
    assert kinds(made.service(), week(memory=full, hottest_memory=1.0)) == {CautionKind.MEMORY_LIMIT}


@pytest.mark.parametrize(
    ("today", "proposed", "said"),
    [
        ((2, 2), (2, 10), "ran at a fixed 2 tasks and may now run 2 to 10: if two copies must not run"),
        ((1, 1), (1, 3), "ran at a fixed 1 task and may now run 1 to 3"),
        ((6, 6), (3, 3), "ran at a fixed 6 tasks and may now run 3: "),
        ((2, 2), (2, 2), None),
        ((2, 4), (2, 10), None),
    ],
)
def test_a_count_that_was_fixed_and_no_longer_is_is_said_with_the_new_bounds(
    today: tuple[int, int], proposed: tuple[int, int], said: str | None
) -> None:
    service = made.service(scaling=Scaling(min_tasks=today[0], max_tasks=today[1]))
    found = of_capacity(service, proposed, week(tasks=1))
    assert [one.kind for one in found] == ([CautionKind.FIXED_COUNT] if said else [])
    assert all(one.text.startswith(said or "") for one in found)


def of_capacity(service: Service, bounds: tuple[int, int], demand: Demand) -> list[Caution]:
    sizing = sized(service, week())
    ladders = replace(default_ladders(sizing, week()), min_tasks=bounds[0], max_tasks=bounds[1])
    proposal = proposal_of(service, sizing, ladders, timing_of(service))
    return list(cautions_of_capacity(service, proposal, demand))


@pytest.mark.parametrize(
    ("today", "proposed", "said"),
    [(6, 4, True), (3, 2, True), (3, 1, True), (3, 3, False), (3, 4, False), (2, 1, False), (1, 2, False)],
)
def test_a_minimum_above_two_that_is_lowered_is_said(today: int, proposed: int, said: bool) -> None:
    service = made.service(scaling=Scaling(min_tasks=today, max_tasks=20))
    found = of_capacity(service, (proposed, 20), week(tasks=1))
    assert [one.kind for one in found] == ([CautionKind.FEWER] if said else [])
    begins = f"today never fewer than {today} tasks; the proposal goes down to {proposed}: "
    assert all(one.text.startswith(begins) for one in found)


def test_a_maximum_below_what_ran_in_the_last_day_says_how_many_tasks_an_apply_stops() -> None:
    service = made.service(scaling=Scaling(min_tasks=2, max_tasks=20))
    minutes = np.arange(7 * 1440)

    def said(tasks: object, most: int, present: object = True) -> list[str]:
        found = of_capacity(service, (2, most), week(tasks=tasks, present=present))
        lower = f"today up to 20 tasks, the proposal up to {most}: "
        assert [one.text.startswith(lower) for one in found if one.kind is CautionKind.FEWER] == [True]
        return [one.text for one in found if one.kind is CautionKind.STOPS]

    assert said(9, 9) == []
    (steady,) = said(9, 8)
    assert steady.startswith("max is 8, and up to 9 tasks ran in the last day of the record, 9 at its end: ")
    assert steady.endswith("an apply at such a time stops 1 of them at once")
    burst = np.where(minutes == 6 * 1440, 12, 4)
    (text,) = said(burst, 8)
    assert "up to 12 tasks ran in the last day of the record, 4 at its end" in text
    assert "stops 4 of them" in text
    assert said(np.where(minutes == 6 * 1440 - 1, 12, 4), 8) == []  # a minute more than a day ago
    # The record ends with its last report, not with the span.
    silent = minutes < 5 * 1440
    assert said(np.where(minutes == 4 * 1440, 12, 4), 8, silent)
    assert said(np.where(minutes == 4 * 1440 - 1, 12, 4), 8, silent) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [("api", False), ("a" * 32, False), ("a" * 33, True), ("My-App", True), ("my_app", True), ("9", True)],
)
def test_a_name_that_the_module_refuses_is_said_before_the_plan_says_it(name: str, said: bool) -> None:
    assert (CautionKind.NAME in kinds(made.service(name), week())) == said
    assert CautionKind.NAME not in kinds(identified.service(name), week())
    variables = (REPOSITORY / "terraform" / "modules" / "service" / "variables.tf").read_text("utf-8")
    assert f'regex("^{SERVICE_NAME}$", var.name)' in variables


def test_a_leak_is_told_with_its_slope_when_it_is_full_and_when_tasks_must_go() -> None:
    minutes = np.arange(14 * 1440) / 1440
    demand = made.demand(np.full(14 * 1440, 0.5), memory=300 + 50 * (minutes % 6), hottest_memory=1.0)
    service = made.service()
    result = sized(service, demand)
    # 600 * 1.15 + 128 = 818 MiB, so 1024: (1024 - 128 - 300) / 50 = 11.9 days from the start of a task.
    assert result.size.memory_mib == 1024
    found = cautions_of(service, demand, result, timing_of(service))
    text = next(one.text for one in found if one.kind is CautionKind.LEAK)
    assert "memory grows by 50 MiB a day" in text
    assert "a task is full 11.9 days after its start, those of the record's end in 9.9 days" in text
    assert "replace tasks every 9.5 days or sooner" in text


def test_a_caller_that_is_left_out_is_named() -> None:
    service = made.service(callers=("jobs", "web"))
    found = tuple(cautions_of_calls(service, NONE, frozenset({"jobs"})))
    assert [caution.kind for caution in found] == [CautionKind.CALLER]
    assert "jobs" in found[0].text
    assert "web" not in found[0].text


def test_the_shortlist_is_the_least_memory_of_each_cpu_and_the_sizes_kept() -> None:
    sizing = sized(made.service(), made.demand(STEADY, memory=1000.0))
    listed = [one.size for one in shortlist(sizing, made.size(256, 512))]
    assert made.size(256, 512) in listed
    assert made.size(256, 2048) in listed
    assert made.size(512, 2048) in listed
    assert made.size(512, 3072) not in listed
    assert listed == sorted(listed)


def test_the_document_holds_every_service_and_its_sums_agree() -> None:
    snapshot = made.snapshot(
        made.service("api"), made.service("jobs", traffic=None), made.service("idle"), silent=("idle",)
    )
    recommendation = recommend(snapshot, effort=made.LITTLE)
    document = msgspec.json.decode(msgspec.json.encode(published(recommendation)))
    assert document["document_version"] == 7
    assert [one["name"] for one in document["services"]] == ["api", "jobs"]
    assert [(one["service"], one["reason"]) for one in document["left_out"]] == [("idle", "no metrics")]
    costs = [*(one["cost"] for one in document["services"]), document["shared_cost"]]
    for key in ("recorded_usd_month", "before_usd_month", "after_usd_month", "saving_usd_month"):
        assert document["cost"][key] == pytest.approx(sum(cost[key] for cost in costs), abs=1e-6)
    for side in ("before", "after"):
        for cost in (*costs, document["cost"]):
            assert cost[f"{side}_usd_month"] == pytest.approx(sum(cost[side].values()), abs=1e-6)
        for part in document["cost"][side]:
            assert document["cost"][side][part] == pytest.approx(
                sum(cost[side][part] for cost in costs), abs=1e-6
            )
    assert document["price_basis"] == "list price"
    for one, advice in zip(document["services"], recommendation.services, strict=True):
        assert one["replay_before"]["usd_month"] == one["cost"]["before"]["compute_usd_month"]
        assert one["replay_after"]["usd_month"] == one["cost"]["after"]["compute_usd_month"]
        assert [ground["setting"] for ground in one["timing"]["grounds"]][:2] == [
            "startup_seconds",
            "start_period",
        ]
        assert all(ground["sentence"] for ground in one["timing"]["grounds"])
        assert one["replay_after"]["minutes"] == 2 * 1440
        assert one["replay_after"]["cost_over_bound"] >= 1.0
        assert one["replay_after"]["elasticity"]["over_time_percent"] > 0
        sizes = [candidate["size"] for candidate in one["candidates"]]
        assert f"{one['cpu_units']}/{one['memory_mib']}" in sizes
        assert f"{one['deployed']['cpu_units']}/{one['deployed']['memory_mib']}" in sizes
        chosen = msgspec.json.decode(msgspec.json.encode(advice.ladders))
        assert {**chosen, **one["scaling"]} == chosen
        assert not any(chosen[trait] for trait in chosen.keys() - one["scaling"].keys())  # left out: not used
        assert [trial["test"] for trial in one["choice"]["trials"]] == [
            "tuned days",
            "held-out days",
            "demand x1.2",
            "peak shifted",
        ]
        assert one["choice"]["replays"] > 0
        assert one["cpu_units"] == 256
        assert one["timing"]["container"]["start_period_s"] == 120  # 20 s at four times as much CPU
        assert (one["timing"]["target"] is None) == (one["name"] == "jobs")
