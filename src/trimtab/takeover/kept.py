"""A takeover as the text of ``adopt.auto.tfvars``: what the configuration must keep of what runs.

Only what differs from the defaults of ``terraform/platform`` is written.
"""

from __future__ import annotations

from collections import Counter
from importlib.metadata import version
from typing import TYPE_CHECKING

from trimtab.takeover.imports import exposures
from trimtab.takeover.kept_balancer import balancer_attributes, kept_tags, unseen_tags
from trimtab.values.hcl import Attribute, key, listed, quoted, template, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.fleet.account import TargetGroup
    from trimtab.fleet.identity import Attachment
    from trimtab.takeover.takeover import Adopted, Takeover

TEMPLATE = "adopt.auto.tfvars.j2"
MIN_SUBNETS = 2
"""terraform/platform asks for no more of a fleet that is taken over, and a load balancer takes no fewer."""


def render(takeover: Takeover) -> str:
    """Return the file's text, as ``terraform fmt`` would leave it."""
    return template(TEMPLATE).render(
        header=wrapped(_header(takeover)),
        shared=tuple(_shared(takeover)),
        adopt=(Attribute(key="adopt", inner=tuple(_adopt(takeover))),),
    )


def _header(takeover: Takeover) -> Iterator[str]:
    cluster = takeover.identity.cluster.name
    yield (
        f"Written by trimtab {version('trimtab')}: what is kept of {cluster} as it runs, so that nothing of "
        "it is replaced. Take a line away, and the configuration's own takes its place: in which order, and "
        "what moves then, is in docs/adopt.md."
    )
    if takeover.environment != takeover.fleet.environment:
        yield f"environment: found {takeover.fleet.environment!r}, for which the configuration has no word."
    if any(takeover.balancers[exposure].https is None for exposure in exposures(takeover)):
        yield "plain_http: served without a certificate, as found. Give certificate_arn instead."


def _shared(takeover: Takeover) -> Iterator[Attribute]:
    """Yield the platform's own variables, as far as the fleet decides them."""
    fleet = takeover.fleet
    yield Attribute(key="name", value=quoted(takeover.stem))
    yield Attribute(key="region", value=quoted(fleet.region))
    yield Attribute(key="environment", value=quoted(takeover.environment))
    if takeover.namespace is not None:
        yield Attribute(key="namespace", value=quoted(takeover.namespace.name))
    if takeover.identity.cluster.container_insights == "enhanced":
        yield Attribute(key="container_insights", value=quoted("enhanced"))
    if takeover.identity.vpc_id is not None:
        yield Attribute(key="vpc_id", value=quoted(takeover.identity.vpc_id))
    for name, subnets in (
        ("private_subnet_ids", task_subnets(takeover)),
        ("public_subnet_ids", _public_subnets(takeover)),
    ):
        if len(subnets) >= MIN_SUBNETS:
            yield Attribute(key=name, value=listed(subnets))


def task_subnets(takeover: Takeover) -> tuple[str, ...]:
    """Return the subnets most of the services are in; empty if there are none."""
    uses = Counter(adopted.identity.subnet_ids for adopted in takeover.services)
    return max(uses, key=lambda subnets: (uses[subnets], subnets), default=())


def _public_subnets(takeover: Takeover) -> tuple[str, ...]:
    balancer = takeover.balancers.get("public")
    return balancer.found.subnet_ids if balancer else ()


def _adopt(takeover: Takeover) -> Iterator[Attribute]:
    cluster = tuple(_cluster(takeover))
    if cluster:
        yield Attribute(key="cluster", inner=cluster)
    balancers = tuple(
        Attribute(key=exposure, inner=tuple(balancer_attributes(balancer)))
        for exposure, balancer in sorted(takeover.balancers.items())
        if exposure in exposures(takeover)
    )
    if balancers:
        yield Attribute(key="load_balancers", inner=balancers)
    if takeover.services:
        common = task_subnets(takeover)
        services = (
            Attribute(key=key(adopted.service.name), inner=tuple(_service(adopted, common)))
            for adopted in takeover.services
        )
        yield Attribute(key="services", inner=tuple(services))
    if roles := sorted(set(_roles(takeover))):
        yield Attribute(key="roles", value=listed(roles))
    tagged = (one.identity.tags for one in takeover.fleet.services if one.identity is not None)
    if unseen := unseen_tags(takeover.identity, tagged):
        yield Attribute(key="ignore_tags", value=listed(unseen))
    if takeover.left:
        yield Attribute(key="leave", value=listed(left.service for left in takeover.left))


def _roles(takeover: Takeover) -> Iterator[str]:
    """Yield the names of the roles that tasks keep."""
    for adopted in takeover.services:
        definition = adopted.identity.task_definition
        for arn in (definition.execution_role_arn, definition.task_role_arn):
            if arn is not None:
                yield arn.rpartition("/")[2]


def _cluster(takeover: Takeover) -> Iterator[Attribute]:
    cluster = takeover.identity.cluster
    if cluster.name != takeover.stem:
        yield Attribute(key="name", value=quoted(cluster.name))
    others = [name for name in cluster.capacity_providers if name not in {"FARGATE", "FARGATE_SPOT"}]
    if others:
        yield Attribute(key="capacity_providers", value=listed(others))
    # The provider has no way to take a default namespace away: every plan would try again.
    for name, value in (
        ("connect_namespace", cluster.connect_namespace),
        ("exec_kms_key", cluster.exec_kms_key),
    ):
        if value is not None:
            yield Attribute(key=name, value=quoted(value))
    yield from kept_tags(cluster.tags)


def _service(adopted: Adopted, common_subnets: tuple[str, ...]) -> Iterator[Attribute]:
    service, mine, definition = adopted.service, adopted.identity, adopted.identity.task_definition
    if adopted.stem != service.name:
        yield Attribute(key="stem", value=quoted(adopted.stem))
        yield Attribute(key="service_name", value=quoted(service.name))
    yield Attribute(key="family", value=quoted(definition.family))
    yield Attribute(key="definition", value=quoted(definition.arn))
    if definition.container_name != adopted.stem:
        yield Attribute(key="container_name", value=quoted(definition.container_name))
    if definition.execution_role_arn is not None:
        yield Attribute(key="execution_role_arn", value=quoted(definition.execution_role_arn))
    if definition.task_role_arn is not None:
        yield Attribute(key="task_role_arn", value=quoted(definition.task_role_arn))
    if mine.capacity_providers:
        items = (
            f"{{ name = {quoted(one.name)}, base = {one.base}, weight = {one.weight} }}"
            for one in mine.capacity_providers
        )
        yield Attribute(key="capacity_providers", value=f"[{', '.join(items)}]")
    if mine.subnet_ids != common_subnets or len(common_subnets) < MIN_SUBNETS:
        yield Attribute(key="subnet_ids", value=listed(mine.subnet_ids))
    if mine.assign_public_ip:
        yield Attribute(key="assign_public_ip", value="true")
    # Also where it names none: then its tasks have the VPC's default group, and another would start new ones.
    yield Attribute(key="security_group_ids", value=listed(mine.security_group_ids))
    yield Attribute(key="own_security_group", value="false")
    yield from _traffic(adopted)
    yield from _discovery(adopted)
    if adopted.log_group is not None:
        kms = adopted.log_group.kms_key_id
        more = f", kms_key_id = {quoted(kms)}" if kms else ""
        yield Attribute(key="log_group", value=f"{{ name = {quoted(adopted.log_group.name)}{more} }}")
    yield from kept_tags(mine.tags)


def _traffic(adopted: Adopted) -> Iterator[Attribute]:
    traffic = adopted.service.traffic
    if adopted.exposure is not None and traffic is not None and adopted.exposure != traffic.exposure:
        yield Attribute(key="load_balancer", value=quoted(adopted.exposure))
    if adopted.foreign is not None:
        yield Attribute(key="foreign_load_balancer", value=quoted(adopted.foreign.security_group_ids[0]))
    if adopted.target_group is not None:
        yield Attribute(key="target_group", value=_target_group(adopted.target_group))
        if adopted.rule is None and adopted.target_group.load_balancer_arns:
            yield Attribute(key="listener_rule", value="false")
    if adopted.rule is not None and adopted.rule.hosts:
        yield Attribute(key="hosts", value=listed(adopted.rule.hosts))
        if not adopted.rule.paths:
            yield Attribute(key="any_path", value="true")
    if adopted.attachments and traffic is None and adopted.identity.grace_period_s is not None:
        yield Attribute(key="grace_period", value=str(adopted.identity.grace_period_s))
    if adopted.attachments:
        items = ", ".join(map(_attachment, adopted.attachments))
        yield Attribute(key="other_target_groups", value=f"[{items}]")


def _target_group(group: TargetGroup) -> str:
    """Return what of it would force a replacement, and what the module would change unasked."""
    parts = [f"name = {quoted(group.name)}", f"port = {group.port}"]
    slow_start = group.attributes.get("slow_start.duration_seconds", "0")
    for name, value, default in (
        ("protocol", group.protocol, "HTTP"),
        ("protocol_version", group.protocol_version, "HTTP1"),
        ("health_port", group.health_port, "traffic-port"),
        ("health_protocol", group.health_protocol, "HTTP"),
    ):
        if value != default:
            parts.append(f"{name} = {quoted(value)}")
    if slow_start != "0":
        parts.append(f"slow_start = {slow_start}")
    return f"{{ {', '.join(parts)} }}"


def _attachment(attachment: Attachment) -> str:
    arn, container = quoted(attachment.target_group_arn), quoted(attachment.container_name)
    return f"{{ arn = {arn}, container_name = {container}, container_port = {attachment.container_port} }}"


def _discovery(adopted: Adopted) -> Iterator[Attribute]:
    if adopted.discovery is not None:
        discovery = adopted.discovery
        parts = [f"name = {quoted(discovery.name)}"]
        if discovery.routing_policy not in {None, "MULTIVALUE"}:
            parts.append(f"routing_policy = {quoted(discovery.routing_policy or '')}")
        if discovery.record_types != ("A",):
            parts.append(f"record_types = {listed(discovery.record_types)}")
        yield Attribute(key="discovery", value=f"{{ {', '.join(parts)} }}")
    registration = adopted.registration
    if registration is None:
        yield Attribute(key="register", value="false")
        return
    registry = [f"arn = {quoted(adopted.registry_kept)}"] if adopted.registry_kept else []
    if registration.port is not None:
        registry.append(f"port = {registration.port}")
    if registration.container_name is not None:
        registry.append(f"container_name = {quoted(registration.container_name)}")
    if registration.container_port is not None:
        registry.append(f"container_port = {registration.container_port}")
    if registry:
        yield Attribute(key="registry", value=f"{{ {', '.join(registry)} }}")
