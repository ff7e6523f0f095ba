"""A fleet read from ``terraform show -json``: all that Terraform knows; what it does not is named.

Terraform's attributes are put back into the shapes of the AWS API, so that
``trimtab.snapshot.understand.fleet`` understands both alike. Of a plan the state before it is taken:
what it would make has no ids yet.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from trimtab.errors import SnapshotError
from trimtab.snapshot.answers import DEFAULT_TAGS, Raw, TagNames
from trimtab.snapshot.parse import actions_of, name_of, watched_groups, watches, without_values
from trimtab.snapshot.state import scaling, traffic
from trimtab.snapshot.state import services as shapes
from trimtab.snapshot.state.checked import read_resources
from trimtab.snapshot.state.definitions import resolve
from trimtab.snapshot.state.network import add_network
from trimtab.snapshot.understand.fleet import fleet_of
from trimtab.snapshot.understand.traffic import forwards_to
from trimtab.snapshot.unfinished import stamp_of, write_without_metrics

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from trimtab.aws.api import Json
    from trimtab.fleet.model import Fleet
    from trimtab.snapshot.state.checked import Resources

MISSING: Final = (
    "read from Terraform: metrics, starts, failures and scaling activities are not in it; --cluster has them",
    "read from Terraform: what it does not manage is not seen, and may use what nothing here does",
)
_CLUSTER: Final = re.compile(r"arn:[^:]+:ecs:[^:]+:[0-9]{12}:cluster/.")
NAMESPACES: Final = {
    "aws_service_discovery_private_dns_namespace": "DNS_PRIVATE",
    "aws_service_discovery_public_dns_namespace": "DNS_PUBLIC",
    "aws_service_discovery_http_namespace": "HTTP",
}


def read_state(  # noqa: PLR0913  # one a flag
    path: Path,
    output: Path,
    now: datetime,
    *,
    cluster: str | None = None,
    with_environment: bool = False,
    tag_names: TagNames = DEFAULT_TAGS,
) -> Fleet:
    """Read a state or plan and write its snapshot, which has no metrics, to the folder ``output``.

    Raises:
        SnapshotError: this is no state or plan, no ECS service is in it, or the output cannot be written.

    """
    raw = raw_of(read_resources(path), str(path), cluster, with_environment=with_environment)
    raw.notes += MISSING
    raw.tag_names = tag_names
    start = stamp_of(now - timedelta(days=1))
    fleet, skipped = fleet_of(
        raw, start=start, days=1.0, provenance="read by trimtab snapshot from Terraform"
    )
    if fleet is None:
        first = skipped[0]
        raise SnapshotError(
            f"none of its {len(skipped)} services can be understood",
            where=str(path),
            advice=f"{first.service}, for one: {first.detail}",
        )
    write_without_metrics(fleet, output)
    return fleet


def raw_of(resources: Resources, where: str, cluster: str | None, *, with_environment: bool) -> Raw:
    """Put the resources of one cluster into the shapes of the AWS API.

    Raises:
        SnapshotError: there is no service, or several clusters have some.

    """
    services = resources.get("aws_ecs_service", [])
    arns = sorted({shapes.cluster_arn(one) for one in services if one.get("id")})
    chosen = [arn for arn in arns if cluster is None or name_of(arn) == cluster]
    if len(chosen) != 1:
        known = ", ".join(name_of(arn) for arn in arns)
        raise SnapshotError(
            f"services of {len(chosen)} clusters are in it"
            if chosen
            else "no service of such a cluster is in it",
            where=where,
            advice=f"name one with --cluster: {known}"
            if known
            else "give a state, or a plan of what is deployed",
        )
    raw = _cluster(resources, chosen[0], where)
    raw.services = [
        shapes.service_shape(one)
        for one in services
        if one.get("id") and shapes.cluster_arn(one) == chosen[0]
    ]
    for one in resources.get("aws_ecs_task_definition", ()):
        made = shapes.definition_shape(one)
        raw.definitions[one["arn"]] = made if with_environment else without_values(made)
    raw.notes += resolve(raw.services, raw.definitions)
    _add_scaling(raw, resources)
    _add_traffic(raw, resources)
    _add_surroundings(raw, resources)
    return raw


def _cluster(resources: Resources, arn: str, where: str) -> Raw:
    if not _CLUSTER.match(arn):
        raise SnapshotError(
            f"the services' cluster is {arn!r}, which is no ARN",
            where=where,
            advice="apply it once, then show it",
        )
    clusters = [values for values in resources.get("aws_ecs_cluster", ()) if values.get("arn") == arn]
    cluster = shapes.cluster_shape(clusters[0] if clusters else {"name": name_of(arn), "arn": arn})
    for providers in resources.get("aws_ecs_cluster_capacity_providers", ()):
        if providers.get("cluster_name") == cluster["clusterName"]:
            cluster["capacityProviders"] = providers.get("capacity_providers")
            default = providers.get("default_capacity_provider_strategy")
            cluster["defaultCapacityProviderStrategy"] = shapes.strategy(default)
    return Raw(region=arn.split(":")[3], cluster=cluster)


def _add_scaling(raw: Raw, resources: Resources) -> None:
    mine = raw.resource_id("")
    policies: defaultdict[str, list[Json]] = defaultdict(list)
    for one in resources.get("aws_appautoscaling_target", ()):
        if one["resource_id"].startswith(mine):
            raw.targets[one["resource_id"]] = scaling.target_shape(one)
    for one in resources.get("aws_appautoscaling_policy", ()):
        if one["resource_id"].startswith(mine):
            policies[one["resource_id"]].append(scaling.policy_shape(one))
    for one in resources.get("aws_appautoscaling_scheduled_action", ()):
        raw.scheduled.setdefault(one["resource_id"], []).append(scaling.scheduled_shape(one))
    raw.policies = dict(policies)
    ours = {policy["PolicyARN"] for found in policies.values() for policy in found}
    alarms = map(scaling.alarm_shape, resources.get("aws_cloudwatch_metric_alarm", ()))
    groups = watched_groups(raw.services)
    raw.alarms = [
        one for one in alarms if ours.intersection(actions_of(one)) or watches(one, raw.name, groups)
    ]


def _add_traffic(raw: Raw, resources: Resources) -> None:
    balancers = {one["arn"]: traffic.balancer_shape(one) for one in _either(resources, "aws_lb", "aws_alb")}
    listeners: dict[str, Json] = {}
    for one in _either(resources, "aws_lb_listener", "aws_alb_listener"):
        listeners[one["arn"]] = traffic.listener_shape(one)
        if one.get("load_balancer_arn") in balancers:
            balancers[one["load_balancer_arn"]]["Listeners"].append(listeners[one["arn"]])
    for one in _either(resources, "aws_lb_listener_rule", "aws_alb_listener_rule"):
        if one.get("listener_arn") in listeners:
            listeners[one["listener_arn"]]["Rules"].append(traffic.rule_shape(one))
    raw.balancers = [one for one in balancers.values() if one["Type"] == "application"]
    groups = _either(resources, "aws_lb_target_group", "aws_alb_target_group")
    raw.target_groups = {one["arn"]: traffic.group_shape(one) for one in groups}
    for balancer in raw.balancers:
        for listener in balancer["Listeners"]:
            for arn in {arn for rule in listener["Rules"] for arn in forwards_to(rule["Actions"])}:
                # Older providers do not tell, and AWS allows a target group one load balancer only.
                if arn in raw.target_groups:
                    raw.target_groups[arn]["LoadBalancerArns"] = [balancer["LoadBalancerArn"]]


def _add_surroundings(raw: Raw, resources: Resources) -> None:
    raw.log_groups = [shapes.log_shape(one) for one in resources.get("aws_cloudwatch_log_group", ())]
    for kind, said in NAMESPACES.items():
        raw.namespaces += [shapes.namespace_shape(said, one) for one in resources.get(kind, ())]
    raw.discovery = [
        shapes.discovery_shape(one) for one in resources.get("aws_service_discovery_service", ())
    ]
    raw.security_groups = [traffic.security_shape(one) for one in resources.get("aws_security_group", ())]
    traffic.add_rules(raw.security_groups, resources)
    networks = {group["VpcId"] for group in raw.target_groups.values() if group.get("VpcId")}
    raw.vpc_id = networks.pop() if len(networks) == 1 else None
    add_network(raw, resources)
    for kind in (
        "aws_lb",
        "aws_lb_listener",
        "aws_lb_listener_rule",
        "aws_lb_target_group",
        "aws_cloudwatch_log_group",
    ):
        raw.tags |= {one["arn"]: shapes.tags_of(one) for one in resources.get(kind, ())}
    for kind in (
        *NAMESPACES,
        "aws_service_discovery_service",
        "aws_cloudwatch_metric_alarm",
        "aws_appautoscaling_target",
    ):
        raw.tags |= {one["arn"]: shapes.tags_of(one) for one in resources.get(kind, ()) if one.get("arn")}


def _either(resources: Resources, *kinds: str) -> list[Json]:
    """Return resources of a type that has two names."""
    return [one for kind in kinds for one in resources.get(kind, ())]
