"""Target health of tasks: ``initial``, ``healthy``, ``unhealthy``, ``draining``, ``unused``.

moto calls every registered target healthy and forgets a target the moment it is deregistered.
Sources: the ELB API reference, TargetHealth (states, reason codes) and "Target group health
checks" (deregistration delay).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.elbv2.models import FakeHealthStatus, FakeTargetGroup, elbv2_backends

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimtab.sandbox.ecs.service_state import SandboxService
    from trimtab.sandbox.ecs.tasks import ServiceTask
    from trimtab.sandbox.patching import Patches

_REASONS = {
    "initial": ("Elb.RegistrationInProgress", "Target registration is in progress"),
    "healthy": (None, None),
    "unhealthy": ("Target.ResponseCodeMismatch", "Health checks failed with these codes: [500]"),
    "draining": ("Target.DeregistrationInProgress", "Target deregistration is in progress"),
}
_NOT_IN_USE = ("Target.NotInUse", "Target group is not configured to receive traffic from the load balancer")
FAILED_CHECK = "Health checks failed with these codes: [500]"


def install(patches: Patches) -> None:
    """Extend moto's target groups."""
    patches.wrap(FakeTargetGroup, "health_for", _health_for)


def register(state: SandboxService, task: ServiceTask) -> None:
    """Register a task with its service's target groups."""
    for balancer in state.target_groups():
        group = _group(state, balancer["targetGroupArn"])
        if group is None:
            continue
        group.register([{"Id": task.address, "Port": balancer.get("containerPort")}])
        group.targets[task.address]["sandbox_state"] = "initial"
        task.targets.append(group.arn)
        state.note("registered", task, group.arn)


def set_state(state: SandboxService, task: ServiceTask, health: str) -> None:
    """Set the health of a task's targets."""
    for arn in task.targets:
        group = _group(state, arn)
        if group is not None and task.address in group.targets:
            group.targets[task.address]["sandbox_state"] = health


def paths(state: SandboxService) -> set[str]:
    """Return the paths that the service's target groups ask."""
    groups = (_group(state, balancer["targetGroupArn"]) for balancer in state.target_groups())
    return {str(group.health_check_path) for group in groups if group is not None}


def remove(state: SandboxService, task: ServiceTask) -> None:
    """Forget a task's targets: asked for by name, they are unused from now on."""
    for arn in task.targets:
        group = _group(state, arn)
        if group is not None and task.address in group.targets:
            group.deregister([{"Id": task.address}])
    task.targets.clear()


def delay_s(state: SandboxService, task: ServiceTask) -> float:
    """Return how long a task's targets drain [s]: the longest of its groups' delays."""
    groups = filter(None, (_group(state, arn) for arn in task.targets))
    return max((float(g.attributes["deregistration_delay.timeout_seconds"]) for g in groups), default=0.0)


def _group(state: SandboxService, arn: str) -> Any:  # noqa: ANN401 - moto's FakeTargetGroup
    backend = state.backend
    return elbv2_backends[backend.account_id][backend.region_name].target_groups.get(arn)


def _health_for(
    original: Callable[..., FakeHealthStatus],
    self: FakeTargetGroup,
    target: dict[str, Any],
    ec2_backend: object,
) -> FakeHealthStatus:
    health = self.targets.get(target["Id"], {}).get("sandbox_state")
    if health is None:
        return original(self, target, ec2_backend)
    reason, description = _REASONS[health]
    if health != "draining" and not self.load_balancer_arns:
        health, (reason, description) = "unused", _NOT_IN_USE
    port = self.targets[target["Id"]]["Port"]
    return FakeHealthStatus(target["Id"], port, self.health_check_port, health, reason, description)
