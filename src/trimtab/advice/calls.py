"""Calls that the values would cut off: addresses in environment variables, and what lets them out.

The service module's security group lets out HTTPS, the services that name the caller, and ``egress``;
a service that becomes internal is on no public load balancer any more. What a variable names is
compared with that. Where the values can keep the call possible they do, and say so; where nobody
can know whom a host name leads to, that is said.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from trimtab.addresses import addresses_of, ip_of
from trimtab.advice.callees import Callees, Through
from trimtab.fleet.model import Egress

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from trimtab.addresses import Address
    from trimtab.advice.callees import Known
    from trimtab.fleet.model import Fleet, Service

HTTPS: Final = 443
ANYWHERE: Final = "0.0.0.0/0"
PLAIN: Final[Mapping[str, str]] = {"https": "http", "wss": "ws"}
"""What a task speaks where a load balancer in front of it ends TLS."""
REWRITTEN: Final = frozenset({"", "http", "https", "ws", "wss", "grpc", "tcp"})
"""Schemes of addresses that the module can make itself: SCHEME://NAME.NAMESPACE:PORT/PATH."""
NEVER_PORT: Final = re.compile(r"(?:^|\.)amazonaws\.com(?:\.cn)?$")
OWN_PORT: Final = re.compile(r"\.(?:rds|cache|redshift|docdb|neptune|memorydb|kafka|mq|es|elb)\.|\.elb\.")
"""Hosts of AWS that speak something else than HTTPS on 443, and so need a port that is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCall:
    """A variable that the module gives the address of another service: an item of ``calls``."""

    service: str
    scheme: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """One call that would be cut off, or of which nobody can tell."""

    caller: str
    what: str
    """Which variable, whom it calls, and why that would not go through. Never a value."""
    kept: str
    """What the values do about it."""
    fix: str
    """What a person does about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """What one service's entry in the values says about its calls, besides what is deployed."""

    named: Mapping[str, NamedCall] = field(default_factory=dict)
    """By variable: these are taken out of the environment."""
    egress: tuple[Egress, ...] = ()
    callers: tuple[str, ...] = ()
    """Who calls it by its Cloud Map name, besides those that are known as callers."""
    cuts: tuple[Cut, ...] = ()


NONE: Final = Calls()


def calls_of(fleet: Fleet, left_out: Collection[str] = ()) -> dict[str, Calls]:
    """Return what the values say about the calls of each service; ``left_out`` have no entry."""
    callees = Callees.of(fleet)
    by_name = {
        one.name: _Caller(one, callees, left_out) for one in fleet.services if one.name not in left_out
    }
    for caller in by_name.values():
        caller.look()
    callers: dict[str, list[str]] = {}
    for name, caller in by_name.items():
        for called in caller.callees:
            callers.setdefault(called, []).append(name)
    return {
        name: Calls(
            named=one.named,
            egress=tuple(one.egress.values()),
            callers=tuple(sorted(callers.get(name, ()))),
            cuts=tuple(one.cuts),
        )
        for name, one in by_name.items()
    }


class _Caller:
    """One service, looked at variable by variable."""

    def __init__(self, service: Service, callees: Callees, left_out: Collection[str]) -> None:
        self.service = service
        self.callees_known = callees
        self.left_out = left_out
        self.named: dict[str, NamedCall] = {}
        self.egress: dict[int | str, Egress] = {}
        self.callees: list[str] = []
        """Services that this one must be named a caller of."""
        self.cuts: list[Cut] = []

    def look(self) -> None:
        """Judge each address; one line for each variable and place."""
        for address in addresses_of(self.service.environment):
            known = self.callees_known.find(address, self.service)
            if known is None:
                self._unknown(address)
            elif known.through is Through.DISCOVERY:
                self._by_name(address, known)
            else:
                self._by_balancer(address, known)

    def _by_name(self, address: Address, known: Known) -> None:
        """Judge a Cloud Map name: it leads to tasks, which must let the caller in, on their own port."""
        callee = known.callee
        if callee is None:
            self._unknown(address)
            return
        let_in = self.service.name in callee.callers and address.port == callee.port
        if self._writes(address, callee) and (let_in or address.port == callee.port):
            self._name(address, callee, address.scheme)
            return
        if let_in:
            return
        what = f"{address.variable} calls {callee.name} by {address.said}, which no rule lets through"
        if address.port is not None and address.port == callee.port:
            self.callees.append(callee.name)
            kept = f"the values name it in callers of {callee.name}"
            self._cut(what, kept, f"name {self.service.name} in callers of {callee.name}")
        else:
            listens = "on no port that is known" if callee.port is None else f"on {callee.port}"
            fix = f"give {address.variable} the port it listens on, or set port of {callee.name}"
            self._cut(f"{what}: {callee.name} listens {listens}", "nothing is changed", fix)

    def _by_balancer(self, address: Address, known: Known) -> None:
        """Judge a load balancer: it leads to whom its rules say, if the caller gets out to it."""
        callee, reasons = known.callee, []
        port_closed = not self._lets_out(address)
        if port_closed:
            reasons.append("its security group would not let that out")
        leaves = callee is not None and known.public and _is_internal(callee)
        if leaves:
            reasons.append(f"{callee.name if callee else ''} becomes internal and leaves it")
        if not reasons:
            return
        whom = f"calls {callee.name} by" if callee else "calls"
        what = f"{address.variable} {whom} {address.said}, {known.words}: {' and '.join(reasons)}"
        if callee is not None and self._writes(address, callee):
            scheme = PLAIN.get(address.scheme, address.scheme)
            self._name(address, callee, scheme, what)
            return
        if port_closed:
            kept, fix = self._let_out(address)
        else:
            kept, fix = "nothing is changed", ""
        if leaves and callee is not None:
            fix = f"give it the Cloud Map name of {callee.name} (calls) before that"
        self._cut(what, kept, fix)

    def _unknown(self, address: Address) -> None:
        """Nobody can tell whom this is: it must at least be let out."""
        if address.port is None:
            # With any way out besides HTTPS it may be this one; hosts of AWS say their port or speak HTTPS.
            aws = NEVER_PORT.search(address.host) and not OWN_PORT.search(address.host)
            if not self.service.egress and not aws:
                what = (
                    f"cannot tell on which port {address.variable} calls {address.host}: only 443 is let out"
                )
                self._cut(what, "nothing is changed", "list it under egress if that is another port")
            return
        if self._lets_out(address):
            return
        kept, fix = self._let_out(address)
        what = (
            f"cannot tell whom {address.variable} calls by {address.said}: "
            "its security group would not let that port out"
        )
        likely = self.callees_known.likely(address, self.service)
        if likely is not None:
            kept += (
                f"; by its path it may be {likely.name} behind the fleet's own load balancer: then write "
                f'calls = {{ {address.variable} = {{ service = "{likely.name}" }} }} instead'
            )
        self._cut(what, kept, fix)

    def _writes(self, address: Address, callee: Service) -> bool:
        """Tell whether the values may give the variable another value: not what runs on as it is."""
        return (
            self.service.identity is None
            and callee.identity is None
            and address.whole
            and address.scheme in REWRITTEN
            and callee.port is not None
            and callee.name != self.service.name
            and callee.name not in self.left_out
        )

    def _name(self, address: Address, callee: Service, scheme: str, what: str = "") -> None:
        self.named[address.variable] = NamedCall(service=callee.name, scheme=scheme, path=address.path)
        if what:
            kept = f"the values give it the Cloud Map name of {callee.name} (calls)"
            fix = f'write calls = {{ {address.variable} = {{ service = "{callee.name}" }} }}'
            self._cut(what, kept, fix)

    def _lets_out(self, address: Address) -> bool:
        rules = self.service.egress or ()
        if address.port == HTTPS:
            return True
        ip = ip_of(address.host)
        return any(
            rule.port == address.port
            and (ip is None or rule.cidr is None or ip in ipaddress.ip_network(rule.cidr, strict=False))
            for rule in rules
        )

    def _let_out(self, address: Address) -> tuple[str, str]:
        """Add a rule; return what the values say of it, and what a person would write."""
        port, ip = address.port or 0, ip_of(address.host)
        if ip is not None and ip.version == 6:  # noqa: PLR2004 - the module's rules are of IPv4
            return "nothing is changed: egress takes IPv4 ranges", "reach it by an IPv4 address"
        cidr = ANYWHERE if ip is None else f"{ip}/{ip.max_prefixlen}"
        rule = Egress(name=f"port-{port}" if ip is None else _slug(f"{ip}-{port}"), port=port, cidr=cidr)
        self.egress.setdefault(rule.name, rule)
        narrow = " to anywhere: narrow it" if ip is None else ""
        return f"the values add egress {rule.name}{narrow}", f"list port {port} under egress"

    def _cut(self, what: str, kept: str, fix: str) -> None:
        self.cuts.append(Cut(caller=self.service.name, what=what, kept=kept, fix=fix))


def _is_internal(service: Service) -> bool:
    return service.traffic is None or service.traffic.exposure == "internal"


def _slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")
