"""An earlier result in a folder, into which single services are to be written anew.

The other services stay exactly as they are. So the folder must hold what a run for all of them
would have written there, to the byte, save their choices: else two runs would be mixed that do not
belong together, or an edit by hand would be lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from trimtab.advice.case.objective import Objective
from trimtab.advice.names import known_services
from trimtab.demand.fill import recorded
from trimtab.document.encode import rounded
from trimtab.document.kept import Scope, kept
from trimtab.document.name import DOCUMENT_FILE
from trimtab.document.read import decode, earlier_files, read_document
from trimtab.errors import ReplayError, UsageError
from trimtab.fleet.left_out import LeftOut
from trimtab.snapshot.files import FLEET_FILE
from trimtab.values.folder import VALUES_FILE, contents_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from trimtab.advice.choice.choose import Chosen
    from trimtab.advice.model import Recommendation
    from trimtab.catalog.load import Prices
    from trimtab.document.schema import Document
    from trimtab.snapshot.contract import Snapshot

FOR_ALL = "run trimtab optimize for all services"


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What a folder holds."""

    folder: Path
    document: Document
    contents: Mapping[str, bytes]
    """By its path in the folder: the values, and every file of the document."""

    def chosen(self, snapshot: Snapshot, prices: Prices, objective: Objective) -> dict[str, Chosen | LeftOut]:
        """Return what it says of each service, one that was left out among them.

        Raises:
            ReplayError: an alternative cannot be replayed.
            UsageError: it has a size that a service cannot have.

        """
        choices: dict[str, Chosen | LeftOut] = {
            one.service: LeftOut(service=one.service, reason=one.reason, detail=one.detail)
            for one in self.document.left_out
        }
        parts = {one.name: one for one in self.document.services}
        for service in snapshot.usable:
            if service.name in parts:
                demand = recorded(service, snapshot.metrics[service.name])
                choices[service.name] = kept(parts[service.name], service, demand, prices, objective)
        return choices


def read_earlier(folder: Path) -> Earlier:
    """Return the result that a folder holds.

    Raises:
        UsageError: it holds none, or one that cannot be read.

    """
    refuse_none(folder)
    document = read_document(folder / DOCUMENT_FILE)
    try:
        names = (DOCUMENT_FILE, VALUES_FILE, *earlier_files(folder))
        contents = {name: (folder / name).read_bytes() for name in names}
    except OSError as error:
        raise UsageError(f"cannot be read ({error.strerror or error})", where=str(folder)) from error
    return Earlier(folder=folder, document=document, contents=contents)


def refuse_none(folder: Path) -> None:
    """Refuse a folder that holds no result.

    Raises:
        UsageError: the values or the document are not there.

    """
    missing = [name for name in (DOCUMENT_FILE, VALUES_FILE) if not (folder / name).exists()]
    if missing:
        raise UsageError(
            "holds no earlier result, and values for some services would make Terraform destroy the rest",
            where=str(folder),
            advice=f"{FOR_ALL} first, or leave -o out",
        )


def scope_beside(  # noqa: PLR0913, PLR0917  # what the earlier result and this run are of
    earlier: Earlier,
    snapshot: Snapshot,
    price_list: Prices,
    objective: Objective,
    names: frozenset[str],
    again: Callable[[Objective, Scope], Recommendation],
) -> Scope:
    """Return the scope of a run for ``names`` in which the others stay as they are.

    ``again`` recommends by a scope; here by one in which every service is known, so nothing is searched.
    What is kept is read back once, for both runs.

    Raises:
        UsageError: the earlier result does not go together with this run, or was edited.

    """
    refuse_another(earlier, snapshot, price_list.basis, objective, names)
    then = replace(objective, services=earlier.document.objective.services)
    try:
        known = earlier.chosen(snapshot, price_list, then)
        scope = again(then, Scope(known=known))
    except ReplayError as error:
        where = str(earlier.folder / DOCUMENT_FILE)
        raise UsageError(f"cannot be replayed: {error.one_line()}", where=where, advice=FOR_ALL) from error
    refuse_edited(earlier, scope)
    return Scope(names=names, known={name: one for name, one in known.items() if name not in names})


def refuse_another(
    earlier: Earlier, snapshot: Snapshot, price_basis: str, objective: Objective, names: frozenset[str]
) -> None:
    """Refuse an earlier result of another fleet, recording, price list or objective.

    Raises:
        UsageError: it says in what the two differ.

    """
    document = earlier.document
    for what, was, becomes in _heads(document, snapshot, price_basis):
        if was != becomes:
            raise UsageError(
                f"its result has {what} {was!r}, and this run {becomes!r}",
                where=str(earlier.folder),
                advice=FOR_ALL,
            )
    there = {*(one.name for one in document.services), *(one.service for one in document.left_out)}
    others = sorted(there.symmetric_difference(known_services(snapshot)))
    if others:
        raise UsageError(
            f"its result and the snapshot have not the same services: {', '.join(map(repr, others))}",
            where=str(earlier.folder),
            advice=FOR_ALL,
        )
    changed = list(_changed(document.objective, objective, names))
    if changed:
        raise UsageError(
            f"its result was found under another objective: {', '.join(changed)}",
            where=str(earlier.folder),
            advice=f"{FOR_ALL}, or give the same",
        )


def refuse_edited(earlier: Earlier, again: Recommendation) -> None:
    """Refuse a folder that does not hold ``again``: the same choices with all else found anew.

    Raises:
        UsageError: it says which file is another.

    """
    written = contents_of(again)
    for name in written:
        if name != VALUES_FILE and _less_fleet(name, written[name]) != _less_fleet(
            name, earlier.contents.get(name, b"")
        ):
            raise UsageError(
                "is not what its choices give with this snapshot and these prices",
                where=str(earlier.folder / name),
                advice=FOR_ALL,
            )
    if written[VALUES_FILE] != earlier.contents[VALUES_FILE]:
        raise UsageError(
            f"is not what {DOCUMENT_FILE} beside it gives: it was edited, and the edit would be lost",
            where=str(earlier.folder / VALUES_FILE),
            advice=f"undo the edit, or {FOR_ALL} into another folder",
        )


def _less_fleet(name: str, content: bytes) -> object:
    """Return a file without the digest of the fleet's copy: what adopts it may have been read again."""
    if name != DOCUMENT_FILE:
        return content
    index = decode(content)
    return replace(index, files={one: index.files[one] for one in index.files if one != FLEET_FILE})


def _heads(document: Document, snapshot: Snapshot, price_basis: str) -> Iterator[tuple[str, object, object]]:
    fleet = snapshot.fleet
    yield "cluster", document.cluster, fleet.cluster
    yield "region", document.region, fleet.region
    yield "environment", document.environment, fleet.environment
    yield "start", document.start, fleet.start
    yield "days", document.days, rounded(fleet.days)
    yield "provenance", document.provenance, fleet.provenance
    yield "price_basis", document.price_basis, price_basis
    yield "trimtab", document.trimtab, version("trimtab")


def _changed(was: Objective, becomes: Objective, names: frozenset[str]) -> Iterator[str]:
    """Yield where two objectives differ, save in what is laid down for ``names``."""
    written = msgspec.convert(rounded(msgspec.to_builtins(becomes)), type=Objective)
    for name in Objective.__struct_fields__:
        if name != "services" and getattr(was, name) != getattr(written, name):
            yield name
    for name in sorted({*was.services, *written.services} - names):
        if was.laid_down(name) != written.laid_down(name):
            yield f"services.{name}"
