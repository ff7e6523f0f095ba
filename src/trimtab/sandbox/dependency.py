"""A dependency of a service that dies: which checks of its tasks fail, and what follows.

ECS replaces a task that fails its container check, and likewise one that fails the check of a target
group (developer guide, "Service definition parameters", health check grace period). Each check is looked
at for the path by itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trimtab.sandbox.ecs import target_health
from trimtab.sandbox.ecs.tasks import TaskStep
from trimtab.sandbox.faults import Fault

if TYPE_CHECKING:
    from trimtab.sandbox.ecs.service_state import SandboxService
    from trimtab.sandbox.ecs.tasks import ServiceTask
    from trimtab.sandbox.timing import TaskTiming


def reach(state: SandboxService, path: str | None, timing: TaskTiming, at: float) -> None:
    """Let tasks that passed their checks fail those of the dead path, once the checks have noticed."""
    for task in state.tasks:
        if not (task.wanted and task.counted_healthy):
            continue
        failing = failing_checks(state, task, path)
        if failing and not task.failing:
            task.failing = failing
            task.next(TaskStep.UNHEALTHY, at + timing.broken_s)
            state.due = min(state.due, task.due)
        elif task.failing and not failing and task.step is TaskStep.UNHEALTHY:
            # Back before anybody noticed.
            task.failing = frozenset()
            task.next(None)


def begin(state: SandboxService, task: ServiceTask, path: str | None) -> None:
    """Have a task that is launched meanwhile fail as well."""
    task.failing = failing_checks(state, task, path)
    if task.failing and task.failure is None:
        task.failure = Fault.UNHEALTHY


def failing_checks(state: SandboxService, task: ServiceTask, path: str | None) -> frozenset[str]:
    """Return which of a task's checks ask the path: ``container``, ``target``."""
    if path is None:
        return frozenset()
    failing = set()
    if path in target_health.paths(state):
        failing.add("target")
    if any(_asks(command, path) for command in task.commands):
        failing.add("container")
    return frozenset(failing)


def _asks(command: str, path: str) -> bool:
    """Tell whether a check's command asks the path itself, and not one that begins with it."""
    return re.search(rf":\d+{re.escape(path)}(?![\w/-])", command) is not None
