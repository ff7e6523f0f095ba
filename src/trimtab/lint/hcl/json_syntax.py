"""``.tf.json`` and ``.tfvars.json`` as syntax: strings may hold expressions, objects may be blocks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from trimtab.errors import UsageError
from trimtab.lint.hcl.parse import expression
from trimtab.lint.hcl.syntax import Block, Body, Literal, Node, ObjectOf, SourcePlace, TupleOf
from trimtab.lint.hcl.template import interpolated

if TYPE_CHECKING:
    from collections.abc import Iterator

_LABELS = {"resource": 2, "data": 2, "module": 1, "variable": 1, "output": 1, "provider": 1}
_NO_LABELS = {"locals", "terraform"}


def parse_json(text: str, file: str) -> Body:
    """Return the blocks of a ``.tf.json``.

    Raises:
        UsageError: it is no JSON object; says the file and the line.

    """
    document = _loaded(text, file)
    blocks: list[Block] = []
    for kind, content in document.items():
        if kind in _LABELS or kind in _NO_LABELS:
            blocks += _blocks(kind, (), content, _LABELS.get(kind, 0), (text, file))
    return Body({}, tuple(blocks))


def values_json(text: str, file: str) -> dict[str, Any]:
    """Return the values of a ``.tfvars.json``: nothing in it is an expression."""
    return _loaded(text, file)


def _loaded(text: str, file: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"{file}:{error.lineno}"
        raise UsageError(
            "is no JSON that can be read", where=where, advice="terraform validate says more"
        ) from error
    except RecursionError as error:
        raise UsageError("is nested too deep to be read", where=file) from error
    if not isinstance(document, dict):
        raise UsageError("is no JSON object", where=file)
    return document


def _blocks(
    kind: str,
    labels: tuple[str, ...],
    content: Any,  # noqa: ANN401 - JSON
    left: int,
    source: tuple[str, str],
) -> Iterator[Block]:
    if isinstance(content, list):
        for one in content:
            yield from _blocks(kind, labels, one, left, source)
    elif not isinstance(content, dict):
        return
    elif left:
        for label, inner in content.items():
            yield from _blocks(kind, (*labels, label), inner, left - 1, source)
    else:
        text, file = source
        line = text.count("\n", 0, max(0, text.find(f'"{labels[-1]}"'))) + 1 if labels else 1
        place = SourcePlace(file, line, line, " ".join((kind, *labels)))
        # What Terraform knows as a block stands among the attributes: who reads one takes either.
        inner_blocks: list[Block] = []
        attributes: dict[str, Node] = {}
        for name, value in content.items():
            if name in {"lifecycle", "dynamic"}:
                inner_blocks += _blocks(name, (), value, 1 if name == "dynamic" else 0, (text, file))
            elif name == "content" and kind == "dynamic":
                inner_blocks += _blocks(name, (), value, 0, (text, file))
            else:
                attributes[name] = _node(value, SourcePlace(file, line, line, name))
        yield Block(kind, labels, Body(attributes, tuple(inner_blocks)), place)


def _node(value: Any, place: SourcePlace) -> Node:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        return interpolated(value, place, expression)
    if isinstance(value, list):
        return TupleOf(place, tuple(_node(one, place) for one in value))
    if isinstance(value, dict):
        return ObjectOf(place, tuple((Literal(place, key), _node(one, place)) for key, one in value.items()))
    return Literal(place, value)
