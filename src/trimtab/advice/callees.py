"""Whom an address leads to, as far as the snapshot knows: by Cloud Map, or by a load balancer's rules."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from trimtab.addresses import HTTP_SCHEMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trimtab.addresses import Address
    from trimtab.fleet.account import ListenerRule, LoadBalancer
    from trimtab.fleet.identity import FleetIdentity
    from trimtab.fleet.model import Fleet, Service

INTERNET_FACING: Final = "internet-facing"


class Through(enum.Enum):
    """How an address leads to a service."""

    DISCOVERY = "Cloud Map"
    BALANCER = "load balancer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Where an address leads."""

    through: Through
    callee: Service | None
    """``None``: its rules lead to several services, or to none of the fleet."""
    words: str = ""
    """What the host is."""
    public: bool = False
    """Whether it is an internet-facing load balancer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Callees:
    """The fleet's services, by the names that lead to them."""

    services: Mapping[str, Service]
    names: Mapping[str, str]
    """Service by its Cloud Map name."""
    balancers: Mapping[str, LoadBalancer]
    """By DNS name, and by each host that one of its rules asks for."""
    stated: frozenset[str]
    """Hosts of which the snapshot says that they lead to the fleet's load balancer."""
    groups: Mapping[str, str]
    """Service by target group."""

    @classmethod
    def of(cls, fleet: Fleet) -> Callees:
        """Return what the snapshot knows."""
        identity = fleet.identity
        return cls(
            services={one.name: one for one in fleet.services},
            names=dict(_names(fleet, identity)) if identity else {},
            balancers=dict(_hosts(identity)) if identity else {},
            stated=frozenset(host.lower().rstrip(".") for host in fleet.balancer_hosts),
            groups={
                attached.target_group_arn: one.name
                for one in fleet.services
                if one.identity is not None
                for attached in one.identity.attachments
            },
        )

    def find(self, address: Address, caller: Service) -> Known | None:
        """Return where an address leads, or ``None`` where nobody can tell."""
        host = address.host.removeprefix("dualstack.")
        if (service := self.names.get(host)) is not None:
            return Known(through=Through.DISCOVERY, callee=self.services.get(service))
        if (balancer := self.balancers.get(host)) is not None:
            public = balancer.scheme == INTERNET_FACING
            words = f"load balancer {balancer.name}"
            callee = self._behind(balancer, address)
            return Known(through=Through.BALANCER, callee=callee, words=words, public=public)
        if host in self.stated:
            callee, words = self._by_path(address), "the fleet's load balancer"
            return Known(through=Through.BALANCER, callee=callee, words=words, public=True)
        return self._by_label(address, caller)

    def likely(self, address: Address, caller: Service) -> Service | None:
        """Return whom an unknown host may lead to: its path is one service's, which the caller calls."""
        found = self._by_path(address) if address.path.strip("/") else None
        return found if found is not None and caller.name in found.callers else None

    def _by_label(self, address: Address, caller: Service) -> Known | None:
        """NAME.anything on NAME's own port, called by one of its callers, is its Cloud Map name."""
        label, dot, _ = address.host.partition(".")
        callee = self.services.get(label)
        if not dot or callee is None or callee.port is None or address.port != callee.port:
            return None
        # With the names read from Cloud Map, one that is not among them is somebody else's.
        if callee.identity is not None or caller.name not in callee.callers:
            return None
        return Known(through=Through.DISCOVERY, callee=callee)

    def _by_path(self, address: Address) -> Service | None:
        """Return the service whose paths take the address, of those of the first rule that does."""
        if address.scheme not in HTTP_SCHEMES:
            return None
        routed = [one for one in self.services.values() if one.traffic is not None]
        routed.sort(key=lambda one: one.traffic.priority if one.traffic else 0)
        return next((one for one in routed if one.traffic and _takes(one.traffic.paths, address.path)), None)

    def _behind(self, balancer: LoadBalancer, address: Address) -> Service | None:
        """Return the service that a load balancer's rules send the address to."""
        listeners = [one for one in balancer.listeners if one.port == address.port]
        for rule in (rule for one in listeners for rule in one.rules):
            if _asks(rule.hosts, address.host) and _takes(rule.paths or ("/*",), address.path):
                return self._of_rule(rule)
        defaults = [arn for one in listeners for arn in one.default_target_group_arns]
        return self._of_groups(defaults)

    def _of_rule(self, rule: ListenerRule) -> Service | None:
        return None if rule.other_conditions else self._of_groups(rule.target_group_arns)

    def _of_groups(self, arns: Sequence[str]) -> Service | None:
        names = {self.groups.get(arn) for arn in arns}
        name = names.pop() if len(names) == 1 else None
        return self.services.get(name) if name else None


def _names(fleet: Fleet, identity: FleetIdentity) -> Iterator[tuple[str, str]]:
    """Yield the DNS name of each Cloud Map service with the service that is registered there."""
    zones = {one.id: one.name for one in identity.namespaces}
    known = {
        one.arn: f"{one.name}.{zones[one.namespace_id]}"
        for one in identity.discovery_services
        if one.namespace_id in zones
    }
    for service in fleet.services:
        for registration in service.identity.registrations if service.identity else ():
            if (name := known.get(registration.registry_arn)) is not None:
                yield name.lower(), service.name


def _hosts(identity: FleetIdentity) -> Iterator[tuple[str, LoadBalancer]]:
    for balancer in identity.load_balancers:
        if balancer.dns_name:
            yield balancer.dns_name.lower(), balancer
        for listener in balancer.listeners:
            for rule in listener.rules:
                yield from (
                    (host.lower(), balancer) for host in rule.hosts if "*" not in host and "?" not in host
                )


def _asks(hosts: Sequence[str], host: str) -> bool:
    return not hosts or any(_matches(one.lower(), host) for one in hosts)


def _takes(patterns: Sequence[str], path: str) -> bool:
    """Tell whether a rule takes what begins with a path: /jobs/* takes the calls to a base of /jobs."""
    below = f"{path.rstrip('/')}/x"
    return any(_matches(one, path or "/") or _matches(one, below) for one in patterns)


def _matches(pattern: str, text: str) -> bool:
    """Match as a listener rule does: ``*`` any characters, ``?`` one, case kept."""
    return (
        re.fullmatch("".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern), text)
        is not None
    )
