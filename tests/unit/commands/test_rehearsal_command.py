"""``trimtab sandbox --fleet`` as a user runs it: a process of its own, asked from outside."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from commands.made import trimtab
from fleet import made as made_fleet

from made_client import client
from trimtab.snapshot.folder import read_snapshot, write_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.snapshot.contract import Snapshot

ROOT = Path(__file__).parents[3]
UP_S = 60


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "fleet"
    write_snapshot(made_fleet.snapshot(made_fleet.service("api"), made_fleet.service("web")), folder)
    return folder


@pytest.fixture(scope="module")
def up(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, str], list[str]]]:
    """Run the command; give the environment it exported by the time it said it is up, and what it said.

    Nothing fails before something is deployed, which the last of its tests does.
    """
    out = tmp_path_factory.mktemp("up") / "sandbox.env"
    with (
        out.open("w", encoding="utf-8") as exported,
        subprocess.Popen(
            [sys.executable, "-m", "trimtab", "sandbox", "--fleet", str(made), "--fail", "web"],
            stdout=exported,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"AWS_PROFILE": "elsewhere", "HTTP_PROXY": "http://192.0.2.1:9"},
        ) as process,
    ):
        try:
            said = _said(process)
            yield dict(_exported(out)), said
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=UP_S)


def _said(process: subprocess.Popen[str]) -> list[str]:
    assert process.stderr is not None
    said: list[str] = []
    for line in process.stderr:
        said.append(line.rstrip("\n"))
        if "answers at" in line:
            break
    return said


def _exported(out: Path) -> Iterator[tuple[str, str]]:
    lines = out.read_text(encoding="utf-8").splitlines()
    for line in (one for one in lines if one.startswith("export ")):
        (name, value) = line.removeprefix("export ").split("=", 1)
        (plain,) = shlex.split(value)
        yield name, plain


def minutes(snapshot: Snapshot, name: str) -> set[tuple[float, ...]]:
    """Return a service's minutes without their times."""
    table = snapshot.metrics[name].drop_nulls("cpu_average_percent")
    return set(table.select(pl.exclude("timestamp").cast(pl.Float32)).rows())


def test_a_snapshot_of_the_sandbox_has_the_fleet_and_its_minutes(
    made: Path, up: tuple[dict[str, str], list[str]], tmp_path: Path
) -> None:
    environment, said = up
    run = trimtab("snapshot", "--cluster", "made-cluster", "-o", tmp_path / "s", **environment)
    assert run.returncode == 0, run.stderr
    before, after = read_snapshot(made), read_snapshot(tmp_path / "s")
    for name in ("api", "web"):
        assert minutes(after, name) == minutes(before, name)
    assert [one.scaling for one in after.fleet.services] == [one.scaling for one in before.fleet.services]
    assert said[0] == "making made-cluster of 2 services run"
    assert said[-2].startswith("made-cluster: 2 services, 8 tasks; 2 days of metrics, moved by ")
    assert said[-1].endswith("; Ctrl-C stops it and forgets everything")


def test_what_the_platform_asks_for_is_exported(up: tuple[dict[str, str], list[str]]) -> None:
    environment, _ = up
    ec2 = client(environment, "ec2")
    private = json.loads(environment["TF_VAR_private_subnet_ids"])
    public = json.loads(environment["TF_VAR_public_subnet_ids"])
    found = ec2.describe_subnets(SubnetIds=[*private, *public])["Subnets"]
    acm = client(environment, "acm")
    acm.describe_certificate(CertificateArn=environment["TF_VAR_certificate_arn"])
    assert len(private) == len(public) == 3
    assert {one["VpcId"] for one in found} == {environment["TF_VAR_vpc_id"]}
    for kind in (private, public):
        assert len({one["AvailabilityZone"] for one in found if one["SubnetId"] in kind}) == 3


def test_a_deployment_fails_where_it_was_asked_for(up: tuple[dict[str, str], list[str]]) -> None:
    environment, _ = up
    ecs = client(environment, "ecs")
    for name in ("api", "web"):
        ecs.update_service(cluster="made-cluster", service=name, forceNewDeployment=True)
    end, events = time.monotonic() + UP_S, {"web": ""}
    while time.monotonic() < end and "rolling back" not in events["web"]:
        found = ecs.describe_services(cluster="made-cluster", services=["api", "web"])["services"]
        events = {one["serviceName"]: str([event["message"] for event in one["events"]]) for one in found}
        time.sleep(0.2)
    assert "rolling back" in events["web"]
    assert "rolling back" not in events["api"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--fleet", "nowhere"), "error: nowhere: there is no such snapshot folder; name a folder with"),
        (("--fail", "web"), "error: --fail names a service of a fleet; name its snapshot with --fleet"),
    ],
)
def test_a_flag_that_cannot_work_is_one_line(arguments: tuple[str, ...], said: str) -> None:
    run = trimtab("sandbox", *arguments)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith(said)
    assert len(run.stderr.splitlines()) == 1


def test_a_service_that_is_not_there_cannot_fail(made: Path) -> None:
    run = trimtab("sandbox", "--fleet", made, "--fail", "db")
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == "error: --fail names db, which the snapshot does not have; name one of: api, web\n"


def test_a_damaged_snapshot_is_refused_before_anything_starts(made: Path, tmp_path: Path) -> None:
    (tmp_path / "fleet.json").write_bytes((made / "fleet.json").read_bytes())
    (tmp_path / "metrics.parquet").write_bytes((made / "metrics.parquet").read_bytes()[:-100])
    run = trimtab("sandbox", "--fleet", tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    assert "this is not a whole parquet file" in run.stderr
    assert len(run.stderr.splitlines()) == 1


def test_the_documentation_shows_the_help_as_it_is() -> None:
    shown = trimtab("sandbox", "--help", COLUMNS="80").stdout.replace("python -m trimtab", "trimtab")
    documented = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
    assert f"```text\n{shown.strip()}\n```" in documented
