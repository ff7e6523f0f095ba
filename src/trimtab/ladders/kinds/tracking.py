"""Target tracking, AWS's own default, as one more kind of policy that may win: its trait and its search.

A target, a lower bound and two cooldowns are all there is to choose, so a grid is tried, and what is near
the best of it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from trimtab.ladders.entries import Percent, Values
from trimtab.ladders.kinds.near import Near
from trimtab.ladders.space import IN_COOLDOWNS_S, LEAST_HIGH_PERCENT, OUT_COOLDOWNS_S
from trimtab.ladders.words import WordOrder
from trimtab.replay.policy import TRACKING_LOW, Metric, Policy, TargetTracking, tracking_alarms
from trimtab.terraform_module import MODULE, Ladders, Tracking, module_takes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from trimtab.fleet.model import Scaling
    from trimtab.ladders.front import Limits, Tried
    from trimtab.ladders.parts import RecordingPart
    from trimtab.ladders.space import Space
    from trimtab.replay.policy import PolicyAlarm
    from trimtab.terraform_module import Ladder

GRID_PERCENT = 5
"""Targets to begin with; near the best every whole percent is tried."""
BEGIN_COOLDOWNS_S = ((60, 300), (300, 300))
FOLLOWED = {"cpu": Metric.CPU_AVERAGE, "memory": Metric.MEMORY_AVERAGE}
NEAR_TARGET = (-5, -2, -1, 1, 2, 5)
NEAR_FLOOR = (-2, -1, 1, 2)


class TrackingEntry(Values, frozen=True, kw_only=True):
    """``scaling.tracking`` in a file of values."""

    cpu: Percent
    memory: Percent | None = None


def told(ladders: Ladders) -> dict[str, Any]:
    """Return what the module is told."""
    if ladders.tracking is None:
        return {"tracking": None}
    return {"tracking": dict(ladders.tracking.targets)}


def read(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the field of what a file says."""
    entry = given["tracking"]
    return {"tracking": None if entry is None else Tracking(cpu=entry.cpu, memory=entry.memory)}


def words(one: Ladders, was: Ladders) -> Iterator[tuple[WordOrder, str]]:
    """Yield what differs."""
    if one.tracking != was.tracking:
        said = "scaling steps" if one.tracking is None else f"target tracking at {targets(one.tracking)}"
        yield WordOrder.OUT, said


def targets(tracking: Tracking) -> str:
    """Word the targets."""
    memory = "" if tracking.memory is None else f" and {tracking.memory:g} % memory"
    return f"{tracking.cpu:g} % CPU{memory}"


def policy_of_tracking(ladders: Ladders, tracking: Tracking, *, initial_tasks: int) -> Policy:
    """Return what is proposed, as ``modules/scaling`` writes it: a policy for each metric."""
    policies, alarms = _followed(tracking, ladders.out_cooldown_s, ladders.in_cooldown_s)
    return Policy(
        min_tasks=ladders.min_tasks,
        max_tasks=ladders.max_tasks,
        initial_tasks=initial_tasks,
        alarms=alarms,
        policies=policies,
    )


@lru_cache(maxsize=1024)  # many candidates differ in their bounds alone
def _followed(
    tracking: Tracking, out_cooldown_s: int, in_cooldown_s: int
) -> tuple[tuple[TargetTracking, ...], tuple[PolicyAlarm, ...]]:
    policies = tuple(
        TargetTracking(target=float(target), out_cooldown_s=out_cooldown_s, in_cooldown_s=in_cooldown_s)
        for _, target in tracking.targets
    )
    alarms = [
        alarm
        for number, ((word, _), policy) in enumerate(zip(tracking.targets, policies, strict=True))
        for alarm in tracking_alarms(FOLLOWED[word], policy, number)
    ]
    return policies, tuple(alarms)


def tracking_of_scaling(scaling: Scaling) -> Ladders | None:
    """Return what is deployed as the module's own target tracking, or None where it is something else."""
    found = {policy.metric: policy for policy in scaling.tracking}
    beside = scaling.policies or scaling.scheduled or scaling.suspended or scaling.unmodelled
    if beside or len(found) < len(scaling.tracking) or not {"cpu"} <= set(found) <= {"cpu", "memory"}:
        return None
    if not all(policy.scale_in for policy in scaling.tracking):
        return None
    if len({(policy.out_cooldown_s, policy.in_cooldown_s) for policy in scaling.tracking}) > 1:
        return None
    cpu, memory = found["cpu"], found.get("memory")
    return replace(
        MODULE,
        min_tasks=scaling.min_tasks,
        max_tasks=scaling.max_tasks,
        out_cooldown_s=cpu.out_cooldown_s,
        in_cooldown_s=cpu.in_cooldown_s,
        tracking=Tracking(cpu=cpu.target, memory=None if memory is None else memory.target),
    )


def memory_target(memory: Ladder) -> float | None:
    """Return memory's target; None where tasks hold so much at rest that none would ever be taken away."""
    return memory.high if memory.low <= TRACKING_LOW * memory.high else None


def track(
    part: RecordingPart, space: Space, limits: Limits, rounds: int, seeds: Iterable[Ladders] = ()
) -> tuple[tuple[Tried, ...], int]:
    """Return the front of target tracking on a part, as ``search`` does for steps, and how many replays.

    ``seeds`` are tried besides the grid; after it ``rounds`` times what is near the best so far.
    """
    pool = Near(part, limits, _policy, lambda one: _sane(one, space))
    pool.add(replace(seed, max_tasks=space.most) for seed in seeds if seed.tracking is not None)
    pool.add(_grid(space))
    return pool.go(rounds, _near, calm_alone=False)


def _grid(space: Space) -> Iterator[Ladders]:
    memory = memory_target(space.memory)
    for target in range(LEAST_HIGH_PERCENT, int(space.ceiling_percent), GRID_PERCENT):
        for floor in space.floors:
            for out_s, in_s in BEGIN_COOLDOWNS_S:
                yield replace(
                    MODULE,
                    min_tasks=floor,
                    max_tasks=space.most,
                    out_cooldown_s=out_s,
                    in_cooldown_s=in_s,
                    tracking=Tracking(cpu=target, memory=memory),
                )


def _near(one: Ladders) -> Iterator[Ladders]:
    tracking = one.tracking
    if tracking is None:
        return
    for move in NEAR_TARGET:
        yield replace(one, tracking=replace(tracking, cpu=tracking.cpu + move))
    for move in NEAR_FLOOR:
        yield replace(one, min_tasks=one.min_tasks + move)
    for out_s in OUT_COOLDOWNS_S:
        yield replace(one, out_cooldown_s=out_s)
    for in_s in IN_COOLDOWNS_S:
        yield replace(one, in_cooldown_s=in_s)


def _sane(one: Ladders, space: Space) -> bool:
    """Tell whether the module takes it, between the space's bounds, with an alarm that can be."""
    target = 0.0 if one.tracking is None else one.tracking.cpu
    return (
        space.floors[0] <= one.min_tasks < one.max_tasks
        and LEAST_HIGH_PERCENT <= target < space.ceiling_percent
        and module_takes(one)
    )


def _policy(ladders: Ladders, initial_tasks: int) -> Policy:
    assert ladders.tracking is not None  # noqa: S101 - what is sane has one
    return policy_of_tracking(ladders, ladders.tracking, initial_tasks=initial_tasks)
