"""Two states of one tree, of a plan or worked out without: where they differ, and whether that was wished."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from trimtab.patch.step_blocks import leaves_of_steps
from trimtab.patch.text import amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from trimtab.patch.model import Edit, WantedValue, Where

Key: TypeAlias = tuple[str, "Where"]
Leaves: TypeAlias = "Mapping[Key, Counter[str]]"
"""What stands at each path of each resource: texts, for a set has no order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How two plans differ beside what was wished."""

    unwished: tuple[Key, ...] = ()
    """Something else changed there."""
    missed: tuple[Key, ...] = ()
    """What was wished did not come about there."""
    follows: tuple[Key, ...] = ()
    """Known only after apply now, because of what was wished."""

    @property
    def is_exact(self) -> bool:
        """Tell whether the difference is what was wished and what follows of it."""
        return not self.unwished and not self.missed


EXACT = Difference()
"""What was wished, and nothing else."""


def said(value: Any) -> str:  # noqa: ANN401 - JSON
    """Return a value as text in which 512, 512.0 and "512" are one."""
    number = amount(value)
    return json.dumps(value, sort_keys=True, default=str) if number is None else f"{number:g}"


def leaves(address: str, value: Any, where: Where = ()) -> Iterator[tuple[Key, str]]:  # noqa: ANN401 - JSON
    """Yield every value in JSON; a task definition's containers are JSON in it."""
    if where == ("container_definitions",) and isinstance(value, str):
        with suppress(ValueError):
            value = json.loads(value)
    if where == ("container_definitions", "*") and isinstance(value, dict):
        value = as_kept(value)
    if isinstance(value, dict):
        for name, one in value.items():
            yield from leaves(address, one, (*where, str(name)))
    elif isinstance(value, list):
        for one in value:
            yield from leaves(address, one, (*where, "*"))
    elif value is not None and value != "":
        # AWS gives an empty text back for what was not given.
        yield (address, where), said(value)


def as_kept(container: dict[str, Any]) -> dict[str, Any]:
    """Return a container with what AWS adds by itself: a state has that, a configuration need not."""
    made = {**_ADDED, **container}
    check, ports = made.get("healthCheck"), made.get("portMappings")
    if isinstance(check, dict):
        made["healthCheck"] = {**_CHECKED, **check}
    if isinstance(ports, list):
        made["portMappings"] = [
            {"protocol": "tcp", **one, "hostPort": one.get("hostPort") or one.get("containerPort")}
            for one in ports
            if isinstance(one, dict)
        ]
    return made


_ADDED = {"cpu": 0, "essential": True}
_CHECKED = {"interval": 30, "timeout": 5, "retries": 3, "startPeriod": 0}
"""ECS RegisterTaskDefinition: what is meant where a container says nothing."""


def counted(pairs: Iterable[tuple[Key, str]]) -> dict[Key, Counter[str]]:
    """Return them by key."""
    found: dict[Key, Counter[str]] = {}
    for key, text in pairs:
        found.setdefault(key, Counter())[text] += 1
    return found


def differing(
    before: Leaves, after: Leaves, edits: Iterable[Edit], unknown: frozenset[Key] = frozenset()
) -> Difference:
    """Return how they differ beside the edits. ``unknown``: what only the second does not know."""
    gone: dict[Key, Counter[str]] = {}
    come: dict[Key, Counter[str]] = {}
    inserted: set[Key] = set()
    for edit in edits:
        for wish in edit.wishes:
            if wish.now is None and wish.steps is None:
                inserted.add((wish.address, wish.where))
            for found, where, value in _wished(wish):
                (come if found else gone).setdefault((wish.address, where), Counter())[said(value)] += 1
    unwished, missed, follows = [], [], []
    for key in sorted({*before, *after, *gone, *come}):
        was, is_now = before.get(key, Counter()), after.get(key, Counter())
        lost, new = was - is_now, is_now - was
        wished_lost = gone.get(key, Counter()) - come.get(key, Counter())
        wished_new = come.get(key, Counter()) - gone.get(key, Counter())
        if (lost, new) == (wished_lost, wished_new):
            continue
        # A line that is new goes for whatever the provider took without it, which may be the same.
        if key in inserted and not (come[key] - is_now) and not (new - come[key]):
            continue
        if not new and not wished_new and _is_under(key, unknown):
            follows.append(key)
        elif (key in gone or key in come) and not lost and not new:
            missed.append(key)
        else:
            unwished.append(key)
    return Difference(unwished=tuple(unwished), missed=tuple(missed), follows=tuple(follows))


def _wished(wish: WantedValue) -> Iterator[tuple[bool, Where, Any]]:
    """Yield what comes (true) and what goes, with its path."""
    if wish.steps is None:
        if wish.now is not None:
            yield False, wish.where, wish.now
        yield True, wish.where, wish.new
        return
    for comes, steps in enumerate(wish.steps):
        for name, value in leaves_of_steps(steps):
            yield bool(comes), (*wish.where, "*", name), value


def _is_under(key: Key, unknown: frozenset[Key]) -> bool:
    address, where = key
    return any((address, where[:length]) in unknown for length in range(len(where) + 1))
