"""The documented vectors: missing data, rounding, step choice, the draws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from replay import made

from trimtab.replay.inputs import Model
from trimtab.replay.kernel import encode, tables
from trimtab.replay.kernel import rules as kernel_rules
from trimtab.replay.kernel.tasks import draw
from trimtab.replay.policy import (
    AdjustmentType,
    Aggregation,
    Comparison,
    Missing,
    StepAdjustment,
    StepScaling,
)
from trimtab.replay.result import AlarmState

ALARM, OK, NONE = AlarmState.ALARM, AlarmState.OK, AlarmState.INSUFFICIENT_DATA
KEEP = None
RULES = (Missing.MISSING, Missing.IGNORE, Missing.BREACHING, Missing.NOT_BREACHING)
# CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data": N = 3, range of 5.
DOCUMENTED = (
    ("0-X-X", 3, (OK, OK, OK, OK)),
    ("0----", 3, (OK, OK, OK, OK)),
    ("-----", 3, (NONE, KEEP, ALARM, OK)),
    ("0XX-X", 3, (ALARM, ALARM, ALARM, ALARM)),
    ("--X--", 3, (ALARM, KEEP, ALARM, OK)),
    ("0-X-X", 2, (ALARM, ALARM, ALARM, ALARM)),
    ("00X0X", 2, (ALARM, ALARM, ALARM, ALARM)),
    ("0-X--", 2, (OK, OK, ALARM, OK)),
    ("----0", 2, (OK, OK, ALARM, OK)),
    ("---X-", 2, (ALARM, KEEP, ALARM, OK)),
    # Too young for the early alarm (same page, below the table); what becomes of the state is not said.
    ("----X", 3, (KEEP, KEEP, ALARM, OK)),
    ("---X-", 3, (KEEP, KEEP, ALARM, OK)),
    # By the rules above the table: the newest N real points decide; enough real breaches always alarm.
    ("X-000", 1, (OK, OK, OK, OK)),
    ("XX000", 2, (OK, OK, OK, OK)),
    ("---XX", 2, (ALARM, ALARM, ALARM, ALARM)),
    ("---0X", 1, (ALARM, ALARM, ALARM, ALARM)),
)
VALUES = {"0": 10.0, "X": 90.0, "-": math.nan}


def state(points: str, datapoints: int, missing: Missing, before: AlarmState, period: int = 1) -> int:
    alarm = made.high(50.0, periods=3, datapoints=datapoints, missing=missing, period_min=period)
    book = encode.candidates_of([made.policy((alarm,), (made.out(),))], Model(evaluation_extra=2))
    row = np.full((1, period * len(points)), 10.0)
    row[0, period - 1 :: period] = [VALUES[point] for point in points]
    newest = row.shape[1] - 1
    return kernel_rules.state_of(book.alarm, book.level, row, 0, 0, newest, int(before))


@pytest.mark.parametrize("period", [1, 5])
@pytest.mark.parametrize("before", list(AlarmState))
@pytest.mark.parametrize(("points", "datapoints", "expected"), DOCUMENTED)
def test_missing_data_is_treated_as_documented(
    points: str, datapoints: int, expected: tuple[AlarmState | None, ...], before: AlarmState, period: int
) -> None:
    got = tuple(state(points, datapoints, missing, before, period) for missing in RULES)
    assert got == tuple(before if each is KEEP else each for each in expected)


@pytest.mark.parametrize("early", ["X--", "XX-", "-X-"])
def test_before_the_recording_points_are_missing(early: str) -> None:
    """A range that reaches beyond the first minute is as short as one with gaps."""
    short = state(early, 2, Missing.MISSING, OK)
    long = state("--" + early, 2, Missing.MISSING, OK)
    assert short == long == ALARM


@pytest.mark.parametrize(
    ("comparison", "at"),
    [
        (Comparison.GREATER, OK),
        (Comparison.GREATER_OR_EQUAL, ALARM),
        (Comparison.LESS, OK),
        (Comparison.LESS_OR_EQUAL, ALARM),
    ],
)
def test_a_gap_does_not_change_what_breaches_at_the_threshold(comparison: Comparison, at: AlarmState) -> None:
    alarm = made.high(50.0, periods=3, datapoints=2, comparison=comparison)
    book = encode.candidates_of([made.policy((alarm,), (made.out(),))], Model(evaluation_extra=2))
    row = np.array([[50.0, math.nan, 50.0, math.nan, 50.0]])
    assert kernel_rules.state_of(book.alarm, book.level, row, 0, 0, 4, int(NONE)) == at


# Application Auto Scaling API, AdjustmentType: how percentages are rounded.
@pytest.mark.parametrize(
    ("tasks", "percent", "change"),
    [
        (127, 10, 12),  # 12.7
        (67, 1, 1),  # 0.67
        (58, -1, -1),  # -0.58
        (667, -1, -6),  # -6.67
        (100, 1, 1),  # exactly 1
        (100, -1, -1),
        (50, 0, 0),
        (0, 50, 0),  # half of nothing
        (10, 200, 20),
        (3, -100, -3),
    ],
)
def test_percent_changes_round_as_aws_rounds(tasks: int, percent: int, change: int) -> None:
    assert kernel_rules.adjusted(AdjustmentType.PERCENT.value, percent, 0, tasks) == tasks + change


@pytest.mark.parametrize(
    ("tasks", "percent", "magnitude", "change"),
    [(10, 10, 3, 3), (10, -10, 3, -3), (10, 50, 3, 5), (10, -50, 3, -5), (10, 0, 3, 0), (0, 10, 3, 0)],
)
def test_the_minimum_magnitude_is_a_floor_that_keeps_the_sign(
    tasks: int, percent: int, magnitude: int, change: int
) -> None:
    assert kernel_rules.adjusted(AdjustmentType.PERCENT.value, percent, magnitude, tasks) == tasks + change


def test_an_exact_capacity_and_a_change_are_what_they_say() -> None:
    assert kernel_rules.adjusted(AdjustmentType.EXACT.value, 7, 0, 100) == 7
    assert kernel_rules.adjusted(AdjustmentType.CHANGE.value, -3, 0, 10) == 7


def chosen(policy: StepScaling, diff: float) -> int | None:
    """Return the adjustment of the step that ``diff`` falls into."""
    book = encode.candidates_of([made.policy((made.high(),), (policy,))], Model())
    row = book.alarm[0, 0]
    last = len(policy.steps)
    step = kernel_rules.step_of(book.step, 0, 0, last, diff, int(row[tables.ZERO_IS_OUT]))
    return None if step < 0 else policy.steps[step].adjustment


def steps(*bounds: tuple[float, float, int], **changes: AdjustmentType) -> StepScaling:
    each = tuple(
        StepAdjustment(lower=lower, upper=upper, adjustment=change) for lower, upper, change in bounds
    )
    return StepScaling(steps=each, cooldown_s=0, **changes)  # type: ignore[arg-type]


# The example of the Application Auto Scaling guide: threshold 50, steps at 60 and 70, at 40 and 30.
GUIDE_OUT = steps((0.0, 10.0, 0), (10.0, 20.0, 10), (20.0, math.inf, 30))
GUIDE_IN = steps((-10.0, 0.0, 0), (-20.0, -10.0, -10), (-math.inf, -20.0, -30))


@pytest.mark.parametrize(
    ("diff", "change"),
    [(0.0, 0), (9.999, 0), (10.0, 10), (19.999, 10), (20.0, 30), (1e9, 30), (-0.001, None)],
)
def test_a_step_out_holds_its_lower_bound(diff: float, change: int | None) -> None:
    assert chosen(GUIDE_OUT, diff) == change


@pytest.mark.parametrize(
    ("diff", "change"),
    [(0.0, 0), (-9.999, 0), (-10.0, -10), (-19.999, -10), (-20.0, -30), (-1e9, -30), (0.001, None)],
)
def test_a_step_in_holds_its_upper_bound(diff: float, change: int | None) -> None:
    assert chosen(GUIDE_IN, diff) == change


def test_a_difference_of_nothing_belongs_to_the_step_out_of_a_policy_with_both() -> None:
    both = steps((-math.inf, 0.0, -1), (0.0, math.inf, 2))
    assert chosen(both, 0.0) == 2


def test_a_difference_of_nothing_belongs_to_the_upper_step_of_an_exact_policy() -> None:
    exact = steps((0.0, math.inf, 0), adjustment_type=AdjustmentType.EXACT)
    assert chosen(exact, 0.0) == 0


@pytest.mark.parametrize(
    ("aggregation", "expected"),
    [(Aggregation.AVERAGE, 50.0), (Aggregation.MINIMUM, 20.0), (Aggregation.MAXIMUM, 90.0)],
)
def test_a_policy_judges_the_newest_real_points(aggregation: Aggregation, expected: float) -> None:
    alarm = made.high(periods=3, datapoints=1)
    policy = made.policy((alarm,), (made.out(aggregation=aggregation),))
    book = encode.candidates_of([policy], Model(evaluation_extra=2))
    points = np.array([[1.0, 40.0, math.nan, 90.0, 20.0]])
    assert kernel_rules.judged(book.alarm, points, 0, 0, 4, 0) == expected
    assert kernel_rules.judged(book.alarm, points, 0, 0, 4, 1) == 20.0


def test_without_a_real_point_nothing_is_judged() -> None:
    book = encode.candidates_of([made.policy((made.high(),), (made.out(),))], Model())
    assert math.isnan(kernel_rules.judged(book.alarm, np.full((1, 3), math.nan), 0, 0, 2, 0))
    assert math.isnan(kernel_rules.judged(book.alarm, np.ones((1, 3)), 0, 0, -1, 0))


@pytest.mark.parametrize(
    ("comparison", "below", "at", "above"),
    [
        (Comparison.GREATER, False, False, True),
        (Comparison.GREATER_OR_EQUAL, False, True, True),
        (Comparison.LESS, True, False, False),
        (Comparison.LESS_OR_EQUAL, True, True, False),
    ],
)
@pytest.mark.parametrize("threshold", [0.0, 1.0, 70.0, -3.5])
def test_each_comparison_is_exact_to_the_last_bit(
    comparison: Comparison, below: bool, at: bool, above: bool, threshold: float
) -> None:
    alarm = made.high(threshold, comparison=comparison)
    book = encode.candidates_of([made.policy((alarm,), (made.out(),))], Model())
    least, most = book.level[0, 0, :2]
    values = (math.nextafter(threshold, -math.inf), threshold, math.nextafter(threshold, math.inf))
    assert [bool(least <= value <= most) for value in values] == [below, at, above]


@pytest.mark.parametrize(
    ("seed", "number"),
    # First outputs of the reference implementation (Vigna, splitmix64.c) for these states.
    [(0, 0xE220A8397B1DCDAF), (1234567, 6457827717110365317)],
)
def test_a_draw_is_the_first_output_of_splitmix64(seed: int, number: int) -> None:
    rows = 2**31 - 1
    with np.errstate(over="ignore"):
        assert draw(np.uint64(seed), 0, rows) == number % rows
        assert draw(np.uint64(seed - 1 if seed else 2**64 - 1), 1, rows) == number % rows
