"""Every fact by its id, as a reader is told of it: for the published page, and for the rules of SARIF."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from trimtab.guard.facts.load import fact_files, rules_file
from trimtab.guard.facts.model import COMMON, InPlace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.guard.facts.model import Creation, Effect, FactFile, Facts
    from trimtab.guard.model import Impact

ANY = "any"
CHANGED = "changed in place"
_WHEN = {
    "always": CHANGED,
    "fewer": "has fewer elements",
    "redirected": "something else than before",
    "removed": "an element is gone",
    "shortened": "fewer days",
    "steps_counted_otherwise": "its numbers mean something else",
    "steps_delayed": "steps out begin farther off",
    "steps_stilled": "no step adds tasks any more",
    "steps_take_all": "a step may leave no task",
    "steps_turned_round": "steps out take tasks away",
    "widened": "allows more, and no less",
}
"""Of the directions that do not say it by their own name."""
_CREATED = {
    "acts": "made, with a target that does more than keep a message or start a task",
    "allows": "made, and only allows",
    "answers_all": "made, and answers everything itself",
    "bearer_new": "made, with what it hangs on",
    "denies": "made, and denies something",
    "private_name": "made, under a name that is nobody else's",
    "takes_all": "made, and may leave no task",
}
_COMMON_SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html"
_COMMON_READ = "2026-11-28"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactEntry:
    """One fact, or one rule about several things."""

    id: str
    types: tuple[str, ...]
    attribute: str
    when: str
    """The direction: what is done, or which way a value goes."""
    verdicts: tuple[Impact, ...]
    why: str
    instead: str
    sources: tuple[str, ...]
    read: str


@cache
def catalogue() -> dict[str, FactEntry]:
    """Return every fact by its id."""
    return {one.id: one for one in (*_common(), *_rules(), *_facts())}


def _common() -> Iterator[FactEntry]:
    for fact in COMMON:
        yield _entry(fact, (ANY,), (_COMMON_SOURCE,), _COMMON_READ)


def _rules() -> Iterator[FactEntry]:
    file = rules_file()
    for name, rule in file.rules.items():
        yield FactEntry(
            id=name,
            types=rule.types,
            attribute=rule.attribute,
            when=rule.when,
            verdicts=rule.verdicts,
            why=rule.why.replace("{}", "..."),
            instead=rule.instead,
            sources=(rule.source,),
            read=file.read,
        )


def _facts() -> Iterator[FactEntry]:
    for file in fact_files():
        for kind, known in file.types.items():
            yield from entries_of(kind, known, file)


def entries_of(kind: str, known: Facts, file: FactFile) -> Iterator[FactEntry]:
    """Yield what is known of one type, in the order it is held against a plan."""
    sources, read = known.sources or file.sources, known.read or file.read
    keep = " ".join(one.advice for one in known.keep)
    for made in known.create:
        yield _entry(made, (kind,), sources, read)
    ends: tuple[tuple[Effect | None, str, str], ...] = (
        (known.destroy, "destroyed", ""),
        (known.unused, "destroyed, and nothing here uses it", ""),
        (known.replace, "replaced", keep),
        (known.left_named, "destroyed or replaced, and still named by its ARN", ""),
    )
    for effect, when, instead in ends:
        if effect:
            yield FactEntry(
                id=effect.id,
                types=(kind,),
                attribute="",
                when=when,
                verdicts=(effect.verdict,),
                why=" ".join(filter(None, (effect.why, effect.why_create_first))),
                instead=instead or (keep if when == "destroyed" and not known.replace else ""),
                sources=sources,
                read=read,
            )
    for fact in known.in_place:
        yield _entry(fact, (kind,), sources, read)


def _entry(
    fact: Creation | InPlace, types: tuple[str, ...], sources: tuple[str, ...], read: str
) -> FactEntry:
    in_place = isinstance(fact, InPlace)
    return FactEntry(
        id=fact.id,
        types=types,
        attribute=", ".join(fact.attributes) if isinstance(fact, InPlace) else fact.attribute,
        when=_WHEN.get(fact.when, fact.when.replace("_", " ")) if in_place else _created(fact.when),
        verdicts=(fact.verdict,),
        why=" ".join(filter(None, (fact.why, fact.caution if isinstance(fact, InPlace) else ""))),
        instead="",
        sources=sources,
        read=read,
    )


def _created(when: str) -> str:
    return "made" if when == "always" else _CREATED.get(when, f"made, and it is {when}")
