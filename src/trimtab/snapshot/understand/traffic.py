"""Answers about load balancers, made into ``Traffic``; about security groups, into ``Egress``."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from trimtab.fleet.model import Egress, TargetHealthCheck, Traffic
from trimtab.snapshot.parse import network_of
from trimtab.snapshot.understand.routing import are_addresses, is_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trimtab.aws.api import Json
    from trimtab.snapshot.answers import Raw

DEFAULT_DELAY_S: Final = 300
"""deregistration_delay.timeout_seconds where it is not stated (elbv2 API reference)."""
MOST_PATHS: Final = 5
"""Values a rule may have (ALB quotas)."""
ANY_PATH: Final = "/*"
LAST_PRIORITY: Final = 50_000
"""Stands for a listener's default action, which comes after every rule."""
HTTPS: Final = 443
WIDEST: Final = 10
"""A range of more ports than this says nothing about what is connected to."""

UNKEPT: Final = (
    "a path of its rule or of its health check is no plain words, so it is not kept: its target group and "
    "rule stay as they are, and its traffic is not modelled"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One way from a load balancer to a target group."""

    priority: int
    paths: tuple[str, ...]
    scheme: str


def routes_of(raw: Raw) -> dict[str, list[Route]]:
    """Return every way to every target group, the first to be tried first."""
    routes: defaultdict[str, list[Route]] = defaultdict(list)
    for balancer in raw.balancers:
        for listener in balancer.get("Listeners", ()):
            for rule in listener.get("Rules", ()):
                priority = LAST_PRIORITY if rule.get("IsDefault") else int(rule["Priority"])
                paths = values_of(rule, "path-pattern") or (ANY_PATH,)
                route = Route(priority=priority, paths=paths, scheme=balancer.get("Scheme", ""))
                for arn in forwards_to(rule.get("Actions", ())):
                    routes[arn].append(route)
    return {arn: sorted(each, key=lambda route: route.priority) for arn, each in routes.items()}


def forwards_to(actions: Sequence[Json]) -> tuple[str, ...]:
    """Return the target groups that actions forward to, sorted."""
    arns: set[str] = set()
    for action in actions:
        if action.get("TargetGroupArn"):
            arns.add(action["TargetGroupArn"])
        groups = (action.get("ForwardConfig") or {}).get("TargetGroups") or ()
        arns |= {group["TargetGroupArn"] for group in groups}
    return tuple(sorted(arns))


def values_of(rule: Json, name: str) -> tuple[str, ...]:
    """Return the values of a rule's condition on paths or hosts, in AWS's order."""
    config = {"path-pattern": "PathPatternConfig", "host-header": "HostHeaderConfig"}[name]
    return tuple(
        value
        for condition in rule.get("Conditions", ())
        if condition.get("Field") == name
        for value in (condition.get(config) or {}).get("Values") or condition.get("Values") or ()
    )


def traffic_of(
    service: Json, raw: Raw, routes: Mapping[str, Sequence[Route]]
) -> tuple[Traffic | None, list[str]]:
    """Return how a load balancer reaches the service, and what the model cannot say of it."""
    name, attached = service["serviceName"], service.get("loadBalancers") or ()
    arns = [one["targetGroupArn"] for one in attached if one.get("targetGroupArn")]
    if not arns:
        return None, []
    arn, notes = str(taken_group(service, raw, routes)), []
    if len(arns) > 1:
        notes.append(f"{name}: of its {len(arns)} target groups {name_of_group(arn)} is taken")
    group = raw.target_groups.get(arn)
    if group is None:
        return None, [
            *notes,
            f"{name}: its target group {name_of_group(arn)} was not read: its traffic is not known",
        ]
    if not routes.get(arn):
        return None, [
            *notes,
            f"{name}: no listener of an application load balancer sends anything to its target group",
        ]
    if group.get("Protocol") not in ("HTTP", "HTTPS"):
        return None, [
            *notes,
            f"{name}: its target group speaks {group.get('Protocol')}, which is not modelled",
        ]
    route = routes[arn][0]
    if len(routes[arn]) > 1 or route.priority == LAST_PRIORITY or len(route.paths) > MOST_PATHS:
        notes.append(f"{name}: its routing is more than one rule of paths; see the listener rules")
    if not (are_addresses(route.paths) and is_path(str(group.get("HealthCheckPath") or "/"))):
        return None, [*notes, f"{name}: {UNKEPT}"]
    delay = group.get("Attributes", {}).get("deregistration_delay.timeout_seconds", DEFAULT_DELAY_S)
    traffic = Traffic(
        exposure="public" if route.scheme == "internet-facing" else "internal",
        priority=route.priority,
        paths=route.paths[:MOST_PATHS],
        deregistration_delay_s=int(delay),
        grace_period_s=int(service.get("healthCheckGracePeriodSeconds") or 0),
        health_check=_health_check(group),
    )
    return traffic, notes


def taken_group(service: Json, raw: Raw, routes: Mapping[str, Sequence[Route]]) -> str | None:
    """Return the ARN of the target group that stands for all of a service's.

    That is one which an application load balancer sends to: several come in no order of their own.
    """
    arns = [one["targetGroupArn"] for one in service.get("loadBalancers") or () if one.get("targetGroupArn")]
    spoken = {arn: raw.target_groups.get(arn, {}).get("Protocol") for arn in arns}
    known = (arn for arn in arns if routes.get(arn) and spoken[arn] in ("HTTP", "HTTPS"))
    return next(known, arns[0] if arns else None)


def name_of_group(arn: str) -> str:
    """Return a target group's name, from its ARN."""
    return arn.rpartition(":")[2].removeprefix("targetgroup/").partition("/")[0]


def _health_check(group: Json) -> TargetHealthCheck:
    matcher = group.get("Matcher") or {}
    return TargetHealthCheck(
        path=group.get("HealthCheckPath", "/"),
        interval_s=int(group.get("HealthCheckIntervalSeconds", 30)),
        timeout_s=int(group.get("HealthCheckTimeoutSeconds", 5)),
        healthy_threshold=int(group.get("HealthyThresholdCount", 5)),
        unhealthy_threshold=int(group.get("UnhealthyThresholdCount", 2)),
        matcher=matcher.get("HttpCode") or matcher.get("GrpcCode") or "200",
    )


def egress_of(service: Json, groups: Mapping[str, Json]) -> tuple[Egress, ...] | None:
    """Return where the service's security groups let it connect to, besides HTTPS.

    ``None`` where they let it connect anywhere, or were not read: then nobody knows what it needs.
    """
    wanted = network_of(service).get("securityGroups") or ()
    if not wanted or any(one not in groups for one in wanted):
        return None
    if not any(groups[group].get("IpPermissionsEgress") for group in wanted):
        # Without a way out no task could pull its image: the rules are kept where nothing was read.
        return None
    rules: set[tuple[int, str, str]] = set()
    for group in wanted:
        for rule in groups[group].get("IpPermissionsEgress") or ():
            ports = _ports(rule)
            if ports is None or rule.get("PrefixListIds"):
                return None
            rules |= {(port, *peer) for port in ports for peer in _peers(rule)}
    return tuple(
        _named(peer, number) for number, peer in enumerate(sorted(rules), start=1) if peer[0] != HTTPS
    )


def _named(peer: tuple[int, str, str], number: int) -> Egress:
    port, cidr, group = peer
    return Egress(name=f"tcp-{port}-{number}", port=port, cidr=cidr or None, security_group_id=group or None)


def _ports(rule: Json) -> range | None:
    if rule.get("IpProtocol") != "tcp" or rule.get("FromPort") is None:
        return None
    ports = range(int(rule["FromPort"]), int(rule["ToPort"]) + 1)
    return ports if 0 < len(ports) <= WIDEST and ports[0] > 0 else None


def _peers(rule: Json) -> Iterator[tuple[str, str]]:
    """Give each peer of a rule as a range and a security group, one of them empty."""
    for one in rule.get("IpRanges") or ():
        yield one["CidrIp"], ""
    for one in rule.get("Ipv6Ranges") or ():
        yield one["CidrIpv6"], ""
    for one in rule.get("UserIdGroupPairs") or ():
        yield "", one["GroupId"]


def callers_of(raw: Raw) -> dict[str, tuple[str, ...]]:
    """Return who may connect to each service by name of the security groups, where each has its own."""
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for service in raw.services:
        for group in network_of(service).get("securityGroups") or ():
            owners[group].add(service["serviceName"])
    own = {group: next(iter(names)) for group, names in owners.items() if len(names) == 1}
    callers: defaultdict[str, set[str]] = defaultdict(set)
    for group in raw.security_groups:
        called = own.get(group["GroupId"])
        for rule in group.get("IpPermissions") or () if called else ():
            pairs = rule.get("UserIdGroupPairs") or ()
            callers[str(called)] |= {own[pair["GroupId"]] for pair in pairs if pair.get("GroupId") in own}
    return {name: tuple(sorted(found - {name})) for name, found in callers.items()}
