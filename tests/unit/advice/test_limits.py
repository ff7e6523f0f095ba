from __future__ import annotations

import pytest

from trimtab.catalog.limits import breaker_threshold


@pytest.mark.parametrize(
    ("desired", "failures"), [(1, 3), (2, 3), (6, 3), (7, 4), (25, 13), (399, 200), (400, 200), (5000, 200)]
)
def test_the_breaker_trips_at_half_the_tasks_within_its_bounds(desired: int, failures: int) -> None:
    assert breaker_threshold(desired) == failures
