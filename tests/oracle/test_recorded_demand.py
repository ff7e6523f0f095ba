"""The kernel against the oracle on the example fleet's recorded demand."""

from __future__ import annotations

import compare
import oracle_bridge
import pytest
import recorded

import oracle
from trimtab.replay.run import replay

DAY = 1440


def activities_of_all(first: int, minutes: int) -> int:
    """Compare every service's replay and return how often they scaled."""
    snapshot, count = recorded.services(), 0
    for service in snapshot.fleet.services:
        case = recorded.case(snapshot, service, first, minutes)
        ours = oracle.replay(case)
        theirs = replay(oracle_bridge.inputs(case), oracle_bridge.policy(case), oracle_bridge.model(case))
        found = compare.departures(case, theirs, ours)
        assert not found or compare.rounding_decides(case), f"{service.name}: {found}"
        count += len(ours.activities)
    return count


def test_a_recorded_day_of_every_service_agrees() -> None:
    assert activities_of_all(3 * DAY, DAY) > 100


@pytest.mark.slow
def test_a_recorded_fortnight_of_every_service_agrees() -> None:
    assert activities_of_all(0, 14 * DAY) > 2000
