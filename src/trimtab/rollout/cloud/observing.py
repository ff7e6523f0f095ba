"""What Application Auto Scaling and CloudWatch answer, as the nouns of ``trimtab.rollout.cloud.observed``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from trimtab.rollout.cloud.observed import Figure, OutAlarm, ScalableTarget

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Answer: TypeAlias = "Mapping[str, Any]"

_SWITCHES = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")


def target_state(answer: Answer) -> ScalableTarget:
    """Read one of DescribeScalableTargets' ``ScalableTargets``."""
    state = answer.get("SuspendedState") or {}
    return ScalableTarget(
        least=int(answer["MinCapacity"]),
        most=int(answer["MaxCapacity"]),
        suspended={name: bool(state.get(name)) for name in _SWITCHES},
    )


def scales_out(policy: Answer) -> bool:
    """Tell a policy that may add tasks: by steps up, or by a target it keeps."""
    if policy.get("PolicyType") != "StepScaling":
        return True
    steps = (policy.get("StepScalingPolicyConfiguration") or {}).get("StepAdjustments") or ()
    return any(step.get("ScalingAdjustment", 0) > 0 for step in steps)


def above(alarm: Answer, policy: str) -> bool:
    """Tell an alarm of this very policy that goes off when its metric is high."""
    over = str(alarm.get("ComparisonOperator", "")).startswith("GreaterThan")
    return over and policy in (alarm.get("AlarmActions") or ())


def out_alarm(alarm: Answer) -> OutAlarm:
    """Read one of DescribeAlarms' ``MetricAlarms``."""
    statistic = alarm.get("Statistic") or alarm.get("ExtendedStatistic")
    figure = None
    if alarm.get("MetricName") and statistic:
        figure = Figure(
            namespace=alarm["Namespace"],
            metric=alarm["MetricName"],
            dimensions=tuple((one["Name"], one["Value"]) for one in alarm.get("Dimensions") or ()),
            statistic=statistic,
            period_s=max(60, int(alarm.get("Period") or 60)),
        )
    return OutAlarm(
        name=alarm["AlarmName"],
        state=alarm.get("StateValue", ""),
        threshold=alarm.get("Threshold"),
        figure=figure,
    )


def queries_of(figures: Sequence[Figure]) -> list[dict[str, object]]:
    """Return GetMetricData's queries; the id of each has its place."""
    return [
        {
            "Id": f"m{place}",
            "MetricStat": {
                "Metric": {
                    "Namespace": one.namespace,
                    "MetricName": one.metric,
                    "Dimensions": [{"Name": name, "Value": value} for name, value in one.dimensions],
                },
                "Period": one.period_s,
                "Stat": one.statistic,
            },
        }
        for place, one in enumerate(figures)
    ]
