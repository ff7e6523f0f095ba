"""No value of a plan is shown that is marked as secret somewhere, or that looks like one.

What is marked, or kept under a secret's name, is hidden also where it stands without: in a tag, in an
address. What only looks like a credential is hidden where it stands.
"""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from trimtab.guard.documents import any_document
from trimtab.guard.read import block
from trimtab.redaction import REDACTED, is_reference, is_secret_name, redact, shown
from trimtab.redaction.places import passwords_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from trimtab.engine.plan import Plan
    from trimtab.guard.model import Changed, Finding

LEAST = 6
"""Letters: what is shorter is hidden only where it is the whole value, for it is a part of any text."""
_AWS_NAMES = frozenset(
    {"capacity_provider", "metric_name", "namespace", "platform_version", "predefined_metric_type"}
    | {"resource_label", "ssl_policy", "type"}
)
"""Attributes whose values AWS gives: some are as varied as a key, and none is one."""
_COMMIT = re.compile(r":[0-9a-f]{7,64}$|@sha256:[0-9a-f]{64}$")
"""What an image is tagged with."""
_KEY = re.compile(r'\["((?:[^"\\]|\\.)*)"\]')


def looks_secret(path: Sequence[str], tree: object) -> bool:
    """Tell whether a text in a tree of values looks like a credential."""
    if isinstance(tree, dict):
        return any(looks_secret((*path, name), inner) for name, inner in tree.items())
    if isinstance(tree, list):
        return any(looks_secret(path, inner) for inner in tree)
    if not isinstance(tree, str) or (path and path[-1] in _AWS_NAMES):
        return False
    text = _COMMIT.sub("", tree) if path and path[-1] == "image" else tree
    return redact(text) != text


class Veil:
    """What hides the secrets of one plan."""

    def __init__(self, plan: Plan) -> None:
        told = {one for one in _named(plan) if len(one) >= LEAST}
        self._secrets = (frozenset(_marked_in(plan)) | told) - {""}
        self._by_start: defaultdict[str, list[str]] = defaultdict(list)
        # The longest first: one may be a part of another.
        for one in sorted(self._secrets, key=len, reverse=True):
            if len(one) >= LEAST:
                self._by_start[one[:LEAST]].append(one)
        self._seen: dict[str, str] = {}

    def over(self, finding: Finding) -> Finding:
        """Return a finding that shows none."""
        return dataclasses.replace(
            finding,
            address=self.text(finding.address),
            module=self.text(finding.module),
            index=self.text(finding.index) if isinstance(finding.index, str) else finding.index,
            reasons=tuple(
                dataclasses.replace(
                    reason,
                    text=self.text(reason.text),
                    attributes=tuple(map(self._changed, reason.attributes)),
                )
                for reason in finding.reasons
            ),
            cautions=self.texts(finding.cautions),
            advice=self.texts(finding.advice),
            notes=self.texts(finding.notes),
        )

    def texts(self, texts: Iterable[str]) -> tuple[str, ...]:
        """Return sentences or addresses that show none."""
        return tuple(map(self.text, texts))

    def text(self, text: str) -> str:
        """Return a sentence or an address that shows none: keys of ``for_each`` are values too."""
        if text not in self._seen:
            told = self._without(text)
            if '["' in told:
                told = _KEY.sub(lambda found: f'["{redact(found[1])}"]', told)
            # The net: whatever nobody marked and no name told, known by its form or place.
            self._seen[text] = shown(told)
        return self._seen[text]

    def _without(self, text: str) -> str:
        """Return a text in which no secret is left. Each start is looked up: there may be thousands."""
        parts, at, done = [], 0, 0
        while at <= len(text) - LEAST:
            starts = self._by_start.get(text[at : at + LEAST], ())
            one = next((one for one in starts if text.startswith(one, at)), None)
            if one is None:
                at += 1
                continue
            parts += [text[done:at], REDACTED]
            at = done = at + len(one)
        return "".join((*parts, text[done:]))

    def _tells(self, text: str) -> bool:
        return text in self._secrets or self._without(text) != text or shown(text) != text

    def _changed(self, changed: Changed) -> Changed:
        changed = dataclasses.replace(changed, path=self.text(_path(changed.path)))
        values = (changed.before, changed.after, changed.delta)
        if not any(text and self._tells(text) for text in values):
            return changed
        return dataclasses.replace(changed, before="", after="", delta="", sensitive=True)


def _path(path: str) -> str:
    """Return an attribute's path without a key of a map that looks like a credential."""
    names = path.split(".")
    for at in range(1, len(names)):
        rest = ".".join(names[at:])
        if redact(rest) != rest:
            return ".".join((*names[:at], REDACTED))
    return path


_is_secret = lru_cache(maxsize=10_000)(is_secret_name)


def _named(plan: Plan) -> Iterator[str]:
    """Yield what a plan keeps under a secret's name, and the passwords in its addresses of services."""
    for change in (*plan.changes, *plan.drift):
        yield from _kept(change.before, secret=False)
        if change.after != change.before:
            yield from _kept(change.after, secret=False)


def _kept(tree: object, *, secret: bool) -> Iterator[str]:
    if isinstance(tree, dict):
        called = tree.get("name")
        pair = isinstance(called, str) and _is_secret(called)
        for name, inner in tree.items():
            yield from _kept(inner, secret=_is_secret(name) or (pair and name == "value"))
    elif isinstance(tree, list):
        for inner in tree:
            yield from _kept(inner, secret=secret)
    elif isinstance(tree, str) and tree:
        if secret and not is_reference(tree):
            yield tree
        if "://" in tree:
            yield from passwords_of(tree)
        if tree.lstrip()[:1] in {"[", "{"}:
            yield from _kept(any_document(tree), secret=False)


def _marked_in(plan: Plan) -> Iterator[str]:
    for change in (*plan.changes, *plan.drift):
        yield from _marked(change.before, change.before_sensitive)
        yield from _marked(change.after, change.after_sensitive)
    variables = block(block(plan.configuration.get("root_module")).get("variables"))
    for name, value in plan.variables.items():
        if block(variables.get(name)).get("sensitive") or is_secret_name(name):
            yield from _marked(value, mark=True)


def _marked(value: Any, mark: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """Yield the texts and numbers in a tree that are marked; true and false are no secrets."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _marked(inner, mark if mark is True else _part(mark, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _marked(inner, mark if mark is True else _part(mark, number))
    elif mark is True and isinstance(value, str | int | float) and not isinstance(value, bool):
        yield str(value)


def _part(mark: Any, key: str | int) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(mark, dict):
        return mark.get(key)
    if isinstance(mark, list) and isinstance(key, int) and key < len(mark):
        return mark[key]
    return None
