"""What of the network a snapshot reads: zones, and what costs something though nobody is seen to use it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from report.made import Told
from snapshot.made import CLUSTER, REGION, Made, shop
from snapshot.recorded_api import Recorder

from trimtab.aws.api import CallFailed
from trimtab.aws.connection import Connection
from trimtab.fleet.account import NatGateway
from trimtab.sandbox.server import Sandbox
from trimtab.snapshot.live import network
from trimtab.snapshot.live.read import Wish, read_deployed
from trimtab.snapshot.state.read import read_state
from trimtab.snapshot.understand.fleet import fleet_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.aws.api import Api
    from trimtab.fleet.model import Fleet

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
RECORDED = Path(__file__).parents[1] / "recorded_state.json"


class Waste:
    """The fleet of the snapshot tests, in a network that has more than it needs."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.made = made = Made(sandbox)
        shop(made)
        first, second = made.subnets
        self.spare = self._subnet("10.0.8.0/24", "a")
        self.used, self.twin, self.unrouted = map(self._gateway, (first, self.spare, second))
        for place, gateway in enumerate((self.used, self.twin)):
            table = made.ec2.create_route_table(VpcId=made.vpc)["RouteTable"]["RouteTableId"]
            cidr = f"10.{place + 1}.0.0/16"
            made.ec2.create_route(RouteTableId=table, DestinationCidrBlock=cidr, NatGatewayId=gateway)
        self.address = self._address()
        self.idle = self._balancer("old")
        self.empty = self._balancer("empty", "network")
        self._behind(self.empty, "empty")
        busy = self._balancer("busy", "network")
        self.target = self._behind(busy, "busy")
        made.elb.register_targets(TargetGroupArn=self.target, Targets=[{"Id": "10.0.0.77", "Port": 80}])
        # Of another network: nothing of this fleet.
        other = made.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
        self._gateway(self._subnet("10.9.0.0/24", "a", other))

    def _subnet(self, cidr: str, zone: str, vpc: str = "") -> str:
        answer = self.made.ec2.create_subnet(
            VpcId=vpc or self.made.vpc, CidrBlock=cidr, AvailabilityZone=f"{REGION}{zone}"
        )
        return str(answer["Subnet"]["SubnetId"])

    def _address(self) -> str:
        return str(self.made.ec2.allocate_address(Domain="vpc")["AllocationId"])

    def _gateway(self, subnet: str) -> str:
        answer = self.made.ec2.create_nat_gateway(SubnetId=subnet, AllocationId=self._address())
        return str(answer["NatGateway"]["NatGatewayId"])

    def _balancer(self, name: str, kind: str = "application") -> str:
        answer = self.made.elb.create_load_balancer(Name=name, Subnets=self.made.subnets, Type=kind)
        return str(answer["LoadBalancers"][0]["LoadBalancerArn"])

    def _behind(self, balancer: str, name: str) -> str:
        group = self.made.elb.create_target_group(
            Name=name, Protocol="TCP", Port=80, VpcId=self.made.vpc, TargetType="ip"
        )["TargetGroups"][0]["TargetGroupArn"]
        self.made.elb.create_listener(
            LoadBalancerArn=balancer,
            Protocol="TCP",
            Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
        )
        return str(group)

    def account(self) -> Connection:
        return Connection.open(region=REGION, session=self.made.session)


@pytest.fixture(scope="module")
def waste() -> Iterator[Waste]:
    with pytest.MonkeyPatch.context() as patch, Sandbox.start() as sandbox:
        for name, value in sandbox.environment.items():
            patch.setenv(name, value)
        yield Waste(sandbox)
        assert sandbox.calls_not_implemented == ()


def read(api: Api) -> Fleet:
    raw = read_deployed(api, Wish(cluster=CLUSTER), datetime.now(UTC), Told())
    fleet, _ = fleet_of(raw, start="2026-11-02T00:00:00Z", days=1.0, provenance="test")
    assert fleet is not None
    return fleet


def leftovers(fleet: Fleet) -> dict[str, tuple[str, str]]:
    """Kind and detail of what the network has to spare, by id."""
    assert fleet.identity is not None
    kinds = ("aws_nat_gateway", "aws_eip", "aws_lb")
    return {one.id: (one.kind, one.detail) for one in fleet.identity.leftovers if one.kind in kinds}


def test_the_account_is_asked_what_of_its_network_nobody_uses(waste: Waste) -> None:
    assert leftovers(read(waste.account())) == {
        waste.unrouted: ("aws_nat_gateway", "no route leads to it"),
        waste.address: ("aws_eip", "it hangs on nothing"),
        waste.idle: ("aws_lb", "it has no target group"),
        waste.empty: ("aws_lb", "none of its 1 target groups has a target"),
    }


def test_gateways_have_their_zones_and_services_those_of_their_subnets(waste: Waste) -> None:
    fleet = read(waste.account())
    assert fleet.identity is not None
    assert {one.id: one for one in fleet.identity.nat_gateways} == {
        waste.used: NatGateway(id=waste.used, zone="us-east-1a", routed=True),
        waste.twin: NatGateway(id=waste.twin, zone="us-east-1a", routed=True),
        waste.unrouted: NatGateway(id=waste.unrouted, zone="us-east-1b", routed=False),
    }
    for service in fleet.services:
        assert service.identity is not None
        assert service.identity.zones == ("us-east-1a", "us-east-1b")


def test_each_refusal_is_said_once_and_costs_the_fleet_nothing(waste: Waste) -> None:
    refused = (
        "ec2:DescribeRouteTables",
        "ec2:DescribeAddresses",
        "elasticloadbalancing:DescribeTargetHealth",
    )

    def refuse(name: str, parameters: dict[str, Any]) -> None:
        # The health of the fleet's own targets is asked for elsewhere, and is not what is refused here.
        if name in refused and "shop-" not in str(parameters):
            raise CallFailed(name, "UnauthorizedOperation", "no")

    fleet = read(Recorder(waste.account(), refuse))
    assert len(fleet.services) == 2
    assert not [kind for kind, _ in leftovers(fleet).values() if kind in ("aws_nat_gateway", "aws_eip")]
    assert fleet.identity is not None
    assert {one.routed for one in fleet.identity.nat_gateways} == {None}
    for call in refused:
        assert len([note for note in fleet.notes if call in note]) == 1


def test_no_more_load_balancers_of_others_are_looked_behind_than_a_bound(
    waste: Waste, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "MOST_STRAYS", 1)
    fleet = read(waste.account())
    assert len([kind for kind, _ in leftovers(fleet).values() if kind == "aws_lb"]) <= 1
    said = "of 3 load balancers of the network that no service uses 1 were looked behind"
    assert said in fleet.notes


def resource(kind: str, mode: str = "managed", **values: Any) -> dict[str, Any]:
    return {"type": kind, "mode": mode, "address": kind, "values": values}


def stated(tmp_path: Path, *more: dict[str, Any]) -> Fleet:
    """The recorded state with more resources."""
    state = json.loads(RECORDED.read_text(encoding="utf-8"))
    state["values"]["root_module"]["resources"] += more
    file = tmp_path / "state.json"
    file.write_text(json.dumps(state), encoding="utf-8")
    return read_state(file, tmp_path / "out", NOW)


def subnets(*zones: str, mode: str = "managed") -> list[dict[str, Any]]:
    """The subnets of the recorded state's services, in these zones."""
    state = json.loads(RECORDED.read_text(encoding="utf-8"))
    names = sorted(
        {
            subnet
            for one in state["values"]["root_module"]["resources"]
            if one["type"] == "aws_ecs_service"
            for subnet in one["values"]["network_configuration"][0]["subnets"]
        }
    )
    return [
        resource("aws_subnet", mode, id=name, vpc_id="vpc-1", availability_zone=zone)
        for name, zone in zip(names, zones, strict=False)
    ]


@pytest.mark.parametrize("mode", ["managed", "data"])
def test_a_state_has_zones_of_subnets_that_it_makes_or_looks_up(tmp_path: Path, mode: str) -> None:
    count = len(subnets(*"abcdef"))
    fleet = stated(tmp_path, *subnets(*(["us-east-1a"] * count), mode=mode))
    assert fleet.identity is not None
    assert fleet.identity.vpc_id == "vpc-1"
    assert {one.identity.zones for one in fleet.services if one.identity} == {("us-east-1a",)}


def test_a_state_that_lacks_one_of_the_subnets_says_nothing_of_zones(tmp_path: Path) -> None:
    fleet = stated(tmp_path, *subnets("us-east-1a"))
    assert {one.identity.zones for one in fleet.services if one.identity} == {()}


def test_a_state_says_which_gateways_no_route_leads_to_and_which_addresses_hang_on_nothing(
    tmp_path: Path,
) -> None:
    (first, *_) = subnets("us-east-1a")
    subnet = first["values"]["id"]
    gateways = [resource("aws_nat_gateway", id=f"nat-{n}", subnet_id=subnet) for n in range(1, 4)]
    addresses = [
        resource("aws_eip", id="eipalloc-1", association_id="eipassoc-1"),
        resource("aws_eip", id="eipalloc-2", association_id=""),
        resource("aws_eip", id="eipalloc-3"),
        resource("aws_eip_association", allocation_id="eipalloc-3"),
    ]
    routes = [
        resource("aws_route_table", id="rtb-1", route=[{"nat_gateway_id": "nat-1"}, {"gateway_id": "igw"}]),
        resource("aws_route", nat_gateway_id="nat-2"),
    ]
    without = stated(tmp_path, first, *gateways, *addresses)
    assert leftovers(without) == {"eipalloc-2": ("aws_eip", "it hangs on nothing")}
    assert leftovers(stated(tmp_path, first, *gateways, *addresses, *routes)) == {
        "nat-3": ("aws_nat_gateway", "no route leads to it"),
        "eipalloc-2": ("aws_eip", "it hangs on nothing"),
    }
