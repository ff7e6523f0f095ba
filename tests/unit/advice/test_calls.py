"""Calls that the values would cut off: found in variables, kept possible, and told without a value."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import hcl2
import msgspec
import pytest
from commands.made import trimtab
from fleet import made
from takeover import made as made_identity

from trimtab import pipeline
from trimtab.addresses import addresses_of
from trimtab.advice.calls import Calls, NamedCall, calls_of
from trimtab.advice.model import CautionKind
from trimtab.commands import optimize as optimizing
from trimtab.commands import write as adopting
from trimtab.fleet.model import Egress, Fleet
from trimtab.snapshot.folder import write_snapshot
from trimtab.values.write import render

if TYPE_CHECKING:
    from pathlib import Path

    from trimtab.fleet.model import Service

SITE = "www.shop.example"
DNS = "alb-1.us-east-1.elb.amazonaws.com"


def said(value: str, name: str = "A_URL", **more: str) -> list[str]:
    return [one.said for one in addresses_of({name: value, **more})]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("http://www.fin.example/accounts", ["www.fin.example:80"]),
        ("https://hooks.example/T0/B0/s3cr3t", ["hooks.example:443"]),
        ("postgres://app:p%40ss:w@db.example/name?sslmode=on", ["db.example:5432"]),
        ("jdbc:postgresql://db.example:5433/name?user=a", ["db.example:5433"]),
        ("jdbc:oracle:thin:@//db.example:1521/x", ["db.example:1521"]),
        ("app:pw@tcp(db.example:3306)/name", ["db.example:3306"]),
        ("k1.example:9092,k2.example:9092", ["k1.example:9092", "k2.example:9092"]),
        ("mongodb://u:p@a.example:1,b.example:2/db", ["a.example:1", "b.example:2"]),
        ('{"url": "http://a.example:81/x", "to": "https://b.example"}', ["a.example:81", "b.example:443"]),
        ("grpc://ledger.prod.internal:9000", ["ledger.prod.internal:9000"]),
        ("10.1.2.3:6379", ["10.1.2.3:6379"]),
        ("HTTP://WWW.Example.:8080", ["www.example:8080"]),
        # Nobody is called by these.
        ("http://127.0.0.1:4318", []),
        ("http://localhost:3000", []),
        ("http://[::1]:80/", []),
        ("http://169.254.170.2/v3", []),
        ("http://${HOST}:80/", []),
        ("12:30", []),
        ("1.2.3", []),
        ("no-reply@fin.example", []),
        ("arn:aws:s3:::bucket", []),
        ("unix:///var/run/app.sock", []),
        ("America/New_York", []),
    ],
)
def test_addresses_are_found_in_what_people_write(value: str, found: list[str]) -> None:
    assert said(value) == found


def test_a_port_beside_its_host_belongs_to_it() -> None:
    assert said("db.example", "DB_HOST", DB_PORT="5432") == ["db.example:5432"]
    # PORT is where the container itself listens.
    assert said("db.example", "HOST", PORT="8080") == ["db.example"]
    assert said("level:5", "LOG") == []
    assert said("redis:6379", "REDIS") == ["redis:6379"]


def fleet(*services: Service, **changes: object) -> Fleet:
    return msgspec.structs.replace(made.fleet(*services), **changes)


def caller(value: str = f"http://{SITE}/jobs", **changes: object) -> Service:
    return made.service("web", environment={"JOBS_URL": value, "LEVEL": "INFO"}, **changes)


def worker(**changes: object) -> Service:
    values = {"traffic": made.traffic(exposure="internal", priority=110, paths=("/jobs/*",))}
    return made.service("worker", **(values | {"callers": ("web",)} | changes))


def of(found: Fleet) -> Calls:
    return calls_of(found)["web"]


def only_cut(calls: Calls) -> str:
    (cut,) = calls.cuts
    return f"{cut.what}; {cut.kept}; {cut.fix}"


def test_a_call_by_the_fleets_own_balancer_becomes_one_by_cloud_map() -> None:
    calls = of(fleet(caller(), worker(), balancer_hosts=(SITE,)))
    assert calls.named == {"JOBS_URL": NamedCall(service="worker", scheme="http", path="/jobs")}
    assert calls.egress == ()
    told = only_cut(calls)
    assert f"JOBS_URL calls worker by {SITE}:80" in told
    assert "would not let that out" in told
    assert "worker becomes internal" in told


def test_over_tls_only_a_callee_that_becomes_internal_is_cut_off() -> None:
    by_tls = caller(f"https://{SITE}/jobs")
    assert of(fleet(by_tls, worker(), balancer_hosts=(SITE,))).named["JOBS_URL"].scheme == "http"
    stays = worker(traffic=made.traffic(priority=110, paths=("/jobs/*",)))
    assert of(fleet(by_tls, stays, balancer_hosts=(SITE,))) == Calls()


def test_the_first_rule_that_takes_the_path_says_who_is_called() -> None:
    first = made.service("first", traffic=made.traffic(priority=1, paths=("/jobs/old/*",)))
    found = fleet(caller(f"http://{SITE}/jobs/old"), first, worker(), balancer_hosts=(SITE,))
    assert of(found).named["JOBS_URL"].service == "first"


def test_of_a_host_that_nobody_knows_it_is_said_and_the_port_let_out() -> None:
    calls = of(fleet(caller("http://pay.example:8443/x"), worker()))
    assert calls.named == {}
    assert calls.egress == (Egress(name="port-8443", port=8443, cidr="0.0.0.0/0"),)
    told = only_cut(calls)
    assert told.startswith("cannot tell whom JOBS_URL calls by pay.example:8443")
    assert "worker" not in told


def test_whom_an_unknown_host_may_lead_to_is_named_and_not_taken_for_granted() -> None:
    calls = of(fleet(caller(), worker()))
    assert calls.named == {}
    assert [rule.port for rule in calls.egress] == [80]
    assert "by its path it may be worker" in only_cut(calls)


@pytest.mark.parametrize(
    "rule",
    [Egress(name="a", port=6379, cidr="10.0.0.0/8"), Egress(name="a", port=6379, security_group_id="sg-1")],
)
def test_what_egress_lets_out_is_no_finding(rule: Egress) -> None:
    assert of(fleet(caller("cache.example:6379", egress=(rule,)))) == Calls()


def test_an_address_outside_the_range_of_egress_gets_a_rule_of_its_own() -> None:
    rule = Egress(name="cache", port=6379, cidr="10.0.0.0/8")
    calls = of(fleet(caller("redis://192.168.1.2", egress=(rule,))))
    assert calls.egress == (Egress(name="192-168-1-2-6379", port=6379, cidr="192.168.1.2/32"),)
    assert of(fleet(caller("redis://10.1.1.2", egress=(rule,)))) == Calls()


def test_a_cloud_map_name_follows_the_new_namespace() -> None:
    calls = of(fleet(caller("http://worker.old.internal:8080/x"), worker()))
    assert calls.named == {"JOBS_URL": NamedCall(service="worker", scheme="http", path="/x")}
    assert calls.cuts == ()


def test_a_value_that_is_more_than_an_address_is_left_as_it_is() -> None:
    calls = of(fleet(caller(f'{{"jobs": "http://{SITE}/jobs"}}'), worker(), balancer_hosts=(SITE,)))
    assert calls.named == {}
    assert [rule.port for rule in calls.egress] == [80]
    assert "Cloud Map name of worker" in only_cut(calls)


def test_a_host_without_a_port_is_told_where_nothing_but_https_is_let_out() -> None:
    feed = made.service("web", environment={"FEED_HOST": "feed.markets.example"})
    assert "on which port FEED_HOST calls feed.markets.example" in only_cut(of(fleet(feed)))
    open_ = msgspec.structs.replace(feed, egress=(Egress(name="a", port=5, cidr="10.0.0.0/8"),))
    assert of(fleet(open_)) == Calls()


def test_no_line_holds_a_value_but_variable_host_and_port() -> None:
    secret = "hunter2hunter2"  # noqa: S105 - made up
    service = caller(f"amqp://app:{secret}@mq.example/{secret}?key={secret}")
    calls = of(fleet(service))
    assert calls.cuts
    assert secret not in only_cut(calls)


def running(value: str, *, priority: int = 110) -> Fleet:
    """A fleet that runs: api calls worker by the load balancer that both hang on."""
    api = msgspec.structs.replace(made_identity.service("api"), environment={"JOBS_URL": value})
    found = made_identity.fleet(api, made_identity.service("worker", priority))
    (balancer,) = found.identity.load_balancers  # type: ignore[union-attr]
    identity = msgspec.structs.replace(
        found.identity, load_balancers=(msgspec.structs.replace(balancer, dns_name=DNS),)
    )
    return msgspec.structs.replace(found, identity=identity)


def test_a_fleet_that_runs_keeps_its_addresses_and_is_let_out_to_its_balancer() -> None:
    found = calls_of(running(f"http://{DNS}/worker/x"))["api"]
    assert found.named == {}
    assert [rule.port for rule in found.egress] == [80]
    (cut,) = found.cuts
    assert f"calls worker by {DNS}:80, load balancer alb" in cut.what


def test_a_running_services_cloud_map_name_makes_its_caller_one() -> None:
    found = calls_of(running("http://worker.prod.local:8080"))
    (cut,) = found["api"].cuts
    assert found["worker"].callers == ("api",)
    assert "no rule lets through" in cut.what


def test_the_values_say_it_and_keep_it_possible() -> None:
    found = fleet(caller(), worker(), balancer_hosts=(SITE,))
    recommendation = pipeline.recommend(
        replace(made.snapshot(*found.services), fleet=found), effort=made.LITTLE
    )
    (advice,) = [one for one in recommendation.services if one.service.name == "web"]
    assert CautionKind.CALL in {caution.kind for caution in advice.cautions}
    text = render(recommendation)
    assert SITE not in text.replace("# ", "").split("services = {")[1].split("web = {")[1].split("worker")[0]
    web = hcl2.loads(text)["services"]
    entry = next(one for name, one in web.items() if name.strip('"') == "web")
    assert "JOBS_URL" not in str(entry["environment"])
    assert "worker" in str(entry["calls"])


@pytest.mark.not_fast
def test_write_tells_of_calls_that_an_edit_would_cut_off(tmp_path: Path) -> None:
    found = running(f"http://{DNS}/worker/x")
    write_snapshot(replace(made.snapshot(*found.services), fleet=found), tmp_path / "snapshot")
    optimizing.optimize(tmp_path / "snapshot", tmp_path / "out", effort=made.LITTLE)
    assert adopting.write(tmp_path / "out").cuts == ()
    values = tmp_path / "out" / "services.auto.tfvars"
    text = values.read_text(encoding="utf-8")
    at = text.index("exposure", text.index("  worker = {"))
    values.write_text(text[:at] + text[at:].replace('"public"', '"internal"', 1), encoding="utf-8")
    (cut,) = adopting.write(tmp_path / "out").cuts
    assert "worker becomes internal" in cut.what
    assert "Cloud Map name of worker" in cut.fix
    finished = trimtab("write", tmp_path / "out")
    assert finished.returncode == 0
    assert f"api: JOBS_URL calls worker by {DNS}:80" in finished.stderr
