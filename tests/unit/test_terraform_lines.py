"""No line of ``terraform/`` and ``examples/`` is over 120 columns: code, message, comment or heredoc."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = 120
IMPORTED = re.compile(r'  id = "arn:[^"]+"')
"""An import block takes one literal up to Terraform 1.5, and the ARN of a listener rule alone is longer."""
FOLDERS = ("terraform", "examples")


def sources() -> list[Path]:
    """Return everything in HCL, written by hand or by ``trimtab``."""
    found = [
        path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if ".terraform" not in path.parts
    ]
    return sorted(path for path in found if path.suffix in {".tf", ".hcl", ".tfvars"})


def too_long(text: str) -> list[int]:
    """Return the numbers of the lines that are to be broken."""
    return [
        number
        for number, line in enumerate(text.splitlines(), 1)
        if len(line) > COLUMNS and not IMPORTED.fullmatch(line)
    ]


def test_no_line_is_longer_than_it_may_be() -> None:
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
        f"# {LONG}",
        f"#checkov:skip=CKV_AWS_1:{LONG}",
        f'error_message = "{LONG}"',
        f"description = <<-EOT\n{LONG}x\nEOT",
        f'  id = "{LONG}"',
        f'  arn = "arn:aws:{LONG}"',
    ],
)
def test_nothing_else_may_be_longer(line: str) -> None:
    assert len(too_long(line)) == 1


def test_an_import_takes_one_literal_however_long() -> None:
    assert too_long(f'  id = "arn:aws:{LONG}"') == []
