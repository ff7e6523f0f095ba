"""The table of traits: whole, without overlaps, and gone through by whoever reads, writes or words it."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace
from typing import Any

import msgspec
import pytest

from trimtab.document.parts import ScalingPart
from trimtab.ladders import draw as drawing
from trimtab.ladders import genes
from trimtab.ladders.draw import TAKEN, Drawer, chain, table_of
from trimtab.ladders.rows import ladders_of, rows_of
from trimtab.ladders.space import MOST_STEPS, Space
from trimtab.ladders.traits import TRAITS, Trait, differences, told
from trimtab.terraform_module import MODULE, InStep, Ladder, Ladders, Minimum, OutStep, Schedule, Tracking
from trimtab.values.schema import ServiceEntry

OTHER = Ladders(
    min_tasks=3,
    max_tasks=9,
    cpu=Ladder(high=65, low=35, steps=(OutStep(above=0, add=2), OutStep(above=10, add=4))),
    memory=Ladder(high=92, low=80, steps=MODULE.memory.steps),
    scale_in=(InStep(below=1.0, remove=2),),
    in_percent=3,
    out_cooldown_s=120,
    in_cooldown_s=600,
    period_s=120,
    out_datapoints=(1, 2),
    in_datapoints=(5, 6),
    fast_signals=True,
    requests=Ladder(high=900, low=300, steps=(OutStep(above=0, add=1), OutStep(above=200, add=3))),
)
"""Differs from the module's in every trait of steps."""
TRACKED = replace(OTHER, tracking=Tracking(cpu=62.5, memory=90))
SCHEDULED = replace(
    OTHER,
    schedule=Schedule(
        timezone="Europe/Berlin",
        weekdays=(Minimum(minute=7 * 60 + 5, min_tasks=6), Minimum(minute=20 * 60, min_tasks=3)),
        weekend=(Minimum(minute=0, min_tasks=3),),
    ),
)


def differing(trait: Trait) -> Ladders:
    """Return ladders that have the trait otherwise than the module by itself."""
    return {"tracking": TRACKED, "schedule": SCHEDULED}.get(trait.name, OTHER)


def test_every_field_of_the_ladders_belongs_to_one_trait_and_is_published() -> None:
    owned = Counter(name for trait in TRAITS for name in trait.fields)
    assert owned == Counter(field.name for field in fields(Ladders))
    assert set(owned) == set(ScalingPart.__struct_fields__)


def test_every_key_belongs_to_one_trait() -> None:
    keys = [key for trait in TRAITS for key in trait.keys]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("trait", TRAITS, ids=lambda trait: trait.name)
def test_what_a_trait_tells_the_module_is_read_back_as_the_same(trait: Trait) -> None:
    other = differing(trait)
    assert set(trait.told(other)) == set(trait.keys)
    scaling: Any = {"min": other.min_tasks, "max": other.max_tasks} | trait.told(other)
    entry = {"cpu": 256, "memory": 512, "scaling": scaling}
    read = msgspec.convert(entry, type=ServiceEntry).scaling.ladders()
    for name in trait.fields:
        assert getattr(read, name) == getattr(other, name) != getattr(MODULE, name)


@pytest.mark.parametrize("trait", TRAITS, ids=lambda trait: trait.name)
def test_a_trait_words_its_own_difference_and_no_other(trait: Trait) -> None:
    own = replace(MODULE, **{name: getattr(differing(trait), name) for name in trait.fields})
    assert list(differences(own, MODULE)) or trait.name == "period"
    for other in TRAITS:
        if other is not trait:
            assert list(other.words(own, MODULE)) == []


def test_what_the_module_does_by_itself_is_told_of_bounds_and_thresholds_alone() -> None:
    assert [key for key, _ in told(MODULE)] == ["min", "max", "cpu", "memory"]
    assert {key for key, _ in told(OTHER)} == {
        key for trait in TRAITS for key in trait.keys if key not in {"tracking", "schedule"}
    }


def test_with_target_tracking_nothing_of_the_steps_is_told_or_said() -> None:
    assert [key for key, _ in told(TRACKED)] == ["min", "max", "out_cooldown", "in_cooldown", "tracking"]
    said = list(differences(TRACKED, MODULE))
    assert "target tracking at 62.5 % CPU and 90 % memory" in said
    assert not [words for words in said if "out by" in words or "in by" in words or "in after" in words]


def test_each_trait_that_is_searched_can_be_taken_alone() -> None:
    space = Space(floors=(2,), most=9, high_percent=80, ceiling_percent=100.0, memory=OTHER.memory)
    searched = [trait for trait in TRAITS if trait.take is not None]
    assert len(searched) == len(TAKEN)
    of_both = rows_of([replace(MODULE, max_tasks=9, memory=OTHER.memory), OTHER], MOST_STEPS)
    for number, trait in enumerate(searched):
        row, other = of_both.copy()
        chain(TAKEN)(number, None, None, row, other)
        changed = ladders_of(row, space)
        for name in {name for one in searched for name in one.fields} - {"max_tasks"}:
            assert getattr(changed, name) == getattr(OTHER if name in trait.fields else MODULE, name)


def test_the_compiled_search_draws_and_varies_whatever_the_table_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In plain Python, with a trait that draws nothing but says that it was asked."""
    asked: list[str] = []

    def draw(*_: object) -> None:
        asked.append("drawn")

    space = Space(floors=(1,), most=9, high_percent=80, ceiling_percent=100.0, memory=MODULE.memory)
    monkeypatch.setattr(drawing, "drawn_one", chain((*drawing.DRAWN, draw)))
    monkeypatch.setattr(drawing, "DRAWS", len(drawing.DRAWN) + 1)
    row = rows_of([MODULE], MOST_STEPS)[0]
    drawer = Drawer(space, "1", MOST_STEPS)
    drawing.anything(drawer._state, table_of(space), row, drawer._scratch)  # noqa: SLF001
    assert asked == ["drawn"]
    assert drawing.CHANGED.count(genes.least_moved) == 2
