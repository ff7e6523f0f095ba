"""``trimtab snapshot`` as a user runs it."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from commands.made import trimtab
from fleet import made as made_fleet
from snapshot.made import CLUSTER, Made, shop

import load_metrics
from trimtab.folders.output import only_one
from trimtab.sandbox.server import Sandbox
from trimtab.snapshot.folder import read_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
KEYS = {"aws_access_key_id": "sandbox", "aws_secret_access_key": "sandbox"}
STATE = Path(__file__).parents[1] / "recorded_state.json"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start() as running:
        made = Made(running)
        shop(made)
        made.register("daemon")
        made.service("daemon", count=1, schedulingStrategy="DAEMON", launchType="EC2")
        put = made_fleet.snapshot(*(made_fleet.service(name) for name in ("api", "worker")))
        groups = load_metrics.groups_of(made.ecs, made.elb, CLUSTER)
        load_metrics.load(running, put, CLUSTER, groups, datetime.now(UTC).replace(second=0, microsecond=0))
        yield running


def test_a_running_fleet_becomes_a_folder_and_who_is_left_out_is_said(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    run = trimtab(
        "snapshot", "--cluster", CLUSTER, "--days", "2", "-o", tmp_path / "s", **sandbox.environment
    )
    assert run.returncode == 3, run.stderr
    assert run.stdout == ""
    lines = run.stderr.splitlines()
    assert "left out: daemon: not Fargate: it runs on EC2" in lines
    assert lines[-1] == f"2 services in {tmp_path / 's'}"
    assert "calls, 0 of them tried again: " in lines[-2]
    assert "2 cloudwatch:GetMetricData" in lines[-2]
    assert [one.name for one in read_snapshot(tmp_path / "s").fleet.services] == ["api", "worker"]
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


def test_a_metric_that_is_named_is_a_column_and_one_without_a_point_a_note(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    client = boto3.client("cloudwatch", endpoint_url=sandbox.endpoint, region_name="us-east-1", **KEYS)
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    stamps = [now - timedelta(minutes=minute) for minute in range(60)]
    dimensions = [{"Name": "QueueName", "Value": "orders"}]
    data = [
        {
            "MetricName": "ApproximateNumberOfMessagesVisible",
            "Dimensions": dimensions,
            "Timestamp": stamp,
            "Value": 70.0,
        }
        for stamp in stamps
    ]
    client.put_metric_data(Namespace="AWS/SQS", MetricData=data)
    named = (
        "--metric",
        "worker=AWS/SQS/ApproximateNumberOfMessagesVisible/QueueName=orders",
        "--metric",
        "api=Shop/Carts",
    )
    run = trimtab(
        "snapshot", "--cluster", CLUSTER, "--days", "2", *named, "-o", tmp_path / "s", **sandbox.environment
    )
    assert run.returncode == 3, run.stderr
    assert "note: api: CloudWatch has no point of Carts in these days; see" in run.stderr
    snapshot = read_snapshot(tmp_path / "s")
    further = {one.name: one.further for one in snapshot.fleet.services}
    assert further["worker"] is not None
    assert further["worker"].dimensions == {"QueueName": "orders"}
    assert further["worker"].name == "ApproximateNumberOfMessagesVisible"
    column = snapshot.metrics["worker"]["further"].drop_nulls()
    assert set(column) == {70.0}
    assert 50 <= len(column) <= 60
    assert snapshot.metrics["api"]["further"].count() == 0


def test_a_metric_of_a_service_that_is_not_there_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    named = ("--metric", "wroker=AWS/SQS/Depth/QueueName=orders")
    run = trimtab("snapshot", "--cluster", CLUSTER, *named, "-o", tmp_path / "s", **sandbox.environment)
    assert run.returncode == 2
    assert "has no service 'wroker'; name one of api, daemon, worker" in run.stderr
    assert not (tmp_path / "s").exists()


def test_a_state_becomes_a_folder_without_metrics(tmp_path: Path) -> None:
    run = trimtab("snapshot", "--terraform", STATE, "-o", tmp_path / "s")
    assert run.returncode == 3, run.stderr
    assert "note: read from Terraform: metrics" in run.stderr
    assert (
        json.loads((tmp_path / "s" / "fleet.json").read_text(encoding="utf-8"))["cluster"]
        == "fin-prod-cluster"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "nothing says what to read; name a --cluster, or a --terraform file"),
        (("--terraform", "f", "--metric", "a=B/C"), "--terraform has no metrics; leave --metric out"),
        (("--cluster", "c", "--days", "16"), "CloudWatch keeps single minutes no longer"),
        (("--cluster", "c", "--days", "0"), "take 1 to 15"),
        (("--terraform", "f", "--region", "r"), "--terraform reads a file alone"),
        (("--cluster", "c", "--profile", "nobody"), "there is no AWS profile 'nobody'"),
        (("--cluster", "c"), "no AWS credentials were found"),
    ],
)
def test_what_cannot_work_is_one_line_and_writes_nothing(
    arguments: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    alone = {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "",
        "AWS_SECRET_ACCESS_KEY": "",
    }
    run = trimtab("snapshot", *arguments, "-o", tmp_path / "s", **alone)
    assert run.returncode == 2
    assert run.stderr.splitlines()[-1].startswith("error: ")
    assert said in run.stderr
    assert "Traceback" not in run.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_output_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("mine", encoding="utf-8")
    run = trimtab("snapshot", "--terraform", STATE, "-o", tmp_path / "s")
    assert run.returncode == 2
    assert "this is a file" in run.stderr
    assert (tmp_path / "s").read_text(encoding="utf-8") == "mine"


def test_two_runs_into_one_folder_do_not_mix(tmp_path: Path) -> None:
    with only_one(tmp_path / "s"):
        run = trimtab("snapshot", "--terraform", STATE, "-o", tmp_path / "s")
    assert run.returncode == 2
    assert "another run of trimtab is writing into it" in run.stderr
    assert not (tmp_path / "s" / "fleet.json").exists()
    assert trimtab("snapshot", "--terraform", STATE, "-o", tmp_path / "s").returncode == 3
    assert sorted(path.name for path in (tmp_path / "s").iterdir()) == [
        ".trimtab",
        "fleet.json",
        "metrics.parquet",
    ]


def test_an_account_that_cannot_be_reached_is_one_line(tmp_path: Path) -> None:
    keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_DEFAULT_REGION": "us-east-1"}
    nowhere = {**keys, "AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_CONFIG_FILE": os.devnull}
    code = (
        "import sys\n"
        "from trimtab import cli\n"
        "from trimtab.aws import connection\n"
        "connection.ATTEMPTS = 1\n"
        "sys.exit(cli.main())\n"
    )
    run = trimtab("snapshot", "--cluster", "c", "-o", tmp_path / "s", code=code, timeout_s=60, **nowhere)
    assert run.returncode == 2
    assert "AWS cannot be reached" in run.stderr.splitlines()[-1]


def test_only_one_module_imports_boto3() -> None:
    source = ROOT / "src" / "trimtab"
    importing = {
        str(path.relative_to(source))
        for path in source.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip().startswith(("import boto", "from boto"))
    }
    assert importing - {path for path in importing if path.startswith("sandbox")} == {"aws/connection.py"}


def test_the_documentation_shows_the_help_as_it_is() -> None:
    shown = trimtab("snapshot", "--help", COLUMNS="80").stdout.replace("python -m trimtab", "trimtab")
    documented = (ROOT / "docs" / "snapshot.md").read_text(encoding="utf-8")
    assert f"```text\n{shown.strip()}\n```" in documented
