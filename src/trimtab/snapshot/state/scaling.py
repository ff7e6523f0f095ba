"""Terraform's attributes of scaling and alarms put back into the shapes of the AWS API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimtab.snapshot.state.services import block

if TYPE_CHECKING:
    from trimtab.aws.api import Json


def target_shape(values: Json) -> Json:
    """Return a scaling target as DescribeScalableTargets words it."""
    suspended = block(values, "suspended_state")
    names = {
        "dynamic_scaling_in_suspended": "DynamicScalingInSuspended",
        "dynamic_scaling_out_suspended": "DynamicScalingOutSuspended",
        "scheduled_scaling_suspended": "ScheduledScalingSuspended",
    }
    return {
        "ResourceId": values["resource_id"],
        "ScalableDimension": values.get("scalable_dimension"),
        "ScalableTargetARN": values.get("arn") or None,
        "MinCapacity": values["min_capacity"],
        "MaxCapacity": values["max_capacity"],
        "SuspendedState": {said: bool(suspended.get(name)) for name, said in names.items()},
    }


def policy_shape(values: Json) -> Json:
    """Return a policy as DescribeScalingPolicies words it. Bounds are strings in Terraform."""
    body = block(values, "step_scaling_policy_configuration")
    steps = [
        {
            "MetricIntervalLowerBound": _number(one.get("metric_interval_lower_bound")),
            "MetricIntervalUpperBound": _number(one.get("metric_interval_upper_bound")),
            "ScalingAdjustment": one["scaling_adjustment"],
        }
        for one in body.get("step_adjustment") or ()
    ]
    configuration: Json = {
        "AdjustmentType": body.get("adjustment_type"),
        "MetricAggregationType": body.get("metric_aggregation_type") or None,
        "MinAdjustmentMagnitude": body.get("min_adjustment_magnitude"),
        "StepAdjustments": steps,
    }
    if body.get("cooldown") is not None:
        configuration["Cooldown"] = body["cooldown"]
    return {
        "PolicyName": values["name"],
        "PolicyARN": values["arn"],
        "PolicyType": values.get("policy_type") or "StepScaling",
        "ResourceId": values["resource_id"],
        "StepScalingPolicyConfiguration": configuration,
        "TargetTrackingScalingPolicyConfiguration": _tracking(values),
    }


def scheduled_shape(values: Json) -> Json:
    """Return a scheduled action as DescribeScheduledActions words it. Bounds may be strings."""
    bounds = block(values, "scalable_target_action")
    return {
        "ScheduledActionName": values["name"],
        "ResourceId": values["resource_id"],
        "Schedule": values.get("schedule"),
        "Timezone": values.get("timezone") or None,
        "StartTime": values.get("start_time") or None,
        "EndTime": values.get("end_time") or None,
        "ScalableTargetAction": {
            "MinCapacity": _whole(bounds.get("min_capacity")),
            "MaxCapacity": _whole(bounds.get("max_capacity")),
        },
    }


def alarm_shape(values: Json) -> Json:
    """Return an alarm as DescribeAlarms words it."""
    queries = [
        {
            "Id": one["id"],
            "Expression": one.get("expression") or None,
            "ReturnData": bool(one.get("return_data")),
            "MetricStat": _stat(block(one, "metric")),
        }
        for one in values.get("metric_query") or ()
    ]
    return {
        "AlarmName": values["alarm_name"],
        "AlarmArn": values["arn"],
        "ActionsEnabled": values.get("actions_enabled") is not False,
        "AlarmActions": values.get("alarm_actions") or [],
        "OKActions": values.get("ok_actions") or [],
        "InsufficientDataActions": values.get("insufficient_data_actions") or [],
        "ComparisonOperator": values.get("comparison_operator"),
        "Threshold": values.get("threshold"),
        "EvaluationPeriods": _whole(values["evaluation_periods"]),
        # The provider keeps 0 where none is stated.
        "DatapointsToAlarm": _whole(values.get("datapoints_to_alarm")) or None,
        "TreatMissingData": values.get("treat_missing_data") or None,
        "ThresholdMetricId": values.get("threshold_metric_id") or None,
        "Metrics": queries,
        "Statistic": values.get("statistic") or None,
        "ExtendedStatistic": values.get("extended_statistic") or None,
        "Period": _whole(values.get("period")),
        **_metric(values),
    }


def _metric(values: Json) -> Json:
    dimensions: dict[str, str] = values.get("dimensions") or {}
    return {
        "Namespace": values.get("namespace") or None,
        "MetricName": values.get("metric_name") or None,
        "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
    }


def _stat(metric: Json) -> Json | None:
    if not metric:
        return None
    return {"Metric": _metric(metric), "Period": metric.get("period"), "Stat": metric.get("stat")}


def _number(value: Any) -> float | None:  # noqa: ANN401 - a number, its text, or nothing
    return None if value in (None, "") else float(value)


def _tracking(values: Json) -> Json:
    """Return the configuration of target tracking; empty where the policy is of another kind."""
    body = block(values, "target_tracking_scaling_policy_configuration")
    if not body:
        return {}
    predefined, own = (block(body, f"{kind}_metric_specification") for kind in ("predefined", "customized"))
    return {
        "TargetValue": body.get("target_value"),
        "ScaleOutCooldown": body.get("scale_out_cooldown"),
        "ScaleInCooldown": body.get("scale_in_cooldown"),
        "DisableScaleIn": body.get("disable_scale_in"),
        "PredefinedMetricSpecification": {"PredefinedMetricType": predefined.get("predefined_metric_type")},
        "CustomizedMetricSpecification": {
            "MetricName": own.get("metric_name"),
            "Namespace": own.get("namespace"),
            "Statistic": own.get("statistic"),
            "Dimensions": [
                {"Name": one["name"], "Value": one["value"]} for one in own.get("dimensions") or ()
            ],
            "Metrics": own.get("metrics") or [],
        },
    }


def _whole(value: Any) -> int | None:  # noqa: ANN401 - a number, its text, or nothing
    return None if value in (None, "") else int(value)
