"""Where a journal lies: a file of the folder, or an object in S3 that is written on conditions.

Both take a line whole or not at all, and hold it when ``append`` returns.
"""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Final, Protocol

from trimtab.aws.api import CallFailed
from trimtab.errors import RolloutError
from trimtab.files import NO_LINK, open_own

if TYPE_CHECKING:
    from pathlib import Path

    from trimtab.aws.api import Api, Json

_URL: Final = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(.*[^/])")
"""Names of buckets: S3 User Guide, "General purpose bucket naming rules"."""
_ABSENT: Final = frozenset({"NoSuchKey", "404"})
_TAKEN: Final = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409"})
"""S3 says: it is no longer the object that was read (S3 User Guide, "Conditional writes")."""
_LOST: Final = "without it a rollout cannot be resumed or undone; nothing more was called"


class JournalStore(Protocol):
    """Holds the bytes of one journal."""

    @property
    def where(self) -> str:
        """Its name for a person."""
        ...

    def read(self) -> bytes:
        """Return everything; nothing where there is no journal yet."""
        ...

    def append(self, line: bytes) -> None:
        """Add a line after the last whole one; held when this returns."""
        ...


class FileStore:
    """A file. A link is not followed: what is cut off after the last line is ours."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def where(self) -> str:
        """Its name for a person."""
        return str(self._path)

    def read(self) -> bytes:
        """Return everything; nothing where there is no journal yet."""
        try:
            handle = os.open(self._path, os.O_RDONLY | NO_LINK | getattr(os, "O_BINARY", 0))
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise RolloutError(f"cannot be read ({_why(self._path, error)})", where=self.where) from error
        try:
            with os.fdopen(handle, "rb") as file:
                return file.read()
        except OSError as error:
            raise RolloutError(f"cannot be read ({_why(self._path, error)})", where=self.where) from error

    def append(self, line: bytes) -> None:
        """Add a line after the last whole one, on disk when this returns."""
        try:
            _append(self._path, line)
        except OSError as error:
            raise RolloutError(
                f"cannot be written ({_why(self._path, error)})", where=self.where, advice=_LOST
            ) from error


class S3Store:
    """An object in S3. Each write replaces it only if it is still the one read or written last.

    So two runs never write one journal: who did not write last is refused before its next call.
    """

    def __init__(self, url: str, api: Api) -> None:
        self.where = url
        self._bucket, self._key = parse(url)
        self._api = api
        self._tag: str | None = None
        self._content = b""

    def read(self) -> bytes:
        """Return everything; nothing where there is no journal yet."""
        answer = self._get()
        self._tag = None if answer is None else str(answer["ETag"])
        self._content = b"" if answer is None else bytes(answer["Body"])
        return self._content

    def append(self, line: bytes) -> None:
        """Add a line, if nobody else wrote since."""
        whole = self._content[: self._content.rfind(b"\n") + 1] + line
        condition = {"IfNoneMatch": "*"} if self._tag is None else {"IfMatch": self._tag}
        try:
            answer = self._call("PutObject", Body=whole, ContentType="application/x-ndjson", **condition)
        except CallFailed as failed:
            if failed.code not in _TAKEN:
                raise RolloutError(
                    f"cannot be written ({failed.message})", where=self.where, advice=_LOST
                ) from failed
            # Ours may have arrived and its answer been lost: a repeated request finds it changed, by itself.
            if self.read() != whole:
                raise RolloutError(
                    "another rollout has written it since; nothing more was called",
                    where=self.where,
                    advice="wait for that one, then run this again",
                ) from failed
            return
        self._tag, self._content = str(answer["ETag"]), whole

    def _get(self) -> Json | None:
        try:
            return self._call("GetObject")
        except CallFailed as failed:
            if failed.code in _ABSENT:
                return None
            advice = "allow s3:GetObject, s3:PutObject and s3:ListBucket: docs/iam-rollout-policy.json"
            raise RolloutError(
                f"cannot be read ({failed.message})", where=self.where, advice=advice
            ) from failed

    def _call(self, operation: str, **given: object) -> Json:
        return self._api.call("s3", operation, Bucket=self._bucket, Key=self._key, **given)


def parse(url: str) -> tuple[str, str]:
    """Return bucket and key.

    Raises:
        RolloutError: it is not ``s3://BUCKET/KEY``.

    """
    matched = _URL.fullmatch(url)
    if matched is None:
        raise RolloutError(f"{url!r} names no object", where="--journal", advice="give s3://BUCKET/KEY")
    return matched[1], matched[2]


def _why(path: Path, error: OSError) -> str:
    return "it is a link, which is not followed" if path.is_symlink() else error.strerror or str(error)


def _append(path: Path, content: bytes) -> None:
    new = not path.exists()
    handle = open_own(path)
    try:
        end = _whole_lines_end(handle)
        os.ftruncate(handle, end)
        os.lseek(handle, end, os.SEEK_SET)
        while content:
            content = content[os.write(handle, content) :]
        os.fsync(handle)
    finally:
        os.close(handle)
    if new:
        _sync_folder(path)


def _whole_lines_end(handle: int) -> int:
    """Return where the last whole line ends [bytes]."""
    end = os.lseek(handle, 0, os.SEEK_END)
    while end:
        begin = max(0, end - 4096)
        os.lseek(handle, begin, os.SEEK_SET)
        end_of_line = os.read(handle, end - begin).rfind(b"\n")
        if end_of_line >= 0:
            return begin + end_of_line + 1
        end = begin
    return 0


def _sync_folder(path: Path) -> None:
    """Sync the file's folder: after a power cut a new file is there only if its folder knows it."""
    if sys.platform == "win32":  # which opens no folder as a file, and syncs its names itself
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
