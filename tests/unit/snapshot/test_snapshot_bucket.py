"""Snapshots in S3, on a real server here: read whole, as one moment had them, or not at all."""

from __future__ import annotations

import json
import pickle
import re
import tempfile
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from fleet import made

from trimtab.advice.advise import Advising
from trimtab.advice.case.objective import DEFAULT
from trimtab.catalog.own_prices import prices_for
from trimtab.cli import main
from trimtab.commands.optimize import optimize
from trimtab.errors import EXIT_USAGE, SnapshotError, UsageError
from trimtab.snapshot.folder import write_snapshot
from trimtab.snapshot.place import bucket
from trimtab.snapshot.place.named import S3Folder, place_of
from trimtab.snapshot.place.opened import snapshot_at
from written import contents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

server = pytest.importorskip("moto.server")
BUCKET, FOLDER = "fleets", "eu/shop"
PLACE = S3Folder(BUCKET, FOLDER)
URL = f"s3://{BUCKET}/{FOLDER}"
POLICY = Path(__file__).parents[3] / "docs" / "iam-s3-snapshot-policy.json"
PRICES = prices_for("us-east-1", None, None)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    try:
        host, port = running.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        running.stop()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("snapshot")
    write_snapshot(made.snapshot(made.service("api"), made.service("web")), folder)
    return folder


@pytest.fixture
def s3(endpoint: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The snapshot in a bucket, and a client of who may do everything."""
    for name, value in {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_REGION": "us-east-1",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }.items():
        monkeypatch.setenv(name, value)
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/moto-api/reset", method="POST"))  # noqa: S310  # on loopback
    client = boto3.client("s3", region_name="us-east-1")
    client.create_bucket(Bucket=BUCKET)
    put(client, folder)
    return client


def put(client: Any, folder: Path, *names: str, prefix: str = FOLDER) -> None:
    for path in folder.iterdir():
        if path.is_file() and (not names or path.name in names):
            client.put_object(Bucket=BUCKET, Key=f"{prefix}/{path.name}", Body=path.read_bytes())


@pytest.mark.usefixtures("s3")
def test_what_is_found_is_what_is_found_of_the_same_folder_here(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "PIECE", 1000)  # several pieces of each file
    own = tmp_path / "temporary"  # what other tests make meanwhile is not what this one leaves
    own.mkdir()
    monkeypatch.setenv("TMPDIR", str(own))
    monkeypatch.setattr(tempfile, "tempdir", None)
    optimize(folder, tmp_path / "here", effort=made.LITTLE, page=False)
    place = place_of(f"{URL}/")
    assert str(place) == URL
    optimize(place, tmp_path / "there", effort=made.LITTLE, page=False)
    assert contents(tmp_path / "there") == contents(tmp_path / "here")
    assert list(own.glob("trimtab-*")) == []  # the copy is gone


def test_a_folder_may_be_the_whole_bucket(s3: Any, folder: Path) -> None:
    for path in folder.iterdir():
        s3.put_object(Bucket=BUCKET, Key=path.name, Body=path.read_bytes())
    place = place_of(f"s3://{BUCKET}")
    with snapshot_at(place) as snapshot:
        assert [one.name for one in snapshot.usable] == ["api", "web"]


@pytest.mark.usefixtures("s3")
def test_a_worker_brings_the_file_once_and_finds_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with snapshot_at(PLACE) as snapshot:
        whole = Advising(snapshot, PRICES, DEFAULT, made.LITTLE)
        sent = {name: pickle.dumps(whole.alone(name)) for name in ("api", "web")}
        wanted = snapshot.metrics["web"]
    brought: list[str] = []
    real = bucket._bring  # noqa: SLF001  # what goes over the network is counted
    monkeypatch.setattr(
        bucket, "_bring", lambda api, file, path: (brought.append(file.name), real(api, file, path))
    )
    for work in sent.values():
        assert len(work) < 30_000
        there: Advising = pickle.loads(work)  # noqa: S301  # made above
        (rows,) = there.snapshot.metrics.values()
    assert rows.equals(wanted)
    assert brought == ["metrics.parquet"]


def test_a_worker_refuses_a_file_that_was_written_anew(
    s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "_copies", {})
    with snapshot_at(PLACE) as snapshot:
        sent = pickle.dumps(Advising(snapshot, PRICES, DEFAULT, made.LITTLE).alone("api"))
    write_snapshot(made.snapshot(made.service("api"), made.service("third")), tmp_path)
    put(s3, tmp_path)
    with pytest.raises(
        SnapshotError, match=f"^{URL}: a worker cannot read it: it was written while it was read"
    ):
        pickle.loads(sent)("api")  # noqa: S301  # made above


@pytest.mark.parametrize("when", [1, 2, 3])
def test_a_folder_that_is_written_while_it_is_read_is_refused(
    when: int, s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whenever the other comes: no fleet of one with the metrics of another."""
    write_snapshot(made.snapshot(made.service("api", port=9090), made.service("web")), tmp_path)
    real, asked = bucket.Connection.call, []

    def call(self: bucket.Connection, service: str, operation: str, **given: object) -> Any:
        asked.append(operation)
        if len(asked) == len(bucket.FILES) + when:
            put(s3, tmp_path)
        return real(self, service, operation, **given)

    monkeypatch.setattr(bucket.Connection, "call", call)
    with (
        pytest.raises(SnapshotError, match=f"^{URL}: it was written while it was read; wait"),
        snapshot_at(PLACE),
    ):
        pass
    assert len(asked) > len(bucket.FILES)


ABSENT: dict[str, Callable[[Any], object]] = {
    f"{URL}/metrics.parquet: the file is missing; a snapshot folder holds": lambda s3: s3.delete_object(
        Bucket=BUCKET, Key=f"{FOLDER}/metrics.parquet"
    ),
    f"{URL}/fleet.json: the file is missing; a snapshot folder holds": lambda s3: s3.delete_object(
        Bucket=BUCKET, Key=f"{FOLDER}/fleet.json"
    ),
    f"{URL}/metrics.parquet: this is not a whole parquet file": lambda s3: s3.put_object(
        Bucket=BUCKET, Key=f"{FOLDER}/metrics.parquet", Body=b"PAR1"
    ),
    f"{URL}/metrics.parquet: this is not a whole parquet file ": lambda s3: s3.put_object(
        Bucket=BUCKET, Key=f"{FOLDER}/metrics.parquet", Body=b""
    ),
    f"{URL}/fleet.json: this is not JSON": lambda s3: s3.put_object(
        Bucket=BUCKET, Key=f"{FOLDER}/fleet.json", Body=b"{"
    ),
}


@pytest.mark.parametrize("said", ABSENT)
def test_a_half_written_folder_is_one_line_that_names_the_object(said: str, s3: Any) -> None:
    ABSENT[said](s3)
    with pytest.raises(SnapshotError, match=f"^{re.escape(said)}"), snapshot_at(PLACE):
        pass


@pytest.mark.usefixtures("s3")
@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("s3://fleets/eu/sho", "s3://fleets/eu/sho: there is no such snapshot folder; name a folder with"),
        ("s3://fleet/eu/shop", "s3://fleet/eu/shop: there is no such bucket; check its name"),
        ("s3://AKIAIOSFODNN7EXAMPLE:secret@fleets/x", "SNAPSHOT: this names no folder of a bucket; give s3"),
        ("s3://", "SNAPSHOT: this names no folder of a bucket"),
        ("s3://fleets/a//b", "SNAPSHOT: this names no folder of a bucket"),
    ],
)
def test_what_is_not_there_is_one_line(
    address: str, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["trimtab", "optimize", address])
    assert main() == EXIT_USAGE
    told = capsys.readouterr().err.splitlines()
    assert told[-1].startswith(f"error: {said}")
    assert "secret" not in "".join(told)


def test_no_credentials_are_one_line(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    del s3
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with (
        pytest.raises(
            SnapshotError, match=f"^{URL}: no AWS credentials were found; log in, or set AWS_PROFILE$"
        ),
        snapshot_at(PLACE),
    ):
        pass


def test_no_region_and_no_network_are_one_line(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    del s3
    monkeypatch.setattr("trimtab.aws.connection.SILENCE_S", 0)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with (
        pytest.raises(SnapshotError, match=f"^{URL}: S3 cannot be reached .*; check the network"),
        snapshot_at(PLACE),
    ):
        pass
    monkeypatch.delenv("AWS_REGION")
    with pytest.raises(SnapshotError, match=f"^{URL}: no region is set; set AWS_REGION$"), snapshot_at(PLACE):
        pass


@pytest.fixture
def asked_with(
    s3: Any, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[list[Any]], None]]:
    """Go on as a user who may do what the statements allow, on a server that holds them against it."""
    del s3
    iam = boto3.client("iam", region_name="us-east-1")

    def checked(after: str) -> None:
        url = f"{endpoint}/moto-api/reset-auth"
        said = {"Content-Type": "text/plain"}
        urllib.request.urlopen(urllib.request.Request(url, after.encode(), said, method="POST"))  # noqa: S310  # on loopback

    def go_on(statements: list[Any]) -> None:
        iam.create_user(UserName="reader")
        keys = iam.create_access_key(UserName="reader")["AccessKey"]
        if statements:
            policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
            iam.put_user_policy(UserName="reader", PolicyName="read", PolicyDocument=policy)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", keys["AccessKeyId"])
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", keys["SecretAccessKey"])
        checked("0")

    yield go_on
    checked("inf")


def documented() -> list[Any]:
    text = POLICY.read_text(encoding="utf-8")
    found: list[Any] = json.loads(text.replace("SNAPSHOT-BUCKET", BUCKET).replace("SNAPSHOT-FOLDER", FOLDER))[
        "Statement"
    ]
    return found


def test_the_documented_permissions_are_enough(asked_with: Callable[[list[Any]], None]) -> None:
    asked_with(documented())
    with snapshot_at(PLACE) as snapshot:
        assert len(snapshot.usable) == 2


@pytest.mark.parametrize(
    ("lacking", "call"), [("s3:ListBucket", "ListObjectsV2"), ("s3:GetObject", "GetObject")]
)
def test_without_one_of_them_the_line_names_the_call(
    lacking: str, call: str, asked_with: Callable[[list[Any]], None]
) -> None:
    asked_with([one for one in documented() if one["Action"] != [lacking]])
    said = (
        rf"^{URL}: S3 refuses {call} \(AccessDenied\); docs/iam-s3-snapshot-policy.json is the whole policy$"
    )
    with pytest.raises(SnapshotError, match=said), snapshot_at(PLACE):
        pass


def test_keys_that_are_none_are_one_line(
    asked_with: Callable[[list[Any]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_with([])
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    said = f"^{URL}: the credentials are refused .InvalidAccessKeyId.; log in, or set AWS_PROFILE$"
    with pytest.raises(SnapshotError, match=said), snapshot_at(PLACE):
        pass


def test_results_do_not_go_into_a_bucket(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["trimtab", "optimize", str(folder), "-o", "s3://fleets/out"])
    assert main() == EXIT_USAGE
    assert not list(tmp_path.iterdir())
    with pytest.raises(UsageError, match=r"^SNAPSHOT: this names no folder of a bucket"):
        place_of("s3:///x")
