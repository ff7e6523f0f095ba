"""The sandbox as a server: where it listens, what it says when it cannot, what it refuses."""

from __future__ import annotations

import http.client
import importlib.metadata
import json
import os
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from made_client import client
from trimtab.errors import SandboxError
from trimtab.sandbox import server
from trimtab.sandbox.server import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start() as running:
        yield running


def test_it_listens_on_one_loopback_address_only(sandbox: Sandbox) -> None:
    port = int(sandbox.endpoint.rsplit(":", 1)[1])

    assert sandbox.endpoint == f"http://127.0.0.1:{port}"
    # Another address of the same interface: only who listens everywhere answers there.
    with socket.socket() as caller:
        caller.settimeout(1)
        assert caller.connect_ex(("127.0.0.2", port)) != 0


def test_its_environment_alone_leads_a_client_to_it(sandbox: Sandbox) -> None:
    code = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
    environment = {**os.environ, "AWS_ENDPOINT_URL": "http://127.0.0.1:1", **sandbox.environment}
    asked = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )

    assert asked.stdout.strip() == "123456789012"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8080"},
        {"Host": "evil.example"},
        {"Host": "evil.example:80"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": ""},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_web_page_is_refused_whatever_it_asks(sandbox: Sandbox, headers: dict[str, str]) -> None:
    client(sandbox.environment, "ecs").create_cluster(clusterName="kept")

    for method, path in (("POST", "/moto-api/reset"), ("GET", "/"), ("OPTIONS", "/")):
        status, answered = _ask(sandbox, method, path, headers)
        assert status == http.HTTPStatus.FORBIDDEN, method
        assert "access-control-allow-origin" not in answered, method

    assert client(sandbox.environment, "ecs").list_clusters()["clusterArns"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:4566", "LOCALHOST"])
def test_its_own_names_are_answered(sandbox: Sandbox, host: str) -> None:
    assert _ask(sandbox, "GET", "/moto-api/data.json", {"Host": host})[0] == http.HTTPStatus.OK


def _ask(sandbox: Sandbox, method: str, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str]]:
    asked = http.client.HTTPConnection(sandbox.endpoint.removeprefix("http://"), timeout=10)
    asked.putrequest(method, path, skip_host="Host" in headers)
    for name, value in headers.items():
        asked.putheader(name, value)
    asked.putheader("Content-Length", "0")
    asked.endheaders()
    answer = asked.getresponse()
    answered = {name.lower(): value for name, value in answer.getheaders()}
    answer.read()
    asked.close()
    return answer.status, answered


def test_a_port_in_use_is_told_in_one_line(sandbox: Sandbox) -> None:
    port = int(sandbox.endpoint.rsplit(":", 1)[1])

    with pytest.raises(SandboxError) as caught:
        Sandbox.start(port=port)

    assert str(caught.value) == f"port {port} cannot be listened on (in use); choose another port"


def test_a_second_sandbox_in_the_process_is_refused_and_frees_its_port(sandbox: Sandbox) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    with pytest.raises(SandboxError, match="another sandbox runs in this process"):
        Sandbox.start(port=port)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", port))
    assert client(sandbox.environment, "ecs").list_clusters()["clusterArns"] == []


def test_each_one_starts_empty_and_stopping_twice_is_harmless() -> None:
    with Sandbox.start() as first:
        client(first.environment, "ecs").create_cluster(clusterName="left-over")
        first.stop()
    with Sandbox.start() as second:
        assert client(second.environment, "ecs").list_clusters()["clusterArns"] == []


def test_a_policy_that_aws_manages_is_attached_to_nothing_in_the_next_one() -> None:
    arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
    for _ in range(2):
        with Sandbox.start() as sandbox:
            iam = client(sandbox.environment, "iam")
            assert iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 0
            iam.create_role(RoleName="exec", AssumeRolePolicyDocument="{}")
            iam.attach_role_policy(RoleName="exec", PolicyArn=arn)
            assert iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 1


def test_in_another_partition_the_policies_are_its_own() -> None:
    with Sandbox.start(region="us-gov-west-1") as sandbox:
        found = client(sandbox.environment, "iam").list_policies(Scope="AWS")["Policies"]
        assert found
        assert {one["Arn"].split(":")[1] for one in found} == {"aws-us-gov"}


def test_stopping_gives_moto_back_as_it_was() -> None:
    from moto.ecs.responses import EC2ContainerServiceResponse  # noqa: PLC0415
    from moto.xray import urls  # noqa: PLC0415
    from moto.xray.responses import XRayResponse  # noqa: PLC0415

    before = (
        vars(EC2ContainerServiceResponse)["create_service"],
        dict(urls.url_paths),
        set(vars(XRayResponse)),
    )
    with Sandbox.start():
        assert vars(EC2ContainerServiceResponse)["create_service"] is not before[0]
        assert len(urls.url_paths) > len(before[1])

    after = (
        vars(EC2ContainerServiceResponse)["create_service"],
        dict(urls.url_paths),
        set(vars(XRayResponse)),
    )
    assert after == before


def test_without_moto_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)

    with pytest.raises(SandboxError, match=r"pip install 'trimtab\[sandbox\]'"):
        Sandbox.start()


def test_a_moto_it_was_not_tried_on_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda _name: "6.0.0")

    with pytest.raises(SandboxError, match=r"was not tried on 6\.0\.0"):
        Sandbox.start()


def test_the_guard_names_the_version_that_is_installed() -> None:
    assert importlib.metadata.version("moto") == server.TESTED_MOTO


@pytest.mark.parametrize(
    ("service", "method", "arguments", "name"),
    [
        ("ecs", "stop_service_deployment", {"serviceDeploymentArn": "a"}, "ecs:StopServiceDeployment"),
        ("ec2", "describe_fpga_images", {}, "ec2:DescribeFpgaImages"),
        ("xray", "get_groups", {}, "xray:POST /Groups"),
    ],
    ids=["json", "query", "rest"],
)
def test_a_call_it_lacks_fails_at_once_and_is_remembered_by_name(
    sandbox: Sandbox, service: str, method: str, arguments: dict[str, Any], name: str
) -> None:
    caller = client(sandbox.environment, service)
    start = time.monotonic()
    for _ in range(2):
        with pytest.raises(ClientError, match="the sandbox does not answer") as caught:
            getattr(caller, method)(**arguments)

    # A client that retried would have waited for minutes; a busy machine takes seconds.
    assert time.monotonic() - start < 30
    assert caught.value.response["Error"]["Code"] == "UnknownOperationException"
    assert sandbox.calls_not_implemented == (name,)


def test_a_resource_that_does_not_exist_is_no_missing_call(sandbox: Sandbox) -> None:
    with pytest.raises(ClientError, match="nobody not found"):
        client(sandbox.environment, "iam").get_role(RoleName="nobody")

    assert sandbox.calls_not_implemented == ()


def test_a_fault_inside_moto_is_kept_and_not_retried(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from moto.ecs.models import EC2ContainerServiceBackend  # noqa: PLC0415

    calls = []

    def broken(_self: object) -> list[str]:
        calls.append(1)
        raise KeyError("oops")

    monkeypatch.setattr(EC2ContainerServiceBackend, "list_clusters", broken)
    with pytest.raises(ClientError, match="moto failed at ecs:ListClusters") as caught:
        client(sandbox.environment, "ecs").list_clusters()

    assert caught.value.response["Error"]["Code"] == "SandboxFault"
    assert len(calls) == 1
    assert len(sandbox.faults) == 1
    assert "KeyError: 'oops'" in sandbox.faults[0]
    assert sandbox.calls_not_implemented == ()


def test_a_request_sent_again_after_a_lost_answer_is_answered_again_and_done_once(sandbox: Sandbox) -> None:
    iam = client(sandbox.environment, "iam")
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})

    def create(name: str) -> dict[str, Any]:
        return iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy)["Role"]

    def same(request: Any, **_: object) -> None:
        request.headers["amz-sdk-invocation-id"] = "one-and-the-same"

    iam.meta.events.register("before-send.iam.CreateRole", same)
    assert create("first") == create("first")
    iam.meta.events.unregister("before-send.iam.CreateRole", same)
    # Another invocation is another request.
    with pytest.raises(ClientError, match="EntityAlreadyExists"):
        create("first")
    assert [role["RoleName"] for role in iam.list_roles()["Roles"]] == ["first"]


def test_an_error_is_not_answered_from_memory(sandbox: Sandbox) -> None:
    iam = client(sandbox.environment, "iam")
    iam.meta.events.register(
        "before-send.iam.*", lambda request, **_: request.headers.__setitem__("amz-sdk-invocation-id", "x")
    )
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.get_role(RoleName="later")
    client(sandbox.environment, "iam").create_role(RoleName="later", AssumeRolePolicyDocument="{}")
    assert iam.get_role(RoleName="later")["Role"]["RoleName"] == "later"


@pytest.mark.parametrize("sets", [{"AWS_PROFILE": "gone"}, {"AWS_CONFIG_FILE": "broken"}])
def test_the_users_own_configuration_is_set_aside_and_put_back(tmp_path: Path, sets: dict[str, str]) -> None:
    (tmp_path / "broken").write_text("[profile\n", encoding="utf-8")
    code = (
        "import os\nfrom trimtab.sandbox.server import Sandbox\n"
        "before = dict(os.environ)\n"
        "with Sandbox.start() as sandbox:\n"
        "    import boto3\n"
        "    sts = boto3.client('sts', endpoint_url=sandbox.endpoint, region_name='us-east-1',"
        " aws_access_key_id='a', aws_secret_access_key='b')\n"
        "    print(sts.get_caller_identity()['Account'])\n"
        "assert dict(os.environ) == before\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | sets,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout) == (0, "123456789012\n"), run.stderr
