"""The service scheduler: starts and stops tasks, completes deployments, fails and rolls them back.

There is no thread. At each request the scheduler works out what has happened since the last
one, in order, everything at its own time. It models deployments only: no demand, no metrics.

Sources: ECS developer guide, "Rolling update" (deployment-type-ecs), "Deployment circuit
breaker", "Service deployment"; API reference, DeploymentConfiguration and DeleteService.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trimtab.catalog.limits import breaker_threshold
from trimtab.sandbox import dependency
from trimtab.sandbox.ecs import lifecycle
from trimtab.sandbox.ecs.service_state import SandboxService

if TYPE_CHECKING:
    from moto.ecs.models import EC2ContainerServiceBackend

    from trimtab.sandbox.clock import SandboxTime
    from trimtab.sandbox.ecs.tasks import ServiceTask
    from trimtab.sandbox.faults import Inject
    from trimtab.sandbox.timing import TaskTiming

_ROLLED_BACK = ("task_definition", "network_configuration", "platform_version", "monitoring")
"""What a rollback puts back."""


@dataclass(slots=True)
class Scheduler:
    """Every service of a sandbox. Not safe to call from two threads at once: the gateway takes turns."""

    clock: SandboxTime
    timing: TaskTiming
    inject: Inject
    _states: list[SandboxService] = field(default_factory=list)
    _by_arn: dict[str, SandboxService] = field(default_factory=dict)

    def catch_up(self) -> None:
        """Let everything happen that is due by now."""
        now = self.clock.now()
        for state in self._states:
            dependency.reach(state, self._dead_path(state), self.timing, now)
            self._kill(state, now)
            while state.due <= now:
                self._happen(state, state.due if math.isfinite(state.due) else now)
        self._states = [s for s in self._states if s.service.status != "INACTIVE" or s.tasks]

    def _kill(self, state: SandboxService, now: float) -> None:
        running = [task for task in state.tasks if task.wanted and task.is_running]
        many = self.inject.killed_for_memory(state.service.cluster_name, state.name, len(running))
        for task in running[:many]:
            lifecycle.kill_for_memory(state, task, self.timing, now)

    def states(self) -> list[SandboxService]:
        """Return what is kept of each service there is or was."""
        return list(self._by_arn.values())

    def state_of(self, arn: str) -> SandboxService | None:
        """Return what is kept of a service."""
        return self._by_arn.get(arn)

    def find(self, name: str) -> SandboxService | None:
        """Return an active service by ``cluster/service`` or bare name."""
        for state in self._by_arn.values():
            service = state.service
            if service.status == "ACTIVE" and name in {
                service.name,
                f"{service.cluster_name}/{service.name}",
            }:
                return state
        return None

    def created(self, backend: EC2ContainerServiceBackend, service: Any) -> None:  # noqa: ANN401 - moto's Service
        """Take a new service into care."""
        state = SandboxService(backend, service)
        self._states.append(state)
        self._by_arn[service.arn] = state
        self.deploy(service)

    def deploy(self, service: Any) -> None:  # noqa: ANN401 - moto's Service with more members
        """Begin a deployment of what the service is now."""
        state = self._by_arn[service.arn]
        state.open(self.clock.now(), self.inject.failure_of_next(service.cluster_name, service.name))
        state.refresh()

    def changed(self, service: Any) -> None:  # noqa: ANN401 - moto's Service with more members
        """Look at a service again: its desired count may be another."""
        state = self._by_arn[service.arn]
        state.due = min(state.due, self.clock.now())
        state.refresh()

    def deleted(self, service: Any) -> None:  # noqa: ANN401 - moto's Service with more members
        """Stop every task; until they stop the service is DRAINING."""
        state, now = self._by_arn[service.arn], self.clock.now()
        service.desired_count, service.status = 0, "DRAINING"
        state.due = min(state.due, now)
        state.refresh()

    def stop_task(self, task: ServiceTask, reason: str | None) -> None:
        """Stop a task because a user asked for it."""
        state = next((s for s in self._states if task in s.tasks), None)
        if state is None or not task.wanted:
            return
        now = self.clock.now()
        why = ("UserInitiated", reason or "Task stopped by user")
        lifecycle.stop(state, task, self.timing, now, why)
        state.due = min(state.due, now)

    def _happen(self, state: SandboxService, at: float) -> None:
        """Let one instant of a service's life happen."""
        service = state.service
        for task in [task for task in state.tasks if task.due <= at]:
            lifecycle.step(state, task, self.timing, at)
        if service.status != "ACTIVE":
            self._drain(state, at)
        else:
            self._reconcile(state, at)
        state.flush(at)
        if service.status == "ACTIVE":
            _conclude(state, at)
        state.refresh()
        waits = state.retry_at if state.retry_at > at else math.inf
        state.due = min([waits, *(task.due for task in state.tasks)])

    def _drain(self, state: SandboxService, at: float) -> None:
        """Empty a deleted service: INACTIVE once its tasks are STOPPING or STOPPED (DeleteService)."""
        self._stop(state, [task for task in state.tasks if task.wanted], at)
        if not any(task.last_status == "DEACTIVATING" or task.wanted for task in state.tasks):
            state.service.status = "INACTIVE"
            state.deployments.clear()

    def _reconcile(self, state: SandboxService, at: float) -> None:
        """Fail what has failed too often, stop what is too much, start what is missing."""
        _break(state, at)
        primary = state.primary
        new = [task for task in state.tasks if task.wanted and task.started_by == primary.id]
        old = [task for task in state.tasks if task.wanted and task.started_by != primary.id]
        # The youngest go first, and before them those that do not count yet.
        new.sort(key=lambda task: (task.counted_healthy, -task.created_at.timestamp()))
        self._stop(state, new[: max(0, len(new) - state.desired)], at)
        self._stop(state, [task for task in old if not task.counted_healthy], at)
        floor, ceiling = _bounds(state)
        healthy = sum(task.counted_healthy for task in state.tasks)
        serving = [task for task in old if task.counted_healthy]
        self._stop(state, serving[: max(0, healthy - floor)], at)
        if primary.state == "FAILED" or at < state.retry_at or not _is_fargate(state.service):
            return
        alive = sum(task.is_alive for task in state.tasks)
        missing = min(state.desired - len(new), ceiling - alive)
        extra_s = self.inject.extra_boot_s(state.service.cluster_name, state.name)
        dead = self._dead_path(state)
        for _ in range(missing):
            task = lifecycle.launch(state, primary, self.timing, extra_s, at)
            dependency.begin(state, task, dead)
            state.is_steady = False
            replaces, state.replacing = state.replacing > 0, max(0, state.replacing - 1)
            state.note("replaced" if replaces else "started", task)

    def _dead_path(self, state: SandboxService) -> str | None:
        return self.inject.dead_path(state.service.cluster_name, state.name)

    def _stop(self, state: SandboxService, tasks: list[ServiceTask], at: float) -> None:
        for task in tasks:
            why = f"Scaling activity initiated by (deployment {state.primary.id})"
            state.is_steady = False
            state.note("stopped" if task.is_running else "stopped pending", task)
            lifecycle.stop(state, task, self.timing, at, (lifecycle.SCHEDULER, why))


def _bounds(state: SandboxService) -> tuple[int, int]:
    """Return how many tasks must stay healthy and how many may be alive [tasks].

    DeploymentConfiguration: the minimum is rounded up, the maximum down.
    """
    configuration = state.service.deployment_configuration
    floor = math.ceil(state.desired * configuration["minimumHealthyPercent"] / 100)
    return floor, state.desired * configuration["maximumPercent"] // 100


def _is_fargate(service: Any) -> bool:  # noqa: ANN401 - moto's Service with more members
    """Tell whether there is capacity for it: there are no container instances here."""
    return service.launch_type == "FARGATE" or bool(service.capacity_provider_strategy)


def _break(state: SandboxService, at: float) -> None:
    """Fail a deployment whose tasks failed too often, and roll back if that was asked for."""
    primary, breaker = state.primary, state.service.deployment_configuration["deploymentCircuitBreaker"]
    if primary.state != "IN_PROGRESS" or not breaker["enable"]:
        return
    if primary.shown["failedTasks"] < breaker_threshold(state.desired):
        return
    primary.become("FAILED", "ECS deployment circuit breaker: tasks failed to start.", at)
    state.flush(at)
    state.write(
        f"(service {state.name}) (deployment {primary.id}) deployment failed: tasks failed to start.", at
    )
    # Without a deployment that once completed there is nowhere to go: it stalls.
    if breaker["rollback"] and state.completed is not None:
        for member, value in state.completed.items():
            setattr(state.service, member, value)
        rollback = state.open(at, rollback=True)
        state.replacing = 0
        state.write(f"(service {state.name}) rolling back to deployment {rollback.id}.", at)


def _conclude(state: SandboxService, at: float) -> None:
    """Complete the deployment, and say so when the service has become steady."""
    primary = state.primary
    own = [task for task in state.tasks if task.wanted and task.started_by == primary.id]
    others = any(task.wanted or task.is_running for task in state.tasks if task not in own)
    settled = len(own) == state.desired and all(task.counted_healthy for task in own) and not others
    if not settled or primary.state == "FAILED" or not _is_fargate(state.service):
        state.is_steady = False
        return
    if primary.state == "IN_PROGRESS":
        primary.become("COMPLETED", f"ECS deployment {primary.id} completed.", at)
        state.completed = {member: getattr(state.service, member, None) for member in _ROLLED_BACK}
        state.write(f"(service {state.name}) (deployment {primary.id}) deployment completed.", at)
        del state.deployments[1:]
    state.finish_activities(at)
    if not state.is_steady:
        state.write(f"(service {state.name}) has reached a steady state.", at)
    state.is_steady, state.replacing = True, 0
