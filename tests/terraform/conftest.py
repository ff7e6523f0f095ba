"""Real Terraform, the real AWS provider, and a sandbox of this test process.

There is one sandbox a process at a time: each module has its own, and stops it at its end.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from provider_process import running
from requirements_plan import BOUNDARY, CERTIFICATE, WEB_ACL, Platform, with_lines

from once import once, shared
from trimtab.assets import assets_folder, copy_configuration
from trimtab.engine.engine import Workspace
from trimtab.sandbox.server import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trimtab.engine.engine import Engine

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


@pytest.fixture
def example_root(engine: Engine, surroundings: dict[str, str], tmp_path: Path) -> Callable[[str], Workspace]:
    copy_configuration(tmp_path)

    def workspace(name: str) -> Workspace:
        shutil.copytree(assets_folder() / "examples" / name, tmp_path / "examples" / name)
        root = Workspace(engine=engine, directory=tmp_path / "examples" / name, environment=surroundings)
        root.init()
        return root

    return workspace


@pytest.fixture(scope="module")
def given(network: dict[str, Any]) -> dict[str, Any]:
    return {name: network[name] for name in ("vpc_id", "private_subnet_ids")}


@pytest.fixture(scope="module")
def listener(client: Callable[[str], Any], network: dict[str, Any]) -> dict[str, str]:
    """Make somebody else's load balancer."""
    group = client("ec2").create_security_group(GroupName="alb", Description="alb", VpcId=network["vpc_id"])
    elb = client("elbv2")
    balancer = elb.create_load_balancer(
        Name="theirs", Subnets=network["public_subnet_ids"], SecurityGroups=[group["GroupId"]]
    )["LoadBalancers"][0]["LoadBalancerArn"]
    made = elb.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
    )["Listeners"][0]
    return {"listener_arn": made["ListenerArn"], "load_balancer_security_group_id": group["GroupId"]}


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
            given.setdefault("allow_plain_http", True)
        made = workspaces("terraform/platform").plan(folder / "a.tfplan", var_files, given)
        return Platform(made, network["private_subnet_ids"])

    return plan


@pytest.fixture(scope="module")
def planned(
    request: pytest.FixtureRequest, engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Platform]:
    """Give a plan of this name, made once for the whole session: most modules need no sandbox then."""
    del engine  # without one the tests are skipped

    def plan(name: str, *var_files: Path, **variables: object) -> Platform:
        def make() -> Platform:
            plan_of: Callable[..., Platform] = request.getfixturevalue("plan_of")
            return plan_of(*var_files, **variables)

        return once(shared(tmp_path_factory), f"plan-{name}", make)

    return plan


@pytest.fixture(scope="module")
def production(planned: Callable[..., Platform]) -> Platform:
    return planned("production")


@pytest.fixture(scope="module")
def staging(planned: Callable[..., Platform]) -> Platform:
    """Give the plan of another environment, with what can be switched off switched off."""
    return planned(
        "staging",
        environment="staging",
        certificate_arn=None,
        tracing={"enabled": False},
        container_insights="disabled",
        alarms=None,
    )


@pytest.fixture(scope="module")
def extended(planned: Callable[..., Platform], edited: Callable[..., Path]) -> Platform:
    """Give the plan with what can be switched on switched on, and an api that starts slowly."""
    values = edited(
        ("worker", "traffic = {", "execute_command = true\n    traffic = {"),
        ("api", "startup_seconds = 73", "startup_seconds = 180"),
    )
    return planned(
        "extended",
        values,
        container_insights="enhanced",
        activate_cost_allocation_tags=True,
        roles={"path": "/service/", "permissions_boundary": BOUNDARY},
        event_log_policy="shared",
        alarms={"errors_percent": 0},
        load_balancers={
            "public": {
                "access_logs": {"bucket": "shop-logs"},
                "web_acl_arn": WEB_ACL,
                "certificates": {"second": CERTIFICATE},
                "ip_address_type": "dualstack",
            }
        },
    )


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Give a file of the values with lines of services changed."""
    written = (REPOSITORY / "terraform/platform/services.auto.tfvars").read_text("utf-8")

    def edit(*changes: tuple[str, str, str]) -> Path:
        path = tmp_path_factory.mktemp("edited") / "edited.tfvars"
        path.write_text(with_lines(written, *changes), encoding="utf-8")
        return path

    return edit


@pytest.fixture(scope="module")
def given_to_edits(
    network: dict[str, Any], client: Callable[[str], Any], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return a folder with what ``guarded/edited`` asks for: a network, a load balancer and a cluster."""
    folder = tmp_path_factory.mktemp("edited")
    subnets = network["private_subnet_ids"]
    balancer = client("elbv2").create_load_balancer(Name="edited", Scheme="internal", Subnets=subnets)
    client("ecs").create_cluster(clusterName="edited")
    given = {
        "vpc_id": network["vpc_id"],
        "subnet_ids": subnets,
        "balancer_arn": balancer["LoadBalancers"][0]["LoadBalancerArn"],
    }
    (folder / "given.auto.tfvars.json").write_text(json.dumps(given), encoding="utf-8")
    return folder
