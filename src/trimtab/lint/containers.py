"""Container definitions: the JSON of a task definition, with what is not known marked where it stands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from trimtab.lint.evaluation.steps import unknown
from trimtab.lint.evaluation.values import MARK, Encoded, Text, Unknown, Value, unknown_in
from trimtab.lint.resource import CannotTell

if TYPE_CHECKING:
    from trimtab.lint.resource import Resource


def containers_of(definition: Resource) -> list[dict[str, Value]]:
    """Return the containers; what is not known in them is ``Unknown``.

    Raises:
        CannotTell: they are not known at all.

    """
    value = definition.get("container_definitions")
    place = definition.at("container_definitions")
    if value is None:
        return []
    content = value.content if isinstance(value, Encoded) else _decoded(value)
    if content is None:
        raise CannotTell(
            value if isinstance(value, Unknown) else unknown(place, "it is no JSON that can be read")
        )
    containers = content if isinstance(content, list) else [content]
    for one in containers:
        if isinstance(one, Unknown):
            raise CannotTell(one)
    return [one for one in containers if isinstance(one, dict)]


def _decoded(value: Value) -> Value:
    """Return what JSON holds, or ``None`` where it cannot be read."""
    parts = value.parts if isinstance(value, Text) else (value,)
    pieces: list[str] = []
    missing = [one for one in parts if isinstance(one, Unknown)]
    for part in parts:
        if isinstance(part, str):
            pieces.append(part)
            continue
        if not isinstance(part, Unknown):
            return None
        mark = f"{MARK}{missing.index(part)}{MARK}"
        inside = "".join(pieces).replace('\\"', "").count('"') % 2
        pieces.append(mark if inside else f'"{mark}"')
    if len(parts) == len(missing):
        return None
    try:
        return _marked(json.loads("".join(pieces)), missing)
    except (ValueError, RecursionError):
        return None


def _marked(value: Value, missing: list[Unknown]) -> Value:
    if isinstance(value, str) and MARK in value:
        before, number, after = value.split(MARK, 2)
        referred = missing[int(number)]
        whole = (before, referred, after)
        return (
            referred
            if not before and not after
            else Text(referred.origin, referred.why, referred.place, whole)
        )
    if isinstance(value, list):
        return [_marked(one, missing) for one in value]
    if isinstance(value, dict):
        return {key: _marked(one, missing) for key, one in value.items()}
    return value


def part(container: dict[str, Value], name: str) -> Value:
    """Return a member of a container that must be known.

    Raises:
        CannotTell: it is not.

    """
    value = container.get(name)
    if (inner := unknown_in(value)) is not None:
        raise CannotTell(inner)
    return value


def listed(container: dict[str, Value], name: str) -> list[dict[str, Value]]:
    """Return a list of objects of a container, whose members may be unknown.

    Raises:
        CannotTell: the list is not known.

    """
    value = container.get(name)
    if isinstance(value, Unknown):
        raise CannotTell(value)
    entries = value if isinstance(value, list) else []
    for one in entries:
        if isinstance(one, Unknown):
            raise CannotTell(one)
    return [one for one in entries if isinstance(one, dict)]


def name_of(container: dict[str, Value]) -> str:
    """Return a container's name for a sentence."""
    value = container.get("name")
    return (
        f"container {value}"
        if isinstance(value, str) and value and not isinstance(value, Encoded)
        else "a container"
    )
