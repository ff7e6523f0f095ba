"""The loss of one zone: what is left of the tasks holds the demand, where the objective asks for it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from advice import made as made_choice
from fleet import made
from msgspec.structs import replace as replaced
from takeover import made as identities

from trimtab.advice.case.case import as_deployed, as_proposed, workload_of
from trimtab.advice.case.objective import DEFAULT, Objective, read_objective
from trimtab.advice.case.outcome import judge
from trimtab.advice.case.proposal import proposal_of
from trimtab.advice.case.zones import left_share, with_spare_zone, zones_of
from trimtab.advice.choice.choose import Chosen, _present, choose
from trimtab.advice.choice.model import Choice
from trimtab.advice.choice.sizes import search_sizes, sizes_in_contest
from trimtab.advice.promises import cautions_of_zone_loss
from trimtab.catalog.load import prices
from trimtab.document.encode import document_of
from trimtab.errors import UsageError
from trimtab.fleet.identity import SubnetZone
from trimtab.fleet.left_out import LeftOut
from trimtab.ladders.ladders import default_ladders
from trimtab.pipeline import recommend
from trimtab.replay.bound import required_tasks
from trimtab.report.optimize.data import report_of

if TYPE_CHECKING:
    from pathlib import Path

    from trimtab.fleet.model import Service

PRICES = prices("us-east-1")
LOSS = Objective(zone_loss=True)


def in_subnets(*subnets: str) -> Service:
    return identities.service("api", subnet_ids=subnets)


@pytest.mark.parametrize("zones", [2, 3, 4, 6])
def test_the_spare_is_the_fewest_of_which_enough_are_left(zones: int) -> None:
    for needed in range(60):
        fewest = next(n for n in range(200) if n - -(-n // zones) >= needed)
        assert with_spare_zone(needed, zones) == fewest


def in_zones(*zones: str) -> Service:
    """A service with a subnet in each of these zones."""
    subnets = tuple(f"subnet-{number}" for number in range(len(zones)))
    known = tuple(SubnetZone(subnet_id=one, zone=zone) for one, zone in zip(subnets, zones, strict=True))
    return identities.service("api", subnet_ids=subnets, subnet_zones=known)


def test_subnets_in_one_zone_are_lost_together() -> None:
    assert [zones_of(in_zones(*zones)) for zones in ("ab", "aab", "aa", "abcd")] == [2, 2, 1, 4]
    alone = choose(in_zones("a", "a"), made.demand(made_choice.wave()), PRICES, LOSS, made.LITTLE)
    assert isinstance(alone, LeftOut)
    assert "its tasks run in one zone" in alone.detail
    # Where one is not known, none is.
    part = identities.service(
        "api", subnet_ids=("a", "b"), subnet_zones=(SubnetZone(subnet_id="a", zone="z"),)
    )
    assert zones_of(part) == 2
    # Three subnets, two zones: half of the tasks are left, not two thirds.
    workload = workload_of(in_zones("a", "a", "b"), made.demand(made_choice.wave()))
    assert as_deployed(workload, PRICES, LOSS).inputs.objective.cpu_share == pytest.approx(0.4, rel=0.1)


def test_a_guess_at_the_zones_is_a_caution_where_the_loss_of_one_is_asked_for() -> None:
    (said,) = cautions_of_zone_loss(in_subnets(*"abcd"), LOSS)
    assert "its 4 subnets are taken to be in 3 zones: the snapshot does not say in which" in said.text
    (said,) = cautions_of_zone_loss(made.service(), LOSS)
    assert "not known" in said.text
    for sure in (in_zones("a", "b"), in_subnets("a")):
        assert not list(cautions_of_zone_loss(sure, LOSS))
    assert not list(cautions_of_zone_loss(in_subnets("a", "b"), DEFAULT))


def test_zones_not_recorded_are_three_or_as_few_as_there_are_subnets() -> None:
    assert zones_of(made.service()) == 3
    assert [zones_of(in_subnets(*"abcde"[:count])) for count in range(1, 6)] == [1, 2, 3, 3, 3]
    assert [left_share(zones) for zones in (2, 3)] == pytest.approx([1 / 2, 2 / 3])


def test_a_minute_is_over_where_those_left_would_be() -> None:
    assert DEFAULT.replayed(1.0, 2).cpu_share == pytest.approx(0.8)
    assert LOSS.replayed(1.0, 2).cpu_share == pytest.approx(0.4)
    assert LOSS.replayed(1.0).cpu_share == pytest.approx(0.8 * 2 / 3)
    assert LOSS.replayed(2.0).cpu_share == pytest.approx(0.5 * 2 / 3)
    assert LOSS.replayed().memory_share == DEFAULT.replayed().memory_share


def test_today_and_the_proposal_are_held_to_the_same() -> None:
    service = in_subnets("a", "b")
    workload = workload_of(service, made.demand(made_choice.wave()))
    assert as_deployed(workload, PRICES, LOSS).inputs.objective.cpu_share == pytest.approx(0.4, rel=0.1)
    alone = workload_of(in_subnets("a"), made.demand(made_choice.wave()))
    with pytest.raises(UsageError, match="zone_loss cannot be kept by 'api'"):
        as_deployed(alone, PRICES, LOSS)


@pytest.mark.parametrize("subnets", [("a", "b"), ("a", "b", "c")])
def test_at_every_size_the_floor_keeps_what_the_quietest_minute_needs(subnets: tuple[str, ...]) -> None:
    service, demand = in_subnets(*subnets), made.demand(made_choice.wave(3.0))
    plain = {one.size: one for one in sizes_in_contest(*made_choice.asked(service, demand))}
    found = sizes_in_contest(*made_choice.asked(service, demand, LOSS))
    assert {one.size for one in found} == set(plain)
    for one in found:
        before = plain[one.size]
        quietest = int(required_tasks(before.parts.tuned.inputs, floor=1).tasks.min())
        floor, zones = one.sizing.work.floor, len(subnets)
        assert floor - -(-floor // zones) >= quietest
        assert floor == max(2, with_spare_zone(quietest, zones))
        assert one.bound_usd_month >= before.bound_usd_month
    assert any(one.sizing.work.floor > 2 for one in found)
    assert any(one.bound_usd_month > plain[one.size].bound_usd_month for one in found)


def test_what_is_chosen_keeps_the_objective_with_a_zone_lost_and_costs_more() -> None:
    service, demand = in_subnets("a", "b", "c"), made.demand(made_choice.wave(3.0))
    left: dict[bool, float] = {}
    bill: dict[bool, float] = {}
    for objective in (DEFAULT, LOSS):
        one = choose(service, demand, PRICES, objective, made.LITTLE)
        assert isinstance(one, Chosen)
        proposal = proposal_of(service, one.sizing, one.choice.ladders, one.timing, objective)
        case = as_proposed(one.question.workload, proposal, PRICES)
        done = judge(case)
        task, load, share = case.inputs.task, case.inputs.load, case.inputs.objective.cpu_share
        serving = done.replay.minutes.serving * 2 / 3
        over = load.cpu_vcpu > share * serving * task.judged_vcpu(share)
        left[objective.zone_loss], bill[objective.zone_loss] = float(over.mean()), done.verdict.usd_month
    assert left[True] <= 0.01 < left[False]
    assert bill[True] > bill[False]


def test_constant_demand_of_one_task_gets_the_spare_and_ladders_above_it() -> None:
    demand = made.demand(np.full(3 * made.DAY, 1.5), tasks=4)
    one = choose(in_subnets("a", "b"), demand, PRICES, LOSS, made.LITTLE)
    assert isinstance(one, Chosen)
    assert isinstance(one.choice, Choice)
    needed = 1.5 / (0.8 * (one.choice.size.cpu_units - 64) / 1024)
    assert one.choice.ladders.min_tasks // 2 >= np.ceil(needed) - 1
    assert all(other.ladders.min_tasks <= other.ladders.max_tasks for other in one.choice.alternatives)


def test_one_subnet_is_left_out_with_the_reason() -> None:
    found = choose(in_subnets("a"), made.demand(made_choice.wave()), PRICES, LOSS, made.LITTLE)
    assert isinstance(found, LeftOut)
    assert "zone_loss cannot be kept: its tasks run in one zone" in found.detail
    assert isinstance(
        choose(in_subnets("a"), made.demand(made_choice.wave()), PRICES, DEFAULT, made.LITTLE), Chosen
    )


def test_the_file_takes_it_and_the_report_says_so(tmp_path: Path) -> None:
    path = tmp_path / "objective.json"
    path.write_text(json.dumps({"zone_loss": True}))
    assert read_objective(path) == LOSS
    said = document_of(recommend(made.snapshot(made.service("api")), objective=LOSS, effort=made.LITTLE))
    assert said.objective.zone_loss
    assert "one zone is lost" in report_of(said).objective
    without = replaced(said, objective=DEFAULT)
    assert "zone" not in report_of(without).objective


@pytest.mark.parametrize("vcpu", [0.4, 0.8, 0.85, 1.7])
def test_the_usual_ladders_have_room_above_the_spare(vcpu: float) -> None:
    demand = made.demand(np.full(3 * made.DAY, vcpu), tasks=4)
    for one in sizes_in_contest(*made_choice.asked(in_subnets("a", "b"), demand, LOSS)):
        usual = default_ladders(one.sizing, demand)
        assert one.sizing.work.floor == usual.min_tasks < usual.max_tasks


def test_no_ladders_below_the_spare_are_searched_from_or_kept() -> None:
    service, demand = in_subnets("a", "b"), made.demand(made_choice.wave(9.0))
    question, sizing = made_choice.asked(service, demand, LOSS)
    sized = [one for one in sizes_in_contest(question, sizing) if one.size == service.size]
    floor = sized[0].sizing.work.floor
    assert made_choice.TODAY.min_tasks < floor
    searched = search_sizes(question, sized, seeds=(made_choice.TODAY,), effort=made.LITTLE)
    (one,) = searched
    assert one.contest.front
    assert all(ladders.min_tasks >= floor for ladders in one.contest.front)
    # Seeds that may stay and none: the search is the same, so none that is too low went in.
    (without,) = search_sizes(question, sized, effort=made.LITTLE)
    assert one.contest.tried == without.contest.tried
    assert _present(service, searched, (made_choice.TODAY,)) is None
    enough = replace(made_choice.TODAY, min_tasks=floor)
    assert _present(service, searched, (enough,)) is not None
