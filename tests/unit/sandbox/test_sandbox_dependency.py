"""A dependency that dies: whose checks ask it loses every task, whose checks do not keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox.made import CLUSTER, Fleet

from trimtab.sandbox.clock import SandboxTime
from trimtab.sandbox.server import Sandbox
from trimtab.sandbox.timing import TaskTiming

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with Sandbox.start(clock=SandboxTime(speed=0), timing=TaskTiming.fargate()) as sandbox:
        yield Fleet(sandbox)
        assert sandbox.faults == ()


def served(fleet: Fleet, container: str, balancer: str) -> tuple[str, str]:
    """Make a service whose two checks ask these paths; return its name and target group."""
    group = fleet.target_group()
    fleet.elb.modify_target_group(TargetGroupArn=group, HealthCheckPath=balancer)
    check = {"command": ["CMD-SHELL", f"curl -f http://127.0.0.1:8080{container} || exit 1"]}
    definition = fleet.register(f"d{container}{balancer}".replace("/", "-"), healthCheck=check)
    name = fleet.service(2, group=group, taskDefinition=definition)
    fleet.read(name)  # What has happened is worked out at a request: it is healthy before anything dies.
    return name, group


def ids(fleet: Fleet, name: str) -> set[str]:
    return set(fleet.ecs.list_tasks(cluster=CLUSTER, serviceName=name)["taskArns"])


def minutes(fleet: Fleet, count: int) -> None:
    """Let minutes pass, looked at in each as somebody on call would."""
    for _ in range(count * 6):
        fleet.wait(10)
        fleet.ecs.list_clusters()


def test_no_task_is_replaced_where_neither_check_asks_what_died(fleet: Fleet) -> None:
    name, group = served(fleet, "/live", "/ready")
    before = ids(fleet, name)
    fleet.sandbox.inject.dependency_dies(name, "/health")
    minutes(fleet, 10)

    assert ids(fleet, name) == before
    assert fleet.health(group) == [("healthy", None)] * 2


@pytest.mark.parametrize(
    ("container", "balancer", "reason"),
    [
        ("/health", "/health", "Task failed ELB health checks"),
        ("/health", "/ready", "Task failed container health checks"),
        ("/live", "/health", "Task failed ELB health checks"),
    ],
)
def test_every_task_is_replaced_where_one_of_the_checks_asks_it_and_in_vain(
    fleet: Fleet, container: str, balancer: str, reason: str
) -> None:
    name, _ = served(fleet, container, balancer)
    before = ids(fleet, name)
    fleet.sandbox.inject.dependency_dies(name, "/health")
    minutes(fleet, 5)
    stopped = fleet.tasks(name, "STOPPED")

    assert not ids(fleet, name) & before
    assert {task["stoppedReason"].split(" in (")[0] for task in stopped} == {reason}
    assert len(stopped) > len(before)  # those that took their places fail too


def test_a_service_settles_again_once_the_dependency_is_back(fleet: Fleet) -> None:
    name, group = served(fleet, "/health", "/health")
    fleet.sandbox.inject.dependency_dies(name, "/health")
    minutes(fleet, 3)
    fleet.sandbox.inject.dependency_is_back(name)
    minutes(fleet, 5)

    assert fleet.read(name)["runningCount"] == 2
    assert sorted(fleet.health(group))[-2:] == [("healthy", None)] * 2


def test_a_path_that_only_begins_alike_is_another(fleet: Fleet) -> None:
    name, _ = served(fleet, "/healthy", "/health/own")
    before = ids(fleet, name)
    fleet.sandbox.inject.dependency_dies(name, "/health")
    minutes(fleet, 3)

    assert ids(fleet, name) == before
