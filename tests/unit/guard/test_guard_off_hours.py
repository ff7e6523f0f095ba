"""A scheduled action that stops every task is said to, whatever else is safe about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from guard.made import POLICY, TARGET, assess, change

from trimtab.guard.model import Impact

if TYPE_CHECKING:
    from trimtab.guard.model import Finding

CLOSES, BRINGS = "aws_appautoscaling_scheduled_action.off", "aws_appautoscaling_scheduled_action.on"
SERVICE = TARGET["resource_id"]


def action(address: str, at: str, least: int | None, most: int | None, **rest: Any) -> dict[str, Any]:
    """Return a new action at a time in Zurich; bounds are strings in a plan."""
    bounds = {"min_capacity": _text(least), "max_capacity": _text(most)}
    values = {
        "name": address,
        "resource_id": SERVICE,
        "schedule": f"cron({at} * * ? *)",
        "timezone": "Europe/Zurich",
        "scalable_target_action": [bounds],
    }
    return change(address, "create", None, values | rest)


def _text(bound: int | None) -> str | None:
    return None if bound is None else str(bound)


def closing(*changes: dict[str, Any]) -> Finding:
    return next(one for one in assess(*changes).findings if one.address == CLOSES)


def of_none(finding: Finding) -> list[str]:
    return [one.text for one in finding.reasons if one.fact.startswith("scaling-action-to-none")]


MORNING = action(BRINGS, "50 5", 2, 9)
NIGHT = action(CLOSES, "0 22", 0, 0)


def test_hours_without_a_task_interrupt_and_say_until_when() -> None:
    finding = closing(NIGHT, MORNING)
    assert finding.verdict is Impact.INTERRUPTS
    (said,) = of_none(finding)
    assert said == (
        "At its time, cron(0 22 * * ? *) Europe/Zurich, every task is stopped: callers get 503 until the "
        "next action that starts some: cron(50 5 * * ? *) Europe/Zurich."
    )


def test_of_a_new_service_it_is_said_too_though_nobody_is_served_yet() -> None:
    _, cluster, name = SERVICE.split("/")
    new = change("aws_ecs_service.api", "create", None, {"name": name, "cluster": cluster})
    finding = closing(NIGHT, MORNING, new)
    assert finding.verdict is Impact.SAFE
    assert len(of_none(finding)) == 1


@pytest.mark.parametrize(
    "others",
    [
        (),
        (action(BRINGS, "50 5", None, 9),),  # room, and no task in it
        (action(BRINGS, "50 5", 2, 9, resource_id="service/main/other"),),
        (change(BRINGS, "destroy", MORNING["change"]["after"]),),
    ],
)
def test_that_nothing_brings_a_task_back_is_said(others: tuple[dict[str, Any], ...]) -> None:
    finding = closing(NIGHT, *others)
    assert finding.verdict is Impact.INTERRUPTS
    assert "no action of this plan starts one again" in of_none(finding)[0]


def test_what_stopped_all_before_is_nothing_new_and_what_stops_none_is_not_said() -> None:
    was = NIGHT["change"]["after"]
    moved = change(CLOSES, "update", was, {"schedule": "cron(0 23 * * ? *)"})
    assert of_none(closing(moved, MORNING)) == []
    less = change(CLOSES, "update", was | {"scalable_target_action": [{"max_capacity": "4"}]}, was)
    assert closing(less, MORNING).verdict is Impact.INTERRUPTS
    assert of_none(closing(action(CLOSES, "0 22", 1, 4), MORNING)) == []


@pytest.mark.parametrize(("least", "verdict"), [(12, Impact.SAFE), (2, Impact.UNKNOWN)])
def test_a_step_in_is_held_against_the_minimum_of_the_hours_that_have_tasks(
    least: int, verdict: Impact
) -> None:
    steps = [{"adjustment_type": "ChangeInCapacity", "step_adjustment": [{"scaling_adjustment": -12}]}]
    policy = change(
        "aws_appautoscaling_policy.api", "create", None, POLICY | {"step_scaling_policy_configuration": steps}
    )
    target = change(
        "aws_appautoscaling_target.api", "none", TARGET | {"min_capacity": 0, "max_capacity": 0}, {}
    )
    found = assess(policy, target, NIGHT, action(BRINGS, "50 5", least, 90)).findings
    assert next(one for one in found if one.type == "aws_appautoscaling_policy").verdict is verdict
