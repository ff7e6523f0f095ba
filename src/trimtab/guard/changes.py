"""Which attributes a plan changes, with their values only where they may be seen.

A value is shown when it is short, plain and not marked sensitive, and when we know its type: of
unknown ones, and of documents inside a string (container definitions hold environment values, which
are often secrets without the mark), only the names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from trimtab.guard.documents import document
from trimtab.guard.model import Changed
from trimtab.guard.secrets import looks_secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trimtab.engine.plan import Change
    from trimtab.guard.facts.model import Facts

LONGEST_SHOWN = 64
"""Longer values [characters] are left out."""
_COLONS = 5
"""In front of the resource in an ARN."""
_SECRETIVE = re.compile(
    r"pass(wor[dt]|phrase|wd)|secret|token|credential|private_?key|api_?key|auth|connection_string|user_data"
    r"|^(value|insecure_value|input|body|environment|environmentFiles|command|entryPoint|dockerLabels|options)$",
    re.IGNORECASE,
)
"""Attributes whose values are often secrets without the mark: only their names are shown."""
_TERRAFORMS_OWN = frozenset(
    {"allow_overwrite", "force_delete", "force_destroy", "force_detach_policies", "force_new_deployment"}
    | {"overwrite", "revoke_rules_on_delete", "skip_destroy", "track_latest", "wait_for_steady_state"}
)
"""Settings that only the provider knows, of any type: false is what it does where nothing is set."""
_EMPTY: tuple[object, ...] = (None, "", [], {})


@dataclass(frozen=True, slots=True)
class _Pair:
    """One place in the values: what is there, what will be, what is not known and what is hidden."""

    path: tuple[str, ...]
    before: Any
    after: Any
    unknown: Any = None
    hidden_before: Any = None
    hidden_after: Any = None
    inside_document: bool = False

    def at(self, key: str) -> _Pair:
        return self._step(lambda tree: tree.get(key) if isinstance(tree, dict) else _inherit(tree), key)

    def first(self) -> _Pair:
        """Step into a block of which there is one: it has a number, but nobody calls it by it."""
        return self._step(lambda tree: tree[0] if isinstance(tree, list) and tree else _inherit(tree))

    def _step(self, into: Any, *names: str) -> _Pair:  # noqa: ANN401 - into any tree of JSON
        return replace(
            self,
            path=(*self.path, *names),
            before=into(self.before) if self.before not in _EMPTY else None,
            after=into(self.after) if self.after not in _EMPTY else None,
            unknown=into(self.unknown),
            hidden_before=into(self.hidden_before),
            hidden_after=into(self.hidden_after),
        )

    @property
    def sensitive(self) -> bool:
        return any_true(self.hidden_before) or any_true(self.hidden_after)


def changed_attributes(change: Change, *, show: bool, known: Facts | None = None) -> tuple[Changed, ...]:
    """Return what differs before and after, by path, those that force a replacement first."""
    root = _Pair(
        path=(),
        before=change.before or {},
        after=change.after or {},
        unknown=change.after_unknown,
        hidden_before=change.before_sensitive,
        hidden_after=change.after_sensitive,
    )
    forcing = {tuple(step for step in path if isinstance(step, str)) for path in change.replace_paths}
    attributes = [
        _changed(pair, forcing, show=show) for pair in _different(root) if not _is_unread(pair, known)
    ]
    missing = {".".join(path) for path in forcing if not any(_touches(path, one.path) for one in attributes)}
    attributes += [Changed(path=path, forces_replacement=True) for path in sorted(missing)]
    return tuple(sorted(attributes, key=lambda one: not one.forces_replacement))


def _is_unread(pair: _Pair, known: Facts | None) -> bool:
    """Tell what an import does not read, and is false: no change where false is what AWS does anyhow.

    Of an attribute without facts nobody has said that it is.
    """
    if pair.before is not None or pair.after is not False or pair.unknown is True:
        return False
    path = ".".join(pair.path)
    if path in _TERRAFORMS_OWN:
        return True
    return known is not None and known.has(path) and known.defaults.get(path) is not True


def _touches(path: tuple[str, ...], dotted: str) -> bool:
    """Tell whether one lies in the other."""
    other = tuple(dotted.split("."))
    shorter = min(len(path), len(other))
    return path[:shorter] == other[:shorter]


def _changed(pair: _Pair, forcing: set[tuple[str, ...]], *, show: bool) -> Changed:
    path = ".".join(pair.path)
    after_apply = any_true(pair.unknown)
    hidden = pair.sensitive or looks_secret(pair.path, [pair.before, pair.after])
    seen = show and not hidden and _may_be_seen(pair)
    before, after = _shown(pair.before), _shown(pair.after)
    whole = seen and before and (after or after_apply)
    return Changed(
        path=path,
        before=before if whole else "",
        after=after if whole and not after_apply else "",
        delta=_delta(pair) if seen and not whole else "",
        sensitive=hidden,
        after_apply=after_apply,
        forces_replacement=any(_touches(forced, path) for forced in forcing),
    )


def _may_be_seen(pair: _Pair) -> bool:
    if any(_SECRETIVE.search(name) for name in pair.path):
        return False
    if any(isinstance(one, str) and one.lstrip()[:1] in {"[", "{"} for one in (pair.before, pair.after)):
        return False  # a document that cannot be read by its names
    if not pair.inside_document or pair.path[-1] == "image":
        return True
    # ECS takes environment values as strings only: a number is a size or a port.
    return all(isinstance(value, int | float) or value is None for value in (pair.before, pair.after))


def _different(pair: _Pair) -> Iterator[_Pair]:
    """Yield the smallest places that differ."""
    before, after = pair.before, pair.after
    if pair.unknown is True:
        yield pair
    elif _are_objects(before, after):
        unknown = pair.unknown if isinstance(pair.unknown, dict) else {}
        for key in dict.fromkeys((*(before or {}), *(after or {}), *unknown)):
            yield from _different(pair.at(key))
    elif _is_block(before) and _is_block(after):
        yield from _different(pair.first())
    elif (before != after and not (before in _EMPTY and after in _EMPTY)) or any_true(pair.unknown):
        yield from _inside_document(pair)


def _inside_document(pair: _Pair) -> Iterator[_Pair]:
    """Yield what differs in a JSON document kept in a string, or the place itself."""
    before, after = document(pair.before), document(pair.after)
    if before is None or after is None or pair.sensitive:
        yield pair
        return
    inner = replace(pair, before=_by_name(before), after=_by_name(after), inside_document=True)
    yield from _different(inner)


def _are_objects(before: object, after: object) -> bool:
    """Tell two objects, of which one may be missing."""
    return any(isinstance(one, dict) for one in (before, after)) and all(
        isinstance(one, dict) or one is None for one in (before, after)
    )


def _is_block(value: object) -> bool:
    return isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict)


def _by_name(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Turn lists of things that have names into objects, so that their order does not matter."""
    if isinstance(value, dict):
        return {key: _by_name(inner) for key, inner in value.items()}
    if isinstance(value, list) and value and all(isinstance(one, dict) and "name" in one for one in value):
        return {str(one["name"]): _named(one) for one in value}
    return value


def _named(one: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    rest = {key: _by_name(inner) for key, inner in one.items() if key != "name"}
    # An environment variable: its name is the place, there is nothing more to say.
    return next(iter(rest.values())) if len(rest) == 1 else rest


def any_true(tree: object) -> bool:
    """Tell whether a tree of marks holds a true."""
    if isinstance(tree, dict):
        return any(any_true(inner) for inner in tree.values())
    if isinstance(tree, list):
        return any(any_true(inner) for inner in tree)
    return tree is True


def is_hidden(marks: object, name: str) -> bool:
    """Tell whether an attribute, or a part of it, is marked as sensitive."""
    return any_true(marks.get(name) if isinstance(marks, dict) else marks)


def _inherit(mark: object) -> bool | None:
    """Return the mark of a part: what is marked as a whole is marked in every part."""
    return True if mark is True else None


def _shown(value: object) -> str:
    """Return a value as words, or nothing when it is too much."""
    if value in _EMPTY:
        return "unset"
    text = _words(value)
    if len(text) > LONGEST_SHOWN and text.startswith("arn:") and text.count(":") >= _COLONS:
        text = f"...{text.split(':', maxsplit=_COLONS)[_COLONS]}"
    return text if len(text) <= LONGEST_SHOWN and text.isprintable() else ""


def _words(value: object) -> str:
    """Return a plain value, or a flat list or block, as words."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        parts = [_words(one) for one in value]
        return f"[{', '.join(parts)}]" if all(parts) else ""
    if isinstance(value, dict):
        parts = [f"{key} {_words(inner)}" for key, inner in value.items() if inner]
        return " ".join(parts) if not any(part.endswith(" ") for part in parts) else ""
    return str(value) if isinstance(value, str | int | float) else ""


def _delta(pair: _Pair) -> str:
    """Return what a list of names gains and loses."""
    before, after = pair.before or [], pair.after or []
    if not isinstance(before, list) or not isinstance(after, list) or any_true(pair.unknown):
        return ""
    if not all(isinstance(one, str) for one in (*before, *after)):
        return ""
    gained = [f"+ {one}" for one in after if one not in before]
    lost = [f"- {one}" for one in before if one not in after]
    text = ", ".join((*gained, *lost))
    if len(text) > LONGEST_SHOWN or not text.isprintable():
        return f"{len(gained)} added, {len(lost)} removed"
    return text
