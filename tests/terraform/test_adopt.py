"""The fleet as found, taken over by ``terraform/platform``: nothing of it is replaced.

Real Terraform and provider against the sandbox. The tests of this module run in their order.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from adoption import Taken, read_fleet, starts_tasks, take_over
from inventory import inventory

from trimtab.assets import assets_folder
from trimtab.fleet.snapshot import read_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from trimtab.adoption.engine import Workspace
    from trimtab.sandbox.server import Sandbox

EXISTING = {
    "aws_ecs_cluster": 1,
    "aws_service_discovery_private_dns_namespace": 1,
    "aws_lb": 1,
    "aws_lb_listener": 1,
    "aws_lb_listener_rule": 9,
    "aws_lb_target_group": 9,
    "aws_service_discovery_service": 12,
    "aws_cloudwatch_log_group": 12,
    "aws_ecs_service": 12,
    "aws_appautoscaling_target": 12,
}
"""What of ``examples/before`` has a place in ``terraform/platform``."""


@pytest.fixture(scope="module", autouse=True)
def side_by_side() -> Iterator[None]:
    """Let Terraform make more at once: most of its time here is waiting."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("TF_CLI_ARGS_apply", "-parallelism=40")
        yield


@pytest.fixture(scope="module")
def taken(
    workspaces: Callable[[str], Workspace],
    network: dict[str, Any],
    sandbox: Sandbox,
    tmp_path_factory: pytest.TempPathFactory,
) -> Taken:
    workspaces("examples/before").apply(variables=network)
    found = read_fleet(sandbox, "fin-prod-cluster")
    live = {service.name: service for service in found.services}
    example = read_snapshot(assets_folder() / "examples" / "fleet").fleet
    services = tuple(
        msgspec.structs.replace(service, identity=live[service.name].identity) for service in example.services
    )
    fleet = msgspec.structs.replace(example, identity=found.identity, services=services)
    names = {service.name: service.name for service in services}
    given = {**network, "deletion_protection": False}
    return take_over(fleet, names, tmp_path_factory.mktemp("taken"), workspaces, given)


def test_everything_that_has_a_place_is_imported(taken: Taken) -> None:
    assert Counter(change.type for change in taken.plan.imported) == EXISTING
    assert taken.plan.counts.imported == taken.adoption.imports == 70


def test_nothing_is_destroyed_or_replaced(taken: Taken) -> None:
    assert [change.address for change in taken.plan.changed if "delete" in change.actions] == []


def test_no_service_starts_new_tasks(taken: Taken) -> None:
    services = taken.plan.of_type("aws_ecs_service")
    assert len(services) == 12
    assert {change.address: starts_tasks(change) for change in services if starts_tasks(change)} == {}


def test_the_new_revisions_go_into_the_old_families_with_the_old_roles(taken: Taken) -> None:
    for revision in taken.plan.planned_of_type("aws_ecs_task_definition"):
        assert revision.values["family"] == f"fin-prod-{revision.module.split(chr(34))[1]}"
        assert revision.values["task_role_arn"].endswith(":role/fin-prod-ecs")


def test_services_found_on_the_public_load_balancer_stay_there(taken: Taken) -> None:
    (balancer,) = taken.plan.planned_of_type("aws_lb")
    assert (balancer.values["name"], balancer.values["internal"]) == ("fin-prod-alb", False)


def test_what_is_not_owned_is_listed_with_what_to_do(taken: Taken) -> None:
    text = (taken.folder / "not-owned.md").read_text(encoding="utf-8")
    removed, rest = text.split("## Look at")
    looked, kept = rest.split("## Keep")
    assert removed.count("delete-scaling-policy") == 28
    assert removed.count("delete-alarms") == 28
    for leftover in (
        "fin-prod-ec2-hosts",
        "/fargate/fin-prod-api",
        "fin-api-v1",
        "/api/v1/*",
        "fin-prod-debug",
    ):
        assert leftover in looked
    for leftover in ("fin-prod-api-big", "api-cpu-critical", "aws_service_discovery_http_namespace"):
        assert leftover in looked
    assert "role/fin-prod-ecs" in kept


def test_after_the_apply_everything_is_the_same_thing_and_the_plan_is_clean(
    taken: Taken, client: Callable[[str], Any], tmp_path: Path
) -> None:
    before, running = inventory(client), _running(client)
    taken.workspace.apply(taken.workspace.directory / "first.tfplan")
    after = inventory(client)
    assert {kind: names - after[kind] for kind, names in before.items() if names - after[kind]} == {}
    assert _running(client) == running
    again = taken.planned(tmp_path)
    assert [change.address for change in again.changed] == []
    assert again.is_clean


def _running(client: Callable[[str], Any]) -> dict[str, tuple[str, str]]:
    """Return revision and tasks' network of each service."""
    ecs = client("ecs")
    names = ecs.list_services(cluster="fin-prod-cluster", maxResults=100)["serviceArns"]
    answers = [ecs.describe_services(cluster="fin-prod-cluster", services=[name]) for name in names]
    return {
        one["serviceArn"]: (one["taskDefinition"], str(one["networkConfiguration"]))
        for answer in answers
        for one in answer["services"]
    }


def test_a_line_taken_away_changes_that_service_only(taken: Taken, tmp_path: Path) -> None:
    values = taken.workspace.directory / "adopt.auto.tfvars"
    kept = values.read_text(encoding="utf-8")
    at = kept.index("own_security_group = false", kept.index("    scheduler = {"))
    edited = kept[:at] + kept[at:].replace("= false", "= true", 1)
    at = edited.index("load_balancer ", edited.index("    worker = {"))
    values.write_text(edited[:at] + edited[edited.index("\n", at) :], encoding="utf-8")
    plan = taken.planned(tmp_path, allow_plain_http=True)  # the internal load balancer has no certificate
    values.write_text(kept, encoding="utf-8")
    (scheduler,) = [change for change in plan.changed if '"scheduler"' in change.module]
    assert (scheduler.type, scheduler.actions) == ("aws_ecs_service", ("update",))
    assert starts_tasks(scheduler) == ["network_configuration"]
    # To the internal load balancer the rule moves, and the target group stays what it is.
    worker = [change for change in plan.changed if '"worker"' in change.module]
    assert sorted(change.type for change in worker if "delete" in change.actions) == [
        "aws_lb_listener_rule",
        "aws_vpc_security_group_egress_rule",
    ]
    assert not [change for change in worker if change.type == "aws_lb_target_group"]
    (balancer,) = [change for change in plan.changed if change.type == "aws_lb"]
    assert (balancer.module, balancer.actions) == ('module.load_balancer["internal"]', ("create",))
