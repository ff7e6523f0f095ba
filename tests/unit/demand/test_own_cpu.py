"""Terms that are known, put into a series under a policy that answers to CPU, and found again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from fleet import made

from trimtab.demand.own import FEW_STARTS, STILL, TOO_SHORT, own_cpu
from trimtab.demand.terms import NO_REQUESTS

if TYPE_CHECKING:
    from trimtab.demand.series import Demand

DAYS = 10
TASK_VCPU = 1.0


def _drift(rng: np.random.Generator, minutes: int) -> np.ndarray:
    """What a request costs over its mean, with a memory of half an hour: what policies answer to."""
    drift, push = np.zeros(minutes), rng.standard_normal(minutes)
    for k in range(1, minutes):
        drift[k] = 0.97 * drift[k - 1] + np.sqrt(1 - 0.97**2) * push[k]
    return drift


def scaled(idle: float, boot: float, *, drift: float = 0.05, seed: int = 0) -> Demand:
    """Ten days of tasks of 1 vCPU that a policy adds above 55 % and takes away below 38 %."""
    rng, minutes = np.random.default_rng(seed), DAYS * made.DAY
    wave = 600 * (1.2 + np.sin(np.arange(minutes) / made.DAY * 2 * np.pi))
    requests = wave * (1 + 0.05 * rng.standard_normal(minutes))
    work = requests / 75 * np.maximum(0.1, 1 + drift * _drift(rng, minutes))
    noise = 1 + 0.01 * rng.standard_normal(minutes)
    cpu, tasks = np.zeros(minutes), np.zeros(minutes)
    count, launched, quiet, calm = 18, {}, 0, 0
    for k in range(minutes):
        started = launched.pop(k, 0)
        count += started
        tasks[k] = count
        before = max(0.0, tasks[k - 1] - tasks[k - 2]) if k > 1 else 0.0
        cpu[k] = (work[k] + idle * count + boot / 60 * (0.6 * started + 0.4 * before)) * noise[k]
        if k < 4 or k < quiet or launched:
            continue
        busy = float(cpu[k - 3] / tasks[k - 3] + cpu[k - 2] / tasks[k - 2]) / 2 / TASK_VCPU
        calm = calm + 1 if busy < 0.38 else 0
        if busy > 0.55:
            launched[k + 2] = max(1, int(np.ceil(count * busy / 0.55)) - count)
            quiet = k + 4
        elif calm >= 10 and count > 2:
            count, calm, quiet = count - 1, 0, k + 5
    return replace(made.demand(cpu, tasks=tasks), requests=requests)


@pytest.mark.parametrize(("idle", "boot"), [(0.05, 20.0), (0.1, 60.0)])
def test_known_terms_are_found_again_though_the_policy_answers_to_cpu(idle: float, boot: float) -> None:
    found = [own_cpu(scaled(idle, boot, seed=seed)) for seed in range(3)]
    assert all(one.idle.told and one.boot.told for one in found)
    assert np.mean([one.idle.value for one in found]) == pytest.approx(idle, abs=0.02)
    assert np.mean([one.boot.value for one in found]) == pytest.approx(boot, abs=5)
    assert all(one.boot.value < one.boot.most < one.boot.value + 10 for one in found)


@pytest.mark.not_fast
def test_drift_that_comes_back_as_tasks_leave_is_not_taken_off_what_they_use() -> None:
    # A policy takes tasks away when CPU was low: the CPU that comes back by itself hid a tenth of them.
    for idle in (0.05, 0.1):
        found = [own_cpu(scaled(idle, 20.0, seed=seed)).idle.value for seed in range(6)]
        assert np.mean(found) == pytest.approx(idle, abs=0.002)


def test_where_tasks_use_nothing_of_their_own_next_to_nothing_is_found() -> None:
    for seed in range(4):
        found = own_cpu(scaled(0.0, 0.0, seed=seed))
        assert found.idle.value <= 0.015
        assert found.boot.value <= 5


def test_idle_cpu_is_never_more_than_the_least_a_task_was_seen_to_use() -> None:
    demand = scaled(0.1, 0.0)
    least = float(np.quantile(demand.cpu_vcpu / demand.tasks, 0.01))
    assert own_cpu(demand).idle.most <= least


def test_what_cannot_be_told_is_zero_with_its_reason() -> None:
    demand = scaled(0.05, 20.0)
    silent = own_cpu(replace(demand, requests=np.zeros_like(demand.requests)))
    assert (silent.idle.value, silent.boot.value, silent.idle.why) == (0.0, 0.0, NO_REQUESTS)
    still = own_cpu(replace(demand, tasks=np.full_like(demand.tasks, 18.0)))
    assert (still.idle.why, still.boot.why) == (STILL, FEW_STARTS)
    short = made.demand(demand.cpu_vcpu[:1440], tasks=demand.tasks[:1440])
    assert own_cpu(replace(short, requests=demand.requests[:1440])).boot.why == TOO_SHORT
