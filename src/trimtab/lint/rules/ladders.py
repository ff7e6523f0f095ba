"""Rules about step scaling: steps, cooldowns, and thresholds that work against each other."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from trimtab.lint.model import Hit, LintRule, Severity
from trimtab.lint.scaling import CPU, MEMORY, Way, steps_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.lint.resource import Piece, Resource
    from trimtab.lint.scaling import WrittenAlarm, WrittenPolicy, WrittenScaling
    from trimtab.lint.world import World

SERVICE = ("aws_ecs_service",)
POLICY = ("aws_appautoscaling_policy",)
_AAS = "https://docs.aws.amazon.com/autoscaling/application/userguide"
_CW = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring"
METRIC_S = 60
"""One point of an ECS metric a minute: before the next one nobody sees what a step did [s]."""
IDLE_BY_DESIGN_PERCENT = 50
IDLE_MEMORY_PERCENT = 60
"""A runtime with a heap holds that much without work: caches and heaps do not shrink."""
SHARE = {CPU: "CPU", MEMORY: "memory"}


def _bound(step: Piece, name: str, open_bound: float) -> float:
    found = step.number(name)
    return open_bound if found is None else found


def _steps(policy: Resource, world: World) -> Iterator[Hit]:
    del world
    ranges = (
        sorted(
            (
                _bound(one, "metric_interval_lower_bound", -math.inf),
                _bound(one, "metric_interval_upper_bound", math.inf),
                one.place,
            )
            for one in steps_of(policy)
        )
        if steps_of(policy)
        else []
    )
    for low, high, place in ranges:
        if low >= high:
            yield Hit(f"a step from {low:g} to {high:g} covers nothing", place)
    for (_, end, _), (start, _, place) in pairwise(ranges):
        if end < start:
            yield Hit(f"between {end:g} and {start:g} from the threshold no step acts", place)
        elif end > start:
            yield Hit(f"between {start:g} and {end:g} from the threshold two steps act", place)


def _open_end(policy: Resource, world: World) -> Iterator[Hit]:
    del world
    steps = steps_of(policy)
    amounts = [one.number("scaling_adjustment") or 0 for one in steps]
    if not steps or min(amounts) < 0 < max(amounts):
        return
    name = "metric_interval_upper_bound" if max(amounts) > 0 else "metric_interval_lower_bound"
    if all(one.number(name) is not None for one in steps):
        side = "above" if max(amounts) > 0 else "below"
        yield Hit(
            f"{side} its last step the policy does nothing: the furthest bound is closed", steps[-1].place
        )


def _fight(service: Resource, world: World) -> Iterator[Hit]:
    scaling = world.scaling(service)
    alarms = [] if scaling is None else [alarm for one in scaling.going(Way.IN) for alarm in one.alarms]
    lone = {alarm.metric: alarm for alarm in alarms if len(alarm.metrics) == 1}
    if len(lone) > 1:
        names = " and ".join(sorted(SHARE.get(name, name) for name in lone))
        text = f"{names} each have an alarm that takes tasks away, and neither asks the other"
        yield Hit(text, lone[max(lone)].item.place)


def _cooldowns(service: Resource, world: World) -> Iterator[Hit]:
    scaling = world.scaling(service)
    if scaling is None:
        return
    out = [one.cooldown_s for one in scaling.going(Way.OUT)]
    for policy in scaling.going(Way.IN):
        wait = policy.cooldown_s
        place = policy.item.place
        if wait < METRIC_S:
            yield Hit(
                f"{wait:g} s after taking a task away it takes the next: no metric shows the first yet", place
            )
        elif out and wait < min(out):
            yield Hit(
                f"it waits {wait:g} s after taking tasks away and {min(out):g} s after adding them", place
            )


_Level: TypeAlias = "tuple[WrittenPolicy, WrittenAlarm, float]"
"""A policy, the alarm that calls it, and at which value of a metric."""


def _levels(scaling: WrittenScaling, way: Way, metric: str) -> Iterator[_Level]:
    for policy in scaling.going(way):
        for alarm in policy.alarms:
            level = alarm.level_of(metric)
            if level is not None:
                yield policy, alarm, level


def _pairs(service: Resource, world: World) -> Iterator[tuple[WrittenScaling, str, _Level, _Level]]:
    """Yield each way out with each way in on the same metric."""
    scaling = world.scaling(service)
    if scaling is None:
        return
    for metric in (CPU, MEMORY):
        for up in _levels(scaling, Way.OUT, metric):
            for down in _levels(scaling, Way.IN, metric):
                yield scaling, metric, up, down


def _near(service: Resource, world: World) -> Iterator[Hit]:
    for scaling, metric, (_, _, high), (policy, alarm, low) in _pairs(service, world):
        least, most = scaling.bounds
        taken = policy.first_step or 1
        if metric == MEMORY and len(alarm.metrics) > 1:
            continue  # memory alone does not let a task go there, and it is not spread as work is
        before = least + taken
        after = before - taken
        if most < before or after <= 0:
            continue
        if low * before / after > high:
            text = (
                f"{before:g} tasks at {low:g} % {SHARE[metric]} are {after:g} at"
                f" {low * before / after:.0f} %, and above {high:g} % they are added again"
            )
            yield Hit(text, alarm.item.at("threshold"))


def _overshoot(service: Resource, world: World) -> Iterator[Hit]:
    for scaling, metric, (policy, alarm, high), (_, down, low) in _pairs(service, world):
        least, most = scaling.bounds
        added = policy.first_step or 0
        alone = len(down.metrics) == 1
        if alone and least and least + added <= most and high * least / (least + added) < low:
            text = (
                f"{least:g} tasks at {high:g} % {SHARE[metric]} become {least + added:g} at"
                f" {high * least / (least + added):.0f} %, and below {low:g} % they are taken away again"
            )
            yield Hit(text, alarm.item.at("threshold"))


def _idle(service: Resource, world: World) -> Iterator[Hit]:
    scaling = world.scaling(service)
    for _, alarm, level in _levels(scaling, Way.OUT, CPU) if scaling is not None else ():
        if level < IDLE_BY_DESIGN_PERCENT:
            yield Hit(
                f"tasks are added above {level:g} % CPU: the rest is idle by design",
                alarm.item.at("threshold"),
            )


def _idle_memory(service: Resource, world: World) -> Iterator[Hit]:
    scaling = world.scaling(service)
    for _, alarm, level in _levels(scaling, Way.OUT, MEMORY) if scaling is not None else ():
        if level < IDLE_MEMORY_PERCENT:
            text = f"tasks are added above {level:g} % memory, which an idle task may hold"
            yield Hit(text, alarm.item.at("threshold"))


def _uncalled(policy: Resource, world: World) -> Iterator[Hit]:
    stepped = policy.text("policy_type", "StepScaling") == "StepScaling"
    if (
        stepped
        and policy.get("service_namespace") == "ecs"
        and not world.called(policy)
        and not world.mentioned(policy)
    ):
        yield Hit("no alarm here calls it", policy.place)


RULES = (
    LintRule(
        id="step-gap-or-overlap",
        severity=Severity.ERROR,
        title="Steps with a gap or an overlap",
        why="PutScalingPolicy refuses steps that overlap or leave a gap; validate and plan do not look.",
        fix="Let each step begin where the one before it ends.",
        source=f"{_AAS}/step-scaling-policy-overview.html",
        kinds=POLICY,
        check=_steps,
    ),
    LintRule(
        id="step-end-closed",
        severity=Severity.WARNING,
        title="A last step with a closed end",
        why="Bounds are relative to the alarm's threshold. Beyond the last one no step matches, and "
        "where it matters most nothing is done.",
        fix="Leave the furthest bound out: the upper one of the last step out, the lower one of the "
        "last step in.",
        source=f"{_AAS}/step-scaling-policy-overview.html",
        kinds=POLICY,
        check=_open_end,
    ),
    LintRule(
        id="low-alarms-fight",
        severity=Severity.WARNING,
        title="Two low alarms that fight",
        why="Each takes tasks away on its own metric alone: memory takes what CPU needs, CPU asks for "
        "it back, for ever.",
        fix="One alarm on both, by metric math: MAX([cpu / 45, memory / 60]) below 1.",
        source=f"{_CW}/Create-alarm-on-metric-math-expression.html",
        kinds=SERVICE,
        check=_fight,
    ),
    LintRule(
        id="cooldown-flaps",
        severity=Severity.WARNING,
        title="A cooldown that is over before the effect shows",
        why="A metric has one point a minute. A policy that may act again before it shows what the "
        "last step did acts on what was, and a scale-in faster than the scale-out takes away what "
        "was just added.",
        fix="Wait longer after a scale-in than after a scale-out, and longer than start and metric "
        "take: 300 s.",
        source=f"{_AAS}/step-scaling-policy-overview.html",
        kinds=SERVICE,
        check=_cooldowns,
    ),
    LintRule(
        id="thresholds-too-near",
        severity=Severity.WARNING,
        title="Taking one task away adds it again",
        why="The load of the task that goes is spread over the others: where that lifts them over the "
        "high threshold, the service flaps.",
        fix="Lower the low threshold, or raise the high one.",
        source=f"{_AAS}/step-scaling-policy-overview.html",
        kinds=SERVICE,
        check=_near,
    ),
    LintRule(
        id="step-overshoots",
        severity=Severity.WARNING,
        title="Adding a step takes it away again",
        why="The load is spread over the tasks that are added: where that drops all of them below the "
        "low threshold, the service flaps.",
        fix="Add fewer tasks in the first step, or lower the low threshold.",
        source=f"{_AAS}/step-scaling-policy-overview.html",
        kinds=SERVICE,
        check=_overshoot,
    ),
    LintRule(
        id="idle-by-design",
        severity=Severity.WARNING,
        title="Scale-out at low use",
        why="What lies above the threshold is paid for and never used, at every hour of the day.",
        fix="Scale out at 60 to 75 % CPU, and faster rather than earlier.",
        source="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html",
        kinds=SERVICE,
        check=_idle,
    ),
    LintRule(
        id="memory-threshold-idle",
        severity=Severity.WARNING,
        title="A memory threshold that an idle task holds",
        why="More tasks do not lower what each holds for itself: the alarm stays up and the service "
        "runs to its maximum.",
        fix="Set it above what a task holds without work, or scale on what grows with the work.",
        source="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html",
        kinds=SERVICE,
        check=_idle_memory,
    ),
    LintRule(
        id="policy-without-alarm",
        severity=Severity.WARNING,
        title="A step policy that no alarm calls",
        why="A step policy does nothing by itself: it acts when an alarm that names its ARN calls it.",
        fix="Put the policy's ARN into the alarm_actions of an alarm.",
        source=f"{_AAS}/step-scaling-policy-overview.html",
        kinds=POLICY,
        check=_uncalled,
    ),
)
