"""Seeded cases of step policies on requests a target, and of the joint metric with a term of them."""

from __future__ import annotations

import random
from dataclasses import replace

import generate
import generate_fast
import oracle_case as oc


def requested(seed: int) -> oc.Case:
    """Return a wild case, most of whose alarms watch requests, in some minutes of which there are none."""
    rng = random.Random(seed)  # noqa: S311 - test data, not secrets
    case = generate.wild(seed)
    return replace(
        case,
        alarms=tuple(_alarm(rng, one, case.policies[one.policy]) for one in case.alarms),
        requests=tuple(0.0 if rng.random() < 0.1 else one * rng.uniform(20, 40) for one in case.cpu_vcpu),
    )


def soon(seed: int) -> oc.Case:
    """Return a case with alarms of 20 s, some of whose alarms of minutes watch requests."""
    rng = random.Random(seed)  # noqa: S311 - test data, not secrets
    case = generate_fast.fast(seed)
    return replace(
        case,
        alarms=tuple(
            one if one.fast or one.phase_s else _alarm(rng, one, case.policies[one.policy])
            for one in case.alarms
        ),
        requests=tuple(0.0 if rng.random() < 0.1 else one * rng.uniform(20, 40) for one in case.cpu_vcpu),
    )


def _alarm(rng: random.Random, alarm: oc.Alarm, policy: oc.Policy) -> oc.Alarm:
    if alarm.metric == oc.JOINT:
        return replace(alarm, requests_low=rng.choice((0.0, rng.uniform(2, 30))))
    if isinstance(policy, oc.Tracking) or rng.random() < 0.3:
        return alarm
    metric = rng.choice((oc.REQUESTS, oc.REQUESTS_FILLED, oc.REQUESTS_FILLED))
    return replace(alarm, metric=metric, threshold=rng.uniform(3, 40))
