"""Alarms of 20 s and alarms with a phase, kernel against oracle; and what must not change with them."""

from __future__ import annotations

import os
from dataclasses import replace

import generate
import generate_fast
import generate_requests
import oracle_bridge
import pytest
from test_kernel_against_oracle import BLOCK, block_agrees, parted, world

from amount import some
from trimtab.replay.run import replay, replay_many

FIRST = 1_000_000 * int(os.environ.get("TRIMTAB_ORACLE_SEED", "0"))


def test_the_compiled_kernel_agrees_on_thirds_of_minutes() -> None:
    block_agrees(generate_fast.fast, FIRST, some(60), compiled=True)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(1, 60))
def test_the_compiled_kernel_agrees_on_many_more_thirds(block: int) -> None:
    block_agrees(generate_fast.fast, FIRST + BLOCK * block, BLOCK, compiled=True)


def test_the_plain_source_of_the_kernel_agrees_on_thirds_of_minutes() -> None:
    block_agrees(generate_fast.fast, FIRST, some(10), compiled=False)


def test_the_kernel_agrees_on_alarms_of_20_s_beside_alarms_on_requests() -> None:
    block_agrees(generate_requests.soon, FIRST, some(40), compiled=True)
    block_agrees(generate_requests.soon, FIRST + 500_000, 5, compiled=False)
    worlds = [world(generate_requests.soon, FIRST + seed) for seed in range(20)]
    acted = [
        {(w.case.alarms[a.alarm].fast, w.case.alarms[a.alarm].metric) for a in w.activities} for w in worlds
    ]
    both = [
        one
        for one in acted
        if any(fast for fast, _ in one) and any("REQUESTS" in metric for _, metric in one)
    ]
    assert len(both) >= 4, "of both kinds in one world"


def test_what_the_generated_cases_reach() -> None:
    worlds = [world(generate_fast.fast, FIRST + seed) for seed in range(some(50))]
    reached = {
        "acts within a minute": sum(any(a.second % 60 for a in w.activities) for w in worlds),
        "acts by a fast alarm": sum(any(w.case.alarms[a.alarm].fast for a in w.activities) for w in worlds),
        "acts by an alarm of minutes beside a fast one on the same policy": sum(
            any(_twin(w.case, a.alarm) and not w.case.alarms[a.alarm].fast for a in w.activities)
            for w in worlds
        ),
        "acts at a phase": sum(any(w.case.alarms[a.alarm].phase_s for a in w.activities) for w in worlds),
        "acts twice in a minute": sum(
            len({a.tick for a in w.activities}) < len(w.activities) for w in worlds
        ),
        "loses Spot tasks": sum(any(w.case.share_percent) for w in worlds),
    }
    assert {name for name, count in reached.items() if count < some(4)} == set(), reached


def _twin(case: generate_fast.oc.Case, index: int) -> bool:
    here = case.alarms[index]
    return any(one.fast and one.policy == here.policy for one in case.alarms)


def test_a_fast_alarm_that_never_goes_off_changes_nothing() -> None:
    """Three ticks a minute with nothing to decide at two of them are one tick a minute, to the bit."""
    for seed in range(FIRST, FIRST + 30):
        case = generate.wild(seed)
        if not case.alarms or len(case.alarms) >= generate_fast.MOST_ALARMS:
            continue
        silent = replace(case.alarms[0], metric="CPU_AVERAGE", comparison=">", threshold=1e9, fast=True)
        silent = replace(silent, period=1, n=1, m=1, missing="NOT_BREACHING")
        more = replace(case, alarms=(*case.alarms, silent))
        inputs, model = oracle_bridge.inputs(case), oracle_bridge.model(case)
        alone = replay(inputs, oracle_bridge.policy(case), model)
        beside = replay(inputs, oracle_bridge.policy(more), model)
        assert beside.summary == alone.summary, f"wild({seed})"
        assert beside.activities == alone.activities, f"wild({seed})"


def test_fast_candidates_and_others_share_a_batch() -> None:
    case = generate.wild(FIRST + 7, minutes=200)
    cases = [case] + [
        replace(case, **{name: getattr(generate_fast.fast(seed), name) for name in ("alarms", "policies")})
        for seed in range(FIRST, FIRST + 12)
    ]
    found = replay_many(
        oracle_bridge.inputs(case), [oracle_bridge.policy(one) for one in cases], oracle_bridge.model(case)
    )
    for index, one in enumerate(cases):
        single = replay(oracle_bridge.inputs(case), oracle_bridge.policy(one), oracle_bridge.model(case))
        assert found[index] == single.summary, f"candidate {index}"


def test_an_alarm_of_20_s_repeats_its_action_once_a_minute() -> None:
    """Flooded from minute 5 on: out at the alarm's own second, a minute apart, whatever ticks there are."""
    flood = oracle_bridge.oc
    case = flood.Case(
        cpu_vcpu=(0.5,) * 5 + (50.0,) * 10,
        memory_mib=(100.0,) * 15,
        hottest_ratio=(1.0,) * 15,
        no_scale_in=(False,) * 15,
        starts=((0, 0, 0),),
        min_tasks=1,
        max_tasks=40,
        initial_tasks=1,
        alarms=(
            flood.Alarm(metric="CPU_AVERAGE", comparison=">", threshold=70.0, n=3, m=3, policy=0, fast=True),
        ),
        policies=(
            flood.StepPolicy(
                adjustment_type="CHANGE", cooldown_s=0, steps=(flood.Step(lower=0.0, adjustment=1),)
            ),
        ),
    )
    assert not parted(case, compiled=True)
    done = replay(oracle_bridge.inputs(case), oracle_bridge.policy(case), oracle_bridge.model(case))
    assert [one.second for one in done.activities] == list(range(300 + 60 + 20, 900, 60))
