"""How a replay is given: a word for ``--format``, and the file that renders it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.report.formats import Form
from trimtab.report.replay import json, markdown, terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rich.console import Group

    from trimtab.report.replay.data import ReplayReport


def rendered(form: Form, report: ReplayReport) -> Group | str:
    """Return the replay in a form: a table for ``rich`` to lay out, or text as it is."""
    return _RENDERERS[form](report)


_RENDERERS: Mapping[Form, Callable[[ReplayReport], Group | str]] = {
    Form.TABLE: terminal.render,
    Form.JSON: json.render,
    Form.MARKDOWN: markdown.render,
}
