"""A ladder on requests a target besides CPU and memory: its trait and its search.

What a request costs is told from the record, so a threshold in percent of CPU has its equal in requests.
CPU stops at 100 % when tasks are full; requests go on, and say how many tasks are wanted.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from msgspec import Meta

from trimtab.ladders.convert import policy_of_ladders
from trimtab.ladders.entries import OutEntry, Values
from trimtab.ladders.kinds.near import Near
from trimtab.ladders.space import (
    IN_COOLDOWNS_S,
    IN_WINDOWS,
    LEAST_HIGH_PERCENT,
    LEAST_LOW_PERCENT,
    OUT_COOLDOWNS_S,
    OUT_WINDOWS,
    sane,
)
from trimtab.terraform_module import Ladder, Ladders, OutStep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from trimtab.ladders.front import Limits, Tried
    from trimtab.ladders.parts import RecordingPart
    from trimtab.ladders.space import Space
    from trimtab.replay.policy import Policy

NAME, SOURCE = "requests", "per_target"
"""Of the metric and of what it is made of, in the module's variable."""
METRIC = {
    "namespace": "AWS/ApplicationELB",
    "metric_name": "RequestCountPerTarget",
    "stat": "Sum",
    "missing": 0,
}
"""What is written of it. The service module knows its target group, so that no dimension is said."""
OTHER = (
    "cannot be replayed or taken over: how it follows the number of tasks no record says. Of further metrics "
    f'{NAME} alone can, made of RequestCountPerTarget of AWS/ApplicationELB with stat = "Sum" and missing = 0'
)
Positive = Annotated[float, Meta(gt=0)]

SIGNIFICANT = 2
"""Digits of a threshold: what a request costs is not known better."""
SEEDS = 24
"""Of the front without, from its cheapest to its safest."""
HIGH_PERCENT = (-10, -5, 0, 5)
"""Where thresholds out begin, against CPU's [percent points of its equal]."""
ABOVE_PERCENT = ((0, 10, 30), (0, 20, 60), (0, 40, 120))
"""Where steps out begin, over the threshold [percent points of CPU's equal, which has no end at 100]."""
GROWTH = ((1, 2, 4), (1, 3, 8), (2, 5, 12))
"""What they add, times the first step of CPU's [tasks]."""
NEAR_SHARE = (0.9, 0.95, 1.05, 1.1)
NEAR_STEPS = (0.5, 0.75, 1.5, 2.0)
NEAR_PERCENT = (-5, 5)
NEAR_FLOOR = (-2, -1, 1, 2)


class SourceEntry(Values, frozen=True, kw_only=True):
    """One CloudWatch metric."""

    namespace: Any
    metric_name: Any
    dimensions: Any = None
    stat: Any = None
    missing: Any = None


class MetricEntry(Values, frozen=True, kw_only=True):
    """``scaling.metrics.NAME`` in a file of values."""

    high: Positive
    low: Positive
    steps: Annotated[tuple[OutEntry, ...], Meta(min_length=1, max_length=20)]
    sources: dict[str, SourceEntry]
    expression: Any = None
    per_task: Any = None
    divided: Any = None

    def ladder(self) -> Ladder:
        """Return the ladder.

        Raises:
            ValueError: it is made of something else, low is not below high, or the steps are no ladder.

        """
        made = [{key: getattr(one, key) for key in METRIC} for one in self.sources.values()]
        if made != [METRIC] or self.expression is not None or self.per_task is not None:
            msg = f"metrics ({NAME}) {OTHER}"
            raise ValueError(msg)
        if not self.low < self.high:
            msg = f"metrics.{NAME}: low ({self.low:g}) must be below high ({self.high:g})"
            raise ValueError(msg)
        aboves = [step.above for step in self.steps]
        if aboves[0] != 0 or any(one >= other for one, other in pairwise(aboves)):
            said = ", ".join(f"{one:g}" for one in aboves)
            msg = f"metrics.{NAME}: steps must begin with above = 0 and rise, not {said}"
            raise ValueError(msg)
        steps = tuple(OutStep(above=step.above, add=step.add) for step in self.steps)
        return Ladder(high=self.high, low=self.low, steps=steps)


MetricEntries = dict[str, MetricEntry]
"""``scaling.metrics`` in a file of values."""


def told(ladders: Ladders) -> dict[str, Any]:
    """Return what the module is told."""
    one = ladders.requests
    if one is None:
        return {"metrics": None}
    said = {
        "high": one.high,
        "low": one.low,
        "steps": [{"above": step.above, "add": step.add} for step in one.steps],
        "sources": {SOURCE: dict(METRIC)},
    }
    return {"metrics": {NAME: said}}


def read(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the field of what a file says."""
    metrics: Mapping[str, MetricEntry] = given["metrics"] or {}
    others = [name for name in metrics if name != NAME]
    if others:
        msg = f"metrics ({', '.join(others)}) {OTHER}"
        raise ValueError(msg)
    return {"requests": metrics[NAME].ladder() if metrics else None}


def request_vcpu(part: RecordingPart) -> float | None:
    """Return what a request a minute costs [vCPU]: the median of the minutes; None: none was recorded."""
    load = part.inputs.load
    if load.requests is None:
        return None
    asked = (load.requests > 0) & (load.cpu_vcpu > 0)
    return float(np.median(load.cpu_vcpu[asked] / load.requests[asked])) if asked.any() else None


def climb(
    part: RecordingPart, space: Space, limits: Limits, rounds: int, seeds: Sequence[Ladders]
) -> tuple[tuple[Tried, ...], int]:
    """Return the front of what has a ladder on requests too, on a part, and how many replays it took.

    ``seeds`` that have one are tried as they are, and each of some others gets several, as what a request
    costs has them; then ``rounds`` times what is near the best so far.
    """
    cost = request_vcpu(part)
    if cost is None or not seeds:
        return (), 0
    task = part.inputs.task

    def equal(percent: float) -> float:
        """Return requests a task and minute at which its CPU is at ``percent``."""
        return _rounded((percent / 100 * task.vcpu - task.idle_vcpu) / cost)

    pool = Near(part, limits, _policy, lambda one: _sane(one, space))
    has = [seed for seed in seeds if seed.requests is not None]
    pool.add(replace(seed, max_tasks=space.most, memory=space.memory) for seed in has)
    seeds = [seed for seed in seeds if seed.requests is None] or has
    some = [seeds[place] for place in sorted({*np.linspace(0, len(seeds) - 1, SEEDS).round().astype(int)})]
    pool.add(one for seed in some for one in _begun(seed, equal))
    return pool.go(rounds, _near, calm_alone=True)


def _begun(seed: Ladders, equal: Callable[[float], float]) -> Iterator[Ladders]:
    """Yield the ladders with one on requests whose thresholds are equal, or near, to CPU's."""
    first = seed.cpu.steps[0].add
    for moved in HIGH_PERCENT:
        high = equal(seed.cpu.high + moved)
        for above, growth in product(ABOVE_PERCENT, GROWTH):
            begins = (_rounded(equal(seed.cpu.high + moved + more) - high) for more in above)
            steps = tuple(
                OutStep(above=at, add=first * times) for at, times in zip(begins, growth, strict=True)
            )
            yield replace(seed, requests=Ladder(high=high, low=equal(seed.cpu.low), steps=steps))


def _near(one: Ladders) -> Iterator[Ladders]:
    ladder, cpu = one.requests, one.cpu
    if ladder is None:
        return
    for share in NEAR_SHARE:
        yield replace(one, requests=replace(ladder, high=_rounded(ladder.high * share)))
        yield replace(one, requests=replace(ladder, low=_rounded(ladder.low * share)))
    for share in NEAR_STEPS:
        higher = tuple(replace(step, above=_rounded(step.above * share)) for step in ladder.steps)
        more = tuple(replace(step, add=round(step.add * share)) for step in ladder.steps)
        yield replace(one, requests=replace(ladder, steps=higher))
        yield replace(one, requests=replace(ladder, steps=more))
    for move in NEAR_PERCENT:
        yield replace(one, cpu=replace(cpu, high=cpu.high + move))
        yield replace(one, cpu=replace(cpu, low=cpu.low + move))
    for move in NEAR_FLOOR:
        yield replace(one, min_tasks=one.min_tasks + move)
    for out_s in OUT_COOLDOWNS_S:
        yield replace(one, out_cooldown_s=out_s)
    for in_s in IN_COOLDOWNS_S:
        yield replace(one, in_cooldown_s=in_s)
    for out in OUT_WINDOWS:
        yield replace(one, out_datapoints=out)
    for periods in IN_WINDOWS:
        yield replace(one, in_datapoints=(periods, periods))


def _sane(one: Ladders, space: Space) -> bool:
    """Tell whether it is within the space, and each of its steps can be taken."""
    low, high = one.cpu.low, one.cpu.high
    inside = LEAST_HIGH_PERCENT <= high <= space.high_percent and low >= LEAST_LOW_PERCENT
    return inside and one.min_tasks >= space.floors[0] and sane(one, space.ceiling_percent)


def _rounded(value: float) -> float:
    """Return a number as a person would write it: ``SIGNIFICANT`` digits, whole from 10 on."""
    rounded = float(f"{value:.{SIGNIFICANT}g}")
    return int(rounded) if rounded.is_integer() else rounded


def _policy(ladders: Ladders, initial_tasks: int) -> Policy:
    return policy_of_ladders(ladders, initial_tasks=initial_tasks)
