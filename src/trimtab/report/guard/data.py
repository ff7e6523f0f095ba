"""What is shown of a plan's assessment: the same thing said of many is said once."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trimtab.guard.model import FOLLOWS, Deed, Impact
from trimtab.report.guard.money import bill_lines, bill_of, cost_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trimtab.guard.model import Assessment, ChangeCost, Changed, Finding

ORDER = (Impact.INTERRUPTS, Impact.UNKNOWN, Impact.REDEPLOYS, Impact.SAFE)
"""What a reader must see first."""
DEEDS = {
    Deed.IMPORT: "imported",
    Deed.MOVE: "moved",
    Deed.CREATE: "created",
    Deed.UPDATE: "changed in place",
    Deed.REPLACE: "replaced, destroyed first",
    Deed.REPLACE_CREATE_FIRST: "replaced, new one first",
    Deed.DESTROY: "destroyed",
    Deed.FORGET: "let go",
    Deed.FORGET_AND_CREATE: "let go, and created anew",
    Deed.DEFERRED: "deferred",
    Deed.INVOKE: "invoked",
    Deed.CONDITION: "condition",
    Deed.NOT_READ: "not read",
}
NO_CHANGES = frozenset({Deed.INVOKE, Deed.CONDITION, Deed.NOT_READ})
"""What is no change of a resource."""
TAGS = ("tags.", "tags_all.", "tags:", "tags_all:")
_KEYS = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|\d+)\]')


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardRow:
    """Things of one kind of which the same is to be said."""

    verdict: Impact
    addresses: tuple[str, ...]
    pattern: str
    """Their common address, ``[*]`` where the keys differ; the address itself where there is one."""
    keys: tuple[str, ...]
    """Where they are told apart by one key each: those keys."""
    deed: str
    attributes: tuple[str, ...]
    """With their values where these may be shown and are the same for all."""
    whys: tuple[str, ...]
    facts: tuple[str, ...]
    """The ids of what these rest on."""
    advice: tuple[str, ...]
    notes: tuple[str, ...]
    cost: str = ""
    """What these cost otherwise, together; empty where they do not."""

    @property
    def follows(self) -> bool:
        """Whether it is there only because of another change, which is shown before it."""
        return any(note.startswith(FOLLOWS) for note in self.notes)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardCaution:
    """What should be read before applying, and what it is said of; of the whole plan where empty."""

    texts: tuple[str, ...]
    rows: tuple[GuardRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardReport:
    """Everything a reader is shown."""

    source: str
    engine: str
    verdict: Impact
    headline: str
    counts: dict[Impact, int]
    """By verdict, in the order shown."""
    rows: tuple[GuardRow, ...]
    """All that is not safe, the gravest first."""
    safe: tuple[str, ...]
    """What is done to how many of each type, a line for each that is done."""
    cautions: tuple[GuardCaution, ...]
    outputs_changed: int
    bill: tuple[str, ...] = ()
    """What the plan costs otherwise, in sentences."""


def guard_report_of(assessment: Assessment, source: str) -> GuardReport:
    """Gather what is alike, and put the gravest first."""
    counts = {verdict: len(assessment.of(verdict)) for verdict in ORDER}
    costs = _costs(assessment)
    rows = [_priced(row, costs) for verdict in ORDER[:-1] for row in _rows(assessment.of(verdict))]
    bill = bill_of(assessment)
    return GuardReport(
        source=source,
        engine=assessment.engine_version,
        verdict=assessment.verdict,
        headline=_headline(assessment, counts),
        counts=counts,
        rows=tuple(rows),
        safe=_safe(assessment.of(Impact.SAFE)),
        cautions=_cautions(assessment),
        outputs_changed=len(assessment.outputs_changed),
        bill=bill_lines(bill) if bill else (),
    )


def _headline(assessment: Assessment, counts: dict[Impact, int]) -> str:
    """Return the answer in one sentence."""
    if not assessment.findings:
        return (
            "This plan changes nothing but outputs."
            if assessment.outputs_changed
            else "This plan changes nothing."
        )
    number = counts[assessment.verdict]
    many = number != 1
    changes = all(finding.deed not in NO_CHANGES for finding in assessment.of(assessment.verdict))
    things = f"{number} {'change' if changes else 'thing'}{'s' if many else ''}"
    return {
        Impact.INTERRUPTS: f"{things} would interrupt traffic or lose data.",
        Impact.UNKNOWN: f"Nothing is known to interrupt, but {things} cannot be judged from the plan.",
        Impact.REDEPLOYS: f"Nothing interrupts. {things} {'replace' if many else 'replaces'} running tasks,"
        " by rolling deployment.",
        Impact.SAFE: "Nothing interrupts, and no running task is replaced.",
    }[assessment.verdict]


def _costs(assessment: Assessment) -> dict[str, list[ChangeCost]]:
    costs: dict[str, list[ChangeCost]] = {}
    for one in assessment.costs:
        costs.setdefault(_printable(one.address), []).append(one)
    return costs


def _priced(row: GuardRow, costs: Mapping[str, list[ChangeCost]]) -> GuardRow:
    own = [one for address in row.addresses for one in costs.get(address, ())]
    return replace(row, cost=cost_text(own))


def _rows(findings: Iterable[Finding]) -> list[GuardRow]:
    groups: dict[object, list[Finding]] = {}
    for finding in findings:
        alike = (
            _KEYS.sub("[*]", finding.address),
            finding.deed,
            finding.imported,
            tuple(one.path for one in finding.attributes),
            tuple(
                (reason.fact, _alike(reason.text))
                for reason in finding.reasons
                if reason.verdict is not Impact.SAFE
            ),
            tuple(map(_alike, finding.advice)),
            tuple(map(_alike, finding.notes)),
        )
        groups.setdefault(alike, []).append(finding)
    rows = [_row(group) for group in groups.values()]
    return sorted(rows, key=lambda row: row.follows)


def _row(group: list[Finding]) -> GuardRow:
    first = group[0]
    addresses = tuple(_printable(finding.address) for finding in group)
    single = len(group) == 1
    keys = [_KEYS.findall(address) for address in addresses]
    differing = [column for column in zip(*keys, strict=False) if len(set(column)) > 1]

    def said(texts: Iterable[str]) -> tuple[str, ...]:
        """Return sentences in which other things may be named, as they are said of the whole group."""
        return tuple(_printable(text if single else _alike(text)) for text in texts)

    weighty = {
        one.path
        for reason in first.reasons
        if first.verdict is Impact.SAFE or reason.verdict is not Impact.SAFE
        for one in reason.attributes
    }
    return GuardRow(
        verdict=first.verdict,
        addresses=addresses,
        pattern=addresses[0] if single else _pattern(addresses),
        keys=tuple(key.strip('[]"') for key in differing[0]) if len(differing) == 1 else (),
        deed=_deed(first),
        attributes=_attributes(group, weighty),
        whys=tuple(
            dict.fromkeys(said(reason.text for reason in first.reasons if reason.verdict is not Impact.SAFE))
        ),
        facts=tuple(
            dict.fromkeys(reason.fact for reason in first.reasons if reason.verdict is not Impact.SAFE)
        ),
        advice=said(first.advice),
        notes=said(first.notes),
    )


def _alike(text: str) -> str:
    """Return a sentence without the keys of the addresses in it."""
    return _KEYS.sub("[*]", text)


def _deed(finding: Finding) -> str:
    """Return what is done, in words."""
    done = DEEDS[finding.deed]
    if finding.type == "aws_ecs_task_definition" and done.startswith("replaced"):
        done = "registered anew"
    return f"imported, {done}" if finding.imported and finding.deed is not Deed.IMPORT else done


def _pattern(addresses: tuple[str, ...]) -> str:
    """Return the common address, with a star for each key that is not the same in all."""
    columns = list(zip(*(_KEYS.findall(address) for address in addresses), strict=True))
    keys = iter(column[0] if len(set(column)) == 1 else "[*]" for column in columns)
    return _KEYS.sub(lambda _: next(keys), addresses[0])


def _attributes(group: list[Finding], weighty: set[str]) -> tuple[str, ...]:
    """Return the attributes with their values, or without where these differ in the group."""
    said: list[str] = []
    for columns in zip(*(finding.attributes for finding in group), strict=True):
        if columns[0].path not in weighty:
            continue
        texts = {attribute_text(one) for one in columns}
        said.append(texts.pop() if len(texts) == 1 else f"{columns[0].path}: (various)")
    return tuple(map(_printable, said))


def attribute_text(changed: Changed) -> str:
    """Return an attribute in a few words: ``port: 8080 -> 9090``."""
    if changed.sensitive:
        return f"{changed.path}: (sensitive)"
    if changed.after_apply:
        return f"{changed.path}: {changed.before + ' ' if changed.before else ''}-> (known after apply)"
    if changed.delta:
        return f"{changed.path}: {changed.delta}"
    return f"{changed.path}: {changed.before} -> {changed.after}" if changed.shown else changed.path


def _safe(findings: Iterable[Finding]) -> tuple[str, ...]:
    deeds: dict[str, Counter[str]] = {}
    for finding in findings:
        deeds.setdefault(_deed(finding), Counter())[finding.type] += 1
    return tuple(
        f"{types.total()} {deed}: " + ", ".join(f"{number} {kind}" for kind, number in types.most_common())
        if len(types) > 1
        else f"{types.total()} {deed}: {next(iter(types))}"
        for deed, types in deeds.items()
    )


def _cautions(assessment: Assessment) -> tuple[GuardCaution, ...]:
    said: dict[str, list[Finding]] = {text: [] for text in assessment.cautions}
    for verdict in ORDER:
        for finding in assessment.of(verdict):
            for text in finding.cautions:
                said.setdefault(text, []).append(finding)
    alike: dict[tuple[str, ...], list[str]] = {}
    for text, findings in said.items():
        alike.setdefault(tuple(finding.address for finding in findings), []).append(text)
    return tuple(
        GuardCaution(texts=tuple(map(_printable, texts)), rows=tuple(map(_unsaid, _rows(said[texts[0]]))))
        for texts in alike.values()
    )


def _unsaid(row: GuardRow) -> GuardRow:
    """Drop the attributes of a row that has a table of its own, and tags, which need no caution."""
    if row.verdict is not Impact.SAFE:
        return replace(row, attributes=())
    return replace(row, attributes=tuple(one for one in row.attributes if not one.startswith(TAGS)))


def _printable(text: str) -> str:
    """Show what would move a terminal's cursor or colour its words."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)
