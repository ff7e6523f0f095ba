"""``trimtab report``: a result shown again, on the terminal or as a page to forward."""

from __future__ import annotations

import enum
from pathlib import Path  # typer reads the annotations when it runs
from typing import TYPE_CHECKING, Annotated

import typer

from trimtab.cli.options import Prices  # typer reads the annotations when it runs
from trimtab.cli.screen import say, show, write_out
from trimtab.errors import EXIT_PARTIAL, UsageError

if TYPE_CHECKING:
    from rich.console import Group

    from trimtab.document.schema import Document


class ReportForm(enum.Enum):
    """How a result is shown: the words of every ``--format``, and a page."""

    TABLE = "table"
    HTML = "html"
    MARKDOWN = "markdown"
    JSON = "json"


ENDINGS = {".html": ReportForm.HTML, ".md": ReportForm.MARKDOWN, ".json": ReportForm.JSON}


def report(  # noqa: PLR0913, PLR0917  # one a flag
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder that optimize -o wrote.")],
    service: Annotated[
        str | None, typer.Argument(metavar="SERVICE", help="This service alone, with why it is so.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write it here: .html, .md or .json."),
    ] = None,
    form: Annotated[
        ReportForm | None,
        typer.Option(
            "--format", help="A table, a page, Markdown, or JSON. [default: as FILE ends, else table]"
        ),
    ] = None,
    snapshot: Annotated[
        Path | None,
        typer.Option(
            "--snapshot",
            metavar="SNAPSHOT",
            help="Draw the charts from here: DIR does not keep them any more.",
        ),
    ] = None,
    prices: Prices = None,
    later: Annotated[
        Path | None,
        typer.Option(
            "--since",
            metavar="SNAPSHOT",
            help="What was promised against what a snapshot that was taken later measures.",
        ),
    ] = None,
    moved: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="TIME",
            help="With --since: when the new sizes ran everywhere; else DIR's rollout journal says it.",
        ),
    ] = None,
) -> None:
    """Show a result again, without searching again: a table, a page to forward, Markdown or JSON.

    Reads what optimize wrote into DIR and nothing else. Without --format and -o it prints the table
    that optimize printed; of a SERVICE why it has its size and its scaling steps, what else there was,
    what that would have cost or broken, and how to try an edit. Exits with 3 when a service was left out.

    With --since, the saving promised against the saving measured, service by service: the old
    configuration replayed on the demand since, less what was recorded. Exits with 3 when of a service
    nobody can tell; each has its reason.
    """
    from trimtab.document.name import DOCUMENT_FILE  # noqa: PLC0415
    from trimtab.document.read import read_document, read_service  # noqa: PLC0415
    from trimtab.snapshot.place.named import refuse_bucket_here  # noqa: PLC0415

    for given, flag in ((folder, "DIR"), (snapshot, "--snapshot"), (later, "--since")):
        refuse_bucket_here(given, flag)
    kind = _form(form, output)
    if later is not None:
        _since(folder, (later, snapshot, moved, prices), service, kind, output)
        return
    if moved is not None:
        raise UsageError("--from is for --since", advice="name the snapshot with --since")
    if service is None or kind is ReportForm.HTML:  # the page knows its minutes by the whole
        document = read_document(folder / DOCUMENT_FILE)
    else:
        document = read_service(folder / DOCUMENT_FILE, service)
    if kind is None or kind is ReportForm.TABLE:
        _table(document, folder, service, output)
    elif kind is ReportForm.HTML:
        _page(document, folder, service, output, (snapshot, prices))
    else:
        from trimtab.commands.report import text_of  # noqa: PLC0415

        _give(text_of(document, folder, service, markdown=kind is ReportForm.MARKDOWN), output)
    if any(service in {None, left.service} for left in document.left_out):
        raise typer.Exit(EXIT_PARTIAL)


def _since(
    folder: Path,
    given: tuple[Path, Path | None, str | None, Path | None],
    service: str | None,
    kind: ReportForm | None,
    output: Path | None,
) -> None:
    from trimtab.cli.screen import replaying  # noqa: PLC0415
    from trimtab.commands.since import since  # noqa: PLC0415
    from trimtab.document.name import DOCUMENT_FILE  # noqa: PLC0415
    from trimtab.document.read import read_document, read_service  # noqa: PLC0415
    from trimtab.report.since import terminal  # noqa: PLC0415
    from trimtab.report.since.formats import RENDERERS  # noqa: PLC0415

    later, snapshot, moved, prices = given
    path = folder / DOCUMENT_FILE
    document = read_document(path) if service is None else read_service(path, service)
    with replaying() as told:
        report = since(
            document,
            folder,
            later,
            old=snapshot,
            moved=moved,
            prices_file=prices,
            only=service,
            progress=told,
        )
    if kind is None or kind is ReportForm.TABLE:
        _give(terminal.render(report), output)
    else:
        _give(RENDERERS[kind.value](report), output)
    if report.untold:
        raise typer.Exit(EXIT_PARTIAL)


def _form(form: ReportForm | None, output: Path | None) -> ReportForm | None:
    if form is not None or output is None:
        return form
    if output.suffix not in ENDINGS:
        raise UsageError(
            "its ending says no form", where=str(output), advice="give --format, or .html, .md or .json"
        )
    return ENDINGS[output.suffix]


def _table(document: Document, folder: Path, service: str | None, output: Path | None) -> None:
    from trimtab.report.optimize import terminal  # noqa: PLC0415
    from trimtab.report.optimize.data import report_of  # noqa: PLC0415
    from trimtab.report.service import terminal as service_terminal  # noqa: PLC0415
    from trimtab.report.service.data import explanation_of  # noqa: PLC0415
    from trimtab.values.folder import VALUES_FILE  # noqa: PLC0415

    if service is None:
        _give(terminal.render(report_of(document, folder)), output)
    else:
        _give(service_terminal.render(explanation_of(document, service, folder / VALUES_FILE)), output)


def _give(answer: Group | str, output: Path | None) -> None:
    """Show an answer, a table or text as it is, or write it into a file."""
    if output is not None:
        from trimtab.commands.report import write_rendered  # noqa: PLC0415
        from trimtab.report.html.render import FILE  # noqa: PLC0415
        from trimtab.report.layout import as_file  # noqa: PLC0415

        write_rendered({FILE: answer if isinstance(answer, str) else as_file(answer)}, output)
    elif isinstance(answer, str):
        write_out(answer)
    else:
        show(answer)


def _page(
    document: Document,
    folder: Path,
    service: str | None,
    output: Path | None,
    minutes: tuple[Path | None, Path | None],
) -> None:
    from trimtab.commands.report import rendered, write_rendered  # noqa: PLC0415
    from trimtab.report.html.render import FILE, MOST_IN_ONE  # noqa: PLC0415

    snapshot, prices = minutes
    files = rendered(
        document,
        folder,
        service=service,
        snapshot=snapshot,
        prices_file=prices,
        progress=lambda text, *_: say(text),
    )
    if output is not None:
        write_rendered(files, output)
        say(f"written: {output}")
    elif len(files) == 1:
        typer.echo(files[FILE], nl=False)
    else:
        raise UsageError(
            f"more than {MOST_IN_ONE} services are a page each", advice=f"write them: -o FOLDER/{FILE}"
        )
