"""Rules about services: deployments, network, tags, and who may look inside."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from trimtab.lint.evaluation.values import Unknown
from trimtab.lint.model import Hit, LintRule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.lint.resource import Resource
    from trimtab.lint.world import World

SERVICE = ("aws_ecs_service",)
_GUIDE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide"
_LEAST_PERCENT, _MOST_PERCENT = 100, 200
"""The defaults of a service's deployment."""


def rolling(service: Resource) -> bool:
    """Tell whether ECS itself rolls the service's deployments out."""
    controller = service.block("deployment_controller")
    daemon = service.text("scheduling_strategy", "REPLICA") == "DAEMON"
    return not daemon and (controller is None or controller.text("type", "ECS") == "ECS")


def _no_breaker(service: Resource, world: World) -> Iterator[Hit]:
    del world
    if not rolling(service):
        return
    breaker = service.block("deployment_circuit_breaker")
    if breaker is None or not breaker.flag("enable"):
        place = service.place if breaker is None else breaker.at("enable")
        yield Hit("a deployment that fails is tried for ever", place)
    elif not breaker.flag("rollback"):
        yield Hit("a deployment that fails is stopped, and not rolled back", breaker.at("rollback"))


def _count(service: Resource, world: World) -> float | None:
    scaling = world.scaling(service)
    return scaling.bounds[0] if scaling is not None else service.number("desired_count")


def _stuck(service: Resource, world: World) -> Iterator[Hit]:
    least = service.number("deployment_minimum_healthy_percent", _LEAST_PERCENT) or 0
    most = service.number("deployment_maximum_percent", _MOST_PERCENT) or 0
    count = _count(service, world) if (least, most) != (_LEAST_PERCENT, _MOST_PERCENT) else None
    if not count or not rolling(service):
        return
    floor, ceiling = math.ceil(count * least / 100), math.floor(count * most / 100)
    if floor >= count and ceiling <= count:
        text = f"with {count:g} tasks, {least:g} to {most:g} % leaves no room to stop one or to start one"
        yield Hit(text, service.at("deployment_maximum_percent"))


def _all_go(service: Resource, world: World) -> Iterator[Hit]:
    least = service.number("deployment_minimum_healthy_percent", _LEAST_PERCENT)
    count = _count(service, world) if least == 0 else None
    if least == 0 and rolling(service) and (count is None or count > 0):
        yield Hit(
            "a deployment may stop every task before it starts one",
            service.at("deployment_minimum_healthy_percent"),
        )


def _revision(service: Resource, world: World) -> Iterator[Hit]:
    if rolling(service) and world.definition(service) is not None and not service.ignores("task_definition"):
        yield Hit("Terraform sets the revision with every apply", service.at("task_definition"))


def _one_subnet(service: Resource, world: World) -> Iterator[Hit]:
    del world
    network = service.block("network_configuration")
    if network is None:
        return
    subnets = network.several("subnets")
    if len(subnets) == 1 and (not isinstance(subnets[0], Unknown) or "subnet" in subnets[0].origin):
        yield Hit("all tasks are in one subnet, so in one zone", network.at("subnets"))


def _public_ip(service: Resource, world: World) -> Iterator[Hit]:
    del world
    network = service.block("network_configuration")
    if network is not None and network.flag("assign_public_ip"):
        yield Hit("every task has a public address", network.at("assign_public_ip"))


def _no_propagation(service: Resource, world: World) -> Iterator[Hit]:
    del world
    if service.text("propagate_tags", "NONE") in {"NONE", ""}:
        yield Hit("tasks have none of the service's tags", service.at("propagate_tags"))


def _no_managed_tags(service: Resource, world: World) -> Iterator[Hit]:
    del world
    if not service.flag("enable_ecs_managed_tags"):
        yield Hit(
            "tasks do not say which service and cluster they are of", service.at("enable_ecs_managed_tags")
        )


def _no_tags(service: Resource, world: World) -> Iterator[Hit]:
    if not service.get("tags") and not world.default_tags:
        yield Hit("nothing says whose it is", service.at("tags"))


def _no_insights(cluster: Resource, world: World) -> Iterator[Hit]:
    del world
    settings = [one for one in cluster.blocks("setting") if one.text("name") == "containerInsights"]
    if not settings or settings[0].text("value") == "disabled":
        yield Hit("Container Insights is off", settings[0].place if settings else cluster.place)


def _exec_unlogged(service: Resource, world: World) -> Iterator[Hit]:
    if not service.flag("enable_execute_command"):
        return
    cluster = world.referred(service.get("cluster"), "aws_ecs_cluster")
    if cluster is None:
        return
    configuration = cluster.block("configuration")
    session = None if configuration is None else configuration.block("execute_command_configuration")
    logged = session is not None and session.text("logging", "DEFAULT") != "NONE"
    if not logged:
        yield Hit(
            f"sessions are not logged: {cluster.address} says nothing of them",
            service.at("enable_execute_command"),
        )


def _grace(service: Resource, world: World) -> Iterator[Hit]:
    groups = world.target_groups(service)
    if not groups:
        return
    grace = service.number("health_check_grace_period_seconds", 0) or 0
    for group in groups:
        check = group.block("health_check")
        interval = (check.number("interval") if check is not None else None) or DEFAULT_INTERVAL_S
        misses = (check.number("unhealthy_threshold") if check is not None else None) or DEFAULT_MISSES
        patience = grace + interval * misses
        start = _start_period(service, world)
        if patience < max(SLOW_START_S, start) or (start and grace < start):
            text = f"a task that needs more than about {patience:g} s to answer is stopped while it starts"
            yield Hit(text, service.at("health_check_grace_period_seconds"))
            return


SLOW_START_S = 60
"""An ordinary application of a managed runtime starts within that; less has no margin [s]."""
DEFAULT_INTERVAL_S, DEFAULT_MISSES = 30, 3
"""Of the AWS provider, where a target group says nothing."""


def _start_period(service: Resource, world: World) -> float:
    """Return how long its containers say that they may start [s]; zero where they say nothing."""
    definition = world.definition(service)
    checks = [] if definition is None else [one.get("healthCheck") for one in world.containers(definition)]
    periods = [one.get("startPeriod") for one in checks if isinstance(one, dict)]
    return max((float(one) for one in periods if isinstance(one, (int, float))), default=0)


RULES = (
    LintRule(
        id="no-circuit-breaker",
        severity=Severity.WARNING,
        title="No deployment circuit breaker with rollback",
        why="Without it a bad image is started again and again, at full cost, and nothing goes back "
        "to the one that worked.",
        fix="deployment_circuit_breaker { enable = true, rollback = true }",
        source=f"{_GUIDE}/deployment-circuit-breaker.html",
        kinds=SERVICE,
        check=_no_breaker,
    ),
    LintRule(
        id="deployment-stuck",
        severity=Severity.ERROR,
        title="A deployment that can neither stop nor start a task",
        why="ECS keeps the minimum healthy and stays under the maximum: where both round to the "
        "count, no deployment ever ends.",
        fix="Raise deployment_maximum_percent, or lower deployment_minimum_healthy_percent.",
        source=f"{_GUIDE}/service_definition_parameters.html",
        kinds=SERVICE,
        check=_stuck,
    ),
    LintRule(
        id="deployment-stops-all",
        severity=Severity.WARNING,
        title="A deployment that may stop every task",
        why="With a minimum of 0 % ECS stops what serves before the new tasks answer: an outage with "
        "every deployment.",
        fix="deployment_minimum_healthy_percent = 100, for one task 200 % maximum.",
        source=f"{_GUIDE}/service_definition_parameters.html",
        kinds=SERVICE,
        check=_all_go,
    ),
    LintRule(
        id="revision-not-ignored",
        severity=Severity.NOTE,
        title="Terraform and a pipeline may both set the revision",
        why="Where a pipeline deploys, the next apply takes the service back to the image that "
        "Terraform knows.",
        fix="lifecycle { ignore_changes = [task_definition] }, if something else deploys.",
        source=f"{_GUIDE}/update-service.html",
        kinds=SERVICE,
        check=_revision,
    ),
    LintRule(
        id="one-subnet",
        severity=Severity.WARNING,
        title="All tasks in one zone",
        why="When the zone fails, the service does.",
        fix="Name a subnet in each of three zones.",
        source=f"{_GUIDE}/availability.html",
        kinds=SERVICE,
        check=_one_subnet,
    ),
    LintRule(
        id="public-address",
        severity=Severity.WARNING,
        title="Tasks with public addresses",
        why="Each is reachable from the internet as far as its security group lets it, and each "
        "address is billed by the hour.",
        fix="Private subnets, with VPC endpoints or a NAT gateway, and assign_public_ip = false.",
        source=f"{_GUIDE}/fargate-task-networking.html",
        kinds=SERVICE,
        check=_public_ip,
    ),
    LintRule(
        id="tags-reach-no-task",
        severity=Severity.WARNING,
        title="Tags that reach no task",
        why="Fargate is billed by task, and tasks inherit nothing unless told to: the bill is one sum "
        "that nobody owns.",
        fix='propagate_tags = "SERVICE"',
        source=f"{_GUIDE}/ecs-using-tags.html",
        kinds=SERVICE,
        check=_no_propagation,
    ),
    LintRule(
        id="managed-tags-off",
        severity=Severity.NOTE,
        title="No managed tags",
        why="aws:ecs:serviceName and aws:ecs:clusterName split the bill without any tag of one's own.",
        fix="enable_ecs_managed_tags = true",
        source=f"{_GUIDE}/ecs-using-tags.html",
        kinds=SERVICE,
        check=_no_managed_tags,
    ),
    LintRule(
        id="service-without-tags",
        severity=Severity.NOTE,
        title="A service without tags",
        why="In an incident and on the bill it has no owner.",
        fix="Give it tags, or the provider default_tags.",
        source=f"{_GUIDE}/ecs-using-tags.html",
        kinds=SERVICE,
        check=_no_tags,
    ),
    LintRule(
        id="container-insights-off",
        severity=Severity.WARNING,
        title="Container Insights off",
        why="AWS/ECS has no count of tasks: how many ran, and why, cannot be looked up later.",
        fix='setting { name = "containerInsights", value = "enabled" }',
        source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html",
        kinds=("aws_ecs_cluster",),
        check=_no_insights,
    ),
    LintRule(
        id="exec-not-logged",
        severity=Severity.NOTE,
        title="ECS Exec without a log of its own",
        why="Who was inside a container, and what they typed, is what an auditor asks for first.",
        fix="configuration { execute_command_configuration { … } } of the cluster, with a log group "
        "of its own.",
        source=f"{_GUIDE}/ecs-exec.html",
        kinds=SERVICE,
        check=_exec_unlogged,
    ),
    LintRule(
        id="grace-too-short",
        severity=Severity.WARNING,
        title="Health checks that kill slow starters",
        why="Until the grace period ends, failed checks of the load balancer do not count; then a "
        "task that still starts is stopped, and the next one too.",
        fix="health_check_grace_period_seconds longer than the slowest start, with a margin.",
        source=f"{_GUIDE}/load-balancer-healthcheck.html",
        kinds=SERVICE,
        check=_grace,
    ),
)
