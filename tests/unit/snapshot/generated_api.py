"""An account of any size, its answers made up page by page as AWS would page them, and counted."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore import xform_name

if TYPE_CHECKING:
    from collections.abc import Sequence

REGION, ACCOUNT, CLUSTER = "us-east-1", "111122223333", "huge"
NOW = datetime(2026, 11, 23, 12, 5, tzinfo=UTC)
NETWORK = {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]}


def arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}"


class Generated:
    """``services`` services, each behind a target group of its own, with two policies and alarms."""

    region = REGION

    def __init__(self, services: int, points: int = 10) -> None:
        self.names = [f"service-{number:04}" for number in range(services)]
        self.points = points
        """Points of a series; the others were not reported."""
        self.calls: Counter[str] = Counter()
        self.largest: Counter[str] = Counter()
        """Most of what was asked for in one call."""

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        self.calls[f"{service}:{operation}"] += 1
        answer: dict[str, Any] = getattr(self, f"_{xform_name(operation)}", lambda **_: {})(**parameters)
        return answer

    def _page(
        self, member: str, items: Sequence[Any], size: int, at: str, given: dict[str, Any]
    ) -> dict[str, Any]:
        first = int(given.get(at) or 0)
        answer: dict[str, Any] = {member: list(items[first : first + size])}
        if first + size < len(items):
            answer["NextMarker" if at == "Marker" else at] = str(first + size)
        return answer

    def _describe_clusters(self, **_: Any) -> dict[str, Any]:
        return {
            "clusters": [
                {"clusterName": CLUSTER, "clusterArn": arn("ecs", f"cluster/{CLUSTER}"), "status": "ACTIVE"}
            ]
        }

    def _list_services(self, **given: Any) -> dict[str, Any]:
        if "cluster" not in given:
            return {}
        arns = [arn("ecs", f"service/{CLUSTER}/{name}") for name in self.names]
        return self._page("serviceArns", arns, given["maxResults"], "nextToken", given)

    def _describe_services(self, *, services: list[str], **_: Any) -> dict[str, Any]:
        self._most("services", len(services))
        return {"services": [self._service(one.rsplit("/", 1)[1]) for one in services], "failures": []}

    def _service(self, name: str) -> dict[str, Any]:
        return {
            "serviceName": name,
            "serviceArn": arn("ecs", f"service/{CLUSTER}/{name}"),
            "taskDefinition": arn("ecs", f"task-definition/{name}:1"),
            "desiredCount": 2,
            "runningCount": 2,
            "launchType": "FARGATE",
            "networkConfiguration": {"awsvpcConfiguration": NETWORK},
            "loadBalancers": [
                {"targetGroupArn": self._group(name), "containerName": "app", "containerPort": 80}
            ],
            "events": [{"id": "1", "createdAt": NOW, "message": f"(service {name}) registered 1 targets"}]
            * 100,
        }

    def _group(self, name: str) -> str:
        return arn("elasticloadbalancing", f"targetgroup/{name}/1")

    def _describe_task_definition(self, **given: Any) -> dict[str, Any]:
        name = given["taskDefinition"]
        family = name.rpartition("/")[2].partition(":")[0]
        container = {
            "name": "app",
            "image": f"{family}:1",
            "environment": [{"name": "A", "value": "b" * 2000}],
        }
        made = {"taskDefinitionArn": name, "family": family, "cpu": "256", "memory": "512"}
        return {"taskDefinition": {**made, "containerDefinitions": [container]}}

    def _describe_scalable_targets(self, **given: Any) -> dict[str, Any]:
        made = [
            {
                "ResourceId": f"service/{CLUSTER}/{name}",
                "ScalableDimension": "ecs:service:DesiredCount",
                "MinCapacity": 2,
                "MaxCapacity": 9,
            }
            for name in self.names
        ]
        return self._page("ScalableTargets", made, given["MaxResults"], "NextToken", given)

    def _policy(self, name: str, kind: str) -> dict[str, Any]:
        step = {"MetricIntervalLowerBound": 0.0} if kind == "out" else {"MetricIntervalUpperBound": 0.0}
        return {
            "PolicyName": f"{name}-{kind}",
            "PolicyARN": arn("autoscaling", f"scalingPolicy:{name}-{kind}"),
            "PolicyType": "StepScaling",
            "ResourceId": f"service/{CLUSTER}/{name}",
            "StepScalingPolicyConfiguration": {
                "AdjustmentType": "ChangeInCapacity",
                "StepAdjustments": [{**step, "ScalingAdjustment": 1 if kind == "out" else -1}],
            },
        }

    def _describe_scaling_policies(self, **given: Any) -> dict[str, Any]:
        made = [self._policy(name, kind) for name in self.names for kind in ("in", "out")]
        return self._page("ScalingPolicies", made, given["MaxResults"], "NextToken", given)

    def _describe_alarms(self, **given: Any) -> dict[str, Any]:
        made = [
            {
                "AlarmName": f"{name}-{kind}",
                "AlarmArn": arn("cloudwatch", f"alarm:{name}-{kind}"),
                "AlarmActions": [self._policy(name, kind)["PolicyARN"]],
                "Namespace": "AWS/ECS",
                "MetricName": "CPUUtilization",
                "Dimensions": [
                    {"Name": "ClusterName", "Value": CLUSTER},
                    {"Name": "ServiceName", "Value": name},
                ],
                "Statistic": "Average",
                "Period": 60,
                "EvaluationPeriods": 1,
                "Threshold": 50.0,
                "ComparisonOperator": "GreaterThanThreshold" if kind == "out" else "LessThanThreshold",
            }
            for name in self.names
            for kind in ("in", "out")
        ]
        return self._page("MetricAlarms", made, given["MaxRecords"], "NextToken", given)

    def _describe_target_groups(self, **given: Any) -> dict[str, Any]:
        made = [
            {
                "TargetGroupArn": self._group(name),
                "TargetGroupName": name,
                "Protocol": "HTTP",
                "VpcId": "vpc-1",
                "LoadBalancerArns": [arn("elasticloadbalancing", "loadbalancer/app/main/1")],
                "HealthCheckPath": "/",
            }
            for name in self.names
        ]
        return self._page("TargetGroups", made, given["PageSize"], "Marker", given)

    def _describe_load_balancers(self, **_: Any) -> dict[str, Any]:
        main = {
            "LoadBalancerArn": arn("elasticloadbalancing", "loadbalancer/app/main/1"),
            "LoadBalancerName": "main",
            "Type": "application",
            "Scheme": "internal",
            "VpcId": "vpc-1",
        }
        return {"LoadBalancers": [main]}

    def _describe_listeners(self, **_: Any) -> dict[str, Any]:
        made = {
            "ListenerArn": arn("elasticloadbalancing", "listener/app/main/1/1"),
            "Port": 80,
            "Protocol": "HTTP",
        }
        return {"Listeners": [made]}

    def _describe_rules(self, **given: Any) -> dict[str, Any]:
        made = [
            {
                "RuleArn": arn("elasticloadbalancing", f"listener-rule/{name}"),
                "Priority": str(number),
                "Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"Values": [f"/{name}/*"]}}],
                "Actions": [{"Type": "forward", "TargetGroupArn": self._group(name)}],
            }
            for number, name in enumerate(self.names, start=1)
        ]
        return self._page("Rules", made, given["PageSize"], "Marker", given)

    def _list_tasks(self, **given: Any) -> dict[str, Any]:
        if given["desiredStatus"] == "STOPPED":
            return {"taskArns": []}
        arns = [arn("ecs", f"task/{CLUSTER}/{name}-{number}") for name in self.names for number in (1, 2)]
        return self._page("taskArns", arns, given["maxResults"], "nextToken", given)

    def _describe_tasks(self, *, tasks: list[str], **_: Any) -> dict[str, Any]:
        self._most("tasks", len(tasks))
        began = NOW - timedelta(days=1)
        return {
            "tasks": [
                {
                    "taskArn": one,
                    "group": f"service:{one.rsplit('/', 1)[1][:-2]}",
                    "startedAt": began,
                    "lastStatus": "RUNNING",
                }
                for one in tasks
            ]
        }

    def _describe_tags(self, **given: Any) -> dict[str, Any]:
        self._most("tags", len(given["ResourceArns"]))
        return {}

    def _get_metric_data(self, **given: Any) -> dict[str, Any]:
        queries = given["MetricDataQueries"]
        self._most("queries", len(queries))
        stamps = [given["StartTime"] + timedelta(minutes=number) for number in range(self.points)]
        values = [20.0] * self.points
        return {
            "MetricDataResults": [
                {"Id": one["Id"], "StatusCode": "Complete", "Timestamps": stamps, "Values": values}
                for one in queries
            ]
        }

    def _most(self, what: str, number: int) -> None:
        self.largest[what] = max(self.largest[what], number)
