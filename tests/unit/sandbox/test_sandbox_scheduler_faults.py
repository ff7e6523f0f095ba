"""Deployments that fail in the sandbox, because a test asked for it, and what ECS does then."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from sandbox.made import BREAKER, CLUSTER, Fleet

from trimtab.catalog.limits import breaker_threshold
from trimtab.sandbox.clock import SandboxTime
from trimtab.sandbox.faults import Fault
from trimtab.sandbox.server import Sandbox
from trimtab.sandbox.timing import TaskTiming

if TYPE_CHECKING:
    from collections.abc import Iterator

FAILED = "ECS deployment circuit breaker: tasks failed to start."
NO_ROLLBACK = {"deploymentCircuitBreaker": {"enable": True, "rollback": False}}
NO_BREAKER = {"deploymentCircuitBreaker": {"enable": False, "rollback": False}}


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with Sandbox.start(clock=SandboxTime(speed=0), timing=TaskTiming.fargate()) as sandbox:
        yield Fleet(sandbox)
        assert sandbox.calls_not_implemented == ()
        assert sandbox.faults == ()


def until_failed(fleet: Fleet, name: str, deployment: str) -> dict[str, Any]:
    """Wait until the deployment has failed; return what was shown of it just then."""
    for _ in range(400):
        fleet.wait(5)
        shown: dict[str, Any] = next(d for d in fleet.read(name)["deployments"] if d["id"] == deployment)
        if shown["rolloutState"] == "FAILED":
            return shown
    raise AssertionError("it never failed")


@pytest.mark.parametrize("desired", [1, 8])
@pytest.mark.parametrize("failure", [Fault.EXITS, Fault.UNHEALTHY, Fault.CANNOT_PULL])
def test_the_breaker_fails_a_deployment_and_rolls_back(fleet: Fleet, failure: Fault, desired: int) -> None:
    name = fleet.service(desired)
    good = fleet.deployment(name)
    fleet.sandbox.inject.deployment_failure(name, failure)
    bad = fleet.deploy(name)
    failed = until_failed(fleet, name, bad)
    rollback = fleet.deployment(name)
    # The failed ones stop first: until then they take up the room of new ones.
    fleet.wait(10 + 61)
    after = fleet.read(name)

    # Tasks of a wave fail together, so the count can pass the threshold within it.
    assert breaker_threshold(desired) <= failed["failedTasks"] < breaker_threshold(desired) + desired
    assert (failed["status"], failed["rolloutStateReason"]) == ("ACTIVE", FAILED)
    assert rollback["id"] not in {good["id"], bad}
    assert rollback["taskDefinition"] == good["taskDefinition"]
    reason = f"ECS deployment circuit breaker: rolling back to deploymentId {rollback['id']}."
    assert (rollback["rolloutState"], rollback["rolloutStateReason"]) == ("IN_PROGRESS", reason)
    assert [(d["id"], d["rolloutState"]) for d in after["deployments"]] == [(rollback["id"], "COMPLETED")]
    assert after["taskDefinition"] == good["taskDefinition"]
    assert {t["taskDefinitionArn"] for t in fleet.tasks(name)} == {good["taskDefinition"]}
    events = fleet.events(name)
    told = events.index("(deployment ID) deployment failed: tasks failed to start.")
    assert events[told + 1 : told + 2] == ["rolling back to deployment ID."]
    assert events[-2:] == ["(deployment ID) deployment completed.", "has reached a steady state."]


@pytest.mark.parametrize(
    ("failure", "code", "reason"),
    [
        (Fault.EXITS, "EssentialContainerExited", "Essential container in task exited"),
        (Fault.UNHEALTHY, "ServiceSchedulerInitiated", "Task failed ELB health checks in (target-group "),
        (Fault.CANNOT_PULL, "TaskFailedToStart", "CannotPullContainerError: "),
    ],
)
def test_a_failed_task_says_why_in_the_words_of_ecs(
    fleet: Fleet, failure: Fault, code: str, reason: str
) -> None:
    name = fleet.service(1, group=fleet.target_group())
    fleet.sandbox.inject.deployment_failure(f"{CLUSTER}/{name}", failure)
    fleet.deploy(name)
    fleet.wait(120)
    task = fleet.tasks(name, "STOPPED")[0]

    assert task["stopCode"] == code
    assert task["stoppedReason"].startswith(reason)
    exits = [container.get("exitCode") for container in task["containers"]]
    expected = {Fault.EXITS: 1, Fault.UNHEALTHY: 0, Fault.CANNOT_PULL: None}[failure]
    assert exits == [expected]
    assert ("startedAt" in task) is (failure is not Fault.CANNOT_PULL)


def test_an_unhealthy_target_is_seen_and_its_task_stays_until_the_grace_period_is_over(fleet: Fleet) -> None:
    group = fleet.target_group()
    name = fleet.service(1, group=group, healthCheckGracePeriodSeconds=200)
    fleet.sandbox.inject.deployment_failure(name, Fault.UNHEALTHY)
    fleet.deploy(name)
    fleet.wait(20.4 + 199)
    in_grace = fleet.deployment(name)["failedTasks"], sorted(fleet.health(group))
    fleet.wait(1)

    assert in_grace == (0, [("healthy", None), ("unhealthy", "Target.ResponseCodeMismatch")])
    assert fleet.deployment(name)["failedTasks"] == 1
    assert "has stopped 1 running tasks: (task T)." in fleet.events(name)


def test_without_a_breaker_a_deployment_fails_for_ever_beside_the_old_tasks(fleet: Fleet) -> None:
    name = fleet.service(2, deploymentConfiguration=NO_BREAKER)
    fleet.sandbox.inject.deployment_failure(name, Fault.EXITS)
    fleet.deploy(name)
    fleet.wait(600)
    new, old = fleet.read(name)["deployments"]

    assert (new["rolloutState"], old["runningCount"]) == ("IN_PROGRESS", 2)
    assert new["failedTasks"] > 10


def test_a_breaker_without_rollback_fails_and_launches_no_more(fleet: Fleet) -> None:
    name = fleet.service(2, deploymentConfiguration=NO_ROLLBACK)
    fleet.sandbox.inject.deployment_failure(name, Fault.EXITS)
    until_failed(fleet, name, fleet.deploy(name))
    before = len(fleet.tasks(name, "STOPPED"))
    fleet.wait(600)
    new, old = fleet.read(name)["deployments"]

    assert (new["status"], new["rolloutState"], new["pendingCount"]) == ("PRIMARY", "FAILED", 0)
    assert (old["status"], old["runningCount"]) == ("ACTIVE", 2)
    assert len(fleet.tasks(name, "STOPPED")) == before


def test_a_first_deployment_that_fails_has_nowhere_to_go_back_to(fleet: Fleet) -> None:
    fleet.sandbox.inject.deployment_failure("first", Fault.CANNOT_PULL)
    definition = fleet.register("first")
    fleet.ecs.create_service(
        cluster=CLUSTER,
        serviceName="first",
        taskDefinition=definition,
        desiredCount=1,
        launchType="FARGATE",
        networkConfiguration=fleet.network,
        deploymentConfiguration=BREAKER,
    )
    only = fleet.deployment("first")["id"]
    until_failed(fleet, "first", only)

    assert [(d["id"], d["status"]) for d in fleet.read("first")["deployments"]] == [(only, "PRIMARY")]


def test_a_task_that_cannot_start_is_tried_ever_less_often_up_to_27_minutes(fleet: Fleet) -> None:
    name = fleet.service(1, deploymentConfiguration=NO_BREAKER)
    fleet.sandbox.inject.deployment_failure(name, Fault.CANNOT_PULL)
    fleet.deploy(name)
    fleet.wait(4 * 3600)
    events = fleet.read(name)["events"]
    starts = sorted(e["createdAt"] for e in events if "has started" in e["message"])[1:]
    gaps = [(b - a).total_seconds() for a, b in itertools.pairwise(starts)]

    assert gaps == sorted(gaps)
    assert gaps[-1] == pytest.approx(27 * 60 + 19.6, abs=0.1)


def test_a_deployment_that_never_settles_stays_in_progress_and_counts_no_failure(fleet: Fleet) -> None:
    name = fleet.service(1)
    fleet.sandbox.inject.deployment_failure(name, Fault.NEVER_SETTLES)
    fleet.deploy(name)
    fleet.wait(24 * 3600)
    new, old = fleet.read(name)["deployments"]

    assert (new["rolloutState"], new["pendingCount"], new["failedTasks"]) == ("IN_PROGRESS", 1, 0)
    assert old["runningCount"] == 1
    # Another deployment ends the wait.
    better = fleet.deploy(name)
    fleet.wait(10 + 61)
    assert [d["id"] for d in fleet.read(name)["deployments"]] == [better]


def test_a_slow_start_delays_running_and_a_fault_can_be_taken_back(fleet: Fleet) -> None:
    slow, cleared = fleet.service(1, settle=False), fleet.service(1)
    fleet.wait(61)
    fleet.sandbox.inject.slow_start(slow, 100)
    fleet.sandbox.inject.deployment_failure(cleared, Fault.EXITS)
    fleet.deploy(slow)
    fleet.wait(61)
    during = fleet.deployment(slow)["pendingCount"]
    fleet.wait(100)
    fleet.sandbox.inject.clear()
    fleet.deploy(cleared)
    fleet.wait(61)

    assert (during, fleet.deployment(slow)["rolloutState"]) == (1, "COMPLETED")
    assert fleet.deployment(cleared)["rolloutState"] == "COMPLETED"


@pytest.mark.parametrize(
    ("call", "service", "code"),
    [
        ("ecs:ListClusters", "ecs", "ThrottlingException"),
        ("elasticloadbalancing:DescribeTargetGroups", "elbv2", "Throttling"),
        ("monitoring:ListMetrics", "cloudwatch", "ThrottlingException"),
    ],
)
def test_a_throttled_call_is_refused_as_often_as_asked(
    fleet: Fleet, call: str, service: str, code: str
) -> None:
    client = fleet.client(service)
    method = {"ecs": "list_clusters", "elbv2": "describe_target_groups", "cloudwatch": "list_metrics"}[
        service
    ]
    fleet.sandbox.inject.throttling(call, calls=2)
    for _ in range(2):
        with pytest.raises(ClientError, match="Rate exceeded") as caught:
            getattr(client, method)()
        assert caught.value.response["Error"]["Code"] == code
    getattr(client, method)()

    assert fleet.sandbox.calls[-3:] == (call,) * 3


def test_metrics_of_20_s_are_a_deployment_that_its_revision_alone_shows(fleet: Fleet) -> None:
    name = fleet.service(1)
    fleet.wait(600)
    monitoring = {"metricConfigurations": [{"metricNames": ["CPUUtilization"], "resolutionSeconds": 20}]}
    answer = fleet.ecs.update_service(cluster=CLUSTER, service=name, monitoring=monitoring)["service"]
    fleet.ecs.update_service(cluster=CLUSTER, service=name, monitoring=monitoring)
    listed = fleet.ecs.list_service_deployments(cluster=CLUSTER, service=name)["serviceDeployments"]
    assert len(listed) == 2  # the same once more deploys nothing
    assert "monitoring" not in answer
    arns = [item["targetServiceRevisionArn"] for item in listed]
    shown = fleet.ecs.describe_service_revisions(serviceRevisionArns=[*arns, "arn:none"])
    newest, first = shown["serviceRevisions"]
    assert newest["monitoring"] == monitoring
    assert "monitoring" not in first
    assert newest["taskDefinition"] == first["taskDefinition"]
    assert [failure["reason"] for failure in shown["failures"]] == ["MISSING"]


def test_what_became_of_each_deployment_can_be_asked_afterwards(fleet: Fleet) -> None:
    name = fleet.service(1)
    first = fleet.deployment(name)["id"]
    fleet.sandbox.inject.deployment_failure(name, Fault.EXITS)
    failed = fleet.deploy(name)
    fleet.wait(600)
    superseded = fleet.deploy(name)
    last = fleet.deploy(name)
    listed = fleet.ecs.list_service_deployments(cluster=CLUSTER, service=name)["serviceDeployments"]
    arns = [item["serviceDeploymentArn"] for item in listed]
    described = fleet.ecs.describe_service_deployments(serviceDeploymentArns=[*arns, "arn:none"])

    assert [
        ("ecs-svc/" + item["targetServiceRevisionArn"].rsplit("/", 1)[1], item["status"]) for item in listed
    ] == [
        (last, "IN_PROGRESS"),
        (superseded, "STOPPED"),
        (failed, "ROLLBACK_SUCCESSFUL"),
        (first, "SUCCESSFUL"),
    ]
    third = described["serviceDeployments"][2]
    assert "the circuit breaker threshold was exceeded" in third["statusReason"]
    assert third["rollback"]["startedAt"] > third["startedAt"]
    assert [failure["reason"] for failure in described["failures"]] == ["MISSING"]
    only = fleet.ecs.list_service_deployments(cluster=CLUSTER, service=name, status=["SUCCESSFUL"])
    assert [d["serviceDeploymentArn"] for d in only["serviceDeployments"]] == arns[3:]
