"""A snapshot from Terraform's state of ``examples/before``: ``recorded_state.json`` is two services of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from trimtab.assets import assets_folder
from trimtab.commands import optimize as optimizing
from trimtab.errors import SnapshotError
from trimtab.snapshot.folder import read_snapshot
from trimtab.snapshot.state.read import read_state

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimtab.fleet.model import Fleet, Service

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
RECORDED = Path(__file__).parents[1] / "recorded_state.json"
CLUSTER = "fin-prod-cluster"


@pytest.fixture
def state() -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return decoded


def taken(state: dict[str, Any], tmp_path: Path, **given: Any) -> Fleet:
    file = tmp_path / "state.json"
    file.write_text(json.dumps(state), encoding="utf-8")
    return read_state(file, tmp_path / "out", NOW, **given)


def of(fleet: Fleet, name: str) -> Service:
    return next(one for one in fleet.services if one.name == name)


def change(state: dict[str, Any], kind: str, changes: Callable[[dict[str, Any]], None]) -> None:
    for resource in state["values"]["root_module"]["resources"]:
        if resource["type"] == kind:
            changes(resource["values"])


def test_what_terraform_deployed_is_what_the_example_snapshot_says(
    state: dict[str, Any], tmp_path: Path
) -> None:
    fleet = taken(state, tmp_path)
    example = read_snapshot(assets_folder() / "examples" / "fleet").fleet
    assert [one.name for one in fleet.services] == ["accounts", "scheduler"]
    for read in fleet.services:
        known = of(example, read.name)
        assert (read.image, read.size, read.port) == (known.image, known.size, known.port)
        assert (read.traffic, read.secrets) == (known.traffic, known.secrets)
        assert (read.scaling.min_tasks, read.scaling.max_tasks) == (
            known.scaling.min_tasks,
            known.scaling.max_tasks,
        )
        policies = {policy.name: policy for policy in read.scaling.policies}
        assert policies == {policy.name: policy for policy in known.scaling.policies}


def test_names_and_ids_are_those_of_the_state(state: dict[str, Any], tmp_path: Path) -> None:
    fleet = taken(state, tmp_path)
    identity, own = fleet.identity, of(fleet, "accounts").identity
    assert identity is not None
    assert own is not None
    assert identity.cluster.name == CLUSTER
    assert [one.name for one in identity.load_balancers] == ["fin-prod-alb"]
    assert identity.target_groups[0].load_balancer_arns == (identity.load_balancers[0].arn,)
    attributes = identity.load_balancers[0].attributes
    assert attributes["routing.http.drop_invalid_header_fields.enabled"] == "false"
    assert attributes["idle_timeout.timeout_seconds"] == "60"
    said = identity.load_balancers[0].listeners[0].default_response
    assert said is not None
    assert (said.status_code, said.content_type, said.message_body) == ("404", "text/plain", "not found")
    assert {one.type for one in identity.namespaces} == {"DNS_PRIVATE", "HTTP"}
    assert own.task_definition.family == "fin-prod-accounts"
    assert own.task_definition.environment_names == ("DB_HOST", "JAVA_TOOL_OPTIONS", "LOG_LEVEL", "PORT")
    assert own.registrations[0].registry_arn in {one.arn for one in identity.discovery_services}


def test_what_a_state_lacks_is_named_and_every_service_has_no_metrics(
    state: dict[str, Any], tmp_path: Path
) -> None:
    fleet = taken(state, tmp_path)
    assert any("metrics, starts, failures" in note for note in fleet.notes)
    snapshot = read_snapshot(tmp_path / "out")
    assert [(one.service, one.reason.value) for one in snapshot.skipped] == [
        ("accounts", "no metrics"),
        ("scheduler", "no metrics"),
    ]
    outcome = optimizing.optimize(tmp_path / "out", None)
    assert outcome.partial
    assert outcome.recommendation.services == ()


def test_environment_values_stay_out_of_it(state: dict[str, Any], tmp_path: Path) -> None:
    def plant(values: dict[str, Any]) -> None:
        containers = json.loads(values["container_definitions"])
        containers[0]["environment"].append({"name": "PLANTED", "value": "planted-value"})
        values["container_definitions"] = json.dumps(containers)

    change(state, "aws_ecs_task_definition", plant)
    fleet = taken(state, tmp_path)
    written = (tmp_path / "out" / "fleet.json").read_bytes()
    assert b"planted-value" not in written
    assert b"PLANTED" in written
    assert of(fleet, "accounts").environment == {}
    assert (
        of(taken(state, tmp_path, with_environment=True), "accounts").environment["PLANTED"]
        == "planted-value"
    )


def named(state: dict[str, Any], names: Callable[[str, str], str]) -> None:
    """Have each service name its revision as ``names`` makes it of family and number."""

    def rename(values: dict[str, Any]) -> None:
        family, _, revision = values["task_definition"].rpartition("/")[2].partition(":")
        values["task_definition"] = names(family, revision)

    change(state, "aws_ecs_service", rename)


@pytest.mark.parametrize("form", ["{}:{}", "{}"])
def test_a_revision_may_be_named_by_its_family(state: dict[str, Any], tmp_path: Path, form: str) -> None:
    by_arn = taken(state, tmp_path)
    named(state, form.format)
    again = taken(state, tmp_path)
    assert again.services == by_arn.services
    assert again.notes == by_arn.notes


def test_a_family_alone_is_its_newest_revision_and_ten_comes_after_nine(
    state: dict[str, Any], tmp_path: Path
) -> None:
    resources = state["values"]["root_module"]["resources"]
    (one,) = (
        resource
        for resource in resources
        if resource["type"] == "aws_ecs_task_definition" and resource["values"]["family"].endswith("accounts")
    )
    prefix = one["values"]["arn"].rpartition(":")[0]
    for number, cpu in ((9, "512"), (10, "2048")):
        resources.append({**one, "values": {**one["values"], "arn": f"{prefix}:{number}", "cpu": cpu}})
    named(state, lambda family, _: family)
    accounts = of(taken(state, tmp_path), "accounts")
    assert accounts.size.cpu_units == 2048
    assert accounts.identity is not None
    assert accounts.identity.task_definition.arn == f"{prefix}:10"


@pytest.mark.parametrize("form", ["{}:57", "arn:aws:ecs:us-east-1:123456789012:task-definition/{}:57"])
def test_a_revision_that_ci_registered_is_read_as_the_newest_there_and_said(
    state: dict[str, Any], tmp_path: Path, form: str
) -> None:
    before = taken(state, tmp_path)
    named(state, lambda family, _: form.format(family))
    fleet = taken(state, tmp_path)
    for one in fleet.services:
        assert one.size == of(before, one.name).size
        assert one.identity is not None
        assert one.identity.task_definition.arn.endswith(f"/{one.identity.task_definition.family}:57")
    said = [note for note in fleet.notes if "is not in the state" in note]
    assert len(said) == 2
    assert (
        "accounts: runs fin-prod-accounts:57, which is not in the state; read as fin-prod-accounts:1"
        in said[0]
    )


def test_a_family_that_is_not_in_the_state_costs_its_service_alone(
    state: dict[str, Any], tmp_path: Path
) -> None:
    named(state, lambda family, revision: f"{family}{'-else' * family.endswith('accounts')}:{revision}")
    fleet = taken(state, tmp_path)
    assert [one.name for one in fleet.services] == ["scheduler"]
    (left,) = [one for one in fleet.skipped if one.service == "accounts"]
    assert "its task definition was not read (fin-prod-accounts-else:1)" in left.detail


def test_of_a_plan_the_state_before_it_is_read(state: dict[str, Any], tmp_path: Path) -> None:
    plan = {"format_version": "1.2", "planned_values": {"root_module": {}}, "prior_state": state}
    assert len(taken(plan, tmp_path).services) == 2


def test_resources_of_modules_are_found(state: dict[str, Any], tmp_path: Path) -> None:
    root = state["values"]["root_module"]
    nested = {"child_modules": [{"child_modules": [{"resources": root["resources"]}]}]}
    assert len(taken({**state, "values": {"root_module": nested}}, tmp_path).services) == 2


def test_a_joint_alarm_is_understood_as_the_account_words_it(state: dict[str, Any], tmp_path: Path) -> None:
    def math(values: dict[str, Any]) -> None:
        if values["alarm_name"] != "accounts-memory-low":
            return
        dimensions = values.pop("dimensions")
        for name in ("namespace", "metric_name", "statistic", "period"):
            values.pop(name)
        values["metric_query"] = [
            {
                "id": name,
                "metric": [
                    {
                        "namespace": "AWS/ECS",
                        "metric_name": metric,
                        "period": 60,
                        "stat": "Average",
                        "dimensions": dimensions,
                    }
                ],
            }
            for name, metric in (("m1", "CPUUtilization"), ("m2", "MemoryUtilization"))
        ]
        expression = "MAX([ m2 / 55.5, m1/40 ])"
        values["metric_query"].append({"id": "e", "expression": expression, "return_data": True})

    change(state, "aws_cloudwatch_metric_alarm", math)
    policies = of(taken(state, tmp_path), "accounts").scaling.policies
    (joint,) = [policy for policy in policies if policy.metric == "joint"]
    assert (joint.cpu_low, joint.memory_low, joint.period_s) == (40, 55.5, 60)


@pytest.mark.parametrize(
    ("changes", "reason", "detail"),
    [
        ({"launch_type": "EC2"}, "not Fargate", "it runs on EC2"),
        ({"launch_type": "EXTERNAL"}, "not Fargate", "it runs on EXTERNAL"),
        ({"launch_type": "MANAGED_INSTANCES"}, "not Fargate", "it runs on MANAGED_INSTANCES"),
        ({"scheduling_strategy": "DAEMON"}, "not Fargate", "it runs one task on every instance"),
        (
            {"deployment_configuration": [{"strategy": "CANARY"}]},
            "not understood",
            "its deployments are CANARY, which are not modelled: only rolling ones",
        ),
        (
            {
                "load_balancer": [
                    {
                        "target_group_arn": "arn",
                        "container_name": "scheduler",
                        "container_port": 80,
                        "advanced_configuration": [{"production_listener_rule": "arn"}],
                    }
                ]
            },
            "not understood",
            "its deployments are BLUE_GREEN, which are not modelled: only rolling ones",
        ),
    ],
)
def test_what_is_no_rolling_fargate_service_is_left_out(
    changes: dict[str, Any], reason: str, detail: str, state: dict[str, Any], tmp_path: Path
) -> None:
    def move(values: dict[str, Any]) -> None:
        if values["name"] == "scheduler":
            values.update(changes)

    change(state, "aws_ecs_service", move)
    fleet = taken(state, tmp_path)
    assert [one.name for one in fleet.services] == ["accounts"]
    (left,) = fleet.skipped
    assert (left.service, left.reason.value, left.detail) == ("scheduler", reason, detail)


def test_a_size_with_units_is_understood(state: dict[str, Any], tmp_path: Path) -> None:
    change(state, "aws_ecs_task_definition", lambda values: values.update(cpu="1 vCPU", memory="4 GB"))
    size = of(taken(state, tmp_path), "accounts").size
    assert (size.cpu_units, size.memory_mib) == (1024, 4096)


def test_egress_of_narrow_security_groups_is_read(state: dict[str, Any], tmp_path: Path) -> None:
    rules = [
        {"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["0.0.0.0/0"]},
        {"protocol": "tcp", "from_port": 5432, "to_port": 5432, "security_groups": ["sg-12345678"]},
    ]
    change(state, "aws_security_group", lambda values: values.update(egress=rules))
    (egress,) = of(taken(state, tmp_path), "accounts").egress or ()
    assert (egress.port, egress.security_group_id, egress.cidr) == (5432, "sg-12345678", None)


HTTPS = {"from_port": 443, "to_port": 443}
DATABASE = {"from_port": 5432, "to_port": 5432}
ANYWHERE = "0.0.0.0/0"


def older(group: str) -> list[tuple[str, dict[str, Any]]]:
    kind, way = "aws_security_group_rule", {"type": "egress", "protocol": "tcp", "security_group_id": group}
    https = {**way, **HTTPS, "cidr_blocks": [ANYWHERE], "source_security_group_id": None}
    database = {**way, **DATABASE, "cidr_blocks": None, "source_security_group_id": "sg-12345678"}
    inward = {**database, "type": "ingress", "from_port": 1, "to_port": 1}
    return [(kind, https), (kind, database), (kind, inward)]


def newer(group: str) -> list[tuple[str, dict[str, Any]]]:
    kind, of_group = "aws_vpc_security_group_{}_rule", {"ip_protocol": "tcp", "security_group_id": group}
    https = {**of_group, **HTTPS, "cidr_ipv4": ANYWHERE, "referenced_security_group_id": None}
    database = {**of_group, **DATABASE, "cidr_ipv4": None, "referenced_security_group_id": "sg-12345678"}
    inward = {**database, "from_port": 1, "to_port": 1}
    out = kind.format("egress")
    return [(out, https), (out, database), (kind.format("ingress"), inward)]


@pytest.mark.parametrize("rules", [older, newer])
def test_rules_that_are_resources_of_their_own_are_their_groups(
    state: dict[str, Any], tmp_path: Path, rules: Callable[[str], list[tuple[str, dict[str, Any]]]]
) -> None:
    change(state, "aws_security_group", lambda values: values.update(egress=[], ingress=[]))
    # Nothing at all would be believed, and cut every connection.
    assert of(taken(state, tmp_path), "accounts").egress is None
    resources = state["values"]["root_module"]["resources"]
    groups = [one["values"]["id"] for one in resources if one["type"] == "aws_security_group"]
    resources += [
        {"mode": "managed", "type": kind, "address": f"{kind}.{number}", "values": values}
        for group in groups
        for number, (kind, values) in enumerate(rules(group))
    ]
    (egress,) = of(taken(state, tmp_path), "accounts").egress or ()
    assert (egress.port, egress.security_group_id, egress.cidr) == (5432, "sg-12345678", None)


def test_egress_to_anywhere_is_not_known(state: dict[str, Any], tmp_path: Path) -> None:
    assert of(taken(state, tmp_path), "accounts").egress is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "not JSON"),
        ('{"version": 4, "resources": []}', "no state or plan"),
        ('{"format_version": "1.0"}', "no service"),
    ],
)
def test_what_is_no_state_is_refused_in_one_line(content: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "given").write_text(content, encoding="utf-8")
    with pytest.raises(SnapshotError, match=said) as told:
        read_state(tmp_path / "given", tmp_path / "out", NOW)
    assert str(tmp_path / "given") in told.value.one_line()
    assert not (tmp_path / "out").exists()


def test_of_two_clusters_one_must_be_named(state: dict[str, Any], tmp_path: Path) -> None:
    def move(values: dict[str, Any]) -> None:
        if values["name"] == "scheduler":
            values["cluster"] = values["cluster"].replace(CLUSTER, "other")

    change(state, "aws_ecs_service", move)
    with pytest.raises(SnapshotError, match=f"--cluster: {CLUSTER}, other"):
        taken(state, tmp_path)
    assert [one.name for one in taken(state, tmp_path, cluster="other").services] == ["scheduler"]
