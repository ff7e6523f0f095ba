"""What scales a service, and what is left of it: bounds, and policies in both directions.

Sources: Application Auto Scaling API, DeregisterScalableTarget, RegisterScalableTarget (the count is
brought inside the bounds at once) and PutScalingPolicy (a policy that is made again has a new ARN).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.guard.changes import any_true, is_hidden
from trimtab.guard.facts.load import rules
from trimtab.guard.model import Impact, Reason
from trimtab.guard.read import block, number
from trimtab.guard.rules.carried import rest_carries
from trimtab.guard.rules.said import said
from trimtab.guard.rules.steps import (
    IN,
    OUT,
    STEPS,
    TRACKING,
    counts_otherwise,
    delayed,
    leaves_half,
    takes_alone,
    ways,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from trimtab.engine.plan import Change
    from trimtab.guard.links import Links
    from trimtab.guard.model import Changed

ALARM, POLICY, TARGET, ACTION = (
    "aws_cloudwatch_metric_alarm",
    "aws_appautoscaling_policy",
    "aws_appautoscaling_target",
    "aws_appautoscaling_scheduled_action",
)
FIXED = "scaling-bounds-fixed"
POLICIES_LOST = "scaling-target-takes-policies"
STILL_SCALED = "scaling-policy-not-the-last"
NEVER_BACK = "scaling-policy-in-lost"
OLD_ARN = "scaling-policy-old-arn"
CALLED_BY_NOBODY = "scaling-policy-called-by-nobody"
CALLED_ELSEWHERE = "scaling-policy-called-elsewhere"
UNREACHED = "scaling-target-value-unreached"
FAR_TARGET = "scaling-target-value-far"
LATER = "scaling-cooldown-longer"
OF_NEW_SERVICE = "scaling-target-of-new-service"
ALLOWED, STOPPED = "scaling-maximum-allows-count", "scaling-maximum-below-count"
HALF_STAYS, CARRIED = "scaling-steps-leave-half", "scaling-steps-carried"
NONE, NONE_FOR_GOOD = "scaling-action-to-none", "scaling-action-to-none-for-good"
_STEPS_FACT = "appautoscaling-policy-step-scaling-policy-configuration-steps"
MANY_TAKEN = frozenset({f"{_STEPS_FACT}-take-all", f"{_STEPS_FACT}-counted-otherwise"})
"""What is not told of steps in, unless half of the tasks stay, or enough for the load."""
FULL_PERCENT = 100
FAR = 2
"""Times what it was: a threshold or a wait beyond that is no longer tuning; our own choice."""
LONG_S = 900.0
"""A service that waits longer than this for tasks is down before; our own choice."""


def reasons_of_lost_target(change: Change, links: Links) -> tuple[Reason, ...]:
    """Return that policies go with a scaling target, where the plan does not say it."""
    others = links.scaled_by(change, scaled(change), POLICY, ACTION)
    if not [one for one in others if one.before and "delete" not in one.actions]:
        return ()
    return (said(POLICIES_LOST),)


def reason_of_lowered_maximum(change: Change, links: Links, lowered: Changed) -> Reason | None:
    """Return that a lower maximum stops no task, where the plan shows how many are wanted now."""
    if lowered.sensitive:
        return None
    return _reason_of_maximum(change, links.service_of(change, scaled(change)), lowered)


def reason_of_new_target(change: Change, links: Links) -> Reason | None:
    """Return what new bounds do to the count of the service, where the plan shows that; else nothing."""
    if links.makes(change, "resource_id", "aws_ecs_service"):
        return said(OF_NEW_SERVICE)
    service = links.service_of(change, str((change.after or {}).get("resource_id")))
    return _reason_of_maximum(change, service)


def _reason_of_maximum(change: Change, service: Change | None, *attributes: Changed) -> Reason | None:
    """Hold the target's new maximum against the tasks that the service wants now."""
    desired = (service.before or {}).get("desired_count") if service else None
    most = (change.after or {}).get("max_capacity")
    if service is None or not isinstance(desired, int) or not isinstance(most, int):
        return None
    hidden = is_hidden(service.before_sensitive, "desired_count") or is_hidden(
        change.after_sensitive, "max_capacity"
    )
    wants, above = ("some", "the new maximum") if hidden else (desired, most)
    if desired <= most:
        return said(ALLOWED, wants, attributes=attributes)
    return said(STOPPED, wants, above, attributes=attributes)


def reasons_of_bounds(change: Change) -> tuple[Reason, ...]:
    """Return that bounds which left room leave none."""
    room = [_room(values) for values in (change.before, change.after)]
    fixed = room[0] is not None and room[0] > 0 and room[1] == 0
    return (said(FIXED),) if fixed else ()


def _room(values: Mapping[str, Any] | None) -> float | None:
    least, most = (number((values or {}).get(name)) for name in ("min_capacity", "max_capacity"))
    return None if least is None or most is None else most - least


def reasons_of_action(change: Change, links: Links) -> tuple[Reason, ...]:
    """Return that a scheduled action stops every task at its time, where it did not before."""
    if _bound(change.after, "max_capacity") != 0 or _bound(change.before, "max_capacity") == 0:
        return ()
    service = str((change.after or {}).get("resource_id"))
    others = [one for one in links.scaled_by(change, service, ACTION) if one.address != change.address]
    back = [
        one
        for one in others
        if (_bound(one.after, "min_capacity") or 0) > 0
        or any_true(one.after_unknown.get("scalable_target_action"))
    ]
    if not back:
        return (said(NONE_FOR_GOOD, _when(change)),)
    again = ", ".join(_when(one) for one in back)
    new = links.makes(change, "resource_id", "aws_ecs_service")
    return (said(NONE, _when(change), again, verdict=Impact.SAFE if new else Impact.INTERRUPTS),)


def _bound(values: Mapping[str, Any] | None, name: str) -> float | None:
    return number(block((values or {}).get("scalable_target_action")).get(name))


def _when(change: Change) -> str:
    if is_hidden(change.after_sensitive, "schedule"):
        return "which is sensitive"
    when, zone = ((change.after or {}).get(name) for name in ("schedule", "timezone"))
    if not isinstance(when, str):
        return "which is known after the apply"
    return f"{when} {zone}" if isinstance(zone, str) and zone else when


def scaled(change: Change) -> str:
    """Return what a scaling target or policy scales, as Application Auto Scaling calls it."""
    return str((change.before or {}).get("resource_id"))


def reason_of_lost_policy(change: Change, links: Links) -> tuple[Reason, tuple[str, ...]] | None:
    """Return what a policy leaves behind that goes, or moves elsewhere; nothing where none adds tasks."""
    others = [one for one in links.scaled_by(change, scaled(change), POLICY) if one.address != change.address]
    left = frozenset(way for one in others if _acts(one, links) for way in ways(one.after))
    lost = (ways(change.before) or {IN, OUT}) - left
    if not lost:
        return said(STILL_SCALED), ()
    return (said(NEVER_BACK), (rules()[NEVER_BACK].why,)) if lost == {IN} else None


def reason_of_rest(change: Change, links: Links, *attributes: Changed) -> Reason | None:
    """Return that steps leave half of the tasks, or enough for the load, as the plan shows; else nothing.

    Of steps that add tasks too, what they counted before and where they began are other questions.
    """
    before, after = ((values or {}).get(STEPS) for values in (change.before, change.after))
    alone = takes_alone(before) and takes_alone(after)
    if change.before and not alone and (counts_otherwise(before, after) or delayed(before, after)):
        return None
    kept = _least_kept(change, links)
    if not kept:
        return None
    if leaves_half(after, kept):
        return said(HALF_STAYS, attributes=attributes)
    return said(CARRIED, attributes=attributes) if rest_carries(change, links, kept) else None


def _least_kept(policy: Change, links: Links) -> float | None:
    """Return the least minimum of what a policy scales, scheduled ones too; None where one is not told."""
    service = str((policy.after or {}).get("resource_id"))
    bounds, told = 0, list[float | None]()
    for one in links.scaled_by(policy, service, TARGET, ACTION):
        values = one.after or {}
        if values.get("resource_id") != service:
            continue
        if one.type == TARGET:
            bounds += 1
            if number(values.get("max_capacity")) != 0:
                told.append(number(values.get("min_capacity")))
        elif any_true(one.after_unknown.get("scalable_target_action")):
            told.append(None)
        elif _bound(values, "max_capacity") == 0:
            pass  # while no task may run, a step takes none
        elif (least := block(values.get("scalable_target_action")).get("min_capacity")) is not None:
            # Where it is null, the action leaves the minimum as it is.
            told.append(number(least))
    known = [one for one in told if one is not None]
    return min(known) if bounds and known and len(known) == len(told) else None


def _acts(policy: Change, links: Links) -> bool:
    """Tell whether a policy is there after the apply, and a new one is called by something."""
    if policy.after is None:
        return False
    called = "create" not in policy.actions or bool(block(policy.after.get(TRACKING)))
    return called or links.follows_new(ALARM, "alarm_actions")


def reason_of_replaced_policy(change: Change, links: Links) -> Reason | None:
    """Return what its new ARN means to the alarms that call it; nothing where they follow."""
    before, after = change.before or {}, change.after or {}
    if block(before.get(TRACKING)) and block(after.get(TRACKING)):
        return None  # AWS makes its alarms itself
    keeping = links.keepers(change, (ALARM,))
    adds = OUT in (ways(before) or {OUT})
    if keeping:
        verdict = Impact.INTERRUPTS if adds else Impact.UNKNOWN
        return said(OLD_ARN, keeping[0].address, verdict=verdict)
    if links.follows_new(ALARM, "alarm_actions"):
        return None
    if links.namers(change, (ALARM,)):
        return said(CALLED_BY_NOBODY, verdict=Impact.INTERRUPTS if adds else Impact.UNKNOWN)
    return said(CALLED_ELSEWHERE)


def moves(change: Change) -> bool:
    """Tell whether a policy that is replaced scales something else then."""
    resource = (change.after or {}).get("resource_id")
    return resource is not None and resource != scaled(change)


def reasons_of_policy(change: Change, attributes: Iterable[Changed]) -> tuple[Reason, ...]:
    """Return what numbers of a policy mean that is changed: a target nothing reaches, a wait too long."""
    return tuple(
        reason
        for one in attributes
        if not one.after_apply and (reason := _reason_of_number(change, one)) is not None
    )


def _reason_of_number(change: Change, changed: Changed) -> Reason | None:
    kind, _, name = changed.path.partition(".")
    was, now = (number(block((values or {}).get(kind)).get(name)) for values in (change.before, change.after))
    if now is None or kind not in {STEPS, TRACKING}:
        return None
    if name == "target_value":
        return _reason_of_target(change, changed, was, now)
    waits = name in {"cooldown", "scale_out_cooldown"} and now > max(LONG_S, FAR * (was or 0))
    return said(LATER, attributes=(changed,)) if waits else None


def _reason_of_target(change: Change, changed: Changed, was: float | None, now: float) -> Reason | None:
    metric = block(block((change.after or {}).get(TRACKING)).get("predefined_metric_specification"))
    if str(metric.get("predefined_metric_type", "")).endswith("Utilization") and now >= FULL_PERCENT:
        return said(UNREACHED, attributes=(changed,))
    if was is not None and now > FAR * was:
        return said(FAR_TARGET, attributes=(changed,))
    return None
