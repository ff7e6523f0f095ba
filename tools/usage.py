"""Write what ``--help`` prints into the pages that show it; with ``--check``, only say which differ."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"
SHOWN = re.compile(r"```text\nUsage: trimtab (?P<command>[a-z-]+) .*?\n```", re.DOTALL)
"""A usage block. Its command is the first word."""


def help_of(command: str) -> str:
    """Return the help of a command, 80 columns wide."""
    shown = subprocess.run(
        [sys.executable, "-m", "trimtab", command, "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": "80"},
    ).stdout
    lines = [line.rstrip() for line in shown.replace("python -m trimtab", "trimtab").strip().splitlines()]
    return "\n".join(lines)


def main() -> int:
    """Renew the pages, or with ``--check`` name those that are not as they would be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = []
    for page in sorted(DOCS.glob("*.md")):
        text = page.read_text(encoding="utf-8")
        renewed = SHOWN.sub(lambda found: f"```text\n{help_of(found['command'])}\n```", text)
        if renewed != text:
            stale.append(page.name)
            if not check:
                page.write_text(renewed, encoding="utf-8")
    if check and stale:
        print(f"not as --help prints it: {', '.join(stale)}; run tools/usage.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
