"""A root of somebody else that uses the modules: planned with ARNs unknown, applied, clean, destroyed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from trimtab.assets import copy_configuration
from trimtab.engine.engine import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimtab.engine.engine import Engine

STRANGER = Path(__file__).parent / "stranger"


@pytest.fixture(scope="module")
def given(network: dict[str, Any], listener: dict[str, str]) -> dict[str, Any]:
    return {**network, **listener}


@pytest.mark.slow
def test_a_strangers_root_plans_applies_and_goes(
    engine: Engine,
    surroundings: dict[str, str],
    given: dict[str, Any],
    client: Callable[[str], Any],
    tmp_path: Path,
) -> None:
    copy_configuration(tmp_path)
    shutil.copytree(STRANGER, tmp_path / "stranger")
    root = Workspace(engine=engine, directory=tmp_path / "stranger", environment=surroundings)
    root.init()
    plan = root.plan(tmp_path / "a.tfplan", (), given)
    made = {one.address for one in plan.planned_of_type("aws_iam_role")}
    assert made == {
        "aws_iam_role.own",
        *(
            f"module.{name}.aws_iam_role.{role}[0]"
            for name in ("arm", "behind", "grpc", "minimal", "mix", "queue", "single", "worker")
            for role in ("execution", "task")
        ),
    }
    (single,) = [
        one.values for one in plan.planned_of_type("aws_ecs_service") if one.values["name"] == "single"
    ]
    assert (single["deployment_minimum_healthy_percent"], single["deployment_maximum_percent"]) == (0, 100)
    (definition,) = [
        one.values for one in plan.planned_of_type("aws_ecs_task_definition") if one.module == "module.single"
    ]
    (container,) = json.loads(definition["container_definitions"])
    assert container["readonlyRootFilesystem"]
    mounted = {one["sourceVolume"]: one["containerPath"] for one in container["mountPoints"]}
    assert [mounted[one["name"]] for one in definition["volume"]] == ["/tmp"]  # noqa: S108 - a path in a container
    (mix,) = [one.values for one in plan.planned_of_type("aws_ecs_service") if one.values["name"] == "mix"]
    assert {
        (one["capacity_provider"], one["base"], one["weight"]) for one in mix["capacity_provider_strategy"]
    } == {
        ("FARGATE", 2, 50),
        ("FARGATE_SPOT", 0, 50),
    }
    architectures = {
        one.module: one.values["runtime_platform"][0]["cpu_architecture"]
        for one in plan.planned_of_type("aws_ecs_task_definition")
        if one.values["runtime_platform"]
    }
    assert [module for module, name in architectures.items() if name == "ARM64"] == ["module.arm"]
    root.apply(variables=given)
    scaling = client("application-autoscaling")
    targets = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert {one["ResourceId"].rpartition("/")[2] for one in targets} == {
        *("arm", "behind", "grpc", "made-beside", "minimal", "mix", "plain", "queue", "single", "worker")
    }
    again = root.plan(tmp_path / "b.tfplan", (), given)
    assert [change.address for change in again.changed] == []
    root.destroy(variables=given)
    assert scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"] == []
    # What was there before is there after.
    assert client("elbv2").describe_listeners(ListenerArns=[given["listener_arn"]])["Listeners"]
