"""The fleet as found: read, optimised, taken over by ``terraform/platform``, rolled out.

Real Terraform and provider against the sandbox. The tests of this module run in their order, for five
services of every kind and then, as what shows the same at greater size is slow, for all twelve.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from adoption import Taken, guard, read_fleet, starts_tasks, take_over
from inventory import inventory
from requirements_plan import with_lines
from rolling import Rolling

from trimtab.assets import assets_folder
from trimtab.rollout.model import Outcome
from trimtab.sandbox.faults import Fault
from trimtab.sandbox.server import Sandbox
from trimtab.sandbox.timing import TaskTiming
from trimtab.snapshot.folder import read_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from trimtab.engine.engine import Workspace

CLUSTER = "fin-prod-cluster"
FIVE = frozenset({"accounts", "api", "auth", "scheduler", "worker"})
"""They call each other: on the load balancer and not, with secrets, scaled by memory too, with leftovers."""


@dataclass(frozen=True)
class Before:
    """How many there are of what ``examples/before`` makes."""

    services: int
    routed: int
    scaled_by_memory: int

    @property
    def existing(self) -> dict[str, int]:
        """What of it has a place in ``terraform/platform``."""
        one = ("aws_ecs_cluster", "aws_service_discovery_private_dns_namespace", "aws_lb", "aws_lb_listener")
        routed = ("aws_lb_listener_rule", "aws_lb_target_group")
        service = (
            "aws_service_discovery_service",
            "aws_cloudwatch_log_group",
            "aws_ecs_service",
            "aws_appautoscaling_target",
        )
        return (
            dict.fromkeys(one, 1) | dict.fromkeys(routed, self.routed) | dict.fromkeys(service, self.services)
        )

    @property
    def policies(self) -> int:
        return 2 * self.services + self.scaled_by_memory


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(Before(services=5, routed=4, scaled_by_memory=1), id="five"),
        pytest.param(Before(services=12, routed=9, scaled_by_memory=4), id="twelve", marks=pytest.mark.slow),
    ],
)
def size(request: pytest.FixtureRequest) -> Before:
    made: Before = request.param
    return made


@pytest.fixture(scope="module")
def sandbox(size: Before) -> Iterator[Sandbox]:
    """Give each size an account of its own."""
    del size
    with Sandbox.start() as running:
        yield running
        assert not running.calls_not_implemented
        assert not running.faults


def of_five(table: str) -> str:
    """Return the table of services with a choice of five behind it."""
    kept = f"contains({json.dumps(sorted(FIVE))}, name)"
    table = table.replace("  services = {\n", "  all = {\n", 1).replace(
        "  # Only these hang",
        f"  services = {{ for name, one in local.all : name => one if {kept} }}\n\n  # Only these hang",
        1,
    )
    by_memory = r"toset\((\[.*\])\)"
    return re.sub(by_memory, rf"toset([for name in \1 : name if {kept}])", table)


@pytest.fixture(scope="module")
def surroundings(surroundings: dict[str, str]) -> dict[str, str]:
    """Let Terraform make more at once: most of its time here is waiting."""
    return {**surroundings, "TF_CLI_ARGS_apply": "-parallelism=40"}


@pytest.fixture(scope="module")
def found(size: Before, workspaces: Callable[[str], Workspace], network: dict[str, Any]) -> Workspace:
    before = workspaces("examples/before")
    if size.services == len(FIVE):
        table = before.directory / "locals.tf"
        table.write_text(of_five(table.read_text(encoding="utf-8")), encoding="utf-8")
    before.apply(variables=network)
    return before


@pytest.fixture(scope="module")
def taken(
    workspaces: Callable[[str], Workspace],
    found: Workspace,
    network: dict[str, Any],
    sandbox: Sandbox,
    tmp_path_factory: pytest.TempPathFactory,
) -> Taken:
    metrics = read_snapshot(assets_folder() / "examples" / "fleet").metrics
    recorded = {name: metrics[name] for name in found.outputs()["services"]}
    folder = tmp_path_factory.mktemp("taken")
    snapshot = read_fleet(sandbox, CLUSTER, recorded, folder / "snapshot")
    given = {**network, "deletion_protection": False}
    return take_over(snapshot, folder / "written", workspaces, given)


@pytest.fixture(scope="module")
def rolling(taken: Taken, sandbox: Sandbox, client: Callable[[str], Any]) -> Rolling:
    """Tasks take as long as on Fargate from here on, by a clock that never sleeps."""
    sandbox.scheduler.timing = TaskTiming.fargate()
    registered = taken.workspace.outputs()["task_definitions"]
    return Rolling(sandbox, client, CLUSTER, taken.folder, registered)


@pytest.mark.slow  # the plan that takes it over reads all of it too, and would change what had drifted
def test_as_found_the_second_plan_is_clean(found: Workspace, network: dict[str, Any], tmp_path: Path) -> None:
    plan = found.plan(tmp_path / "a.tfplan", (), network)
    assert [change.address for change in plan.changed] == []
    assert plan.is_clean


def test_it_is_what_the_snapshot_says(size: Before, found: Workspace) -> None:
    deployed = found.outputs()["services"]
    fleet = read_snapshot(assets_folder() / "examples" / "fleet").fleet
    services = [one for one in fleet.services if size.services > len(FIVE) or one.name in FIVE]
    assert set(deployed) == {service.name for service in services}
    assert len(deployed) == size.services
    for service in services:
        one = deployed[service.name]
        assert (one["cpu"], one["memory"]) == (service.size.cpu_units, service.size.memory_mib)
        assert (one["min"], one["max"]) == (service.scaling.min_tasks, service.scaling.max_tasks)
        assert one["image"] == service.image
        if service.traffic:
            assert one["deregistration_delay"] == service.traffic.deregistration_delay_s


def test_its_waste_is_what_it_is_said_to_be(found: Workspace, client: Callable[[str], Any]) -> None:
    del found
    groups = client("logs").describe_log_groups()["logGroups"]
    assert groups
    assert not any("retentionInDays" in group for group in groups)
    names = client("ecs").list_services(cluster=CLUSTER, maxResults=100)["serviceArns"]
    services = client("ecs").describe_services(cluster=CLUSTER, services=names[:10])["services"]
    assert not any(one["deploymentConfiguration"]["deploymentCircuitBreaker"]["enable"] for one in services)
    assert not any(one.get("tags") for one in services)


def test_everything_that_has_a_place_is_imported(size: Before, taken: Taken) -> None:
    assert Counter(change.type for change in taken.plan.imported) == size.existing
    assert taken.plan.counts.imported == taken.adoption.imports == sum(size.existing.values())


def test_nothing_is_destroyed_or_replaced(taken: Taken) -> None:
    assert [change.address for change in taken.plan.changed if "delete" in change.actions] == []


def test_the_guard_finds_nothing_that_interrupts(taken: Taken) -> None:
    found = guard(taken)
    assert found.exit_code == 0
    assert found.report.headline.startswith("Nothing interrupts")


def test_no_service_starts_new_tasks(size: Before, taken: Taken) -> None:
    services = taken.plan.of_type("aws_ecs_service")
    assert len(services) == size.services
    assert {change.address: starts_tasks(change) for change in services if starts_tasks(change)} == {}


def test_the_new_revisions_go_into_the_old_families_with_the_old_roles(taken: Taken) -> None:
    for revision in taken.plan.planned_of_type("aws_ecs_task_definition"):
        assert revision.values["family"] == f"fin-prod-{revision.module.split(chr(34))[1]}"
        assert revision.values["task_role_arn"].endswith(":role/fin-prod-ecs")


def test_services_found_on_the_public_load_balancer_stay_there(taken: Taken) -> None:
    (balancer,) = taken.plan.planned_of_type("aws_lb")
    assert (balancer.values["name"], balancer.values["internal"]) == ("fin-prod-alb", False)


def test_what_is_not_owned_is_listed_with_what_to_do(size: Before, taken: Taken) -> None:
    text = (taken.folder / "not-owned.md").read_text(encoding="utf-8")
    removed, rest = text.split("## Look at")
    looked, kept = rest.split("## Keep")
    assert removed.count("delete-scaling-policy") == size.policies
    assert removed.count("delete-alarms") == size.policies
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


@pytest.mark.slow  # one more plan of all of it; what a line changes is held in test_platform too
def test_a_line_that_is_edited_changes_that_service_only(taken: Taken, tmp_path: Path) -> None:
    own = _edited(taken, "adopt.auto.tfvars", "scheduler", "own_security_group = false", "= true")
    public = 'exposure             = "public"'
    moved = _edited(taken, "services.auto.tfvars", "worker", public, '= "internal"')
    plan = taken.changed(tmp_path, allow_plain_http=True)  # the internal load balancer has no certificate
    for path, kept in (own, moved):
        path.write_text(kept, encoding="utf-8")
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
    assert (balancer.module, balancer.actions) == (
        'module.fleet.module.load_balancer["internal"]',
        ("create",),
    )


def _edited(taken: Taken, name: str, service: str, line: str, becomes: str) -> tuple[Path, str]:
    """Give a line of a service another value; return the file and what it held."""
    path = taken.workspace.directory / name
    kept = path.read_text(encoding="utf-8")
    path.write_text(with_lines(kept, (service, line, line.partition("=")[0] + becomes)), encoding="utf-8")
    return path, kept


# What a rollout does is held by tests/unit/rollout, on services that no Terraform made.


@pytest.mark.slow
def test_a_rollout_stops_at_a_deployment_that_fails_and_says_what_aws_said(rolling: Rolling) -> None:
    (planned,) = {one.outcome for one in rolling.run(dry_run=True).results}
    assert planned is Outcome.WOULD_MOVE
    order = [one.service for one in rolling.run(dry_run=True).results]
    assert sorted(order) == sorted(rolling.registered)
    rolling.sandbox.inject.deployment_failure(f"{CLUSTER}/{order[3]}", Fault.EXITS)
    done = rolling.run()
    found = [one.outcome for one in done.results]
    later = len(order) - 4
    assert found == [Outcome.MOVED] * 3 + [Outcome.ROLLED_BACK] + [Outcome.NOT_REACHED] * later
    assert later > 0
    assert done.exit_code == 21
    assert "circuit breaker" in done.results[3].detail
    assert any("tasks failed to start" in said for said in done.results[3].said)
    assert rolling.runs()[order[3]] == rolling.before[order[3]]


@pytest.mark.slow
def test_a_rollout_moves_every_service_to_the_revision_that_terraform_registered(
    size: Before, rolling: Rolling
) -> None:
    done = rolling.run(wave=3)
    moved = size.services - 3
    assert Counter(one.outcome for one in done.results) == {Outcome.ALREADY: 3, Outcome.MOVED: moved}
    assert done.exit_code == 0
    assert rolling.runs() == rolling.registered
    rolling.is_well()


@pytest.mark.slow
def test_a_second_rollout_does_nothing(rolling: Rolling) -> None:
    sent = len(rolling.sandbox.calls)
    assert {one.outcome for one in rolling.run().results} == {Outcome.ALREADY}
    assert not {"ecs:UpdateService", "ecs:RegisterTaskDefinition"} & set(rolling.sandbox.calls[sent:])


@pytest.mark.slow
def test_after_the_rollout_the_plan_is_clean(taken: Taken, rolling: Rolling, tmp_path: Path) -> None:
    assert rolling.runs() == rolling.registered
    assert [change.address for change in taken.planned(tmp_path).changed] == []


@pytest.mark.slow
def test_undo_goes_back_to_what_ran_before(rolling: Rolling) -> None:
    done = rolling.run(undo=True)
    assert {one.outcome for one in done.results} == {Outcome.MOVED}
    assert rolling.runs() == rolling.before
    rolling.is_well()
