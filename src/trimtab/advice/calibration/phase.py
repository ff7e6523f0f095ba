"""What passes between a tick and the activity, for a replay that decides on the tick.

Tasks that are launched so much later run so much later, and that is felt: their minute's CPU is another. The
clock of a scale-out ends as much later, but is looked at as much later too, so its cooldown gives that back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trimtab.replay.policy import StepScaling

if TYPE_CHECKING:
    from trimtab.advice.case.case import Case
    from trimtab.replay.policy import ScalingPolicy


def later(case: Case, wait: int) -> Case:
    """Return the case with its launches ``wait`` seconds after the tick.

    Tasks that leave do so on the tick all the same.
    """
    if not wait:
        return case
    starts = case.inputs.starts
    moved = replace(
        starts,
        pull_s=starts.pull_s + wait,
        running_s=starts.running_s + wait,
        serving_s=starts.serving_s + wait,
    )
    policies = tuple(_given_back(one, wait) for one in case.policy.policies)
    return replace(
        case,
        inputs=replace(case.inputs, starts=moved),
        policy=replace(case.policy, policies=policies),
    )


def _given_back(policy: ScalingPolicy, wait: int) -> ScalingPolicy:
    if not isinstance(policy, StepScaling):
        return replace(policy, out_cooldown_s=max(0, policy.out_cooldown_s - wait))
    if all(step.adjustment <= 0 for step in policy.steps):
        return policy
    return replace(policy, cooldown_s=max(0, policy.cooldown_s - wait))
