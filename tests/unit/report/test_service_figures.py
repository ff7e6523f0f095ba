from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest
from document import made
from document.made import advice_of, grid, page

from trimtab.advice.case.case import as_proposed, workload_of
from trimtab.advice.case.proposal import proposal_of
from trimtab.advice.choice.model import Decision, Rank
from trimtab.advice.choice.trials import Test as Trial
from trimtab.advice.cost import cents
from trimtab.catalog.load import prices
from trimtab.commands.replay import replay
from trimtab.demand.free import demand_of
from trimtab.fleet.model import TaskSize
from trimtab.ladders.parts import parts_of
from trimtab.replay.run import replay as replay_inputs
from trimtab.snapshot.folder import read_snapshot
from trimtab.terraform_module import Ladders
from trimtab.values.write import render as render_values

if TYPE_CHECKING:
    from pathlib import Path

    from trimtab.advice.case.outcome import Verdict
    from trimtab.document.schema import AlternativePart

NAMES = ("api", "heavy", "bursts", "small")


@pytest.fixture(scope="module")
def optimized() -> made.Optimized:
    return made.optimized()


def replayed(optimized: made.Optimized, name: str, one: AlternativePart, folder: Path) -> Verdict:
    """Write the values of an alternative, as a person would edit them, and replay the file."""
    advice = advice_of(optimized, name)
    cpu_units, memory_mib = map(int, one.size.split("/"))
    size = TaskSize(cpu_units=cpu_units, memory_mib=memory_mib)
    ladders = msgspec.convert(msgspec.to_builtins(one.scaling), Ladders)
    changed = replace(
        advice,
        sizing=replace(advice.sizing, size=size),
        choice=replace(advice.choice, size=size, ladders=ladders),
    )
    values = folder / "services.auto.tfvars"
    values.write_text(render_values(replace(optimized.recommendation, services=(changed,))), encoding="utf-8")
    (judged,) = replay(optimized.snapshot, services=(name,), values=values).judged
    return judged.verdict


def figures(verdict: Verdict) -> tuple[str, str, str]:
    return (
        f"{cents(verdict.usd_month):,}",
        f"{verdict.over_cpu_min:,}",
        f"{verdict.direction_changes_day:.1f}",
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_figures_of_the_choice_are_those_a_replay_of_the_written_values_finds(
    optimized: made.Optimized, name: str
) -> None:
    (judged,) = replay(optimized.snapshot, services=(name,), values=optimized.values).judged
    (today,) = replay(optimized.snapshot, services=(name,)).judged
    usd, over, turns = figures(judged.verdict)
    assert grid(page(optimized, name), "Alternatives").rows[0][3:6] == (usd, over, turns)
    was, now = grid(page(optimized, name), "How it did").rows[:2]
    assert (now[1], now[2].split(" = ")[0], now[5]) == (usd, over, turns)
    assert now[4] == f"{judged.verdict.over_memory_min:,}"
    assert now[6] == f"{judged.verdict.over_bound:.2f}"
    assert (was[1], was[2].split(" = ")[0], was[5]) == figures(today.verdict)


@pytest.mark.parametrize("name", NAMES)
def test_the_figures_of_every_alternative_are_those_a_replay_of_its_values_finds(
    optimized: made.Optimized, name: str, tmp_path: Path
) -> None:
    part = optimized.part(name)
    rows = grid(page(optimized, name), "Alternatives").rows[1:]
    assert len(rows) == len(part.choice.alternatives) > 0
    for row, one in zip(rows, part.choice.alternatives, strict=True):
        verdict = replayed(optimized, name, one, tmp_path)
        assert row[:3] == (one.rank.value, one.size, f"{verdict.min_tasks}-{verdict.max_tasks}")
        assert row[3:6] == figures(verdict)
        assert one.usd_month == float(cents(verdict.usd_month))
        assert one.minutes_over_memory == verdict.over_memory_min
        assert one.direction_changes_day == round(verdict.direction_changes_day, 2)


def test_the_made_fleet_has_every_alternative_to_compare(optimized: made.Optimized) -> None:
    ranks = {one.rank for part in optimized.document.services for one in part.choice.alternatives}
    # Steps on requests and minima by the clock are tried where they are asked for alone.
    assert ranks == set(Rank) - {Rank.REQUESTS, Rank.MINIMA}
    verdicts = {part.choice.verdict for part in optimized.document.services}
    assert verdicts == {Decision.TRIM, Decision.HEADROOM, Decision.FIXED}


@pytest.mark.parametrize("name", NAMES)
def test_the_trials_are_what_a_replay_of_their_part_finds(optimized: made.Optimized, name: str) -> None:
    advice = advice_of(optimized, name)
    snapshot = read_snapshot(optimized.snapshot)
    demand = demand_of(advice.service, snapshot.metrics[name])
    proposal = proposal_of(advice.service, advice.sizing, advice.ladders, advice.timing)
    case = as_proposed(
        workload_of(advice.service, demand), proposal, prices("us-east-1"), optimized.document.objective
    )
    parts = parts_of(case.inputs, 0.3)
    rows = dict(zip(Trial, grid(page(optimized, name), "How it did").rows[2:], strict=True))
    for trial, part in (
        (Trial.TUNED, parts.tuned),
        (Trial.JUDGED, parts.judged),
        (Trial.HARDER, parts.harder),
        (Trial.SHIFTED, parts.shifted),
    ):
        initial = part.bounded(advice.ladders.min_tasks, advice.ladders.max_tasks)
        done = replay_inputs(part.inputs, replace(case.policy, initial_tasks=initial)).summary
        days = part.minutes / 1440
        over = f"{100 * done.over_cpu_min / part.minutes:.2f} %"
        # Of the tuned part the days' spread is added.
        assert rows[trial][2] == over or (trial is Trial.TUNED and rows[trial][2] > over)
        assert rows[trial][5] == f"{done.direction_changes / days:.1f}"
        if trial in {Trial.TUNED, Trial.JUDGED}:
            assert rows[trial][1] == f"{cents(done.cost_usd / days / 24 * 730):,}"
    # The tuned days keep a margin: at under five of them, the most that there is.
    assert (rows[Trial.TUNED][3], rows[Trial.JUDGED][3]) == ("0.8 %", "1 %")
    assert rows[Trial.HARDER][3] == rows[Trial.SHIFTED][3] == "2 %"
