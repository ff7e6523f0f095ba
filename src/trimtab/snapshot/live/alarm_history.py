"""When the alarms of the services' policies changed their state, as CloudWatch remembers for 30 days.

Asked for the whole region, newest first: an alarm at a time would be three calls a service and more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trimtab.snapshot.parse import moment
from trimtab.snapshot.understand.history import change_of

if TYPE_CHECKING:
    from datetime import datetime

    from trimtab.aws.api import Api, Json
    from trimtab.snapshot.answers import Raw

ITEMS_A_PAGE: Final = 100
CALLS_AT_MOST: Final = 1000
"""Of DescribeAlarmHistory, which an account may send 20 of a second: under a minute of them."""
CHANGES: Final = 2000
"""Newest changes kept of a service."""


def read_alarm_history(api: Api, raw: Raw, since: datetime) -> None:
    """Read the changes since ``since``, newest first, and say from when on where that is not all."""
    owners = _owners(raw)
    if not owners:
        return
    asked: dict[str, object] = {
        "AlarmTypes": ["MetricAlarm"],
        "HistoryItemType": "StateUpdate",
        "StartDate": since,
        "ScanBy": "TimestampDescending",
        "MaxRecords": ITEMS_A_PAGE,
    }
    oldest: datetime | None = None
    for _ in range(CALLS_AT_MOST):
        answer = api.call("cloudwatch", "DescribeAlarmHistory", **asked)
        for item in answer.get("AlarmHistoryItems") or ():
            oldest = item["Timestamp"]
            _keep(raw, owners.get(str(item.get("AlarmName")), ()), item)
        following = answer.get("NextToken")
        if not following or following == asked.get("NextToken"):
            return
        asked["NextToken"] = following
    back = moment(oldest) if oldest is not None else "now"
    raw.notes.append(f"the history of alarms goes back to {back}: {CALLS_AT_MOST} calls were made")


def _keep(raw: Raw, services: tuple[str, ...], item: Json) -> None:
    change = change_of(item) if services else None
    if change is None:
        return
    for name in services:
        kept = raw.alarm_changes.setdefault(name, [])
        if len(kept) < CHANGES:
            kept.append(change)


def _owners(raw: Raw) -> dict[str, tuple[str, ...]]:
    """Return the services that an alarm may scale, by its name."""
    calls = {
        policy["PolicyARN"]: resource.rpartition("/")[2]
        for resource, policies in raw.policies.items()
        for policy in policies
    }
    found = {
        str(alarm["AlarmName"]): sorted(
            {calls[action] for action in alarm.get("AlarmActions") or () if action in calls}
        )
        for alarm in raw.alarms
    }
    return {name: tuple(services) for name, services in found.items() if services}
