"""``trimtab explain``: why a service has its size and ladders."""

from __future__ import annotations

import enum
from pathlib import Path  # typer reads the annotations when it runs
from typing import Annotated

import typer

from trimtab.cli.screen import show
from trimtab.redaction import shown


class PageForm(enum.Enum):
    """How a page is shown."""

    TABLE = "table"
    MARKDOWN = "markdown"


def explain(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder that optimize -o wrote.")],
    service: Annotated[str, typer.Argument(metavar="SERVICE", help="Name of the service.")],
    form: Annotated[
        PageForm, typer.Option("--format", help="For a person, or for a change request.")
    ] = PageForm.TABLE,
) -> None:
    """Tell on a page why a service has its size and its ladders.

    With what else there was, what that would have cost or broken, and how to try an edit. Reads
    recommendation.json and nothing else.
    """
    from trimtab.document.name import DOCUMENT_FILE  # noqa: PLC0415
    from trimtab.document.schema import read_document  # noqa: PLC0415
    from trimtab.report.explain import markdown as explain_markdown  # noqa: PLC0415
    from trimtab.report.explain import terminal as explain_terminal  # noqa: PLC0415
    from trimtab.report.explain.data import explanation_of  # noqa: PLC0415
    from trimtab.values.folder import VALUES_FILE  # noqa: PLC0415

    document = read_document(folder / DOCUMENT_FILE)
    page = explanation_of(document, service, folder / VALUES_FILE)
    if form is PageForm.MARKDOWN:
        typer.echo(shown(explain_markdown.render(page)), nl=False)
    else:
        show(explain_terminal.render(page))
