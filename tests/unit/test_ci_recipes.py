"""The recipes of docs/ci.md, run as they are written: the AWS CLI and jq against the sandbox."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from made_client import client
from trimtab.sandbox.faults import Fault
from trimtab.sandbox.server import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "ci.md").read_text(encoding="utf-8")
CLUSTER, SERVICE, FAMILY = "production", "api", "production-api"
TAGS = [{"key": "CostCenter", "value": "retail"}]
LACKING = [tool for tool in ("aws", "jq", "sh") if shutil.which(tool) is None]
pytestmark = pytest.mark.skipif(bool(LACKING), reason=f"needs {', '.join(LACKING)}")


class Shop:
    """A service at an old size with the image that CI deployed, beside a newer revision of Terraform's."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.sandbox, self.folder = sandbox, folder
        self.ecs = client(sandbox.environment, "ecs")
        ec2 = client(sandbox.environment, "ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
        self.ecs.create_cluster(clusterName=CLUSTER)
        self.register("1024", "2048", "api:from-ci")
        self.ecs.create_service(
            cluster=CLUSTER,
            serviceName=SERVICE,
            desiredCount=2,
            launchType="FARGATE",
            taskDefinition=FAMILY,
            networkConfiguration={"awsvpcConfiguration": {"subnets": [subnet], "securityGroups": []}},
            deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": True}},
        )
        self.terraforms = self.register("256", "512", "api:as-first-applied")
        script = re.search(r"```sh\n(#!/bin/sh\n.*?)```", PAGE, re.DOTALL)
        assert script
        (folder / "deploy.sh").write_text(script[1], encoding="utf-8")

    def register(self, cpu: str, memory: str, image: str) -> str:
        made = self.ecs.register_task_definition(
            family=FAMILY,
            cpu=cpu,
            memory=memory,
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            tags=TAGS,
            containerDefinitions=[
                {"name": "api", "image": image, "environment": [{"name": "LOG", "value": "INFO"}]},
                {"name": "otel-collector", "image": "collector:1", "essential": False},
            ],
        )
        arn: str = made["taskDefinition"]["taskDefinitionArn"]
        return arn

    def run(self, command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-c", command],
            cwd=self.folder,
            env={**os.environ, **self.sandbox.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def runs(self) -> Any:
        """Return the definition that the service is at, with its tags."""
        (service,) = self.ecs.describe_services(cluster=CLUSTER, services=[SERVICE])["services"]
        return self.ecs.describe_task_definition(taskDefinition=service["taskDefinition"], include=["TAGS"])

    def has_new_size_and(self, image: str) -> None:
        found = self.runs()
        definition = found["taskDefinition"]
        assert (definition["cpu"], definition["memory"]) == ("256", "512")
        images = {one["name"]: one["image"] for one in definition["containerDefinitions"]}
        assert images == {"api": image, "otel-collector": "collector:1"}
        assert definition["containerDefinitions"][0]["environment"] == [{"name": "LOG", "value": "INFO"}]
        assert found["tags"] == TAGS


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with Sandbox.start() as sandbox:
        yield Shop(sandbox, tmp_path)
        assert not sandbox.calls_not_implemented


def commands() -> list[str]:
    """Return the folded commands of the page's YAML, in their order."""
    found = re.findall(r"(?:run: |- )>-\n((?: {8,}[^\n]+\n)+)", PAGE)
    return [" ".join(line.strip() for line in one.splitlines()) for one in found]


def test_the_script_takes_the_new_size_and_the_image_it_is_given(shop: Shop) -> None:
    finished = shop.run(f"sh deploy.sh {CLUSTER} {SERVICE} api:2.15.0")
    assert finished.returncode == 0, finished.stderr
    shop.has_new_size_and("api:2.15.0")


@pytest.mark.slow  # each call of the AWS CLI is a second of CPU, and a second deployment is as the first
def test_the_script_deploys_again_and_again(shop: Shop) -> None:
    for image in ("api:2.15.0", "api:2.16.0"):
        assert shop.run(f"sh deploy.sh {CLUSTER} {SERVICE} {image}").returncode == 0
        shop.has_new_size_and(image)


def test_the_script_refuses_a_container_that_is_not_there(shop: Shop) -> None:
    before = shop.runs()["taskDefinition"]["taskDefinitionArn"]
    finished = shop.run(f"sh deploy.sh {CLUSTER} {SERVICE} api:2.15.0 web")
    assert finished.returncode != 0
    assert "no container web in production-api" in finished.stderr
    assert shop.runs()["taskDefinition"]["taskDefinitionArn"] == before


@pytest.mark.slow
def test_the_script_says_that_a_deployment_was_rolled_back(shop: Shop) -> None:
    before = shop.runs()["taskDefinition"]["taskDefinitionArn"]
    shop.sandbox.inject.deployment_failure(SERVICE, Fault.EXITS)
    finished = shop.run(f"sh deploy.sh {CLUSTER} {SERVICE} api:2.15.0")
    assert finished.returncode == 1, finished.stdout
    assert "the deployment was rolled back" in finished.stderr
    assert shop.runs()["taskDefinition"]["taskDefinitionArn"] == before


def test_the_workflow_starts_from_the_newest_revision_with_its_tags(shop: Shop) -> None:
    newest, _, _ = commands()
    assert shop.run(newest, FAMILY=FAMILY).returncode == 0
    started = json.loads((shop.folder / "task-definition.json").read_text(encoding="utf-8"))
    assert started["taskDefinitionArn"] == shop.terraforms
    assert (started["cpu"], started["tags"]) == ("256", TAGS)


def test_the_workflow_ends_well_only_at_its_own_revision(shop: Shop) -> None:
    _, compare, _ = commands()
    runs = shop.runs()["taskDefinition"]["taskDefinitionArn"]
    where = {"CLUSTER": CLUSTER, "SERVICE": SERVICE}
    assert shop.run(compare, **where, REVISION=runs).returncode == 0
    assert shop.run(compare, **where, REVISION=shop.terraforms).returncode == 1


@pytest.mark.slow
def test_the_buildspec_takes_the_image_from_the_pipelines_file(shop: Shop) -> None:
    *_, build = commands()
    file = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert file
    (shop.folder / "imagedefinitions.json").write_text(file[1], encoding="utf-8")
    finished = shop.run(build, CLUSTER=CLUSTER, SERVICE=SERVICE, CONTAINER="api")
    assert finished.returncode == 0, finished.stderr
    shop.has_new_size_and("111122223333.dkr.ecr.us-east-1.amazonaws.com/api:2.15.0")
