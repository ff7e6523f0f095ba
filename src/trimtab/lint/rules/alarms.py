"""Rules about alarms, and about events that nobody hears."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.lint.evaluation.values import key_text
from trimtab.lint.model import Hit, LintRule, Severity
from trimtab.lint.scaling import CPU, MEMORY, Way, direction_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.lint.resource import Resource
    from trimtab.lint.world import World

ALARM = ("aws_cloudwatch_metric_alarm",)
_CW = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring"
_DAY_S, _WEEK_S, _HOUR_S = 86_400, 604_800, 3_600
FULL_PERCENT = 100


def _one_point(alarm: Resource, world: World) -> Iterator[Hit]:
    if not world.scaled(alarm):
        return
    points = alarm.number("datapoints_to_alarm") or alarm.number("evaluation_periods") or 1
    if points <= 1:
        yield Hit("one point alone raises it, and it moves the fleet", alarm.at("evaluation_periods"))


def _missing(alarm: Resource, world: World) -> Iterator[Hit]:
    ways = {direction_of(one) for one in world.scaled(alarm)}
    treated = alarm.text("treat_missing_data", "missing") if Way.IN in ways else "notBreaching"
    if treated == "breaching":
        yield Hit("without data it takes tasks away", alarm.at("treat_missing_data"))
    elif treated == "missing":
        yield Hit(
            "one early low point, and nothing after it, is enough to take tasks away",
            alarm.at("treat_missing_data"),
        )


def _nobody(alarm: Resource, world: World) -> Iterator[Hit]:
    actions = [
        one
        for name in ("alarm_actions", "ok_actions", "insufficient_data_actions")
        for one in alarm.several(name)
    ]
    used = world.mentioned(alarm)  # by a composite alarm, a deployment or a dashboard
    if not used and not actions:
        yield Hit("it has no action", alarm.place)
    elif actions and not alarm.flag("actions_enabled", default=True):
        yield Hit("its actions are switched off", alarm.at("actions_enabled"))


def _impossible(alarm: Resource, world: World) -> Iterator[Hit]:
    del world
    periods = alarm.number("evaluation_periods") or 1
    points = alarm.number("datapoints_to_alarm")
    if points is not None and points > periods:
        yield Hit(f"{points:g} datapoints of {periods:g} periods", alarm.at("datapoints_to_alarm"))
    period = alarm.number("period") or 0
    most = _DAY_S if period < _HOUR_S else _WEEK_S
    if period * periods > most:
        yield Hit(
            f"{periods:g} periods of {period:g} s are more than {most:,} s", alarm.at("evaluation_periods")
        )


def _unreachable(alarm: Resource, world: World) -> Iterator[Hit]:
    del world
    if alarm.get("metric_name") not in (CPU, MEMORY) or alarm.get("namespace") != "AWS/ECS":
        return
    threshold, how = alarm.number("threshold"), alarm.text("comparison_operator")
    if threshold is None:
        return
    over = threshold > FULL_PERCENT or (threshold == FULL_PERCENT and how == "GreaterThanThreshold")
    under = threshold < 0 or (threshold == 0 and how == "LessThanThreshold")
    if (how.startswith("Greater") and over) or (how.startswith("Less") and under):
        yield Hit(
            f"nothing is {'above' if over else 'below'} {threshold:g} % of a task", alarm.at("threshold")
        )


def _no_target(rule: Resource, world: World) -> Iterator[Hit]:
    if world.mentioned(rule):
        return
    name = key_text(rule.get("name"))
    targets = [key_text(one.get("rule")) for one in world.of("aws_cloudwatch_event_target")]
    if name not in targets:
        yield Hit("no target here takes its events", rule.place)


RULES = (
    LintRule(
        id="one-point-alarm",
        severity=Severity.WARNING,
        title="One point moves the fleet",
        why="A single minute above or below the threshold is noise: a garbage collection, a health "
        "check, a deployment.",
        fix="Three points of three for scaling out, five or more for scaling in.",
        source=f"{_CW}/alarm-evaluation.html",
        kinds=ALARM,
        check=_one_point,
    ),
    LintRule(
        id="scale-in-missing-data",
        severity=Severity.WARNING,
        title="Missing data takes tasks away",
        why="A service without tasks, or metrics that are late, have no points: absence is no reason "
        "to remove what runs.",
        fix='treat_missing_data = "notBreaching"',
        source=f"{_CW}/alarms-and-missing-data.html",
        kinds=ALARM,
        check=_missing,
    ),
    LintRule(
        id="alarm-without-action",
        severity=Severity.WARNING,
        title="An alarm that tells nobody",
        why="It is billed, goes red, and nobody knows.",
        fix="Give it alarm_actions, or take it away.",
        source=f"{_CW}/alarm-actions.html",
        kinds=ALARM,
        check=_nobody,
    ),
    LintRule(
        id="alarm-impossible",
        severity=Severity.ERROR,
        title="An alarm that CloudWatch refuses",
        why="More datapoints than periods, or more than a day looked back, is refused by "
        "PutMetricAlarm; validate and plan do not look.",
        fix="At most as many datapoints as periods, and at most a day (a week for periods of an hour).",
        source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
        kinds=ALARM,
        check=_impossible,
    ),
    LintRule(
        id="threshold-unreachable",
        severity=Severity.WARNING,
        title="A threshold that nothing reaches",
        why="Use is a share of the task's size: it is never below zero, and stays at its top when the "
        "task is full.",
        fix="Set it where there is still time to act.",
        source="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_utilization.html",
        kinds=ALARM,
        check=_unreachable,
    ),
    LintRule(
        id="event-rule-without-target",
        severity=Severity.WARNING,
        title="An EventBridge rule without a target",
        why="What matches it is dropped: a failed deployment happens and nobody is told.",
        fix="Add an aws_cloudwatch_event_target, or take the rule away.",
        source="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html",
        kinds=("aws_cloudwatch_event_rule",),
        check=_no_target,
    ),
)
