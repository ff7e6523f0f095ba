"""Text that a person chose does not become markup, in the comment of the guard and in that of lint."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from trimtab.lint.inspect import inspect
from trimtab.report.lint import markdown
from trimtab.report.lint.data import lint_report_of
from trimtab.report.marked import code, words

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("var.i", "`var.i`"),
        ("a`b", "``a`b``"),
        ("`a`", "`` `a` ``"),
        ("a | b", r"`a \| b`"),
        ("a\nb", "`a b`"),
    ],
)
def test_a_code_span_holds_any_text_in_a_table_too(text: str, span: str) -> None:
    assert code(text) == span


def test_words_are_no_markup_no_cell_and_call_nobody() -> None:
    assert words("<b> *x* | [y](z) @someone") == r"&lt;b&gt; \*x\* \| \[y\](z) " + "@\u200bsomeone"


def test_an_expression_with_backticks_stays_within_its_cell_of_lints_table(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        'resource "aws_cloudwatch_log_group" "x" {\n  retention_in_days = strange(1)\n}\n', encoding="utf-8"
    )
    found = inspect(tmp_path)
    (gap,) = found.gaps
    odd = replace(found, gaps=(replace(gap, expression="`a` | b", why="*no* <b>"),))
    row = markdown.render(lint_report_of(odd)).splitlines()[-1]
    assert row.endswith(r"| `` `a` \| b `` | \*no\* &lt;b&gt; | logs-kept-for-ever |")
