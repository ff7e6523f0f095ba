from __future__ import annotations

import pytest

from trimtab.demand.startup import MIN_SAMPLES, NotEnoughSamples, StartUp, start_up_of
from trimtab.fleet.model import StartSample


def sample(placement: float, pull: float, boot: float, ready: float) -> StartSample:
    return StartSample(placement_s=placement, pull_s=pull, boot_s=boot, ready_s=ready)


def test_launch_counts_to_started_and_start_up_from_the_pulled_image() -> None:
    answer = start_up_of([sample(10, 20, 3, 40)] * MIN_SAMPLES)
    assert isinstance(answer, StartUp)
    assert answer.launch.p50_s == 33
    assert answer.start_up.p50_s == 43


def test_quantiles_interpolate_between_samples() -> None:
    # ready_s = 0..20, boot 0: 21 evenly spaced values, so quantile q is exactly 20 q.
    answer = start_up_of([sample(0, 0, 0, float(ready)) for ready in range(21)])
    assert isinstance(answer, StartUp)
    assert answer.samples == 21
    measured = answer.start_up
    assert (measured.p50_s, measured.p90_s, measured.p95_s, measured.p99_s, measured.max_s) == pytest.approx(
        (10.0, 18.0, 19.0, 19.8, 20.0)
    )


def test_one_sample_too_few_gives_the_largest_values_and_says_how_many_are_needed() -> None:
    samples = [sample(1, 1, 1, float(ready)) for ready in range(MIN_SAMPLES - 1)]
    assert start_up_of(samples) == NotEnoughSamples(
        samples=MIN_SAMPLES - 1, needed=MIN_SAMPLES, launch_max_s=3.0, start_up_max_s=1.0 + MIN_SAMPLES - 2
    )


def test_no_sample_gives_no_number() -> None:
    assert start_up_of(()) == NotEnoughSamples(
        samples=0, needed=MIN_SAMPLES, launch_max_s=None, start_up_max_s=None
    )
