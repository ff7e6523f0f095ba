"""Batches: the same answers in any order, in memory that does not grow."""

from __future__ import annotations

import ast
import itertools
import tracemalloc
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
import pytest
from replay import made

from trimtab.errors import ReplayError
from trimtab.replay.inputs import Inputs, Starts
from trimtab.replay.kernel import compiling, kernel, leap
from trimtab.replay.policy import Policy, fixed_count
from trimtab.replay.run import CHUNK, replay, replay_many

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimtab.replay.result import Summary

MINUTES = 600


def busy_inputs(seed: int = 3) -> Inputs:
    """A noisy day's piece whose policies keep launching tasks with starts of their own."""
    random = np.random.default_rng(5)
    demand = 4.0 + 3.0 * np.sin(np.arange(MINUTES) / 40.0) + random.exponential(0.6, MINUTES)
    rows = np.cumsum(random.integers(1, 50, size=(3, 17)), axis=0).astype(np.int64)
    starts = Starts(pull_s=rows[0], running_s=rows[1], serving_s=rows[2])
    return made.inputs(demand, starts=starts, deregistration_delay_s=45, shutdown_s=7, seed=seed)


def candidates(count: int) -> list[Policy]:
    return [
        made.policy(
            (made.high(55.0 + i % 30, periods=3, datapoints=2), made.low(20.0 + i % 25, policy=1, periods=5)),
            (made.out(1 + i % 3, cooldown_s=60 * (i % 4)), made.into(-1, cooldown_s=120)),
            tasks=6,
        )
        for i in range(count)
    ]


@pytest.fixture(scope="module")
def alone() -> list[Summary]:
    service = busy_inputs()
    return [replay(service, policy).summary for policy in candidates(2 * CHUNK + 5)]


def test_a_batch_answers_as_each_candidate_alone(alone: list[Summary]) -> None:
    batch = replay_many(busy_inputs(), candidates(2 * CHUNK + 5))
    assert [batch[i] for i in range(len(batch))] == alone
    assert len({summary.billed_s for summary in alone}) > CHUNK


def test_the_order_of_a_batch_changes_no_candidate(alone: list[Summary]) -> None:
    order = np.random.default_rng(1).permutation(2 * CHUNK + 5)
    policies = candidates(2 * CHUNK + 5)
    batch = replay_many(busy_inputs(), (policies[i] for i in order))
    assert [batch[place] for place in np.argsort(order)] == alone


def test_the_plain_source_answers_as_its_compiled_form(alone: list[Summary]) -> None:
    plain = replay_many(busy_inputs(), candidates(12), compiled=False)
    assert [plain[i] for i in range(12)] == alone[:12]


def test_a_seed_decides_the_draws_and_nothing_else_does() -> None:
    policy = candidates(1)[0]
    again = [replay(busy_inputs(seed=seed), policy).summary.billed_s for seed in (3, 3, 4)]
    assert again[0] == again[1] != again[2]


def test_an_empty_batch_has_no_summaries() -> None:
    assert len(replay_many(busy_inputs(), [])) == 0


@pytest.mark.not_fast
def test_memory_does_not_grow_with_the_candidates_beyond_their_summaries() -> None:
    service, policy = busy_inputs(), candidates(1)[0]
    replay_many(service, [policy])

    def peak(count: int) -> int:
        tracemalloc.start()
        replay_many(service, itertools.repeat(policy, count))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    # Ten numbers a candidate, held twice while they are put in order; its tables alone are over 1.5 kB.
    assert peak(40 * CHUNK) - peak(4 * CHUNK) < 36 * CHUNK * 300


def test_what_a_generator_of_candidates_raises_reaches_the_caller() -> None:
    def broken() -> Policy:
        raise ReplayError("no such candidate", where="here")

    with pytest.raises(ReplayError, match="no such candidate"):
        replay_many(busy_inputs(), (broken() for _ in range(3)))


def test_the_kernels_cache_is_stale_when_any_source_of_it_changes() -> None:
    """What the kernel's modules import, other than types, is in the fingerprint."""
    package = resources.files("trimtab")
    for name in leap.SOURCES:
        tree = ast.parse((package / f"{name}.py").read_text(encoding="utf-8"))
        imported = {
            node.module.removeprefix("trimtab.").replace(".", "/")
            for node in tree.body
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("trimtab.replay.")
            if node.module is not None
        }
        assert imported - {"replay/checks", "replay/kernel/compiling"} <= set(leap.SOURCES)
    assert set(kernel.SOURCES) <= set(leap.SOURCES)


def test_what_another_source_was_compiled_to_is_not_even_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """An index that names a class which is no more cannot be read; numba reads it before it compares."""
    names = set()
    for number in (7, 8):
        monkeypatch.setattr(compiling, "fingerprint", lambda _, number=number: number)
        compiled = compiling.compiled(lambda held: lambda: held, ())
        names.add(compiled.py_func.__qualname__)  # type: ignore[attr-defined]
    assert len(names) == 2


def test_a_fixed_count_costs_its_tasks_and_does_nothing() -> None:
    summary = replay(busy_inputs(), fixed_count(7)).summary
    assert summary.billed_s == 7 * 60 * MINUTES
    assert (summary.activities, summary.launched) == (0, 0)


def test_where_no_cache_can_be_written_the_kernel_compiles_without_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[bool] = []

    def njit(*, cache: bool = False, **options: object) -> Callable[[object], object]:
        asked.append(cache)
        assert options == {"nogil": True, "error_model": "numpy"}
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return lambda function: function

    monkeypatch.setattr(compiling, "njit", njit)
    assert callable(kernel.kernel.__wrapped__())
    assert asked == [True, False]
