"""CPU of a task's own, end to end: a fleet whose truth is known, its record, and what smaller tasks cost.

The truth is this file's: requests, what each costs, what a task uses to wait and to start. It is played
twice, by a small simulation of today's 1 vCPU tasks, which makes the record as CloudWatch shows it, and by
the oracle under the policy that was chosen for quarter-size tasks. Between them stands all of the product:
reading, terms, sizes, search, replay.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import oracle_case as oc
import polars as pl
import pytest

from oracle import replay as played
from trimtab.advice.case.case import as_proposed
from trimtab.advice.case.objective import LaidDown, Objective, PolicyKind
from trimtab.advice.case.outcome import judge
from trimtab.advice.case.proposal import proposal_of
from trimtab.advice.choice.choose import Chosen, choose
from trimtab.catalog.load import HOURS_PER_MONTH, prices
from trimtab.demand.fill import recorded
from trimtab.demand.terms import OwnCpu, Term
from trimtab.fleet.model import Scaling
from trimtab.snapshot.folder import snapshot_of

sys.path.append(str(Path(__file__).parents[1] / "unit"))

from fleet import made

if TYPE_CHECKING:
    from trimtab.advice.case.case import Case
    from trimtab.demand.series import F64, Demand
    from trimtab.fleet.model import Service
    from trimtab.replay.policy import Policy

DAYS: Final = 10
BOOT_VCPU_S: Final = 20.0
READY_S: Final = 60
"""From RUNNING to serving at 1 vCPU, of which the start's CPU fills ``BOOT_VCPU_S``."""
PRICES: Final = prices("us-east-1")
MINUTES: Final = DAYS * made.DAY


@dataclass(frozen=True, kw_only=True, eq=False)
class Truth:
    """What nobody but this file knows."""

    requests: F64
    """A minute."""
    work_vcpu: F64
    idle_vcpu: float
    """Of each task that waits: a runtime and its agents."""


def truth(seed: int, idle_vcpu: float) -> Truth:
    """Ten days of a daily wave that about eight tasks of 1 vCPU carry."""
    rng = np.random.default_rng(seed)
    wave = 300 * (1.2 + np.sin(np.arange(MINUTES) / made.DAY * 2 * np.pi))
    requests = np.round(wave * (1 + 0.05 * rng.standard_normal(MINUTES)))
    drift, push = np.zeros(MINUTES), rng.standard_normal(MINUTES)
    for k in range(1, MINUTES):
        drift[k] = 0.97 * drift[k - 1] + np.sqrt(1 - 0.97**2) * push[k]
    work = requests / 90 * np.maximum(0.1, 1 + 0.05 * drift)
    return Truth(requests=requests, work_vcpu=work, idle_vcpu=idle_vcpu)


def service() -> Service:
    """Today: tasks of 1 vCPU, whose starts take a minute to serve."""
    return made.service(
        "api",
        scaling=Scaling(min_tasks=2, max_tasks=40),
        start_samples=made.starts(READY_S, 40),
        traffic=made.traffic(deregistration_delay_s=30),
    )


def metrics(known: Truth) -> pl.DataFrame:
    """Play today's policy (out above 55 %, in below 38 %) and return what CloudWatch shows of it."""
    cpu, tasks = np.zeros(MINUTES), np.zeros(MINUTES, dtype=np.int64)
    count, launched, quiet, calm = 8, dict[int, int](), 0, 0
    for k in range(MINUTES):
        started = launched.pop(k, 0)
        count += started
        tasks[k] = count
        # A start's minute of CPU begins within its first minute.
        before = max(0, int(tasks[k - 1] - tasks[k - 2])) if k > 1 else 0
        cpu[k] = (
            known.work_vcpu[k] + known.idle_vcpu * count + BOOT_VCPU_S / 60 * (0.6 * started + 0.4 * before)
        )
        if k < max(4, quiet) or launched:
            continue
        busy = float(np.mean(cpu[k - 3 : k - 1] / tasks[k - 3 : k - 1]))
        calm = calm + 1 if busy < 0.38 else 0
        if busy > 0.55:
            launched[k + 2], quiet = max(1, int(np.ceil(count * busy / 0.55)) - count), k + 4
        elif calm >= 10 and count > 2:
            count, calm, quiet = count - 1, 0, k + 5
    percent = 100 * cpu / tasks
    return pl.DataFrame(
        {
            "service": ["api"] * MINUTES,
            "timestamp": [made.START + timedelta(minutes=k) for k in range(MINUTES)],
            "cpu_average_percent": percent,
            "cpu_maximum_percent": np.minimum(100, percent * 1.1),
            "memory_average_percent": np.full(MINUTES, 20.0),
            "memory_maximum_percent": np.full(MINUTES, 20.5),
            "requests": known.requests,
            "running_tasks": tasks,
        },
        schema_overrides={"timestamp": pl.Datetime("ms", "UTC"), "running_tasks": pl.Int64},
    )


def oracle_usd_month(known: Truth, case: Case) -> float:
    """Return what the proposal costs where demand is the truth: the oracle's replay of the same policy."""
    task = case.inputs.task
    # What of a start fills CPU takes as much longer as there is less of it.
    ready_s = round(READY_S + BOOT_VCPU_S * (1 / task.vcpu - 1))
    done = played(
        oc.Case(
            cpu_vcpu=tuple(known.work_vcpu.tolist()),
            memory_mib=(410.0,) * MINUTES,
            hottest_ratio=tuple(case.inputs.load.hottest_ratio.tolist()),
            no_scale_in=(False,) * MINUTES,
            vcpu=task.vcpu,
            size_mib=int(task.memory_mib),
            overhead_vcpu=task.overhead_vcpu,
            overhead_mib=task.overhead_mib,
            idle_vcpu=known.idle_vcpu,
            boot_vcpu=BOOT_VCPU_S / ready_s,
            starts=((10, 23, 23 + ready_s),),
            deregistration_delay_s=case.inputs.deregistration_delay_s,
            shutdown_s=case.inputs.shutdown_s,
            **policy(case.policy),  # type: ignore[arg-type]
        )
    )
    return done.billed_s() / 3600 * task.price_usd_hour / (MINUTES / 60) * HOURS_PER_MONTH


def policy(given: Policy) -> dict[str, object]:
    """Return step policies and their alarms as the oracle words them."""
    return {
        "min_tasks": given.min_tasks,
        "max_tasks": given.max_tasks,
        "initial_tasks": given.initial_tasks,
        "alarms": tuple(
            oc.Alarm(
                metric=one.metric.name,
                comparison=one.comparison.value,
                threshold=one.threshold,
                period=one.period_min,
                n=one.periods,
                m=one.datapoints,
                missing=one.missing.name,
                policy=one.policy,
                cpu_low=one.cpu_low,
                memory_low=one.memory_low,
            )
            for one in given.alarms
        ),
        "policies": tuple(
            oc.StepPolicy(
                adjustment_type=one.adjustment_type.name,
                min_magnitude=one.min_magnitude,
                cooldown_s=one.cooldown_s,
                aggregation=one.aggregation.name,
                steps=tuple(
                    oc.Step(adjustment=s.adjustment, lower=s.lower, upper=s.upper) for s in one.steps
                ),
            )
            for one in given.policies
        ),
    }


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Of the proposal of quarter-size tasks [USD/month]."""

    said: float
    true: float

    @property
    def error(self) -> float:
        """What was said over what it comes to, less 1 [ratio]: below zero is too cheap."""
        return self.said / self.true - 1


def cost(known: Truth, demand: Demand) -> Cost:
    """Choose ladders for quarter-size tasks by a demand; return what that says and what is true."""
    objective = Objective(
        services={"api": LaidDown(cpu_units=256, memory_mib=1024)}, policies=(PolicyKind.STEP,)
    )
    one = choose(service(), demand, PRICES, objective, made.LITTLE)
    assert isinstance(one, Chosen)
    proposal = proposal_of(service(), one.sizing, one.choice.ladders, one.timing, objective)
    case = as_proposed(one.question.workload, proposal, PRICES, objective)
    return Cost(said=judge(case).verdict.usd_month, true=oracle_usd_month(known, case))


def seen(idle_vcpu: float, seed: int) -> tuple[Truth, Demand]:
    """Return the truth and the demand that is read from its record."""
    known, one = truth(seed, idle_vcpu), service()
    snapshot = snapshot_of(made.fleet(one, days=float(DAYS)), metrics(known))
    return known, recorded(one, snapshot.metrics[one.name])


def blind(demand: Demand) -> Demand:
    return replace(demand, own=OwnCpu(idle=Term(), boot=Term()))


@pytest.mark.slow  # fitting, sizing and replaying such terms each have tests of their own
@pytest.mark.parametrize(
    ("idle_vcpu", "seed", "too_cheap"),
    [
        *((0.015, seed, 0.07) for seed in range(4)),
        *((0.03, seed, 0.15) for seed in range(4)),
    ],
)
def test_quarter_size_tasks_cost_what_is_said_and_without_the_terms_far_more(
    idle_vcpu: float, seed: int, too_cheap: float
) -> None:
    known, demand = seen(idle_vcpu, seed)
    assert demand.own.idle.told
    assert demand.own.boot.told
    assert abs(cost(known, demand).error) < 0.02
    assert cost(known, blind(demand)).error < -too_cheap
