"""Load balancers, listeners, rules and target groups that the configuration does not own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.takeover.imports import exposures, imports_of
from trimtab.takeover.item import Item, aws
from trimtab.takeover.ownable import EXPOSURES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.fleet.account import Listener, ListenerRule, LoadBalancer
    from trimtab.takeover.takeover import Takeover


def traffic_items(takeover: Takeover) -> Iterator[Item]:
    """Yield what leads traffic beside the configuration, or nowhere."""
    taken = {takeover.balancers[exposure].found.arn for exposure in exposures(takeover)}
    imported = {one.id for one in imports_of(takeover)}
    attached = _attached(takeover)
    for balancer in takeover.identity.load_balancers:
        if balancer.arn not in taken:
            yield _balancer(balancer)
            continue
        for listener in balancer.listeners:
            if listener.arn not in imported:
                yield _listener(balancer, listener)
            yield from (
                _rule(balancer, listener, rule, attached)
                for rule in listener.rules
                if rule.arn not in imported
            )
    yield from _target_groups(takeover, attached)


def _attached(takeover: Takeover) -> frozenset[str]:
    """Return the target groups that services of the cluster are attached to."""
    known = [service.identity for service in takeover.fleet.services if service.identity is not None]
    return frozenset(one.target_group_arn for identity in known for one in identity.attachments)


def _balancer(balancer: LoadBalancer) -> Item:
    return Item(
        advice="keep",
        kind="aws_lb",
        name=balancer.name,
        why=f"services behind it stay there; another {EXPOSURES[balancer.scheme]} one is taken over, or its "
        "listeners do what the module has no word for",
    )


def _listener(balancer: LoadBalancer, listener: Listener) -> Item:
    return Item(
        advice="look",
        kind="aws_lb_listener",
        name=f"{balancer.name}:{listener.port}",
        why="the module has listeners on 80 and 443 only; this one serves on",
    )


def _rule(balancer: LoadBalancer, listener: Listener, rule: ListenerRule, attached: frozenset[str]) -> Item:
    leads_to_service = not attached.isdisjoint(rule.target_group_arns)
    idle = bool(rule.target_group_arns) and not leads_to_service
    if leads_to_service:
        why = "it leads to a service by conditions or actions the values do not say; it stays as it is"
    elif idle:
        why = "no service of the cluster is attached to where it leads; redundant if that has no targets"
    else:
        why = "it does something else than forward to a service"
    conditions = " ".join((*rule.hosts, *rule.paths, *rule.other_conditions))
    return Item(
        advice="look",
        kind="aws_lb_listener_rule",
        name=f"{balancer.name}:{listener.port} priority {rule.priority} {conditions}".strip(),
        why=why,
        command=aws("elbv2", "delete-rule", "--rule-arn", rule.arn) if idle else "",
    )


def _target_groups(takeover: Takeover, attached: frozenset[str]) -> Iterator[Item]:
    owned = {one.target_group.arn for one in takeover.services if one.target_group is not None}
    for group in takeover.identity.target_groups:
        if group.arn in owned:
            continue
        used = group.arn in attached
        yield Item(
            advice="keep" if used else "look",
            kind="aws_lb_target_group",
            name=group.name,
            why="a service stays attached to it; the configuration owns another one, or not that service"
            if used
            else "no service of the cluster is attached to it; redundant if it has no targets",
            command="" if used else aws("elbv2", "delete-target-group", "--target-group-arn", group.arn),
        )
