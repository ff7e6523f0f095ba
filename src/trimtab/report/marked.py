"""Text that a person chose, in GitHub's Markdown: none of it may become markup, a mention or a cell."""

from __future__ import annotations

import re

from trimtab.plain_text import plain


def code(text: str) -> str:
    """Return a code span that holds any text, in a table too."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    inner = "".join(letter if letter.isprintable() else " " for letter in text).replace("|", r"\|")
    space = " " if "`" in (text[:1], text[-1:]) else ""
    return f"{fence}{space}{inner}{space}{fence}"


def words(text: str) -> str:
    """Return words of which nothing is markup. Names with underscores stay as they are."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    told = re.sub(r"([\\`*|\[\]])", r"\\\1", plain(" ".join(escaped.split())))
    return told.replace("@", "@\u200b")  # else it calls somebody
