"""``trimtab report``: an earlier result shown again, and the page that ``optimize`` writes beside it.

The page needs minutes, which a recommendation does not hold. ``optimize`` keeps what its charts are drawn
from in the folder; where that is gone, a snapshot gives them again. Nothing is searched.
"""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from trimtab.catalog.own_prices import prices_for
from trimtab.document.read import no_such_service
from trimtab.errors import UsageError
from trimtab.files import Made, write_whole
from trimtab.folders.output import OWN
from trimtab.progress import silent
from trimtab.report.formats import as_json
from trimtab.report.html.data import page_of
from trimtab.report.html.markdown import summary
from trimtab.report.html.render import FILE, FOLDER, MOST_IN_ONE, render
from trimtab.report.html.replayed import series_of
from trimtab.report.html.series import ChartSeries  # noqa: TC001  # msgspec reads it when it runs
from trimtab.report.service import markdown as service_markdown
from trimtab.report.service.data import explanation_of
from trimtab.snapshot.folder import read_snapshot
from trimtab.values.folder import VALUES_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trimtab.catalog.load import Prices
    from trimtab.document.schema import Document
    from trimtab.progress import Progress
    from trimtab.snapshot.contract import Snapshot

KEPT = Path(OWN, "report", "series.json")
"""Where the series are kept in the output."""
ADVICE = "name a folder you may write to"
MARK = b'<meta name="generator" content="trimtab '
"""In the head of each page."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The series of one result."""

    document: str
    """Digest of the recommendation that they belong to."""
    services: tuple[ChartSeries, ...]


def write_report(document: Document, snapshot: Snapshot, prices: Prices, folder: Path) -> Path:
    """Write the page beside a result just found, and keep what its charts are drawn from.

    Raises:
        UsageError: the folder cannot be written.

    """
    found = tuple(series_of(document, snapshot, prices))
    kept = Kept(document=digest_of(document), services=found)
    files = render(page_of(document, {one.service: one for one in found}))
    makers = {folder / name: partial(_encoded, files, name) for name in files}
    # In OWN, of which nothing is for version control.
    makers[folder / KEPT] = partial(msgspec.json.encode, kept)
    write_whole(Made(makers), folder, advice=ADVICE)
    remove_stale(folder, files)
    return folder / FILE


def _encoded(files: Mapping[str, str], name: str) -> bytes:
    return files[name].encode()


def remove_report(folder: Path) -> None:
    """Remove the page of an earlier result, so that it never stands beside another one's values.

    What another program wrote under its name stays.
    """
    path = folder / FILE
    try:
        with path.open("rb") as file:
            own = MARK in file.read(4096)
    except OSError:
        return
    if own:
        path.unlink(missing_ok=True)
        remove_stale(folder, {})


def remove_stale(folder: Path, files: Mapping[str, str]) -> None:
    """Remove pages of services that an earlier run wrote and this one has not."""
    for path in (folder / FOLDER).glob("[0-9][0-9][0-9]*-*.html"):
        if f"{FOLDER}/{path.name}" not in files:
            path.unlink(missing_ok=True)


def rendered(  # noqa: PLR0913  # which result, which part of it, and where its minutes are
    document: Document,
    folder: Path,
    *,
    service: str | None = None,
    snapshot: Path | None = None,
    prices_file: Path | None = None,
    progress: Progress = silent,
) -> Mapping[str, str]:
    """Return the page of an earlier result, of one ``service`` alone if it is named: text by file name.

    Raises:
        UsageError: there is no such service, or no prices for the snapshot's region.
        SnapshotError: the snapshot cannot be read or believed.

    """
    found: Sequence[ChartSeries]
    whole, document = document, document if service is None else alone(document, service)
    if snapshot is None:
        found = kept_series(whole, folder)
    else:
        progress(f"reading {snapshot}")
        read = read_snapshot(snapshot)
        found = tuple(series_of(document, read, prices_for(read.fleet.region, prices_file, read.prices)))
    if not found and document.services:
        progress("no minutes are kept beside this result: no charts over time; --snapshot gives them")
    return render(page_of(document, {one.service: one for one in found}))


def write_rendered(files: Mapping[str, str], output: Path) -> None:
    """Write a page into a file; its others, where it has any, into the folder beside it.

    Raises:
        UsageError: it cannot be written, or it links to others under a name that is not theirs.

    """
    if len(files) > 1 and output.name != FILE:
        raise UsageError(
            f"more than {MOST_IN_ONE} services are a page each, which link to {FILE}",
            where=str(output),
            advice=f"name the file {FILE}",
        )
    makers = {output: partial(_encoded, files, FILE)}
    makers |= {output.parent / name: partial(_encoded, files, name) for name in files if name != FILE}
    write_whole(Made(makers), output, advice="name a file you may write")
    if len(files) > 1:
        remove_stale(output.parent, files)


def kept_series(document: Document, folder: Path) -> tuple[ChartSeries, ...]:
    """Return the series kept beside a result; none where they are gone or another result's."""
    try:
        kept = msgspec.json.decode((folder / KEPT).read_bytes(), type=Kept)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return ()
    return kept.services if kept.document == digest_of(document) else ()


def digest_of(document: Document) -> str:
    """Return what stands for a recommendation, however it is stored."""
    return hashlib.sha256(msgspec.json.encode(document, order="deterministic")).hexdigest()


def alone(document: Document, service: str) -> Document:
    """Return the document with one service only, and what is said of it.

    Raises:
        UsageError: it does not know the service.

    """
    services = tuple(one for one in document.services if one.name == service)
    left_out = tuple(one for one in document.left_out if one.service == service)
    if not services and not left_out:
        known = [one.name for one in document.services] + [one.service for one in document.left_out]
        raise no_such_service(service, known, document.cluster)
    return msgspec.structs.replace(
        document,
        services=services,
        left_out=left_out,
        levers=tuple(one for one in document.levers if one.service == service),
        cost=services[0].cost if services else document.shared_cost,
        notes=tuple(note for note in document.notes if note.startswith(f"{service}: ")),
    )


def text_of(document: Document, folder: Path | None, service: str | None, *, markdown: bool) -> str:
    """Return the result, or one service of it, as Markdown or as JSON, a newline at its end.

    ``folder`` is where it lies, if anywhere; of one service it must.

    Raises:
        UsageError: there is no such service.

    """
    if markdown:
        if service is not None and folder is not None:
            return service_markdown.render(explanation_of(document, service, folder / VALUES_FILE))
        return summary(document, folder)
    part = document if service is None else alone(document, service)
    return as_json(part)
