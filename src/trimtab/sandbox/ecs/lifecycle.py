"""A task's life, step by step: placed, pulled, started, registered, healthy; drained, stopped.

Source: developer guide, "Task lifecycle"; stop codes and reasons: "Stopped task error messages"
and botocore's ``TaskStopCode``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from trimtab.sandbox.ecs import target_health
from trimtab.sandbox.ecs.tasks import ServiceTask, TaskStep, moment
from trimtab.sandbox.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimtab.sandbox.ecs.service_state import SandboxDeployment, SandboxService
    from trimtab.sandbox.timing import TaskTiming

VISIBLE_S = 3600.0
"""Stopped tasks can be described for about an hour."""
KILLED = 137
"""Exit code of a process that was killed: 128 and SIGKILL."""
LONGEST_RETRY_S = 27 * 60.0
"""Developer guide, "Service throttle logic": tasks that never reach RUNNING are tried ever less often."""


Why: TypeAlias = tuple[str, str]
"""Stop code and stopped reason."""
SCHEDULER = "ServiceSchedulerInitiated"


def launch(
    state: SandboxService, deployment: SandboxDeployment, timing: TaskTiming, extra_boot_s: float, at: float
) -> ServiceTask:
    """Start a task of a deployment; it takes ``extra_boot_s`` longer than others to RUNNING."""
    definition = state.backend.describe_task_definition(deployment.shown["taskDefinition"])
    task = ServiceTask(
        state.backend,
        state.service,
        deployment.shown,
        definition,
        subnet=state.launched,
        failure=deployment.failure,
        at=at,
    )
    task.extra_boot_s = extra_boot_s
    state.launched += 1
    state.tasks.append(task)
    state.backend.tasks.setdefault(state.service.cluster_name, {})[task.task_arn] = task
    task.next(TaskStep.PLACED, at + timing.place_s)
    return task


def stop(state: SandboxService, task: ServiceTask, timing: TaskTiming, at: float, why: Why) -> None:
    """Begin to stop a task: out of its target groups first, for the whole deregistration delay."""
    task.desired_status, task.counted_healthy = "STOPPED", False
    task.stop_code, task.stopped_reason = why
    task.stopping_at = moment(at)
    if not task.targets:
        _stopping(task, timing, at)
        return
    target_health.set_state(state, task, "draining")
    for arn in task.targets:
        state.note("deregistered", task, arn)
    state.note("draining", task, task.started_by)
    task.last_status = "DEACTIVATING"
    delay = timing.deregistration_s
    task.next(TaskStep.DRAINED, at + (target_health.delay_s(state, task) if delay is None else delay))


def step(state: SandboxService, task: ServiceTask, timing: TaskTiming, at: float) -> None:
    """Do what is due for a task."""
    _STEPS[task.step](state, task, timing, at)


def _placed(_state: SandboxService, task: ServiceTask, timing: TaskTiming, at: float) -> None:
    task.last_status, task.pull_started_at = "PENDING", moment(at)
    task.connectivity, task.connectivity_at = "CONNECTED", moment(at)
    never = task.failure is Fault.NEVER_SETTLES
    task.next(None if never else TaskStep.PULLED, at + timing.pull_s)


def _pulled(state: SandboxService, task: ServiceTask, timing: TaskTiming, at: float) -> None:
    task.pull_stopped_at = moment(at)
    if task.failure is not Fault.CANNOT_PULL:
        task.last_status = "ACTIVATING"
        task.next(TaskStep.STARTED, at + timing.boot_s + task.extra_boot_s)
        return
    image = task.parts[0]["image"]
    why = (
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): "
        f"failed to resolve ref {image}: not found"
    )
    state.write(f"(service {state.name}) was unable to place a task. Reason: {why}.", at)
    _fail(state, task, timing, at, ("TaskFailedToStart", why))


def _started(state: SandboxService, task: ServiceTask, timing: TaskTiming, at: float) -> None:
    task.last_status, task.started_at = "RUNNING", moment(at)
    if task.failure is Fault.EXITS:
        task.next(TaskStep.EXITED, at + timing.broken_s)
    elif state.target_groups():
        task.next(TaskStep.REGISTERED, at + timing.register_s)
    elif task.failure is Fault.UNHEALTHY:
        task.next(TaskStep.UNHEALTHY, at + timing.broken_s)
    else:
        task.next(TaskStep.HEALTHY, at + (timing.ready_s if task.has_check else timing.counted_s))


def _registered(state: SandboxService, task: ServiceTask, timing: TaskTiming, at: float) -> None:
    target_health.register(state, task)
    broken = task.failure is Fault.UNHEALTHY
    task.next(
        TaskStep.UNHEALTHY if broken else TaskStep.HEALTHY,
        at + (timing.broken_s if broken else timing.ready_s),
    )


def _healthy(state: SandboxService, task: ServiceTask, _timing: TaskTiming, _at: float) -> None:
    target_health.set_state(state, task, "healthy")
    task.set_health("HEALTHY")
    task.counted_healthy = True
    task.next(None)


def _unhealthy(state: SandboxService, task: ServiceTask, _timing: TaskTiming, at: float) -> None:
    """Fail the check; the scheduler looks away until the grace period is over."""
    if task.failing != {"container"}:
        target_health.set_state(state, task, "unhealthy")
    if task.failing != {"target"}:
        task.set_health("UNHEALTHY")
    grace = state.service.health_check_grace_period_seconds or 0
    started = task.started_at.timestamp() if task.started_at else at
    task.next(TaskStep.CONDEMNED, max(at, started + grace))


def _condemned(state: SandboxService, task: ServiceTask, timing: TaskTiming, at: float) -> None:
    if task.targets and task.failing != {"container"}:
        port = state.target_groups()[0].get("containerPort")
        state.write(
            f"(service {state.name}) (task {task.id}) (port {port}) is unhealthy in "
            f"(target-group {task.targets[0]}) due to (reason {target_health.FAILED_CHECK}).",
            at,
        )
        why = f"Task failed ELB health checks in (target-group {task.targets[0]})"
    else:
        state.write(f"(service {state.name}) (task {task.id}) failed container health checks.", at)
        why = "Task failed container health checks"
    state.note("stopped", task)
    state.replacing += 1
    stop(state, task, timing, at, (SCHEDULER, why))
    _count_failure(state, task, timing, at)


def _exited(state: SandboxService, task: ServiceTask, timing: TaskTiming, at: float) -> None:
    _fail(state, task, timing, at, ("EssentialContainerExited", "Essential container in task exited"))


def _fail(state: SandboxService, task: ServiceTask, timing: TaskTiming, at: float, why: Why) -> None:
    """End a task that stopped by itself."""
    task.stop_code, task.stopped_reason = why
    task.stopping_at = moment(at)
    task.end(at, 1 if task.started_at else None)
    task.next(TaskStep.FORGOTTEN, at + VISIBLE_S)
    _count_failure(state, task, timing, at)


def kill_for_memory(state: SandboxService, task: ServiceTask, timing: TaskTiming, at: float) -> None:
    """Kill a running task whose memory is full, as Fargate words it ("Stopped task error messages")."""
    target_health.remove(state, task)
    task.counted_healthy = False
    _fail(state, task, timing, at, ("EssentialContainerExited", "Essential container in task exited"))
    for container in task.parts:
        if container["essential"]:
            container["exitCode"] = KILLED
            container["reason"] = "OutOfMemoryError: Container killed due to memory usage"
    state.due = min(state.due, at)


def _drained(state: SandboxService, task: ServiceTask, timing: TaskTiming, at: float) -> None:
    target_health.remove(state, task)
    _stopping(task, timing, at)


def _stopping(task: ServiceTask, timing: TaskTiming, at: float) -> None:
    task.last_status = "STOPPING" if task.started_at else "DEPROVISIONING"
    task.next(TaskStep.ENDED, at + timing.stop_s)


def _ended(_state: SandboxService, task: ServiceTask, _timing: TaskTiming, at: float) -> None:
    task.end(at, 0 if task.started_at else None)
    task.next(TaskStep.FORGOTTEN, at + VISIBLE_S)


def _forgotten(state: SandboxService, task: ServiceTask, _timing: TaskTiming, _at: float) -> None:
    state.tasks.remove(task)
    state.backend.tasks.get(state.service.cluster_name, {}).pop(task.task_arn, None)


def _count_failure(state: SandboxService, task: ServiceTask, timing: TaskTiming, at: float) -> None:
    """Count a failed task for the circuit breaker, and put the next launch off."""
    deployment = state.deployment_of(task)
    deployment.shown["failedTasks"] += 1
    if at > state.failed_at:
        state.failed_rounds += 1
        state.failed_at = at
    slower = 2 ** min(state.failed_rounds - 1, 20) if task.failure is Fault.CANNOT_PULL else 1
    state.retry_at = at + min(timing.retry_s * slower, max(timing.retry_s, LONGEST_RETRY_S))


_STEPS: dict[TaskStep, Callable[[SandboxService, ServiceTask, TaskTiming, float], None]] = {
    TaskStep.PLACED: _placed,
    TaskStep.PULLED: _pulled,
    TaskStep.STARTED: _started,
    TaskStep.REGISTERED: _registered,
    TaskStep.HEALTHY: _healthy,
    TaskStep.UNHEALTHY: _unhealthy,
    TaskStep.CONDEMNED: _condemned,
    TaskStep.EXITED: _exited,
    TaskStep.DRAINED: _drained,
    TaskStep.ENDED: _ended,
    TaskStep.FORGOTTEN: _forgotten,
}
