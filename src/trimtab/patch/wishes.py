"""What a recommendation would have otherwise in each resource of a service."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trimtab.lint.evaluation.traced import Traced
from trimtab.lint.evaluation.values import Encoded, Value
from trimtab.lint.resource import CannotTell
from trimtab.patch.containers import decoded_containers
from trimtab.patch.model import Bundle, WantedValue, Wishes, is_of, line_for
from trimtab.patch.scaling import Scaled, scaling_wishes, scheduled
from trimtab.patch.text import amount, same_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.advice.case.proposal import Proposal
    from trimtab.document.parts import TimingPart
    from trimtab.lint.hcl.syntax import SourcePlace
    from trimtab.lint.resource import Resource
    from trimtab.patch.model import Number, Where
    from trimtab.patch.tree import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedService:
    """What one service is to get."""

    service: str
    cluster: str
    proposal: Proposal
    timing: TimingPart
    retention_days: int


@dataclass(slots=True)
class Found(Wishes):
    """The wishes of one service, and what decides whether they may go in."""

    service: Resource | None = None
    scaled: Scaled = field(default_factory=Scaled)
    scheduled: SourcePlace | None = None
    """A scheduled action that sets its bounds."""


def found_for(wanted: WantedService, tree: Tree) -> Found:
    """Return what the tree has for a service, as wishes."""
    found = Found(wanted)
    services = [one for one in tree.world.of("aws_ecs_service") if _is(one, wanted)]
    if len(services) != 1:
        why = (
            "no aws_ecs_service here has this name (or its name is worked out only when Terraform runs)"
            if not services
            else f"several have this name: {', '.join(one.address for one in services)}"
        )
        found.leave("all of it", None, why)
        return found
    found.service = services[0]
    _of_definition(found, services[0], tree)
    _of_service(found, services[0])
    _of_target_groups(found, services[0], tree)
    found.scheduled = scheduled(services[0], tree)
    found.scaled = scaling_wishes(found, services[0], tree)
    return found


def _is(service: Resource, wanted: WantedService) -> bool:
    if service.get("name") != wanted.service:
        return False
    cluster = service.get("cluster")
    # An ARN, a name, or what AWS gives: only one that is said here can be another's.
    return not isinstance(cluster, str) or cluster.rpartition("/")[2] == wanted.cluster


def _of_definition(found: Found, service: Resource, tree: Tree) -> None:
    definition = tree.world.definition(service)
    if definition is None:
        why = "its task definition is not made here, or which one it is is worked out when Terraform runs"
        proposed = str(found.wanted.proposal.size)
        found.leave("cpu, memory", service.at("task_definition"), why, new=proposed)
        return
    size = found.wanted.proposal.size
    for name, new in (("cpu", size.cpu_units), ("memory", size.memory_mib)):
        made = found.add(Bundle.CAPACITY, definition, definition, name, new)
        _inside(found, definition, name, made)
    _of_containers(found, definition)


def _inside(found: Found, definition: Resource, name: str, size: WantedValue) -> None:
    """Have what a container reserves follow where it is the same literal, or is all of the task."""
    names = (name,) if name == "cpu" else ("memory", "memoryReservation")
    containers = _containers(definition)
    reserved = sum(amount(one.get(name)) or 0 for one in containers)
    if len(containers) > 1 and reserved > (amount(size.new) or 0):
        found.wishes.append(
            WantedValue(
                service=size.service,
                part=Bundle.CAPACITY,
                address=definition.address,
                where=("container_definitions", "*", name),
                now=None,
                new=size.new,
                place=definition.at("container_definitions"),
                blocked=f"its containers reserve {reserved:g} of it together: divide the new size among them",
            )
        )
        return
    for container in containers:
        for inner in names:
            value = container.get(inner)
            same = is_of(value, size.origin)
            more = amount(value) is not None and (amount(value) or 0) > (amount(size.new) or 0)
            if same or more:
                found.wishes.append(
                    WantedValue(
                        service=size.service,
                        part=Bundle.CAPACITY,
                        address=definition.address,
                        where=("container_definitions", "*", inner),
                        now=value,
                        new=size.new,
                        place=value.origin
                        if isinstance(value, Traced)
                        else definition.at("container_definitions"),
                        along=True,
                    )
                )


def _containers(definition: Resource) -> list[dict[str, Value]]:
    content = decoded_containers(definition.get("container_definitions"))
    return [one for one in content if isinstance(one, dict)] if isinstance(content, list) else []


def _of_containers(found: Found, definition: Resource) -> None:
    """Wish for the stop timeout and the check of a task's only container; of several it is not told which."""
    containers = _containers(definition)
    if len(containers) != 1:
        return
    timing = found.wanted.timing
    stop = found.wanted.proposal.stop_timeout_s
    values: list[tuple[Bundle, Where, Value, Number]] = []
    if "stopTimeout" in containers[0] or stop != _STOP_S:
        values.append((Bundle.STOP, ("stopTimeout",), containers[0].get("stopTimeout"), stop))
    check = containers[0].get("healthCheck")
    if isinstance(check, dict):
        values += [
            (Bundle.CONTAINER_CHECK, ("healthCheck", name), check.get(name), new)
            for name, new in (
                ("interval", timing.container.interval_s),
                ("timeout", timing.container.timeout_s),
                ("retries", timing.container.retries),
                ("startPeriod", timing.container.start_period_s),
            )
        ]
    place = definition.at("container_definitions")
    for part, where, now, new in values:
        found.wishes.append(
            WantedValue(
                service=found.wanted.service,
                part=part,
                address=definition.address,
                where=("container_definitions", "*", *where),
                now=now,
                new=new,
                place=now.origin if isinstance(now, Traced) else place,
            )
        )


_STOP_S = 30
"""What ECS takes where nothing is said (ContainerDefinition, stopTimeout)."""


def _of_service(found: Found, service: Resource) -> None:
    target = found.wanted.timing.target
    if target is not None:
        name = "health_check_grace_period_seconds"
        found.add(Bundle.GRACE, service, service, name, target.grace_period_s, longest=True)


def _of_target_groups(found: Found, service: Resource, tree: Tree) -> None:
    timing = found.wanted.timing.target
    if timing is None:
        return
    groups = tree.world.target_groups(service)
    if not groups:
        found.leave(
            "health check and drain of its target group",
            service.place,
            "its target group is not made here",
            new=f"deregistration_delay {timing.deregistration_delay_s}",
        )
    for group in groups:
        delay = found.wanted.proposal.deregistration_delay_s
        found.add(Bundle.DRAIN, group, group, "deregistration_delay", delay, longest=True)
        try:
            check = group.block("health_check")
        except CannotTell:
            check = None
        for name, new in (
            ("interval", timing.interval_s),
            ("timeout", timing.timeout_s),
            ("healthy_threshold", timing.healthy_threshold),
            ("unhealthy_threshold", timing.unhealthy_threshold),
        ):
            if check is not None:
                found.add(Bundle.TARGET_CHECK, group, check, name, new, ("health_check", "*"))
            else:
                found.wishes.append(_absent(found, group, ("health_check", "*", name), new))


def _absent(found: Found, group: Resource, where: Where, new: Number) -> WantedValue:
    return WantedValue(
        service=found.wanted.service,
        part=Bundle.TARGET_CHECK,
        address=group.address,
        where=where,
        now=None,
        new=new,
        place=group.place,
    )


def log_wishes(found: Found, tree: Tree) -> Iterator[WantedValue]:
    """Yield the retention of the logs that a service's containers write, where it is longer than proposed."""
    definition = None if found.service is None else tree.world.definition(found.service)
    if definition is None:
        return
    names = {_log_group(one) for one in _containers(definition)}
    groups = [
        one
        for one in tree.world.of("aws_cloudwatch_log_group")
        if _key(one.get("name")) in names or one.address in names
    ]
    for group in groups:
        days = group.get("retention_in_days")
        if days is None or same_number(days, 0) or (amount(days) or 0) > found.wanted.retention_days:
            yield WantedValue(
                service=found.wanted.service,
                part=Bundle.LOGS,
                address=group.address,
                where=("retention_in_days",),
                now=days,
                new=found.wanted.retention_days,
                place=group.at("retention_in_days"),
                longest=True,
                into=line_for(Bundle.LOGS, group, "retention_in_days"),
            )


def _log_group(container: dict[str, Value]) -> str:
    configuration = container.get("logConfiguration")
    options = configuration.get("options") if isinstance(configuration, dict) else None
    return _key(options.get("awslogs-group")) if isinstance(options, dict) else ""


def _key(value: Value) -> str:
    if value is None or isinstance(value, Encoded):
        return ""
    address = getattr(value, "address", None)
    return str(value) if isinstance(value, str) else str(address or getattr(value, "origin", ""))
