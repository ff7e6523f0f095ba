"""How a measured saving is given: a word for ``--format``, and the file that renders it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.report.since import html, json, markdown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trimtab.report.since.model import SinceReport

RENDERERS: Mapping[str, Callable[[SinceReport], str]] = {
    "html": html.render,
    "json": json.render,
    "markdown": markdown.render,
}
"""By the word; a table is laid out by ``rich`` and has its own file."""
