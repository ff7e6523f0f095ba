"""What the values of a takeover keep as it runs."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from takeover import made
from takeover.made import ids, items, of_service, values

from trimtab.fleet.account import (
    ClusterIdentity,
    FixedResponse,
    Namespace,
    Redirect,
)


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
    assert found['module.fleet.module.load_balancer["public"].aws_lb_listener.https[0]'] == https.arn
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


def test_a_grace_period_for_target_groups_of_another_owner_is_kept() -> None:
    behind = msgspec.structs.replace(made.service("api", grace_period_s=900), traffic=None)
    assert of_service(made.fleet(behind))["grace_period"] == 900
    assert "grace_period" not in of_service(made.fleet(made.service("api", grace_period_s=900)))


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
