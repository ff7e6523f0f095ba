"""A service of the shop that an alarm scales out, and another one in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rollout.made import Shop

OUT, IN = "DynamicScalingOutSuspended", "DynamicScalingInSuspended"


class Scaled:
    """A service that an alarm scales out."""

    def __init__(self, shop: Shop, name: str) -> None:
        self.shop, self.name = shop, name
        self.scaling, self.watching = (
            shop.world.client(one) for one in ("application-autoscaling", "cloudwatch")
        )
        self.given = {
            "ServiceNamespace": "ecs",
            "ResourceId": f"service/{shop.cluster}/{name}",
            "ScalableDimension": "ecs:service:DesiredCount",
        }
        self.scaling.register_scalable_target(
            **self.given, MinCapacity=2, MaxCapacity=8, SuspendedState={IN: True}
        )
        self.alarm = f"{shop.cluster}-{name}-high"
        self._alarm(self.alarm, "out", 2, "GreaterThanThreshold")
        self._alarm(f"{shop.cluster}-{name}-low", "in", -1, "LessThanThreshold")

    def _alarm(self, name: str, policy: str, step: int, comparison: str) -> None:
        bound = "MetricIntervalLowerBound" if step > 0 else "MetricIntervalUpperBound"
        arn = self.scaling.put_scaling_policy(
            **self.given,
            PolicyName=f"{self.name}-{policy}",
            PolicyType="StepScaling",
            StepScalingPolicyConfiguration={
                "AdjustmentType": "ChangeInCapacity",
                "StepAdjustments": [{bound: 0.0, "ScalingAdjustment": step}],
            },
        )["PolicyARN"]
        self.watching.put_metric_alarm(
            AlarmName=name,
            AlarmActions=[arn],
            Namespace="AWS/ECS",
            MetricName="CPUUtilization",
            Dimensions=self.dimensions,
            Statistic="Average",
            Period=60,
            EvaluationPeriods=3,
            Threshold=70.0,
            ComparisonOperator=comparison,
        )

    @property
    def dimensions(self) -> list[dict[str, str]]:
        return [
            {"Name": "ClusterName", "Value": self.shop.cluster},
            {"Name": "ServiceName", "Value": self.name},
        ]

    def cpu(self, percent: float) -> None:
        at = datetime.fromtimestamp(self.shop.clock.clock.now() - 90, UTC)
        datum = {
            "MetricName": "CPUUtilization",
            "Dimensions": self.dimensions,
            "Timestamp": at,
            "Value": percent,
        }
        self.watching.put_metric_data(Namespace="AWS/ECS", MetricData=[datum])

    def state(self, name: str, value: str) -> None:
        self.watching.set_alarm_state(AlarmName=name, StateValue=value, StateReason="test")

    @property
    def target(self) -> dict[str, Any]:
        (found,) = self.scaling.describe_scalable_targets(
            ServiceNamespace="ecs", ResourceIds=[self.given["ResourceId"]]
        )["ScalableTargets"]
        return dict(found)

    @property
    def suspended(self) -> dict[str, bool]:
        return dict(self.target["SuspendedState"])
