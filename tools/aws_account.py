"""What the acceptance asks of an account: whose it is, whether services are well, what is left of a run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from collections.abc import Iterator

# Operation and where its answer lists things: what has the run's name in it is the run's.
LISTS: tuple[tuple[str, str, dict[str, Any], str], ...] = (
    ("ecs", "list_clusters", {}, "clusterArns"),
    ("ecs", "list_task_definitions", {"status": "ACTIVE"}, "taskDefinitionArns"),
    ("elbv2", "describe_load_balancers", {}, "LoadBalancers"),
    ("elbv2", "describe_target_groups", {}, "TargetGroups"),
    ("logs", "describe_log_groups", {}, "logGroups"),
    ("logs", "describe_resource_policies", {}, "resourcePolicies"),
    ("cloudwatch", "describe_alarms", {}, "MetricAlarms"),
    ("events", "list_rules", {}, "Rules"),
    ("application-autoscaling", "describe_scalable_targets", {"ServiceNamespace": "ecs"}, "ScalableTargets"),
    ("servicediscovery", "list_namespaces", {}, "Namespaces"),
    ("iam", "list_roles", {}, "Roles"),
    ("sns", "list_topics", {}, "Topics"),
    ("sqs", "list_queues", {}, "QueueUrls"),
    ("ec2", "describe_vpcs", {}, "Vpcs"),
    ("ec2", "describe_subnets", {}, "Subnets"),
    ("ec2", "describe_security_groups", {}, "SecurityGroups"),
    ("ec2", "describe_internet_gateways", {}, "InternetGateways"),
)


@dataclass(frozen=True)
class Account:
    """An account in one region, by the credentials of the environment."""

    session: boto3.Session

    @classmethod
    def open(cls, region: str) -> Account:
        """Use what the environment says."""
        return cls(boto3.Session(region_name=region))

    def number(self) -> str:
        """Return whose it is."""
        found: str = self.session.client("sts").get_caller_identity()["Account"]
        return found

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 has no types
        """Return a client."""
        return self.session.client(service)

    def service(self, cluster: str, name: str) -> dict[str, Any]:
        """Return a service as ECS describes it."""
        found = self.client("ecs").describe_services(cluster=cluster, services=[name])["services"]
        assert len(found) == 1, f"{name} is not a service of {cluster}"
        return dict(found[0])

    def is_steady(self, cluster: str, name: str) -> bool:
        """Tell whether a service has one deployment, completed, with all of its tasks running."""
        one = self.service(cluster, name)
        states = [deployment.get("rolloutState") for deployment in one["deployments"]]
        return states == ["COMPLETED"] and one["runningCount"] == one["desiredCount"] > 0

    def healthy_targets(self, group: str) -> int:
        """Return how many targets of a group pass their check."""
        found = self.client("elbv2").describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        return sum(one["TargetHealth"]["State"] == "healthy" for one in found)

    def running(self, cluster: str, name: str) -> dict[str, Any]:
        """Return the task definition that a service is at."""
        arn = self.service(cluster, name)["taskDefinition"]
        return dict(self.client("ecs").describe_task_definition(taskDefinition=arn)["taskDefinition"])

    def all_of(self, service: str, operation: str, arguments: dict[str, Any], key: str) -> list[Any]:
        """Return everything that an operation lists."""
        client = self.client(service)
        if not client.can_paginate(operation):
            return list(getattr(client, operation)(**arguments).get(key, []))
        pages = client.get_paginator(operation).paginate(**arguments)
        return [one for page in pages for one in page.get(key, [])]

    def left_of(self, name: str) -> Iterator[str]:
        """Yield what in the account has a run's name in it."""
        for service, operation, arguments, key in LISTS:
            for one in self.all_of(service, operation, arguments, key):
                text = json.dumps(one, default=str)
                if name in text:
                    yield f"{service} {key}: {text[:200]}"

    def forget_revisions(self, name: str) -> int:
        """Deregister and delete the revisions of a run's families, which a destroy leaves on purpose."""
        ecs = self.client("ecs")
        families = self.all_of(
            "ecs", "list_task_definition_families", {"familyPrefix": name, "status": "ALL"}, "families"
        )
        count = 0
        for family in families:
            listed = {"familyPrefix": family, "status": "ACTIVE"}
            for arn in self.all_of("ecs", "list_task_definitions", listed, "taskDefinitionArns"):
                ecs.deregister_task_definition(taskDefinition=arn)
                ecs.delete_task_definitions(taskDefinitions=[arn])
                count += 1
        return count
