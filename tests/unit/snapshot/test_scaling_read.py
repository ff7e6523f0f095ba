"""Every scaling configuration that AWS has, read from its answers or a state: kept, or named."""

from __future__ import annotations

from typing import Any

import pytest
from snapshot.scaling_made import (
    ARN,
    OWN,
    START,
    TARGET,
    alarm,
    only_step,
    read,
    step_policy,
    tracking_policy,
)

from trimtab.fleet.model import (
    Scaling,
    ScheduledAction,
    TrackingAlarm,
    TrackingPolicy,
    Unmodelled,
)
from trimtab.ladders.convert import policy_of_service
from trimtab.replay.policy import Aggregation, Comparison, Metric, Missing, StepScaling, TargetTracking
from trimtab.snapshot.parse import watched_groups, watches
from trimtab.snapshot.state.scaling import alarm_shape, policy_shape, scheduled_shape, target_shape


@pytest.mark.parametrize(
    ("operator", "word", "replayed"),
    [
        ("GreaterThanThreshold", "greater", Comparison.GREATER),
        ("GreaterThanOrEqualToThreshold", "greater_or_equal", Comparison.GREATER_OR_EQUAL),
        ("LessThanThreshold", "less", Comparison.LESS),
        ("LessThanOrEqualToThreshold", "less_or_equal", Comparison.LESS_OR_EQUAL),
    ],
)
def test_all_four_comparisons_are_read_and_replayed(operator: str, word: str, replayed: Comparison) -> None:
    scaling, _ = read(step_policy(), alarm(ComparisonOperator=operator))
    assert only_step(scaling).comparison == word
    (found,) = policy_of_service(scaling, initial_tasks=4, start=START, minutes=9).alarms
    assert found.comparison is replayed


def test_what_a_step_policy_and_its_alarm_say_is_kept_and_replayed() -> None:
    scaling, notes = read(
        step_policy(
            AdjustmentType="PercentChangeInCapacity",
            MinAdjustmentMagnitude=3,
            MetricAggregationType="Maximum",
        ),
        alarm(Statistic="Maximum", TreatMissingData="breaching", Period=300),
    )
    found = only_step(scaling)
    assert (found.metric, found.missing, found.aggregation) == ("cpu_maximum", "breaching", "Maximum")
    assert (found.min_magnitude, found.period_s, notes) == (3, 300, [])
    policy = policy_of_service(scaling, initial_tasks=4, start=START, minutes=9)
    assert (policy.alarms[0].metric, policy.alarms[0].missing) == (Metric.CPU_MAXIMUM, Missing.BREACHING)
    (steps,) = policy.policies
    assert isinstance(steps, StepScaling)
    assert (steps.min_magnitude, steps.aggregation) == (3, Aggregation.MAXIMUM)


def test_a_magnitude_that_aws_does_not_heed_is_left_aside() -> None:
    assert only_step(read(step_policy(MinAdjustmentMagnitude=3), alarm())[0]).min_magnitude == 0


QUEUE = {"Namespace": "AWS/SQS", "MetricName": "Depth", "Dimensions": [{"Name": "QueueName", "Value": "q"}]}
OTHER = [{"Name": "ClusterName", "Value": "shop"}, {"Name": "ServiceName", "Value": "web"}]


@pytest.mark.parametrize(
    ("changes", "why", "foreign"),
    [
        (QUEUE, "follows Depth of AWS/SQS", True),
        ({"Dimensions": OTHER}, "follows CPUUtilization of AWS/ECS", True),
        ({"ThresholdMetricId": "band", "Metrics": [{"Id": "m"}]}, "follows an anomaly band", True),
        ({"Metrics": [{"Id": "e", "Expression": "m1 * 2"}]}, "follows a formula", True),
        ({"Statistic": "Minimum"}, "follows the Minimum of CPUUtilization", False),
        (
            {"MetricName": "MemoryUtilization", "Statistic": "Maximum"},
            "follows the Maximum of MemoryUtil",
            False,
        ),
        ({"Statistic": None, "ExtendedStatistic": "p90"}, "follows the p90 of CPUUtilization", False),
        ({"Period": 20}, "looks every 20 s", False),
    ],
)
def test_what_no_replay_can_do_is_named(changes: dict[str, Any], why: str, foreign: bool) -> None:
    scaling, notes = read(step_policy(), alarm(**changes))
    (found,) = scaling.unmodelled
    assert (found.what, found.foreign) == ("policy out", foreign)
    assert why in found.why
    assert scaling.policies == ()
    assert notes == [f"api: policy out {found.why}; no replay can do that"]


def test_a_policy_that_an_alarm_calls_when_it_is_ok_is_named() -> None:
    scaling, _ = read(step_policy(), alarm(), others={ARN: [("calm", "OK")]})
    assert scaling.unmodelled == (
        Unmodelled(what="policy out", why="is called by alarm calm when that is OK"),
    )


def test_what_never_acts_is_noted_and_changes_nothing() -> None:
    off, notes = read(step_policy(), alarm(ActionsEnabled=False))
    assert (off.policies, off.unmodelled) == ((), ())
    assert notes == ["api: alarm high of policy out has its actions off, so that it never acts"]
    alone, notes = read(step_policy())
    assert (alone.policies, notes) == ((), ["api: no alarm invokes policy out"])


def test_predictive_scaling_is_named() -> None:
    (found,) = read({"PolicyName": "ahead", "PolicyARN": ARN, "PolicyType": "PredictiveScaling"})[
        0
    ].unmodelled
    assert (found.what, found.why, found.foreign) == ("policy ahead", "is PredictiveScaling", True)


# Target tracking


@pytest.mark.parametrize(
    ("metric", "word", "replayed"),
    [
        ("ECSServiceAverageCPUUtilization", "cpu", Metric.CPU_AVERAGE),
        ("ECSServiceAverageMemoryUtilization", "memory", Metric.MEMORY_AVERAGE),
        ("ALBRequestCountPerTarget", "requests", Metric.REQUESTS),
    ],
)
def test_target_tracking_is_read_and_replayed_with_alarms_as_aws_makes_them(
    metric: str, word: str, replayed: Metric
) -> None:
    scaling, notes = read(tracking_policy(metric, ScaleOutCooldown=0, DisableScaleIn=True))
    assert scaling.tracking == (
        TrackingPolicy(name="track", metric=word, target=60.0, out_cooldown_s=0, scale_in=False),  # type: ignore[arg-type]
    )
    assert notes == []
    policy = policy_of_service(scaling, initial_tasks=4, start=START, minutes=9)
    assert policy.policies == (
        TargetTracking(target=60.0, out_cooldown_s=0, in_cooldown_s=300, scale_in_enabled=False),
    )
    high, low = policy.alarms
    assert (high.metric, high.threshold, high.periods) == (replayed, 60.0, 3)
    assert (low.metric, low.threshold, low.periods) == (replayed, 54.0, 15)


def test_the_alarms_that_aws_made_are_taken_as_they_are() -> None:
    low = alarm(AlarmName="low", ComparisonOperator="LessThanThreshold", Threshold=42.0, EvaluationPeriods=15)
    scaling, _ = read(tracking_policy(), low | {"DatapointsToAlarm": None}, alarm(Threshold=60.0))
    assert scaling.tracking[0].alarms == (
        TrackingAlarm(high=True, threshold=60.0, evaluation_periods=3, datapoints_to_alarm=2),
        TrackingAlarm(high=False, threshold=42.0, evaluation_periods=15, datapoints_to_alarm=15),
    )
    alarms = policy_of_service(scaling, initial_tasks=4, start=START, minutes=9).alarms
    assert [(one.threshold, one.datapoints) for one in alarms] == [(60.0, 2), (42.0, 15)]


def own(**changes: Any) -> dict[str, Any]:
    told = {"Namespace": "AWS/ECS", "MetricName": "CPUUtilization", "Statistic": "Average", "Dimensions": OWN}
    return {"PredefinedMetricSpecification": None, "CustomizedMetricSpecification": told | changes}


def test_a_customized_metric_that_is_the_services_own_cpu_is_replayed() -> None:
    assert read(tracking_policy(**own()))[0].tracking[0].metric == "cpu"


@pytest.mark.parametrize(
    ("policy", "why", "foreign"),
    [
        (tracking_policy(**own(Namespace="Work", MetricName="Backlog")), "tracks Backlog of Work", True),
        (tracking_policy(**own(Dimensions=OTHER)), "tracks CPUUtilization of AWS/ECS", True),
        (tracking_policy(**own(Statistic="Maximum")), "tracks CPUUtilization of AWS/ECS", True),
        (
            tracking_policy(
                PredefinedMetricSpecification=None, CustomizedMetricSpecification={"Metrics": [{"Id": "e"}]}
            ),
            "tracks a formula of its own",
            True,
        ),
        (tracking_policy("ECSServiceAverageCPUUtilizationHighResolution"), "by the minute", False),
    ],
)
def test_tracking_of_anything_else_is_named(policy: dict[str, Any], why: str, foreign: bool) -> None:
    scaling, _ = read(policy)
    (found,) = scaling.unmodelled
    assert (scaling.tracking, found.foreign) == ((), foreign)
    assert why in found.why


# The target


def test_scheduled_actions_and_what_is_suspended_are_read() -> None:
    night = {
        "ScheduledActionName": "night",
        "Schedule": "cron(0 20 * * ? *)",
        "Timezone": "Europe/Berlin",
        "StartTime": START,
        "ScalableTargetAction": {"MaxCapacity": 0},
    }
    suspended = {"DynamicScalingInSuspended": True, "ScheduledScalingSuspended": False}
    scaling, _ = read(target=TARGET | {"SuspendedState": suspended, "MaxCapacity": 0}, scheduled=[night])
    assert scaling.scheduled == (
        ScheduledAction(
            name="night",
            schedule="cron(0 20 * * ? *)",
            timezone="Europe/Berlin",
            max_tasks=0,
            start="2026-11-02T00:00:00+00:00",
        ),
    )
    assert scaling.suspended == ("in",)


@pytest.mark.parametrize(("suspended", "left"), [((), [60.0, 54.0]), (("in",), [60.0]), (("out",), [54.0])])
def test_what_is_suspended_does_not_act_in_replay(suspended: tuple[Any, ...], left: list[float]) -> None:
    scaling = Scaling(
        min_tasks=2,
        max_tasks=9,
        tracking=(TrackingPolicy(name="track", metric="cpu", target=60.0),),
        suspended=suspended,
    )
    alarms = policy_of_service(scaling, initial_tasks=4, start=START, minutes=9).alarms
    assert [one.threshold for one in alarms] == pytest.approx(left)


def test_a_service_without_a_target_stays_at_its_count() -> None:
    scaling, notes = read(target=None)
    assert (scaling, notes) == (Scaling(min_tasks=4, max_tasks=4), [])


# The same from Terraform


def test_a_state_says_the_same_as_the_api() -> None:
    tracked = policy_shape(
        {
            "name": "track",
            "arn": ARN,
            "resource_id": "service/shop/api",
            "policy_type": "TargetTrackingScaling",
            "step_scaling_policy_configuration": [],
            "target_tracking_scaling_policy_configuration": [
                {
                    "target_value": 60,
                    "scale_in_cooldown": 120,
                    "scale_out_cooldown": None,
                    "disable_scale_in": False,
                    "predefined_metric_specification": [
                        {"predefined_metric_type": "ECSServiceAverageCPUUtilization", "resource_label": ""}
                    ],
                    "customized_metric_specification": [],
                }
            ],
        }
    )
    assert read(tracked)[0].tracking == (
        TrackingPolicy(name="track", metric="cpu", target=60.0, in_cooldown_s=120),
    )


def test_a_state_tells_of_schedules_missing_data_and_suspension() -> None:
    action = scheduled_shape(
        {
            "name": "up",
            "resource_id": "service/shop/api",
            "schedule": "cron(0 8 * * ? *)",
            "timezone": "UTC",
            "start_time": "",
            "scalable_target_action": [{"min_capacity": "4", "max_capacity": ""}],
        }
    )
    target = target_shape(
        {
            "resource_id": "service/shop/api",
            "min_capacity": 2,
            "max_capacity": 20,
            "suspended_state": [{"dynamic_scaling_out_suspended": True}],
        }
    )
    scaling, _ = read(target=target, scheduled=[action])
    assert scaling.scheduled == (ScheduledAction(name="up", schedule="cron(0 8 * * ? *)", min_tasks=4),)
    assert scaling.suspended == ("out",)
    shape = alarm_shape(
        {
            "alarm_name": "high",
            "arn": "arn:alarm",
            "comparison_operator": "GreaterThanOrEqualToThreshold",
            "evaluation_periods": 2,
            "namespace": "AWS/ECS",
            "metric_name": "CPUUtilization",
            "dimensions": {"ClusterName": "shop", "ServiceName": "api"},
            "statistic": "Average",
            "period": 60,
            "threshold": 70,
            "treat_missing_data": "notBreaching",
            "actions_enabled": None,
        }
    )
    found = only_step(read(step_policy(), shape)[0])
    assert (found.missing, found.comparison) == ("notBreaching", "greater_or_equal")


@pytest.mark.parametrize(
    ("dimension", "value", "reads"),
    [
        ("ClusterName", "shop", True),
        ("ClusterName", "other", False),
        ("TargetGroup", "targetgroup/api/0f", True),
        ("TargetGroup", "targetgroup/theirs/0f", False),
        ("LoadBalancer", "app/public/0f", False),
    ],
)
def test_alarms_on_the_cluster_and_on_its_services_target_groups_are_read(
    dimension: str, value: str, reads: bool
) -> None:
    group = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/api/0f"
    services = [
        {"loadBalancers": [{"targetGroupArn": group}]},
        {"loadBalancers": [{"loadBalancerName": "old"}]},
        {},
    ]
    plain = {"Dimensions": [{"Name": dimension, "Value": value}]}
    math = {"Metrics": [{"Expression": "a"}, {"MetricStat": {"Metric": plain}}]}
    assert [watches(one, "shop", watched_groups(services)) for one in (plain, math)] == [reads, reads]
