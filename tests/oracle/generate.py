"""Seeded cases for the comparison: everyday ones and nasty ones, reproducible from one integer.

``wild`` draws every field of a case. ``dyadic`` keeps to numbers that binary floating point
holds exactly in whatever order they are multiplied, so that ties (a value on its threshold,
on a step's bound, demand equal to capacity) are decided by the rules and not by rounding.
``crowded`` scales out and in faster than tasks start, so that scale-outs interleave and
which task leaves makes a difference.
"""

from __future__ import annotations

import math
import random
from dataclasses import replace
from typing import TYPE_CHECKING

import generate_policy
import oracle_case as oc

if TYPE_CHECKING:
    from collections.abc import Sequence

STARTS = ("instant", "usual", "spread", "slow", "on the minute")


def wild(seed: int, minutes: int | None = None) -> oc.Case:
    """Return a case in which anything may be drawn."""
    rng = random.Random(seed)  # noqa: S311 - test data, not secrets
    length = minutes or (1 if rng.random() < 0.02 else rng.choice((40, 90, 180, 180, 300, 420)))
    vcpu = rng.choice((0.25, 0.5, 1.0, 2.0, 4.0))
    size = round(vcpu * rng.choice((2048, 4096, 8192)))
    overhead_vcpu = rng.choice((0.0, 0.0, 0.03, 0.2)) * vcpu
    low, high, first = _bounds(rng)
    alarms, policies = generate_policy.draw(rng, high)
    full = max(1, high) * (vcpu - overhead_vcpu)
    drawn = oc.Case(
        cpu_vcpu=tuple(_load(rng, length, full)),
        memory_mib=tuple(_memory(rng, length, size)),
        hottest_ratio=tuple(1 + abs(rng.gauss(0, 0.3)) for _ in range(length)),
        no_scale_in=_windows(rng, length),
        memory_slope_mib_per_vcpu=rng.choice((0.0, 0.0, rng.uniform(0, 0.5) * size / vcpu)),
        vcpu=vcpu,
        size_mib=size,
        overhead_vcpu=overhead_vcpu,
        overhead_mib=rng.choice((0.0, 0.0, 0.05 * size)),
        price_usd_hour=rng.uniform(0.01, 0.5),
        starts=_starts(rng, rng.choice(STARTS)),
        seed=rng.choice((0, 1, rng.getrandbits(63))),
        min_tasks=low,
        max_tasks=high,
        initial_tasks=first,
        deregistration_delay_s=rng.choice((0, 15, 60, 300, 3600)),
        shutdown_s=rng.choice((0, 2, 30, 120)),
        alarms=alarms,
        policies=policies,
        choices=_choices(rng, full),
        cpu_share=rng.uniform(0.5, 1.0),
        memory_share=rng.uniform(0.6, 1.0),
    )
    if rng.random() < 0.5:
        return drawn
    idle = rng.uniform(0, 0.9) * drawn.cpu_share * (vcpu - overhead_vcpu)
    return replace(drawn, idle_vcpu=idle, boot_vcpu=rng.uniform(0, 1) * (vcpu - idle))


def dyadic(seed: int, minutes: int | None = None) -> oc.Case:
    """Return a case whose counts are powers of two and whose loads are quarters of a task."""
    rng = random.Random(seed)  # noqa: S311 - test data, not secrets
    length = minutes or rng.choice((60, 120, 200))
    alarms, policies = generate_policy.draw_dyadic(rng)
    loads = _held(rng, length, [n / 4 for n in (0, 1, 2, 2, 4, 4, 8, 12, 16, 24, 32)])
    memory = _held(rng, length, [256.0, 512.0, 1024.0, 1536.0, 2048.0, 4096.0])
    on_minute = 60 * rng.randrange(6)
    drawn = oc.Case(
        cpu_vcpu=tuple(loads),
        memory_mib=tuple(memory),
        hottest_ratio=tuple(_held(rng, length, [1.0, 1.25, 1.5, 2.0])),
        no_scale_in=_windows(rng, length),
        memory_slope_mib_per_vcpu=rng.choice((0.0, 256.0)),
        starts=((on_minute // 2, on_minute, on_minute),),
        min_tasks=1,
        max_tasks=16,
        initial_tasks=rng.choice((1, 2, 4, 8)),
        deregistration_delay_s=rng.choice((0, 300)),
        shutdown_s=30,
        alarms=alarms,
        policies=policies,
        choices=oc.Choices(
            publication_delay_s=rng.choice((0, 60, 120)),
            evaluation_extra=rng.choice((0, 2)),
            aggregate=rng.choice(("alarm", "latest")),
            queue_limit_vcpu_min=rng.choice((0.0, 4.0)),
        ),
        cpu_share=rng.choice((0.5, 0.75, 1.0)),
        memory_share=rng.choice((0.5, 0.75, 1.0)),
    )
    # A quarter of what may be filled: then b of section 5 is exact too.
    idle = rng.choice((0.0, 0.25)) * drawn.cpu_share
    return replace(drawn, idle_vcpu=idle, boot_vcpu=rng.choice((0.0, 0.5)))


def crowded(seed: int, minutes: int | None = None) -> oc.Case:
    """Return a case in which launches are slow, late and out of order, and leave again at once."""
    rng = random.Random(seed)  # noqa: S311 - test data, not secrets
    length = minutes or 90
    alarms, policies = generate_policy.draw_hasty(rng)
    load = _held(rng, length, [0.2, 0.4, 2.5, 6.0, 12.0])
    return oc.Case(
        cpu_vcpu=tuple(one * rng.uniform(0.9, 1.1) for one in load),
        memory_mib=(512.0,) * length,
        hottest_ratio=(1.0,) * length,
        no_scale_in=(False,) * length,
        starts=tuple(_late_start(rng) for _ in range(5)),
        seed=seed,
        min_tasks=rng.choice((0, 1)),
        max_tasks=25,
        initial_tasks=rng.choice((1, 2)),
        deregistration_delay_s=rng.choice((0, 0, 30)),
        alarms=alarms,
        policies=policies,
        choices=oc.Choices(
            publication_delay_s=0,
            launch_rate_per_min=rng.choice((1, 1, 2)),
            cooldown_blocks_in=rng.random() < 0.3,
        ),
    )


def _bounds(rng: random.Random) -> tuple[int, int, int]:
    """Return min, max and initial tasks; also equal ones and a floor of nothing."""
    high = 1 if rng.random() < 0.03 else rng.choice((3, 6, 12, 12, 25, 40))
    low = high if rng.random() < 0.04 else min(high, rng.choice((0, 0, 1, 1, 2, high // 3)))
    first = rng.choice((low, (low + high) // 2, rng.randint(low, high), rng.randint(low, high)))
    # Without a task there is no metric, and few alarms would ever bring one.
    return low, high, first if rng.random() < 0.02 else max(1, first)


def _load(rng: random.Random, length: int, full: float) -> list[float]:
    """Return vCPU a minute in stretches, each of its own kind; ``full`` is all tasks' capacity."""
    load: list[float] = []
    while len(load) < length:
        kind = rng.choice(("flat", "flat", "ramp", "ramp", "wave", "burst", "none", "flood", "noise"))
        span = rng.choice((1, 3, 10, 30, 60))
        level, other = 0.8 * full * rng.random() ** 2, 0.8 * full * rng.random() ** 2
        for i in range(span):
            at = {
                "flat": level,
                "ramp": level + (other - level) * i / span,
                "wave": level * (1 + math.sin(i / 4)),
                "burst": level if i % 7 < 2 else 0.05 * level,
                "none": 0.0,
                "flood": (1 + level) * 2,
                "noise": rng.uniform(0, full),
            }[kind]
            load.append(at * rng.uniform(0.97, 1.03))
    return load[:length]


def _memory(rng: random.Random, length: int, size: int) -> list[float]:
    """Return MiB a task in slow stretches, some over the task's size."""
    held = _held(rng, length, [0.0, *(rng.uniform(0.2, 1.15) * size for _ in range(4))])
    return [one * rng.uniform(0.98, 1.02) for one in held]


def _held(rng: random.Random, length: int, values: Sequence[float]) -> list[float]:
    """Return values each held for a while."""
    out: list[float] = []
    while len(out) < length:
        out += [rng.choice(values)] * rng.choice((1, 2, 4, 9, 25))
    return out[:length]


def _windows(rng: random.Random, length: int) -> tuple[bool, ...]:
    """Return the minutes of deployments: mostly none, else some windows."""
    if rng.random() < 0.7:
        return (False,) * length
    return tuple(bool(one) for one in _held(rng, length, [0, 0, 0, 1]))


def _starts(rng: random.Random, kind: str) -> tuple[tuple[int, int, int], ...]:
    """Return start rows [s]."""
    if kind == "instant":
        return ((0, 0, 0),)
    most = {"usual": 60, "spread": 200, "slow": 900, "on the minute": 60}[kind]
    rows = []
    for _ in range(rng.choice((1, 2, 7))):
        pull = rng.randint(0, most)
        runs = pull + rng.randint(0, most)
        serves = runs + rng.randint(0, most)
        rows.append((pull, runs, serves))
    if kind == "on the minute":
        return tuple((60 * (p // 60), 60 * (r // 60), 60 * (s // 60)) for p, r, s in rows)
    return tuple(rows)


def _late_start(rng: random.Random) -> tuple[int, int, int]:
    """Return a start that runs soon and serves at once or very late."""
    runs = rng.randint(0, 90)
    return runs // 2, runs, runs + rng.choice((0, rng.randint(0, 1500)))


def _choices(rng: random.Random, full: float) -> oc.Choices:
    """Return the page's choices, each field drawn."""
    return oc.Choices(
        publication_delay_s=rng.choice((0, 30, 60, 61, 120, 120, 300)),
        evaluation_extra=rng.choice((0, 1, 2, 2, 5)),
        aggregate=rng.choice(("alarm", "alarm", "latest")),
        in_activity_s=rng.choice((0, 0, 45, 400)),
        launch_rate_per_min=rng.choice((1, 2, 7, 60, 500, 500)),
        cooldown_blocks_in=rng.random() < 0.65,
        queue_limit_vcpu_min=rng.choice((0.0, 0.0, 0.3 * full, 1e6)),
    )
