"""Tables of figures for the terminal: no figure and no word is ever broken, however narrow it is.

What does not fit side by side goes into a table below, under the same names. Long words widen
their line instead: a figure cut in two is a wrong figure, a path cut in two leads nowhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, ConsoleOptions

NAME_WIDTH = 16
WORDS_WIDTH = 12
"""Words in the last column are wrapped, but to no less than this."""


def wrapped(words: Text, width: int) -> list[Text]:
    """Return the words in lines of ``width``, longer only where one word is."""
    return [
        part
        for line in words.split("\n", allow_blank=True)
        for part in line.divide(_breaks(line.plain, max(1, width)))
    ]


def _breaks(line: str, width: int) -> list[int]:
    """Return where the words begin that go onto the next line."""
    breaks, start = [], 0
    for word in _WORD.finditer(line):
        if word.start("word") > start and word.end("word") - start > width:
            start = word.start("word")
            breaks.append(start)
    return breaks


_WORD = re.compile(r"(?P<word>\S+)")


def whole(*parts: str | Text | tuple[str, str], style: str = "") -> Text:
    """Return a line that is printed as it is, however narrow the terminal; blanks at its end are dropped."""
    line = Text.assemble(*parts, style=style, no_wrap=True, overflow="ignore")
    line.rstrip()
    return line


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph that wraps and breaks no word."""

    text: str | Text
    indent: int = 0
    style: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        """Yield the lines."""
        del console
        text = Text(self.text) if isinstance(self.text, str) else self.text
        for line in wrapped(text, options.max_width - self.indent):
            yield whole(" " * self.indent, line, style=self.style)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A table for ``rich`` to print; ``words`` numbers the columns that stand to the left."""

    heads: Sequence[str]
    body: Sequence[Sequence[str]]
    foots: Sequence[str] = ()
    words: frozenset[int] = frozenset({0})
    blocks: Sequence[Sequence[int]] = ()
    """Columns that stay side by side; others stand for themselves. The first is in every table."""
    name_width: int = NAME_WIDTH
    """A longer name in the first column stands on a line of its own, above its figures."""
    indent: int = 0
    gap: int = 1
    head_style: str = "bold"
    ruled: bool = True

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        """Yield the lines of as many tables as the width asks for."""
        del console
        room = options.max_width - self.indent
        for number, columns in enumerate(self._tables(room)):
            if number:
                yield Text("")
            yield from self._table(columns, room)

    def _tables(self, room: int) -> list[list[int]]:
        """Part the columns into tables that fit, each block in the first that has room for it."""
        least = self._widths()
        last = len(self.heads) - 1
        if last in self.words and last:
            least[last] = max(self._longest_word(last), min(least[last], WORDS_WIDTH))
        tables: list[list[int]] = []
        for block in self._blocks():
            needed = sum(least[column] + self.gap for column in block)
            for columns in tables:
                if least[0] + sum(least[one] + self.gap for one in columns) + needed <= room:
                    columns.extend(block)
                    break
            else:
                tables.append(list(block))
        return [[0, *columns] for columns in tables] or [[0]]

    def _blocks(self) -> list[tuple[int, ...]]:
        """Return the blocks in the order of their first columns."""
        kept = {column for block in self.blocks for column in block}
        alone = [(column,) for column in range(1, len(self.heads)) if column not in kept]
        return sorted([*map(tuple, self.blocks), *alone])

    def _table(self, columns: Sequence[int], room: int) -> Iterator[Text]:
        widths = self._widths()
        last = columns[-1]
        if last in self.words and last:
            others = sum(widths[column] + self.gap for column in columns[:-1])
            least = max(self._longest_word(last), min(widths[last], WORDS_WIDTH))
            widths[last] = min(widths[last], max(room - others, least))
        total = sum(widths[column] for column in columns) + self.gap * (len(columns) - 1)
        yield from self._row([self.heads[column] for column in columns], columns, widths, self.head_style)
        if self.ruled:
            yield self._line("─" * total, "")
        for cells in self.body:
            yield from self._row([cells[column] for column in columns], columns, widths, "")
        parted = len(columns) < len(self.heads)
        if self.foots and (not parted or any(self.foots[column] for column in columns[1:])):
            yield Text("")
            yield from self._row([self.foots[column] for column in columns], columns, widths, "bold")

    def _row(
        self, cells: Sequence[str], columns: Sequence[int], widths: Sequence[int], style: str
    ) -> Iterator[Text]:
        """Yield the lines of one row; a name that is too long comes first, alone."""
        first, *others = cells
        if len(first) > widths[0] and "\n" not in first:
            yield self._line(first, style)
            first = ""
        parts = [first.split("\n")]
        parts += [
            [line.plain.rstrip() for line in wrapped(Text(cell), widths[column])]
            if column in self.words
            else cell.split("\n")
            for cell, column in zip(others, columns[1:], strict=True)
        ]
        for line in zip_longest(*parts, fillvalue=""):
            yield self._line(
                (" " * self.gap).join(
                    text.ljust(widths[column]) if column in self.words else text.rjust(widths[column])
                    for text, column in zip(line, columns, strict=True)
                ),
                style,
            )

    def _line(self, text: str, style: str) -> Text:
        return whole(" " * self.indent, text, style=style)

    def _column(self, number: int) -> list[str]:
        rows = [self.heads, *self.body, *([self.foots] if self.foots else [])]
        return [row[number] for row in rows]

    def _longest_word(self, number: int) -> int:
        return max(map(len, " ".join(self._column(number)).split()), default=0)

    def _widths(self) -> list[int]:
        """Return the width of each column's longest line; of names, no more than ``name_width``."""
        widths = [
            max((len(line) for cell in self._column(number) for line in cell.split("\n")), default=0)
            for number in range(len(self.heads))
        ]
        widths[0] = min(widths[0], self.name_width)
        return widths


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFigures:
    """Labels with a sentence beside each: what is wrapped stays under its own text."""

    pairs: Sequence[tuple[str, str]]
    indent: int
    label_width: int

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        """Yield the lines."""
        del console
        width = min(self.label_width, max((len(label) for label, _ in self.pairs), default=0))
        for label, text in self.pairs:
            labels = wrapped(Text(label), width)
            texts = wrapped(Text(text), options.max_width - self.indent - width - 2)
            for left, right in zip_longest(labels, texts, fillvalue=Text()):
                shown = (left.plain.rstrip().ljust(width), "dim")
                yield whole(" " * self.indent, shown, "  ", right)
