"""Scaling switched while it runs: steps, a schedule, target tracking, and never a new scalable target."""

from __future__ import annotations

import shutil
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from trimtab.assets import assets_folder, copy_configuration
from trimtab.engine.engine import Workspace
from trimtab.guard.judge import judge
from trimtab.guard.model import Impact

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trimtab.engine.engine import Engine
    from trimtab.engine.plan import Plan

NAME = "scaling-for-any-service"
STEPS = {"min": 2, "max": 10}
TRACKING = STEPS | {"tracking": {"cpu": 60, "memory": 80}}
TARGET = "module.scaling.aws_appautoscaling_target.this"


@pytest.fixture
def workspace(engine: Engine, surroundings: dict[str, str], tmp_path: Path) -> Workspace:
    """Give the example with its scaling as a variable."""
    copy_configuration(tmp_path)
    folder = tmp_path / "examples" / NAME
    shutil.copytree(assets_folder() / "examples" / NAME, folder)
    main = folder / "main.tf"
    text = main.read_text(encoding="utf-8")
    assert "{ min = 2, max = 10 }" in text
    given = 'variable "scaling" {\n  type = any\n}\n'
    main.write_text(text.replace("{ min = 2, max = 10 }", "var.scaling") + given, encoding="utf-8")
    made = Workspace(engine=engine, directory=folder, environment=surroundings)
    made.init()
    return made


def zone() -> str:
    """Return a time zone where no midnight is near."""
    return "UTC" if 1 <= datetime.now(UTC).hour < 22 else "Asia/Tokyo"


def schedule(at: datetime, before: int, after: int) -> dict[str, Any]:
    """Return a day that has ``before`` tasks at least until ``at``, and ``after`` from then on."""
    pieces = [{"at": "00:00", "min": before}, {"at": f"{at:%H:%M}", "min": after}]
    return {"timezone": zone(), "weekdays": pieces}


def fired(scaling: Any, at: datetime) -> None:
    """Wait for the action of a time of the day, and do to the target what AWS does then."""
    time.sleep(max(0.0, (at - datetime.now(ZoneInfo(zone()))).total_seconds() + 1))
    (target,) = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    place = {key: target[key] for key in ("ServiceNamespace", "ResourceId", "ScalableDimension")}
    (action,) = (
        one["ScalableTargetAction"]
        for one in scaling.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"]
        if one["Schedule"] == f"cron({at.minute} {at.hour} * * ? *)"
    )
    scaling.register_scalable_target(**place, **action)


@pytest.mark.slow
def test_no_switch_of_the_scaling_makes_the_target_anew_and_no_apply_undoes_an_action(
    workspace: Workspace, network: dict[str, Any], client: Callable[[str], Any], tmp_path: Path
) -> None:
    scaling = client("application-autoscaling")

    def given(one: dict[str, Any]) -> dict[str, Any]:
        return {"private_subnet_ids": network["private_subnet_ids"], "scaling": one}

    def planned(one: dict[str, Any]) -> Plan:
        return workspace.plan(tmp_path / "a.tfplan", (), given(one))

    def switched(one: dict[str, Any]) -> None:
        """Apply, and hold that the target stayed and the next plan is empty."""
        plan = planned(one)
        assert {change.actions for change in plan.changed if change.address == TARGET} <= {("update",)}
        workspace.apply(tmp_path / "a.tfplan")
        assert [change.address for change in planned(one).changed] == []

    def bounds() -> tuple[int, int, Any]:
        (target,) = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
        return target["MinCapacity"], target["MaxCapacity"], target["CreationTime"]

    def kinds() -> set[str]:
        found = scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
        return {one["PolicyName"] for one in found}

    try:
        workspace.apply(variables=given(STEPS))
        assert [change.address for change in planned(STEPS).changed] == []
        *_, made = bounds()

        boundary = datetime.now(ZoneInfo(zone())).replace(second=0, microsecond=0) + timedelta(minutes=4)
        day = STEPS | {"schedule": schedule(boundary, 4, 2)}
        switched(day)
        assert bounds() == (4, 10, made)
        actions = scaling.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"]
        assert {one["ScalableTargetAction"]["MinCapacity"] for one in actions} == {2, 4}
        assert {one["Timezone"] for one in actions} == {zone()}

        # The next action fires, as AWS does it; nothing undoes it, an apply of something else neither.
        time.sleep(max(0.0, (boundary - datetime.now(ZoneInfo(zone()))).total_seconds() + 1))
        (target,) = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
        place = {key: target[key] for key in ("ServiceNamespace", "ResourceId", "ScalableDimension")}
        scaling.register_scalable_target(**place, MinCapacity=2)
        assert [change.address for change in planned(day).changed] == []
        switched(day | {"max": 12})
        assert bounds() == (2, 12, made)

        switched(STEPS)
        assert bounds() == (2, 10, made)
        assert scaling.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"] == []
        assert kinds() == {"cpu-out", "memory-out", "joint-in"}

        switched(TRACKING)
        assert kinds() == {"cpu-tracking", "memory-tracking"}
        switched(STEPS)
        assert (*bounds(), kinds()) == (2, 10, made, {"cpu-out", "memory-out", "joint-in"})
    finally:
        workspace.destroy(variables=given(STEPS))


@pytest.mark.slow
def test_hours_without_a_task_stay_through_an_apply_and_both_bounds_come_back_in_place(
    workspace: Workspace, network: dict[str, Any], client: Callable[[str], Any], tmp_path: Path
) -> None:
    scaling, ecs, file = client("application-autoscaling"), client("ecs"), tmp_path / "a.tfplan"

    def given(one: dict[str, Any]) -> dict[str, Any]:
        return {"private_subnet_ids": network["private_subnet_ids"], "scaling": one}

    def applied(one: dict[str, Any]) -> None:
        """Apply, and hold that the target stayed and the next plan is empty."""
        plan = workspace.plan(file, (), given(one))
        assert {change.actions for change in plan.changed if change.address == TARGET} <= {("update",)}
        workspace.apply(file)
        assert [change.address for change in workspace.plan(file, (), given(one)).changed] == []

    def state() -> tuple[int, int, Any, int]:
        """Return the target's bounds, when it was made, and the tasks that the service wants."""
        (target,) = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
        _, cluster, name = target["ResourceId"].split("/")
        (service,) = ecs.describe_services(cluster=cluster, services=[name])["services"]
        bounds = target["MinCapacity"], target["MaxCapacity"]
        return *bounds, target["CreationTime"], service["desiredCount"]

    try:
        workspace.apply(variables=given(STEPS))
        *_, made, _ = state()
        closes = datetime.now(ZoneInfo(zone())).replace(second=0, microsecond=0) + timedelta(minutes=3)
        opens = closes + timedelta(minutes=3)
        night = STEPS | {
            "schedule": {
                "timezone": zone(),
                "weekdays": [
                    {"at": "00:00", "min": 2},
                    {"at": f"{closes:%H:%M}", "min": 0, "max": 0},
                    {"at": f"{opens:%H:%M}", "min": 3},
                ],
            }
        }
        applied(night)
        assert state() == (2, 10, made, 2)

        fired(scaling, closes)
        assert state() == (0, 0, made, 0)
        assert [change.address for change in workspace.plan(file, (), given(night)).changed] == []
        # An apply of something else finds the hours without a task, and leaves them.
        later = night | {"max": 12}
        applied(later)
        assert state() == (0, 0, made, 0)

        fired(scaling, opens)
        assert state() == (3, 12, made, 3)
        assert [change.address for change in workspace.plan(file, (), given(later)).changed] == []

        # The schedule goes in the hours with tasks, and comes back for a plan in those without.
        applied(STEPS)
        assert state() == (2, 10, made, 3)
        day, minute = night["schedule"]["weekdays"][:2]
        closed = {"timezone": zone(), "weekdays": [day, minute]}
        plan = workspace.plan(file, (), given(STEPS | {"schedule": closed}))
        stops = [one for one in judge(plan).findings if one.verdict is Impact.INTERRUPTS]
        assert {one.type for one in stops} == {
            "aws_appautoscaling_scheduled_action",
            "aws_appautoscaling_target",
        }
        applied(STEPS | {"schedule": closed})
        assert state() == (0, 0, made, 0)
        applied(STEPS)
        assert state() == (2, 10, made, 2)
    finally:
        workspace.destroy(variables=given(STEPS))


@pytest.mark.slow
def test_steps_in_become_a_share_or_many_tasks_in_place_and_back_and_the_guard_tells_each(
    workspace: Workspace, network: dict[str, Any], client: Callable[[str], Any], tmp_path: Path
) -> None:
    scaling, file = client("application-autoscaling"), tmp_path / "a.tfplan"
    steps = {"min": 3, "max": 300, "cpu": {"low": 25}}
    share = steps | {
        "scale_in": {"steps": [{"below": 1, "remove": 20}, {"below": 0.5, "remove": 50}]},
        "in_adjustment_type": "PercentChangeInCapacity",
        "in_min_adjustment_magnitude": 2,
    }
    # More than the minimum, and ten at once: 14 tasks under 15 % of CPU are 3 under 70 %.
    many = steps | {"cpu": {"high": 75, "low": 15}, "scale_in": {"steps": [{"below": 1, "remove": 11}]}}
    half, carried = "scaling-steps-leave-half", "scaling-steps-carried"

    def given(one: dict[str, Any]) -> dict[str, Any]:
        return {"private_subnet_ids": network["private_subnet_ids"], "scaling": one}

    def policy() -> dict[str, Any]:
        found = scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
        (joint,) = (one for one in found if one["PolicyName"] == "joint-in")
        told: dict[str, Any] = joint["StepScalingPolicyConfiguration"]
        return told

    def judged(plan: Plan) -> tuple[Impact, str]:
        (finding,) = (found for found in judge(plan).findings if found.address.endswith("policy.in[0]"))
        return finding.verdict, finding.reasons[0].fact

    try:
        workspace.apply(variables=given({"min": 3, "max": 300, "tracking": {"cpu": 60}}))
        # What is made beside a target that is there: its ARN, and so what the alarm calls, is not known yet.
        assert judged(workspace.plan(file, (), given(many))) == (Impact.SAFE, carried)
        workspace.apply(variables=given(steps))
        for one, fact in ((share, half), (steps, half), (many, carried)):
            plan = workspace.plan(file, (), given(one))
            assert {change.actions for change in plan.changed} == {("update",)}
            assert judged(plan) == (Impact.SAFE, fact)
            workspace.apply(file)
            assert [change.address for change in workspace.plan(file, (), given(one)).changed] == []
            if one is share:
                told = policy()
                assert told["AdjustmentType"] == "PercentChangeInCapacity"
                assert told["MinAdjustmentMagnitude"] == 2
                assert sorted(step["ScalingAdjustment"] for step in told["StepAdjustments"]) == [-50, -20]
        assert policy()["AdjustmentType"] == "ChangeInCapacity"
        assert [step["ScalingAdjustment"] for step in policy()["StepAdjustments"]] == [-11]
        assert not policy().get("MinAdjustmentMagnitude")
    finally:
        workspace.destroy(variables=given(steps))
