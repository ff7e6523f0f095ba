"""The fleet as found, and the network of the example: real Terraform against the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from inventory import inventory

from trimtab.assets import assets_folder
from trimtab.fleet.snapshot import read_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trimtab.adoption.engine import Workspace

NETWORK = ("vpc_id", "private_subnet_ids", "public_subnet_ids")


@pytest.fixture(scope="module")
def empty(client: Callable[[str], Any]) -> dict[str, set[str]]:
    return inventory(client)


@pytest.fixture(scope="module")
def applied(
    workspaces: Callable[[str], Workspace], empty: dict[str, set[str]]
) -> tuple[Workspace, dict[str, Any]]:
    del empty  # listed before anything is made
    made = workspaces("examples/network")
    made.apply()
    outputs = made.outputs()
    given = {name: outputs[name] for name in NETWORK}
    before = workspaces("examples/before")
    before.apply(variables=given)
    return before, given


def test_second_plan_is_clean(applied: tuple[Workspace, dict[str, Any]], tmp_path: Path) -> None:
    before, given = applied
    plan = before.plan(tmp_path / "a.tfplan", (), given)
    assert [change.address for change in plan.changed] == []
    assert plan.is_clean


def test_it_is_what_the_snapshot_says(applied: tuple[Workspace, dict[str, Any]]) -> None:
    deployed = applied[0].outputs()["services"]
    fleet = read_snapshot(assets_folder() / "examples" / "fleet").fleet
    assert set(deployed) == {service.name for service in fleet.services}
    for service in fleet.services:
        found = deployed[service.name]
        assert (found["cpu"], found["memory"]) == (service.size.cpu_units, service.size.memory_mib)
        assert (found["min"], found["max"]) == (service.scaling.min_tasks, service.scaling.max_tasks)
        assert found["image"] == service.image
        if service.traffic:
            assert found["deregistration_delay"] == service.traffic.deregistration_delay_s


def test_its_waste_is_what_it_is_said_to_be(
    applied: tuple[Workspace, dict[str, Any]], client: Callable[[str], Any]
) -> None:
    del applied
    groups = client("logs").describe_log_groups()["logGroups"]
    assert groups
    assert not any("retentionInDays" in group for group in groups)
    names = client("ecs").list_services(cluster="fin-prod-cluster", maxResults=100)["serviceArns"]
    services = client("ecs").describe_services(cluster="fin-prod-cluster", services=names[:10])["services"]
    assert not any(one["deploymentConfiguration"]["deploymentCircuitBreaker"]["enable"] for one in services)
    assert not any(one.get("tags") for one in services)


@pytest.mark.slow
def test_destroy_leaves_nothing(
    applied: tuple[Workspace, dict[str, Any]],
    workspaces: Callable[[str], Workspace],
    client: Callable[[str], Any],
    empty: dict[str, set[str]],
) -> None:
    before, given = applied
    before.destroy(variables=given)
    workspaces("examples/network").destroy()
    assert inventory(client) == empty
