"""The oracle itself: documented vectors, and scenarios computed by hand from docs/replay.md."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import oracle_case as oc
import pytest
from oracle_alarm import ALARM, INSUFFICIENT, KEEP, OK, Watch, verdict
from oracle_policy import Proposal, adjusted, find_step

from oracle import Task, World, replay, splitmix64

RULES = ("MISSING", "IGNORE", "BREACHING", "NOT_BREACHING")
DOCUMENTED = [
    ("0-X-X", 3, (OK, OK, OK, OK)),
    ("0----", 3, (OK, OK, OK, OK)),
    ("-----", 3, (INSUFFICIENT, KEEP, ALARM, OK)),
    ("0XX-X", 3, (ALARM, ALARM, ALARM, ALARM)),
    ("--X--", 3, (ALARM, KEEP, ALARM, OK)),
    ("0-X-X", 2, (ALARM, ALARM, ALARM, ALARM)),
    ("00X0X", 2, (ALARM, ALARM, ALARM, ALARM)),
    ("0-X--", 2, (OK, OK, ALARM, OK)),
    ("----0", 2, (OK, OK, ALARM, OK)),
    ("---X-", 2, (ALARM, KEEP, ALARM, OK)),
]
OUT = oc.StepPolicy(adjustment_type="CHANGE", cooldown_s=60, steps=(oc.Step(lower=0.0, adjustment=1),))
IN = oc.StepPolicy(adjustment_type="CHANGE", cooldown_s=60, steps=(oc.Step(upper=0.0, adjustment=-1),))
HIGH = oc.Alarm(metric=oc.CPU_AVERAGE, comparison=">", threshold=40.0, n=1, m=1, policy=0)
LOW = oc.Alarm(metric=oc.CPU_AVERAGE, comparison="<", threshold=20.0, n=1, m=1, policy=0)
AT_ONCE = oc.Choices(publication_delay_s=0)


def case(load: list[float], **others: object) -> oc.Case:
    """A case of 1 vCPU a task whose points are visible a minute later, and instant starts."""
    count = len(load)
    given: dict[str, object] = {
        "memory_mib": (512.0,) * count,
        "hottest_ratio": (1.0,) * count,
        "no_scale_in": (False,) * count,
        "starts": ((0, 0, 0),),
        "min_tasks": 1,
        "max_tasks": 50,
        "initial_tasks": 1,
        "alarms": (HIGH,),
        "policies": (OUT,),
        "choices": AT_ONCE,
    }
    return oc.Case(cpu_vcpu=tuple(load), **{**given, **others})  # type: ignore[arg-type]


def moves(world: World) -> list[tuple[int, int, int]]:
    return [(a.tick, a.before, a.after) for a in world.activities]


@pytest.mark.parametrize(("marks", "m", "expected"), DOCUMENTED)
def test_documented_missing_data_vectors_come_out(marks: str, m: int, expected: tuple[str, ...]) -> None:
    assert tuple(verdict(marks, 3, m, rule) for rule in RULES) == expected


@pytest.mark.parametrize("rule", ["MISSING", "IGNORE"])
@pytest.mark.parametrize("marks", ["----X", "---X-"])
def test_a_breach_younger_than_m_periods_keeps_the_state(marks: str, rule: str) -> None:
    assert verdict(marks, 3, 3, rule) == KEEP


@pytest.mark.parametrize(
    ("base", "percent", "least", "after"),
    [
        (127, 10, 0, 139),
        (67, 1, 0, 68),
        (58, -1, 0, 57),
        (667, -1, 0, 661),
        (100, 1, 0, 101),
        (10, 200, 0, 30),
        (100, -1, 0, 99),
        (10, 10, 2, 12),
        (10, -10, 3, 7),
        (40, 10, 2, 44),
        (10, 0, 2, 10),
        (0, 50, 2, 0),
        (4, -250, 0, 0),
    ],
)
def test_percent_changes_round_as_aws_says(base: int, percent: int, least: int, after: int) -> None:
    policy = oc.StepPolicy(adjustment_type="PERCENT", min_magnitude=least, cooldown_s=0, steps=())
    assert adjusted(policy, base, percent) == after


@pytest.mark.parametrize(
    ("diff", "chosen"),
    [(0.0, 1), (9.9, 1), (10.0, 2), (1e6, 2), (-0.1, -1), (-10.0, -2), (-9.9, -1), (-1e6, -2)],
)
def test_step_bounds_are_open_on_the_side_away_from_the_threshold(diff: float, chosen: int) -> None:
    bounds = ((0.0, 10.0, 1), (10.0, inf, 2), (-10.0, 0.0, -1), (-inf, -10.0, -2))
    steps = tuple(oc.Step(lower=low, upper=high, adjustment=a) for low, high, a in bounds)
    found = find_step(oc.StepPolicy(adjustment_type="CHANGE", cooldown_s=0, steps=steps), diff)
    assert found is not None
    assert found.adjustment == chosen


def test_a_value_on_the_threshold_of_a_pure_scale_in_policy_is_in_its_nearest_step() -> None:
    assert find_step(IN, 0.0) == IN.steps[0]
    assert find_step(IN, 0.1) is None
    assert find_step(OUT, -0.1) is None


def test_splitmix64_gives_the_published_sequence() -> None:
    assert [splitmix64(0), splitmix64(0x9E3779B97F4A7C15)] == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4]


def test_a_launch_is_billed_from_pull_and_counts_from_running_and_works_from_serving() -> None:
    world = replay(case([0.5] * 10, starts=((10, 30, 90),), max_tasks=2))
    assert moves(world) == [(1, 1, 2)]
    assert [m.running_s for m in world.minutes[:4]] == [60, 90, 120, 120]
    assert [m.serving_s for m in world.minutes[:4]] == [60, 60, 90, 120]
    assert [m.cpu_average for m in world.minutes[:3]] == [50.0, pytest.approx(100 / 3), 25.0]
    assert world.billed_s() == 600 + 600 - 70
    assert world.billed_by_minute()[:3] == [60, 110, 120]


def test_scale_in_pays_the_whole_drain_and_the_stop() -> None:
    given = case([0.1] * 20, initial_tasks=3, alarms=(LOW,), policies=(IN,))
    world = replay(replace(given, min_tasks=2, deregistration_delay_s=300, shutdown_s=30))
    assert moves(world) == [(1, 3, 2)]
    assert world.minutes[1].running_s == 120
    assert world.billed_s() == 2 * 1200 + 60 + 330


def test_cooldown_begins_when_the_launch_runs() -> None:
    # Launched at 60, running at 190, 60 s of cooldown: nothing before 250, so tick 5.
    world = replay(case([4.0] * 12, starts=((0, 130, 130),)))
    assert moves(world)[:2] == [(1, 1, 2), (5, 2, 3)]


def test_a_larger_step_during_cooldown_is_credited_with_what_was_launched() -> None:
    steps = (oc.Step(lower=0.0, upper=20.0, adjustment=2), oc.Step(lower=20.0, adjustment=3))
    policy = replace(OUT, cooldown_s=600, steps=steps)
    world = replay(
        case([5.0, 5.0, 9.0, 9.0, 9.0], initial_tasks=10, starts=((0, 300, 300),), policies=(policy,))
    )
    assert moves(world) == [(1, 10, 12), (3, 12, 13)]


def test_three_more_loses_to_two_hundred_percent_more() -> None:
    three = replace(OUT, steps=(oc.Step(lower=0.0, adjustment=3),))
    thrice = replace(OUT, adjustment_type="PERCENT", steps=(oc.Step(lower=0.0, adjustment=200),))
    both = (HIGH, replace(HIGH, policy=1))
    world = replay(case([6.0, 6.0], initial_tasks=10, alarms=both, policies=(three, thrice)))
    assert moves(world) == [(1, 10, 30)]
    assert world.activities[0].policy == 1


def test_scale_out_goes_through_a_scale_in_cooldown_and_ends_it() -> None:
    alarms = (HIGH, replace(LOW, policy=1))
    # In at 1 (until 660); out at 3 (runs at once, until 240); in again at 4.
    given = case([0.1, 0.1, 4.0, 0.1, 0.1, 0.1], initial_tasks=4, alarms=alarms)
    world = replay(replace(given, policies=(OUT, replace(IN, cooldown_s=600))))
    assert moves(world) == [(1, 4, 3), (3, 3, 4), (4, 4, 3)]


def test_a_deployment_holds_scale_in_but_not_scale_out() -> None:
    alarms = (HIGH, replace(LOW, policy=1))
    given = case([0.1, 0.1, 0.1, 4.0, 4.0], initial_tasks=2, alarms=alarms, policies=(OUT, IN))
    world = replay(replace(given, no_scale_in=(True,) * 5))
    assert moves(world) == [(4, 2, 3)]


def test_work_waits_up_to_the_queue_limit() -> None:
    world = replay(case([2.5, 2.5, 0.0, 0.0], alarms=(), choices=oc.Choices(queue_limit_vcpu_min=2.0)))
    assert [m.served for m in world.minutes] == [1.0, 1.0, 1.0, 1.0]
    assert [m.backlog for m in world.minutes] == [1.5, 2.0, 1.0, 0.0]


def test_a_stopped_task_costs_a_minute_at_least() -> None:
    assert Task(0, 100, 100, 100, 0, stop=110).billed(3600) == 60
    assert Task(0, 3590, 3590, 3590, 0).billed(3600) == 10
    assert Task(0, 4000, 4000, 4000, 0).billed(3600) == 0


def test_publication_delay_hides_the_newest_points() -> None:
    world = replay(case([0.5] * 6, max_tasks=2, choices=oc.Choices(publication_delay_s=61)))
    assert moves(world) == [(3, 1, 2)]


def test_a_period_of_five_minutes_slides_each_minute_over_present_points() -> None:
    watch = Watch(replace(HIGH, period=5, n=1), 2)
    points = {m: {oc.CPU_AVERAGE: 10.0 * m} for m in (0, 2, 4, 6)}
    assert [watch.point(points, q) for q in (4, 5, 6, 11, 12)] == [20.0, 30.0, 40.0, None, None]
    assert watch.point(points, 10) == 60.0


def test_launches_beyond_the_rate_are_decided_later() -> None:
    policy = replace(OUT, steps=(oc.Step(lower=0.0, adjustment=3),))
    world = replay(
        case([0.5] * 4, max_tasks=4, policies=(policy,), choices=replace(AT_ONCE, launch_rate_per_min=7))
    )
    assert sorted(t.decided for t in world.tasks) == [0, 60, 68, 77]


def test_the_earliest_decided_leave_whatever_their_scale_out() -> None:
    # At a launch a minute the first of the second scale-out is decided before the last of the first.
    world = World(case([0.0], initial_tasks=0, min_tasks=0, choices=replace(AT_ONCE, launch_rate_per_min=1)))
    for k, capacity in ((1, 3), (2, 5)):
        world.scale_out(60 * k, Proposal(capacity=capacity, alarm=0, policy=0, value=0.0, cooldown_s=0), 0)
    assert [(t.decided, t.number) for t in world.tasks] == [(60, 0), (120, 1), (180, 2), (120, 3), (180, 4)]
    won = Proposal(capacity=1, alarm=0, policy=0, value=0.0, cooldown_s=0)
    world.scale_in(540, won, list(world.tasks))
    assert [t.number for t in world.tasks] == [4]
    assert [t.number for t in world.gone] == [0, 1, 3, 2]


def test_where_nothing_runs_nothing_is_taken_away() -> None:
    # The task that ran leaves at 2; at 3 and 4 its old points still ask for fewer of the one pending.
    alarms = (replace(HIGH, threshold=90.0), replace(LOW, policy=1))
    two = replace(OUT, adjustment_type="EXACT", steps=(oc.Step(lower=0.0, adjustment=2),))
    choices = replace(AT_ONCE, cooldown_blocks_in=False)
    given = case([1.0, 0.1, 0.1, 0.1, 0.1], min_tasks=0, alarms=alarms, starts=((0, 600, 600),))
    world = replay(replace(given, policies=(two, IN), choices=choices))
    assert moves(world) == [(1, 1, 2), (2, 2, 1)]
    assert world.minutes[-1].alarms == ("OK", "ALARM")


def test_spot_takes_its_share_rounded_up_and_ecs_replaces_it() -> None:
    given = case([0.5] * 6, initial_tasks=4, alarms=(), starts=((10, 30, 90),))
    world = replay(replace(given, share_percent=(0, 30, 0, 0, 0, 0), shutdown_s=30, capacity_wait_s=45))
    # Two of four leave at 60; their replacements are pulled at 115, run at 135 and serve at 195.
    assert (world.interrupted, world.launched, moves(world)) == (2, 2, [])
    assert [m.desired for m in world.minutes] == [4] * 6
    assert [m.running_s for m in world.minutes[:4]] == [240, 120, 120 + 90, 240]
    assert [m.serving_s for m in world.minutes[:4]] == [240, 120, 120, 120 + 90]
    assert world.billed_s() == 2 * 360 + 2 * (60 + 30) + 2 * (360 - 115)


def test_spot_stops_a_task_two_minutes_after_the_warning_whatever_it_drains() -> None:
    given = case([0.5] * 6, alarms=(), share_percent=(0, 100, 0, 0, 0, 0), starts=((600, 600, 600),))
    assert replay(replace(given, deregistration_delay_s=300, shutdown_s=30)).billed_s() == 60 + 120
    assert replay(replace(given, deregistration_delay_s=60, shutdown_s=30)).billed_s() == 60 + 90


def test_a_task_that_is_being_pulled_may_be_taken_but_not_one_that_waits_for_capacity() -> None:
    given = case([4.0] * 8, starts=((50, 300, 300),), alarms=(HIGH,), max_tasks=2)
    # The scale-out of tick 1 is pulled at 110: in reach at tick 2, the replacement of tick 2 is not at 3.
    world = replay(replace(given, share_percent=(0, 0, 100, 100, 0, 0, 0, 0), capacity_wait_s=90))
    assert moves(world) == [(1, 1, 2)]
    assert (world.interrupted, [(t.number, t.stop) for t in world.gone]) == (2, [(-1, 120), (0, 120)])
    # The event of tick 3 took nothing, and held back nothing that was decided before it.
    assert [t.pull for t in world.tasks] == [120 + 90 + 50] * 2


def test_target_tracking_goes_to_the_proportion_rounded_up() -> None:
    tracking = oc.Tracking(target=50.0, out_cooldown_s=0, in_cooldown_s=0)
    high = replace(HIGH, threshold=50.0, n=3, m=3)
    low = replace(LOW, threshold=45.0, n=15, m=15)
    world = replay(case([3.3] * 6 + [1.2] * 20, initial_tasks=4, alarms=(high, low), policies=(tracking,)))
    assert moves(world) == [(3, 4, 7), (21, 7, 3)]
