"""Values that a plan marks as secret anywhere are shown nowhere, also where they stand without the mark."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from trimtab.guard.read import block

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trimtab.engine.plan import Plan
    from trimtab.guard.model import Changed, Finding

LEAST = 6
"""Letters: what is shorter is hidden only where it is the whole value, for it is a part of any text."""


def without_secrets(findings: Iterable[Finding], plan: Plan) -> tuple[Finding, ...]:
    """Return the findings, with no value that holds a secret of the plan."""
    secrets = frozenset(_secrets(plan)) - {""}
    long = tuple(secret for secret in secrets if len(secret) >= LEAST)

    def hidden(changed: Changed) -> Changed:
        shown = (changed.before, changed.after, changed.delta)
        if not any(text and (text in secrets or any(one in text for one in long)) for text in shown):
            return changed
        return dataclasses.replace(changed, before="", after="", delta="", sensitive=True)

    return tuple(
        dataclasses.replace(
            finding,
            reasons=tuple(
                dataclasses.replace(reason, attributes=tuple(map(hidden, reason.attributes)))
                for reason in finding.reasons
            ),
        )
        for finding in findings
    )


def _secrets(plan: Plan) -> Iterator[str]:
    for change in (*plan.changes, *plan.drift):
        yield from _marked(change.before, change.before_sensitive)
        yield from _marked(change.after, change.after_sensitive)
    variables = block(block(plan.configuration.get("root_module")).get("variables"))
    for name, value in plan.variables.items():
        if block(variables.get(name)).get("sensitive"):
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
