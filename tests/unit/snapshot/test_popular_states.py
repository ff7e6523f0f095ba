"""States as five popular modules write them, applied with the real provider and cut to what is read.

``popular_states.json``: the service modules of terraform-aws-modules/ecs 5.12, cloudposse
ecs-alb-service-task (a rolling service, and one of CodeDeploy whose cluster is given by name),
umotif-public ecs-fargate, cn-terraform ecs-fargate-service and trussworks ecs-service, in one cluster.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from trimtab.snapshot.state.read import read_state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trimtab.fleet.model import Fleet, Service

RECORDED = Path(__file__).parents[1] / "popular_states.json"
ACCOUNT = "111122223333"


@pytest.fixture
def state() -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return decoded


def taken(state: dict[str, Any], tmp_path: Path) -> Fleet:
    file = tmp_path / "state.json"
    file.write_text(json.dumps(state), encoding="utf-8")
    return read_state(file, tmp_path / "out", datetime(2026, 11, 23, 12, tzinfo=UTC))


def of(fleet: Fleet, name: str) -> Service:
    return next(one for one in fleet.services if one.name == name)


def walk(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from module.get("resources", ())
    for child in module.get("child_modules", ()):
        yield from walk(child)


def values_of(state: dict[str, Any], kind: str, name: str = "") -> Iterator[dict[str, Any]]:
    for one in walk(state["values"]["root_module"]):
        if one["type"] == kind and name in one["address"]:
            yield one["values"]


@pytest.mark.parametrize(
    ("name", "revision", "size", "tasks", "path", "priority"),
    [
        ("tam", "tam:1", (1024, 4096), (3, 9), "/tam/*", 10),
        ("eg-prod-cp", "eg-prod-cp:1", (512, 1024), (2, 2), "/cp/*", 20),
        ("eg-prod-codedeploy", "eg-prod-codedeploy:1", (512, 1024), (2, 2), "/blue/*", 40),
        ("umotif", "umotif:1", (256, 512), (1, 1), "/umotif/*", 50),
        ("cn-service", "cn:1", (1024, 2048), (1, 5), "/*", 50_000),
        ("tw", "tw-prod:1", (512, 1024), (2, 2), "/tw/*", 30),
    ],
)
def test_each_module_is_read_as_it_was_configured(  # noqa: PLR0913, PLR0917 - a row
    state: dict[str, Any],
    tmp_path: Path,
    name: str,
    revision: str,
    size: tuple[int, int],
    tasks: tuple[int, int],
    path: str,
    priority: int,
) -> None:
    found = of(taken(state, tmp_path), name)
    assert found.identity is not None
    assert found.traffic is not None
    said = found.identity.task_definition.arn
    assert said == f"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/{revision}"
    assert (found.size.cpu_units, found.size.memory_mib) == size
    assert (found.scaling.min_tasks, found.scaling.max_tasks) == tasks
    assert (found.traffic.paths, found.traffic.priority, found.port) == ((path,), priority, 8080)


def test_tracking_schedules_strategy_and_rules_of_their_own_are_read(
    state: dict[str, Any], tmp_path: Path
) -> None:
    found = of(taken(state, tmp_path), "tam")
    assert {one.metric: one.target for one in found.scaling.tracking} == {"cpu": 75, "memory": 75}
    (night,) = found.scaling.scheduled
    assert (night.schedule, night.timezone, night.min_tasks, night.max_tasks) == (
        "cron(0 20 * * ? *)",
        "Europe/Berlin",
        0,
        0,
    )
    assert found.identity is not None
    providers = {one.name: (one.base, one.weight) for one in found.identity.capacity_providers}
    assert providers == {"FARGATE": (2, 1), "FARGATE_SPOT": (0, 3)}
    (database,) = found.egress or ()
    assert (database.port, database.cidr) == (5432, "10.20.0.0/16")


def test_step_policies_of_a_nested_module_are_read_with_their_alarms(
    state: dict[str, Any], tmp_path: Path
) -> None:
    policies = {one.name: one for one in of(taken(state, tmp_path), "cn-service").scaling.policies}
    out, back = policies["cn-scale-up-policy"], policies["cn-scale-down-policy"]
    assert (out.metric, out.comparison, out.aggregation) == ("cpu_maximum", "greater_or_equal", "Maximum")
    assert (back.metric, back.comparison) == ("cpu", "less_or_equal")
    assert ([one.adjustment for one in out.steps], [one.adjustment for one in back.steps]) == ([1], [-1])


def test_what_lets_connect_anywhere_is_not_known(state: dict[str, Any], tmp_path: Path) -> None:
    fleet = taken(state, tmp_path)
    assert [one.egress for one in fleet.services if one.name != "tam"] == [None] * 5


@pytest.mark.parametrize("turned", [False, True])
def test_of_several_target_groups_the_one_behind_an_application_load_balancer_is_taken(
    state: dict[str, Any], tmp_path: Path, turned: bool
) -> None:
    (tam,) = values_of(state, "aws_ecs_service", "module.tam")
    assert sorted(one["container_port"] for one in tam["load_balancer"]) == [8080, 9090]
    if turned:
        tam["load_balancer"].reverse()
    fleet = taken(state, tmp_path)
    found = of(fleet, "tam")
    assert found.traffic is not None
    assert (found.traffic.paths, found.port) == (("/tam/*",), 8080)
    assert "tam: of its 2 target groups tam is taken" in fleet.notes


def test_a_cluster_by_name_and_by_arn_is_one(state: dict[str, Any], tmp_path: Path) -> None:
    said = {one["cluster"] for one in values_of(state, "aws_ecs_service")}
    assert said == {"popular", f"arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/popular"}
    for one in values_of(state, "aws_ecs_service"):
        one["cluster"] = "popular"
        # The account's older, short form of ARNs.
        one["id"] = one["id"].replace("service/popular/", "service/")
    assert len(taken(state, tmp_path).services) == 6


def _bare_family(state: dict[str, Any]) -> None:
    for one in values_of(state, "aws_ecs_service"):
        one["task_definition"] = one["task_definition"].rpartition("/")[2].partition(":")[0]


def _text_as_numbers(state: dict[str, Any]) -> None:
    for one in walk(state["values"]["root_module"]):
        one["values"] = _numbers(one["values"])


def _numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _numbers(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_numbers(one) for one in value]
    return int(value) if isinstance(value, str) and value.isdigit() else value


def _older_conditions(state: dict[str, Any]) -> None:
    for one in values_of(state, "aws_lb_listener_rule"):
        (condition,) = one["condition"]
        one["condition"] = [{"field": "path-pattern", "values": condition["path_pattern"][0]["values"]}]


@pytest.mark.parametrize("change", [_bare_family, _text_as_numbers, _older_conditions])
def test_what_another_version_writes_otherwise_is_read_alike(
    state: dict[str, Any], tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    before = taken(state, tmp_path)
    change(state)
    after = taken(state, tmp_path)
    assert after == before


def test_a_delay_of_zero_is_zero_as_a_number_too(state: dict[str, Any], tmp_path: Path) -> None:
    for one in values_of(state, "aws_lb_target_group", "tw"):
        one["deregistration_delay"] = 0
    found = of(taken(state, tmp_path), "tw").traffic
    assert found is not None
    assert found.deregistration_delay_s == 0


def test_a_target_group_of_another_state_is_said_to_be_missing(state: dict[str, Any], tmp_path: Path) -> None:
    root = state["values"]["root_module"]
    root["resources"] = [one for one in root["resources"] if one["type"] != "aws_lb_target_group"]
    fleet = taken(state, tmp_path)
    assert of(fleet, "tw").traffic is None
    assert "tw: its target group tw was not read: its traffic is not known" in fleet.notes


def test_a_group_without_a_way_out_is_not_known(state: dict[str, Any], tmp_path: Path) -> None:
    for module in state["values"]["root_module"]["child_modules"]:
        kept = [one for one in module["resources"] if one["type"] != "aws_security_group_rule"]
        module["resources"] = kept
    for one in values_of(state, "aws_security_group"):
        one["egress"] = []
    assert of(taken(state, tmp_path), "tam").egress is None
