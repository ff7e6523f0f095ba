"""Where a snapshot lies: a folder here, or one of a bucket. Asked before anything slow is loaded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from trimtab.errors import UsageError
from trimtab.snapshot.files import refuse_absent

_SCHEME: Final = "s3://"
_URL: Final = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:/[^/\s]+)*)/?")
"""Names of buckets: S3 User Guide, "General purpose bucket naming rules"."""


@dataclass(frozen=True, slots=True)
class S3Folder:
    """A folder of a bucket."""

    bucket: str
    prefix: str
    """Without a slash at either end; may be empty."""

    def key(self, name: str) -> str:
        """Return the key of a file in it."""
        return f"{self.prefix}/{name}" if self.prefix else name

    def __str__(self) -> str:
        """Return its address, as a person writes it."""
        return f"{_SCHEME}{self.bucket}/{self.prefix}".rstrip("/")


Place: TypeAlias = Path | S3Folder


def place_of(text: str) -> Place:
    """Return the place that was named; a folder of this machine must be there.

    Raises:
        UsageError: it begins with ``s3://`` and names no folder of a bucket.
        SnapshotError: there is no such folder, or one of its files is missing.

    """
    if not text.startswith(_SCHEME):
        path = Path(text)
        refuse_absent(path)
        return path
    matched = _URL.fullmatch(text)
    if matched is None:  # not repeated: who writes keys into an address should not read them in a log
        raise UsageError(
            "this names no folder of a bucket", where="SNAPSHOT", advice="give s3://BUCKET/FOLDER"
        )
    return S3Folder(bucket=matched[1], prefix=matched[2].removeprefix("/"))


def refuse_bucket(output: Path | None, flag: str) -> None:
    """Refuse an address of S3 where a folder of this machine is meant, before one of that name is made.

    Raises:
        UsageError: it is one.

    """
    if _is_bucket(output):
        raise UsageError(
            "results are written into a folder of this machine",
            where=flag,
            advice="name one, and copy it with aws s3 cp --recursive",
        )


def refuse_bucket_here(snapshot: Path | None, flag: str) -> None:
    """Refuse an address of S3 where a snapshot is read from a folder of this machine alone.

    Raises:
        UsageError: it is one.

    """
    if _is_bucket(snapshot):
        raise UsageError(
            "this reads snapshots from a folder of this machine alone",
            where=flag,
            advice="bring it here first: aws s3 cp --recursive s3://BUCKET/FOLDER DIR",
        )


def _is_bucket(path: Path | None) -> bool:
    """Tell whether a path was an address of S3: made a path, it has one slash less."""
    return path is not None and path.parts[:1] == (_SCHEME.rstrip("/"),)
