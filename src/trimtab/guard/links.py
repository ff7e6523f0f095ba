"""Who uses what, found in the values of the plan: by ARN and id, as AWS itself refers to things."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from trimtab.guard.changes import any_true
from trimtab.guard.configured import Configured
from trimtab.guard.documents import strings
from trimtab.guard.places import Places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from trimtab.engine.plan import Change, Plan
    from trimtab.guard.facts.model import Carrier, Facts

_NAMES = ("arn", "id")
SCALING = ("aws_appautoscaling_policy", "aws_appautoscaling_scheduled_action", "aws_appautoscaling_target")


class Links:
    """The things that are there before the plan is applied, and what they say of each other."""

    def __init__(self, plan: Plan) -> None:
        self._all = [change for change in plan.changes if change.mode == "managed"] + list(plan.beside)
        self._there = [change for change in self._all if change.before]
        self.configured = Configured(plan.configuration)
        self.places = Places(self._all, self.configured)

    @property
    def everything(self) -> tuple[Change, ...]:
        """Return all that is there or will be."""
        return tuple(self._all)

    @cached_property
    def _mentions(self) -> Mapping[str, list[Change]]:
        """Who mentions a value."""
        return _mentions((change, change.before) for change in self._there)

    @cached_property
    def _keeps(self) -> Mapping[str, list[Change]]:
        """Who mentions a value once the plan is applied."""
        return _mentions((change, change.after) for change in self._all if change.after)

    @cached_property
    def _leaving(self) -> Mapping[str, list[Change]]:
        """What is destroyed or replaced, by the values others know it by."""
        leaving: defaultdict[str, list[Change]] = defaultdict(list)
        for change in self._there:
            for name in identity(change, _NAMES) if "delete" in change.actions else ():
                leaving[name].append(change)
        return leaving

    def users(self, change: Change, facts: Facts) -> tuple[Change, ...]:
        """Return what puts a thing to use now."""
        users = {
            user.address: user
            for user in self._others(self._mentions, change, facts.identity)
            if user.type not in facts.not_users and ("*" in facts.used_by or user.type in facts.used_by)
        }
        return tuple(users.values())

    def keepers(self, change: Change, types: Iterable[str]) -> tuple[Change, ...]:
        """Return what goes on naming a thing, as it is now, when the plan is applied."""
        keepers = {
            keeper.address: keeper
            for keeper in self._others(self._keeps, change, _NAMES)
            if keeper.type in types
        }
        return tuple(keepers.values())

    def keeping(self, arn: str, types: Iterable[str]) -> tuple[Change, ...]:
        """Return what of these types names an ARN once the plan is applied."""
        return tuple(one for one in self._keeps.get(arn, ()) if one.type in types)

    def leaves(self, name: str) -> bool:
        """Tell whether the thing of this ARN or id is destroyed or replaced."""
        return name in self._leaving

    def deregisters(self, revision: str) -> bool:
        """Tell whether a revision of a task definition is deregistered by this plan."""
        return any(
            (one.before or {}).get("skip_destroy") is not True for one in self._leaving.get(revision, ())
        )

    def namers(self, change: Change, types: Iterable[str]) -> tuple[Change, ...]:
        """Return what names a thing now."""
        return tuple(one for one in self._others(self._mentions, change, _NAMES) if one.type in types)

    def _others(
        self, mentions: Mapping[str, list[Change]], change: Change, names: tuple[str, ...]
    ) -> Iterator[Change]:
        for name in identity(change, names):
            for other in mentions.get(name, ()):
                # An ARN is nobody else's; an id or a name may be taken in another account or region.
                if other.address != change.address and (
                    name.startswith("arn:") or not self.places.apart(change, other)
                ):
                    yield other

    def carrier(self, change: Change, carrier: Carrier) -> Change | None:
        """Return the thing another one hangs on, if the plan has it."""
        named = self._named.get((carrier.type, str((change.before or {}).get(carrier.attribute))), ())
        return next((one for one in named if not self.places.apart(change, one)), None)

    @cached_property
    def _named(self) -> Mapping[tuple[str, str], list[Change]]:
        """Everything that is there, by type and by any name it goes by."""
        named: defaultdict[tuple[str, str], list[Change]] = defaultdict(list)
        for change in self._there:
            for name in identity(change, (*_NAMES, "name")):
                named[change.type, name].append(change)
        return named

    @cached_property
    def _new(self) -> Mapping[str, list[Change]]:
        """What the plan makes, replacements among it, by type."""
        made = defaultdict(list)
        for one in self._all:
            if "create" in one.actions:
                made[one.type].append(one)
        return made

    def new(self, kind: str) -> tuple[Change, ...]:
        """Return what the plan makes of a type, replacements among it."""
        return tuple(self._new[kind])

    def named(self, kind: str, name: str) -> tuple[Change, ...]:
        """Return what is there of a type by an ARN, an id or a name."""
        return tuple(self._named.get((kind, name), ()))

    def will(self, kind: str) -> tuple[Change, ...]:
        """Return what there is of a type once the plan is applied."""
        return tuple(one for one in self._of_type.get(kind, ()) if one.after is not None)

    def follows_new(self, kind: str, attribute: str) -> bool:
        """Tell whether something of a type names, in an attribute, what is known only after the apply."""
        return (kind, attribute) in self._following

    @cached_property
    def _following(self) -> frozenset[tuple[str, str]]:
        return frozenset(
            (change.type, name)
            for change in self._all
            for name, unknown in change.after_unknown.items()
            if any_true(unknown)
        )

    @cached_property
    def _of_type(self) -> Mapping[str, list[Change]]:
        changes: defaultdict[str, list[Change]] = defaultdict(list)
        for change in self._all:
            changes[change.type].append(change)
        return changes

    def makes(self, change: Change, attribute: str, kind: str) -> bool:
        """Tell whether what an attribute of a new thing names is made by this plan too.

        Then its id is not known before the apply, or its name is that of a thing that is made.
        """
        new = self._new[kind]
        if not change.after_unknown.get(attribute):
            named = str((change.after or {}).get(attribute) or "")
            return any(
                _is_named(one, named) and self.places.agree(change, one)
                for one in new
                if one.actions == ("create",)
            )
        references = self.configured.references(change, attribute)
        if any(one.startswith("data.") for one in references):
            return False  # it is there already, and only looked up late
        referred = {(one.split(".")[0], one.split(".")[1]) for one in references if one.startswith("aws_")}
        direct = {name for type_, name in referred if type_ == kind}
        if referred and not direct and not referred <= self._made_anew:
            return False  # what it goes by is made again, not for the first time
        return any(not direct or one.name in direct for one in new)

    @cached_property
    def _made_anew(self) -> frozenset[tuple[str, str]]:
        return frozenset((one.type, one.name) for one in self._all if one.actions == ("create",))

    def causes(self, change: Change, path: str) -> tuple[Change, ...]:
        """Return the destroyed or replaced things an attribute names now."""
        if path == "name":
            return ()  # its own; some ids are names too
        value = (change.before or {}).get(path.split(".", maxsplit=1)[0])
        causes = {
            cause.address: cause
            for text in strings(value)
            for cause in self._leaving.get(text, ())
            if cause.address != change.address and not self.places.apart(change, cause)
        }
        return tuple(causes.values())

    def scaling_of(self, service: Change) -> tuple[Change, ...]:
        """Return the scaling target of a service, its policies and scheduled actions."""
        return self.scaled_by(service, _resource_id(service))

    def scaled_by(self, by: Change, resource_id: str, *types: str) -> tuple[Change, ...]:
        """Return what scales this where ``by`` is, of these types or of all."""
        return tuple(
            change
            for change in self._scaling.get(resource_id, ())
            if change.type in (types or SCALING) and self.places.agree(by, change)
        )

    @cached_property
    def _scaling(self) -> Mapping[str, list[Change]]:
        """Scaling targets, policies and scheduled actions, by what they scale now or will."""
        targets: defaultdict[str, list[Change]] = defaultdict(list)
        for change in self._all:
            if change.type in SCALING:
                for scaled in {
                    str((tree or {}).get("resource_id")) for tree in (change.before, change.after)
                }:
                    targets[scaled].append(change)
        return targets

    def is_taken(self, family: str) -> bool:
        """Tell whether this plan moves a service to another revision of the family."""
        return family in self._taken

    @cached_property
    def _taken(self) -> frozenset[str]:
        return frozenset(
            _family(before)
            for change in self._of_type.get("aws_ecs_service", ())
            if change.before
            and change.actions == ("update",)
            and (before := change.before.get("task_definition"))
            != (change.after or {}).get("task_definition")
        )

    def running(self, family: str) -> tuple[Change, ...]:
        """Return the services that run a revision of the family."""
        return self._by_family.get(family, ())

    @cached_property
    def _by_family(self) -> Mapping[str, tuple[Change, ...]]:
        families: defaultdict[str, tuple[Change, ...]] = defaultdict(tuple)
        for change in self._there:
            if change.type == "aws_ecs_service":
                families[_family((change.before or {}).get("task_definition"))] += (change,)
        return families

    def service_of(self, by: Change, resource_id: str) -> Change | None:
        """Return the service a scaling target or policy belongs to; nothing where it is not sure which."""
        found = [one for one in self._services.get(resource_id, ()) if self.places.agree(by, one)]
        return found[0] if len(found) == 1 else None

    @cached_property
    def _services(self) -> Mapping[str, list[Change]]:
        services: defaultdict[str, list[Change]] = defaultdict(list)
        for change in self._there:
            if change.type == "aws_ecs_service":
                services[_resource_id(change)].append(change)
        return services


def _mentions(trees: Iterable[tuple[Change, object]]) -> Mapping[str, list[Change]]:
    mentions: defaultdict[str, list[Change]] = defaultdict(list)
    for change, tree in trees:
        for text in set(strings(tree)):
            mentions[text].append(change)
    return mentions


def _is_named(made: Change, named: str) -> bool:
    """Tell whether a new thing goes by a name, which for a service is ``service/cluster/name``."""
    values = made.after or {}
    head, _, name = named.rpartition("/")
    if not name or values.get("name") != name:
        return False
    cluster = str(values.get("cluster") or "").rsplit("/", maxsplit=1)[-1]
    return not cluster or not head or head.endswith(f"/{cluster}")


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
