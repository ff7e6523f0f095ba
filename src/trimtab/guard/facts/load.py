"""The facts, typed. Read once, and refused at once when they do not hold together.

Which attribute forces a replacement is no fact here: the provider decides that, and the plan says
it. These are facts of AWS: what a change in place does to running tasks, and what a destroyed
thing takes with it.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from importlib import resources
from typing import TypeVar

import msgspec

from trimtab.guard.facts.model import CostFacts, Covered, FactFile, Facts, Rule, RulesFile, TagFacts

TAGS_FILE, RULES_FILE, COVERED_FILE = "tags.json", "rules.json", "covered.json"
COSTS_FILE = "costs.json"
_File = TypeVar("_File", bound=msgspec.Struct)


@cache
def fact_files() -> tuple[FactFile, ...]:
    """Return the files of facts, by name.

    Raises:
        ValueError: a type is in two of them, or an id is given twice.

    """
    folder = resources.files("trimtab.guard.facts")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".json"))
    files = tuple(
        _decoded(name, FactFile)
        for name in names
        if name not in {TAGS_FILE, RULES_FILE, COVERED_FILE, COSTS_FILE}
    )
    for what in (
        [kind for file in files for kind in file.types],
        [*rules(), *(one.id for file in files for known in file.types.values() for one in known.all)],
    ):
        twice = sorted(name for name, number in Counter(what).items() if number > 1)
        if twice:
            raise ValueError(f"facts: {', '.join(twice)} there twice")
    return files


@cache
def facts() -> dict[str, Facts]:
    """Return the facts by resource type."""
    return {kind: known for file in fact_files() for kind, known in file.types.items()}


@cache
def rules() -> dict[str, Rule]:
    """Return what follows from several things together, by id."""
    return rules_file().rules


@cache
def rules_file() -> RulesFile:
    """Return the file of rules."""
    return _decoded(RULES_FILE, RulesFile)


@cache
def covered() -> Covered:
    """Return which types are covered whole."""
    return _decoded(COVERED_FILE, Covered)


@cache
def cost_facts() -> CostFacts:
    """Return what costs nothing, and what has no price."""
    return _decoded(COSTS_FILE, CostFacts)


@cache
def tag_facts() -> TagFacts:
    """Return the facts on tags."""
    return _decoded(TAGS_FILE, TagFacts)


def _decoded(name: str, kind: type[_File]) -> _File:
    return msgspec.json.decode((resources.files("trimtab.guard.facts") / name).read_bytes(), type=kind)
