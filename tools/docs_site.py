"""Put the pages of the documentation site together, and build it: ``python tools/docs_site.py``.

The pages are those that are read in the repository. What differs is where they lie: the README is the start,
the modules' READMEs are below ``terraform/``, and a link to a file that is no page leads into the repository.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES, SITE = ROOT / "build" / "pages", ROOT / "build" / "site"
REPOSITORY = "https://github.com/trimtab/trimtab/blob/main/"
_LINK = re.compile(r"(?P<before>!?\[[^\]]*\]\()(?P<target>[^)\s]+)(?P<after>\))")
_FENCED = re.compile(r"(^```.*?^```[ \t]*$)", re.MULTILINE | re.DOTALL)


def pages() -> dict[Path, Path]:
    """Return where each page of the repository lies in the site, both relative."""
    found = {
        Path("README.md"): Path("index.md"),
        Path("CHANGELOG.md"): Path("changelog.md"),
        Path("CONTRIBUTING.md"): Path("contributing.md"),
        Path("SECURITY.md"): Path("security.md"),
        Path("terraform/README.md"): Path("terraform/index.md"),
        Path("terraform/platform/README.md"): Path("terraform/platform.md"),
    }
    for path in ROOT.glob("terraform/modules/*/README.md"):
        found[path.relative_to(ROOT)] = Path("terraform/modules") / f"{path.parent.name}.md"
    for path in ROOT.glob("docs/**/*.md"):
        inside = path.relative_to(ROOT / "docs")
        if inside == Path("contributing") / inside.name:
            inside = Path("contributing-to") / inside.name  # contributing.md has that folder's name
        found[path.relative_to(ROOT)] = inside.with_name("index.md") if path.name == "README.md" else inside
    return found


def put_together() -> None:
    """Write the pages, with their links led to where things lie, and the pictures they show."""
    shutil.rmtree(PAGES, ignore_errors=True)
    known = pages()
    for source, page in known.items():
        target = PAGES / page
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_led(source, page, known), encoding="utf-8")
    if (ROOT / "docs" / "images").exists():
        shutil.copytree(ROOT / "docs" / "images", PAGES / "images")


def _led(source: Path, page: Path, known: dict[Path, Path]) -> str:
    """Return a page's text with its links as they must be in the site. What stands in code stays."""

    def link(match: re.Match[str]) -> str:
        target, hash_mark, anchor = match["target"].partition("#")
        if not target or ":" in target:
            return match[0]
        there = Path(os.path.normpath(source.parent / target))
        if not (ROOT / there).exists():
            raise SystemExit(f"{source}: links to {match['target']}, which is not there")
        folder_page = there / "README.md"
        inside = known.get(there) or known.get(folder_page)
        if inside is None and there.parts[:2] == ("docs", "images"):
            inside = Path("images") / there.name
        led = REPOSITORY + there.as_posix() if inside is None else os.path.relpath(inside, page.parent)
        return f"{match['before']}{led}{hash_mark}{anchor}{match['after']}"

    parts = re.split(
        r"(^```.*?^```[ \t]*$)", (ROOT / source).read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    return "".join(part if part.startswith("```") else _LINK.sub(link, part) for part in parts)


def main() -> int:
    """Build the site strictly: a page that is not there, or a link that leads nowhere, is a failure."""
    put_together()
    shutil.rmtree(SITE, ignore_errors=True)
    program = Path(sys.executable).with_name("zensical")
    command = [str(program), "build", "--clean", "--strict", "--config-file", str(ROOT / "zensical.toml")]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
