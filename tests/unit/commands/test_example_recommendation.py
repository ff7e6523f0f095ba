"""What is advised for the example fleet, searched as hard as for a user: its sizes, its saving, its proof."""

from __future__ import annotations

import dataclasses
import shutil
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from report.made import Told

from example_run import REPOSITORY
from trimtab.advice.case.objective import read_objective
from trimtab.advice.case.outcome import Basis
from trimtab.advice.cost import CostParts, cents
from trimtab.commands.optimize import optimize
from trimtab.commands.replay import replay
from trimtab.sizing.rightsizing import floor_of
from trimtab.snapshot.folder import read_snapshot
from trimtab.values.read import read_proposals
from written import contents, whole

if TYPE_CHECKING:
    from pathlib import Path

    from example_run import ExampleRun
    from trimtab.advice.case.outcome import Judged

EXAMPLE = REPOSITORY / "examples" / "fleet"
PARTS = tuple(part.name for part in dataclasses.fields(CostParts))


@pytest.fixture(scope="module")
def document(example: ExampleRun) -> dict[str, Any]:
    assert example.returncode == 0, example.stderr
    return whole(example.out, parse_float=Decimal)


@pytest.fixture(scope="module")
def before() -> dict[str, Judged]:
    return {one.verdict.service: one for one in replay(EXAMPLE).judged}


@pytest.fixture(scope="module")
def after(example: ExampleRun) -> dict[str, Judged]:
    done = replay(EXAMPLE, values=example.out / "services.auto.tfvars")
    return {one.verdict.service: one for one in done.judged}


def test_today_is_as_recorded_where_flapping_pays_for_more_than_what_ran(
    before: dict[str, Judged], document: dict[str, Any]
) -> None:
    apart = {name for name, one in before.items() if one.verdict.basis is Basis.RECORD}
    assert apart == {"accounts", "ledger"}
    for service in document["services"]:
        said = [one["text"] for one in service["cautions"] if one["kind"] == "today is as recorded"]
        assert bool(said) == (service["name"] in apart)
        assert all("for tasks that start or drain, which no recorded count shows" in text for text in said)
        assert service["replay_before"]["basis"] == ("record" if said else "replay")


def test_the_platform_ships_with_the_values_written_for_the_example(example: ExampleRun) -> None:
    shipped = REPOSITORY / "terraform" / "platform" / "services.auto.tfvars"
    assert (example.out / "services.auto.tfvars").read_bytes() == shipped.read_bytes()


@pytest.mark.slow  # so it does for made fleets (test_optimize_service)
def test_one_service_searched_again_leaves_the_folder_to_the_byte(
    example: ExampleRun, tmp_path: Path
) -> None:
    shutil.copytree(example.out, tmp_path / "out")
    objective = read_objective(REPOSITORY / "examples" / "objective.json")
    said = Told()
    optimize(EXAMPLE, tmp_path / "out", objective=objective, services=["cards"], progress=said)
    assert [one.partition(",")[0] for one in said if one.startswith("search")] == [
        "searching size and scaling of cards",
        "searched cards (1 of 1)",
    ]
    assert contents(tmp_path / "out") == contents(example.out)


def test_every_service_has_an_answer(document: dict[str, Any]) -> None:
    assert len(document["services"]) == 12
    assert document["left_out"] == []


@pytest.mark.parametrize(
    ("service", "cpu_units", "memory_mib"),
    [("api", 256, 512), ("worker", 512, 1024), ("scheduler", 256, 512)],
)
def test_the_three_named_services_get_the_sizes_that_are_laid_down(
    example: ExampleRun, service: str, cpu_units: int, memory_mib: int
) -> None:
    size = read_proposals(example.out / "services.auto.tfvars")[service].size
    assert (size.cpu_units, size.memory_mib) == (cpu_units, memory_mib)


def test_it_saves_three_thousand_dollars_a_month_by_replay(
    document: dict[str, Any], before: dict[str, Judged], after: dict[str, Judged]
) -> None:
    was = sum(cents(one.verdict.usd_month) for one in before.values())
    becomes = sum(cents(one.verdict.usd_month) for one in after.values())
    assert was - becomes >= 3000
    # The same to the cent as the document says, and still so with what is paid beside the tasks.
    assert document["cost"]["before"]["compute_usd_month"] == was
    assert document["cost"]["after"]["compute_usd_month"] == becomes
    tracing = Decimal(document["cost"]["after"]["tracing_usd_month"])
    assert document["cost"]["saving_usd_month"] + tracing >= 3000
    # Tracing at its most, every public request a trace, takes it below; so the first number says.
    assert document["cost"]["saving_usd_month"] >= 2700


def test_no_task_is_ever_fuller_than_the_objective_allows(after: dict[str, Judged]) -> None:
    assert {name: one.verdict.over_memory_min for name, one in after.items()} == dict.fromkeys(after, 0)
    assert {name: one.verdict.oom_min for name, one in after.items()} == dict.fromkeys(after, 0)


def test_each_service_keeps_the_objective_on_the_days_it_was_not_tuned_on(after: dict[str, Judged]) -> None:
    for name, one in after.items():
        over = one.replay.minutes.over_cpu
        judged = over[-round(0.3 * over.size) :]
        assert judged.mean() <= 0.01, name
        assert one.verdict.direction_changes_day <= 24, name


def test_each_service_has_stood_its_trials_and_costs_no_more_than_a_fixed_count(
    document: dict[str, Any],
) -> None:
    for service in document["services"]:
        choice = service["choice"]
        assert [trial["test"] for trial in choice["trials"]] == [
            "tuned days", "held-out days", "demand x1.2", "peak shifted",
        ], service["name"]  # fmt: skip
        for trial in choice["trials"]:
            assert trial["over_percent"] <= trial["allowed_percent"], service["name"]
            assert trial["direction_changes_day"] <= 24, service["name"]
        fixed = choice["fixed_judged_usd_month"]
        assert fixed is None or choice["judged_usd_month"] <= fixed, service["name"]


def test_no_service_goes_below_its_floor(after: dict[str, Judged]) -> None:
    for service in read_snapshot(EXAMPLE).usable:
        assert after[service.name].verdict.min_tasks >= floor_of(service), service.name
        assert after[service.name].verdict.tasks_least >= floor_of(service), service.name


def test_the_totals_are_the_sums_of_their_rows_to_the_cent(document: dict[str, Any]) -> None:
    rows = [*(service["cost"] for service in document["services"]), document["shared_cost"]]
    total = document["cost"]
    for key in ("before_usd_month", "after_usd_month", "saving_usd_month", "recorded_usd_month"):
        assert total[key] == sum(row[key] for row in rows), key
    for side in ("before", "after"):
        for row in (*rows, total):
            assert row[f"{side}_usd_month"] == sum(row[side][part] for part in PARTS)
        for part in PARTS:
            assert total[side][part] == sum(row[side][part] for row in rows), part


def test_a_size_said_to_cost_no_more_than_the_estimates_costs_no_more(document: dict[str, Any]) -> None:
    """The sentence is in the values' comments and on the page, beside the figure of the other size."""
    for service in document["services"]:
        _, said, rest = service["why"].partition("it costs no more than ")
        against = {
            other["size"]: other["against"]
            for other in service["choice"]["alternatives"]
            if other["rank"] == "another size"
        }
        if said:
            assert against.get(rest.split(",")[0], "costs more") == "costs more", service["name"]
