"""Seeded cases of target tracking by several policies, on requests too, within bounds that change."""

from __future__ import annotations

import random
from dataclasses import replace

import generate
import oracle_case as oc

METRICS = (oc.CPU_AVERAGE, oc.MEMORY_AVERAGE, oc.REQUESTS)


def tracked(seed: int) -> oc.Case:
    """Return a wild case whose service tracks one to three metrics, mostly with a schedule."""
    rng = random.Random(seed)  # noqa: S311 - test data, not secrets
    case = generate.wild(seed)
    length, high = len(case.cpu_vcpu), max(2, case.max_tasks)
    alarms: list[oc.Alarm] = []
    policies: list[oc.Policy] = []
    for metric in rng.sample(METRICS, rng.choice((1, 2, 2, 3))):
        _track(rng, metric, alarms, policies)
    steps = [one for one in case.alarms if isinstance(case.policies[one.policy], oc.StepPolicy)]
    if steps and rng.random() < 0.4:  # a step policy beside them
        alarm = rng.choice(steps)
        alarms.append(replace(alarm, policy=len(policies)))
        policies.append(case.policies[alarm.policy])
    if rng.random() < 0.3:
        rng.shuffle(alarms)
    return replace(
        case,
        alarms=tuple(alarms),
        policies=tuple(policies),
        requests=tuple(0.0 if rng.random() < 0.1 else one * rng.uniform(20, 40) for one in case.cpu_vcpu),
        changes=_changes(rng, length, high),
    )


def _track(rng: random.Random, metric: str, alarms: list[oc.Alarm], policies: list[oc.Policy]) -> None:
    target = rng.uniform(5, 60) if metric == oc.REQUESTS else rng.uniform(30, 90)
    high, low = rng.choice(((3, 15), (1, 2), (2, 3)))
    policies.append(
        oc.Tracking(
            target=target,
            out_cooldown_s=rng.choice((0, 60, 300)),
            in_cooldown_s=rng.choice((0, 60, 300)),
            scale_in_enabled=rng.random() < 0.8,
        )
    )
    index = len(policies) - 1
    for comparison, threshold, n in ((">", target, high), ("<", 0.9 * target, low)):
        alarms.append(
            oc.Alarm(metric=metric, comparison=comparison, threshold=threshold, n=n, m=n, policy=index)
        )


def _changes(rng: random.Random, length: int, high: int) -> tuple[tuple[int, int, int], ...]:
    """Return bounds that change at some minutes, down to nothing too."""
    if rng.random() < 0.3:
        return ()
    minutes = sorted(rng.sample(range(length), min(length, rng.choice((1, 2, 5, 9)))))
    rows = []
    for minute in minutes:
        most = rng.choice((0, 1, high // 2, high, high))
        rows.append((minute, rng.randint(0, most), most))
    return tuple(rows)
