"""A snapshot that lies in S3: its files brought here, each as it was when the folder was asked.

An object is asked for by its ETag, so one that was written anew is refused and never mixed in. It comes
in pieces that go to the disk at once: memory follows a piece, not the fleet.
"""

from __future__ import annotations

import atexit
import os
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from trimtab.aws.api import CallFailed
from trimtab.aws.connection import Connection
from trimtab.errors import AccountError, NetworkError, SnapshotError
from trimtab.folders.working import working_folder
from trimtab.snapshot.files import FLEET_FILE, METRICS_FILE
from trimtab.snapshot.prices import PRICES_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trimtab.aws.api import Api
    from trimtab.snapshot.place.named import S3Folder

FILES: Final = (FLEET_FILE, PRICES_FILE, METRICS_FILE)
"""What a snapshot may hold; the prices may be absent."""
PIECE: Final = 2**25
"""How much of an object comes with one call [bytes]."""
CHANGED: Final = frozenset({"PreconditionFailed", "412", "NoSuchKey", "404"})
"""S3 says: it is no longer the object that was listed (S3 User Guide, "Conditional requests")."""
PERMISSIONS: Final = "docs/iam-s3-snapshot-policy.json is the whole policy"


@dataclass(frozen=True, slots=True)
class S3File:
    """An object as it was at one moment. It goes to other machines, which bring it for themselves."""

    folder: S3Folder
    name: str
    tag: str
    """ETag, with its quotes."""
    size: int
    """[bytes]."""
    region: str
    """In which S3 is asked; a bucket elsewhere is found from there."""

    def here(self) -> Path:
        """Return a copy on this machine, brought once in the life of a process.

        Raises:
            SnapshotError: this machine may not or cannot read it, or it is another by now.

        """
        with _lock:
            if self not in _copies:
                if not _own:
                    _own.append(_kept.enter_context(working_folder()))
                    atexit.register(_kept.close)
                path = _own[0] / str(len(_copies))
                try:
                    with _said(self.folder):
                        _bring(Connection.open(region=self.region), self, path)
                except SnapshotError as error:
                    raise SnapshotError(
                        f"a worker cannot read it: {error.message}", where=error.where, advice=error.advice
                    ) from error
                _copies[self] = path
            return _copies[self]

    def __str__(self) -> str:
        """Return its address."""
        return f"{self.folder}/{self.name}"


_lock = threading.Lock()
_kept = ExitStack()
_own: list[Path] = []
_copies: dict[S3File, Path] = {}


def bring(folder: S3Folder, into: Path) -> S3File:
    """Copy what there is of a snapshot into an empty folder, and return the metrics as they were.

    Raises:
        SnapshotError: there is nothing, it may not be read, or it was written meanwhile.

    """
    with _said(folder):
        api = Connection.open(region=os.environ.get("AWS_REGION"))  # which boto3 alone passes over
        files = _listed(api, folder)
        if not files:
            raise SnapshotError(
                "there is no such snapshot folder",
                where=str(folder),
                advice=f"name a folder with {FLEET_FILE} and {METRICS_FILE}",
            )
        for file in files.values():
            _bring(api, file, into / file.name)
        if _listed(api, folder) != files:
            raise _changed(folder)
    return files.get(METRICS_FILE) or S3File(folder, METRICS_FILE, "", 0, api.region)


def _listed(api: Api, folder: S3Folder) -> dict[str, S3File]:
    """Ask which of a snapshot's files are there. A listing tells an absent one from one that is denied."""
    found = {}
    for name in FILES:
        key = folder.key(name)
        answer = api.call("s3", "ListObjectsV2", Bucket=folder.bucket, Prefix=key, MaxKeys=1)
        for one in answer.get("Contents") or ():
            if one["Key"] == key:  # of all that begin with it, the first
                found[name] = S3File(folder, name, str(one["ETag"]), int(one["Size"]), api.region)
    return found


def _bring(api: Api, file: S3File, path: Path) -> None:
    with path.open("wb") as copy:
        for first in range(0, file.size, PIECE):
            last = min(first + PIECE, file.size) - 1
            answer = api.call(
                "s3",
                "GetObject",
                Bucket=file.folder.bucket,
                Key=file.folder.key(file.name),
                Range=f"bytes={first}-{last}",
                IfMatch=file.tag,
            )
            copy.write(answer["Body"])
    if path.stat().st_size != file.size:
        raise _changed(file.folder)


def _changed(folder: S3Folder) -> SnapshotError:
    return SnapshotError(
        "it was written while it was read",
        where=str(folder),
        advice="wait for who writes it, and run it again",
    )


@contextmanager
def _said(folder: S3Folder) -> Iterator[None]:
    """Say of a bucket what boto3 says of calls, in one line."""
    try:
        yield
    except CallFailed as failed:
        if failed.code in CHANGED:
            raise _changed(folder) from failed
        if failed.code == "NoSuchBucket":
            message, advice = "there is no such bucket", "check its name"
        elif failed.denied:
            message, advice = f"S3 refuses {failed.where.partition(':')[2]} ({failed.code})", PERMISSIONS
        else:
            message, advice = f"S3 refuses it ({failed.message})", "check the bucket"
        raise SnapshotError(message, where=str(folder), advice=advice) from failed
    except NetworkError as error:
        message = error.message.replace("AWS", "S3", 1)
        raise SnapshotError(
            message, where=str(folder), advice="check the network and AWS_REGION, and run it again"
        ) from error
    except AccountError as error:
        advice = "set AWS_REGION" if "region" in error.message else "log in, or set AWS_PROFILE"
        raise SnapshotError(error.message, where=str(folder), advice=advice) from error
    except OSError as error:
        raise SnapshotError(
            f"no copy of it can be kept here ({error.strerror or error})",
            where=str(folder),
            advice="make room in the folder for temporary files, or set TMPDIR",
        ) from error
