"""``trimtab guard DIR``: a folder of Terraform to what is found in it, in the form that was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimtab.files import write_whole
from trimtab.lint.inspect import inspect
from trimtab.redaction import shown_whole
from trimtab.report.guard.formats import GuardForm
from trimtab.report.lint import json as lint_json
from trimtab.report.lint import markdown as lint_markdown
from trimtab.report.lint import sarif as lint_sarif
from trimtab.report.lint import terminal as lint_terminal
from trimtab.report.lint.data import lint_report_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from rich.console import Group


@dataclass(frozen=True, slots=True, kw_only=True)
class Linted:
    """What was found, and how it is shown."""

    headline: str
    exit_code: int
    shown: Group | str
    """A table for ``rich`` to lay out, or text as it is."""


def lint(folder: Path, form: GuardForm, output: Path | None, var_files: Iterable[Path] = ()) -> Linted:
    """Look at the folder, and write the answer into ``output`` if given, whole or not at all.

    Raises:
        UsageError: it holds no Terraform that can be read, or ``output`` cannot be written.

    """
    inspection = inspect(folder, var_files)
    report = lint_report_of(inspection)
    shown: Group | str
    match form:
        case GuardForm.JSON:
            shown = lint_json.render(inspection)
        case GuardForm.SARIF:
            shown = lint_sarif.render(report)
        case GuardForm.MARKDOWN:
            shown = lint_markdown.render(report)
        case GuardForm.TABLE:
            shown = lint_terminal.render(report) if output is None else lint_terminal.as_text(report)
    if output is not None:
        write_whole({output: shown_whole(str(shown)).encode()}, output, advice="name a file you may write")
    return Linted(headline=report.headline, exit_code=inspection.exit_code, shown=shown)
