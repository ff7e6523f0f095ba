"""Terraform's attributes put back into the shapes of the AWS API, one function a resource type.

Attribute names are those of the AWS provider 5.x (its schema); a block that may occur once is a
list of one, and what is unset is null, an empty list or an empty string.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trimtab.aws.api import Json


def cluster_shape(values: Json) -> Json:
    """Return a cluster as DescribeClusters words it."""
    command = block(block(values, "configuration"), "execute_command_configuration")
    group = block(command, "log_configuration").get("cloud_watch_log_group_name")
    return {
        "clusterName": values["name"],
        "clusterArn": values["arn"],
        "settings": values.get("setting") or [],
        "configuration": {
            "executeCommandConfiguration": {
                "kmsKeyId": command.get("kms_key_id"),
                "logConfiguration": {"cloudWatchLogGroupName": group},
            }
        },
        "serviceConnectDefaults": block(values, "service_connect_defaults"),
        "tags": ecs_tags(values),
    }


def cluster_arn(values: Json) -> str:
    """Return the ARN of a service's cluster.

    The provider keeps ``cluster`` as the configuration writes it, a name or an ARN, and leaves it out
    for the cluster ``default``. The service's own ARN has account, region and mostly the cluster's name.
    """
    said = str(values.get("cluster") or "default")
    own = str(values["id"])
    if said.startswith("arn:") or not own.startswith("arn:"):
        return said
    within = own.split(":service/")
    names = within[-1].split("/")
    return f"{within[0]}:cluster/{names[0] if len(names) > 1 else said}"


def service_shape(values: Json) -> Json:
    """Return a service as DescribeServices words it."""
    network, alarms = block(values, "network_configuration"), block(values, "alarms")
    return {
        "serviceName": values["name"],
        "serviceArn": values["id"],
        "taskDefinition": values.get("task_definition"),
        "desiredCount": values.get("desired_count") or 0,
        "launchType": values.get("launch_type") or None,
        "capacityProviderStrategy": strategy(values.get("capacity_provider_strategy")),
        "platformVersion": values.get("platform_version") or None,
        "schedulingStrategy": values.get("scheduling_strategy") or "REPLICA",
        "deploymentController": {"type": block(values, "deployment_controller").get("type") or "ECS"},
        "deploymentConfiguration": {
            "strategy": block(values, "deployment_configuration").get("strategy") or None,
            "minimumHealthyPercent": values.get("deployment_minimum_healthy_percent"),
            "maximumPercent": values.get("deployment_maximum_percent"),
            "alarms": {
                "alarmNames": alarms.get("alarm_names") or [],
                "enable": alarms.get("enable"),
                "rollback": alarms.get("rollback"),
            },
        },
        # Where the API shows what only a deployment has.
        "deployments": [
            {
                "status": "PRIMARY",
                "serviceConnectConfiguration": block(values, "service_connect_configuration"),
                "volumeConfigurations": values.get("volume_configuration") or [],
                "vpcLatticeConfigurations": values.get("vpc_lattice_configurations") or [],
            }
        ],
        "healthCheckGracePeriodSeconds": values.get("health_check_grace_period_seconds") or 0,
        "enableExecuteCommand": values.get("enable_execute_command"),
        "networkConfiguration": {
            "awsvpcConfiguration": {
                "subnets": network.get("subnets") or [],
                "securityGroups": network.get("security_groups") or [],
                "assignPublicIp": "ENABLED" if network.get("assign_public_ip") else "DISABLED",
            }
        },
        "loadBalancers": [
            {
                "targetGroupArn": one.get("target_group_arn"),
                "containerName": one["container_name"],
                "containerPort": one["container_port"],
                "advancedConfiguration": block(one, "advanced_configuration"),
            }
            for one in values.get("load_balancer") or ()
        ],
        "serviceRegistries": [
            {
                "registryArn": one["registry_arn"],
                "port": one.get("port"),
                "containerName": one.get("container_name"),
                "containerPort": one.get("container_port"),
            }
            for one in values.get("service_registries") or ()
        ],
        "tags": ecs_tags(values),
    }


def definition_shape(values: Json) -> Json:
    """Return a revision as DescribeTaskDefinition words it."""
    platform = block(values, "runtime_platform")
    return {
        "taskDefinitionArn": values["arn"],
        "family": values["family"],
        "cpu": values.get("cpu"),
        "memory": values.get("memory"),
        "executionRoleArn": values.get("execution_role_arn") or None,
        "taskRoleArn": values.get("task_role_arn") or None,
        "runtimePlatform": {
            "cpuArchitecture": platform.get("cpu_architecture") or "X86_64",
            "operatingSystemFamily": platform.get("operating_system_family") or "LINUX",
        },
        "volumes": values.get("volume") or [],
        "containerDefinitions": json.loads(values["container_definitions"]),
        "tags": ecs_tags(values),
    }


def log_shape(values: Json) -> Json:
    """Return a log group as DescribeLogGroups words it."""
    return {
        "logGroupName": values["name"],
        # Providers before 3.0 keep the ARN of its streams.
        "arn": values["arn"].removesuffix(":*"),
        "retentionInDays": values.get("retention_in_days") or None,
        "kmsKeyId": values.get("kms_key_id") or None,
        "logGroupClass": values.get("log_group_class") or "STANDARD",
    }


def namespace_shape(kind: str, values: Json) -> Json:
    """Return a Cloud Map namespace as ListNamespaces words it."""
    return {
        "Id": values["id"],
        "Arn": values["arn"],
        "Name": values["name"],
        "Type": kind,
        "VpcId": values.get("vpc") or None,
    }


def discovery_shape(values: Json) -> Json:
    """Return a Cloud Map service as GetService words it."""
    dns = block(values, "dns_config")
    records = [{"Type": one["type"], "TTL": one["ttl"]} for one in dns.get("dns_records") or ()]
    return {
        "Id": values["id"],
        "Arn": values["arn"],
        "Name": values["name"],
        "NamespaceId": values.get("namespace_id") or dns.get("namespace_id") or "",
        "DnsConfig": {"RoutingPolicy": dns.get("routing_policy"), "DnsRecords": records},
        "HealthCheckCustomConfig": block(values, "health_check_custom_config"),
    }


def block(values: Json, name: str) -> Json:
    """Return a block that may occur once; empty if it does not."""
    blocks = values.get(name) or []
    only: Json = (blocks[0] or {}) if blocks else {}
    return only


def strategy(items: list[Json] | None) -> list[Json]:
    """Return a capacity provider strategy as the API words it."""
    return [
        {"capacityProvider": one["capacity_provider"], "base": one.get("base"), "weight": one.get("weight")}
        for one in items or ()
    ]


def ecs_tags(values: Json) -> list[Json]:
    """Return tags as ECS words them, those of ``default_tags`` included."""
    tags = tags_of(values) or {key: value or "" for key, value in (values.get("tags") or {}).items()}
    return [{"key": key, "value": value} for key, value in tags.items()]


def tags_of(values: Json) -> dict[str, str]:
    """Return tags, those of ``default_tags`` included."""
    return {key: value or "" for key, value in (values.get("tags_all") or {}).items()}
