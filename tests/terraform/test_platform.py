"""The life of ``terraform/platform`` with the values that ``trimtab optimize`` writes.

Real Terraform and provider against the sandbox: apply, plan again, change one thing, destroy.
The tests of this module run in their order. Three services of every kind stand for the twelve, which
``test_requirements.py`` plans, ``test_adopt.py`` takes over and applies, and the whole demo makes anew.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from inventory import inventory
from requirements_plan import only, with_lines

from trimtab.commands.demo import SANDBOX_VARIABLES
from written import whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from example_run import ExampleRun
    from trimtab.engine.engine import Workspace
    from trimtab.engine.plan import Plan

DEFINITION = "aws_ecs_task_definition.this"
THREE = ("api", "scheduler", "worker")
"""Public and internal behind a load balancer and behind none, which calls another; one copy and many."""


@dataclass(frozen=True)
class Applied:
    """The platform as it runs in the sandbox."""

    workspace: Workspace
    given: dict[str, Any]
    written: Path
    """Folder with the values and the recommendation."""
    empty: dict[str, set[str]]
    """What was there before."""

    @property
    def values(self) -> Path:
        return self.workspace.directory / "services.auto.tfvars"

    @property
    def next(self) -> Path:
        """The plan file of a change that is looked at before it is applied."""
        return self.workspace.directory / "next.tfplan"

    def plan(self, out: Path, values: Path | None = None, **variables: object) -> Plan:
        return self.workspace.plan(out, (values or self.values,), {**self.given, **variables})

    def change(self, out: Path, values: Path, **variables: object) -> Plan:
        """Return the plan of a change. Nothing else happened since the last plan: no need to look."""
        unread = {**self.workspace.environment, "TF_CLI_ARGS_plan": "-refresh=false"}
        workspace = replace(self.workspace, environment=unread)
        return workspace.plan(out, (values,), {**self.given, **variables})


@pytest.fixture(scope="module")
def applied(
    workspaces: Callable[[str], Workspace],
    network: dict[str, Any],
    client: Callable[[str], Any],
    example: ExampleRun,
) -> Applied:
    written = example.out
    platform = workspaces("terraform/platform")
    # The values to try take the place of those that come with the configuration.
    values = (written / "services.auto.tfvars").read_text(encoding="utf-8")
    (platform.directory / "services.auto.tfvars").write_text(only(values, THREE), encoding="utf-8")
    given = {**network, **SANDBOX_VARIABLES}
    empty = inventory(client)
    platform.apply(variables=given)
    return Applied(workspace=platform, given=given, written=written, empty=empty)


def test_second_plan_is_clean(applied: Applied, tmp_path: Path) -> None:
    plan = applied.plan(tmp_path / "a.tfplan")
    assert [change.address for change in plan.changed] == []
    assert plan.is_clean


def test_the_recommendation_states_the_timing_that_is_deployed(applied: Applied) -> None:
    document = whole(applied.written)
    deployed = applied.workspace.outputs()["timing"]
    assert set(deployed) == set(THREE)
    for service in [one for one in document["services"] if one["name"] in THREE]:
        said, found = service["timing"], deployed[service["name"]]
        container, target = said["container"], said["target"] or {}
        assert found["start_period"] == container["start_period_s"]
        assert found["interval"] == container["interval_s"]
        assert found["timeout"] == container["timeout_s"]
        assert found["retries"] == container["retries"]
        assert found["stop_timeout"] == said["stop_timeout_s"]
        assert found["grace_period"] == target.get("grace_period_s")
        assert found["deregistration_delay"] == target.get("deregistration_delay_s")


def test_the_worker_hangs_on_the_internal_load_balancer(
    applied: Applied, client: Callable[[str], Any]
) -> None:
    del applied
    balancing = client("elbv2")
    (group,) = [
        one
        for one in balancing.describe_target_groups()["TargetGroups"]
        if one["TargetGroupName"].startswith("production-worker-")
    ]
    balancers = balancing.describe_load_balancers(LoadBalancerArns=group["LoadBalancerArns"])
    assert [one["Scheme"] for one in balancers["LoadBalancers"]] == ["internal"]


CHANGED_LOGS = {"production_days": 60, "debug_days": 14}


@pytest.fixture
def changed(applied: Applied, tmp_path: Path) -> Path:
    """Give the values with a new size of one service, and of two with what shall replace nothing."""
    values = with_lines(
        applied.values.read_text(encoding="utf-8"),
        ("api", "cpu             = 256", "cpu             = 512"),
        ("api", "memory          = 512", "memory          = 1024"),
        ("worker", 'cost_center     = "operations"', 'cost_center     = "back-office"'),
        ("scheduler", "high = 70", "high = 75"),
    )
    path = tmp_path / "changed.tfvars"
    path.write_text(values, encoding="utf-8")
    return path


def test_r6_a_new_size_registers_a_revision_and_tags_retention_and_thresholds_replace_nothing(
    applied: Applied, changed: Path
) -> None:
    plan = applied.change(applied.next, changed, logs=CHANGED_LOGS)
    (replaced,) = [change for change in plan.changed if change.actions != ("update",)]
    assert replaced.address == f'module.fleet.module.service["api"].{DEFINITION}'
    assert replaced.is_replacement
    # But for how long it keeps its logs, a new size is all that changes of its service.
    of_api = [change.type for change in plan.changed if '"api"' in change.module and change is not replaced]
    assert set(of_api) == {"aws_cloudwatch_log_group"}
    assert {change.type for change in plan.changed if change is not replaced} >= {
        "aws_appautoscaling_target",
        "aws_cloudwatch_log_group",
        "aws_cloudwatch_metric_alarm",
        "aws_ecs_service",
        "aws_ecs_task_definition",
        "aws_iam_role",
        "aws_lb_target_group",
    }


def test_r6_the_service_stays_on_its_revision_and_the_count_that_scaling_chose_is_left_alone(
    applied: Applied, changed: Path, client: Callable[[str], Any], tmp_path: Path
) -> None:
    applied.workspace.apply(applied.next)
    ecs = client("ecs")
    (service,) = ecs.describe_services(cluster="production", services=["api"])["services"]
    assert service["taskDefinition"].endswith("task-definition/production-api:1")
    # Both are there: the new one to move to, the old one to go back to.
    revisions = ecs.list_task_definitions(familyPrefix="production-api", status="ACTIVE")
    assert [arn.rsplit(":", 1)[1] for arn in revisions["taskDefinitionArns"]] == ["1", "2"]
    ecs.update_service(cluster="production", service="worker", desiredCount=5)
    plan = applied.plan(tmp_path / "a.tfplan", changed, logs=CHANGED_LOGS)
    assert [change.address for change in plan.changed] == []
    assert plan.is_clean


def _event(detail_type: str, detail: dict[str, Any], resource: str) -> dict[str, Any]:
    return {
        "Source": "aws.ecs",
        "DetailType": detail_type,
        "Resources": [resource],
        "Detail": json.dumps(detail),
    }


ACCOUNT = "123456789012"
CLUSTER = f"arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/production"
SERVICE = f"arn:aws:ecs:us-east-1:{ACCOUNT}:service/production/api"


def _task(
    number: int, code: str, reason: str, cluster: str = CLUSTER, status: str = "STOPPED"
) -> dict[str, Any]:
    arn = f"arn:aws:ecs:us-east-1:{ACCOUNT}:task/production/{number:032d}"
    detail = {
        "clusterArn": cluster,
        "taskArn": arn,
        "group": "service:api",
        "lastStatus": status,
        "desiredStatus": "STOPPED",
        "stopCode": code,
        "stoppedReason": reason,
        "marker": number,
    }
    return _event("ECS Task State Change", detail, arn)


ALERTS = {
    1: _task(1, "EssentialContainerExited", "Essential container in task exited"),
    2: _task(2, "TaskFailedToStart", "CannotPullContainerError: not found"),
    3: _task(3, "ServiceSchedulerInitiated", "Task failed ELB health checks in (target-group a)"),
    4: _task(4, "ServiceSchedulerInitiated", "Task failed container health checks"),
    5: _task(5, "SpotInterruption", "Your Spot Task was interrupted."),
    6: _event(
        "ECS Deployment State Change",
        {
            "eventType": "ERROR",
            "eventName": "SERVICE_DEPLOYMENT_FAILED",
            "reason": "tasks failed",
            "marker": 6,
        },
        SERVICE,
    ),
    7: _event(
        "ECS Service Action",
        {"eventType": "WARN", "eventName": "SERVICE_TASK_START_IMPAIRED", "clusterArn": CLUSTER, "marker": 7},
        SERVICE,
    ),
}
BENIGN = {
    11: _task(11, "ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/1)"),
    12: _task(12, "UserInitiated", "Task stopped by operator"),
    13: _task(13, "EssentialContainerExited", "Essential container in task exited", status="DEPROVISIONING"),
    14: _task(
        14, "EssentialContainerExited", "another cluster", cluster=CLUSTER.replace("production", "other")
    ),
    15: _event(
        "ECS Deployment State Change",
        {"eventType": "INFO", "eventName": "SERVICE_DEPLOYMENT_COMPLETED", "reason": "", "marker": 15},
        SERVICE,
    ),
    16: _event(
        "ECS Service Action",
        {"eventType": "INFO", "eventName": "SERVICE_STEADY_STATE", "clusterArn": CLUSTER, "marker": 16},
        SERVICE,
    ),
    17: _event(
        "ECS Service Action",
        {"eventType": "ERROR", "eventName": "SERVICE_TASK_PLACEMENT_FAILURE", "marker": 17},
        SERVICE.replace("/production/", "/production-old/"),
    ),
}


def test_o3_failures_reach_the_log_and_scale_in_does_not(
    applied: Applied, client: Callable[[str], Any]
) -> None:
    del applied
    entries = [*ALERTS.values(), *BENIGN.values()]
    for start in range(0, len(entries), 10):
        assert client("events").put_events(Entries=entries[start : start + 10])["FailedEntryCount"] == 0
    logs = client("logs")
    group = "/aws/events/ecs/production"
    found = [
        json.loads(event["message"])["detail"]["marker"]
        for stream in logs.describe_log_streams(logGroupName=group)["logStreams"]
        for event in logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"])["events"]
    ]
    assert sorted(found) == sorted(ALERTS)


@pytest.mark.slow  # a minute of both cores; small roots are destroyed in each run
def test_destroy_leaves_nothing_but_revisions(applied: Applied, client: Callable[[str], Any]) -> None:
    applied.workspace.destroy(var_files=(applied.values,), variables=applied.given)
    assert inventory(client) == applied.empty
    # Revisions stay on purpose (skip_destroy): they cost nothing, and a rollback needs them.
    assert client("ecs").list_task_definitions(status="ACTIVE")["taskDefinitionArns"]
