from __future__ import annotations

import numpy as np
import pytest
from fleet import made as made_fleet
from replay import made

from trimtab.advice.case.response import response_of
from trimtab.ladders.convert import policy_of_ladders
from trimtab.replay.inputs import Model
from trimtab.replay.run import replay
from trimtab.terraform_module import Ladder, Ladders, OutStep

BEGINS = 60
"""Minute of the burst [min]."""


def ladders(datapoints: tuple[int, int], period_s: int = 60) -> Ladders:
    step = (OutStep(above=0, add=1),)
    return Ladders(
        min_tasks=2, max_tasks=9, period_s=period_s, out_datapoints=datapoints,
        cpu=Ladder(high=60, low=20, steps=step), memory=Ladder(high=95, low=90, steps=step),
    )  # fmt: skip


def acted_s(policy: Ladders, model: Model, first_minute: float) -> int:
    """Seconds from a burst's beginning to the first activity; its first minute has part of it."""
    cpu = np.full(200, 1.0)
    cpu[BEGINS] = 1.0 + 0.3 * first_minute
    cpu[BEGINS + 1 :] = 1.3
    done = replay(made.inputs(cpu), policy_of_ladders(policy, initial_tasks=2), model)
    return 60 * (done.activities[0].minute - BEGINS)


@pytest.mark.parametrize("published_s", [0, 60, 90, 120])
@pytest.mark.parametrize(
    ("datapoints", "period_s"), [((1, 1), 60), ((2, 3), 60), ((3, 3), 60), ((2, 2), 300)]
)
def test_a_burst_waits_for_the_alarm_as_long_in_replay_as_is_said(
    datapoints: tuple[int, int], period_s: int, published_s: int
) -> None:
    policy, model = ladders(datapoints, period_s), Model(publication_delay_s=published_s)
    said = response_of(policy, (), model)
    # 2 tasks of 1 vCPU: 1.3 vCPU are 65 %, above 60 %; a tenth of that in the first minute is not.
    whole, part = acted_s(policy, model, 1.0), acted_s(policy, model, 0.1)
    if period_s == 60:
        assert (whole, part) == (said.alarm_least_s, said.alarm_most_s)
    else:  # a mean over five minutes passes the threshold before all five do
        assert whole <= part <= said.alarm_most_s


def test_the_start_is_counted_from_the_decision_to_the_first_passing_check() -> None:
    slow = made_fleet.starts(90, 1)
    found = response_of(ladders((2, 3)), (*made_fleet.starts(30, 4), *slow))
    # 10 s to place, 12 s to pull, then boot and ready.
    assert (found.start_median_s, found.start_slowest_s, found.starts) == (52, 112, 5)


def test_where_no_start_was_recorded_the_assumed_one_counts_and_none_are_claimed() -> None:
    found = response_of(ladders((2, 3)), ())
    assert (found.start_median_s, found.start_slowest_s, found.starts) == (90, 90, 0)
