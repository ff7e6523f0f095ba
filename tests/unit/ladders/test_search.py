"""The search for ladders, on a day that a replay takes a fraction of a millisecond for."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from replay import made

from module_rules import refusals
from trimtab.ladders import search as searching
from trimtab.ladders.convert import policy_of_ladders
from trimtab.ladders.front import Limits, Tried
from trimtab.ladders.parts import RecordingPart
from trimtab.ladders.rows import complexity_of, rows_of
from trimtab.ladders.search import Effort, Hunt, search, simplified
from trimtab.ladders.space import BELOW, IN_COOLDOWNS_S, IN_WINDOWS, OUT_COOLDOWNS_S, OUT_WINDOWS, Space
from trimtab.replay.batch import Batches
from trimtab.replay.kernel.tables import BILLED, CHANGES, OVER, Candidates
from trimtab.replay.run import replay, replay_many
from trimtab.terraform_module import InStep, Ladder, Ladders, OutStep

if TYPE_CHECKING:
    from trimtab.replay.inputs import I64

MEMORY = Ladder(high=90, low=75, steps=(OutStep(above=0, add=1),))
SPACE = Space(floors=(1, 2, 4), most=12, high_percent=75, ceiling_percent=100.0, memory=MEMORY)
LIMITS = Limits(over_share=0.05, direction_changes_day=24)
EFFORT = Effort(drawn=200, rounds=3, varied=60)
HUNT = Hunt(seed="made", effort=EFFORT)


def day(minutes: int = 1440, level: float = 2.0) -> RecordingPart:
    """One wave and seeded noise [vCPU] on tasks of 1 vCPU."""
    rng = np.random.default_rng(5)
    wave = level * (1.1 + np.sin(np.arange(minutes) / minutes * 2 * np.pi)) + rng.normal(0, 0.1, minutes)
    return RecordingPart(inputs=made.inputs(np.maximum(0.1, wave)), initial_tasks=4)


DAY = day()


def complexity(ladders: Ladders) -> int:
    """Return how much there is to explain."""
    return int(complexity_of(rows_of([ladders], 3))[0])


def counted(ladders: Ladders, part: RecordingPart = DAY) -> Tried:
    """Replay by itself what the search replays by the hundred."""
    initial = part.bounded(ladders.min_tasks, ladders.max_tasks)
    found = replay(part.inputs, policy_of_ladders(ladders, initial_tasks=initial)).summary
    return Tried(
        ladders=ladders,
        billed_s=found.billed_s,
        over_min=found.over_min,
        over_memory_min=found.over_memory_min,
        direction_changes=found.direction_changes,
    )


@pytest.fixture(scope="module")
def front() -> tuple[Tried, ...]:
    return search(DAY, SPACE, LIMITS, HUNT)


def test_each_next_one_on_the_front_costs_more_and_is_strictly_safer(front: tuple[Tried, ...]) -> None:
    assert len(front) > 2
    for one, two in itertools.pairwise(front):
        assert one.billed_s < two.billed_s
        assert one.over_min > two.over_min


@pytest.mark.parametrize("seed", ["48", "59"])
def test_ties_that_are_simpler_do_not_spoil_the_order(seed: str) -> None:
    hunt, limits = (
        Hunt(seed=seed, effort=Effort(drawn=150, rounds=1, varied=50)),
        replace(LIMITS, over_share=0.2),
    )
    for one, two in itertools.pairwise(search(day(level=3.0), SPACE, limits, hunt)):
        assert one.billed_s < two.billed_s
        assert one.over_min > two.over_min


def test_nothing_on_the_front_breaks_the_limits_and_its_counts_are_a_replays(
    front: tuple[Tried, ...],
) -> None:
    for one in front:
        assert one == counted(one.ladders)
        assert one.over_min <= 0.05 * 1440
        assert one.direction_changes <= 24
        assert refusals(one.ladders) == []


def test_a_limit_that_nothing_keeps_leaves_an_empty_front() -> None:
    beyond = day(level=20.0)  # of 12 tasks
    assert search(beyond, SPACE, LIMITS, HUNT) == ()


def test_a_limit_on_direction_changes_is_kept_at_a_price(front: tuple[Tried, ...]) -> None:
    calm = search(DAY, SPACE, replace(LIMITS, direction_changes_day=1), HUNT)
    assert calm
    assert all(one.direction_changes <= 1 for one in calm)
    assert calm[0].billed_s >= front[0].billed_s


def test_nothing_that_was_tried_is_both_cheaper_and_as_safe_as_what_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[tuple[int, int, int]] = []

    class Recorded(Batches):
        def totals(self, book: Candidates) -> I64:
            found = super().totals(book)
            tried.extend(map(tuple, found[:, [BILLED, OVER, CHANGES]].tolist()))
            return found

    monkeypatch.setattr(searching, "Batches", Recorded)
    front = search(DAY, SPACE, LIMITS, HUNT)
    within = [(billed, over) for billed, over, turns in tried if over <= 72 and turns <= 24]
    assert len(tried) > EFFORT.drawn
    for billed, over in within:
        # A tie of half a percent goes to the simpler ladders.
        assert any(one.over_min <= over and one.billed_s <= billed * 1.005 for one in front)


def everything(space: Space) -> list[Ladders]:
    """All ladders of a space of two counts and one threshold."""
    outs = [(OutStep(above=0, add=1), OutStep(above=above, add=2)) for above in (5, 10, 15, 20)]
    ins = [(InStep(below=1.0, remove=1),), (InStep(below=1.0, remove=2),)]
    ins += [(InStep(below=1.0, remove=1), InStep(below=below, remove=2)) for below in BELOW]
    every = itertools.product(
        range(1, space.most),
        (10, 15, 20, 25),
        outs,
        ins,
        OUT_COOLDOWNS_S,
        IN_COOLDOWNS_S,
        OUT_WINDOWS,
        IN_WINDOWS,
    )
    made_all = (
        Ladders(
            min_tasks=least,
            max_tasks=space.most,
            cpu=Ladder(high=30, low=low, steps=out),
            memory=MEMORY,
            scale_in=into,
            out_cooldown_s=out_wait,
            in_cooldown_s=in_wait,
            out_datapoints=out_window,
            in_datapoints=(in_window, in_window),
        )
        for least, low, out, into, out_wait, in_wait, out_window, in_window in every
    )
    return [one for one in made_all if not refusals(one)]


@pytest.mark.not_fast
def test_in_a_tiny_space_it_finds_what_trying_everything_finds() -> None:
    space = Space(floors=(1,), most=3, high_percent=30, ceiling_percent=100.0, memory=MEMORY)
    part = replace(day(240, level=0.6), initial_tasks=1)
    all_of_it = everything(space)
    policies = [policy_of_ladders(one, initial_tasks=one.min_tasks) for one in all_of_it]
    found = replay_many(part.inputs, policies)
    limits = Limits(over_share=0.2, direction_changes_day=24)
    within = (found.over_min <= 0.2 * 240) & (found.direction_changes <= 24 * 240 / 1440)
    least = int(found.billed_s[within].min())
    front = search(part, space, limits, Hunt(seed="tiny", effort=Effort(drawn=600, rounds=8, varied=150)))
    assert front[0].ladders in all_of_it
    assert least <= front[0].billed_s <= 1.005 * least
    safest = int(found.over_min[within].min())
    assert front[-1].over_min == safest


def test_the_same_seed_finds_the_same_and_another_goes_another_way() -> None:
    assert search(DAY, SPACE, LIMITS, HUNT) == search(DAY, SPACE, LIMITS, HUNT)
    assert search(DAY, SPACE, LIMITS, HUNT) != search(DAY, SPACE, LIMITS, replace(HUNT, seed="other"))


ODD = Ladders(
    min_tasks=3,
    max_tasks=12,
    cpu=Ladder(high=73, low=41, steps=(OutStep(above=0, add=7),)),  # no grid has these
    memory=MEMORY,
    scale_in=(InStep(below=1.0, remove=1),),
)
NONE = Effort(drawn=0, rounds=0, varied=0)


def test_what_is_handed_in_is_tried_though_it_would_never_be_drawn() -> None:
    limits = Limits(over_share=1.0, direction_changes_day=1000)
    (found,) = search(DAY, SPACE, limits, Hunt(seed="", seeds=(ODD,), effort=NONE))
    assert found == counted(ODD)


def test_what_is_handed_in_and_the_module_would_refuse_is_left_out() -> None:
    limits = Limits(over_share=1.0, direction_changes_day=1000)
    for bad in (replace(ODD, min_tasks=12), replace(ODD, out_cooldown_s=300), replace(ODD, min_tasks=0)):
        assert search(DAY, SPACE, limits, Hunt(seed="", seeds=(bad,), effort=NONE)) == ()


STEPPED = replace(
    ODD,
    cpu=Ladder(high=70, low=35, steps=tuple(OutStep(above=10 * n, add=n + 1) for n in range(3))),
    scale_in=(InStep(below=1.0, remove=1), InStep(below=0.7, remove=2)),
    out_cooldown_s=120,
    in_datapoints=(15, 15),
)


def test_simplified_ladders_have_one_step_less_or_one_wait_as_the_module_has_it() -> None:
    for one in simplified(STEPPED):
        assert refusals(one) == []
        assert complexity(one) <= complexity(STEPPED)
    assert {len(one.cpu.steps) for one in simplified(STEPPED)} == {2, 3}
    assert replace(STEPPED, out_cooldown_s=60) in set(simplified(STEPPED))
    assert replace(STEPPED, scale_in=(InStep(below=1.0, remove=1),)) in set(simplified(STEPPED))


def test_of_ladders_that_cost_the_same_the_simplest_are_taken() -> None:
    # What two tasks carry for ever: no step is ever taken, so all ladders from two up cost the same.
    idle = RecordingPart(inputs=made.inputs(np.full(600, 0.5)), initial_tasks=2)
    space = replace(SPACE, floors=(2,))
    hunt = Hunt(seed="", seeds=(replace(STEPPED, min_tasks=2),), effort=NONE)
    limits = Limits(over_share=0.0, direction_changes_day=0)
    (found,) = search(idle, space, limits, hunt)
    assert complexity(found.ladders) < complexity(STEPPED)
    (drawn,) = search(idle, space, limits, replace(hunt, seeds=(), effort=EFFORT))
    assert complexity(drawn.ladders) == 6  # two steps out, one in
    assert (drawn.ladders.out_cooldown_s, drawn.ladders.in_cooldown_s) == (60, 300)


def test_an_effort_counts_its_replays() -> None:
    assert Effort(drawn=5, rounds=3, varied=7).replays == 26
