"""Decides what the configuration takes over from a running fleet, and what it leaves to its owner.

A thing is taken over where exactly one address of ``terraform/platform`` can own it without
replacing it and without taking from it what the configuration has no word for
(``trimtab.takeover.ownable``). Everything else stays: kept by its ARN where a service needs it,
and told in ``not-owned.md``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from trimtab.fleet.left_out import LeftOut, LeftOutReason
from trimtab.takeover.names import free_stem, slug
from trimtab.takeover.ownable import (
    EXPOSURES,
    NO_WAY_IN,
    OwnableFacts,
    balancers_of,
    is_shut,
    namespace_of,
    why_not,
)
from trimtab.terraform_module import LONGEST_STEM

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from trimtab.fleet.account import (
        DiscoveryService,
        ListenerRule,
        LoadBalancer,
        LogGroup,
        Namespace,
        ScalingTarget,
        TargetGroup,
    )
    from trimtab.fleet.identity import Attachment, FleetIdentity, Registration, ServiceIdentity
    from trimtab.fleet.model import Fleet, Service
    from trimtab.takeover.ownable import Balancer, Exposure

MOST_SERVICE_STEM: Final = 32
"""Characters of a service's name: modules/service."""
ENVIRONMENTS: Final = {
    "production": ("production", "prod", "prd", "live"),
    "staging": ("staging", "stage", "stg", "preprod"),
    "test": ("test", "testing", "tst", "qa", "uat"),
    "development": ("development", "dev", "devel", "sandbox"),
}
"""The configuration's word for an environment, and what else it is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """One service as it is taken over. ``None``: made new, or not needed."""

    service: Service
    identity: ServiceIdentity
    stem: str
    """The service's name where that will do, else one made from it."""
    attachments: tuple[Attachment, ...]
    """Target groups of other owners that reach it."""
    target_group: TargetGroup | None
    rule: ListenerRule | None
    exposure: Exposure | None
    """Of the load balancer its target group hangs on, where that is taken over."""
    foreign: LoadBalancer | None
    """That load balancer where it is not taken over."""
    discovery: DiscoveryService | None
    registration: Registration | None
    log_group: LogGroup | None
    scaling_target: ScalingTarget | None
    tracks: bool = False
    """Whether the values ask for target tracking in the place of steps."""
    fast: bool = False
    """Whether they ask for the alarm of 20 s beside CPU's."""

    @property
    def registry_kept(self) -> str | None:
        """ARN of a Cloud Map service that another owner has and it stays registered in."""
        if self.registration is None or self.discovery is not None:
            return None
        return self.registration.registry_arn


@dataclass(frozen=True, slots=True, kw_only=True)
class Takeover:
    """The whole decision."""

    fleet: Fleet
    identity: FleetIdentity
    stem: str
    """``name`` of the platform: the cluster's, or one made from it."""
    environment: str
    """As the configuration says it."""
    services: tuple[Adopted, ...]
    new: tuple[str, ...]
    """Services the values have and the fleet has not."""
    left: tuple[LeftOut, ...]
    balancers: Mapping[Exposure, Balancer]
    namespace: Namespace | None


def takeover_of(
    fleet: Fleet,
    identity: FleetIdentity,
    wanted: Iterable[str],
    tracked: Collection[str] = (),
    fast: Collection[str] = (),
) -> Takeover:
    """Return what becomes of each thing, if the configuration has the services named ``wanted``.

    Those named ``tracked`` have target tracking there, the others steps; those named
    ``fast`` have an alarm of 20 s.
    """
    facts, names = OwnableFacts.of(fleet, identity), list(wanted)
    known = {service.name: service for service in fleet.services}
    left = {name: reason for name in names if name in known and (reason := why_not(known[name], facts))}
    taken = [known[name] for name in names if name in known and name not in left]
    balancers = balancers_of(facts, taken)
    left |= {one.name: NO_WAY_IN for one in taken if is_shut(one, facts, balancers)}
    taken = [one for one in taken if one.name not in left]
    stems = _stems([service.name for service in taken])
    stem = free_stem(slug(identity.cluster.name, LONGEST_STEM), stems.values(), identity)
    namespace = namespace_of(facts, taken, f"{stem}.internal")
    return Takeover(
        fleet=fleet,
        identity=identity,
        stem=stem,
        environment=_environment(fleet.environment),
        services=tuple(
            replace(
                _adopted(service, service.identity, stems[service.name], facts, balancers, namespace),
                tracks=service.name in tracked,
                fast=service.name in fast,
            )
            for service in taken
            if service.identity is not None
        ),
        new=tuple(name for name in names if name not in known),
        left=tuple(
            LeftOut(service=name, reason=LeftOutReason.NOT_TAKEN_OVER, detail=reason)
            for name, reason in left.items()
        ),
        balancers=balancers,
        namespace=namespace,
    )


def _environment(found: str) -> str:
    plain = found.lower()
    return next((word for word, names in ENVIRONMENTS.items() if plain in names), "production")


def _stems(names: list[str]) -> dict[str, str]:
    """Return a stem for each name, no two alike; a name that will do is its own."""
    stems = {name: slug(name, MOST_SERVICE_STEM) for name in names}
    taken = {name for name, stem in stems.items() if stem == name}
    for name in names:
        number, stem = 2, stems[name]
        while stem != name and stem in taken:
            ending = f"-{number}"
            stem, number = stems[name][: MOST_SERVICE_STEM - len(ending)].rstrip("-") + ending, number + 1
        taken.add(stem)
        stems[name] = stem
    return stems


def _adopted(  # noqa: PLR0913, PLR0917 - one argument for each decision made before it
    service: Service,
    identity: ServiceIdentity,
    stem: str,
    facts: OwnableFacts,
    balancers: Mapping[Exposure, Balancer],
    namespace: Namespace | None,
) -> Adopted:
    group = facts.own_target_group(service, identity)
    hangs_on = facts.balancer_of(group)
    exposure = EXPOSURES[hangs_on.scheme] if hangs_on else None
    balancer = balancers.get(exposure) if exposure else None
    if balancer is None or balancer.found != hangs_on:
        exposure, balancer = None, None
    return Adopted(
        service=service,
        identity=identity,
        stem=stem,
        attachments=tuple(
            one for one in identity.attachments if group is None or one.target_group_arn != group.arn
        ),
        target_group=group,
        rule=balancer.rule_of(service, group) if group and balancer else None,
        exposure=exposure,
        foreign=hangs_on if exposure is None else None,
        discovery=facts.own_discovery(service, identity, namespace),
        registration=next(iter(identity.registrations), None),
        log_group=facts.own_log_group(identity),
        scaling_target=facts.targets.get(f"service/{facts.identity.cluster.name}/{service.name}"),
    )
