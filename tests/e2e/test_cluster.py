"""A real Dask scheduler and two workers on this machine: the same bytes as one process, whatever dies."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from fleet import made
from report.made import Told

import trimtab
from trimtab.commands.optimize import optimize
from trimtab.errors import ClusterError, SnapshotError
from trimtab.ladders.search import Effort
from trimtab.snapshot.folder import write_snapshot
from trimtab.snapshot.place.named import S3Folder
from trimtab.workers.cluster import DaskScheduler
from written import contents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Client = pytest.importorskip("distributed").Client
dask = pytest.importorskip("dask")

REPOSITORY = Path(__file__).parents[2]
DASK = Path(sys.executable).with_name("dask")
EFFORT = Effort(drawn=300, rounds=2, varied=100)
NAMES = [f"service-{number}" for number in range(6)]
START_S = 60


class Cluster:
    """A scheduler and workers, each a process of its own, on loopback alone."""

    def __init__(self, folder: Path, protocol: str = "tcp") -> None:
        self.folder = folder
        self.protocol = protocol
        self.scheduler = self._begin_scheduler(0)
        self.workers = [self.begin_worker() for _ in range(2)]

    @property
    def address(self) -> str:
        return str(json.loads((self.folder / "scheduler.json").read_bytes())["address"])

    def begin_worker(self, **environment: str) -> subprocess.Popen[bytes]:
        options = ["--nthreads", "1", "--no-dashboard", "--no-nanny", "--death-timeout", "60"]
        return self._begin("worker", self.address, *options, **environment)

    def restart_scheduler(self) -> None:
        port = int(self.address.rpartition(":")[2])
        self.scheduler.kill()
        self.scheduler.wait()
        self.scheduler = self._begin_scheduler(port)

    def end(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()

    def _begin_scheduler(self, port: int) -> subprocess.Popen[bytes]:
        said = self.folder / "scheduler.json"
        said.unlink(missing_ok=True)
        options = ["--protocol", self.protocol, "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
        begun = self._begin("scheduler", *options, "--scheduler-file", str(said))
        until = time.monotonic() + START_S
        while not said.exists() or not said.read_bytes().endswith(b"}"):
            assert begun.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
        return begun

    def _begin(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [DASK, *arguments], cwd=self.folder, env=os.environ | environment, stdout=log, stderr=log
            )


@pytest.fixture
def cluster(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path, getattr(request, "param", "tcp"))
    try:
        yield cluster
    finally:
        cluster.end()


@pytest.fixture
def certificates(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As the page makes them, for scheduler, workers and client."""
    folder = tmp_path_factory.mktemp("tls")
    page = (REPOSITORY / "docs" / "cluster.md").read_text(encoding="utf-8")
    for line in re.findall(r"^\$ ((?:openssl|rm) .*)$", page, re.MULTILINE):
        subprocess.run(shlex.split(line), cwd=folder, check=True, capture_output=True)
    with monkeypatch.context() as patched:
        for name, value in re.findall(r"^(DASK_\w+)=(.*)$", page, re.MULTILINE):
            patched.setenv(name, value.replace("/tls", str(folder)))
        dask.config.refresh()
        yield
    dask.config.refresh()


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cluster")
    write_snapshot(made.snapshot(*(made.service(name, traffic=None) for name in NAMES)), folder / "in")
    optimize(folder / "in", folder / "alone", effort=EFFORT)
    return folder


class Heard(Told):
    """Does something once, when the first answer has come."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__()
        self.act = act

    def __call__(self, text: str, done: int = 0, of: int = 0) -> None:
        if done == 1:
            self.act()
        super().__call__(text, done, of)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its certificates with openssl")
@pytest.mark.usefixtures("certificates")
@pytest.mark.parametrize("cluster", ["tls"], indirect=True)
def test_two_workers_give_the_bytes_of_one_process_also_when_one_is_killed(
    cluster: Cluster, fleet: Path, tmp_path: Path
) -> None:
    def kill() -> None:
        cluster.workers[0].send_signal(signal.SIGKILL)

    told = Heard(kill)
    optimize(
        fleet / "in", tmp_path / "out", effort=EFFORT, scheduler=DaskScheduler(cluster.address), progress=told
    )
    assert contents(tmp_path / "out") == contents(fleet / "alone")
    assert cluster.address.startswith("tls://")
    assert cluster.workers[0].wait() == -signal.SIGKILL
    assert sum(line.startswith("searched ") for line in told) == len(NAMES)


@pytest.mark.slow
def test_workers_bring_a_snapshot_from_s3_themselves(
    fleet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moto = pytest.importorskip("moto.server")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL_S3": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_REGION": "eu-west-1",
    }.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3", region_name="eu-west-1")
    client.create_bucket(Bucket="fleets", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for path in (fleet / "in").iterdir():
        client.put_object(Bucket="fleets", Key=f"shop/{path.name}", Body=path.read_bytes())
    cluster = Cluster(tmp_path)
    try:
        scheduler = DaskScheduler(cluster.address)
        optimize(S3Folder("fleets", "shop"), tmp_path / "out", effort=EFFORT, scheduler=scheduler)
        assert contents(tmp_path / "out") == contents(fleet / "alone")
        for worker in cluster.workers:
            worker.kill()
        nobody = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "true"}
        cluster.workers.append(cluster.begin_worker(**nobody))
        said = "^s3://fleets/shop: a worker cannot read it: no AWS credentials were found; log in"
        with pytest.raises(SnapshotError, match=said):
            optimize(S3Folder("fleets", "shop"), None, effort=EFFORT, scheduler=scheduler)
    finally:
        cluster.end()
        server.stop()


@pytest.mark.slow
def test_a_scheduler_that_is_restarted_costs_one_line_and_no_answer(
    cluster: Cluster, fleet: Path, tmp_path: Path
) -> None:
    scheduler = DaskScheduler(cluster.address)
    killed = threading.Event()

    def restart() -> None:
        cluster.restart_scheduler()
        killed.set()

    said = ""
    try:
        optimize(fleet / "in", tmp_path / "out", effort=EFFORT, scheduler=scheduler, progress=Heard(restart))
    except ClusterError as error:
        said = error.one_line()
    assert killed.is_set()
    kept = {path.stem for path in (tmp_path / "out" / ".trimtab" / "services").glob("*.answer")}
    assert kept
    assert not said or said.endswith("with -o, run it again: what was found is kept")
    cluster.workers += [cluster.begin_worker()]
    told = Told()
    optimize(fleet / "in", tmp_path / "out", effort=EFFORT, scheduler=scheduler, progress=told)
    assert contents(tmp_path / "out") == contents(fleet / "alone")


@pytest.mark.slow
def test_another_version_and_no_cluster_are_one_line(
    cluster: Cluster, fleet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduler = DaskScheduler(cluster.address)
    shutil.copytree(Path(trimtab.__file__).parent, tmp_path / "other" / "trimtab")
    with (tmp_path / "other" / "trimtab" / "units.py").open("a", encoding="utf-8") as source:
        source.write("# another\n")
    cluster.workers.append(cluster.begin_worker(PYTHONPATH=str(tmp_path / "other")))
    with Client(scheduler.address, set_as_default=False) as client:
        client.wait_for_workers(3, timeout=START_S)
    with pytest.raises(
        ClusterError, match=r"^1 workers are of another version, the first of them tcp:.*; use one image"
    ):
        optimize(fleet / "in", None, effort=EFFORT, scheduler=scheduler)
    cluster.scheduler.kill()
    cluster.scheduler.wait()
    monkeypatch.setattr("trimtab.workers.cluster.CONNECT_S", 1)
    with pytest.raises(ClusterError, match=r"^tcp://127.0.0.1:\d+: the cluster is not there: "):
        optimize(fleet / "in", None, effort=EFFORT, scheduler=scheduler)
