"""The report in a real browser: no error, no request, and everything works with keys alone."""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING

import pytest
from opened import Opened
from report.html.pages import many, page, service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from trimtab.report.html.render import render

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from selenium.webdriver.chrome.webdriver import WebDriver

    from example_run import ExampleRun
    from trimtab.report.html.model import Page

NAMES = "Array.from(document.querySelectorAll('#table tbody tr:not([hidden]) th'), (one) => one.textContent)"
SPAN = "(() => { const c = document.querySelector('.chart').chart; return [c.from, c.to]; })()"
WAIT_S = 20


@pytest.fixture(scope="session")
def folder(browser: WebDriver, tmp_path_factory: pytest.TempPathFactory) -> Path:
    del browser  # without one there is nothing to render for
    return tmp_path_factory.mktemp("pages")


@pytest.fixture
def show(browser: WebDriver, folder: Path) -> Callable[..., Opened]:
    def opened(shown: Page, anchor: str = "", file: str = "report.html") -> Opened:
        for name, text in render(shown).items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        return Opened(browser, folder / file, anchor)

    return opened


def three() -> Page:
    return page(
        service(1, "beta", saving=10), service(2, "alpha", saving=120), service(3, "gamma", saving=-30)
    )


def drawn(opened: Opened) -> None:
    WebDriverWait(opened.driver, WAIT_S).until(
        lambda _: opened.run("document.querySelectorAll('.chart svg .a-band').length > 3")
    )


def test_hostile_names_are_shown_and_do_nothing(show: Callable[..., Opened]) -> None:
    opened = show(page(hostile=True), "#s1")
    drawn(opened)
    assert opened.console() == []
    assert opened.driver.title == "a title"
    assert "</script>" in str(opened.run("document.body.innerText"))


def test_nothing_but_the_file_itself_is_asked_for(show: Callable[..., Opened]) -> None:
    opened = show(three(), "#s1")
    drawn(opened)
    assert {one.partition("#")[0].rpartition("/")[2] for one in opened.requests()} == {"report.html"}


def test_the_policy_lets_nothing_else_run(show: Callable[..., Opened]) -> None:
    opened = show(three())
    opened.driver.execute_script(
        "const one = document.createElement('script'); one.textContent = 'window.ran = 1';"
        "document.body.append(one);"
    )
    assert opened.run("window.ran === undefined")
    assert any("Content Security Policy" in line for line in opened.console())


def test_a_heading_sorts_both_ways_and_by_keys(show: Callable[..., Opened]) -> None:
    opened = show(three())
    assert opened.run(NAMES) == ["beta", "alpha", "gamma"]
    name, saving = (
        opened.driver.find_element(By.XPATH, f"//th[@data-sort]/button[starts-with(., '{one}')]")
        for one in ("service", "saving")
    )
    name.send_keys(Keys.ENTER)
    assert opened.run(NAMES) == ["alpha", "beta", "gamma"]
    saving.click()
    assert opened.run(NAMES) == ["alpha", "beta", "gamma"]
    saving.click()
    assert opened.run(NAMES) == ["gamma", "beta", "alpha"]
    heads = "Array.from(document.querySelectorAll('th[aria-sort]'), (one) => one.getAttribute('aria-sort'))"
    assert opened.run(heads) == ["ascending"]


def test_the_field_filters(show: Callable[..., Opened]) -> None:
    opened = show(three())
    field = opened.driver.find_element(By.ID, "filter")
    field.send_keys("LPH")
    assert opened.run(NAMES) == ["alpha"]
    assert opened.driver.find_element(By.ID, "count").text == "1 of 3 services"
    field.clear()
    field.send_keys("alpha gamma")
    assert opened.run(NAMES) == []
    field.clear()
    field.send_keys("trim high")
    assert len(opened.run(NAMES)) == 3  # type: ignore[arg-type]


def test_a_chart_is_drawn_when_its_service_is_opened_with_a_key(show: Callable[..., Opened]) -> None:
    opened = show(three())
    assert opened.run("document.querySelectorAll('.chart svg').length") == 0
    opened.driver.find_element(By.LINK_TEXT, "gamma").send_keys(Keys.ENTER)
    drawn(opened)
    assert opened.run("document.getElementById('s3').open")
    assert opened.run("document.querySelectorAll('.chart .a-band').length") == 4
    assert opened.run("document.activeElement.tagName") == "SUMMARY"


def test_keys_the_mouse_and_buttons_zoom_all_panels(show: Callable[..., Opened]) -> None:
    opened = show(three(), "#s1")
    drawn(opened)
    whole = opened.run(SPAN)
    chart = opened.driver.find_element(By.CSS_SELECTOR, ".chart")
    opened.driver.execute_script("arguments[0].focus()", chart)
    ActionChains(opened.driver).send_keys("+").send_keys(Keys.ARROW_RIGHT).perform()
    assert opened.run(SPAN) == [720 + 360, 2160 + 360]
    opened.driver.find_element(By.XPATH, "//button[.='Held-out days']").click()
    assert opened.run(SPAN) == [2016, 2880]
    ActionChains(opened.driver).send_keys_to_element(chart, "0").perform()
    assert opened.run(SPAN) == whole
    picture = opened.driver.find_element(By.CSS_SELECTOR, ".chart svg[height]")
    ActionChains(opened.driver).move_to_element_with_offset(picture, -200, 0).click_and_hold().move_by_offset(
        300, 0
    ).release().perform()
    first, end = opened.run(SPAN)  # type: ignore[misc]
    assert 0 < first < end < 2880
    assert "vCPU" in opened.driver.find_element(By.CSS_SELECTOR, ".readout").text


def test_light_and_dark_differ_and_stay_readable(show: Callable[..., Opened]) -> None:
    opened = show(three())
    contrast = """(() => {
      const light = (text) => { const [r, g, b] = text.match(/[\\d.]+/g).map(Number).map((one) => one / 255)
        .map((one) => one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
      const style = (name) => getComputedStyle(document.querySelector(name));
      const at = style('.card'), note = style('.card .note'), back = light(at.backgroundColor);
      const ratio = (one) => (Math.max(one, back) + 0.05) / (Math.min(one, back) + 0.05);
      return [back, ratio(light(at.color)), ratio(light(note.color))];
    })()"""
    seen = []
    for _ in range(2):
        back, text, note = opened.run(contrast)  # type: ignore[misc]
        assert text > 7
        assert note > 4.5
        seen.append(back)
        opened.driver.find_element(By.ID, "theme").click()
    assert abs(seen[0] - seen[1]) > 0.5


def test_print_has_every_service_and_every_chart(show: Callable[..., Opened]) -> None:
    opened = show(three())
    pdf = base64.b64decode(opened.driver.print_page())
    assert pdf.startswith(b"%PDF")
    assert pdf.count(b"/Type /Page\n") >= 4
    # What print opened is closed again.
    time.sleep(0.2)
    assert opened.run("document.querySelectorAll('details.service[open]').length") == 0
    assert opened.run("document.querySelectorAll('.chart .a-band').length") == 12


def test_pages_of_many_services_share_a_script_and_link_to_each_other(show: Callable[..., Opened]) -> None:
    opened = show(many(51))
    opened.driver.find_element(By.LINK_TEXT, "s7").click()
    drawn(opened)
    assert opened.driver.current_url.endswith("report/007-s7.html")
    opened.driver.find_element(By.LINK_TEXT, "All services").click()
    assert opened.driver.find_element(By.ID, "count").text == "51 services"
    assert opened.console() == []


def test_a_narrow_window_scrolls_down_and_not_sideways(show: Callable[..., Opened]) -> None:
    opened = show(three(), "#s1")
    opened.driver.set_window_size(500, 900)
    try:
        drawn(opened)
        assert opened.run("document.documentElement.scrollWidth <= window.innerWidth + 1")
    finally:
        opened.driver.set_window_size(1280, 1000)


def test_the_report_of_the_example_opens_without_an_error(browser: WebDriver, example: ExampleRun) -> None:
    opened = Opened(browser, example.out / "report.html", "#s7")
    drawn(opened)
    assert opened.console() == []
    assert opened.run("document.querySelectorAll('#table tbody tr').length") == 12
