"""A browser without a window: the chromium that is installed, driven by Selenium.

Knows where the browser is and what it can be asked; must not know what the page shows.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

REQUIRED = os.environ.get("KAMPUNGKB_BROWSER") == "required"
"""Whether a browser must be there, as in continuous integration."""
WIDTHS = {1280: 900, 400: 800}
"""Width of the window -> its height, in CSS pixels."""
PATIENCE = 600.0
"""Seconds after which something that should happen is taken not to."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""What axe-core looks for: WCAG 2.2 at level AA, contrast among it, and what is good practice besides."""


class Browser:
    """A driven browser.

    Parameters
    ----------
    driver
        Of Selenium.
    downloads
        The folder in which it keeps what it downloads.
    """

    def __init__(self, driver: Any, downloads: Path) -> None:
        self.driver, self.downloads = driver, downloads

    def resize(self, width: int) -> None:
        """Have the page shown at another width."""
        metrics = {"width": width, "height": WIDTHS[width], "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def all(self, selector: str) -> list[Any]:
        """Return the elements that a CSS selector finds."""
        return list(self.driver.find_elements("css selector", selector))

    def one(self, selector: str) -> Any:
        """Return the only element that a CSS selector finds."""
        (found,) = self.all(selector)
        return found

    def run(self, script: str, *values: object) -> Any:
        """Return what a script returns in the page."""
        return self.driver.execute_script(script, *values)

    def wait(self, happened: Callable[[], object]) -> None:
        """Wait until something has happened."""
        latest = time.monotonic() + PATIENCE
        while not happened():
            assert time.monotonic() < latest, f"it did not happen; shown is {self.driver.current_url}"
            time.sleep(0.1)

    def leave(self, act: Callable[[], object]) -> None:
        """Do what leads to another page, and wait until it is there and no work lasts."""
        self.run("document.documentElement.dataset.left = ''")
        act()
        self.wait(self.arrived)

    def arrived(self) -> bool:
        """Return whether another page is there, and no work lasts."""
        said = "return [document.documentElement.dataset.left, document.readyState, location.pathname]"
        left, state, path = self.run(said)
        return left is None and state == "complete" and path != "/progress"

    def open(self, address: str) -> None:
        """Open an address."""
        self.leave(lambda: self.driver.get(address))

    def violations(self) -> list[str]:
        """Return what axe-core finds wrong with the page as it is shown; nothing where it has no package."""
        if sys.version_info < (3, 12):
            return []
        from axe_selenium_python import Axe

        checker = Axe(self.driver)
        checker.inject()
        found = checker.run(options=json.dumps({"runOnly": {"type": "tag", "values": RULES}}))
        return [
            f"{one['id']}: {one['help']}: {node['html'][:200]}: {node['failureSummary'][:300]}"
            for one in found["violations"]
            for node in one["nodes"]
        ]

    def complaints(self) -> list[str]:
        """Return what the browser says of the page since it was asked last: errors, what the policy forbids."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def asked_for(self) -> list[str]:
        """Return every address that the browser has asked for since it was asked last."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]


@contextmanager
def browsing(downloads: Path) -> Iterator[Browser]:
    """Open the browser that is installed; where there is none, skip, or fail where one is required."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    chromedriver = shutil.which("chromedriver")
    if chromium is None or chromedriver is None:
        reason = "chromium and chromedriver are not installed (on Debian: apt-get install chromium chromium-driver)"
        if REQUIRED:
            pytest.fail(reason)
        pytest.skip(reason)
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--force-device-scale-factor=1"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    # Both paths are given, so that Selenium looks for neither and downloads nothing.
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(chromedriver))
    try:
        settings = {"behavior": "allow", "downloadPath": str(downloads)}
        driver.execute_cdp_cmd("Page.setDownloadBehavior", settings)
        yield Browser(driver, downloads)
    finally:
        driver.quit()
