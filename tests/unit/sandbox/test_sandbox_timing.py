"""The sandbox's time: by default nothing takes any, and it can run fast."""

from __future__ import annotations

import pytest
from sandbox.made import CLUSTER, Fleet

from trimtab.sandbox.clock import SandboxTime
from trimtab.sandbox.faults import Fault
from trimtab.sandbox.server import Sandbox
from trimtab.sandbox.timing import TaskTiming


def test_unless_given_a_timing_everything_has_settled_when_it_is_next_read() -> None:
    with Sandbox.start(clock=SandboxTime(speed=0)) as sandbox:
        fleet = Fleet(sandbox)
        group = fleet.target_group()
        name = fleet.service(3, settle=False, group=group)
        created = fleet.deployment(name)
        deployed = fleet.deploy(name)
        after = fleet.deployment(name)
        sandbox.inject.deployment_failure(name, Fault.EXITS)
        fleet.deploy(name)
        fleet.wait(3)
        back = fleet.read(name)
        health = fleet.health(group)
        fleet.ecs.delete_service(cluster=CLUSTER, service=name, force=True)

        assert (created["rolloutState"], created["runningCount"]) == ("COMPLETED", 3)
        assert (after["id"], after["rolloutState"]) == (deployed, "COMPLETED")
        assert back["taskDefinition"] == after["taskDefinition"]
        assert health == [("healthy", None)] * 3
        assert fleet.read(name)["status"] == "INACTIVE"
        assert fleet.client("ec2").describe_network_interfaces()["NetworkInterfaces"] == []


def test_a_process_that_polls_sees_a_deployment_pass_on_a_fast_clock() -> None:
    with Sandbox.start(clock=SandboxTime(speed=1000), timing=TaskTiming.fargate()) as sandbox:
        fleet = Fleet(sandbox)
        name = fleet.service(1, settle=False)
        waiter = fleet.ecs.get_waiter("services_stable")
        waiter.wait(cluster=CLUSTER, services=[name], WaiterConfig={"Delay": 0, "MaxAttempts": 10_000})

        assert fleet.deployment(name)["runningCount"] == 1


def test_time_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        SandboxTime().advance(-1)
    with pytest.raises(ValueError, match="backwards"):
        SandboxTime(speed=-1)
    with pytest.raises(ValueError, match="retry_s"):
        TaskTiming(retry_s=0)


def test_a_clock_begins_where_it_is_told_and_can_run_fast() -> None:
    still, fast = SandboxTime(speed=0, start=1000.0), SandboxTime(speed=1e9)
    before = fast.now()
    still.advance(5)

    assert still.now() == 1005.0
    assert fast.now() > before
