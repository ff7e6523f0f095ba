"""Renew the golden pages of the report: what the templates and pictures make of a page made by hand.

The style sheet and the scripts are left out: they are files of their own, and change for their own reasons.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "unit" / "report" / "html" / "golden"


def golden() -> dict[str, str]:
    """Return the golden files by name."""
    sys.path.insert(0, str(ROOT / "tests" / "unit"))
    from report.html.pages import many, page  # noqa: PLC0415

    from trimtab.report.html.render import render  # noqa: PLC0415

    several = render(many(51))
    return {
        "report.html": scrubbed(render(page(hostile=True))["report.html"]),
        "service.html": scrubbed(several["report/007-s7.html"]),
    }


def scrubbed(text: str) -> str:
    """Return a page without its style, its scripts and their digests."""
    text = re.sub(r"<style>.*?</style>", "<style>…</style>", text, flags=re.DOTALL)
    text = re.sub(r"<script>\(\(\) =>.*?</script>", "<script>…</script>", text, flags=re.DOTALL)
    return re.sub(r"'sha256-[^']+'", "'sha256-…'", text)


def main() -> None:
    """Write them."""
    GOLDEN.mkdir(exist_ok=True)
    for name, text in golden().items():
        (GOLDEN / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
