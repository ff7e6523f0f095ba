from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hcl2
import msgspec
import pytest
from commands.made import trimtab
from fleet import made as plain
from takeover import made

from trimtab.commands import optimize as optimizing
from trimtab.commands import write as adopting
from trimtab.errors import SnapshotError, UsageError
from trimtab.fleet.account import (
    Alarm,
    CapacityProvider,
    ClusterIdentity,
    FixedResponse,
    Leftover,
    LogGroup,
    Namespace,
    Redirect,
    ScalingPolicy,
    ScalingTarget,
    SecurityGroup,
)
from trimtab.fleet.identity import Attachment, Registration
from trimtab.fleet.left_out import LeftOut, LeftOutReason
from trimtab.snapshot.folder import encode_fleet, write_snapshot
from trimtab.takeover import imports, not_owned
from trimtab.takeover import kept as adopt_values
from trimtab.takeover.names import slug
from trimtab.takeover.takeover import Takeover, takeover_of

if TYPE_CHECKING:
    from trimtab.engine.engine import Engine
    from trimtab.fleet.model import Fleet
    from trimtab.takeover.item import Item

DOCS = Path(__file__).parents[3] / "docs" / "adopt.md"
TARGET = "ecs/service/prod/api/ecs:service:DesiredCount"


def taken(fleet: Fleet, *names: str) -> Takeover:
    assert fleet.identity is not None
    return takeover_of(fleet, fleet.identity, names or [service.name for service in fleet.services])


def ids(fleet: Fleet, *names: str) -> dict[str, str]:
    return {one.to: one.id for one in imports.imports_of(taken(fleet, *names))}


def values(fleet: Fleet) -> dict[str, Any]:
    """Read the written values back, with a parser that is not ours."""
    parsed: dict[str, Any] = _plain(hcl2.loads(adopt_values.render(taken(fleet))))
    return parsed


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {str(key).strip('"'): _plain(one) for key, one in value.items() if key != "__is_block__"}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.strip('"') if isinstance(value, str) else value


def of_service(fleet: Fleet, name: str = "api") -> dict[str, Any]:
    adopt = values(fleet)["adopt"]
    assert isinstance(adopt, dict)
    entry: dict[str, Any] = adopt["services"][name]
    return entry


def items(fleet: Fleet, kind: str) -> list[Item]:
    return [item for item in not_owned.not_owned(taken(fleet)) if item.kind == kind]


def test_each_thing_is_imported_by_the_id_the_provider_parses() -> None:
    at = 'module.service["api"]'
    assert ids(made.fleet(made.service("api"))) == {
        "module.cluster.aws_ecs_cluster.this": "prod",
        "module.cluster.aws_service_discovery_private_dns_namespace.this": "ns-1:vpc-1",
        'module.load_balancer["public"].aws_lb.this': made.balancer_arn("alb"),
        'module.load_balancer["public"].aws_lb_listener.http': made.listener(80).arn,
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
    assert found == {'module.service["api"].aws_cloudwatch_log_group.debug': "/ecs/api"}
    assert values(fleet)["environment"] == "staging"


def test_a_secret_by_its_parameters_name_is_left_to_the_running_revision(tmp_path: Path) -> None:
    arn = "arn:aws:ssm:us-east-1:111122223333:parameter/a"
    service = msgspec.structs.replace(made.service("api"), secrets={"BY_NAME": "/a", "BY_ARN": arn})
    folder = _optimised(made.fleet(service), tmp_path)
    text = (folder / "services.auto.tfvars").read_text(encoding="utf-8")
    assert "BY_ARN" in text
    assert "BY_NAME" not in text
    assert of_service(made.fleet(service))["definition"] == service.identity.task_definition.arn  # type: ignore[union-attr]


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
    at = 'module.service["api"]'
    assert found[f'{at}.module.scaling[0].aws_appautoscaling_policy.out["cpu"]'] == f"{TARGET}/cpu-out"
    assert found[f"{at}.module.scaling[0].aws_appautoscaling_policy.in"] == f"{TARGET}/joint-in"
    assert f'{at}.module.scaling[0].aws_appautoscaling_policy.out["memory"]' not in found
    assert found[f'{at}.module.scaling[0].aws_cloudwatch_metric_alarm.out["cpu"]'] == "prod-api-cpu-high"
    assert found[f"{at}.aws_cloudwatch_log_group.application[0]"] == "/ecs/prod/api/application"
    assert found[f"{at}.aws_cloudwatch_log_group.debug"] == "/ecs/prod/api/debug"
    assert found["module.cluster.aws_cloudwatch_log_group.events"] == "/aws/events/ecs/prod"
    assert found["module.cluster.aws_cloudwatch_log_group.exec"] == "/ecs/prod/exec"
    assert found["module.cluster.aws_ecs_cluster_capacity_providers.this"] == "prod"


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


def test_the_hosts_of_a_rule_are_kept() -> None:
    listener = made.listener(80, made.rule("api", hosts=("www.example.com",)))
    fleet = made.fleet(made.service("api"), load_balancers=(made.balancer(listener),))
    assert of_service(fleet)["hosts"] == ["www.example.com"]
    assert [to for to in ids(fleet) if "listener_rule" in to]


@pytest.mark.parametrize(
    "listeners",
    [
        (made.listener(8080),),
        (made.listener(80, default_action="other"),),
        (made.listener(80, default_action="redirect"),),
        (made.listener(80, default_action="forward", default_target_group_arns=("a", "b")),),
        (made.listener(443, default_action="redirect"), made.listener(80)),
        (made.listener(80, protocol="TCP"),),
    ],
)
def test_a_load_balancer_that_does_what_the_module_cannot_say_is_kept(
    listeners: tuple[made.Listener, ...],
) -> None:
    fleet = made.fleet(made.service("api"), load_balancers=(made.balancer(*listeners),))
    assert not [to for to in ids(fleet) if "aws_lb.this" in to or "aws_lb_listener" in to]
    assert of_service(fleet)["foreign_load_balancer"] == "sg-2"
    assert [item.name for item in items(fleet, "aws_lb")] == ["alb"]


def test_https_serves_and_its_certificate_and_policy_are_kept() -> None:
    https = made.listener(443, made.rule("api"), certificate_arn="arn:aws:acm:x", ssl_policy="old")
    fleet = made.fleet(
        made.service("api"),
        load_balancers=(made.balancer(https, made.listener(80, default_action="redirect")),),
    )
    found = ids(fleet)
    assert found['module.load_balancer["public"].aws_lb_listener.https[0]'] == https.arn
    balancer = values(fleet)["adopt"]["load_balancers"]["public"]
    assert (balancer["certificate_arn"], balancer["ssl_policy"]) == ("arn:aws:acm:x", "old")
    assert "redirect" not in balancer


def test_a_service_meant_to_be_internal_stays_where_its_target_group_hangs() -> None:
    service = made.service("api")
    assert service.traffic is not None
    meant = msgspec.structs.replace(service.traffic, exposure="internal")
    fleet = made.fleet(msgspec.structs.replace(service, traffic=meant))
    assert of_service(fleet)["load_balancer"] == "public"


def test_headers_words_and_groups_of_a_load_balancer_stay_as_found() -> None:
    said = FixedResponse(status_code="503", content_type="text/html", message_body='<a href="${x}">')
    http = made.listener(80, default_response=said)
    loose = {"routing.http.drop_invalid_header_fields.enabled": "false"}
    found = made.balancer(http, attributes=loose)
    adopt = values(made.fleet(made.service("api"), load_balancers=(found,)))["adopt"]
    kept = adopt["load_balancers"]["public"]
    assert (kept["own_security_group"], kept["drop_invalid_header_fields"]) == (False, False)
    assert kept["http_response"]["status_code"] == "503"
    usual = FixedResponse(status_code="404", message_body="Not found")
    strict = {"routing.http.drop_invalid_header_fields.enabled": "true"}
    same = made.balancer(made.listener(80, default_response=usual), attributes=strict)
    adopt = values(made.fleet(made.service("api"), load_balancers=(same,)))["adopt"]
    assert not {"http_response", "drop_invalid_header_fields"} & set(adopt["load_balancers"]["public"])


def test_attributes_that_the_provider_would_set_back_are_kept() -> None:
    set_by_hand = {
        "routing.http.preserve_host_header.enabled": "true",
        "routing.http.desync_mitigation_mode": "strictest",
        "routing.http2.enabled": "false",
        "client_keep_alive.seconds": "600",
        "waf.fail_open.enabled": "false",
        "connection_logs.s3.enabled": "true",
        "connection_logs.s3.bucket": "logs",
    }
    found = made.balancer(made.listener(80), attributes=set_by_hand)
    adopt = values(made.fleet(made.service("api"), load_balancers=(found,)))["adopt"]
    assert adopt["load_balancers"]["public"]["attributes"] == {
        "preserve_host_header": True,
        "desync_mitigation_mode": "strictest",
        "enable_http2": False,
        "client_keep_alive": 600,
        "connection_logs": {"bucket": "logs"},
    }


def test_a_redirect_goes_where_it_went() -> None:
    https = made.listener(443, made.rule("api"), certificate_arn="arn:aws:acm:x", ssl_policy="old")

    def kept(sent: Redirect) -> dict[str, Any]:
        http = made.listener(80, default_action="redirect", default_redirect=sent)
        fleet = made.fleet(made.service("api"), load_balancers=(made.balancer(https, http),))
        public: dict[str, Any] = values(fleet)["adopt"]["load_balancers"]["public"]
        return public

    usual = kept(Redirect(status_code="HTTP_301", protocol="HTTPS", port="443"))
    assert "http_redirect" not in usual
    other = kept(Redirect(status_code="HTTP_302", protocol="HTTPS", port="8443", host="www.shop.example"))
    assert other["http_redirect"] == {"host": "www.shop.example", "port": "8443", "status_code": "HTTP_302"}


def test_a_service_that_names_no_security_group_keeps_the_networks_default() -> None:
    kept = of_service(made.fleet(made.service("api", security_group_ids=())))
    assert (kept["security_group_ids"], kept["own_security_group"]) == ([], False)


def test_service_connects_default_namespace_and_the_key_of_sessions_are_kept() -> None:
    cluster = ClusterIdentity(
        name="prod", arn="a", connect_namespace="arn:aws:servicediscovery:x", exec_kms_key="arn:aws:kms:x"
    )
    namespace = Namespace(id="ns-9", arn="arn:aws:servicediscovery:x", name="mesh", type="HTTP")
    fleet = made.fleet(made.service("api"), cluster=cluster, namespaces=(namespace,))
    assert [one.command for one in items(fleet, "aws_service_discovery_http_namespace")] == [""]
    adopt = values(fleet)["adopt"]
    assert adopt["cluster"] == {
        "connect_namespace": "arn:aws:servicediscovery:x",
        "exec_kms_key": "arn:aws:kms:x",
    }


def test_alarms_that_fail_a_deployment_are_kept() -> None:
    kept = of_service(
        made.fleet(made.service("api", deployment_alarms=("a-5xx", "b"), alarms_roll_back=True))
    )
    assert kept["deployment_alarms"] == {"names": ["a-5xx", "b"], "rollback": True}


@pytest.mark.parametrize(
    ("found", "kept"),
    [
        ((0, 100), {"minimum": 0, "maximum": 100}),
        ((50, None), {"minimum": 50, "maximum": 200}),
        ((None, None), None),
    ],
)
def test_how_many_tasks_run_during_a_deployment_is_kept(found: Any, kept: Any) -> None:
    service = made.service("api", minimum_percent=found[0], maximum_percent=found[1])
    assert of_service(made.fleet(service)).get("deployment_percent") == kept


def test_a_service_without_deployment_alarms_is_given_none() -> None:
    assert "deployment_alarms" not in of_service(made.fleet(made.service("api")))


def test_a_grace_period_for_target_groups_of_another_owner_is_kept() -> None:
    behind = msgspec.structs.replace(made.service("api", grace_period_s=900), traffic=None)
    assert of_service(made.fleet(behind))["grace_period"] == 900
    assert "grace_period" not in of_service(made.fleet(made.service("api", grace_period_s=900)))


@pytest.mark.parametrize(
    "found",
    [
        {"alarms": (Alarm(name="prod-api-cpu-high", arn="a", actions=("arn:aws:sns:page",)),)},
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
        alarms=(Alarm(name="prod-api-joint-low", arn="a", actions=(made.policy_arn("api", "joint-in"),)),),
    )
    assert values(fleet)["name"] == "prod"
    assert not items(fleet, "aws_security_group")


def test_a_rule_that_asks_for_hosts_only_is_not_given_a_path() -> None:
    service = made.service("api")
    assert service.traffic is not None
    service = msgspec.structs.replace(
        service, traffic=msgspec.structs.replace(service.traffic, paths=("/*",))
    )
    for rule_paths, kept in (((), True), (("/*",), None)):
        rule = made.rule("api", paths=rule_paths, hosts=("a.example",))
        fleet = made.fleet(service, load_balancers=(made.balancer(made.listener(80, rule)),))
        assert of_service(fleet).get("any_path") is kept


def test_a_log_group_that_anybody_else_may_write_to_is_given_no_command() -> None:
    """Without its group a container with ``awslogs`` does not start."""
    api = made.service(
        "api",
        task_definition=made.definition(
            "api", container_names=("api", "router"), other_log_groups=("/prod/fluent-bit",)
        ),
    )
    names = ("/prod/fluent-bit", "/prod/exec", "/ecs/other", "/production/old", "/prod/old", "prod-old")
    groups = tuple(LogGroup(name=name, arn=name) for name in names)
    cluster = ClusterIdentity(name="prod", arn="e", exec_log_group="/prod/exec")

    def commands(fleet: Fleet) -> list[str]:
        return [item.name for item in items(fleet, "aws_cloudwatch_log_group") if item.command]

    fleet = made.fleet(api, log_groups=groups, cluster=cluster)
    assert commands(fleet) == ["/prod/old"]
    left_out = LeftOut(service="web", reason=LeftOutReason.THROTTLED, detail="")
    assert commands(msgspec.structs.replace(fleet, skipped=(left_out,))) == []


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
    assert ids(fleet)['module.load_balancer["public"].aws_lb.this'] == made.balancer_arn("alb")
    assert of_service(fleet, "old")["foreign_load_balancer"] == "sg-9"


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
    assert ids(fleet)["module.cluster.aws_service_discovery_private_dns_namespace.this"] == "ns-2:vpc-1"


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


def test_old_policies_and_their_alarms_are_to_go_with_the_command() -> None:
    policy = ScalingPolicy(name="it's old", arn="a", type="StepScaling", alarm_names=("low",))
    action = "arn:aws:autoscaling:us-east-1:111122223333:scalingPolicy:0:resource/ecs/x:policyName/p"
    fleet = made.fleet(
        made.service("api"),
        scaling_targets=(
            ScalingTarget(resource_id="service/prod/api", policies=(policy,), scheduled_actions=("night",)),
            ScalingTarget(resource_id="service/prod/gone"),
        ),
        alarms=(
            Alarm(name="low", arn="b", service="api", actions=(action,)),
            Alarm(name="tells", arn="c", service="api", actions=("arn:aws:sns:us-east-1:111122223333:t",)),
            Alarm(name="silent", arn="d", service="api"),
        ),
    )
    (item,) = items(fleet, "aws_appautoscaling_policy")
    assert item.advice == "remove"
    assert item.command.endswith("""--policy-name 'it'"'"'s old'""")
    advice = {
        item.name: (item.advice, bool(item.command)) for item in items(fleet, "aws_cloudwatch_metric_alarm")
    }
    assert advice == {"low": ("remove", True), "tells": ("look", False), "silent": ("look", True)}
    assert [item.advice for item in items(fleet, "aws_appautoscaling_scheduled_action")] == ["look"]
    assert [item.name for item in items(fleet, "aws_appautoscaling_target")] == ["service/prod/gone"]


def test_nothing_that_others_may_use_is_said_to_go() -> None:
    fleet = made.fleet(
        made.service("api"),
        target_groups=(made.group("api"), made.group("other", load_balancer_arns=())),
        security_groups=(
            SecurityGroup(id="sg-1", name="tasks", interfaces=4),
            SecurityGroup(id="sg-7", name="old", interfaces=0, world_open=True),
            SecurityGroup(id="sg-8", name="busy", interfaces=3),
        ),
        leftovers=(Leftover(kind="aws_nat_gateway", id="nat-1", name="nat-1", detail="one zone"),),
    )
    found = not_owned.not_owned(taken(fleet))
    assert {item.kind for item in found if item.advice == "remove"} == set()
    names = {item.name: item.advice for item in found}
    assert names["other"] == "look"
    assert (names["old (sg-7)"], names["tasks (sg-1)"]) == ("look", "keep")
    assert "busy (sg-8)" not in names
    assert names["nat-1"] == "look"
    assert names["arn:aws:iam::111122223333:role/old"] == "keep"


def test_containers_and_volumes_that_are_not_carried_on_are_named() -> None:
    definition = made.definition("api", container_names=("api", "envoy"), volumes=("data",))
    (item,) = items(made.fleet(made.service("api", task_definition=definition)), "aws_ecs_task_definition")
    assert "container envoy" in item.why
    assert "volume data" in item.why


def test_a_name_cannot_break_out_of_the_table() -> None:
    odd = Leftover(kind="aws_iam_policy", id="i", name="a|b`c\nd", detail="e|f")
    text = not_owned.render(taken(made.fleet(made.service("api"), leftovers=(odd,))))
    (line,) = [line for line in text.splitlines() if "aws_iam_policy" in line]
    assert line == "| aws_iam_policy | `a\\|b'c d (i)` | e\\|f |  |"


def test_write_needs_values_and_identities_and_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"services\.auto\.tfvars: cannot be read"):
        adopting.write(tmp_path)
    fleet = made.fleet(made.service("api"))
    folder = _optimised(fleet, tmp_path)
    (folder / "fleet.json").unlink()
    with pytest.raises(SnapshotError, match=r"fleet\.json: the file is missing"):
        adopting.write(folder)
    without = msgspec.structs.replace(fleet, identity=None)
    (folder / "fleet.json").write_bytes(encode_fleet(without))
    with pytest.raises(UsageError, match="does not say what things are called"):
        adopting.write(folder)
    assert not (folder / "imports.tf").exists()


def test_write_leaves_the_values_as_they_were_edited(tmp_path: Path) -> None:
    folder = _optimised(made.fleet(made.service("api")), tmp_path)
    edited = (folder / "services.auto.tfvars").read_text(encoding="utf-8") + "# mine\n"
    (folder / "services.auto.tfvars").write_text(edited, encoding="utf-8")
    first = [path.read_bytes() for path in _written(adopting.write(folder))]
    assert [path.read_bytes() for path in _written(adopting.write(folder))] == first
    assert (folder / "services.auto.tfvars").read_text(encoding="utf-8") == edited


def test_values_that_move_a_running_service_to_spot_are_refused(tmp_path: Path) -> None:
    folder = _optimised(made.fleet(made.service("api")), tmp_path)
    values = folder / "services.auto.tfvars"
    text = values.read_text(encoding="utf-8")
    values.write_text(text.replace("    memory ", "    spot = true\n    memory ", 1), encoding="utf-8")
    with pytest.raises(UsageError, match=r"services\.auto\.tfvars: spot = true for api: .*is replaced"):
        adopting.write(folder)
    assert not (folder / "imports.tf").exists()


def _written(done: adopting.Adoption) -> tuple[Path, Path, Path]:
    return done.written.imports, done.written.adopt, done.written.not_owned


def _optimised(fleet: Fleet, folder: Path) -> Path:
    recorded = plain.snapshot(*fleet.services)
    write_snapshot(dataclasses.replace(recorded, fleet=fleet), folder / "snapshot")
    optimizing.optimize(folder / "snapshot", folder / "out", effort=plain.LITTLE)
    return folder / "out"


def test_a_fleet_without_identities_is_optimised_without_a_copy_of_it(tmp_path: Path) -> None:
    folder = _optimised(plain.fleet(plain.service("api")), tmp_path)
    assert sorted(path.name for path in folder.iterdir()) == ["recommendation.json", "services.auto.tfvars"]


def test_the_command_exits_with_3_when_a_service_is_left(tmp_path: Path) -> None:
    fleet = made.fleet(made.service("api", deployment_controller="EXTERNAL"), made.service("web", 200))
    folder = _optimised(fleet, tmp_path)
    finished = trimtab("write", folder)
    assert finished.returncode == 3, finished.stderr
    assert "left as it is: api: its deployments belong to EXTERNAL" in finished.stderr
    assert finished.stdout.splitlines() == [
        str(folder / name) for name in ("imports.tf", "adopt.auto.tfvars", "not-owned.md")
    ]


def test_the_usage_in_the_docs_is_what_help_prints() -> None:
    finished = subprocess.run(
        [Path(sys.executable).parent / "trimtab", "write", "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={"COLUMNS": "80", "PATH": ""},
    )
    shown = re.search(r"```text\n(Usage: trimtab write.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert shown
    assert finished.stdout.strip() == shown[1].strip()
