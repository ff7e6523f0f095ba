"""The JSON of ``terraform show -json PLANFILE`` as Terraform and OpenTofu write it.

Only the members that are used; others may come and go within a major version (HashiCorp, "JSON
output format", format version 1; OpenTofu, "JSON output format").
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

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


class RawDeferred(msgspec.Struct):
    """A change that waits for the next plan."""

    resource_change: RawResourceChange
    reason: str = ""


class RawResource(msgspec.Struct):
    """One resource instance as it will be."""

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


class RawPlan(msgspec.Struct):
    """The document."""

    terraform_version: str = ""
    planned_values: RawPlannedValues = msgspec.field(default_factory=RawPlannedValues)
    resource_changes: tuple[RawResourceChange, ...] = ()
    resource_drift: tuple[RawResourceChange, ...] = ()
    deferred_changes: tuple[RawDeferred, ...] = ()
    output_changes: dict[str, RawChange] = {}
    configuration: dict[str, Any] = {}
    complete: bool = True
    errored: bool = False


class RawVersion(msgspec.Struct):
    """The one member that every major version has."""

    format_version: str
