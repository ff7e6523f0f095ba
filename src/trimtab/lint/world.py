"""The resources of a configuration, and how they hang together."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from trimtab.lint.containers import containers_of
from trimtab.lint.evaluation.values import Text, Value, key_text, refs_in
from trimtab.lint.hcl.syntax import Attr, Body, Name
from trimtab.lint.resource import CannotTell, Resource
from trimtab.lint.scaling import WrittenAlarm, WrittenPolicy, WrittenScaling, direction_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.lint.configuration import Module


class World:
    """All of it, the modules' too."""

    def __init__(self, root: Module) -> None:
        self.root = root
        self.modules = list(_below(root))
        self.resources = [one for module in self.modules for one in module.resources()]
        self._kinds: dict[str, list[Resource]] = defaultdict(list)
        for one in self.resources:
            self._kinds[one.kind].append(one)
        self._addresses = {one.address: one for one in self.resources}

    def of(self, kind: str) -> list[Resource]:
        """Return the resources of a type."""
        return self._kinds.get(kind, [])

    def referred(self, value: Value, kind: str) -> Resource | None:
        """Return the resource of a type that a value refers to."""
        found = (self._addresses.get(one.address) for one in refs_in(value))
        return next((one for one in found if one is not None and one.kind == kind), None)

    def mentioned(self, resource: Resource) -> bool:
        """Tell whether anything else in its module names the resource."""
        return (resource.module, resource.written, resource.name) in self._mentions

    @cached_property
    def _mentions(self) -> set[tuple[str, str, str]]:
        mentions: set[tuple[str, str, str]] = set()
        for module in self.modules:
            code = module.code
            for (mode, kind, name), block in code.resources.items():
                own = (kind, name) if mode == "resource" else None
                mentions |= {(module.address, *one) for one in _mentions_of(block) if one != own}
            others: list[object] = [*code.locals.values(), *code.outputs.values(), *code.calls.values()]
            for other in others:
                mentions |= {(module.address, *one) for one in _mentions_of(other)}
        return mentions

    def definition(self, service: Resource) -> Resource | None:
        """Return the task definition that a service names, if it is made here."""
        value = service.get("task_definition")
        if (referred := self.referred(value, "aws_ecs_task_definition")) is not None:
            return referred
        said = value.parts[0] if isinstance(value, Text) else value
        family = said.partition(":")[0] if isinstance(said, str) else None
        of_family = (one for one in self.of("aws_ecs_task_definition") if one.get("family") == family)
        return next(of_family, None) if family else None

    def containers(self, definition: Resource) -> list[dict[str, Value]]:
        """Return a task definition's containers, worked out once.

        Raises:
            CannotTell: they are not known.

        """
        if definition.address not in self._containers:
            try:
                self._containers[definition.address] = containers_of(definition)
            except CannotTell as gap:
                self._containers[definition.address] = gap
        containers = self._containers[definition.address]
        if isinstance(containers, CannotTell):
            raise containers
        return containers

    @cached_property
    def _containers(self) -> dict[str, list[dict[str, Value]] | CannotTell]:
        return {}

    def target_groups(self, service: Resource) -> list[Resource]:
        """Return the target groups of a service that are made here."""
        groups = (
            self.referred(one.get("target_group_arn"), "aws_lb_target_group")
            for one in service.blocks("load_balancer")
        )
        return [one for one in groups if one is not None]

    def services_of(self, definition: Resource) -> list[Resource]:
        """Return the services that run a task definition."""
        return [one for one in self.of("aws_ecs_service") if self.definition(one) is definition]

    def scaling(self, service: Resource) -> WrittenScaling | None:
        """Return what scales a service; ``None`` where nothing here does."""
        name = "/" + key_text(service.get("name"))
        targets = [
            one
            for one in self.of("aws_appautoscaling_target")
            if key_text(one.get("resource_id")).endswith(name)
        ]
        near = [one for one in targets if one.module == service.module] or targets
        return self._scaling_of(near[0]) if near else None

    def _scaling_of(self, target: Resource) -> WrittenScaling:
        wanted = key_text(target.get("resource_id"))
        policies = [
            WrittenPolicy(one, direction_of(one), tuple(self._callers[one.address]))
            for one in self.of("aws_appautoscaling_policy")
            if key_text(one.get("resource_id")) == wanted
        ]
        return WrittenScaling(target, tuple(policies))

    def scaled(self, alarm: Resource) -> list[Resource]:
        """Return the scaling policies that an alarm calls."""
        addresses = {
            one.address for name in ("alarm_actions", "ok_actions") for one in refs_in(alarm.get(name))
        }
        policies = (self._addresses.get(address) for address in addresses)
        return [one for one in policies if one is not None and one.kind == "aws_appautoscaling_policy"]

    @cached_property
    def _callers(self) -> dict[str, list[WrittenAlarm]]:
        callers: dict[str, list[WrittenAlarm]] = defaultdict(list)
        for one in self.of("aws_cloudwatch_metric_alarm"):
            for policy in self.scaled(one):
                callers[policy.address].append(WrittenAlarm(one))
        return callers

    def called(self, policy: Resource) -> bool:
        """Tell whether an alarm calls the policy."""
        return bool(self._callers[policy.address])

    @cached_property
    def default_tags(self) -> bool:
        """Whether a provider of the root puts tags on everything."""
        return any(
            one.kind == "default_tags" for block in self.root.code.providers for one in block.body.blocks
        )


def _below(module: Module) -> Iterator[Module]:
    yield module
    for one in module.children():
        yield from _below(one)


def _mentions_of(node: object) -> set[tuple[str, str]]:
    """Return type and name of every resource that a piece of syntax names."""
    mentions: set[tuple[str, str]] = set()
    open_nodes: list[object] = [node]
    while open_nodes:
        opened = open_nodes.pop()
        if isinstance(opened, Attr) and isinstance(opened.of, Name):
            mentions.add((opened.of.name, opened.name))
        if isinstance(opened, Body):
            open_nodes += [*opened.attributes.values(), *opened.blocks]
        elif isinstance(opened, tuple):
            open_nodes += opened
        elif dataclasses.is_dataclass(opened) and not isinstance(opened, type):
            open_nodes += [
                getattr(opened, item.name) for item in dataclasses.fields(opened) if item.name != "place"
            ]
    return mentions
