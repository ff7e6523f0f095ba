"""Rules about load balancing and discovery: checks, drains, listeners, names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.lint.evaluation.values import Unknown, key_text
from trimtab.lint.model import Hit, LintRule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.lint.resource import Resource
    from trimtab.lint.world import World

GROUP = ("aws_lb_target_group",)
_ALB = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application"
_GUIDE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide"
DRAIN_LONG_S, DRAIN_DEFAULT_S, DRAIN_SHORT_S = 300, 300, 5
SPOT_NOTICE_S = 120
"""The notice before a task on Spot is taken away [s]."""
INTERVAL_S = 30


def _used(group: Resource, world: World) -> bool:
    return any(group in world.target_groups(one) for one in world.of("aws_ecs_service"))


def _timeout(group: Resource, world: World) -> Iterator[Hit]:
    del world
    check = group.block("health_check")
    timeout = None if check is None else check.number("timeout")
    if check is None or timeout is None:
        return
    interval = check.number("interval", INTERVAL_S) or INTERVAL_S
    if timeout >= interval:
        yield Hit(f"timeout {timeout:g} s, interval {interval:g} s", check.at("timeout"))


def _not_ip(service: Resource, world: World) -> Iterator[Hit]:
    definition = world.definition(service)
    fargate = service.get("launch_type") == "FARGATE"
    if definition is not None and definition.get("network_mode") == "awsvpc":
        fargate = True
    for group in world.target_groups(service) if fargate else ():
        if group.text("target_type", "instance") != "ip":
            yield Hit(
                f"{service.address} has tasks with addresses of their own, and this takes instances",
                group.at("target_type"),
            )


def _no_check(group: Resource, world: World) -> Iterator[Hit]:
    if not _used(group, world) or group.text("protocol", "HTTP") not in {"HTTP", "HTTPS"}:
        return
    check = group.block("health_check")
    if check is None:
        yield Hit("it has no health_check: / must answer 200", group.place)
    elif not check.text("path") and check.text("protocol", "HTTP") in {"HTTP", "HTTPS"}:
        yield Hit("its health_check has no path: / must answer 200", check.place)


def _long_drain(group: Resource, world: World) -> Iterator[Hit]:
    if not _used(group, world):
        return
    delay = group.number("deregistration_delay", DRAIN_DEFAULT_S) or 0
    if delay >= DRAIN_LONG_S:
        text = f"each task that goes is billed {delay:g} s more, and a deployment waits for it"
        yield Hit(text, group.at("deregistration_delay"))


def _short_drain(group: Resource, world: World) -> Iterator[Hit]:
    delay = group.number("deregistration_delay", DRAIN_DEFAULT_S) if _used(group, world) else None
    if delay is not None and delay < DRAIN_SHORT_S:
        yield Hit(
            f"requests longer than {delay:g} s are cut when a task goes", group.at("deregistration_delay")
        )


def _spot_drain(service: Resource, world: World) -> Iterator[Hit]:
    names = {one.text("capacity_provider") for one in service.blocks("capacity_provider_strategy")}
    for group in world.target_groups(service) if "FARGATE_SPOT" in names else ():
        delay = group.number("deregistration_delay", DRAIN_DEFAULT_S) or 0
        if delay >= SPOT_NOTICE_S:
            text = f"tasks on Spot have {SPOT_NOTICE_S} s, and {delay:g} s of them go into the drain"
            yield Hit(text, group.at("deregistration_delay"))


def _slow_start(group: Resource, world: World) -> Iterator[Hit]:
    del world
    algorithm = group.text("load_balancing_algorithm_type", "round_robin")
    if (group.number("slow_start", 0) or 0) > 0 and algorithm != "round_robin":
        yield Hit(f"slow_start does not go with {algorithm}", group.at("slow_start"))


def _balancer(listener: Resource, world: World) -> Resource | None:
    return world.referred(listener.get("load_balancer_arn"), "aws_lb")


def _public(balancer: Resource | None) -> bool:
    return (
        balancer is not None
        and balancer.text("load_balancer_type", "application") == "application"
        and not balancer.flag("internal")
    )


def _no_tls(listener: Resource, world: World) -> Iterator[Hit]:
    if listener.text("protocol", "HTTP") != "HTTP" or not _public(_balancer(listener, world)):
        return
    action = listener.block("default_action")
    forwards = action is not None and action.text("type") == "forward"
    rules = [
        one
        for one in world.of("aws_lb_listener_rule")
        if world.referred(one.get("listener_arn"), "aws_lb_listener") is listener
    ]
    if forwards or rules:
        yield Hit("the public load balancer serves plain HTTP", listener.place)


def _on_public(service: Resource, world: World) -> Iterator[Hit]:
    groups = {one.address for one in world.target_groups(service)}
    for rule in (*world.of("aws_lb_listener_rule"), *world.of("aws_lb_listener")):
        blocks = [*rule.blocks("action"), *rule.blocks("default_action")]
        led = [world.referred(one.get("target_group_arn"), "aws_lb_target_group") for one in blocks]
        listener = (
            rule
            if rule.kind == "aws_lb_listener"
            else world.referred(rule.get("listener_arn"), "aws_lb_listener")
        )
        if listener is not None and any(one is not None and one.address in groups for one in led):
            balancer = _balancer(listener, world)
            if balancer is not None and _public(balancer):
                yield Hit(f"the internet reaches it through {balancer.address}", service.place)
                return


def _shadowed(rule: Resource, world: World) -> Iterator[Hit]:
    paths, priority = _paths(rule), rule.number("priority")
    if not paths or priority is None:
        return
    listener = key_text(rule.get("listener_arn"))
    for other in world.of("aws_lb_listener_rule"):
        if (
            other is rule
            or key_text(other.get("listener_arn")) != listener
            or len(other.blocks("condition")) != 1
        ):
            continue
        first = other.number("priority")
        wider = _paths(other)
        if (
            first is not None
            and first < priority
            and all(any(_covers(one, path) for one in wider) for path in paths)
        ):
            text = f"{other.address} at priority {first:g} takes all that it asks for"
            yield Hit(text, rule.at("priority"))
            return


def _paths(rule: Resource) -> list[str]:
    patterns = [inner for one in rule.blocks("condition") for inner in one.blocks("path_pattern")]
    values = [value for one in patterns for value in one.known("values") or []]
    return [value for value in values if isinstance(value, str)]


def _covers(pattern: str, path: str) -> bool:
    """Tell whether a pattern takes all that another takes; only where one star ends it."""
    head, star, rest = pattern.partition("*")
    plain = "?" not in head and not rest
    return pattern == path or (bool(star) and plain and path.startswith(head))


def _lone_group(group: Resource, world: World) -> Iterator[Hit]:
    service_here = bool(world.of("aws_ecs_service"))
    blind = any(
        isinstance(one.get("target_group_arn"), Unknown)
        for service in world.of("aws_ecs_service")
        for one in service.blocks("load_balancer")
        if world.referred(one.get("target_group_arn"), "aws_lb_target_group") is None
    )
    attached = any(
        world.referred(one.get("target_group_arn"), "aws_lb_target_group") is group
        for one in world.of("aws_lb_target_group_attachment")
    )
    if service_here and not blind and not attached and not _used(group, world) and not group.module:
        yield Hit("no service here has its tasks in it", group.place)


RULES = (
    LintRule(
        id="health-timeout",
        severity=Severity.ERROR,
        title="A check that may last longer than its interval",
        why="The load balancer refuses a timeout that is not below the interval; validate and plan do "
        "not look.",
        fix="Lower timeout below interval.",
        source=f"{_ALB}/target-group-health-checks.html",
        kinds=GROUP,
        check=_timeout,
    ),
    LintRule(
        id="target-type",
        severity=Severity.ERROR,
        title="A target group that cannot take Fargate's tasks",
        why="Tasks in awsvpc mode are registered by address: CreateService refuses a group of instances.",
        fix='target_type = "ip"',
        source=f"{_GUIDE}/alb.html",
        kinds=("aws_ecs_service",),
        check=_not_ip,
    ),
    LintRule(
        id="no-target-health-check",
        severity=Severity.WARNING,
        title="A target group without a health check of its own",
        why="The defaults ask for / and take 200 alone: an application that answers there otherwise "
        "is never healthy, and one that answers while it is broken always is.",
        fix="health_check with a path that says whether the task can serve.",
        source=f"{_ALB}/target-group-health-checks.html",
        kinds=GROUP,
        check=_no_check,
    ),
    LintRule(
        id="drain-long",
        severity=Severity.WARNING,
        title="A long drain",
        why="ECS waits for the whole deregistration delay, also when nothing is in flight, before it "
        "stops a task: it is billed meanwhile, and slows every deployment and scale-in.",
        fix="deregistration_delay as long as the longest request, often 30 s, and stopTimeout not below it.",
        source=f"{_GUIDE}/load-balancer-connection-draining.html",
        kinds=GROUP,
        check=_long_drain,
    ),
    LintRule(
        id="drain-short",
        severity=Severity.WARNING,
        title="A drain shorter than requests",
        why="What is still in flight when the delay ends is cut off with a 5xx, on every scale-in and "
        "deployment.",
        fix="deregistration_delay as long as the longest request.",
        source=f"{_ALB}/edit-target-group-attributes.html",
        kinds=GROUP,
        check=_short_drain,
    ),
    LintRule(
        id="drain-beyond-spot",
        severity=Severity.WARNING,
        title="A drain longer than the notice of Spot",
        why="ECS takes the target out first and stops the task at the end of the notice:"
        " what still drains then is cut off.",
        fix="deregistration_delay below 120 for what runs on FARGATE_SPOT.",
        source=f"{_GUIDE}/fargate-capacity-providers.html",
        kinds=("aws_ecs_service",),
        check=_spot_drain,
    ),
    LintRule(
        id="slow-start-algorithm",
        severity=Severity.ERROR,
        title="Slow start with an algorithm that has none",
        why="The load balancer refuses slow start with least outstanding requests or weighted random.",
        fix="Take slow_start away, or round_robin.",
        source=f"{_ALB}/edit-target-group-attributes.html",
        kinds=GROUP,
        check=_slow_start,
    ),
    LintRule(
        id="no-tls",
        severity=Severity.WARNING,
        title="Plain HTTP from the internet",
        why="What is sent, cards and passwords included, can be read on its way.",
        fix="A listener on 443 with a certificate, and a redirect from 80.",
        source=f"{_ALB}/create-https-listener.html",
        kinds=("aws_lb_listener",),
        check=_no_tls,
    ),
    LintRule(
        id="on-public-balancer",
        severity=Severity.NOTE,
        title="A service that the internet reaches",
        why="What only other services call needs no public listener: one forgotten path is enough.",
        fix="An internal load balancer or Cloud Map for what is not for customers.",
        source=f"{_ALB}/application-load-balancers.html",
        kinds=("aws_ecs_service",),
        check=_on_public,
    ),
    LintRule(
        id="rule-shadowed",
        severity=Severity.WARNING,
        title="A listener rule that no request reaches",
        why="Rules are tried by priority: a wider one before it takes everything, and whoever reads "
        "this one is misled.",
        fix="Give it a lower number than the wider one, or take it away.",
        source=f"{_ALB}/listener-rules.html",
        kinds=("aws_lb_listener_rule",),
        check=_shadowed,
    ),
    LintRule(
        id="unused-target-group",
        severity=Severity.NOTE,
        title="A target group without a service",
        why="Requests that are sent there are answered with 503, and whoever reads it is misled.",
        fix="Take it away, or give it to a service.",
        source=f"{_ALB}/load-balancer-target-groups.html",
        kinds=GROUP,
        check=_lone_group,
    ),
)
