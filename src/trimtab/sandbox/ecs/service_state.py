"""What the scheduler keeps of one service: its deployments, its tasks, the events it has written.

The words of the events are those ECS writes: developer guide, "Service event messages", and
event lists of running services as people have published them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from moto.moto_api._internal import mock_random

from trimtab.sandbox.ecs.tasks import moment

if TYPE_CHECKING:
    from moto.ecs.models import EC2ContainerServiceBackend

    from trimtab.sandbox.ecs.tasks import ServiceTask
    from trimtab.sandbox.faults import Fault

EVENTS_KEPT = 100
"""DescribeServices answers the newest 100."""

_GROUPED = {
    "started": "(service {name}) has started {count} tasks: {tasks}.",
    "replaced": "(service {name}) has started {count} tasks: {tasks}. "
    "Amazon ECS replaced {count} tasks due to an unhealthy status.",
    "registered": "(service {name}) registered {count} targets in (target-group {about})",
    "deregistered": "(service {name}) deregistered {count} targets in (target-group {about})",
    "draining": "(service {name}, taskSet {about}) has begun draining connections on {count} tasks.",
    "stopped": "(service {name}) has stopped {count} running tasks: {tasks}.",
    "stopped pending": "(service {name}) stopped {count} pending tasks.",
}
"""What ECS says once for all the tasks it happens to at a time."""


@dataclass(slots=True)
class SandboxDeployment:
    """A deployment: what DescribeServices shows of it, and what it does not."""

    shown: dict[str, Any]
    failure: Fault | None = None
    """How its tasks are to fail."""
    is_rollback: bool = False
    monitoring: dict[str, Any] | None = None
    """Of its revision: which metrics are published how often; shown by DescribeServiceRevisions alone."""
    finished_at: float | None = None
    """When it completed or failed, or another took its place [seconds since 1970]."""

    @property
    def id(self) -> str:
        """``ecs-svc/NUMBER``."""
        found: str = self.shown["id"]
        return found

    @property
    def state(self) -> str:
        """IN_PROGRESS, COMPLETED or FAILED."""
        found: str = self.shown["rolloutState"]
        return found

    def become(self, state: str, reason: str, at: float) -> None:
        """Change the rollout state."""
        self.shown.update(rolloutState=state, rolloutStateReason=reason, updatedAt=moment(at))
        if state != "IN_PROGRESS":
            self.finished_at = at


@dataclass(slots=True, eq=False)
class SandboxService:
    """One service under the scheduler's care."""

    backend: EC2ContainerServiceBackend
    service: Any
    """moto's Service with more members."""
    history: list[SandboxDeployment] = field(default_factory=list)
    """Every deployment, oldest first."""
    deployments: list[SandboxDeployment] = field(default_factory=list)
    """Those DescribeServices shows: the primary, then older ones that still have tasks."""
    tasks: list[ServiceTask] = field(default_factory=list)
    completed: dict[str, Any] | None = None
    """What the last deployment that completed deployed: where a rollback goes."""
    is_steady: bool = False
    launched: int = 0
    failed_rounds: int = 0
    """Times in a row that tasks failed."""
    failed_at: float = -math.inf
    retry_at: float = -math.inf
    """No launch before this [seconds since 1970]."""
    replacing: int = 0
    """Unhealthy tasks that wait for a replacement."""
    activities: list[dict[str, Any]] = field(default_factory=list)
    """Scaling activities that wait for the service to settle."""
    due: float = -math.inf
    """When something happens next [seconds since 1970]."""
    _grouped: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The service's name."""
        found: str = self.service.name
        return found

    @property
    def primary(self) -> SandboxDeployment:
        """The deployment in force."""
        return self.deployments[0]

    @property
    def desired(self) -> int:
        """The desired count."""
        found: int = self.service.desired_count
        return found

    def deployment_of(self, task: ServiceTask) -> SandboxDeployment:
        """Return the deployment that started a task."""
        return next(d for d in reversed(self.history) if d.id == task.started_by)

    def target_groups(self) -> list[dict[str, Any]]:
        """Return the load balancers that are target groups."""
        return [item for item in self.service.load_balancers if item.get("targetGroupArn")]

    def write(self, message: str, at: float) -> None:
        """Write a service event."""
        event = {"id": str(mock_random.uuid4()), "createdAt": moment(at), "message": message}
        self.service.events.insert(0, event)
        del self.service.events[EVENTS_KEPT:]

    def note(self, kind: str, task: ServiceTask, about: str = "") -> None:
        """Remember that something happened to a task, to be written with others of its kind."""
        self._grouped.setdefault((kind, about), []).append(f"(task {task.id})")

    def flush(self, at: float) -> None:
        """Write what was noted."""
        for (kind, about), tasks in self._grouped.items():
            words = {"name": self.name, "count": len(tasks), "tasks": " ".join(tasks), "about": about}
            self.write(_GROUPED[kind].format(**words), at)
        self._grouped.clear()

    def open(self, at: float, failure: Fault | None = None, *, rollback: bool = False) -> SandboxDeployment:
        """Begin a deployment of what the service is now; the one before becomes ACTIVE."""
        service, number = self.service, mock_random.randint(10**18, 10**19 - 1)
        reason = f"ECS deployment ecs-svc/{number} in progress."
        if rollback:
            # The deployment named here is the rollback itself: it is the one that completes later.
            reason = f"ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/{number}."
        shown = {
            "id": f"ecs-svc/{number}",
            "status": "PRIMARY",
            "taskDefinition": service.task_definition,
            "desiredCount": service.desired_count,
            "pendingCount": 0,
            "runningCount": 0,
            "failedTasks": 0,
            "createdAt": moment(at),
            "updatedAt": moment(at),
            "launchType": service.launch_type,
            "capacityProviderStrategy": service.capacity_provider_strategy,
            "platformVersion": service.platform_version,
            "platformFamily": "Linux",
            "networkConfiguration": service.network_configuration,
            # Shown with the deployment only, not with the service.
            "serviceConnectConfiguration": getattr(service, "service_connect_configuration", None),
            "volumeConfigurations": getattr(service, "volume_configurations", None),
            "vpcLatticeConfigurations": getattr(service, "vpc_lattice_configurations", None),
            "rolloutState": "IN_PROGRESS",
            "rolloutStateReason": reason,
        }
        for older in self.deployments:
            older.shown.update(status="ACTIVE", updatedAt=moment(at))
            older.finished_at = older.finished_at or at
        deployment = SandboxDeployment(
            shown, failure, is_rollback=rollback, monitoring=getattr(service, "monitoring", None)
        )
        self.history.append(deployment)
        self.deployments.insert(0, deployment)
        self.is_steady, self.retry_at, self.failed_rounds = False, -math.inf, 0
        self.due = at
        return deployment

    def finish_activities(self, at: float) -> None:
        """Close the scaling activities: the tasks they asked for run."""
        for activity in self.activities:
            message = activity["StatusMessage"].replace(
                "Waiting for change to be fulfilled by ecs.", "Change successfully fulfilled by ecs."
            )
            activity.update(StatusCode="Successful", StatusMessage=message, EndTime=at)
        self.activities.clear()

    def refresh(self) -> None:
        """Bring the counts that moto's classes carry up to date."""
        for deployment in self.deployments:
            own = [task for task in self.tasks if task.started_by == deployment.id]
            wanted = sum(task.wanted for task in own)
            is_primary = deployment is self.primary
            deployment.shown.update(
                desiredCount=self.desired if is_primary else wanted,
                runningCount=sum(task.is_running for task in own),
                pendingCount=sum(task.is_pending for task in own),
            )
        service = self.service
        service.deployments = [deployment.shown for deployment in self.deployments]
        running = sum(task.is_running for task in self.tasks)
        pending = sum(task.is_pending for task in self.tasks)
        cluster = self.backend.clusters[service.cluster_name]
        self.backend.update_cluster_resources(cluster, running - service.running_count, "RUNNING")
        self.backend.update_cluster_resources(cluster, pending - service.pending_count, "PENDING")
        service.running_count, service.pending_count = running, pending
