"""Levers of the fleet as found, and how all of them reach the document and the report."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
from fleet import made
from takeover import made as identities

from trimtab.advice.case.objective import Objective, PolicyKind
from trimtab.advice.lever import Lever, LeverKind
from trimtab.advice.levers.redundant import redundant
from trimtab.catalog.load import prices
from trimtab.document.encode import document_of, published
from trimtab.fleet.account import Alarm, Leftover, NatGateway
from trimtab.fleet.left_out import LeftOut, LeftOutReason
from trimtab.pipeline import recommend
from trimtab.report import layout
from trimtab.report.levers import TITLE
from trimtab.report.optimize import terminal
from trimtab.report.optimize.data import report_of

if TYPE_CHECKING:
    from trimtab.advice.model import Recommendation
    from trimtab.fleet.model import Fleet

PRICES = prices("us-east-1")
BALANCER = Decimal("16.43")
"""Of 730 hours."""


def fleet(**changes: Any) -> Fleet:
    """One service behind a load balancer, and one load balancer that leads nowhere of ours."""
    used = identities.balancer(identities.listener(80, identities.rule("api")))
    idle = identities.balancer(
        identities.listener(80, identities.rule("old")), arn=identities.balancer_arn("old"), name="old"
    )
    groups = (
        identities.group("api"),
        identities.group("old", load_balancer_arns=(identities.balancer_arn("old"),)),
    )
    found = identities.fleet(identities.service("api"))
    assert found.identity is not None
    values: dict[str, Any] = {"load_balancers": (used, idle), "target_groups": groups}
    account = msgspec.structs.replace(found.identity, **(values | changes))
    return msgspec.structs.replace(found, identity=account)


def alarm(name: str, *actions: str) -> Alarm:
    return Alarm(name=name, arn=identities.arn("cloudwatch", f"alarm:{name}"), actions=actions)


def rows(found: Fleet) -> dict[str, Lever]:
    """The rows by the first words of what they are about."""
    return {lever.basis.split(" that nothing")[0]: lever for lever in redundant(found, PRICES)}


def test_a_load_balancer_that_leads_to_no_service_is_told_at_the_catalogs_price() -> None:
    lever = rows(fleet())["load balancer"]
    assert lever.usd_month == BALANCER
    assert ": old; $16.43 each" in lever.basis
    assert lever.first.startswith("it has no targets of anybody else")


def test_a_load_balancer_is_used_by_its_default_action_and_by_a_group_that_hangs_on_it_too() -> None:
    default = identities.balancer(
        identities.listener(80, default_target_group_arns=(identities.group_arn("api"),)),
        arn=identities.balancer_arn("old"),
    )
    assert not rows(fleet(load_balancers=(default,)))
    hangs = identities.balancer(arn=identities.balancer_arn("alb"))
    assert not rows(fleet(load_balancers=(hangs,)))


def test_what_was_not_read_may_use_a_load_balancer_and_is_named() -> None:
    skipped = LeftOut(service="hidden", reason=LeftOutReason.ACCESS_DENIED, detail="no")
    lever = rows(msgspec.structs.replace(fleet(), skipped=(skipped,)))["load balancer"]
    assert lever.first.endswith("nor hidden: what they use was not read")


def test_alarms_that_do_nothing_are_one_row_and_those_that_a_deployment_watches_are_none() -> None:
    idle = [alarm(f"quiet-{number}") for number in range(12)]
    service = identities.service("api", deployment_alarms=("watched",))
    found = msgspec.structs.replace(
        fleet(alarms=(*idle, alarm("watched"), alarm("rings", "arn:aws:sns:topic"))), services=(service,)
    )
    lever = rows(found)["alarm without an action"]
    assert lever.usd_month == Decimal("1.20")
    assert "and 7 more" in lever.basis
    assert "watched" not in lever.basis
    assert "rings" not in lever.basis


def test_leftovers_are_priced_where_a_price_is_known_and_named_where_none_is() -> None:
    left = (
        Leftover(kind="aws_eip", id="eipalloc-1", name="eipalloc-1"),
        Leftover(kind="aws_nat_gateway", id="nat-1", name="nat-1"),
        Leftover(kind="aws_iam_policy", id="arn:policy", name="free"),
    )
    found = rows(fleet(leftovers=left))
    assert found["public address"].usd_month == Decimal("3.65")
    assert found["NAT gateway"].usd_month == Decimal("32.85")
    assert "nat-1; $32.85 each" in found["NAT gateway"].basis
    assert "free" not in " ".join(lever.basis for lever in found.values())


def test_a_gateway_without_a_price_is_named_without_dollars() -> None:
    left = (Leftover(kind="aws_nat_gateway", id="nat-1", name="nat-1"),)
    (lever,) = redundant(
        fleet(load_balancers=(), leftovers=left), msgspec.structs.replace(PRICES, nat_gateway_hour=None)
    )
    assert lever.usd_month is None
    assert "its price is not known" in lever.basis


def test_a_network_load_balancer_that_nobody_uses_is_not_priced_as_an_application_one() -> None:
    arn = identities.arn("elasticloadbalancing", "loadbalancer/net/old/1")
    app = identities.arn("elasticloadbalancing", "loadbalancer/app/older/1")
    left = (Leftover(kind="aws_lb", id=arn, name="old"), Leftover(kind="aws_lb", id=app, name="older"))
    found = rows(fleet(load_balancers=(), leftovers=left))
    assert found["network or gateway load balancer"].usd_month is None
    assert found["load balancer"].usd_month == BALANCER


def gateway(name: str, zone: str | None, *, routed: bool | None = True, private: bool = False) -> NatGateway:
    return NatGateway(id=name, zone=zone, routed=routed, private=private)


def test_of_gateways_that_are_routed_to_those_beyond_the_first_of_a_zone_are_told() -> None:
    gateways = (
        gateway("nat-1", "us-east-1a"),
        gateway("nat-2", "us-east-1a"),
        gateway("nat-3", "us-east-1b"),
        gateway("nat-4", "us-east-1a", private=True),
        gateway("nat-5", None),
        gateway("nat-6", None),
        gateway("nat-7", "us-east-1b", routed=None),
        gateway("nat-8", "us-east-1b", routed=False),
    )
    (lever,) = redundant(fleet(load_balancers=(), nat_gateways=gateways), PRICES)
    assert lever.usd_month == Decimal("32.85")
    assert lever.basis == "NAT gateway beyond the first of its zone: nat-2 (us-east-1a); $32.85 each"
    assert "who else goes through it cannot be told from the fleet" in lever.first


def test_a_fleet_whose_account_was_not_read_has_nothing_to_spare() -> None:
    assert not list(redundant(made.fleet(made.service()), PRICES))


STEPS = Objective(policies=(PolicyKind.STEP,))


@cache
def recommended() -> Recommendation:
    services = (made.service("api"), made.service("web"))
    return recommend(made.snapshot(*services), objective=STEPS, effort=made.LITTLE)


def test_levers_are_in_the_document_and_come_back_as_they_were() -> None:
    document = published(recommended())
    kinds = [lever.kind for lever in document.levers]
    assert kinds == sorted(kinds, key=list(LeverKind).index)
    assert {LeverKind.GRAVITON, LeverKind.SPOT, LeverKind.COMMITMENT} <= set(kinds)
    assert {lever.service for lever in document.levers if lever.kind is LeverKind.GRAVITON} == {"api", "web"}
    for lever, part in zip(recommended().levers, document.levers, strict=True):
        assert part.usd_month == (None if lever.usd_month is None else float(lever.usd_month))


def test_no_lever_is_in_any_cost_or_saving() -> None:
    without = replace(recommended(), levers=())
    assert report_of(document_of(without)).saving == report_of(document_of(recommended())).saving
    assert document_of(without).cost == document_of(recommended()).cost


def test_the_report_tells_services_with_the_same_words_together_and_each_lever_alone() -> None:
    graviton = [one for one in recommended().levers if one.kind is LeverKind.GRAVITON]
    report = report_of(document_of(recommended()))
    (line,) = [one for one in report.levers if one.service.startswith("Graviton")]
    assert line.service == "Graviton of api, web"
    assert line.text.startswith(f"${sum(one.usd_month or Decimal() for one in graviton)}, ")
    text = "\n".join(layout.lines(terminal.render(report), width=200))
    assert TITLE in text
    assert "Spot of api: $" in text
    assert "Spot of web: $" in text
    assert "which move: give today's fargate_spot_x86_vcpu_hour" in " ".join(text.split())


def test_without_levers_the_report_has_no_word_of_them() -> None:
    report = report_of(document_of(replace(recommended(), levers=())))
    assert TITLE not in "\n".join(layout.lines(terminal.render(report)))
