"""The examples of scaling: planned, applied, planned clean, destroyed, as a stranger would copy them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from trimtab.assets import assets_folder, copy_configuration
from trimtab.engine.engine import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trimtab.engine.engine import Engine
    from trimtab.engine.plan import Plan

ANY, QUEUE = "scaling-for-any-service", "worker-on-a-queue"
INPUTS = {ANY: ("private_subnet_ids",), QUEUE: ("vpc_id", "private_subnet_ids")}


@pytest.fixture(scope="module")
def example(
    engine: Engine,
    surroundings: dict[str, str],
    network: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], tuple[Workspace, dict[str, Any]]]:
    """Give an initialised copy of an example and what it is given."""
    ready: dict[str, Workspace] = {}
    root = tmp_path_factory.mktemp("examples")
    copy_configuration(root)

    def get(name: str) -> tuple[Workspace, dict[str, Any]]:
        if name not in ready:
            folder = root / "examples" / name
            shutil.copytree(assets_folder() / "examples" / name, folder)
            ready[name] = Workspace(engine=engine, directory=folder, environment=surroundings)
            ready[name].init()
        return ready[name], {key: network[key] for key in INPUTS[name]}

    return get


@pytest.fixture(scope="module")
def planned(example: Callable[[str], tuple[Workspace, dict[str, Any]]]) -> Callable[[str], Plan]:
    """Give the plan of an example with the values beside it, made once."""

    @cache
    def plan(name: str) -> Plan:
        workspace, _ = example(name)
        return workspace.plan(workspace.directory / "a.tfplan", (workspace.directory / "example.tfvars",), {})

    return plan


# The other calls the same module with less; its apply is slow for both.
@pytest.mark.parametrize("name", [pytest.param(ANY, marks=pytest.mark.slow), QUEUE])
def test_an_example_plans_with_the_values_beside_it(planned: Callable[[str], Plan], name: str) -> None:
    plan = planned(name)
    (target,) = plan.planned_of_type("aws_appautoscaling_target")
    assert target.values["min_capacity"] == 2
    assert len(plan.planned_of_type("aws_ecs_service")) == 1


def test_a_backlog_a_task_is_a_ladder_out_and_a_term_of_the_scale_in(planned: Callable[[str], Plan]) -> None:
    plan = planned(QUEUE)
    alarms = {
        one.values["alarm_name"]: one.values for one in plan.planned_of_type("aws_cloudwatch_metric_alarm")
    }
    joint = {query["id"]: query for query in alarms["shop-worker-joint-low"]["metric_query"]}
    assert joint["joint"]["expression"] == "MAX([cpu_ratio, backlog_ratio])"
    assert joint["backlog_ratio"]["expression"] == "FILL(((visible) / running_tasks) / 50, 1)"
    assert joint["visible_told"]["metric"][0]["dimensions"] == {"QueueName": "shop-orders"}
    backlog = {query["id"]: query for query in alarms["shop-worker-backlog-high"]["metric_query"]}
    assert backlog["backlog"]["return_data"]
    assert alarms["shop-worker-backlog-high"]["threshold"] == 200


@pytest.mark.slow
@pytest.mark.parametrize("name", [ANY, QUEUE])
def test_an_example_applies_plans_clean_and_goes(
    example: Callable[[str], tuple[Workspace, dict[str, Any]]],
    client: Callable[[str], Any],
    tmp_path: Path,
    name: str,
) -> None:
    workspace, given = example(name)
    workspace.apply(variables=given)
    again = workspace.plan(tmp_path / "b.tfplan", (), given)
    assert [change.address for change in again.changed] == []
    (target,) = client("application-autoscaling").describe_scalable_targets(ServiceNamespace="ecs")[
        "ScalableTargets"
    ]
    policies = client("application-autoscaling").describe_scaling_policies(ServiceNamespace="ecs")[
        "ScalingPolicies"
    ]
    assert (target["MinCapacity"], len(policies)) == (2, 3)
    workspace.destroy(variables=given)
    left = client("application-autoscaling").describe_scalable_targets(ServiceNamespace="ecs")[
        "ScalableTargets"
    ]
    assert left == []


@pytest.mark.slow
def test_fast_signals_add_one_alarm_on_the_same_policy_and_nothing_else(
    example: Callable[[str], tuple[Workspace, dict[str, Any]]], client: Callable[[str], Any], tmp_path: Path
) -> None:
    workspace, given = example(ANY)
    workspace.apply(variables=given)
    main = workspace.directory / "main.tf"
    written = main.read_text(encoding="utf-8")
    fast = "module.scaling.aws_cloudwatch_metric_alarm.fast[0]"
    try:
        asked = written.replace("{ min = 2, max = 10 }", "{ min = 2, max = 10, fast_signals = true }")
        assert asked != written
        main.write_text(asked, encoding="utf-8")
        on = workspace.plan(tmp_path / "on.tfplan", (), given)
        assert {change.address: change.actions for change in on.changed} == {fast: ("create",)}
        workspace.apply(tmp_path / "on.tfplan")
        assert workspace.plan(tmp_path / "clean.tfplan", (), given).changed == ()
        alarms = {
            one["AlarmName"].removeprefix("Shop_Cluster-shop-"): one
            for one in client("cloudwatch").describe_alarms()["MetricAlarms"]
        }
        slow, beside = alarms["cpu-high"], alarms["cpu-high-fast"]
        assert (slow["Period"], beside["Period"], beside["EvaluationPeriods"]) == (60, 20, 3)
        assert slow["AlarmActions"] == beside["AlarmActions"] != []
        assert slow["Threshold"] == beside["Threshold"]
        main.write_text(written, encoding="utf-8")
        off = workspace.plan(tmp_path / "off.tfplan", (), given)
        assert {change.address: change.actions for change in off.changed} == {fast: ("delete",)}
    finally:
        main.write_text(written, encoding="utf-8")
        workspace.destroy(variables=given)


MOVED = (
    "aws_appautoscaling_target.this",
    "aws_appautoscaling_policy.out",
    "aws_appautoscaling_policy.in[0]",
    "aws_cloudwatch_metric_alarm.out",
    "aws_cloudwatch_metric_alarm.in[0]",
)
"""What modules/service held itself before modules/scaling."""


@pytest.mark.slow
def test_a_deployment_keeps_its_scaling_over_the_move_and_a_replaced_service_gets_it_again(
    example: Callable[[str], tuple[Workspace, dict[str, Any]]], client: Callable[[str], Any], tmp_path: Path
) -> None:
    workspace, given = example(QUEUE)
    workspace.apply(variables=given)
    try:
        for one in MOVED:
            before = one.removesuffix("[0]")  # nothing was counted then
            run(workspace, "state", "mv", f"module.worker.module.scaling[0].{one}", f"module.worker.{before}")
        run(workspace, "state", "rm", "module.worker.module.scaling[0].terraform_data.service")
        moved = workspace.plan(tmp_path / "a.tfplan", (), given)
        assert {change.address: change.actions for change in moved.changed} == {
            "module.worker.module.scaling[0].terraform_data.service": ("create",)
        }
        workspace.apply(tmp_path / "a.tfplan")

        (workspace.directory / "given.auto.tfvars.json").write_text(json.dumps(given), encoding="utf-8")
        out = tmp_path / "b.tfplan"
        run(workspace, "plan", "-input=false", f"-out={out}", "-replace=module.worker.aws_ecs_service.this")
        again = {change.address for change in workspace.show(out).changed if "delete" in change.actions}
        assert again == {
            "module.worker.aws_ecs_service.this",
            "module.worker.module.scaling[0].terraform_data.service",
            "module.worker.module.scaling[0].aws_appautoscaling_target.this",
            'module.worker.module.scaling[0].aws_appautoscaling_policy.out["backlog"]',
            'module.worker.module.scaling[0].aws_appautoscaling_policy.out["cpu"]',
            "module.worker.module.scaling[0].aws_appautoscaling_policy.in[0]",
        }
        workspace.apply(out)
        scaling = client("application-autoscaling")
        assert len(scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]) == 1
        assert len(scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]) == 3
        assert [one.address for one in workspace.plan(tmp_path / "c.tfplan", (), given).changed] == []
    finally:
        workspace.destroy(variables=given)


def run(workspace: Workspace, *arguments: str) -> None:
    """Run what ``Workspace`` has no word for."""
    finished = subprocess.run(
        [workspace.engine.path, *arguments],
        cwd=workspace.directory,
        env={**os.environ, **workspace.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout[-2000:] + finished.stderr[-2000:]
