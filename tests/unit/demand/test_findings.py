from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from fleet import made

from trimtab.demand.findings import FindingKind, believable
from trimtab.demand.free import demand_of
from trimtab.snapshot.folder import read_snapshot

if TYPE_CHECKING:
    from trimtab.demand.series import Demand

EXAMPLE = Path(__file__).parents[3] / "examples" / "fleet"
MINUTE = np.arange(2 * 1440)
WAVE = 2 + np.sin(2 * np.pi * MINUTE / 1440)


def kinds(demand: Demand) -> list[FindingKind]:
    return [finding.kind for finding in believable(demand)]


def test_demand_with_a_daily_wave_is_believed() -> None:
    assert believable(made.demand(WAVE)) == ()


def test_every_service_of_the_example_fleet_is_believed() -> None:
    snapshot = read_snapshot(EXAMPLE)
    for service in snapshot.usable:
        assert believable(demand_of(service, snapshot.metrics[service.name])) == (), service.name


def test_less_than_a_day_of_reports_is_too_little() -> None:
    (finding,) = believable(made.demand(WAVE, present=MINUTE < 1439))
    assert finding.kind is FindingKind.TOO_LITTLE_DATA
    assert "1.00 days were reported, and 1 is the least" in finding.text
    assert believable(made.demand(WAVE, present=MINUTE < 1440)) == ()
    assert kinds(made.demand(WAVE, present=False)) == [FindingKind.TOO_LITTLE_DATA]


def test_no_work_at_all_is_zero_demand_and_nothing_else() -> None:
    assert kinds(made.demand(np.zeros(2880))) == [FindingKind.ZERO]
    assert kinds(made.demand(np.full(2880, 0.001))) == [FindingKind.ZERO]
    assert kinds(made.demand(np.full(2880, 0.0011))) == [FindingKind.CONSTANT]


def test_demand_that_never_leaves_its_median_by_a_tenth_is_constant() -> None:
    rng = np.random.default_rng(4)
    (finding,) = believable(made.demand(3 + rng.normal(0, 0.1, 2880)))
    assert finding.kind is FindingKind.CONSTANT
    assert "around 3" in finding.text
    assert kinds(made.demand(3 + 0.25 * np.sin(MINUTE / 200))) == [FindingKind.CONSTANT]
    assert kinds(made.demand(3 + 0.45 * np.sin(MINUTE / 200))) == []


def test_one_burst_far_above_all_else_is_a_spike_and_two_are_demand() -> None:
    burst = (MINUTE >= 700) & (MINUTE < 720)
    (finding,) = believable(made.demand(np.where(burst, 20.0, WAVE)))
    assert finding.kind is FindingKind.ONE_SPIKE
    assert "one burst of 20 min reached 20 vCPU, and nothing else more than 3:" in finding.text
    again = burst | ((MINUTE >= 2000) & (MINUTE < 2010))
    assert believable(made.demand(np.where(again, 20.0, WAVE))) == ()
    # A third of the peak elsewhere, or a burst longer than a hundredth of the record, is demand too.
    assert believable(made.demand(np.where(burst, 8.9, WAVE))) == ()
    assert believable(made.demand(np.where((MINUTE >= 700) & (MINUTE < 730), 20.0, WAVE))) == ()


def test_a_spike_on_constant_demand_is_told_as_a_spike() -> None:
    assert kinds(made.demand(np.where(MINUTE == 900, 9.0, 1.0))) == [FindingKind.ONE_SPIKE]


@pytest.mark.parametrize(("minutes", "told"), [(144, False), (145, True)])
def test_more_than_a_twentieth_of_minutes_at_the_ceiling_is_a_guess(minutes: int, told: bool) -> None:
    found = believable(made.demand(WAVE, censored=minutes > MINUTE))
    assert [finding.kind for finding in found] == ([FindingKind.CENSORED] if told else [])
    if told:
        assert "5.0 % of minutes were at the CPU ceiling" in found[0].text
