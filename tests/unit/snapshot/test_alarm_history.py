"""What is kept of alarms' history and of activities that were not scaled, and how much is asked for."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from trimtab.fleet.history import AlarmChange, NotScaled
from trimtab.snapshot.answers import Raw
from trimtab.snapshot.live import alarm_history, scaling
from trimtab.snapshot.live.alarm_history import read_alarm_history
from trimtab.snapshot.live.scaling import read_activities
from trimtab.snapshot.understand.history import change_of, not_scaled_of

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
SINCE = NOW - timedelta(days=14)
DATA = {
    "version": "1.0",
    "queryDate": "2026-11-29T10:15:10.905+0000",
    "startDate": "2026-11-29T10:12:00.000+0000",
    "statistic": "Average",
    "period": 60,
    "recentDatapoints": [68.25, 71.5],
    "threshold": 70.0,
}
POINTS = [
    {"timestamp": "2026-11-29T10:14:00.000+0000", "value": 71.5},
    {"timestamp": "2026-11-29T10:13:00.000+0000", "value": 68.25},
]


def item(name: str = "api-out", data: object = DATA, **changes: Any) -> dict[str, Any]:
    new = {"stateValue": "ALARM", "stateReason": "letmein", "stateReasonData": data}
    told = {"oldState": {"stateValue": "OK"}, "newState": new}
    return {
        "AlarmName": name,
        "Timestamp": datetime(2026, 11, 29, 10, 15, 10, 907_000, tzinfo=UTC),
        "HistoryItemType": "StateUpdate",
        "HistorySummary": "Alarm updated from OK to ALARM",
        "HistoryData": json.dumps(told),
    } | changes


def test_a_change_is_kept_with_its_query_its_newest_point_and_no_sentence() -> None:
    told = AlarmChange(
        at="2026-11-29T10:15:10.907Z",
        alarm="api-out",
        before="OK",
        after="ALARM",
        queried="2026-11-29T10:15:10.905Z",
        newest="2026-11-29T10:13:00Z",
        period_s=60,
        threshold=70.0,
        datapoints=(68.25, 71.5),
    )
    assert change_of(item()) == told
    assert change_of(item(data=json.dumps(DATA))) == told, "reason data comes as text too"
    evaluated = change_of(item(data=DATA | {"evaluatedDatapoints": POINTS}))
    assert evaluated is not None
    assert evaluated.newest == "2026-11-29T10:14:00Z", "CloudWatch's own word goes over counting"


@pytest.mark.parametrize(
    "data",
    [
        "letmein",
        {},
        {"queryDate": "letmein", "startDate": 3, "period": "60", "recentDatapoints": "x", "threshold": True},
        {"queryDate": "0001-01-01T00:00:00+2359", "period": 10**400, "recentDatapoints": [10**400, None]},
        {
            "evaluatedDatapoints": [3, {"timestamp": None, "value": 1}],
            "startDate": "2026-11-29",
            "period": 60,
        },
        {"startDate": "2026-11-29", "period": 86_400, "recentDatapoints": [1.0] * 20_000},
    ],
)
def test_what_is_not_understood_of_it_is_left_out(data: object) -> None:
    found = change_of(item(data=data))
    assert found is not None
    assert (found.queried, found.newest, found.threshold) == (None, None, None)
    assert len(found.datapoints) <= 20


@pytest.mark.parametrize(
    "data", [None, "", "[]", "{", '{"oldState": 1}', '{"newState": {"stateValue": "X"}}']
)
def test_an_item_that_tells_no_change_is_none(data: str | None) -> None:
    assert change_of(item(HistoryData=data)) is None


def test_a_reason_for_not_scaling_is_kept_if_aws_lists_it() -> None:
    cause = "monitor alarm letmein in state ALARM triggered policy letmein"
    reasons = [{"Code": "AlreadyAtMaxCapacity", "MaxCapacity": 4}, {"Code": "letmein", "CurrentCapacity": -1}]
    found = list(not_scaled_of({"StartTime": NOW, "Cause": cause, "NotScaledReasons": reasons}))
    at = "2026-11-29T12:00:00Z"
    assert found == [
        NotScaled(at=at, code="AlreadyAtMaxCapacity", max_tasks=4, cause="alarm"),
        NotScaled(at=at, code="other", cause="alarm"),
    ]


class Account:
    """One service of one policy and alarm, that answers page by page."""

    region = "us-east-1"

    def __init__(self, items: list[dict[str, Any]] | None = None, considered: int = 0, made: int = 3) -> None:
        self.items, self.considered, self.made = items or [], considered, made
        self.asked: Counter[str] = Counter()

    def call(self, _: str, operation: str, /, **given: Any) -> dict[str, Any]:
        self.asked[operation] += 1
        first = int(given.get("NextToken") or 0)
        if operation == "DescribeAlarmHistory":
            member, every, size = "AlarmHistoryItems", self.items, given["MaxRecords"]
        else:
            member, size = "ScalingActivities", given["MaxResults"]
            at = {"StartTime": NOW - timedelta(minutes=5)}
            every = [at | {"StatusCode": "Successful", "Description": f"{n}"} for n in range(self.made)]
            if given["IncludeNotScaledActivities"]:
                reason = {"NotScaledReasons": [{"Code": "AlreadyAtMaxCapacity", "MaxCapacity": 4}]}
                every = [{"StartTime": NOW, "StatusCode": "Failed", **reason}] * self.considered + every
        answer: dict[str, Any] = {member: every[first : first + size]}
        return answer | ({"NextToken": str(first + size)} if first + size < len(every) else {})


def raw() -> Raw:
    resource = "service/shop/api"
    return Raw(
        region="us-east-1",
        cluster={"clusterArn": "arn:aws:ecs:us-east-1:123456789012:cluster/shop", "clusterName": "shop"},
        services=[{"serviceName": "api"}],
        targets={resource: {}},
        policies={resource: [{"PolicyARN": "arn:policy"}]},
        alarms=[
            {"AlarmName": "api-out", "AlarmActions": ["arn:policy"]},
            {"AlarmName": "paging", "AlarmActions": ["arn:topic"]},
        ],
    )


def test_only_alarms_of_the_services_policies_are_kept_and_so_many_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(alarm_history, "CHANGES", 2)
    account, told = Account([item("paging"), item("foreign"), *[item()] * 3]), raw()
    read_alarm_history(account, told, SINCE)
    assert {name: len(changes) for name, changes in told.alarm_changes.items()} == {"api": 2}
    assert (account.asked["DescribeAlarmHistory"], told.notes) == (1, [])


def test_calls_are_bounded_and_a_note_says_how_far_back_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarm_history, "CALLS_AT_MOST", 2)
    account, told = Account([item()] * 300), raw()
    read_alarm_history(account, told, SINCE)
    assert len(told.alarm_changes["api"]) == 200
    assert told.notes == ["the history of alarms goes back to 2026-11-29T10:15:10.907Z: 2 calls were made"]


def test_no_history_is_asked_for_where_no_alarm_scales() -> None:
    account, told = Account([item()]), raw()
    told.alarms.clear()
    read_alarm_history(account, told, SINCE)
    assert not account.asked


def test_activities_not_scaled_are_kept_apart_and_crowd_none_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scaling, "NOT_SCALED", 7)
    account, told = Account(considered=9), raw()
    read_activities(account, told, SINCE)
    assert [one.status for one in told.activities["api"]] == ["Successful"] * 3
    assert [one.code for one in told.not_scaled["api"]] == ["AlreadyAtMaxCapacity"] * 7
    assert account.asked["DescribeScalingActivities"] == 1

    monkeypatch.setattr(scaling, "ACTIVITIES", 100)
    account, told = Account(considered=1440), raw()
    read_activities(account, told, SINCE)
    assert len(told.activities["api"]) == 3, "asked for again, without those that were not scaled"
    assert account.asked["DescribeScalingActivities"] == 3
