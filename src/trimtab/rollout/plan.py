"""Which service goes when, and to which revision.

Order: least critical first. A service without a load balancer before one behind an internal
one, before one that is public; among those the cheaper first, for cost follows traffic; then
by name. An undo goes the way back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from trimtab.rollout.graft import (
    copied,
    differs,
    digest,
    does_not_fit,
    graft,
    images_changed,
    is_essential,
    is_newer,
    lacks,
)
from trimtab.rollout.model import Exposure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from trimtab.rollout.cloud.contract import Cloud
    from trimtab.rollout.model import Definition, Revision, ServiceState, WantedRevision

_Item = TypeVar("_Item")

LOOK_BACK: Final = 100
"""Revisions looked through for one that Terraform registered, newest first."""
TAG: Final = "trimtab:rollout"
"""Tag of a revision that a rollout registered: the digest of its definition."""
_TAGS_MOST: Final = 50
_OURS: Final = frozenset({TAG, "trimtab:stage"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Move to a revision that is there."""

    arn: str
    definition: Definition


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Register a revision first: what runs was deployed since, and is not taken back."""

    base: Revision
    definition: Definition
    why: tuple[str, ...]
    """In sentences for the report."""
    more_tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """What its tag will say."""
        return digest(self.definition)

    @property
    def tags(self) -> dict[str, str]:
        """The base's own tags as far as there is room, and ours."""
        own = {k: v for k, v in self.base.tags.items() if not k.startswith("aws:") and k not in _OURS}
        room = _TAGS_MOST - 1 - len(self.more_tags)
        return {**dict(islice(own.items(), room)), **self.more_tags, TAG: self.digest}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """What runs is what is wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cannot:
    """There is no revision to move to."""

    why: str


Step: TypeAlias = Use | Register | Stay | Cannot
"""What to do with a service."""


def order(
    wanted: Iterable[WantedRevision], states: Mapping[str, ServiceState], exposures: Mapping[str, Exposure]
) -> tuple[WantedRevision, ...]:
    """Return the services, least critical first."""

    def criticality(wanted: WantedRevision) -> tuple[int, float, str]:
        state = states.get(wanted.name)
        groups = [balanced.target_group for balanced in state.balanced] if state else []
        reached = max((exposures.get(group, Exposure.INTERNAL) for group in groups), default=Exposure.NONE)
        return reached, wanted.cost_usd_month, wanted.name

    return tuple(sorted(wanted, key=criticality))


def waves(ordered: Sequence[_Item], size: int) -> Iterator[tuple[_Item, ...]]:
    """Cut an order into waves of ``size``."""
    for first in range(0, len(ordered), size):
        yield tuple(ordered[first : first + size])


def source_of(
    cloud: Cloud, wanted: WantedRevision, running: Revision, named: str | None
) -> Revision | Cannot:
    """Return Terraform's revision: the one ``named``, or the newest of that size in the running family."""
    if named is not None:
        return cloud.revision(named)
    size = wanted.size
    for arn in islice(cloud.newest(running.family), LOOK_BACK):
        revision = running if arn == running.arn else cloud.revision(arn)
        if (revision.cpu_units, revision.memory_mib) == (size.cpu_units, size.memory_mib):
            return revision
    return Cannot(
        why=f"no active revision of family {running.family} has {size}: "
        "apply the values first, or name the revisions with --task-definitions"
    )


def forward(running: Revision, source: Revision) -> Step:
    """Return how to bring what runs to the size of Terraform's revision."""
    if running.arn == source.arn:
        return Stay()
    changed = images_changed(running, source)
    newer = is_newer(running, source)
    kept = lacks(running, source)
    if not changed and not newer and not kept:
        if not source.active:
            return Cannot(why=f"{source.short} is deregistered: apply again")
        return Use(arn=source.arn, definition=source.definition)
    made = graft(running, source)
    if not differs(made, running):
        return Stay()
    since = changed or kept or (f"{running.short} was registered after {source.short}",)
    return _register(running, made, tuple(f"not taken back: {one}" for one in since))


def back(running: Revision, before: Revision, moved_to: Revision) -> Step:
    """Return how to go back to the revision ``before`` a rollout moved the service to ``moved_to``."""
    if running.arn == before.arn:
        return Stay()
    if running.arn == moved_to.arn:
        if before.active:
            return Use(arn=before.arn, definition=before.definition)
        return _register(before, copied(before), (f"registered again: {before.short} is deregistered",))
    names = {one["name"] for one in before.containers}
    drop = [one["name"] for one in moved_to.containers if one["name"] not in names and not is_essential(one)]
    made = graft(running, before, drop=drop)
    if not differs(made, running):
        return Stay()
    return _register(running, made, (f"not taken back: {running.short} was deployed since",))


def _register(base: Revision, made: Definition, why: tuple[str, ...]) -> Register | Cannot:
    misfit = does_not_fit(made)
    if misfit is not None:
        return Cannot(why=f"{base.short} cannot have the new size: {misfit}")
    return Register(base=base, definition=made, why=why)


def registered_before(cloud: Cloud, register: Register) -> Use | None:
    """Return the revision that a rollout registered already, and perhaps was killed before it said so.

    Told by its tag; and by its images, for CI may have copied the tag to a revision of its own.
    """
    for arn in islice(cloud.newest(register.base.family), LOOK_BACK):
        revision = cloud.revision(arn)
        if revision.number <= register.base.number:
            return None
        if revision.tags.get(TAG) == register.digest and _images(revision.definition) == _images(
            register.definition
        ):
            return Use(arn=arn, definition=revision.definition)
    return None


def _images(definition: Definition) -> list[tuple[object, object]]:
    return [(one.get("name"), one.get("image")) for one in definition.get("containerDefinitions") or ()]
