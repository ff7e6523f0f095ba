"""What AWS answers, as the nouns of a rollout: functions over the JSON of ECS and ELB.

Reasons and events repeat what tasks and registries say. They are shown and written into the
journal, so what looks like a credential goes from them here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from trimtab.catalog.size import MIB_A_GB, UNITS_A_VCPU, amount
from trimtab.redaction import redact
from trimtab.rollout.model import (
    Balanced,
    Deployment,
    Event,
    Exposure,
    Revision,
    RunningTask,
    ServiceState,
    Target,
    family_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Answer: TypeAlias = "Mapping[str, Any]"


def service_of(answer: Answer) -> ServiceState:
    """Read one of DescribeServices' ``services``."""
    configuration = answer.get("deploymentConfiguration") or {}
    breaker = configuration.get("deploymentCircuitBreaker") or {}
    return ServiceState(
        name=answer["serviceName"],
        status=answer["status"],
        desired=answer.get("desiredCount", 0),
        running=answer.get("runningCount", 0),
        pending=answer.get("pendingCount", 0),
        task_definition=answer.get("taskDefinition", ""),
        deployments=tuple(_deployment(one) for one in answer.get("deployments") or ()),
        controller=(answer.get("deploymentController") or {}).get("type", "ECS"),
        breaker=bool(breaker.get("enable")),
        rollback=bool(breaker.get("rollback")),
        strategy=configuration.get("strategy") or "ROLLING",
        threshold=_threshold(breaker.get("thresholdConfiguration")),
        early_percent=_early_percent(configuration.get("earlySuccessCriteria")),
        minimum_percent=configuration.get("minimumHealthyPercent", 100),
        maximum_percent=configuration.get("maximumPercent", 200),
        balanced=tuple(_balanced(answer.get("loadBalancers") or ())),
        events=tuple(
            Event(id=one["id"], message=redact(one["message"])) for one in answer.get("events") or ()
        ),
    )


def _threshold(answer: Answer | None) -> tuple[str, int] | None:
    """Read the breaker's threshold; what is not stated has AWS's default."""
    if not answer:
        return None
    return str(answer.get("type") or "BOUNDED_PERCENT"), int(answer.get("value") or 50)


def _early_percent(answer: Answer | None) -> int | None:
    return int(answer.get("healthyPercent", 100)) if answer and answer.get("enable") else None


def _deployment(answer: Answer) -> Deployment:
    return Deployment(
        id=answer["id"],
        primary=answer.get("status") == "PRIMARY",
        task_definition=answer.get("taskDefinition", ""),
        rollout_state=answer.get("rolloutState") or "",
        reason=redact(answer.get("rolloutStateReason") or ""),
        running=answer.get("runningCount", 0),
        failed_tasks=answer.get("failedTasks", 0),
    )


def _balanced(answers: Iterable[Answer]) -> Iterable[Balanced]:
    for one in answers:
        # A Classic Load Balancer has a name and no target group; Fargate does not take one.
        if group := one.get("targetGroupArn"):
            yield Balanced(target_group=group, container=one["containerName"], port=one["containerPort"])


def revision_of(answer: Answer) -> Revision:
    """Read DescribeTaskDefinition's whole answer."""
    definition = answer["taskDefinition"]
    arn = definition["taskDefinitionArn"]
    return Revision(
        arn=arn,
        family=definition.get("family") or family_of(arn),
        number=int(definition["revision"]),
        active=definition.get("status", "ACTIVE") == "ACTIVE",
        cpu_units=amount(definition.get("cpu"), UNITS_A_VCPU) or 0,
        memory_mib=amount(definition.get("memory"), MIB_A_GB) or 0,
        registered_at=definition.get("registeredAt"),
        definition=definition,
        tags={one["key"]: one.get("value", "") for one in answer.get("tags") or ()},
    )


def task_of(answer: Answer) -> RunningTask:
    """Read one of DescribeTasks' ``tasks``."""
    return RunningTask(
        id=answer["taskArn"].rsplit("/", maxsplit=1)[-1],
        task_definition=answer["taskDefinitionArn"],
        last_status=answer.get("lastStatus", ""),
        addresses=tuple(_addresses(answer)),
        stopped=redact("; ".join(_why_stopped(answer))),
        started_by=answer.get("startedBy", ""),
    )


def _addresses(answer: Answer) -> Iterable[str]:
    for attachment in answer.get("attachments") or ():
        for detail in attachment.get("details") or ():
            if detail.get("name") == "privateIPv4Address":
                yield detail["value"]


def _why_stopped(answer: Answer) -> Iterable[str]:
    if reason := answer.get("stoppedReason"):
        yield reason
    for container in answer.get("containers") or ():
        parts = []
        if container.get("exitCode"):
            parts.append(f"exit code {container['exitCode']}")
        if container.get("reason"):
            parts.append(container["reason"])
        if parts:
            yield f"container {container.get('name', '')}: {', '.join(parts)}"


def target_of(answer: Answer) -> Target:
    """Read one of DescribeTargetHealth's descriptions."""
    health = answer.get("TargetHealth") or {}
    return Target(
        address=answer["Target"]["Id"],
        state=health.get("State", ""),
        reason=redact(health.get("Description") or health.get("Reason") or ""),
    )


def exposures_of(groups: Iterable[Answer], balancers: Iterable[Answer]) -> dict[str, Exposure]:
    """Read who reaches each target group: the widest of the load balancers before it."""
    scheme = {one["LoadBalancerArn"]: one.get("Scheme") for one in balancers}
    exposures = {}
    for group in groups:
        reached = [
            Exposure.PUBLIC if scheme.get(arn) == "internet-facing" else Exposure.INTERNAL
            for arn in group.get("LoadBalancerArns") or ()
        ]
        # A service in a group that no load balancer uses yet was meant for one.
        exposures[group["TargetGroupArn"]] = max(reached, default=Exposure.INTERNAL)
    return exposures
