"""Activities made by the replay with fields that are known, through a snapshot's format, and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from fleet import made as fleet_made
from replay import made

from trimtab.advice.calibration.fit import Calibration, calibrate
from trimtab.advice.calibration.happened import CountChange, changes_of, counts_of, matched, seen_of
from trimtab.advice.calibration.phase import later
from trimtab.advice.case.case import Case
from trimtab.fleet.left_out import LeftOut
from trimtab.fleet.model import AlarmChange, ScalingActivity, TaskSize
from trimtab.replay.inputs import Model
from trimtab.replay.policy import Policy, StepScaling
from trimtab.replay.run import replay
from trimtab.report.layout import lines
from trimtab.report.replay.calibration import claim, render

if TYPE_CHECKING:
    from trimtab.demand.series import Demand

DAY, DAYS = 1440, 6
PHASE_S = 23.4
KNOWN = Model(publication_delay_s=180, in_activity_s=120)
IDLE_VCPU = 0.05
TIMES = np.arange(DAYS * DAY)
WORK = 3.0 * (1.3 + np.sin(2 * np.pi * TIMES / 360)) + np.random.default_rng(5).normal(0, 0.15, TIMES.size)
POLICY = Policy(
    min_tasks=2,
    max_tasks=30,
    initial_tasks=6,
    alarms=(made.high(70.0), made.low(40.0, policy=1)),
    policies=(made.out(2, cooldown_s=120), made.into(-1, cooldown_s=300)),
)


def stated(changes: tuple[CountChange, ...]) -> tuple[ScalingActivity, ...]:
    return tuple(
        ScalingActivity(
            start=(fleet_made.START + timedelta(seconds=one.at_s)).isoformat(timespec="milliseconds"),
            status="Successful",
            description=f"Setting desired count to {one.after}. Successfully set it.",
        )
        for one in reversed(changes)
    )


@pytest.fixture(scope="module")
def lived() -> tuple[Case, Demand, tuple[ScalingActivity, ...]]:
    """What would be recorded of a service whose open fields are known, and the case as trimtab has it."""
    task = replace(made.TASK, idle_vcpu=IDLE_VCPU)
    done = replay(made.inputs(WORK, task=task), POLICY, KNOWN)
    tasks = done.minutes.running
    used = WORK + IDLE_VCPU * tasks
    changes = tuple(
        CountChange(at_s=one.second + PHASE_S, before=one.before, after=one.after) for one in done.activities
    )
    case = Case(
        service="made",
        start=fleet_made.START,
        size=TaskSize(cpu_units=1024, memory_mib=2048),
        inputs=made.inputs(used),
        policy=POLICY,
        filled_share=0.0,
    )
    return case, fleet_made.demand(used, tasks=tasks), stated(changes)


@pytest.fixture(scope="module")
def found(lived: tuple[Case, Demand, tuple[ScalingActivity, ...]]) -> Calibration:
    one = calibrate(*lived)
    assert isinstance(one, Calibration)
    return one


def test_known_fields_are_found_again(found: Calibration) -> None:
    assert found.fields.delay_s == KNOWN.publication_delay_s
    assert found.fields.phase_s == pytest.approx(PHASE_S, abs=0.01)
    assert found.fields.in_activity_s == KNOWN.in_activity_s


def test_with_them_the_rest_is_predicted_to_the_second_and_better_than_without_a_policy(
    found: Calibration,
) -> None:
    judged = found.judged
    assert judged.matched.happened > 50
    assert judged.matched.share > 0.99
    assert judged.matched.error_s(0.95) < 1
    assert judged.count_error < 0.01 < found.stays.count_error
    assert abs(judged.bill_error) < 0.01
    assert found.day_before.matched.share < judged.matched.share
    assert "activities in 1.8 days" in claim(found)


def test_what_the_replay_does_not_know_is_said_as_its_error(
    lived: tuple[Case, Demand, tuple[ScalingActivity, ...]],
) -> None:
    case, demand, activities = lived
    other = replace(case.policy, alarms=(made.high(85.0), made.low(60.0, policy=1)))
    one = calibrate(replace(case, policy=other), demand, activities)
    assert isinstance(one, Calibration)
    assert one.judged.matched.share < 0.9
    assert one.judged.count_error > 0.1
    assert one.judged.bill_error < -0.1


def test_a_service_with_few_activities_is_not_calibrated(
    lived: tuple[Case, Demand, tuple[ScalingActivity, ...]],
) -> None:
    case, demand, activities = lived
    one = calibrate(case, demand, activities[-12:])
    assert isinstance(one, LeftOut)
    assert one.detail.startswith("12 scaling activities in the first 70 % of the recording and 0 in the rest")
    assert "made: cannot tell: 12 scaling" in " ".join(lines(render([one])))


def test_what_an_alarm_asked_for_is_told_by_its_history() -> None:
    newest, asked = "2026-11-29T10:13:00Z", "2026-11-29T10:15:10.905Z"
    said: dict[str, Any] = {"at": asked, "alarm": "a", "before": "OK", "after": "ALARM", "period_s": 60}
    whole = AlarmChange(**said, queried=asked, newest=newest)
    back = AlarmChange(**said | {"before": "ALARM", "after": "OK"}, queried=asked, newest=newest)
    assert seen_of([whole, back, AlarmChange(**said, queried=asked)]) == (pytest.approx(70.905),)


def test_launches_after_the_tick_run_later_and_hold_no_cooldown_longer(
    lived: tuple[Case, Demand, tuple[ScalingActivity, ...]],
) -> None:
    case, _, _ = lived
    moved = later(case, 23)
    assert later(case, 0) is case
    for name in ("pull_s", "running_s", "serving_s"):
        apart = getattr(moved.inputs.starts, name) - getattr(case.inputs.starts, name)
        assert apart.tolist() == [23]
    out, into = moved.policy.policies
    assert isinstance(out, StepScaling)
    assert isinstance(into, StepScaling)
    assert (out.cooldown_s, into.cooldown_s) == (120 - 23, 300)


def test_activities_are_read_in_order_and_each_once_and_failed_ones_not() -> None:
    def one(second: float, to: int, status: str = "Successful") -> ScalingActivity:
        at = (fleet_made.START + timedelta(seconds=second)).isoformat()
        return ScalingActivity(start=at, status=status, description=f"Setting desired count to {to}.")

    told = (one(120.5, 3), one(60, 5), one(60, 5), one(90, 9, "Failed"), one(-30, 4))
    changes = changes_of(told, fleet_made.START, 2)
    assert changes == (CountChange(at_s=60, before=4, after=5), CountChange(at_s=120.5, before=5, after=3))
    assert counts_of(changes, 3, 4).tolist() == [4, 5, 3]


def test_a_forecast_is_matched_once_in_its_direction_within_five_minutes() -> None:
    real = (CountChange(at_s=100, before=2, after=3), CountChange(at_s=1000, before=3, after=2))
    said = (
        CountChange(at_s=130, before=2, after=3),
        CountChange(at_s=140, before=3, after=4),
        CountChange(at_s=1301, before=3, after=2),
    )
    got = matched(real, said, (0, 5000))
    assert (got.happened, got.predicted, got.false, got.late_s) == (2, 1, 2, (30,))
