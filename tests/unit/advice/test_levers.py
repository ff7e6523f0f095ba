"""Levers not pulled: what each would save, by replay or price, and when nothing is claimed for it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest
from advice import made as made_choice
from fleet import made

from trimtab.advice.case.case import as_proposed, workload_of
from trimtab.advice.case.objective import DEFAULT, Spot
from trimtab.advice.case.outcome import judge
from trimtab.advice.case.proposal import Proposal
from trimtab.advice.cost import Cost, CostParts, cents
from trimtab.advice.lever import Lever, LeverKind, Pulls
from trimtab.advice.levers.levers import _commitment, least_hour, pulls_of
from trimtab.advice.levers.nights import idle_hours
from trimtab.catalog.load import Price, prices
from trimtab.catalog.offers import offers
from trimtab.catalog.own_prices import read_prices

if TYPE_CHECKING:
    from pathlib import Path

    from trimtab.catalog.load import Prices
    from trimtab.demand.series import Demand
    from trimtab.fleet.model import Service

PRICES = prices("us-east-1")
SIX_DAYS = np.arange(6 * made.DAY)
WORKER = made.service("worker", traffic=None, port=None)


def rate(usd: float) -> Price:
    return Price(usd=usd, unit="x", vintage="given", source="test")


ELSEWHERE = msgspec.structs.replace(PRICES, region="eu-central-1")
"""Of which the catalog has neither Spot rates nor a plan."""
SPOT_RATES = msgspec.structs.replace(
    PRICES, fargate_spot_x86_vcpu_hour=rate(0.0133), fargate_spot_x86_gb_hour=rate(0.0015)
)


def pulls(
    service: Service,
    demand: Demand,
    price_list: Prices = PRICES,
    *,
    cost: Cost | None = None,
    environment: str = "production",
    **changes: Any,
) -> Pulls:
    proposal = proposed(**changes)
    workload = workload_of(service, demand)
    judged = judge(as_proposed(workload, proposal, price_list))
    return pulls_of(workload, proposal, judged, cost or Cost(), price_list, DEFAULT, environment)


def proposed(**changes: Any) -> Proposal:
    values: dict[str, Any] = {
        "size": made.size(512, 1024),
        "architecture": "X86_64",
        "ladders": made_choice.TODAY,
        "deregistration_delay_s": 30,
        "stop_timeout_s": 30,
    }
    return Proposal(**(values | changes))


def one(found: Pulls, kind: LeverKind) -> Lever | None:
    kinds = [lever for lever in found.levers if lever.kind is kind]
    assert len(kinds) <= 1
    return kinds[0] if kinds else None


def usd_month(demand: Demand, price_list: Prices = PRICES, **changes: Any) -> float:
    workload = workload_of(made.service(), demand)
    return judge(as_proposed(workload, proposed(**changes), price_list)).verdict.usd_month


BUSY = made.demand(made_choice.wave(), tasks=4)


# Of one service


def test_graviton_saves_what_a_replay_of_the_proposal_on_arm_costs_less() -> None:
    lever = one(pulls(made.service(), BUSY), LeverKind.GRAVITON)
    assert lever is not None
    assert lever.usd_month == cents(usd_month(BUSY) - usd_month(BUSY, architecture="ARM64")) > 1
    assert "image for arm64" in lever.first
    assert one(pulls(made.service(), BUSY, architecture="ARM64"), LeverKind.GRAVITON) is None


def test_graviton_without_a_price_is_named_without_dollars() -> None:
    without = msgspec.structs.replace(PRICES, fargate_arm_vcpu_hour=None)
    lever = one(pulls(made.service(), BUSY, without), LeverKind.GRAVITON)
    assert lever is not None
    assert lever.usd_month is None
    assert "no price for ARM64: give it with --prices" in lever.basis


def test_spot_without_rates_has_no_dollars_and_says_how_to_give_them() -> None:
    lever = one(pulls(made.service(), BUSY, ELSEWHERE), LeverKind.SPOT)
    assert lever is not None
    assert lever.usd_month is None
    assert lever.basis.startswith(
        "no Spot rates of eu-central-1: give fargate_spot_x86_vcpu_hour and "
        "fargate_spot_x86_gb_hour with --prices"
    )


def test_spot_is_priced_by_the_catalogs_rates_of_a_day_which_is_said() -> None:
    known = offers("us-east-1")
    assert known is not None
    dated = msgspec.structs.replace(
        PRICES,
        fargate_spot_x86_vcpu_hour=known.fargate_spot_x86_vcpu_hour,
        fargate_spot_x86_gb_hour=known.fargate_spot_x86_gb_hour,
    )
    lever = one(pulls(made.service(), BUSY), LeverKind.SPOT)
    assert lever is not None
    assert lever.usd_month == cents(usd_month(BUSY) - usd_month(BUSY, dated, spot=Spot())) > 1
    assert "at AWS's rates of 2026-09-28, which move" in lever.basis
    # On ARM by ARM's.
    lever = one(pulls(made.service(), BUSY, architecture="ARM64"), LeverKind.SPOT)
    assert lever is not None
    assert "fargate_spot_arm_vcpu_hour" in lever.basis


def test_spot_is_priced_by_rates_that_were_given_before_the_catalogs_and_by_replay_with_interruptions() -> (
    None
):
    lever = one(pulls(made.service(), BUSY, SPOT_RATES), LeverKind.SPOT)
    assert lever is not None
    on_spot = usd_month(BUSY, SPOT_RATES, spot=Spot())
    assert lever.usd_month == cents(usd_month(BUSY) - on_spot) > 1
    assert lever.basis.endswith("at the rates given")
    assert "120 s" in lever.first


def test_spot_is_no_lever_for_the_only_copy_nor_for_what_runs_on_it() -> None:
    alone = replace(made_choice.TODAY, min_tasks=1)
    lever = one(pulls(WORKER, BUSY, SPOT_RATES, ladders=alone), LeverKind.SPOT)
    assert lever is not None
    assert lever.usd_month is None
    assert "only copy" in lever.basis
    assert one(pulls(WORKER, BUSY, SPOT_RATES, spot=Spot()), LeverKind.SPOT) is None


def test_interruptions_that_break_the_objective_are_a_condition_of_spot() -> None:
    # Demand that fills what runs: whatever Spot takes is missing for five minutes, many times a day.
    full = made.demand(np.full(3 * made.DAY, 1.48), tasks=4)
    fixed = replace(made_choice.TODAY, min_tasks=4, max_tasks=4)
    lever = one(pulls(made.service(), full, SPOT_RATES, ladders=fixed), LeverKind.SPOT)
    assert lever is not None
    assert lever.first.startswith("a wider objective")


@pytest.mark.parametrize(
    ("environment", "known", "usd"),
    [("production", True, Decimal("12.34")), ("staging", True, None), ("production", False, None)],
)
def test_a_debug_level_of_production_has_at_most_what_its_logs_cost_where_that_is_known(
    environment: str, known: bool, usd: Decimal | None
) -> None:
    service = made.service(environment={"LOG_LEVEL": "DEBUG"})
    cost = Cost(after=CostParts(logs_usd_month=Decimal("12.34")), logs_known=known)
    lever = one(pulls(service, BUSY, cost=cost, environment=environment), LeverKind.LOG_LEVEL)
    assert (lever.usd_month if lever else None) == usd
    if lever:
        assert lever.at_most
        assert "LOG_LEVEL=INFO" in lever.first
    assert one(pulls(made.service(), BUSY, cost=cost), LeverKind.LOG_LEVEL) is None


def by_night(first: int, last: int) -> Demand:
    """Six days of work, and none between two hours of the day."""
    hours = SIX_DAYS // 60 % 24
    closed = (hours >= first) & (hours < last) if first < last else (hours >= first) | (hours < last)
    return made.demand(np.where(closed, 0.002, 1.0), tasks=2)


def test_hours_without_work_are_found_around_midnight_and_not_where_one_day_had_some() -> None:
    assert idle_hours(by_night(22, 3)) == {22, 23, 0, 1, 2}
    once = by_night(22, 3)
    once.cpu_vcpu[3 * made.DAY + 23 * 60 + 7] = 0.5
    # 22 alone is no night.
    assert idle_hours(once) == {0, 1, 2}
    assert idle_hours(by_night(4, 5)) == frozenset()


def test_hours_that_were_hardly_seen_or_not_reported_are_not_hours_without_work() -> None:
    short = made.demand(by_night(22, 3).cpu_vcpu[: 4 * made.DAY], tasks=2)
    assert idle_hours(short) == frozenset()
    there = SIX_DAYS // 60 % 24 != 1
    gap = made.demand(by_night(22, 3).cpu_vcpu, tasks=2, present=there)
    assert idle_hours(gap) == {22, 23, 0}


def test_the_hours_of_the_day_are_those_of_utc_whenever_the_record_begins() -> None:
    later = replace(by_night(22, 3), start=made.START + timedelta(hours=5))
    assert idle_hours(later) == {3, 4, 5, 6, 7}


def test_scheduled_zero_saves_at_most_the_floor_in_those_hours() -> None:
    lever = one(pulls(WORKER, by_night(22, 3)), LeverKind.SCHEDULED_ZERO)
    assert lever is not None
    assert lever.at_most
    assert "between 22:00 and 03:00 UTC" in lever.basis
    hour = PRICES.task_hour_usd(made.size(512, 1024), "X86_64")
    assert lever.usd_month == cents(2 * hour * 730 * 5 / 24)
    assert one(pulls(made.service(), by_night(22, 3)), LeverKind.SCHEDULED_ZERO) is None
    assert one(pulls(WORKER, BUSY), LeverKind.SCHEDULED_ZERO) is None


def test_what_saves_less_than_a_dollar_is_not_told() -> None:
    tiny = made.demand(np.full(made.DAY, 0.01), tasks=1)
    alone = replace(made_choice.TODAY, min_tasks=1)
    cheap = msgspec.structs.replace(
        PRICES, fargate_arm_vcpu_hour=rate(0.0393), fargate_arm_gb_hour=rate(0.0044)
    )
    assert one(pulls(WORKER, tiny, cheap, ladders=alone), LeverKind.GRAVITON) is None


# Of the fleet


def test_the_least_hour_is_that_of_all_together_and_claims_nothing_for_what_was_not_recorded() -> None:
    long = Pulls(first_hour=10, spend_usd_hour=(1.0, 3.0, 2.0, 5.0))
    short = Pulls(first_hour=12, spend_usd_hour=(4.0, 0.5))
    # By hour: 1 and at least 0.5; 3 and at least 0.5; 2 and 4; 5 and 0.5.
    assert least_hour([long, short]) == pytest.approx(1.5)
    assert least_hour([Pulls(first_hour=10, spend_usd_hour=(1.0, 3.0)), Pulls(first_hour=10,
                       spend_usd_hour=(3.0, 1.0))]) == pytest.approx(4.0)  # fmt: skip


def test_the_spend_by_the_hour_is_the_replayed_bill_in_whole_clock_hours() -> None:
    fixed = replace(made_choice.TODAY, min_tasks=3, max_tasks=3)
    later = replace(BUSY, start=made.START + timedelta(minutes=30))
    found = pulls(made.service(), later, ladders=fixed)
    hour = PRICES.task_hour_usd(made.size(512, 1024), "X86_64")
    assert found.first_hour == int(made.START.timestamp()) // 3600
    assert found.spend_usd_hour == pytest.approx([3 * hour] * 73)
    assert pulls(made.service(), later, SPOT_RATES, spot=Spot()).spend_usd_hour == ()


def test_a_commitment_has_dollars_only_by_a_discount_that_is_offered() -> None:
    spends = [Pulls(first_hour=0, spend_usd_hour=(2.0, 1.0))]
    agreed = msgspec.structs.replace(PRICES, basis="acme.json")
    for unknown in (ELSEWHERE, agreed):
        (lever,) = _commitment(spends, unknown)
        assert lever.usd_month is None
        assert "$1.0000 an hour" in lever.basis
        assert "give compute_savings_plan_offer_percent with --prices" in lever.basis
    (lever,) = _commitment(spends, msgspec.structs.replace(PRICES, savings_plan_offer_percent=20.0))
    assert lever.usd_month == Decimal("146.00")
    assert "$0.8000 an hour committed" in lever.basis
    assert not list(_commitment(spends, msgspec.structs.replace(PRICES, savings_plan_percent=20.0)))
    assert not list(_commitment([Pulls()], PRICES))


def test_a_commitment_at_list_prices_has_the_catalogs_discount_with_its_term_and_day() -> None:
    (lever,) = _commitment([Pulls(first_hour=0, spend_usd_hour=(2.0, 1.0))], PRICES)
    assert lever.usd_month == Decimal("146.00")
    assert "20 % is what a plan of one year with nothing upfront took off on 2026-09-25" in lever.basis


def test_an_offered_plan_is_read_from_the_users_prices_and_lowers_none(tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    path.write_text(json.dumps({"region": "us-east-1", "compute_savings_plan_offer_percent": 17}))
    found = read_prices(path, "us-east-1")
    assert (found.savings_plan_offer_percent, found.savings_plan_percent) == (17, None)
    assert found.fargate_x86_vcpu_hour.usd == PRICES.fargate_x86_vcpu_hour.usd
    path.write_text(json.dumps({"region": "us-east-1", "compute_savings_plan_discount_percent": 17}))
    assert read_prices(path, "us-east-1").savings_plan_percent == 17
