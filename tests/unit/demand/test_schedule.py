"""Scheduled actions: when they fire, and the bounds and idle minutes that follow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from fleet import made

from trimtab.demand.cron import firings
from trimtab.demand.fill import held, history_of
from trimtab.demand.free import demand_of
from trimtab.demand.quality import quality_of
from trimtab.demand.schedule import bounds_of
from trimtab.errors import ReplayError
from trimtab.fleet.model import Scaling, ScalingActivity, ScheduledAction
from trimtab.snapshot.contract import METRIC_COLUMNS

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = 60
WEEKDAYS = ("Mon 02", "Tue 03", "Wed 04", "Thu 05", "Fri 06")


def fired(schedule: str, days: int = 7, begin: datetime = MONDAY, **more: str) -> list[str]:
    action = ScheduledAction(name="one", schedule=schedule, min_tasks=1, **more)  # type: ignore[arg-type]
    return [f"{at:%a %d %H:%M}" for at in firings(action, begin, begin + days * DAY)]


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("cron(0 8 ? * MON-FRI *)", [f"{day} 08:00" for day in WEEKDAYS]),
        ("cron(30 18 ? * 1,7 *)", ["Sat 07 18:30", "Sun 08 18:30"]),
        ("cron(0 0/8 3 * ? *)", ["Tue 03 00:00", "Tue 03 08:00", "Tue 03 16:00"]),
        ("cron(0 9 ? * 6#1 2026)", ["Fri 06 09:00"]),
        ("cron(0 9 ? * SAT-MON *)", ["Mon 02 09:00", "Sat 07 09:00", "Sun 08 09:00"]),
        ("cron(0 9 ? * FRI *)", ["Fri 06 09:00"]),
        ("cron(0 9 * JAN ? *)", []),
        ("cron(0 9 * * ? 2025)", []),
        ("at(2026-11-04T10:15:30)", ["Wed 04 10:15"]),
    ],
)  # fmt: skip
def test_an_action_fires_when_its_schedule_says(schedule: str, expected: list[str]) -> None:
    assert fired(schedule) == expected


def test_the_last_day_of_a_month_and_its_last_friday() -> None:
    assert fired("cron(0 1 L * ? *)", days=40) == ["Mon 30 01:00"]
    assert fired("cron(0 1 ? * FRIL *)", days=40) == ["Fri 27 01:00"]


def test_a_time_zone_moves_the_minute_and_its_summer_time_too() -> None:
    assert fired("cron(0 8 ? * MON *)", timezone="America/New_York") == ["Mon 02 13:00"]
    october = datetime(2026, 10, 26, tzinfo=UTC)  # a week before the clocks change in New York
    assert fired("cron(0 8 ? * MON *)", begin=october, timezone="America/New_York") == ["Mon 26 12:00"]
    assert fired("at(2026-11-04T10:15:30)", timezone="Asia/Tokyo") == ["Wed 04 01:15"]


def test_an_action_does_not_fire_before_its_start_or_after_its_end() -> None:
    limits = {"start": "2026-11-03T09:00:00+00:00", "end": "2026-11-05T08:00:00Z"}
    assert fired("cron(0 8 * * ? *)", **limits) == ["Wed 04 08:00", "Thu 05 08:00"]
    assert fired("rate(1 day)", **limits) == ["Tue 03 09:00", "Wed 04 09:00"]


@pytest.mark.parametrize(
    ("schedule", "more", "said"),
    [
        ("cron(0 8 * * *)", {}, "six fields"),
        ("cron(0 8 15W * ? *)", {}, "15W"),
        ("cron(61 8 * * ? *)", {}, "outside 0 to 59"),
        ("every day", {}, "its schedule is 'every day'"),
        ("rate(1 day)", {}, "when 'rate\\(1 day\\)' began is not known"),
        ("cron(0 8 * * ? *)", {"timezone": "Europe/Atlantis"}, "time zone, 'Europe/Atlantis'"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(schedule: str, more: dict[str, str], said: str) -> None:
    with pytest.raises(ReplayError, match=f"scheduled action one.*{said}"):
        fired(schedule, **more)


OFFICE = (
    ScheduledAction(name="down", schedule="cron(0 18 * * ? *)", min_tasks=0, max_tasks=0),
    ScheduledAction(name="up", schedule="cron(0 8 * * ? *)", min_tasks=4, max_tasks=6),
)


def test_bounds_stay_until_another_action_sets_them() -> None:
    scaling = Scaling(min_tasks=4, max_tasks=6, scheduled=OFFICE)
    first, changes = bounds_of(scaling, MONDAY, 1440)
    assert first == (0, 0)
    assert [(one.minute, one.min_tasks, one.max_tasks) for one in changes] == [(480, 4, 6), (1080, 0, 0)]


def test_an_action_of_one_bound_leaves_the_other() -> None:
    up = ScheduledAction(name="up", schedule="cron(0 8 * * ? *)", min_tasks=9)
    scaling = Scaling(min_tasks=2, max_tasks=6, scheduled=(up,))
    assert bounds_of(scaling, MONDAY, 1440)[0] == (9, 9)  # yesterday's; the maximum gave way
    later = ScheduledAction(name="up", schedule="at(2026-11-02T08:00:00)", min_tasks=3)
    first, changes = bounds_of(Scaling(min_tasks=2, max_tasks=6, scheduled=(later,)), MONDAY, 1440)
    assert (first, changes[0].min_tasks, changes[0].max_tasks) == ((2, 6), 3, 6)


def test_suspended_actions_do_not_fire() -> None:
    scaling = Scaling(min_tasks=4, max_tasks=6, scheduled=OFFICE, suspended=("scheduled",))
    assert bounds_of(scaling, MONDAY, 1440) == ((4, 6), ())


# Minutes without a task


def table(tasks: list[int | None]) -> pl.DataFrame:
    """Return a service's rows: CPU and memory are reported where tasks run."""
    rows = {name: [20.0 if count else None for count in tasks] for name in METRIC_COLUMNS}
    rows["running_tasks"] = tasks  # type: ignore[assignment]
    times = [made.START + timedelta(minutes=minute) for minute in range(len(tasks))]
    return pl.DataFrame(
        {"timestamp": times, **rows}, schema_overrides=dict.fromkeys(METRIC_COLUMNS, pl.Float64)
    )


def test_a_recorded_count_of_nothing_is_nothing_and_a_gap_stays_unknown() -> None:
    demand = demand_of(made.service(), table([4, 0, 0, None, 4]))
    assert demand.idle.tolist() == [False, True, True, False, False]
    assert demand.known.tolist() == [True, True, True, False, True]
    quality = quality_of(demand)
    assert (quality.share_idle, quality.share_missing, quality.longest_gap_s) == (0.4, pytest.approx(0.2), 60)
    full = held(demand)
    assert full.tasks.tolist() == [4, 0, 0, 4, 4]  # of the gap the last report is held
    assert full.cpu_vcpu[1] == 0
    assert full.memory_mib[1] == full.memory_mib[0]


def test_an_activity_that_went_to_nothing_explains_the_gap_up_to_the_next_one() -> None:
    def activity(minute: int, count: int) -> ScalingActivity:
        at = (made.START + timedelta(minutes=minute)).isoformat()
        said = f"Setting desired count to {count}. Change successfully fulfilled by ecs."
        return ScalingActivity(start=at, end=at, status="Successful", description=said)

    gap: list[int | None] = [4, 4, None, None, None, 4]
    service = made.service(scaling_activities=(activity(4, 4), activity(2, 0)))
    assert demand_of(service, table(gap)).idle.tolist() == [False, False, True, True, False, False]
    assert not demand_of(made.service(), table(gap)).idle.any()
    assert not demand_of(made.service(scaling_activities=(activity(2, 1),)), table(gap)).idle.any()


def test_a_schedule_that_allows_no_task_explains_the_gap() -> None:
    service = made.service(scaling=Scaling(min_tasks=4, max_tasks=6, scheduled=OFFICE))
    count: list[int | None] = [None] * 8 * HOUR + [4] * 10 * HOUR + [None] * 6 * HOUR
    demand = demand_of(service, table(count))
    assert demand.idle.sum() == 14 * HOUR
    strange = ScheduledAction(name="x", schedule="cron(? ? ?)", max_tasks=0)
    odd = made.service(scaling=Scaling(min_tasks=4, max_tasks=6, scheduled=(strange,)))
    assert not demand_of(odd, table(count)).idle.any()


def test_nights_at_the_ends_of_the_record_belong_to_it_and_days_before_a_service_began_do_not() -> None:
    night, office = [0] * 14 * HOUR, [4] * 10 * HOUR
    demand = demand_of(
        made.service(), table([*([0] * 8 * HOUR), *office, *night, *office, *([0] * 6 * HOUR)])
    )
    assert np.array_equal(history_of(demand).idle, demand.idle)
    began = demand_of(made.service(), table([*([0] * 48 * HOUR), *office, *night, *office]))
    assert history_of(began).present.size == 34 * HOUR
