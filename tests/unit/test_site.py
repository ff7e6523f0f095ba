"""The documentation site: built strictly, its links lead somewhere, no other server is asked."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "build" / "site"
LOADS = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
"""Elements that make a browser ask for something, and by which attribute."""
ASKS = {"stylesheet", "icon", "preload", "prefetch", "preconnect", "dns-prefetch", "modulepreload"}


class Page(HTMLParser):
    """What a page links to, what it loads, and its anchors."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        asks = tag != "link" or bool(ASKS & set(given.get("rel", "").split()))
        if tag in LOADS and LOADS[tag] in given and asks:
            self.loads.append(given[LOADS[tag]])


@pytest.fixture(scope="module")
def pages() -> dict[Path, Page]:
    built = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "docs_site.py")], capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return {path: Page(path.read_text(encoding="utf-8")) for path in SITE.rglob("*.html")}


def test_every_page_of_the_documentation_is_in_it(pages: dict[Path, Page]) -> None:
    for path in (ROOT / "docs").glob("*.md"):
        assert SITE / path.stem / "index.html" in pages, path
    named = re.findall(r'= "([^"]+\.md)"', (ROOT / "zensical.toml").read_text(encoding="utf-8"))
    assert len(named) > 20
    listed = {f"{path.stem}.md" for path in (ROOT / "docs").glob("*.md")}
    assert listed <= set(named), listed - set(named)


def test_no_page_asks_another_server_for_anything(pages: dict[Path, Page]) -> None:
    for path, page in pages.items():
        assert [one for one in page.loads if urlsplit(one).netloc] == [], path
    styles = "".join(path.read_text(encoding="utf-8") for path in SITE.rglob("*.css"))
    assert not re.search(r"url\(['\"]?(?:https?:)?//", styles)
    # The theme would fetch Mermaid from elsewhere for a page that draws with it.
    assert not [path for path in pages if 'class="mermaid"' in path.read_text(encoding="utf-8")]


def test_every_link_leads_to_a_page_and_an_anchor_that_are_there(pages: dict[Path, Page]) -> None:
    astray = []
    for path, page in pages.items():
        if path.name == "404.html":
            continue
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or link.startswith("/"):
                continue
            there = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            there = there / "index.html" if there.is_dir() else there
            if there.suffix != ".html":
                there = there if there.exists() else Path("missing")
            target = pages.get(there)
            lost = not there.exists() or (parts.fragment and target and parts.fragment not in target.anchors)
            if lost and parts.fragment != "__skip":
                astray.append(f"{path.relative_to(SITE)}: {link}")
    assert astray == []
