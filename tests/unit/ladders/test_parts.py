"""The recording parted: what is tuned on, what is judged on, and the same made harder."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from replay import made

from trimtab.ladders.parts import parts_of, peaks_moved

if TYPE_CHECKING:
    from trimtab.replay.inputs import Inputs

DAY = 1440


def recording(days: float = 10.0) -> Inputs:
    """Every minute another value, in all series."""
    minutes = np.arange(1.0, round(days * DAY) + 1)
    inputs = made.inputs(minutes / 1000, minutes)
    load = replace(inputs.load, hottest_ratio=1 + minutes / 1e6)
    return replace(inputs, load=load, no_scale_in=minutes % 7 == 0)


@pytest.mark.parametrize(
    ("days", "share", "cut"), [(10.0, 0.3, 10_080), (14.0, 0.3, 14_112), (1.0, 0.5, 720), (2 / DAY, 0.5, 1)]
)
def test_the_last_share_is_judged_and_the_rest_tuned_on(days: float, share: float, cut: int) -> None:
    inputs = recording(days)
    parts, load = parts_of(inputs, share), inputs.load
    for name in ("cpu_vcpu", "memory_mib", "hottest_ratio"):
        np.testing.assert_array_equal(getattr(parts.tuned.inputs.load, name), getattr(load, name)[:cut])
        np.testing.assert_array_equal(getattr(parts.judged.inputs.load, name), getattr(load, name)[cut:])
    assert inputs.no_scale_in is not None
    np.testing.assert_array_equal(parts.tuned.inputs.no_scale_in, inputs.no_scale_in[:cut])  # type: ignore[arg-type]
    np.testing.assert_array_equal(parts.judged.inputs.no_scale_in, inputs.no_scale_in[cut:])  # type: ignore[arg-type]
    assert parts.tuned.minutes + parts.judged.minutes == load.minutes


@pytest.mark.parametrize("share", [0.0001, 0.9999])
def test_each_part_keeps_at_least_a_minute(share: float) -> None:
    parts = parts_of(recording(3 / DAY), share)
    assert min(parts.tuned.minutes, parts.judged.minutes) == 1


def test_the_harder_part_wants_a_fifth_more_cpu_and_is_else_the_same() -> None:
    parts = parts_of(recording(), 0.3)
    np.testing.assert_allclose(parts.harder.inputs.load.cpu_vcpu, 1.2 * parts.judged.inputs.load.cpu_vcpu)
    np.testing.assert_array_equal(parts.harder.inputs.load.memory_mib, parts.judged.inputs.load.memory_mib)
    assert parts.harder.inputs.task == parts.judged.inputs.task


def test_the_shifted_part_holds_the_same_work_with_its_peak_moved() -> None:
    parts = parts_of(recording(), 0.3)
    cpu, moved = parts.judged.inputs.load.cpu_vcpu, parts.shifted.inputs.load.cpu_vcpu
    np.testing.assert_array_equal(moved, peaks_moved(cpu))
    assert not np.array_equal(moved, cpu)
    np.testing.assert_array_equal(parts.judged.inputs.load.cpu_vcpu, cpu)  # nothing is changed in place


def test_each_part_begins_with_the_count_that_suits_its_first_minute() -> None:
    cpu = np.array([1.0] * 70 + [3.0] * 30)
    parts = parts_of(made.inputs(cpu), 0.3)
    # 0.8 vCPU of each task may be filled; a fifth more is 3.6 vCPU.
    counts = (parts.tuned, parts.judged, parts.harder, parts.shifted)
    assert [part.initial_tasks for part in counts] == [2, 4, 5, 4]
    assert [parts.judged.bounded(least, most) for least, most in ((1, 9), (6, 9), (1, 3))] == [4, 6, 3]


def test_the_busiest_and_the_quietest_hour_of_each_day_change_places() -> None:
    hours = np.ones((2, 24, 60))
    hours[0, 9], hours[0, 3] = 5.0, 0.1
    hours[1, 20], hours[1, 0] = np.linspace(4, 6, 60), 0.2
    moved = peaks_moved(hours.reshape(-1)).reshape(2, 24, 60)
    np.testing.assert_array_equal(moved[0, 3], hours[0, 9])
    np.testing.assert_array_equal(moved[0, 9], hours[0, 3])
    np.testing.assert_array_equal(moved[1, 0], hours[1, 20])
    np.testing.assert_array_equal(moved[1, 20], hours[1, 0])
    untouched = [hour for hour in range(24) if hour not in {3, 9}]
    np.testing.assert_array_equal(moved[0, untouched], hours[0, untouched])


@given(st.integers(1, 4 * DAY), st.integers(0, 2**32))
def test_moving_peaks_conserves_the_work_of_each_day_and_leaves_the_rest_of_a_day(
    minutes: int, seed: int
) -> None:
    series = np.random.default_rng(seed).exponential(1.0, minutes)
    moved = peaks_moved(series)
    whole = minutes // DAY * DAY
    np.testing.assert_array_equal(moved[whole:], series[whole:])
    for start in range(0, whole, DAY):
        one, other = series[start : start + DAY], moved[start : start + DAY]
        np.testing.assert_array_equal(np.sort(other), np.sort(one))
        assert (one != other).reshape(24, 60).all(axis=1).sum() == 2
