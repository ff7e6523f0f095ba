"""A folder of Terraform to what is found in it: every rule on every resource that it looks at."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from trimtab.lint.configuration import root_module
from trimtab.lint.folder import label, read_values
from trimtab.lint.model import ORDER, Gap, Inspection, LintFinding
from trimtab.lint.resource import CannotTell
from trimtab.lint.rules import RULES
from trimtab.lint.world import World
from trimtab.redaction import REDACTED, redact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from trimtab.lint.evaluation.values import Unknown
    from trimtab.lint.model import LintRule

_KEYS: Final = re.compile(r'\["(.*)"\]', re.DOTALL)
"""From the first key to the end of the last: what is in them is not escaped."""
ALL = "all"
"""Stands for every rule where a module is not there to be read."""


def inspect(folder: Path, var_files: Iterable[Path] = (), rules: tuple[LintRule, ...] = RULES) -> Inspection:
    """Return what the rules have against the configuration in a folder.

    Raises:
        UsageError: it holds no Terraform, or some that cannot be read; says the file and the line.

    """
    root = root_module(folder, read_values(folder, var_files))
    world = World(root)
    findings: list[LintFinding] = []
    unknown: dict[Unknown, list[tuple[str, str]]] = {}
    for rule in rules:
        for answer in _applied(rule, world):
            if isinstance(answer, LintFinding):
                findings.append(answer)
            else:
                address, what = answer
                unknown.setdefault(what, []).append((rule.id, address))
    unread = [
        Gap(
            rules=(ALL,),
            addresses=(_address(address),),
            place=place,
            expression=place.text.partition("{")[0].strip(),
            why="it is not in this folder: terraform init fetches it",
        )
        for address, place in root.work.unread.items()
    ]
    order = {rule.id: (ORDER.index(rule.severity), number) for number, rule in enumerate(rules)}
    return Inspection(
        source=label(folder),
        resources=sum(not one.kind.startswith("data.") for one in world.resources),
        findings=tuple(sorted(findings, key=lambda one: order[one.rule.id])),
        gaps=(
            *unread,
            *(_gap(what, told) for what, told in unknown.items() if not _of_unread(what, root.work.unread)),
        ),
    )


def _applied(rule: LintRule, world: World) -> Iterator[LintFinding | tuple[str, Unknown]]:
    for kind in rule.kinds:
        for resource in world.of(kind):
            try:
                for hit in rule.check(resource, world):
                    yield LintFinding(
                        rule=rule,
                        address=_address(resource.address),
                        place=hit.place,
                        message=redact(hit.message),
                    )
            except CannotTell as gap:
                yield _address(resource.address), gap.what


def _address(address: str) -> str:
    """Return an address as it may be shown: a key of ``for_each`` is a value like any other."""
    found = _KEYS.search(address)
    if found is None or redact(found[1]) == found[1]:
        return address
    return f'{address[: found.start()]}["{REDACTED}"]{address[found.end() :]}'


def _of_unread(what: Unknown, unread: Iterable[str]) -> bool:
    """Tell whether it comes out of a module that is named already."""
    return any(what.origin == one or what.origin.startswith((f"{one}.", f"{one}[")) for one in unread)


def _gap(what: Unknown, told: list[tuple[str, str]]) -> Gap:
    return Gap(
        rules=tuple(dict.fromkeys(rule for rule, _ in told)),
        addresses=tuple(dict.fromkeys(address for _, address in told)),
        place=what.place,
        expression=redact(what.said),
        why=redact(what.why),
    )
