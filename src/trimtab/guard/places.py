"""Account and region of each thing: names repeat between them, ARNs and ids do not.

A thing's own ARN says where it is, or its ``region`` (provider 6). A new thing has none: it is where
the other things of its provider's configuration are, or the region that names, or where all else is.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from trimtab.engine.plan import Change
    from trimtab.guard.configured import Configured

    Place = tuple[str, str]

_PARTS = 6
"""Of an ARN: arn, partition, service, region, account, resource."""
_OWN = ("arn", "id", "cluster", "cluster_arn", "alarm_arns", "task_definition")
"""Attributes whose ARN lies in the thing's own account and region, the surest first."""


class Places:
    """Where the things of a plan are."""

    def __init__(self, changes: Iterable[Change], configured: Configured) -> None:
        self._changes, self._configured = tuple(changes), configured

    def agree(self, change: Change, other: Change) -> bool:
        """Tell whether both are in one account and region, as far as a plan can say that surely."""
        first, second = self.of(change), self.of(other)
        if first and second:
            return not _differ(first, second)
        key = self._configured.provider(change)
        if key != self._configured.provider(other):
            return False
        return len(self._by_provider.get(key, ())) <= 1 if key else not self._known

    def apart(self, one: Change, other: Change) -> bool:
        """Tell whether they are surely in two accounts or regions."""
        first, second = self.of(one), self.of(other)
        return first is not None and second is not None and _differ(first, second)

    def of(self, change: Change) -> Place | None:
        """Return account and region, the region empty for what has none; nothing where it is not known."""
        own = _own(change)
        if own:
            return own
        key = self._configured.provider(change)
        known = self._by_provider.get(key, []) if key else self._known
        if len(known) == 1:
            return known[0]
        region = "" if known else self._configured.region(key)
        return ("", region) if region else None

    @cached_property
    def _by_provider(self) -> Mapping[str, list[Place]]:
        """The places that have a region, by the provider that makes things there."""
        by_provider: defaultdict[str, list[Place]] = defaultdict(list)
        for change in self._changes:
            own = _own(change)
            if own and own[1]:
                by_provider[self._configured.provider(change)].append(own)
        return {key: _distinct(places) for key, places in by_provider.items()}

    @cached_property
    def _known(self) -> list[Place]:
        return _distinct(place for places in self._by_provider.values() for place in places)


def _distinct(places: Iterable[Place]) -> list[Place]:
    distinct: list[Place] = []
    # The ones that say more come first: one without an account is no place of its own.
    for place in sorted(set(places), key=lambda place: (not all(place), place)):
        if all(_differ(place, other) for other in distinct):
            distinct.append(place)
    return distinct


def _differ(one: Place, other: Place) -> bool:
    """Hold two against each other; what either does not say, as IAM has no region, is no difference."""
    return any(first and second and first != second for first, second in zip(one, other, strict=True))


def _own(change: Change) -> Place | None:
    for values in (change.before, change.after):
        if values is None:
            continue
        region = values.get("region")
        place = next(filter(None, (_place(values.get(name)) for name in _OWN)), None)
        if isinstance(region, str) and region:
            return (place[0] if place else "", region)
        if place:
            return place
    return None


def _place(value: Any) -> Place | None:  # noqa: ANN401 - the values of a plan
    if isinstance(value, list):
        value = value[0] if value else None
    parts = value.split(":", maxsplit=_PARTS - 1) if isinstance(value, str) else []
    if len(parts) < _PARTS or parts[0] != "arn" or not (parts[3] or parts[4]):
        return None
    return parts[4], parts[3]
