"""Where a kernel's replay of a case departs from the oracle's: counts exactly, floats to 1e-9."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import oracle_case as oc

import oracle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trimtab.replay.result import Replay

RELATIVE = 1e-9
NUDGE = 1e-12
NUDGES = 4
STATES = ("INSUFFICIENT_DATA", "OK", "ALARM")


def departures(case: oc.Case, theirs: Replay, ours: oracle.World) -> list[str]:
    """Return what differs, named; empty when all agrees."""
    return [*_summary(case, theirs, ours), *_minutes(theirs, ours), *_activities(theirs, ours)]


def rounding_decides(case: oc.Case, seed: int = 0) -> bool:
    """Tell whether the oracle's own counts change when its numbers move by their last few bits.

    Two correct programs that add in another order part ways on such a case: a value lay on a
    threshold but for rounding.
    """
    first = _counts(oracle.replay(case))
    rng = random.Random(seed)  # noqa: S311 - test data, not secrets
    return any(_counts(oracle.replay(_nudged(case, rng))) != first for _ in range(NUDGES))


def _counts(world: oracle.World) -> list[object]:
    return [
        [(a.tick, a.before, a.after, a.alarm) for a in world.activities],
        [(m.alarms, m.over_cpu, m.over_memory, m.oom, m.saturated) for m in world.minutes],
    ]


def _nudged(case: oc.Case, rng: random.Random) -> oc.Case:
    """Return the case with all that is compared moved by about 1e-12 of itself."""

    def nudge(value: float) -> float:
        return value * (1 + rng.choice((-NUDGE, NUDGE)))

    return replace(
        case,
        cpu_vcpu=tuple(map(nudge, case.cpu_vcpu)),
        memory_mib=tuple(map(nudge, case.memory_mib)),
        alarms=tuple(replace(alarm, threshold=nudge(alarm.threshold)) for alarm in case.alarms),
        cpu_share=nudge(case.cpu_share),
        memory_share=nudge(case.memory_share),
        policies=tuple(
            replace(one, target=nudge(one.target)) if isinstance(one, oc.Tracking) else one
            for one in case.policies
        ),
    )


def _summary(case: oc.Case, theirs: Replay, ours: oracle.World) -> Iterator[str]:
    s = theirs.summary
    minutes = ours.minutes
    expected = {
        "billed_s": ours.billed_s(),
        "over_cpu_min": sum(m.over_cpu for m in minutes),
        "over_memory_min": sum(m.over_memory for m in minutes),
        "over_min": sum(m.over_cpu or m.over_memory for m in minutes),
        "oom_min": sum(m.oom for m in minutes),
        "saturated_min": sum(m.saturated for m in minutes),
        "activities": len(ours.activities),
        "direction_changes": ours.direction_changes(),
        "launched": ours.launched,
        "interrupted": ours.interrupted,
    }
    for name, value in expected.items():
        if getattr(s, name) != value:
            yield f"summary.{name}: {getattr(s, name)}, oracle {value}"
    cost = ours.billed_s() * case.price_usd_hour / 3600
    if not math.isclose(s.cost_usd, cost, rel_tol=RELATIVE, abs_tol=1e-12):
        yield f"summary.cost_usd: {s.cost_usd}, oracle {cost}"


def _minutes(theirs: Replay, ours: oracle.World) -> Iterator[str]:
    m = theirs.minutes
    floats: dict[str, Callable[[oracle.Minute], float | None]] = {
        "served_vcpu": lambda one: one.served,
        "backlog_vcpu_min": lambda one: one.backlog,
        "running": lambda one: one.running_s / 60,
        "serving": lambda one: one.serving_s / 60,
        "cpu_average_percent": lambda one: one.cpu_average,
        "cpu_maximum_percent": lambda one: one.cpu_maximum,
        "memory_average_percent": lambda one: one.memory_average,
    }
    for name, take in floats.items():
        expected = np.array([math.nan if (v := take(one)) is None else v for one in ours.minutes])
        # What is left of a subtraction is only as exact as what was subtracted.
        scale = max(1.0, *ours.case.cpu_vcpu) if name == "backlog_vcpu_min" else 0.0
        near = np.isclose(getattr(m, name), expected, rtol=RELATIVE, atol=1e-12 * scale, equal_nan=True)
        yield from _first(name, near, getattr(m, name), expected)
    counts: dict[str, list[Any]] = {
        "desired": [one.desired for one in ours.minutes],
        "billed_s": ours.billed_by_minute(),
        "over_cpu": [one.over_cpu for one in ours.minutes],
        "over_memory": [one.over_memory for one in ours.minutes],
        "oom": [one.oom for one in ours.minutes],
    }
    for name, values in counts.items():
        yield from _first(name, getattr(m, name) == np.array(values), getattr(m, name), values)
    for index in range(len(ours.watches)):
        states = np.array([STATES.index(one.alarms[index]) for one in ours.minutes])
        yield from _first(f"alarm {index}", m.alarm_state[index] == states, m.alarm_state[index], states)


def _first(name: str, agree: Any, theirs: Any, ours: Any) -> Iterator[str]:
    """Yield the first minute at which an array departs."""
    wrong = np.flatnonzero(~np.asarray(agree))
    if wrong.size:
        k = int(wrong[0])
        yield f"{name} at minute {k}: {theirs[k]!r}, oracle {ours[k]!r} ({wrong.size} minutes differ)"


def _activities(theirs: Replay, ours: oracle.World) -> Iterator[str]:
    for number, (t, o) in enumerate(zip(theirs.activities, ours.activities, strict=False)):
        same = (t.minute, t.second, t.before, t.after, t.alarm, t.policy) == (
            o.tick,
            o.second,
            o.before,
            o.after,
            o.alarm,
            o.policy,
        )
        if not same or not math.isclose(t.value, o.value, rel_tol=RELATIVE, abs_tol=1e-12):
            yield f"activity {number}: {t}, oracle {o}"
            return
