"""How the guard's answer is given: a word for ``--format``, and the file that renders it.

A new format is a row here and a file beside this one. Renderers are loaded when they are asked for:
the command's help waits for none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rich.console import Group

    from trimtab.engine.plan import Plan
    from trimtab.guard.model import Assessment
    from trimtab.report.guard.data import GuardReport


class GuardForm(StrEnum):
    """The words that ``--format`` takes."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"
    SARIF = "sarif"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardAnswer:
    """What every renderer has at hand."""

    plan: Plan
    plan_file: Path
    assessment: Assessment
    report: GuardReport


def rendered(form: GuardForm, answer: GuardAnswer) -> Group | str:
    """Return the answer in a form: a table for ``rich`` to lay out, or text as it is."""
    return _RENDERERS[form](answer)


def _table(answer: GuardAnswer) -> Group:
    from trimtab.report.guard import terminal  # noqa: PLC0415

    return terminal.render(answer.report)


def _json(answer: GuardAnswer) -> str:
    from trimtab.report.guard import json  # noqa: PLC0415

    return json.render(answer.assessment, answer.report.source)


def _markdown(answer: GuardAnswer) -> str:
    from trimtab.report.guard import markdown  # noqa: PLC0415

    return markdown.render(answer.report)


def _sarif(answer: GuardAnswer) -> str:
    from trimtab.guard.written import ConfigurationFiles  # noqa: PLC0415
    from trimtab.report.guard import sarif  # noqa: PLC0415

    written = ConfigurationFiles(answer.plan.configuration, (answer.plan_file.absolute().parent, Path.cwd()))
    return sarif.render(answer.assessment, written.of)


_RENDERERS: Mapping[GuardForm, Callable[[GuardAnswer], Group | str]] = {
    GuardForm.TABLE: _table,
    GuardForm.JSON: _json,
    GuardForm.MARKDOWN: _markdown,
    GuardForm.SARIF: _sarif,
}
