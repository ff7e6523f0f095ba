"""Documents that strings of a plan hold: policies, container definitions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def document(value: object) -> Any:  # noqa: ANN401 - any JSON
    """Return the JSON array or object a string holds, or nothing, also where a name is in it twice.

    Which of the two counts, each reader decides for itself.
    """
    return _parsed(value, _once)


def any_document(value: object) -> Any:  # noqa: ANN401 - any JSON
    """Return the JSON array or object a string holds, or nothing; of a name that is twice in it, the last."""
    return _parsed(value, None)


def _parsed(value: object, pairs: Callable[[list[tuple[str, Any]]], Any] | None) -> Any:  # noqa: ANN401
    if not isinstance(value, str) or value.lstrip()[:1] not in {"[", "{"}:
        return None
    try:
        return json.loads(value, object_pairs_hook=pairs)
    except ValueError:
        return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name is there twice")
    return members


def strings(tree: object, *, keys: bool = False) -> Iterator[str]:
    """Yield every string in a tree of values, and in the documents that strings hold."""
    if isinstance(tree, str):
        yield tree
        yield from strings(any_document(tree), keys=keys)
    elif isinstance(tree, dict):
        for name, value in tree.items():
            if keys:
                yield name
            yield from strings(value, keys=keys)
    elif isinstance(tree, list):
        for value in tree:
            yield from strings(value, keys=keys)
