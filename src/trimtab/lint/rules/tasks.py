"""Rules about task definitions: what one task is, and what is in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from trimtab.catalog.load import is_valid, nearest_sizes
from trimtab.catalog.size import TaskSize
from trimtab.lint.containers import name_of, part
from trimtab.lint.evaluation.steps import unknown
from trimtab.lint.evaluation.values import Failed, Unknown, Value, number
from trimtab.lint.model import Hit, LintRule, Severity
from trimtab.lint.resource import CannotTell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.lint.resource import Resource
    from trimtab.lint.world import World

DEFINITION = ("aws_ecs_task_definition",)
_GUIDE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide"
_API = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference"
_SIZE = re.compile(r"(?P<amount>\d+(?:\.\d+)?)\s*(?P<unit>vcpu|gb)?", re.IGNORECASE)
LARGE_CPU_UNITS = 2048
_LIMITS: Final = {
    "interval": (5, 300),
    "timeout": (2, 60),
    "retries": (1, 10),
    "startPeriod": (0, 300),
}
_STOP_S = (2, 120)


def on_fargate(definition: Resource, world: World) -> bool:
    """Tell whether tasks of it run on Fargate: it says so, or its service does."""
    asked = definition.known("requires_compatibilities")
    if asked:
        return "FARGATE" in asked
    return any(one.get("launch_type") == "FARGATE" for one in world.services_of(definition))


def size_of(definition: Resource) -> TaskSize | None:
    """Return the size of a task; ``None`` where it gives none."""
    cpu, memory = _amount(definition.known("cpu"), "vcpu"), _amount(definition.known("memory"), "gb")
    return TaskSize(cpu_units=cpu, memory_mib=memory) if cpu and memory else None


def _amount(value: Value, unit: str) -> int:
    """Return CPU units or MiB: AWS takes ``1 vCPU`` and ``3 GB`` too."""
    matched = _SIZE.fullmatch(str(value).strip()) if value is not None else None
    if matched is None:
        return 0
    return round(float(matched["amount"]) * (1024 if (matched["unit"] or "").lower() == unit else 1))


def _fargate_size(definition: Resource, world: World) -> Iterator[Hit]:
    if not on_fargate(definition, world):
        return
    for name in ("cpu", "memory"):
        given = definition.known(name)
        if given in (None, "") and name in definition.body.attributes:
            # A module that is looked at by itself: who calls it gives the size.
            raise CannotTell(unknown(definition.at(name), "it is null or empty here"))
    size = size_of(definition)
    if size is None:
        yield Hit("a task on Fargate must have cpu and memory, whole and above zero", definition.at("cpu"))
    elif not is_valid(size):
        near = ", ".join(map(str, nearest_sizes(size)))
        yield Hit(f"{size} (CPU units/MiB) is no Fargate size; nearest: {near}", definition.at("cpu"))


def _network_mode(definition: Resource, world: World) -> Iterator[Hit]:
    if on_fargate(definition, world) and definition.text("network_mode", "bridge") != "awsvpc":
        yield Hit("network_mode is not awsvpc", definition.at("network_mode"))


def _containers_fit(definition: Resource, world: World) -> Iterator[Hit]:
    size = size_of(definition) if on_fargate(definition, world) else None
    if size is None:
        return
    for name, most, unit in (("cpu", size.cpu_units, "CPU units"), ("memory", size.memory_mib, "MiB")):
        asked = sum(_number(part(one, name)) for one in world.containers(definition))
        alone = max((_number(part(one, name)) for one in world.containers(definition)), default=0)
        if (asked if name == "cpu" else alone) > most:
            text = f"containers ask for {asked if name == 'cpu' else alone:g} {unit}, the task has {most}"
            yield Hit(text, definition.at("container_definitions"))


def _number(value: Value) -> float:
    try:
        return 0 if value is None else number(value)
    except Failed:
        return 0


def _large_task(definition: Resource, world: World) -> Iterator[Hit]:
    size = size_of(definition) if on_fargate(definition, world) else None
    if size is not None and size.cpu_units >= LARGE_CPU_UNITS:
        yield Hit(f"each task is {size.vcpu:g} vCPU and {size.memory_gib:g} GiB", definition.at("cpu"))


def _container_limits(definition: Resource, world: World) -> Iterator[Hit]:
    for container in world.containers(definition):
        place = definition.at("container_definitions")
        stop = part(container, "stopTimeout")
        if stop is not None and not _STOP_S[0] <= _number(stop) <= _STOP_S[1]:
            yield Hit(
                f"stopTimeout of {name_of(container)} is {_number(stop):g} s; Fargate takes 2 to 120", place
            )
        check = container.get("healthCheck")
        if isinstance(check, Unknown):
            raise CannotTell(check)
        for name, (least, most) in _LIMITS.items():
            value = part(check, name) if isinstance(check, dict) else None
            if value is not None and not least <= _number(value) <= most:
                said = f"healthCheck.{name} of {name_of(container)} is {_number(value):g}"
                text = f"{said}; ECS takes {least} to {most}"
                yield Hit(text, place)


def _no_container_check(definition: Resource, world: World) -> Iterator[Hit]:
    essential = [one for one in world.containers(definition) if part(one, "essential") is not False]
    for one in essential:
        if one.get("healthCheck") is None and world.services_of(definition):
            yield Hit(f"{name_of(one)} has no healthCheck", definition.at("container_definitions"))


def _latest_image(definition: Resource, world: World) -> Iterator[Hit]:
    for container in world.containers(definition):
        image = container.get("image")
        if image is None or isinstance(image, Unknown):
            continue  # who gives the image gives the tag
        _, slash, last = str(image).rpartition("/")
        del slash
        if "@" not in last and (":" not in last or last.endswith(":latest")):
            yield Hit(
                f"the image of {name_of(container)} has no tag of its own",
                definition.at("container_definitions"),
            )


def _unused(definition: Resource, world: World) -> Iterator[Hit]:
    if not world.mentioned(definition) and not world.services_of(definition):
        yield Hit("no service and nothing else here names it", definition.place)


RULES = (
    LintRule(
        id="fargate-size",
        severity=Severity.ERROR,
        title="A task size that Fargate does not have",
        why="Fargate has a table of CPU and memory; RegisterTaskDefinition refuses anything else, and "
        "neither validate nor plan looks.",
        fix="Take one of the nearest sizes.",
        source=f"{_GUIDE}/fargate-tasks-services.html",
        kinds=DEFINITION,
        check=_fargate_size,
    ),
    LintRule(
        id="network-mode",
        severity=Severity.ERROR,
        title="A network mode that Fargate does not have",
        why="On Fargate each task has its own network interface: the mode must be awsvpc, and the "
        "default is another.",
        fix='network_mode = "awsvpc"',
        source=f"{_GUIDE}/fargate-tasks-services.html",
        kinds=DEFINITION,
        check=_network_mode,
    ),
    LintRule(
        id="containers-exceed-task",
        severity=Severity.ERROR,
        title="Containers that ask for more than the task has",
        why="The containers share the task's CPU and memory; ECS refuses a definition in which they "
        "ask for more.",
        fix="Lower what the containers ask for, or take a larger task.",
        source=f"{_GUIDE}/task_definition_parameters.html",
        kinds=DEFINITION,
        check=_containers_fit,
    ),
    LintRule(
        id="large-task",
        severity=Severity.NOTE,
        title="Tasks of 2 vCPU and more",
        why="Capacity comes in lumps of one task: with large ones there is always some to spare, and "
        "Fargate bills what is asked for, not what is used.",
        fix="Measure what the work uses (trimtab optimize) and run more, smaller tasks.",
        source=f"{_GUIDE}/fargate-tasks-services.html",
        kinds=DEFINITION,
        check=_large_task,
    ),
    LintRule(
        id="container-limits",
        severity=Severity.ERROR,
        title="A container's timing outside what ECS takes",
        why="container_definitions is a string to Terraform: nobody looks before AWS refuses it.",
        fix="Stay within the range that is named.",
        source=f"{_API}/API_HealthCheck.html",
        kinds=DEFINITION,
        check=_container_limits,
    ),
    LintRule(
        id="no-container-health-check",
        severity=Severity.WARNING,
        title="An essential container without a health check",
        why="A task that hangs counts as healthy while its process lives; without a target group "
        "nothing else looks, and a Dockerfile's HEALTHCHECK is ignored.",
        fix="Give healthCheck a command, and a startPeriod as long as the start.",
        source=f"{_GUIDE}/healthcheck.html",
        kinds=DEFINITION,
        check=_no_container_check,
    ),
    LintRule(
        id="latest-image",
        severity=Severity.WARNING,
        title="An image without a version",
        why="The tag moves: a deployment starts what nobody reviewed, and a rollback starts the same again.",
        fix="Name a version, or better a digest.",
        source=f"{_GUIDE}/deployment-type-ecs.html",
        kinds=DEFINITION,
        check=_latest_image,
    ),
    LintRule(
        id="unused-task-definition",
        severity=Severity.NOTE,
        title="A task definition that nothing runs",
        why="One wrong click or call starts it, with a size and an image that nobody looks after.",
        fix="Take it away, or name it where it is run.",
        source=f"{_GUIDE}/task_definitions.html",
        kinds=DEFINITION,
        check=_unused,
    ),
)
