"""Minima by the time of day: what is replayed of them is what the module has AWS do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab.errors import ReplayError
from trimtab.ladders.convert import policy_of_ladders
from trimtab.ladders.kinds.schedule import actions_of, open_all_day, said_of, schedule_of, told, words
from trimtab.terraform_module import MODULE, Ladders, Minimum, Schedule, Tracking, module_takes
from trimtab.values.schema import ServiceEntry

MOCKED = Path(__file__).resolve().parents[3] / "terraform/modules/scaling/schedule/mocked/windows.tftest.hcl"
BERLIN = Schedule(
    timezone="Europe/Berlin",
    weekdays=(Minimum(minute=7 * 60, min_tasks=6), Minimum(minute=20 * 60 + 30, min_tasks=2)),
    weekend=(Minimum(minute=10 * 60, min_tasks=3),),
)
LADDERS = replace(MODULE, min_tasks=2, max_tasks=9, schedule=BERLIN)
DAILY = replace(BERLIN, weekend=None)


def minima(ladders: Ladders, start: datetime, hours: int) -> dict[float, int]:
    """Return the hours of a demand at which the minimum changes, with the first at 0."""
    policy = policy_of_ladders(ladders, initial_tasks=2, over=(start, hours * 60))
    return {0: policy.min_tasks} | {one.minute / 60: one.min_tasks for one in policy.changes}


def test_the_actions_are_those_that_the_module_makes() -> None:
    mocked = MOCKED.read_text(encoding="utf-8")
    for action in actions_of(BERLIN, 9):
        assert f'schedule = "{action.schedule}", min = {action.min_tasks}' in mocked
        assert action.timezone == "Europe/Berlin"
    (early, _) = actions_of(
        replace(DAILY, weekdays=(Minimum(minute=6 * 60 + 5, min_tasks=4), BERLIN.weekdays[1])), 9
    )
    assert f'schedule = "{early.schedule}", min = 4' in mocked


def test_the_minimum_follows_the_local_clock_and_the_weekend() -> None:
    friday = datetime(2026, 3, 27, tzinfo=UTC)  # 1:00 there
    assert minima(LADDERS, friday, 72) == {0: 2, 6: 6, 19.5: 2, 24 + 9: 3, 48 + 8: 3}


def test_an_hour_earlier_in_utc_once_the_clocks_went_forward() -> None:
    daily = replace(LADDERS, schedule=DAILY)
    assert minima(daily, datetime(2026, 3, 28, tzinfo=UTC), 24) == {0: 2, 6: 6, 19.5: 2}
    assert minima(daily, datetime(2026, 3, 30, tzinfo=UTC), 24) == {0: 2, 5: 6, 18.5: 2}


def test_a_demand_that_begins_by_day_begins_with_the_days_minimum_and_as_many_tasks() -> None:
    policy = policy_of_ladders(LADDERS, initial_tasks=3, over=(datetime(2026, 3, 27, 12, tzinfo=UTC), 60))
    assert (policy.min_tasks, policy.max_tasks, policy.initial_tasks, policy.changes) == (6, 9, 6, ())


def test_target_tracking_has_a_schedule_too() -> None:
    tracked = replace(LADDERS, tracking=Tracking(cpu=60))
    assert minima(tracked, datetime(2026, 3, 27, tzinfo=UTC), 12) == {0: 2, 6: 6}


def test_a_schedule_on_a_demand_of_no_time_is_refused_not_left_out() -> None:
    with pytest.raises(ReplayError, match="with a start"):
        policy_of_ladders(LADDERS, initial_tasks=2)


def test_it_is_said_in_words() -> None:
    assert list(said_of(BERLIN)) == [
        "at least 6 tasks from 07:00, 2 tasks from 20:30 (weekdays, Europe/Berlin)",
        "at least 3 tasks from 10:00 (at the weekend, Europe/Berlin)",
    ]
    assert next(said_of(DAILY)).endswith("(every day, Europe/Berlin)")


@pytest.mark.parametrize(
    "changed",
    [
        replace(BERLIN, weekdays=()),
        replace(BERLIN, weekend=()),
        replace(BERLIN, weekdays=BERLIN.weekdays[::-1]),
        replace(BERLIN, weekdays=tuple(Minimum(minute=60 * hour, min_tasks=2) for hour in range(7))),
        replace(BERLIN, weekend=(Minimum(minute=0, min_tasks=10),)),
        replace(BERLIN, weekdays=BERLIN.weekdays[:1]),
        replace(BERLIN, weekend=(Minimum(minute=0, min_tasks=1),)),
    ],
)
def test_what_the_module_refuses_is_refused_here_too(changed: Schedule) -> None:
    assert module_takes(LADDERS)
    assert not module_takes(replace(LADDERS, schedule=changed))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"timezone": "CEST+1"}, "timezone 'CEST\\+1' is none that is known here"),
        ({"weekdays": [{"at": "24:00", "min": 2}]}, "must be HH:MM"),
        ({"weekdays": [{"at": "7:00", "min": 2}]}, "must be HH:MM"),
        ({"weekdays": [{"at": "08:00", "min": 2}, {"at": "07:00", "min": 3}]}, "in order, not 08:00, 07:00"),
        ({"weekdays": []}, "length >= 1"),
        ({"weekdays": [{"at": "08:00", "min": 10}, {"at": "09:00", "min": 2}]}, "10 tasks are above max"),
        ({"weekdays": [{"at": "08:00", "min": 3}]}, "the least of them is 3, and min is 2"),
        ({"sundays": []}, "unknown field"),
    ],
)
def test_values_that_are_no_schedule_are_refused_in_a_line(given: dict[str, object], says: str) -> None:
    schedule = {"timezone": "UTC", "weekdays": [{"at": "08:00", "min": 2}]} | given
    entry = {"cpu": 256, "memory": 512, "scaling": {"min": 2, "max": 9, "schedule": schedule}}
    with pytest.raises(msgspec.ValidationError, match=says):
        msgspec.convert(entry, type=ServiceEntry)


# Hours without a task

NIGHT = Schedule(
    timezone="Europe/Berlin",
    weekdays=(Minimum(minute=350, min_tasks=2), Minimum(minute=22 * 60, min_tasks=0, max_tasks=0)),
)
OFF = replace(LADDERS, schedule=NIGHT)


def test_a_night_closes_both_bounds_over_midnight_and_brings_both_back() -> None:
    policy = policy_of_ladders(OFF, initial_tasks=2, over=(datetime(2026, 3, 28, tzinfo=UTC), 48 * 60))
    assert (policy.min_tasks, policy.max_tasks, policy.initial_tasks) == (0, 0, 0)
    # Winter, then an hour earlier in UTC from the morning on in which the clocks went forward.
    changed = [(one.minute / 60, one.min_tasks, one.max_tasks) for one in policy.changes]
    assert changed == [
        (4 + 50 / 60, 2, 9),
        (21, 0, 0),
        (24 + 3 + 50 / 60, 2, 9),
        (24 + 20, 0, 0),
    ]


def test_a_night_is_what_the_module_takes_and_says_in_words() -> None:
    assert module_takes(OFF)
    assert list(said_of(NIGHT)) == [
        "at least 2 tasks from 05:50, no task from 22:00 (every day, Europe/Berlin)"
    ]
    assert list(told(OFF)["schedule"]["weekdays"]) == [
        {"at": "05:50", "min": 2},
        {"at": "22:00", "min": 0, "max": 0},
    ]
    fewer = replace(NIGHT, weekdays=(Minimum(minute=350, min_tasks=3), NIGHT.weekdays[1]))
    assert list(words(replace(OFF, min_tasks=3, schedule=fewer), OFF)) == []
    assert len(list(words(OFF, LADDERS))) == 1


@pytest.mark.parametrize(
    "pieces",
    [
        (Minimum(minute=0, min_tasks=0, max_tasks=0),),
        (Minimum(minute=0, min_tasks=0), Minimum(minute=350, min_tasks=2)),
        (Minimum(minute=0, min_tasks=2, max_tasks=1), Minimum(minute=350, min_tasks=2)),
        (Minimum(minute=0, min_tasks=2, max_tasks=10), Minimum(minute=350, min_tasks=2)),
    ],
)
def test_a_night_that_the_module_refuses_is_refused_here_too(pieces: tuple[Minimum, ...]) -> None:
    assert not module_takes(replace(OFF, schedule=Schedule(timezone="UTC", weekdays=pieces)))


@pytest.mark.parametrize(
    ("weekdays", "says"),
    [
        ([{"at": "00:00", "min": 0}, {"at": "06:00", "min": 2}], "at 00:00 a 0 stands alone"),
        ([{"at": "00:00", "min": 2, "max": 0}, {"at": "06:00", "min": 2}], "at 00:00 a 0 stands alone"),
        ([{"at": "00:00", "min": 0, "max": 0}], "no piece has a task"),
        ([{"at": "00:00", "min": 2, "max": 10}], "10 tasks are above max"),
        (
            [{"at": "00:00", "min": 3, "max": 2}, {"at": "06:00", "min": 2}],
            "max \\(2\\) is below min \\(3\\)",
        ),
        (
            [{"at": "00:00", "min": 0, "max": 0}, {"at": "06:00", "min": 3}],
            "the least of them is 3, and min is 2",
        ),
    ],
)
def test_values_that_are_no_night_are_refused_in_a_line(weekdays: list[object], says: str) -> None:
    schedule = {"timezone": "UTC", "weekdays": weekdays}
    entry = {"cpu": 256, "memory": 512, "scaling": {"min": 2, "max": 9, "schedule": schedule}}
    with pytest.raises(msgspec.ValidationError, match=says):
        msgspec.convert(entry, type=ServiceEntry)


def test_the_services_own_bounds_are_never_none() -> None:
    with pytest.raises(msgspec.ValidationError, match=">= 1"):
        msgspec.convert({"cpu": 256, "memory": 512, "scaling": {"min": 0, "max": 0}}, type=ServiceEntry)


# Read back


DAYS_OF_PIECES = st.lists(
    st.tuples(st.integers(0, 1439), st.integers(1, 9)), min_size=1, max_size=6, unique_by=lambda one: one[0]
).map(lambda day: tuple(Minimum(minute=at, min_tasks=least) for at, least in sorted(day)))


@given(weekdays=DAYS_OF_PIECES, weekend=st.none() | DAYS_OF_PIECES)
def test_what_the_module_wrote_is_read_back(
    weekdays: tuple[Minimum, ...], weekend: tuple[Minimum, ...] | None
) -> None:
    schedule = Schedule(timezone="Europe/Berlin", weekdays=weekdays, weekend=weekend)
    for one in (schedule, night(schedule)):
        actions = actions_of(one, 12)
        assert schedule_of(actions, 12) == one
        assert schedule_of(actions[::-1], 12) == one


def night(schedule: Schedule) -> Schedule:
    """The same with its first piece closed."""
    first, *rest = schedule.weekdays
    return replace(schedule, weekdays=(replace(first, min_tasks=0, max_tasks=0), *rest))


@pytest.mark.parametrize(
    "other",
    [
        {"schedule": "rate(1 day)"},
        {"schedule": "cron(0 7 1 * ? *)"},
        {"schedule": "cron(0/5 7 * * ? *)"},
        {"schedule": "cron(0 7 ? * MON-FRI *)"},
        {"schedule": "cron(07 7 * * ? *)"},
        {"timezone": "UTC"},
        {"min_tasks": None, "max_tasks": 9},
        {"max_tasks": 7},
        {"start": "2026-01-01T00:00:00Z"},
        {"end": "2027-01-01T00:00:00Z"},
    ],
)
def test_what_the_module_does_not_write_is_not_its_own(other: dict[str, object]) -> None:
    first, *rest = actions_of(DAILY, 9)
    assert schedule_of((first, *rest), 9) == DAILY
    assert schedule_of((msgspec.structs.replace(first, **other), *rest), 9) is None


def test_no_action_is_no_schedule() -> None:
    assert schedule_of((), 9) is None


def test_a_schedule_without_its_closed_hours_is_what_is_left_to_move() -> None:
    assert open_all_day(BERLIN) == BERLIN
    assert open_all_day(night(BERLIN)) == replace(BERLIN, weekdays=BERLIN.weekdays[1:])
    assert open_all_day(night(DAILY)) is None
