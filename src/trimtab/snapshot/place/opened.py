"""A snapshot from wherever it lies, for as long as it is worked on."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from trimtab.errors import SnapshotError
from trimtab.folders.working import working_folder
from trimtab.snapshot.folder import read_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.snapshot.contract import Snapshot
    from trimtab.snapshot.place.named import Place


@contextmanager
def snapshot_at(place: Place) -> Iterator[Snapshot]:
    """Read the snapshot; its rows can be read until the end. Of one in S3 a copy is kept until then.

    Raises:
        SnapshotError: it cannot be read or believed.

    """
    if isinstance(place, Path):
        yield read_snapshot(place)
        return
    from trimtab.snapshot.place.bucket import bring  # noqa: PLC0415  # boto3 takes a second

    with working_folder() as copy:
        try:
            yield read_snapshot(copy, bring(place, copy))
        except SnapshotError as error:  # of the copy: the user knows another name for it
            where = error.where.replace(str(copy), str(place))
            raise SnapshotError(error.message, where=where, advice=error.advice) from error
