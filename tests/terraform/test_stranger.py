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
    from trimtab.engine.engine import Engine
    from trimtab.sandbox.server import Sandbox

STRANGER = Path(__file__).parent / "stranger"


@pytest.mark.slow
def test_a_strangers_root_plans_applies_and_goes(
    engine: Engine, sandbox: Sandbox, network: dict[str, Any], tmp_path: Path
) -> None:
    copy_configuration(tmp_path)
    shutil.copytree(STRANGER, tmp_path / "stranger")
    root = Workspace(engine=engine, directory=tmp_path / "stranger", environment=sandbox.environment)
    root.init()
    plan = root.plan(tmp_path / "a.tfplan", (), network)
    made = {one.address for one in plan.planned_of_type("aws_iam_role")}
    assert made == {
        "aws_iam_role.own",
        *(
            f"module.{name}.aws_iam_role.{role}[0]"
            for name in ("minimal", "single", "mix", "grpc", "worker")
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
    root.apply(variables=network)
    again = root.plan(tmp_path / "b.tfplan", (), network)
    assert [change.address for change in again.changed] == []
    root.destroy(variables=network)
