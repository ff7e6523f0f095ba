"""What is in an account, by kind: to see that a destroy leaves what was there before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# Operation and where its answer lists things: (client, operation, arguments, key, name of a thing).
LISTS: tuple[tuple[str, str, dict[str, Any], str, str | None], ...] = (
    ("ecs", "list_clusters", {}, "clusterArns", None),
    ("elbv2", "describe_load_balancers", {}, "LoadBalancers", "LoadBalancerArn"),
    ("elbv2", "describe_target_groups", {}, "TargetGroups", "TargetGroupArn"),
    ("logs", "describe_log_groups", {}, "logGroups", "logGroupName"),
    ("logs", "describe_resource_policies", {}, "resourcePolicies", "policyName"),
    ("cloudwatch", "describe_alarms", {}, "MetricAlarms", "AlarmName"),
    ("events", "list_rules", {}, "Rules", "Name"),
    (
        "application-autoscaling",
        "describe_scalable_targets",
        {"ServiceNamespace": "ecs"},
        "ScalableTargets",
        "ResourceId",
    ),
    (
        "application-autoscaling",
        "describe_scaling_policies",
        {"ServiceNamespace": "ecs"},
        "ScalingPolicies",
        "PolicyARN",
    ),
    ("servicediscovery", "list_namespaces", {}, "Namespaces", "Name"),
    ("servicediscovery", "list_services", {}, "Services", "Name"),
    ("iam", "list_roles", {}, "Roles", "RoleName"),
    ("iam", "list_policies", {"Scope": "Local"}, "Policies", "PolicyName"),
    ("sns", "list_topics", {}, "Topics", "TopicArn"),
    ("sqs", "list_queues", {}, "QueueUrls", None),
    ("xray", "get_sampling_rules", {}, "SamplingRuleRecords", "SamplingRule"),
    ("route53", "list_hosted_zones", {}, "HostedZones", "Name"),
    ("ec2", "describe_security_groups", {}, "SecurityGroups", "GroupId"),
    ("ec2", "describe_vpcs", {}, "Vpcs", "VpcId"),
    ("ec2", "describe_subnets", {}, "Subnets", "SubnetId"),
    ("ec2", "describe_nat_gateways", {}, "NatGateways", "NatGatewayId"),
    ("ec2", "describe_internet_gateways", {}, "InternetGateways", "InternetGatewayId"),
    ("ec2", "describe_addresses", {}, "Addresses", "AllocationId"),
)


def inventory(client: Callable[[str], Any]) -> dict[str, set[str]]:
    """Return the names of all things in the account by kind of thing."""
    found: dict[str, set[str]] = {}
    for service, operation, arguments, key, name in LISTS:
        answer = getattr(client(service), operation)(**arguments).get(key, [])
        # A deleted NAT gateway is shown for an hour.
        present = [one for one in answer if not (isinstance(one, dict) and one.get("State") == "deleted")]
        found[f"{service} {key}"] = {str(one[name]) if name else str(one) for one in present}
    return found
