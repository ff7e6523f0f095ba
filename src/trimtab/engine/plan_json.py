"""The JSON of ``terraform show -json PLANFILE`` as Terraform and OpenTofu write it.

Only the members that are used; others may come and go within a major version (HashiCorp, "JSON
output format", format version 1; OpenTofu, "JSON output format").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec

from trimtab.decoding import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator

Action: TypeAlias = Literal["no-op", "create", "read", "update", "delete", "forget"]
Index: TypeAlias = str | int | None
"""Key of an instance made by ``for_each``, number of one made by ``count``, or neither."""


class RawImporting(msgspec.Struct):
    """Where an import takes a thing from; without an id it is known only after apply."""

    id: str = ""


class RawChange(msgspec.Struct):
    """What is done to one thing, and its values before and after."""

    actions: tuple[Action, ...]
    before: Any = None
    after: Any = None
    after_unknown: Any = None
    before_sensitive: Any = None
    after_sensitive: Any = None
    replace_paths: tuple[tuple[str | int, ...], ...] = ()
    importing: RawImporting | None = None


class RawResourceChange(msgspec.Struct):
    """One resource instance and what is done to it."""

    address: str
    mode: Literal["managed", "data"]
    type: str
    name: str
    change: RawChange
    index: Index = None
    module_address: str = ""
    previous_address: str | None = None
    action_reason: str = ""
    deposed: str = ""


class RawDeferred(msgspec.Struct):
    """A change that waits for the next plan."""

    resource_change: RawResourceChange
    reason: str = ""


class RawLifecycleTrigger(msgspec.Struct, frozen=True):
    """The change that an action is invoked with."""

    triggering_resource_address: str = ""
    action_trigger_event: str = ""


class Invocation(msgspec.Struct, frozen=True):
    """An action that the apply invokes (Terraform 1.14)."""

    address: str = ""
    type: str = ""
    lifecycle_action_trigger: RawLifecycleTrigger | None = None


class RawDeferredInvocation(msgspec.Struct, frozen=True):
    """An action that waits for the next plan."""

    action_invocation: Invocation = Invocation()
    reason: str = ""


class CheckAddress(msgspec.Struct, frozen=True):
    """What a condition is written at."""

    kind: str = ""
    """``check``, ``resource``, ``output_value`` or ``var``."""
    to_display: str = ""


class CheckInstance(msgspec.Struct, frozen=True):
    """One evaluation of conditions. Where the plan did not come to it there is none."""

    status: str = ""
    address: CheckAddress = CheckAddress()


class Check(msgspec.Struct, frozen=True):
    """Conditions of one object of the configuration, as the plan found them."""

    status: str
    """``pass``, ``fail``, ``error`` or ``unknown``."""
    address: CheckAddress = CheckAddress()
    instances: tuple[CheckInstance, ...] = ()


class RawResource(msgspec.Struct):
    """One resource instance as it will be, or as it was."""

    address: str
    mode: Literal["managed", "data"]
    type: str
    name: str
    index: Index = None
    values: dict[str, Any] = {}


class RawModule(msgspec.Struct):
    """A module, and the modules in it."""

    address: str = ""
    resources: tuple[RawResource, ...] = ()
    child_modules: tuple[RawModule, ...] = ()


class RawPlannedValues(msgspec.Struct):
    """All that will be there."""

    root_module: RawModule = msgspec.field(default_factory=RawModule)


class RawState(msgspec.Struct):
    """All that was there before, whether the plan looks at it or not."""

    values: RawPlannedValues = msgspec.field(default_factory=RawPlannedValues)


class RawVariable(msgspec.Struct):
    """The value a variable was given."""

    value: Any = None


class RawPlan(msgspec.Struct):
    """The document."""

    terraform_version: str = ""
    planned_values: RawPlannedValues = msgspec.field(default_factory=RawPlannedValues)
    resource_changes: tuple[RawResourceChange, ...] = ()
    resource_drift: tuple[RawResourceChange, ...] = ()
    deferred_changes: tuple[RawDeferred, ...] = ()
    output_changes: dict[str, RawChange] = {}
    action_invocations: tuple[Invocation, ...] = ()
    deferred_action_invocations: tuple[RawDeferredInvocation, ...] = ()
    checks: tuple[Check, ...] = ()
    prior_state: RawState = msgspec.field(default_factory=RawState)
    variables: dict[str, RawVariable] = {}
    configuration: dict[str, Any] = {}
    complete: bool = True
    errored: bool = False


QUIET_MEMBERS = frozenset({"applyable", "format_version", "relevant_attributes", "timestamp"})
"""Members of a plan that say nothing of what it does."""
MEMBERS = QUIET_MEMBERS | frozenset(RawPlan.__struct_fields__)
"""Every member that a plan of format 1.2 has, of Terraform 1.14 and of OpenTofu 1.11."""


class RawVersion(msgspec.Struct):
    """The one member that every major version has."""

    format_version: str


_NOTHING = frozenset({b"null", b"false", b"[]", b"{}", b'""'})


def unread_members(document: bytes | str) -> tuple[str, ...]:
    """Return the members that no plan has that we know of, and that are not empty."""
    members = decoded(document, dict[str, msgspec.Raw])
    return tuple(
        name for name, value in members.items() if name not in MEMBERS and bytes(value) not in _NOTHING
    )


def managed(module: RawModule) -> Iterator[tuple[str, RawResource]]:
    """Yield the managed resources of a module and of all in it, with the module's address."""
    for resource in module.resources:
        if resource.mode == "managed":
            yield module.address, resource
    for child in module.child_modules:
        yield from managed(child)


def contradicted(raw: RawPlan) -> Iterator[str]:
    """Yield what the state has other values of than its change starts from: both are of one source."""
    state = {one.address: one.values for _, one in managed(raw.prior_state.values.root_module)}
    for change in raw.resource_changes:
        values, before = state.get(change.address), change.change.before
        if values and isinstance(before, dict) and not change.deposed and values != before:
            pairs = ((values[name], before.get(name)) for name in values)
            if any(None not in (first, then) and first != then for first, then in pairs):
                yield change.address
