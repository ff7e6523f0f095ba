"""Whether the tasks that a step in leaves carry the load, as the alarms beside it in the plan tell.

A step in happens below some CPU. What the tasks did that it takes is then the others', of which there are
as many as the minimum at least: so the plan tells the CPU that they come to at most.

Source: Application Auto Scaling API, StepAdjustment (bounds are relative to the alarm's threshold; the count
never goes below the minimum).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from trimtab.guard.changes import any_true
from trimtab.guard.read import block, blocks, listed, number
from trimtab.guard.rules.steps import STEPS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trimtab.engine.plan import Change
    from trimtab.guard.links import Links

    Values = Mapping[str, Any]

_ALARM: Final = "aws_cloudwatch_metric_alarm"
PERCENT: Final = 100
_NO_LESS: Final = frozenset({"Average", "Maximum"})
"""Statistics of the tasks' CPU that are no less than their average."""
_READ = (
    "namespace",
    "metric_name",
    "dimensions",
    "statistic",
    "comparison_operator",
    "threshold",
    "metric_query",
)
_MAX = re.compile(r"MAX\(\[([\w, ]+)\]\)")
_RATIO = re.compile(r"(\w+) / (\d+(?:\.\d+)?)")


def rest_carries(policy: Change, links: Links, kept: float) -> bool:
    """Tell whether CPU stays below where tasks are added, after each step in and from ``kept`` tasks on."""
    least_out = min(_outs(policy, links), default=None)
    calling = [one for one in _alarms(policy, links) if _calls(one, policy, links)]
    if least_out is None or not calling:
        return False
    steps = block((policy.after or {}).get(STEPS))
    for alarm in calling:
        low = _low(alarm, policy)
        if low is None or not all(after < least_out for after in _after(steps, low, kept)):
            return False
    return True


def _alarms(policy: Change, links: Links) -> Iterator[Change]:
    for one in links.everything:
        acts = one.type == _ALARM and one.after and one.after.get("actions_enabled") is not False
        if acts and links.places.agree(policy, one):
            yield one


def _calls(alarm: Change, policy: Change, links: Links) -> bool:
    """Tell whether an alarm calls the policy once the plan is applied."""
    arn = (policy.before or {}).get("arn")
    if arn is not None and arn in listed((alarm.after or {}).get("alarm_actions")):
        return True
    if alarm.module != policy.module or not any_true(alarm.after_unknown.get("alarm_actions")):
        return False
    named = f"{policy.type}.{policy.name}"
    return any(
        re.split(r"[\[]", one)[0] in {named, f"{named}.arn"}
        for one in links.configured.references(alarm, "alarm_actions")
    )


def _outs(policy: Change, links: Links) -> Iterator[float]:
    """Yield the CPU above which alarms have tasks added [percent]."""
    for one in _alarms(policy, links):
        values = one.after or {}
        above = str(values.get("comparison_operator")).startswith("GreaterThan")
        scales = any_true(one.after_unknown.get("alarm_actions")) or any(
            ":scalingPolicy:" in str(action) for action in listed(values.get("alarm_actions"))
        )
        threshold = number(values.get("threshold"))
        if above and scales and threshold is not None and _is_cpu(values, policy):
            yield threshold


def _low(alarm: Change, policy: Change) -> tuple[float, float] | None:
    """Return below which value an alarm calls, and how many percent of CPU one of it is; None: not told."""
    values = alarm.after or {}
    threshold = number(values.get("threshold"))
    if threshold is None or not str(values.get("comparison_operator")).startswith("LessThan"):
        return None
    if values.get("metric_name"):
        return (threshold, 1.0) if _is_cpu(values, policy, values.get("statistic")) else None
    percent = _joint(values, policy)
    return None if percent is None else (threshold, percent)


def _joint(values: Values, policy: Change) -> float | None:
    """Return what CPU is divided by in a maximum of ratios [percent]; None: it is something else."""
    queries = {str(one.get("id")): one for one in blocks(values.get("metric_query"))}
    told = [one for one in queries.values() if one.get("return_data") is True]
    terms = _MAX.fullmatch(str(told[0].get("expression"))) if len(told) == 1 else None
    for term in terms[1].split(", ") if terms else ():
        ratio = _RATIO.fullmatch(str(queries.get(term, {}).get("expression")))
        metric = block(queries.get(ratio[1], {}).get("metric")) if ratio else {}
        if ratio and _is_cpu(metric, policy, metric.get("stat")):
            return float(ratio[2])
    return None


def _is_cpu(metric: Values, policy: Change, statistic: object = "Average") -> bool:
    """Tell the CPU of all tasks of the service that the policy scales."""
    dimensions = metric.get("dimensions")
    if not isinstance(dimensions, dict) or metric.get("namespace") != "AWS/ECS":
        return False
    service = f"service/{dimensions.get('ClusterName')}/{dimensions.get('ServiceName')}"
    scaled = (policy.after or {}).get("resource_id")
    return metric.get("metric_name") == "CPUUtilization" and service == scaled and statistic in _NO_LESS


def _after(steps: Values, low: tuple[float, float], kept: float) -> Iterator[float]:
    """Yield the CPU after each step that takes tasks away, at most [percent]."""
    threshold, percent = low
    for one in blocks(steps.get("step_adjustment")):
        taken = -(number(one.get("scaling_adjustment")) or 0.0)
        if taken <= 0:
            continue
        upper = number(one.get("metric_interval_upper_bound"))
        before = (threshold + min(0.0, 0.0 if upper is None else upper)) * percent
        yield before * _rise(steps, taken, kept)


def _rise(steps: Values, taken: float, kept: float) -> float:
    """Return what a task carries after a step over what it carried before, at most [ratio]."""
    if steps.get("adjustment_type") == "ChangeInCapacity":
        return (kept + taken) / kept
    if steps.get("adjustment_type") != "PercentChangeInCapacity" or taken >= PERCENT:
        return float("inf")
    least = max(number(steps.get("min_adjustment_magnitude")) or 0.0, 1.0)
    return max(PERCENT / (PERCENT - taken), (kept + least) / kept)
