"""Values made to fit the type of their variable: defaults of optional attributes filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.lint.evaluation.functions import as_set, distinct, listed, mapped
from trimtab.lint.evaluation.values import Failed, Thing, Unknown, Value, number, text, truth
from trimtab.lint.hcl.syntax import Call, Literal, Name, Node, ObjectOf, TupleOf

if TYPE_CHECKING:
    from collections.abc import Callable

_PLAIN: dict[str, Callable[[Value], Value]] = {"string": text, "number": number, "bool": truth}


def fitted(value: Value, kind: Node, constant: Callable[[Node], Value]) -> Value:
    """Return the value as its variable holds it; ``constant`` evaluates a default.

    Raises:
        Failed: it does not fit.

    """
    if value is None or isinstance(value, (Unknown, Thing)):
        return value
    if isinstance(kind, (Literal, Name)):  # types in quotes are those of Terraform 0.11
        return _plain(str(kind.value) if isinstance(kind, Literal) else kind.name, value)
    if isinstance(kind, Call) and kind.arguments:
        return _collection(value, kind.name, kind.arguments[0], constant)
    return value


def _collection(value: Value, name: str, inner: Node, constant: Callable[[Node], Value]) -> Value:
    made = value
    if name == "list":
        made = [fitted(one, inner, constant) for one in listed(value)]
    elif name == "set":
        made = as_set([fitted(one, inner, constant) for one in distinct(listed(value))])
    elif name == "map":
        made = {key: fitted(one, inner, constant) for key, one in mapped(value).items()}
    elif name == "object" and isinstance(inner, ObjectOf):
        made = _object(mapped(value), inner, constant)
    elif name == "tuple" and isinstance(inner, TupleOf):
        pairs = zip(listed(value), inner.items, strict=False)
        made = [fitted(one, item, constant) for one, item in pairs]
    return made


def _plain(name: str, value: Value) -> Value:
    if name in _PLAIN:
        return _PLAIN[name](value)
    if name in {"list", "set"}:
        return listed(value)
    return mapped(value) if name == "map" else value


def _object(value: dict[str, Value], kind: ObjectOf, constant: Callable[[Node], Value]) -> Value:
    attributes: dict[str, Value] = {}
    for key, inner in kind.pairs:
        name = str(key.value) if isinstance(key, Literal) else ""
        given = value.get(name)
        if isinstance(inner, Call) and inner.name == "optional" and inner.arguments:
            wanted, *default = inner.arguments
            if given is None and default:
                given = constant(default[0])
            attributes[name] = fitted(given, wanted, constant)
        elif name not in value:
            msg = f"the attribute {name} is not given"
            raise Failed(msg)
        else:
            attributes[name] = fitted(given, inner, constant)
    return attributes
