"""A new size on top of what runs now, so that nothing deployed since is taken back.

From the running revision: images, commands, environment, everything CI may have changed. From
the other (Terraform's, or for an undo the one that ran before): the task's CPU and memory, the
containers' shares of them, and the sidecars that are new in it, with what those need: the
roles they act under, the volumes they mount, and the variables that point to them.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from trimtab.rollout.model import Definition, Revision

_SHARES: Final = ("cpu", "memory", "memoryReservation")
"""What a container may take of the task."""
_COUNTED: Final = {"cpu": ("cpu",), "memory": ("memoryReservation", "memory")}
"""Which of them count towards the task's: of memory the reservation, where there is one."""
_ROLES: Final = ("taskRoleArn", "executionRoleArn")
_POINTERS: Final = ("OTEL_", "AWS_XRAY_")
"""Variables that lead an application to its trace collector (OpenTelemetry specification; X-Ray SDKs)."""
_OF_THE_TASK: Final = ("ephemeralStorage", "ipcMode", "pidMode", "proxyConfiguration")
_OF_A_CONTAINER: Final = (
    "credentialSpecs",
    "dependsOn",
    "firelensConfiguration",
    "interactive",
    "mountPoints",
    "pseudoTerminal",
    "readonlyRootFilesystem",
    "repositoryCredentials",
    "restartPolicy",
    "startTimeout",
    "systemControls",
    "volumesFrom",
)
"""What modules/service has no word for, or is told only by hand, and does not take over."""
_NOT_REGISTERED: Final = frozenset(
    {
        "taskDefinitionArn",
        "revision",
        "status",
        "requiresAttributes",
        "compatibilities",
        "registeredAt",
        "registeredBy",
        "deregisteredAt",
        "deleteRequestedAt",
    }
)
"""What DescribeTaskDefinition answers and RegisterTaskDefinition does not take (ECS API reference)."""


def is_essential(container: Definition) -> bool:
    """Tell the application's containers from sidecars: a task without them is no task."""
    return bool(container.get("essential", True))


def pairs(running: Revision, other: Revision) -> dict[str, str]:
    """Return which container of ``other`` stands for which running one, by name.

    A task whose only application container has another name in the other revision was renamed.
    """
    here, there = ({one["name"]: one for one in each.containers} for each in (running, other))
    same = {name: name for name in here if name in there}
    left = [name for name, one in here.items() if name not in same and is_essential(one)]
    right = [name for name, one in there.items() if name not in same and is_essential(one)]
    if len(left) == len(right) == 1:
        same[left[0]] = right[0]
    return same


def images_changed(running: Revision, other: Revision) -> tuple[str, ...]:
    """Return what runs and ``other`` would change: application containers of another image, or gone."""
    paired = pairs(running, other)
    there = {one["name"]: one for one in other.containers}
    changed = []
    for container in filter(is_essential, running.containers):
        name = container["name"]
        if name not in paired:
            changed.append(f"{name}: not in {other.short}")
        elif (image := there[paired[name]].get("image")) != container.get("image"):
            changed.append(f"{name}: {container.get('image')} runs, {other.short} has {image}")
    return tuple(changed)


def lacks(running: Revision, other: Revision) -> tuple[str, ...]:
    """Return what runs and ``other`` would take away without anybody having said so.

    A volume or its mount, a sidecar, the way into a private registry: the application may not
    start without them, or start and write where nothing is kept.
    """
    here, there = running.definition, other.definition
    volumes = {one["name"] for one in there.get("volumes") or ()}
    missing = [f"volume {one['name']}" for one in here.get("volumes") or () if one["name"] not in volumes]
    missing += [key for key in _OF_THE_TASK if here.get(key) and not there.get(key)]
    paired, containers = pairs(running, other), {one["name"]: one for one in other.containers}
    for container in running.containers:
        name = container["name"]
        if name in paired:
            missing += [f"{name}: {key}" for key in _lost(container, containers[paired[name]])]
        elif not is_essential(container):
            missing.append(f"container {name}")
    return tuple(f"{one}, not in {other.short}" for one in missing)


def _lost(container: Definition, other: Definition) -> Iterator[str]:
    """Yield what a container has and the other one has not."""
    yield from (key for key in _OF_A_CONTAINER if container.get(key) and not other.get(key))
    linux, others = (each.get("linuxParameters") or {} for each in (container, other))
    yield from (key for key in sorted(linux) if _says(linux[key]) and not _says(others.get(key)))
    driver, drives = ((each.get("logConfiguration") or {}).get("logDriver") for each in (container, other))
    if driver not in {None, drives}:
        yield f"log driver {driver}"


def _says(value: object) -> bool:
    """Tell whether anything is set: AWS may answer capabilities with two empty lists."""
    return any(map(_says, value.values())) if isinstance(value, dict) else bool(value)


def is_newer(running: Revision, other: Revision) -> bool:
    """Tell whether the running revision was registered after the other one."""
    if running.family == other.family:
        return running.number > other.number
    if running.registered_at is None or other.registered_at is None:
        return False
    return running.registered_at > other.registered_at


def graft(running: Revision, source: Revision, *, drop: Iterable[str] = ()) -> dict[str, Any]:
    """Return the running definition at ``source``'s size, ready to register.

    ``drop`` names sidecars to leave out. Grafting twice changes nothing more.
    """
    dropped = frozenset(drop)
    paired = pairs(running, source)
    there = {one["name"]: one for one in source.containers}
    kept = [one for one in running.containers if one["name"] not in dropped or is_essential(one)]
    taken = {*(one["name"] for one in kept), *paired.values()}
    added = [dict(one) for one in source.containers if one["name"] not in taken]
    sources = {name: there[other] for name, other in paired.items() if other in there}
    containers = [_shared(one, sources.get(one["name"])) for one in kept]
    made: dict[str, Any] = {
        key: value for key, value in running.definition.items() if key not in _NOT_REGISTERED
    }
    made["cpu"], made["memory"] = str(source.cpu_units), str(source.memory_mib)
    if added:
        _bring(made, source, added)
        containers = [_pointed(one, sources.get(one["name"])) for one in containers]
    made["containerDefinitions"] = _lowered([*containers, *added], made, sources)
    return made


def _lowered(
    containers: list[dict[str, Any]], task: Mapping[str, Any], sources: Mapping[str, Definition]
) -> list[dict[str, Any]]:
    """Return the containers with the application's share lowered by what the others state.

    ``sources`` are those that stand for a running container, whose share it has got. Terraform gives an
    application the whole task less the trace collector, and knows nothing of sidecars that were there before.
    """
    made = [dict(one) for one in containers]
    for key, keys in _COUNTED.items():
        excess = sum(_claim(one, key) for one in made) - int(task[key])
        own = [one for one in made if _claim(sources.get(one["name"], {}), key)]
        if excess <= 0 or not own:
            continue
        largest = max(own, key=lambda one: max(one.get(name) or 0 for name in keys))
        for name in keys:
            if (largest.get(name) or 0) > excess:
                largest[name] -= excess
    return made


def _claim(container: Definition, key: str) -> int:
    """Return what ECS counts of a container towards the task's CPU or memory."""
    return next((int(container[name]) for name in _COUNTED[key] if container.get(name)), 0)


def _shared(container: Definition, other: Definition | None) -> dict[str, Any]:
    """Return the container with the other one's share of the task."""
    made = dict(container)
    if other is None:
        return made
    for key in _SHARES:
        share = other.get(key)
        if (share or 0) == (made.get(key) or 0):
            continue
        if share:
            made[key] = share
        else:
            made.pop(key)
    return made


def _pointed(container: dict[str, Any], other: Definition | None) -> dict[str, Any]:
    """Return the container with the variables that lead it to its new sidecar.

    Only those: another one that it lacks may have been taken away on purpose.
    """
    if other is None:
        return container
    own = list(container.get("environment") or ())
    names = {one["name"] for key in ("environment", "secrets") for one in container.get(key) or ()}
    given = other.get("environment") or ()
    lacking = [one for one in given if one["name"] not in names and one["name"].startswith(_POINTERS)]
    return {**container, "environment": [*own, *lacking]} if lacking else container


def _bring(made: dict[str, Any], source: Revision, added: list[dict[str, Any]]) -> None:
    """Bring along what new sidecars need of the task."""
    for role in _ROLES:
        if source.definition.get(role):
            made[role] = source.definition[role]
    wanted = {point.get("sourceVolume") for one in added for point in one.get("mountPoints") or ()}
    own = list(made.get("volumes") or ())
    wanted -= {volume["name"] for volume in own}
    missing = [one for one in source.definition.get("volumes") or () if one["name"] in wanted]
    if missing:
        made["volumes"] = [*own, *missing]


def copied(revision: Revision) -> dict[str, Any]:
    """Return the same definition, ready to register again."""
    return {key: value for key, value in revision.definition.items() if key not in _NOT_REGISTERED}


def differs(made: Mapping[str, Any], running: Revision) -> bool:
    """Tell whether a graft is anything else than what runs."""
    return made != {**copied(running), "cpu": str(running.cpu_units), "memory": str(running.memory_mib)}


def digest(made: Mapping[str, Any]) -> str:
    """Name a definition: the same content has the same name, whoever registers it and when."""
    return hashlib.sha256(msgspec.json.encode(made, order="deterministic")).hexdigest()[:32]


def does_not_fit(made: Mapping[str, Any]) -> str | None:
    """Return why ECS would refuse the shares of the containers, or None.

    Source: ECS API reference, ContainerDefinition ``cpu`` (the total must not exceed the task's),
    ``memory`` and ``memoryReservation`` (likewise on Fargate).
    """
    task = {"cpu": int(made["cpu"]), "memory": int(made["memory"])}
    sums: Counter[str] = Counter()
    for container in made["containerDefinitions"]:
        for key in _COUNTED:
            sums[key] += _claim(container, key)
        if (container.get("memory") or 0) > task["memory"]:
            may = f"container {container['name']} may use {container['memory']} MiB"
            return f"{may}, the task has {task['memory']}"
    over = [
        f"{sums[key]} of {task[key]} {unit}"
        for key, unit in (("cpu", "CPU units"), ("memory", "MiB"))
        if sums[key] > task[key]
    ]
    return f"its containers want {' and '.join(over)}" if over else None
