"""What is near the fleet and not owned by the configuration, and what to do about each.

Nothing in here is removed by Trimtab: ``not-owned.md`` names the command and the reason.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trimtab.takeover.imports import imports_of
from trimtab.takeover.item import HEADINGS, Item, aws
from trimtab.takeover.names import is_our_group
from trimtab.takeover.not_owned_scaling import scaling_items
from trimtab.takeover.not_owned_traffic import traffic_items
from trimtab.values.hcl import template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.fleet.identity import ServiceIdentity
    from trimtab.takeover.takeover import Takeover

TEMPLATE = "not-owned.md.j2"
NAMESPACES = {
    "HTTP": "aws_service_discovery_http_namespace",
    "DNS_PRIVATE": "aws_service_discovery_private_dns_namespace",
    "DNS_PUBLIC": "aws_service_discovery_public_dns_namespace",
}
GONE = "Delete it when nobody needs its lines"
MOST_NAMED = 3
"""Services named one by one before they are only counted."""


def not_owned(takeover: Takeover) -> tuple[Item, ...]:
    """Return everything of the fleet's account that was read and is not imported."""
    return (
        *_services(takeover),
        *scaling_items(takeover),
        *traffic_items(takeover),
        *_log_groups(takeover),
        *_discovery(takeover),
        *_security_groups(takeover),
        *_roles(takeover),
        *_definitions(takeover),
        *_leftovers(takeover),
    )


def render(takeover: Takeover) -> str:
    """Return the text of ``not-owned.md``."""
    items = not_owned(takeover)
    sections = (
        (heading, [one for one in items if one.advice == advice]) for advice, heading in HEADINGS.items()
    )
    return template(TEMPLATE).render(
        cluster=code(takeover.identity.cluster.name),
        region=code(f"export AWS_REGION={takeover.fleet.region}"),
        sections=[(heading, found) for heading, found in sections if found],
        cell=cell,
        code=code,
    )


def cell(text: str) -> str:
    """Return ``text`` for a cell of a Markdown table: nothing in it is markup or HTML, or calls somebody."""
    escaped = _one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*|\[\]])", r"\\\1", escaped).replace("@", "@\u200b")


def code(text: str) -> str:
    """Return ``text`` as code in a cell."""
    return f"`{_one_line(text).replace('|', chr(92) + '|').replace('`', chr(39))}`" if text else ""


def _one_line(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)


def _services(takeover: Takeover) -> Iterator[Item]:
    reasons = {left.service: f"it is not taken over, {left.detail}" for left in takeover.left}
    taken = {adopted.service.name for adopted in takeover.services}
    for service in takeover.fleet.services:
        if service.name not in taken:
            why = reasons.get(service.name, "the values have no entry for it")
            yield Item(
                advice="look", kind="aws_ecs_service", name=service.name, why=f"runs on as it is: {why}"
            )
    for skipped in takeover.fleet.skipped:
        why = f"runs on as it is: {skipped.reason.value}, {skipped.detail}"
        yield Item(advice="look", kind="aws_ecs_service", name=skipped.service, why=why)


def _log_groups(takeover: Takeover) -> Iterator[Item]:
    imported = {one.id for one in imports_of(takeover)}
    known = [service.identity for service in takeover.fleet.services if service.identity is not None]
    written = {name for identity in known for name in _written(identity)}
    for group in takeover.identity.log_groups:
        if group.name in imported:
            continue
        kept = "for ever" if group.retention_days is None else f"{group.retention_days} days"
        size = f"{group.stored_bytes / 1e9:.1f} GB, kept {kept}"
        used = group.name in written
        others = _others(takeover, group.name)
        yield Item(
            advice="keep" if used else "look",
            kind="aws_cloudwatch_log_group",
            name=group.name,
            why=f"several services write into it, or one that is not taken over; {size}"
            if used
            else f"no service of the cluster writes into it; {size}. {others or GONE}",
            command="" if used or others else aws("logs", "delete-log-group", "--log-group-name", group.name),
        )


def _written(identity: ServiceIdentity) -> tuple[str | None, ...]:
    return identity.task_definition.log_group, *identity.task_definition.other_log_groups


def _others(takeover: Takeover, name: str) -> str:
    """Return who else may write into a log group; empty where it is the cluster's and nobody is left.

    Without its group a container with ``awslogs`` does not start, so only a group that carries the
    cluster's own name is ever said to be nobody's.
    """
    cluster = takeover.identity.cluster
    if name == cluster.exec_log_group:
        return "ECS Exec of the cluster does"
    if cluster.name not in re.split(r"[/_.]", name):
        return "Services of other clusters may: its name does not say whose it is"
    unread = [skip.service for skip in takeover.fleet.skipped]
    unread += [one.name for one in takeover.fleet.services if one.identity is None]
    if unread:
        return f"{_several(unread)} may: what they write into was not read"
    return ""


def _discovery(takeover: Takeover) -> Iterator[Item]:
    identity = takeover.identity
    owned = {one.discovery.id for one in takeover.services if one.discovery is not None}
    known = [service.identity for service in takeover.fleet.services if service.identity is not None]
    registered = {one.registry_arn for mine in known for one in mine.registrations}
    for registry in identity.discovery_services:
        if registry.id not in owned:
            used = registry.arn in registered
            yield Item(
                advice="keep" if used else "look",
                kind="aws_service_discovery_service",
                name=registry.name,
                why="a service stays registered in it"
                if used
                else "no service of the cluster registers in it",
                command="" if used else aws("servicediscovery", "delete-service", "--id", registry.id),
            )
    for namespace in identity.namespaces:
        if namespace != takeover.namespace:
            inside = any(one.namespace_id == namespace.id for one in identity.discovery_services)
            default = namespace.arn == identity.cluster.connect_namespace
            why = "there are Cloud Map services in it" if inside else "it is empty"
            yield Item(
                advice="look",
                kind=NAMESPACES[namespace.type],
                name=namespace.name,
                why="the cluster's default of Service Connect" if default else why,
                command=""
                if inside or default
                else aws("servicediscovery", "delete-namespace", "--id", namespace.id),
            )


def _security_groups(takeover: Takeover) -> Iterator[Item]:
    identity = takeover.identity
    users: dict[str, list[str]] = {}
    for service in takeover.fleet.services:
        for group in service.identity.security_group_ids if service.identity else ():
            users.setdefault(group, []).append(service.name)
    for balancer in identity.load_balancers:
        for group in balancer.security_group_ids:
            users.setdefault(group, []).append(balancer.name)
    stems = [one.stem for one in takeover.services]
    for security_group in identity.security_groups:
        if is_our_group(security_group, takeover.stem, stems, identity):
            continue
        opened = " and lets the world in" if security_group.world_open else ""
        unused = security_group.id not in users and security_group.interfaces == 0
        if security_group.id in users or unused:
            yield Item(
                advice="look" if unused else "keep",
                kind="aws_security_group",
                name=f"{security_group.name} ({security_group.id})",
                why=f"no network interface has it{',' if opened else ''}{opened}"
                if unused
                else f"is on {_several(users[security_group.id])}{opened}; "
                "goes when each has its own (docs/adopt.md)",
                command=aws("ec2", "delete-security-group", "--group-id", security_group.id)
                if unused
                else "",
            )


def _several(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= MOST_NAMED else f"{len(names)} of them"


def _roles(takeover: Takeover) -> Iterator[Item]:
    users: dict[str, list[str]] = {}
    for adopted in takeover.services:
        definition = adopted.identity.task_definition
        for arn in {definition.execution_role_arn, definition.task_role_arn} - {None}:
            users.setdefault(str(arn), []).append(adopted.service.name)
    for arn, names in sorted(users.items()):
        yield Item(
            advice="keep",
            kind="aws_iam_role",
            name=arn,
            why=f"is the role of {_several(names)}; goes when each has its own (docs/adopt.md)",
        )


def _definitions(takeover: Takeover) -> Iterator[Item]:
    """Yield what a running revision has and the new one will not."""
    for adopted in takeover.services:
        definition = adopted.identity.task_definition
        beside = [name for name in definition.container_names if name != definition.container_name]
        parts = [f"container {name}" for name in beside] + [f"volume {name}" for name in definition.volumes]
        if parts:
            yield Item(
                advice="look",
                kind="aws_ecs_task_definition",
                name=definition.arn,
                why=f"the new revision is without {', '.join(parts)}: trimtab rollout keeps what runs, any "
                f"other deployment of the new revision takes it away from {adopted.service.name}",
            )


def _leftovers(takeover: Takeover) -> Iterator[Item]:
    for one in takeover.identity.leftovers:
        name = one.name if one.name == one.id else f"{one.name} ({one.id})"
        why = one.detail or "it seems to belong to the fleet, and no service uses it"
        yield Item(advice="look", kind=one.kind, name=name, why=why)
