"""Steps in of many tasks from a small minimum: told where the alarms show that the rest carries the load."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from guard.made import POLICY, SCALING, TARGET, assess, change

from trimtab.guard.model import Impact
from trimtab.ladders.draw import Drawer
from trimtab.ladders.rows import ladders_of
from trimtab.ladders.space import MOST_STEPS, Space, sane
from trimtab.terraform_module import MODULE

if TYPE_CHECKING:
    from trimtab.terraform_module import Ladders

STEPS = "step_scaling_policy_configuration"
IN, TARGET_AT = "aws_appautoscaling_policy.in", "aws_appautoscaling_target.api"
LOW, HIGH = "aws_cloudwatch_metric_alarm.low", "aws_cloudwatch_metric_alarm.high"
CARRIED = "scaling-steps-carried"
OF_API = {"ClusterName": "main", "ServiceName": "api"}
CPU = {"namespace": "AWS/ECS", "metric_name": "CPUUtilization", "dimensions": OF_API}
ARN = {"alarm_actions": [f"{SCALING}/in"]}


def policy(*steps: tuple[float, int], kind: str = "ChangeInCapacity", **more: Any) -> dict[str, Any]:
    """Give a policy by (upper bound, tasks it takes)."""
    body = [{"metric_interval_upper_bound": upper, "scaling_adjustment": -taken} for upper, taken in steps]
    given = {STEPS: [{"adjustment_type": kind, "step_adjustment": body, **more}]}
    return POLICY | {"name": "in", "arn": f"{SCALING}/in"} | given


def target(least: int) -> dict[str, Any]:
    return change(TARGET_AT, "none", TARGET | {"min_capacity": least, "max_capacity": 300})


def high(percent: float = 80.0, **changes: Any) -> dict[str, Any]:
    values = CPU | {"statistic": "Average", "comparison_operator": "GreaterThanThreshold"}
    calls = {"alarm_name": "high", "threshold": percent, "alarm_actions": [POLICY["arn"]]}
    return change(HIGH, "none", values | calls | changes)


def plain(percent: float = 20.0, **changes: Any) -> dict[str, Any]:
    """Give an alarm on CPU alone."""
    values = CPU | {"statistic": "Average", "comparison_operator": "LessThanThreshold"}
    return change(LOW, "none", values | {"alarm_name": "low", "threshold": percent} | ARN | changes)


def joint(cpu: object = 20, memory: object = 60, **changes: Any) -> dict[str, Any]:
    """Give the module's own, on what each is of its threshold."""
    metric = CPU | {"stat": "Average", "period": 60}
    queries = [
        {"id": "cpu", "return_data": False, "metric": [metric]},
        {"id": "memory", "return_data": False, "metric": [metric | {"metric_name": "MemoryUtilization"}]},
        {"id": "cpu_ratio", "return_data": False, "expression": f"cpu / {cpu}"},
        {"id": "memory_ratio", "return_data": False, "expression": f"memory / {memory}"},
        {"id": "joint", "return_data": True, "expression": "MAX([cpu_ratio, memory_ratio])"},
    ]
    values = {"alarm_name": "low", "comparison_operator": "LessThanThreshold", "threshold": 1}
    return change(LOW, "none", values | {"metric_query": queries} | ARN | changes)


def told(after: dict[str, Any], *others: dict[str, Any]) -> tuple[Impact, str]:
    """Judge a policy of one task a step that becomes this."""
    before = policy((0.0, 1))
    changed = change(IN, "update", before, {STEPS: after[STEPS]})
    found = next(one for one in assess(changed, *others).findings if one.address == IN)
    return found.verdict, found.reasons[0].fact


SAFE = (Impact.SAFE, CARRIED)
MANY = policy((0.0, 11))
"""Of 4 tasks at least: 15 below 20 % are 4 below 75 %."""


@pytest.mark.parametrize("low", [plain(), joint(), joint("20.0"), plain(statistic="Maximum")])
def test_it_is_told_where_the_rest_stays_below_the_alarm_out(low: dict[str, Any]) -> None:
    assert told(MANY, target(4), low, high()) == SAFE
    assert told(MANY, target(4), low, high(75))[0] is Impact.UNKNOWN, "they would come to it"


def test_a_step_that_begins_lower_may_take_more() -> None:
    steps = policy((0.0, 11), (-0.5, 26))
    assert told(steps, target(4), joint(), high()) == SAFE
    assert told(policy((0.0, 26)), target(4), joint(), high())[0] is Impact.UNKNOWN
    assert told(policy((0.0, 11), (-10.0, 26)), target(4), plain(), high()) == SAFE


def test_a_share_of_more_than_half_is_told_too() -> None:
    share = policy((0.0, 70), kind="PercentChangeInCapacity")
    assert told(share, target(4), joint(), high()) == SAFE
    assert told(share, target(4), joint(25), high())[0] is Impact.UNKNOWN
    taken = policy((0.0, 70), kind="PercentChangeInCapacity", min_adjustment_magnitude=13)
    assert told(taken, target(4), joint(), high())[0] is Impact.UNKNOWN
    assert told(policy((0.0, 100), kind="PercentChangeInCapacity"), target(4), joint(), high())[0] in {
        Impact.UNKNOWN,
        Impact.INTERRUPTS,
    }


SILENT: list[list[dict[str, Any]]] = [
    [target(4), high()],
    [target(4), joint()],
    [joint(), high()],
    [target(0), joint(), high()],
    [target(4), joint(), high(metric_name="MemoryUtilization")],
    [target(4), joint(), high(alarm_actions=["arn:aws:sns:us-east-1:111122223333:pages"])],
    [target(4), joint(), high(dimensions=OF_API | {"ServiceName": "web"})],
    [target(4), plain(dimensions=OF_API | {"ServiceName": "web"}), high()],
    [target(4), plain(namespace="Shop"), high()],
    [target(4), plain(statistic="Minimum"), high()],
    [target(4), plain(metric_name="MemoryUtilization"), high()],
    [target(4), plain(comparison_operator="GreaterThanThreshold"), high()],
    [target(4), plain(alarm_actions=[f"{SCALING}/other"]), high()],
    [target(4), plain(actions_enabled=False), high()],
    [target(4), joint(cpu="(20)"), high()],
    [target(4), joint(metric_query=[]), high()],
]


@pytest.mark.parametrize("others", SILENT)
def test_it_is_not_told_where_the_plan_says_too_little(others: list[dict[str, Any]]) -> None:
    assert told(MANY, *others)[0] is Impact.UNKNOWN


def test_of_two_alarms_that_call_it_both_must_say_it() -> None:
    other = plain(40.0)
    other["address"] = f"{LOW}_other"
    assert told(MANY, target(4), joint(), high(), other)[0] is Impact.UNKNOWN
    assert told(MANY, target(4), joint(), high(), plain(10.0) | {"address": f"{LOW}_other"}) == SAFE


def test_a_threshold_that_only_the_apply_tells_is_none() -> None:
    values = joint()["change"]["before"]
    later = change(LOW, "update", values, {}, unknown={"metric_query": True})
    assert told(MANY, target(4), later, high())[0] is Impact.UNKNOWN


def test_a_new_policy_is_told_by_the_alarm_that_refers_to_it() -> None:
    made = change(IN, "create", None, {k: v for k, v in MANY.items() if k != "arn"}, unknown={"arn": True})
    values = joint()["change"]["before"]
    low = change(LOW, "create", None, values, unknown={"alarm_actions": True})

    def verdict(reference: str) -> Impact:
        expressions = {"alarm_actions": {"references": [f"{reference}.arn", reference]}}
        kind, name = LOW.split(".")
        alarm = {"address": LOW, "type": kind, "name": name, "expressions": expressions}
        found = assess(
            made, low, target(4), high(), configuration={"root_module": {"resources": [alarm]}}
        ).findings
        return next(one.verdict for one in found if one.address == IN)

    assert verdict(IN) is verdict(f"{IN}[0]") is Impact.SAFE
    assert verdict("aws_appautoscaling_policy.inner") is Impact.UNKNOWN


def planned(ladders: Ladders) -> list[dict[str, Any]]:
    """Return what is beside the policy in, as the module makes it."""
    return [target(ladders.min_tasks), joint(ladders.cpu.low, ladders.memory.low), high(ladders.cpu.high)]


def test_every_step_in_that_a_search_of_whole_tasks_may_write_is_told() -> None:
    space = Space(floors=(2, 4), most=60, high_percent=75, ceiling_percent=96.0, memory=MODULE.memory)
    drawn = [ladders_of(row, space) for row in Drawer(space, "1", MOST_STEPS).drawn(2000)]
    many = [one for one in drawn if sane(one, space.ceiling_percent) and one.scale_in[-1].remove >= 10]
    beyond = [one for one in many if one.scale_in[-1].remove > one.min_tasks]
    assert len(beyond) > 5, "of these half of the tasks may go"
    for one in many:
        steps = policy(*((round(step.below - 1, 9), step.remove) for step in one.scale_in))
        assert told(steps, *planned(one))[0] is Impact.SAFE, one
