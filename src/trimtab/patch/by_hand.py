"""What no literal can say, as HCL to write by hand: step policies and their alarms."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trimtab.lint.scaling import METRICS, STEPS, TRACKING
from trimtab.patch.model import Bundle
from trimtab.patch.text import written
from trimtab.terraform_module import SHARE, TASKS
from trimtab.values.hcl import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trimtab.patch.model import Number, Steps
    from trimtab.patch.wishes import WantedService
    from trimtab.terraform_module import Ladder

    Pair = tuple[str, Number | None]


def whole(wanted: WantedService) -> str:
    """Return the whole scaling of a service: target, policies and alarms."""
    ladders = wanted.proposal.ladders
    if ladders.tracking is not None:
        return "\n\n".join((_target(wanted), *(tracking(wanted, *one) for one in ladders.tracking.targets)))
    parts = (
        _target(wanted),
        out(wanted, Bundle.CPU_OUT),
        out(wanted, Bundle.MEMORY_OUT),
        scale_in(wanted),
    )
    return "\n\n".join(parts)


def tracking(wanted: WantedService, word: str, target: float) -> str:
    """Return a policy that keeps CPU or memory near a target."""
    ladders = wanted.proposal.ladders
    asked = _block(
        "predefined_metric_specification",
        (("predefined_metric_type", f"ECSServiceAverage{METRICS[word]}"),),
    )
    configuration = _block(
        TRACKING,
        (
            ("target_value", target),
            ("scale_out_cooldown", ladders.out_cooldown_s),
            ("scale_in_cooldown", ladders.in_cooldown_s),
        ),
        asked,
    )
    head = (
        ("name", f"{wanted.service}-{word}-tracking"),
        ("policy_type", "TargetTrackingScaling"),
        *_resource_id(wanted),
    )
    return _block(f'resource "aws_appautoscaling_policy" "{_name(wanted)}_{word}"', head, configuration)


def _target(wanted: WantedService) -> str:
    ladders = wanted.proposal.ladders
    return _block(
        f'resource "aws_appautoscaling_target" "{_name(wanted)}"',
        (*_resource_id(wanted), ("min_capacity", ladders.min_tasks), ("max_capacity", ladders.max_tasks)),
    )


def out(wanted: WantedService, part: Bundle) -> str:
    """Return the policy and the alarm that add tasks on one metric."""
    ladders = wanted.proposal.ladders
    word, ladder = ("cpu", ladders.cpu) if part is Bundle.CPU_OUT else ("memory", ladders.memory)
    name = f"{_name(wanted)}_{word}_out"
    needed, periods = ladders.out_datapoints
    alarm = _block(
        f'resource "aws_cloudwatch_metric_alarm" "{name}"',
        (
            ("alarm_name", f"{wanted.service}-{word}-high"),
            ("namespace", "AWS/ECS"),
            ("metric_name", METRICS[word]),
            ("statistic", "Average"),
            ("comparison_operator", "GreaterThanThreshold"),
            ("threshold", ladder.high),
            ("period", ladders.period_s),
            ("evaluation_periods", periods),
            ("datapoints_to_alarm", needed),
            ("treat_missing_data", "notBreaching"),
        ),
        f"alarm_actions = [aws_appautoscaling_policy.{name}.arn]",
        _dimensions(wanted),
    )
    return f"{_policy(wanted, name, f'{word}-out', ladders.out_cooldown_s, out_steps(ladder))}\n\n{alarm}"


def out_steps(ladder: Ladder) -> Steps:
    """Return the steps of a ladder: each ends where the next begins, the last is open."""
    lowers = [float(step.above) for step in ladder.steps]
    return tuple(
        (lower, upper, step.add)
        for step, lower, upper in zip(ladder.steps, lowers, [*lowers[1:], None], strict=True)
    )


def in_steps(wanted: WantedService) -> Steps:
    """Return the steps in, relative to a ratio of 1; the lowest is open."""
    ladder = wanted.proposal.ladders.scale_in
    uppers = [round(step.below - 1.0, 9) for step in ladder]
    return tuple(
        (lower, upper, -step.remove)
        for step, lower, upper in zip(ladder, [*uppers[1:], None], uppers, strict=True)
    )


def scale_in(wanted: WantedService) -> str:
    """Return the one policy and alarm that take tasks away."""
    ladders = wanted.proposal.ladders
    name = f"{_name(wanted)}_in"
    needed, periods = ladders.in_datapoints
    queries = []
    for word, metric in METRICS.items():
        asked = _block(
            "metric",
            (
                ("namespace", "AWS/ECS"),
                ("metric_name", metric),
                ("period", ladders.period_s),
                ("stat", "Average"),
            ),
            _dimensions(wanted),
        )
        queries.append(_block("metric_query", (("id", word), ("return_data", "false")), asked))
    ratio = f"MAX([cpu / {written(ladders.cpu.low)}, memory / {written(ladders.memory.low)}])"
    queries.append(_block("metric_query", (("id", "joint"), ("expression", ratio), ("return_data", "true"))))
    alarm = _block(
        f'resource "aws_cloudwatch_metric_alarm" "{name}"',
        (
            ("alarm_name", f"{wanted.service}-joint-low"),
            ("comparison_operator", "LessThanThreshold"),
            ("threshold", 1),
            ("evaluation_periods", periods),
            ("datapoints_to_alarm", needed),
            ("treat_missing_data", "notBreaching"),
        ),
        f"alarm_actions = [aws_appautoscaling_policy.{name}.arn]",
        *queries,
    )
    policy = _policy(
        wanted, name, "joint-in", ladders.in_cooldown_s, in_steps(wanted), percent=ladders.in_percent
    )
    return f"{policy}\n\n{alarm}"


def steps(wanted: Steps) -> str:
    """Return the step adjustments alone."""
    return "\n".join(
        _block(
            "step_adjustment",
            (
                ("metric_interval_lower_bound", lower),
                ("metric_interval_upper_bound", upper),
                ("scaling_adjustment", adjustment),
            ),
        )
        for lower, upper, adjustment in wanted
    )


def _policy(  # noqa: PLR0913 - what a policy has
    wanted: WantedService,
    name: str,
    called: str,
    cooldown_s: int,
    adjustments: Steps,
    *,
    percent: int | None = None,
) -> str:
    configuration = _block(
        STEPS,
        (
            ("adjustment_type", TASKS if percent is None else SHARE),
            ("min_adjustment_magnitude", percent if (percent or 1) > 1 else None),
            ("metric_aggregation_type", "Average"),
            ("cooldown", cooldown_s),
        ),
        steps(adjustments),
    )
    head = (("name", f"{wanted.service}-{called}"), ("policy_type", "StepScaling"), *_resource_id(wanted))
    return _block(f'resource "aws_appautoscaling_policy" "{name}"', head, configuration)


def _resource_id(wanted: WantedService) -> tuple[Pair, ...]:
    return (
        ("service_namespace", "ecs"),
        ("scalable_dimension", "ecs:service:DesiredCount"),
        ("resource_id", f"service/{wanted.cluster}/{wanted.service}"),
    )


def _dimensions(wanted: WantedService) -> str:
    head = "dimensions ="
    return _block(head, (("ClusterName", wanted.cluster), ("ServiceName", wanted.service)))


def _name(wanted: WantedService) -> str:
    return re.sub(r"\W", "_", wanted.service)


def _block(head: str, pairs: Iterable[Pair], *inner: str) -> str:
    given = [(name, value) for name, value in pairs if value is not None]
    width = max((len(name) for name, _ in given), default=0)
    lines = [f"{name:<{width}} = {_value(value)}" for name, value in given]
    for one in inner:
        lines += one.splitlines()
    return "\n".join((f"{head} {{", *(f"  {line}" if line else "" for line in lines), "}"))


def _value(value: Number) -> str:
    if value in {"true", "false"}:
        return str(value)
    return quoted(value) if isinstance(value, str) else written(value)
