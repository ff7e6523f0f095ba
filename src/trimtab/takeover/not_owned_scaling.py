"""Scaling policies, scheduled actions and alarms that the configuration does not own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.catalog.load import price_regions, prices
from trimtab.takeover.imports import DIMENSION, alarms_of, is_ours
from trimtab.takeover.item import Item, aws
from trimtab.terraform_module import OPERATOR_ALARM_ENDINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.fleet.account import Alarm, ScalingTarget
    from trimtab.takeover.takeover import Takeover


def scaling_items(takeover: Takeover) -> Iterator[Item]:
    """Yield what scales beside the configuration, or nothing at all."""
    mine = {
        one.scaling_target.resource_id: one for one in takeover.services if one.scaling_target is not None
    }
    known = {f"service/{takeover.identity.cluster.name}/{one.name}" for one in takeover.fleet.services}
    for target in takeover.identity.scaling_targets:
        if target.resource_id in mine:
            yield from _beside(target, tracks=mine[target.resource_id].tracks)
        elif target.resource_id not in known:
            yield Item(
                advice="look",
                kind="aws_appautoscaling_target",
                name=target.resource_id,
                why="no such service was read",
                command=aws("application-autoscaling", "deregister-scalable-target", *_flags(target)),
            )
    for alarm in takeover.identity.alarms:
        yield from _alarm(takeover, alarm)


def _flags(target: ScalingTarget) -> tuple[str, ...]:
    place = ("--service-namespace", "ecs", "--scalable-dimension", DIMENSION)
    return (*place, "--resource-id", target.resource_id)


def _beside(target: ScalingTarget, *, tracks: bool) -> Iterator[Item]:
    for policy in target.policies:
        if not is_ours(policy, tracks=tracks):
            flags = (*_flags(target), "--policy-name", policy.name)
            yield Item(
                advice="remove",
                kind="aws_appautoscaling_policy",
                name=f"{target.resource_id}/{policy.name}",
                why="until it goes it moves the count beside the new policies",
                command=aws("application-autoscaling", "delete-scaling-policy", *flags),
            )
    for action in target.scheduled_actions:
        flags = (*_flags(target), "--scheduled-action-name", action)
        yield Item(
            advice="look",
            kind="aws_appautoscaling_scheduled_action",
            name=f"{target.resource_id}/{action}",
            why="it rewrites min and max, which the configuration sets too: one of the two has to go; "
            "Terraform cannot import it, and a schedule that makes one of the same name overwrites it",
            command=aws("application-autoscaling", "delete-scheduled-action", *flags),
        )


def _alarm(takeover: Takeover, alarm: Alarm) -> Iterator[Item]:
    services = {one.service.name: one.stem for one in takeover.services}
    own = {
        f"{takeover.stem}-{one.stem}-{end}"
        for one in takeover.services
        for end in (*alarms_of(one), *OPERATOR_ALARM_ENDINGS)
    }
    if alarm.name in own:
        return
    scales = any(":scalingPolicy:" in action for action in alarm.actions)
    remove = aws("cloudwatch", "delete-alarms", "--alarm-names", alarm.name)
    if not alarm.actions:
        why = f"it has no action: it rings nobody{_price(takeover.fleet.region)}"
    elif scales and alarm.service in services:
        why = "it drives a scaling policy that goes"
    else:
        remove = ""
        why = "it drives something that is not taken over" if scales else "it tells somebody"
    yield Item(
        advice="remove" if scales and remove else "look",
        kind="aws_cloudwatch_metric_alarm",
        name=alarm.name,
        why=why,
        command=remove,
    )


def _price(region: str) -> str:
    """Return what an alarm costs, where the catalog knows the region."""
    return f", at ${prices(region).alarm_month.usd:.2f} a month" if region in price_regions() else ""
