"""Terraform's functions that say something even where a part of what they are given is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trimtab.lint.evaluation.functions import FUNCTIONS, as_set, distinct, listed, mapped
from trimtab.lint.evaluation.values import (
    COMPUTED,
    Encoded,
    Failed,
    Ref,
    Thing,
    Unknown,
    Value,
    joined,
    number,
    same,
    text,
    truth,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimtab.lint.hcl.syntax import SourcePlace


def empty(value: Value) -> bool | Unknown:
    """Tell whether it is null or an empty string."""
    if isinstance(value, Ref) and value.attribute in COMPUTED:
        return False
    return value if isinstance(value, Unknown) else value is None or value == ""


def _first_unknown(values: tuple[Value, ...] | list[Value]) -> Unknown | None:
    return next((one for one in values if isinstance(one, Unknown)), None)


def _merge(place: SourcePlace, *given: Value) -> Value:
    del place
    if (unknown := _first_unknown(given)) is not None:
        return unknown
    return {key: value for one in given if one is not None for key, value in mapped(one).items()}


def _concat(place: SourcePlace, *given: Value) -> Value:
    del place
    if (unknown := _first_unknown(given)) is not None:
        return unknown
    return [one for other in given for one in listed(other)]


def _coalesce(place: SourcePlace, *given: Value) -> Value:
    del place
    for value in given:
        void = empty(value)
        if isinstance(void, Unknown):
            return void
        if not void:
            return value
    msg = "nothing that is not null or empty"
    raise Failed(msg)


def _coalescelist(place: SourcePlace, *given: Value) -> Value:
    del place
    for one in given:
        if isinstance(one, Unknown) or one:
            return one
    msg = "no list that is not empty"
    raise Failed(msg)


def _lookup(place: SourcePlace, of: Value, key: Value, *default: Value) -> Value:
    if isinstance(of, Thing) and not isinstance(key, Unknown):
        return of.member(text(key), place)
    if (unknown := _first_unknown((of, key))) is not None:
        return unknown
    if text(key) in mapped(of):
        return of[text(key)]
    if default:
        return default[0]
    msg = "no such key"
    raise Failed(msg)


def _contains(place: SourcePlace, values: Value, wanted: Value) -> Value:
    del place
    if isinstance(values, Unknown):
        return values
    if any(same(one, wanted) for one in listed(values)):
        return True
    return _first_unknown([*values, wanted]) or False


def _length(place: SourcePlace, value: Value) -> Value:
    del place
    if isinstance(value, (list, dict, str, Unknown)):
        return value if isinstance(value, Unknown) else len(value)
    msg = "a value without a length"
    raise Failed(msg)


def _keys(place: SourcePlace, of: Value) -> Value:
    del place
    return of if isinstance(of, Unknown) else sorted(mapped(of))


def _values(place: SourcePlace, of: Value) -> Value:
    del place
    return of if isinstance(of, Unknown) else [mapped(of)[key] for key in sorted(of)]


def _flatten(place: SourcePlace, values: Value) -> Value:
    if isinstance(values, Unknown):
        return values
    flat: list[Value] = []
    for value in listed(values):
        if isinstance(value, Unknown) and not isinstance(value, Ref):
            return value  # it may be a list
        inner = _flatten(place, value) if isinstance(value, list) else [value]
        if isinstance(inner, Unknown):
            return inner
        flat += inner
    return flat


def _compact(place: SourcePlace, values: Value) -> Value:
    del place
    if isinstance(values, Unknown):
        return values
    void = [empty(one) for one in listed(values)]
    return _first_unknown(void) or [one for one, gone in zip(values, void, strict=True) if not gone]


def _join(place: SourcePlace, by: Value, *several: Value) -> Value:
    if (unknown := _first_unknown((by, *several))) is not None:
        return unknown
    parts: list[Value] = []
    for one in (one for values in several for one in listed(values)):
        parts += [by, one] if parts else [one]
    return joined(parts, place)


def _one(place: SourcePlace, values: Value) -> Value:
    del place
    if isinstance(values, Unknown):
        return values
    if len(listed(values)) > 1:
        msg = "more than one element"
        raise Failed(msg)
    return values[0] if values else None


def _element(place: SourcePlace, values: Value, at: Value) -> Value:
    del place
    if (unknown := _first_unknown((values, at))) is not None:
        return unknown
    if not listed(values):
        msg = "an element of an empty list"
        raise Failed(msg)
    return values[int(number(at)) % len(values)]


def _convert(change: Callable[[Value], Value]) -> Callable[[SourcePlace, Value], Value]:
    def made(place: SourcePlace, value: Value) -> Value:
        del place
        return value if value is None or isinstance(value, Unknown) else change(value)

    return made


def _listing(value: Value) -> list[Value]:
    return listed(value)


PARTIAL: Final[dict[str, Callable[..., Value]]] = {
    "merge": _merge,
    "concat": _concat,
    "coalesce": _coalesce,
    "coalescelist": _coalescelist,
    "lookup": _lookup,
    "contains": _contains,
    "length": _length,
    "keys": _keys,
    "values": _values,
    "flatten": _flatten,
    "compact": _compact,
    "distinct": _convert(lambda value: distinct(listed(value))),
    "join": _join,
    "one": _one,
    "element": _element,
    "tolist": _convert(_listing),
    "toset": _convert(as_set),
    "tomap": _convert(mapped),
    "tostring": _convert(text),
    "tonumber": _convert(number),
    "tobool": _convert(truth),
    "sensitive": lambda _, value: value,
    "nonsensitive": lambda _, value: value,
    "jsonencode": lambda _, value: Encoded.of(value),
    "jsondecode": _convert(FUNCTIONS["jsondecode"]),
}
"""Each is given the place of the call, then its arguments."""
