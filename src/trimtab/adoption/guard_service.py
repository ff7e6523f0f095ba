"""What an ECS service, its revision and its scaling mean to each other: more than one thing shows alone.

Sources: ECS developer guide, "service_definition_parameters" (minimum healthy and maximum percent),
"deployment-circuit-breaker"; Application Auto Scaling API, DeregisterScalableTarget; the provider's
service resource, which sends its ``force_new_deployment`` with every update but one of tags alone.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from trimtab.adoption.guard_model import Reason, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from trimtab.adoption.guard_links import Links
    from trimtab.adoption.guard_model import Changed
    from trimtab.adoption.plan import Change

FORCED = "force_new_deployment is true: any update but one of tags alone replaces its tasks."
NO_FLOOR = "Minimum healthy percent is 0: ECS may stop every task before a new one answers."
FLOOR_UNKNOWN = "How many tasks stay up while they are replaced is known only after apply."
NO_ROOM = (
    "Minimum and maximum healthy percent leave no room to start or stop a task: the deployment will not move."
)
NO_BREAKER = "No circuit breaker: a deployment that fails tries again for ever, and nobody is told."
NOT_ROLLED_OUT = (
    "The new revision reaches no task by this plan: the service ignores it until it is rolled out"
    " (trimtab rollout, or its next deployment)."
)
DEREGISTERED = (
    "The revision that runs now is deregistered: no rollback can go back to it. Set skip_destroy = true."
)
SCALING_LOST = (
    "Its scaling target and policies go with it, and this plan does not make them again: apply twice."
)
POLICIES_LOST = "It takes policies with it that this plan does not make again: apply twice."


def reasons_of_update(attributes: Sequence[Changed], change: Change) -> tuple[Reason, ...]:
    """Return what follows from an update of the service as a whole."""
    real = tuple(one for one in attributes if one.path.split(".", maxsplit=1)[0] not in {"tags", "tags_all"})
    if real and (change.after or {}).get("force_new_deployment") is True:
        return (Reason(verdict=Verdict.REDEPLOYS, text=FORCED, attributes=real),)
    return ()


def reasons_of_deployment(change: Change) -> tuple[Reason, ...]:
    """Return what a rolling deployment of this service does besides replacing its tasks."""
    values = change.after or {}
    if change.after_unknown.get("deployment_minimum_healthy_percent"):
        return (Reason(verdict=Verdict.UNKNOWN, text=FLOOR_UNKNOWN),)
    if values.get("deployment_minimum_healthy_percent") == 0 and values.get("desired_count") != 0:
        return (Reason(verdict=Verdict.INTERRUPTS, text=NO_FLOOR),)
    return ()


def cautions_of_deployment(change: Change) -> tuple[str, ...]:
    """Return what may keep a deployment from ending, or from ending well."""
    values = change.after or {}
    breaker = next(iter(values.get("deployment_circuit_breaker") or ()), None) or {}
    said = [] if breaker.get("enable") else [NO_BREAKER]
    return (*said, *([NO_ROOM] if _is_stuck(values) else []))


def _is_stuck(values: Mapping[str, Any]) -> bool:
    """Tell whether ECS can neither start a task nor stop one when a deployment begins."""
    desired = values.get("desired_count")
    least, most = values.get("deployment_minimum_healthy_percent"), values.get("deployment_maximum_percent")
    if not (isinstance(desired, int) and isinstance(least, int) and isinstance(most, int)) or desired == 0:
        return False
    return math.ceil(desired * least / 100) >= desired and desired * most // 100 <= desired


def cautions_of_revision(change: Change, links: Links) -> tuple[str, ...]:
    """Return what a new or a deregistered revision does not do by itself."""
    values = change.before or {}
    waits = "create" in change.actions and not links.is_taken(str(values.get("family")))
    gone = values.get("skip_destroy") is not True
    return (*([NOT_ROLLED_OUT] if waits else []), *([DEREGISTERED] if gone else []))


def reasons_of_lost_service(change: Change, links: Links) -> tuple[Reason, ...]:
    """Return that scaling goes with a service that is destroyed, where the plan does not say it."""
    scaling = links.scaling_of(change)
    left_alone = [one for one in scaling if one.before and "delete" not in one.actions]
    if not left_alone:
        return ()
    return (Reason(verdict=Verdict.INTERRUPTS, text=SCALING_LOST),)


def reasons_of_lost_target(change: Change, links: Links) -> tuple[Reason, ...]:
    """Return that policies go with a scaling target, where the plan does not say it."""
    others = links.scaled_by(
        scaled(change), "aws_appautoscaling_policy", "aws_appautoscaling_scheduled_action"
    )
    if not [one for one in others if one.before and "delete" not in one.actions]:
        return ()
    return (Reason(verdict=Verdict.INTERRUPTS, text=POLICIES_LOST),)


def reason_of_lowered_maximum(change: Change, links: Links, lowered: Changed) -> Reason | None:
    """Return that a lower maximum stops no task, where the plan shows how many are wanted now."""
    if lowered.sensitive:
        return None
    return _reason_of_maximum(change, links.service_of(scaled(change)), lowered)


def reason_of_new_target(change: Change, links: Links) -> Reason | None:
    """Return what new bounds do to the count of the service, where the plan shows that; else nothing."""
    if links.makes(change, "resource_id", "aws_ecs_service"):
        return Reason(verdict=Verdict.SAFE, text="Its service is new.")
    return _reason_of_maximum(change, links.service_of(str((change.after or {}).get("resource_id"))))


def _reason_of_maximum(change: Change, service: Change | None, *attributes: Changed) -> Reason | None:
    """Hold the target's new maximum against the tasks that the service wants now."""
    desired = (service.before or {}).get("desired_count") if service else None
    most = (change.after or {}).get("max_capacity")
    if not isinstance(desired, int) or not isinstance(most, int):
        return None
    if desired <= most:
        text = f"It wants {desired} tasks now, and the new maximum allows them."
        return Reason(verdict=Verdict.SAFE, text=text, attributes=attributes)
    text = f"It wants {desired} tasks now: all above {most} are stopped at once, whatever the load."
    return Reason(verdict=Verdict.INTERRUPTS, text=text, attributes=attributes)


def scaled(change: Change) -> str:
    """Return what a scaling target or policy scales, as Application Auto Scaling calls it."""
    return str((change.before or {}).get("resource_id"))


def still_scaled(change: Change, links: Links) -> bool:
    """Tell whether another policy stays or is made for what this one scaled."""
    others = links.scaled_by(scaled(change), "aws_appautoscaling_policy")
    return any(one.address != change.address and one.after for one in others)
