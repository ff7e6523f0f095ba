"""What the tasks of a service cost before a plan and after it, at their fewest and at their most."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from trimtab.catalog.load import EPHEMERAL_INCLUDED_GIB, HOURS_PER_MONTH
from trimtab.catalog.size import TaskSize
from trimtab.guard.changes import is_hidden
from trimtab.guard.model import ChangeCost, Span
from trimtab.guard.read import block, blocks, number

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from trimtab.catalog.load import Prices
    from trimtab.engine.plan import Change
    from trimtab.guard.links import Links

    Values = Mapping[str, Any]

ARM = "ARM64"
TASKS, BOUNDS = "aws_ecs_task_definition", "aws_appautoscaling_target"
NO_SIZE = "the size of its tasks is not in the plan"
NO_COUNT = "the count of its tasks is not in the plan"
HIDDEN = "its size or its count is sensitive"
ELSEWHERE = "its tasks do not run on Fargate, or not surely"
SPOT = "some of its tasks run on Fargate Spot, which has no list price"
NO_RATE = "there is no price of Windows, or of this architecture"
_SENSITIVE = ("cpu", "memory", "desired_count", "min_capacity", "max_capacity", "ephemeral_storage")
_UNITS_PER_VCPU, _MIB_PER_GB = 1024, 1024


@dataclass(frozen=True, slots=True)
class _Side:
    """The plan before or after it is applied."""

    after: bool

    def values(self, change: Change) -> Values | None:
        return change.after if self.after else change.before

    def hides(self, change: Change) -> bool:
        marks = change.after_sensitive if self.after else change.before_sensitive
        return any(is_hidden(marks, name) for name in _SENSITIVE)


_BEFORE, _AFTER = _Side(after=False), _Side(after=True)


class TaskCosts:
    """The services of one plan, with what sizes and scales them."""

    def __init__(self, links: Links) -> None:
        self._links = links

    def of(self, service: Change, book: Prices | str) -> ChangeCost | None:
        """Return what a service costs otherwise; nothing where its tasks cost the same."""
        parts = [self._parts(service, side) for side in (_BEFORE, _AFTER)]
        if parts[0] == parts[1]:
            return None
        spans: list[Span] = []
        for part in parts:
            span = _span(part, book)
            if isinstance(span, str):
                return ChangeCost(address=self._named(service), not_priced=span)
            spans.append(span)
        before, after = spans
        return (
            ChangeCost(address=self._named(service), before=before, after=after) if before != after else None
        )

    def _parts(self, service: Change, side: _Side) -> _Parts | None:
        values = side.values(service)
        if values is None:
            return None
        made = side.after and bool(service.after_unknown.get("task_definition"))
        task = self._made_task(service) if made else self._by_revision.get(str(values.get("task_definition")))
        bounds = self._bounds(service, side)
        return _Parts(
            size=_size(task.after if made else task.before) if task else None,
            count=_count(values, side.values(bounds) if bounds else None),
            where=_where(values),
            hidden=any(side.hides(one) for one in (service, task, bounds) if one),
        )

    def _made_task(self, service: Change) -> Change | None:
        """Return the task definition of which a service takes the new revision: its expression names it."""
        references = self._links.configured.references(service, "task_definition")
        names = {one.split(".")[1] for one in references if one.startswith(f"{TASKS}.")}
        same = [
            one
            for one in self._tasks
            if one.name in names and one.module == service.module and one.after is not None
        ]
        found = [one for one in same if one.index == service.index] or same
        return found[0] if len(found) == 1 else None

    @cached_property
    def _tasks(self) -> tuple[Change, ...]:
        return tuple(one for one in self._links.everything if one.type == TASKS)

    @cached_property
    def _by_revision(self) -> Mapping[str, Change]:
        """Task definitions by the revision that is there now."""
        revisions: dict[str, Change] = {}
        for task in self._tasks:
            values = task.before or {}
            if task.before and values.get("arn"):
                revisions[str(values["arn"])] = task
                revisions[f"{values.get('family')}:{values.get('revision')}"] = task
        return revisions

    def _bounds(self, service: Change, side: _Side) -> Change | None:
        values = side.values(service) or {}
        cluster = str(values.get("cluster") or "default").rsplit("/", maxsplit=1)[-1]
        targets = [
            one
            for one in self._targets[f"service/{cluster}/{values.get('name')}"]
            if side.values(one) is not None and not self._links.places.apart(service, one)
        ]
        return targets[0] if len(targets) == 1 else None

    @cached_property
    def _targets(self) -> Mapping[str, list[Change]]:
        targets: defaultdict[str, list[Change]] = defaultdict(list)
        for one in self._links.everything:
            if one.type == BOUNDS:
                for name in {str((side.values(one) or {}).get("resource_id")) for side in (_BEFORE, _AFTER)}:
                    targets[name].append(one)
        return targets

    def _named(self, service: Change) -> str:
        """Return under which address a reader finds it: what of it the plan changes."""
        parts = [service, self._bounds(service, _AFTER) or self._bounds(service, _BEFORE)]
        return next((one.address for one in parts if one and one.is_change), service.address)


@dataclass(frozen=True, slots=True)
class _Size:
    """What one task is billed by."""

    cpu: float | None
    memory: float | None
    architecture: str
    system: str
    ephemeral_gib: int


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the tasks of a service are billed by; nothing of what is not in the plan."""

    size: _Size | None
    count: tuple[float, float] | None
    where: str
    hidden: bool

    @property
    def unknown(self) -> str:
        """Why no price can be made of them, whatever it is."""
        return HIDDEN if self.hidden else self.where


def _span(parts: _Parts | None, book: Prices | str) -> Span | str:
    """Return what the tasks cost a month, or why that is not known."""
    if parts is None:
        return Span(0.0, 0.0)
    why = parts.unknown
    if why or isinstance(book, str):
        return why or str(book)
    size, count = parts.size, parts.count
    if size is None or not size.cpu or not size.memory or count is None:
        return NO_SIZE if count is not None else NO_COUNT
    if not _has_rate(size, book):
        return NO_RATE
    hour = book.task_hour_usd(
        TaskSize(cpu_units=round(size.cpu), memory_mib=round(size.memory)),
        "ARM64" if size.architecture == ARM else "X86_64",
        ephemeral_gib=size.ephemeral_gib,
    )
    return Span(*(tasks * hour * HOURS_PER_MONTH for tasks in count))


def _has_rate(size: _Size, book: Prices) -> bool:
    arm = book.fargate_arm_vcpu_hour is not None and book.fargate_arm_gb_hour is not None
    known = size.architecture == "X86_64" or (size.architecture == ARM and arm)
    return known and not size.system.upper().startswith("WINDOWS")


def _size(values: Values | None) -> _Size | None:
    if values is None:
        return None
    platform = block(values.get("runtime_platform"))
    return _Size(
        cpu=_units(values.get("cpu"), "vcpu", _UNITS_PER_VCPU),
        memory=_units(values.get("memory"), "gb", _MIB_PER_GB),
        architecture=str(platform.get("cpu_architecture") or "X86_64"),
        system=str(platform.get("operating_system_family") or "LINUX"),
        ephemeral_gib=round(
            number(block(values.get("ephemeral_storage")).get("size_in_gib")) or EPHEMERAL_INCLUDED_GIB
        ),
    )


def _units(value: object, unit: str, times: int) -> float | None:
    """Return CPU units or MiB of ``512``, ``.5 vCPU`` or ``1 GB``."""
    matched = re.fullmatch(rf"\s*([\d.]+)\s*{unit}\s*", str(value), re.IGNORECASE)
    if matched:
        plain = number(matched[1])
        return None if plain is None else plain * times
    return number(value)


def _count(service: Values, bounds: Values | None) -> tuple[float, float] | None:
    """Return the fewest and the most tasks: of scaling its bounds, else the count."""
    if bounds is not None:
        least, most = number(bounds.get("min_capacity")), number(bounds.get("max_capacity"))
        return (least, most) if least is not None and most is not None else None
    count = number(service.get("desired_count"))
    return (count, count) if count is not None else None


def _where(service: Values) -> str:
    """Return why there is no price of where its tasks run, or nothing."""
    providers = {
        str(one.get("capacity_provider")) for one in blocks(service.get("capacity_provider_strategy"))
    }
    if "FARGATE_SPOT" in providers:
        return SPOT
    fargate = providers == {"FARGATE"} or (not providers and service.get("launch_type") == "FARGATE")
    return "" if fargate else ELSEWHERE
