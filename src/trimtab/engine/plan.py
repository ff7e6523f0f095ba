"""A Terraform plan, read from the JSON of ``terraform show -json`` into frozen types.

Source of the shape: HashiCorp, "JSON output format" (format version 1). Members we do not use
may come and go within a major version and are ignored; a new major version is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from trimtab.decoding import decoded
from trimtab.engine.plan_json import (
    Action,
    Index,
    RawPlan,
    RawVersion,
    contradicted,
    managed,
    unread_members,
)
from trimtab.errors import EngineError
from trimtab.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trimtab.engine.plan_json import Check, Invocation, RawModule, RawResourceChange

FORMAT_MAJOR = "1"
_QUIET: frozenset[Action] = frozenset({"no-op", "read"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What the plan does to one resource instance."""

    address: str
    type: str
    name: str
    index: Index
    module: str
    """Address of the module, ``module.a["b"].module.c``; empty in the root."""
    mode: Literal["managed", "data"]
    actions: tuple[Action, ...]
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    after_unknown: Mapping[str, Any]
    """Shaped like ``after``, true where the value is known only after apply."""
    replace_paths: tuple[tuple[str | int, ...], ...]
    """Paths of the attributes that force the replacement."""
    importing: str | None
    """The id this instance is imported by."""
    previous_address: str | None
    """Where a ``moved`` block takes it from."""
    action_reason: str = ""
    """Why, where Terraform says more than that the configuration says so: ``replace_by_request``."""
    before_sensitive: Any = None
    """Shaped like ``before``, true where a value must not be shown; true alone hides all of it."""
    after_sensitive: Any = None
    """The same for ``after``."""
    deposed: str = ""
    """Key of what an earlier replacement left over, of which this is the end; empty for the thing itself."""

    @property
    def is_change(self) -> bool:
        """Tell whether anything is done to it; an import alone does nothing to it."""
        return not _QUIET.issuperset(self.actions)

    @property
    def is_replacement(self) -> bool:
        """Tell whether it is destroyed and made again, in either order."""
        return {"create", "delete"} <= set(self.actions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """A change that cannot be planned before this plan is applied."""

    change: Change
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeferredInvocation:
    """An action that cannot be planned before this plan is applied."""

    invocation: Invocation
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedResource:
    """One managed resource instance as it will be."""

    address: str
    type: str
    name: str
    index: Index
    module: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many instances a plan touches. A replacement counts once, as ``replaced``."""

    imported: int = 0
    created: int = 0
    updated: int = 0
    replaced: int = 0
    destroyed: int = 0
    forgotten: int = 0

    @property
    def operations(self) -> int:
        """Steps an apply takes: a replacement is two, an import none."""
        return self.created + self.updated + 2 * self.replaced + self.destroyed


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that a plan will do, and what the fleet looks like after it."""

    changes: tuple[Change, ...]
    planned: tuple[PlannedResource, ...]
    outputs_changed: tuple[str, ...]
    configuration: Mapping[str, Any]
    """The configuration as Terraform prints it, raw."""
    engine_version: str = ""
    """Of the terraform or tofu that made it."""
    drift: tuple[Change, ...] = ()
    """What was changed outside Terraform since the last apply."""
    deferred: tuple[Deferred, ...] = ()
    complete: bool = True
    """False when parts of the configuration were left out: by ``-target``, or deferred."""
    errored: bool = False
    """Planning ended in an error: what is here is not all."""
    beside: tuple[Change, ...] = ()
    """What is in the state and in no change: with ``-target`` most of it. As changes that do nothing."""
    invocations: tuple[Invocation, ...] = ()
    deferred_invocations: tuple[DeferredInvocation, ...] = ()
    checks: tuple[Check, ...] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)
    contradicted: tuple[str, ...] = ()
    """Addresses of which the state in the plan says something else than the change starts from."""
    unread: tuple[str, ...] = ()
    """Members that no plan has that we know of, and that are not empty."""

    @property
    def changed(self) -> tuple[Change, ...]:
        """Instances something is done to."""
        return tuple(change for change in self.changes if change.is_change)

    @property
    def replaced(self) -> tuple[Change, ...]:
        """Instances destroyed and made again."""
        return tuple(change for change in self.changes if change.is_replacement)

    @property
    def destroyed(self) -> tuple[Change, ...]:
        """Instances destroyed and not made again."""
        return tuple(change for change in self.changes if change.actions == ("delete",))

    @property
    def imported(self) -> tuple[Change, ...]:
        """Instances taken into the state by an ``import`` block."""
        return tuple(change for change in self.changes if change.importing is not None)

    @property
    def moved(self) -> tuple[Change, ...]:
        """Instances that change their address."""
        return tuple(change for change in self.changes if change.previous_address is not None)

    @property
    def is_clean(self) -> bool:
        """Tell whether an apply would do nothing, not even import, move or change an output."""
        return not (self.changed or self.imported or self.moved or self.outputs_changed)

    @property
    def counts(self) -> Counts:
        """How many instances are touched, by what is done to them."""

        def exactly(action: Action) -> int:
            return sum(change.actions == (action,) for change in self.changes)

        return Counts(
            imported=len(self.imported),
            created=exactly("create"),
            updated=exactly("update"),
            replaced=len(self.replaced),
            destroyed=exactly("delete"),
            forgotten=exactly("forget"),
        )

    def of_type(self, kind: str) -> tuple[Change, ...]:
        """Return the changes of one resource type, no-ops included."""
        return tuple(change for change in self.changes if change.type == kind)

    def planned_of_type(self, kind: str) -> tuple[PlannedResource, ...]:
        """Return the planned instances of one resource type."""
        return tuple(resource for resource in self.planned if resource.type == kind)


def parse_plan(document: bytes | str, *, where: str = "plan") -> Plan:
    """Read the output of ``terraform show -json PLANFILE``."""
    try:
        version = decoded(document, RawVersion).format_version
        if version.split(".", maxsplit=1)[0] != FORMAT_MAJOR:
            raise EngineError(
                f"this plan has format version {version}; Trimtab reads version {FORMAT_MAJOR}.x",
                where=where,
                advice="update Trimtab, or use an older terraform",
            )
        raw = decoded(document, RawPlan)
        changes = tuple(_change(item) for item in raw.resource_changes)
        drift = tuple(_change(item) for item in raw.resource_drift)
        deferred = tuple(
            Deferred(change=_change(item.resource_change), reason=item.reason)
            for item in raw.deferred_changes
        )
        unread = unread_members(document)
    except msgspec.DecodeError as error:
        raise EngineError(f"this is not a Terraform plan in JSON ({_said(error)})", where=where) from error
    return Plan(
        changes=changes,
        planned=tuple(_flatten(raw.planned_values.root_module)),
        outputs_changed=tuple(
            name for name, change in raw.output_changes.items() if not _QUIET.issuperset(change.actions)
        ),
        configuration=raw.configuration,
        engine_version=raw.terraform_version,
        drift=drift,
        deferred=deferred,
        complete=raw.complete,
        errored=raw.errored,
        beside=_beside(
            raw, {name for change in changes for name in (change.address, change.previous_address)}
        ),
        invocations=raw.action_invocations,
        deferred_invocations=tuple(
            DeferredInvocation(invocation=item.action_invocation, reason=item.reason)
            for item in raw.deferred_action_invocations
        ),
        checks=raw.checks,
        variables={name: given.value for name, given in raw.variables.items()},
        contradicted=tuple(contradicted(raw)),
        unread=unread,
    )


def _said(error: msgspec.DecodeError) -> str:
    """Return what is wrong and where, without the value: it may be a secret."""
    words = "a value that it cannot have"
    return re.sub(r"^Invalid enum value .*?(?= - at |$)", words, str(error), flags=re.DOTALL)


def _beside(raw: RawPlan, changed: set[str | None]) -> tuple[Change, ...]:
    """Return what the state holds and the plan does nothing to."""
    return tuple(
        Change(
            address=one.address,
            type=one.type,
            name=one.name,
            index=one.index,
            module=module,
            mode="managed",
            actions=("no-op",),
            before=one.values,
            after=one.values,
            after_unknown={},
            replace_paths=(),
            importing=None,
            previous_address=None,
        )
        for module, one in managed(raw.prior_state.values.root_module)
        if one.address not in changed
    )


def _change(raw: RawResourceChange) -> Change:
    unknown = raw.change.after_unknown
    return Change(
        address=raw.address,
        type=raw.type,
        name=raw.name,
        index=raw.index,
        module=raw.module_address,
        mode=raw.mode,
        actions=raw.change.actions,
        before=_object(raw.change.before, raw.address),
        after=_object(raw.change.after, raw.address),
        # Terraform writes false or leaves it out when there is nothing after.
        after_unknown=unknown if isinstance(unknown, dict) else {},
        replace_paths=raw.change.replace_paths,
        importing=raw.change.importing.id if raw.change.importing else None,
        previous_address=raw.previous_address,
        action_reason=raw.action_reason,
        before_sensitive=raw.change.before_sensitive,
        after_sensitive=raw.change.after_sensitive,
        deposed=raw.deposed,
    )


def _object(values: object, address: str) -> Mapping[str, Any] | None:
    if values is not None and not isinstance(values, dict):
        raise msgspec.ValidationError(f"the values of {redact(address)} are no object")
    return values


def _flatten(root: RawModule) -> Iterator[PlannedResource]:
    """Yield the managed resources of a module and of all modules in it."""
    for module, resource in managed(root):
        yield PlannedResource(
            address=resource.address,
            type=resource.type,
            name=resource.name,
            index=resource.index,
            module=module,
            values=resource.values,
        )
