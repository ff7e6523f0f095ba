"""A fleet made by hand with everything a takeover can trip over, taken over all the same.

Real Terraform and provider against the sandbox. The tests of this module run in their order.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from adoption import Taken, read_fleet, starts_tasks, take_over
from awkward import CLUSTER, Awkward

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trimtab.adoption.engine import Workspace
    from trimtab.sandbox.server import Sandbox

TAKEN = {"Web_Frontend", "batch", "grpc", "jobs", "multi", "old-api", "orders"}


@pytest.fixture(scope="module")
def taken(
    workspaces: Callable[[str], Workspace],
    network: dict[str, Any],
    sandbox: Sandbox,
    client: Callable[[str], Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Taken:
    Awkward(client, network).make()
    fleet = read_fleet(sandbox, CLUSTER)
    recorded = {service.name: "api" for service in fleet.services}
    given = {**network, "deletion_protection": False}
    return take_over(fleet, recorded, tmp_path_factory.mktemp("taken"), workspaces, given)


def test_nothing_is_destroyed_or_replaced(taken: Taken) -> None:
    assert [change.address for change in taken.plan.changed if "delete" in change.actions] == []
    assert len(taken.plan.of_type("aws_ecs_service")) == len(TAKEN)
    assert taken.plan.counts.imported == taken.adoption.imports


def test_no_service_starts_new_tasks(taken: Taken) -> None:
    services = taken.plan.of_type("aws_ecs_service")
    assert {change.address: starts_tasks(change) for change in services if starts_tasks(change)} == {}


def test_a_service_that_another_controller_deploys_is_left(taken: Taken) -> None:
    assert [left.name for left in taken.adoption.takeover.left] == ["by-codedeploy"]
    assert taken.adoption.partial
    assert not [change for change in taken.plan.changes if "by-codedeploy" in change.address]


def test_values_that_no_snapshot_holds_are_carried_into_the_new_revision(taken: Taken) -> None:
    assert "hunter2" not in "".join(
        path.read_text(encoding="utf-8") for path in taken.folder.iterdir() if path.is_file()
    )
    for revision in taken.plan.planned_of_type("aws_ecs_task_definition"):
        (application, *_) = json.loads(revision.values["container_definitions"])
        assert {"name": "DB_PASSWORD", "value": "hunter2"} in application["environment"]
        assert application["secrets"] == [{"name": "KEY", "valueFrom": "/shop/key"}]
        assert application["user"] == "1000"
        assert application["command"][0] == "serve"


@pytest.mark.slow
def test_the_plan_is_clean_after_the_apply(taken: Taken, tmp_path: Path) -> None:
    taken.workspace.apply(taken.workspace.directory / "first.tfplan")
    (taken.workspace.directory / "imports.tf").unlink()
    again = taken.planned(tmp_path)
    assert [change.address for change in again.changed] == []
    assert again.is_clean
