"""Minima by the time of day: searched with the steps, by the clock asked for, chosen where cheaper."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from replay import made

from module_rules import refusals
from trimtab.advice.case.objective import DEFAULT, Objective, PolicyKind
from trimtab.advice.choice.contest import Contest, Entrant, contest, enter
from trimtab.advice.choice.decide import prefer
from trimtab.advice.choice.trials import Test as Trial
from trimtab.advice.choice.trials import ground_of
from trimtab.ladders.convert import policy_of_ladders
from trimtab.ladders.front import Limits
from trimtab.ladders.kinds import minima
from trimtab.ladders.kinds.minima import by_the_clock, suggested
from trimtab.ladders.parts import Parts, RecordingPart, parts_of
from trimtab.ladders.search import Effort, Hunt, search
from trimtab.ladders.space import Space
from trimtab.replay.inputs import Starts
from trimtab.replay.run import replay
from trimtab.terraform_module import Ladder, Ladders, Minimum, OutStep, Schedule, module_takes

MEMORY = Ladder(high=90, low=75, steps=(OutStep(above=0, add=1),))
SPACE = Space(floors=(2, 4), most=60, high_percent=75, ceiling_percent=96.0, memory=MEMORY)
LIMITS = Limits(over_share=0.001, direction_changes_day=24)
HUNT = Hunt(seed="1", effort=Effort(drawn=300, rounds=6, varied=50))
SLOW = Starts.fixed(60, 420, 480)
"""Eight minutes to serve: what rises at nine is late whatever the steps, unless the minimum was up before."""
MONDAY = datetime(2026, 10, 26, tzinfo=UTC)
"""New York puts its clock back on the Sunday after."""


def offices(start: datetime, days: int, zone: str = "UTC", weekend: float = 1.0) -> np.ndarray:
    """Return a day's work that begins and ends at once, at 9 and at 17 on the clock of a zone [vCPU]."""
    at = [(start + timedelta(minutes=n)).astimezone(ZoneInfo(zone)) for n in range(days * 1440)]
    busy = np.array([9 <= one.hour < 17 for one in at])
    free = np.array([one.weekday() >= 5 for one in at])
    return np.where(busy, np.where(free, weekend, 1.0) * 14.0, 1.2)


def part(cpu: np.ndarray, start: datetime | None = MONDAY) -> RecordingPart:
    return RecordingPart(inputs=made.inputs(cpu, starts=SLOW), initial_tasks=2, start=start)


DAYS = part(offices(MONDAY, 4))
FRONT = tuple(
    one.ladders for one in search(DAYS, SPACE, Limits(over_share=1.0, direction_changes_day=24), HUNT)
)


def found(days: RecordingPart, zone: str = "UTC") -> tuple[Ladders, int]:
    """Return the cheapest and what it is billed."""
    (first, *_), _ = by_the_clock(days, SPACE, LIMITS, HUNT, FRONT, zone)
    return first.ladders, first.billed_s


def test_what_rises_at_once_every_day_is_carried_by_a_minimum_that_is_up_before() -> None:
    front, replays = by_the_clock(DAYS, SPACE, LIMITS, HUNT, FRONT, "UTC")
    assert replays > 200
    for one in front:
        assert one.ladders.schedule is not None
        assert module_takes(one.ladders)
        assert refusals(one.ladders) == []
        policy = policy_of_ladders(
            one.ladders, initial_tasks=one.ladders.min_tasks, over=(MONDAY, DAYS.minutes)
        )
        policy = replace(policy, initial_tasks=DAYS.bounded(policy.min_tasks, policy.max_tasks))
        summary = replay(DAYS.inputs, policy).summary
        assert (summary.billed_s, summary.over_min) == (one.billed_s, one.over_min)
    first = front[0].ladders.schedule
    assert first is not None
    rise = max(first.weekdays, key=lambda piece: piece.min_tasks)
    assert 8 * 60 <= rise.minute <= 9 * 60 - 8
    steps = search(DAYS, SPACE, LIMITS, HUNT)
    assert front[0].billed_s < 0.8 * steps[0].billed_s


def test_beyond_its_safest_come_the_same_with_higher_minima_for_what_harder_demand_asks() -> None:
    front, _ = by_the_clock(DAYS, SPACE, LIMITS, HUNT, FRONT, "UTC")
    assert [one.billed_s for one in front] == sorted(one.billed_s for one in front)
    last = min(one.over_min for one in front)
    safest = next(place for place, one in enumerate(front) if one.over_min == last)
    assert safest < len(front) - 1

    def peak(one: Ladders) -> int:
        return 0 if one.schedule is None else max(piece.min_tasks for piece in one.schedule.pieces)

    assert max(peak(one.ladders) for one in front[safest + 1 :]) >= 1.2 * peak(front[safest].ladders)


def test_the_same_seed_finds_the_same() -> None:
    assert by_the_clock(DAYS, SPACE, LIMITS, HUNT, FRONT, "UTC") == by_the_clock(
        DAYS, SPACE, LIMITS, HUNT, FRONT, "UTC"
    )


def test_the_clock_is_that_of_the_zone_over_a_change_of_it() -> None:
    days = part(offices(MONDAY, 10, "America/New_York"))
    local, usd_local = found(days, "America/New_York")
    _, usd_world = found(days)
    assert local.schedule is not None
    assert local.schedule.timezone == "America/New_York"
    rise = max(local.schedule.weekdays, key=lambda piece: piece.min_tasks)
    assert 8 * 60 <= rise.minute <= 9 * 60 - 8
    assert usd_local < 0.98 * usd_world


def test_no_action_lies_where_the_clock_skips_or_repeats_a_time() -> None:
    cpu = np.where((np.arange(4 * 1440) // 60 % 24 + 20) % 24 == 2, 14.0, 1.2)
    front, _ = by_the_clock(part(cpu), SPACE, LIMITS, HUNT, FRONT, "America/New_York")
    schedules = [one.ladders.schedule for one in front if one.ladders.schedule is not None]
    minutes = {piece.minute for schedule in schedules for piece in schedule.pieces}
    assert minutes
    assert not minutes & set(range(60, 180))


def test_a_quiet_weekend_has_minima_of_its_own_once_two_were_seen() -> None:
    cpu = offices(MONDAY, 14, weekend=0.1)
    two, _ = found(part(cpu))
    assert two.schedule is not None
    assert two.schedule.weekend is not None
    most = [max(piece.min_tasks for piece in day) for day in two.schedule.days]
    assert most[1] < most[0]
    one, _ = found(part(cpu[: 7 * 1440]))
    assert one.schedule is not None
    assert one.schedule.weekend is None


def test_nothing_is_searched_without_a_clock_a_start_days_that_repeat_or_anything_to_begin_with() -> None:
    assert by_the_clock(DAYS, SPACE, LIMITS, HUNT, FRONT, UNSET) == ((), 0)
    assert by_the_clock(replace(DAYS, start=None), SPACE, LIMITS, HUNT, FRONT, "UTC") == ((), 0)
    short = part(offices(MONDAY, 3)[:-1])
    assert by_the_clock(short, SPACE, LIMITS, HUNT, FRONT, "UTC") == ((), 0)
    assert by_the_clock(DAYS, SPACE, LIMITS, HUNT, (), "UTC") == ((), 0)


def test_a_demand_that_never_moves_has_no_schedule() -> None:
    assert by_the_clock(part(np.full(4 * 1440, 3.0)), SPACE, LIMITS, HUNT, FRONT, "UTC") == ((), 0)


def test_what_has_a_schedule_is_tried_as_it_is() -> None:
    day = (Minimum(minute=8 * 60 + 37, min_tasks=19), Minimum(minute=17 * 60 + 3, min_tasks=2))
    asked = replace(FRONT[-1], schedule=Schedule(timezone="UTC", weekdays=day), min_tasks=2)
    policy = policy_of_ladders(replace(asked, max_tasks=60), initial_tasks=2, over=(MONDAY, DAYS.minutes))
    cost = replay(DAYS.inputs, policy).summary.billed_s
    front, _ = by_the_clock(
        DAYS, SPACE, Limits(over_share=1.0, direction_changes_day=24), HUNT, (asked,), "UTC"
    )
    assert front[0].billed_s <= cost


@given(levels=st.lists(st.integers(0, 9), min_size=48, max_size=48), most=st.sampled_from((1, 2, 4, 6)))
def test_pieces_of_a_day_hold_every_level_and_are_few(levels: list[int], most: int) -> None:
    pieces = minima.merged(np.array(levels, dtype=np.float64), most)
    assert len(pieces) <= most
    assert sum(length for _, length, _ in pieces) == minima.SLOTS
    held = {(begin + n) % minima.SLOTS: level for begin, length, level in pieces for n in range(length)}
    assert all(held[place] >= level for place, level in enumerate(levels))
    if most == 1 or len(set(levels)) == 1:
        assert [level for _, _, level in pieces] == [max(levels)]


def test_no_piece_changes_nothing_and_no_schedule_is_kept_that_earns_nothing() -> None:
    front, _ = by_the_clock(DAYS, SPACE, LIMITS, HUNT, FRONT, "UTC")
    for one in front:
        assert one.ladders.schedule is not None
        day = one.ladders.schedule.weekdays
        assert all(piece.min_tasks != day[place - 1].min_tasks for place, piece in enumerate(day))
        bare = replace(one.ladders, schedule=None)
        policy = policy_of_ladders(bare, initial_tasks=bare.min_tasks)
        without = replay(DAYS.inputs, replace(policy, initial_tasks=DAYS.bounded(bare.min_tasks, 60))).summary
        assert without.over_min > one.over_min or without.billed_s > 1.005 * one.billed_s


def test_minima_below_what_steps_run_anyway_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minima, "suggested", lambda *_: ())
    monkeypatch.setattr(minima, "ROUNDS", 0)
    slow = part(2.0 + np.sin(np.arange(4 * 1440) / 1440 * 2 * np.pi))
    steps = search(slow, SPACE, LIMITS, HUNT)[0].ladders
    useless = Schedule(
        timezone="UTC",
        weekdays=(
            Minimum(minute=0, min_tasks=steps.min_tasks),
            Minimum(minute=600, min_tasks=steps.min_tasks + 1),
            Minimum(minute=605, min_tasks=steps.min_tasks),
        ),
    )
    asked = replace(steps, schedule=useless)
    assert by_the_clock(slow, SPACE, LIMITS, HUNT, (asked,), "UTC") == ((), 2)


def rises(days: RecordingPart, zone: str = "UTC") -> set[tuple[int, int]]:
    """Return when each suggestion of two pieces has its higher one begin, and its lower one."""
    found = [one.weekdays for one in suggested(days, SPACE, zone) if len(one.weekdays) == 2]
    assert found
    order = [sorted(day, key=lambda piece: -piece.min_tasks) for day in found]
    return {(high.minute, low.minute) for high, low in order}


def test_it_begins_a_start_before_the_work_and_ends_with_it() -> None:
    # Eight minutes to serve and one for AWS to fire: ten on a grid of five.
    assert rises(DAYS) == {(8 * 60 + 50, 17 * 60)}
    assert rises(part(offices(MONDAY, 4, "America/New_York")), "America/New_York") == {(8 * 60 + 50, 17 * 60)}
    soon = replace(DAYS, inputs=replace(DAYS.inputs, starts=Starts.fixed(10, 30, 40)))
    assert rises(soon) == {(8 * 60 + 55, 17 * 60)}


def test_weekends_are_saturday_and_sunday() -> None:
    apart = [one for one in suggested(part(offices(MONDAY, 14, weekend=0.1)), SPACE, "UTC") if one.weekend]
    assert apart
    for one in apart:
        most = [max(piece.min_tasks for piece in day) for day in (one.weekdays, one.weekend or ())]
        assert most[1] < most[0] / 2


def test_what_is_deployed_is_tried_though_nothing_is_suggested(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minima, "suggested", lambda *_: ())
    day = (Minimum(minute=8 * 60 + 37, min_tasks=19), Minimum(minute=17 * 60 + 3, min_tasks=2))
    asked = replace(FRONT[-1], schedule=Schedule(timezone="UTC", weekdays=day), min_tasks=2)
    loose = Limits(over_share=1.0, direction_changes_day=24)
    assert by_the_clock(DAYS, SPACE, loose, HUNT, (asked,), "UTC")[0]
    assert by_the_clock(DAYS, SPACE, loose, HUNT, FRONT, "UTC") == ((), 0)


# In the contest

ASKED = Objective(timezone="UTC")


@pytest.fixture(scope="module")
def parts() -> Parts:
    rng = np.random.default_rng(3)
    # Three hours a day that begin at once: late at each, the steps alone must hold their tasks all day.
    hour = np.arange(8 * 1440) // 60 % 24
    cpu = np.where(np.isin(hour, (7, 12, 18)), 12.0, 2.0) * rng.uniform(0.95, 1.05, 8 * 1440)
    return parts_of(made.inputs(cpu, starts=Starts.fixed(60, 240, 300)), 0.3, MONDAY)


def held(parts: Parts, objective: Objective, effort: Effort = HUNT.effort) -> Contest:
    return contest(parts, objective, Hunt(seed="1", effort=effort), floor=2, memory=MEMORY)


@pytest.fixture(scope="module")
def asked(parts: Parts) -> Contest:
    return held(parts, ASKED)


def test_they_are_preferred_where_they_save_two_percent_on_the_held_out_days(asked: Contest) -> None:
    assert asked.minima is not None
    entrant, _ = prefer(asked, ASKED) or (None, None)
    assert entrant == asked.minima
    others = [one for one in asked.entrants if one != asked.minima]
    least = min(others, key=lambda one: one.tested.judged_billed_s)
    for billed, taken in ((0.981, False), (0.979, True)):
        tested = replace(least.tested, judged_billed_s=round(billed * least.tested.judged_billed_s))
        other = replace(asked, minima=Entrant(ladders=asked.minima.ladders, tested=tested))
        entrant, _ = prefer(other, ASKED) or (None, None)
        assert (entrant == other.minima) is taken
        fast = replace(asked, fast=least, fast_minima=other.minima)
        assert (fast.fastest == other.minima) is taken
    alone = replace(asked, ladders=None, shares=None, tracking=None)
    assert asked.minima in alone.scaling


def test_only_where_a_clock_is_named_and_the_search_shows(parts: Parts, asked: Contest) -> None:
    assert held(parts, DEFAULT).minima is None
    assert held(parts, ASKED, Effort(drawn=100, rounds=1, varied=10)).minima is None
    tracked = Objective(timezone="UTC", policies=(PolicyKind.TRACKING,))
    assert held(parts, tracked).minima is None
    assert asked.tried > held(parts, DEFAULT).tried + minima.ROUNDS


@pytest.mark.not_fast
def test_with_fast_signals_both_are_tried_together(parts: Parts) -> None:
    both = held(parts, Objective(timezone="UTC", fast_signals=True)).fast_minima
    assert both is not None
    assert both.ladders.fast_signals
    assert both.ladders.schedule is not None


def test_each_part_is_tried_with_the_minima_of_its_own_hours(parts: Parts) -> None:
    day = (Minimum(minute=8 * 60 + 45, min_tasks=22), Minimum(minute=17 * 60, min_tasks=2))
    asked = replace(FRONT[0], schedule=Schedule(timezone="UTC", weekdays=day), min_tasks=2, max_tasks=60)
    found = enter(asked, ground_of(parts, ASKED, floor=2, most=60))
    judged = parts.judged
    assert judged.start == MONDAY + timedelta(minutes=parts.tuned.minutes)
    policy = policy_of_ladders(asked, initial_tasks=2, over=(judged.start, judged.minutes))
    policy = replace(policy, initial_tasks=judged.bounded(policy.min_tasks, policy.max_tasks))
    assert found.tested.judged_billed_s == replay(judged.inputs, policy).summary.billed_s
    # At the hour to which the trial moves the peak the minimum is down.
    assert found.tested.mark(Trial.SHIFTED).over_share > found.tested.mark(Trial.JUDGED).over_share
