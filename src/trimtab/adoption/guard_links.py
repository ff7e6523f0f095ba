"""Who uses what, found in the values of the plan: by ARN and id, as AWS itself refers to things."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Any

from trimtab.adoption.guard_changes import document

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trimtab.adoption.guard_facts.load import Carrier, Facts
    from trimtab.adoption.plan import Change, Plan

_NAMES = ("arn", "id")
SCALING = ("aws_appautoscaling_policy", "aws_appautoscaling_scheduled_action", "aws_appautoscaling_target")


class Links:
    """The things that are there before the plan is applied, and what they say of each other."""

    def __init__(self, plan: Plan) -> None:
        self._all = [change for change in plan.changes if change.mode == "managed"]
        self._there = [change for change in self._all if change.before]
        self._configuration = plan.configuration

    @cached_property
    def _mentions(self) -> Mapping[str, list[Change]]:
        """Who mentions a value."""
        found: defaultdict[str, list[Change]] = defaultdict(list)
        for change in self._there:
            for text in set(strings(change.before)):
                found[text].append(change)
        return found

    @cached_property
    def _leaving(self) -> Mapping[str, Change]:
        """What is destroyed or replaced, by the values others know it by."""
        return {
            name: change
            for change in self._there
            if "delete" in change.actions
            for name in identity(change, _NAMES)
        }

    def users(self, change: Change, facts: Facts) -> tuple[Change, ...]:
        """Return what puts a thing to use now."""
        found = {
            user.address: user
            for name in identity(change, facts.identity)
            for user in self._mentions.get(name, ())
            if user.address != change.address
            and user.type not in facts.not_users
            and ("*" in facts.used_by or user.type in facts.used_by)
        }
        return tuple(found.values())

    def carrier(self, change: Change, carrier: Carrier) -> Change | None:
        """Return the thing another one hangs on, if the plan has it."""
        return self._named.get((carrier.type, str((change.before or {}).get(carrier.attribute))))

    @cached_property
    def _named(self) -> Mapping[tuple[str, str], Change]:
        """Everything that is there, by type and by any name it goes by."""
        names = (*_NAMES, "name")
        return {(change.type, name): change for change in self._there for name in identity(change, names)}

    @cached_property
    def _new(self) -> Mapping[str, list[Change]]:
        """What the plan makes, replacements among it, by type."""
        made = defaultdict(list)
        for one in self._all:
            if "create" in one.actions:
                made[one.type].append(one)
        return made

    def provisions(self, change: Change) -> bool | None:
        """Tell whether a provisioner runs with it; nothing where the plan lacks its configuration."""
        configured = self._configured(change)
        return None if configured is None else bool(configured.get("provisioners"))

    def _configured(self, change: Change) -> Mapping[str, Any] | None:
        """Return a thing's block of the configuration, as Terraform prints it."""
        module: Any = self._configuration.get("root_module") or {}
        for name in re.findall(r"(?:^|\.)module\.([^.\[]+)", re.sub(r'\["[^"]*"\]', "", change.module)):
            module = ((module.get("module_calls") or {}).get(name) or {}).get("module") or {}
        for one in module.get("resources") or ():
            if (one.get("type"), one.get("name")) == (change.type, change.name):
                found: Mapping[str, Any] = one
                return found
        return None

    def makes(self, change: Change, attribute: str, kind: str) -> bool:
        """Tell whether what an attribute of a new thing names is made by this plan too.

        Then its id is not known before the apply, or its name is that of a thing that is made.
        """
        new = self._new[kind]
        if not change.after_unknown.get(attribute):
            named = str((change.after or {}).get(attribute) or "")
            # A scalable target names its service behind the cluster: service/shop/api.
            names = ((one.after or {}).get("name") for one in new if one.actions == ("create",))
            return any(name and named.rpartition("/")[2] == name for name in names)
        expressions = (self._configured(change) or {}).get("expressions") or {}
        references = (expressions.get(attribute) or {}).get("references") or ()
        if any(one.startswith("data.") for one in references):
            return False  # it is there already, and only looked up late
        direct = {one.split(".")[1] for one in references if one.startswith(f"{kind}.")}
        return any(not direct or one.name in direct for one in new)

    def causes(self, change: Change, path: str) -> tuple[Change, ...]:
        """Return the destroyed or replaced things an attribute names now."""
        if path == "name":
            return ()  # its own; some ids are names too
        value = (change.before or {}).get(path.split(".", maxsplit=1)[0])
        found = {
            self._leaving[text].address: self._leaving[text]
            for text in strings(value)
            if text in self._leaving
        }
        return tuple(cause for address, cause in found.items() if address != change.address)

    def scaling_of(self, service: Change) -> tuple[Change, ...]:
        """Return the scaling target of a service, its policies and scheduled actions."""
        return self.scaled_by(_resource_id(service))

    def scaled_by(self, resource_id: str, *types: str) -> tuple[Change, ...]:
        """Return what scales this, of these types or of all."""
        return tuple(
            change for change in self._scaling.get(resource_id, ()) if change.type in (types or SCALING)
        )

    @cached_property
    def _scaling(self) -> Mapping[str, list[Change]]:
        """Scaling targets, policies and scheduled actions, by what they scale now or will."""
        found: defaultdict[str, list[Change]] = defaultdict(list)
        for change in self._all:
            if change.type in SCALING:
                for scaled in {
                    str((tree or {}).get("resource_id")) for tree in (change.before, change.after)
                }:
                    found[scaled].append(change)
        return found

    def is_taken(self, family: str) -> bool:
        """Tell whether this plan moves a service to another revision of the family."""
        return any(
            change.type == "aws_ecs_service"
            and change.actions == ("update",)
            and _family(before := (change.before or {}).get("task_definition")) == family
            and before != (change.after or {}).get("task_definition")
            for change in self._there
        )

    def service_of(self, resource_id: str) -> Change | None:
        """Return the service a scaling target belongs to."""
        return self._services.get(resource_id)

    @cached_property
    def _services(self) -> Mapping[str, Change]:
        return {_resource_id(change): change for change in self._there if change.type == "aws_ecs_service"}


def _resource_id(service: Change) -> str:
    values = service.before or {}
    cluster = str(values.get("cluster") or "default").rsplit("/", maxsplit=1)[-1]
    return f"service/{cluster}/{values.get('name')}"


def _family(revision: object) -> str:
    """Return the family of ``arn:...:task-definition/family:7``, ``family:7`` or ``family``."""
    return str(revision).rsplit("/", maxsplit=1)[-1].split(":", maxsplit=1)[0]


def identity(change: Change, attributes: tuple[str, ...]) -> tuple[str, ...]:
    """Return the values others know a thing by."""
    values = change.before or {}
    return tuple({str(values[name]) for name in attributes if values.get(name)})


def strings(tree: object) -> Iterator[str]:
    """Yield every string in a tree of values, and in the documents that strings hold."""
    if isinstance(tree, str):
        yield tree
        yield from strings(document(tree))
    elif isinstance(tree, dict):
        for value in tree.values():
            yield from strings(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from strings(value)
