"""A page that is open in a browser, and what is asked of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from selenium.webdriver.chrome.webdriver import WebDriver


class Opened:
    """A page that is open."""

    def __init__(self, driver: WebDriver, path: Path, anchor: str = "") -> None:
        self.driver = driver
        driver.get("about:blank")
        self.console()
        self.requests()
        driver.get(path.as_uri() + anchor)

    def run(self, script: str, *arguments: object) -> object:
        return self.driver.execute_script(f"return {script}", *arguments)

    def console(self) -> list[str]:
        return [one["message"] for one in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """What was asked for since, by address."""
        events = (json.loads(one["message"])["message"] for one in self.driver.get_log("performance"))
        return [
            event["params"]["request"]["url"]
            for event in events
            if event["method"] == "Network.requestWillBeSent"
        ]
