"""Hours without a task: what is offered, by which clock, at what saving, and what keeps its tasks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest
from advice.test_empty_hours import DAYS, HOURS, MINUTES, called, gone
from advice.test_levers import PRICES, one, proposed, pulls
from fleet import made

from trimtab.advice.case.asked import EmptyBy
from trimtab.advice.case.case import as_proposed, workload_of
from trimtab.advice.case.objective import Objective
from trimtab.advice.case.outcome import judge
from trimtab.advice.cautions import cautions_of_capacity
from trimtab.advice.cost import cents
from trimtab.advice.lever import LeverKind
from trimtab.advice.levers.off_hours import Closed, Zeroed, callers_said, zeroed
from trimtab.advice.model import CautionKind
from trimtab.fleet.model import FurtherMetric, Scaling, ScheduledAction
from trimtab.ladders.kinds.schedule import at, open_all_day, with_schedule
from trimtab.terraform_module import Minimum, Schedule, module_takes

if TYPE_CHECKING:
    from trimtab.advice.case.outcome import Judged
    from trimtab.demand.series import Demand
    from trimtab.fleet.model import Service

WORKER = made.service("worker", traffic=None, port=None)


def offered(demand: Demand, service: Service | None = None, **more: Any) -> Zeroed | str | None:
    objective = msgspec.convert({"allow_zero": True} | more, Objective)
    workload, proposal = workload_of(service or made.service(), demand), proposed()
    judged = judge(as_proposed(workload, proposal, PRICES, objective))
    return zeroed(workload, proposal, judged, PRICES, objective)


def taken(demand: Demand, service: Service | None = None, **more: Any) -> Zeroed:
    found = offered(demand, service, **more)
    assert isinstance(found, Zeroed), found
    assert module_takes(found.proposal.ladders)
    return found


def spans(found: Zeroed) -> list[str]:
    return [f"{at(one.from_minute)}-{at(one.until_minute)}" for one in found.hours.closed]


def light() -> Demand:
    """What two tasks carry day and night."""
    return replace(made.demand(np.full(MINUTES.size, 0.3), tasks=2), requests=called().requests)


def from_(start: datetime, hours: list[int], zone_h: int = 0, days: int = DAYS) -> Demand:
    """A demand without requests in these hours of a clock ``zone_h`` ahead of UTC."""
    minutes = np.arange(days * made.DAY)
    quiet = np.isin((minutes // 60 + start.hour + zone_h) % 24, hours)
    made_up = made.demand(np.where(quiet, 0.02, 1.0), tasks=2)
    return replace(made_up, start=start, requests=np.where(quiet, 0.0, 50.0))


# What is offered


def test_empty_hours_become_two_actions_over_midnight_that_bring_both_bounds_back() -> None:
    found = taken(called())
    assert found.proposal.ladders.schedule is not None
    assert found.proposal.ladders.schedule.weekdays == (
        Minimum(minute=5 * 60 + 55, min_tasks=2),
        Minimum(minute=22 * 60, min_tasks=0, max_tasks=0),
    )
    assert found.proposal.ladders.schedule.weekend is None
    assert found.hours.evidence is EmptyBy.REQUESTS
    assert found.hours.days == DAYS


def test_the_saving_is_that_of_a_replay_with_no_task_in_the_hours() -> None:
    demand = light()
    found = taken(demand)
    running = found.judged.replay.minutes.running
    clock = MINUTES % made.DAY
    drained = (clock >= 22 * 60 + 2) | (clock < 5 * 60 + 55)
    assert not running[drained].any()
    assert running[(clock >= 6 * 60) & (clock < 22 * 60)].min() == 2
    base = judge(as_proposed(workload_of(made.service(), demand), proposed(), PRICES))
    assert found.hours.saving_usd_month == cents(base.verdict.usd_month) - cents(
        found.judged.verdict.usd_month
    )
    hour = PRICES.task_hour_usd(made.size(512, 1024), "X86_64")
    # Two tasks for 7 h 55 min of the day, less drains and starts.
    assert float(found.hours.saving_usd_month) == pytest.approx(2 * hour * 730 * (7 + 55 / 60) / 24, rel=0.02)


def test_what_the_tasks_did_of_their_own_is_no_work_that_nobody_served_but_a_request_is() -> None:
    demand = light()
    assert taken(demand).judged.verdict.over_cpu_min == 0
    found = taken(demand)
    later = replace(demand, requests=np.where(MINUTES % made.DAY == 3 * 60, 1.0, demand.requests))
    case = as_proposed(workload_of(made.service(), later), found.proposal, PRICES)
    assert judge(case).verdict.over_cpu_min == DAYS


def test_a_slow_start_is_asked_for_earlier() -> None:
    # 10 + 12 s until it begins, 124 s, and at half a vCPU up to twice that: with a minute 5.5 min.
    found = taken(light(), made.service(start_samples=made.starts(124)))
    assert (found.hours.lead_min, spans(found)) == (10, ["22:00-05:50"])
    assert "10 min before the first hour" in found.hours.text


def test_what_a_caller_gets_what_comes_back_and_the_dollars_are_in_one_text() -> None:
    text = taken(called()).hours.text
    for part in (
        "from 22:00 to 05:55 UTC, every day",
        "a month less",
        "a caller gets 503",
        "the action at 05:55 brings back 2 to 14 tasks",
        "a task used 0.5 vCPU then all the same",
        "UTC knows no summer time",
    ):
        assert part in text, text
    assert "UTC" not in taken(called(), timezone="Europe/Zurich").hours.text


# By which clock


def test_the_hours_are_those_of_the_zone_and_follow_it_over_a_change_of_the_clocks() -> None:
    # Clocks go back on 2026-10-25: 22:00 to 6:00 in Zurich is 20:00 to 4:00 UTC before, 21:00 to 5:00 after.
    start = datetime(2026, 10, 20, tzinfo=UTC)
    minutes = np.arange(10 * made.DAY)
    summer = minutes < (datetime(2026, 10, 25, 1, tzinfo=UTC) - start) / timedelta(minutes=1)
    local = (minutes // 60 + np.where(summer, 2, 1)) % 24
    quiet = np.isin(local, [22, 23, 0, 1, 2, 3, 4, 5])
    demand = replace(
        made.demand(np.where(quiet, 0.02, 1.0), tasks=2), start=start, requests=np.where(quiet, 0.0, 50.0)
    )
    assert spans(taken(demand, timezone="Europe/Zurich")) == ["22:00-05:55"]
    # On UTC's own clock an hour fewer is empty on every day.
    assert spans(taken(demand)) == ["21:00-03:55"]


def test_a_zone_of_half_hours_has_hours_of_its_own() -> None:
    start = datetime(2026, 11, 2, tzinfo=UTC)
    minutes = np.arange(DAYS * made.DAY)
    quiet = np.isin((minutes + 330) // 60 % 24, [0, 1, 2, 3])
    demand = replace(
        made.demand(np.where(quiet, 0.02, 1.0), tasks=2), start=start, requests=np.where(quiet, 0.0, 50.0)
    )
    assert spans(taken(demand, timezone="Asia/Kolkata")) == ["00:00-03:55"]


def test_no_action_lies_where_the_clock_skips_or_repeats_a_time() -> None:
    start = datetime(2026, 11, 2, tzinfo=UTC)
    begins = from_(start, [2, 3, 4, 5], zone_h=1)
    assert spans(taken(begins, timezone="Europe/Zurich")) == ["03:00-05:55"]
    ends = from_(start, [22, 23, 0, 1, 2], zone_h=1)
    # 2:55 comes twice in October and never in March: a task is asked for at the last time before.
    assert spans(taken(ends, timezone="Europe/Zurich")) == ["22:00-01:55"]
    assert spans(taken(from_(start, [2, 3, 4, 5]))) == ["02:00-05:55"]


# Beside minima by the time of day


def minima(*pieces: tuple[int, int], weekend: tuple[tuple[int, int], ...] = ()) -> Schedule:
    """A schedule of (hour, minimum)."""
    days = [
        tuple(Minimum(minute=60 * hour, min_tasks=least) for hour, least in day) for day in (pieces, weekend)
    ]
    return Schedule(timezone="UTC", weekdays=days[0], weekend=days[1] or None)


def closed_with(schedule: Schedule, **more: Any) -> tuple[Zeroed, Judged]:
    """Return what is offered where these minima were chosen, and the replay of them alone."""
    objective = msgspec.convert({"allow_zero": True, "timezone": "UTC"} | more, Objective)
    workload, plain = workload_of(made.service(), called()), proposed()
    proposal = replace(plain, ladders=with_schedule(plain.ladders, schedule))
    judged = judge(as_proposed(workload, proposal, PRICES, objective))
    found = zeroed(workload, proposal, judged, PRICES, objective)
    assert isinstance(found, Zeroed), found
    assert module_takes(found.proposal.ladders)
    return found, judged


def pieces(day: tuple[Minimum, ...] | None) -> list[tuple[str, int, int | None]]:
    return [(at(one.minute), one.min_tasks, one.max_tasks) for one in day or ()]


def test_hours_close_among_the_minima_and_end_with_the_one_that_holds_then() -> None:
    found, judged = closed_with(minima((4, 3), (8, 5), (23, 2)))
    schedule = found.proposal.ladders.schedule
    assert schedule is not None
    assert pieces(schedule.weekdays) == [("05:55", 3, None), ("08:00", 5, None), ("22:00", 0, 0)]
    assert found.proposal.ladders.min_tasks == 3
    # What was inside is gone from what it is held against too, so that it can be told from what is written.
    opened = open_all_day(schedule)
    assert opened is not None
    assert pieces(opened.weekdays) == [("05:55", 3, None), ("08:00", 5, None)]
    workload = workload_of(made.service(), called())
    without = replace(found.proposal, ladders=with_schedule(found.proposal.ladders, opened))
    usd = judge(as_proposed(workload, without, PRICES, Objective())).verdict.usd_month
    assert found.hours.saving_usd_month == cents(usd) - cents(found.judged.verdict.usd_month)
    assert cents(usd) != cents(judged.verdict.usd_month)


def test_a_weekend_closes_too_and_begins_with_the_higher_of_what_may_hold() -> None:
    found, _ = closed_with(minima((7, 5), (21, 3), weekend=((9, 4), (20, 2))))
    schedule = found.proposal.ladders.schedule
    assert schedule is not None
    assert pieces(schedule.weekdays) == [
        ("05:55", 3, None),
        ("07:00", 5, None),
        ("21:00", 3, None),
        ("22:00", 0, 0),
    ]
    assert pieces(schedule.weekend) == [
        ("05:55", 3, None),
        ("09:00", 4, None),
        ("20:00", 2, None),
        ("22:00", 0, 0),
    ]


def test_more_than_six_pieces_become_six_that_hold_every_minimum() -> None:
    found, _ = closed_with(minima((7, 5), (9, 6), (12, 4), (14, 7), (17, 3), (20, 2)))
    schedule = found.proposal.ladders.schedule
    assert schedule is not None
    assert pieces(schedule.weekdays) == [
        ("05:55", 2, None),
        ("07:00", 6, None),
        ("12:00", 4, None),
        ("14:00", 7, None),
        ("17:00", 3, None),
        ("22:00", 0, 0),
    ]


# What keeps its tasks


def test_without_the_flag_nothing_is_offered() -> None:
    assert offered(called(), allow_zero=False) is None


def test_hours_that_were_empty_on_all_days_but_one_are_not() -> None:
    demand = called()
    sunday = 6
    demand.requests[sunday * made.DAY : (sunday + 1) * made.DAY] = 1.0
    assert offered(demand) is None


def test_an_hour_of_the_weekend_alone_is_not() -> None:
    weekend = np.isin(MINUTES // made.DAY % 7, [5, 6])
    demand = replace(called(days=DAYS), requests=np.where(weekend, 0.0, 50.0))
    assert offered(demand) is None


def test_a_gap_is_not_an_empty_hour() -> None:
    assert offered(gone(called(), np.isin(HOURS, [22, 23, 0, 1, 2, 3, 4, 5]))) is None
    assert offered(gone(called(), MINUTES % made.DAY == 2 * 60 + 7)) is not None
    assert spans(taken(gone(called(), MINUTES % made.DAY == 2 * 60 + 7))) == ["03:00-05:55", "22:00-01:55"]


def test_cpu_at_rest_alone_is_never_offered_and_its_line_says_why() -> None:
    quiet = made.demand(np.where(np.isin(HOURS, [22, 23, 0, 1, 2]), 0.001, 1.0), tasks=2)
    assert offered(quiet, WORKER) is None
    assert offered(quiet) is None  # behind a load balancer whose requests nobody recorded
    lever = one(pulls(WORKER, quiet), LeverKind.SCHEDULED_ZERO)
    assert lever is not None
    assert lever.at_most
    assert lever.first.startswith("CPU alone is no proof, so --allow-zero does not take it")


def test_a_recorded_count_of_none_is_enough_for_what_nobody_calls() -> None:
    night = np.isin(HOURS, [22, 23, 0, 1, 2, 3])
    demand = replace(gone(made.demand(np.full(HOURS.size, 1.0), tasks=2), night), idle=night)
    found = taken(demand, WORKER)
    assert (found.hours.evidence, spans(found)) == (EmptyBy.COUNT, ["22:00-03:55"])
    assert "the recorded count was 0" in found.hours.text
    assert "503" not in found.hours.text
    once = replace(demand, present=demand.present.copy(), idle=demand.idle.copy())
    once.present[3 * made.DAY + 2 * 60] = True
    assert spans(taken(once, WORKER)) == ["22:00-01:55"]


def queued(name: str, statistic: str = "Sum", **changes: Any) -> tuple[Service, Demand]:
    """A worker on a queue that is empty from 22:00 to 4:00, at rest then, and a record of that queue."""
    night = np.isin(HOURS, [22, 23, 0, 1, 2, 3])
    metric = FurtherMetric(namespace="AWS/SQS", name=name, statistic=statistic)
    service = msgspec.structs.replace(WORKER, further=metric)
    demand = replace(
        made.demand(np.where(night, 0.004, 1.0), tasks=2), further=np.where(night, 0.0, 30.0), **changes
    )
    return service, demand


def test_a_queue_to_which_nothing_was_sent_is_enough() -> None:
    service, demand = queued("NumberOfMessagesSent")
    found = taken(demand, service)
    assert (found.hours.evidence, spans(found)) == (EmptyBy.QUEUE, ["22:00-03:55"])
    assert "its queue was empty in those hours" in found.hours.text
    assert "a message that comes then waits" in found.hours.text
    assert demand.further is not None
    demand.further[2 * made.DAY + 1] = 1.0
    assert spans(taken(demand, service)) == ["01:00-03:55", "22:00-23:55"]
    demand.further[np.isin(HOURS, [1, 2, 3])] = np.nan  # CloudWatch had no point: not known to be none
    assert spans(taken(demand, service)) == ["22:00-23:55"]


def test_an_empty_queue_is_not_enough_where_its_tasks_worked_for_it_may_be_emptied_as_fast() -> None:
    service, demand = queued("ApproximateNumberOfMessagesVisible", "Maximum")
    assert spans(taken(demand, service)) == ["22:00-03:55"]
    busy = replace(demand, cpu_vcpu=np.where(HOURS == 0, 0.5, demand.cpu_vcpu))
    assert spans(taken(busy, service)) == ["01:00-03:55", "22:00-23:55"]


@pytest.mark.parametrize(
    ("name", "statistic"), [("NumberOfMessagesSent", "Minimum"), ("NumberOfEmptyReceives", "Sum")]
)
def test_another_metric_is_no_word_of_a_queue(name: str, statistic: str) -> None:
    service, demand = queued(name, statistic)
    assert offered(demand, service) is None


def test_a_called_service_with_a_queue_needs_both_to_be_empty() -> None:
    service, demand = queued("NumberOfMessagesSent")
    both = msgspec.structs.replace(made.service(), further=service.further)
    assert spans(taken(replace(demand, requests=called().requests), both)) == ["22:00-03:55"]


def test_where_the_objective_would_break_the_tasks_stay_and_it_is_said() -> None:
    # By night it works for itself, and has the tasks that the day begins with: two do not carry 1 vCPU.
    slow = made.service(start_samples=made.starts(400))
    said = offered(called(), slow)
    assert isinstance(said, str)
    assert said.startswith("keeps its tasks from 22:00 to 05:45 UTC, when the record is empty")
    assert said.endswith("where 1 % is allowed")


def test_less_than_a_dollar_a_month_is_not_worth_a_503() -> None:
    found = taken(called())
    cheap = msgspec.structs.replace(
        PRICES,
        fargate_x86_vcpu_hour=replaced(PRICES.fargate_x86_vcpu_hour),
        fargate_x86_gb_hour=replaced(PRICES.fargate_x86_gb_hour),
    )
    objective = Objective(allow_zero=True)
    workload = workload_of(made.service(), called())
    judged = judge(as_proposed(workload, proposed(), cheap, objective))
    assert zeroed(workload, proposed(), judged, cheap, objective) is None
    assert found.hours.saving_usd_month > 1


def replaced(price: Any) -> Any:
    return msgspec.structs.replace(price, usd=price.usd / 1000)


# Around it


def test_a_service_that_others_call_by_cloud_map_is_told_so() -> None:
    service = made.service(callers=("web",))
    assert callers_said(service, ["batch"]).startswith("batch, web may call it past the load balancer")
    assert callers_said(made.service(), []) == ""


def test_a_service_whose_hours_are_taken_gets_no_lever_for_them() -> None:
    found = taken(called())
    told = pulls(made.service(), called(), ladders=found.proposal.ladders)
    assert one(told, LeverKind.SCHEDULED_ZERO) is None


@pytest.mark.parametrize("given", [{"timezone": "CEST+1"}, {"allow_zero": True, "timezone": "CEST+1"}])
def test_a_clock_that_is_none_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError, match="none that is known here"):
        msgspec.convert(given, Objective)


def test_six_pieces_are_the_most_and_the_longest_hours_are_taken() -> None:
    start = datetime(2026, 11, 2, tzinfo=UTC)
    found = taken(from_(start, [0, 1, 4, 5, 6, 9, 10, 13, 14, 15, 18, 19, 20]))
    assert [one.from_minute // 60 for one in found.hours.closed] == [4, 13, 18]


def test_the_span_of_hours_is_of_the_local_day() -> None:
    assert taken(called()).hours.closed == (Closed(from_minute=1320, until_minute=355),)


def test_a_service_that_goes_to_zero_already_keeps_its_hours_and_is_no_fixed_count_of_none() -> None:
    at_night = (MINUTES % made.DAY >= 22 * 60) | (MINUTES % made.DAY < 5 * 60 + 50)
    demand = replace(gone(light(), at_night), idle=at_night)
    night = ScheduledAction(name="off", schedule="cron(0 22 * * ? *)", min_tasks=0, max_tasks=0)
    day = ScheduledAction(name="on", schedule="cron(50 5 * * ? *)", min_tasks=2, max_tasks=9)
    service = made.service(scaling=Scaling(min_tasks=0, max_tasks=0, scheduled=(night, day)))
    found = taken(demand, service)
    assert spans(found) == ["22:00-05:55"]
    said = list(cautions_of_capacity(service, found.proposal, demand))
    assert [one.kind for one in said] == [CautionKind.IDLE]
    assert "keeps 2 tasks running outside of the hours without one" in said[0].text
