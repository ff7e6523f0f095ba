"""Money beside the tasks: alarms, Container Insights, logs, traces; and what the user pays for them."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest
from fleet import made
from hypothesis import given
from hypothesis import strategies as st
from takeover import made as identities

from trimtab.advice import watching_cost as seen
from trimtab.advice.cost import Cost, CostParts, dollars, shared_cost, total
from trimtab.catalog.load import insights_table, prices
from trimtab.catalog.own_prices import read_prices
from trimtab.commands.optimize import optimize
from trimtab.commands.replay import replay
from trimtab.document.encode import document_of
from trimtab.errors import UsageError
from trimtab.fleet.model import Scaling, Step, StepPolicy
from trimtab.pipeline import recommend
from trimtab.report.optimize.data import report_of
from trimtab.snapshot.folder import snapshot_of, write_snapshot
from trimtab.terraform_module import (
    ALARMED_METRICS,
    AT_MAX_METRICS,
    BALANCED_METRICS,
    OPERATOR_ALARM_ENDINGS,
    PLATFORM_ALARMS,
)

if TYPE_CHECKING:
    from trimtab.fleet.model import Service, Traffic

ROOT = Path(__file__).parents[3]
PRICES = prices("us-east-1")
BALANCER = Decimal("16.43")
"""Of 730 hours."""
CENTS = st.integers(0, 10**9).map(lambda cents: Decimal(cents) / 100)
PARTS = st.builds(
    CostParts,
    compute_usd_month=CENTS,
    logs_usd_month=CENTS,
    insights_usd_month=CENTS,
    alarms_usd_month=CENTS,
    balancers_usd_month=CENTS,
    tracing_usd_month=CENTS,
)
PARTS_OF_IT = tuple(part.name for part in fields(CostParts))
COSTS = st.builds(Cost, recorded_usd_month=CENTS, before=PARTS, after=PARTS)


@pytest.mark.not_fast
@given(st.lists(COSTS, max_size=30))
def test_rows_parts_and_totals_add_up_to_the_cent_whichever_way(rows: list[Cost]) -> None:
    sums = total(rows)
    for side in ("before", "after"):
        parts: CostParts = getattr(sums, side)
        assert parts.total_usd_month == sum((getattr(row, side).total_usd_month for row in rows), Decimal(0))
        assert parts.total_usd_month == sum(
            (sum((getattr(getattr(row, side), name) for row in rows), Decimal(0)) for name in PARTS_OF_IT),
            Decimal(0),
        )
    assert sums.saving_usd_month == sum((row.saving_usd_month for row in rows), Decimal(0))
    assert sums.saving_usd_month == sums.before_usd_month - sums.after_usd_month
    assert sums.compute_saving_usd_month == sum((row.compute_saving_usd_month for row in rows), Decimal(0))
    assert sums.recorded_usd_month == sum((row.recorded_usd_month for row in rows), Decimal(0))
    assert str(sums.before_usd_month).split(".")[1].__len__() == 2


# Alarms


def policy(metric: Any, period_s: int = 60) -> StepPolicy:
    low = {"cpu_low": 30.0, "memory_low": 70.0} if metric == "joint" else {}
    return StepPolicy(
        name=f"{metric}-{period_s}", metric=metric, comparison="greater", threshold=40.0, period_s=period_s,
        evaluation_periods=1, datapoints_to_alarm=1, adjustment_type="ChangeInCapacity", cooldown_s=60,
        steps=(Step(lower=0.0, adjustment=1),), **low,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("policies", "usd"),
    [
        ((), 0.0),
        ((policy("cpu"), policy("memory")), 0.2),
        ((policy("cpu"), policy("joint")), 0.3),
        ((policy("cpu", 10), policy("joint", 30)), 0.9),
        ((policy("cpu", 300),), 0.1),
    ],
)
def test_an_alarm_is_paid_by_the_metrics_it_refers_to_and_by_its_resolution(
    policies: tuple[StepPolicy, ...], usd: float
) -> None:
    service = made.service(scaling=Scaling(min_tasks=2, max_tasks=9, policies=policies))
    assert seen.alarms_today_usd(service, PRICES) == pytest.approx(usd)


def test_the_proposals_alarms_are_those_of_the_modules() -> None:
    modules = ROOT / "terraform" / "modules"
    sources = {path: path.read_text(encoding="utf-8") for path in modules.rglob("*.tf")}
    found = {
        (path.relative_to(modules).as_posix(), name)
        for path, text in sources.items()
        for name in re.findall(r'resource "aws_cloudwatch_(?:metric|composite)_alarm" "(\w+)"', text)
    }
    scales = {
        ("scaling/alarms.tf", name) for name in ("out", "in", "further", "fast")
    }  # neither further ones nor a fast one unless asked for
    told = {("service/operator_alarms.tf", name) for name in OPERATOR_ALARM_ENDINGS.values()}
    assert found == scales | told | {("cluster/events.tf", "undelivered")}
    assert PLATFORM_ALARMS == 1
    scaling = sources[modules / "scaling" / "autoscaling.tf"]
    out = re.findall(r'^ +\w+ += \{ metric = "\w+",', scaling, re.MULTILINE)
    # An alarm each out, and each once more in the joint one (the mocked runs of modules/scaling hold that).
    assert 2 * len(out) == ALARMED_METRICS
    told = sources[modules / "service" / "operator_alarms.tf"]
    shared = re.findall(r'metric_name += "(\w+)"', told)
    joint = re.findall(r'(\w+) = "\w+Count"', re.findall(r"for_each = (\{.*\})", told)[0])
    assert (shared, joint) == (["UnHealthyHostCount", "DesiredTaskCount"], ["errors", "requests"])
    assert 1 + len(joint) == BALANCED_METRICS
    assert AT_MAX_METRICS == 1


@pytest.mark.parametrize(
    ("traffic", "scales", "usd"),
    [(None, False, 0.4), (None, True, 0.5), (made.traffic(), False, 0.7), (made.traffic(), True, 0.8)],
)
def test_alarms_for_whoever_is_on_call_are_paid_where_there_is_what_they_watch(
    traffic: Traffic | None, scales: bool, usd: float
) -> None:
    service = made.service(traffic=traffic)
    assert seen.alarms_proposed_usd(service, PRICES, scales=scales) == pytest.approx(usd)


def test_fast_signals_cost_a_metric_and_an_alarm_of_high_resolution() -> None:
    service = made.service(traffic=None)
    slow, fast = (
        seen.alarms_proposed_usd(service, PRICES, scales=True, fast_signals=on) for on in (False, True)
    )
    assert fast - slow == pytest.approx(0.3 + 0.3) == seen.fast_signals_usd(PRICES)


# Container Insights


def test_standard_insights_are_25_metrics_a_service_and_12_the_cluster_at_the_custom_rate() -> None:
    assert seen.insights_usd("enabled", 3.0, PRICES) == pytest.approx(25 * 0.30)
    assert seen.insights_usd("enabled", 300.0, PRICES) == pytest.approx(25 * 0.30)
    assert seen.cluster_insights_usd("enabled", PRICES) == pytest.approx(12 * 0.30)


def test_enhanced_insights_grow_with_the_tasks() -> None:
    assert seen.insights_usd("enhanced", 0.0, PRICES) == pytest.approx((18 + 13 + 20) * 0.07)
    one = seen.insights_usd("enhanced", 2.0, PRICES) - seen.insights_usd("enhanced", 1.0, PRICES)
    assert one == pytest.approx((26 + 20) * 0.07)
    # A bill of 2026-08 for EC2: one for container instances more, three for ephemeral storage less.
    assert insights_table().enhanced.cluster + 1 - 3 == 23


@pytest.mark.parametrize("setting", [None, "disabled"])
def test_without_insights_or_without_knowing_nothing_is_paid(setting: Any) -> None:
    assert seen.insights_usd(setting, 9.0, PRICES) == seen.cluster_insights_usd(setting, PRICES) == 0
    fleet = msgspec.structs.replace(
        made.fleet(made.service("jobs", traffic=None)), container_insights=setting
    )
    cost = shared_cost(fleet, PRICES)
    assert (cost.before_usd_month, cost.after_usd_month) == (0, Decimal("3.70"))
    assert cost.insights_known == (setting is not None)


# Logs


def advised(**changes: object) -> Cost:
    fleet = {name: changes.pop(name) for name in ("container_insights",) if name in changes}
    service = made.service(**changes)
    table = made.metrics(service)
    snapshot = snapshot_of(msgspec.structs.replace(made.fleet(service), **fleet), table)
    return recommend(snapshot, effort=made.LITTLE).services[0].cost


def test_logs_are_paid_for_coming_in_and_for_the_days_they_are_kept() -> None:
    a_gib_a_day = made.service(log_bytes_day=2**30)
    month = 365 / 12
    assert seen.logs_usd(a_gib_a_day, 30, PRICES) == pytest.approx(month * 0.50 + 30 * 0.15 * 0.03)
    assert seen.logs_usd(made.service(), 30, PRICES) == 0


def test_logs_that_are_kept_for_ever_claim_no_saving_and_a_longer_retention_only_storage() -> None:
    forever = advised(log_bytes_day=50 * 2**30)
    assert forever.before.logs_usd_month == forever.after.logs_usd_month > 0
    year = advised(log_bytes_day=50 * 2**30, log_retention_days=365)
    saved = year.before.logs_usd_month - year.after.logs_usd_month
    assert saved == pytest.approx(Decimal(str(50 * 335 * 0.15 * 0.03)), abs=Decimal("0.01"))
    unknown = advised()
    assert (unknown.before.logs_usd_month, unknown.after.logs_usd_month, unknown.logs_known) == (0, 0, False)


def test_the_proposal_has_the_standard_insights_whatever_is_on_today() -> None:
    cost = advised(container_insights="enabled")
    assert cost.before.insights_usd_month == cost.after.insights_usd_month == Decimal("7.50")
    assert cost.insights_known
    silent = advised()
    assert (silent.before.insights_usd_month, silent.after.insights_usd_month) == (0, Decimal("7.50"))
    assert not silent.insights_known
    richer = advised(container_insights="enhanced")
    assert richer.before.insights_usd_month > richer.after.insights_usd_month == Decimal("7.50")


# Traces


def test_traces_are_a_share_of_the_requests_from_outside() -> None:
    requests = np.array([0.0, 30.0, 60.0, 1060.0])
    demand = replace(made.demand(np.ones(4)), requests=requests)
    traces_a_minute = 0.05 * (30 + 60 + 1060) / 4
    most = seen.tracing_most_usd(made.service(), demand, PRICES)
    assert most == pytest.approx(traces_a_minute * 60 * 730 / 1e6 * 5)
    inside = made.service(traffic=made.traffic(exposure="internal"))
    assert seen.tracing_most_usd(inside, demand, PRICES) == 0
    assert seen.tracing_most_usd(made.service(traffic=None), demand, PRICES) == 0


def test_traces_and_load_balancers_are_in_the_total_that_is_said_first() -> None:
    recommendation = recommend(made.snapshot(made.service("web")), effort=made.LITTLE)
    cost, report = recommendation.cost, report_of(document_of(recommendation))
    assert cost.after.tracing_usd_month > 0
    shared = Decimal("3.70") + BALANCER
    assert cost.after_usd_month == sum(
        (advice.cost.after.total_usd_month for advice in recommendation.services), shared
    )
    rows = {row.part: row for row in report.split}
    assert rows["tracing"].after_usd_month == cost.after.tracing_usd_month
    assert rows["balancers"].after_usd_month == BALANCER
    assert report.saving.startswith(f"Saving in replay: {dollars(cost.saving_usd_month)} a month")
    assert any("at its most" in note for note in report.split_notes)
    quiet = recommend(made.snapshot(made.service("jobs", traffic=None)), effort=made.LITTLE)
    assert not any("Tracing" in note for note in report_of(document_of(quiet)).split_notes)


def test_load_balancers_are_those_of_the_account_or_one_where_they_are_not_recorded() -> None:
    public = made.service("web")
    inside = made.service("db", traffic=made.traffic(exposure="internal"))
    alone = made.service("jobs", traffic=None)

    def counts(*services: Service, balancers: int | None = None) -> tuple[int, int, bool]:
        fleet = made.fleet(*services)
        if balancers is not None:
            found = tuple(identities.balancer(arn=identities.balancer_arn(str(n))) for n in range(balancers))
            identity = identities.fleet(identities.service("web"), load_balancers=found).identity
            fleet = msgspec.structs.replace(fleet, identity=identity)
        cost = shared_cost(fleet, PRICES)
        before, after = cost.before.balancers_usd_month, cost.after.balancers_usd_month
        return round(before / BALANCER), round(after / BALANCER), cost.balancers_known

    assert counts(public) == (1, 1, False)
    assert counts(public, inside) == (1, 2, False)
    assert counts(alone) == (0, 0, True)
    assert counts(public, balancers=1) == (1, 1, True)
    assert counts(public, inside, balancers=1) == (1, 2, True)
    assert counts(public, inside, balancers=3) == (3, 3, True)
    nowhere = msgspec.structs.replace(PRICES, alb_hour=None)
    assert shared_cost(made.fleet(public), nowhere).after.balancers_usd_month == 0


# The user's own prices


def acme(tmp_path: Path, **content: object) -> Path:
    path = tmp_path / "acme.json"
    path.write_text(json.dumps({"region": "us-east-1", **content}), encoding="utf-8")
    return path


def test_own_prices_change_compute_by_the_discount_and_are_named_everywhere(tmp_path: Path) -> None:
    write_snapshot(made.snapshot(made.service("api")), tmp_path / "in")
    own = acme(tmp_path, compute_savings_plan_discount_percent=20)
    listed, cheaper = (
        optimize(tmp_path / "in", None, effort=made.LITTLE),
        optimize(tmp_path / "in", tmp_path / "out", prices_file=own, effort=made.LITTLE),
    )
    before, after = listed.recommendation.cost.before, cheaper.recommendation.cost.before
    assert after.compute_usd_month == pytest.approx(
        before.compute_usd_month * Decimal("0.8"), abs=Decimal("0.01")
    )
    assert after.alarms_usd_month == before.alarms_usd_month
    assert cheaper.report.basis.startswith("Fargate prices of acme.json, less 20 % Savings Plan, us-east-1")
    values = " ".join((tmp_path / "out" / "services.auto.tfvars").read_text(encoding="utf-8").split())
    assert "Fargate at prices of acme.json, less 20 % Savings Plan: $" in values
    document = json.loads((tmp_path / "out" / "recommendation.json").read_bytes())
    assert document["price_basis"] == "prices of acme.json, less 20 % Savings Plan"
    done = replay(tmp_path / "in", prices_file=own)
    assert done.judged[0].verdict == cheaper.recommendation.services[0].deployed
    assert "Fargate prices of acme.json" in done.report.basis


def test_prices_that_cannot_be_used_leave_nothing_behind(tmp_path: Path) -> None:
    write_snapshot(made.snapshot(made.service("api")), tmp_path / "in")
    own = acme(tmp_path, discount=20)
    for run in (
        lambda: optimize(tmp_path / "in", tmp_path / "out", prices_file=own),
        lambda: replay(tmp_path / "in", prices_file=own, output=tmp_path / "out"),
    ):
        with pytest.raises(UsageError, match=r"acme\.json: Object contains unknown field `discount`"):
            run()
    assert not (tmp_path / "out").exists()


def test_the_example_of_the_documentation_is_a_file_that_is_taken(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "optimize.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```json\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "acme.json").write_text(example, encoding="utf-8")
    book = read_prices(tmp_path / "acme.json", "us-east-1")
    assert book.logs_ingestion_gb.usd == 0.45
    assert book.fargate_x86_vcpu_hour.usd == pytest.approx(0.04048 * 0.95 * 0.8)


def test_the_counts_in_the_documentation_are_the_catalogs() -> None:
    page = (ROOT / "docs" / "optimize.md").read_text(encoding="utf-8")
    one, more = insights_table().standard, insights_table().enhanced
    assert (
        f"{one.service + one.family} metrics a service ({one.service} of the service, {one.family} of its "
        f"task definition) and {one.cluster} of the cluster"
    ) in page
    assert (
        f"{more.service + more.family + more.container} a service, {more.task + more.container_task} a "
        f"running task and {more.cluster} of the cluster"
    ) in page
