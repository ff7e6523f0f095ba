"""Real Terraform, the real AWS provider, and a sandbox of this test process.

There is one sandbox a process at a time: each module has its own, and stops it at its end.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from provider_process import running
from requirements_plan import CERTIFICATE, Platform

from trimtab.adoption.engine import Workspace
from trimtab.assets import copy_configuration
from trimtab.sandbox.server import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trimtab.adoption.engine import Engine

REPOSITORY = Path(__file__).resolve().parents[2]
NETWORK = ("vpc_id", "private_subnet_ids", "public_subnet_ids")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.terraform)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start() as running:
        yield running
        # A call nobody answered would mean that Terraform was given an invented world.
        assert not running.calls_not_implemented
        assert not running.faults


@pytest.fixture(scope="module")
def surroundings(engine: Engine, sandbox: Sandbox) -> Iterator[dict[str, str]]:
    """Give an engine's environment: the sandbox, and a provider that stays for the whole module."""
    with running(engine, sandbox.environment) as attached:
        yield {**sandbox.environment, **attached}


@pytest.fixture(scope="module")
def workspaces(
    engine: Engine, surroundings: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Workspace]:
    """Give initialised copies of the configuration's roots."""
    root = tmp_path_factory.mktemp("configuration")
    copy_configuration(root)
    ready: dict[str, Workspace] = {}

    def workspace(name: str) -> Workspace:
        if name not in ready:
            ready[name] = Workspace(engine=engine, directory=root / name, environment=surroundings)
            ready[name].init()
        return ready[name]

    return workspace


@pytest.fixture(scope="module")
def client(sandbox: Sandbox) -> Callable[[str], Any]:
    """Give boto3 clients that talk to the sandbox."""
    session = boto3.Session(
        aws_access_key_id="sandbox",
        aws_secret_access_key="sandbox",  # noqa: S106 - the sandbox takes any
        region_name="us-east-1",
    )
    return lambda service: session.client(service, endpoint_url=sandbox.endpoint)


@pytest.fixture(scope="module")
def network(client: Callable[[str], Any]) -> dict[str, Any]:
    """Make the network that exists already where the configuration is used.

    By hand, because the provider waits half a minute for one; ``examples/network`` has its own test.
    """
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    subnets = [
        ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.20.{number}.0/24", AvailabilityZone=f"us-east-1{'abc'[number % 3]}"
        )["Subnet"]["SubnetId"]
        for number in range(6)
    ]
    return dict(zip(NETWORK, (vpc, subnets[:3], subnets[3:]), strict=True))


@pytest.fixture(scope="module")
def plan_of(
    workspaces: Callable[[str], Workspace],
    network: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., Platform]:
    folder = tmp_path_factory.mktemp("plans")

    def plan(*var_files: Path, **variables: object) -> Platform:
        given = {"certificate_arn": CERTIFICATE, **network, **variables}
        if given["certificate_arn"] is None:
            given["allow_plain_http"] = True
        return Platform(workspaces("terraform/platform").plan(folder / "a.tfplan", var_files, given))

    return plan


@pytest.fixture(scope="module")
def production(plan_of: Callable[..., Platform]) -> Platform:
    return plan_of()


@pytest.fixture(scope="module")
def staging(plan_of: Callable[..., Platform]) -> Platform:
    return plan_of(environment="staging", certificate_arn=None, tracing={"enabled": False})


@pytest.fixture
def edited(workspaces: Callable[[str], Workspace], tmp_path: Path) -> Callable[..., Path]:
    """Give the values with one line of one service changed, as a person would edit them."""
    written = (workspaces("terraform/platform").directory / "services.auto.tfvars").read_text("utf-8")

    def edit(service: str, line: str, becomes: str) -> Path:
        start = written.index(f"  {service} = {{")
        at = written.index(line, start)
        path = tmp_path / "edited.tfvars"
        path.write_text(written[:at] + becomes + written[at + len(line) :], encoding="utf-8")
        return path

    return edit
