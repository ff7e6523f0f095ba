"""CloudWatch remembers when an alarm changed its state: DescribeAlarmHistory, which moto lacks.

Nothing changes a state here but SetAlarmState, so that is all that is remembered; each at the sandbox's
own time. The history of a deleted alarm stays, as in AWS.

Source: botocore's ``cloudwatch`` service model (DescribeAlarmHistory, AlarmHistoryItem, SetAlarmState); the
shape of ``HistoryData``: CloudWatch User Guide, "Alarm events and EventBridge".
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from moto.cloudwatch.exceptions import ValidationError
from moto.cloudwatch.models import CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimtab.sandbox.ecs.scheduler import Scheduler
    from trimtab.sandbox.patching import Patches

LONGEST_PAGE: Final = 100
KEPT: Final = timedelta(days=30)


def install(patches: Patches, scheduler: Scheduler) -> None:
    """Remember each change of state, and answer for it."""
    patches.wrap(CloudWatchBackend, "set_alarm_state", partial(_set, scheduler))
    patches.add(CloudWatchResponse, "describe_alarm_history", _describe_of(scheduler))


def history_of(backend: CloudWatchBackend) -> list[dict[str, Any]]:
    """Return the changes of a region's alarms, newest last."""
    history: list[dict[str, Any]] = vars(backend).setdefault("sandbox_history", [])
    return history


def _set(  # noqa: PLR0913, PLR0917 - moto's own parameters behind the two
    scheduler: Scheduler,
    original: Callable[..., None],
    self: CloudWatchBackend,
    alarm_name: str,
    reason: str,
    reason_data: str | None,
    state_value: str,
) -> None:
    alarm = self.alarms.get(alarm_name)
    old = _told(alarm) if alarm is not None else {}
    original(self, alarm_name, reason, reason_data, state_value)
    if alarm is None or alarm.state_value == old["stateValue"]:
        return
    at = datetime.fromtimestamp(scheduler.clock.now(), UTC)
    alarm.state_updated_timestamp = at.replace(tzinfo=None)
    history_of(self).append(
        {
            "AlarmName": alarm_name,
            "AlarmType": "MetricAlarm" if alarm.rule is None else "CompositeAlarm",
            "Timestamp": at,
            "HistoryItemType": "StateUpdate",
            "HistorySummary": f"Alarm updated from {old['stateValue']} to {alarm.state_value}",
            "HistoryData": json.dumps({"version": "1.0", "oldState": old, "newState": _told(alarm)}),
        }
    )


def _told(alarm: Any) -> dict[str, Any]:  # noqa: ANN401 - moto's alarm
    told = {"stateValue": alarm.state_value, "stateReason": alarm.state_reason}
    data = json.loads(alarm.state_reason_data or "{}")
    return {**told, "stateReasonData": data} if data else told


def _describe_of(scheduler: Scheduler) -> Callable[[CloudWatchResponse], ActionResult]:
    def describe_alarm_history(self: CloudWatchResponse) -> ActionResult:
        size = self._get_int_param("MaxRecords", LONGEST_PAGE)
        if not 1 <= size <= LONGEST_PAGE:
            raise ValidationError(f"MaxRecords must be between 1 and {LONGEST_PAGE}")
        items = [one for one in history_of(self.cloudwatch_backend) if _wanted(self, one)]
        forgotten = datetime.fromtimestamp(scheduler.clock.now(), UTC) - KEPT
        items = [one for one in items if one["Timestamp"] >= forgotten]
        if self._get_param("ScanBy", "TimestampDescending") == "TimestampDescending":
            items.reverse()
        start = int(self._get_param("NextToken") or 0)
        answer: dict[str, Any] = {"AlarmHistoryItems": items[start : start + size]}
        if start + size < len(items):
            answer["NextToken"] = str(start + size)
        return ActionResult(answer)

    return describe_alarm_history


def _wanted(self: CloudWatchResponse, item: dict[str, Any]) -> bool:
    name, kind = self._get_param("AlarmName"), self._get_param("HistoryItemType")
    types = self._get_param("AlarmTypes", []) or ["MetricAlarm"]
    since, until = (_time(self._get_param(one)) for one in ("StartDate", "EndDate"))
    return (
        name in (None, "", item["AlarmName"])
        and kind in (None, "", item["HistoryItemType"])
        and item["AlarmType"] in types
        and (since is None or item["Timestamp"] >= since)
        and (until is None or item["Timestamp"] <= until)
    )


def _time(told: Any) -> datetime | None:  # noqa: ANN401 - as the protocol has it: a time, a number or a text
    if told in (None, ""):
        return None
    if isinstance(told, int | float):
        return datetime.fromtimestamp(told, UTC)
    read = told if isinstance(told, datetime) else datetime.fromisoformat(str(told))
    return read if read.tzinfo else read.replace(tzinfo=UTC)
