"""Deployments in the sandbox: tasks, targets and events over a time that the test moves."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError
from sandbox.made import CLUSTER, HEALTHY_S, RUNNING_S, Fleet

from trimtab.errors import SandboxError
from trimtab.sandbox.clock import SandboxTime
from trimtab.sandbox.server import Sandbox
from trimtab.sandbox.timing import TaskTiming

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with Sandbox.start(clock=SandboxTime(speed=0), timing=TaskTiming.fargate()) as sandbox:
        yield Fleet(sandbox)
        assert sandbox.calls_not_implemented == ()
        assert sandbox.faults == ()


def test_a_task_passes_through_its_life_with_a_timestamp_for_each_phase(fleet: Fleet) -> None:
    name = fleet.service(1, settle=False)
    states = []
    for wait in (0, 10.3, 9.3, 0.8):
        fleet.wait(wait)
        states.append(fleet.tasks(name)[0]["lastStatus"])
    task = fleet.tasks(name)[0]
    phases = ("createdAt", "pullStartedAt", "pullStoppedAt", "startedAt")
    spent = [(task[b] - task[a]).total_seconds() for a, b in itertools.pairwise(phases)]

    assert states == ["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"]
    assert spent == pytest.approx([10.3, 9.3, 0.8], abs=0.01)


def test_a_task_tells_its_service_deployment_revision_zone_and_image(fleet: Fleet) -> None:
    name = fleet.service(2, enableECSManagedTags=True)
    service, tasks = fleet.read(name), fleet.tasks(name)

    assert {task["group"] for task in tasks} == {f"service:{name}"}
    assert {task["startedBy"] for task in tasks} == {service["deployments"][0]["id"]}
    assert {task["taskDefinitionArn"] for task in tasks} == {service["taskDefinition"]}
    assert {task["availabilityZone"] for task in tasks} == {"us-east-1a", "us-east-1b"}
    assert tasks[0]["containers"][0]["image"] == "nginx:1"
    assert tasks[0]["containers"][0]["lastStatus"] == "RUNNING"
    by_deployment = fleet.ecs.list_tasks(cluster=CLUSTER, startedBy=service["deployments"][0]["id"])
    assert sorted(by_deployment["taskArns"]) == sorted(task["taskArn"] for task in tasks)


def test_a_task_is_healthy_when_its_container_check_passes_and_unknown_without_one(fleet: Fleet) -> None:
    check = fleet.register("checked", healthCheck={"command": ["CMD", "true"]})
    checked, unchecked = fleet.service(1, taskDefinition=check), fleet.service(1)

    assert fleet.tasks(checked)[0]["healthStatus"] == "HEALTHY"
    assert fleet.tasks(unchecked)[0]["healthStatus"] == "UNKNOWN"


def test_a_first_deployment_completes_once_its_targets_are_healthy(fleet: Fleet) -> None:
    group = fleet.target_group()
    name = fleet.service(2, settle=False, group=group)
    fleet.wait(HEALTHY_S - 1)
    before, health_before = fleet.deployment(name), fleet.health(group)
    fleet.wait(1)
    after = fleet.deployment(name)

    assert health_before == [("initial", "Elb.RegistrationInProgress")] * 2
    assert (before["rolloutState"], before["runningCount"]) == ("IN_PROGRESS", 2)
    assert fleet.health(group) == [("healthy", None)] * 2
    assert (after["rolloutState"], after["runningCount"], after["pendingCount"]) == ("COMPLETED", 2, 0)
    assert after["rolloutStateReason"] == f"ECS deployment {after['id']} completed."
    assert fleet.events(name) == [
        "has started 2 tasks: (task T) (task T).",
        "registered 2 targets in (target-group ARN)",
        "(deployment ID) deployment completed.",
        "has reached a steady state.",
    ]


def test_a_new_revision_replaces_the_tasks_and_the_old_ones_drain(fleet: Fleet) -> None:
    group = fleet.target_group()
    name = fleet.service(2, group=group)
    old = fleet.tasks(name)
    new_id = fleet.deploy(name)
    fleet.wait(30)
    during = fleet.read(name)
    fleet.wait(HEALTHY_S - 30)
    after = fleet.read(name)

    assert [(d["status"], d["rolloutState"]) for d in during["deployments"]] == [
        ("PRIMARY", "IN_PROGRESS"),
        ("ACTIVE", "COMPLETED"),
    ]
    assert during["deployments"][0]["id"] == new_id != old[0]["startedBy"]
    assert during["runningCount"] == 4
    assert [d["id"] for d in after["deployments"]] == [new_id]
    assert {task["taskDefinitionArn"] for task in fleet.tasks(name)} == {after["taskDefinition"]}
    assert sorted(state for state, _ in fleet.health(group)) == ["draining"] * 2 + ["healthy"] * 2
    assert fleet.events(name)[4:] == [
        "has started 2 tasks: (task T) (task T).",
        "registered 2 targets in (target-group ARN)",
        "has stopped 2 running tasks: (task T) (task T).",
        "deregistered 2 targets in (target-group ARN)",
        "(taskSet ID) has begun draining connections on 2 tasks.",
        "(deployment ID) deployment completed.",
        "has reached a steady state.",
    ]


def test_a_task_stops_only_after_the_deregistration_delay(fleet: Fleet) -> None:
    group = fleet.target_group()
    name = fleet.service(1, group=group)
    address = fleet.elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"][0]["Target"]
    fleet.ecs.update_service(cluster=CLUSTER, service=name, desiredCount=0)
    states = []
    for wait in (0, 59, 1, 10):
        fleet.wait(wait)
        states.append(fleet.tasks(name, "STOPPED")[0]["lastStatus"])
    task = fleet.tasks(name, "STOPPED")[0]
    gone = fleet.elb.describe_target_health(TargetGroupArn=group, Targets=[address])

    assert states == ["DEACTIVATING", "DEACTIVATING", "STOPPING", "STOPPED"]
    assert (task["stoppedAt"] - task["stoppingAt"]).total_seconds() == pytest.approx(70, abs=0.1)
    assert task["stopCode"] == "ServiceSchedulerInitiated"
    assert task["stoppedReason"].startswith("Scaling activity initiated by (deployment ecs-svc/")
    assert fleet.health(group) == []
    assert gone["TargetHealthDescriptions"][0]["TargetHealth"]["State"] == "unused"
    fleet.wait(3600)
    assert fleet.tasks(name, "STOPPED") == []


@pytest.mark.parametrize(
    ("desired", "least", "most"),
    [
        (4, 100, 200),
        (5, 50, 125),
        (1, 0, 100),
        # One bound each: the three above meet both.
        pytest.param(4, 100, 150, marks=pytest.mark.slow),
        pytest.param(4, 50, 100, marks=pytest.mark.slow),
    ],
)
def test_the_minimum_and_maximum_percent_are_kept_throughout(
    fleet: Fleet, desired: int, least: int, most: int
) -> None:
    bounds = {"minimumHealthyPercent": least, "maximumPercent": most}
    name = fleet.service(desired, deploymentConfiguration=bounds)
    wanted = fleet.deploy(name)
    for _ in range(24):
        fleet.wait(15)
        alive = [t for s in ("RUNNING", "STOPPED") for t in fleet.tasks(name, s)]
        alive = [task for task in alive if task["lastStatus"] != "STOPPED"]
        serving = [task for task in fleet.tasks(name) if task["lastStatus"] == "RUNNING"]
        assert len(alive) <= desired * most // 100
        assert len(serving) >= -(-desired * least // 100)
    assert fleet.deployment(name)["id"] == wanted
    assert fleet.deployment(name)["rolloutState"] == "COMPLETED"


def test_a_deployment_without_room_to_start_or_stop_anything_is_stuck(fleet: Fleet) -> None:
    bounds = {"minimumHealthyPercent": 100, "maximumPercent": 100}
    name = fleet.service(1, deploymentConfiguration=bounds)
    fleet.deploy(name)
    fleet.wait(3600)

    deployment = fleet.deployment(name)
    assert (deployment["rolloutState"], deployment["runningCount"], deployment["pendingCount"]) == (
        "IN_PROGRESS",
        0,
        0,
    )


def test_a_deployment_is_not_complete_while_the_minimum_keeps_old_tasks(fleet: Fleet) -> None:
    name = fleet.service(2, deploymentConfiguration={"minimumHealthyPercent": 150, "maximumPercent": 200})
    fleet.deploy(name)
    fleet.wait(3600)

    shown = [(d["rolloutState"], d["runningCount"]) for d in fleet.read(name)["deployments"]]
    assert shown == [("IN_PROGRESS", 2), ("COMPLETED", 1)]


def test_the_desired_count_starts_and_stops_tasks_within_the_deployment(fleet: Fleet) -> None:
    name = fleet.service(2)
    deployment = fleet.deployment(name)["id"]
    fleet.ecs.update_service(cluster=CLUSTER, service=name, desiredCount=5)
    assert (fleet.read(name)["runningCount"], fleet.read(name)["pendingCount"]) == (2, 3)
    fleet.wait(61)
    more = fleet.tasks(name)
    fleet.ecs.update_service(cluster=CLUSTER, service=name, desiredCount=1)
    fleet.wait(1)

    assert {task["startedBy"] for task in more} == {deployment}
    assert len(more) == 5
    # One of the oldest stays.
    assert [t["createdAt"] for t in fleet.tasks(name)] == [min(task["createdAt"] for task in more)]
    assert fleet.events(name)[-2:] == [
        "has stopped 4 running tasks: (task T) (task T) (task T) (task T).",
        "has reached a steady state.",
    ]


def test_a_task_that_a_user_stops_is_replaced(fleet: Fleet) -> None:
    name = fleet.service(1)
    stopped = fleet.tasks(name)[0]["taskArn"]
    fleet.ecs.stop_task(cluster=CLUSTER, task=stopped, reason="try it")
    fleet.wait(61)
    task = fleet.tasks(name, "STOPPED")[0]

    assert (task["taskArn"], task["stopCode"], task["stoppedReason"]) == (stopped, "UserInitiated", "try it")
    assert fleet.deployment(name)["failedTasks"] == 0
    # Unless asked for, what has stopped is not listed.
    listed = fleet.ecs.list_tasks(cluster=CLUSTER, serviceName=name)["taskArns"]
    assert len(listed) == 1
    assert listed != [stopped]


def test_an_update_that_changes_nothing_opens_no_deployment_unless_forced(fleet: Fleet) -> None:
    name = fleet.service(1)
    service = fleet.read(name)
    same = {"taskDefinition": service["taskDefinition"], "networkConfiguration": fleet.network}
    again = fleet.ecs.update_service(cluster=CLUSTER, service=name, **same)["service"]
    forced = fleet.ecs.update_service(cluster=CLUSTER, service=name, forceNewDeployment=True)["service"]

    assert [d["id"] for d in again["deployments"]] == [d["id"] for d in service["deployments"]]
    assert [d["status"] for d in forced["deployments"]] == ["PRIMARY", "ACTIVE"]
    assert forced["deployments"][1]["id"] == service["deployments"][0]["id"]


def test_a_second_deployment_takes_the_place_of_one_in_progress(fleet: Fleet) -> None:
    name = fleet.service(2)
    first = fleet.deploy(name)
    fleet.wait(25)
    second = fleet.deploy(name)
    fleet.wait(1)
    during = fleet.read(name)["deployments"]
    fleet.wait(HEALTHY_S + 60)

    assert [(d["status"], d["rolloutState"]) for d in during] == [
        ("PRIMARY", "IN_PROGRESS"),
        ("ACTIVE", "IN_PROGRESS"),
        ("ACTIVE", "COMPLETED"),
    ]
    assert [d["id"] for d in during[:2]] == [second, first]
    # What the first had started had no time to be healthy: it goes at once.
    assert [d["runningCount"] for d in during] == [0, 0, 2]
    assert [d["id"] for d in fleet.read(name)["deployments"]] == [second]
    assert {task["startedBy"] for task in fleet.tasks(name)} == {second}


def test_a_deregistered_revision_is_not_deployed(fleet: Fleet) -> None:
    name = fleet.service(1)
    revision = fleet.register(name)
    fleet.ecs.deregister_task_definition(taskDefinition=revision)

    with pytest.raises(ClientError, match="TaskDefinition is inactive"):
        fleet.ecs.update_service(cluster=CLUSTER, service=name, taskDefinition=revision)


def test_a_deleted_service_drains_before_it_is_inactive_and_its_name_is_free(fleet: Fleet) -> None:
    group = fleet.target_group()
    name = fleet.service(1, group=group)
    definition = fleet.read(name)["taskDefinition"]
    fleet.ecs.delete_service(cluster=CLUSTER, service=name, force=True)
    draining = fleet.read(name)["status"]
    again = {"cluster": CLUSTER, "serviceName": name, "taskDefinition": definition, "desiredCount": 0}
    with pytest.raises(ClientError, match="still Draining"):
        fleet.ecs.create_service(**again)
    with pytest.raises(ClientError, match="Service was not ACTIVE"):
        fleet.ecs.update_service(cluster=CLUSTER, service=name, desiredCount=3)
    fleet.wait(61)
    inactive = fleet.read(name)["status"]
    fleet.wait(10)

    assert (draining, inactive) == ("DRAINING", "INACTIVE")
    stopped = fleet.tasks(name, "STOPPED")[0]
    interface = {d["name"]: d["value"] for d in stopped["attachments"][0]["details"]}["networkInterfaceId"]
    interfaces = fleet.client("ec2").describe_network_interfaces()["NetworkInterfaces"]
    assert interface not in {found["NetworkInterfaceId"] for found in interfaces}
    assert fleet.ecs.create_service(**again)["service"]["status"] == "ACTIVE"


def test_scaling_sets_the_count_and_its_activity_ends_when_the_tasks_run(fleet: Fleet) -> None:
    name = fleet.service(2)
    scaling = fleet.client("application-autoscaling")
    resource = {"ServiceNamespace": "ecs", "ResourceId": f"service/{CLUSTER}/{name}"}
    fleet.sandbox.scale(name, 3, cause="monitor alarm high in state ALARM triggered policy out")
    during = scaling.describe_scaling_activities(**resource)["ScalingActivities"][0]
    fleet.wait(61)
    after = scaling.describe_scaling_activities(**resource)["ScalingActivities"][0]

    assert (during["StatusCode"], "EndTime" in during) == ("InProgress", False)
    assert after["StatusCode"] == "Successful"
    assert after["StatusMessage"].endswith("Change successfully fulfilled by ecs.")
    assert (after["EndTime"] - after["StartTime"]).total_seconds() == pytest.approx(RUNNING_S + 40, abs=0.01)
    assert (after["Cause"], fleet.read(name)["runningCount"]) == (during["Cause"], 3)


def test_registering_a_target_brings_the_service_into_its_bounds(fleet: Fleet) -> None:
    name = fleet.service(2)
    scaling = fleet.client("application-autoscaling")
    resource = {"ServiceNamespace": "ecs", "ResourceId": f"service/{CLUSTER}/{name}"}
    target = {**resource, "ScalableDimension": "ecs:service:DesiredCount"}
    scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=4)
    inside = fleet.read(name)["desiredCount"]
    scaling.register_scalable_target(**target, MinCapacity=3, MaxCapacity=4)

    assert (inside, fleet.read(name)["desiredCount"]) == (2, 3)
    causes = [a["Cause"] for a in scaling.describe_scaling_activities(**resource)["ScalingActivities"]]
    assert causes == ["minimum capacity was set to 3"]


def test_what_the_bounds_leave_nothing_of_is_an_activity_that_was_not_scaled(fleet: Fleet) -> None:
    name = fleet.service(3)
    scaling = fleet.client("application-autoscaling")
    resource = {"ServiceNamespace": "ecs", "ResourceId": f"service/{CLUSTER}/{name}"}
    target = {**resource, "ScalableDimension": "ecs:service:DesiredCount"}
    scaling.register_scalable_target(**target, MinCapacity=3, MaxCapacity=5)
    counts = []
    for wanted in (2, 3, 9, 9):
        fleet.sandbox.scale(name, wanted, cause="monitor alarm a in state ALARM triggered policy p")
        counts.append(fleet.read(name)["desiredCount"])
    made = scaling.describe_scaling_activities(**resource)["ScalingActivities"]
    every = scaling.describe_scaling_activities(**resource, IncludeNotScaledActivities=True)

    assert counts == [3, 3, 5, 5]
    assert [one["Description"] for one in made] == ["Setting desired count to 5."]
    reasons = [one.get("NotScaledReasons") for one in reversed(every["ScalingActivities"])]
    assert reasons == [
        [{"Code": "AlreadyAtMinCapacity", "MinCapacity": 3}],
        [{"Code": "AlreadyAtDesiredCapacity", "CurrentCapacity": 3}],
        None,
        [{"Code": "AlreadyAtMaxCapacity", "MaxCapacity": 5}],
    ]


def test_scaling_a_service_that_is_not_there_is_refused(fleet: Fleet) -> None:
    with pytest.raises(SandboxError, match="no active service nobody"):
        fleet.sandbox.scale("nobody", 3, cause="")


def test_lists_come_in_pages_and_describes_have_a_limit(fleet: Fleet) -> None:
    fleet.ecs.create_cluster(clusterName="many")
    definition = fleet.register("many")
    for number in range(12):
        fleet.ecs.create_service(cluster="many", serviceName=f"n{number}", taskDefinition=definition)
    pages = list(fleet.ecs.get_paginator("list_services").paginate(cluster="many"))
    arns = [arn for page in pages for arn in page["serviceArns"]]

    assert [len(page["serviceArns"]) for page in pages] == [10, 2]
    assert len(set(arns)) == 12
    with pytest.raises(ClientError, match="cannot contain more than 10"):
        fleet.ecs.describe_services(cluster="many", services=arns)
