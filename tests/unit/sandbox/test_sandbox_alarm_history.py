"""The history of alarms, asked through CloudWatch's real client, in a sandbox whose time a test moves."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

import made_client
from trimtab.sandbox.clock import SandboxTime
from trimtab.sandbox.server import Sandbox

HIGH: dict[str, Any] = {
    "AlarmName": "high",
    "Namespace": "AWS/ECS",
    "MetricName": "CPUUtilization",
    "Statistic": "Average",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 70.0,
    "ComparisonOperator": "GreaterThanThreshold",
}


def test_a_change_of_state_is_remembered_at_its_time_with_its_data_for_thirty_days() -> None:
    clock = SandboxTime(speed=0, start=1_700_000_000.0)
    with Sandbox.start(clock=clock) as sandbox:
        cloudwatch = made_client.client(sandbox.environment, "cloudwatch")
        cloudwatch.put_metric_alarm(**HIGH)
        cloudwatch.put_metric_alarm(**HIGH | {"AlarmName": "other"})
        (before,) = cloudwatch.describe_alarms(AlarmNames=["high"])["MetricAlarms"]
        states = ["ALARM", "ALARM", "OK", "ALARM"]
        for number, state in enumerate(states):
            data = json.dumps({"queryDate": f"q{number}", "recentDatapoints": [71.5]})
            given = {"StateValue": state, "StateReason": f"r{number}", "StateReasonData": data}
            cloudwatch.set_alarm_state(AlarmName="high", **given)
            clock.advance(60)
        cloudwatch.set_alarm_state(AlarmName="other", StateValue="ALARM", StateReason="r")
        every = cloudwatch.describe_alarm_history(AlarmName="high")["AlarmHistoryItems"]
        pages = list(cloudwatch.get_paginator("describe_alarm_history").paginate(MaxRecords=1))
        since = cloudwatch.describe_alarm_history(
            StartDate=every[1]["Timestamp"], AlarmName="high", ScanBy="TimestampAscending"
        )["AlarmHistoryItems"]
        with pytest.raises(ClientError, match="MaxRecords"):
            cloudwatch.describe_alarm_history(MaxRecords=101)
        clock.advance(30 * 86_400 - 3 * 60)
        late = cloudwatch.describe_alarm_history()["AlarmHistoryItems"]
        assert sandbox.faults == ()
        assert sandbox.calls_not_implemented == ()
    assert before["StateValue"] == "OK"
    said = [json.loads(one["HistoryData"]) for one in reversed(every)]
    went = [(one["oldState"]["stateValue"], one["newState"]["stateValue"]) for one in said]
    assert went == [("OK", "ALARM"), ("ALARM", "OK"), ("OK", "ALARM")], "the second call changed nothing"
    assert [one["newState"]["stateReasonData"]["queryDate"] for one in said] == ["q0", "q2", "q3"]
    assert [one["Timestamp"].timestamp() - 1_700_000_000 for one in reversed(every)] == [0, 120, 180]
    assert [page["AlarmHistoryItems"][0]["AlarmName"] for page in pages] == ["other", "high", "high", "high"]
    assert since == every[1::-1]
    assert late == [*pages[0]["AlarmHistoryItems"], *every[:2]], "the first is older than 30 days"
