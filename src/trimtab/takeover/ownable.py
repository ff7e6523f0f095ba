"""What ``terraform/platform`` can own of what runs, and what it has no word for.

Each rule errs on the side of leaving a thing to its owner: what is not taken over stays as it
is, what is taken over by mistake changes.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from trimtab.redaction import REDACTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from trimtab.fleet.account import (
        DiscoveryService,
        Listener,
        ListenerRule,
        LoadBalancer,
        LogGroup,
        Namespace,
        ScalingTarget,
        TargetGroup,
    )
    from trimtab.fleet.identity import FleetIdentity, ServiceIdentity
    from trimtab.fleet.model import Fleet, Service

Exposure: TypeAlias = Literal["public", "internal"]

EXPOSURES: Final[dict[str, Exposure]] = {"internet-facing": "public", "internal": "internal"}
"""By ``Scheme`` of the load balancer."""
HTTP_PORT, HTTPS_PORT = 80, 443
"""Where modules/load-balancer has its listeners."""
NO_WAY_IN: Final = (
    "its load balancer stays with its owner and has no security group that was read, by which it is let in "
    "to the tasks"
)
MOST_RULE_VALUES = 5
"""Values of all conditions of a rule together; elbv2 quota "Condition values per rule"."""
MOST_KEPT_GROUPS = 4
"""Security groups a load balancer can keep: it has 5 at most, and one is the module's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balancer:
    """A load balancer that is taken over, with the listeners the module can own."""

    found: LoadBalancer
    http: Listener | None
    https: Listener | None

    @property
    def serving(self) -> Listener | None:
        """The listener that the module hangs its rules on: HTTPS where there is one."""
        return self.https or self.http

    @property
    def is_ownable(self) -> bool:
        """Whether the module has words for what its listeners do with requests no rule takes."""
        http, https = self.http, self.https
        if len(self.found.security_group_ids) > MOST_KEPT_GROUPS or self.serving is None:
            return False
        if REDACTED in self.found.attributes.values():
            return False  # what is not known would be set back
        if https is not None and (https.protocol != "HTTPS" or not _has_words(https)):
            return False
        if http is None:
            return True
        redirects = http.default_action == "redirect" and https is not None
        return http.protocol == "HTTP" and (redirects or _has_words(http))

    def rule_of(self, service: Service, group: TargetGroup) -> ListenerRule | None:
        """Return the rule to take over: the one the values describe, if it says nothing besides."""
        traffic = service.traffic
        if traffic is None or self.serving is None:
            return None
        for rule in self.serving.rules:
            leads_here = rule.plain and rule.target_group_arns == (group.arn,)
            said = rule.priority == traffic.priority and (rule.paths or ("/*",)) == traffic.paths
            few = 1 <= len(rule.hosts) + len(rule.paths) <= MOST_RULE_VALUES
            if leads_here and said and few and not rule.other_conditions:
                return rule
        return None


def _has_words(listener: Listener) -> bool:
    if listener.default_action == "forward":
        return len(listener.default_target_group_arns) == 1
    return listener.default_action == "fixed-response"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnableFacts:
    """The account, looked up by name."""

    identity: FleetIdentity
    groups: Mapping[str, TargetGroup]
    targets: Mapping[str, ScalingTarget]
    log_groups: Mapping[str, LogGroup]
    attached: Counter[str]
    """Services by the target group they are attached to."""
    registered: Counter[str]
    """Services by the Cloud Map service they are registered in."""
    writing: Counter[str]
    """Services by the log group they write into."""

    @classmethod
    def of(cls, fleet: Fleet, identity: FleetIdentity) -> OwnableFacts:
        """Return the facts of a fleet."""
        known = [service.identity for service in fleet.services if service.identity is not None]
        return cls(
            identity=identity,
            groups={one.arn: one for one in identity.target_groups},
            targets={one.resource_id: one for one in identity.scaling_targets},
            log_groups={one.name: one for one in identity.log_groups},
            attached=Counter(arn for one in known for arn in {it.target_group_arn for it in one.attachments}),
            registered=Counter(arn for one in known for arn in {it.registry_arn for it in one.registrations}),
            writing=Counter(name for one in known if (name := one.task_definition.log_group) is not None),
        )

    def own_target_group(self, service: Service, identity: ServiceIdentity) -> TargetGroup | None:
        """Return the target group that the values' traffic is about: the first it can express."""
        for attachment in identity.attachments if service.traffic is not None else ():
            group = self.groups.get(attachment.target_group_arn)
            if group is not None and group.protocol in {"HTTP", "HTTPS"} and group.target_type == "ip":
                return group
        return None

    def balancer_of(self, group: TargetGroup | None) -> LoadBalancer | None:
        """Return the load balancer a target group hangs on; a target group has one at most."""
        arns = group.load_balancer_arns if group else ()
        return next((one for one in self.identity.load_balancers if one.arn in arns), None)

    def own_log_group(self, identity: ServiceIdentity) -> LogGroup | None:
        """Return the application's log group, where no other service writes into it."""
        name = identity.task_definition.log_group
        return self.log_groups.get(name) if name is not None and self.writing[name] == 1 else None

    def own_discovery(
        self, service: Service, identity: ServiceIdentity, namespace: Namespace | None
    ) -> DiscoveryService | None:
        """Return its Cloud Map service, where it alone is registered in it and the module can own it."""
        inside = [
            one
            for one in self.identity.discovery_services
            if namespace is not None and one.namespace_id == namespace.id
            # The order of several record types is not in the snapshot, and another order replaces it.
            if one.routing_policy is not None and len(one.record_types) == 1
        ]
        if not identity.registrations:
            # Nobody registers in it, but a new one of the same name would be refused.
            return next((one for one in inside if one.name == service.name), None)
        arn = identity.registrations[0].registry_arn
        return next((one for one in inside if one.arn == arn and self.registered[arn] == 1), None)


def why_not(service: Service, facts: OwnableFacts) -> str | None:
    """Return why the configuration cannot own the service, or ``None`` where it can."""
    if service.identity is None:
        return "the snapshot does not say what it is called in the account"
    return next(_reasons(service, service.identity, facts), None)


def _reasons(service: Service, identity: ServiceIdentity, facts: OwnableFacts) -> Iterator[str]:
    if identity.deployment_controller != "ECS":
        yield f"its deployments belong to {identity.deployment_controller}; only a new service changes that"
    if identity.scheduling_strategy != "REPLICA":
        yield f"its scheduling strategy is {identity.scheduling_strategy}; scaling needs REPLICA"
    if identity.launch_type not in {None, "FARGATE"}:
        yield f"its launch type is {identity.launch_type}; a change to FARGATE would replace it"
    if identity.service_connect:
        yield "it uses Service Connect, which the configuration would switch off"
    if identity.task_volumes:
        yield "each of its tasks has an EBS volume of its own, which the configuration would take away"
    if identity.lattice:
        yield "it is a target of VPC Lattice, which the configuration would take it out of"
    if any(facts.attached[one.target_group_arn] > 1 for one in identity.attachments):
        yield "it shares a target group with another service"
    group = facts.own_target_group(service, identity)
    if group is not None and group.load_balancer_arns and facts.balancer_of(group) is None:
        yield "its target group hangs on a load balancer that was not read"


def balancers_of(facts: OwnableFacts, services: Iterable[Service]) -> dict[Exposure, Balancer]:
    """Return for each exposure the load balancer that most of the services hang on."""
    uses: Counter[str] = Counter()
    for service in services:
        group = facts.own_target_group(service, service.identity) if service.identity else None
        if (balancer := facts.balancer_of(group)) is not None:
            uses[balancer.arn] += 1
    balancers: dict[Exposure, Balancer] = {}
    for load_balancer in sorted(facts.identity.load_balancers, key=lambda one: (-uses[one.arn], one.arn)):
        listeners = {listener.port: listener for listener in load_balancer.listeners}
        candidate = Balancer(
            found=load_balancer, http=listeners.get(HTTP_PORT), https=listeners.get(HTTPS_PORT)
        )
        if uses[load_balancer.arn] and candidate.is_ownable:
            balancers.setdefault(EXPOSURES[load_balancer.scheme], candidate)
    return balancers


def is_shut(service: Service, facts: OwnableFacts, balancers: Mapping[Exposure, Balancer]) -> bool:
    """Tell whether nothing says how its load balancer, another owner's, would be let in to its tasks."""
    group = facts.own_target_group(service, service.identity) if service.identity else None
    balancer = facts.balancer_of(group)
    if balancer is None or balancer.security_group_ids:
        return False
    return all(one.found != balancer for one in balancers.values())


def namespace_of(facts: OwnableFacts, services: Iterable[Service], name: str) -> Namespace | None:
    """Return the private namespace that most of the services are registered in.

    Without any: the one called ``name``, for a new one of that name would be refused.
    """
    registries = {one.arn: one.namespace_id for one in facts.identity.discovery_services}
    uses = Counter(
        registries[one.registry_arn]
        for service in services
        if service.identity is not None
        for one in service.identity.registrations
        if one.registry_arn in registries
    )
    mine = [one for one in facts.identity.namespaces if one.type == "DNS_PRIVATE" and one.vpc_id is not None]
    used = [one for one in mine if uses[one.id]]
    same = [one for one in mine if one.name == name and one.vpc_id == facts.identity.vpc_id]
    return max(used, key=lambda one: (uses[one.id], one.id)) if used else next(iter(same), None)
