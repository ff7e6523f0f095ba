"""What runs today: replayed where that agrees with the record, else the record with the reason."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest
from fleet import made

from trimtab.advice.before import AGREES, before_of
from trimtab.advice.case.case import workload_of
from trimtab.advice.case.objective import DEFAULT
from trimtab.advice.case.outcome import Basis
from trimtab.advice.cautions import cautions_of_cost
from trimtab.advice.cost import Cost, CostParts
from trimtab.advice.foreign import foreign
from trimtab.advice.model import CautionKind
from trimtab.catalog.load import prices
from trimtab.fleet.left_out import LeftOutReason
from trimtab.fleet.model import Failure, Scaling, TrackingPolicy, Unmodelled
from trimtab.pipeline import recommend
from trimtab.snapshot.old_notes import with_told

if TYPE_CHECKING:
    from trimtab.advice.before import Before
    from trimtab.demand.series import Demand

PRICES = prices("us-east-1")
HOUR_USD = 0.04048 + 2 * 0.004445
"""Of 1024/2048."""
MINUTES = np.arange(2 * made.DAY)
WAVE = 2 + np.sin(2 * np.pi * MINUTES / made.DAY)


def before(scaling: Scaling, demand: Demand) -> Before:
    return before_of(
        workload_of(made.service(size=made.size(1024, 2048), scaling=scaling), demand), PRICES, DEFAULT
    )


def fixed(count: int) -> Scaling:
    return Scaling(min_tasks=count, max_tasks=count)


def test_a_replay_that_agrees_stands_for_today() -> None:
    found = before(fixed(4), made.demand(WAVE, tasks=4))
    assert (found.verdict.basis, found.why) == (Basis.REPLAY, "")
    assert found.error_usd_month == 0


@pytest.mark.parametrize(("count", "basis"), [(11, Basis.REPLAY), (12, Basis.RECORD), (8, Basis.RECORD)])
def test_a_count_more_than_ten_percent_off_is_the_records(count: int, basis: Basis) -> None:
    assert AGREES == 0.10
    found = before(fixed(count), made.demand(WAVE, tasks=10))
    assert found.verdict.basis is basis
    if basis is Basis.RECORD:
        assert found.verdict.usd_month == pytest.approx(10 * 730 * HOUR_USD)
        assert (found.verdict.tasks_mean, found.case, found.error_usd_month) == (10, None, None)
        assert f"would run {count:.1f} tasks, and 10.0 ran" in found.why


def test_a_service_that_nothing_is_said_to_move_is_as_recorded_and_says_so() -> None:
    found = before(Scaling(min_tasks=2, max_tasks=20), made.demand(WAVE, tasks=np.rint(2 * WAVE)))
    assert found.recorded
    assert found.why == (
        "4.0 tasks ran on average, and nothing that was read says what moves their count between 2 and 20"
    )


def test_what_no_replay_can_do_is_as_recorded_and_named() -> None:
    odd = Unmodelled(what="policy out", why="follows the p99 of CPUUtilization")
    found = before(Scaling(min_tasks=4, max_tasks=4, unmodelled=(odd,)), made.demand(WAVE, tasks=4))
    assert found.recorded
    assert found.why == "policy out follows the p99 of CPUUtilization: no replay can do that"


def test_target_tracking_is_replayed_and_agrees_with_a_record_that_it_made() -> None:
    """The record is what tracking comes to: enough tasks that each is a little below the target."""
    scaling = Scaling(
        min_tasks=2, max_tasks=20, tracking=(TrackingPolicy(name="cpu", metric="cpu", target=60.0),)
    )
    ran = np.ceil(2 * WAVE / 0.55)
    found = before(scaling, made.demand(2 * WAVE, tasks=ran))
    assert found.verdict.basis is Basis.REPLAY
    assert found.verdict.tasks_mean == pytest.approx(ran.mean(), rel=0.1)
    assert found.verdict.tasks_least <= 4
    assert found.verdict.tasks_most >= 10


def test_the_record_counts_its_minutes_as_a_replay_would() -> None:
    tasks = np.where(MINUTES % 60 < 30, 2.0, 4.0)
    cpu = np.where(MINUTES % 60 == 0, 1.9, 1.0)
    present = MINUTES >= 60
    found = before(Scaling(min_tasks=0, max_tasks=9), made.demand(cpu, tasks=tasks, present=present)).verdict
    hours = MINUTES.size // 60 - 1
    assert found.minutes == 60 * hours
    assert (found.tasks_mean, found.tasks_least, found.tasks_most) == (3.0, 2, 4)
    assert found.over_cpu_min == hours  # 1.9 of 2 vCPU; elsewhere there is room
    assert (found.launched, found.direction_changes) == (2 * hours, 2 * hours - 2)
    assert found.usd_month == pytest.approx(3 * 730 * HOUR_USD)
    assert found.over_bound is None


def test_a_saving_below_what_replay_and_record_differ_by_is_within_the_error() -> None:
    service = made.service(size=made.size(1024, 2048), scaling=fixed(11))
    found = before_of(workload_of(service, made.demand(WAVE, tasks=10)), PRICES, DEFAULT)
    assert found.error_usd_month is not None
    assert found.error_usd_month == pytest.approx(Decimal(str(round(730 * HOUR_USD, 2))), abs=Decimal("0.02"))

    def kinds(after: str) -> set[CautionKind]:
        cost = Cost(
            before=CostParts(compute_usd_month=Decimal("400.00")),
            after=CostParts(compute_usd_month=Decimal(after)),
        )
        return {one.kind for one in cautions_of_cost(service, cost, found, None, DEFAULT)}  # type: ignore[arg-type]

    assert CautionKind.WITHIN_ERROR in kinds("380.00")
    assert CautionKind.WITHIN_ERROR not in kinds("300.00")


def test_a_service_scaled_by_another_metric_is_left_out_with_its_cost() -> None:
    queue = Unmodelled(what="policy out", why="follows Depth of AWS/SQS", foreign=True)
    scaling = Scaling(min_tasks=1, max_tasks=20, unmodelled=(queue,))
    snapshot = made.snapshot(made.service("jobs", scaling=scaling))
    (left,) = recommend(snapshot, effort=made.LITTLE).left_out
    assert (left.service, left.reason) == ("jobs", LeftOutReason.FOREIGN)
    assert "policy out follows Depth of AWS/SQS" in left.detail
    assert "4.0 tasks ran on average, for $144.16 a month" in left.detail
    assert "would hold that, for $" in left.detail


def test_the_size_of_a_service_that_keeps_its_scaling_holds_every_task_as_it_was() -> None:
    service = made.service("jobs", size=made.size(1024, 2048))
    small = foreign(service, made.demand(WAVE * 0.1, memory=200, tasks=2), PRICES)
    assert "256/512 would hold that, for $" in small
    busy = foreign(service, made.demand(np.full(MINUTES.size, 1.5), memory=1700, tasks=2), PRICES)
    assert busy.endswith("no cheaper size holds that")
    killed = Failure(at="2026-11-03T00:00:00Z", kind="stopped task", text="OutOfMemoryError")
    kept = foreign(
        msgspec.structs.replace(service, failures=(killed,)),
        made.demand(WAVE * 0.1, memory=200, tasks=2),
        PRICES,
    )
    assert "256/2048 would hold that" in kept


# Snapshots from before this could be said


@pytest.mark.parametrize(
    ("note", "foreign"),
    [
        ("api: policy cpu is TargetTrackingScaling, which is not replayed", False),
        ("api: policy ahead is PredictiveScaling, which is not replayed", True),
        ("api: alarm deep of policy out is not replayed", True),
    ],
)
def test_an_older_snapshot_names_its_policies_in_notes(note: str, foreign: bool) -> None:
    fleet = msgspec.structs.replace(made.fleet(made.service("api"), made.service("web")), notes=(note,))
    api, web = with_told(fleet).services
    (told,) = api.scaling.unmodelled
    assert (told.foreign, web.scaling.unmodelled) == (foreign, ())
    assert with_told(with_told(fleet)) == with_told(fleet)


def test_other_notes_change_nothing() -> None:
    notes = ("api: target group x is not modelled", "web: policy cpu is TargetTrackingScaling, which is fine")
    fleet = msgspec.structs.replace(made.fleet(made.service("api")), notes=notes)
    assert with_told(fleet) is fleet
