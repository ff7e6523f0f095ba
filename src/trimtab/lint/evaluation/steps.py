"""What stands behind a dot or in a loop: members of values, and what a collection holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.lint.evaluation.values import Failed, Thing, Unknown, Value, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.lint.hcl.syntax import SourcePlace


def unknown(place: SourcePlace, why: str) -> Unknown:
    """Return something unknown that is like nothing else."""
    return Unknown(f"{place.file}:{place.line}:{place.text}", why, place)


def pairs_of(source: Value) -> Iterator[tuple[Value, Value]]:
    """Yield what a known collection holds, as ``for`` and ``for_each`` walk it."""
    if isinstance(source, dict):
        yield from sorted(source.items())
    elif isinstance(source, list):
        yield from enumerate(source)
    else:
        msg = "a list or a map is needed here"
        raise Failed(msg)


def as_map(made: list[tuple[Value, Value]], *, grouped: bool) -> Value:
    """Return the map that a for expression makes."""
    members: dict[str, Value] = {}
    for key, value in made:
        if isinstance(key, Unknown):
            return key
        name = text(key)
        if grouped:
            members.setdefault(name, []).append(value)
        elif name in members:
            msg = "two elements have one key"
            raise Failed(msg)
        else:
            members[name] = value
    return members


def member(of: Value, name: str, place: SourcePlace) -> Value:
    """Return ``of.name``."""
    if isinstance(of, Thing):
        return of.member(name, place)
    if isinstance(of, Unknown):
        return Unknown(f"{of.origin}.{name}", of.why, of.place)
    if isinstance(of, dict):
        if name in of:
            return of[name]
        msg = f"there is no attribute {name}"
        raise Failed(msg)
    if isinstance(of, list) and name.isdigit() and int(name) < len(of):
        return of[int(name)]
    msg = f"what has no attributes is asked for {name}"
    raise Failed(msg)


def collected(value: Value) -> Value:
    """Return a value, or why it is not known how many there are of a resource."""
    shape = value.shape if isinstance(value, Thing) else None
    return value if shape is None else shape
