"""What is imported, by which id and under which name, and what is left with its reason."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from takeover import made
from takeover.made import TARGET, ids, items, of_service, taken, values

from trimtab.fleet.account import (
    Alarm,
    CapacityProvider,
    ClusterIdentity,
    LogGroup,
    Namespace,
    ScalingPolicy,
    ScalingTarget,
    SecurityGroup,
)
from trimtab.fleet.identity import Attachment, Registration
from trimtab.redaction import REDACTED
from trimtab.takeover import imports, not_owned
from trimtab.takeover import kept as adopt_values
from trimtab.takeover.names import slug
from trimtab.takeover.not_owned_scaling import scaling_items

if TYPE_CHECKING:
    from pathlib import Path

    from trimtab.engine.engine import Engine


def test_each_thing_is_imported_by_the_id_the_provider_parses() -> None:
    at = 'module.fleet.module.service["api"]'
    assert ids(made.fleet(made.service("api"))) == {
        "module.fleet.module.cluster.aws_ecs_cluster.this": "prod",
        "module.fleet.module.cluster.aws_service_discovery_private_dns_namespace.this": "ns-1:vpc-1",
        'module.fleet.module.load_balancer["public"].aws_lb.this': made.balancer_arn("alb"),
        'module.fleet.module.load_balancer["public"].aws_lb_listener.http': made.listener(80).arn,
        f"{at}.aws_service_discovery_service.this[0]": "srv-api",
        f"{at}.aws_cloudwatch_log_group.application[0]": "/ecs/api",
        f'{at}.aws_lb_target_group.this["this"]': made.group_arn("api"),
        f'{at}.aws_lb_listener_rule.this["this"]': made.rule("api").arn,
        f"{at}.aws_ecs_service.this": "prod/api",
        f"{at}.module.scaling[0].aws_appautoscaling_target.this": TARGET,
    }


def test_outside_production_the_one_log_group_is_the_debug_group() -> None:
    fleet = msgspec.structs.replace(made.fleet(made.service("api")), environment="stage")
    found = {to: one for to, one in ids(fleet).items() if "log_group" in to}
    assert found == {'module.fleet.module.service["api"].aws_cloudwatch_log_group.debug': "/ecs/api"}
    assert values(fleet)["environment"] == "staging"


def test_the_blocks_are_what_terraform_reads() -> None:
    text = imports.render((imports.Import(to='module.service["a"].aws_ecs_service.this', id='pr"od/${a}'),))
    assert 'import {\n  to = module.service["a"].aws_ecs_service.this\n  id = "pr\\"od/$${a}"\n}\n' in text


def test_terraform_would_format_neither_file(engine_alone: Engine, tmp_path: Path) -> None:
    odd = made.service("Api_V1", 200, capacity_providers=(CapacityProvider(name="FARGATE_SPOT", weight=1),))
    fleet = made.fleet(made.service("api"), odd)
    (tmp_path / "imports.tf").write_text(imports.render(imports.imports_of(taken(fleet))), encoding="utf-8")
    (tmp_path / "adopt.auto.tfvars").write_text(adopt_values.render(taken(fleet)), encoding="utf-8")
    formatted = subprocess.run(
        [engine_alone.path, "fmt", "-check", "-diff", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert formatted.returncode == 0, formatted.stdout


def test_only_what_the_values_ask_for_is_imported_steps_or_target_tracking() -> None:
    """To one of the other kind there is nothing to import: Terraform would refuse the plan."""
    policies = (
        ScalingPolicy(name="cpu-out", arn="a", type="StepScaling"),
        ScalingPolicy(name="joint-in", arn="b", type="StepScaling"),
        ScalingPolicy(name="cpu-tracking", arn="c", type="TargetTrackingScaling"),
    )
    actions = (made.policy_arn("api", "joint-in"),)
    alarm = Alarm(name="prod-api-joint-low", arn="d", actions=actions, service="api")
    fleet = made.fleet(
        made.service("api"),
        scaling_targets=(ScalingTarget(resource_id="service/prod/api", policies=policies),),
        alarms=(alarm,),
    )
    at = 'module.fleet.module.service["api"].module.scaling[0]'
    scaling = {to.removeprefix(f"{at}.") for to in made.ids(fleet) if to.startswith(at)}
    assert scaling == {
        "aws_appautoscaling_target.this",
        'aws_appautoscaling_policy.out["cpu"]',
        "aws_appautoscaling_policy.in[0]",
        "aws_cloudwatch_metric_alarm.in[0]",
    }
    tracked = {to.removeprefix(f"{at}.") for to in made.ids(fleet, tracked=["api"]) if to.startswith(at)}
    assert tracked == {"aws_appautoscaling_target.this", 'aws_appautoscaling_policy.tracking["cpu"]'}
    items = {item.name: item.advice for item in scaling_items(made.taken(fleet, tracked=["api"]))}
    assert items == {
        "service/prod/api/cpu-out": "remove",
        "service/prod/api/joint-in": "remove",
        "prod-api-joint-low": "remove",
    }


def test_the_alarm_of_20_s_is_imported_where_the_values_ask_for_it_and_else_is_to_go() -> None:
    drives = (made.policy_arn("api", "cpu-out"),)
    alarms = tuple(
        Alarm(name=f"prod-api-{end}", arn=end, actions=drives, service="api")
        for end in ("cpu-high", "cpu-high-fast")
    )
    fleet = made.fleet(made.service("api"), alarms=alarms)
    at = 'module.fleet.module.service["api"].module.scaling[0].aws_cloudwatch_metric_alarm'
    slow, fast = f'{at}.out["cpu"]', f"{at}.fast[0]"

    def imported(*names: str) -> dict[str, str]:
        return {to: name for to, name in made.ids(fleet, fast=names).items() if to.startswith(at)}

    def left(*names: str) -> dict[str, str]:
        return {item.name: item.advice for item in scaling_items(made.taken(fleet, fast=names))}

    assert imported("api") == {slow: "prod-api-cpu-high", fast: "prod-api-cpu-high-fast"}
    assert left("api") == {}
    assert imported() == {slow: "prod-api-cpu-high"}
    assert left() == {"prod-api-cpu-high-fast": "remove"}


def test_what_a_second_adoption_finds_under_the_modules_names_is_imported() -> None:
    policies = (
        ScalingPolicy(name="cpu-out", arn="a", type="StepScaling"),
        ScalingPolicy(name="joint-in", arn="b", type="StepScaling"),
        ScalingPolicy(name="memory-out", arn="c", type="TargetTrackingScaling"),
    )
    groups = ("/ecs/prod/api/application", "/ecs/prod/api/debug", "/aws/events/ecs/prod", "/ecs/prod/exec")
    service = made.service("api", task_definition=made.definition("api", log_group=None))
    found = ids(
        made.fleet(
            service,
            scaling_targets=(ScalingTarget(resource_id="service/prod/api", policies=policies),),
            alarms=(Alarm(name="prod-api-cpu-high", arn="d", actions=(made.policy_arn("api", "cpu-out"),)),),
            log_groups=tuple(LogGroup(name=name, arn=name) for name in groups),
            cluster=ClusterIdentity(name="prod", arn="e", capacity_providers=("FARGATE",)),
        )
    )
    at = 'module.fleet.module.service["api"]'
    assert found[f'{at}.module.scaling[0].aws_appautoscaling_policy.out["cpu"]'] == f"{TARGET}/cpu-out"
    assert found[f"{at}.module.scaling[0].aws_appautoscaling_policy.in[0]"] == f"{TARGET}/joint-in"
    assert f'{at}.module.scaling[0].aws_appautoscaling_policy.out["memory"]' not in found
    assert found[f'{at}.module.scaling[0].aws_cloudwatch_metric_alarm.out["cpu"]'] == "prod-api-cpu-high"
    assert found[f"{at}.aws_cloudwatch_log_group.application[0]"] == "/ecs/prod/api/application"
    assert found[f"{at}.aws_cloudwatch_log_group.debug"] == "/ecs/prod/api/debug"
    assert found["module.fleet.module.cluster.aws_cloudwatch_log_group.events"] == "/aws/events/ecs/prod"
    assert found["module.fleet.module.cluster.aws_cloudwatch_log_group.exec"] == "/ecs/prod/exec"
    assert found["module.fleet.module.cluster.aws_ecs_cluster_capacity_providers.this"] == "prod"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"deployment_controller": "CODE_DEPLOY"}, "CODE_DEPLOY"),
        ({"scheduling_strategy": "DAEMON"}, "DAEMON"),
        ({"launch_type": "EC2"}, "EC2"),
        ({"service_connect": True}, "Service Connect"),
        ({"task_volumes": True}, "EBS volume"),
        ({"lattice": True}, "VPC Lattice"),
    ],
)
def test_a_service_the_module_cannot_own_is_left_with_its_reason(
    changes: dict[str, Any], reason: str
) -> None:
    fleet = made.fleet(made.service("api", **changes), made.service("web", 200))
    (left,) = taken(fleet).left
    assert left.service == "api"
    assert reason in left.detail
    assert not [to for to in ids(fleet) if '"api"' in to]
    assert values(fleet)["adopt"]["leave"] == ["api"]
    assert reason in items(fleet, "aws_ecs_service")[0].why


def test_two_services_on_one_target_group_are_both_left() -> None:
    shared = (Attachment(target_group_arn=made.group_arn("api"), container_name="a", container_port=80),)
    fleet = made.fleet(made.service("api"), made.service("web", 200, attachments=shared))
    assert [left.service for left in taken(fleet).left] == ["api", "web"]


def test_a_service_whose_load_balancer_was_not_read_is_left() -> None:
    assert [left.service for left in taken(made.fleet(made.service("api"), load_balancers=())).left] == [
        "api"
    ]


def test_a_service_that_the_values_add_is_new_and_one_they_lack_is_not_touched() -> None:
    fleet = made.fleet(made.service("api"), made.service("web", 200))
    takeover = taken(fleet, "api", "fresh")
    assert takeover.new == ("fresh",)
    assert [one.service.name for one in takeover.services] == ["api"]
    assert [one.name for one in not_owned.not_owned(takeover) if one.kind == "aws_ecs_service"] == ["web"]


@pytest.mark.parametrize(
    "changes",
    [
        {"other_conditions": ("http-header",)},
        {"plain": False},
        {"target_group_arns": (made.group_arn("api"), made.group_arn("web"))},
        {"priority": 7},
        {"paths": ("/other/*",)},
        {"hosts": tuple("abcde")},
    ],
)
def test_a_rule_that_says_more_than_the_values_stays_with_its_owner(changes: dict[str, Any]) -> None:
    listener = made.listener(80, msgspec.structs.replace(made.rule("api"), **changes))
    fleet = made.fleet(made.service("api"), load_balancers=(made.balancer(listener),))
    assert not [to for to in ids(fleet) if "listener_rule" in to]
    assert of_service(fleet)["listener_rule"] == "false" or of_service(fleet)["listener_rule"] is False
    (item,) = items(fleet, "aws_lb_listener_rule")
    assert (item.advice, item.command) == ("look", "")


@pytest.mark.parametrize(
    "found",
    [
        {"alarms": (Alarm(name="prod-api-cpu-high", arn="a", actions=("arn:aws:sns:page",)),)},
        {"alarms": (Alarm(name="prod-api-errors", arn="a", actions=("arn:aws:sns:page",)),)},
        {"alarms": (Alarm(name="prod-api-at-max", arn="a"),)},
        {"security_groups": (SecurityGroup(id="sg-7", name="prod-api-tasks", description="api"),)},
        {"security_groups": (SecurityGroup(id="sg-7", name="prod-public-alb", description=""),)},
    ],
)
def test_new_things_get_no_name_that_another_owner_has(found: dict[str, Any]) -> None:
    fleet = made.fleet(made.service("api"), **found)
    assert values(fleet)["name"] == "prod-2"
    assert values(fleet)["adopt"]["cluster"]["name"] == "prod"
    assert not [to for to in ids(fleet) if "metric_alarm" in to]
    assert [item.name for item in items(fleet, "aws_cloudwatch_metric_alarm")] == [
        alarm.name for alarm in found.get("alarms", ())
    ]


def test_names_of_the_configurations_own_things_are_not_another_owners() -> None:
    fleet = made.fleet(
        made.service("api"),
        security_groups=(
            SecurityGroup(id="sg-7", name="prod-api-tasks", description="Tasks of api on prod"),
            SecurityGroup(id="sg-8", name="prod-public-alb", description="Load balancer prod-public"),
        ),
        alarms=(
            Alarm(name="prod-api-joint-low", arn="a", actions=(made.policy_arn("api", "joint-in"),)),
            Alarm(
                name="prod-api-errors", arn="b", actions=("arn:aws:sns:us-east-1:111122223333:prod-alerts",)
            ),
            Alarm(
                name="prod-api-unhealthy",
                arn="c",
                actions=("arn:aws:sns:us-east-1:111122223333:pages",),
                tags={"Environment": "production", "Service": "api", "CostCenter": "retail"},
            ),
        ),
    )
    assert values(fleet)["name"] == "prod"
    assert not items(fleet, "aws_cloudwatch_metric_alarm")
    assert not items(fleet, "aws_security_group")


def test_of_two_load_balancers_of_a_kind_the_busier_is_taken_over() -> None:
    second = made.balancer(
        made.listener(80), arn=made.balancer_arn("a"), name="a", security_group_ids=("sg-9",)
    )
    services = [made.service(name, 100 + at) for at, name in enumerate(("api", "web", "old"))]
    groups = (
        made.group("api"),
        made.group("web"),
        made.group("old", load_balancer_arns=(second.arn,)),
    )
    base = made.fleet(*services)
    assert base.identity is not None
    balancers = (*base.identity.load_balancers, second)
    fleet = made.fleet(*services, target_groups=groups, load_balancers=balancers)
    assert ids(fleet)['module.fleet.module.load_balancer["public"].aws_lb.this'] == made.balancer_arn("alb")
    assert of_service(fleet, "old")["foreign_load_balancer"] == "sg-9"


def test_a_service_whose_load_balancer_nothing_lets_in_is_left() -> None:
    """Another owner's, without a security group: the module could only cut it off."""
    shut = made.balancer(
        made.listener(80),
        attributes={"access_logs.s3.prefix": REDACTED},  # not to be taken over
        security_group_ids=(),
    )
    fleet = made.fleet(made.service(), load_balancers=(shut,))
    (left,) = made.taken(fleet, "api").left
    assert "has no security group" in left.detail
    # One that is taken over gets the module's own.
    own = msgspec.structs.replace(shut, attributes={})
    assert made.taken(made.fleet(made.service(), load_balancers=(own,)), "api").left == ()


def test_what_several_services_share_is_not_imported_twice() -> None:
    web = made.service(
        "web",
        200,
        task_definition=made.definition("web", log_group="/ecs/api"),
        registrations=(Registration(registry_arn=made.registry_arn("api")),),
    )
    fleet = made.fleet(made.service("api"), web)
    found = ids(fleet)
    assert not [to for to in found if "log_group" in to or "discovery_service" in to]
    assert of_service(fleet, "web")["registry"] == {"arn": made.registry_arn("api")}
    assert [item.advice for item in items(fleet, "aws_cloudwatch_log_group") if item.name == "/ecs/api"] == [
        "keep"
    ]


def test_a_service_in_no_registry_is_not_put_into_one() -> None:
    fleet = made.fleet(made.service("api", registrations=()), discovery_services=())
    assert str(of_service(fleet)["register"]).lower() == "false"


def test_a_namespace_of_the_new_ones_name_is_imported_though_nobody_is_in_it() -> None:
    namespace = Namespace(id="ns-2", arn="a", name="prod.internal", type="DNS_PRIVATE", vpc_id="vpc-1")
    fleet = made.fleet(made.service("api", registrations=()), namespaces=(namespace,), discovery_services=())
    assert (
        ids(fleet)["module.fleet.module.cluster.aws_service_discovery_private_dns_namespace.this"]
        == "ns-2:vpc-1"
    )


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("api", "api"),
        ("Api_V1", "api-v1"),
        ("9lives", "x-9lives"),
        ("a", "a-x"),
        ("x" * 40, "xxxxxxxxxxxxxx-bd913"),
        ("api-" * 6, "api-api-api-ap-42cdf"),
        ("___", "x"),
    ],
)
def test_names_the_configuration_refuses_get_a_stem(name: str, stem: str) -> None:
    found = slug(name, 20)
    assert re.fullmatch(r"[a-z][a-z0-9-]{0,18}[a-z0-9]", found)
    assert found.startswith(stem[:1])
    assert found == stem or name == "___"


def test_two_names_that_begin_alike_are_two_stems() -> None:
    assert slug("mycompany-production-eu", 20) != slug("mycompany-production-us", 20)
    assert slug("shop-production-a", 20) == "shop-production-a"


def test_stems_of_different_services_differ() -> None:
    services = [made.service(name, 100 + at) for at, name in enumerate(("Api", "api", "API", "A_p_i"))]
    stems = [one.stem for one in taken(made.fleet(*services)).services]
    assert len(set(stems)) == 4
    assert stems[1] == "api"
    assert of_service(made.fleet(*services), "Api")["service_name"] == "Api"


def test_a_load_balancer_with_a_setting_that_is_not_kept_stays_with_its_owner() -> None:
    here, main = made.service(), made.balancer(made.listener(80, made.rule("api")))
    kept = made.taken(made.fleet(here, load_balancers=(main,)), "api")
    assert kept.balancers
    hidden = msgspec.structs.replace(main, attributes={"access_logs.s3.prefix": REDACTED})
    left = made.taken(made.fleet(here, load_balancers=(hidden,)), "api")
    assert left.balancers == {}
    (one,) = left.services
    assert one.foreign == hidden  # whose listeners and rules stay as they are
