"""Target-tracking policies, with the two alarms that Application Auto Scaling makes for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from trimtab.fleet.model import TrackingAlarm, TrackingPolicy, Unmodelled
from trimtab.snapshot.understand.alarms import METRICS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimtab.aws.api import Json

DEFAULT_COOLDOWN_S: Final = 300
"""Where a policy on ECS states none (Application Auto Scaling user guide)."""
PREDEFINED: Final[dict[str, Literal["cpu", "memory", "requests"]]] = {
    "ECSServiceAverageCPUUtilization": "cpu",
    "ECSServiceAverageMemoryUtilization": "memory",
    "ALBRequestCountPerTarget": "requests",
}
_FAST: Final = "HighResolution"
"""In the name of the predefined metrics of 20 seconds (June 2026)."""
_MINUTE_S: Final = 60


def tracking_of(
    policy: Json, callers: Sequence[Json], cluster: str, service: str
) -> TrackingPolicy | Unmodelled:
    """Return a target-tracking policy, or why it cannot be replayed. ``callers`` are its alarms."""
    body: Json = policy.get("TargetTrackingScalingPolicyConfiguration") or {}
    what = f"policy {policy['PolicyName']}"
    predefined = (body.get("PredefinedMetricSpecification") or {}).get("PredefinedMetricType")
    metric = PREDEFINED.get(predefined or "") or _own(body, cluster, service)
    if predefined and _FAST in predefined:
        why = f"tracks {predefined}, and what is recorded comes by the minute"
        return Unmodelled(what=what, why=why)
    if metric is None:
        return Unmodelled(what=what, why=f"tracks {predefined or _named(body)}", foreign=True)
    target = float(body.get("TargetValue") or 0)
    if target <= 0:
        return Unmodelled(what=what, why="has a target that was not read")
    alarms = [_alarm(one) for one in callers]
    if any(one.period_s % _MINUTE_S for one in alarms):
        return Unmodelled(what=what, why="looks more often than once a minute, which is not recorded")
    return TrackingPolicy(
        name=policy["PolicyName"],
        metric=metric,
        target=target,
        out_cooldown_s=_cooldown(body, "ScaleOutCooldown"),
        in_cooldown_s=_cooldown(body, "ScaleInCooldown"),
        scale_in=not body.get("DisableScaleIn"),
        alarms=tuple(sorted(alarms, key=lambda one: not one.high)),
    )


def _own(body: Json, cluster: str, service: str) -> Literal["cpu", "memory"] | None:
    """Return the metric of a customized specification that names the service's own utilisation."""
    told: Json = body.get("CustomizedMetricSpecification") or {}
    dimensions = {one["Name"]: one["Value"] for one in told.get("Dimensions") or ()}
    if told.get("Namespace") != "AWS/ECS" or told.get("Statistic") != "Average":
        return None
    if dimensions != {"ClusterName": cluster, "ServiceName": service}:
        return None
    return METRICS.get(told.get("MetricName") or "")


def _named(body: Json) -> str:
    told: Json = body.get("CustomizedMetricSpecification") or {}
    if told.get("MetricName"):
        return f"{told['MetricName']} of {told.get('Namespace') or 'a namespace that was not read'}"
    return "a formula of its own" if told.get("Metrics") else "a metric that was not read"


def _cooldown(body: Json, name: str) -> int:
    said = body.get(name)
    return DEFAULT_COOLDOWN_S if said is None else int(said)


def _alarm(alarm: Json) -> TrackingAlarm:
    periods = int(alarm["EvaluationPeriods"])
    return TrackingAlarm(
        high=str(alarm.get("ComparisonOperator", "")).startswith("Greater"),
        threshold=float(alarm.get("Threshold") or 0.0),
        period_s=int(alarm.get("Period") or _MINUTE_S),
        evaluation_periods=periods,
        datapoints_to_alarm=int(alarm.get("DatapointsToAlarm") or periods),
    )
