"""What the search may draw: only ladders that the service module takes and an engineer would sign."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from replay import made

from module_rules import refusals
from trimtab.ladders import draw, mersenne
from trimtab.ladders.convert import policy_of_ladders
from trimtab.ladders.draw import Drawer, table_of
from trimtab.ladders.parts import RecordingPart
from trimtab.ladders.rows import ladders_of, rows_of, tables_of
from trimtab.ladders.space import MOST_STEPS, ROUND, SHARES, Space, sane
from trimtab.replay.inputs import Model
from trimtab.replay.kernel import encode
from trimtab.replay.kernel.tables import ALARMS, FIRST_STEP, LAST_STEP
from trimtab.terraform_module import InStep, Ladder, Ladders, OutStep, module_takes

if TYPE_CHECKING:
    from trimtab.replay.kernel.tables import Candidates

MEMORY = Ladder(high=90, low=75, steps=(OutStep(above=0, add=1), OutStep(above=5, add=2)))


def drawn(space: Space, seed: int | str, count: int) -> list[Ladders]:
    """Return ladders as a search draws them."""
    return [ladders_of(row, space) for row in Drawer(space, str(seed), MOST_STEPS).drawn(count)]


@st.composite
def spaces(draw_from: st.DrawFn) -> Space:
    """Spaces as the contest makes them: the bounds leave room, and a threshold lies below the ceiling."""
    floors = draw_from(st.sets(st.integers(1, 2400), min_size=1, max_size=8).map(sorted))
    most = draw_from(st.integers(max(floors[-1], floors[0] + 2), 5000))
    high = draw_from(st.sampled_from(range(30, 100, 5)))
    ceiling = draw_from(st.floats(max(high + 0.5, 35.5), 100.0))
    return Space(
        floors=tuple(floors),
        most=most,
        high_percent=high,
        ceiling_percent=ceiling,
        memory=MEMORY,
        percent=draw_from(st.booleans()),
    )


def is_signed(ladders: Ladders, space: Space) -> None:
    """Hold what is drawn against the module and against what a person would write down."""
    assert refusals(ladders) == []
    assert space.floors[0] <= ladders.min_tasks < ladders.max_tasks == space.most
    assert ladders.memory == space.memory
    assert 2 <= len(ladders.cpu.steps) <= 3
    assert 1 <= len(ladders.scale_in) <= 3
    assert {step.add for step in ladders.cpu.steps} <= set(ROUND)
    assert (ladders.in_percent is not None) == space.percent
    assert {step.remove for step in ladders.scale_in} <= set(SHARES if space.percent else ROUND)
    assert {ladders.cpu.high % 5, ladders.cpu.low % 5, *(step.above % 5 for step in ladders.cpu.steps)} == {0}
    assert {round(10 * step.below, 9) % 1 for step in ladders.scale_in} == {0}
    assert 30 <= ladders.cpu.high <= space.high_percent
    assert ladders.cpu.low >= 10
    # The last step out can be taken: CPU shows as much.
    assert ladders.cpu.high + ladders.cpu.steps[-1].above < space.ceiling_percent
    assert ladders.period_s == 60
    assert (ladders.out_cooldown_s % 60, ladders.in_cooldown_s % 60) == (0, 0)
    assert ladders.in_datapoints[1] % 5 == 0


@given(spaces(), st.integers(0, 2**32))
def test_whatever_is_drawn_the_service_module_takes_and_a_person_would_sign(space: Space, seed: int) -> None:
    for ladders in drawn(space, seed, 20):
        is_signed(ladders, space)


@given(spaces(), st.integers(0, 2**32))
def test_whatever_is_varied_stays_so_and_differs_from_what_it_came_from(space: Space, seed: int) -> None:
    drawer = Drawer(space, str(seed), MOST_STEPS)
    best = drawer.drawn(1)
    for _ in range(20):
        varied = drawer.varied(best, 1)
        is_signed(ladders_of(varied[0], space), space)
        assert not np.array_equal(varied, best)
        best = varied


@given(spaces(), st.integers(0, 2**32))
def test_the_same_seed_draws_the_same(space: Space, seed: int) -> None:
    assert drawn(space, seed, 5) == drawn(space, seed, 5)


NARROW = Space(floors=(1,), most=3, high_percent=80, ceiling_percent=87.5, memory=MEMORY)


def test_in_a_narrow_space_every_trait_is_reached() -> None:
    seen = drawn(NARROW, 1, 3000)
    assert {one.cpu.high for one in seen} == set(range(30, 85, 5))
    assert {step.add for one in seen for step in one.cpu.steps} == {1, 2}
    assert {one.out_cooldown_s for one in seen} == {60, 120, 180, 300}
    assert {one.in_cooldown_s for one in seen} == {120, 180, 300, 600, 900}
    assert {one.out_datapoints for one in seen} == {(1, 1), (2, 2), (2, 3), (3, 3)}
    assert {one.in_datapoints for one in seen} == {(n, n) for n in (5, 10, 15, 20, 30, 60)}
    drawer = Drawer(NARROW, "1", MOST_STEPS)
    varied = [ladders_of(row, NARROW) for row in drawer.varied(drawer.drawn(300), 3000)]
    assert {one.min_tasks for one in varied} == {1, 2}


def test_a_trait_may_be_taken_from_another_that_is_good() -> None:
    odd = replace(TAKEN, cpu=replace(TAKEN.cpu, high=62.5, low=31.25), max_tasks=90)
    space = replace(NARROW, most=90)
    other = replace(odd, cpu=TAKEN.cpu, scale_in=(InStep(below=1.0, remove=7),), min_tasks=40)
    varied = Drawer(space, "1", MOST_STEPS).varied(rows_of([odd, other], MOST_STEPS), 3000)
    crossed = {
        (one.cpu == odd.cpu, one.scale_in == other.scale_in)
        for one in (ladders_of(row, space) for row in varied)
    }
    assert (True, True) in crossed


@pytest.mark.parametrize(
    ("floors", "most", "high", "empty"),
    [((2,), 4, 75, False), ((2,), 4, 25, True), ((5000,), 5000, 75, True), ((4999, 5000), 5000, 75, False)],
)
def test_a_space_without_a_threshold_or_room_between_its_bounds_is_empty(
    floors: tuple[int, ...], most: int, high: int, empty: bool
) -> None:
    space = Space(floors=floors, most=most, high_percent=high, ceiling_percent=87.5, memory=MEMORY)
    assert space.empty == empty


TAKEN = Ladders(
    min_tasks=2,
    max_tasks=9,
    cpu=Ladder(high=70, low=35, steps=(OutStep(above=0, add=1), OutStep(above=15, add=2))),
    memory=MEMORY,
)
SHARED = replace(TAKEN, in_percent=1, scale_in=(InStep(below=1.0, remove=20), InStep(below=0.6, remove=60)))
REFUSED: tuple[tuple[str, Ladders], ...] = (
    ("no task at all", replace(TAKEN, min_tasks=0)),
    ("bounds the wrong way", replace(TAKEN, min_tasks=10)),
    ("thresholds the wrong way", replace(TAKEN, cpu=replace(TAKEN.cpu, low=70))),
    ("no threshold", replace(TAKEN, cpu=replace(TAKEN.cpu, low=0))),
    ("a threshold of 100", replace(TAKEN, memory=replace(MEMORY, high=100))),
    ("memory the wrong way", replace(TAKEN, memory=replace(MEMORY, low=90))),
    ("a first step out above 0", replace(TAKEN, cpu=replace(TAKEN.cpu, steps=(OutStep(above=5, add=1),)))),
    ("a step out of nothing", replace(TAKEN, cpu=replace(TAKEN.cpu, steps=(OutStep(above=0, add=0),)))),
    (
        "a second step out that adds no more",
        replace(TAKEN, memory=replace(MEMORY, steps=(OutStep(above=0, add=1), OutStep(above=5, add=1)))),
    ),
    ("a first step in below 1", replace(TAKEN, scale_in=(InStep(below=0.9, remove=1),))),
    ("a step in of nothing", replace(TAKEN, scale_in=(InStep(below=1, remove=0),))),
    (
        "a second step in at nothing",
        replace(TAKEN, scale_in=(InStep(below=1, remove=1), InStep(below=0.0, remove=2))),
    ),
    (
        "a second step in that removes no more",
        replace(TAKEN, scale_in=(InStep(below=1, remove=1), InStep(below=0.5, remove=1))),
    ),
    ("a step in of all that run", replace(SHARED, scale_in=(InStep(below=1, remove=100),))),
    ("a step in of percent and of no task at least", replace(SHARED, in_percent=0)),
    ("flaps by a share", replace(SHARED, min_tasks=6, scale_in=(InStep(below=1, remove=50),))),
    ("flaps by the least that a share takes", replace(SHARED, in_percent=2)),
    ("flaps", replace(TAKEN, cpu=replace(TAKEN.cpu, low=50))),
    ("out waits as long as in", replace(TAKEN, out_cooldown_s=300)),
    ("out waits for nothing", replace(TAKEN, out_cooldown_s=0)),
    ("in waits for less than a minute", replace(TAKEN, out_cooldown_s=10, in_cooldown_s=50)),
    ("a period of ten seconds", replace(TAKEN, period_s=10)),
    ("more points than periods out", replace(TAKEN, out_datapoints=(4, 3))),
    ("more points than periods in", replace(TAKEN, in_datapoints=(11, 10))),
    ("no points", replace(TAKEN, out_datapoints=(0, 3))),
    ("longer to grow than to shrink", replace(TAKEN, out_datapoints=(2, 11))),
    ("more than a day", replace(TAKEN, period_s=300, in_datapoints=(10, 300))),
)


def row_is_sane(ladders: Ladders, ceiling_percent: float = 100.0) -> bool:
    """Ask the compiled rules' source."""
    space = Space(
        floors=(1,),
        most=ladders.max_tasks,
        high_percent=75,
        ceiling_percent=ceiling_percent,
        memory=ladders.memory,
    )
    return draw.sane(rows_of([ladders], MOST_STEPS)[0], table_of(space))


@pytest.mark.parametrize(("why", "ladders"), REFUSED, ids=[why for why, _ in REFUSED])
def test_what_the_module_refuses_is_not_sane(why: str, ladders: Ladders) -> None:
    del why
    assert refusals(ladders)
    assert not module_takes(ladders)
    assert not sane(ladders)
    assert not row_is_sane(ladders)


def test_what_the_module_takes_is_sane_if_its_steps_can_be_taken() -> None:
    assert refusals(TAKEN) == refusals(SHARED) == []
    assert sane(TAKEN)
    assert sane(SHARED)
    assert row_is_sane(SHARED)
    assert sane(TAKEN, 85.1)
    assert not sane(TAKEN, 85.0)  # the second step begins there
    fixed = replace(TAKEN, min_tasks=9, cpu=replace(TAKEN.cpu, low=69))
    assert module_takes(fixed)  # between bounds that are alike nothing flaps
    assert not sane(fixed)


@given(spaces(), st.integers(0, 2**32), st.data())
def test_rows_are_sane_where_ladders_are(space: Space, seed: int, data: st.DataObject) -> None:
    (ladders,) = drawn(space, seed, 1)
    row = rows_of([ladders], MOST_STEPS)[0]
    ratios = {draw.HIGH, draw.LOW, *range(draw.STEPS, draw.STEPS + 3), *range(draw.STEPS + 6, draw.STEPS + 9)}
    column = data.draw(st.integers(0, row.size - 1).filter(lambda one: one not in {draw.OUTS, draw.INS}))
    row[column] += data.draw(
        st.sampled_from((-60.0, -1.0, 1.0, 60.0, *((-0.25, 0.25) if column in ratios else ())))
    )
    assert draw.sane(row, table_of(space)) == sane(ladders_of(row, space), space.ceiling_percent)


@given(st.text(max_size=9), st.lists(st.integers(1, 40), max_size=60))
def test_compiled_draws_are_pythons_own(seed: str, counts: list[int]) -> None:
    state, random = mersenne.state_of(seed), Random(seed)  # noqa: S311  # a search, not a secret
    taken = np.empty(40, dtype=np.int64)
    for count in counts:
        assert mersenne.below(state, count) == random.choice(range(count))
        assert mersenne.share(state) == random.random()
        size = min(count, 3)
        mersenne.sample(state, count, size, taken)
        assert taken[:size].tolist() == random.sample(range(count), size)


def test_python_and_the_compiled_form_draw_the_same_beyond_a_whole_state() -> None:
    drawer, state = Drawer(NARROW, "one", MOST_STEPS), mersenne.state_of("one")
    rows = drawer.drawn(200)  # over six words each
    scratch = np.empty(40, dtype=np.int64)
    row = np.zeros(rows.shape[1])
    for compiled in rows:
        row[:] = 0
        draw.anything(state, table_of(NARROW), row, scratch)
        while not draw.sane(row, table_of(NARROW)):
            draw.anything(state, table_of(NARROW), row, scratch)
        assert np.array_equal(row, compiled)


@given(spaces(), st.integers(0, 2**32), st.integers(0, 99), st.integers(0, 4))
def test_rows_are_encoded_as_the_policies_of_their_ladders(
    space: Space, seed: int, initial: int, extra: int
) -> None:
    part = RecordingPart(inputs=made.inputs(np.ones(9)), initial_tasks=initial)
    model = Model(evaluation_extra=extra)
    every = [*drawn(space, seed, 8), replace(TAKEN, max_tasks=space.most, min_tasks=1, period_s=120)]
    every += [replace(one, fast_signals=True) for one in every[::3]]
    policies = [
        policy_of_ladders(one, initial_tasks=part.bounded(one.min_tasks, one.max_tasks)) for one in every
    ]
    found = tables_of(rows_of(every, MOST_STEPS), space, part, model)
    same(found, encode.candidates_of(policies, model))


def same(found: Candidates, wanted: Candidates) -> None:
    """Compare what the kernel reads: where a policy's steps lie in the table is free."""
    first, last = FIRST_STEP, LAST_STEP
    assert np.array_equal(found.bounds, wanted.bounds)
    assert np.array_equal(np.delete(found.alarm, (first, last), 2), np.delete(wanted.alarm, (first, last), 2))
    assert np.array_equal(found.level, wanted.level)
    assert found.change.shape == wanted.change.shape
    for c in range(found.bounds.shape[0]):
        for a in range(found.bounds[c, ALARMS]):
            one, other = (book.step[c, slice(*book.alarm[c, a, [first, last]])] for book in (found, wanted))
            assert np.array_equal(one, other), (c, a)
