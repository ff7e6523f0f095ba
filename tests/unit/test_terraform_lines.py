"""Lines of ``terraform/`` and ``examples/`` stay within 120 columns, but for what HCL cannot break."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = 120
HEREDOC = re.compile(r"<<-?(\w+)$")
ONE_LITERAL = re.compile(
    r"""
    \s*
    (?: (?:[\w.-]+|"[^"]*") \s* (?:=|=>) \s* )?  # what it is given to, if to anything
    "(?: [^"\\$] | \\. | \$(?!\{)
       | \$\{ (?: [^{}"] | \{[^{}]*\} | "(?:[^"\\]|\\.)*" )* \}
    )*"
    ,? \s* (?:\#.*)?
    """,
    re.VERBOSE,
)
"""A message, a pattern, an ARN: a string has no place to break, nor has one with expressions in it."""
SKIPPED = re.compile(r"\s*#checkov:skip=")
"""Checkov reads one line."""
WRITTEN = re.compile(r"(?:\.auto\.tfvars|imports\.tf)$")
"""What ``trimtab`` wrote: its own tests hold how."""
FOLDERS = ("terraform", "examples")


def sources() -> list[Path]:
    """Return everything that is written in HCL by hand."""
    found = [
        path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if ".terraform" not in path.parts
    ]
    return sorted(
        path for path in found if path.suffix in {".tf", ".hcl", ".tfvars"} and not WRITTEN.search(path.name)
    )


def too_long(text: str) -> list[int]:
    """Return the numbers of lines that could be broken and are not. Text of heredocs is no code."""
    found, ends_with = [], None
    for number, line in enumerate(text.splitlines(), 1):
        if ends_with is not None:
            ends_with = None if line.strip() == ends_with else ends_with
        elif opened := HEREDOC.search(line):
            ends_with = opened[1]
        elif len(line) > COLUMNS and not ONE_LITERAL.fullmatch(line) and not SKIPPED.match(line):
            found.append(number)
    return found


def test_no_line_is_longer_than_it_must_be() -> None:
    assert len(sources()) > 50
    found = {
        str(path.relative_to(ROOT)): lines
        for path in sources()
        if (lines := too_long(path.read_text(encoding="utf-8")))
    }
    assert found == {}


LONG = "x" * COLUMNS


@pytest.mark.parametrize(
    "line",
    [
        f'error_message = "{LONG}"',
        f'  "{LONG}",',
        f'"a.b" = "{LONG} ${{join(", ", [for one in var.list : "${{one}}-1"])}}" # why',
        f"#checkov:skip=CKV_AWS_1:{LONG}",
        f"description = <<-EOT\n{LONG} = {LONG}\nEOT",
    ],
)
def test_what_has_no_place_to_break_may_be_long(line: str) -> None:
    assert too_long(line) == []


@pytest.mark.parametrize(
    "line",
    [
        f"# {LONG}",
        f'condition = "{LONG}" == var.name',
        f'value = join("{LONG}", var.list)',
        f'list = ["{LONG}"]',
        f'description = <<-EOT\nshort\nEOT\nvalue = ["{LONG}"]',
    ],
)
def test_everything_else_is_broken(line: str) -> None:
    assert len(too_long(line)) == 1
