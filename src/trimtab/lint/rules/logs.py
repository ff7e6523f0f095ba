"""Rules about logs: kept for ever, made by nobody, or not written at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.lint.containers import name_of
from trimtab.lint.evaluation.values import Unknown, Value
from trimtab.lint.model import Hit, LintRule, Severity
from trimtab.lint.resource import CannotTell
from trimtab.lint.rules.tasks import on_fargate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.lint.resource import Resource
    from trimtab.lint.world import World

GROUP = ("aws_cloudwatch_log_group",)
DEFINITION = ("aws_ecs_task_definition",)
_GUIDE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide"
_CWL = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs"
_NEEDED = ("awslogs-group", "awslogs-region", "awslogs-stream-prefix")


def options_of(container: dict[str, Value]) -> tuple[str, dict[str, Value]] | None:
    """Return the log driver and its options.

    Raises:
        CannotTell: they are not known.

    """
    configuration = container.get("logConfiguration")
    driver = configuration.get("logDriver") if isinstance(configuration, dict) else configuration
    if isinstance(driver, Unknown):
        raise CannotTell(driver)
    if not isinstance(configuration, dict):
        return None
    options = configuration.get("options")
    if isinstance(options, Unknown):
        raise CannotTell(options)
    return str(driver), options if isinstance(options, dict) else {}


def _for_ever(group: Resource, world: World) -> Iterator[Hit]:
    del world
    if not group.number("retention_in_days", 0):
        yield Hit("what is logged is never deleted", group.at("retention_in_days"))


def _by_driver(definition: Resource, world: World) -> Iterator[Hit]:
    for container in world.containers(definition):
        options = options_of(container)
        if options is not None and str(options[1].get("awslogs-create-group")).lower() == "true":
            yield Hit(
                f"the log driver of {name_of(container)} makes the group itself",
                definition.at("container_definitions"),
            )


def _incomplete(definition: Resource, world: World) -> Iterator[Hit]:
    for container in world.containers(definition) if on_fargate(definition, world) else ():
        options = options_of(container)
        if options is None or options[0] != "awslogs":
            continue
        missing = [name for name in _NEEDED if options[1].get(name) in (None, "")]
        if missing:
            yield Hit(
                f"{name_of(container)} logs without {', '.join(missing)}",
                definition.at("container_definitions"),
            )


def _silent(definition: Resource, world: World) -> Iterator[Hit]:
    for one in world.containers(definition):
        if options_of(one) is None:
            yield Hit(f"{name_of(one)} has no logConfiguration", definition.at("container_definitions"))


def _unused(group: Resource, world: World) -> Iterator[Hit]:
    name = group.get("name")
    if not isinstance(name, str) or name.startswith("/aws/") or world.mentioned(group):
        return
    if not world.of("aws_ecs_task_definition"):
        return
    used = {
        options[1].get("awslogs-group")
        for definition in world.of("aws_ecs_task_definition")
        for one in world.containers(definition)
        if (options := options_of(one)) is not None
    }
    unclear = next((one for one in used if isinstance(one, Unknown)), None)
    if name not in used:
        if unclear is not None:
            raise CannotTell(unclear)
        yield Hit(f"nothing here logs to {name}", group.place)


RULES = (
    LintRule(
        id="logs-kept-for-ever",
        severity=Severity.WARNING,
        title="Logs that are kept for ever",
        why="Without retention nothing is deleted: storage is billed by the gigabyte and month, and "
        "grows with every one.",
        fix="retention_in_days = 30, or what the law asks for.",
        source=f"{_CWL}/Working-with-log-groups-and-streams.html",
        kinds=GROUP,
        check=_for_ever,
    ),
    LintRule(
        id="log-group-by-driver",
        severity=Severity.WARNING,
        title="A log group that the driver makes",
        why="A group that Terraform deletes or forgets comes back, without retention and without tags.",
        fix="An aws_cloudwatch_log_group, and awslogs-create-group left out.",
        source=f"{_GUIDE}/using_awslogs.html",
        kinds=DEFINITION,
        check=_by_driver,
    ),
    LintRule(
        id="log-driver-incomplete",
        severity=Severity.ERROR,
        title="A log driver without its group",
        why="On Fargate awslogs needs group, region and stream prefix: without them the definition is "
        "refused or the task does not start.",
        fix="Give awslogs-group, awslogs-region and awslogs-stream-prefix.",
        source=f"{_GUIDE}/using_awslogs.html",
        kinds=DEFINITION,
        check=_incomplete,
    ),
    LintRule(
        id="no-logs",
        severity=Severity.WARNING,
        title="A container that logs nowhere",
        why="On Fargate there is no host to look at: what it printed before it died is gone.",
        fix="A logConfiguration with awslogs, or awsfirelens.",
        source=f"{_GUIDE}/using_awslogs.html",
        kinds=DEFINITION,
        check=_silent,
    ),
    LintRule(
        id="unused-log-group",
        severity=Severity.NOTE,
        title="A log group that nothing writes to",
        why="Old logs are billed on, and are searched by mistake in an incident.",
        fix="Take it away when nobody needs what is in it.",
        source=f"{_CWL}/Working-with-log-groups-and-streams.html",
        kinds=GROUP,
        check=_unused,
    ),
)
