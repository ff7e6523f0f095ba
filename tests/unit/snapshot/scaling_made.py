"""A policy, its alarm and what is read of them, as AWS tells them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from trimtab.fleet.model import (
    Scaling,
    StepPolicy,
)
from trimtab.snapshot.understand.scaling import ToldScaling, scaling_of

ARN = "arn:policy"
START = datetime(2026, 11, 2, tzinfo=UTC)
OWN = [{"Name": "ClusterName", "Value": "shop"}, {"Name": "ServiceName", "Value": "api"}]
TARGET = {"MinCapacity": 2, "MaxCapacity": 20}


def alarm(**changes: Any) -> dict[str, Any]:
    return {
        "AlarmName": "high",
        "Namespace": "AWS/ECS",
        "MetricName": "CPUUtilization",
        "Dimensions": OWN,
        "Statistic": "Average",
        "Period": 60,
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 2,
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 70.0,
        "AlarmActions": [ARN],
    } | changes


def step_policy(**changes: Any) -> dict[str, Any]:
    body = {
        "AdjustmentType": "ChangeInCapacity",
        "Cooldown": 60,
        "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
    } | changes
    return {
        "PolicyName": "out",
        "PolicyARN": ARN,
        "PolicyType": "StepScaling",
        "StepScalingPolicyConfiguration": body,
    }


def tracking_policy(metric: str = "ECSServiceAverageCPUUtilization", **changes: Any) -> dict[str, Any]:
    body = {"TargetValue": 60.0, "PredefinedMetricSpecification": {"PredefinedMetricType": metric}} | changes
    return {
        "PolicyName": "track",
        "PolicyARN": ARN,
        "PolicyType": "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration": body,
    }


def read(
    policy: dict[str, Any] | None = None, *alarms: dict[str, Any], **more: Any
) -> tuple[Scaling, list[str]]:
    told = ToldScaling(
        cluster="shop",
        name="api",
        desired=4,
        target=more.pop("target", TARGET),
        policies=[policy] if policy else [],
        alarms={ARN: list(alarms)},
        **more,
    )
    scaling, notes = scaling_of(told)
    assert isinstance(scaling, Scaling)
    return scaling, notes


def only_step(scaling: Scaling) -> StepPolicy:
    (found,) = scaling.policies
    assert scaling.unmodelled == ()
    return found
