"""The examples that are roots to copy: each plans, applies, is clean, and goes. And a port that changes."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from trimtab.assets import assets_folder, copy_configuration
from trimtab.engine.engine import Workspace
from trimtab.errors import TrimtabError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trimtab.engine.engine import Engine

FILE_SYSTEM = {
    "file_system_id": "fs-0123456789abcdef0",
    "access_point_id": "fsap-0123456789abcdef0",
}


@pytest.fixture
def example(engine: Engine, surroundings: dict[str, str], tmp_path: Path) -> Callable[[str], Workspace]:
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
def file_system(client: Callable[[str], Any], network: dict[str, Any]) -> dict[str, str]:
    """Give somebody else's file system, and the security group of its mount targets."""
    group = client("ec2").create_security_group(GroupName="efs", Description="efs", VpcId=network["vpc_id"])
    return {**FILE_SYSTEM, "file_system_security_group_id": group["GroupId"]}


@pytest.fixture(scope="module")
def besides(listener: dict[str, str], file_system: dict[str, str]) -> dict[str, dict[str, str]]:
    """Give what an example asks for besides a network."""
    return {"existing-load-balancer": listener, "sidecars-and-volumes": file_system}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["minimal", "existing-load-balancer", "spot-mix", "sidecars-and-volumes"])
def test_an_example_plans_applies_is_clean_and_goes(
    example: Callable[[str], Workspace],
    given: dict[str, Any],
    besides: dict[str, dict[str, str]],
    tmp_path: Path,
    name: str,
) -> None:
    root, values = example(name), {**given, **besides.get(name, {})}
    root.apply(variables=values)
    again = root.plan(tmp_path / "b.tfplan", (), values)
    assert [change.address for change in again.changed] == []
    root.destroy(variables=values)


@pytest.mark.slow
def test_another_port_is_deployed_in_one_update_and_nothing_is_cut_off_meanwhile(
    example: Callable[[str], Workspace],
    given: dict[str, Any],
    listener: dict[str, str],
    client: Callable[[str], Any],
    tmp_path: Path,
) -> None:
    root, values = example("existing-load-balancer"), {**given, **listener}
    ecs, elb, ec2 = client("ecs"), client("elbv2"), client("ec2")

    def let_in() -> set[int]:
        rules = ec2.describe_security_group_rules()["SecurityGroupRules"]
        return {
            one["FromPort"]
            for one in rules
            if not one["IsEgress"] and one.get("Description", "").startswith("Requests and health checks")
        }

    def balanced() -> tuple[str, int]:
        (service,) = ecs.describe_services(cluster="shop", services=["api"])["services"]
        (one,) = service["loadBalancers"]
        return one["targetGroupArn"], one["containerPort"]

    def served() -> set[int]:
        found = elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        return {one["Target"]["Port"] for one in found if one["TargetHealth"]["State"] == "healthy"}

    root.apply(variables=values)
    group, before = balanced()
    assert (before, let_in()) == (8080, {8080})

    # Told nothing else, the plan refuses: the revision that runs has no such port.
    after = {**values, "port": 9090}
    with pytest.raises(TrimtabError, match=r"port 9090 is to be served, and api has 8080 .*former_port"):
        root.plan(tmp_path / "a.tfplan", (), after)

    # With the former port it is steps that each succeed, and none can be left out.
    moving = {**values, "port": 9090, "former_port": 8080}
    root.apply(variables=moving)
    assert (balanced(), let_in()) == ((group, 8080), {8080, 9090})
    assert served() == {8080}
    with pytest.raises(TrimtabError, match="port 9090 is to be served, and api has 8080 "):
        root.plan(tmp_path / "b.tfplan", (), after)
    with pytest.raises(ClientError, match="container port 9090"):
        ecs.update_service(
            cluster="shop",
            service="api",
            loadBalancers=[{"targetGroupArn": group, "containerName": "api", "containerPort": 9090}],
        )
    ecs.update_service(
        cluster="shop",
        service="api",
        taskDefinition=root.outputs()["revision"],
        loadBalancers=[{"targetGroupArn": group, "containerName": "api", "containerPort": 9090}],
    )
    assert served() == {9090}
    root.apply(variables=after)
    assert (balanced(), let_in()) == ((group, 9090), {9090})
    assert served() == {9090}
    assert [one.address for one in root.plan(tmp_path / "c.tfplan", (), after).changed] == []
    assert elb.describe_target_groups(TargetGroupArns=[group])["TargetGroups"][0]["Port"] == 80
    root.destroy(variables=after)


def test_the_modules_readme_shows_the_minimal_example() -> None:
    shown = (assets_folder() / "terraform/modules/service/README.md").read_text("utf-8")
    main = (assets_folder() / "examples/minimal/main.tf").read_text("utf-8")
    assert f"```hcl\n{main}```" in shown
