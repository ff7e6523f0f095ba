"""A proposal of target tracking, against the policies that somebody wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.lint.scaling import CPU, METRICS, TRACKING
from trimtab.patch import by_hand
from trimtab.patch.model import Bundle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimtab.lint.evaluation.values import Value
    from trimtab.lint.hcl.syntax import SourcePlace
    from trimtab.lint.scaling import WrittenPolicy
    from trimtab.patch.model import Wishes
    from trimtab.terraform_module import Tracking


def tracking_wishes(to: Wishes, wanted: Tracking, policies: Sequence[WrittenPolicy]) -> Value:
    """Wish for targets and cooldowns; return what CPU is kept near now."""
    ladders = to.wanted.proposal.ladders
    targets = {METRICS[word]: target for word, target in wanted.targets}
    tracked: dict[str, Value] = {}
    for policy in policies:
        configuration = policy.item.block(TRACKING)
        new = targets.get(policy.tracked)
        if configuration is None or new is None:
            to.leave(f"target tracking of {policy.tracked}", policy.item.place, "the proposal has none of it")
            continue
        tracked[policy.tracked] = configuration.get("target_value")
        values = (
            ("target_value", new),
            ("scale_out_cooldown", ladders.out_cooldown_s),
            ("scale_in_cooldown", ladders.in_cooldown_s),
        )
        for name, value in values:
            to.add(Bundle.TRACKING, policy.item, configuration, name, value, (TRACKING, "*"))
    return tracked.get(CPU)


def untracked(to: Wishes, wanted: Tracking, policies: Sequence[WrittenPolicy], place: SourcePlace) -> None:
    """Leave what is to be tracked and here is not, with the policy to write by hand."""
    there = {one.tracked for one in policies}
    for word, target in wanted.targets:
        metric = METRICS[word]
        if metric not in there:
            why = f"the proposal keeps it near {target:g} % by target tracking, and here nothing does"
            to.leave(f"scaling by {metric}", place, why, by_hand.tracking(to.wanted, word, target))


def instead_of_steps(to: Wishes, tracking: Sequence[WrittenPolicy]) -> tuple[Value, Value, SourcePlace]:
    """Leave target tracking where steps are proposed; return what CPU is kept near, no low, and where."""
    target: Value = None
    for policy in tracking:
        configuration = policy.item.block(TRACKING)
        value = None if configuration is None else configuration.get("target_value")
        if policy.tracked == CPU:
            target = value
        to.leave(
            f"scaling by {policy.tracked or 'a metric of its own'}",
            configuration.at("target_value") if configuration is not None else policy.item.place,
            "target tracking: its alarms are made by AWS, and the steps of the proposal have no place in it",
            now=f"target_value {target}" if target is not None else "",
        )
    place = tracking[0].item.place
    to.leave("scaling", place, "instead of target tracking, by hand", by_hand.whole(to.wanted))
    return target, None, place
