"""An alarm of 20 s that stands beside the one of a minute is imported, and is the same alarm after.

Real Terraform and provider against the sandbox. The tests of this module run in their order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from adoption import QUICK, Taken, planned, read_fleet

from trimtab.advice.case.objective import Objective, PolicyKind
from trimtab.assets import assets_folder
from trimtab.commands.optimize import optimize
from trimtab.snapshot.folder import read_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from trimtab.engine.engine import Workspace
    from trimtab.engine.plan import Change
    from trimtab.sandbox.server import Sandbox

pytestmark = pytest.mark.slow

CLUSTER, SERVICE = "fast-prod-cluster", "jobs"
SLOW, FAST = (f"{CLUSTER}-{SERVICE}-{end}" for end in ("cpu-high", "cpu-high-fast"))
AT = f'module.fleet.module.service["{SERVICE}"].module.scaling[0].aws_cloudwatch_metric_alarm'
ADDRESSES = {SLOW: f'{AT}.out["cpu"]', FAST: f"{AT}.fast[0]"}


def make(client: Callable[[str], Any], network: dict[str, Any]) -> None:
    """Make a service, scaled as the module scales it, with an alarm of 20 s beside that of a minute."""
    ecs, scaling = client("ecs"), client("application-autoscaling")
    group = client("ec2").create_security_group(
        GroupName="fast", Description="fast", VpcId=network["vpc_id"]
    )["GroupId"]
    ecs.create_cluster(clusterName=CLUSTER)
    definition = ecs.register_task_definition(
        family=f"fast-{SERVICE}",
        cpu="512",
        memory="1024",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        containerDefinitions=[
            {
                "name": SERVICE,
                "image": "fast/jobs:1",
                "essential": True,
                "portMappings": [{"containerPort": 8080, "protocol": "tcp"}],
            }
        ],
    )["taskDefinition"]["taskDefinitionArn"]
    ecs.create_service(
        cluster=CLUSTER,
        serviceName=SERVICE,
        taskDefinition=definition,
        desiredCount=2,
        launchType="FARGATE",
        networkConfiguration={
            "awsvpcConfiguration": {"subnets": network["private_subnet_ids"], "securityGroups": [group]}
        },
    )
    place = {
        "ServiceNamespace": "ecs",
        "ResourceId": f"service/{CLUSTER}/{SERVICE}",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    scaling.register_scalable_target(**place, MinCapacity=2, MaxCapacity=12)
    policy = scaling.put_scaling_policy(
        **place,
        PolicyName="cpu-out",
        PolicyType="StepScaling",
        StepScalingPolicyConfiguration={
            "AdjustmentType": "ChangeInCapacity",
            "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
        },
    )["PolicyARN"]
    for name, period_s, points in ((SLOW, 60, 2), (FAST, 20, 3)):
        client("cloudwatch").put_metric_alarm(
            AlarmName=name,
            Namespace="AWS/ECS",
            MetricName="CPUUtilization",
            Dimensions=[
                {"Name": "ClusterName", "Value": CLUSTER},
                {"Name": "ServiceName", "Value": SERVICE},
            ],
            Statistic="Average",
            Period=period_s,
            EvaluationPeriods=points,
            DatapointsToAlarm=points,
            Threshold=70.0,
            ComparisonOperator="GreaterThanThreshold",
            AlarmActions=[policy],
        )


def alarms(client: Callable[[str], Any]) -> dict[str, Mapping[str, Any]]:
    found = client("cloudwatch").describe_alarms(AlarmNames=[SLOW, FAST])["MetricAlarms"]
    return {one["AlarmName"]: one for one in found}


def changes(taken: Taken) -> dict[str, Change]:
    by_address = {one.address: one for one in taken.plan.changes}
    return {name: by_address[address] for name, address in ADDRESSES.items() if address in by_address}


@pytest.fixture(scope="module")
def taken(
    workspaces: Callable[[str], Workspace],
    network: dict[str, Any],
    sandbox: Sandbox,
    client: Callable[[str], Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Taken:
    make(client, network)
    recorded = read_snapshot(assets_folder() / "examples" / "fleet").metrics["api"]
    folder = tmp_path_factory.mktemp("taken")
    snapshot = read_fleet(sandbox, CLUSTER, {SERVICE: recorded}, folder / "snapshot")
    written = folder / "written"
    outcome = optimize(
        snapshot, written, objective=Objective(policies=(PolicyKind.STEP,)), effort=QUICK, page=False
    )
    assert not outcome.partial
    values = written / "services.auto.tfvars"
    text = values.read_text(encoding="utf-8")
    assert text.count("scaling = {\n") == 1
    values.write_text(text.replace("scaling = {\n", "scaling = {\n      fast_signals = true\n"))
    return planned(written, workspaces, {**network, "deletion_protection": False})


def test_both_alarms_are_imported_and_nothing_is_destroyed_or_replaced(taken: Taken) -> None:
    written = (taken.folder / "imports.tf").read_text(encoding="utf-8")
    for name, address in ADDRESSES.items():
        assert f'to = {address}\n  id = "{name}"\n' in written
    assert [one.address for one in taken.plan.changed if "delete" in one.actions] == []
    found = changes(taken)
    assert set(found) == {SLOW, FAST}
    imported = {one.address for one in taken.plan.imported}
    assert set(ADDRESSES.values()) <= imported
    assert {one.actions for one in found.values()} <= {("update",), ("no-op",)}


def test_the_fast_one_stays_one_of_20_s_on_the_same_policy(taken: Taken) -> None:
    one = changes(taken)[FAST]
    assert one.before is not None
    assert one.after is not None
    assert (one.before["period"], one.after["period"]) == (20, 20)
    assert (one.before["alarm_name"], one.after["alarm_name"]) == (FAST, FAST)


def test_after_the_apply_they_are_the_same_alarms_and_the_plan_is_clean(
    taken: Taken, client: Callable[[str], Any], tmp_path: Path
) -> None:
    before = alarms(client)
    taken.workspace.apply(taken.workspace.directory / "first.tfplan")
    after = alarms(client)
    for name in (SLOW, FAST):
        assert after[name]["AlarmArn"] == before[name]["AlarmArn"]
        assert after[name]["Period"] == before[name]["Period"]
        assert after[name]["AlarmActions"] == before[name]["AlarmActions"], "the same scaling policy"
    again = taken.planned(tmp_path)
    assert [one.address for one in again.changed] == []
