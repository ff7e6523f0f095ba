from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest
from document import made
from document.made import grid, page, section, shown, words

from trimtab.advice.case.objective import Objective
from trimtab.advice.choice.model import Rank
from trimtab.report.service.data import explanation_of
from trimtab.report.service.model import Command, Grid
from trimtab.sizing.model import SizeReason

if TYPE_CHECKING:
    from trimtab.document.parts import P95Part
    from trimtab.document.schema import ServicePart
    from trimtab.report.service.model import Explanation

NAMES = ("api", "heavy", "bursts", "small")


@pytest.fixture(scope="module")
def optimized() -> made.Optimized:
    return made.optimized()


@pytest.mark.parametrize("name", NAMES)
def test_it_is_one_page_of_a_hundred_columns(optimized: made.Optimized, name: str) -> None:
    lines = shown(page(optimized, name)).splitlines()
    beside = [line for line in lines if "trimtab replay" not in line]  # to be copied, never broken
    assert max(len(line) for line in beside) <= 100
    assert len(lines) <= 80


@pytest.mark.parametrize("width", [40, 60, 200])
def test_every_figure_is_on_the_screen_unbroken_however_wide_it_is(
    optimized: made.Optimized, width: int
) -> None:
    explanation = page(optimized, "bursts")
    text = shown(explanation, width)
    shown_words = set(text.split())
    for one in explanation.sections:
        for block in one.blocks:
            if isinstance(block, Grid):
                for row in block.rows:
                    figures_of = [cell for n, cell in enumerate(row) if cell and n not in block.words]
                    assert set(" ".join(figures_of).split()) <= shown_words
                    # Side by side where there is room, and each beside its row's name in any case.
                    assert width < 80 or any(
                        all(cell in line for cell in figures_of) for line in text.splitlines()
                    )
            if isinstance(block, Command):
                assert block.line in text


def test_the_size_is_explained_with_what_became_of_every_other(optimized: made.Optimized) -> None:
    for name in NAMES:
        part, facts = optimized.part(name), section(page(optimized, name), "Size")
        assert facts["decided by"] == part.why
        assert f"of {part.memory_mib:,} MiB needed" in facts["memory"]
        said = " ".join(facts.values())
        named = [one.size for one in part.candidates if one.size in said]
        dearer = max(0, len(part.choice.unsearched) - 3)
        assert len(named) + dearer >= len(part.candidates) - 1, name  # all but the one it has
        for one in part.choice.unsearched[:3]:
            assert f"{one.size} ${one.bound_usd_month:,.2f}" in facts["not searched"]
            assert (one.bound_usd_month or 0) > 0


def test_a_size_too_small_and_one_without_an_answer_say_so(optimized: made.Optimized) -> None:
    part = optimized.part("heavy")
    kept = tuple(one for one in part.choice.alternatives if one.rank is not Rank.SIZE)
    first, *_ = (one for one in part.candidates if one.size != f"{part.cpu_units}/{part.memory_mib}")
    small = msgspec.structs.replace(first, size="256/512", holds=False)
    changed = msgspec.structs.replace(
        part,
        candidates=(small, *part.candidates),
        choice=msgspec.structs.replace(part.choice, alternatives=kept, unsearched=()),
    )
    facts = section(explained(optimized, changed), "Size")
    assert facts["too small"] == f"256/512, as today: a task needs {first.memory_need_mib:,.0f} MiB"
    assert facts["no answer at"].endswith(": nothing there passed every trial")
    assert first.size in facts["no answer at"]
    assert "searched too" not in facts


def explained(optimized: made.Optimized, part: ServicePart) -> Explanation:
    document = msgspec.structs.replace(optimized.document, services=(part,))
    return explanation_of(document, part.name, optimized.values)


def test_the_ladders_are_said_in_the_words_of_who_is_on_call(optimized: made.Optimized) -> None:
    scaling = {
        "min_tasks": 3, "max_tasks": 20, "out_cooldown_s": 60, "in_cooldown_s": 300, "period_s": 60,
        "out_datapoints": [2, 3], "in_datapoints": [10, 10],
        "cpu": {"high": 70, "low": 45, "steps": [{"above": 0, "add": 1}, {"above": 15, "add": 4}]},
        "memory": {"high": 95, "low": 90, "steps": [{"above": 0, "add": 1}]},
        "scale_in": [{"below": 1.0, "remove": 1}, {"below": 0.5, "remove": 2}],
    }  # fmt: skip
    part = optimized.part("api")
    part = msgspec.structs.replace(part, scaling=msgspec.convert(scaling, type(part.scaling)))
    response = {
        "alarm_least_s": 240,
        "alarm_most_s": 300,
        "start_median_s": 60,
        "start_slowest_s": 90,
        "starts": 7,
    }
    choice = msgspec.structs.replace(
        part.choice, response=msgspec.convert(response, type(part.choice.response))
    )
    facts = section(explained(optimized, msgspec.structs.replace(part, choice=choice)), "Scaling steps")
    assert facts["bounds"].startswith("3 to 20 tasks; in replay ")
    assert facts["out, CPU"] == "above 70 % for 2 of 3 minutes: 1 task more; from 85 %: 4"
    assert facts["out, memory"] == "above 95 % for 2 of 3 minutes: 1 task more"
    assert facts["in"] == (
        "CPU below 45 % and memory below 90 %, both for 10 minutes: 1 task fewer; below 22.5 % and 45 %: 2"
    )
    shares = msgspec.structs.replace(part.scaling, in_percent=2)
    shared = msgspec.structs.replace(part, choice=choice, scaling=shares)
    assert section(explained(optimized, shared), "Scaling steps")["in"] == (
        "CPU below 45 % and memory below 90 %, both for 10 minutes: 1 % of those that run, at least 2 tasks, "
        "fewer; below 22.5 % and 45 %: 2 %"
    )
    assert facts["waits"].startswith("after a step out 60 s")
    assert "after one in 300 s" in facts["waits"]
    assert facts["a burst"] == (
        "gets more tasks 5.0 to 6.5 min after it begins: 240 to 300 s until the alarm, then a "
        "start, 60 s on the median and 90 s at most (of 7 recorded)"
    )


def test_a_fixed_count_has_no_ladders_to_explain(optimized: made.Optimized) -> None:
    explanation = page(optimized, "small")
    assert "always 1 task" in section(explanation, "Count")["fixed"]
    assert not any(one.title == "Scaling steps" for one in explanation.sections)
    assert "fixed count is better" in explanation.title


def test_neighbours_say_what_sets_them_apart_and_which_trial_the_cheaper_one_failed(
    optimized: made.Optimized,
) -> None:
    part = optimized.part("bursts")
    refused = next(one for one in part.choice.alternatives if one.rank is Rank.REFUSED)
    facts = section(page(optimized, "bursts"), "Alternatives")
    assert facts["cheaper steps"].endswith(f"It fails: {refused.against}")
    cooldown = msgspec.structs.replace(part.scaling, out_cooldown_s=part.scaling.out_cooldown_s + 60)
    only = msgspec.structs.replace(refused, scaling=cooldown)
    changed = msgspec.structs.replace(part, choice=msgspec.structs.replace(part.choice, alternatives=(only,)))
    facts = section(explained(optimized, changed), "Alternatives")
    assert facts["cheaper steps"].startswith(
        f"as the choice, but {cooldown.out_cooldown_s} s after a step out. It fails"
    )


def test_an_alternative_that_breaks_the_objective_says_so_before_its_cost(optimized: made.Optimized) -> None:
    rows = {row[0]: row for row in grid(page(optimized, "bursts"), "Alternatives").rows}
    usual = rows["default steps"]
    minutes = optimized.part("bursts").replay_after.minutes
    over = int(usual[4].replace(",", ""))
    assert over > 0.01 * minutes
    assert usual[6] == f"{100 * over / minutes:.1f} % short, 1 % allowed"
    dearer = float(rows["fixed count"][3]) - float(rows["the choice"][3])
    assert rows["fixed count"][6] == f"${dearer:,.2f} more"


def test_an_alternative_that_costs_less_over_all_days_says_where_it_was_worse(
    optimized: made.Optimized,
) -> None:
    part = optimized.part("api")
    one = next(one for one in part.choice.alternatives if one.rank is Rank.SIZE)
    less, same = (
        msgspec.structs.replace(one, usd_month=round(part.replay_after.usd_month - by, 2)) for by in (1.25, 0)
    )
    choice = msgspec.structs.replace(part.choice, alternatives=(less, same))
    rows = grid(explained(optimized, msgspec.structs.replace(part, choice=choice)), "Alternatives").rows
    assert rows[1][6] == f"$1.25 less here; where it was tuned: {one.against}"
    assert rows[2][6] == "costs the same"


def test_memory_and_cpu_say_what_the_reason_has_not_said(optimized: made.Optimized) -> None:
    assert "largest task" in optimized.part("heavy").why
    assert "largest task" not in section(page(optimized, "heavy"), "Size")["memory"]
    part = optimized.part("bursts")
    why = f"cpu-bound: the work used {part.work.cpu_mean_vcpu:.2f} vCPU"
    part = msgspec.structs.replace(part, why=why, reason=SizeReason.CPU_BOUND)
    size = section(explained(optimized, part), "Size")
    assert f"the largest task held {part.work.memory_peak_mib:,.0f}, " in size["memory"]
    assert size["CPU"].startswith("a minute is short above 80 % CPU")
    mean = optimized.part("heavy").work.cpu_mean_vcpu
    assert section(page(optimized, "heavy"), "Size")["CPU"].startswith(f"{mean:.2f} vCPU used on average")


def test_what_lowers_the_cpu_limit_is_named_and_nothing_else(optimized: made.Optimized) -> None:
    plain = optimized.part("bursts")

    def said(cpu_percent: float, ratio: float, p95: P95Part | None = None, **asked: object) -> str:
        choice = msgspec.structs.replace(plain.choice, cpu_percent=cpu_percent)
        work = msgspec.structs.replace(plain.work, hottest_ratio=ratio)
        part = msgspec.structs.replace(plain, choice=choice, work=work, p95=p95 or msgspec.UNSET)
        document = msgspec.structs.replace(
            optimized.document,
            services=(part,),
            objective=Objective(**asked),  # type: ignore[arg-type]
        )
        return section(explanation_of(document, part.name, Path("values")), "Size")["CPU"]

    hot = said(66.7, 1.5)
    assert "the hottest task works 1.50 times the average and is full first, so a minute is short" in hot
    assert "above 66.7 % CPU, not 80 %" in hot
    lost = said(53.3, 1.1, zone_loss=True)
    assert "what is left when a zone is lost carries it all, so a minute is short above 53.3 % CPU" in lost
    assert "hottest" not in lost
    both = said(44.4, 1.5, zone_loss=True)
    assert "hottest task" in both
    assert "zone is lost" in both
    slow = said(41.0, 1.1, made.p95(cpu_percent=41.0), p95_ms=300)
    assert (
        "above 41.0 % CPU, not 80 %: of busier tasks nobody knows whether the p95 stays within 300 ms" in slow
    )
    assert "hottest" not in slow
    # A p95 that would allow more is not what limits it.
    assert "p95" not in said(66.7, 1.5, made.p95(cpu_percent=70.0), p95_ms=300)
    assert "the hottest task" in said(66.7, 1.5, made.p95(cpu_percent=70.0), p95_ms=300)
    least = said(80.0, 1.1, least_cpu_units=plain.cpu_units)
    assert f"least_cpu_units = {plain.cpu_units} rules out less" in least
    assert "least_cpu_units" not in said(80.0, 1.1, least_cpu_units=256)


def test_timing_cost_and_cautions_are_all_there(optimized: made.Optimized) -> None:
    for name in NAMES:
        part, explanation = optimized.part(name), page(optimized, name)
        text = words(explanation)
        for ground in part.timing.grounds:
            assert ground.setting.value in text
            assert ground.sentence in text
        for caution in part.cautions:
            assert caution.text in text
        total = grid(explanation, "Cost").rows
        assert total[0][6] == f"{part.cost.before_usd_month:,.2f}"
        assert total[1][6] == f"{part.cost.after_usd_month:,.2f}"
        assert total[2][6] == f"{part.cost.saving_usd_month:,.2f}"
        saved = np.sum([float(cell.replace(",", "")) for cell in total[2][1:6]])
        assert saved == pytest.approx(part.cost.saving_usd_month, abs=1e-6)
        assert total[0][2] == "not known"
