"""Rules about how many tasks there are: bounds, counts, and who sets them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.lint.model import Hit, LintRule, Severity
from trimtab.lint.scaling import MEMORY, Way

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.lint.resource import Resource
    from trimtab.lint.world import World

SERVICE = ("aws_ecs_service",)
TARGET = ("aws_appautoscaling_target",)
_AAS = "https://docs.aws.amazon.com/autoscaling/application/userguide"
_GUIDE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide"
MANY = 4
"""Least tasks that are more than availability asks for: one in each of three zones is three."""


def of_ecs(target: Resource) -> bool:
    """Tell whether a scaling target is a service's count."""
    return bool(target.get("service_namespace") == "ecs")


def _inverted(target: Resource, world: World) -> Iterator[Hit]:
    del world
    least, most = target.number("min_capacity"), target.number("max_capacity")
    if least is not None and most is not None and least > most:
        yield Hit(f"min_capacity {least:g} is above max_capacity {most:g}", target.at("min_capacity"))


def _fixed(service: Resource, world: World) -> Iterator[Hit]:
    scaling = world.scaling(service)
    if scaling is None or not scaling.policies:
        return
    least, most = scaling.bounds
    if least == most:
        alarms = sum(len(one.alarms) for one in scaling.policies)
        count = len(scaling.policies)
        text = f"{count} policies and {alarms} alarms move it between {least:g} and {most:g} tasks"
        yield Hit(text, scaling.target.at("max_capacity"))


def _reset(service: Resource, world: World) -> Iterator[Hit]:
    scaling = world.scaling(service)
    if scaling is None or service.get("desired_count") is None or service.ignores("desired_count"):
        return
    least, most = scaling.bounds
    if least < most:
        yield Hit(
            "desired_count is given and not ignored, and scaling owns the count", service.at("desired_count")
        )


def _floor(target: Resource, world: World) -> Iterator[Hit]:
    del world
    least = target.number("min_capacity") if of_ecs(target) else None
    if least is not None and least >= MANY:
        yield Hit(f"never fewer than {least:g} tasks, by night either", target.at("min_capacity"))


def _no_memory_out(service: Resource, world: World) -> Iterator[Hit]:
    scaling = world.scaling(service)
    if scaling is None or not scaling.policies:
        return
    least, most = scaling.bounds
    out = {name for policy in scaling.going(Way.OUT) for alarm in policy.alarms for name in alarm.metrics}
    out |= {policy.tracked for policy in scaling.going(Way.TRACKING)}
    if out and MEMORY not in out and least < most:
        yield Hit("no policy adds tasks when memory fills", scaling.target.place)


def _mixed(service: Resource, world: World) -> Iterator[Hit]:
    scaling = world.scaling(service)
    if scaling is None:
        return
    tracking = scaling.going(Way.TRACKING)
    steps = [one for way in (Way.IN, Way.OUT, Way.BOTH) for one in scaling.going(way)]
    if tracking and steps:
        text = f"{tracking[0].item.address} tracks a target, {steps[0].item.address} goes by steps"
        yield Hit(text, steps[0].item.place)


def _no_scale_in(service: Resource, world: World) -> Iterator[Hit]:
    scaling = world.scaling(service)
    if scaling is None or not scaling.going(Way.OUT):
        return
    ways = {one.way for one in scaling.policies}
    least, most = scaling.bounds
    if not ways & {Way.IN, Way.BOTH, Way.TRACKING, None} and least < most:
        yield Hit("policies add tasks and none takes them away", scaling.target.place)


def _no_scale_out(service: Resource, world: World) -> Iterator[Hit]:
    scaling = world.scaling(service)
    if scaling is None or not scaling.going(Way.IN):
        return
    if not {one.way for one in scaling.policies} & {Way.OUT, Way.BOTH, Way.TRACKING, None}:
        yield Hit("policies take tasks away and none adds them", scaling.target.place)


RULES = (
    LintRule(
        id="bounds-inverted",
        severity=Severity.ERROR,
        title="A minimum above the maximum",
        why="RegisterScalableTarget refuses it; validate and plan do not look.",
        fix="Set min_capacity to no more than max_capacity.",
        source=f"{_AAS}/application-auto-scaling-register-scalable-target.html",
        kinds=TARGET,
        check=_inverted,
    ),
    LintRule(
        id="bounds-fixed",
        severity=Severity.WARNING,
        title="Scaling that cannot scale",
        why="With equal bounds no policy can do anything; its alarms are billed all the same.",
        fix="Give it room, or take policies and alarms away.",
        source=f"{_AAS}/application-auto-scaling-register-scalable-target.html",
        kinds=SERVICE,
        check=_fixed,
    ),
    LintRule(
        id="desired-count-reset",
        severity=Severity.ERROR,
        title="Every apply throws the count back",
        why="Scaling owns the number of tasks. Terraform sets it back to desired_count with each "
        "apply, at noon as at night.",
        fix="lifecycle { ignore_changes = [desired_count] }",
        source=f"{_GUIDE}/service-auto-scaling.html",
        kinds=SERVICE,
        check=_reset,
    ),
    LintRule(
        id="minimum-high",
        severity=Severity.NOTE,
        title="Many tasks when nobody is there",
        why="The minimum is billed for all of the month. Availability asks for two or three tasks, in "
        "as many zones.",
        fix="Measure what nights and weekends need (trimtab optimize), and lower min_capacity.",
        source=f"{_GUIDE}/service-auto-scaling.html",
        kinds=TARGET,
        check=_floor,
    ),
    LintRule(
        id="no-memory-scale-out",
        severity=Severity.NOTE,
        title="Nothing scales out on memory",
        why="A task that fills its memory is killed, and the others take its load: CPU alone does not "
        "see that coming.",
        fix="Add an alarm and a policy on MemoryUtilization, above what an idle task holds.",
        source=f"{_GUIDE}/service-auto-scaling.html",
        kinds=SERVICE,
        check=_no_memory_out,
    ),
    LintRule(
        id="tracking-and-steps",
        severity=Severity.WARNING,
        title="Target tracking and steps on one service",
        why="Each acts on its own, and a step policy takes tasks away without asking the one that "
        "tracks: they undo each other.",
        fix="Choose one of the two for a service.",
        source=f"{_AAS}/application-auto-scaling-target-tracking.html",
        kinds=SERVICE,
        check=_mixed,
    ),
    LintRule(
        id="no-scale-in",
        severity=Severity.WARNING,
        title="Tasks are added and never taken away",
        why="After the first peak the service stays at its highest count, and is billed for it.",
        fix="Add a policy with a negative adjustment, and the alarm that calls it.",
        source=f"{_AAS}/step-scaling-policy-overview.html",
        kinds=SERVICE,
        check=_no_scale_in,
    ),
    LintRule(
        id="no-scale-out",
        severity=Severity.WARNING,
        title="Tasks are taken away and never added",
        why="Under load nothing helps the service: it can only shrink to its minimum.",
        fix="Add a policy with a positive adjustment, and the alarm that calls it.",
        source=f"{_AAS}/step-scaling-policy-overview.html",
        kinds=SERVICE,
        check=_no_scale_out,
    ),
)
