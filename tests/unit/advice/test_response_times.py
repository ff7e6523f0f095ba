"""A p95 that is asked for: kept in truth where there is a model, never said to be where there is none."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest
from advice import made as made_choice
from demand.made import run
from document.made import section, shown
from fleet import made
from takeover import made as identities

from trimtab.advice.advise import advice_on
from trimtab.advice.case.case import as_proposed, workload_of
from trimtab.advice.case.latency import UNMEASURED, limits_of, share_at
from trimtab.advice.case.objective import DEFAULT, LaidDown, Objective
from trimtab.advice.case.outcome import judge
from trimtab.advice.case.p95 import Played
from trimtab.advice.case.proposal import proposal_of
from trimtab.advice.choice.admissible import admissible
from trimtab.advice.choice.choose import Chosen, choose
from trimtab.advice.model import CautionKind
from trimtab.advice.promises import cautions_of_latency, untold
from trimtab.commands.replay import replay
from trimtab.demand.answers import Answers
from trimtab.demand.terms import NO_REQUESTS, OwnCpu, Term
from trimtab.document.encode import document_of, published
from trimtab.fleet.left_out import LeftOut
from trimtab.pipeline import recommend
from trimtab.report.optimize.data import report_of
from trimtab.report.service.data import explanation_of
from trimtab.snapshot.folder import write_snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from trimtab.advice.model import Advice
    from trimtab.demand.series import Demand
    from trimtab.fleet.model import Service

QUARTER, HALF, ONE, TWO = (made.size(256 * n, 512 * n) for n in (1, 2, 4, 8))
OVERHEAD = 1 / 32
ASKED = Objective(p95_ms=300)
CPU_MS = 20.0


@cache
def recorded() -> Demand:
    """Three days of four tasks of one vCPU that answer requests of 20 ms, up to three quarters busy."""
    noise = np.random.default_rng(1).normal(0, 0.03, made_choice.MINUTES.size)
    busy = 0.45 + 0.25 * np.sin(made_choice.MINUTES / made.DAY * 2 * np.pi) + noise
    of = run(np.clip(busy, 0.03, 0.8), 1.0, cpu_ms=CPU_MS)
    answers = Answers(p50_s=of.p50_s, p95_s=of.p95_s, p99_s=of.p99_s, failed=np.zeros_like(of.busy))
    return replace(made.demand(4 * of.busy), requests=4 * of.requests, answers=answers)


@cache
def silent() -> Demand:
    return replace(recorded(), answers=None)


def chosen(demand: Demand, objective: Objective, service: Service | None = None) -> Chosen:
    found = choose(service or made.service(), demand, made_choice.PRICES, objective, made.LITTLE)
    assert isinstance(found, Chosen), found
    return found


def advised(demand: Demand, objective: Objective, service: Service | None = None) -> Advice:
    found = chosen(demand, objective, service)
    return advice_on(found, made.fleet(found.question.service, days=3))


def said(advice: Advice, kind: CautionKind = CautionKind.P95) -> list[str]:
    return [one.text for one in advice.cautions if one.kind is kind]


def truly_slow(found: Chosen, objective: Objective, limit_s: float) -> float:
    """Let the simulator play a task of the proposal through its replay; return the minutes above [ratio]."""
    proposal = proposal_of(
        found.question.service, found.sizing, found.choice.ladders, found.timing, objective
    )
    case = as_proposed(found.question.workload, proposal, made_choice.PRICES, objective)
    busy = Played(task=case.inputs.task, minutes=judge(case).replay.minutes).busy
    # An overloaded minute leaves work to the next, which no replay does: it counts as slow by itself.
    truth = run(np.minimum(busy, 0.98), proposal.size.vcpu, cpu_ms=CPU_MS, seed=5)
    return float(((truth.p95_s > limit_s) | (busy >= 1)).mean())


@pytest.mark.slow  # twice the truth of the next one, which has the figures too
def test_what_is_chosen_keeps_the_p95_in_truth_which_without_the_objective_it_does_not() -> None:
    asked = Objective(p95_ms=200)
    kept, cheap = chosen(recorded(), asked), chosen(recorded(), DEFAULT)
    assert truly_slow(kept, asked, 0.2) <= 0.01
    assert truly_slow(cheap, DEFAULT, 0.2) > 0.05
    assert kept.choice.tuned_usd_month > cheap.choice.tuned_usd_month


@pytest.mark.not_fast
def test_the_figures_of_the_model_are_in_the_advice_and_hold_in_truth() -> None:
    one = advised(recorded(), ASKED)
    assert one.p95 is not None
    assert one.p95.why == ""
    assert one.p95.recorded_ms == pytest.approx(1000 * np.quantile(recorded().answers.p95_s, 0.99), rel=1e-6)  # type: ignore[union-attr]
    assert one.p95.today_ms is not None
    assert one.p95.proposed_ms is not None
    assert one.p95.recorded_ms <= one.p95.today_ms * 1.1
    assert one.p95.proposed_ms <= 300
    assert one.p95.minutes == made_choice.MINUTES.size
    assert one.p95.held_error_percent == pytest.approx(5, abs=5)
    assert truly_slow(chosen(recorded(), ASKED), ASKED, one.p95.proposed_ms / 1000) <= 0.02
    assert not said(one, CautionKind.LATENCY)
    assert not said(one)


@pytest.mark.not_fast
def test_what_nobody_asked_for_changes_no_choice_but_its_figures_are_told() -> None:
    with_times, without = chosen(recorded(), DEFAULT), chosen(silent(), DEFAULT)
    assert with_times.choice == without.choice
    assert advised(silent(), DEFAULT).p95 is None
    told = advised(recorded(), DEFAULT).p95
    assert told is not None
    assert told.cpu_percent is None


def test_where_nobody_can_tell_no_size_has_less_cpu_and_it_is_a_caution() -> None:
    sizes, _ = admissible(workload_of(made.service(), silent()), ASKED)
    assert min(size.cpu_units for size in sizes) == 1024
    assert max(size.cpu_units for size in sizes) > 1024
    one = advised(silent(), ASKED)
    (text,) = said(one)
    assert text.startswith(
        "cannot tell whether p95 stays within 300 ms, because no response times are recorded; "
        "no size with less CPU than today's was tried"
    )
    assert one.sizing.size.cpu_units >= 1024
    assert one.p95 is not None
    assert one.p95.why == "no response times are recorded"
    assert one.p95.proposed_ms is None


def test_a_smaller_size_that_is_laid_down_is_taken_and_said_to_be_one() -> None:
    laid = Objective(p95_ms=300, services={"api": LaidDown(cpu_units=256, memory_mib=512)})
    one = advised(silent(), laid)
    assert one.sizing.size == QUARTER
    (text,) = said(one)
    assert "cannot tell whether p95" in text
    assert "it has less CPU than today's, as the objective sets it" in text
    assert said(one, CautionKind.LATENCY), "how much slower it may get is still said"
    modelled = advised(recorded(), Objective(p95_ms=100, services=laid.services))
    assert modelled.sizing.size == QUARTER
    (text,) = said(modelled)
    assert text.startswith("p95_ms = 100 is not kept at 256/512: a task that hardly works may take ")
    assert modelled.p95 is not None
    assert modelled.p95.cpu_percent is None


def test_a_limit_that_nothing_keeps_leaves_the_service_out_with_what_idle_tasks_take() -> None:
    found = choose(made.service(), recorded(), made_choice.PRICES, Objective(p95_ms=20), made.LITTLE)
    assert isinstance(found, LeftOut)
    assert found.detail.startswith("p95_ms = 20 cannot be kept (idle tasks may take ")
    assert 55 <= int(found.detail.split("take ")[1].split(" ms")[0]) <= 90, "three times 20 ms, and a spread"


def test_who_is_reached_without_a_load_balancer_is_not_measured_and_who_is_not_reached_not_asked() -> None:
    mesh = made.service(traffic=None)
    (text,) = [one.text for one in cautions_of_latency(workload_of(mesh, recorded()), ASKED, ONE, OVERHEAD)]
    assert f"because {UNMEASURED}" in text
    worker = workload_of(made.service(traffic=None, port=None), recorded())
    assert worker.latency is None
    assert not list(cautions_of_latency(worker, ASKED, QUARTER, OVERHEAD))
    assert share_at(worker, ASKED, 0.25, OVERHEAD) == 1.0
    assert QUARTER in admissible(worker, ASKED)[0]
    assert QUARTER not in admissible(workload_of(mesh, recorded()), ASKED)[0]


def test_the_sidecar_idle_work_and_a_lost_zone_are_part_of_how_busy_a_task_may_be() -> None:
    workload = workload_of(identities.service("api", subnet_ids=("a", "b")), recorded())
    assert workload.latency is not None
    busy = workload.latency.most_busy(0.3, 1.0)
    assert busy is not None
    assert 0.3 < busy < 0.8
    assert share_at(workload, ASKED, 1.0) == pytest.approx(busy)
    assert share_at(workload, ASKED, 1.0, OVERHEAD) == pytest.approx((busy - OVERHEAD) / (1 - OVERHEAD))
    lost = Objective(p95_ms=300, zone_loss=True)
    assert share_at(workload, lost, 1.0) == pytest.approx(busy / 2)
    assert limits_of(workload, ASKED, 1.0).cpu_share == pytest.approx(busy)
    assert limits_of(workload, DEFAULT, 1.0).cpu_share == pytest.approx(0.8)
    # What waits for nothing takes all that may be used: such a size keeps it at no work.
    own = OwnCpu(idle=Term(value=busy + 0.01), boot=Term(why=NO_REQUESTS))
    waiting = replace(workload, demand=replace(workload.demand, own=own))
    assert share_at(waiting, ASKED, 1.0) is None
    assert "without work is too much" in untold(waiting, ASKED, ONE)


def test_a_size_that_keeps_none_is_judged_by_cpu_and_said_to_keep_none() -> None:
    workload = workload_of(made.service(), recorded())
    tight = Objective(p95_ms=100)
    assert limits_of(workload, tight, 0.25).cpu_share == pytest.approx(0.8)
    assert untold(workload, tight, QUARTER).startswith("p95_ms = 100 is not kept at 256/512")
    assert QUARTER not in admissible(workload, tight)[0]
    assert ONE in admissible(workload, tight)[0]
    assert untold(workload, tight, ONE) == ""


def test_where_tasks_get_busier_than_was_recorded_the_p95_rests_on_assumptions() -> None:
    one = recorded()
    quiet = replace(one, cpu_vcpu=one.cpu_vcpu / 4, hottest_cpu_vcpu=one.hottest_cpu_vcpu / 4)
    found = advised(quiet, Objective(p95_ms=600))
    assert found.p95 is not None
    assert found.p95.busy_percent is not None
    assert found.p95.seen_percent is not None
    assert found.p95.busy_percent > found.p95.seen_percent == pytest.approx(19, abs=2)
    (text,) = said(found)
    assert text == (
        f"tasks get {found.p95.busy_percent:.0f} % busy, {found.p95.seen_percent:.0f} % was recorded often "
        "enough: beyond, that p95 stays within 600 ms rests on seconds being at most 50 % busier than their "
        "minute"
    )
    assert found.cost.after.compute_usd_month < found.cost.before.compute_usd_month
    assert not said(advised(quiet, DEFAULT)), "nobody asked"


def test_a_p95_that_was_missed_already_rests_on_its_cause() -> None:
    workload = workload_of(made.service(), recorded())
    above = float((recorded().answers.p95_s > 0.1).mean())  # type: ignore[union-attr]
    assert above > 0.05
    (one,) = cautions_of_latency(workload, Objective(p95_ms=100), ONE, OVERHEAD)
    assert f"p95 was above 100 ms in {100 * above:.1f} % of the recorded minutes" in one.text
    assert not list(cautions_of_latency(workload, Objective(p95_ms=1000), ONE, OVERHEAD))


def test_how_busy_a_task_is_counts_what_it_does_without_work_and_is_endless_where_none_serves() -> None:
    question, sizing = made_choice.asked(made.service(), recorded())
    found = chosen(recorded(), DEFAULT)
    proposal = proposal_of(made.service(), sizing, found.choice.ladders, question.timing)
    case = as_proposed(question.workload, proposal, made_choice.PRICES)
    minutes = judge(case).replay.minutes
    serving = minutes.serving.copy()
    serving[:2] = 0.0
    work = minutes.demand_vcpu.copy()
    work[1] = 0.0
    one = Played(task=case.inputs.task, minutes=replace(minutes, serving=serving, demand_vcpu=work)).busy
    assert np.isinf(one[0])
    assert one[1] == pytest.approx(OVERHEAD / case.inputs.task.vcpu)
    each = work[2:] / serving[2:]
    np.testing.assert_allclose(one[2:], (each + OVERHEAD) / case.inputs.task.vcpu)


def fleet_document(objective: Objective) -> Any:
    worker = made.service("worker", traffic=None, port=None)
    snapshot = made.snapshot(made.service("api"), worker)
    return recommend(snapshot, objective=objective, effort=made.LITTLE)


def test_report_page_and_document_say_that_nobody_can_tell_and_count_it_as_a_risk() -> None:
    document = document_of(fleet_document(ASKED))
    report = report_of(document)
    assert "response times of api (cautions)" in report.objective
    assert "or the p95 may be above 300 ms" in report.objective
    assert [(one.service, one.text) for one in report.p95] == [
        ("api", "cannot tell: no response times are recorded")
    ]
    page = explanation_of(document, "api", None)  # type: ignore[arg-type]
    facts = section(page, "Response time")
    assert facts == {"asked for": "at most 300 ms", "model": "cannot tell: no response times are recorded"}
    assert "cannot tell whether p95 stays within 300 ms" in " ".join(shown(page).split())
    worker = explanation_of(document, "worker", None)  # type: ignore[arg-type]
    assert not [one for one in worker.sections if one.title.startswith("Response time")]


def plain_of(objective: Objective) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(msgspec.json.encode(published(fleet_document(objective))))
    return plain


def test_without_the_flag_the_document_has_nothing_of_it() -> None:
    plain = plain_of(DEFAULT)
    assert "p95_ms" not in plain["objective"]
    assert not any("p95" in one for one in plain["services"])
    asked = plain_of(ASKED)
    assert asked["objective"]["p95_ms"] == 300
    assert [one["name"] for one in asked["services"] if "p95" in one] == ["api"]


def test_a_limit_that_takes_more_tasks_than_a_service_may_have_says_so() -> None:
    one = recorded()
    vast = replace(
        one, cpu_vcpu=1000 * one.cpu_vcpu, hottest_cpu_vcpu=one.hottest_cpu_vcpu, tasks=1000 * one.tasks
    )
    found = choose(made.service(), vast, made_choice.PRICES, Objective(p95_ms=82), made.LITTLE)
    assert isinstance(found, LeftOut)
    assert found.detail.startswith("p95_ms = 82 cannot be kept: at what keeps it the peak would need ")
    assert "a service has 5,000 at most" in found.detail


def test_replay_says_of_which_services_it_counts_no_response_time(tmp_path: Path) -> None:
    worker = made.service("worker", traffic=None, port=None)
    write_snapshot(made.snapshot(made.service("api"), worker), tmp_path)
    told = replay(tmp_path, objective=ASKED).report
    assert [(one.service, one.text) for one in told.notes if "p95" in one.text] == [
        ("api", "cannot tell whether p95 stays within 300 ms, because no response times are recorded")
    ]
    assert "or the p95 may be above 300 ms" in told.basis
    plain = replay(tmp_path).report
    assert not [one for one in plain.notes if "p95" in one.text]
    assert "p95" not in plain.basis
