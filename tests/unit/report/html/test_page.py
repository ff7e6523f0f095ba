from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from report.html.pages import HOSTILE, many, page, service

from trimtab.report.html.render import as_json, render

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[4]
GOLDEN = Path(__file__).parent / "golden"
sys.path.insert(0, str(ROOT / "tools"))
from report_golden import golden  # noqa: E402


class Elements(HTMLParser):
    """Every element with its attributes, and every text that is shown."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def named(self, tag: str) -> Iterator[dict[str, str | None]]:
        return (attributes for name, attributes in self.elements if name == tag)


@pytest.mark.parametrize("name", ["report.html", "service.html"])
def test_a_page_is_the_golden_one(name: str) -> None:
    """Renewed by tools/report_golden.py."""
    assert golden()[name] == (GOLDEN / name).read_text(encoding="utf-8")


def test_the_same_page_gives_the_same_bytes() -> None:
    assert render(page(hostile=True)) == render(page(hostile=True))


def test_a_name_is_text_and_never_an_element() -> None:
    plain, hostile = (Elements(render(page(hostile=one))["report.html"]) for one in (False, True))
    assert [tag for tag, _ in hostile.elements] == [tag for tag, _ in plain.elements]
    assert not any("onerror" in attributes for _, attributes in hostile.elements)


def test_data_cannot_end_the_element_it_stands_in() -> None:
    text = as_json({"name": HOSTILE + "\u2028<!--"})
    assert not re.search(r"[<>&\u2028]", text)


@pytest.mark.parametrize("files", [render(page()), render(many(51))], ids=["one", "many"])
def test_nothing_is_asked_of_anybody(files: dict[str, str]) -> None:
    for name, text in files.items():
        if not name.endswith(".html"):
            continue
        there = Elements(text)
        (policy,) = (one["content"] for one in there.named("meta") if "http-equiv" in one)
        assert policy is not None
        assert policy.startswith("default-src 'none'; script-src ")
        assert "unsafe" not in policy
        linked = [
            one.get("src") or one.get("href")
            for tag in ("script", "link", "img", "iframe")
            for one in there.named(tag)
        ]
        assert {one for one in linked if one} <= {
            "report/report.js",
            "report/report.css",
            "report.js",
            "report.css",
        }
        assert not re.search(
            r"(https?:)?//(?!www\.w3\.org/2000/svg)\w+\.", re.sub(r"<p class=\"fact\">.*", "", text)
        )


def test_no_attribute_runs_or_styles_which_the_policy_would_refuse() -> None:
    for _, attributes in Elements(render(page())["report.html"]).elements:
        assert not any(name == "style" or name.startswith("on") for name in attributes)


def test_fifty_services_are_one_file_and_one_more_is_a_page_each() -> None:
    assert set(render(many(50))) == {"report.html"}
    files = render(many(51))
    assert len(files) == 1 + 2 + 51
    links = {one["href"] for one in Elements(files["report.html"]).named("a")}
    assert {f"report/{number:03d}-s{number}.html" for number in range(1, 52)} <= links


def test_a_service_without_minutes_says_how_to_get_its_chart() -> None:
    text = render(page(service(1, "api", chart=False)))["report.html"]
    assert "--snapshot SNAPSHOT" in text
    assert "data-series" not in text


def test_the_data_of_a_chart_is_in_the_page_once() -> None:
    text = render(page())["report.html"]
    assert text.count('id="data-s1"') == 1
    assert text.count('data-series="data-s1"') == 1
