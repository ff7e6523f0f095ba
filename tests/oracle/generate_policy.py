"""Seeded alarms and policies: the drawn half of a case that Application Auto Scaling would be told."""

from __future__ import annotations

import itertools
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

import oracle_case as oc

if TYPE_CHECKING:
    import random

DAY = 1440
MOST_ALARMS = 8


def draw(rng: random.Random, high: int) -> tuple[tuple[oc.Alarm, ...], tuple[oc.Policy, ...]]:
    """Return alarms and the policies that they invoke, for a target of at most ``high`` tasks."""
    alarms: list[oc.Alarm] = []
    policies: list[oc.Policy] = []
    if rng.random() < 0.2:
        _track(rng, alarms, policies)
    first = rng.randrange(2)
    for number in range(rng.choice((0, 1, 2, 2, 2, 3, 3, 3, 4, 4, MOST_ALARMS - len(alarms)))):
        upwards = number % 2 == first
        metric = rng.choice((oc.CPU_AVERAGE, oc.CPU_AVERAGE, *oc.METRICS))
        if policies and rng.random() < 0.15 and isinstance(policies[-1], oc.StepPolicy):
            index = len(policies) - 1
        else:
            index = len(policies)
            scale = 0.02 if metric == oc.JOINT else 1.0
            policies.append(_step_policy(rng, high, scale, upwards=upwards))
        alarms.append(_alarm(rng, metric, index, upwards=upwards))
    if rng.random() < 0.3:
        rng.shuffle(alarms)
    if policies and rng.random() < 0.1:  # a cooldown longer than the recording
        policies[-1] = _forever(policies[-1])
    return tuple(alarms), tuple(policies)


def _forever(policy: oc.Policy) -> oc.Policy:
    """Return the policy with a cooldown of more than a day."""
    if isinstance(policy, oc.Tracking):
        return replace(policy, out_cooldown_s=90_000)
    return replace(policy, cooldown_s=90_000)


def _alarm(rng: random.Random, metric: str, policy: int, *, upwards: bool) -> oc.Alarm:
    """Return one alarm, its threshold where its metric passes often."""
    period = rng.choice((1, 1, 1, 1, 1, 1, 2, 3, 5, 17, 60))
    n = 120 if period == 1 and rng.random() < 0.05 else rng.choice((1, 1, 2, 3, 3, 5, 10))
    cpu_low, memory_low = rng.uniform(20, 60), rng.uniform(20, 80)
    threshold = rng.uniform(45, 90) if upwards else rng.uniform(20, 55)
    if metric == oc.JOINT:
        threshold = rng.uniform(0.8, 1.6)
    return oc.Alarm(
        metric=metric,
        comparison=rng.choice((">", ">=")) if upwards else rng.choice(("<", "<=")),
        threshold=threshold,
        period=period,
        n=min(n, DAY // period),
        m=rng.choice((n, rng.randint(1, n))),
        missing=rng.choice(oc.MISSING_RULES),
        policy=policy,
        cpu_low=cpu_low,
        memory_low=memory_low,
    )


def _step_policy(rng: random.Random, high: int, scale: float, *, upwards: bool) -> oc.StepPolicy:
    """Return a ladder without gaps: on one side of the threshold, or now and then on both."""
    kind = rng.choice(("CHANGE", "CHANGE", "PERCENT", "EXACT"))
    edges = sorted(rng.sample((2, 5, 7.5, 12, 20, 31), rng.randrange(4)))
    above = [scale * one for one in (0, *edges)] + [inf]
    below = [0.0 - one for one in reversed(above)]
    bounds = above if upwards else below
    if rng.random() < 0.15:
        bounds = below[:-1] + above
    steps = [
        oc.Step(lower=lower, upper=upper, adjustment=_adjustment(rng, kind, high, up=lower >= 0))
        for lower, upper in itertools.pairwise(bounds)
    ]
    rng.shuffle(steps)
    return oc.StepPolicy(
        adjustment_type=kind,
        min_magnitude=rng.choice((0, 1, 2, 5)) if kind == "PERCENT" else 0,
        cooldown_s=rng.choice((0, 0, 1, 60, 61, 119, 180, 300, 300, 1200)),
        aggregation=rng.choice(oc.AGGREGATIONS),
        steps=tuple(steps),
    )


def _adjustment(rng: random.Random, kind: str, high: int, *, up: bool) -> int:
    """Return an adjustment that mostly goes the step's way; nought and the wrong way too."""
    sign = (1 if up else -1) * (-1 if rng.random() < 0.05 else 1)
    if kind == "EXACT":
        return rng.randint(high // 2, high + 2) if up else rng.randint(0, high // 2)
    if kind == "PERCENT":
        return sign * rng.choice((0, 1, 7, 10, 33, 50, 50, 99, 100, 250))
    return sign * rng.choice((0, 1, 1, 1, 1, 2, 2, 3, 10))


def _track(rng: random.Random, alarms: list[oc.Alarm], policies: list[oc.Policy]) -> None:
    """Add a target-tracking policy with the two alarms that AWS gives it (reference, 4.6)."""
    target = rng.uniform(30, 90)
    metric = rng.choice((oc.CPU_AVERAGE, oc.MEMORY_AVERAGE))
    index = len(policies)
    policies.append(
        oc.Tracking(
            target=target,
            out_cooldown_s=rng.choice((0, 60, 300)),
            in_cooldown_s=rng.choice((0, 60, 300)),
            scale_in_enabled=rng.random() < 0.8,
        )
    )
    alarms.append(oc.Alarm(metric=metric, comparison=">", threshold=target, n=3, m=3, policy=index))
    alarms.append(oc.Alarm(metric=metric, comparison="<", threshold=0.9 * target, n=15, m=15, policy=index))


def draw_hasty(rng: random.Random) -> tuple[tuple[oc.Alarm, ...], tuple[oc.Policy, ...]]:
    """Return two alarms of one point each, with policies that hardly wait, and some that only watch."""
    out = oc.StepPolicy(
        adjustment_type="CHANGE",
        cooldown_s=rng.choice((0, 60)),
        steps=(
            oc.Step(lower=0.0, upper=20.0, adjustment=rng.randint(1, 5)),
            oc.Step(lower=20.0, adjustment=rng.randint(4, 9)),
        ),
    )
    scale_in = oc.StepPolicy(
        adjustment_type="CHANGE",
        cooldown_s=rng.choice((0, 60)),
        steps=(oc.Step(upper=0.0, adjustment=-rng.randint(1, 4)),),
    )
    nothing = oc.StepPolicy(adjustment_type="CHANGE", cooldown_s=0, steps=(oc.Step(lower=0.0, adjustment=0),))
    high = oc.Alarm(metric=oc.CPU_AVERAGE, comparison=">", threshold=60.7, n=1, m=1, policy=0)
    low = oc.Alarm(metric=oc.CPU_AVERAGE, comparison="<", threshold=39.1, n=1, m=1, policy=1)
    watching = (_watching(rng, missing) for missing in oc.MISSING_RULES)
    return (high, low, *watching), (out, scale_in, nothing)


def _watching(rng: random.Random, missing: str) -> oc.Alarm:
    """Return an alarm whose policy changes nothing: its states tell how it takes gaps."""
    n = rng.randint(2, 6)
    return oc.Alarm(
        metric=oc.CPU_AVERAGE,
        comparison=">",
        threshold=rng.uniform(5, 90),
        period=rng.choice((1, 1, 2)),
        n=n,
        m=rng.randint(1, n),
        missing=missing,
        policy=2,
    )


def draw_dyadic(rng: random.Random) -> tuple[tuple[oc.Alarm, ...], tuple[oc.Policy, ...]]:
    """Return alarms whose thresholds and steps lie exactly on values that the load takes."""
    kind, near, far = rng.choice(
        (("PERCENT", 100, 300), ("PERCENT", 100, 300), ("EXACT", 8, 16), ("EXACT", 0, 0))
    )
    out = oc.StepPolicy(
        adjustment_type=kind,
        cooldown_s=rng.choice((0, 60, 120, 300)),
        aggregation=rng.choice(oc.AGGREGATIONS),
        steps=(oc.Step(lower=0.0, upper=25.0, adjustment=near), oc.Step(lower=25.0, adjustment=far)),
    )
    scale_in = oc.StepPolicy(
        adjustment_type="PERCENT",
        cooldown_s=rng.choice((0, 60, 300)),
        aggregation=rng.choice(oc.AGGREGATIONS),
        steps=(oc.Step(lower=-12.5, upper=0.0, adjustment=-50), oc.Step(upper=-12.5, adjustment=-75)),
    )
    alarms = (
        _dyadic_alarm(rng, rng.choice((">", ">=")), rng.choice((25.0, 50.0, 75.0, 100.0)), 0),
        _dyadic_alarm(rng, rng.choice((">", ">=")), rng.choice((50.0, 100.0)), 0),
        _dyadic_alarm(rng, rng.choice(("<", "<=")), rng.choice((12.5, 25.0, 50.0)), 1),
    )
    return alarms, (out, scale_in)


def _dyadic_alarm(rng: random.Random, comparison: str, threshold: float, policy: int) -> oc.Alarm:
    """Return an alarm that averages over powers of two only."""
    n = rng.choice((1, 2, 4))
    return oc.Alarm(
        metric=rng.choice((oc.CPU_AVERAGE, oc.CPU_MAXIMUM, oc.MEMORY_AVERAGE)),
        comparison=comparison,
        threshold=threshold,
        period=rng.choice((1, 1, 2, 4)),
        n=n,
        m=rng.choice((n, 1)),
        missing=rng.choice(oc.MISSING_RULES),
        policy=policy,
    )
