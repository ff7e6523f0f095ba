"""A fleet made by hand with everything a takeover can trip over, taken over all the same.

Real Terraform and provider against the sandbox. The tests of this module run in their order.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from adoption import Taken, guard, read_fleet, starts_tasks, take_over
from awkward import CLUSTER, DEPLOYED, Awkward
from rolling import Rolling

from trimtab.assets import assets_folder
from trimtab.rollout.model import Outcome
from trimtab.sandbox.timing import TaskTiming
from trimtab.snapshot.folder import read_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trimtab.engine.engine import Workspace
    from trimtab.sandbox.server import Sandbox

pytestmark = pytest.mark.slow

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
    recorded = read_snapshot(assets_folder() / "examples" / "fleet").metrics["api"]
    metrics = dict.fromkeys((*TAKEN, "by-codedeploy"), recorded)
    folder = tmp_path_factory.mktemp("taken")
    snapshot = read_fleet(sandbox, CLUSTER, metrics, folder / "snapshot")
    given = {**network, "deletion_protection": False}
    return take_over(snapshot, folder / "written", workspaces, given)


def test_nothing_is_destroyed_or_replaced(taken: Taken) -> None:
    assert [change.address for change in taken.plan.changed if "delete" in change.actions] == []
    assert len(taken.plan.of_type("aws_ecs_service")) == len(TAKEN)
    assert taken.plan.counts.imported == taken.adoption.imports


def test_no_service_starts_new_tasks(taken: Taken) -> None:
    services = taken.plan.of_type("aws_ecs_service")
    assert {change.address: starts_tasks(change) for change in services if starts_tasks(change)} == {}


def test_a_service_that_another_controller_deploys_is_left(taken: Taken) -> None:
    assert [left.service for left in taken.adoption.takeover.left] == ["by-codedeploy"]
    assert taken.adoption.partial
    assert not [change for change in taken.plan.changes if "by-codedeploy" in change.address]


def test_a_service_keeps_its_architecture(taken: Taken) -> None:
    runs_on = {
        revision.values["family"]: revision.values["runtime_platform"][0]["cpu_architecture"]
        for revision in taken.plan.planned_of_type("aws_ecs_task_definition")
    }
    assert {family for family, one in runs_on.items() if one == "ARM64"} == {"Shop-jobs"}


def test_deployments_keep_as_many_tasks_up_as_before(taken: Taken) -> None:
    found = {}
    for change in taken.plan.of_type("aws_ecs_service"):
        assert change.before is not None
        assert change.after is not None
        for name in ("deployment_minimum_healthy_percent", "deployment_maximum_percent"):
            assert change.before[name] == change.after[name], change.address
        found[change.after["name"]] = (
            change.after["deployment_minimum_healthy_percent"],
            change.after["deployment_maximum_percent"],
        )
    assert {name: found.get(name) for name in DEPLOYED} == DEPLOYED
    assert {found[name] for name in TAKEN - set(DEPLOYED)} == {(100, 200)}


def test_how_requests_are_checked_spread_and_refused_stays(taken: Taken) -> None:
    groups = {one.values["name"]: one.values for one in taken.plan.planned_of_type("aws_lb_target_group")}
    orders = groups["Shop-orders"]
    check = orders["health_check"][0]
    assert (check["path"], check["matcher"]) == ("/up?deep=1", "200-399")
    assert orders["stickiness"][0]["enabled"]
    assert orders["load_balancing_algorithm_type"] == "least_outstanding_requests"
    for balancer in taken.plan.of_type("aws_lb"):
        assert balancer.before is not None
        assert balancer.after is not None
        assert balancer.before["security_groups"] == balancer.after["security_groups"]
        assert not balancer.after["drop_invalid_header_fields"]
    said = [
        one.values["default_action"][0]["fixed_response"]
        for one in taken.plan.planned_of_type("aws_lb_listener")
    ]
    (answer,) = [one[0] for one in said if one]
    assert (answer["status_code"], answer["message_body"]) == ("503", '{"no": "${x}"}')


def test_the_guard_finds_nothing_that_interrupts(taken: Taken) -> None:
    assert guard(taken).exit_code == 0


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


def test_the_plan_is_clean_after_the_apply(taken: Taken, tmp_path: Path) -> None:
    taken.workspace.apply(taken.workspace.directory / "first.tfplan")
    (taken.workspace.directory / "imports.tf").unlink()
    again = taken.planned(tmp_path)
    assert [change.address for change in again.changed] == []
    assert again.is_clean


def test_tags_whose_values_no_snapshot_holds_are_still_there_after_the_apply(
    taken: Taken, client: Callable[[str], Any]
) -> None:
    adopted = (taken.folder / "adopt.auto.tfvars").read_text("utf-8")
    assert re.search(r'ignore_tags *= \["Team"\]', adopted)
    ecs = client("ecs")
    (cluster,) = ecs.describe_clusters(clusters=[CLUSTER])["clusters"]
    services = ecs.describe_services(cluster=CLUSTER, services=sorted(TAKEN), include=["TAGS"])["services"]
    for arn in (cluster["clusterArn"], *(one["serviceArn"] for one in services)):
        tags = {one["key"]: one["value"] for one in ecs.list_tags_for_resource(resourceArn=arn)["tags"]}
        assert (tags["Team"], tags["CostCenter"] != "") == ("shop", True), arn


def test_every_service_rolls_out_and_back(
    taken: Taken, sandbox: Sandbox, client: Callable[[str], Any]
) -> None:
    sandbox.scheduler.timing = TaskTiming.fargate()
    registered = taken.workspace.outputs()["task_definitions"]
    rolling = Rolling(sandbox, client, CLUSTER, taken.folder, registered)
    done = rolling.run()
    left = {one.service for one in done.results if one.outcome is not Outcome.MOVED}
    assert left == {"by-codedeploy"}
    assert done.exit_code == 20
    assert rolling.runs() == registered
    rolling.is_well()
    assert rolling.run(undo=True).exit_code == 0
    assert rolling.runs() == rolling.before
    rolling.is_well()
