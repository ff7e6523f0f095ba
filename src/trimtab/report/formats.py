"""What every command's ``--format`` has in common: its words, and the shape of its JSON.

A command that takes more words (a page, SARIF) has an enum of its own in which these stand with the same
meaning. JSON is a ``Table``: a class whose fields and docstrings are its published schema
(``tools/schema.py``).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import msgspec

from trimtab.plain_text import plain_json


class Form(StrEnum):
    """The words that every ``--format`` takes."""

    TABLE = "table"
    MARKDOWN = "markdown"
    JSON = "json"


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer for programs."""

    format: Literal[1] = 1
    """Goes up when a field changes its meaning or goes."""


class TablePart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of a table, or a part of one."""


def as_json(answer: msgspec.Struct) -> str:
    """Return an answer as JSON that a terminal may show, a newline at its end."""
    return plain_json(msgspec.json.format(msgspec.json.encode(answer), indent=2).decode()) + "\n"
