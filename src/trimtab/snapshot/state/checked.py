"""A state or plan as ``terraform show -json`` prints it: told apart from other files, each resource checked.

A resource that cannot be is refused with its address: what is left out unseen would be a fleet without it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import msgspec

from trimtab.decoding import decoded, fault_of
from trimtab.errors import SnapshotError
from trimtab.snapshot.state.schema import Containers, StateModule
from trimtab.snapshot.state.schema_traffic import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from trimtab.aws.api import Json
    from trimtab.snapshot.state.schema import StateResource

Resources: TypeAlias = "Mapping[str, list[Json]]"
"""Attributes of every managed resource, by type, and of the subnets that are only looked up."""

SHOW = "write it with terraform show -json > FILE"


def read_resources(path: Path) -> Resources:
    """Return what exists: a state's resources, or those of the state before a plan.

    Raises:
        SnapshotError: it cannot be read, is something else, or has a resource that cannot be.

    """
    members = _members(path)
    values = _member(members, "values", path) or _member(
        _member(members, "prior_state", path), "values", path
    )
    root = values.get("root_module") or {}
    try:
        checked = msgspec.convert(root, StateModule)
    except msgspec.ValidationError as error:
        raise _refused(error, f"{path}: root_module") from error
    by_type: defaultdict[str, list[Json]] = defaultdict(list)
    for resource in _walk(checked):
        kind = resource["type"]
        if kind in KINDS and (resource.get("mode") == "managed" or kind == "aws_subnet"):
            by_type[kind].append(_values(resource, path))
    return by_type


def _members(path: Path) -> Json:
    try:
        members = decoded(path.read_bytes())
    except OSError as error:
        raise SnapshotError(
            f"it cannot be read ({error.strerror or error})",
            where=str(path),
            advice="name the output of terraform show -json",
        ) from error
    except msgspec.DecodeError as error:
        raise SnapshotError(f"this is not JSON ({error})", where=str(path), advice=SHOW) from error
    if not isinstance(members, dict) or "format_version" not in members:
        raise SnapshotError(
            "this is no state or plan",
            where=str(path),
            advice=f"{SHOW}; terraform.tfstate itself has another form",
        )
    return members


def _member(members: Json, name: str, path: Path) -> Json:
    member = members.get(name) or {}
    if not isinstance(member, dict):
        raise SnapshotError(f"{name} is no object", where=str(path), advice=SHOW)
    return member


def _walk(module: StateModule) -> Iterator[StateResource]:
    yield from module.get("resources") or ()
    for child in module.get("child_modules") or ():
        yield from _walk(child)


def _values(resource: StateResource, path: Path) -> Json:
    """Return the attributes as they are, once they have been held against their schema."""
    kind, values = resource["type"], resource.get("values") or {}
    where = f"{path}: {resource.get('address') or kind}"
    try:
        msgspec.convert(values, KINDS[kind])
    except msgspec.ValidationError as error:
        raise _refused(error, where) from error
    if kind == "aws_ecs_task_definition":
        _check_containers(values["container_definitions"], where)
    elif kind == "aws_cloudwatch_metric_alarm":
        _check_alarm(values, where)
    return values


def _check_containers(text: str, where: str) -> None:
    """Hold the JSON within the state's JSON against what AWS takes."""
    try:
        decoded(text, cast("type[Any]", Containers))
    except msgspec.DecodeError as error:
        raise _refused(error, f"{where}.container_definitions") from error


def _check_alarm(values: Json, where: str) -> None:
    """Refuse an alarm that names neither a threshold nor a band, or a metric without its period."""
    lacking = ""
    if values.get("threshold") is None and not values.get("threshold_metric_id"):
        lacking = "threshold"
    elif values.get("metric_name") and not values.get("period"):
        lacking = "period"
    if lacking:
        raise SnapshotError("is missing", where=f"{where}.{lacking}", advice=ADVICE)


ADVICE = "show the state again; where it was edited, put the attribute back"


def _refused(error: msgspec.DecodeError, where: str) -> SnapshotError:
    fault, place = fault_of(error)
    return SnapshotError(fault, where=f"{where}.{place}" if place else where, advice=ADVICE)
