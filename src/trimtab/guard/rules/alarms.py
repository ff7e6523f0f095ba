"""What an alarm that changes or goes does to the scaling policies that it calls.

Sources: CloudWatch API, PutMetricAlarm (ActionsEnabled is true where nothing is set); CloudWatch user
guide, "alarm-evaluation" (an alarm decides after period times datapoints).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.guard.changes import any_true
from trimtab.guard.model import Impact, Reason
from trimtab.guard.read import blocks, listed, number
from trimtab.guard.rules.fast_alarm import reasons_of_fast_alarm
from trimtab.guard.rules.said import said
from trimtab.guard.rules.scaling import ALARM, FAR, FULL_PERCENT, LONG_S, POLICY
from trimtab.guard.rules.steps import IN, OUT, ways

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from trimtab.engine.plan import Change
    from trimtab.guard.links import Links
    from trimtab.guard.model import Changed

    Values = Mapping[str, Any]

ALARMS = (ALARM, "aws_cloudwatch_composite_alarm")
ACTIONS = ("alarm_actions", "ok_actions", "insufficient_data_actions")
NOT_CALLED = "alarm-calls-no-policy"
CALLS = "alarm-calls-another-policy"
ACTS = "alarm-acts"
NO_VALUE = "alarm-value-after-apply"
NEVER = "alarm-never-reached"
ALWAYS = "alarm-always-reached"
FAR_OFF = "alarm-threshold-far"
EARLIER = "alarm-scales-in-earlier"
SLOW = "alarm-decides-later"
WATCHES = "alarm-watches-another-metric"
FOLLOWS = "alarm-follows-its-policy"
_SHARES = frozenset({"CPUUtilization", "MemoryUtilization"})
"""Metrics of AWS/ECS in percent of what a task has."""
_EXTREMES = frozenset({"Sum", "SampleCount"})


def reasons_of_alarm(change: Change, links: Links) -> tuple[Reason, ...]:
    """Return what an alarm that changes, is replaced or goes means to what it calls."""
    before, after = change.before or {}, change.after or {}
    reasons = [*_uncalled(change, links), *_called(change, links)]
    reasons += reasons_of_fast_alarm(change, links)
    if change.after is not None:
        reasons += _reach(change, _direction(change, links), before, after)
    return tuple(reasons)


def follows(change: Change, changed: Changed, links: Links) -> bool:
    """Tell actions of which all that go name what goes, or is made again: that is judged by itself."""
    if changed.path not in ACTIONS:
        return False
    gone = _named(change.before, changed.path) - _named(change.after, changed.path)
    return (changed.after_apply or bool(gone)) and all(map(links.leaves, gone))


def calls_only_what_goes(change: Change, links: Links) -> bool:
    """Tell an alarm that is destroyed with all that it calls, and that nothing else asks."""
    called = {one for name in ACTIONS for one in _named(change.before, name)}
    asked = links.namers(change, ("aws_ecs_service",)) or links.will("aws_cloudwatch_composite_alarm")
    return bool(called) and all(map(links.leaves, called)) and not asked


def _named(values: Values | None, attribute: str) -> set[str]:
    return {one for one in listed((values or {}).get(attribute)) if isinstance(one, str)}


def _calls(values: Values | None) -> set[str]:
    """Return the scaling policies an alarm calls."""
    if values is None or values.get("actions_enabled") is False:
        return set()
    return {one for one in _named(values, "alarm_actions") if ":scalingPolicy:" in one}


def _uncalled(change: Change, links: Links) -> Iterator[Reason]:
    """Yield that a policy which stays, and adds tasks, is called by nobody any more."""
    now = _calls(change.after)
    off = change.after is not None and change.after.get("actions_enabled") is False
    if any_true(change.after_unknown.get("alarm_actions")) and not off:
        return
    for arn in sorted(_calls(change.before) - now):
        policies = links.named(POLICY, arn)
        if any("delete" in one.actions for one in policies):
            continue  # what follows from that is said of the policy
        adds = not policies or any(OUT in (ways(one.after) or {OUT}) for one in policies)
        if adds and not _called_by_another(change, arn, links):
            yield said(NOT_CALLED)
            return


def _called(change: Change, links: Links) -> Iterator[Reason]:
    """Yield what an alarm calls from now on, beyond telling somebody or adding tasks."""
    for name in ACTIONS:
        for arn in sorted(_named(change.after, name) - _named(change.before, name)):
            if ":sns:" in arn or not arn.startswith("arn:"):
                continue
            policies = links.named(POLICY, arn)
            adds = bool(policies) and all(ways(one.after) == {OUT} for one in policies)
            if not (adds and name == ACTIONS[0]):
                yield said(CALLS if ":scalingPolicy:" in arn else ACTS)
                return


def _called_by_another(change: Change, arn: str, links: Links) -> bool:
    """Tell whether another alarm calls it, or this one another policy of the same service."""
    resource = arn.partition(":resource/")[2].partition(":policyName")[0]
    same = resource and any(f":resource/{resource}:" in one for one in _calls(change.after))
    return bool(same) or any(
        arn in _calls(one.after) for one in links.keeping(arn, (ALARM,)) if one.address != change.address
    )


def _direction(change: Change, links: Links) -> str:
    """Return which way an alarm scales, by its policies or the side it watches; empty where it does not."""
    values = change.after or {}
    arns = _calls(values) | _calls(change.before)
    known = {way for arn in arns for one in links.named(POLICY, arn) for way in ways(one.after or one.before)}
    if len(known) == 1:
        return known.pop()
    if not arns and not any_true(change.after_unknown.get("alarm_actions")):
        return ""
    return IN if str(values.get("comparison_operator", "")).startswith("Less") else OUT


def _reach(change: Change, direction: str, before: Values, after: Values) -> Iterator[Reason]:
    """Yield what a threshold, a wait or a metric means that are others than before."""
    new = not before
    was, now = _state(before), _state(after)
    if now == "never" and was != "never" and (not new or direction == OUT):
        yield said(NEVER, verdict=Impact.INTERRUPTS if direction == OUT else Impact.UNKNOWN)
    if now == "always" and was != "always" and direction:
        yield said(ALWAYS, verdict=Impact.INTERRUPTS if direction == IN else Impact.UNKNOWN)
    if new or not direction:
        return
    if any_true([change.after_unknown.get(name) for name in ("threshold", "evaluation_periods", "period")]):
        yield said(NO_VALUE)
        return
    yield from _shifted(direction, before, after)
    slow, quick = _decides_s(after), _decides_s(before)
    if direction == OUT and slow and quick and slow > max(LONG_S, FAR * quick):
        yield said(SLOW)
    if _watched(before) != _watched(after) or (direction == OUT and _formulas(before) != _formulas(after)):
        yield said(WATCHES)


def _shifted(direction: str, before: Values, after: Values) -> Iterator[Reason]:
    first, then = number(before.get("threshold")), number(after.get("threshold"))
    if first is None or then is None or first == then:
        return
    less = str(after.get("comparison_operator", "")).startswith("Less")
    if direction == IN:
        if (then > FAR * first) if less else (FAR * then < first):
            yield said(EARLIER)
    elif _is_share(after) and not less:
        return  # within 100 it is reached, sooner or later
    elif (FAR * then < first) if less else (then > FAR * first):
        yield said(FAR_OFF)


def _is_share(values: Values) -> bool:
    return (
        values.get("namespace") == "AWS/ECS"
        and str(values.get("metric_name")) in _SHARES
        and str(values.get("statistic")) not in _EXTREMES
    )


def _state(values: Values) -> str:
    """Return whether a threshold on a share of 100 holds never or always."""
    threshold = number(values.get("threshold"))
    if threshold is None or not _is_share(values):
        return ""
    operator = str(values.get("comparison_operator"))
    above = threshold > FULL_PERCENT or (threshold == FULL_PERCENT and operator == "GreaterThanThreshold")
    below = threshold < 0 or (threshold == 0 and operator == "LessThanThreshold")
    if operator.startswith("Greater"):
        return "never" if above else "always" if threshold < 0 else ""
    if operator.startswith("Less"):
        return "never" if below else "always" if threshold > FULL_PERCENT else ""
    return ""


def _decides_s(values: Values) -> float | None:
    """Return how long an alarm takes at least to decide [s]."""
    period = number(values.get("period"))
    points = number(values.get("datapoints_to_alarm")) or number(values.get("evaluation_periods"))
    return period * points if period and points else None


def _queries(values: Values) -> list[Values]:
    return [*blocks(values.get("metric_query"))]


def _watched(values: Values) -> list[str]:
    """Return the metrics of an alarm's formula."""
    return sorted(str(one.get("metric")) for one in _queries(values) if one.get("metric"))


def _formulas(values: Values) -> list[str]:
    return sorted(str(one.get("expression")) for one in _queries(values) if one.get("expression"))
