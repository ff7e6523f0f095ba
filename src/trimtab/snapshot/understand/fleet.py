"""Answers made into a ``Fleet``: the one understanding of what is deployed.

A service that cannot be understood becomes ``LeftOut``; what only the model cannot say becomes
a note. Nothing here asks AWS anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trimtab.catalog.load import is_valid
from trimtab.catalog.size import MIB_A_GB, UNITS_A_VCPU, amount
from trimtab.fleet.left_out import LeftOut, LeftOutReason
from trimtab.fleet.model import SCHEMA_VERSION, ContainerHealthCheck, Fleet, Service, TaskSize
from trimtab.redaction import REDACTED, is_credential, is_reference, redact
from trimtab.snapshot.answers import find_tag
from trimtab.snapshot.parse import log_group_of, watched_groups
from trimtab.snapshot.understand.account import tags_of
from trimtab.snapshot.understand.alarms import alarms_by_action, other_callers
from trimtab.snapshot.understand.identity import application_of, fleet_identity, service_identity
from trimtab.snapshot.understand.net import without_named, without_things
from trimtab.snapshot.understand.probes import kept_probe
from trimtab.snapshot.understand.routing import is_address, is_name
from trimtab.snapshot.understand.scaling import ToldScaling, scaling_of
from trimtab.snapshot.understand.traffic import callers_of, egress_of, routes_of, taken_group, traffic_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trimtab.aws.api import Json
    from trimtab.snapshot.answers import Raw

ROLLING: Final = "ROLLING"
"""``deploymentConfiguration.strategy``; others came in July and October 2025 (ECS API reference)."""
STOP_TIMEOUT_S: Final = 30
"""Where a container states none (task definition parameters, Fargate)."""


class _NoAnswer(Exception):  # noqa: N818 - named for what it says
    """A service that cannot be understood; caught within this module."""

    def __init__(self, reason: LeftOutReason, detail: str) -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(detail)


def fleet_of(
    raw: Raw, *, start: str, days: float, provenance: str
) -> tuple[Fleet | None, tuple[LeftOut, ...]]:
    """Return the fleet, and every service left out; no fleet where no service could be understood."""
    around = _Around(raw)
    skipped, services = list(raw.skipped), []
    for service in sorted(raw.services, key=lambda one: str(one["serviceName"])):
        try:
            services.append(_service(service, around))
        except _NoAnswer as left_out:
            skipped.append(
                LeftOut(
                    service=service["serviceName"], reason=left_out.reason, detail=redact(left_out.detail)
                )
            )
    services, more = without_named(services)
    left_out_all = tuple(sorted((*skipped, *more), key=lambda one: one.service))
    if not services:
        return None, left_out_all
    identity, unnamed = without_things(fleet_identity(raw))
    notes = [*raw.notes, *around.notes, *unnamed]
    environment = find_tag(tags_of(raw.cluster, raw.tag_names), raw.tag_names.environment)
    if not environment:
        notes.append(f"the cluster has no tag {raw.tag_names.environment[0]}: production is assumed")
    fleet = Fleet(
        schema_version=SCHEMA_VERSION,
        cluster=raw.name,
        region=raw.region,
        environment=environment or "production",
        start=start,
        days=days,
        provenance=provenance,
        services=tuple(services),
        skipped=left_out_all,
        notes=tuple(dict.fromkeys(redact(note) for note in notes)),
        identity=identity,
    )
    return fleet, left_out_all


class _Around:
    """What is looked up for every service, made once; and the notes about them all."""

    def __init__(self, raw: Raw) -> None:
        self.raw = raw
        self.routes = routes_of(raw)
        self.callers = callers_of(raw)
        self.groups: Mapping[str, Json] = {group["GroupId"]: group for group in raw.security_groups}
        self.retention = {group["logGroupName"]: group.get("retentionInDays") for group in raw.log_groups}
        self.alarms: dict[str, list[Json]] = alarms_by_action(raw)
        self.other_callers = other_callers(raw)
        self.notes: list[str] = []


def _service(service: Json, around: _Around) -> Service:
    raw, name = around.raw, service["serviceName"]
    definition = _definition(service, raw)
    container = application_of(service, definition)
    resource = raw.resource_id(name)
    scaling, notes = scaling_of(
        ToldScaling(
            cluster=raw.name,
            name=name,
            groups=frozenset(watched_groups([service])),
            desired=int(service.get("desiredCount", 0)),
            target=raw.targets.get(resource),
            policies=raw.policies.get(resource, ()),
            scheduled=raw.scheduled.get(resource, ()),
            alarms=around.alarms,
            others=around.other_callers,
        )
    )
    if isinstance(scaling, str):
        raise _NoAnswer(LeftOutReason.NOT_UNDERSTOOD, scaling)
    traffic, more = traffic_of(service, raw, around.routes)
    environment, withheld = _environment(container)
    around.notes += [*notes, *more]
    if withheld:
        named = ", ".join(withheld)
        around.notes.append(f"{name}: the values of {named} look like credentials and are left out")
    tags = {**tags_of(definition, raw.tag_names), **tags_of(service, raw.tag_names)}
    return Service(
        name=name,
        image=container["image"],
        size=_size(definition),
        architecture="ARM64" if _platform(definition).get("cpuArchitecture") == "ARM64" else "X86_64",
        port=_port(service, container, taken_group(service, raw, around.routes)),
        cost_center=redact(find_tag(tags, raw.tag_names.cost_center) or ""),
        scaling=scaling,
        traffic=traffic,
        health_check=_health_check(container),
        stop_timeout_s=int(container.get("stopTimeout") or STOP_TIMEOUT_S),
        log_retention_days=around.retention.get(log_group_of(container) or ""),
        environment=environment,
        secrets=_secrets(container),
        callers=around.callers.get(name, ()),
        egress=egress_of(service, around.groups),
        start_samples=tuple(raw.starts.get(name, ())),
        failures=tuple(raw.failures.get(name, ())),
        scaling_activities=tuple(raw.activities.get(name, ())),
        not_scaled=tuple(raw.not_scaled.get(name, ())),
        alarm_changes=tuple(raw.alarm_changes.get(name, ())),
        identity=service_identity(service, definition, raw),
    )


def _definition(service: Json, raw: Raw) -> Json:
    """Return the revision of a Fargate service that keeps a number of tasks running."""
    launch = service.get("launchType")
    providers = [one["capacityProvider"] for one in service.get("capacityProviderStrategy") or ()]
    if launch not in (None, "", "FARGATE") or any(not one.startswith("FARGATE") for one in providers):
        raise _NoAnswer(LeftOutReason.NOT_FARGATE, f"it runs on {launch or ', '.join(providers)}")
    if service.get("schedulingStrategy", "REPLICA") != "REPLICA":
        raise _NoAnswer(LeftOutReason.NOT_FARGATE, "it runs one task on every instance")
    shifts = _shifts(service)
    if shifts:
        raise _NoAnswer(
            LeftOutReason.NOT_UNDERSTOOD,
            f"its deployments are {shifts}, which are not modelled: only rolling ones",
        )
    definition = raw.definitions.get(service.get("taskDefinition", ""))
    if definition is None:
        named = service.get("taskDefinition") or "none: its deployment controller is external"
        raise _NoAnswer(LeftOutReason.NOT_UNDERSTOOD, f"its task definition was not read ({named})")
    family = str(_platform(definition).get("operatingSystemFamily", "LINUX"))
    if family != "LINUX":
        raise _NoAnswer(LeftOutReason.NOT_UNDERSTOOD, f"its tasks run {family}; only Linux is priced")
    return definition


def _shifts(service: Json) -> str | None:
    """Return how native deployments shift traffic, where they do: the controller still says ECS then."""
    strategy = str((service.get("deploymentConfiguration") or {}).get("strategy") or ROLLING)
    if strategy != ROLLING:
        return strategy
    balancers = service.get("loadBalancers") or ()
    return "BLUE_GREEN" if any(one.get("advancedConfiguration") for one in balancers) else None


def _size(definition: Json) -> TaskSize:
    cpu = amount(definition.get("cpu"), UNITS_A_VCPU)
    memory = amount(definition.get("memory"), MIB_A_GB)
    if cpu is None or memory is None:
        raise _NoAnswer(LeftOutReason.NOT_FARGATE, "its task definition states no size")
    size = TaskSize(cpu_units=cpu, memory_mib=memory)
    if not is_valid(size):
        raise _NoAnswer(LeftOutReason.NOT_UNDERSTOOD, f"{size} is no Fargate size known here (CPU units/MiB)")
    return size


def _platform(definition: Json) -> Json:
    found: Json = definition.get("runtimePlatform") or {}
    return found


def _port(service: Json, container: Json, group: str | None) -> int | None:
    """Return the port that the target group ``group`` reaches, else the container's first."""
    balancers = service.get("loadBalancers") or ()
    for balancer in sorted(balancers, key=lambda one: one.get("targetGroupArn") != group):
        if balancer.get("containerPort"):
            return int(balancer["containerPort"])
    ports = [one["containerPort"] for one in container.get("portMappings") or () if one.get("containerPort")]
    return int(ports[0]) if ports else None


def _health_check(container: Json) -> ContainerHealthCheck | None:
    """Return the container's own check, with the API's defaults where it states nothing."""
    check = container.get("healthCheck")
    if not check or not check.get("command"):
        return None
    return ContainerHealthCheck(
        command=kept_probe(check["command"]),
        interval_s=int(check.get("interval") or 30),
        timeout_s=int(check.get("timeout") or 5),
        retries=int(check.get("retries") or 3),
        start_period_s=int(check.get("startPeriod") or 0),
    )


def _environment(container: Json) -> tuple[dict[str, str], list[str]]:
    """Return the values that were asked for, and the names of those that stay out all the same."""
    given = {
        one["name"]: one.get("value", "")
        for one in container.get("environment") or ()
        if is_name(one["name"])
    }
    withheld = sorted(name for name, value in given.items() if value and is_credential(name, value))
    return {name: value for name, value in sorted(given.items()) if value and name not in withheld}, withheld


def _secrets(container: Json) -> dict[str, str]:
    """Return where each secret is kept: an ARN or a parameter's name, never what is in it."""
    return {
        one["name"]: _where(one.get("valueFrom") or "")
        for one in container.get("secrets") or ()
        if is_name(one["name"])
    }


def _where(said: str) -> str:
    return said if is_reference(said) or is_address(said) else REDACTED
