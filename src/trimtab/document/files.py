"""A published recommendation as files: an index, and one of each service, whose digest it has."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from trimtab.document.name import DOCUMENT_FILE, PART_FILE, PARTS_FOLDER
from trimtab.document.parts import part_of
from trimtab.document.schema import DocumentIndex, EntryCostPart, EntryPart, Head
from trimtab.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trimtab.document.parts import Part
    from trimtab.document.schema import Document

NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
"""What ECS calls services."""
FILE = re.compile(PART_FILE)
"""A service's file in the folder."""
LONGEST = 200
"""Characters of a name that fit into a file's with all that is put around it; file systems take 255."""


def files_of(document: Document, beside: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return each file by its path in the folder, as indented JSON with a final newline; the index last.

    The index has the digest of each, and of those ``beside`` them that the same run writes.
    """
    names = file_names([one.name for one in document.services])
    files = {names[one.name]: _json(one) for one in document.services}
    entries = tuple(
        EntryPart(
            name=one.name,
            file=names[one.name],
            sha256=digest_of(files[names[one.name]]),
            verdict=one.choice.verdict,
            cpu_units=one.cpu_units,
            memory_mib=one.memory_mib,
            cost=part_of(EntryCostPart, one.cost),
        )
        for one in document.services
    )
    head = {name: getattr(document, name) for name in Head.__struct_fields__}
    index = DocumentIndex(
        **head, services=entries, files={name: digest_of(one) for name, one in beside.items()}
    )
    return files | {DOCUMENT_FILE: _json(index)}


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of a file as the index has it."""
    return hashlib.sha256(content).hexdigest()


def file_names(services: Sequence[str]) -> dict[str, str]:
    """Return each service's file: its name, with a digest behind where a file system would mix two up.

    Raises:
        UsageError: a name that ECS would not take would be a path of its own.

    """
    odd = [name for name in services if not NAME.fullmatch(name)]
    if odd:
        raise UsageError(f"{odd[0]!r} is no name of a service", advice="letters, digits, - and _")
    alike = Counter(name.casefold() for name in services)
    return {
        name: f"{PARTS_FOLDER}/{name}.json"
        if len(name) <= LONGEST and alike[name.casefold()] == 1
        else f"{PARTS_FOLDER}/{name[:LONGEST]}.{digest_of(name.encode())[:8]}.json"
        for name in services
    }


def _json(part: Part) -> bytes:
    return msgspec.json.format(msgspec.json.encode(part), indent=2) + b"\n"
