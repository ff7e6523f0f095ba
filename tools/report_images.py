"""Renew the two screenshots of the README, from a report that `trimtab optimize -o` wrote (needs Chromium).

Run as ``python tools/report_images.py trimtab-demo/report.html``.
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
SHOTS = {"report.png": ("", 1240, 1250), "service.png": ("#s4", 1180, 1040)}
"""File: (what is opened, width, height)."""
SETTLED_S = 1.5


def main(report: str) -> None:
    """Write them."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in ("--headless=new", "--no-sandbox", "--hide-scrollbars", "--force-device-scale-factor=1"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver") or ""))
    IMAGES.mkdir(exist_ok=True)
    for name, (anchor, width, height) in SHOTS.items():
        driver.set_window_size(width, height)
        driver.get("about:blank")
        driver.get(Path(report).resolve().as_uri() + anchor)
        time.sleep(SETTLED_S)
        driver.execute_script("document.activeElement.blur()")
        driver.save_screenshot(str(IMAGES / name))
    driver.quit()


if __name__ == "__main__":
    main(*sys.argv[1:])
