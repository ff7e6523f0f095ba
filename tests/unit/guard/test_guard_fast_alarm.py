"""An alarm of 20 s that is left alone with its policy: nobody can tell from a plan that it ever fires."""

from __future__ import annotations

from typing import Any

import pytest
from guard.hostile_plans import WATCHES, goes, made, stays, update
from guard.made import POLICY, assess

from trimtab.guard.model import Impact

SLOW, FAST = "aws_cloudwatch_metric_alarm.slow", "aws_cloudwatch_metric_alarm.fast"
POLICY_STAYS = stays("aws_appautoscaling_policy.out", POLICY)
OF_20_S = WATCHES | {"alarm_name": "high-fast", "period": 20}
NOT_YET = {name: value for name, value in OF_20_S.items() if name != "alarm_actions"}
UNKNOWN: dict[str, Any] = {"unknown": {"alarm_actions": True}}
ALONE = "alarm-fast-alone"


def facts(*changes: dict[str, Any], of: str) -> list[str]:
    findings = {one.address: one for one in assess(*changes, POLICY_STAYS).findings}
    return [reason.fact for reason in findings[of].reasons] if of in findings else []


@pytest.mark.parametrize(
    ("changes", "of"),
    [
        ((made(FAST, OF_20_S),), FAST),
        ((made(FAST, NOT_YET, **UNKNOWN),), FAST),
        ((update(FAST, WATCHES, OF_20_S),), FAST),
        ((made(FAST, OF_20_S), stays(SLOW, WATCHES | {"metric_name": "MemoryUtilization"})), FAST),
        ((made(FAST, OF_20_S), stays(SLOW, WATCHES | {"actions_enabled": False})), FAST),
        (
            (made(FAST, OF_20_S), stays(SLOW, WATCHES | {"alarm_actions": [POLICY["arn"] + "-of-another"]})),
            FAST,
        ),
        ((made(FAST, OF_20_S), stays(SLOW, WATCHES | {"period": 30})), FAST),
        ((stays(FAST, OF_20_S), goes(SLOW, WATCHES)), SLOW),
        ((stays(FAST, OF_20_S), update(SLOW, WATCHES, WATCHES | {"actions_enabled": False})), SLOW),
    ],
)
def test_nobody_can_tell_of_a_fast_alarm_that_is_left_alone(
    changes: tuple[dict[str, Any], ...], of: str
) -> None:
    assert ALONE in facts(*changes, of=of)
    found = next(one for one in assess(*changes, POLICY_STAYS).findings if one.address == of)
    assert found.verdict in {Impact.UNKNOWN, Impact.INTERRUPTS}


@pytest.mark.parametrize(
    ("changes", "of"),
    [
        ((made(FAST, OF_20_S), stays(SLOW, WATCHES)), FAST),
        ((made(FAST, NOT_YET, **UNKNOWN), made(SLOW, WATCHES)), FAST),
        ((made(FAST, OF_20_S | {"namespace": "Shop"}),), FAST),
        ((made(FAST, OF_20_S | {"alarm_actions": ["arn:aws:sns:us-east-1:111122223333:pages"]}),), FAST),
        ((update(FAST, OF_20_S, OF_20_S | {"alarm_description": "x"}),), FAST),
        ((stays(SLOW, WATCHES), goes(FAST, OF_20_S)), FAST),
    ],
)
def test_one_beside_an_alarm_of_a_minute_is_fine(changes: tuple[dict[str, Any], ...], of: str) -> None:
    assert ALONE not in facts(*changes, of=of)
