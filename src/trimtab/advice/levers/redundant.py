"""Resources of the fleet as found that the snapshot lists and no service uses, at the catalog's price.

A snapshot sees one cluster. What another one uses looks unused from here, so each row says what to
look at first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trimtab.advice.cost import cents
from trimtab.advice.lever import Lever, LeverKind
from trimtab.catalog.load import HOURS_PER_MONTH

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trimtab.catalog.load import Prices
    from trimtab.fleet.account import LoadBalancer
    from trimtab.fleet.model import Fleet, FleetIdentity

MOST_NAMED: Final = 5
"""Resources named one by one before the rest is only counted."""
BALANCERS: Final = frozenset({"aws_lb", "aws_alb"})
NETWORK: Final = ("/net/", "/gwy/")
"""In the ARN of a network or gateway load balancer, whose price is another's."""
ADDRESS: Final = "nobody keeps it for a record or an allow-list"


def redundant(fleet: Fleet, prices: Prices) -> Iterator[Lever]:
    """Yield a row for each kind of resource that costs something and that nobody is seen to use."""
    identity = fleet.identity
    if identity is None:
        return
    unread = _unread(fleet)
    hours = (prices.alb_hour, prices.public_ipv4_hour, prices.nat_gateway_hour)
    balancer, address, gateway = (None if hour is None else hour.usd * HOURS_PER_MONTH for hour in hours)
    left = [one for one in identity.leftovers if one.kind in BALANCERS]
    idle = [one.name for one in _idle_balancers(fleet, identity)]
    idle += [one.name for one in left if not any(kind in one.id for kind in NETWORK)]
    targets = f"it has no targets of anybody else, now or when something scales from zero{unread}"
    yield from _row("load balancer", idle, balancer, targets)
    other = [one.name for one in left if any(kind in one.id for kind in NETWORK)]
    yield from _row("network or gateway load balancer", other, None, targets)
    yield from _row(
        "NAT gateway", _named(identity, "aws_nat_gateway"), gateway, f"no route is to come, and {ADDRESS}"
    )
    yield from _row(
        "NAT gateway",
        _seconds(identity),
        gateway,
        f"the routes of its zone lead to the other, which carries both, and {ADDRESS}; who else goes "
        "through it cannot be told from the fleet",
        why="beyond the first of its zone",
    )
    yield from _row("public address", _named(identity, "aws_eip"), address, ADDRESS)
    yield from _row(
        "alarm without an action",
        _idle_alarms(fleet, identity),
        prices.alarm_month.usd,
        "no dashboard, composite alarm or person looks at it; one on metric math costs more",
    )


def _named(identity: FleetIdentity, kind: str) -> list[str]:
    return [one.name for one in identity.leftovers if one.kind == kind]


def _seconds(identity: FleetIdentity) -> list[str]:
    """Return the NAT gateways that have another of their kind in their zone, the first of each kept."""
    first: set[tuple[str, bool]] = set()
    beyond: list[str] = []
    for gateway in identity.nat_gateways:
        # One that no route leads to is told as such; of one whose zone is not known nothing is.
        if gateway.zone is None or gateway.routed is not True:
            continue
        if (gateway.zone, gateway.private) in first:
            beyond.append(f"{gateway.id} ({gateway.zone})")
        first.add((gateway.zone, gateway.private))
    return beyond


def _row(
    noun: str,
    names: Sequence[str],
    each_usd_month: float | None,
    first: str,
    *,
    why: str = "that nothing here uses",
) -> Iterator[Lever]:
    if not names:
        return
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    what = f"{noun} {why}: {', '.join(sorted(names)[:MOST_NAMED])}{more}"
    price = "its price is not known" if each_usd_month is None else f"${each_usd_month:,.2f} each"
    yield Lever(
        kind=LeverKind.REDUNDANT,
        usd_month=None if each_usd_month is None else cents(len(names) * each_usd_month),
        basis=f"{what}; {price}",
        first=first,
    )


def _idle_balancers(fleet: Fleet, identity: FleetIdentity) -> Iterator[LoadBalancer]:
    """Give the load balancers of which no listener leads to a service of the cluster."""
    known = [one.identity for one in fleet.services if one.identity is not None]
    attached = {attachment.target_group_arn for one in known for attachment in one.attachments}
    groups = {one.arn: one.load_balancer_arns for one in identity.target_groups}
    behind = {balancer for group in attached for balancer in groups.get(group, ())}
    for balancer in identity.load_balancers:
        used = any(not attached.isdisjoint(listener.leads_to) for listener in balancer.listeners)
        if balancer.arn not in behind and not used:
            yield balancer


def _idle_alarms(fleet: Fleet, identity: FleetIdentity) -> list[str]:
    """Return the alarms that do nothing and that no deployment watches."""
    known = [one.identity for one in fleet.services if one.identity is not None]
    watched = {name for one in known for name in one.deployment_alarms}
    return [one.name for one in identity.alarms if not one.actions and one.name not in watched]


def _unread(fleet: Fleet) -> str:
    """Say whose use of things is not known."""
    names = [one.service for one in fleet.skipped] + [
        one.name for one in fleet.services if one.identity is None
    ]
    return f", nor {', '.join(names)}: what they use was not read" if names else ""
