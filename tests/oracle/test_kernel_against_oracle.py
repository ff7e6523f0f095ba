"""The kernel, compiled and as plain Python, against the oracle: thousands of generated replays.

``TRIMTAB_ORACLE_SEED`` moves all seeds: any value must pass.
"""

from __future__ import annotations

import os
from dataclasses import fields, replace
from functools import cache
from typing import TYPE_CHECKING

import compare
import generate
import generate_requests
import generate_small
import generate_spot
import generate_tracked
import oracle_bridge
import pytest
from hypothesis import HealthCheck, given, settings

import oracle
from amount import some
from trimtab.replay.run import replay, replay_many

if TYPE_CHECKING:
    from collections.abc import Callable

    import oracle_case as oc

FIRST = 1_000_000 * int(os.environ.get("TRIMTAB_ORACLE_SEED", "0"))
BLOCK = 100
MOST_ROUNDED = 1
"""Of a block's cases, decided by rounding: excused, if the oracle itself wavers on them."""


@cache
def world(draw: Callable[[int], oc.Case], seed: int) -> oracle.World:
    """Return what the oracle makes of a case, once for all tests that ask."""
    return oracle.replay(draw(seed))


def parted(case: oc.Case, *, compiled: bool, truth: oracle.World | None = None) -> list[str]:
    theirs = replay(
        oracle_bridge.inputs(case), oracle_bridge.policy(case), oracle_bridge.model(case), compiled=compiled
    )
    return compare.departures(case, theirs, truth or oracle.replay(case))


def block_agrees(draw: Callable[[int], oc.Case], first: int, count: int, *, compiled: bool) -> None:
    rounded = 0
    for seed in range(first, first + count):
        truth = world(draw, seed)
        case = truth.case
        found = parted(case, compiled=compiled, truth=truth)
        if found and compare.rounding_decides(case):
            rounded += 1
        else:
            assert not found, f"{draw.__name__}({seed}): {found}"
    assert rounded <= MOST_ROUNDED


@pytest.mark.parametrize("block", range(some(3)))
def test_the_compiled_kernel_agrees_on_anything(block: int) -> None:
    block_agrees(generate.wild, FIRST + BLOCK * block, BLOCK, compiled=True)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(3, 200))
def test_the_compiled_kernel_agrees_on_much_more(block: int) -> None:
    block_agrees(generate.wild, FIRST + BLOCK * block, BLOCK, compiled=True)


@pytest.mark.parametrize("compiled", [True, False])
def test_values_on_a_threshold_are_decided_by_the_rules(compiled: bool) -> None:
    for seed in range(FIRST, FIRST + some(300 if compiled else 100)):
        truth = world(generate.dyadic, seed)
        assert not parted(truth.case, compiled=compiled, truth=truth), f"dyadic({seed})"


@pytest.mark.slow
def test_many_more_values_on_a_threshold_are_decided_by_the_rules() -> None:
    for seed in range(FIRST + 300, FIRST + 6000):
        assert not parted(generate.dyadic(seed), compiled=True), f"dyadic({seed})"


@pytest.mark.parametrize("compiled", [True, False])
def test_target_tracking_within_changing_bounds_agrees(compiled: bool) -> None:
    block_agrees(generate_tracked.tracked, FIRST, some(100 if compiled else 30), compiled=compiled)


@pytest.mark.slow
def test_much_more_target_tracking_within_changing_bounds_agrees() -> None:
    block_agrees(generate_tracked.tracked, FIRST + 100, 2100, compiled=True)


@pytest.mark.parametrize("compiled", [True, False])
def test_step_policies_on_requests_agree(compiled: bool) -> None:
    block_agrees(generate_requests.requested, FIRST, some(100 if compiled else 10), compiled=compiled)


@pytest.mark.slow
def test_many_more_step_policies_on_requests_agree() -> None:
    block_agrees(generate_requests.requested, FIRST + 100, 3000, compiled=True)


@pytest.mark.parametrize("compiled", [True, False])
def test_scale_outs_that_interleave_lose_the_earliest_decided_tasks(compiled: bool) -> None:
    block_agrees(generate.crowded, FIRST, some(BLOCK), compiled=compiled)


@pytest.mark.slow
def test_many_more_scale_outs_that_interleave_agree() -> None:
    block_agrees(generate.crowded, FIRST + BLOCK, 2100, compiled=True)


def test_the_plain_source_of_the_kernel_agrees_on_anything() -> None:
    block_agrees(generate.wild, FIRST, some(BLOCK), compiled=False)


@pytest.mark.parametrize("block", range(some(3)))
def test_the_compiled_kernel_agrees_on_interruptions(block: int) -> None:
    block_agrees(generate_spot.spot, FIRST + BLOCK * block, BLOCK, compiled=True)


def test_the_plain_source_of_the_kernel_agrees_on_interruptions() -> None:
    block_agrees(generate_spot.spot, FIRST, some(BLOCK), compiled=False)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(3, 100))
def test_the_compiled_kernel_agrees_on_many_more_interruptions(block: int) -> None:
    block_agrees(generate_spot.spot, FIRST + BLOCK * block, BLOCK, compiled=True)


@settings(
    max_examples=some(200), deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
@given(case=generate_small.small())
def test_small_cases_of_round_numbers_agree(case: oc.Case) -> None:
    assert not parted(case, compiled=True)


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(case=generate_small.small())
def test_many_more_small_cases_of_round_numbers_agree(case: oc.Case) -> None:
    assert not parted(case, compiled=True)


def test_a_batch_of_unlike_policies_agrees_one_by_one() -> None:
    """Candidates use the same scratch one after the other: nothing of one may reach the next."""
    for seed in range(FIRST + 600_000, FIRST + 600_000 + some(BLOCK // 10)):
        case = generate.wild(seed, minutes=150)
        cases = [case] + [_with_policy_of(case, generate.wild(seed + 10_000 * i)) for i in range(1, 8)]
        policies = [oracle_bridge.policy(one) for one in cases]
        found = replay_many(oracle_bridge.inputs(case), policies, oracle_bridge.model(case))
        for index, one in enumerate(cases):
            single = replay(oracle_bridge.inputs(one), policies[index], oracle_bridge.model(one))
            assert found[index] == single.summary, f"candidate {index} of wild({seed})"
            departs = compare.departures(one, single, oracle.replay(one))
            assert not departs or compare.rounding_decides(one), f"{index} of wild({seed}): {departs}"


def _with_policy_of(case: oc.Case, other: oc.Case) -> oc.Case:
    theirs = ("min_tasks", "max_tasks", "initial_tasks", "alarms", "policies")
    return replace(case, **{one.name: getattr(other, one.name) for one in fields(case) if one.name in theirs})


def test_the_generated_interruptions_reach_what_they_are_for() -> None:
    worlds = [world(generate_spot.spot, FIRST + seed) for seed in range(some(300))]
    reached = {
        "takes nothing": sum(not w.interrupted for w in worlds),
        "takes a task that does not run yet": sum(any(t.stop < t.running for t in w.gone) for w in worlds),
        "takes a replacement": sum(w.interrupted > 2 * w.case.max_tasks for w in worlds),
        "warns and scales in the same minute": sum(
            any(a.after < a.before and w.case.share_percent[a.tick] for a in w.activities) for w in worlds
        ),
        "gives up a launch before its pull": sum(
            len(w.gone + w.tasks) < w.case.initial_tasks + w.launched for w in worlds
        ),
        "leaves no task": sum(
            bool(w.interrupted) and any(not m.running_s for m in w.minutes) for w in worlds
        ),
        "waits for capacity": sum(bool(w.interrupted and w.case.capacity_wait_s) for w in worlds),
        "drains longer than the warning": sum(
            bool(w.interrupted) and w.case.deregistration_delay_s + w.case.shutdown_s > 120 for w in worlds
        ),
    }
    assert {name for name, count in reached.items() if count < some(20)} == set(), reached


def test_the_generated_cases_reach_what_they_are_for() -> None:
    worlds = [world(generate.wild, FIRST + seed) for seed in range(some(300))]
    reached = {
        "moves often": sum(len(w.activities) >= 5 for w in worlds),
        "turns around": sum(w.direction_changes() > 0 for w in worlds),
        "comes to have no task": sum(any(m.running_s == 0 for m in w.minutes) for w in worlds),
        "saturates": sum(any(m.saturated for m in w.minutes) for w in worlds),
        "queues": sum(any(m.backlog > 0 for m in w.minutes) for w in worlds),
        "runs out of memory": sum(any(m.oom for m in w.minutes) for w in worlds),
        "stays still": sum(not w.activities for w in worlds),
    }
    assert {name for name, count in reached.items() if count < some(20)} == set(), reached
