"""ListServiceDeployments, DescribeServiceDeployments, DescribeServiceRevisions: what became of a deployment.

DescribeServices shows a deployment until a later one has completed. Here each stays. One that
was rolled back is one service deployment with its rollback inside, where DescribeServices
shows two deployments. The revision it targets ends in the number of the deployment's id.

Sources: botocore's ``ecs`` service model (``ServiceDeployment``, ``ServiceDeploymentStatus``);
developer guide, "Service deployments".
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.ecs.exceptions import InvalidParameterException, ServiceNotFoundException
from moto.ecs.responses import EC2ContainerServiceResponse

from trimtab.sandbox.ecs.tasks import moment

if TYPE_CHECKING:
    from trimtab.sandbox.ecs.scheduler import Scheduler
    from trimtab.sandbox.ecs.service_state import SandboxDeployment, SandboxService
    from trimtab.sandbox.patching import Patches

AT_A_TIME = 20
_ROLLED_BACK = "Service deployment rolled back because the circuit breaker threshold was exceeded."
_STATUS = {"COMPLETED": "SUCCESSFUL", "FAILED": "STOPPED", "IN_PROGRESS": "IN_PROGRESS"}
_ROLLBACK = {
    "COMPLETED": "ROLLBACK_SUCCESSFUL",
    "FAILED": "ROLLBACK_FAILED",
    "IN_PROGRESS": "ROLLBACK_IN_PROGRESS",
}


def install(patches: Patches, scheduler: Scheduler) -> None:
    """Add the three calls."""

    def list_them(self: EC2ContainerServiceResponse) -> ActionResult:
        return _list(scheduler, self)

    def describe_them(self: EC2ContainerServiceResponse) -> ActionResult:
        return _describe(scheduler, self)

    def describe_revisions(self: EC2ContainerServiceResponse) -> ActionResult:
        return _describe_revisions(scheduler, self)

    patches.add(EC2ContainerServiceResponse, "describe_service_revisions", describe_revisions)
    patches.add(EC2ContainerServiceResponse, "list_service_deployments", list_them)
    patches.add(EC2ContainerServiceResponse, "describe_service_deployments", describe_them)


def _list(scheduler: Scheduler, self: EC2ContainerServiceResponse) -> ActionResult:
    """Answer newest first; the brief form's members are a part of the whole's."""
    cluster = str(self._get_param("cluster", "default")).rsplit("/", maxsplit=1)[-1]
    name = str(self._get_param("service")).rsplit("/", maxsplit=1)[-1]
    service = self.ecs_backend.services.get(f"{cluster}:{name}")
    state = None if service is None else scheduler.state_of(service.arn)
    if state is None:
        raise ServiceNotFoundException
    deployments = [
        _answer(state, deployment) for deployment in reversed(state.history) if not deployment.is_rollback
    ]
    wanted = self._get_param("status", [])
    return ActionResult(
        {"serviceDeployments": [d for d in deployments if not wanted or d["status"] in wanted]}
    )


def _describe(scheduler: Scheduler, self: EC2ContainerServiceResponse) -> ActionResult:
    asked = self._get_param("serviceDeploymentArns", [])
    if len(asked) > AT_A_TIME:
        raise InvalidParameterException(f"Service deployments cannot contain more than {AT_A_TIME} elements.")
    answers = {
        _arn(state, deployment): _answer(state, deployment)
        for state in scheduler.states()
        for deployment in state.history
        if not deployment.is_rollback
    }
    return ActionResult(
        {
            "serviceDeployments": [answers[arn] for arn in asked if arn in answers],
            "failures": [{"arn": arn, "reason": "MISSING"} for arn in asked if arn not in answers],
        }
    )


def _describe_revisions(scheduler: Scheduler, self: EC2ContainerServiceResponse) -> ActionResult:
    """Answer what of a revision a deployment deploys; the only call that shows ``monitoring``."""
    asked = self._get_param("serviceRevisionArns", [])
    if len(asked) > AT_A_TIME:
        raise InvalidParameterException(f"Service revisions cannot contain more than {AT_A_TIME} elements.")
    answers = {
        _revision(state, deployment): {
            "serviceRevisionArn": _revision(state, deployment),
            "serviceArn": state.service.arn,
            "clusterArn": state.service.cluster_arn,
            "taskDefinition": deployment.shown["taskDefinition"],
            "createdAt": deployment.shown["createdAt"],
        }
        | ({} if deployment.monitoring is None else {"monitoring": deployment.monitoring})
        for state in scheduler.states()
        for deployment in state.history
    }
    return ActionResult(
        {
            "serviceRevisions": [answers[arn] for arn in asked if arn in answers],
            "failures": [{"arn": arn, "reason": "MISSING"} for arn in asked if arn not in answers],
        }
    )


def _answer(state: SandboxService, deployment: SandboxDeployment) -> dict[str, Any]:
    position = state.history.index(deployment)
    after = state.history[position + 1] if position + 1 < len(state.history) else None
    rollback = after if after is not None and after.is_rollback else None
    last = rollback or deployment
    is_superseded = last.state == "IN_PROGRESS" and last.finished_at is not None
    status = "STOPPED" if is_superseded else (_ROLLBACK if rollback else _STATUS)[last.state]
    answer: dict[str, Any] = {
        "serviceDeploymentArn": _arn(state, deployment),
        "serviceArn": state.service.arn,
        "clusterArn": state.service.cluster_arn,
        "createdAt": deployment.shown["createdAt"],
        "startedAt": deployment.shown["createdAt"],
        "updatedAt": last.shown["updatedAt"],
        "status": status,
        "targetServiceRevision": {"arn": _revision(state, deployment)},
        "targetServiceRevisionArn": _revision(state, deployment),
        "deploymentConfiguration": state.service.deployment_configuration,
    }
    if last.finished_at is not None:
        answer["finishedAt"] = moment(last.finished_at)
    if deployment.state == "FAILED":
        answer["statusReason"] = _ROLLED_BACK if rollback else deployment.shown["rolloutStateReason"]
    if rollback is not None:
        answer["rollback"] = {
            "reason": _ROLLED_BACK,
            "startedAt": rollback.shown["createdAt"],
            "serviceRevisionArn": _revision(state, rollback),
        }
    return answer


def _arn(state: SandboxService, deployment: SandboxDeployment) -> str:
    """Return an ARN of the real form, always the same for a deployment."""
    name = hashlib.sha256(deployment.id.encode()).hexdigest()[:21]
    return f"{_prefix(state, 'service-deployment')}/{name}"


def _revision(state: SandboxService, deployment: SandboxDeployment) -> str:
    return f"{_prefix(state, 'service-revision')}/{deployment.id.removeprefix('ecs-svc/')}"


def _prefix(state: SandboxService, kind: str) -> str:
    service = state.service
    return f"{service.arn.split(':service/')[0]}:{kind}/{service.cluster_name}/{service.name}"
