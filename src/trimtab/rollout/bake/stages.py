"""A cut of more than half goes in two stages, each watched: the first to half, where there is such a size."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from trimtab.catalog.load import fargate_sizes
from trimtab.rollout.graft import copied, digest
from trimtab.rollout.plan import TAG, Register, Use, forward

if TYPE_CHECKING:
    from trimtab.catalog.size import TaskSize
    from trimtab.rollout.model import Revision
    from trimtab.rollout.plan import Step

STAGE_TAG: Final = "trimtab:stage"
"""Tag of a revision half way: the ARN that it is half way to."""


def staged(running: Revision, source: Revision) -> Step:
    """Return how to bring what runs to Terraform's size, or first half way there."""
    if _is_half_way(running, source):
        running = replace(running, number=0, registered_at=None)  # ours, so nothing was deployed since
    step = forward(running, source)
    half = half_way(running, source)
    if half is None or not isinstance(step, Use | Register):
        return step
    made = _scaled(copied(running), running, half)
    why = f"half way first, {half}: the cut to {source.cpu_units}/{source.memory_mib} is of more than half"
    since = step.why if isinstance(step, Register) else ()
    tags = {STAGE_TAG: source.arn} if isinstance(step, Use) else {}
    return Register(base=running, definition=made, why=(*since, why), more_tags=tags)


def half_way(running: Revision, source: Revision) -> TaskSize | None:
    """Return the smallest size of at least half of what runs; None where the cut is of no more than half."""
    if 2 * source.cpu_units >= running.cpu_units and 2 * source.memory_mib >= running.memory_mib:
        return None
    cpu = max(source.cpu_units, -(-running.cpu_units // 2))
    memory = max(source.memory_mib, -(-running.memory_mib // 2))
    found = [one for one in fargate_sizes() if one.cpu_units >= cpu and one.memory_mib >= memory]
    half = min(found, key=lambda one: (one.cpu_units, one.memory_mib), default=None)
    same = half is not None and (half.cpu_units, half.memory_mib) == (running.cpu_units, running.memory_mib)
    return None if same else half


def _is_half_way(running: Revision, source: Revision) -> bool:
    """Tell a revision that a rollout registered half way to this one, and that nobody has changed since."""
    return running.tags.get(STAGE_TAG) == source.arn and running.tags.get(TAG) == digest(copied(running))


def _scaled(made: dict[str, Any], running: Revision, size: TaskSize) -> dict[str, Any]:
    """Return the definition at a size, the containers' shares of it as they are."""
    shares = {
        "cpu": size.cpu_units / running.cpu_units,
        "memory": size.memory_mib / running.memory_mib,
        "memoryReservation": size.memory_mib / running.memory_mib,
    }
    containers = [
        {**one, **{key: int(one[key] * ratio) for key, ratio in shares.items() if one.get(key)}}
        for one in made["containerDefinitions"]
    ]
    sizes = {"cpu": str(size.cpu_units), "memory": str(size.memory_mib)}
    return {**made, **sizes, "containerDefinitions": containers}
