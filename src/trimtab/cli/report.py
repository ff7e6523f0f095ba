"""``trimtab report``: a result shown again."""

from __future__ import annotations

from pathlib import Path  # typer reads the annotations when it runs
from typing import Annotated

import typer

from trimtab.cli.screen import show
from trimtab.errors import EXIT_PARTIAL


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder that optimize -o wrote.")],
) -> None:
    """Show a result again as optimize showed it, without searching again.

    Reads recommendation.json and the services' files beside it. Exits with 3 when a service was left out.
    """
    from trimtab.document.name import DOCUMENT_FILE  # noqa: PLC0415
    from trimtab.document.read import read_document  # noqa: PLC0415
    from trimtab.report.optimize import terminal  # noqa: PLC0415
    from trimtab.report.optimize.data import report_of  # noqa: PLC0415

    document = read_document(folder / DOCUMENT_FILE)
    show(terminal.render(report_of(document, folder)))
    if document.left_out:
        raise typer.Exit(EXIT_PARTIAL)
