"""What lies around the services: logs, discovery, network, and what nobody seems to use.

A recommendation can do without each of these: where one may not be read, a note says so.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from trimtab.aws.api import pages
from trimtab.fleet.account import Leftover
from trimtab.snapshot.live.network import read_network
from trimtab.snapshot.parse import log_group_of

if TYPE_CHECKING:
    from trimtab.aws.api import Api, Json
    from trimtab.snapshot.answers import Raw

LOG_GROUPS_A_PAGE: Final = 50
DISCOVERY_A_PAGE: Final = 100
STEM_LETTERS: Final = 4
"""Shorter common beginnings of names say nothing about who owns a thing."""


def read_surroundings(api: Api, raw: Raw) -> None:
    """Read everything of this module, each part on its own."""
    raw.optional("Log groups", lambda: _read_log_groups(api, raw))
    raw.optional("Cloud Map", lambda: _read_discovery(api, raw))
    read_network(api, raw)
    raw.optional("Task definition families", lambda: _read_families(api, raw))
    raw.optional("IAM policies", lambda: _read_policies(api, raw))


def stems(raw: Raw) -> tuple[str, ...]:
    """Return what the names of this fleet's things contain.

    The cluster's name, and the beginning that it and all families share, up to a hyphen.
    """
    families = [definition["family"] for definition in raw.definitions.values()]
    shared = _shared([*families, raw.name]) if len(families) > 1 else ""
    stem = shared.rpartition("-")[0]
    return tuple(one for one in (raw.name, stem) if len(one) >= STEM_LETTERS)


def _shared(names: list[str]) -> str:
    """Return the beginning that all names share: that of the first and last in order."""
    first, last = min(names), max(names)
    return next((first[:n] for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), first)


def _read_log_groups(api: Api, raw: Raw) -> None:
    containers = [
        one for definition in raw.definitions.values() for one in definition["containerDefinitions"]
    ]
    used = {name for name in map(log_group_of, containers) if name}
    folders = tuple({f"{name.rpartition('/')[0]}/" for name in used if name.count("/") > 1})
    near = stems(raw)
    log_groups = pages(
        api, "logs", "DescribeLogGroups", "logGroups", cursor="nextToken", limit=LOG_GROUPS_A_PAGE
    )
    for group in log_groups:
        name = group["logGroupName"]
        if name in used or name.startswith(folders) or any(stem in name for stem in near):
            raw.log_groups.append(group)


def _read_discovery(api: Api, raw: Raw) -> None:
    registered = {
        registry["registryArn"]
        for service in raw.services
        for registry in service.get("serviceRegistries") or ()
    }
    for namespace in pages(
        api, "servicediscovery", "ListNamespaces", "Namespaces", MaxResults=DISCOVERY_A_PAGE
    ):
        raw.namespaces.append(namespace)
        zone = namespace.get("Properties", {}).get("DnsProperties", {}).get("HostedZoneId")
        if namespace.get("Type") == "DNS_PRIVATE" and zone:
            raw.optional("Networks of Cloud Map namespaces", partial(_read_zone, api, namespace, zone))
    for service in pages(api, "servicediscovery", "ListServices", "Services", MaxResults=DISCOVERY_A_PAGE):
        space = service.get("NamespaceId") or service.get("DnsConfig", {}).get("NamespaceId")
        if not space and service["Arn"] in registered:
            service = api.call("servicediscovery", "GetService", Id=service["Id"])["Service"]  # noqa: PLW2901 - the same, told in full
            space = service.get("NamespaceId")
        if space:
            service["NamespaceId"] = space
            raw.discovery.append(service)


def _read_zone(api: Api, namespace: Json, zone: str) -> None:
    answer = api.call("route53", "GetHostedZone", Id=zone)
    networks = answer.get("VPCs") or ()
    if networks:
        namespace["VpcId"] = networks[0]["VPCId"]


def _read_families(api: Api, raw: Raw) -> None:
    used = {definition["family"] for definition in raw.definitions.values()}
    for stem in stems(raw)[-1:]:
        for family in pages(
            api,
            "ecs",
            "ListTaskDefinitionFamilies",
            "families",
            cursor="nextToken",
            familyPrefix=stem,
            status="ACTIVE",
        ):
            if str(family) not in used:
                raw.leftovers.append(
                    Leftover(
                        kind="aws_ecs_task_definition",
                        id=str(family),
                        name=str(family),
                        detail=f"no service of {raw.name} runs it",
                    )
                )


def _read_policies(api: Api, raw: Raw) -> None:
    near = stems(raw)
    for policy in pages(
        api, "iam", "ListPolicies", "Policies", cursor="Marker", Scope="Local", OnlyAttached=False
    ):
        if policy.get("AttachmentCount") == 0 and any(stem in policy["PolicyName"] for stem in near):
            raw.leftovers.append(
                Leftover(
                    kind="aws_iam_policy",
                    id=policy["Arn"],
                    name=policy["PolicyName"],
                    detail="attached to nothing",
                )
            )


def read_tags(api: Api, raw: Raw) -> None:
    """Read tags of log groups, discovery, alarms and scaling targets: one paged read for all."""
    wanted = {group["arn"].removesuffix(":*") for group in raw.log_groups if group.get("arn")}
    wanted |= {one["Arn"] for one in (*raw.namespaces, *raw.discovery)}
    wanted |= {alarm["AlarmArn"] for alarm in raw.alarms}
    wanted |= {
        target["ScalableTargetARN"] for target in raw.targets.values() if target.get("ScalableTargetARN")
    }
    types = ["logs", "servicediscovery", "cloudwatch", "application-autoscaling"]
    for tagged in pages(
        api,
        "tag",
        "GetResources",
        "ResourceTagMappingList",
        cursor="PaginationToken",
        ResourceTypeFilters=types,
        ResourcesPerPage=100,
    ):
        arn = tagged["ResourceARN"].removesuffix(":*")
        if arn in wanted:
            raw.tags[arn] = {tag["Key"]: tag["Value"] for tag in tagged.get("Tags", ())}
