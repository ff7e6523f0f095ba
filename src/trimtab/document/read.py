"""A recommendation read back from its folder: whole, or the fleet and one service of it.

Everything that reads one comes here. A service's file counts only if the index has its digest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from trimtab.decoding import decoded
from trimtab.document.files import digest_of
from trimtab.document.name import DOCUMENT_FILE, DOCUMENT_VERSION
from trimtab.document.schema import Document, DocumentIndex, Head, ServicePart
from trimtab.errors import UsageError
from trimtab.files import read_given
from trimtab.folders.output import refuse_half

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from trimtab.document.schema import EntryPart

AGAIN = "run trimtab optimize again"

_Read = TypeVar("_Read", bound=msgspec.Struct)


class _Version(msgspec.Struct):
    """All that is read of an index before its version is known."""

    document_version: int


def read_document(path: Path) -> Document:
    """Return the whole recommendation of a ``recommendation.json`` and the files beside it.

    Raises:
        UsageError: one cannot be read or believed, or they are not of one run.

    """
    index = read_index(path)
    return _document(index, path, index.services)


def read_service(path: Path, service: str) -> Document:
    """Return what a ``recommendation.json`` says of the fleet, and of its services this one.

    None where it was left out. No other service's file is read.

    Raises:
        UsageError: there is no such service, or a file cannot be read or believed.

    """
    index = read_index(path)
    left_out = [left.service for left in index.left_out]
    known = [entry.name for entry in index.services] + left_out
    if service not in known:
        raise no_such_service(service, known, index.cluster)
    return _document(index, path, [entry for entry in index.services if entry.name == service])


def no_such_service(service: str, known: Iterable[str], cluster: str) -> UsageError:
    """Return what is said where a recommendation does not know a service."""
    return UsageError(
        f"there is no service {service!r} in the recommendation for {cluster}",
        advice=f"known: {', '.join(known)}",
    )


def read_index(path: Path) -> DocumentIndex:
    """Return a ``recommendation.json``.

    Raises:
        UsageError: it cannot be read, ``decode`` refuses it, or a run was stopped while it wrote.

    """
    content = read_given(path, "name the folder that trimtab optimize -o wrote")
    refuse_half(path.parent, content)
    return decode(content, where=str(path))


def decode(content: bytes, *, where: str = DOCUMENT_FILE) -> DocumentIndex:
    """Return the index that the bytes hold.

    Raises:
        UsageError: no JSON, no recommendation, one of another version, or a field that cannot be.

    """
    try:
        version = decoded(content, _Version).document_version
    except msgspec.ValidationError as error:
        raise UsageError(
            "is no recommendation of trimtab optimize: it has no document_version", where=where
        ) from error
    except msgspec.DecodeError as error:
        raise UsageError(f"is not JSON: {error}", where=where, advice=AGAIN) from error
    if version != DOCUMENT_VERSION:
        advice = AGAIN if version < DOCUMENT_VERSION else "read it with the trimtab that wrote it"
        raise UsageError(
            f"has document_version {version}, and this trimtab reads {DOCUMENT_VERSION}",
            where=where,
            advice=advice,
        )
    return _of_type(content, DocumentIndex, where)


def decode_service(content: bytes, *, where: str) -> ServicePart:
    """Return the advice that the bytes of a service's file hold.

    Raises:
        UsageError: a field that cannot be.

    """
    service = _of_type(content, ServicePart, where)
    size = f"{service.cpu_units}/{service.memory_mib}"
    if size not in {one.size for one in service.candidates}:
        raise UsageError(
            f"{service.name} has the size {size}, and none of its candidates has", where=where, advice=AGAIN
        )
    return service


def refuse_foreign(folder: Path, name: str) -> None:
    """Refuse a file beside an index that was not written with it. Where there is no index, nothing is said.

    Values are not asked after: they are there to be edited.

    Raises:
        UsageError: it is of another run or was edited, or the index cannot be read or believed.

    """
    path = folder / DOCUMENT_FILE
    if not path.exists():
        refuse_half(folder, None)
        return
    digest = read_index(path).files.get(name)
    if digest is not None and (folder / name).exists():  # else who needs it says so
        _as_written(folder / name, digest)


def earlier_files(folder: Path) -> set[str]:
    """Return the paths of the services' files that the index in a folder names; none where there is none."""
    try:
        return {entry.file for entry in read_index(folder / DOCUMENT_FILE).services}
    except UsageError:
        return set()


def _document(index: DocumentIndex, path: Path, entries: Iterable[EntryPart]) -> Document:
    head = {name: getattr(index, name) for name in Head.__struct_fields__}
    return Document(**head, services=tuple(_service(path.parent / entry.file, entry) for entry in entries))


def _service(path: Path, entry: EntryPart) -> ServicePart:
    content = _as_written(path, entry.sha256)
    part = decode_service(content, where=str(path))
    if part.name != entry.name:
        raise UsageError(f"is of {part.name!r}, not of {entry.name!r}", where=str(path), advice=AGAIN)
    return part


def _as_written(path: Path, digest: str) -> bytes:
    content = read_given(path, f"{DOCUMENT_FILE} names it: {AGAIN}")
    if digest_of(content) != digest:
        raise UsageError(
            f"is not what {DOCUMENT_FILE} was written with: a run was stopped in between, or it was edited",
            where=str(path),
            advice=AGAIN,
        )
    return content


def _of_type(content: bytes, kind: type[_Read], where: str) -> _Read:
    try:
        return decoded(content, kind)
    except msgspec.DecodeError as error:
        raise UsageError(str(error), where=where, advice=AGAIN) from error
