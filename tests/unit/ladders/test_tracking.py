"""Target tracking as a contestant: what is tried, how it is replayed, what the module is told."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from msgspec.structs import replace as replaced
from replay import made

from module_rules import refusals
from trimtab.fleet.model import Scaling, ScheduledAction, TrackingPolicy
from trimtab.ladders.convert import ladders_of_scaling, policy_of_ladders
from trimtab.ladders.front import Limits
from trimtab.ladders.kinds.tracking import memory_target, track
from trimtab.ladders.parts import RecordingPart
from trimtab.ladders.space import Space
from trimtab.replay.policy import Metric, TargetTracking, tracking_alarms
from trimtab.replay.run import replay
from trimtab.terraform_module import MODULE, Ladder, Ladders, OutStep, Tracking, module_takes

MEMORY = Ladder(high=90, low=75, steps=(OutStep(above=0, add=1),))
SPACE = Space(floors=(1, 2, 4), most=12, high_percent=75, ceiling_percent=96.0, memory=MEMORY)
LIMITS = Limits(over_share=0.05, direction_changes_day=24)


def day(minutes: int = 1440) -> RecordingPart:
    """One wave and seeded noise [vCPU] on tasks of 1 vCPU."""
    rng = np.random.default_rng(5)
    wave = 2.2 + 2 * np.sin(np.arange(minutes) / minutes * 2 * np.pi) + rng.normal(0, 0.1, minutes)
    return RecordingPart(inputs=made.inputs(np.maximum(0.1, wave)), initial_tasks=4)


DAY = day()


def counts(ladders: Ladders) -> tuple[int, int]:
    """Replay by itself what is replayed by the hundred."""
    initial = DAY.bounded(ladders.min_tasks, ladders.max_tasks)
    found = replay(DAY.inputs, policy_of_ladders(ladders, initial_tasks=initial)).summary
    return found.billed_s, found.over_min


def test_the_front_is_cheapest_first_each_next_safer_and_all_of_it_the_module_takes() -> None:
    front, replays = track(DAY, SPACE, LIMITS, 2)
    assert replays > len(range(30, 96, 5)) * 3 * 2
    for one in front:
        assert one.ladders.tracking is not None
        assert (one.billed_s, one.over_min) == counts(one.ladders)
        assert module_takes(one.ladders)
        assert refusals(one.ladders) == []
        assert one.over_min <= 0.05 * DAY.minutes
    assert [one.billed_s for one in front] == sorted(one.billed_s for one in front)
    assert all(after.over_min < before.over_min for before, after in itertools.pairwise(front))


def test_what_is_near_the_best_of_the_grid_is_tried_too_and_is_cheaper() -> None:
    grid, few = track(DAY, SPACE, LIMITS, 0)
    near, many = track(DAY, SPACE, LIMITS, 3)
    assert few < many
    assert near[0].billed_s < grid[0].billed_s
    assert {one.ladders.tracking.cpu % 5 for one in near if one.ladders.tracking} != {0}


def test_no_target_lies_where_the_metric_cannot_show_it() -> None:
    space = replace(SPACE, ceiling_percent=41.0)
    front, _ = track(DAY, space, Limits(over_share=1.0, direction_changes_day=1000), 3)
    assert max(one.ladders.tracking.cpu for one in front if one.ladders.tracking) <= 40


def test_it_is_replayed_as_aws_does_it_a_policy_and_two_alarms_for_each_target() -> None:
    ladders = replace(MODULE, max_tasks=9, tracking=Tracking(cpu=60, memory=80), out_cooldown_s=120)
    policy = policy_of_ladders(ladders, initial_tasks=3)
    cpu, memory = policy.policies
    assert cpu == TargetTracking(target=60.0, out_cooldown_s=120, in_cooldown_s=300)
    assert memory == replace(cpu, target=80.0)
    assert policy.alarms == (
        *tracking_alarms(Metric.CPU_AVERAGE, cpu, 0),
        *tracking_alarms(Metric.MEMORY_AVERAGE, memory, 1),
    )
    assert (policy.min_tasks, policy.max_tasks, policy.initial_tasks) == (1, 9, 3)


@pytest.mark.parametrize(("low", "target"), [(81.0, 90), (82.0, None)])
def test_memory_is_tracked_only_where_a_task_could_ever_go(low: float, target: float | None) -> None:
    assert memory_target(replace(MEMORY, low=low)) == target


def deployed(*policies: TrackingPolicy, **changes: object) -> Scaling:
    return replaced(Scaling(min_tasks=2, max_tasks=9, tracking=policies), **changes)


CPU = TrackingPolicy(name="cpu", metric="cpu", target=62.0, out_cooldown_s=60)
RAM = replaced(CPU, name="memory", metric="memory", target=80.0)


def test_what_the_module_made_of_it_is_read_back_so_that_the_next_run_can_keep_it() -> None:
    expected = replace(MODULE, min_tasks=2, max_tasks=9, tracking=Tracking(cpu=62))
    assert ladders_of_scaling(deployed(CPU)) == expected
    both = replace(expected, tracking=Tracking(cpu=62, memory=80))
    assert ladders_of_scaling(deployed(RAM, CPU)) == both


@pytest.mark.parametrize(
    "other",
    [
        deployed(RAM),
        deployed(CPU, replaced(CPU, name="again")),
        deployed(CPU, replaced(CPU, name="requests", metric="requests")),
        deployed(CPU, replaced(RAM, in_cooldown_s=600)),
        deployed(replaced(CPU, scale_in=False)),
        deployed(CPU, suspended=("in",)),
        deployed(CPU, scheduled=(ScheduledAction(name="night", schedule="cron(0 0 1 * ? *)", min_tasks=1),)),
    ],
)
def test_what_the_module_does_not_make_is_not_taken_for_its_own(other: Scaling) -> None:
    assert ladders_of_scaling(other) is None


def test_todays_target_is_tried_whatever_the_grid_has() -> None:
    today = replace(MODULE, min_tasks=3, max_tasks=50, tracking=Tracking(cpu=62.5, memory=90))
    loose = Limits(over_share=1.0, direction_changes_day=1000)
    without, few = track(DAY, SPACE, loose, 0)
    assert 62.5 not in {one.ladders.tracking.cpu for one in without if one.ladders.tracking}
    _, many = track(DAY, SPACE, loose, 0, (today, replace(MODULE, max_tasks=50)))
    assert many == few + 1


@pytest.mark.parametrize(
    "changed",
    [
        {"tracking": Tracking(cpu=100)},
        {"tracking": Tracking(cpu=0)},
        {"tracking": Tracking(cpu=60, memory=100)},
        {"out_cooldown_s": 301},
        {"out_cooldown_s": 0},
        {"in_cooldown_s": 59, "out_cooldown_s": 30},
        {"min_tasks": 0},
    ],
)
def test_what_the_module_refuses_is_refused_here_too(changed: dict[str, object]) -> None:
    good = replace(MODULE, tracking=Tracking(cpu=60), out_cooldown_s=300)
    assert module_takes(good)
    assert not module_takes(replace(good, **changed))  # type: ignore[arg-type]
