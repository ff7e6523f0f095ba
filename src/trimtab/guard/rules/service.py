"""What an ECS service, its revision and its scaling mean to each other: more than one thing shows alone.

Sources: ECS developer guide, "service_definition_parameters" (minimum healthy and maximum percent),
"deployment-circuit-breaker"; Application Auto Scaling API, DeregisterScalableTarget; the provider's
service resource, which sends its ``force_new_deployment`` with every update but one of tags alone.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from trimtab.guard.changes import any_true, changed_attributes
from trimtab.guard.read import block, blocks, number
from trimtab.guard.rules.said import by_fact, said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from trimtab.engine.plan import Change
    from trimtab.guard.facts.model import Facts
    from trimtab.guard.links import Links
    from trimtab.guard.model import Changed, Reason

FULL_PERCENT = 100
STARTS_TASKS = frozenset(
    {"capacity_provider_strategy", "load_balancer", "network_configuration", "platform_version"}
    | {"service_connect_configuration", "service_registries", "task_definition", "volume_configuration"}
    | {"vpc_lattice_configurations"}
)
"""Attributes of a service of which each change starts new tasks (ECS API, UpdateService)."""
FORCED = "ecs-service-deployment-forced"
NO_FLOOR = "ecs-service-no-floor"
FLOOR_UNKNOWN = "ecs-service-floor-after-apply"
NO_ROOM = (
    "Minimum and maximum healthy percent leave no room to start or stop a task: the deployment will not move."
)
NO_BREAKER = "No circuit breaker: a deployment that fails tries again for ever, and nobody is told."
NOT_ROLLED_OUT = (
    "The new revision reaches no task by this plan: the service ignores it until it is rolled out"
    " (trimtab rollout, or its next deployment)."
)
DEREGISTERED = "{} is deregistered: no rollback can go back to it. Set skip_destroy = true."
DEREGISTERED_FIRST = "ecs-service-next-revision-deregistered"
USED_ELSEWHERE = "ecs-task-definition-used-elsewhere"
SCALING_LOST = "ecs-service-takes-scaling"
FEW_STAY = "ecs-service-few-stay"
FEWER_STAY = "ecs-service-fewer-stay"
SHORTER_GRACE = "ecs-service-shorter-grace"
LEFT_BEHIND = "ecs-service-group-left-behind"
SENT_ELSEWHERE = "ecs-service-group-without-requests"
SHARED = "ecs-service-shares-requests"
SHORTER_DRAIN = "lb-target-group-shorter-drain"
SOONER_FAILED = "lb-target-group-sooner-failed"
HALF_PERCENT = 50
SENDERS = ("aws_lb_listener", "aws_lb_listener_rule")


def reasons_of_update(attributes: Sequence[Changed], change: Change, links: Links) -> tuple[Reason, ...]:
    """Return what follows from an update of the service as a whole."""
    revision = str((change.after or {}).get("task_definition") or "")
    if any(one.path == "task_definition" for one in attributes) and links.deregisters(revision):
        return (said(DEREGISTERED_FIRST),)
    real = tuple(one for one in attributes if one.path.split(".", maxsplit=1)[0] not in {"tags", "tags_all"})
    if real and (change.after or {}).get("force_new_deployment") is True:
        return (said(FORCED, attributes=real),)
    return ()


def reasons_of_deployment(change: Change) -> tuple[Reason, ...]:
    """Return what a rolling deployment of this service does besides replacing its tasks."""
    values = change.after or {}
    if change.after_unknown.get("deployment_minimum_healthy_percent"):
        return (said(FLOOR_UNKNOWN),)
    if _minimum(values) == 0 and values.get("desired_count") != 0:
        return (said(NO_FLOOR),)
    rules = [
        rule
        for rule, holds in ((FEW_STAY, _few_stay(values)), (SHORTER_GRACE, _graced_less(change)))
        if holds
    ]
    if not _few_stay(values) and _minimum(values) < _minimum(change.before or {}):
        rules.append(FEWER_STAY)
    return tuple(map(said, rules))


def _minimum(values: Mapping[str, Any]) -> float:
    """Return the minimum healthy percent; ECS keeps all where nothing is set."""
    found = number(values.get("deployment_minimum_healthy_percent"))
    return FULL_PERCENT if found is None else found


def _few_stay(values: Mapping[str, Any]) -> bool:
    """Tell whether less than half of the tasks, rounded up as ECS does, have to stay."""
    desired = values.get("desired_count")
    if not isinstance(desired, int) or desired < 1:
        return _minimum(values) < HALF_PERCENT
    return math.ceil(desired * _minimum(values) / FULL_PERCENT) * 2 < desired


def _graced_less(change: Change) -> bool:
    name = "health_check_grace_period_seconds"
    was, now = (number((values or {}).get(name)) or 0.0 for values in (change.before, change.after))
    return was > 0 if change.after_unknown.get(name) else now < was


def redeploys(change: Change) -> bool:
    """Tell whether a plan replaces the tasks of a service, by a deployment or with the service."""
    if change.type != "aws_ecs_service" or change.before is None:
        return False
    if "update" not in change.actions:
        return "delete" in change.actions
    changed = {one.path.split(".", maxsplit=1)[0] for one in changed_attributes(change, show=False)}
    forced = (change.after or {}).get("force_new_deployment") is True
    return bool(changed - {"tags", "tags_all"} if forced else changed & STARTS_TASKS)


def reasons_of_moved_tasks(change: Change, links: Links) -> tuple[Reason, ...]:
    """Return who still sends to a target group that the tasks leave, and that nobody does to the new one."""
    old, new = _groups(change.before), _groups(change.after)
    unknown = any_true(change.after_unknown.get("load_balancer"))
    if not old or not (new or unknown) or (old == new and not unknown):
        return ()
    for group in sorted(old - new):
        left = () if links.leaves(group) else links.keeping(group, SENDERS)
        others = [one for one in links.keeping(group, (change.type,)) if one.address != change.address]
        if left and not others:
            return (said(LEFT_BEHIND, left[0].address),)
    sent = [group for group in sorted(new - old) if not links.keeping(group, SENDERS)]
    followed = any(links.follows_new(kind, name) for kind in SENDERS for name in ("action", "default_action"))
    if (sent or (unknown and not new)) and not followed:
        return (said(SENT_ELSEWHERE),)
    return ()


def _groups(values: Mapping[str, Any] | None) -> set[str]:
    found = blocks((values or {}).get("load_balancer"))
    return {str(one["target_group_arn"]) for one in found if one.get("target_group_arn")}


def reasons_of_group(change: Change, links: Links, known: Facts) -> tuple[Reason, ...]:
    """Return what shorter times of a target group mean whose tasks the same plan replaces."""
    if not any(redeploys(user) for user in links.users(change, known)):
        return ()
    shorter = _may_fall(change, "deregistration_delay", known)
    sooner = any(
        _may_fall(change, name, known)
        for name in ("slow_start", "health_check.interval", "health_check.unhealthy_threshold")
    )
    rules = ((SHORTER_DRAIN, shorter), (SOONER_FAILED, sooner))
    return tuple(said(rule) for rule, holds in rules if holds)


def _may_fall(change: Change, path: str, known: Facts) -> bool:
    """Tell whether a number is less after the apply, or not known."""
    head, _, name = path.rpartition(".")
    trees = (change.before or {}, change.after or {}, change.after_unknown)
    was, now, unknown = (block(tree.get(head)).get(name) if head else tree.get(name) for tree in trees)
    if unknown or (head and change.after_unknown.get(head) is True):
        return True
    first, then = (number(known.defaults.get(path) if one is None else one) for one in (was, now))
    return first is not None and then is not None and then < first


def cautions_of_deployment(change: Change) -> tuple[str, ...]:
    """Return what may keep a deployment from ending, or from ending well."""
    values = change.after or {}
    breaker = block(values.get("deployment_circuit_breaker"))
    untold = [] if breaker.get("enable") else [NO_BREAKER]
    return (*untold, *([NO_ROOM] if _is_stuck(values) else []))


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
    runs = any(
        (one.before or {}).get("task_definition") == values.get("arn") for one in _running(change, links)
    )
    gone = DEREGISTERED.format("The revision that runs now" if runs else "This revision")
    return (*([NOT_ROLLED_OUT] if waits else []), *([gone] if _is_deregistered(change) else []))


def _is_deregistered(change: Change) -> bool:
    return (change.before or {}).get("skip_destroy") is not True


def _running(change: Change, links: Links) -> tuple[Change, ...]:
    found = links.running(str((change.before or {}).get("family")))
    return tuple(one for one in found if not links.places.apart(change, one))


def reasons_of_revision(change: Change, links: Links, known: Facts) -> tuple[Reason, ...]:
    """Return what a revision leaves behind that is deregistered: who starts tasks of it by its ARN."""
    left = known.left_named
    if not _is_deregistered(change) or left is None:
        return ()
    keeping = links.keepers(change, left.by)
    if keeping:
        return (by_fact(left, text=f"{keeping[0].address} {left.why}"),)
    if _running(change, links) or links.namers(change, left.by):
        return ()
    return (said(USED_ELSEWHERE),)


def reasons_of_lost_service(change: Change, links: Links) -> tuple[Reason, ...]:
    """Return that scaling goes with a service that is destroyed, where the plan does not say it."""
    scaling = links.scaling_of(change)
    left_alone = [one for one in scaling if one.before and "delete" not in one.actions]
    if not left_alone:
        return ()
    return (said(SCALING_LOST),)


def reasons_of_shared(change: Change, links: Links) -> tuple[Reason, ...]:
    """Return that a new service joins others in a target group or under a Cloud Map name."""
    registries = blocks((change.after or {}).get("service_registries"))
    joined = _groups(change.after) | {str(one.get("registry_arn")) for one in registries}
    others = [other for arn in sorted(joined) for other in links.keeping(arn, (change.type,))]
    shared = next((other for other in others if other.before and other.address != change.address), None)
    return (said(SHARED, shared.address),) if shared else ()
